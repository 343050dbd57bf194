//! Catalogue and search index, thrown away and made anew from the ledger alone.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::error::LibraryError;
use crate::layout::Layout;
use crate::library::{Library, lock};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reindexed {
    /// The hash of the catalogue's state before; nothing, where it could not be read any more.
    pub before: Option<[u8; 32]>,
    /// And after. Where the ledger has grown meanwhile by what waited on this device, it is another.
    pub after: [u8; 32],
    /// Photos known, the trash counted.
    pub photos: u64,
}

/// Throws away what is derived from the ledger of the library in `root`, which no process may have
/// open, and makes it anew. Killed in between, the next start goes on.
///
/// # Errors
/// [`LibraryError::InUse`]; there is no library, or the disk refuses.
pub async fn reindex(root: &Path) -> Result<Reindexed, LibraryError> {
    // One that is damaged is made anew by being opened: there is nothing to compare with.
    let before = match Library::open(root).await {
        Ok(library) => {
            let before = state(&library).await;
            library.close().await;
            before.ok().map(|(hash, _)| hash)
        }
        Err(LibraryError::Catalog(_) | LibraryError::Index(_)) => None,
        Err(error) => return Err(error),
    };
    let layout = Layout::new(root);
    {
        let _lock = lock(&layout)?;
        for folder in [layout.catalog(), layout.index()] {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(LibraryError::io("delete", &folder, error));
                }
                _ => {}
            }
        }
    }
    let library = Library::open(root).await?;
    let made = async {
        library.finds().await?;
        state(&library).await
    };
    let made = made.await;
    library.close().await;
    let (after, photos) = made?;
    Ok(Reindexed {
        before,
        after,
        photos,
    })
}

/// The state hash of what the chain holds, and how many photos there are.
async fn state(library: &Library) -> Result<([u8; 32], u64), LibraryError> {
    let here = library.clone();
    let hashed = library.blocking(move || {
        let snapshot = here.catalog().snapshot()?;
        Ok(snapshot.state_hash()?)
    });
    let photos = library.read(|catalog| Ok(catalog.count()?)).await?.value;
    Ok((hashed.await?, photos))
}
