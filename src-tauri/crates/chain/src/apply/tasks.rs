//! Who does which task. Of all claims to one task the first in chain order wins, and as every
//! device has the same chain, every device knows who that is: no lock service is asked.
//!
//! The time at which an edit counts is that of its block, which is its proposer's clock and may
//! be wrong either way. A claim has lapsed once the clock differs from it by its term, *whichever
//! way*: if only later times counted, a device whose clock is a year ahead would hold what it
//! claims for a year. So a wrong clock can end a claim early, and then work is done twice. It
//! never does harm: what a task brings about is idempotent, and the height of the claim, its
//! token, is a fence: it grows with every later claim to the same task, and what a former holder
//! says with its old token is void.
//!
//! An edit that changes nothing is void, not wrong: it stands in the chain, so that nobody can
//! keep blocks from being made by being late.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use sha2::{Digest, Sha256};

use crate::block::Block;
use crate::edit::{EditId, Payload, Task, TaskName, Term};
use crate::id::{DeviceId, Height};
use crate::wire::{Reader, WireError, Writer};

/// Most tasks that one device may hold at a time; those that have lapsed do not count.
pub const CLAIMS_MAX: usize = 4096;

/// How many of the tasks that were done last cannot be claimed again.
pub const DONE_MAX: usize = 1 << 16;

/// What the chain makes of the task edits of one block.
pub type Judgements = BTreeMap<EditId, Judgement>;

/// What the chain makes of a task edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The claim holds: its author does the task.
    Won {
        /// The height of its block: what the author's later edits and effects are told by.
        token: Height,
    },
    /// The claim stands for a new term.
    Renewed,
    /// The task is done, and is not claimed again.
    Finished,
    /// Void: another claim holds, of another device or of the author itself.
    Held {
        /// Whose.
        by: DeviceId,
        /// The height of its block.
        token: Height,
    },
    /// Void: the task was done before.
    Done,
    /// Void: nobody holds the task that the author says it holds.
    Unclaimed,
    /// Void: the author holds [`CLAIMS_MAX`] tasks already.
    Full,
}

/// A claim that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Who does the task.
    pub holder: DeviceId,
    /// The height of the block of its claim.
    pub token: Height,
    /// The time of the block that holds the claim or its last renewal.
    pub since_ms: i64,
    /// For how long from then on nobody else can claim it.
    pub term: Term,
}

impl Holding {
    /// Whether another device could claim the task in a block of this time.
    #[must_use]
    pub fn is_lapsed(&self, time_ms: i64) -> bool {
        self.since_ms.abs_diff(time_ms) >= self.term.ms()
    }
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Nobody holds it, or it was done long ago.
    Free,
    /// Somebody holds it, or did and was not followed by another one.
    Held(Holding),
    /// It is done.
    Done,
}

/// The tasks that are held, and those that were done of late. Bounded, whatever is claimed:
/// [`CLAIMS_MAX`] for each member, and [`DONE_MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tasks {
    /// A claim that has lapsed stays until its place is needed.
    open: BTreeMap<TaskName, Holding>,
    /// The same by holder.
    held: BTreeMap<DeviceId, BTreeSet<TaskName>>,
    done: Done,
}

/// The place of a block in the chain and in time.
#[derive(Clone, Copy)]
struct Moment {
    height: Height,
    time_ms: i64,
}

impl Tasks {
    /// How a task stands at the tip.
    #[must_use]
    pub fn state(&self, task: &TaskName) -> TaskState {
        match self.open.get(task) {
            Some(holding) => TaskState::Held(*holding),
            None if self.done.holds(task) => TaskState::Done,
            None => TaskState::Free,
        }
    }

    /// The tasks that somebody holds, by name; those that have lapsed, too.
    pub fn held(&self) -> impl Iterator<Item = (&TaskName, &Holding)> {
        self.open.iter()
    }

    /// Takes in the task edits of a block, one after the other.
    pub(super) fn adopt(&mut self, block: &Block) -> Judgements {
        let now = Moment {
            height: block.height(),
            time_ms: block.header().timestamp_ms,
        };
        // Nothing lapses within a block, so one look at what a device holds is enough.
        let mut tidied = BTreeSet::new();
        let mut judgements = Judgements::new();
        for batch in block.batches() {
            for (index, payload) in batch.payloads.iter().enumerate() {
                let Payload::Task(edit) = payload else {
                    continue;
                };
                let by = batch.author.device;
                if matches!(edit, Task::Claim { .. }) && self.is_full(by) && tidied.insert(by) {
                    self.tidy(by, now.time_ms);
                }
                judgements.insert(batch.id_at(index), self.judge(by, edit, now));
            }
        }
        judgements
    }

    /// A device that is no member any more holds nothing.
    pub(super) fn forget(&mut self, device: DeviceId) {
        for task in self.held.remove(&device).unwrap_or_default() {
            self.open.remove(&task);
        }
    }

    fn judge(&mut self, by: DeviceId, edit: &Task, now: Moment) -> Judgement {
        match edit {
            Task::Claim { task, term } => self.claim(by, task, *term, now),
            Task::Renew { task, token, term } => match self.holding(by, task, *token) {
                // Even if it has lapsed: nobody else has begun.
                Ok(holding) => {
                    holding.since_ms = now.time_ms;
                    holding.term = *term;
                    Judgement::Renewed
                }
                Err(judgement) => judgement,
            },
            Task::Done { task, token } => match self.holding(by, task, *token) {
                Ok(_) => {
                    self.release(task);
                    self.done.push(task);
                    Judgement::Finished
                }
                Err(judgement) => judgement,
            },
        }
    }

    fn claim(&mut self, by: DeviceId, task: &TaskName, term: Term, now: Moment) -> Judgement {
        if self.done.holds(task) {
            return Judgement::Done;
        }
        match self.open.get(task) {
            Some(holding) if !holding.is_lapsed(now.time_ms) => {
                let (by, token) = (holding.holder, holding.token);
                return Judgement::Held { by, token };
            }
            Some(_) => self.release(task),
            None => {}
        }
        if self.is_full(by) {
            return Judgement::Full;
        }
        let holding = Holding {
            holder: by,
            token: now.height,
            since_ms: now.time_ms,
            term,
        };
        self.hold(task.clone(), holding);
        Judgement::Won { token: now.height }
    }

    /// The claim of `by` with this token, or why there is none. Tokens alone would not tell: two
    /// devices may have claimed one task in one block.
    fn holding(
        &mut self,
        by: DeviceId,
        task: &TaskName,
        token: Height,
    ) -> Result<&mut Holding, Judgement> {
        match self.open.get_mut(task) {
            Some(holding) if holding.holder == by && holding.token == token => Ok(holding),
            Some(holding) => {
                let (by, token) = (holding.holder, holding.token);
                Err(Judgement::Held { by, token })
            }
            None if self.done.holds(task) => Err(Judgement::Done),
            None => Err(Judgement::Unclaimed),
        }
    }

    fn hold(&mut self, task: TaskName, holding: Holding) {
        let others = self.held.entry(holding.holder).or_default();
        others.insert(task.clone());
        self.open.insert(task, holding);
    }

    fn release(&mut self, task: &TaskName) {
        let Some(holding) = self.open.remove(task) else {
            return;
        };
        if let Some(others) = self.held.get_mut(&holding.holder) {
            others.remove(task);
            if others.is_empty() {
                self.held.remove(&holding.holder);
            }
        }
    }

    fn is_full(&self, device: DeviceId) -> bool {
        let held = self.held.get(&device);
        held.is_some_and(|tasks| tasks.len() >= CLAIMS_MAX)
    }

    /// Drops what has lapsed of what a device holds.
    fn tidy(&mut self, device: DeviceId, time_ms: i64) {
        let is_lapsed = |task: &&TaskName| {
            let holding = self.open.get(*task);
            holding.is_some_and(|holding| holding.is_lapsed(time_ms))
        };
        let held = self.held.get(&device).into_iter().flatten();
        let lapsed: Vec<_> = held.filter(is_lapsed).cloned().collect();
        for task in &lapsed {
            self.release(task);
        }
    }

    /// Writes the canonical form.
    pub(super) fn encode(&self, to: &mut Writer) {
        to.len(self.open.len());
        for (task, holding) in &self.open {
            task.encode(to);
            to.raw(&holding.holder.0);
            to.u64(holding.token);
            to.i64(holding.since_ms);
            holding.term.encode(to);
        }
        to.len(self.done.order.len());
        for digest in &self.done.order {
            to.raw(digest);
        }
    }

    /// Reads the canonical form.
    pub(super) fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let mut tasks = Self::default();
        for _ in 0..from.len("the list of claims", u32::MAX as usize, 41)? {
            let task = TaskName::decode(from)?;
            let holding = Holding {
                holder: DeviceId(from.raw("a claim's holder")?),
                token: from.u64("a claim's token")?,
                since_ms: from.i64("a claim's time")?,
                term: Term::decode(from)?,
            };
            tasks.hold(task, holding);
        }
        for _ in 0..from.len("the list of tasks that are done", DONE_MAX, 32)? {
            tasks.done.push_digest(from.raw("a task that is done")?);
        }
        Ok(tasks)
    }
}

/// The tasks that were done last, by the SHA-256 of their names, so that they take the same room
/// whatever they are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Done {
    /// Oldest first.
    order: VecDeque<[u8; 32]>,
    known: BTreeSet<[u8; 32]>,
}

impl Done {
    fn holds(&self, task: &TaskName) -> bool {
        self.known.contains(&digest(task))
    }

    /// Adds a task that is not there; the oldest one makes room.
    fn push(&mut self, task: &TaskName) {
        self.push_digest(digest(task));
    }

    fn push_digest(&mut self, digest: [u8; 32]) {
        if self.order.len() >= DONE_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(digest);
        self.known.insert(digest);
    }
}

fn digest(task: &TaskName) -> [u8; 32] {
    let hash = Sha256::new()
        .chain_update("kinfolio task v1\0")
        .chain_update(task.as_bytes());
    hash.finalize().into()
}
