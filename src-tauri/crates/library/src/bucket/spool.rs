//! A checkpoint on its way to the bucket, in a file beside the library: so its hash is known before it
//! goes up, the catalogue is not held meanwhile, and who is killed on the way sends the very same again.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use bytes::Bytes;
use futures_util::Stream;
use kinfolio_catalog::{CHECKPOINT_FORMAT, Snapshot};
use kinfolio_node::Tip;
use sha2::{Digest, Sha256};
use tokio_util::io::ReaderStream;

use super::card::Card;
use crate::error::LibraryError;
use crate::layout::Layout;
use crate::library::{Library, write_durably};

/// How many bytes are read at a time.
const PIECE_BYTES: usize = 256 << 10;

/// The checkpoint that lies there whole, if it is one of this device's chain.
pub(super) fn left(library: &Library) -> Result<Option<Card>, LibraryError> {
    let layout = library.layout();
    let card = fs::read(layout.spooled_card()).ok();
    let Some(card) = card.and_then(|bytes| Card::decode(&bytes)) else {
        return Ok(None);
    };
    let size = fs::metadata(layout.spooled()).map(|file| file.len());
    let block = library.node().block(card.tip.height);
    let block = block.map_err(LibraryError::Node)?;
    let is_ours = block.is_some_and(|block| block.hash() == card.tip.hash);
    Ok(Some(card).filter(|card| is_ours && size.is_ok_and(|size| size == card.size)))
}

/// Writes the catalogue as it is now there; nothing, if it is not what the chain says at this moment.
pub(super) fn fill(library: &Library) -> Result<Option<Card>, LibraryError> {
    let status = library.node().status();
    let snapshot = library.catalog().snapshot()?;
    let Some(height) = snapshot.height() else {
        return Ok(None);
    };
    let block = library.node().block(height).map_err(LibraryError::Node)?;
    let Some(hash) = block.map(|block| block.hash()) else {
        return Ok(None);
    };
    if library.node().has_parted() || !snapshot.is_at(hash)? {
        return Ok(None);
    }
    let layout = library.layout();
    let path = layout.spooled();
    let Some((sha256, size)) = write(library, &snapshot, &path)? else {
        return Ok(None);
    };
    let card = Card {
        format: CHECKPOINT_FORMAT,
        household: status.household_id,
        tip: Tip { height, hash },
        edits: status.edits,
        sha256,
        size,
    };
    write_durably(&layout.spooled_card(), &card.encode())?;
    Ok(Some(card))
}

/// Writes the rows; the hash and the length of what was written. Nothing, if the library closes.
fn write(
    library: &Library,
    snapshot: &Snapshot,
    path: &Path,
) -> Result<Option<([u8; 32], u64)>, LibraryError> {
    let failed = |source| LibraryError::io("write", path, source);
    let closing = library.closing();
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    let (mut hash, mut size, mut written) = (Sha256::new(), 0, Ok(()));
    snapshot.checkpoint(&mut |piece: Bytes| {
        hash.update(&piece);
        size += piece.len() as u64;
        written = file.write_all(&piece);
        written.is_ok() && !closing.is_cancelled()
    })?;
    written.map_err(failed)?;
    let file = file
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    Ok((!closing.is_cancelled()).then(|| (hash.finalize().into(), size)))
}

/// What was written.
pub(super) async fn read(
    layout: &Layout,
) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>, LibraryError> {
    let path = layout.spooled();
    let file = tokio::fs::File::open(&path).await;
    let file = file.map_err(|source| LibraryError::io("read", &path, source))?;
    Ok(ReaderStream::with_capacity(file, PIECE_BYTES))
}

/// Whether anything lies there.
pub(super) fn is_there(layout: &Layout) -> bool {
    layout.spooled().exists() || layout.spooled_card().exists()
}

/// Removes it: first the card, without which the rest counts for nothing.
pub(super) fn clear(layout: &Layout) -> Result<(), LibraryError> {
    for path in [layout.spooled_card(), layout.spooled()] {
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(LibraryError::io("remove", &path, source));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
