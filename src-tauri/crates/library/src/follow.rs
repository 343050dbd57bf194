//! Following the chain: the catalogue pulls blocks, the index pulls what changed in the
//! catalogue. Neither is ever pushed to, so a slow one holds up nobody.

use std::time::{Duration, Instant};

use kinfolio_catalog::{Catalog, PhotoId};
use kinfolio_node::{Block, Node};
use tokio::sync::watch;

use crate::checkpoint;
use crate::edit;
use crate::error::LibraryError;
use crate::event::{Event, PHOTOS_NAMED_MAX};
use crate::followed::Followed;
use crate::library::Library;
use crate::repeated::Repeated;

/// Most blocks applied in one transaction.
const BLOCKS_PER_STEP: usize = 64;

/// How long the index waits for more changes before it commits: a search is never more than
/// this and one commit behind.
const INDEX_PAUSE: Duration = Duration::from_millis(150);

/// How long to wait after a failure before trying again.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Applies every block that `catalog` does not have yet, and tells `took` of each step. Returns
/// what changed.
pub(crate) fn catch_up(
    node: &Node,
    catalog: &Catalog,
    took: impl Fn(&[Block]) -> Result<(), LibraryError>,
) -> Result<Vec<PhotoId>, LibraryError> {
    let mut changed = Vec::new();
    loop {
        let next = catalog.height().map_or(0, |height| height + 1);
        let blocks = node
            .blocks(next, BLOCKS_PER_STEP)
            .map_err(LibraryError::Node)?;
        if blocks.is_empty() {
            return Ok(changed);
        }
        changed.extend(catalog.apply(&blocks)?.changed);
        took(&blocks)?;
    }
}

/// Shows every block that the chain has by now. Returns the photos that changed.
pub(crate) async fn show_blocks(library: &Library) -> Result<Vec<PhotoId>, LibraryError> {
    let here = library.clone();
    let caught_up = library.blocking(move || {
        let (catalog, shown) = (here.catalog(), here.shown());
        if here.node().has_parted() {
            tracing::warn!(
                "the catalogue and the index are built again: this device follows another epoch"
            );
            catalog.begin_again()?;
            here.index().begin_again()?;
            shown.begin_again(catalog)?;
            here.node().parting_is_shown().map_err(LibraryError::Node)?;
        }
        let changed = catch_up(here.node(), catalog, |blocks| shown.took(catalog, blocks))?;
        here.follow_settings()?;
        Ok(changed)
    });
    caught_up.await
}

/// Keeps the catalogue at the chain's tip until the library closes.
pub(crate) async fn catalog(library: Library) {
    let closing = library.closing();
    if closing
        .run_until_cancelled(checkpoint::prove(&library))
        .await
        != Some(true)
    {
        return;
    }
    let mut tips = library.node().watch();
    let mut trouble = Repeated::default();
    tips.mark_changed();
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            changed = tips.changed() => if changed.is_err() { return },
        }
        let tip = *tips.borrow_and_update();
        let before = library.height();
        match show_blocks(&library).await {
            Ok(changed) => {
                trouble.is_over();
                let height = library.tell_shown();
                if library.shown().asked_early()
                    && let Err(error) = edit::show_pending(&library).await
                {
                    tracing::error!(%error, "the ledger does not say what is pending");
                }
                if before != height {
                    library.tell(Event::Block {
                        height,
                        tip: tip.hash,
                    });
                }
                if !changed.is_empty() {
                    let ids = (changed.len() <= PHOTOS_NAMED_MAX).then_some(changed);
                    library.tell(Event::Photos { height, ids });
                }
            }
            Err(error) => {
                if trouble.is_due(Instant::now()) {
                    tracing::error!(%error, "the catalogue cannot follow the chain");
                }
                library.tell_held_up(&error);
                pause(&library, RETRY_PAUSE).await;
                tips.mark_changed();
            }
        }
    }
}

/// Tells of devices that come, go and change, until the library closes.
pub(crate) async fn household(library: Library) {
    let closing = library.closing();
    let mut household = library.node().watch_household();
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            changed = household.changed() => if changed.is_err() { return },
        }
        let status = library.node().status();
        let reachable = status.members.iter().filter(|one| one.reachable);
        library.tell(Event::Devices {
            members: status.members.len(),
            reachable: reachable.count(),
            quorum: status.quorum,
        });
    }
}

/// Keeps the index close behind the catalogue until the library closes.
pub(crate) async fn index(
    library: Library,
    mut shown: watch::Receiver<Followed>,
    indexed: watch::Sender<Followed>,
) {
    let closing = library.closing();
    let mut trouble = Repeated::default();
    shown.mark_changed();
    loop {
        tokio::select! {
            () = closing.cancelled() => return,
            changed = shown.changed() => if changed.is_err() { return },
        }
        if indexed.borrow().height.is_some() {
            pause(&library, INDEX_PAUSE).await;
        }
        shown.mark_unchanged();
        let here = library.clone();
        let followed = library.blocking(move || {
            let view = here.shown().view();
            here.index().follow(&view)?;
            Ok(Followed::at(&view))
        });
        match followed.await {
            Ok(followed) => {
                trouble.is_over();
                indexed.send_replace(followed);
            }
            Err(error) => {
                if trouble.is_due(Instant::now()) {
                    tracing::error!(%error, "the search index cannot follow the catalogue");
                }
                indexed.send_modify(|now| *now = now.held_up(&error, library.layout().root()));
                pause(&library, RETRY_PAUSE).await;
                shown.mark_changed();
            }
        }
    }
}

async fn pause(library: &Library, length: Duration) {
    let closing = library.closing();
    tokio::select! {
        () = closing.cancelled() => {}
        () = tokio::time::sleep(length) => {}
    }
}
