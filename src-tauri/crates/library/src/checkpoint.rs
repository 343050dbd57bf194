//! A new device shows the household's photos before it has the ledger, or has replayed it: it takes over
//! the catalogue of the device that invited it, or one out of the bucket, and proves it afterwards.
//!
//! The proof: the chain, every block of it checked as it comes, is replayed into a catalogue of its
//! own up to the same height, and the two must be equal to the bit. Until then the catalogue does not
//! move on, and nothing is gathered, scrubbed, deleted or put into the bucket by it
//! ([`spawn_once_proved`]). The device's vote rests on the chain alone, which it has whole and checked
//! before it asks for one. What people write meanwhile is based on what they see, and pends.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use kinfolio_catalog::{Catalog, Receiver};
use kinfolio_node::{Invitation, keep_seen};
use tokio::sync::mpsc;

use crate::error::LibraryError;
use crate::layout::Layout;
use crate::library::{Library, node_error, write_durably};

/// Pieces of a checkpoint that wait to be written.
const PIECES_WAITING: usize = 8;

/// How long the next piece may take.
const PIECE_TIME_MAX: Duration = Duration::from_secs(30);

/// Blocks replayed in one transaction.
const BLOCKS_PER_STEP: u64 = 64;

/// How long no device within reach may have a chain as long as the checkpoint says, before it is
/// taken for false.
const DOUBT: Duration = Duration::from_secs(60);

/// How long to wait after a failure before trying again.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// How far a checkpoint is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proving {
    /// The height up to which the chain says what the checkpoint does.
    pub height: u64,
    /// The checkpoint's own height.
    pub of: u64,
    /// Whether it was found that the chain says something else.
    pub is_false: bool,
}

/// How far the checkpoint that is shown is proved; nothing, if what is shown is proved.
#[must_use]
pub fn proving(library: &Library) -> Option<Proving> {
    *library.proving().borrow()
}

/// Does in the background what relies on what is shown, once that is what the chain says, until the
/// library closes.
pub(crate) fn spawn_once_proved(
    library: &Library,
    work: impl Future<Output = ()> + Send + 'static,
) {
    let closing = library.closing();
    let mut proving = library.proving().subscribe();
    library.tasks().spawn(async move {
        let proved = async move {
            // Where the library has gone, it closes.
            let _ = proving.wait_for(Option::is_none).await;
        };
        let all = async move {
            proved.await;
            work.await;
        };
        closing.run_until_cancelled(all).await;
    });
}

/// Takes over the catalogue of the device that gave the invitation, which has let this one in.
///
/// # Errors
/// It gives none, or what comes is none. There is no catalogue then.
pub(crate) async fn bring(layout: &Layout, invitation: &Invitation) -> Result<(), LibraryError> {
    let root = layout.root().to_path_buf();
    let failed = |error| node_error(layout.root(), error);
    let mut pieces = kinfolio_node::checkpoint(&root, invitation)
        .await
        .map_err(failed)?;
    let height = receive(&layout.catalog(), &mut pieces).await?;
    keep_seen(&root, Some(height)).map_err(LibraryError::Node)?;
    mark_unproven(layout, height)
}

/// Makes the catalogue in `folder`, where none is yet, of the pieces of a checkpoint; its height.
///
/// # Errors
/// They do not come whole, or are no checkpoint. There is no catalogue then.
pub(crate) async fn receive(
    folder: &Path,
    pieces: &mut (impl Stream<Item = io::Result<Bytes>> + Unpin),
) -> Result<u64, LibraryError> {
    let (sender, mut received) = mpsc::channel::<io::Result<Bytes>>(PIECES_WAITING);
    let folder = folder.to_path_buf();
    let writing = tokio::task::spawn_blocking(move || {
        let receiver = Receiver::new(&folder)?;
        let pieces = std::iter::from_fn(|| received.blocking_recv());
        Ok(receiver.finish(pieces)?)
    });
    loop {
        let next = tokio::time::timeout(PIECE_TIME_MAX, pieces.next()).await;
        let piece = match next {
            Ok(None) => break,
            Ok(Some(piece)) => piece,
            Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
        };
        if sender.send(piece).await.is_err() {
            break;
        }
    }
    drop(sender);
    writing.await.map_err(|_| LibraryError::Closing)?
}

/// Writes down that the catalogue, which is durable at this height, is not proved. Without this mark
/// it would be taken for the chain's own.
pub(crate) fn mark_unproven(layout: &Layout, height: u64) -> Result<(), LibraryError> {
    write_durably(&layout.unproven(), format!("{height}\n").as_bytes())
}

/// What is to be proved of `catalog`, if it came from elsewhere.
pub(crate) fn unproven(layout: &Layout, catalog: &Catalog) -> Option<Proving> {
    let of = catalog.height()?;
    let marked = fs::read_to_string(layout.unproven()).ok()?;
    let proving = Proving {
        height: 0,
        of,
        is_false: false,
    };
    (marked.trim().parse() == Ok(of)).then_some(proving)
}

/// Clears away what was found to be false.
pub(crate) fn clear_false(layout: &Layout) -> Result<(), LibraryError> {
    let mark = layout.found_false();
    if !mark.exists() {
        return Ok(());
    }
    for folder in [layout.index(), layout.catalog()] {
        fs::remove_dir_all(&folder)
            .map_err(|source| LibraryError::io("remove", &folder, source))?;
    }
    keep_seen(layout.root(), None).map_err(LibraryError::Node)?;
    fs::remove_file(&mark).map_err(|source| LibraryError::io("remove", &mark, source))
}

/// Proves the checkpoint that is shown, as the chain comes in, if one is; false if it is false.
pub(crate) async fn prove(library: &Library) -> bool {
    let Some(Proving { of, .. }) = proving(library) else {
        return true;
    };
    loop {
        match compare(library, of).await {
            Ok(true) => {
                tracing::info!(
                    height = of,
                    "the catalogue that was taken over is what the ledger says"
                );
                library.proving().send_replace(None);
                return true;
            }
            Ok(false) => {
                let error = LibraryError::FalseCheckpoint { height: of };
                tracing::error!("{error}");
                library.tell_held_up(&error);
                library
                    .proving()
                    .send_modify(|proving| proving.iter_mut().for_each(|one| one.is_false = true));
                return false;
            }
            Err(error) => {
                tracing::error!(%error, "the catalogue that was taken over cannot be compared with the ledger");
                library.tell_held_up(&error);
                tokio::time::sleep(RETRY_PAUSE).await;
            }
        }
    }
}

/// Whether the chain makes the catalogue that is shown.
async fn compare(library: &Library, of: u64) -> Result<bool, LibraryError> {
    let layout = library.layout().clone();
    let folder = layout.proof();
    let own = library
        .blocking(move || Ok(Catalog::open(&folder)?))
        .await?;
    let mut tips = library.node().watch();
    tips.mark_changed();
    let mut doubted = None;
    while own.height() < Some(of) {
        tokio::select! {
            changed = tips.changed() => changed.map_err(|_| LibraryError::Closing)?,
            () = tokio::time::sleep(DOUBT / 10) => {}
        }
        tips.mark_unchanged();
        let (here, copy) = (library.clone(), own.clone());
        let replay = move || replay(&here, &copy, of);
        library.blocking(replay).await?;
        match own.height() < Some(of) && is_above_all(library, of) {
            false => doubted = None,
            true => {
                let since = *doubted.get_or_insert_with(tokio::time::Instant::now);
                if since.elapsed() > DOUBT {
                    break;
                }
            }
        }
    }
    let here = library.clone();
    let judge = move || {
        let equal = own.state_hash()? == here.catalog().state_hash()?;
        drop(own);
        let proof = layout.proof();
        fs::remove_dir_all(&proof).map_err(|source| LibraryError::io("remove", &proof, source))?;
        let unproven = layout.unproven();
        let marked = match equal {
            true => fs::remove_file(&unproven),
            false => fs::rename(&unproven, layout.found_false()),
        };
        marked.map_err(|source| LibraryError::io("remove", &unproven, source))?;
        Ok(equal)
    };
    library.blocking(judge).await
}

/// Replays what the chain has by now.
fn replay(library: &Library, own: &Catalog, of: u64) -> Result<(), LibraryError> {
    loop {
        let next = own.height().map_or(0, |height| height + 1);
        let wanted = (of + 1).saturating_sub(next).min(BLOCKS_PER_STEP);
        if wanted == 0 || library.closing().is_cancelled() {
            return Ok(());
        }
        let blocks = library.node().blocks(next, wanted as usize);
        let blocks = blocks.map_err(LibraryError::Node)?;
        if blocks.is_empty() {
            return Ok(());
        }
        own.apply(&blocks)?;
        let height = own.height().unwrap_or(0);
        library.proving().send_modify(|proving| {
            proving.iter_mut().for_each(|one| one.height = height);
        });
    }
}

/// Whether a quorum is within reach and nobody there has a chain of this height.
fn is_above_all(library: &Library, height: u64) -> bool {
    let status = library.node().status();
    let reachable = status.members.iter().filter(|one| one.reachable);
    let highest = reachable.filter_map(|one| Some(one.tip?.height)).max();
    status.quorum && highest.max(Some(status.tip.height)) < Some(height)
}

#[cfg(test)]
mod tests;
