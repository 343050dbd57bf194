//! Carries out what the replica puts out, in its order: persist, then, once durable, send.

use std::collections::VecDeque;
use std::sync::Arc;

use kinfolio_chain::store::{self, Abstention, Store};
use kinfolio_chain::{Block, DeviceId, Owner, Role};
use kinfolio_consensus::{Ballot, Input, Lsn, Output, Proposer, Record};
use kinfolio_transport::{Ledger, PeerMessage};

use super::{Action, Clock, Engine};
use crate::error::NodeError;

impl<S: Store> Engine<S> {
    /// Gives the replica one input and carries out what follows, until nothing more follows.
    pub(super) fn drive(&mut self, clock: Clock, input: Input<Ledger>) -> Result<(), NodeError> {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for output in self.replica.step(clock.now, input) {
                match output {
                    Output::Persist(lsn, record) => self.persist(lsn, record)?,
                    Output::Send { to, message } if self.is_bucket(to) => {
                        self.ask_bucket(clock.now, message);
                    }
                    Output::Send { to, message } => self.send(to, PeerMessage::Synod(message)),
                    Output::Build { .. } => {
                        let block = Arc::new(self.build(clock));
                        inputs.push_back(Input::Propose(block));
                    }
                    Output::Decide { block, .. } => {
                        let parted = self.decided(&block)?;
                        inputs.extend(parted.into_iter().map(Input::Away));
                        inputs.push_back(Input::Wish(self.wishes()));
                        inputs.push_back(Input::Begin(self.begin_next()?));
                    }
                    Output::Outbid { .. } => {
                        self.counts.duels += 1;
                        self.unsaid = self.mempool.in_care();
                    }
                    Output::Behind { device, .. } => self.tell_tip(device),
                    // What it has accepted is settled height by height.
                    Output::Missing { device, .. } if self.is_bucket(device) => {}
                    Output::Missing { device, height } => self.catch_up.want(device, height),
                    Output::Readable { read, height } => self.actions.push(Action::Readable {
                        ticket: read,
                        height,
                    }),
                    Output::WakeAt(at) => self.replica_wake_at = Some(at),
                    Output::Alarm {
                        height,
                        ballot,
                        blocks,
                    } => {
                        let device = ballot.proposer.device;
                        return Err(NodeError::TwoBlocks {
                            height,
                            device,
                            blocks,
                        });
                    }
                }
            }
        }
        self.consider_voting()?;
        if self.replica_wake_at.is_some_and(|at| at <= clock.now) {
            self.replica_wake_at = None;
        }
        self.catch_up_with_votes(clock)
    }

    pub(super) fn persist(&mut self, lsn: Lsn, record: Record<Ledger>) -> Result<(), NodeError> {
        self.be_born()?;
        let record = match record {
            Record::Promise { height, ballot } => store::Record::Promise {
                height,
                ballot: ballot_out(ballot),
            },
            Record::Accepted { ballot, block } => {
                self.accepted_here.insert(block.hash());
                self.notice_bucket(&block);
                store::Record::Accepted {
                    ballot: ballot_out(ballot),
                    block,
                }
            }
        };
        self.store.append(&record)?;
        self.durable.appended(lsn);
        Ok(())
    }

    /// Writes this life into the log, once, ahead of the first thing that it says there.
    pub(super) fn be_born(&mut self) -> Result<(), NodeError> {
        if !self.born {
            let incarnation = self.me.incarnation;
            self.store
                .append(&store::Record::Incarnation(incarnation))?;
            // Where it is not the log that says so, the log does from here on.
            if self.abstention == Abstention::Unknown {
                let forgotten = store::Record::Abstention(Abstention::Unknown);
                self.store.append(&forgotten)?;
            }
            self.born = true;
            self.durable.born();
        }
        Ok(())
    }

    /// A block is decided for ever: it was built here, or checked when it came in.
    /// Returns who is not within reach any more, because it begins an epoch.
    pub(super) fn decided(&mut self, block: &Arc<Block>) -> Result<Vec<DeviceId>, NodeError> {
        let (height, hash) = (block.height(), block.hash());
        if self.accepted_here.contains(&hash) {
            self.store
                .append(&store::Record::Decided { height, hash })?;
        } else {
            self.be_born()?;
            self.store
                .append(&store::Record::Learned(Arc::clone(block)))?;
            self.durable.learned();
        }
        let members = self.state.config_hash();
        let me = self.state.configuration().member(self.me.device);
        let voted = me.is_some_and(|me| matches!(me.role, Role::Voter | Role::Silent));
        let overtaken = self.overtaken_in(block);
        let followed = self.state.follow(block);
        let judged = followed.map_err(|refusal| NodeError::Unfit { height, refusal })?;
        self.accepted_here.clear();
        self.forget_newcomer();
        self.counts.blocks += 1;
        if block.batches().iter().any(|batch| batch.author == self.me) {
            self.wrote_at = height;
        }
        self.hear_writers(block);
        let told = self.mempool.settle(block, &self.state, &judged);
        if let Some((change, edit)) = overtaken
            && told.iter().all(|(_, receipt)| receipt.first != edit)
        {
            // Nobody waits to hear that it is void, and would write it again.
            self.overtaken.push(change);
        }
        let told = told.into_iter();
        self.actions
            .extend(told.map(|(ticket, receipt)| Action::Acknowledge(ticket, receipt)));
        self.store.settle(&self.state)?;
        if self.state.config_hash() != members {
            self.trust_on();
            if self.state.is_removed(self.me.device) {
                self.be_removed();
            }
            // What they wrote can never enter the chain.
            let members = self.circle().clone();
            self.mempool.drop_strangers(&members);
            // Soon somebody may be gone whose vote it took to decide this.
            self.durable.learned();
        }
        // Who takes another line says so with its greeting: before that a tip of it looks like a fork.
        if block.header().proposer == self.me && block.epoch().is_none() {
            self.tell_observers(block);
        }
        self.begin_line(block, voted)
    }
}

pub(super) fn proposer(owner: Owner) -> Proposer<Ledger> {
    Proposer {
        device: owner.device,
        incarnation: owner.incarnation,
    }
}

pub(crate) fn ballot_in(ballot: store::Ballot) -> Ballot<Ledger> {
    Ballot {
        round: ballot.round,
        proposer: proposer(ballot.proposer),
    }
}

pub(crate) fn ballot_out(ballot: Ballot<Ledger>) -> store::Ballot {
    let Proposer {
        device,
        incarnation,
    } = ballot.proposer;
    store::Ballot {
        round: ballot.round,
        proposer: Owner {
            device,
            incarnation,
        },
    }
}
