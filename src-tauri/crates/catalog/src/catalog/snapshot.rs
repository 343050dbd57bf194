//! Reads: what the catalogue says, all of it at one height.

use std::collections::BTreeSet;

use kinfolio_chain::{BlockHash, DeviceId, EditId, Height};
use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata};

use super::ground::{At, Step};
use super::row::{self, HistoryKind, HistoryRow, PhotoRow, TimelineValue};
use super::{Catalog, CatalogError, hash, tables};
use crate::label::List;
use crate::merge::PENDING;
use crate::payload::{ActionName, LibraryEdit, Taken};
use crate::photo::{Happened, HistoryEntry, LabelCount, MonthCount, Photo, TimelineRow, Undone};
use crate::photo_id::{ActionId, ImportId, PhotoId};
use crate::wall_time::YearMonth;

/// The catalogue at one height. Errors are those of a file that cannot be read.
pub struct Snapshot {
    pub(super) transaction: ReadTransaction,
    /// One more than the height.
    pub(super) next: Height,
}

impl Snapshot {
    pub(super) fn new(transaction: ReadTransaction) -> Result<Snapshot, CatalogError> {
        let (_, next) = tables::format_and_next(&transaction)?.ok_or(CatalogError::Row("meta"))?;
        Ok(Snapshot { transaction, next })
    }

    /// The height of the last block applied; `None` before the founding block.
    #[must_use]
    pub fn height(&self) -> Option<Height> {
        self.next.checked_sub(1)
    }

    /// Whether the last block applied is this one.
    pub fn is_at(&self, block: BlockHash) -> Result<bool, CatalogError> {
        let meta = self.transaction.open_table(tables::META)?;
        let tip = meta.get(tables::META_TIP)?.map(|tip| tip.value());
        Ok(tip == Some(tables::mark(block)))
    }

    /// One photo, in the trash or not.
    pub fn photo(&self, id: &PhotoId) -> Result<Option<Photo>, CatalogError> {
        Ok(self.photos(std::slice::from_ref(id))?.pop())
    }

    /// The photos of these ids, in this order; unknown ids are left out.
    pub fn photos(&self, ids: &[PhotoId]) -> Result<Vec<Photo>, CatalogError> {
        let rows = self.transaction.open_table(tables::PHOTOS)?;
        let edits = self.transaction.open_table(tables::EDITS)?;
        let mut photos = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(row) = rows.get(&id.0)? else {
                continue;
            };
            let row: PhotoRow = row::decode(row.value(), "photos")?;
            let facts = edits.get(row.facts)?.ok_or(CatalogError::Row("edits"))?;
            photos.push(record(facts.value(), &row)?);
        }
        Ok(photos)
    }

    /// A photo's row.
    pub(super) fn row(&self, id: &PhotoId) -> Result<Option<PhotoRow>, CatalogError> {
        let rows = self.transaction.open_table(tables::PHOTOS)?;
        let row = rows.get(&id.0)?;
        row.map(|row| row::decode(row.value(), "photos"))
            .transpose()
    }

    /// The payload of the change at a place.
    pub(super) fn words(&self, at: At) -> Result<Option<Vec<u8>>, CatalogError> {
        let edits = self.transaction.open_table(tables::EDITS)?;
        Ok(edits.get(at)?.map(|raw| raw.value().to_vec()))
    }

    /// What an edit did to a photo.
    pub(super) fn history_at(
        &self,
        id: &PhotoId,
        at: At,
    ) -> Result<Option<HistoryRow>, CatalogError> {
        let history = self.transaction.open_table(tables::HISTORY)?;
        let row = history.get((&id.0, at.0, at.1))?;
        row.map(|row| row::decode(row.value(), "history"))
            .transpose()
    }

    /// The edits of an action that was not undone, in chain order.
    pub(super) fn steps(&self, name: ActionName) -> Result<Vec<Step>, CatalogError> {
        let steps = self.transaction.open_table(tables::STEPS)?;
        let (device, action) = (&name.device.0, &name.action.0);
        let all = (device, action, 0, 0)..=(device, action, u64::MAX, u32::MAX);
        let mut found = Vec::new();
        for row in steps.range(all)? {
            let (key, added) = row?;
            let (_, _, height, index) = key.value();
            found.push(((height, index), tables::added(added.value())?));
        }
        Ok(found)
    }

    /// The last action of a device that was not undone and is none of `but`, and where its last
    /// edit stands.
    pub(super) fn last_action(
        &self,
        device: DeviceId,
        but: &BTreeSet<ActionName>,
    ) -> Result<Option<ActionName>, CatalogError> {
        let actions = self.transaction.open_table(tables::ACTIONS)?;
        let all = (&device.0, 0, 0)..=(&device.0, u64::MAX, u32::MAX);
        for row in actions.range(all)?.rev() {
            let action = ActionId(*row?.1.value());
            let name = ActionName { device, action };
            if !but.contains(&name) {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// What came of an undo that a block holds.
    pub(super) fn undone_by(&self, undo: &EditId) -> Result<Option<Undone>, CatalogError> {
        let undone = self.transaction.open_table(tables::UNDONE)?;
        let row = undone.get(tables::undo_key(undo))?;
        row.map(|row| row::decode(row.value(), "undone"))
            .transpose()
    }

    /// Whether the photo is known, in the trash or not.
    pub fn contains(&self, id: &PhotoId) -> Result<bool, CatalogError> {
        let rows = self.transaction.open_table(tables::PHOTOS)?;
        Ok(rows.get(&id.0)?.is_some())
    }

    /// Whether the photo is known and was not purged, in the trash or not.
    pub fn keeps(&self, id: &PhotoId) -> Result<bool, CatalogError> {
        Ok(self.row(id)?.is_some_and(|row| row.purged.is_none()))
    }

    /// The import run that first brought the photo; `None` if it is unknown.
    pub fn added_by_import(&self, id: &PhotoId) -> Result<Option<ImportId>, CatalogError> {
        Ok(self.row(id)?.map(|row| row.import))
    }

    /// How many photos there are, those in the trash left out.
    pub fn count(&self) -> Result<u64, CatalogError> {
        Ok(self.transaction.open_table(tables::BY_TIME)?.len()?)
    }

    /// How many photos are in the trash.
    pub fn count_trashed(&self) -> Result<u64, CatalogError> {
        let all = self.transaction.open_table(tables::PHOTOS)?.len()?;
        let purged = self.transaction.open_table(tables::PURGED)?.len()?;
        Ok(all.saturating_sub(self.count()?).saturating_sub(purged))
    }

    /// How many edits this version could not read or could not apply.
    pub fn unknown_edits(&self) -> Result<u64, CatalogError> {
        let meta = self.transaction.open_table(tables::META)?;
        Ok(meta
            .get(tables::META_UNKNOWN)?
            .map_or(0, |guard| guard.value()))
    }

    /// The months that hold photos, newest first.
    pub fn months(&self) -> Result<Vec<MonthCount>, CatalogError> {
        let months = self.transaction.open_table(tables::MONTHS)?;
        let mut counts = Vec::new();
        for row in months.iter()?.rev() {
            let (month, count) = row?;
            counts.push(MonthCount {
                month: YearMonth::from_index(month.value()),
                count: count.value(),
            });
        }
        Ok(counts)
    }

    /// Photos of a month, newest first, those of one millisecond by descending id: `limit` of them,
    /// `from` passed over.
    pub fn month(
        &self,
        month: YearMonth,
        from: usize,
        limit: usize,
    ) -> Result<Vec<TimelineRow>, CatalogError> {
        let by_time = self.transaction.open_table(tables::BY_TIME)?;
        let range = month.wall_ms_range();
        let mut rows = Vec::new();
        for row in by_time
            .range((range.start, &[0; 32])..(range.end, &[0; 32]))?
            .rev()
            .skip(from)
            .take(limit)
        {
            let (key, value) = row?;
            let (wall_ms, id) = key.value();
            let value: TimelineValue = row::decode(value.value(), "by_time")?;
            rows.push(value.row(wall_ms, PhotoId(*id)));
        }
        Ok(rows)
    }

    /// Every edit of a photo in chain order; empty if it is unknown.
    pub fn history(&self, id: &PhotoId) -> Result<Vec<HistoryEntry>, CatalogError> {
        let history = self.transaction.open_table(tables::HISTORY)?;
        let mut entries = Vec::new();
        for row in history.range((&id.0, 0, 0)..=(&id.0, u64::MAX, u32::MAX))? {
            let (key, value) = row?;
            let (_, height, index) = key.value();
            let row: HistoryRow = row::decode(value.value(), "history")?;
            entries.push(entry(row, || self.words((height, index)))?);
        }
        Ok(entries)
    }

    /// Photos whose last change is above a height (`None`: all), each once, by height; and the
    /// height up to which they are complete. Stops at the first whole height at or past `limit`
    /// photos, so ask again from there until it is the snapshot's own.
    pub fn changed_since(
        &self,
        height: Option<Height>,
        limit: usize,
    ) -> Result<(Vec<PhotoId>, Option<Height>), CatalogError> {
        let changed = self.transaction.open_table(tables::CHANGED)?;
        let from = height.map_or(0, |height| height.saturating_add(1));
        let mut ids = Vec::new();
        let mut last = None;
        for row in changed.range((from, &[0; 32])..)? {
            let (key, _) = row?;
            let (height, id) = key.value();
            if ids.len() >= limit && last != Some(height) {
                return Ok((ids, last));
            }
            ids.push(PhotoId(*id));
            last = Some(height);
        }
        Ok((ids, self.height()))
    }

    /// The devices that the chain names, with their names, by id.
    pub fn devices(&self) -> Result<Vec<(DeviceId, String)>, CatalogError> {
        let devices = self.transaction.open_table(tables::DEVICES)?;
        let mut named = Vec::new();
        for row in devices.iter()? {
            let (id, name) = row?;
            named.push((DeviceId(*id.value()), name.value().to_owned()));
        }
        Ok(named)
    }

    /// SHA-256 of the whole state, equal on every device that applied the same blocks. Reads
    /// every row.
    pub fn state_hash(&self) -> Result<[u8; 32], CatalogError> {
        hash::state_hash(&self.transaction)
    }
}

/// The same reads, each at the height of its own moment.
impl Catalog {
    /// [`Snapshot::photo`]
    pub fn photo(&self, id: &PhotoId) -> Result<Option<Photo>, CatalogError> {
        self.snapshot()?.photo(id)
    }

    /// [`Snapshot::photos`]
    pub fn photos(&self, ids: &[PhotoId]) -> Result<Vec<Photo>, CatalogError> {
        self.snapshot()?.photos(ids)
    }

    /// [`Snapshot::contains`]
    pub fn contains(&self, id: &PhotoId) -> Result<bool, CatalogError> {
        self.snapshot()?.contains(id)
    }

    /// [`Snapshot::added_by_import`]
    pub fn added_by_import(&self, id: &PhotoId) -> Result<Option<ImportId>, CatalogError> {
        self.snapshot()?.added_by_import(id)
    }

    /// [`Snapshot::count`]
    pub fn count(&self) -> Result<u64, CatalogError> {
        self.snapshot()?.count()
    }

    /// [`Snapshot::months`]
    pub fn months(&self) -> Result<Vec<MonthCount>, CatalogError> {
        self.snapshot()?.months()
    }

    /// [`Snapshot::month`]
    pub fn month(&self, month: YearMonth) -> Result<Vec<TimelineRow>, CatalogError> {
        self.snapshot()?.month(month, 0, usize::MAX)
    }

    /// [`Snapshot::labels`]
    pub fn labels(&self, list: List) -> Result<Vec<LabelCount>, CatalogError> {
        self.snapshot()?.labels(list)
    }

    /// [`Snapshot::history`]
    pub fn history(&self, id: &PhotoId) -> Result<Vec<HistoryEntry>, CatalogError> {
        self.snapshot()?.history(id)
    }

    /// [`Snapshot::changed_since`]
    pub fn changed_since(
        &self,
        height: Option<Height>,
        limit: usize,
    ) -> Result<(Vec<PhotoId>, Option<Height>), CatalogError> {
        self.snapshot()?.changed_since(height, limit)
    }

    /// [`Snapshot::state_hash`]
    pub fn state_hash(&self) -> Result<[u8; 32], CatalogError> {
        self.snapshot()?.state_hash()
    }
}

/// A history's row in words; `words` are those of a change.
pub(super) fn entry(
    row: HistoryRow,
    words: impl FnOnce() -> Result<Option<Vec<u8>>, CatalogError>,
) -> Result<HistoryEntry, CatalogError> {
    let what = match row.what {
        HistoryKind::Added => Happened::Added,
        HistoryKind::AddedAgain(_) => Happened::AddedAgain,
        HistoryKind::Undone(edit) => Happened::Undone { edit: edit.edit() },
        HistoryKind::Purged => Happened::Purged,
        HistoryKind::Relabelled(_) => {
            let raw = words()?.ok_or(CatalogError::Row("edits"))?;
            let Ok(LibraryEdit::LabelMoved(moved)) = LibraryEdit::decode(&raw) else {
                return Err(CatalogError::Row("edits"));
            };
            Happened::Relabelled(moved)
        }
        HistoryKind::Changed { unseen, .. } => {
            let raw = words()?.ok_or(CatalogError::Row("edits"))?;
            let Ok(LibraryEdit::Change { change, .. }) = LibraryEdit::decode(&raw) else {
                return Err(CatalogError::Row("edits"));
            };
            let unseen = unseen.into_iter().map(row::UnseenRow::written).collect();
            let change = Box::new(change);
            Happened::Changed { change, unseen }
        }
    };
    Ok(HistoryEntry {
        edit: row.by.edit(),
        height: row.by.block(),
        block_time_ms: row.block_time_ms,
        written_ms: row.written_ms,
        what,
    })
}

/// A photo from the payload that added it and what people said since.
pub(super) fn record(facts: &[u8], row: &PhotoRow) -> Result<Photo, CatalogError> {
    let Ok(LibraryEdit::PhotoAdded(facts)) = LibraryEdit::decode(facts) else {
        return Err(CatalogError::Row("edits"));
    };
    let facts = *facts;
    let said = &row.said;
    let labels = |list| said.labels(list).names().map(str::to_owned).collect();
    let fields = said.fields();
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Photo {
        id: facts.id,
        import: facts.import,
        name: facts.name,
        folder: facts.folder,
        size: facts.size,
        mime: facts.mime,
        kind: facts.kind,
        width: facts.width,
        height: facts.height,
        taken: Taken {
            at: row.taken_at(),
            source: facts.taken.source,
        },
        taken_by_hand: said.taken_at().is_some(),
        camera_make: facts.camera_make,
        camera_model: facts.camera_model,
        lens: facts.lens,
        exposure: facts.exposure,
        position: said.position().unwrap_or(facts.position),
        altitude_m: facts.altitude_m,
        orientation: facts.orientation,
        exif: facts.exif,
        thumbhash: facts.thumbhash,
        warning: facts.warning,
        likeness: facts.likeness,
        tags: labels(List::Tags),
        albums: labels(List::Albums),
        people: labels(List::People),
        fields: fields.collect(),
        caption: said.caption().to_owned(),
        rating: said.rating(),
        favorite: said.favorite(),
        trashed: said.trashed(),
        purged: row.purged.is_some(),
        conflicts: said.conflicts(),
        added_by: row.added.edit().device,
        block: row.added.block(),
        added_ms: row.added_ms,
        changed: (row.changed != PENDING).then_some(row.changed),
        pending: false,
    })
}
