//! Checkpoints: blocks that carry a hash of all that the chain below them amounts to. Whoever has
//! the hash of one can tell whether a snapshot is true without replaying the chain, and devices
//! whose rules differ part at the next checkpoint, by name, and not unseen.

use sha2::{Digest, Sha256};

use crate::apply::{ChainState, Refusal};
use crate::block::Header;
use crate::id::{Height, StateRoot};
use crate::wire::Writer;

/// Every block whose height is a multiple of this is a checkpoint, but for the founding one, which
/// has nothing below it.
pub const CHECKPOINT_EVERY: Height = 256;

impl ChainState {
    /// The state root that the next block carries: none unless it is a checkpoint. It is computed
    /// once, when the chain comes to stand below one, however many blocks are then tried.
    #[must_use]
    pub fn state_root_next(&self) -> Option<StateRoot> {
        self.state_root_next
    }

    pub(super) fn check_state_root(&self, header: &Header) -> Result<(), Refusal> {
        let (expected, got) = (self.state_root_next, header.state_root);
        if got != expected {
            return Err(Refusal::StateRoot { expected, got });
        }
        Ok(())
    }

    /// To be called whenever the tip has moved.
    pub(super) fn prepare_checkpoint(&mut self) {
        let above = self.height.saturating_add(1);
        let is_due = above.is_multiple_of(CHECKPOINT_EVERY);
        self.state_root_next = is_due.then(|| self.state_root());
    }

    /// SHA-256 of the canonical form.
    fn state_root(&self) -> StateRoot {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        let hash = Sha256::new()
            .chain_update("kinfolio state v1\0")
            .chain_update(writer.finish());
        StateRoot(hash.finalize().into())
    }
}
