//! Edits: what devices write into the chain.

use std::fmt;

use bytes::Bytes;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

use crate::config::{MEMBERS_MAX, Member, NAME_BYTES_MAX, decode_key};
use crate::id::{DeviceId, Height, HouseholdId, Incarnation, Owner};
use crate::merkle;
use crate::wire::{Reader, WireError, Writer};

mod epoch;
mod membership;
mod task;

pub use epoch::{Beginner, Epoch};
pub use membership::{Change, Membership};
pub use task::{TASK_NAME_BYTES_MAX, TERM_MS_MAX, TERM_MS_MIN, Task, TaskLimit, TaskName, Term};

/// Largest opaque payload of one edit, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 1 << 20;

/// The name of an edit: it applies once, whatever is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EditId {
    /// The author.
    pub device: DeviceId,
    /// The author's life.
    pub incarnation: Incarnation,
    /// Counted from 0 within that life, without gaps.
    pub seq: u64,
}

impl fmt::Display for EditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}-{}",
            self.device, self.incarnation.counter, self.seq
        )
    }
}

/// One edit as it stands in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Its name.
    pub id: EditId,
    /// The height that its author had seen; it had also seen its own earlier edits.
    pub base: Height,
    /// What it says.
    pub payload: Payload,
}

impl Edit {
    /// The leaf hash of this edit in the Merkle trees of its batch and its block.
    #[must_use]
    pub fn leaf(&self) -> [u8; 32] {
        merkle::leaf(&self.canonical())
    }

    /// The canonical form, whose leaf hash stands in the Merkle trees.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        canonical(self.id, self.base, &self.payload)
    }
}

/// The leaf hash of an edit, from its parts.
pub(crate) fn leaf(id: EditId, base: Height, payload: &Payload) -> [u8; 32] {
    merkle::leaf(&canonical(id, base, payload))
}

fn canonical(id: EditId, base: Height, payload: &Payload) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.raw(&id.device.0);
    writer.u64(id.incarnation.counter);
    writer.u64(id.incarnation.nonce);
    writer.u64(id.seq);
    writer.u64(base);
    payload.encode(&mut writer);
    writer.finish()
}

/// What an edit says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Founds the household; the first edit of the block at height 0 and nowhere else.
    Founding(Founding),
    /// Bytes that mean nothing here.
    Opaque(Bytes),
    /// Changes who belongs to the household, from the next height on.
    Membership(Membership),
    /// Claims a task, keeps it, or says that it is done.
    Task(Task),
    /// Begins another line of history; the only edit of its block.
    Epoch(Epoch),
}

impl Payload {
    /// Writes the canonical form.
    pub fn encode(&self, to: &mut Writer) {
        match self {
            Self::Founding(founding) => {
                to.u8(1);
                to.blob(&founding.encode());
            }
            Self::Opaque(bytes) => {
                to.u8(2);
                to.blob(bytes);
            }
            Self::Membership(membership) => {
                to.u8(3);
                to.blob(&membership.encode());
            }
            Self::Task(task) => {
                to.u8(4);
                to.blob(&task.encode());
            }
            Self::Epoch(epoch) => {
                to.u8(5);
                to.blob(&epoch.encode());
            }
        }
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// If the bytes are not a payload, or one of a kind that a newer version made.
    pub fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let kind = from.u8("an edit's kind")?;
        let bytes = from.blob("an edit's payload", PAYLOAD_BYTES_MAX)?;
        match kind {
            1 => Founding::decode(bytes).map(Self::Founding),
            2 => Ok(Self::Opaque(bytes)),
            3 => Membership::decode(bytes).map(Self::Membership),
            4 => Task::decode(bytes).map(Self::Task),
            5 => Epoch::decode(bytes).map(Self::Epoch),
            value => Err(WireError::Unknown {
                what: "an edit's kind",
                value: value.into(),
            }),
        }
    }

    /// How many bytes the canonical form has.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        5 + match self {
            Self::Founding(founding) => founding.encode().len(),
            Self::Opaque(bytes) => bytes.len(),
            Self::Membership(membership) => membership.encode().len(),
            Self::Task(task) => task.encode().len(),
            Self::Epoch(epoch) => epoch.encode().len(),
        }
    }
}

/// The first edit of a household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founding {
    /// What the household is called.
    pub household: String,
    /// Drawn at random, so that no two households have one id.
    pub nonce: [u8; 32],
    /// The public half of the recovery key, see [`RecoveryKey`](crate::RecoveryKey).
    pub recovery: VerifyingKey,
    /// The first members; at least one of them votes.
    pub members: Vec<Member>,
}

impl Founding {
    /// The household's id.
    #[must_use]
    pub fn id(&self) -> HouseholdId {
        let hash = Sha256::new()
            .chain_update("kinfolio household v1\0")
            .chain_update(self.encode());
        HouseholdId(hash.finalize().into())
    }

    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.blob(self.household.as_bytes());
        writer.raw(&self.nonce);
        writer.raw(self.recovery.as_bytes());
        writer.len(self.members.len());
        for member in &self.members {
            member.encode(&mut writer);
        }
        writer.finish()
    }

    fn decode(bytes: Bytes) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let household = reader.text("the household's name", NAME_BYTES_MAX)?;
        let nonce = reader.raw("the founding nonce")?;
        let recovery = decode_key("the recovery key", &mut reader)?;
        let count = reader.len("the first members", MEMBERS_MAX, 37)?;
        let members: Result<_, _> = (0..count).map(|_| Member::decode(&mut reader)).collect();
        let founding = Self {
            household,
            nonce,
            recovery,
            members: members?,
        };
        reader.end("the founding edit")?;
        Ok(founding)
    }
}

/// Writes who wrote something and in which life.
pub(crate) fn encode_owner(owner: &Owner, to: &mut Writer) {
    to.raw(&owner.device.0);
    to.u64(owner.incarnation.counter);
    to.u64(owner.incarnation.nonce);
}

/// Reads who wrote something and in which life.
pub(crate) fn decode_owner(from: &mut Reader) -> Result<Owner, WireError> {
    let device = DeviceId(from.raw("a device id")?);
    let counter = from.u64("an incarnation's counter")?;
    let nonce = from.u64("an incarnation's nonce")?;
    Ok(Owner {
        device,
        incarnation: Incarnation { counter, nonce },
    })
}
