//! The tables: what each is keyed by and holds. No logic but making them.

use kinfolio_chain::{BlockHash, EditId, Height};
use redb::{ReadTransaction, TableDefinition, TableError, WriteTransaction};

use super::CatalogError;
use crate::photo_id::PhotoId;

/// The version of everything below and of the rows; another one is built again.
pub(super) const FORMAT: u64 = 13;

type Id = &'static [u8; 32];
type Device = &'static [u8; 16];
type Action = &'static [u8; 8];

/// Photo → [`super::row::PhotoRow`].
pub(super) const PHOTOS: TableDefinition<'_, Id, &[u8]> = TableDefinition::new("photos");
/// (Wall clock in ms, photo) → [`super::row::TimelineValue`], those in the trash left out.
pub(super) const BY_TIME: TableDefinition<'_, (i64, Id), &[u8]> = TableDefinition::new("by_time");
/// Year × 12 + month − 1 → photos, those in the trash left out; never 0.
pub(super) const MONTHS: TableDefinition<'_, i32, u64> = TableDefinition::new("months");
/// (List, label) → photos, those in the trash left out; never 0.
pub(super) const LABELS: TableDefinition<'_, (u8, &str), u64> = TableDefinition::new("labels");
/// (List, label): it is in its list, on however few photos.
pub(super) const MADE: TableDefinition<'_, (u8, &str), ()> = TableDefinition::new("made");
/// (List, label, photo), those in the trash too.
pub(super) const LABELLED: TableDefinition<'_, (u8, &str, Id), ()> =
    TableDefinition::new("labelled");
/// (Height, place of the edit in its block) → [`super::row::RelabelRow`]; those that were undone
/// left out.
pub(super) const RELABELS: TableDefinition<'_, (u64, u32), &[u8]> =
    TableDefinition::new("relabels");
/// (Height, place in the block, photo): whose labels that edit moved.
pub(super) const RELABELLED: TableDefinition<'_, (u64, u32, Id), ()> =
    TableDefinition::new("relabelled");
/// (Photo, height, place of the edit in its block) → [`super::row::HistoryRow`].
pub(super) const HISTORY: TableDefinition<'_, (Id, u64, u32), &[u8]> =
    TableDefinition::new("history");
/// (Height, place in the block) → payload of an edit that added a photo, changed some, or moved a
/// label; once, however many photos it is about. In the chain's order, so that a new row comes last.
pub(super) const EDITS: TableDefinition<'_, (u64, u32), &[u8]> = TableDefinition::new("edits");
/// (Device, action, height, place in the block) → the photo that this edit of the action added,
/// or no bytes if it changed photos; those of actions that were undone left out.
pub(super) const STEPS: TableDefinition<'_, (Device, Action, u64, u32), &[u8]> =
    TableDefinition::new("steps");
/// (Device, height and place in the block of an action's last edit) → the action; those that were
/// undone left out.
pub(super) const ACTIONS: TableDefinition<'_, (Device, u64, u32), Action> =
    TableDefinition::new("actions");
/// An undo (device, its life's counter and nonce, number of the edit) → [`crate::photo::Undone`].
pub(super) const UNDONE: TableDefinition<'_, (Device, u64, u64, u64), &[u8]> =
    TableDefinition::new("undone");
/// (Height of a photo's last change, photo): what the search index follows.
pub(super) const CHANGED: TableDefinition<'_, (u64, Id), ()> = TableDefinition::new("changed");
/// (Photo, bucket's address) → when the bucket's copy of its original was last found right, in unix
/// milliseconds.
pub(super) const STORED: TableDefinition<'_, (Id, &str), i64> = TableDefinition::new("stored");
/// (Bucket's address, photo, its life) → the height since which the bucket may still hold what was
/// purged.
pub(super) const LEFTOVERS: TableDefinition<'_, (&str, Id, u64), u64> =
    TableDefinition::new("leftovers");
/// (Device, first block) → the last block of those whose originals it has hashed, and when, in unix
/// milliseconds.
pub(super) const VERIFIED: TableDefinition<'_, (Device, u64), (u64, i64)> =
    TableDefinition::new("verified");
/// (Device, photo): originals that it did not hold whole then.
pub(super) const ABSENT: TableDefinition<'_, (Device, Id), ()> = TableDefinition::new("absent");
/// (Device, photo) → when it came to that device by itself and was hashed there, in unix
/// milliseconds; above what stands in [`VERIFIED`].
pub(super) const HELD: TableDefinition<'_, (Device, Id), i64> = TableDefinition::new("held");
/// (Height at which it was purged, photo).
pub(super) const PURGED: TableDefinition<'_, (u64, Id), ()> = TableDefinition::new("purged");
/// (Photo, bucket's address) → how often the bucket's copy of its original was found missing or
/// damaged.
pub(super) const LOSSES: TableDefinition<'_, (Id, &str), u64> = TableDefinition::new("losses");
/// [`SETTINGS_KEY`] → [`crate::settings::Settings`]; nothing while all stand as they were made.
pub(super) const SETTINGS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("settings");
/// The devices that belong to the household.
pub(super) const MEMBERS: TableDefinition<'_, Device, ()> = TableDefinition::new("members");
/// Device → its name.
pub(super) const DEVICES: TableDefinition<'_, &[u8; 16], &str> = TableDefinition::new("devices");
/// Number of an epoch → the last height that it shares with the one before it.
pub(super) const FORKS: TableDefinition<'_, u32, u64> = TableDefinition::new("forks");
/// The numbers below.
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// The one key of [`SETTINGS`].
pub(super) const SETTINGS_KEY: &str = "household";

/// Keys of [`META`].
pub(super) const META_FORMAT: &str = "format";
/// One more than the height.
pub(super) const META_NEXT: &str = "next";
/// The first eight bytes of the hash of the last block; missing before the founding block.
pub(super) const META_TIP: &str = "tip";
/// Edits that this version could not read.
pub(super) const META_UNKNOWN: &str = "unknown";

/// Does `$visit!(number, TABLE)` for each table in turn, always in this order.
macro_rules! for_each_table {
    ($visit:ident) => {
        $visit!(0, PHOTOS);
        $visit!(1, BY_TIME);
        $visit!(2, MONTHS);
        $visit!(3, LABELS);
        $visit!(4, HISTORY);
        $visit!(5, EDITS);
        $visit!(6, STEPS);
        $visit!(7, ACTIONS);
        $visit!(8, UNDONE);
        $visit!(9, CHANGED);
        $visit!(10, STORED);
        $visit!(11, VERIFIED);
        $visit!(12, ABSENT);
        $visit!(13, HELD);
        $visit!(14, PURGED);
        $visit!(15, SETTINGS);
        $visit!(16, MEMBERS);
        $visit!(17, DEVICES);
        $visit!(18, FORKS);
        $visit!(19, LEFTOVERS);
        $visit!(20, LOSSES);
        $visit!(21, MADE);
        $visit!(22, LABELLED);
        $visit!(23, RELABELS);
        $visit!(24, RELABELLED);
        $visit!(25, META);
    };
}
pub(super) use for_each_table;

/// Makes every table, so that readers find them all.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), CatalogError> {
    macro_rules! open {
        ($number:literal, $table:ident) => {
            transaction.open_table($table)?;
        };
    }
    for_each_table!(open);
    let mut meta = transaction.open_table(META)?;
    meta.insert(META_FORMAT, FORMAT)?;
    meta.insert(META_NEXT, 0)?;
    Ok(())
}

/// Throws every row away.
pub(super) fn clear(transaction: &WriteTransaction) -> Result<(), CatalogError> {
    macro_rules! delete {
        ($number:literal, $table:ident) => {
            transaction.delete_table($table)?;
        };
    }
    for_each_table!(delete);
    create(transaction)
}

/// The version and the next height; `None` in a new file.
pub(super) fn format_and_next(
    transaction: &ReadTransaction,
) -> Result<Option<(u64, Height)>, CatalogError> {
    let meta = match transaction.open_table(META) {
        Ok(meta) => meta,
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let number = |key| meta.get(key).map(|found| found.map(|guard| guard.value()));
    let format = number(META_FORMAT)?.ok_or(CatalogError::Row("meta"))?;
    let next = number(META_NEXT)?.ok_or(CatalogError::Row("meta"))?;
    Ok(Some((format, next)))
}

/// As much of a block's hash as [`META_TIP`] keeps: enough to tell one chain from another.
pub(super) fn mark(hash: BlockHash) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = hash.0;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The photo that a row of [`STEPS`] says was added.
pub(super) fn added(bytes: &[u8]) -> Result<Option<PhotoId>, CatalogError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let id = bytes.try_into().map_err(|_| CatalogError::Row("steps"))?;
    Ok(Some(PhotoId(id)))
}

/// The key of an undo in [`UNDONE`].
pub(super) fn undo_key(edit: &EditId) -> (&[u8; 16], u64, u64, u64) {
    let life = edit.incarnation;
    (&edit.device.0, life.counter, life.nonce, edit.seq)
}
