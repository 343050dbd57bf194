//! Originals that are here and are not what they were: noticed when they are read, and brought anew
//! from another device or the bucket.

use std::io;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use kinfolio_catalog::{Photo, PhotoId};
use kinfolio_photos::BlobId;
use kinfolio_photos::originals::{self, OriginalFault};

use super::replace;
use crate::error::LibraryError;
use crate::library::Library;

/// Up to this size an original is hashed before the first byte of it is given out; of a larger one the
/// length is looked at, and it is hashed while it is given out.
const HASHED_FIRST_BYTES_MAX: u64 = 32 << 20;

/// Whether it takes no noticeable time to look at an original before it is given out.
pub(crate) fn is_hashed_first(photo: &Photo) -> bool {
    photo.size <= HASHED_FIRST_BYTES_MAX
}

/// Sees to it that the original of `photo`, which is here, is what it was, as far as that can be told
/// at once.
///
/// # Errors
/// It is damaged, and no other copy is to be had.
pub(crate) async fn ensure_whole(library: &Library, photo: &Photo) -> Result<(), LibraryError> {
    match fault(library, photo.id, photo.size).await? {
        None => Ok(()),
        Some(fault) => {
            let mended = mend(library, photo, &fault).await;
            mended.inspect_err(|_| library.doubts().here(photo.id))
        }
    }
}

/// What is wrong with an original here.
async fn fault(library: &Library, id: PhotoId, size: u64) -> Result<Option<String>, LibraryError> {
    let here = library.clone();
    let look = move || {
        let blob = BlobId(id.0);
        let fault = match size <= HASHED_FIRST_BYTES_MAX {
            true => originals::inspect(here.blobs(), blob, size),
            false => originals::measure(here.blobs(), blob, size),
        };
        Ok(fault.map(|fault| text(&fault)))
    };
    library.blocking(look).await
}

fn text(fault: &OriginalFault) -> String {
    match fault {
        OriginalFault::Missing { .. } => "it is missing".to_owned(),
        OriginalFault::Altered { detail, .. } | OriginalFault::Unreadable { detail, .. } => {
            detail.clone()
        }
        OriginalFault::Unexpected { path } => path.clone(),
    }
}

async fn mend(library: &Library, photo: &Photo, fault: &str) -> Result<(), LibraryError> {
    let (id, name) = (photo.id, &photo.name);
    match replace(library, photo).await {
        Ok(()) => {
            tracing::warn!(%id, name, fault, "an original was damaged, and is whole again");
            Ok(())
        }
        Err(error) => {
            tracing::error!(%id, name, fault, %error, "an original is damaged, and no other copy is to be had");
            Err(LibraryError::OriginalDamaged {
                id,
                fault: fault.to_owned(),
                reason: error.to_string(),
            })
        }
    }
}

/// Brings anew what is found to be damaged while something is done with it. Whether that helped.
pub(crate) async fn mend_if_damaged(library: &Library, id: PhotoId) -> Result<bool, LibraryError> {
    let mended = mend_now(library, id).await;
    mended.inspect_err(|_| library.doubts().here(id))
}

/// The same, of one that is in doubt already.
pub(super) async fn mend_now(library: &Library, id: PhotoId) -> Result<bool, LibraryError> {
    let found = library.read(move |catalog| Ok(catalog.photo(&id)?)).await?;
    let Some(photo) = found.value else {
        return Ok(false);
    };
    let here = library.clone();
    let inspect = move || Ok(originals::inspect(here.blobs(), BlobId(id.0), photo.size));
    match library.blocking(inspect).await? {
        None => Ok(false),
        Some(fault) => mend(library, &photo, &text(&fault)).await.map(|()| true),
    }
}

/// `bytes`, which should be all of the original `id`, hashed as they go by: the last of them are held
/// back until all are known to be right. Where they are not, it is brought anew for the next reader.
pub(crate) fn watched(
    library: &Library,
    id: PhotoId,
    bytes: BoxStream<'static, io::Result<Bytes>>,
) -> BoxStream<'static, io::Result<Bytes>> {
    struct Watched {
        library: Library,
        id: PhotoId,
        bytes: BoxStream<'static, io::Result<Bytes>>,
        hash: originals::Hash,
        held: Option<Bytes>,
    }
    let watched = Watched {
        library: library.clone(),
        id,
        bytes,
        hash: originals::Hash::default(),
        held: None,
    };
    let watching = stream::try_unfold(watched, |mut one| async move {
        loop {
            match one.bytes.next().await.transpose()? {
                Some(piece) => {
                    one.hash.update(&piece);
                    if let Some(before) = one.held.replace(piece) {
                        return Ok(Some((before, one)));
                    }
                }
                None if one.held.is_none() => return Ok(None),
                None if std::mem::take(&mut one.hash).id() == BlobId(one.id.0) => {
                    let last = one.held.take();
                    return Ok(last.map(|last| (last, one)));
                }
                None => {
                    let (library, id) = (one.library.clone(), one.id);
                    one.library.tasks().spawn(async move {
                        if let Err(error) = mend_if_damaged(&library, id).await {
                            tracing::error!(%id, %error, "a damaged original stays damaged");
                        }
                    });
                    let text = "the original is damaged here; it is being fetched anew";
                    return Err(io::Error::other(text));
                }
            }
        }
    });
    watching.boxed()
}
