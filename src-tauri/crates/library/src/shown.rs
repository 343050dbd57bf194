//! What this library shows: the catalogue, and above it this device's pending edits, exactly
//! once each, whichever way they go.
//!
//! A pending edit comes here when the ledger has acknowledged it as such, or when the library is
//! opened, and goes in the very edition in which the catalogue has its block. Does not know why
//! there was no quorum, nor what an edit says.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, RwLock};

use kinfolio_catalog::{Catalog, Edit, EditId, PhotoId, View};
use kinfolio_node::{Block, DeviceId, Incarnation, Payload, Waiting};

use crate::error::LibraryError;

/// Above so many bytes of new edits readers keep the edition that they have until the next is
/// done; below it waiting is cheaper than a copy.
const BYTES_IN_PLACE_MAX: usize = 64 << 10;

/// The edition that readers get, and the pending edits in it.
pub(crate) struct Shown {
    device: DeviceId,
    view: RwLock<View>,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    /// What waits and is shown, in the order in which it was written.
    edits: BTreeMap<EditId, Edit>,
    /// Per life of this device, the number after the last edit that came in a block since the
    /// library was opened: what is below it waits no more, whoever says so late.
    taken: BTreeMap<Incarnation, u64>,
    /// Whether the ledger was asked when it could not know yet what waits.
    asked_early: bool,
    /// Whether the catalogue is another device's, from before this one wrote anything: none of
    /// what waits here is in it, however short the chain is.
    given: bool,
}

impl Shown {
    /// The catalogue alone; whether another device gave it.
    pub(crate) fn new(device: DeviceId, view: View, given: bool) -> Self {
        let pending = Pending {
            given,
            ..Pending::default()
        };
        Self {
            device,
            view: RwLock::new(view),
            pending: Mutex::new(pending),
        }
    }

    /// What is shown now.
    pub(crate) fn view(&self) -> View {
        let view = self.view.read();
        view.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last edit that waits and is shown.
    pub(crate) fn last_pending(&self) -> Option<EditId> {
        let pending = self.pending.lock();
        let pending = pending.unwrap_or_else(PoisonError::into_inner);
        pending.edits.keys().next_back().copied()
    }

    /// Shows edits that wait, unless their block has come already; returns the photos that
    /// changed.
    pub(crate) fn wait(
        &self,
        catalog: &Catalog,
        waiting: Waiting,
    ) -> Result<Vec<PhotoId>, LibraryError> {
        let pending = self.pending.lock();
        let mut pending = pending.unwrap_or_else(PoisonError::into_inner);
        // A ledger that is being healed is shorter than its catalogue for a time, and does not
        // know what that holds already.
        pending.asked_early = !pending.given && catalog.height() > Some(waiting.height);
        if pending.asked_early {
            return Ok(Vec::new());
        }
        let last = pending.edits.keys().next_back().copied();
        let mut new = Vec::new();
        for edit in waiting.edits {
            let taken = pending.taken.get(&edit.id.incarnation).copied();
            let is_library = matches!(edit.payload, Payload::Opaque(_));
            if is_library
                && edit.id.seq >= taken.unwrap_or(0)
                && !pending.edits.contains_key(&edit.id)
            {
                pending.edits.insert(edit.id, edit.clone());
                new.push(edit);
            }
        }
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let in_order = new.iter().all(|edit| Some(edit.id) > last);
        let size = |edit: &Edit| match &edit.payload {
            Payload::Opaque(bytes) => bytes.len(),
            _ => 0,
        };
        if in_order && new.iter().map(size).sum::<usize>() > BYTES_IN_PLACE_MAX {
            let mut next = self.view();
            let changed = next.write(&new)?;
            self.put(next);
            return Ok(changed);
        }
        if in_order {
            let view = self.view.write();
            let mut view = view.unwrap_or_else(PoisonError::into_inner);
            return Ok(view.write(&new)?);
        }
        // One that was written before others that are shown: they stand on it.
        let next = self.on(catalog, &pending)?;
        let changed = next.pending_since(self.view().edition()).collect();
        self.put(next);
        Ok(changed)
    }

    /// Whether the ledger has to be asked once more what waits.
    pub(crate) fn asked_early(&self) -> bool {
        let pending = self.pending.lock();
        pending.unwrap_or_else(PoisonError::into_inner).asked_early
    }

    /// Takes over that the catalogue has come to hold these blocks.
    pub(crate) fn took(&self, catalog: &Catalog, blocks: &[Block]) -> Result<(), LibraryError> {
        let pending = self.pending.lock();
        let mut pending = pending.unwrap_or_else(PoisonError::into_inner);
        pending.given = false;
        // The edit that begins an epoch is out of its author's other ones.
        let blocks = blocks.iter().filter(|block| block.epoch().is_none());
        let batches = blocks.flat_map(Block::batches);
        for batch in batches.filter(|batch| batch.author.device == self.device) {
            let taken = pending.taken.entry(batch.author.incarnation).or_default();
            *taken = batch.next_seq().max(*taken);
        }
        let Pending { edits, taken, .. } = &mut *pending;
        edits.retain(|id, _| {
            let taken = taken.get(&id.incarnation);
            taken.is_none_or(|taken| id.seq >= *taken)
        });
        let next = self.on(catalog, &pending)?;
        self.put(next);
        Ok(())
    }

    /// The catalogue begins again: what waits is asked for anew, and what came in blocks may wait
    /// again.
    pub(crate) fn begin_again(&self, catalog: &Catalog) -> Result<(), LibraryError> {
        let pending = self.pending.lock();
        let mut pending = pending.unwrap_or_else(PoisonError::into_inner);
        *pending = Pending {
            asked_early: true,
            ..Pending::default()
        };
        let next = self.on(catalog, &pending)?;
        self.put(next);
        Ok(())
    }

    /// The edition after this one, with what waits above the catalogue as it is now.
    fn on(&self, catalog: &Catalog, pending: &Pending) -> Result<View, LibraryError> {
        let edits: Vec<_> = pending.edits.values().cloned().collect();
        Ok(self.view().next(catalog, &edits)?)
    }

    fn put(&self, next: View) {
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

#[cfg(test)]
mod tests;
