//! Edits about tasks: jobs of which each is to be done by one device of the household. Which
//! claim wins is for [`ChainState`](crate::ChainState) to say.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::id::Height;
use crate::wire::{Reader, WireError, Writer};

/// Longest name of a task, in bytes.
pub const TASK_NAME_BYTES_MAX: usize = 200;

/// Shortest time for which a task can be claimed, in milliseconds.
pub const TERM_MS_MIN: u32 = 1_000;

/// Longest time for which a task can be claimed, in milliseconds: a day.
pub const TERM_MS_MAX: u32 = 86_400_000;

/// What a task is called: 1 to [`TASK_NAME_BYTES_MAX`] bytes that mean nothing here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskName(Arc<[u8]>);

impl TaskName {
    /// A name of these bytes. They are copied, so that a name keeps no block in memory.
    ///
    /// # Errors
    /// [`TaskLimit::Name`] if there are none or too many.
    pub fn new(bytes: &[u8]) -> Result<Self, TaskLimit> {
        match bytes.len() {
            1..=TASK_NAME_BYTES_MAX => Ok(Self(Arc::from(bytes))),
            bytes => Err(TaskLimit::Name { bytes }),
        }
    }

    /// The name's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Writes the canonical form.
    pub(crate) fn encode(&self, to: &mut Writer) {
        to.blob(&self.0);
    }

    /// Reads the canonical form.
    pub(crate) fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let bytes = from.blob("a task's name", TASK_NAME_BYTES_MAX)?;
        Self::new(&bytes).map_err(|_| WireError::Unknown {
            what: "the length of a task's name",
            value: bytes.len() as u64,
        })
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(&self.0) {
            Ok(text) if !text.chars().any(char::is_control) => f.write_str(text),
            _ => write!(f, "{}", self.0.escape_ascii()),
        }
    }
}

/// For how long a task is claimed: [`TERM_MS_MIN`] to [`TERM_MS_MAX`].
///
/// It is measured on the clocks of whoever builds blocks, so it should be longer than the clocks
/// of a household differ: minutes rather than seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    ms: u32,
}

impl Term {
    /// A term of that many milliseconds.
    ///
    /// # Errors
    /// [`TaskLimit::Term`] outside the limits.
    pub fn from_ms(ms: u64) -> Result<Self, TaskLimit> {
        match u32::try_from(ms) {
            Ok(ms @ TERM_MS_MIN..=TERM_MS_MAX) => Ok(Self { ms }),
            _ => Err(TaskLimit::Term { ms }),
        }
    }

    /// How many milliseconds it has.
    #[must_use]
    pub fn ms(self) -> u64 {
        self.ms.into()
    }

    /// Writes the canonical form.
    pub(crate) fn encode(self, to: &mut Writer) {
        to.u32(self.ms);
    }

    /// Reads the canonical form.
    pub(crate) fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let ms = from.u32("a claim's term")?;
        Self::from_ms(ms.into()).map_err(|_| WireError::Unknown {
            what: "a claim's term",
            value: ms.into(),
        })
    }
}

impl TryFrom<Duration> for Term {
    type Error = TaskLimit;

    fn try_from(time: Duration) -> Result<Self, TaskLimit> {
        Self::from_ms(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }
}

/// A name or a term that no task can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TaskLimit {
    /// An empty or overlong name.
    #[error("a task's name of {bytes} bytes is outside 1 to {TASK_NAME_BYTES_MAX}")]
    Name {
        /// Its length.
        bytes: usize,
    },
    /// Too short or too long a time.
    #[error("a claim for {ms} ms is outside {TERM_MS_MIN} to {TERM_MS_MAX}")]
    Term {
        /// The time in milliseconds.
        ms: u64,
    },
}

/// What a device says about a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// It wants to do it.
    Claim {
        /// Which one.
        task: TaskName,
        /// For how long nobody else is to start it.
        term: Term,
    },
    /// It is still at it.
    Renew {
        /// Which one.
        task: TaskName,
        /// The height of the block of its claim.
        token: Height,
        /// For how long from now on.
        term: Term,
    },
    /// It has done it.
    Done {
        /// Which one.
        task: TaskName,
        /// The height of the block of its claim.
        token: Height,
    },
}

impl Task {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new();
        match self {
            Self::Claim { task, term } => {
                to.u8(1);
                task.encode(&mut to);
                term.encode(&mut to);
            }
            Self::Renew { task, token, term } => {
                to.u8(2);
                task.encode(&mut to);
                to.u64(*token);
                term.encode(&mut to);
            }
            Self::Done { task, token } => {
                to.u8(3);
                task.encode(&mut to);
                to.u64(*token);
            }
        }
        to.finish()
    }

    pub(super) fn decode(bytes: Bytes) -> Result<Self, WireError> {
        let mut from = Reader::new(bytes);
        let kind = from.u8("a task edit's kind")?;
        let task = TaskName::decode(&mut from)?;
        let edit = match kind {
            1 => Self::Claim {
                task,
                term: Term::decode(&mut from)?,
            },
            2 => Self::Renew {
                task,
                token: from.u64("a claim's token")?,
                term: Term::decode(&mut from)?,
            },
            3 => Self::Done {
                task,
                token: from.u64("a claim's token")?,
            },
            value => {
                return Err(WireError::Unknown {
                    what: "a task edit's kind",
                    value: value.into(),
                });
            }
        };
        from.end("a task edit")?;
        Ok(edit)
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claim { task, term } => write!(f, "claims “{task}” for {} ms", term.ms),
            Self::Renew { task, token, term } => {
                write!(
                    f,
                    "keeps “{task}”, claimed at {token}, for {} ms more",
                    term.ms
                )
            }
            Self::Done { task, token } => write!(f, "has done “{task}”, claimed at {token}"),
        }
    }
}
