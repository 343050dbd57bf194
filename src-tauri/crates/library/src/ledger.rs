//! The chain as it may be looked at: status and blocks.

use std::time::Duration;

use bytes::Bytes;
use kinfolio_catalog::LibraryEdit;
use kinfolio_node::{
    Block, ConsistencyProof, EditName, InclusionProof, Receipt, Status as NodeStatus,
};

use crate::bucket;
use crate::census;
use crate::checkpoint::{self, Proving};
use crate::error::LibraryError;
use crate::household;
use crate::library::Library;
use crate::scrub;

/// Blocks read from disk at a time, so that a long list needs no more memory than its summary.
const BLOCKS_PER_READ: usize = 64;

/// This device's view of the household's chain.
#[derive(Clone, Debug)]
pub struct Status {
    /// What the node says.
    pub node: NodeStatus,
    /// The household's devices.
    pub devices: Vec<household::Device>,
    /// Whether this device was made from the bucket, and has not gone on with the household yet.
    pub restored: bool,
    /// Photos known, the trash counted.
    pub photos: u64,
    /// How the latest scrub went, or goes.
    pub scrub: scrub::Status,
    /// How this device gets on with the bucket; nothing, where none is set.
    pub bucket: Option<bucket::Status>,
    /// How far what is shown is proved, while this device is new and it is not.
    pub proving: Option<Proving>,
    /// Originals that are to be here and have not come yet; nothing before they were looked for.
    pub coming: Option<u64>,
}

/// This device's view of the household's chain.
///
/// # Errors
/// The catalogue cannot be read.
pub async fn status(library: &Library) -> Result<Status, LibraryError> {
    census::begun(library).await;
    let photos = library.read(|catalog| Ok(catalog.count()?)).await?.value;
    Ok(Status {
        node: library.node().status(),
        devices: household::devices(library),
        restored: library.node().is_restored(),
        photos,
        scrub: scrub::status(library),
        bucket: bucket::status(library),
        proving: checkpoint::proving(library),
        coming: library.coming().borrow().missing,
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

/// Largest opaque entry, in bytes.
pub const ENTRY_BYTES_MAX: usize = 64 << 10;

/// Appends an opaque entry, one edit of its own; returns when a quorum has it durably, or,
/// after a second without one, when this device has.
///
/// # Errors
/// The entry is empty, too large, or would be taken for an edit of the library; or the ledger
/// cannot be written.
pub async fn append(library: &Library, entry: Bytes) -> Result<Receipt, LibraryError> {
    if entry.is_empty() || entry.len() > ENTRY_BYTES_MAX {
        return Err(LibraryError::BadEntry {
            reason: format!(
                "an entry has 1 to {ENTRY_BYTES_MAX} bytes, this one has {}",
                entry.len()
            ),
        });
    }
    if LibraryEdit::is_one(&entry) {
        let reason = "it begins as an edit of the library does: use the routes for photos";
        return Err(LibraryError::BadEntry {
            reason: reason.to_owned(),
        });
    }
    let submitted = library.node().submit(vec![entry]).await;
    submitted.map_err(|error| library.submit_error(error))
}

/// Waits until the chain and the catalogue here have all that was acknowledged on any device
/// before this was called.
///
/// # Errors
/// No majority of the voters answers within `patience`, or the ledger cannot be read.
pub async fn consistent(library: &Library, patience: Duration) -> Result<(), LibraryError> {
    let waited = tokio::time::timeout(patience, async {
        let height = library.node().consistent().await;
        let height = height.map_err(|error| library.submit_error(error))?;
        library.shows(height).await
    });
    waited.await.unwrap_or(Err(LibraryError::NoQuorum))
}

/// Proves that an edit stands in the chain of the present tip.
///
/// # Errors
/// The chain cannot be read.
pub async fn prove_inclusion(
    library: &Library,
    edit: EditName,
    height: Option<u64>,
) -> Result<Option<InclusionProof>, LibraryError> {
    let node = library.node().clone();
    let prove = move || {
        node.prove_inclusion(edit, height)
            .map_err(LibraryError::Node)
    };
    library.blocking(prove).await
}

/// Proves that the block at `new`, the tip unless told, continues the chain of that at `old`.
///
/// # Errors
/// The chain cannot be read.
pub async fn prove_consistency(
    library: &Library,
    old: u64,
    new: Option<u64>,
) -> Result<Option<ConsistencyProof>, LibraryError> {
    let node = library.node().clone();
    let new = new.unwrap_or(node.tip().height);
    let prove = move || node.prove_consistency(old, new).map_err(LibraryError::Node);
    library.blocking(prove).await
}
