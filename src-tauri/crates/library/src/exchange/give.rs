//! What this device gives to the others: any original or preview that it holds, and to one that is
//! new what it shows.

use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use kinfolio_catalog::{Catalog, PhotoId};
use kinfolio_node::{Checkpoint, FileKind, FileRef, FileRefused, Files, Inspected, OpenedFile};
use kinfolio_photos::thumbs::{ThumbError, ThumbSize};
use kinfolio_photos::{BlobError, BlobId, Blobs, Thumbs, originals};
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::Doubts;

/// Checkpoints that are given at a time; each reads the whole catalogue.
const CHECKPOINTS_AT_ONCE: usize = 2;

/// Pieces of a checkpoint that wait to be sent.
const PIECES_WAITING: usize = 8;

/// Gives files to the household's other devices.
#[derive(Clone)]
pub(crate) struct Shelf {
    blobs: Blobs,
    thumbs: Thumbs,
    /// Nothing before the catalogue has come to the chain's tip.
    catalog: Arc<OnceLock<Catalog>>,
    checkpoints: Arc<Semaphore>,
    /// What turns out not to be as it should is noted there.
    doubts: Arc<Doubts>,
    /// One original is hashed for others at a time.
    hashing: Arc<Semaphore>,
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelf")
    }
}

impl Files for Shelf {
    fn open(
        &self,
        file: FileRef,
        offset: u64,
    ) -> BoxFuture<'static, Result<OpenedFile, FileRefused>> {
        let (shelf, id) = (self.clone(), BlobId(file.id));
        match file.kind {
            FileKind::Original => shelf.original(id, offset).boxed(),
            FileKind::Preview256 => shelf.preview(id, ThumbSize::Small, offset).boxed(),
            FileKind::Preview1080 => shelf.preview(id, ThumbSize::Large, offset).boxed(),
        }
    }

    /// At leisure: after each it rests for as long as it took.
    fn inspect(&self, ids: Vec<[u8; 32]>) -> BoxStream<'static, Inspected> {
        let shelf = self.clone();
        let looks = stream::iter(ids).then(move |id| shelf.clone().look_at(id));
        looks.boxed()
    }

    fn checkpoint(&self) -> Checkpoint {
        let (pieces, sent) = mpsc::channel(PIECES_WAITING);
        let shelf = self.clone();
        tokio::task::spawn_blocking(move || shelf.give_checkpoint(&pieces));
        ReceiverStream::new(sent).boxed()
    }
}

impl Shelf {
    pub(crate) fn new(
        blobs: Blobs,
        thumbs: Thumbs,
        catalog: Arc<OnceLock<Catalog>>,
        doubts: Arc<Doubts>,
    ) -> Self {
        Self {
            blobs,
            thumbs,
            catalog,
            checkpoints: Arc::new(Semaphore::new(CHECKPOINTS_AT_ONCE)),
            doubts,
            hashing: Arc::new(Semaphore::new(1)),
        }
    }

    /// Gives the catalogue as it is now, until nobody takes it any more.
    fn give_checkpoint(&self, to: &mpsc::Sender<io::Result<Bytes>>) {
        // Whoever asked may have gone.
        let refuse = |why: String| drop(to.blocking_send(Err(io::Error::other(why))));
        let Ok(_place) = self.checkpoints.try_acquire() else {
            return refuse("it is giving its checkpoint to others; try again".to_owned());
        };
        let Some(catalog) = self.catalog.get() else {
            return refuse("its catalogue is not open yet; try again".to_owned());
        };
        let mut take = |piece| to.blocking_send(Ok(piece)).is_ok();
        let given = catalog.snapshot().and_then(|now| now.checkpoint(&mut take));
        if let Err(error) = given {
            refuse(error.to_string());
        }
    }

    async fn original(self, id: BlobId, offset: u64) -> Result<OpenedFile, FileRefused> {
        let opened = self.blobs.open_range(&id, Some(offset..u64::MAX)).await;
        match opened {
            Ok(opened) => Ok(OpenedFile {
                size: opened.size,
                pieces: opened.stream.map_err(io::Error::other).boxed(),
            }),
            // Whoever has all of it and asks for the rest gets nothing, and no error.
            Err(BlobError::Range { size, .. }) => Ok(OpenedFile {
                size,
                pieces: stream::empty().boxed(),
            }),
            Err(BlobError::NotFound { .. }) => {
                self.doubts.here(PhotoId(id.0));
                Err(FileRefused::NotHere)
            }
            Err(error) => {
                self.doubts.here(PhotoId(id.0));
                Err(FileRefused::Unreadable(error.to_string()))
            }
        }
    }

    /// Hashes an original, whatever length it has.
    async fn look_at(self, id: [u8; 32]) -> Inspected {
        // Nobody closes it.
        let _place = self.hashing.acquire().await;
        let (began, blobs) = (Instant::now(), self.blobs);
        let look = tokio::task::spawn_blocking(move || {
            let id = BlobId(id);
            let size = blobs.len(&id).ok().flatten();
            size.is_some_and(|size| originals::inspect(&blobs, id, size).is_none())
        });
        let whole = look.await.unwrap_or(false);
        if !whole {
            self.doubts.here(PhotoId(id));
        }
        tokio::time::sleep(began.elapsed()).await;
        Inspected { id, whole }
    }

    /// A preview that is missing is made from the original, if that is here.
    async fn preview(
        self,
        id: BlobId,
        size: ThumbSize,
        offset: u64,
    ) -> Result<OpenedFile, FileRefused> {
        let made = tokio::task::spawn_blocking(move || self.thumbs.ensure(&id, size, &self.blobs));
        let made = made.await;
        let jpeg = made.map_err(|error| FileRefused::Unreadable(error.to_string()))?;
        let jpeg = jpeg.map_err(|error| match error {
            ThumbError::NoPreview { .. } | ThumbError::Original(BlobError::NotFound { .. }) => {
                FileRefused::NotHere
            }
            other => FileRefused::Unreadable(other.to_string()),
        })?;
        let from = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(jpeg.len());
        Ok(OpenedFile {
            size: jpeg.len() as u64,
            pieces: stream::iter([Ok(jpeg.slice(from..))]).boxed(),
        })
    }
}
