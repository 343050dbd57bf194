//! The pending layer: this device's edits that no block holds yet, replayed above a snapshot.
//!
//! It keeps what they made of the photos that they touch, and by how much they move the counts;
//! so it costs what the pending edits cost and nothing of what the library does. Clones share
//! the photos. Does not know where pending edits are kept, nor when they enter the chain.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kinfolio_chain::{DeviceId, Edit, EditId, Height, Payload};

use super::CatalogError;
use super::ground::{At, Ground, Moved, Step, Verified};
use super::listing::{Counts, Listing};
use super::replay::{Place, Replay, Working};
use super::row::{HistoryRow, PhotoRow, RelabelRow};
use super::snapshot::Snapshot;
use super::view::Edition;
use crate::label::{List, Move};
use crate::merge::{Author, PENDING, Stamp};
use crate::payload::{ActionName, Occasion};
use crate::photo::Undone;
use crate::photo_id::PhotoId;
use crate::settings::SettingsChange;

/// What pending edits made.
#[derive(Clone, Default)]
pub(super) struct Layer {
    pub(super) photos: BTreeMap<PhotoId, Arc<Layered>>,
    words: BTreeMap<u32, Arc<[u8]>>,
    pub(super) history: BTreeMap<(PhotoId, u32), Arc<HistoryRow>>,
    steps: BTreeMap<(ActionName, u32), Option<PhotoId>>,
    /// Actions whose edits in the chain a pending edit takes back.
    pub(super) gone: BTreeSet<ActionName>,
    pub(super) undone: BTreeMap<EditId, Undone>,
    /// Photos of the layer that are not in the trash, by wall clock in milliseconds.
    pub(super) listed: BTreeSet<(i64, PhotoId)>,
    pub(super) counts: Counts,
    /// Labels that pending edits made, or forgot that they were made.
    pub(super) made: BTreeMap<(List, String), bool>,
    relabels: BTreeMap<At, Option<Relabel>>,
    /// How many edits were replayed.
    edits: u32,
}

/// An edit of a list of labels, and whose labels it moved; none where it was undone.
type Relabel = (Arc<RelabelRow>, Arc<[PhotoId]>);

/// A photo that pending edits touch.
pub(super) struct Layered {
    /// As the snapshot has it, if it does.
    below: Option<PhotoRow>,
    pub(super) now: PhotoRow,
    /// The edition in which it came to be so.
    pub(super) edition: Edition,
}

/// The layer while edits are replayed upon it.
struct Above<'a> {
    below: &'a Snapshot,
    layer: &'a mut Layer,
}

impl Layer {
    /// Replays edits on top; returns the photos that changed. Those that are no edits of the
    /// library are passed over.
    pub(super) fn write(
        &mut self,
        below: &Snapshot,
        edits: &[Edit],
        edition: Edition,
    ) -> Result<Vec<PhotoId>, CatalogError> {
        let first = self.edits;
        self.edits += u32::try_from(edits.len()).unwrap_or(u32::MAX);
        let mut replay = Replay::on(Above { below, layer: self });
        for (index, edit) in (first..).zip(edits) {
            let Payload::Opaque(payload) = &edit.payload else {
                continue;
            };
            let author = Author {
                stamp: Stamp::new(edit.id, PENDING),
                base: edit.base,
            };
            let place = Place {
                author,
                index,
                block_time_ms: None,
                occasion: Occasion::default(),
            };
            replay.edit(&place, payload)?;
        }
        let (above, changed) = replay.finish();
        let layer = above.layer;
        let ids = changed.keys().copied().collect();
        for (id, photo) in changed {
            layer.put_photo(id, photo, edition);
        }
        Ok(ids)
    }

    fn put_photo(&mut self, id: PhotoId, photo: Working, edition: Edition) {
        let Working { before, now } = photo;
        if let Some(before) = before.as_ref().and_then(Listing::of) {
            self.listed.remove(&(before.taken_at.wall_ms, id));
            self.counts.add(&before, -1);
        }
        if let Some(now) = Listing::of(&now) {
            self.listed.insert((now.taken_at.wall_ms, id));
            self.counts.add(&now, 1);
        }
        let below = match self.photos.get(&id) {
            Some(known) => known.below.clone(),
            None => before,
        };
        let layered = Layered {
            below,
            now,
            edition,
        };
        self.photos.insert(id, Arc::new(layered));
    }

    /// Whether the snapshot lists this photo at this time, and the layer stands above it.
    pub(super) fn hides(&self, id: &PhotoId) -> bool {
        self.photos
            .get(id)
            .is_some_and(|layered| layered.below.is_some())
    }

    /// The photos whose labels the pending `index`-th edit moved.
    pub(super) fn relabelled(&self, index: u32) -> usize {
        let row = self.relabels.get(&(PENDING, index));
        let row = row.and_then(Option::as_ref);
        row.map_or(0, |(_, photos)| photos.len())
    }

    /// The payload of the pending change that was the `index`-th edit.
    pub(super) fn words(&self, index: u32) -> Option<Vec<u8>> {
        self.words.get(&index).map(|raw| raw.to_vec())
    }

    /// The pending edits of an action, in order.
    pub(super) fn steps(&self, name: ActionName) -> impl Iterator<Item = Step> + '_ {
        let steps = self.steps.range((name, 0)..=(name, u32::MAX));
        steps.map(|(&(_, index), &added)| ((PENDING, index), added))
    }

    /// The action that the last of a device's pending edits belongs to, those taken back left
    /// out.
    pub(super) fn last_action(&self, device: kinfolio_chain::DeviceId) -> Option<ActionName> {
        let steps = self.steps.keys();
        let mine = steps.filter(|(name, _)| name.device == device);
        mine.max_by_key(|(_, index)| *index).map(|(name, _)| *name)
    }
}

impl Ground for Above<'_> {
    fn photo(&self, id: &PhotoId) -> Result<Option<PhotoRow>, CatalogError> {
        match self.layer.photos.get(id) {
            Some(layered) => Ok(Some(layered.now.clone())),
            None => self.below.row(id),
        }
    }

    fn words(&self, at: At) -> Result<Option<Vec<u8>>, CatalogError> {
        match at {
            (PENDING, index) => Ok(self.layer.words(index)),
            at => self.below.words(at),
        }
    }

    fn put_words(&mut self, at: At, raw: &[u8]) -> Result<(), CatalogError> {
        self.layer.words.insert(at.1, raw.into());
        Ok(())
    }

    fn history(&self, id: &PhotoId, at: At) -> Result<Option<HistoryRow>, CatalogError> {
        match at {
            (PENDING, index) => {
                let row = self.layer.history.get(&(*id, index));
                Ok(row.map(|row| HistoryRow::clone(row)))
            }
            at => self.below.history_at(id, at),
        }
    }

    fn put_history(&mut self, id: &PhotoId, at: At, row: HistoryRow) -> Result<(), CatalogError> {
        self.layer.history.insert((*id, at.1), Arc::new(row));
        Ok(())
    }

    fn put_step(&mut self, name: ActionName, (at, added): Step) -> Result<(), CatalogError> {
        self.layer.steps.insert((name, at.1), added);
        Ok(())
    }

    fn take_steps(&mut self, name: ActionName) -> Result<Vec<Step>, CatalogError> {
        let mut steps = Vec::new();
        if !self.layer.gone.contains(&name) {
            steps = self.below.steps(name)?;
        }
        if !steps.is_empty() {
            self.layer.gone.insert(name);
        }
        let pending: Vec<Step> = self.layer.steps(name).collect();
        for ((_, index), _) in &pending {
            self.layer.steps.remove(&(name, *index));
        }
        steps.extend(pending);
        Ok(steps)
    }

    fn labelled(&self, moved: &Move) -> Result<BTreeSet<PhotoId>, CatalogError> {
        let mut photos = self.below.labelled(moved)?;
        let has = |row: &PhotoRow| {
            let mut names = row.said.labels(moved.list).names();
            names.any(|label| moved.concerns(label))
        };
        let here = self.layer.photos.iter().filter(|(_, one)| has(&one.now));
        photos.extend(here.map(|(id, _)| *id));
        Ok(photos)
    }

    fn made(&self, moved: &Move) -> Result<Vec<String>, CatalogError> {
        let below = self.below.made(moved)?.into_iter();
        let below = below.map(|label| ((moved.list, label), true));
        let mut labels: BTreeMap<_, _> = below.collect();
        let here = self.layer.made.iter();
        let here = here.filter(|((list, label), _)| *list == moved.list && moved.concerns(label));
        labels.extend(here.map(|(key, made)| (key.clone(), *made)));
        let made = labels.into_iter().filter(|(_, made)| *made);
        Ok(made.map(|((_, label), _)| label).collect())
    }

    fn make(&mut self, list: List, label: &str, made: bool) -> Result<bool, CatalogError> {
        let key = (list, label.to_owned());
        match self.layer.made.insert(key, made) {
            Some(before) => Ok(before),
            None => self.below.is_made(list, label),
        }
    }

    fn put_relabel(
        &mut self,
        at: At,
        row: RelabelRow,
        photos: Vec<PhotoId>,
    ) -> Result<(), CatalogError> {
        let kept = Some((Arc::new(row), photos.into()));
        self.layer.relabels.insert(at, kept);
        Ok(())
    }

    fn take_relabel(&mut self, at: At) -> Result<Option<(RelabelRow, Vec<PhotoId>)>, CatalogError> {
        match self.layer.relabels.insert(at, None) {
            Some(kept) => Ok(kept.map(|(row, photos)| (RelabelRow::clone(&row), photos.to_vec()))),
            None => match self.below.relabel(at)? {
                Some(row) => Ok(Some((row, self.below.relabelled(at)?))),
                None => Ok(None),
            },
        }
    }

    /// A device knows its own edits: only what blocks moved can be news to it.
    fn moves_above(&self, height: Height) -> Result<Vec<Moved>, CatalogError> {
        let mut moves = self.below.moves_above(height)?;
        moves.retain(|(at, ..)| !self.layer.relabels.contains_key(at));
        Ok(moves)
    }

    /// What only a bucket can vouch for counts once the chain has it.
    fn put_stored(&mut self, _: &str, _: &[PhotoId], _: i64) -> Result<(), CatalogError> {
        Ok(())
    }

    fn put_leftover(
        &mut self,
        _: &str,
        _: &PhotoId,
        _: Height,
        _: Height,
    ) -> Result<(), CatalogError> {
        Ok(())
    }

    fn take_leftover(
        &mut self,
        _: &str,
        _: &PhotoId,
        _: Height,
        _: Height,
    ) -> Result<(), CatalogError> {
        Ok(())
    }

    /// As above: the others hear of it once the chain has it.
    fn put_verified(&mut self, _: DeviceId, _: &Verified) -> Result<(), CatalogError> {
        Ok(())
    }

    fn put_held(&mut self, _: DeviceId, _: &PhotoId, _: i64) -> Result<(), CatalogError> {
        Ok(())
    }

    fn take_stored(&mut self, _: &str, _: &PhotoId) -> Result<(), CatalogError> {
        Ok(())
    }

    fn put_lost(&mut self, _: DeviceId, _: &PhotoId) -> Result<(), CatalogError> {
        Ok(())
    }

    fn put_dropped(&mut self, _: DeviceId, _: &PhotoId, _: &PhotoRow) -> Result<(), CatalogError> {
        Ok(())
    }

    /// The photo's row says so here.
    fn put_purged(&mut self, _: Height, _: &PhotoId, _: Height) -> Result<(), CatalogError> {
        Ok(())
    }

    fn take_purged(&mut self, _: Height, _: &PhotoId) -> Result<(), CatalogError> {
        Ok(())
    }

    /// What all devices go by counts once the chain has it.
    fn put_settings(&mut self, _: SettingsChange) -> Result<(), CatalogError> {
        Ok(())
    }

    fn put_undone(&mut self, undo: EditId, undone: Undone) -> Result<(), CatalogError> {
        self.layer.undone.insert(undo, undone);
        Ok(())
    }
}
