//! The catalogue as this device shows it: the chain up to a height, and above it this device's
//! own edits that no block holds yet.
//!
//! Two layers and never a third: what the chain says stays in the file, equal on every device;
//! what is pending stays here and goes when its block comes. Errors are those of a file that
//! cannot be read. Does not know where pending edits come from.

use std::collections::BTreeMap;
use std::sync::Arc;

use kinfolio_chain::{DeviceId, Edit, EditId, Height};

use super::pending::Layer;
use super::snapshot::{Snapshot, entry, record};
use super::{Catalog, CatalogError};
use crate::label::{List, Move};
use crate::merge::PENDING;
use crate::payload::{ActionName, LibraryEdit};
use crate::photo::{
    Action, Deed, HistoryEntry, LabelCount, MonthCount, Photo, TimelineRow, Undone,
};
use crate::photo_id::{ImportId, PhotoId};
use crate::wall_time::YearMonth;

/// Counts the changes of what is shown, by blocks and by pending edits alike; 0 is before the
/// first.
pub type Edition = u64;

/// One edition of what is shown; clones share it.
#[derive(Clone)]
pub struct View {
    snapshot: Arc<Snapshot>,
    layer: Arc<Layer>,
    edition: Edition,
}

impl View {
    pub(super) fn of(snapshot: Snapshot) -> View {
        View {
            snapshot: Arc::new(snapshot),
            layer: Arc::default(),
            edition: 1,
        }
    }

    /// The edition after this one: the catalogue as it is now, and above it `pending`, which it
    /// must not hold yet.
    pub fn next(&self, catalog: &Catalog, pending: &[Edit]) -> Result<View, CatalogError> {
        let mut next = View::of(catalog.snapshot()?);
        next.edition = self.edition;
        next.write(pending)?;
        Ok(next)
    }

    /// Puts further pending edits on top of those that are there, and makes that the next
    /// edition; returns the photos that changed. Costs what these edits cost, unless a clone is
    /// in use.
    pub fn write(&mut self, edits: &[Edit]) -> Result<Vec<PhotoId>, CatalogError> {
        self.edition += 1;
        if edits.is_empty() {
            return Ok(Vec::new());
        }
        Arc::make_mut(&mut self.layer).write(&self.snapshot, edits, self.edition)
    }

    /// Which edition this is.
    #[must_use]
    pub fn edition(&self) -> Edition {
        self.edition
    }

    /// The height of the last block that this shows; `None` before the founding block.
    #[must_use]
    pub fn height(&self) -> Option<Height> {
        self.snapshot.height()
    }

    /// What the chain alone says.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Photos that pending edits made what they are, in an edition after `edition`, by id.
    pub fn pending_since(&self, edition: Edition) -> impl Iterator<Item = PhotoId> + '_ {
        let photos = self.layer.photos.iter();
        photos
            .filter(move |(_, photo)| photo.edition > edition)
            .map(|(id, _)| *id)
    }

    /// Whether pending edits touch this photo.
    #[must_use]
    pub fn is_pending(&self, id: &PhotoId) -> bool {
        self.layer.photos.contains_key(id)
    }

    /// Whether the very adding of this photo is pending.
    pub fn is_pending_photo(&self, id: &PhotoId) -> Result<bool, CatalogError> {
        let layered = self.layer.photos.get(id);
        Ok(layered.is_some_and(|layered| layered.now.facts.0 == PENDING))
    }

    /// One photo, in the trash or not.
    pub fn photo(&self, id: &PhotoId) -> Result<Option<Photo>, CatalogError> {
        let Some(layered) = self.layer.photos.get(id) else {
            return self.snapshot.photo(id);
        };
        let facts = match layered.now.facts {
            (PENDING, index) => self.layer.words(index),
            at => self.snapshot.words(at)?,
        };
        let facts = facts.ok_or(CatalogError::Row("edits"))?;
        let mut photo = record(&facts, &layered.now)?;
        photo.pending = true;
        Ok(Some(photo))
    }

    /// The photos of these ids, in this order; unknown ids are left out.
    pub fn photos(&self, ids: &[PhotoId]) -> Result<Vec<Photo>, CatalogError> {
        if self.layer.photos.is_empty() {
            return self.snapshot.photos(ids);
        }
        let photos = ids.iter().map(|id| self.photo(id));
        photos.filter_map(Result::transpose).collect()
    }

    /// Whether the photo is known, in the trash or not.
    pub fn contains(&self, id: &PhotoId) -> Result<bool, CatalogError> {
        Ok(self.is_pending(id) || self.snapshot.contains(id)?)
    }

    /// Whether the photo is known and was not purged, in the trash or not.
    pub fn keeps(&self, id: &PhotoId) -> Result<bool, CatalogError> {
        match self.layer.photos.get(id) {
            Some(layered) => Ok(layered.now.purged.is_none()),
            None => self.snapshot.keeps(id),
        }
    }

    /// The import run that first brought the photo; `None` if it is unknown.
    pub fn added_by_import(&self, id: &PhotoId) -> Result<Option<ImportId>, CatalogError> {
        match self.layer.photos.get(id) {
            Some(layered) => Ok(Some(layered.now.import)),
            None => self.snapshot.added_by_import(id),
        }
    }

    /// How many photos there are, those in the trash left out.
    pub fn count(&self) -> Result<u64, CatalogError> {
        let below = self.snapshot.count()?;
        Ok(below.saturating_add_signed(self.layer.counts.photos))
    }

    /// The months that hold photos, newest first.
    pub fn months(&self) -> Result<Vec<MonthCount>, CatalogError> {
        let below = self.snapshot.months()?;
        let below = below.into_iter().map(|row| (row.month.index(), row.count));
        let counts = moved(below.collect(), &self.layer.counts.months);
        let newest_first = counts.into_iter().rev();
        let row = |(month, count)| MonthCount {
            month: YearMonth::from_index(month),
            count,
        };
        Ok(newest_first.map(row).collect())
    }

    /// Photos of a month, newest first, those of one millisecond by descending id: `limit` of them,
    /// `from` passed over.
    pub fn month(
        &self,
        month: YearMonth,
        from: usize,
        limit: usize,
    ) -> Result<Vec<TimelineRow>, CatalogError> {
        if self.layer.photos.is_empty() {
            return self.snapshot.month(month, from, limit);
        }
        let mut rows = self.snapshot.month(month, 0, usize::MAX)?;
        rows.retain(|row| !self.layer.hides(&row.id));
        let span = month.wall_ms_range();
        let lowest = PhotoId([0; 32]);
        let listed = (span.start, lowest)..(span.end, lowest);
        for &(wall_ms, id) in self.layer.listed.range(listed) {
            if let Some(layered) = self.layer.photos.get(&id) {
                let mut row = layered.now.timeline().row(wall_ms, id);
                row.pending = true;
                rows.push(row);
            }
        }
        rows.sort_by_key(|row| std::cmp::Reverse((row.taken_at.wall_ms, row.id)));
        Ok(rows.into_iter().skip(from).take(limit).collect())
    }

    /// Every label of a list that a photo has or that was made, by name.
    pub fn labels(&self, list: List) -> Result<Vec<LabelCount>, CatalogError> {
        let below = self.snapshot.labels(list)?.into_iter();
        let mut counts: BTreeMap<String, u64> = below.map(|row| (row.name, row.count)).collect();
        let of = |key: &(List, String)| key.0 == list;
        for (key, made) in self.layer.made.iter().filter(|(key, _)| of(key)) {
            match made {
                true => drop(counts.entry(key.1.clone()).or_default()),
                false => counts.retain(|name, count| *count > 0 || *name != key.1),
            }
        }
        for (key, by) in self.layer.counts.labels.iter().filter(|(key, _)| of(key)) {
            let count = counts.entry(key.1.clone()).or_default();
            *count = count.saturating_add_signed(*by);
            if *count == 0 && !self.is_made(list, &key.1)? {
                counts.remove(&key.1);
            }
        }
        let row = |(name, count)| LabelCount { name, count };
        Ok(counts.into_iter().map(row).collect())
    }

    /// How many photos have a label that `moved` concerns, those in the trash too.
    pub fn labelled(&self, moved: &Move) -> Result<u64, CatalogError> {
        let mut photos = self.snapshot.labelled(moved)?;
        for (id, layered) in &self.layer.photos {
            let has = |(list, label)| list == moved.list && moved.concerns(label);
            match layered.now.labels().any(has) {
                true => photos.insert(*id),
                false => photos.remove(id),
            };
        }
        Ok(photos.len() as u64)
    }

    fn is_made(&self, list: List, label: &str) -> Result<bool, CatalogError> {
        match self.layer.made.get(&(list, label.to_owned())) {
            Some(made) => Ok(*made),
            None => self.snapshot.is_made(list, label),
        }
    }

    /// Every edit of a photo in chain order, the pending ones last; empty if it is unknown.
    pub fn history(&self, id: &PhotoId) -> Result<Vec<HistoryEntry>, CatalogError> {
        let mut entries = self.snapshot.history(id)?;
        let pending = self.layer.history.range((*id, 0)..=(*id, u32::MAX));
        for (&(_, index), row) in pending {
            let words = || Ok(self.layer.words(index));
            entries.push(entry(row.as_ref().clone(), words)?);
        }
        Ok(entries)
    }

    /// The last action of a device that was not undone; `None` if there is none.
    pub fn last_action(&self, device: DeviceId) -> Result<Option<Action>, CatalogError> {
        let name = match self.layer.last_action(device) {
            Some(name) => Some(name),
            None => self.snapshot.last_action(device, &self.layer.gone)?,
        };
        name.map(|name| self.action(name)).transpose()
    }

    /// What came of an undo; `None` if neither the chain nor the pending edits hold it.
    pub fn undone_by(&self, undo: &EditId) -> Result<Option<Undone>, CatalogError> {
        match self.layer.undone.get(undo) {
            Some(undone) => Ok(Some(*undone)),
            None => self.snapshot.undone_by(undo),
        }
    }

    /// The devices that the chain names, with their names, by id.
    pub fn devices(&self) -> Result<Vec<(DeviceId, String)>, CatalogError> {
        self.snapshot.devices()
    }

    fn action(&self, name: ActionName) -> Result<Action, CatalogError> {
        let mut steps = Vec::new();
        if !self.layer.gone.contains(&name) {
            steps = self.snapshot.steps(name)?;
        }
        steps.extend(self.layer.steps(name));
        let mut action = Action {
            name,
            deed: Deed::Added,
            photos: 0,
            written_ms: None,
        };
        let mut added_last = None;
        for &((height, index), added) in &steps {
            if let Some(id) = added {
                action.photos += 1;
                added_last = Some(id);
                continue;
            }
            let words = match self.layer.words(index) {
                Some(words) if height == Height::MAX => Some(words),
                _ => self.snapshot.words((height, index))?,
            };
            let words = words.ok_or(CatalogError::Row("edits"))?;
            let Ok((edit, occasion)) = LibraryEdit::decode_with(&words) else {
                return Err(CatalogError::Row("edits"));
            };
            action.written_ms = occasion.written_ms;
            action.deed = match edit {
                LibraryEdit::Change { photos, change } => {
                    action.photos += photos.len() as u64;
                    Deed::Changed(change)
                }
                LibraryEdit::LabelMade { list, label } => Deed::LabelMade { list, label },
                LibraryEdit::LabelMoved(moved) => {
                    action.photos += match height {
                        Height::MAX => self.layer.relabelled(index) as u64,
                        _ => self.snapshot.relabelled((height, index))?.len() as u64,
                    };
                    Deed::LabelMoved(moved)
                }
                _ => return Err(CatalogError::Row("edits")),
            };
        }
        if let (Some(id), Some(&(at, _))) = (added_last, steps.last()) {
            let row = self.snapshot.history_at(&id, at)?;
            action.written_ms = row.and_then(|row| row.written_ms);
        }
        Ok(action)
    }
}

/// Counts, moved; those that come to nothing are left out.
fn moved<K: Ord + Clone>(below: BTreeMap<K, u64>, by: &BTreeMap<K, i64>) -> BTreeMap<K, u64> {
    let mut counts = below;
    for (key, by) in by {
        let count = counts.entry(key.clone()).or_default();
        *count = count.saturating_add_signed(*by);
    }
    counts.retain(|_, count| *count > 0);
    counts
}
