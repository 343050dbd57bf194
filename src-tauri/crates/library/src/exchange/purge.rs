//! Deletes here what the household has purged: once that is in the chain, and not while the same
//! bytes are on their way in again.

use std::time::Duration;

use kinfolio_catalog::{Height, PhotoId};
use kinfolio_photos::BlobId;

use crate::error::LibraryError;
use crate::library::{Library, thumb_error};

/// How long to wait after trouble, or where one of them is being imported again.
const PAUSE: Duration = Duration::from_secs(10);

/// Deletes until the library closes.
pub(crate) async fn purge(library: Library) {
    let library = &library;
    let mut shown = library.watch_shown();
    let mut seen = None;
    loop {
        shown.mark_unchanged();
        let done = delete_since(library, seen).await;
        match done {
            Ok(Some(height)) => seen = height,
            Ok(None) => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            Err(error) => {
                tracing::warn!(%error, "what was purged cannot be deleted yet");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        }
        if shown.changed().await.is_err() {
            return;
        }
    }
}

/// Deletes what was purged above a height; up to which height that is done, or nothing, if some is
/// to be tried again.
async fn delete_since(
    library: &Library,
    seen: Option<Height>,
) -> Result<Option<Option<Height>>, LibraryError> {
    let look = library.read(move |catalog| {
        let catalog = catalog.snapshot();
        Ok((catalog.purged_since(seen)?, catalog.height()))
    });
    let (purged, height) = look.await?.value;
    let mut all = true;
    for id in purged {
        all &= delete(library, id).await?;
    }
    Ok(all.then_some(height))
}

/// Deletes the original and the previews of one photo; whether nothing of it is left to delete.
async fn delete(library: &Library, id: PhotoId) -> Result<bool, LibraryError> {
    if !library.claims().take(id) {
        return Ok(false);
    }
    let here = library.clone();
    let deleted = library.blocking(move || {
        let view = here.shown().view();
        // Its bytes may have come again since.
        if view.keeps(&id)? || view.snapshot().keeps(&id)? {
            return Ok(());
        }
        let blob = BlobId(id.0);
        let removed = here.blobs().remove(&blob);
        removed.map_err(|error| here.blob_error(error))?;
        let removed = here.thumbs().remove(&blob);
        removed.map_err(|error| thumb_error(here.layout().root(), error))
    });
    let deleted = deleted.await;
    library.claims().release([id]);
    deleted.map(|()| true)
}
