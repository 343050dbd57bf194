//! One device's part in the agreement: the synod of the open height, when to bid in it, and the
//! reads that wait for it.

use std::collections::BTreeSet;

use crate::ballot::{Proposer, Types};
use crate::message::{Begin, Input, Message, Micros, Output};
#[cfg(feature = "mutants")]
use crate::mutant::Mutant;
use crate::pace::Pace;
use crate::reads::Reads;
use crate::synod::{Synod, mutated};

/// How long a question about a read waits before it is asked again.
const READ_AGAIN: Micros = 200_000;

/// The value machine that a node runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replica<T: Types> {
    synod: Synod<T>,
    pace: Pace<T>,
    reads: Reads<T>,
    /// Whether votes were given that are forgotten and may matter still.
    forgets: bool,
    /// Whether edits wait for a block.
    wish: bool,
    /// Whether a block was asked for and has not come yet.
    building: bool,
    /// The reads for whose sake the own ballot runs, while it wishes nothing.
    settling: BTreeSet<u64>,
    /// When unanswered reads are asked again.
    read_again: Option<Micros>,
    /// What was last asked for with [`Output::WakeAt`].
    wake_at: Option<Micros>,
}

impl<T: Types> Replica<T> {
    /// A replica that waits for its first height; its random waits follow from `seed`.
    #[must_use]
    pub fn new(me: Proposer<T>, seed: u64) -> Self {
        Self::of(Synod::new(me), seed)
    }

    /// The same with a deliberate fault.
    #[cfg(feature = "mutants")]
    #[must_use]
    pub fn with_mutant(me: Proposer<T>, seed: u64, mutant: Option<Mutant>) -> Self {
        Self::of(Synod::with_mutant(me, mutant), seed)
    }

    fn of(synod: Synod<T>, seed: u64) -> Self {
        Self {
            synod,
            pace: Pace::new(seed),
            reads: Reads::new(),
            forgets: false,
            wish: false,
            building: false,
            settling: BTreeSet::new(),
            read_again: None,
            wake_at: None,
        }
    }

    /// The device and life that this replica speaks for.
    #[must_use]
    pub fn me(&self) -> Proposer<T> {
        self.synod.me()
    }

    /// Whether a majority of the voters is within reach, this device counted.
    #[must_use]
    pub fn has_quorum(&self) -> bool {
        let voters = self.synod.voters();
        let me = self.me().device;
        let here = voters.iter().filter(|&&one| match one == me {
            true => !self.synod.is_mute(),
            false => self.pace.is_present(one),
        });
        here.count() > voters.len() / 2
    }

    /// From now on nothing is voted: this device has forgotten votes that it gave.
    pub fn fall_silent(&mut self) {
        self.forgets = true;
        self.synod.fall_silent();
    }

    /// Votes, though votes are forgotten: none of them can matter at the open height. What it has
    /// accepted, it does not say: a read could rest on what is forgotten.
    pub fn speak(&mut self) {
        self.synod.speak();
    }

    /// No vote that was forgotten can matter at the open height or above.
    pub fn remember(&mut self) {
        self.forgets = false;
        self.synod.speak();
    }

    /// Takes one input at the time `now` of the caller's monotonic clock.
    pub fn step(&mut self, now: Micros, input: Input<T>) -> Vec<Output<T>> {
        let mut out = Vec::new();
        let was_bidding = self.synod.is_bidding();
        match input {
            Input::Begin(begin) => self.begin(now, begin, &mut out),
            Input::Wish(wish) => {
                self.wish = wish;
                self.building &= wish;
            }
            Input::Propose(block) => self.propose(now, block, &mut out),
            Input::Receive { from, message } => self.receive(now, from, message, &mut out),
            Input::Learn(block) => self.synod.learn(block, &mut out),
            Input::Synced(lsn) => self.synod.synced(lsn, &mut out),
            Input::Present(who) => {
                self.pace.present(who);
                // What was said while it was away is said again.
                self.synod.ask_again(&mut out);
                self.ask_reads(now, &mut out);
            }
            Input::Away(device) => self.pace.away(device),
            Input::Read(read) => self.read(now, read, &mut out),
            Input::Survey => {
                self.synod.bid(None, &mut out);
                self.pace.bid(now);
            }
            Input::Tick => {}
        }
        self.note_outcome(now, was_bidding, &out);
        self.go_on(now, &mut out);
        out
    }

    /// Whether an own ballot is under way.
    #[must_use]
    pub fn is_bidding(&self) -> bool {
        self.synod.is_bidding()
    }

    /// Whether the ball is in this device's court: it holds the highest ballot, or round 0.
    #[must_use]
    pub fn is_favourite(&self) -> bool {
        self.synod.favourite() == Some(self.me())
    }

    /// Whether it answers at the open height.
    #[must_use]
    pub fn may_vote(&self) -> bool {
        !self.synod.is_mute()
    }

    /// The highest height at which this device has accepted anything.
    #[must_use]
    pub fn accepted_height(&self) -> u64 {
        self.synod.accepted_height()
    }

    /// How many have answered the last survey.
    #[must_use]
    pub fn surveyed(&self) -> usize {
        self.synod.promises()
    }

    /// What may have been chosen at the open height, as far as this device and those who answered
    /// its survey know.
    #[must_use]
    pub fn highest_accepted(&self) -> Option<&T::Block> {
        self.synod.highest_accepted()
    }

    /// Forgets a read that nobody waits for any more.
    pub fn forget(&mut self, read: u64) {
        self.reads.forget(read);
    }

    fn begin(&mut self, now: Micros, begin: Begin<T>, out: &mut Vec<Output<T>>) {
        self.pace.begin(now, begin.order.clone());
        self.building = false;
        self.settling.clear();
        let other_voters = begin.voters != *self.synod.voters();
        self.synod.begin(begin);
        if other_voters {
            self.ask_reads(now, out);
        }
    }

    fn propose(&mut self, now: Micros, block: T::Block, out: &mut Vec<Output<T>>) {
        if std::mem::take(&mut self.building) && !self.synod.is_bidding() {
            self.synod.bid(Some(block), out);
            self.pace.bid(now);
        }
    }

    fn receive(
        &mut self,
        now: Micros,
        from: T::Device,
        message: Message<T>,
        out: &mut Vec<Output<T>>,
    ) {
        match message {
            // A disk that went back in time has forgotten what it accepted.
            Message::Ask { .. } if self.forgets && !mutated!(self.synod, RestoredDiskVotes) => {}
            Message::Ask { read } => {
                let height = self.synod.accepted_height();
                let message = Message::Seen { read, height };
                out.push(Output::Send { to: from, message });
            }
            Message::Seen { read, height } => {
                self.reads.seen(read, from, height);
                if height > self.synod.height() {
                    out.push(Output::Missing {
                        device: from,
                        height: height - 1,
                    });
                }
            }
            message => {
                let at_it = matches!(message, Message::Prepare { .. } | Message::Accept { .. })
                    && message.height() == Some(self.synod.height());
                self.synod.receive(from, message, out);
                let favourite = self.synod.favourite().map(|one| one.device);
                if at_it && favourite == Some(from) {
                    self.pace.heard(now);
                }
            }
        }
    }

    fn read(&mut self, now: Micros, read: u64, out: &mut Vec<Output<T>>) {
        if mutated!(self.synod, ReadsUnasked) {
            let height = self.decided_height();
            return out.push(Output::Readable { read, height });
        }
        self.reads.ask(read);
        self.ask_reads(now, out);
    }

    fn ask_reads(&mut self, now: Micros, out: &mut Vec<Output<T>>) {
        let me = self.me().device;
        self.read_again = None;
        let tip = self.decided_height();
        for (read, to_ask) in self.reads.unanswered(tip, self.synod.voters()) {
            self.read_again = Some(now + READ_AGAIN);
            if !self.forgets {
                self.reads.seen(read, me, self.synod.accepted_height());
            }
            out.extend(to_ask.into_iter().filter(|&to| to != me).map(|to| {
                let message = Message::Ask { read };
                Output::Send { to, message }
            }));
        }
    }

    /// Tells the pace how the own ballot fared in this step.
    fn note_outcome(&mut self, now: Micros, was_bidding: bool, out: &[Output<T>]) {
        if out.iter().any(|one| matches!(one, Output::Outbid { .. })) {
            self.settling.clear();
            self.pace.outbid(now);
        } else if was_bidding && !self.synod.is_bidding() && self.synod.is_open() {
            // It found nothing that could have been chosen, and wished nothing.
            self.pace.rest();
            let settled = std::mem::take(&mut self.settling);
            self.reads.vacant(&settled, self.synod.height());
        }
    }

    /// Bids, asks again or waits, and lets reads go whose height is reached.
    fn go_on(&mut self, now: Micros, out: &mut Vec<Output<T>>) {
        let height = self.decided_height();
        // Between a decision and the next height nobody knows whose answers count.
        if self.synod.is_open() {
            let ready = self.reads.ready(height, self.synod.voters());
            out.extend(
                ready
                    .into_iter()
                    .map(|read| Output::Readable { read, height }),
            );
            if self.read_again.is_some_and(|at| at <= now) {
                self.ask_reads(now, out);
            }
        }
        let next = [self.bid_or_wait(now, out), self.read_again];
        let wake_at = next.into_iter().flatten().min();
        if wake_at != self.wake_at {
            self.wake_at = wake_at;
            out.extend(wake_at.map(Output::WakeAt));
        }
    }

    /// What is to be done about the open height, or when.
    fn bid_or_wait(&mut self, now: Micros, out: &mut Vec<Output<T>>) -> Option<Micros> {
        if !self.synod.may_bid() || !self.has_quorum() {
            return None;
        }
        if self.synod.is_bidding() {
            if self.pace.ask_again_at().is_some_and(|at| at <= now) {
                self.synod.ask_again(out);
                self.pace.asked_again(now);
            }
            return self.pace.ask_again_at();
        }
        let height = self.synod.height();
        let held_up = self
            .reads
            .held_up(self.decided_height(), self.synod.voters());
        let reason = self.wish || self.synod.is_undecided() || !held_up.is_empty();
        if !reason || self.building {
            return None;
        }
        self.pace.wish(now);
        let due = self.pace.due(self.me(), self.synod.favourite())?;
        if due > now {
            return Some(due);
        }
        if self.wish {
            self.building = true;
            out.push(Output::Build { height });
            return None;
        }
        self.settling = held_up;
        self.synod.bid(None, out);
        self.pace.bid(now);
        self.pace.ask_again_at()
    }

    fn decided_height(&self) -> u64 {
        self.synod
            .height()
            .saturating_sub(self.synod.is_open().into())
    }
}
