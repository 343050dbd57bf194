//! What this device gives to the others: any original or preview that it holds.

use std::io;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use kinfolio_node::{FileKind, FileRef, FileRefused, Files, OpenedFile};
use kinfolio_photos::thumbs::{ThumbError, ThumbSize};
use kinfolio_photos::{BlobError, BlobId, Blobs, Thumbs};

/// Gives files to the household's other devices.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) blobs: Blobs,
    pub(crate) thumbs: Thumbs,
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
}

impl Shelf {
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
            Err(BlobError::NotFound { .. }) => Err(FileRefused::NotHere),
            Err(error) => Err(FileRefused::Unreadable(error.to_string())),
        }
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
