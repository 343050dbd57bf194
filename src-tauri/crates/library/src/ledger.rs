//! The chain as it may be looked at: status and blocks.

use kinfolio_node::{Block, Status as NodeStatus};

use crate::error::LibraryError;
use crate::library::Library;

/// Blocks read from disk at a time, so that a long list needs no more memory than its summary.
const BLOCKS_PER_READ: usize = 64;

/// This device's view of the household's chain.
#[derive(Clone, Debug)]
pub struct Status {
    /// What the node says.
    pub node: NodeStatus,
    /// Photos known, the trash counted.
    pub photos: u64,
}

/// This device's view of the household's chain.
///
/// # Errors
/// The catalogue cannot be read.
pub async fn status(library: &Library) -> Result<Status, LibraryError> {
    let photos = library.read(|catalog| Ok(catalog.count()?)).await?.value;
    Ok(Status {
        node: library.node().status(),
        photos,
    })
}

/// Up to `limit` blocks from height `from` on, each seen through `view`.
///
/// # Errors
/// The chain cannot be read.
pub async fn blocks<T: Send + 'static>(
    library: &Library,
    from: u64,
    limit: usize,
    view: impl Fn(&Block) -> T + Send + 'static,
) -> Result<Vec<T>, LibraryError> {
    let node = library.node().clone();
    library
        .blocking(move || {
            let mut seen = Vec::new();
            while seen.len() < limit {
                let next = from.saturating_add(seen.len() as u64);
                let wanted = BLOCKS_PER_READ.min(limit - seen.len());
                let blocks = node.blocks(next, wanted).map_err(LibraryError::Node)?;
                if blocks.is_empty() {
                    break;
                }
                seen.extend(blocks.iter().map(&view));
            }
            Ok(seen)
        })
        .await
}

/// The block at `height`, if the chain is that high.
///
/// # Errors
/// The chain cannot be read.
pub async fn block(library: &Library, height: u64) -> Result<Option<Block>, LibraryError> {
    let node = library.node().clone();
    library
        .blocking(move || node.block(height).map_err(LibraryError::Node))
        .await
}
