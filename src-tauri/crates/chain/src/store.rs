//! Where the chain is kept: the log of votes, blocks and decisions of one device.
//!
//! The log is the only truth of a device besides its originals. What a store knows is what
//! [`Recovered`] says after opening it; everything else is an index over it.

mod abstention;
pub mod disk;
pub mod fault;
pub mod files;
pub mod memory;
pub mod pending;
pub mod record;
mod replay;
pub mod salvage;
mod segment;
pub mod verify;

#[cfg(test)]
pub(crate) mod conformance;

use std::sync::Arc;

use crate::apply::ChainState;
use crate::batch::Batch;
use crate::block::Block;
use crate::id::{DeviceId, Height, Incarnation};

pub use abstention::Abstention;
pub use fault::StoreError;
pub use record::{Ballot, Record};

/// The log of one device.
///
/// # Durability
/// - [`append`](Store::append) alone promises nothing: after a crash the record, and all
///   after it, may be gone or torn.
/// - After [`sync`](Store::sync) returned, every record appended before it survives a crash,
///   whole and in order. If it fails, nothing is known about them: the store refuses all
///   further writes and must be opened again.
/// - Records survive as a prefix: never a later one without an earlier one.
pub trait Store {
    /// Adds a record at the end.
    ///
    /// # Errors
    /// If the store refuses writes after an earlier failure.
    fn append(&mut self, record: &Record) -> Result<(), StoreError>;

    /// Makes everything appended so far survive a crash.
    ///
    /// # Errors
    /// If the disk is full or fails; see above.
    fn sync(&mut self) -> Result<(), StoreError>;

    /// The decided block at `height`, if this device has it.
    ///
    /// # Errors
    /// If the block cannot be read, or is not what was written.
    fn block(&self, height: Height) -> Result<Option<Block>, StoreError>;

    /// Keeps edits of this device that no block holds yet, apart from the log; they survive a
    /// crash when this returns.
    ///
    /// # Errors
    /// If the disk is full or fails.
    fn set_aside(&mut self, batches: &[Batch]) -> Result<(), StoreError>;

    /// Forgets what was set aside and `chain` holds by now.
    ///
    /// # Errors
    /// If the disk fails; what is set aside may then be more than needs to be.
    fn settle(&mut self, chain: &ChainState) -> Result<(), StoreError>;

    /// What is set aside, in the order in which it was.
    fn pending(&self) -> &[Batch];

    /// Ends the log as of a clean exit: a seal says how long it is and what it sums to.
    ///
    /// # Errors
    /// As [`Store::sync`].
    fn seal(&mut self) -> Result<(), StoreError>;
}

/// What a log says when it is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// The chain up to the last decided block; nothing in a log without a founding block.
    pub state: Option<ChainState>,
    /// The last life of this device that it wrote down.
    pub incarnation: Option<Incarnation>,
    /// The highest ballot promised at the height above the tip.
    pub promised: Option<Ballot>,
    /// The block accepted at the height above the tip, and under which ballot.
    pub accepted: Option<(Ballot, Arc<Block>)>,
    /// What the log lacks of its device's own votes.
    pub abstention: Abstention,
    /// Whether the last exit was a clean one.
    pub sealed: bool,
    /// Bytes of an incomplete last record that were cut off.
    pub torn_bytes: u64,
}

impl Recovered {
    /// The life of `device` after the last one that was written down, here or in the chain.
    #[must_use]
    pub fn next_incarnation(&self, device: DeviceId, nonce: u64) -> Incarnation {
        let in_chain = self
            .state
            .as_ref()
            .and_then(|state| state.last_life(device));
        let last = self.incarnation.max(in_chain);
        Incarnation {
            counter: last.map_or(0, |last| last.counter) + 1,
            nonce,
        }
    }
}
