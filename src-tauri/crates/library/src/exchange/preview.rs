//! A preview: made of the original where that is here, or else from whichever device within reach
//! has it or can make it.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use kinfolio_catalog::PhotoId;
use kinfolio_node::{DeviceId, FetchError, FileKind, OpenedFile};
use kinfolio_photos::{BlobId, ThumbSize};

use super::{PIECE_TIME_MAX, file, others, within_reach};
use crate::error::LibraryError;
use crate::library::{Library, thumb_error};

/// Largest preview that is taken, in bytes.
const PREVIEW_BYTES_MAX: u64 = 8 << 20;

/// What came of asking for a preview.
enum Fetched {
    Here(Bytes),
    /// Everyone was asked and has none.
    NotThere,
    /// Somebody may have it, but could not be asked, or gave none.
    Failed,
}

/// A photo's preview, which is here then; `added_by` is asked first of those that may have it.
///
/// # Errors
/// [`LibraryError::PhotoUnknown`]; [`LibraryError::NoPreview`] for files that show nothing;
/// [`LibraryError::OriginalMissing`] if nobody within reach gives it, and neither is the original here;
/// or it cannot be stored.
pub(crate) async fn bring(
    library: &Library,
    id: PhotoId,
    size: ThumbSize,
    added_by: Option<DeviceId>,
) -> Result<Bytes, LibraryError> {
    let made = make(library, id, size).await;
    let Err(LibraryError::OriginalMissing { .. }) = made else {
        return made;
    };
    match fetch(library, id, size, added_by).await? {
        Fetched::Here(jpeg) => Ok(jpeg),
        Fetched::NotThere => Err(LibraryError::NoPreview {
            id,
            reason: "no device has one".to_owned(),
        }),
        Fetched::Failed => made,
    }
}

/// The preview that is here, or that can be made from the original that is.
async fn make(library: &Library, id: PhotoId, size: ThumbSize) -> Result<Bytes, LibraryError> {
    let here = library.clone();
    let make = move || {
        let blob = BlobId(id.0);
        let failed = |error| thumb_error(here.layout().root(), error);
        if let Some(jpeg) = here.thumbs().get(&blob, size).map_err(failed)? {
            return Ok(jpeg);
        }
        if !here.shown().view().contains(&id)? {
            return Err(LibraryError::PhotoUnknown { id });
        }
        let made = here.thumbs().ensure(&blob, size, here.blobs());
        made.map_err(failed)
    };
    library.blocking(make).await
}

async fn fetch(
    library: &Library,
    id: PhotoId,
    size: ThumbSize,
    added_by: Option<DeviceId>,
) -> Result<Fetched, LibraryError> {
    let kind = match size {
        ThumbSize::Small => FileKind::Preview256,
        ThumbSize::Large => FileKind::Preview1080,
    };
    let devices = within_reach(library, added_by);
    let mut asked = 0;
    for &device in &devices {
        let opened = library.node().fetch(device, file(kind, id), 0).await;
        let jpeg = match opened {
            Ok(opened) => whole(opened).await,
            Err(FetchError::NotThere) => {
                asked += 1;
                continue;
            }
            Err(error) => {
                tracing::debug!(%id, %device, %error, "a preview cannot be fetched");
                continue;
            }
        };
        let Some(jpeg) = jpeg else {
            tracing::warn!(%id, %device, "a device gave a preview that is none");
            continue;
        };
        let (here, kept) = (library.clone(), jpeg.clone());
        let keep = move || {
            let kept = here.thumbs().keep(&BlobId(id.0), size, &kept);
            kept.map_err(|error| thumb_error(here.layout().root(), error))
        };
        return Ok(match library.blocking(keep).await? {
            true => Fetched::Here(jpeg),
            false => Fetched::Failed,
        });
    }
    Ok(match asked == others(library).count() {
        true => Fetched::NotThere,
        false => Fetched::Failed,
    })
}

/// All bytes of a preview, if they come and are not too many.
async fn whole(mut opened: OpenedFile) -> Option<Bytes> {
    if opened.size > PREVIEW_BYTES_MAX {
        return None;
    }
    let size = usize::try_from(opened.size).ok()?;
    let mut bytes = BytesMut::with_capacity(size);
    while bytes.len() < size {
        let next = tokio::time::timeout(PIECE_TIME_MAX, opened.pieces.next());
        bytes.extend_from_slice(&next.await.ok()??.ok()?);
    }
    (bytes.len() == size).then(|| bytes.freeze())
}
