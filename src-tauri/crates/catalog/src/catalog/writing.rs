//! Blocks into tables, within one transaction.
//!
//! The counts move by what changed between before and after; how a chain is cut into calls
//! leaves no trace.

mod household;

use std::collections::BTreeSet;

use kinfolio_chain::{Batch, Block, DeviceId, EditId, Height, Payload};
use redb::{ReadableTable, Table, WriteTransaction};

use super::CatalogError;
use super::copies::{Copies, read_members, stored_in};
use super::ground::{At, Ground, Moved, Step, Verified};
use super::household::read_settings;
use super::labels::Labels;
use super::listing::{Counts, Listing};
use super::replay::{Place, Replay, Working};
use super::row::{self, HistoryRow, PhotoRow, RelabelRow};
use super::tables;
use crate::label::{List, Move};
use crate::merge::{Author, Stamp};
use crate::payload::{ActionName, Occasion};
use crate::photo::Undone;
use crate::photo_id::PhotoId;
use crate::settings::SettingsChange;

type Id = &'static [u8; 32];
type Device = &'static [u8; 16];
type Action = &'static [u8; 8];

/// The tables that say where originals are.
type Written<'t> = Copies<
    Table<'t, (Device, u64), (u64, i64)>,
    Table<'t, (Device, Id), ()>,
    Table<'t, (Device, Id), i64>,
    Table<'t, (Id, &'static str), i64>,
>;

/// One transaction's tables.
pub(super) struct Tables<'t> {
    photos: Table<'t, Id, &'static [u8]>,
    by_time: Table<'t, (i64, Id), &'static [u8]>,
    months: Table<'t, i32, u64>,
    labels: Labels<'t>,
    history: Table<'t, (Id, u64, u32), &'static [u8]>,
    edits: Table<'t, (u64, u32), &'static [u8]>,
    steps: Table<'t, (Device, Action, u64, u32), &'static [u8]>,
    actions: Table<'t, (Device, u64, u32), Action>,
    undone: Table<'t, (Device, u64, u64, u64), &'static [u8]>,
    changed: Table<'t, (u64, Id), ()>,
    copies: Written<'t>,
    leftovers: Table<'t, (&'static str, Id, u64), u64>,
    purged: Table<'t, (u64, Id), ()>,
    losses: Table<'t, (Id, &'static str), u64>,
    settings: Table<'t, &'static str, &'static [u8]>,
    members: Table<'t, Device, ()>,
    devices: Table<'t, Device, &'static str>,
    forks: Table<'t, u32, u64>,
    meta: Table<'t, &'static str, u64>,
}

/// The blocks of one transaction on their way into its tables.
pub(super) struct Writing<'t> {
    replay: Replay<Tables<'t>>,
    /// The mark of the last block.
    tip: Option<u64>,
}

impl<'t> Writing<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Writing<'t>, CatalogError> {
        let replay = Replay::on(Tables {
            photos: transaction.open_table(tables::PHOTOS)?,
            by_time: transaction.open_table(tables::BY_TIME)?,
            months: transaction.open_table(tables::MONTHS)?,
            labels: Labels::open(transaction)?,
            history: transaction.open_table(tables::HISTORY)?,
            edits: transaction.open_table(tables::EDITS)?,
            steps: transaction.open_table(tables::STEPS)?,
            actions: transaction.open_table(tables::ACTIONS)?,
            undone: transaction.open_table(tables::UNDONE)?,
            changed: transaction.open_table(tables::CHANGED)?,
            copies: Copies {
                verified: transaction.open_table(tables::VERIFIED)?,
                absent: transaction.open_table(tables::ABSENT)?,
                held: transaction.open_table(tables::HELD)?,
                stored: transaction.open_table(tables::STORED)?,
            },
            leftovers: transaction.open_table(tables::LEFTOVERS)?,
            purged: transaction.open_table(tables::PURGED)?,
            losses: transaction.open_table(tables::LOSSES)?,
            settings: transaction.open_table(tables::SETTINGS)?,
            members: transaction.open_table(tables::MEMBERS)?,
            devices: transaction.open_table(tables::DEVICES)?,
            forks: transaction.open_table(tables::FORKS)?,
            meta: transaction.open_table(tables::META)?,
        });
        Ok(Writing { replay, tip: None })
    }

    pub(super) fn block(&mut self, block: &Block) -> Result<(), CatalogError> {
        let height = block.height();
        self.tip = Some(tables::mark(block.hash()));
        let header = block.header();
        // One that changes nothing is void.
        let membership = block
            .membership()
            .filter(|_| header.config_hash_next != header.config_hash);
        if let Some(membership) = membership {
            self.replay.ground.member_changes(&membership.change)?;
        }
        let ground = &self.replay.ground;
        let bases = block.batches().iter().map(|batch| ground.base_of(batch));
        let bases = bases.collect::<Result<Vec<_>, _>>()?;
        let batches = block.batches().iter().zip(bases);
        let edits = batches.flat_map(|(batch, base)| batch.edits().map(move |edit| (edit, base)));
        for (index, (edit, base)) in (0..).zip(edits) {
            let author = Author {
                stamp: Stamp::new(edit.id, height),
                base,
            };
            let place = Place {
                author,
                index,
                block_time_ms: Some(block.header().timestamp_ms),
                occasion: Occasion::default(),
            };
            match &edit.payload {
                Payload::Founding(founding) => {
                    for member in &founding.members {
                        let ground = &mut self.replay.ground;
                        ground.devices.insert(&member.id.0, member.name.as_str())?;
                        ground.members.insert(&member.id.0, ())?;
                    }
                }
                Payload::Epoch(epoch) => self.replay.ground.epoch_begins(epoch, height)?,
                // Only the block says whether it takes effect.
                Payload::Membership(_) => {}
                // Who does what changes no photo.
                Payload::Task(_) => {}
                Payload::Opaque(payload) => self.replay.edit(&place, payload)?,
            }
        }
        Ok(())
    }

    /// Whether `block` stands on the last one that was applied.
    pub(super) fn is_continued_by(&self, block: &Block) -> Result<bool, CatalogError> {
        let meta = &self.replay.ground.meta;
        let tip = meta.get(tables::META_TIP)?.map(|tip| tip.value());
        Ok(tip.is_none_or(|tip| tip == tables::mark(block.header().prev)))
    }

    /// Writes the photos and the height; returns the photos that changed.
    pub(super) fn finish(self, next: Height) -> Result<Vec<PhotoId>, CatalogError> {
        let unknown = self.replay.unknown;
        let (mut to, working) = self.replay.finish();
        let mut counts = Counts::default();
        for (id, photo) in &working {
            to.put_photo(id, photo, &mut counts)?;
        }
        for (month, by) in counts.months {
            adjust(&mut to.months, &month, by)?;
        }
        for ((list, label), by) in counts.labels {
            to.labels.count(list, &label, by)?;
        }
        let before = to.meta.get(tables::META_UNKNOWN)?;
        let before = before.map_or(0, |guard| guard.value());
        to.meta.insert(tables::META_UNKNOWN, before + unknown)?;
        to.meta.insert(tables::META_NEXT, next)?;
        if let Some(tip) = self.tip {
            to.meta.insert(tables::META_TIP, tip)?;
        }
        Ok(working.into_keys().collect())
    }
}

impl Tables<'_> {
    /// What the author of `batch` had seen of this chain, see
    /// [`ChainState::base_of`](kinfolio_chain::ChainState::base_of).
    fn base_of(&self, batch: &Batch) -> Result<Height, CatalogError> {
        let fork = self.forks.get(batch.line.saturating_add(1))?;
        Ok(fork.map_or(batch.base, |fork| batch.base.min(fork.value())))
    }

    fn put_photo(
        &mut self,
        id: &PhotoId,
        photo: &Working,
        counts: &mut Counts,
    ) -> Result<(), CatalogError> {
        let Working { before, now } = photo;
        if let Some(before) = before {
            self.changed.remove((before.changed, &id.0))?;
        }
        self.changed.insert((now.changed, &id.0), ())?;
        let row = row::encode(now, "photos")?;
        self.photos.insert(&id.0, row.as_slice())?;
        self.labels.put_photo(id, before.as_ref(), now)?;
        let before = before.as_ref().and_then(Listing::of);
        let now = Listing::of(now);
        if before == now {
            return Ok(());
        }
        if let Some(before) = &before {
            self.by_time.remove((before.taken_at.wall_ms, &id.0))?;
            counts.add(before, -1);
        }
        if let Some(now) = &now {
            let value = row::encode(&now.timeline, "by_time")?;
            let key = (now.taken_at.wall_ms, &id.0);
            self.by_time.insert(key, value.as_slice())?;
            counts.add(now, 1);
        }
        Ok(())
    }
}

impl Ground for Tables<'_> {
    fn photo(&self, id: &PhotoId) -> Result<Option<PhotoRow>, CatalogError> {
        let row = self.photos.get(&id.0)?;
        row.map(|row| row::decode(row.value(), "photos"))
            .transpose()
    }

    fn words(&self, at: At) -> Result<Option<Vec<u8>>, CatalogError> {
        Ok(self.edits.get(at)?.map(|raw| raw.value().to_vec()))
    }

    fn put_words(&mut self, at: At, raw: &[u8]) -> Result<(), CatalogError> {
        self.edits.insert(at, raw)?;
        Ok(())
    }

    fn history(&self, id: &PhotoId, at: At) -> Result<Option<HistoryRow>, CatalogError> {
        let row = self.history.get((&id.0, at.0, at.1))?;
        row.map(|row| row::decode(row.value(), "history"))
            .transpose()
    }

    fn put_history(&mut self, id: &PhotoId, at: At, row: HistoryRow) -> Result<(), CatalogError> {
        let row = row::encode(&row, "history")?;
        self.history.insert((&id.0, at.0, at.1), row.as_slice())?;
        Ok(())
    }

    fn put_step(&mut self, name: ActionName, (at, added): Step) -> Result<(), CatalogError> {
        let ActionName { device, action } = name;
        let all = (&device.0, &action.0, 0, 0)..=(&device.0, &action.0, u64::MAX, u32::MAX);
        let last = self.steps.range(all)?.next_back().transpose()?;
        let last = last.map(|(key, _)| (key.value().2, key.value().3));
        if let Some((height, index)) = last {
            self.actions.remove((&device.0, height, index))?;
        }
        self.actions.insert((&device.0, at.0, at.1), &action.0)?;
        let added = added.as_ref().map_or(&[][..], |id| &id.0);
        self.steps
            .insert((&device.0, &action.0, at.0, at.1), added)?;
        Ok(())
    }

    fn take_steps(&mut self, name: ActionName) -> Result<Vec<Step>, CatalogError> {
        let ActionName { device, action } = name;
        let all = (&device.0, &action.0, 0, 0)..=(&device.0, &action.0, u64::MAX, u32::MAX);
        let mut steps = Vec::new();
        for row in self.steps.range(all)? {
            let (key, added) = row?;
            let (_, _, height, index) = key.value();
            steps.push(((height, index), tables::added(added.value())?));
        }
        for ((height, index), _) in &steps {
            self.steps.remove((&device.0, &action.0, *height, *index))?;
        }
        if let Some(((height, index), _)) = steps.last() {
            self.actions.remove((&device.0, *height, *index))?;
        }
        Ok(steps)
    }

    fn labelled(&self, moved: &Move) -> Result<BTreeSet<PhotoId>, CatalogError> {
        self.labels.labelled(moved)
    }

    fn made(&self, moved: &Move) -> Result<Vec<String>, CatalogError> {
        self.labels.made(moved)
    }

    fn make(&mut self, list: List, label: &str, made: bool) -> Result<bool, CatalogError> {
        self.labels.make(list, label, made)
    }

    fn put_relabel(
        &mut self,
        at: At,
        row: RelabelRow,
        photos: Vec<PhotoId>,
    ) -> Result<(), CatalogError> {
        self.labels.put_relabel(at, &row, &photos)
    }

    fn take_relabel(&mut self, at: At) -> Result<Option<(RelabelRow, Vec<PhotoId>)>, CatalogError> {
        self.labels.take_relabel(at)
    }

    fn moves_above(&self, height: Height) -> Result<Vec<Moved>, CatalogError> {
        self.labels.moves_above(height)
    }

    fn put_stored(
        &mut self,
        bucket: &str,
        originals: &[PhotoId],
        verified_ms: i64,
    ) -> Result<(), CatalogError> {
        for id in originals {
            self.copies.stored.insert((&id.0, bucket), verified_ms)?;
        }
        Ok(())
    }

    fn put_leftover(
        &mut self,
        bucket: &str,
        id: &PhotoId,
        life: Height,
        height: Height,
    ) -> Result<(), CatalogError> {
        self.leftovers.insert((bucket, &id.0, life), height)?;
        Ok(())
    }

    fn take_leftover(
        &mut self,
        bucket: &str,
        id: &PhotoId,
        life: Height,
        seen: Height,
    ) -> Result<(), CatalogError> {
        let key = (bucket, &id.0, life);
        let since = self.leftovers.get(key)?.map(|since| since.value());
        if since.is_some_and(|since| since <= seen) {
            self.leftovers.remove(key)?;
        }
        Ok(())
    }

    fn take_stored(&mut self, bucket: &str, id: &PhotoId) -> Result<(), CatalogError> {
        let key = (&id.0, bucket);
        if self.copies.stored.remove(key)?.is_some() {
            let before = self.losses.get(key)?.map_or(0, |times| times.value());
            self.losses.insert(key, before + 1)?;
        }
        Ok(())
    }

    fn put_verified(&mut self, device: DeviceId, found: &Verified) -> Result<(), CatalogError> {
        let device = &device.0;
        let copies = &mut self.copies;
        if found.from == 0 && !found.more {
            let all = (device, &[0; 32])..=(device, &[255; 32]);
            copies.absent.retain_in(all.clone(), |_, ()| false)?;
            copies.held.retain_in(all, |_, _| false)?;
            copies
                .verified
                .retain_in((device, 0)..=(device, u64::MAX), |_, _| false)?;
        }
        if !found.more {
            let row = (found.height, found.verified_ms);
            copies.verified.insert((device, found.from), row)?;
        }
        for id in &found.missing {
            copies.absent.insert((device, &id.0), ())?;
        }
        Ok(())
    }

    fn put_held(
        &mut self,
        device: DeviceId,
        id: &PhotoId,
        verified_ms: i64,
    ) -> Result<(), CatalogError> {
        self.copies.absent.remove((&device.0, &id.0))?;
        self.copies.held.insert((&device.0, &id.0), verified_ms)?;
        Ok(())
    }

    fn put_dropped(
        &mut self,
        device: DeviceId,
        id: &PhotoId,
        photo: &PhotoRow,
    ) -> Result<(), CatalogError> {
        let members = read_members(&self.members)?;
        let settings = read_settings(&self.settings)?;
        let bucket = settings.bucket.as_deref();
        if self.copies.elsewhere(device, id, photo, &members, bucket)? {
            self.put_lost(device, id)?;
        }
        Ok(())
    }

    fn put_lost(&mut self, device: DeviceId, id: &PhotoId) -> Result<(), CatalogError> {
        self.copies.held.remove((&device.0, &id.0))?;
        self.copies.absent.insert((&device.0, &id.0), ())?;
        Ok(())
    }

    fn put_purged(
        &mut self,
        height: Height,
        id: &PhotoId,
        life: Height,
    ) -> Result<(), CatalogError> {
        // Where it is being uploaded nobody has said so yet.
        let mut buckets: Vec<_> = read_settings(&self.settings)?.bucket.into_iter().collect();
        for (bucket, _) in stored_in(&self.copies.stored, id)? {
            self.copies.stored.remove((&id.0, bucket.as_str()))?;
            buckets.push(bucket);
        }
        for bucket in buckets {
            self.put_leftover(&bucket, id, life, height)?;
        }
        for device in read_members(&self.members)? {
            self.copies.held.remove((&device.0, &id.0))?;
            self.copies.absent.remove((&device.0, &id.0))?;
        }
        self.purged.insert((height, &id.0), ())?;
        Ok(())
    }

    fn take_purged(&mut self, height: Height, id: &PhotoId) -> Result<(), CatalogError> {
        self.purged.remove((height, &id.0))?;
        Ok(())
    }

    fn put_settings(&mut self, change: SettingsChange) -> Result<(), CatalogError> {
        let mut settings = read_settings(&self.settings)?;
        settings.apply(change);
        self.write_settings(&settings)
    }

    fn put_undone(&mut self, undo: EditId, undone: Undone) -> Result<(), CatalogError> {
        let row = row::encode(&undone, "undone")?;
        self.undone
            .insert(tables::undo_key(&undo), row.as_slice())?;
        Ok(())
    }
}

/// Moves a count; one that comes to nothing is taken out.
pub(super) fn adjust<'k, K: redb::Key + 'static>(
    table: &mut Table<'_, K, u64>,
    key: impl std::borrow::Borrow<K::SelfType<'k>>,
    by: i64,
) -> Result<(), CatalogError> {
    let before = table.get(key.borrow())?.map_or(0, |guard| guard.value());
    match before.saturating_add_signed(by) {
        0 => table.remove(key.borrow())?,
        now => table.insert(key.borrow(), now)?,
    };
    Ok(())
}
