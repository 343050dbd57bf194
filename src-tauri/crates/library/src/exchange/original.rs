//! An original that is missing here, from whichever device within reach holds it, or from the bucket.
//!
//! It is hashed as it arrives and goes into the store only if it is what its name says.

use std::io;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use kinfolio_catalog::{Photo, PhotoId};
use kinfolio_photos::{BlobError, BlobId};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::incoming::{Incoming, Source, sources};
use crate::error::LibraryError;
use crate::library::Library;

/// Pieces that wait for a reader who is slower than the network.
const PIECES_AHEAD: usize = 16;

/// Brings the original of `photo` here, if it is missing.
///
/// # Errors
/// [`LibraryError::OriginalMissing`] if no device within reach holds it whole; or it cannot be
/// stored.
pub(crate) async fn bring(library: &Library, photo: &Photo) -> Result<(), LibraryError> {
    match claim(library, photo.id, false).await {
        Some(claim) => bring_as(&claim, photo).await,
        None => Ok(()),
    }
}

/// Brings the original of `photo` here in the place of one that is damaged.
///
/// # Errors
/// As [`bring`].
pub(crate) async fn replace(library: &Library, photo: &Photo) -> Result<(), LibraryError> {
    match claim(library, photo.id, true).await {
        Some(claim) => bring_as(&claim, photo).await,
        None => Ok(()),
    }
}

async fn bring_as(claim: &Claim, photo: &Photo) -> Result<(), LibraryError> {
    let library = &claim.library;
    let mut sources = sources(library, photo);
    let mut damaged = None;
    loop {
        let mut incoming = Incoming::new(library, photo, sources.clone());
        match (incoming.find().await, damaged.take()) {
            (Ok(()), _) => {}
            // Somebody has it, but not as it was.
            (Err(_), Some(error)) => return Err(error),
            (Err(error), None) => return Err(error),
        }
        let givers = incoming.givers();
        match store(library, photo.id, incoming.pieces()).await {
            // One of those that gave it holds something else under its name.
            Err(LibraryError::Blob(BlobError::Mismatch { .. })) => {
                let givers = givers.all();
                tracing::warn!(id = %photo.id, ?givers, "an original came that is not what its name says");
                doubt(library, photo.id, &givers);
                sources.retain(|source| !givers.contains(source));
                damaged = Some(LibraryError::NotFetched {
                    id: photo.id,
                    reason: "the copy that came is damaged".to_owned(),
                });
            }
            stored => return stored,
        }
    }
}

/// Has those that gave a damaged original look at theirs again.
fn doubt(library: &Library, id: PhotoId, givers: &[Source]) {
    for giver in givers {
        match *giver {
            Source::Bucket => library.doubts().bucket(id),
            // The household does not rely on it.
            Source::Origin => {}
            Source::Device(device) => {
                let here = library.clone();
                library.tasks().spawn(async move {
                    let asked = here.node().inspect(device, &[id.0]).await;
                    let answered = match asked {
                        Ok(mut answers) => answers.next().await.transpose().map(drop),
                        Err(error) => Err(error),
                    };
                    if let Err(error) = answered {
                        tracing::warn!(%id, %device, %error, "a device does not look at a damaged original");
                    }
                });
            }
        }
    }
}

/// The bytes of the original of `photo`, as they arrive here and are stored. The last of them come
/// once all are known to be right.
///
/// # Errors
/// [`LibraryError::OriginalMissing`] if no device within reach holds it.
pub(crate) async fn stream(
    library: &Library,
    photo: &Photo,
) -> Result<BoxStream<'static, io::Result<Bytes>>, LibraryError> {
    let Some(claim) = claim(library, photo.id, false).await else {
        let opened = library.blobs().open_range(&BlobId(photo.id.0), None).await;
        let opened = opened.map_err(|error| library.blob_error(error))?;
        return Ok(opened.stream.map_err(io::Error::other).boxed());
    };
    let mut incoming = Incoming::new(library, photo, sources(library, photo));
    incoming.find().await?;
    let (tap, pieces) = mpsc::channel(PIECES_AHEAD);
    let (here, id) = (library.clone(), photo.id);
    library.tasks().spawn(async move {
        let _claim = claim;
        let mut last = None;
        let source = incoming.pieces();
        let tapped = source.then(|piece| {
            let before = match &piece {
                Ok(piece) => last.replace(piece.clone()),
                Err(_) => None,
            };
            let tap = tap.clone();
            async move {
                if let Some(before) = before {
                    // A reader that is gone does not keep the original from coming here.
                    let _ = tap.send(Ok(before)).await;
                }
                piece
            }
        });
        let stored = store(&here, id, tapped).await;
        let end = match stored {
            Ok(()) => last.map(Ok),
            Err(error) => {
                tracing::warn!(%id, %error, "an original did not come whole");
                Some(Err(io::Error::other(error.to_string())))
            }
        };
        if let Some(end) = end {
            let _ = tap.send(end).await;
        }
    });
    Ok(ReceiverStream::new(pieces).boxed())
}

/// Held while an original is on its way here.
struct Claim {
    library: Library,
    id: PhotoId,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.library.claims().release([self.id]);
    }
}

/// The right to bring an original here; nothing, if it is here, perhaps after somebody else has
/// brought it, and is not to be brought anew.
async fn claim(library: &Library, id: PhotoId, anew: bool) -> Option<Claim> {
    loop {
        if library.claims().take(id) {
            let claim = Claim {
                library: library.clone(),
                id,
            };
            let stored = library.blobs().path(&BlobId(id.0)).is_file();
            return (anew || !stored).then_some(claim);
        }
        library.claims().wait(id).await;
    }
}

async fn store(
    library: &Library,
    id: PhotoId,
    pieces: impl Stream<Item = io::Result<Bytes>> + Send,
) -> Result<(), LibraryError> {
    let stored = library.blobs().put_stream_as(BlobId(id.0), pieces).await;
    stored.map(drop).map_err(|error| match error {
        BlobError::Upload { reason } => LibraryError::NotFetched { id, reason },
        other => library.blob_error(other),
    })
}
