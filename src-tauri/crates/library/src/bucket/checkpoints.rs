//! Keeping checkpoints in the bucket, so that a device that is made from it need not replay the whole
//! ledger before it shows anything.
//!
//! One device stores each, claimed through the ledger, and only from a catalogue that is proved. It is
//! written aside first, goes up, and then its card is created: a card names what is whole. The contents
//! of the last two are kept.

use std::time::Duration;

use kinfolio_bucket::{Bucket, BucketError};
use kinfolio_catalog::CHECKPOINT_FORMAT;
use kinfolio_node::TaskName;
use kinfolio_node::engine::Standing;

use super::card::{last_card, read_card};
use super::claim::{Turn, claim, finish, while_held};
use super::link::{Work, longest_pause};
use super::{ledger, spool};
use crate::error::LibraryError;
use crate::library::Library;

/// How many edits a new checkpoint saves a device at least: fewer are replayed within a second or two.
const EDITS_MIN: u64 = 20_000;

/// The part of the ledger that a new checkpoint saves a device at least.
const PART_MIN: u64 = 4;

/// How long more blocks are waited for before it is looked whether a checkpoint is due.
const APART: Duration = Duration::from_secs(2);

/// How long to wait while another device is at it, or nobody could say who is.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// How long to wait after trouble, at first and at most.
const PAUSE_MIN: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(600);

/// What is known of a bucket's checkpoints.
#[derive(Default)]
struct Known {
    /// Of which bucket.
    of: Option<String>,
    /// The number of the last card, and the edits that it saves a device of this version.
    last: Option<(u64, u64)>,
}

/// What came of a round.
enum Round {
    /// Nothing is to be done before there are more blocks.
    Done,
    /// It is to be looked again after a while.
    Later,
}

/// Stores checkpoints when they are due, until the library closes.
pub(super) async fn run(library: Library) {
    let library = &library;
    let mut tip = library.node().watch();
    let mut household = library.node().watch_household();
    let mut known = Known::default();
    let mut pause = PAUSE_MIN;
    loop {
        tip.mark_unchanged();
        household.mark_unchanged();
        let link = library.bucket();
        match round(library, &mut known).await {
            Ok(round) => {
                link.is_well(Work::Checkpoints);
                pause = PAUSE_MIN;
                if let Round::Later = round {
                    // Not with each block: what is said in vain makes one, too.
                    tokio::time::sleep(LOOK_AGAIN).await;
                    continue;
                }
            }
            Err(error) => {
                link.is_troubled(Work::Checkpoints, &error.to_string());
                link.rest(pause).await;
                pause = (pause * 2).min(longest_pause(&error, PAUSE_MAX));
                continue;
            }
        }
        tokio::select! {
            changed = tip.changed() => if changed.is_err() { return },
            changed = household.changed() => if changed.is_err() { return },
        }
        tokio::time::sleep(APART).await;
    }
}

/// Whether a ledger of so many edits is to have a new checkpoint, where the last one saves `last`.
fn is_due(edits: u64, last: Option<u64>) -> bool {
    let last = last.unwrap_or(0);
    edits.saturating_sub(last) >= EDITS_MIN.max(last / PART_MIN)
}

/// Whether this device can claim anything now.
pub(crate) fn may_claim(library: &Library) -> bool {
    let status = library.node().status();
    library.belongs() && status.quorum && status.standing == Standing::Good
}

/// Stores a checkpoint, if one is due and nobody else does.
async fn round(library: &Library, known: &mut Known) -> Result<Round, LibraryError> {
    let edits = library.node().status().edits;
    if !may_claim(library) || !is_due(edits, None) {
        return Ok(Round::Done);
    }
    let Some(bucket) = library.bucket().open().await else {
        return Ok(Round::Done);
    };
    let bucket = bucket?;
    let address = bucket.to_string();
    if known.of.as_ref() != Some(&address) {
        *known = Known {
            of: Some(address.clone()),
            last: None,
        };
    }
    let saved = |known: &Known| known.last.map(|(_, edits)| edits);
    if !is_due(edits, saved(known)) {
        return Ok(Round::Done);
    }
    known.last = look(library, &bucket, known.last.map(|(number, _)| number)).await?;
    if !is_due(edits, saved(known)) {
        clear(library, &bucket, known.last.map(|(number, _)| number)).await?;
        return Ok(Round::Done);
    }
    let number = known.last.map_or(0, |(number, _)| number + 1);
    let task = TaskName::new(format!("store checkpoint {number} in {address}").as_bytes());
    let task = task.map_err(LibraryError::Task)?;
    let token = match claim(library, &task).await? {
        Turn::Ours(token) => Some(token),
        // One that was stored once and is gone nobody can claim again.
        Turn::Done if !has_card(&bucket, number).await? => None,
        Turn::Done | Turn::Theirs | Turn::Undecided => return Ok(Round::Later),
    };
    let storing = store(library, &bucket, number, saved(known));
    match while_held(library, &task, token, storing).await? {
        Stored::Ours(edits) => known.last = Some((number, edits)),
        Stored::Theirs => {}
        Stored::Unfit => return Ok(Round::Later),
    }
    if let Some(token) = token {
        finish(library, task, token).await?;
    }
    Ok(Round::Done)
}

/// What came of storing one.
#[derive(Debug, PartialEq, Eq)]
enum Stored {
    /// It is there, and saves so many edits.
    Ours(u64),
    /// Another device's is there.
    Theirs,
    /// The catalogue is not fit now.
    Unfit,
}

/// The number of the last card, and what it saves: nothing, where its content is of an older version, or
/// of a line of history that was left.
async fn look(
    library: &Library,
    bucket: &Bucket,
    noted: Option<u64>,
) -> Result<Option<(u64, u64)>, LibraryError> {
    let Some(number) = last_card(bucket, noted).await? else {
        return Ok(None);
    };
    let card = read_card(bucket, number).await?;
    let Some(card) = card.filter(|card| card.format >= CHECKPOINT_FORMAT) else {
        return Ok(Some((number, 0)));
    };
    let block = library.node().block(card.tip.height);
    let block = block.map_err(LibraryError::Node)?;
    let was_left = block.is_some_and(|block| block.hash() != card.tip.hash);
    Ok(Some((number, if was_left { 0 } else { card.edits })))
}

async fn has_card(bucket: &Bucket, number: u64) -> Result<bool, LibraryError> {
    bucket.has_card(number).await.map_err(LibraryError::Bucket)
}

/// Stores checkpoint `number`, and deletes what it replaces.
async fn store(
    library: &Library,
    bucket: &Bucket,
    number: u64,
    last: Option<u64>,
) -> Result<Stored, LibraryError> {
    let here = library.clone();
    let left = library.blocking(move || spool::left(&here)).await?;
    let card = match left.filter(|card| card.is_legible() && is_due(card.edits, last)) {
        Some(card) => card,
        None => {
            clear(library, bucket, number.checked_sub(1)).await?;
            let here = library.clone();
            let Some(card) = library.blocking(move || spool::fill(&here)).await? else {
                return Ok(Stored::Unfit);
            };
            card
        }
    };
    // A checkpoint that is ahead of the ledger there is of no use.
    ledger::reach(library, bucket, card.tip.height).await?;
    let bytes = spool::read(library.layout()).await?;
    if let Err(error) = bucket.put_content(card.content(), bytes).await {
        if let BucketError::Source { .. } = error {
            spool::clear(library.layout())?;
        }
        return Err(LibraryError::Bucket(error));
    }
    let created = bucket.create_card(number, card.encode()).await;
    if !created.map_err(LibraryError::Bucket)? {
        clear(library, bucket, Some(number)).await?;
        return Ok(Stored::Theirs);
    }
    spool::clear(library.layout())?;
    tracing::info!(number, height = card.tip.height, %bucket, "a checkpoint is in the bucket");
    delete_old(bucket, number).await?;
    Ok(Stored::Ours(card.edits))
}

/// Deletes the contents of all checkpoints but the last two.
async fn delete_old(bucket: &Bucket, last: u64) -> Result<(), LibraryError> {
    for number in (0..last.saturating_sub(1)).rev() {
        let Some(old) = read_card(bucket, number).await? else {
            break;
        };
        let deleted = bucket.delete_content(old.content()).await;
        if !deleted.map_err(LibraryError::Bucket)? {
            break;
        }
    }
    Ok(())
}

/// Clears away a checkpoint that was on its way, unless one of the last two cards, of which `last` is
/// the later, names it: then only what lies here.
async fn clear(library: &Library, bucket: &Bucket, last: Option<u64>) -> Result<(), LibraryError> {
    if !spool::is_there(library.layout()) {
        return Ok(());
    }
    let here = library.clone();
    if let Some(ours) = library.blocking(move || spool::left(&here)).await? {
        let mut is_named = false;
        for number in last.map_or(0..0, |last| last.saturating_sub(1)..last + 1) {
            let card = read_card(bucket, number).await?;
            is_named |= card.is_some_and(|card| card.content() == ours.content());
        }
        if !is_named {
            let deleted = bucket.delete_content(ours.content()).await;
            deleted.map_err(LibraryError::Bucket)?;
        }
    }
    spool::clear(library.layout())
}

#[cfg(test)]
mod tests;
