//! The lines of the household's history as the bucket has them: each epoch's segments lie in a folder
//! of its own, from the block that begins it on, and `epochs/` tells in numbered objects, each created
//! once, which epochs there are.
//!
//! So who knows nothing but the bucket finds its way to the newest line. Where two devices have gone
//! on without each other, there are two: the one with more epochs behind it counts, or else the one
//! that was told of last, unless its beginner has left it since.

use kinfolio_bucket::{Bucket, BucketError};
use kinfolio_node::{Beginner, Begun, EpochId, Height, HouseholdId, Node};
use serde::{Deserialize, Serialize};

use crate::error::LibraryError;

/// Most entries that are read: each device tells of few.
const ENTRIES_MAX: u64 = 4096;

/// What the bucket is told of an epoch, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The household's id.
    pub(crate) household: String,
    /// The epoch's.
    pub(crate) epoch: String,
    /// The id of the device that tells.
    pub(crate) device: String,
    /// What it is called.
    pub(crate) name: String,
    pub(crate) what: What,
}

/// What there is to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// It begins above the block `fork` of the line `before` (none: the first).
    Begun {
        before: Option<String>,
        fork: Height,
        by: String,
        /// Whether a device began it that was made from the bucket.
        restored: bool,
    },
    /// This device has left it for another line.
    Left,
}

/// A stretch of history: where it lies in the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Which line; the first, if none.
    pub(crate) line: Option<EpochId>,
    /// Its first block.
    pub(crate) from: Height,
    /// The last one that the next line shares; none for the last line.
    pub(crate) to: Option<Height>,
}

impl Part {
    /// The name of its folder.
    pub(crate) fn folder(&self) -> Option<String> {
        self.line.map(|line| line.to_string())
    }

    /// Its name as it is told.
    pub(crate) fn name(&self) -> String {
        self.line
            .map_or_else(|| "-".to_owned(), |line| line.to_string())
    }
}

/// The stretches of a chain of these lines.
pub(crate) fn parts(lines: &[Begun]) -> Vec<Part> {
    let after = lines.iter().skip(1).map(|next| Some(next.fork));
    let ends = after.chain([None]);
    let parts = lines.iter().zip(ends).enumerate();
    let parts = parts.map(|(number, (begun, to))| Part {
        line: (number > 0).then_some(begun.epoch),
        from: if number > 0 { begun.fork + 1 } else { 0 },
        to,
    });
    parts.collect()
}

/// All that the bucket is told of epochs, in order.
pub(crate) async fn entries(bucket: &Bucket) -> Result<Vec<Entry>, LibraryError> {
    let mut entries = Vec::new();
    for number in 0..ENTRIES_MAX {
        match entry(bucket, number).await? {
            Some(entry) => entries.push(entry),
            None => break,
        }
    }
    Ok(entries)
}

/// What it is told under one number.
pub(crate) async fn entry(bucket: &Bucket, number: u64) -> Result<Option<Entry>, LibraryError> {
    let Some(bytes) = bucket.epoch(number).await.map_err(LibraryError::Bucket)? else {
        return Ok(None);
    };
    let entry = serde_json::from_slice(&bytes);
    entry.map(Some).map_err(|error| {
        LibraryError::Bucket(BucketError::Damaged {
            bucket: bucket.to_string(),
            object: format!("epochs/{number:020}"),
            reason: error.to_string(),
        })
    })
}

/// Tells of an epoch under this number. False: something else is told there.
pub(crate) async fn create(
    bucket: &Bucket,
    number: u64,
    entry: &Entry,
) -> Result<bool, LibraryError> {
    let bytes = serde_json::to_vec(entry).map_err(|error| {
        LibraryError::Bucket(BucketError::Failed {
            bucket: bucket.to_string(),
            detail: error.to_string(),
        })
    })?;
    let created = bucket.create_epoch(number, bytes.into()).await;
    created.map_err(LibraryError::Bucket)
}

/// Tells the bucket of the epochs that led here, as far as it is not told; and that this device has
/// left the line `left`, if that is none of them.
pub(super) async fn tell(
    bucket: &Bucket,
    node: &Node,
    lines: &[Begun],
    left: Option<EpochId>,
) -> Result<(), LibraryError> {
    let status = node.status();
    let mut told = entries(bucket).await?;
    let mut missing = Vec::new();
    for (number, begun) in lines.iter().enumerate().skip(1) {
        let block = node.block(begun.fork + 1).map_err(LibraryError::Node)?;
        let Some(epoch) = block.as_ref().and_then(|block| block.epoch()) else {
            continue;
        };
        let (by, name) = match &epoch.beginner {
            Beginner::Restored { member, .. } => (member.id, Some(member.name.clone())),
            Beginner::Survivor(device) => {
                let member = status.members.iter().find(|one| one.id == *device);
                (*device, member.map(|member| member.name.clone()))
            }
        };
        let before = lines.get(number - 1).filter(|_| number > 1);
        missing.push(Entry {
            household: status.household_id.to_string(),
            epoch: begun.epoch.to_string(),
            device: status.device.id.to_string(),
            name: name.unwrap_or_else(|| by.to_string()),
            what: What::Begun {
                before: before.map(|before| before.epoch.to_string()),
                fork: begun.fork,
                by: by.to_string(),
                restored: matches!(epoch.beginner, Beginner::Restored { .. }),
            },
        });
    }
    let left = left.filter(|left| lines.iter().all(|line| line.epoch != *left));
    missing.extend(left.map(|left| Entry {
        household: status.household_id.to_string(),
        epoch: left.to_string(),
        device: status.device.id.to_string(),
        name: status.device.name.clone(),
        what: What::Left,
    }));
    for entry in missing {
        let is_told = |one: &Entry| {
            let same = one.epoch == entry.epoch;
            let begun = matches!(one.what, What::Begun { .. });
            match entry.what {
                What::Begun { .. } => same && begun,
                What::Left => same && !begun && one.device == entry.device,
            }
        };
        while !told.iter().any(is_told) {
            let number = told.len() as u64;
            match create(bucket, number, &entry).await? {
                true => told.push(entry.clone()),
                false => told.extend(self::entry(bucket, number).await?),
            }
        }
    }
    Ok(())
}

/// The way to the newest line, and what else there is.
pub(crate) struct Newest {
    pub(crate) parts: Vec<Part>,
    /// Whether each line but the first was begun by a device that was left.
    pub(crate) by_survivors: bool,
    /// The other lines that go on by themselves, in words.
    pub(crate) others: Vec<String>,
}

/// The way from the founding block to the newest line that holds blocks.
pub(crate) async fn newest(
    bucket: &Bucket,
    entries: &[Entry],
    household: Option<HouseholdId>,
) -> Result<Newest, LibraryError> {
    let mut known: Vec<Known> = Vec::new();
    for entry in entries {
        let What::Begun {
            before,
            fork,
            by,
            restored,
        } = &entry.what
        else {
            continue;
        };
        let ours = household.is_none_or(|ours| ours.to_string() == entry.household);
        let twice = known.iter().any(|one| one.line.to_string() == entry.epoch);
        let Ok(line) = entry.epoch.parse::<EpochId>() else {
            continue;
        };
        // An epoch is told of after the one that it leaves.
        let before = match before {
            None => None,
            Some(before) => match known.iter().position(|one| one.line.to_string() == *before) {
                Some(before) => Some(before),
                None => continue,
            },
        };
        let folder = Some(entry.epoch.as_str());
        let has = bucket.has_segment(folder, 0).await;
        if !ours || twice || !has.map_err(LibraryError::Bucket)? {
            continue;
        }
        let left =
            |one: &Entry| one.what == What::Left && one.epoch == entry.epoch && one.device == *by;
        known.push(Known {
            line,
            fork: *fork,
            before,
            depth: before.map_or(1, |before| known[before].depth + 1),
            is_left: entries.iter().any(left),
            restored: *restored,
            name: entry.name.clone(),
        });
    }
    Ok(choose(&known))
}

/// An epoch that the bucket has.
struct Known {
    line: EpochId,
    fork: Height,
    /// Which of the known ones it leaves; the first line, if none.
    before: Option<usize>,
    depth: usize,
    is_left: bool,
    restored: bool,
    name: String,
}

fn choose(known: &[Known]) -> Newest {
    let ends = (0..known.len()).filter(|&end| {
        let goes_on = |one: &Known| one.before == Some(end) && !one.is_left;
        !known[end].is_left && !known.iter().any(goes_on)
    });
    let ends: Vec<_> = ends.collect();
    let best = ends
        .iter()
        .copied()
        .max_by_key(|&end| (known[end].depth, end));
    let mut way = Vec::new();
    let mut at = best;
    while let Some(number) = at {
        way.push(number);
        at = known[number].before;
    }
    way.reverse();
    let forks = way
        .iter()
        .map(|&number| Some(known[number].fork))
        .chain([None]);
    let lines = [None]
        .into_iter()
        .chain(way.iter().map(|&number| Some(&known[number])));
    let parts = lines.zip(forks).map(|(line, to)| Part {
        line: line.map(|one| one.line),
        from: line.map_or(0, |one| one.fork + 1),
        to,
    });
    let others = ends.iter().filter(|&&end| Some(end) != best);
    let others = others.map(|&end| {
        let Known {
            name, fork, line, ..
        } = &known[end];
        format!("“{name}” has gone on by itself after block {fork} (epoch {line})")
    });
    Newest {
        parts: parts.collect(),
        by_survivors: way.iter().all(|&number| !known[number].restored),
        others: others.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(n: u8, fork: Height, before: Option<usize>, depth: usize, is_left: bool) -> Known {
        Known {
            line: EpochId([n; 32]),
            fork,
            before,
            depth,
            is_left,
            restored: n == 9,
            name: format!("device {n}"),
        }
    }

    /// The way as lines with their first and their last block.
    fn way(known: &[Known]) -> Vec<(u8, Height, Option<Height>)> {
        let parts = choose(known).parts;
        let number = |part: &Part| part.line.map_or(0, |line| line.0[0]);
        parts
            .iter()
            .map(|part| (number(part), part.from, part.to))
            .collect()
    }

    #[test]
    fn the_newest_line_is_found_and_others_are_named() {
        assert_eq!(way(&[]), [(0, 0, None)]);
        let one = || known(1, 5, None, 1, false);
        assert_eq!(way(&[one()]), [(0, 0, Some(5)), (1, 6, None)]);
        let two = || known(2, 8, Some(0), 2, false);
        let deeper = [one(), two()];
        assert_eq!(
            way(&deeper),
            [(0, 0, Some(5)), (1, 6, Some(8)), (2, 9, None)]
        );
        assert!(choose(&deeper).others.is_empty());
        // A rival counts less than what has more epochs behind it, and more than what is as deep.
        let three = [one(), two(), known(3, 4, None, 1, false)];
        assert_eq!(way(&three), way(&deeper));
        let others = choose(&three).others;
        assert!(
            others.len() == 1 && others[0].contains("“device 3”"),
            "{others:?}"
        );
        let rivals = [one(), known(3, 4, None, 1, false)];
        assert_eq!(way(&rivals), [(0, 0, Some(4)), (3, 5, None)]);
        // A line that its beginner has left does not count.
        let settled = [one(), known(3, 4, None, 1, true)];
        assert_eq!(way(&settled), way(&[one()]));
        assert!(choose(&settled).others.is_empty());
        assert_eq!(way(&[known(1, 5, None, 1, true)]), [(0, 0, None)]);
        assert!(choose(&deeper).by_survivors);
        assert!(!choose(&[known(9, 5, None, 1, false)]).by_survivors);
    }

    #[test]
    fn a_chain_s_lines_are_its_parts() {
        let begun = |n, fork| Begun {
            epoch: EpochId([n; 32]),
            fork,
        };
        let lines = [begun(7, 0), begun(1, 5), begun(2, 8)];
        let expect = [
            (None, 0, Some(5)),
            (Some(1), 6, Some(8)),
            (Some(2), 9, None),
        ];
        let parts = parts(&lines);
        let got = parts
            .iter()
            .map(|part| (part.line.map(|line| line.0[0]), part.from, part.to));
        assert_eq!(got.collect::<Vec<_>>(), expect);
    }
}
