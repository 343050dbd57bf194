//! Edits onto photos, one after the other, whatever ground they stand on.
//!
//! Photos are merged in a working set and handed back when all edits are through. Does not know
//! blocks, tables or counts.

mod labels;
mod originals;
mod undo;

use std::collections::{BTreeMap, BTreeSet};

use super::CatalogError;
use super::ground::{At, Ground, Verified};
use super::row::{HistoryKind, HistoryRow, PhotoRow, UnseenRow};
use crate::merge::Author;
use crate::payload::{Change, DecodeError, LibraryEdit, Occasion, PhotoAdded};
use crate::photo_id::PhotoId;

/// A ground and the photos that are being worked on.
pub(super) struct Replay<G> {
    pub(super) ground: G,
    working: BTreeMap<PhotoId, Working>,
    /// Edits that this version could not read or could not apply.
    pub(super) unknown: u64,
}

/// A photo in the working set.
pub(super) struct Working {
    pub(super) before: Option<PhotoRow>,
    pub(super) now: PhotoRow,
}

/// Where an edit stands, whose it is, and on what occasion it was written.
pub(super) struct Place {
    pub(super) author: Author,
    pub(super) index: u32,
    /// Milliseconds since 1970; none while it is pending.
    pub(super) block_time_ms: Option<i64>,
    pub(super) occasion: Occasion,
}

impl Place {
    fn on(&self, occasion: Occasion) -> Place {
        Place { occasion, ..*self }
    }

    fn at(&self) -> At {
        (self.author.stamp.height, self.index)
    }
}

impl<G: Ground> Replay<G> {
    pub(super) fn on(ground: G) -> Replay<G> {
        Replay {
            ground,
            working: BTreeMap::new(),
            unknown: 0,
        }
    }

    /// Replays what an edit of the library says; other programs' records are passed over.
    pub(super) fn edit(&mut self, place: &Place, payload: &[u8]) -> Result<(), CatalogError> {
        let (edit, occasion) = match LibraryEdit::decode_with(payload) {
            Ok(read) => read,
            Err(DecodeError::Foreign) => return Ok(()),
            Err(_) => {
                self.unknown += 1;
                return Ok(());
            }
        };
        let place = &place.on(occasion);
        match edit {
            LibraryEdit::PhotoAdded(photo) => self.add(place, &photo, payload),
            LibraryEdit::Change { photos, change } => self.change(place, &photos, &change, payload),
            LibraryEdit::LabelMade { list, label } => self.make(place, list, &label, payload),
            LibraryEdit::LabelMoved(moved) => self.relabel(place, moved, payload),
            LibraryEdit::Undo(name) => self.undo(place, name),
            LibraryEdit::Verified {
                from,
                height,
                verified_ms,
                missing,
                more,
            } => {
                let found = Verified {
                    from,
                    // What it looked at on a line that was left says nothing of blocks of this one.
                    height: height.min(place.author.base),
                    verified_ms,
                    missing,
                    more,
                };
                let device = place.author.stamp.edit().device;
                self.ground.put_verified(device, &found)
            }
            LibraryEdit::Stored {
                bucket,
                originals,
                life,
                verified_ms,
            } => self.stored(place, &bucket, &originals, life, verified_ms),
            LibraryEdit::Deleted {
                bucket,
                originals,
                life,
                seen,
            } => self.deleted(place, &bucket, &originals, life, seen),
            LibraryEdit::Kept {
                held,
                dropped,
                verified_ms,
            } => self.kept(place, &held, &dropped, verified_ms),
            LibraryEdit::Lost { originals, bucket } => {
                self.lost(place, &originals, bucket.as_deref())
            }
            LibraryEdit::Purged { photos } => self.purge(place, &photos),
            LibraryEdit::Settings(change) => self.ground.put_settings(change),
        }
    }

    /// The ground, and the photos that are other than before, by id.
    pub(super) fn finish(self) -> (G, BTreeMap<PhotoId, Working>) {
        let mut working = self.working;
        working.retain(|_, photo| photo.before.as_ref() != Some(&photo.now));
        (self.ground, working)
    }

    /// A photo enters; or its bytes come again, and only the labels of that import are taken over.
    fn add(&mut self, place: &Place, photo: &PhotoAdded, raw: &[u8]) -> Result<(), CatalogError> {
        let stamp = place.author.stamp;
        let mut labels = Change {
            add_tags: photo.tags.clone(),
            add_albums: photo.albums.clone(),
            add_people: photo.people.clone(),
            ..Change::default()
        };
        self.in_words_of_now(place, &mut labels)?;
        let fields = photo.fields.iter();
        let brought = Change {
            caption: Some(photo.caption.clone()).filter(|caption| !caption.is_empty()),
            rating: (photo.rating > 0).then_some(photo.rating),
            favorite: photo.favorite.then_some(true),
            fields: fields
                .map(|(name, value)| (name.clone(), Some(value.clone())))
                .collect(),
            ..labels.clone()
        };
        let purged = self.working(&photo.id)?.and_then(|one| one.now.purged);
        if let Some(purged) = purged {
            self.ground.take_purged(purged, &photo.id)?;
        }
        let what = match self.working(&photo.id)? {
            // The household has bytes again that it had done away with.
            Some(working) if purged.is_some() => {
                working.now.added = stamp;
                working.now.facts = place.at();
                working.now.added_ms = place.block_time_ms;
                working.now.import = photo.import;
                working.now.purged = None;
                working.now.life = purged.unwrap_or(0);
                working.now.said.forget_trash();
                working.now.said.apply(&place.author, &labels);
                working.now.changed = stamp.height;
                self.ground.put_words(place.at(), raw)?;
                HistoryKind::Added
            }
            Some(working) => {
                let effect = working.now.said.apply(&place.author, &labels);
                working.now.changed = stamp.height;
                HistoryKind::AddedAgain(effect.before)
            }
            None => {
                let mut now = PhotoRow::new(photo, place.at(), stamp, place.block_time_ms);
                now.said.apply(&place.author, &brought);
                let working = Working { before: None, now };
                self.working.insert(photo.id, working);
                self.ground.put_words(place.at(), raw)?;
                HistoryKind::Added
            }
        };
        self.remember(place, &photo.id, what)?;
        self.step(place, Some(photo.id))
    }

    fn change(
        &mut self,
        place: &Place,
        photos: &[PhotoId],
        change: &Change,
        raw: &[u8],
    ) -> Result<(), CatalogError> {
        self.ground.put_words(place.at(), raw)?;
        let mut orphaned = false;
        let mut change = change.clone();
        self.in_words_of_now(place, &mut change)?;
        for id in photos.iter().collect::<BTreeSet<_>>() {
            let Some(working) = self.working(id)? else {
                orphaned = true;
                continue;
            };
            let effect = working.now.said.apply(&place.author, &change);
            working.now.changed = place.author.stamp.height;
            let unseen = effect.unseen.into_iter().map(UnseenRow::new).collect();
            let before = effect.before;
            self.remember(place, id, HistoryKind::Changed { unseen, before })?;
        }
        self.unknown += u64::from(orphaned);
        self.step(place, None)
    }

    fn step(&mut self, place: &Place, added: Option<PhotoId>) -> Result<(), CatalogError> {
        let Some(action) = place.occasion.action else {
            return Ok(());
        };
        let name = place.author.action(action);
        self.ground.put_step(name, (place.at(), added))
    }

    fn remember(
        &mut self,
        place: &Place,
        id: &PhotoId,
        what: HistoryKind,
    ) -> Result<(), CatalogError> {
        let row = HistoryRow {
            by: place.author.stamp,
            block_time_ms: place.block_time_ms,
            written_ms: place.occasion.written_ms,
            what,
        };
        self.ground.put_history(id, place.at(), row)
    }

    /// The photo in the working set, read from the ground at first use.
    fn working(&mut self, id: &PhotoId) -> Result<Option<&mut Working>, CatalogError> {
        if !self.working.contains_key(id)
            && let Some(now) = self.ground.photo(id)?
        {
            let before = Some(now.clone());
            self.working.insert(*id, Working { before, now });
        }
        Ok(self.working.get_mut(id))
    }
}
