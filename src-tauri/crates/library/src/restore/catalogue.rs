//! The catalogue, while the ledger comes: from a checkpoint out of the bucket, and from the blocks above
//! it; from all blocks, where there is no checkpoint that can be used. A checkpoint is not proved here:
//! the library does that once it is open, as with one that another device gave.

use std::fs;
use std::io;

use futures_util::TryStreamExt;
use kinfolio_bucket::Bucket;
use kinfolio_catalog::{Catalog, CheckpointError};
use kinfolio_node::{HouseholdId, Taken};
use kinfolio_search::Index;
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};

use super::ledger::Come;
use crate::bucket::{Card, last_card, read_card};
use crate::checkpoint::receive;
use crate::error::LibraryError;
use crate::layout::Layout;

/// Most blocks applied in one transaction.
const BLOCKS_PER_STEP: usize = 64;

/// How many checkpoints are tried, the latest first: so many the bucket keeps.
const TRIED_MAX: u64 = 2;

/// A catalogue that has come to the ledger's end.
pub(super) struct Made {
    pub(super) catalog: Catalog,
    /// Whether it rests on a checkpoint, which nothing has proved.
    pub(super) is_given: bool,
}

/// Makes the catalogue of all that is taken in, until nothing more comes; and, where a checkpoint
/// spares the time, most of the search index.
pub(super) async fn make(
    layout: &Layout,
    bucket: &Bucket,
    taken: &Taken,
    mut come: watch::Receiver<Come>,
) -> Result<Made, LibraryError> {
    let begun = come.wait_for(Option::is_some).await;
    let household = begun.ok().and_then(|begun| *begun);
    if let Some((household, _)) = household
        && let Some(card) = given(layout, bucket, household).await
    {
        match on_top(layout, &card, taken, come.clone()).await {
            Ok(catalog) => {
                return Ok(Made {
                    catalog,
                    is_given: true,
                });
            }
            Err(error) => {
                tracing::warn!(%error, %bucket, height = card.tip.height, "the checkpoint in the bucket is not used: the whole ledger is replayed");
                clear(layout)?;
            }
        }
    }
    let catalog = Catalog::open(&layout.catalog())?;
    follow(&catalog, taken, come).await?;
    Ok(Made {
        catalog,
        is_given: false,
    })
}

/// The card of the checkpoint that the catalogue was made of; nothing, where there is none that can be
/// used, and no catalogue then.
async fn given(layout: &Layout, bucket: &Bucket, household: HouseholdId) -> Option<Card> {
    let last = last_card(bucket, None).await;
    let last = last.unwrap_or_else(|error| {
        tracing::warn!(%error, "no checkpoint can be looked for: the whole ledger is replayed");
        None
    })?;
    for number in (0..=last).rev().take(TRIED_MAX as usize) {
        match bring(layout, bucket, household, number).await {
            Ok(card) => return Some(card),
            Err(error) => {
                tracing::warn!(%error, %bucket, number, "a checkpoint in the bucket cannot be used");
            }
        }
    }
    None
}

/// Makes the catalogue of a checkpoint.
async fn bring(
    layout: &Layout,
    bucket: &Bucket,
    household: HouseholdId,
    number: u64,
) -> Result<Card, LibraryError> {
    let damaged = |why| LibraryError::Checkpoint(CheckpointError::Damaged(why));
    let card = read_card(bucket, number).await?;
    let card = card.ok_or(damaged("its card cannot be read"))?;
    if card.household != household {
        return Err(damaged("it is another household's"));
    }
    if !card.is_legible() {
        let found = card.format;
        return Err(LibraryError::Checkpoint(CheckpointError::Format { found }));
    }
    let bytes = bucket.content(card.content()).await;
    let bytes = bytes.map_err(LibraryError::Bucket)?;
    let mut pieces = bytes.map_err(io::Error::other);
    let height = receive(&layout.catalog(), &mut pieces).await?;
    if height != card.tip.height {
        clear(layout)?;
        return Err(damaged("it is of another height than its card"));
    }
    Ok(card)
}

/// The catalogue of a checkpoint, brought to the end of the ledger. What is wrong with it, should that
/// show.
async fn on_top(
    layout: &Layout,
    card: &Card,
    taken: &Taken,
    mut come: watch::Receiver<Come>,
) -> Result<Catalog, LibraryError> {
    let catalog = Catalog::open(&layout.catalog())?;
    let index = index(layout, &catalog);
    let followed = async {
        let height = card.tip.height;
        // Where the ledger ends below it, it has no such block.
        let _ = come
            .wait_for(|come| come.is_some_and(|(_, now)| now >= height))
            .await;
        let blocks = taken.blocks(height, 1).map_err(LibraryError::Node)?;
        let is_ours = blocks
            .first()
            .is_some_and(|block| block.hash() == card.tip.hash);
        if !is_ours || !catalog.snapshot()?.is_at(card.tip.hash)? {
            let why = "it is of another block than the ledger has";
            return Err(LibraryError::Checkpoint(CheckpointError::Damaged(why)));
        }
        follow(&catalog, taken, come).await
    };
    // The index is out of the way before what it is made of is thrown away.
    let (followed, indexed) = tokio::join!(followed, index);
    followed?;
    if let Err(error) = indexed.map_err(|_| LibraryError::Closing)? {
        tracing::warn!(%error, "the search index is built when the library is opened");
    }
    Ok(catalog)
}

/// Makes the search index of what the catalogue is now.
fn index(layout: &Layout, catalog: &Catalog) -> JoinHandle<Result<(), LibraryError>> {
    let (folder, catalog) = (layout.index(), catalog.clone());
    spawn_blocking(move || {
        Index::open(&folder)?.follow(&catalog.view()?)?;
        Ok(())
    })
}

/// Applies what comes, until nothing more does.
async fn follow(
    catalog: &Catalog,
    taken: &Taken,
    mut come: watch::Receiver<Come>,
) -> Result<(), LibraryError> {
    loop {
        let is_over = come.changed().await.is_err();
        let (catalog, taken) = (catalog.clone(), taken.clone());
        let applied = spawn_blocking(move || apply(&catalog, &taken)).await;
        applied.map_err(|_| LibraryError::Closing)??;
        if is_over {
            return Ok(());
        }
    }
}

/// Applies all that is there.
fn apply(catalog: &Catalog, taken: &Taken) -> Result<(), LibraryError> {
    loop {
        let next = catalog.height().map_or(0, |height| height + 1);
        let blocks = taken.blocks(next, BLOCKS_PER_STEP);
        let blocks = blocks.map_err(LibraryError::Node)?;
        if blocks.is_empty() {
            return Ok(());
        }
        catalog.apply(&blocks)?;
    }
}

/// Throws away what a checkpoint has made.
fn clear(layout: &Layout) -> Result<(), LibraryError> {
    for folder in [layout.catalog(), layout.index()] {
        fs::remove_dir_all(&folder)
            .and_then(|()| fs::create_dir(&folder))
            .map_err(|source| LibraryError::io("remove", &folder, source))?;
    }
    Ok(())
}
