//! The originals out of the bucket, and their previews, which are made anew.

use std::path::Path;

use futures_util::{StreamExt, TryStreamExt, stream};
use kinfolio_bucket::{Bucket, BucketError};
use kinfolio_catalog::{Catalog, Height, PhotoId};
use kinfolio_photos::{BlobError, BlobId, Blobs, ThumbSize, Thumbs};

use super::Progress;
use crate::bucket::original_id;
use crate::error::LibraryError;
use crate::library::{blob_error, thumb_error};

/// Originals on their way at a time.
const AT_ONCE: usize = 4;

/// Photos looked up at a time.
const LOOK_MAX: usize = 1024;

/// What is to be known of a photo to bring back its files.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    id: PhotoId,
    /// The original's length in bytes.
    size: u64,
    /// Which life of it.
    life: Height,
    /// Whether it has previews.
    has_previews: bool,
}

/// The photos whose originals the household keeps: all but those that were purged.
pub(super) fn kept(catalog: &Catalog) -> Result<Vec<Wanted>, LibraryError> {
    let snapshot = catalog.snapshot()?;
    let mut kept = Vec::new();
    let mut seen = None;
    loop {
        let (ids, upto) = snapshot.changed_since(seen, LOOK_MAX)?;
        for photo in snapshot.photos(&ids)? {
            if !photo.purged {
                kept.push(Wanted {
                    id: photo.id,
                    size: photo.size,
                    life: snapshot.life(&photo.id)?,
                    has_previews: !photo.thumbhash.is_empty(),
                });
            }
        }
        if upto == seen {
            return Ok(kept);
        }
        seen = upto;
    }
}

/// Brings the originals of these photos here that are not; those that are not to be had, and why.
pub(super) async fn restore(
    root: &Path,
    bucket: &Bucket,
    photos: Vec<Wanted>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Vec<(String, String)>, LibraryError> {
    let blobs = Blobs::open(root).map_err(|error| blob_error(root, error))?;
    let thumbs = Thumbs::open(root).map_err(|error| thumb_error(root, error))?;
    let count = photos.len() as u64;
    let brought = photos.into_iter().map(|wanted| {
        let (blobs, thumbs) = (blobs.clone(), thumbs.clone());
        async move {
            let brought = bring(root, bucket, &blobs, wanted).await?;
            if brought.is_none() {
                preview(root, blobs, thumbs, wanted).await?;
            }
            Ok::<_, LibraryError>(brought.map(|why| (wanted.id.to_string(), why)))
        }
    });
    let mut brought = stream::iter(brought).buffer_unordered(AT_ONCE);
    let (mut done, mut missing) = (0, Vec::new());
    while let Some(one) = brought.try_next().await? {
        done += 1;
        missing.extend(one);
        progress(Progress::Originals(done, count));
    }
    missing.sort();
    Ok(missing)
}

/// Brings an original here; why not, if it is not to be had.
async fn bring(
    root: &Path,
    bucket: &Bucket,
    blobs: &Blobs,
    Wanted { id, size, life, .. }: Wanted,
) -> Result<Option<String>, LibraryError> {
    let blob = BlobId(id.0);
    if blobs.path(&blob).is_file() {
        return Ok(None);
    }
    let pieces = match bucket.original(original_id(id, life), size).await {
        Ok(pieces) => pieces,
        Err(error) if error.is_about_all() => return Err(LibraryError::Bucket(error)),
        Err(BucketError::Missing { .. }) => {
            let why = "the bucket does not hold it: it was not stored there in time";
            return Ok(Some(why.to_owned()));
        }
        Err(error) => return Ok(Some(error.to_string())),
    };
    let pieces = pieces.map_err(std::io::Error::other);
    match blobs.put_stream_as(blob, pieces).await {
        Ok(_) => Ok(None),
        Err(BlobError::Upload { reason }) => Ok(Some(reason)),
        Err(error) => Err(blob_error(root, error)),
    }
}

/// Makes the previews of a photo; one that cannot be drawn is left out, as when it was added.
async fn preview(
    root: &Path,
    blobs: Blobs,
    thumbs: Thumbs,
    wanted: Wanted,
) -> Result<(), LibraryError> {
    let Wanted {
        id, has_previews, ..
    } = wanted;
    if !has_previews {
        return Ok(());
    }
    let make = move || {
        let sizes = [ThumbSize::Small, ThumbSize::Large].into_iter();
        let mut made = sizes.map(|size| thumbs.ensure(&BlobId(id.0), size, &blobs));
        made.try_for_each(|made| made.map(drop))
    };
    let made = tokio::task::spawn_blocking(make).await;
    match made.map_err(|_| LibraryError::Closing)? {
        Ok(()) => Ok(()),
        Err(error) => match thumb_error(root, error) {
            LibraryError::NoPreview { reason, .. } => {
                tracing::warn!(%id, reason, "a preview could not be made");
                Ok(())
            }
            error => Err(error),
        },
    }
}
