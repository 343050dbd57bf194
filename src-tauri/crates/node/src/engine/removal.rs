//! A device that the household has removed, and how it learns that.
//!
//! One that is there when the block is decided reads it in that block. One that was away is let in
//! nowhere any more, and so never sees it; those whom it asks say so instead. One of them may lie:
//! it is believed when more than half of the other voters that this device knows say the same.

use std::collections::BTreeSet;

use kinfolio_chain::store::Store;
use kinfolio_chain::{DeviceId, Role};

use super::{Engine, Standing};

impl<S: Store> Engine<S> {
    /// `by` does not let this device in, because the household has removed it.
    pub(super) fn hear_removal(&mut self, by: DeviceId) {
        if self.standing == Standing::Removed || !self.removed_by.insert(by) {
            return;
        }
        // A bucket speaks to nobody.
        let members = self.circle().members();
        let voters = members
            .filter(|one| one.role == Role::Voter)
            .map(|one| one.id);
        let others: BTreeSet<_> = voters.filter(|&one| one != self.me.device).collect();
        let agree = others.intersection(&self.removed_by).count();
        tracing::warn!(
            device = %by,
            agree,
            of = others.len(),
            "a device says that the household has removed this one"
        );
        if agree * 2 > others.len() {
            self.be_removed();
        }
    }

    /// This device is no member any more: it shows what it has, and takes nothing in.
    pub fn be_removed(&mut self) {
        tracing::error!("this device was removed from the household");
        self.standing = Standing::Removed;
        self.replica.fall_silent();
    }
}
