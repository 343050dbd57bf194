//! The proposing half of a synod: own ballots, the votes for them, adoption.

use std::collections::{BTreeMap, BTreeSet};

use super::{Deferred, Synod, mutated};
use crate::ballot::{Ballot, Types};
use crate::message::{Message, Output, Record, Vote};
#[cfg(feature = "mutants")]
use crate::mutant::Mutant;

/// The own ballot, while there is one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Attempt<T: Types> {
    Resting,
    Preparing {
        ballot: Ballot<T>,
        /// What to propose if nothing must be adopted; nothing when only an earlier ballot's
        /// fate is to be settled.
        wish: Option<T::Block>,
        promises: BTreeMap<T::Device, Option<Vote<T>>>,
    },
    Accepting {
        ballot: Ballot<T>,
        block: T::Block,
        acceptors: BTreeSet<T::Device>,
    },
}

impl<T: Types> Attempt<T> {
    /// The block that was put to the vote.
    pub(super) fn block(&self) -> Option<&T::Block> {
        match self {
            Self::Accepting { block, .. } => Some(block),
            Self::Resting | Self::Preparing { .. } => None,
        }
    }

    fn ballot(&self) -> Option<Ballot<T>> {
        match self {
            Self::Resting => None,
            Self::Preparing { ballot, .. } | Self::Accepting { ballot, .. } => Some(*ballot),
        }
    }
}

impl<T: Types> Synod<T> {
    /// Whether an own ballot is under way.
    #[must_use]
    pub fn is_bidding(&self) -> bool {
        self.attempt.ballot().is_some()
    }

    /// Begins an own ballot, and gives up one that is under way. Without a wish it only finds
    /// out, and finishes, what an earlier ballot may have chosen.
    pub fn bid(&mut self, wish: Option<T::Block>, out: &mut Vec<Output<T>>) {
        if !self.may_bid() {
            return;
        }
        // Round 0 once, by its owner alone, and only where nothing higher was promised
        // (invariant I: another life of this device is another owner).
        let mine = self.is_mine();
        match wish {
            Some(block) if let Some(ballot) = self.ballot_to_resume() => {
                self.ask_to_accept(ballot, block, out);
            }
            Some(block) if mine => {
                let ballot = Ballot {
                    round: 0,
                    proposer: self.me,
                };
                self.ask_to_accept(ballot, block, out);
            }
            // There is no round above the last one: only a broken device has named it.
            wish => match self.round_max.checked_add(1) {
                Some(round) => self.prepare(round, wish, out),
                None => return,
            },
        }
        self.release(out);
    }

    /// The block of the highest ballot that this device, or one that has promised the own ballot,
    /// is known to have accepted at the open height.
    #[must_use]
    pub fn highest_accepted(&self) -> Option<&T::Block> {
        let promised = match &self.attempt {
            Attempt::Preparing { promises, .. } => Some(promises.values().flatten()),
            Attempt::Resting | Attempt::Accepting { .. } => None,
        };
        let known = promised.into_iter().flatten().chain(&self.accepted);
        let highest = known.max_by_key(|(ballot, _)| *ballot);
        highest.map(|(_, block)| block)
    }

    /// How many devices have promised the own ballot, this one counted once that is durable.
    #[must_use]
    pub fn promises(&self) -> usize {
        match &self.attempt {
            Attempt::Preparing { promises, .. } => promises.len(),
            Attempt::Resting | Attempt::Accepting { .. } => 0,
        }
    }

    /// Says the own ballot's question again to those who have not answered it.
    pub fn ask_again(&mut self, out: &mut Vec<Output<T>>) {
        let height = self.height;
        match self.attempt.clone() {
            Attempt::Resting => return,
            Attempt::Preparing {
                ballot, promises, ..
            } => {
                let silent = self.voters.iter().copied();
                let silent = silent.filter(|one| !promises.contains_key(one)).collect();
                self.defer_to(silent, &Message::Prepare { height, ballot });
            }
            Attempt::Accepting {
                ballot,
                block,
                acceptors,
            } => {
                let mut silent = self.electorate(&block);
                silent.retain(|one| !acceptors.contains(one));
                let message = Message::Accept {
                    height,
                    ballot,
                    block,
                };
                self.defer_to(silent, &message);
            }
        }
        self.release(out);
    }

    fn prepare(&mut self, round: u64, wish: Option<T::Block>, out: &mut Vec<Output<T>>) {
        let ballot = Ballot {
            round,
            proposer: self.me,
        };
        let height = self.height;
        self.round_max = ballot.round;
        self.promised = Some(ballot);
        self.persist(Record::Promise { height, ballot }, out);
        self.attempt = Attempt::Preparing {
            ballot,
            wish,
            promises: BTreeMap::new(),
        };
        self.defer_to(self.voters.clone(), &Message::Prepare { height, ballot });
        let accepted = self.accepted.clone();
        self.defer(Deferred::OwnPromise { ballot, accepted });
    }

    /// Phase 2 with the one block that this ballot names (invariant B).
    fn ask_to_accept(&mut self, ballot: Ballot<T>, block: T::Block, out: &mut Vec<Output<T>>) {
        self.promised = Some(ballot);
        self.accepted = Some((ballot, block.clone()));
        let record = Record::Accepted {
            ballot,
            block: block.clone(),
        };
        self.persist(record, out);
        let message = Message::Accept {
            height: self.height,
            ballot,
            block: block.clone(),
        };
        let electorate = self.electorate(&block);
        self.attempt = Attempt::Accepting {
            ballot,
            block,
            acceptors: BTreeSet::new(),
        };
        if ballot.round == 0 {
            // Before the own sync, so that all disks sync at once. Safe, because no other life
            // of this device may use round 0 of this height (invariant I).
            let others = electorate.into_iter().filter(|&to| to != self.me.device);
            out.extend(others.map(|to| Output::Send {
                to,
                message: message.clone(),
            }));
        } else {
            self.defer_to(electorate, &message);
        }
        if mutated!(self, OwnVoteEarly)
            && let Attempt::Accepting { acceptors, .. } = &mut self.attempt
        {
            acceptors.insert(self.me.device);
        }
        self.defer(Deferred::OwnAcceptance { ballot });
    }

    /// Counts a promise; with a quorum of them the highest accepted block is adopted
    /// (invariant C: chosen stays chosen), and the own wish only where there is none.
    pub(super) fn on_promise(
        &mut self,
        from: T::Device,
        ballot: Ballot<T>,
        accepted: Option<Vote<T>>,
        out: &mut Vec<Output<T>>,
    ) {
        if !self.voters.contains(&from) {
            return;
        }
        // A promise to a ballot that this life did not prepare says nothing (invariant I).
        let Attempt::Preparing {
            ballot: own,
            wish,
            promises,
        } = &mut self.attempt
        else {
            return;
        };
        if *own != ballot {
            return;
        }
        promises.insert(from, accepted);
        let promised: BTreeSet<_> = promises.keys().copied().collect();
        let votes = promises.values().flatten();
        let highest = match mutated!(self, LowestAdopted) {
            true => votes.min_by_key(|(ballot, _)| *ballot),
            false => votes.max_by_key(|(ballot, _)| *ballot),
        };
        let block = match highest {
            Some((_, block)) if !(mutated!(self, NoAdoption) && wish.is_some()) => {
                Some(block.clone())
            }
            _ => wish.clone(),
        };
        if !self.is_majority(&promised, &self.voters) {
            return;
        }
        match block {
            Some(block) => self.ask_to_accept(ballot, block, out),
            // Nothing was chosen below this ballot, and nothing is wished: rest.
            None => self.attempt = Attempt::Resting,
        }
    }

    pub(super) fn on_accepted(
        &mut self,
        from: T::Device,
        ballot: Ballot<T>,
        hash: T::Hash,
        out: &mut Vec<Output<T>>,
    ) {
        let Attempt::Accepting {
            ballot: own,
            block,
            acceptors,
        } = &mut self.attempt
        else {
            return;
        };
        if *own != ballot || T::hash_of(block) != hash {
            return;
        }
        acceptors.insert(from);
        let (block, acceptors) = (block.clone(), acceptors.clone());
        if !self.is_chosen(&block, &acceptors) {
            return;
        }
        for to in self.electorate(&block) {
            if to != self.me.device {
                let height = self.height;
                let message = Message::Decided { height, hash };
                out.push(Output::Send { to, message });
            }
        }
        self.decide(block, out);
    }

    pub(super) fn on_nack(
        &mut self,
        ballot: Ballot<T>,
        promised: Ballot<T>,
        out: &mut Vec<Output<T>>,
    ) {
        self.round_max = self.round_max.max(promised.round);
        if self.attempt.ballot() == Some(ballot) && promised > ballot {
            self.yield_to(promised, out);
        }
    }

    /// Lets the own ballot rest when a higher one is in the way.
    pub(super) fn yield_to(&mut self, by: Ballot<T>, out: &mut Vec<Output<T>>) {
        if self.is_bidding() {
            self.attempt = Attempt::Resting;
            out.push(Output::Outbid {
                height: self.height,
                by,
            });
        }
    }

    /// Who is asked to accept `block`: the voters of this height, and of the next one where the
    /// block changes them.
    fn electorate(&self, block: &T::Block) -> BTreeSet<T::Device> {
        let after = T::voters_after(block, &self.voters);
        self.voters.union(&after).copied().collect()
    }

    /// Whether majorities of the voters of this height and of the next one have accepted: the
    /// first for agreement here (invariant C), both so that it is in every later quorum (R).
    fn is_chosen(&self, block: &T::Block, acceptors: &BTreeSet<T::Device>) -> bool {
        let after = T::voters_after(block, &self.voters);
        let old = self.is_majority(acceptors, &self.voters) || mutated!(self, NewVotersAlone);
        old && self.is_majority(acceptors, &after)
    }

    fn is_majority(&self, some: &BTreeSet<T::Device>, of: &BTreeSet<T::Device>) -> bool {
        let quorum = match mutated!(self, QuorumTooSmall) {
            true => of.len() / 2,
            false => of.len() / 2 + 1,
        };
        some.intersection(of).count() >= quorum
    }

    /// What is said to others waits for the disk (invariant D).
    fn defer_to(&mut self, devices: BTreeSet<T::Device>, message: &Message<T>) {
        for to in devices {
            if to != self.me.device {
                let message = message.clone();
                self.defer(Deferred::Send { to, message });
            }
        }
    }

    /// The ballot of an earlier life of this device, which no later one may take up.
    fn ballot_to_resume(&self) -> Option<Ballot<T>> {
        let earlier = self.promised.filter(|ballot| {
            ballot.proposer.device == self.me.device && ballot.proposer != self.me
        });
        earlier.filter(|_| mutated!(self, BallotResumed))
    }
}
