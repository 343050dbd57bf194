//! A newcomer observes until its chain reaches as far as the others', and then asks for its vote
//! itself: only it knows that it serves. Until it votes nobody waits for it. So does one that had
//! stopped counting because it was silent for long.

use kinfolio_chain::edit::Change;
use kinfolio_chain::store::Store;
use kinfolio_chain::{Batch, Role};

use super::{Clock, Engine, Standing};
use crate::mempool::changes_members;

impl<S: Store> Engine<S> {
    /// Asks for a vote as soon as the chain here reaches as far as the others'.
    pub fn stand_for_vote(&mut self) {
        self.candidate = true;
    }

    /// Whether it has asked for a vote, or is to, and has none yet.
    pub(super) fn is_candidate(&self) -> bool {
        let me = self.state.configuration().member(self.me.device);
        match me.map(|me| me.role) {
            Some(Role::Silent) => true,
            Some(Role::Observer) | None => self.candidate,
            Some(Role::Voter | Role::Bucket) => false,
        }
    }

    /// Asks for a vote, if it is time; again, where another change of the members came first.
    pub(super) fn ask_for_vote(&mut self, clock: Clock) {
        if !self.is_candidate() || !self.has_caught_up() {
            return;
        }
        let me = self.me.device;
        let waits = |batch: &Batch| batch.author.device == me && changes_members(batch);
        if self.mempool.in_care().iter().any(waits) {
            return;
        }
        let (device, role) = (self.me.device, Role::Voter);
        self.write_change(clock, Change::Role { device, role }, Vec::new());
    }

    fn has_caught_up(&self) -> bool {
        let height = self.state.height();
        let mut present = self.peers.present().into_iter();
        let behind_nobody =
            present.all(|one| self.peers.tip(one).is_none_or(|tip| tip.0 <= height));
        self.standing == Standing::Good
            && self.trusted.is_empty()
            && self.catch_up.is_idle()
            && self.replica.has_quorum()
            && behind_nobody
    }
}
