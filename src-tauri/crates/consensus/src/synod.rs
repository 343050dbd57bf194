//! The synod of one device: acceptor and proposer for the height that is open. All that safety
//! rests on is here; when to bid is not.

mod proposer;

use std::collections::{BTreeSet, VecDeque};

use crate::ballot::{Ballot, Proposer, Types};
use crate::message::{Begin, Lsn, Message, Output, Record, Vote};
#[cfg(feature = "mutants")]
use crate::mutant::Mutant;
use proposer::Attempt;

/// Whether the deliberate fault `$name` is in force; never, in a build without them.
macro_rules! mutated {
    ($synod:expr, $name:ident) => {{
        #[cfg(feature = "mutants")]
        {
            $synod.mutant == Some(Mutant::$name)
        }
        #[cfg(not(feature = "mutants"))]
        {
            false
        }
    }};
}
pub(crate) use mutated;

/// Acceptor and proposer of one device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Synod<T: Types> {
    me: Proposer<T>,
    height: u64,
    voters: BTreeSet<T::Device>,
    owner: Option<Proposer<T>>,
    /// Whether the height is still undecided here.
    open: bool,
    /// Whether this device may vote: not after its disk went back in time.
    mute: bool,
    promised: Option<Ballot<T>>,
    accepted: Option<Vote<T>>,
    attempt: Attempt<T>,
    /// The highest round heard of at this height.
    round_max: u64,
    lsn: Lsn,
    synced: Lsn,
    /// What may leave once the log is durable up to the number before it.
    waiting: VecDeque<(Lsn, Deferred<T>)>,
    #[cfg(feature = "mutants")]
    pub(crate) mutant: Option<Mutant>,
}

/// What waits for the disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Deferred<T: Types> {
    Send {
        to: T::Device,
        message: Message<T>,
    },
    OwnPromise {
        ballot: Ballot<T>,
        accepted: Option<Vote<T>>,
    },
    OwnAcceptance {
        ballot: Ballot<T>,
    },
}

impl<T: Types> Deferred<T> {
    /// Whether nobody needs `earlier` any more, once this is said.
    fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (
                Self::Send { to, message },
                Self::Send {
                    to: other,
                    message: before,
                },
            ) => to == other && message.is_question() == before.is_question(),
            (Self::OwnPromise { .. }, Self::OwnPromise { .. })
            | (Self::OwnAcceptance { .. }, Self::OwnAcceptance { .. }) => true,
            _ => false,
        }
    }
}

impl<T: Types> Synod<T> {
    /// A synod that waits for its first height.
    #[must_use]
    pub fn new(me: Proposer<T>) -> Self {
        Self {
            me,
            height: 0,
            voters: BTreeSet::new(),
            owner: None,
            open: false,
            mute: false,
            promised: None,
            accepted: None,
            attempt: Attempt::Resting,
            round_max: 0,
            lsn: 0,
            synced: 0,
            waiting: VecDeque::new(),
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }

    /// The same with a deliberate fault.
    #[cfg(feature = "mutants")]
    #[must_use]
    pub fn with_mutant(me: Proposer<T>, mutant: Option<Mutant>) -> Self {
        Self {
            mutant,
            ..Self::new(me)
        }
    }

    /// The device and life that this synod speaks for.
    #[must_use]
    pub fn me(&self) -> Proposer<T> {
        self.me
    }

    /// The height that is open, or was decided last.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.height
    }

    /// Whether the height is still undecided here.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The voters of the height.
    #[must_use]
    pub fn voters(&self) -> &BTreeSet<T::Device> {
        &self.voters
    }

    /// Whether this device's disk went back in time, so that its votes are not to be relied on.
    #[must_use]
    pub fn is_mute(&self) -> bool {
        self.mute
    }

    /// Whether this device may bid.
    #[must_use]
    pub fn may_bid(&self) -> bool {
        self.open && !self.mute && self.voters.contains(&self.me.device)
    }

    /// Whether a bid would be round 0, which needs no Prepare.
    #[must_use]
    pub fn is_mine(&self) -> bool {
        let used = self.promised.is_some() && !mutated!(self, RoundZeroAgain);
        self.is_owner(self.me) && !used
    }

    /// Whose ballot is the highest that was promised here; the owner's while there is none.
    #[must_use]
    pub fn favourite(&self) -> Option<Proposer<T>> {
        self.promised.map(|ballot| ballot.proposer).or(self.owner)
    }

    /// The highest height at which this device has accepted anything.
    #[must_use]
    pub fn accepted_height(&self) -> u64 {
        let undecided = u64::from(self.open && self.accepted.is_none());
        self.height.saturating_sub(undecided)
    }

    /// Whether a block is accepted here that is not known to be decided.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        self.open && self.accepted.is_some()
    }

    /// From now on nothing is voted: this device's disk went back in time, so that a vote could
    /// contradict one that it has forgotten.
    pub fn fall_silent(&mut self) {
        if mutated!(self, RestoredDiskVotes) {
            return;
        }
        self.mute = true;
        self.attempt = Attempt::Resting;
        self.waiting.clear();
    }

    /// It is known that no vote which this device has forgotten can matter at the open height or
    /// above (invariant A): it votes again.
    pub fn speak(&mut self) {
        self.mute = false;
    }

    /// A height is open, after the one below was decided and applied.
    pub fn begin(&mut self, begin: Begin<T>) {
        // Opened twice, a height could forget a vote that is not yet in the log, and give its
        // owner round 0 again.
        assert!(begin.height > self.height, "a height opens once in a life");
        self.height = begin.height;
        self.voters = begin.voters;
        self.owner = Some(begin.owner);
        self.open = true;
        let accepted = begin.accepted.as_ref().map(|(ballot, _)| *ballot);
        self.promised = begin.promised.max(accepted);
        self.accepted = begin.accepted;
        self.attempt = Attempt::Resting;
        self.round_max = self.promised.map_or(0, |ballot| ballot.round);
        self.waiting.clear();
    }

    /// Takes a message about the height.
    pub fn receive(&mut self, from: T::Device, message: Message<T>, out: &mut Vec<Output<T>>) {
        let Some(height) = message.height() else {
            return;
        };
        if height < self.height || (height == self.height && !self.open) {
            if !matches!(message, Message::Decided { .. }) {
                out.push(Output::Behind {
                    device: from,
                    height,
                });
            }
            return;
        }
        // Above the open height nothing can be said: votes imply history (invariant V).
        if height > self.height {
            if mutated!(self, VoteWithoutHistory)
                && let Message::Accept { ballot, block, .. } = message
            {
                return self.vote_without_history(from, height, ballot, block, out);
            }
            out.push(Output::Missing {
                device: from,
                height: height - 1,
            });
            return;
        }
        match message {
            Message::Prepare { ballot, .. } => self.on_prepare(from, ballot, out),
            Message::Accept { ballot, block, .. } => self.on_accept(from, ballot, block, out),
            Message::Promise {
                ballot, accepted, ..
            } => {
                self.on_promise(from, ballot, accepted, out);
            }
            Message::Accepted { ballot, hash, .. } => self.on_accepted(from, ballot, hash, out),
            Message::Nack {
                ballot, promised, ..
            } => self.on_nack(ballot, promised, out),
            Message::Decided { hash, .. } => self.on_decided(from, hash, out),
            Message::Ask { .. } | Message::Seen { .. } => {}
        }
        self.release(out);
    }

    /// Takes a block that others have decided at the open height.
    pub fn learn(&mut self, block: T::Block, out: &mut Vec<Output<T>>) {
        if self.open {
            self.decide(block, out);
        }
    }

    /// Every record up to `lsn` is durable.
    pub fn synced(&mut self, lsn: Lsn, out: &mut Vec<Output<T>>) {
        self.synced = self.synced.max(lsn.min(self.lsn));
        self.release(out);
    }

    fn on_prepare(&mut self, from: T::Device, ballot: Ballot<T>, out: &mut Vec<Output<T>>) {
        if ballot.round == 0 || ballot.proposer.device != from || !self.votes_for(from) {
            return;
        }
        self.round_max = self.round_max.max(ballot.round);
        // Promises never go back (invariant P).
        if let Some(promised) = self.promised.filter(|promised| *promised > ballot) {
            return self.refuse(from, ballot, promised);
        }
        if self.promised != Some(ballot) {
            self.promised = Some(ballot);
            let height = self.height;
            self.persist(Record::Promise { height, ballot }, out);
            self.yield_to(ballot, out);
        }
        let accepted = match mutated!(self, VoteHidden) {
            true => None,
            false => self.accepted.clone(),
        };
        let message = Message::Promise {
            height: self.height,
            ballot,
            accepted,
        };
        if mutated!(self, PromiseNotSynced) {
            return out.push(Output::Send { to: from, message });
        }
        self.defer(Deferred::Send { to: from, message });
    }

    fn on_accept(
        &mut self,
        from: T::Device,
        ballot: Ballot<T>,
        block: T::Block,
        out: &mut Vec<Output<T>>,
    ) {
        let stranger = ballot.round == 0 && !self.is_owner(ballot.proposer);
        if stranger || ballot.proposer.device != from || self.mute {
            return;
        }
        // Whoever votes from the next height on has a say in that already, and so has whoever
        // still votes at this one.
        let me = self.me.device;
        let concerned = self.votes_for(from)
            || self.voters.contains(&from) && T::voters_after(&block, &self.voters).contains(&me);
        if !concerned {
            return;
        }
        self.round_max = self.round_max.max(ballot.round);
        if let Some(promised) = self.promised.filter(|promised| *promised > ballot)
            && !mutated!(self, PromiseBroken)
        {
            return self.refuse(from, ballot, promised);
        }
        let hash = T::hash_of(&block);
        match &self.accepted {
            Some((before, other)) if *before == ballot && T::hash_of(other) != hash => {
                let blocks = [T::hash_of(other), hash];
                out.push(Output::Alarm {
                    height: self.height,
                    ballot,
                    blocks,
                });
                return;
            }
            Some((before, _)) if *before == ballot => {}
            _ => {
                self.promised = Some(ballot);
                self.accepted = Some((ballot, block.clone()));
                self.persist(Record::Accepted { ballot, block }, out);
                self.yield_to(ballot, out);
            }
        }
        let message = Message::Accepted {
            height: self.height,
            ballot,
            hash,
        };
        if mutated!(self, AcceptanceNotSynced) {
            return out.push(Output::Send { to: from, message });
        }
        self.defer(Deferred::Send { to: from, message });
    }

    /// A decision is taken by its name where the block is here, and fetched where it is not.
    fn on_decided(&mut self, from: T::Device, hash: T::Hash, out: &mut Vec<Output<T>>) {
        match &self.accepted {
            Some((_, block)) if T::hash_of(block) == hash => {
                let block = block.clone();
                self.decide(block, out);
            }
            _ => out.push(Output::Missing {
                device: from,
                height: self.height,
            }),
        }
    }

    fn decide(&mut self, block: T::Block, out: &mut Vec<Output<T>>) {
        self.open = false;
        self.attempt = Attempt::Resting;
        self.waiting.clear();
        out.push(Output::Decide {
            height: self.height,
            block,
        });
    }

    /// Whether this device votes on what `from`, a voter, bids.
    fn votes_for(&self, from: T::Device) -> bool {
        !self.mute && self.voters.contains(&from) && self.voters.contains(&self.me.device)
    }

    /// Whether round 0 of this height belongs to `who`: one device in one life (invariant I).
    fn is_owner(&self, who: Proposer<T>) -> bool {
        if mutated!(self, RoundZeroOfStranger) {
            return true;
        }
        if mutated!(self, RoundZeroAgain) {
            return self.owner.map(|owner| owner.device) == Some(who.device);
        }
        self.owner == Some(who)
    }

    fn refuse(&mut self, to: T::Device, ballot: Ballot<T>, promised: Ballot<T>) {
        let message = Message::Nack {
            height: self.height,
            ballot,
            promised,
        };
        self.defer(Deferred::Send { to, message });
    }

    fn persist(&mut self, record: Record<T>, out: &mut Vec<Output<T>>) {
        self.lsn += 1;
        out.push(Output::Persist(self.lsn, record));
    }

    /// Durable before sent (invariant D): what is said now leaves when all that was persisted
    /// up to now is durable. Only the latest word to a device waits, so that a disk that hangs
    /// does not fill the memory with answers to questions that are asked again.
    fn defer(&mut self, deferred: Deferred<T>) {
        self.waiting
            .retain(|(_, earlier)| !deferred.replaces(earlier));
        self.waiting.push_back((self.lsn, deferred));
    }

    fn release(&mut self, out: &mut Vec<Output<T>>) {
        while let Some((lsn, _)) = self.waiting.front()
            && *lsn <= self.synced
        {
            let Some((_, deferred)) = self.waiting.pop_front() else {
                return;
            };
            let me = self.me.device;
            match deferred {
                Deferred::Send { to, message } => out.push(Output::Send { to, message }),
                Deferred::OwnPromise { ballot, accepted } => {
                    self.on_promise(me, ballot, accepted, out);
                }
                Deferred::OwnAcceptance { ballot } => {
                    if let Some(hash) = self.attempt.block().map(T::hash_of) {
                        self.on_accepted(me, ballot, hash, out);
                    }
                }
            }
        }
    }

    fn vote_without_history(
        &mut self,
        from: T::Device,
        height: u64,
        ballot: Ballot<T>,
        block: T::Block,
        out: &mut Vec<Output<T>>,
    ) {
        let hash = T::hash_of(&block);
        self.persist(Record::Accepted { ballot, block }, out);
        let message = Message::Accepted {
            height,
            ballot,
            hash,
        };
        self.defer(Deferred::Send { to: from, message });
        self.release(out);
    }
}
