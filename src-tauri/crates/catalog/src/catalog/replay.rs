//! Blocks into tables, within one transaction.
//!
//! Photos are merged in a working set and written when all blocks are through, so the
//! counts move by what changed between before and after; how a chain is cut into calls
//! leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use kinfolio_chain::edit::Change as MemberChange;
use kinfolio_chain::{Block, Edit, Height, Payload};
use redb::{ReadableTable, Table, WriteTransaction};

use super::CatalogError;
use super::row::{self, HistoryKind, HistoryRow, PhotoRow, TimelineValue, UnseenRow};
use super::tables;
use crate::merge::{Author, Stamp};
use crate::payload::{Change, DecodeError, LibraryEdit, PhotoAdded};
use crate::photo_id::PhotoId;
use crate::wall_time::WallTime;

type Id = &'static [u8; 32];

/// One transaction's tables and its working set.
pub(super) struct Replay<'t> {
    facts: Table<'t, Id, &'static [u8]>,
    photos: Table<'t, Id, &'static [u8]>,
    by_time: Table<'t, (i64, Id), &'static [u8]>,
    months: Table<'t, i32, u64>,
    tags: Table<'t, &'static str, u64>,
    history: Table<'t, (Id, u64, u32), &'static [u8]>,
    edits: Table<'t, (u64, u32), &'static [u8]>,
    changed: Table<'t, (u64, Id), ()>,
    stored: Table<'t, (Id, &'static str), i64>,
    devices: Table<'t, &'static [u8; 16], &'static str>,
    meta: Table<'t, &'static str, u64>,
    working: BTreeMap<PhotoId, Working>,
    unknown: u64,
    /// The mark of the last block.
    tip: Option<u64>,
}

/// A photo in the working set.
struct Working {
    before: Option<PhotoRow>,
    now: PhotoRow,
}

/// Where an edit stands.
struct Place {
    author: Author,
    index: u32,
    block_time_ms: i64,
}

impl<'t> Replay<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Replay<'t>, CatalogError> {
        Ok(Replay {
            facts: transaction.open_table(tables::FACTS)?,
            photos: transaction.open_table(tables::PHOTOS)?,
            by_time: transaction.open_table(tables::BY_TIME)?,
            months: transaction.open_table(tables::MONTHS)?,
            tags: transaction.open_table(tables::TAGS)?,
            history: transaction.open_table(tables::HISTORY)?,
            edits: transaction.open_table(tables::EDITS)?,
            changed: transaction.open_table(tables::CHANGED)?,
            stored: transaction.open_table(tables::STORED)?,
            devices: transaction.open_table(tables::DEVICES)?,
            meta: transaction.open_table(tables::META)?,
            working: BTreeMap::new(),
            unknown: 0,
            tip: None,
        })
    }

    pub(super) fn block(&mut self, block: &Block) -> Result<(), CatalogError> {
        let height = block.height();
        self.tip = Some(tables::mark(block.hash()));
        let block_time_ms = block.header().timestamp_ms;
        let header = block.header();
        // One that changes nothing is void.
        let membership = block
            .membership()
            .filter(|_| header.config_hash_next != header.config_hash);
        match membership.map(|edit| &edit.change) {
            Some(MemberChange::Join { member, .. }) => {
                self.devices.insert(&member.id.0, member.name.as_str())?;
            }
            Some(MemberChange::Name { device, name }) => {
                self.devices.insert(&device.0, name.as_str())?;
            }
            Some(MemberChange::Role { .. } | MemberChange::Remove { .. }) | None => {}
        }
        for (index, edit) in (0..).zip(block.edits()) {
            let stamp = Stamp::new(edit.id, height);
            let author = Author {
                stamp,
                base: edit.base,
            };
            let place = Place {
                author,
                index,
                block_time_ms,
            };
            self.edit(&place, &edit)?;
        }
        Ok(())
    }

    fn edit(&mut self, place: &Place, edit: &Edit) -> Result<(), CatalogError> {
        let payload = match &edit.payload {
            Payload::Founding(founding) => {
                for member in &founding.members {
                    self.devices.insert(&member.id.0, member.name.as_str())?;
                }
                return Ok(());
            }
            // Only the block says whether it takes effect.
            Payload::Membership(_) => return Ok(()),
            // Who does what changes no photo.
            Payload::Task(_) => return Ok(()),
            Payload::Opaque(payload) => payload,
        };
        match LibraryEdit::decode(payload) {
            Ok(LibraryEdit::PhotoAdded(photo)) => self.add(place, &photo, payload),
            Ok(LibraryEdit::Change { photos, change }) => {
                self.change(place, &photos, &change, payload)
            }
            Ok(LibraryEdit::Stored {
                bucket,
                originals,
                verified_ms,
            }) => {
                for id in originals {
                    self.stored.insert((&id.0, bucket.as_str()), verified_ms)?;
                }
                Ok(())
            }
            Err(DecodeError::Foreign) => Ok(()),
            Err(_) => {
                self.unknown += 1;
                Ok(())
            }
        }
    }

    /// A photo enters; or its bytes come again, and only the tags of that import are taken over.
    fn add(&mut self, place: &Place, photo: &PhotoAdded, raw: &[u8]) -> Result<(), CatalogError> {
        let stamp = place.author.stamp;
        let tags = Change {
            add_tags: photo.tags.clone(),
            ..Change::default()
        };
        let what = match self.working(&photo.id)? {
            Some(working) => {
                working.now.said.apply(&place.author, &tags);
                working.now.changed = stamp.height;
                HistoryKind::AddedAgain
            }
            None => {
                let mut now = PhotoRow::new(photo, stamp, place.block_time_ms);
                now.said.apply(&place.author, &tags);
                let working = Working { before: None, now };
                self.working.insert(photo.id, working);
                self.facts.insert(&photo.id.0, raw)?;
                HistoryKind::Added
            }
        };
        self.remember(place, &photo.id, what)
    }

    fn change(
        &mut self,
        place: &Place,
        photos: &[PhotoId],
        change: &Change,
        raw: &[u8],
    ) -> Result<(), CatalogError> {
        let height = place.author.stamp.height;
        self.edits.insert((height, place.index), raw)?;
        let mut orphaned = false;
        for id in photos.iter().collect::<BTreeSet<_>>() {
            let Some(working) = self.working(id)? else {
                orphaned = true;
                continue;
            };
            let unseen = working.now.said.apply(&place.author, change);
            working.now.changed = height;
            let unseen = unseen.into_iter().map(UnseenRow::new).collect();
            self.remember(place, id, HistoryKind::Changed(unseen))?;
        }
        self.unknown += u64::from(orphaned);
        Ok(())
    }

    fn remember(
        &mut self,
        place: &Place,
        id: &PhotoId,
        what: HistoryKind,
    ) -> Result<(), CatalogError> {
        let by = place.author.stamp;
        let entry = HistoryRow {
            by,
            block_time_ms: place.block_time_ms,
            what,
        };
        let entry = row::encode(&entry, "history")?;
        self.history
            .insert((&id.0, by.height, place.index), entry.as_slice())?;
        Ok(())
    }

    /// The photo in the working set, read from its table at first use.
    fn working(&mut self, id: &PhotoId) -> Result<Option<&mut Working>, CatalogError> {
        if !self.working.contains_key(id)
            && let Some(bytes) = self.photos.get(&id.0)?
        {
            let now: PhotoRow = row::decode(bytes.value(), "photos")?;
            let before = Some(now.clone());
            self.working.insert(*id, Working { before, now });
        }
        Ok(self.working.get_mut(id))
    }

    /// Whether `block` stands on the last one that was applied.
    pub(super) fn is_continued_by(&self, block: &Block) -> Result<bool, CatalogError> {
        let tip = self.meta.get(tables::META_TIP)?.map(|tip| tip.value());
        Ok(tip.is_none_or(|tip| tip == tables::mark(block.header().prev)))
    }

    /// Writes the working set and the height; returns the photos in it.
    pub(super) fn finish(mut self, next: Height) -> Result<Vec<PhotoId>, CatalogError> {
        let working = std::mem::take(&mut self.working);
        let mut months = BTreeMap::new();
        let mut tags = BTreeMap::new();
        for (id, Working { before, now }) in &working {
            if let Some(before) = before {
                self.changed.remove((before.changed, &id.0))?;
            }
            self.changed.insert((now.changed, &id.0), ())?;
            self.photos
                .insert(&id.0, row::encode(now, "photos")?.as_slice())?;
            let before = before.as_ref().and_then(Listing::of);
            let now = Listing::of(now);
            if before != now {
                self.list(id, before.as_ref(), now.as_ref())?;
                count(before.as_ref(), -1, &mut months, &mut tags);
                count(now.as_ref(), 1, &mut months, &mut tags);
            }
        }
        for (month, by) in months {
            adjust(&mut self.months, &month, by)?;
        }
        for (tag, by) in tags {
            adjust(&mut self.tags, &tag, by)?;
        }
        let unknown = self
            .meta
            .get(tables::META_UNKNOWN)?
            .map_or(0, |guard| guard.value());
        self.meta
            .insert(tables::META_UNKNOWN, unknown + self.unknown)?;
        self.meta.insert(tables::META_NEXT, next)?;
        if let Some(tip) = self.tip {
            self.meta.insert(tables::META_TIP, tip)?;
        }
        Ok(working.into_keys().collect())
    }

    fn list(
        &mut self,
        id: &PhotoId,
        before: Option<&Listing<'_>>,
        now: Option<&Listing<'_>>,
    ) -> Result<(), CatalogError> {
        if let Some(before) = before {
            self.by_time.remove((before.taken_at.wall_ms, &id.0))?;
        }
        if let Some(now) = now {
            let value = row::encode(&now.timeline, "by_time")?;
            self.by_time
                .insert((now.taken_at.wall_ms, &id.0), value.as_slice())?;
        }
        Ok(())
    }
}

/// Where a photo that is not in the trash is listed and counted.
#[derive(PartialEq)]
struct Listing<'a> {
    taken_at: WallTime,
    timeline: TimelineValue,
    tags: Vec<&'a str>,
}

impl Listing<'_> {
    fn of(photo: &PhotoRow) -> Option<Listing<'_>> {
        (!photo.said.trashed()).then(|| Listing {
            taken_at: photo.taken_at(),
            timeline: photo.timeline(),
            tags: photo.said.tags.names().collect(),
        })
    }
}

fn count<'a>(
    listing: Option<&Listing<'a>>,
    by: i64,
    months: &mut BTreeMap<i32, i64>,
    tags: &mut BTreeMap<&'a str, i64>,
) {
    if let Some(listing) = listing {
        *months.entry(listing.taken_at.month().index()).or_default() += by;
        for tag in &listing.tags {
            *tags.entry(tag).or_default() += by;
        }
    }
}

/// Moves a count; one that comes to nothing is taken out.
fn adjust<K: redb::Key + 'static>(
    table: &mut Table<'_, K, u64>,
    key: &K::SelfType<'_>,
    by: i64,
) -> Result<(), CatalogError> {
    let before = table.get(key)?.map_or(0, |guard| guard.value());
    match before.saturating_add_signed(by) {
        0 => table.remove(key)?,
        now => table.insert(key, now)?,
    };
    Ok(())
}
