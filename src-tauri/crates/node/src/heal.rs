//! A damaged ledger made anew from what is left of it, so that the other devices can give back what
//! is missing. The damaged one is kept beside it.
//!
//! The new ledger takes the place of the old one whole or not at all: whatever is interrupted here
//! is done again, or finished, at the next opening.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use kinfolio_chain::batch::Line;
use kinfolio_chain::config::device_id;
use kinfolio_chain::store::StoreError;
use kinfolio_chain::store::files::{Files, SystemFiles};
use kinfolio_chain::store::salvage::{Attic, Salvage};
use kinfolio_chain::{Batch, ChainState, Height};

use crate::error::{NodeError, io};
use crate::{LEDGER_FOLDER, identity};

/// Where the new ledger waits for its place.
const DRAFT: &str = "ledger.healed";

/// What is wrong with a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ailment {
    /// It cannot be read.
    Damaged,
    /// Its blocks are not those of the household.
    Forked,
    /// The household has gone another way after this height.
    Parted(Height),
}

impl Ailment {
    /// What an error says of the ledger, if the other devices can help.
    pub(crate) fn of(error: &NodeError) -> Option<Self> {
        match error {
            NodeError::Store(StoreError::Damaged { .. } | StoreError::MissingSegment { .. })
            | NodeError::NoLedger { .. } => Some(Self::Damaged),
            NodeError::Forked { .. } => Some(Self::Forked),
            NodeError::GoBack { fork, .. } => Some(Self::Parted(*fork)),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Forked => "forked",
            Self::Parted(_) => "parted",
        }
    }
}

/// Finishes what was interrupted after the old ledger had made way.
pub(crate) fn finish(root: &Path) -> Result<(), NodeError> {
    let (ledger, draft) = (root.join(LEDGER_FOLDER), root.join(DRAFT));
    if !ledger.exists() && draft.exists() {
        take_place(root, &draft)?;
    }
    Ok(())
}

/// Makes the ledger of `root` anew. Only where other devices could give back what is missing: in a
/// household of one device nothing is done, and the answer is no.
///
/// # Errors
/// If the household is not known any more, or the file system refuses. Nothing is changed then.
pub(crate) fn heal(root: &Path, ailment: Ailment) -> Result<bool, NodeError> {
    let (ledger, draft) = (root.join(LEDGER_FOLDER), root.join(DRAFT));
    let files: Arc<dyn Files> = Arc::new(SystemFiles);
    let salvage = Salvage::of(&*files, &ledger)?;
    for wound in &salvage.wounds {
        tracing::error!(%wound, "the ledger is damaged");
    }
    let sound = salvage.wounds.is_empty() && salvage.state.is_some();
    if sound && ailment == Ailment::Damaged {
        return Ok(false);
    }
    let founding = match &salvage.founding {
        Some(founding) => Arc::clone(founding),
        None => identity::founding(root)?,
    };
    let founded =
        ChainState::found(&founding).map_err(|refusal| NodeError::Unfit { height: 0, refusal })?;
    let readable = salvage.state.as_ref().unwrap_or(&founded).configuration();
    if readable.len().max(identity::members(root).len()) < 2 {
        return Ok(false);
    }
    let salvage = match ailment {
        Ailment::Damaged => salvage,
        Ailment::Forked => salvage.distrusted(),
        Ailment::Parted(fork) => part(&identity::load(root)?, salvage, &*files, &ledger, fork)?,
    };
    if draft.exists() {
        std::fs::remove_dir_all(&draft).map_err(io("could not remove", &draft))?;
    }
    salvage.rebuild(&files, &ledger, &draft, &founding)?;
    identity::sync_folder(root)?;
    let kept = match ledger.exists() {
        true => Some(make_way(root, &ledger, ailment)?),
        false => None,
    };
    take_place(root, &draft)?;
    let height = salvage.state.as_ref().map_or(0, ChainState::height);
    if let Some(fork) = salvage.fork {
        identity::keep_reached(root, fork)?;
        identity::mark_parted(root)?;
    }
    tracing::warn!(
        ?kept,
        height,
        abstention = ?salvage.abstention,
        "the ledger was made anew: what is missing comes from the other devices"
    );
    Ok(true)
}

/// What a ledger is without its blocks above `fork`. What its own device has signed for the line that
/// it leaves, it signs again for the one that both share, as of the fork: its author had seen no more
/// of that one.
///
/// # Errors
/// If a file that is there cannot be read at all.
pub fn part(
    key: &SigningKey,
    salvage: Salvage,
    files: &dyn Files,
    ledger: &Path,
    fork: Height,
) -> Result<Salvage, StoreError> {
    let me = device_id(&key.verifying_key());
    let mut salvage = salvage.parted(files, ledger, fork)?;
    let Some(state) = &salvage.state else {
        return Ok(salvage);
    };
    let shared = state.lines().iter().enumerate();
    let mut shared = shared.filter(|(number, begun)| *number == 0 || begun.fork < fork);
    let Some((number, begun)) = shared.next_back() else {
        return Ok(salvage);
    };
    let line = Line {
        household: state.line().household,
        epoch: begun.epoch,
        number: u32::try_from(number).unwrap_or(u32::MAX),
    };
    let edits = std::mem::take(&mut salvage.pending).into_iter();
    let (shared, left): (Vec<_>, Vec<_>) = edits.partition(|batch| batch.line <= line.number);
    let (own, others): (Vec<_>, Vec<_>) = left
        .into_iter()
        .partition(|batch| batch.author.device == me);
    if !others.is_empty() {
        let edits: usize = others.iter().map(|batch| batch.payloads.len()).sum();
        tracing::warn!(
            edits,
            "edits that other devices signed for the line that is left stay in the ledger that is kept"
        );
    }
    let again = own.into_iter().map(|batch| {
        let base = batch.base.min(fork);
        Batch::sign(
            key,
            line,
            batch.author,
            batch.first_seq,
            base,
            batch.payloads,
        )
    });
    salvage.pending = shared.into_iter().chain(again).collect();
    Ok(salvage)
}

/// What the damaged ledger that was last set aside has behind its first wound.
pub(crate) fn attic(root: &Path) -> Attic {
    let kept = (1..).map(|n| kept(root, Ailment::Damaged, n));
    let Some(last) = kept.take_while(|path| path.exists()).last() else {
        return Attic::default();
    };
    Attic::of(&SystemFiles, &last).unwrap_or_else(|error| {
        // The others have all of it, too.
        tracing::warn!(%error, "nothing can be taken over from the damaged ledger");
        Attic::default()
    })
}

fn kept(root: &Path, ailment: Ailment, n: u32) -> PathBuf {
    root.join(format!("{LEDGER_FOLDER}.{}-{n}", ailment.name()))
}

fn make_way(root: &Path, ledger: &Path, ailment: Ailment) -> Result<PathBuf, NodeError> {
    let mut n = 1;
    while kept(root, ailment, n).exists() {
        n += 1;
    }
    let kept = kept(root, ailment, n);
    std::fs::rename(ledger, &kept).map_err(io("could not set aside", ledger))?;
    identity::sync_folder(root)?;
    Ok(kept)
}

fn take_place(root: &Path, draft: &Path) -> Result<(), NodeError> {
    let ledger = root.join(LEDGER_FOLDER);
    std::fs::rename(draft, &ledger).map_err(io("could not make", &ledger))?;
    identity::sync_folder(root)
}
