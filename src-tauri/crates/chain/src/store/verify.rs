//! Re-hashes a whole ledger and checks every signature, without writing anything.
//!
//! Hashes and signatures are checked on all processors, a few blocks ahead; order, links and
//! members one block after the other, so that faults are found in the order of the chain.
//!
//! Works from the files alone, whether or not a node is running on them: a record that is
//! being written at this moment is an incomplete end, not a fault.

mod inspectors;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use bytes::Bytes;

use crate::apply::KeyRing;
use crate::block::Block;
use crate::id::Height;
use crate::store::disk::{segment_path, segments};
use crate::store::fault::{Damage, StoreError};
use crate::store::files::SystemFiles;
use crate::store::pending::PendingLog;
use crate::store::replay::{Decision, Replay};
use crate::store::segment::{self, Ending, Wound};
use crate::store::verify::inspectors::{Findings, Inspectors};
use crate::store::{Record, Recovered};

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
pub fn verify(folder: &Path, visit: impl FnMut(&Block)) -> Report {
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    verify_on(threads, folder, visit)
}

/// As [`verify`], with that many threads to check hashes and signatures.
pub(crate) fn verify_on(
    threads: NonZeroUsize,
    folder: &Path,
    mut visit: impl FnMut(&Block),
) -> Report {
    let numbers = match segments(folder) {
        Ok(numbers) => numbers,
        Err(error) => {
            let mut report = Report::default();
            report.faults.push(unreadable("ledger", folder, &error));
            return report;
        }
    };
    Inspectors::with(threads, |inspectors| {
        let mut verification = Verification::new(inspectors, &mut visit);
        if numbers.is_empty() {
            let error = StoreError::MissingSegment {
                path: segment_path(folder, 0),
            };
            let fault = unreadable("ledger", folder, &error);
            verification.report.faults.push(fault);
        }
        for &number in &numbers {
            let path = segment_path(folder, number);
            match segment::read(&SystemFiles, &path) {
                Err(error) => {
                    let fault = unreadable("segment", &path, &error);
                    verification.report.faults.push(fault);
                }
                Ok(content) => {
                    let segment = Segment {
                        path: &path,
                        number,
                        last: Some(&number) == numbers.last(),
                        content: &content,
                    };
                    verification = segment.verify(verification);
                }
            }
        }
        verification.end(folder)
    })
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
    fn verify<'a>(&self, verification: Verification<'a>) -> Verification<'a> {
        // Records and wounds come by two ways, and are taken in by their order in the file.
        let shared = RefCell::new(verification);
        let (end, ending) = segment::walk(
            self.content,
            self.number,
            |record, offset, _| {
                shared.borrow_mut().take(self, Found::new(record, offset));
                Ok(())
            },
            |wound| {
                shared.borrow_mut().take(self, Found::Wound(wound));
                true
            },
        );
        let mut verification = shared.into_inner();
        // Blocks share the segment's bytes, which go before those of the next one come.
        verification.catch_up(self, 0);
        if ending == Ending::Torn {
            let offset = end as u64;
            verification.report.torn_bytes = (self.content.len() - end) as u64;
            if !self.last {
                let damage = Damage::Incomplete;
                let fault = self.fault(&Wound { offset, damage });
                verification.report.faults.push(fault);
            }
        }
        verification
    }

    fn fault(&self, wound: &Wound) -> Fault {
        Fault {
            what: "segment",
            place: format!("{} at byte {}", self.path.display(), wound.offset),
            detail: wound.damage.to_string(),
        }
    }
}

/// What stands in a segment, in the order of the file.
enum Found {
    Record {
        record: Box<Record>,
        offset: u64,
        findings: Option<Findings>,
    },
    Wound(Wound),
}

impl Found {
    fn new(record: Record, offset: u64) -> Self {
        Self::Record {
            record: Box::new(record),
            offset,
            findings: None,
        }
    }
}

/// A verification under way.
struct Verification<'a> {
    inspectors: &'a Inspectors,
    visit: &'a mut dyn FnMut(&Block),
    /// The keys of all blocks so far, including those that are still under way.
    ring: Arc<KeyRing>,
    under_way: VecDeque<Found>,
    replay: Replay,
    /// Whether a record did not fit what stands before it. What follows is no fault of its own then.
    broken: bool,
    /// The highest block that could not be checked for it.
    unchecked: Option<Height>,
    report: Report,
}

impl<'a> Verification<'a> {
    fn new(inspectors: &'a Inspectors, visit: &'a mut dyn FnMut(&Block)) -> Self {
        Self {
            inspectors,
            visit,
            ring: Arc::default(),
            under_way: VecDeque::new(),
            replay: Replay::thorough(),
            broken: false,
            unchecked: None,
            report: Report::default(),
        }
    }

    /// Takes in what stands next in the segment; it may be judged later.
    fn take(&mut self, segment: &Segment<'_>, mut found: Found) {
        if let Found::Record {
            record, findings, ..
        } = &mut found
            && let Record::Accepted { block, .. } | Record::Learned(block) = record.as_ref()
        {
            if let Some(keys) = KeyRing::brought_by(block) {
                Arc::make_mut(&mut self.ring).extend(keys);
            }
            *findings = Some(self.inspectors.take(block, &self.ring));
        }
        self.under_way.push_back(found);
        self.catch_up(segment, self.inspectors.ahead());
    }

    /// Judges what was taken in, but for the last `rest`.
    fn catch_up(&mut self, segment: &Segment<'_>, rest: usize) {
        while self.under_way.len() > rest {
            let Some(found) = self.under_way.pop_front() else {
                return;
            };
            if let Err(wound) = self.judge(found) {
                self.report.faults.push(segment.fault(&wound));
            }
        }
    }

    fn judge(&mut self, found: Found) -> Result<(), Wound> {
        let (record, offset, findings) = match found {
            // A seal covers all that stands before it, and so whatever was found there.
            Found::Wound(Wound {
                damage: Damage::Seal,
                ..
            }) if !self.report.faults.is_empty() => return Ok(()),
            Found::Wound(wound) => return Err(wound),
            Found::Record {
                record,
                offset,
                findings,
            } => (record, offset, findings),
        };
        let inspection = findings.map(Findings::wait);
        let decided = match self.replay.follow_inspected(&record, (0, 0), inspection) {
            Ok(decided) => decided,
            Err(_) if self.broken => {
                if let Record::Accepted { block, .. } | Record::Learned(block) = record.as_ref() {
                    self.unchecked = self.unchecked.max(Some(block.height()));
                }
                return Ok(());
            }
            Err(damage) => {
                self.broken = true;
                return Err(Wound { offset, damage });
            }
        };
        for Decision { block, .. } in decided {
            self.report.blocks += 1;
            self.report.edits += block.edit_count();
            (self.visit)(&block);
        }
        Ok(())
    }

    fn end(mut self, folder: &Path) -> Report {
        if let Some(height) = self.unchecked {
            self.report.faults.push(Fault {
                what: "ledger",
                place: folder.display().to_string(),
                detail: format!("what follows, up to block {height}, cannot be checked without what is damaged or missing before it"),
            });
        } else {
            check_undecided(&self.replay.known, &mut self.report);
        }
        if self.replay.known.state.is_none() && self.report.faults.is_empty() {
            self.report.faults.push(Fault {
                what: "ledger",
                place: folder.display().to_string(),
                detail: Damage::NoFounding.to_string(),
            });
        }
        if let Err(error) = PendingLog::check(folder) {
            let fault = unreadable("pending log", folder, &error);
            self.report.faults.push(fault);
        }
        self.report.recovered = self.replay.known;
        self.report
    }
}
