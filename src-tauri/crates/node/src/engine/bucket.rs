//! The vote of the household's bucket, as this device asks for it. The bucket answers nobody by
//! itself: each device puts its own questions to what the bucket has voted, and whoever runs this
//! carries them there ([`Action::AskBucket`]).
//!
//! That takes round trips to a cloud. So it is asked about a height only where the devices within
//! reach are no majority, or that height is not decided a while after the others were asked.

use kinfolio_chain::edit::Change;
use kinfolio_chain::register::Seat;
use kinfolio_chain::store::Store;
use kinfolio_chain::{Block, DeviceId, Height, Incarnation, Role};
use kinfolio_consensus::{Begin, Input, Message, Micros, Proposer};
use kinfolio_transport::Ledger;

use super::{Action, Clock, Engine};
use crate::error::NodeError;

/// How long the devices are asked alone.
const DEVICES_FIRST: Micros = 300_000;

/// How often a device looks whether others have decided something with the bucket, while it cannot
/// speak with them.
const LOOK_EVERY: Micros = 5_000_000;

/// The bucket has one life.
const LIFE: Incarnation = Incarnation {
    counter: 0,
    nonce: 0,
};

/// What a device asks the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Whose vote it is about; for [`Message::Ask`] any height's.
    pub seat: Seat,
    /// What the device knows of the height.
    pub begin: Begin<Ledger>,
    /// The question: a Prepare, an Accept or an Ask.
    pub message: Message<Ledger>,
}

#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// Its id, while it can be asked.
    up: Option<DeviceId>,
    /// The one that a block would let in, which has a say in that.
    joins: Option<DeviceId>,
    /// What it is to be asked.
    held: Option<Message<Ledger>>,
    /// The height that votes are asked for, and since when.
    asked: Option<(Height, Micros)>,
    /// When to look again.
    look_at: Micros,
    /// How often it was looked.
    looks: u64,
    /// Whether to look at once.
    looks_now: bool,
}

impl<S: Store> Engine<S> {
    /// The bucket that has a vote here, or is to get one.
    pub fn bucket(&self) -> Option<DeviceId> {
        let votes = self.state.configuration().bucket();
        votes.or(self.bucket.joins)
    }

    pub(super) fn bucket_up(&mut self, clock: Clock, device: DeviceId) -> Result<(), NodeError> {
        self.bucket.up = Some(device);
        self.bucket.looks_now = true;
        self.peers.store_is_up(device);
        let incarnation = LIFE;
        let who = Proposer {
            device,
            incarnation,
        };
        self.drive(clock, Input::Present(who))
    }

    pub(super) fn bucket_down(
        &mut self,
        clock: Clock,
        device: DeviceId,
        trouble: Option<String>,
    ) -> Result<(), NodeError> {
        self.bucket.up = None;
        self.bucket.held = None;
        self.peers.store_is_down(device, trouble);
        self.drive(clock, Input::Away(device))
    }

    pub(super) fn bucket_said(
        &mut self,
        clock: Clock,
        from: DeviceId,
        message: Message<Ledger>,
    ) -> Result<(), NodeError> {
        if let Message::Seen { height, .. } = message {
            // It never forgets.
            self.witnesses.insert(from, height);
            self.consider_voting()?;
        }
        self.on_synod(clock, from, message)
    }

    /// Whether `device` is the bucket that can be asked.
    pub(super) fn is_bucket(&self, device: DeviceId) -> bool {
        self.bucket.up == Some(device)
    }

    /// Keeps in mind what the bucket is to be asked; it is not told anything.
    pub(super) fn ask_bucket(&mut self, now: Micros, message: Message<Ledger>) {
        match message {
            Message::Prepare { height, .. } | Message::Accept { height, .. } => {
                let since = self.bucket.asked.filter(|(at, _)| *at == height);
                self.bucket.asked = since.or(Some((height, now)));
                self.bucket.held = Some(message);
            }
            // The devices answer each other's.
            Message::Ask { .. } if self.devices_suffice() => {}
            Message::Ask { .. } => self.put_to_bucket(message),
            _ => {}
        }
    }

    /// Asks it what it is time to ask, and looks if it is time to.
    pub(super) fn mind_bucket(&mut self, clock: Clock) -> Result<(), NodeError> {
        if self.bucket.up.is_none() {
            return Ok(());
        }
        if self.question_due().is_some_and(|at| at <= clock.now)
            && let Some(message) = self.bucket.held.take()
            && message.height() == Some(self.state.height() + 1)
        {
            self.put_to_bucket(message);
        }
        let is_due = self.misses_a_voter() && self.bucket.look_at <= clock.now;
        if (is_due || self.bucket.looks_now) && self.may_look() {
            self.look(clock)?;
        }
        Ok(())
    }

    pub(super) fn bucket_wake_at(&self) -> Option<Micros> {
        self.bucket.up?;
        let looks = self.misses_a_voter() && self.may_look();
        let look_at = looks.then_some(self.bucket.look_at);
        self.question_due().into_iter().chain(look_at).min()
    }

    /// This device has accepted a block: where that lets a bucket in, the bucket must be asked, too.
    pub(super) fn notice_bucket(&mut self, block: &Block) {
        let newcomer = block.membership().and_then(|edit| match &edit.change {
            Change::Join { member, .. } if member.role == Role::Bucket => Some(member.id),
            _ => None,
        });
        self.bucket.joins = newcomer;
    }

    /// A height is decided: who is in is a member now.
    pub(super) fn forget_newcomer(&mut self) {
        self.bucket.joins = None;
    }

    fn question_due(&self) -> Option<Micros> {
        self.bucket.held.as_ref()?;
        let (_, since) = self.bucket.asked?;
        Some(match self.devices_suffice() {
            true => since + DEVICES_FIRST,
            false => since,
        })
    }

    /// Asks for what was decided without this device, as a read does: it settles what the bucket has
    /// accepted above the tip here, height by height.
    fn look(&mut self, clock: Clock) -> Result<(), NodeError> {
        self.bucket.looks_now = false;
        self.bucket.look_at = clock.now + LOOK_EVERY;
        self.replica.forget(self.look_name());
        self.bucket.looks += 1;
        let read = self.look_name();
        self.drive(clock, Input::Read(read))
    }

    /// A name that no read of a person has, which have no highest bit.
    fn look_name(&self) -> u64 {
        let first = self.me.incarnation.nonce >> 1;
        first.wrapping_add(self.bucket.looks) | 1 << 63
    }

    fn put_to_bucket(&mut self, message: Message<Ledger>) {
        let Some(voter) = self.bucket.up else {
            return;
        };
        let begin = self.next_height();
        let seat = Seat {
            line: self.state.line(),
            voter,
            height: begin.height,
        };
        self.actions.push(Action::AskBucket(Box::new(Question {
            seat,
            begin,
            message,
        })));
    }

    /// Whether the devices within reach can decide without the bucket.
    fn devices_suffice(&self) -> bool {
        let me = self.me.device;
        let mut voters = 0;
        let mut here = 0;
        for voter in self.state.configuration().voters() {
            voters += 1;
            here += usize::from(match voter == me {
                true => self.replica.may_vote(),
                false => self.peers.voting_life(voter).is_some(),
            });
        }
        here * 2 > voters
    }

    /// Whether a look can come to anything: what is asked in vain is asked again and again.
    fn may_look(&self) -> bool {
        self.replica.has_quorum() || self.is_healing()
    }

    fn misses_a_voter(&self) -> bool {
        let members = self.state.configuration().members();
        let mut devices = members.filter(|one| one.role == Role::Voter && one.id != self.me.device);
        devices.any(|one| !self.peers.is_greeted(one.id))
    }
}
