//! Where originals are, as the household's devices have said: what they hashed when they looked at
//! everything, what came to them since, what they keep no longer, and what is in the bucket.

mod count;

use kinfolio_chain::{DeviceId, Height};
use redb::{ReadOnlyTable, ReadableTable};

use super::row::PhotoRow;
use super::{CatalogError, Snapshot, household, tables};
use crate::photo_id::PhotoId;
use crate::wall_time::WallTime;

pub use count::{CopyCounts, Held};

type Id = &'static [u8; 32];
type Device = &'static [u8; 16];

/// What decides whether a device keeps an original, and where else it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// Whether the photo is a favourite.
    pub favorite: bool,
    /// When it was taken.
    pub taken_at: WallTime,
    /// The time of the block that added it, in unix milliseconds.
    pub added_ms: i64,
    /// Whether its original was deleted on all devices.
    pub purged: bool,
    /// Whether the device that was asked about is known to hold it.
    pub held: bool,
    /// Whether another member, or the household's bucket, is known to hold it.
    pub held_elsewhere: bool,
}

/// What was purged at one height and a bucket may still hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftovers {
    /// That height.
    pub since: Height,
    /// Which originals, each with its life, see [`Snapshot::life`].
    pub originals: Vec<(PhotoId, Height)>,
}

/// The tables that say where originals are.
pub(super) struct Copies<V, A, H, S> {
    pub(super) verified: V,
    pub(super) absent: A,
    pub(super) held: H,
    pub(super) stored: S,
}

/// The same, opened for reading.
type Read = Copies<
    ReadOnlyTable<(Device, u64), (u64, i64)>,
    ReadOnlyTable<(Device, Id), ()>,
    ReadOnlyTable<(Device, Id), i64>,
    ReadOnlyTable<(Id, &'static str), i64>,
>;

impl<V, A, H, S> Copies<V, A, H, S>
where
    V: ReadableTable<(Device, u64), (u64, i64)>,
    A: ReadableTable<(Device, Id), ()>,
    H: ReadableTable<(Device, Id), i64>,
    S: ReadableTable<(Id, &'static str), i64>,
{
    /// When the original of `photo` was last found right on `device`, in unix milliseconds; none,
    /// if it is not known to be there.
    pub(super) fn on(
        &self,
        device: DeviceId,
        id: &PhotoId,
        photo: &PhotoRow,
    ) -> Result<Option<i64>, CatalogError> {
        let device = &device.0;
        if photo.purged.is_some() || self.absent.get((device, &id.0))?.is_some() {
            return Ok(None);
        }
        let block = photo.added.height;
        let is_author = photo.added.edit().device.0 == *device;
        let added = is_author.then_some(photo.added_ms.unwrap_or(0));
        let said = self
            .verified
            .range((device, 0)..=(device, block))?
            .next_back()
            .transpose()?;
        let said = said.and_then(|(first, found)| {
            let (last, verified_ms) = found.value();
            let (_, first) = first.value();
            // What came by itself was hashed then; what a device added, when it did.
            let hashed_ms = added.filter(|_| first > 0).unwrap_or(verified_ms);
            (last >= block).then_some(hashed_ms)
        });
        let held = self.held.get((device, &id.0))?.map(|held| held.value());
        Ok(said.or(added).max(held))
    }

    /// Whether one of `members` but `device`, or the bucket, is known to hold the original.
    pub(super) fn elsewhere(
        &self,
        device: DeviceId,
        id: &PhotoId,
        photo: &PhotoRow,
        members: &[DeviceId],
        bucket: Option<&str>,
    ) -> Result<bool, CatalogError> {
        for &other in members {
            if other != device && self.on(other, id, photo)?.is_some() {
                return Ok(true);
            }
        }
        match bucket {
            Some(bucket) => Ok(self.stored.get((&id.0, bucket))?.is_some()),
            None => Ok(false),
        }
    }
}

/// The members that a table holds.
pub(super) fn read_members(
    table: &impl ReadableTable<Device, ()>,
) -> Result<Vec<DeviceId>, CatalogError> {
    let mut members = Vec::new();
    for row in table.iter()? {
        members.push(DeviceId(*row?.0.value()));
    }
    Ok(members)
}

/// The buckets that are known to hold an original, by their addresses, and since when.
pub(super) fn stored_in(
    table: &impl ReadableTable<(Id, &'static str), i64>,
    id: &PhotoId,
) -> Result<Vec<(String, i64)>, CatalogError> {
    let mut buckets = Vec::new();
    for row in table.range((&id.0, "")..)? {
        let (key, verified_ms) = row?;
        let (found, bucket) = key.value();
        if *found != id.0 {
            break;
        }
        buckets.push((bucket.to_owned(), verified_ms.value()));
    }
    Ok(buckets)
}

/// Errors are those of a file that cannot be read.
impl Snapshot {
    /// The buckets that hold the photo's original, by their addresses, each with the time at which
    /// its copy was last found right, in unix milliseconds.
    pub fn stored(&self, id: &PhotoId) -> Result<Vec<(String, i64)>, CatalogError> {
        stored_in(&self.transaction.open_table(tables::STORED)?, id)
    }

    /// Which of `devices` hold the photo's original, each with the time at which it was last found
    /// right there, in unix milliseconds: as they said when they hashed it, and before that as the
    /// device said that added it. None, if the photo is unknown or was purged.
    pub fn holders(
        &self,
        id: &PhotoId,
        devices: &[DeviceId],
    ) -> Result<Vec<(DeviceId, i64)>, CatalogError> {
        let Some(photo) = self.row(id)? else {
            return Ok(Vec::new());
        };
        let copies = self.copies()?;
        let mut holders = Vec::new();
        for &device in devices {
            let hashed_ms = copies.on(device, id, &photo)?;
            holders.extend(hashed_ms.map(|hashed_ms| (device, hashed_ms)));
        }
        Ok(holders)
    }

    /// What decides whether `device` keeps these originals, and where else they are, in this
    /// order; unknown ids are left out.
    pub fn whereabouts(
        &self,
        ids: &[PhotoId],
        device: DeviceId,
    ) -> Result<Vec<(PhotoId, Whereabouts)>, CatalogError> {
        let members = read_members(&self.transaction.open_table(tables::MEMBERS)?)?;
        let settings = household::read_settings(&self.transaction.open_table(tables::SETTINGS)?)?;
        let bucket = settings.bucket.as_deref();
        let copies = self.copies()?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(photo) = self.row(id)? else {
                continue;
            };
            let whereabouts = Whereabouts {
                favorite: photo.said.favorite(),
                taken_at: photo.taken_at(),
                added_ms: photo.added_ms.unwrap_or(0),
                purged: photo.purged.is_some(),
                held: copies.on(device, id, &photo)?.is_some(),
                held_elsewhere: copies.elsewhere(device, id, &photo, &members, bucket)?,
            };
            found.push((*id, whereabouts));
        }
        Ok(found)
    }

    /// The originals that `device` said it does not hold, without saying since that they came.
    pub fn absent(&self, device: DeviceId) -> Result<Vec<PhotoId>, CatalogError> {
        let absent = self.transaction.open_table(tables::ABSENT)?;
        let mut ids = Vec::new();
        for row in absent.range((&device.0, &[0; 32])..=(&device.0, &[255; 32]))? {
            ids.push(PhotoId(*row?.0.value().1));
        }
        Ok(ids)
    }

    /// The photos that were purged above a height (`None`: all), by height.
    pub fn purged_since(&self, height: Option<Height>) -> Result<Vec<PhotoId>, CatalogError> {
        let purged = self.transaction.open_table(tables::PURGED)?;
        let from = height.map_or(0, |height| height.saturating_add(1));
        let mut ids = Vec::new();
        for row in purged.range((from, &[0; 32])..)? {
            ids.push(PhotoId(*row?.0.value().1));
        }
        Ok(ids)
    }

    /// Those of `ids` whose originals the bucket is not known to hold, those that were purged left
    /// out; each with its life, see [`Snapshot::life`].
    pub fn not_stored(
        &self,
        bucket: &str,
        ids: &[PhotoId],
    ) -> Result<Vec<(PhotoId, Height)>, CatalogError> {
        let stored = self.transaction.open_table(tables::STORED)?;
        let mut missing = Vec::new();
        for id in ids {
            if stored.get((&id.0, bucket))?.is_some() {
                continue;
            }
            let row = self.row(id)?.filter(|row| row.purged.is_none());
            missing.extend(row.map(|row| (*id, row.life)));
        }
        Ok(missing)
    }

    /// Which life of a photo this is: 0, or the height at which it was purged before its bytes came
    /// again. What a bucket holds of one life has nothing to do with the next.
    pub fn life(&self, id: &PhotoId) -> Result<Height, CatalogError> {
        Ok(self.row(id)?.map_or(0, |row| row.life))
    }

    /// What was purged first of all that this bucket may still hold.
    pub fn leftovers(&self, bucket: &str) -> Result<Option<Leftovers>, CatalogError> {
        let leftovers = self.transaction.open_table(tables::LEFTOVERS)?;
        let mut first: Option<Leftovers> = None;
        for row in leftovers.range((bucket, &[0; 32], 0)..=(bucket, &[255; 32], u64::MAX))? {
            let (key, since) = row?;
            let (_, id, life) = key.value();
            let (since, one) = (since.value(), (PhotoId(*id), life));
            match &mut first {
                Some(first) if first.since == since => first.originals.push(one),
                Some(first) if first.since < since => {}
                _ => {
                    let originals = vec![one];
                    first = Some(Leftovers { since, originals });
                }
            }
        }
        Ok(first)
    }

    /// How often the bucket's copy of an original was found missing or damaged.
    pub fn times_lost(&self, bucket: &str, id: &PhotoId) -> Result<u64, CatalogError> {
        let losses = self.transaction.open_table(tables::LOSSES)?;
        let times = losses.get((&id.0, bucket))?;
        Ok(times.map_or(0, |times| times.value()))
    }

    fn copies(&self) -> Result<Read, CatalogError> {
        Ok(Copies {
            verified: self.transaction.open_table(tables::VERIFIED)?,
            absent: self.transaction.open_table(tables::ABSENT)?,
            held: self.transaction.open_table(tables::HELD)?,
            stored: self.transaction.open_table(tables::STORED)?,
        })
    }
}
