//! Ledgers of this household that are gone on with beside the one here, as the bucket tells of them: a
//! device that was restored from it has begun one, or those that it has left go on in theirs. Neither
//! hears of the other in any other way, so both look. And so it shows that the bucket cannot be reached,
//! even while there is nothing to be stored.

use std::collections::BTreeMap;
use std::time::Duration;

use kinfolio_bucket::Bucket;
use kinfolio_node::engine::Standing;
use kinfolio_node::{Begun, Block, EpochId, Height, Status};

use super::lines::{self, Entry, Part, What};
use super::link::Work;
use super::places::last_segment;
use super::segments::read;
use crate::error::LibraryError;
use crate::library::Library;
use crate::tasks::now_ms;

/// How often is looked: it costs one request, and one more for each ledger that there is besides.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// How soon for the first time, and once the household has agreed upon another bucket.
const LOOK_FIRST: Duration = Duration::from_secs(1);

/// How long nobody has written in a ledger that counts as given up.
const GIVEN_UP_MS: i64 = 7 * 86_400 * 1000;

/// What the bucket is known to hold, so that it is not read again.
#[derive(Default)]
struct Known {
    of: String,
    entries: Vec<Entry>,
    /// The last segment of each line that was looked at.
    last: BTreeMap<Option<EpochId>, u64>,
}

/// A ledger that is gone on with elsewhere.
struct Rival {
    /// Who began it, if this one does not stem from it.
    beginner: Option<Entry>,
    /// Who wrote its last block, as far as that has a name.
    writer: Option<String>,
    /// The last block that it shares with this one.
    fork: Height,
    /// Its last block.
    height: Height,
}

/// Looks, and tells what is found, until the library closes.
pub(super) async fn run(library: Library) {
    let mut agreed = library.agreed();
    let mut known = Known::default();
    let mut pause = LOOK_FIRST;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => pause = LOOK_EVERY,
            changed = agreed.changed() => match changed {
                Ok(()) => { pause = LOOK_FIRST; continue }
                Err(_) => return,
            },
        }
        match look(&library, &mut known).await {
            Ok(told) => {
                library.bucket().is_well(Work::Reach);
                match told {
                    Some(told) => library.bucket().is_troubled(Work::Rivals, &told),
                    None => library.bucket().is_well(Work::Rivals),
                }
            }
            Err(error) => {
                library
                    .bucket()
                    .is_troubled(Work::Reach, &error.to_string());
                known = Known::default();
            }
        }
    }
}

/// What is to be told, if anything.
async fn look(library: &Library, known: &mut Known) -> Result<Option<String>, LibraryError> {
    let Some(bucket) = library.bucket().open().await else {
        return Ok(None);
    };
    let bucket = bucket?;
    let name = bucket.to_string();
    if known.of != name {
        *known = Known {
            of: name,
            ..Known::default()
        };
    }
    while let Some(next) = lines::entry(&bucket, known.entries.len() as u64).await? {
        known.entries.push(next);
    }
    let status = library.node().status();
    if !matches!(status.standing, Standing::Good | Standing::Healing) {
        return Ok(None);
    }
    let mut rivals = begun(library, known, &status);
    rivals.extend(left(library, known));
    let oldest = now_ms() - GIVEN_UP_MS;
    for Line {
        beginner,
        part,
        fork,
    } in rivals
    {
        let Some(last) = last_block(&bucket, known, &part).await? else {
            continue;
        };
        if last.height() > fork && last.header().timestamp_ms >= oldest {
            let (height, writer) = (last.height(), last.header().proposer.device);
            let names = library.read(|view| Ok(view.devices()?)).await?.value;
            let writer = names.into_iter().find(|(device, _)| *device == writer);
            let rival = Rival {
                beginner,
                writer: writer.map(|(_, name)| name),
                fork,
                height,
            };
            return Ok(Some(rival.in_words(&status)));
        }
    }
    Ok(None)
}

/// A line beside the one here.
struct Line {
    /// Who began it, if the chain here does not stem from it.
    beginner: Option<Entry>,
    /// Where it lies.
    part: Part,
    /// The last block that it shares with the chain here.
    fork: Height,
}

/// Lines that the chain here has not taken, and that nobody has left since.
fn begun(library: &Library, known: &Known, status: &Status) -> Vec<Line> {
    let own = library.node().lines();
    let is_own = |epoch: &str| own.iter().any(|line| line.epoch.to_string() == epoch);
    let household = status.household_id.to_string();
    let entries = &known.entries;
    let ours = entries.iter().filter(|entry| entry.household == household);
    let others = ours.filter(|entry| !is_own(&entry.epoch));
    let lines = others.filter_map(|entry| {
        let What::Begun {
            fork, by, restored, ..
        } = &entry.what
        else {
            return None;
        };
        // A device that was left is followed, unless there is more here by now.
        if !restored && status.tip.height <= *fork {
            return None;
        }
        let after = |one: &Entry| match &one.what {
            What::Begun { before, .. } => before.as_deref() == Some(&*entry.epoch),
            What::Left => one.epoch == entry.epoch && one.device == *by,
        };
        let line = entry.epoch.parse().ok()?;
        let part = Part {
            line: Some(line),
            from: fork + 1,
            to: None,
        };
        let ended = entries.iter().any(after);
        (!ended).then(|| Line {
            beginner: Some(entry.clone()),
            part,
            fork: parted(entries, entry, is_own).unwrap_or(*fork),
        })
    });
    lines.collect()
}

/// The last block that the line which `entry` begins shares with a line that is one's own: it may have
/// left that as a line of a line.
fn parted(entries: &[Entry], entry: &Entry, is_own: impl Fn(&str) -> bool) -> Option<Height> {
    let mut at = entry;
    // As many steps as there are entries: what a bucket says may go in circles.
    for _ in entries {
        let What::Begun { before, fork, .. } = &at.what else {
            return None;
        };
        let Some(before) = before.as_deref().filter(|before| !is_own(before)) else {
            return Some(*fork);
        };
        let begins = |one: &&Entry| one.epoch == before && matches!(one.what, What::Begun { .. });
        at = entries.iter().find(begins)?;
    }
    None
}

/// The lines that the chain here has left because a device that was restored began the next one:
/// whoever was thought lost knows nothing of it.
fn left(library: &Library, known: &Known) -> Vec<Line> {
    let own = library.node().lines();
    let restored = |line: EpochId| {
        let line = line.to_string();
        let begun = |one: &Entry| matches!(one.what, What::Begun { restored: true, .. });
        let mut told = known.entries.iter();
        told.any(|one| one.epoch == line && begun(one))
    };
    let parts = lines::parts(&own);
    let next = own.iter().skip(1);
    let left = parts.into_iter().zip(next);
    let left = left.filter(|(_, next)| restored(next.epoch));
    let line = |(part, next): (Part, &Begun)| Line {
        beginner: None,
        part,
        fork: next.fork,
    };
    left.map(line).collect()
}

/// The last block of a line that the bucket holds.
async fn last_block(
    bucket: &Bucket,
    known: &mut Known,
    part: &Part,
) -> Result<Option<Block>, LibraryError> {
    let noted = known.last.get(&part.line).copied();
    let Some(last) = last_segment(bucket, part, noted).await? else {
        return Ok(None);
    };
    known.last.insert(part.line, last);
    let segment = read(bucket, part, last).await?;
    let last = segment.and_then(|segment| segment.blocks().last().cloned());
    Ok(last.map(|block| Block::clone(&block)))
}

impl Rival {
    fn in_words(&self, here: &Status) -> String {
        let Self {
            beginner,
            writer,
            fork,
            height,
        } = self;
        let restored = here.members.iter().all(|one| one.id != here.device.id);
        let who = match beginner {
            Some(entry) if restored => return gone_on(&entry.name),
            Some(entry) => format!("“{}”", entry.name),
            None => match writer {
                Some(name) => format!("“{name}”, which was thought lost,"),
                None => "a device that was thought lost".to_owned(),
            },
        };
        let member = beginner.as_ref().and_then(|entry| {
            let by = here
                .members
                .iter()
                .find(|one| one.id.to_string() == entry.device);
            by.map(|one| one.id)
        });
        let what_to_do = match member {
            Some(by) => format!("To go with it from here: kinfolio devices follow {by}"),
            None => "Keep one of the two, and on the other PC join it: `kinfolio invite` on the one that is kept, `kinfolio join` on the other in an empty folder, and there import the photos that only its old folder has; tags and captions that were set there are to be set again".to_owned(),
        };
        format!(
            "two ledgers: {who} goes on with this household apart from this device, from block {fork} to block {height} by now. What is done there does not come here, nor the other way round. {what_to_do}"
        )
    }
}

/// Why a restored device changes nothing, where another one was first.
pub(crate) fn gone_on(other: &str) -> String {
    format!(
        "this household was already gone on with on another device, “{other}”: nothing is changed here, or there would be two ledgers. To use this PC with it, run `kinfolio invite` there and `kinfolio join` here, in an empty folder"
    )
}
