//! Re-hashes a whole ledger and checks every signature, without writing anything.
//!
//! Works from the files alone, whether or not a node is running on them: a record that is
//! being written at this moment is an incomplete end, not a fault.

use std::path::Path;

use bytes::Bytes;

use crate::block::Block;
use crate::store::Recovered;
use crate::store::disk::{segment_path, segments};
use crate::store::fault::{Damage, StoreError};
use crate::store::pending::PendingLog;
use crate::store::replay::{Decision, Replay};
use crate::store::segment::{self, Ending, Wound};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of thing: "segment", "pending log".
    pub what: &'static str,
    /// Which one and where in it.
    pub place: String,
    /// In which way.
    pub detail: String,
}

/// What a verification found.
#[derive(Debug, Default)]
pub struct Report {
    /// Blocks that were checked and hold.
    pub blocks: u64,
    /// Edits in them.
    pub edits: u64,
    /// Bytes of an incomplete last record.
    pub torn_bytes: u64,
    /// All that is wrong.
    pub faults: Vec<Fault>,
    /// The log's last word on itself.
    pub recovered: Recovered,
}

/// Verifies the ledger in `folder`; each block that holds is shown to `visit`.
pub fn verify(folder: &Path, mut visit: impl FnMut(&Block)) -> Report {
    let mut report = Report::default();
    let numbers = match segments(folder) {
        Ok(numbers) => numbers,
        Err(error) => {
            report.faults.push(unreadable("ledger", folder, &error));
            return report;
        }
    };
    if numbers.is_empty() {
        let error = StoreError::MissingSegment {
            path: segment_path(folder, 0),
        };
        report.faults.push(unreadable("ledger", folder, &error));
    }
    let mut replay = Replay::thorough();
    for &number in &numbers {
        let path = segment_path(folder, number);
        let last = Some(&number) == numbers.last();
        match segment::read(&path) {
            Err(error) => report.faults.push(unreadable("segment", &path, &error)),
            Ok(content) => {
                let segment = Segment {
                    path: &path,
                    number,
                    last,
                    content: &content,
                };
                segment.verify(&mut replay, &mut report, &mut visit);
            }
        }
    }
    check_undecided(&replay.known, &mut report);
    if let Err(error) = PendingLog::check(folder) {
        report
            .faults
            .push(unreadable("pending log", folder, &error));
    }
    report.recovered = replay.known;
    report
}

/// A block that was accepted but not yet decided must hold, too.
fn check_undecided(known: &Recovered, report: &mut Report) {
    if let (Some(state), Some((_, block))) = (&known.state, &known.accepted)
        && let Err(refusal) = state.check(block)
    {
        report.faults.push(Fault {
            what: "undecided block",
            place: format!("height {}", block.height()),
            detail: refusal.to_string(),
        });
    }
}

fn unreadable(what: &'static str, path: &Path, error: &StoreError) -> Fault {
    Fault {
        what,
        place: path.display().to_string(),
        detail: error.to_string(),
    }
}

struct Segment<'a> {
    path: &'a Path,
    number: u32,
    last: bool,
    content: &'a Bytes,
}

impl Segment<'_> {
    fn verify(&self, replay: &mut Replay, report: &mut Report, visit: &mut impl FnMut(&Block)) {
        let mut wounds = Vec::new();
        let (end, ending) = segment::walk(
            self.content,
            self.number,
            |record, _, _| {
                for Decision { block, .. } in replay.follow(&record, (0, 0))? {
                    report.blocks += 1;
                    report.edits += block.edit_count();
                    visit(&block);
                }
                Ok(())
            },
            |wound| {
                wounds.push(wound);
                true
            },
        );
        report
            .faults
            .extend(wounds.iter().map(|wound| self.fault(wound)));
        if ending == Ending::Torn {
            let offset = end as u64;
            report.torn_bytes = (self.content.len() - end) as u64;
            if !self.last {
                report.faults.push(self.fault(&Wound {
                    offset,
                    damage: Damage::Incomplete,
                }));
            }
        }
    }

    fn fault(&self, wound: &Wound) -> Fault {
        Fault {
            what: "segment",
            place: format!("{} at byte {}", self.path.display(), wound.offset),
            detail: wound.damage.to_string(),
        }
    }
}
