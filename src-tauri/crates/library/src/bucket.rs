//! The household's bucket: each original is stored there once, by whichever device wins the claim
//! to it, and comes from there where this device does not have it. The ledger goes there as well,
//! so that a new device can be made from the bucket and the recovery key alone, and checkpoints, so
//! that this takes no longer than it must. What is purged is deleted there.
//!
//! Which bucket, the household has agreed upon, unless this device's environment names another
//! (`KINFOLIO_BUCKET_URL`); the `AZURE_*` or `AWS_*` variables of its cloud are each device's own.
//! What is wrong with it is told and tried again; all else goes on.

mod card;
mod checkpoints;
mod claim;
mod ledger;
mod lines;
mod link;
mod looking;
mod news;
mod numbered;
mod places;
mod purging;
mod rivals;
mod segments;
mod spool;
mod storing;
mod voting;
mod waiting;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use kinfolio_bucket::{Bucket, BucketError, OriginalId};
use kinfolio_catalog::{Height, PhotoId};

use crate::checkpoint::spawn_once_proved;
use crate::error::LibraryError;
use crate::library::Library;
pub(crate) use card::{Card, last_card, read_card};
pub(crate) use checkpoints::may_claim;
pub(crate) use lines::{
    Entry, Part, What, create as create_epoch, entries as epochs, entry as epoch,
    newest as newest_line,
};
pub use link::Status;
use link::Work;
pub(crate) use link::{Link, connect};
pub(crate) use looking::{holds_now, lacks};
pub(crate) use places::last_segment;
pub(crate) use rivals::gone_on;
pub use segments::SegmentError;
pub(crate) use segments::{check as check_segment, has as has_segment, read as read_segment};
pub(crate) use voting::prepare as prepare_to_vote;

/// How long a bucket has to say what it holds, before a setting is taken without its word.
const ASK: Duration = Duration::from_secs(5);

/// Stores what the bucket lacks from now on, originals, ledger and checkpoints, in the background, until the
/// library closes, whenever one is set; and takes in what it has of the ledger, while no quorum is
/// within reach that would give it. For a process that stays: a short command need not.
pub fn start(library: &Library) {
    spawn_once_proved(library, storing::run(library.clone()));
    spawn_once_proved(library, purging::run(library.clone()));
    spawn_once_proved(library, ledger::run(library.clone()));
    spawn_once_proved(library, checkpoints::run(library.clone()));
    spawn_once_proved(library, voting::run(library.clone()));
    for reads in [
        news::run(library.clone()).boxed(),
        rivals::run(library.clone()).boxed(),
    ] {
        let closing = library.closing();
        let work = async move {
            closing.run_until_cancelled(reads).await;
        };
        library.tasks().spawn(work);
    }
}

/// How this device gets on with the bucket; `None` where none is set.
#[must_use]
pub fn status(library: &Library) -> Option<Status> {
    let status = library.bucket().status()?;
    let blocks = library.node().tip().height + 1;
    let census = library.census().borrow();
    let counted = status.bucket.as_deref();
    let counted = counted.and_then(|address| census.as_ref()?.bucket(address));
    Some(Status {
        votes: library.node().bucket_voter().is_some(),
        originals: counted.map(|counted| counted.stored.saturating_sub(status.lost)),
        // A count may be a moment old; what came here since is to be stored, too.
        waiting: counted.map(|counted| counted.waiting.max(status.waiting.unwrap_or(0))),
        blocks_behind: status.blocks.map(|held| blocks.saturating_sub(held)),
        ..status
    })
}

/// The bucket was found not to hold these, which the household has stored there, and the household was
/// not told so yet.
pub(crate) fn found_missing(library: &Library, lost: &BTreeSet<PhotoId>) {
    let link = library.bucket();
    link.note(|status| status.lost = lost.len() as u64);
    match (lost.first(), link.address()) {
        (Some(first), Some(bucket)) => {
            let lost = lost.len();
            let told = format!(
                "the bucket {bucket} lacks originals that the household had stored there: {lost} by now, {first} among them. See to it that nobody and no rule of the bucket deletes anything in it; if another copy of them is left somewhere, import that"
            );
            link.is_troubled(Work::Lost, &told);
        }
        _ => link.is_well(Work::Lost),
    }
}

/// When the bucket's copy of an original was last found right, in unix milliseconds; `None` if the
/// household has not stored it in the bucket that is set here.
///
/// # Errors
/// The catalogue cannot be read.
pub async fn verified_ms(library: &Library, id: PhotoId) -> Result<Option<i64>, LibraryError> {
    let Some(address) = library.bucket().address() else {
        return Ok(None);
    };
    let stored = library
        .read(move |catalog| Ok(catalog.snapshot().stored(&id)?))
        .await?;
    let found = stored
        .value
        .into_iter()
        .find(|(bucket, _)| *bucket == address);
    Ok(found.map(|(_, verified_ms)| verified_ms))
}

/// What the original of a photo is called in the bucket.
pub(crate) const fn original_id(id: PhotoId, life: Height) -> OriginalId {
    OriginalId::new(id.0).in_life(life)
}

/// Refuses a bucket that is to be encrypted and holds what is not, or the other way round. One that
/// does not say what it holds is taken: what comes of it, [`status`] tells.
pub(crate) async fn check_kind(address: &str, encrypted: bool) -> Result<(), LibraryError> {
    let Ok(bucket) = connect(address) else {
        return Ok(());
    };
    match tokio::time::timeout(ASK, bucket.contents()).await {
        Ok(Ok(contents)) => match bucket.unfit(contents, encrypted) {
            Some(unfit) => Err(LibraryError::Bucket(unfit)),
            None => Ok(()),
        },
        Ok(Err(_)) | Err(_) => Ok(()),
    }
}

/// The bytes of an original, as they come.
type Bytestream = BoxStream<'static, std::io::Result<Bytes>>;

/// The bytes of an original from `offset` on, from the bucket; none of them is given out unchecked.
/// Nothing, if the bucket does not have it, or none is set.
///
/// # Errors
/// [`LibraryError::Bucket`] says what is wrong with the bucket.
pub(crate) async fn fetch(
    library: &Library,
    id: PhotoId,
    size: u64,
    offset: u64,
) -> Result<Option<Bytestream>, LibraryError> {
    let Some(bucket) = library.bucket().open().await else {
        return Ok(None);
    };
    let object = looking::object(library, id).await?;
    match open_at(&*bucket?, object, size, offset).await {
        Ok(bytes) => {
            let here = library.clone();
            let bytes = bytes.inspect_err(move |error| {
                if let BucketError::Damaged { .. } = error {
                    here.doubts().bucket(id);
                }
            });
            Ok(Some(bytes.map_err(std::io::Error::other).boxed()))
        }
        Err(BucketError::Missing { .. }) => {
            library.doubts().bucket(id);
            Ok(None)
        }
        Err(error) => {
            if let BucketError::Damaged { .. } = error {
                library.doubts().bucket(id);
            }
            Err(LibraryError::Bucket(error))
        }
    }
}

/// The same from the bucket that this device was restored from, which need not be the household's.
///
/// # Errors
/// As [`fetch`].
pub(crate) async fn fetch_from_origin(
    library: &Library,
    id: PhotoId,
    size: u64,
    offset: u64,
) -> Result<Option<Bytestream>, LibraryError> {
    let Some(bucket) = library.origin().open().await else {
        return Ok(None);
    };
    let object = looking::object(library, id).await?;
    match open_at(bucket?, object, size, offset).await {
        Ok(bytes) => Ok(Some(bytes.map_err(std::io::Error::other).boxed())),
        Err(BucketError::Missing { .. }) => Ok(None),
        Err(error) => Err(LibraryError::Bucket(error)),
    }
}

async fn open_at(
    bucket: &Bucket,
    object: OriginalId,
    size: u64,
    offset: u64,
) -> Result<BoxStream<'static, Result<Bytes, BucketError>>, BucketError> {
    match offset {
        0 => bucket.original(object, size).await,
        _ => bucket.original_range(object, size, offset..size).await,
    }
}
