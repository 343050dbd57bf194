//! Which originals this device could store in the bucket, found by following the catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use kinfolio_catalog::{Height, PhotoId, Snapshot};
use kinfolio_photos::{BlobId, Blobs};

use crate::error::LibraryError;

/// Most originals kept in mind; the rest is looked up when these are stored.
const WAITING_MAX: usize = 4096;

/// Photos looked at in one go.
const LOOK_MAX: usize = 1024;

/// Originals that are here and that the bucket is not known to hold.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// The height up to which the catalogue was looked through.
    seen: Option<Height>,
    originals: BTreeMap<PhotoId, Original>,
}

#[derive(Clone, Copy, Debug)]
struct Original {
    /// Length in bytes.
    size: u64,
    /// Which life of it, see `Snapshot::life`.
    life: Height,
    /// Not before then: another device is at it, or nobody could say whose it is.
    not_before: Option<Instant>,
}

impl Waiting {
    /// Looks for more. What was found stored in the meantime is forgotten.
    pub(super) fn look(
        &mut self,
        catalog: &Snapshot,
        blobs: &Blobs,
        bucket: &str,
    ) -> Result<(), LibraryError> {
        let known: Vec<_> = self.originals.keys().copied().collect();
        let missing = BTreeSet::from_iter(catalog.not_stored(bucket, &known)?);
        let is_missing = |id: &PhotoId, one: &Original| missing.contains(&(*id, one.life));
        self.originals.retain(|id, one| is_missing(id, one));
        while self.originals.len() < WAITING_MAX && self.seen < catalog.height() {
            let (ids, seen) = catalog.changed_since(self.seen, LOOK_MAX)?;
            for (id, life) in catalog.not_stored(bucket, &ids)? {
                let here = blobs.len(&BlobId(id.0)).map_err(LibraryError::Blob)?;
                // What is not here may be on the device that added it.
                if let Some(size) = here {
                    let original = Original {
                        size,
                        life,
                        not_before: None,
                    };
                    self.originals.entry(id).or_insert(original);
                }
            }
            self.seen = seen;
        }
        Ok(())
    }

    /// Whether this one, in this life, is still to be stored.
    pub(super) fn holds(&self, id: PhotoId, life: Height) -> bool {
        self.originals.get(&id).is_some_and(|one| one.life == life)
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.originals.len() as u64
    }

    /// At most `limit` whose time has come, with their lengths in bytes and their lives.
    pub(super) fn ready(&self, limit: usize, now: Instant) -> Vec<(PhotoId, u64, Height)> {
        let ready = self
            .originals
            .iter()
            .filter(|(_, original)| original.not_before.is_none_or(|then| then <= now));
        ready
            .map(|(id, one)| (*id, one.size, one.life))
            .take(limit)
            .collect()
    }

    /// Leaves one alone until `then`.
    pub(super) fn put_off(&mut self, id: PhotoId, then: Instant) {
        if let Some(original) = self.originals.get_mut(&id) {
            original.not_before = Some(then);
        }
    }

    /// Forgets one: it is stored, or cannot be.
    pub(super) fn forget(&mut self, id: PhotoId) {
        self.originals.remove(&id);
    }
}
