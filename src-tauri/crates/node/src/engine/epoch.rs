//! Lines of history: how this device begins one after a majority is lost for good, and when it
//! follows one that another device has begun.
//!
//! Devices of different lines agree on nothing together: neither counts the other as within reach,
//! and no vote crosses. Whoever follows a line that ended is given the blocks of the next one, and
//! goes on there by itself only if it cannot go on where it is: it has had no quorum for a while, and
//! a voter began the other line. All else is for a person to say (`follow`).

use std::collections::BTreeMap;
use std::sync::Arc;

use kinfolio_chain::block::Draft;
use kinfolio_chain::store::Store;
use kinfolio_chain::{
    Batch, Beginner, Begun, Block, DeviceId, Epoch, EpochId, Height, Member, Payload, RecoveryKey,
    Role, merkle,
};
use kinfolio_consensus::{Input, Micros};
use kinfolio_transport::{Hello, PeerMessage};

use super::{Action, Clock, Engine};
use crate::error::NodeError;
use crate::mempool::Ticket;

/// How long those within reach have to say what they have accepted, before this device goes on
/// without a quorum.
const SURVEY_WAIT: Micros = 3_000_000;

/// How long a device must have had no quorum before it leaves its line by itself: whoever has just
/// started, or been cut off, has not met yet those with whom it goes on.
const STUCK_AFTER: Micros = 5_000_000;

/// By what right an epoch is begun.
#[derive(Clone, Debug)]
pub enum Right {
    /// This device is what is left of the household.
    Survivor,
    /// It was made from the bucket with this key, and is this member.
    Restored(RecoveryKey, Box<Member>),
}

/// An epoch that is about to begin here.
#[derive(Debug)]
pub(super) struct Recovering {
    ticket: Ticket,
    nonce: [u8; 32],
    right: Right,
    until: Micros,
}

/// How the line of another device stands to the one here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinship {
    Same,
    /// It follows a line that ended here at this height.
    Behind {
        fork: Height,
    },
    /// It follows this epoch, which left the line here at this height.
    Ahead {
        fork: Height,
        epoch: EpochId,
    },
    /// Both have left, at this height, what they shared.
    Rival {
        fork: Height,
    },
}

/// What is known of other lines of history, and what is to be done about them.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Who greeted from another one, how that stands to the one here, and how far its chain reaches.
    pub(super) elsewhere: BTreeMap<DeviceId, (Kinship, Height)>,
    /// To whose line this device is to go, as a person has said.
    pub(super) following: Option<DeviceId>,
    /// Since when it has had no quorum, and whether that is so long that it may leave its line.
    alone_since: Option<Micros>,
    stuck: bool,
    recovering: Option<Recovering>,
}

/// How the lines `theirs` stand to `own`.
pub(super) fn kinship(own: &[Begun], theirs: &[Begun]) -> Kinship {
    let shared = own
        .iter()
        .zip(theirs)
        .take_while(|(one, other)| one == other);
    let shared = shared.count();
    match (own.get(shared), theirs.get(shared)) {
        (None, None) => Kinship::Same,
        (Some(here), None) => Kinship::Behind { fork: here.fork },
        (None, Some(there)) => Kinship::Ahead {
            fork: there.fork,
            epoch: there.epoch,
        },
        (Some(here), Some(there)) => Kinship::Rival {
            fork: here.fork.min(there.fork),
        },
    }
}

impl<S: Store> Engine<S> {
    /// Begins an epoch, once those within reach have said what may have been chosen before it.
    pub(super) fn recover(
        &mut self,
        clock: Clock,
        ticket: Ticket,
        nonce: [u8; 32],
        right: Right,
    ) -> Result<(), NodeError> {
        self.lines.recovering = Some(Recovering {
            ticket,
            nonce,
            right,
            until: clock.now + SURVEY_WAIT,
        });
        self.drive(clock, Input::Survey)
    }

    pub(super) fn recovers_at(&self) -> Option<Micros> {
        self.lines.recovering.as_ref().map(|one| one.until)
    }

    /// Begins the epoch that was asked for, if it is time.
    pub(super) fn go_on_alone(&mut self, clock: Clock) -> Result<(), NodeError> {
        let voters = self.state.configuration().voters();
        let asked = voters.filter(|&one| one == self.me.device || self.peers.is_greeted(one));
        let asked = asked.count();
        let all_said = self.catch_up.is_idle() && self.replica.surveyed() >= asked;
        let due = |one: &mut Recovering| all_said || one.until <= clock.now;
        let Some(recovering) = self.lines.recovering.take_if(due) else {
            return Ok(());
        };
        let Recovering {
            ticket,
            nonce,
            right,
            ..
        } = recovering;
        if self.replica.has_quorum() {
            let begun = None;
            self.actions.push(Action::Begun { ticket, begun });
            return Ok(());
        }
        // What a quorum may have chosen is not decided here: should a crash leave that and no epoch, the
        // others could still choose another block. Its edits enter the new line.
        self.keep_accepted(clock)?;
        let block = self.epoch_block(clock, nonce, right);
        let height = block.height();
        let unfit = |refusal| NodeError::Unfit { height, refusal };
        self.state.check(&block).map_err(unfit)?;
        self.drive(clock, Input::Learn(Arc::new(block)))?;
        self.store.sync()?;
        self.durable
            .synced_at((self.state.height(), self.state.tip()));
        self.greet();
        let epoch = self.state.line().epoch;
        tracing::warn!(height, %epoch, "this device goes on without the others: a new epoch begins");
        let begun = Some((epoch, height));
        self.actions.push(Action::Begun { ticket, begun });
        Ok(())
    }

    fn epoch_block(&self, clock: Clock, nonce: [u8; 32], right: Right) -> Block {
        let (tip, line) = (self.state.tip(), self.state.line());
        let epoch = match right {
            Right::Survivor => Epoch {
                nonce,
                beginner: Beginner::Survivor(self.me.device),
            },
            Right::Restored(key, member) => {
                Epoch::restored(&key, line.household, tip, nonce, *member)
            }
        };
        let line = self.state.line_of(&epoch);
        let payloads = vec![Payload::Epoch(epoch)];
        let base = self.state.height();
        let batch = Batch::sign(
            &self.key,
            line,
            self.me,
            Epoch::seq(line.number),
            base,
            payloads,
        );
        let batches = vec![batch];
        let draft = Draft {
            height: base + 1,
            prev: tip,
            config_hash: self.state.config_hash(),
            config_hash_next: self.state.config_hash_next(&batches),
            history_root: self.state.history_root(),
            state_root: self.state.state_root_next(),
            timestamp_ms: clock.wall_ms,
            proposer: self.me,
            next_owner: self.me,
        };
        Block::build(draft, batches)
    }

    /// A person has said that this device goes where `device` goes.
    pub fn follow(&mut self, device: DeviceId) {
        self.lines.following = Some(device);
        // It says again where it stands.
        self.unheard.insert(device);
        self.ungreeted
            .extend(self.peers.is_up(device).then_some(device));
        self.greet();
    }

    /// A device of another line has greeted.
    pub(super) fn hear_other_line(
        &mut self,
        clock: Clock,
        from: DeviceId,
        hello: &Hello,
        kinship: Kinship,
    ) -> Result<(), NodeError> {
        self.peers.part(from);
        self.lines.elsewhere.insert(from, (kinship, hello.height));
        if hello.again {
            self.ungreeted.insert(from);
            self.greet();
        }
        self.drive(clock, Input::Away(from))?;
        let trouble = match kinship {
            Kinship::Same => return Ok(()),
            Kinship::Behind { fork } => format!(
                "it has not followed the recovery after block {fork}: it goes on with the devices that were thought lost. Where it is to come along, say so on it: kinfolio devices follow {}",
                self.me.device
            ),
            Kinship::Ahead { fork, .. } => format!(
                "it was recovered after block {fork} and goes on without the devices that follow the ledger as it was. To go with it: kinfolio devices follow {from}"
            ),
            Kinship::Rival { fork } => format!(
                "it was recovered after block {fork}, and so was this device: two ledgers. Choose one, and on the other device say: kinfolio devices follow {}",
                self.me.device
            ),
        };
        self.peers.is_troubled(from, trouble);
        let chosen = self.lines.following == Some(from);
        if let (true, Kinship::Behind { fork } | Kinship::Rival { fork }) = (chosen, kinship) {
            let to = from;
            return Err(NodeError::GoBack { fork, to, chosen });
        }
        self.consider_other_lines();
        Ok(())
    }

    /// Asks devices that are ahead for their blocks, where this one cannot go on by itself.
    pub(super) fn consider_other_lines(&mut self) {
        let mut asked = Vec::new();
        for (&device, &(kinship, height)) in &self.lines.elsewhere {
            let Kinship::Ahead { fork, .. } = kinship else {
                continue;
            };
            let free = self.lines.following == Some(device) || self.is_stuck();
            // Its epoch's block is looked at before anything here is given up.
            match fork >= self.state.height() {
                true if free || self.is_led() => {
                    // It may have greeted before its epoch's block was durable.
                    self.catch_up.want(device, height.max(fork + 1));
                }
                false if free => asked.push((device, fork + 1)),
                _ => {}
            }
        }
        for (device, from) in asked {
            let limit = 1;
            self.send(device, PeerMessage::Fetch { from, limit });
        }
    }

    /// Whether a device has gone ahead, so that this one is to see again and again whether it comes
    /// along.
    pub(super) fn sees_another_line(&self) -> bool {
        let mut kinships = self.lines.elsewhere.values().map(|(kinship, _)| kinship);
        kinships.any(|one| matches!(one, Kinship::Ahead { .. }))
    }

    /// Whether blocks may be asked of a device that does not follow this line.
    pub(super) fn is_ahead(&self, device: DeviceId) -> bool {
        let kinship = self
            .lines
            .elsewhere
            .get(&device)
            .map(|(kinship, _)| kinship);
        matches!(kinship, Some(Kinship::Ahead { .. }))
    }

    pub(super) fn is_behind(&self, device: DeviceId) -> bool {
        let kinship = self
            .lines
            .elsewhere
            .get(&device)
            .map(|(kinship, _)| kinship);
        matches!(kinship, Some(Kinship::Behind { .. }))
    }

    /// Whether this device goes from the line here to the one that `block`, which `from` gave,
    /// or the bucket, begins.
    pub(super) fn may_follow(&self, from: Option<DeviceId>, block: &Block) -> bool {
        let Some(epoch) = block.epoch() else {
            return true;
        };
        self.is_led() || self.is_free_to_follow(from, epoch)
    }

    fn is_free_to_follow(&self, from: Option<DeviceId>, epoch: &Epoch) -> bool {
        let beginner = self.state.configuration().member(epoch.device());
        let voted = beginner.is_some_and(|one| one.role == Role::Voter);
        let chosen = from.is_some() && self.lines.following == from;
        chosen || voted && self.is_stuck()
    }

    /// Whether this device has been without a quorum for so long that it cannot go on where it is.
    fn is_stuck(&self) -> bool {
        self.lines.stuck && !self.replica.has_quorum()
    }

    pub(super) fn mind_quorum(&mut self, clock: Clock) {
        let since = match self.replica.has_quorum() {
            true => None,
            false => Some(self.lines.alone_since.unwrap_or(clock.now)),
        };
        self.lines.alone_since = since;
        self.lines.stuck = since.is_some_and(|since| since + STUCK_AFTER <= clock.now);
    }

    /// Whether blocks above the tip are wanted of a device: not of those whose line is to be left.
    pub(super) fn may_lead(&self, device: DeviceId) -> bool {
        let to = self.lines.following.filter(|&to| self.is_ahead(to));
        to.is_none_or(|to| to == device)
    }

    /// The block that begins the line of `from`, which left the one here below the tip.
    pub(super) fn weigh_going_back(
        &mut self,
        from: DeviceId,
        block: &Block,
    ) -> Result<(), NodeError> {
        let Some(&(Kinship::Ahead { fork, epoch }, _)) = self.lines.elsewhere.get(&from) else {
            return Ok(());
        };
        let below = self.store.block(fork)?.map(|below| below.hash());
        let stands = block.height() == fork + 1 && below == Some(block.header().prev);
        let is_signed = |begun: &Epoch| {
            let member = self.state.configuration().member(begun.device());
            let mut line = self.state.line_of(begun);
            line.epoch = begun.id(block.header().prev);
            line.epoch == epoch
                && block.batches().iter().all(|batch| {
                    let root = merkle::root(&batch.leaves());
                    member.is_some_and(|one| batch.is_signed_by(&one.key, line, &root))
                })
        };
        let free = |begun: &Epoch| self.is_free_to_follow(Some(from), begun);
        let begun = block
            .epoch()
            .filter(|begun| is_signed(begun) && free(begun));
        if stands && begun.is_some() {
            let (to, chosen) = (from, self.lines.following == Some(from));
            return Err(NodeError::GoBack { fork, to, chosen });
        }
        Ok(())
    }

    /// Whether a batch that was kept may ever enter the chain: its author may have joined on a line of
    /// history that this one is not.
    pub(super) fn may_enter(&self, batch: &Batch) -> bool {
        let author = batch.author.device;
        let enters =
            author == self.me.device || self.state.configuration().member(author).is_some();
        if !enters {
            let edits = batch.payloads.len();
            tracing::warn!(%author, edits, "edits of a device that is no member here are left out");
        }
        enters
    }

    /// What this device, or one that answered its survey, has accepted at the open height may have been
    /// decided on the line that it leaves: its edits wait from now on, durably.
    pub(super) fn keep_accepted(&mut self, clock: Clock) -> Result<(), NodeError> {
        let Some(block) = self.replica.highest_accepted().cloned() else {
            return Ok(());
        };
        let batches = block.batches().to_vec();
        self.store.set_aside(&batches)?;
        for batch in batches {
            self.mempool.take_up(clock.now, batch);
        }
        Ok(())
    }

    /// Whether this device is new or being healed, and so has no line of its own.
    fn is_led(&self) -> bool {
        !self.trusted.is_empty()
    }

    /// The chain has taken another line: nobody is on it, as far as is known, until it says so.
    /// Returns who was thought to be within reach.
    pub(super) fn begin_line(
        &mut self,
        block: &Block,
        voted: bool,
    ) -> Result<Vec<DeviceId>, NodeError> {
        let Some(epoch) = block.epoch() else {
            return Ok(Vec::new());
        };
        let beginner = epoch.device();
        self.lines.elsewhere.clear();
        self.witnesses.clear();
        self.early = None;
        let parted = self.peers.present();
        for &device in &parted {
            self.peers.part(device);
        }
        self.peers.forked_at(block.height() - 1);
        if beginner == self.me.device {
            // Nobody else votes on this line, so nothing that was forgotten can matter on it.
            if self.is_healing() {
                self.remember()?;
            }
        } else if voted {
            self.candidate = true;
        }
        self.unheard.extend(self.peers.all_up());
        self.greet_again();
        Ok(parted)
    }
}
