//! The synod of one device: acceptor and proposer for the height that is open.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::ballot::{Ballot, Proposer, Types};
use crate::message::{Input, Lsn, Message, Output, Record};

/// A block, and the ballot under which it was accepted.
pub type Vote<T> = (Ballot<T>, <T as Types>::Block);

/// What is known when a height opens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Begin<T: Types> {
    /// The height above the tip.
    pub height: u64,
    /// Who votes at it; fixed by the chain below (invariant V).
    pub voters: BTreeSet<T::Device>,
    /// To whom round 0 belongs, as the block below says.
    pub owner: Proposer<T>,
    /// The highest ballot that this device's log promises at this height.
    pub promised: Option<Ballot<T>>,
    /// The highest ballot and block that this device's log has accepted at this height.
    pub accepted: Option<Vote<T>>,
}

/// Acceptor and proposer of one device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Synod<T: Types> {
    me: Proposer<T>,
    height: u64,
    voters: BTreeSet<T::Device>,
    owner: Option<Proposer<T>>,
    /// Whether the height is still undecided here.
    open: bool,
    promised: Option<Ballot<T>>,
    accepted: Option<Vote<T>>,
    attempt: Attempt<T>,
    /// The highest round heard of at this height.
    round_max: u64,
    lsn: Lsn,
    synced: Lsn,
    /// What may leave once the log is durable up to the number before it.
    waiting: VecDeque<(Lsn, Deferred<T>)>,
}

/// The own ballot, while there is one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Attempt<T: Types> {
    Resting,
    Preparing {
        ballot: Ballot<T>,
        wish: T::Block,
        promises: BTreeMap<T::Device, Option<Vote<T>>>,
    },
    Accepting {
        ballot: Ballot<T>,
        block: T::Block,
        acceptors: BTreeSet<T::Device>,
    },
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
            promised: None,
            accepted: None,
            attempt: Attempt::Resting,
            round_max: 0,
            lsn: 0,
            synced: 0,
            waiting: VecDeque::new(),
        }
    }

    /// The device and life that this synod speaks for.
    #[must_use]
    pub fn me(&self) -> Proposer<T> {
        self.me
    }

    /// Whether an own ballot is under way.
    #[must_use]
    pub fn is_proposing(&self) -> bool {
        !matches!(self.attempt, Attempt::Resting)
    }

    /// Takes one input. `_now_ms` is the caller's monotonic clock; nothing waits for time yet.
    pub fn step(&mut self, _now_ms: u64, input: Input<T>) -> Vec<Output<T>> {
        let mut out = Vec::new();
        match input {
            Input::Begin(begin) => self.begin(begin),
            Input::Propose(block) => self.propose(block, &mut out),
            Input::Receive { from, message } => self.receive(from, message, &mut out),
            Input::Synced(lsn) => self.synced = self.synced.max(lsn.min(self.lsn)),
        }
        self.release(&mut out);
        out
    }

    fn begin(&mut self, begin: Begin<T>) {
        debug_assert!(
            begin.height > self.height || !self.open,
            "heights open in order"
        );
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

    fn propose(&mut self, block: T::Block, out: &mut Vec<Output<T>>) {
        if !self.open || !self.voters.contains(&self.me.device) {
            return;
        }
        // Round 0 once, by its owner alone, and only where nothing higher was promised
        // (invariant I: another life of this device is another owner).
        if self.owner == Some(self.me) && self.promised.is_none() {
            let ballot = Ballot {
                round: 0,
                proposer: self.me,
            };
            return self.ask_to_accept(ballot, block, out);
        }
        let ballot = Ballot {
            round: self.round_max + 1,
            proposer: self.me,
        };
        self.round_max = ballot.round;
        self.promised = Some(ballot);
        self.persist(
            Record::Promise {
                height: self.height,
                ballot,
            },
            out,
        );
        self.attempt = Attempt::Preparing {
            ballot,
            wish: block,
            promises: BTreeMap::new(),
        };
        let prepare = Message::Prepare {
            height: self.height,
            ballot,
        };
        self.defer_to_others(&prepare);
        let accepted = self.accepted.clone();
        self.defer(Deferred::OwnPromise { ballot, accepted });
    }

    /// Phase 2 with the one block that this ballot names (invariant B).
    fn ask_to_accept(&mut self, ballot: Ballot<T>, block: T::Block, out: &mut Vec<Output<T>>) {
        self.promised = Some(ballot);
        self.accepted = Some((ballot, block.clone()));
        self.persist(
            Record::Accepted {
                ballot,
                block: block.clone(),
            },
            out,
        );
        let accept = Message::Accept {
            height: self.height,
            ballot,
            block: block.clone(),
        };
        if ballot.round == 0 {
            // Before the own sync, so that all disks sync at once. Safe, because no other life
            // of this device may use round 0 of this height (invariant I).
            for &to in self
                .voters
                .iter()
                .filter(|&&device| device != self.me.device)
            {
                out.push(Output::Send {
                    to,
                    message: accept.clone(),
                });
            }
        } else {
            self.defer_to_others(&accept);
        }
        self.attempt = Attempt::Accepting {
            ballot,
            block,
            acceptors: BTreeSet::new(),
        };
        self.defer(Deferred::OwnAcceptance { ballot });
    }

    fn receive(&mut self, from: T::Device, message: Message<T>, out: &mut Vec<Output<T>>) {
        let height = message.height();
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
        if height > self.height || !self.voters.contains(&from) {
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
            Message::Decided { block, .. } => self.decide(block, out),
        }
    }

    fn on_prepare(&mut self, from: T::Device, ballot: Ballot<T>, out: &mut Vec<Output<T>>) {
        if ballot.round == 0 || ballot.proposer.device != from {
            return;
        }
        self.round_max = self.round_max.max(ballot.round);
        if let Some(promised) = self.promised.filter(|promised| *promised > ballot) {
            return self.refuse(from, ballot, promised);
        }
        if self.promised != Some(ballot) {
            self.promised = Some(ballot);
            self.persist(
                Record::Promise {
                    height: self.height,
                    ballot,
                },
                out,
            );
            self.yield_to(ballot, out);
        }
        let accepted = self.accepted.clone();
        let message = Message::Promise {
            height: self.height,
            ballot,
            accepted,
        };
        self.defer(Deferred::Send { to: from, message });
    }

    fn on_accept(
        &mut self,
        from: T::Device,
        ballot: Ballot<T>,
        block: T::Block,
        out: &mut Vec<Output<T>>,
    ) {
        let stranger = ballot.round == 0 && self.owner != Some(ballot.proposer);
        if stranger || ballot.proposer.device != from {
            return;
        }
        self.round_max = self.round_max.max(ballot.round);
        if let Some(promised) = self.promised.filter(|promised| *promised > ballot) {
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
        self.defer(Deferred::Send { to: from, message });
    }

    /// Counts a promise; with a quorum of them the highest accepted block is adopted
    /// (invariant C: chosen stays chosen), and the own wish only where there is none.
    fn on_promise(
        &mut self,
        from: T::Device,
        ballot: Ballot<T>,
        accepted: Option<Vote<T>>,
        out: &mut Vec<Output<T>>,
    ) {
        let quorum = self.quorum();
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
        if promises.len() < quorum {
            return;
        }
        let highest = promises
            .values()
            .flatten()
            .max_by_key(|(ballot, _)| *ballot);
        let block = highest.map_or_else(|| wish.clone(), |(_, block)| block.clone());
        self.ask_to_accept(ballot, block, out);
    }

    fn on_accepted(
        &mut self,
        from: T::Device,
        ballot: Ballot<T>,
        hash: T::Hash,
        out: &mut Vec<Output<T>>,
    ) {
        let quorum = self.quorum();
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
        if acceptors.len() < quorum {
            return;
        }
        let block = block.clone();
        for &to in self
            .voters
            .iter()
            .filter(|&&device| device != self.me.device)
        {
            let message = Message::Decided {
                height: self.height,
                block: block.clone(),
            };
            out.push(Output::Send { to, message });
        }
        self.decide(block, out);
    }

    fn on_nack(&mut self, ballot: Ballot<T>, promised: Ballot<T>, out: &mut Vec<Output<T>>) {
        self.round_max = self.round_max.max(promised.round);
        let own = match &self.attempt {
            Attempt::Resting => return,
            Attempt::Preparing { ballot, .. } | Attempt::Accepting { ballot, .. } => *ballot,
        };
        if own == ballot && promised > own {
            self.yield_to(promised, out);
        }
    }

    /// Lets the own ballot rest when a higher one is in the way.
    fn yield_to(&mut self, by: Ballot<T>, out: &mut Vec<Output<T>>) {
        if self.is_proposing() {
            self.attempt = Attempt::Resting;
            out.push(Output::Outbid {
                height: self.height,
                by,
            });
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

    fn defer_to_others(&mut self, message: &Message<T>) {
        let others: Vec<_> = self
            .voters
            .iter()
            .copied()
            .filter(|&device| device != self.me.device)
            .collect();
        for to in others {
            self.defer(Deferred::Send {
                to,
                message: message.clone(),
            });
        }
    }

    /// Durable before sent (invariant D): what is said now leaves when all that was persisted
    /// up to now is durable.
    fn defer(&mut self, deferred: Deferred<T>) {
        self.waiting.push_back((self.lsn, deferred));
    }

    fn release(&mut self, out: &mut Vec<Output<T>>) {
        while self
            .waiting
            .front()
            .is_some_and(|(lsn, _)| *lsn <= self.synced)
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
                    let own = match &self.attempt {
                        Attempt::Accepting { block, .. } => Some(T::hash_of(block)),
                        Attempt::Resting | Attempt::Preparing { .. } => None,
                    };
                    if let Some(hash) = own {
                        self.on_accepted(me, ballot, hash, out);
                    }
                }
            }
        }
    }

    fn quorum(&self) -> usize {
        self.voters.len() / 2 + 1
    }
}
