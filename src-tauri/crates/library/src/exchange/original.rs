//! An original that is missing here, from whichever device within reach holds it, or from the bucket.
//!
//! It is hashed as it arrives and goes into the store only if it is what its name says. Where a
//! connection breaks, the rest comes from the next device.

use std::collections::VecDeque;
use std::io;
use std::pin::pin;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use kinfolio_catalog::{Photo, PhotoId};
use kinfolio_node::{DeviceId, FetchError, FileKind};
use kinfolio_photos::{BlobError, BlobId};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::{PIECE_TIME_MAX, file, out_of_reach, within_reach};
use crate::bucket;
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
    let mut devices = within_reach(library, Some(photo.added_by));
    loop {
        let mut incoming = Incoming::new(library, photo, devices.clone());
        incoming.find().await?;
        match store(library, photo.id, incoming.pieces()).await {
            // One of those that gave it holds something else under its name.
            Err(LibraryError::Blob(BlobError::Mismatch { .. })) if devices.len() > 1 => {
                devices.remove(0);
            }
            stored => return stored,
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
    let mut incoming = Incoming::new(library, photo, within_reach(library, Some(photo.added_by)));
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

/// An original on its way here.
struct Incoming {
    library: Library,
    id: PhotoId,
    size: u64,
    added_by: DeviceId,
    /// Bytes that have come.
    offset: u64,
    /// Who may still be asked; after them the bucket is.
    devices: VecDeque<DeviceId>,
    asked_bucket: bool,
    open: Option<BoxStream<'static, io::Result<Bytes>>>,
    /// What went wrong last.
    failure: Option<String>,
}

impl Incoming {
    fn new(library: &Library, photo: &Photo, devices: Vec<DeviceId>) -> Self {
        Self {
            library: library.clone(),
            id: photo.id,
            size: photo.size,
            added_by: photo.added_by,
            offset: 0,
            devices: devices.into(),
            asked_bucket: false,
            open: None,
            failure: None,
        }
    }

    /// Opens the original on the next device that holds it, or in the bucket.
    async fn find(&mut self) -> Result<(), LibraryError> {
        while let Some(device) = self.devices.pop_front() {
            let wanted = file(FileKind::Original, self.id);
            let opened = self.library.node().fetch(device, wanted, self.offset).await;
            match opened {
                Ok(opened) if opened.size == self.size => {
                    self.open = Some(opened.pieces);
                    return Ok(());
                }
                Ok(opened) => {
                    let size = opened.size;
                    tracing::warn!(id = %self.id, %device, size, "a device holds an original of another size");
                }
                Err(FetchError::NotThere) => {}
                Err(error) => {
                    tracing::warn!(id = %self.id, %device, %error, "an original cannot be fetched");
                    self.failure = Some(error.to_string());
                }
            }
        }
        if !std::mem::replace(&mut self.asked_bucket, true) {
            match bucket::fetch(&self.library, self.id, self.size, self.offset).await {
                Ok(None) => {}
                Ok(Some(pieces)) => {
                    self.open = Some(pieces);
                    return Ok(());
                }
                Err(error) => {
                    self.failure = Some(error.to_string());
                    return Err(error);
                }
            }
        }
        let members = self.library.node().status().members;
        let added_by = members.into_iter().find(|one| one.id == self.added_by);
        Err(LibraryError::OriginalMissing {
            id: self.id,
            added_by: added_by.map(|one| one.name),
            away: out_of_reach(&self.library),
        })
    }

    /// All bytes; from the next device where one breaks off.
    fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> + Send {
        stream::try_unfold(self, |mut incoming| async move {
            let piece = incoming.next().await?;
            Ok(piece.map(|piece| (piece, incoming)))
        })
    }

    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let Some(open) = &mut self.open else {
                if self.find().await.is_err() {
                    let failure = self.failure.take();
                    let failure = failure.unwrap_or_else(|| "it broke off".to_owned());
                    return Err(io::Error::other(failure));
                }
                continue;
            };
            let next = pin!(open.next());
            match tokio::time::timeout(PIECE_TIME_MAX, next).await {
                Ok(Some(Ok(piece))) => {
                    self.offset += piece.len() as u64;
                    if self.offset > self.size {
                        return Err(io::Error::other("more bytes came than the original has"));
                    }
                    return Ok(Some(piece));
                }
                Ok(None) if self.offset == self.size => return Ok(None),
                Ok(None) => self.failure = Some("it broke off".to_owned()),
                Ok(Some(Err(error))) => self.failure = Some(error.to_string()),
                Err(_) => self.failure = Some("nothing came any more".to_owned()),
            }
            self.open = None;
        }
    }
}
