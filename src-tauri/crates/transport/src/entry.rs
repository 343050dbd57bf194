//! The door for programs that are no devices: entries in, a receipt for each.
//!
//! Knows how entries travel and who may send them; does not know what becomes of them. That is
//! behind [`Entries`].

pub(crate) mod client;
pub(crate) mod service;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use kinfolio_chain::{BlockHash, Height};
use subtle::ConstantTimeEq;
use tokio::sync::mpsc;

/// Largest payload of an entry, in bytes.
pub const ENTRY_BYTES_MAX: usize = 64 << 10;

/// Entries of one stream that may be without an answer; until then no more are read.
pub const ENTRIES_UNANSWERED_MAX: usize = 4096;

/// Bytes that an entry or a receipt takes in a frame besides its payload, at most.
const OVERHEAD_BYTES: usize = 64;

/// Who takes entries, and what they must know to bring them.
#[derive(Clone, Debug)]
pub struct EntryDoor {
    /// Who takes them.
    pub entries: Arc<dyn Entries>,
    /// What opens the door.
    pub token: Token,
}

/// A secret that programs show.
#[derive(Clone)]
pub struct Token(Arc<str>);

impl Token {
    /// The token with this text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether `given` is the token. Takes equally long for every wrong one of its length.
    pub(crate) fn accepts(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// Keeps the secret out of logs.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Takes entries into the ledger.
pub trait Entries: fmt::Debug + Send + Sync + 'static {
    /// Takes entries over, in their order, without waiting. Each is answered through `replies`
    /// exactly once, whenever that is, in any order. At most [`ENTRIES_UNANSWERED_MAX`] of one
    /// stream are outstanding.
    fn append_many(&self, entries: Vec<Entry>, replies: &Replies);
}

/// Something to write into the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The sender's own name for it.
    pub id: u64,
    /// Opaque bytes, at most [`ENTRY_BYTES_MAX`].
    pub payload: Bytes,
}

/// Where an entry stands in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryReceipt {
    /// The height of its block.
    pub height: Height,
    /// The block.
    pub hash: BlockHash,
    /// Whether no quorum is at hand: the entry is durable on one device and waits for a block;
    /// height and hash are those of the tip.
    pub pending: bool,
}

/// An entry was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct EntryRefused {
    /// Why.
    pub detail: String,
}

/// An answer to one entry: its id, and what became of it.
pub type Answer = (u64, Result<EntryReceipt, EntryRefused>);

/// The way back to the sender of entries.
#[derive(Clone, Debug)]
pub struct Replies(mpsc::UnboundedSender<Answer>);

impl Replies {
    /// Answers one entry. A sender that is gone is not missed.
    pub fn answer(&self, id: u64, result: Result<EntryReceipt, EntryRefused>) {
        let _ = self.0.send((id, result));
    }
}
