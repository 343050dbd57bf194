//! Copies that may not be what the ledger says of them: looked at again, mended, and where that
//! cannot be done, said in the ledger to be lost, so that nobody relies on them.
//!
//! Whoever reads an original and does not find it, or finds it damaged, only notes that here. All
//! that comes within a short time is looked at together, and said in one edit.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kinfolio_catalog::{LibraryEdit, Photo, PhotoId, Placement};
use kinfolio_photos::BlobId;
use kinfolio_photos::originals;
use tokio::sync::Notify;

use super::mend::mend_now;
use super::{keep, placement};
use crate::bucket;
use crate::edit::{PHOTOS_PER_PAYLOAD, send};
use crate::error::LibraryError;
use crate::library::Library;

/// How long further doubts are waited for.
const GATHER_TIME: Duration = Duration::from_secs(1);

/// Between two looks at what the bucket is said to hold.
const LOOK_AGAIN: Duration = Duration::from_secs(3);

/// How long to wait before what could not be mended, or said, is tried again: at first, and at most.
const PAUSE_MIN: Duration = Duration::from_secs(10);
const PAUSE_MAX: Duration = Duration::from_secs(3600);

/// Doubts of one kind that are kept in mind. Further ones come again when it is read again, or with
/// the next scrub.
const DOUBTS_MAX: usize = PHOTOS_PER_PAYLOAD;

/// Copies that are to be looked at.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    named: Mutex<Named>,
    woken: Notify,
}

#[derive(Debug, Default)]
struct Named {
    /// Of this device.
    here: BTreeSet<PhotoId>,
    /// Of the bucket.
    bucket: BTreeSet<PhotoId>,
}

impl Doubts {
    /// This device's copy may be missing or damaged.
    pub(crate) fn here(&self, id: PhotoId) {
        self.add(|named| &mut named.here, id);
    }

    /// The bucket's copy may be missing or damaged.
    pub(crate) fn bucket(&self, id: PhotoId) {
        self.add(|named| &mut named.bucket, id);
    }

    fn add(&self, of: impl Fn(&mut Named) -> &mut BTreeSet<PhotoId>, id: PhotoId) {
        let mut named = self.lock();
        let copies = of(&mut named);
        if copies.len() < DOUBTS_MAX && copies.insert(id) {
            self.woken.notify_one();
        }
    }

    fn take(&self) -> Named {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Named> {
        // The sets are whole at every moment, whoever panicked.
        self.named.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Settles doubts until the library closes.
pub(crate) async fn settle(library: Library) {
    let library = &library;
    let mut open = Named {
        here: lost_before(library).await,
        bucket: BTreeSet::new(),
    };
    let mut pause = PAUSE_MIN;
    loop {
        let any = !open.here.is_empty() || !open.bucket.is_empty();
        tokio::select! {
            () = library.doubts().woken.notified() => {
                tokio::time::sleep(GATHER_TIME).await;
                pause = PAUSE_MIN;
            }
            () = tokio::time::sleep(pause), if any => pause = (pause * 2).min(PAUSE_MAX),
        }
        let new = library.doubts().take();
        open.here.extend(new.here);
        open.bucket.extend(new.bucket);
        if let Err(error) = open.settle(library).await {
            tracing::warn!(%error, "copies that may be damaged are looked at later");
        }
    }
}

/// What this device said of late that it does not hold, and should: it is tried again.
async fn lost_before(library: &Library) -> BTreeSet<PhotoId> {
    if placement(library) != Placement::All {
        return BTreeSet::new();
    }
    let here = library.device();
    let absent = library.read(move |catalog| Ok(catalog.snapshot().absent(here)?));
    match absent.await {
        Ok(absent) => absent.value.into_iter().take(DOUBTS_MAX).collect(),
        Err(error) => {
            tracing::warn!(%error, "what was lost here before is left to the next scrub");
            BTreeSet::new()
        }
    }
}

impl Named {
    /// Looks at all; what is left is to be tried again.
    async fn settle(&mut self, library: &Library) -> Result<(), LibraryError> {
        let here = self.settle_here(library).await;
        let bucket = self.settle_bucket(library).await;
        here.and(bucket)
    }

    /// Mends what this device should hold, or says that it does not hold it.
    async fn settle_here(&mut self, library: &Library) -> Result<(), LibraryError> {
        let (mut lost, mut back) = (Vec::new(), Vec::new());
        for id in self.here.clone() {
            let Some((photo, held)) = look_up(library, id).await? else {
                self.here.remove(&id);
                continue;
            };
            let wanted = held || placement(library) == Placement::All;
            if !wanted && !library.blobs().path(&BlobId(id.0)).is_file() {
                // It was dropped, as it may be.
                self.here.remove(&id);
                continue;
            }
            let whole = match mend_now(library, id).await {
                Ok(_) => is_whole(library, &photo).await?,
                Err(error @ (LibraryError::DiskFull { .. } | LibraryError::Closing)) => {
                    return Err(error);
                }
                // Said where it was tried.
                Err(_) => false,
            };
            match (whole, held) {
                (true, true) => drop(self.here.remove(&id)),
                (true, false) => back.push(photo),
                (false, true) => lost.push(photo),
                (false, false) => {}
            }
        }
        if lost.is_empty() && back.is_empty() || !bucket::may_claim(library) {
            return Ok(());
        }
        let _held = library.holdings().lock().await;
        let mut told = Vec::new();
        for photo in &lost {
            // Somebody may have brought it meanwhile.
            if !is_whole(library, photo).await? {
                told.push(photo.id);
            }
        }
        say_lost(library, &told, None).await?;
        back.retain(|photo| library.blobs().path(&BlobId(photo.id.0)).is_file());
        let back: Vec<_> = back.iter().map(|photo| photo.id).collect();
        keep::say(library, &back, &[]).await?;
        for id in back {
            self.here.remove(&id);
        }
        Ok(())
    }

    /// Says what the bucket is known to hold and does not, where two looks say the same.
    async fn settle_bucket(&mut self, library: &Library) -> Result<(), LibraryError> {
        let Some(address) = library.bucket().address() else {
            self.bucket.clear();
            return Ok(());
        };
        for look in 0..2 {
            if self.bucket.is_empty() {
                bucket::found_missing(library, &self.bucket);
                return Ok(());
            }
            if look > 0 {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            for id in self.bucket.clone() {
                let stored = bucket::verified_ms(library, id).await?.is_some();
                let known = look_up(library, id).await?.filter(|_| stored);
                let lacks = match known {
                    Some((photo, _)) => bucket::lacks(library, id, photo.size).await?,
                    None => false,
                };
                if !lacks {
                    self.bucket.remove(&id);
                }
            }
        }
        // A device that only shows what the bucket held says it to whoever looks at it.
        bucket::found_missing(library, &self.bucket);
        if self.bucket.is_empty() || !bucket::may_claim(library) {
            return Ok(());
        }
        let lost: Vec<_> = self.bucket.iter().copied().collect();
        say_lost(library, &lost, Some(address)).await?;
        self.bucket.clear();
        bucket::found_missing(library, &self.bucket);
        Ok(())
    }
}

/// A photo that was not purged, and whether this device is known to hold its original.
async fn look_up(library: &Library, id: PhotoId) -> Result<Option<(Photo, bool)>, LibraryError> {
    let here = library.device();
    let found = library.read(move |catalog| {
        let photo = catalog.photo(&id)?.filter(|photo| !photo.purged);
        let holders = catalog.snapshot().holders(&id, &[here])?;
        Ok(photo.map(|photo| (photo, !holders.is_empty())))
    });
    Ok(found.await?.value)
}

/// Whether an original is here, and is what its name says.
pub(super) async fn is_whole(library: &Library, photo: &Photo) -> Result<bool, LibraryError> {
    let (here, id, size) = (library.clone(), BlobId(photo.id.0), photo.size);
    let inspect = move || Ok(originals::inspect(here.blobs(), id, size).is_none());
    library.blocking(inspect).await
}

/// Says in the ledger which originals are lost here, or in the bucket of this address.
async fn say_lost(
    library: &Library,
    lost: &[PhotoId],
    bucket: Option<String>,
) -> Result<(), LibraryError> {
    for part in lost.chunks(PHOTOS_PER_PAYLOAD) {
        let edit = LibraryEdit::Lost {
            originals: part.to_vec(),
            bucket: bucket.clone(),
        };
        send(library, vec![edit.encode()]).await?;
        let place = bucket.as_deref().unwrap_or("this device");
        tracing::error!(
            count = part.len(),
            place,
            "originals are missing or damaged there, and the household is told that it holds them no longer"
        );
    }
    Ok(())
}
