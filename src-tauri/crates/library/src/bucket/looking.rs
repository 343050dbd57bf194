//! Whether the bucket holds an original that the household has stored there.

use std::time::Duration;

use kinfolio_bucket::{BucketError, Contents, OriginalId};
use kinfolio_catalog::PhotoId;

use super::original_id;
use crate::error::LibraryError;
use crate::household;
use crate::library::Library;
use crate::tasks::now_ms;

/// Whether the bucket holds an original now. A cloud keeps what it was given, so that one that was
/// read back not long ago need only be there in its length; in a folder it is hashed.
///
/// # Errors
/// [`LibraryError::Bucket`] says what is wrong with the bucket.
pub(crate) async fn holds_now(
    library: &Library,
    id: PhotoId,
    size: u64,
    verified_ms: i64,
) -> Result<bool, LibraryError> {
    let Some(bucket) = library.bucket().open().await else {
        return Ok(false);
    };
    let bucket = bucket?;
    let object = object(library, id).await?;
    let age = u64::try_from(now_ms().saturating_sub(verified_ms)).ok();
    let every = household::settings(library).scrub_every.duration();
    let is_fresh = age.is_some_and(|age| Duration::from_millis(age) < every);
    let found = match is_fresh && !bucket.is_folder() {
        true => bucket.measure_original(object, size).await,
        false => bucket.verify_original(object, size).await,
    };
    match found {
        Ok(()) => Ok(true),
        Err(error @ (BucketError::Missing { .. } | BucketError::Damaged { .. })) => {
            tracing::warn!(%id, %error, "the bucket does not hold an original whole that it should hold");
            library.doubts().bucket(id);
            Ok(false)
        }
        Err(error) => Err(LibraryError::Bucket(error)),
    }
}

/// What the original is called there.
pub(super) async fn object(library: &Library, id: PhotoId) -> Result<OriginalId, LibraryError> {
    let life = library.read(move |catalog| Ok(catalog.snapshot().life(&id)?));
    Ok(original_id(id, life.await?.value))
}

/// Whether an original is missing in the bucket, or damaged. Nothing is said of a bucket that holds
/// nothing of the household: it may be a disk that is not mounted.
///
/// # Errors
/// As [`holds_now`].
pub(crate) async fn lacks(library: &Library, id: PhotoId, size: u64) -> Result<bool, LibraryError> {
    let Some(bucket) = library.bucket().open().await else {
        return Ok(false);
    };
    let bucket = bucket?;
    let object = object(library, id).await?;
    match bucket.verify_original(object, size).await {
        Ok(()) => Ok(false),
        Err(BucketError::Damaged { .. }) => Ok(true),
        Err(BucketError::Missing { .. }) => {
            let contents = bucket.contents().await.map_err(LibraryError::Bucket)?;
            Ok(contents != Contents::Nothing)
        }
        Err(error) => Err(LibraryError::Bucket(error)),
    }
}
