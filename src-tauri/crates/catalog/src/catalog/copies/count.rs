//! How many originals each device holds: counted in one pass over the tables, all of which are in
//! the order of the photos.

use std::iter::Peekable;

use kinfolio_chain::{DeviceId, Height};
use redb::{Range, ReadableTable};

use super::Read;
use crate::catalog::row::{self, PhotoRow};
use crate::catalog::{CatalogError, Snapshot, tables};

/// How many originals there are, and how many of them are known to be where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyCounts {
    /// Those that were not purged.
    pub originals: u64,
    /// By device.
    pub devices: Vec<(DeviceId, Held)>,
    /// Those in the bucket that was asked about.
    pub stored: u64,
}

/// How many originals one device holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Those of which [`Snapshot::holders`] would say so.
    pub originals: u64,
    /// Those of them that no other of the devices holds, nor the bucket.
    pub sole: u64,
}

/// What a device has said, read as far as the photo that is being counted.
struct Said<'a> {
    device: DeviceId,
    /// First and last block of those whose originals it has hashed, ascending.
    hashed: Vec<(Height, Height)>,
    absent: Ids<Range<'a, (super::Device, super::Id), ()>>,
    held: Ids<Range<'a, (super::Device, super::Id), i64>>,
    holds: Held,
}

/// Ascending ids, read no further than they were asked about.
struct Ids<I: Iterator>(Peekable<I>);

impl Snapshot {
    /// Counts the copies that these devices and the bucket of this address hold. Looks at every
    /// photo: for a background task, not for a request.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn count_copies(
        &self,
        devices: &[DeviceId],
        bucket: Option<&str>,
    ) -> Result<CopyCounts, CatalogError> {
        let copies = self.copies()?;
        let mut said = devices
            .iter()
            .map(|&device| Said::read(&copies, device))
            .collect::<Result<Vec<_>, _>>()?;
        let photos = self.transaction.open_table(tables::PHOTOS)?;
        let mut counts = CopyCounts::default();
        for row in photos.iter()? {
            let (id, photo) = row?;
            let id = id.value();
            let photo: PhotoRow = row::decode(photo.value(), "photos")?;
            if photo.purged.is_some() {
                continue;
            }
            counts.originals += 1;
            let (mut holders, mut last) = (0_u32, None);
            for (at, one) in said.iter_mut().enumerate() {
                if one.look(id, &photo)? {
                    (holders, last) = (holders + 1, Some(at));
                }
            }
            let stored = match bucket {
                Some(bucket) => copies.stored.get((id, bucket))?.is_some(),
                None => false,
            };
            counts.stored += u64::from(stored);
            if let (1, false, Some(at)) = (holders, stored, last) {
                said[at].holds.sole += 1;
            }
        }
        counts.devices = said.iter().map(|one| (one.device, one.holds)).collect();
        Ok(counts)
    }
}

impl<'a> Said<'a> {
    fn read(copies: &'a Read, device: DeviceId) -> Result<Self, CatalogError> {
        let mut hashed = Vec::new();
        for row in copies
            .verified
            .range((&device.0, 0)..=(&device.0, u64::MAX))?
        {
            let (first, found) = row?;
            hashed.push((first.value().1, found.value().0));
        }
        let (first, last) = ([0; 32], [255; 32]);
        let all = (&device.0, &first)..=(&device.0, &last);
        Ok(Self {
            device,
            hashed,
            absent: Ids(copies.absent.range(all.clone())?.peekable()),
            held: Ids(copies.held.range(all)?.peekable()),
            holds: Held::default(),
        })
    }

    /// Counts the photo if the device holds its original, by the rule of [`super::Copies::on`], and says
    /// whether it does.
    fn look(&mut self, id: &[u8; 32], photo: &PhotoRow) -> Result<bool, CatalogError> {
        let block = photo.added.height;
        let before = self.hashed.partition_point(|(first, _)| *first <= block);
        let hashed = before > 0 && self.hashed[before - 1].1 >= block;
        let is_author = photo.added.edit().device == self.device;
        let held = self.held.has(id)?;
        let absent = self.absent.has(id)?;
        let holds = !absent && (hashed || is_author || held);
        self.holds.originals += u64::from(holds);
        Ok(holds)
    }
}

impl<V: redb::Value + 'static> Ids<Range<'_, (super::Device, super::Id), V>> {
    /// Whether `id`, which is none before the last one that was asked about, is among them.
    fn has(&mut self, id: &[u8; 32]) -> Result<bool, CatalogError> {
        loop {
            let found = match self.0.peek() {
                None => return Ok(false),
                Some(Ok((key, _))) => key.value().1.cmp(id),
                // Taken out to be told.
                Some(Err(_)) => std::cmp::Ordering::Less,
            };
            match found {
                std::cmp::Ordering::Less => drop(self.0.next().transpose()?),
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Greater => return Ok(false),
            }
        }
    }
}
