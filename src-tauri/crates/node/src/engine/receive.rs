//! What other devices say: checked before it goes any further, refused by name where it does not
//! hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use kinfolio_chain::store::Store;
use kinfolio_chain::{Batch, Block, BlockHash, DeviceId, Height, Refusal};
use kinfolio_consensus::{Input, Message, Proposer};
use kinfolio_transport::{Hello, Ledger, PROTOCOL_VERSION, PeerMessage, RefusalCode};

use super::catch_up::{FETCH_BLOCKS_MAX, FETCH_BYTES_MAX};
use super::epoch::{Kinship, kinship};
use super::peers::{Hearing, Past};
use super::{Action, Clock, Engine, Standing};
use crate::error::NodeError;

/// How many bytes that were asked for cost as much as a message.
const BYTES_OF_ONE: u64 = 20_000;

impl<S: Store> Engine<S> {
    /// Says who this is and how far its log reaches, durably. A life that a crash could take
    /// back is not spoken of: the next one would count to the same number, as a clone does.
    pub(super) fn greet(&mut self) {
        if !self.durable.lives() {
            return;
        }
        let line = self.state.line();
        let (height, tip) = self.durable.tip();
        for device in std::mem::take(&mut self.ungreeted) {
            let hello = Hello {
                version: PROTOCOL_VERSION,
                household: line.household,
                lines: self.state.lines().to_vec(),
                incarnation: self.me.incarnation,
                height,
                tip,
                accepted: self.replica.accepted_height(),
                remembers: self.remembers(),
                yours: self.peers.sighting(device),
                votes: self.replica.may_vote(),
                again: self.unheard.remove(&device),
            };
            self.send(device, PeerMessage::Hello(hello));
        }
    }

    pub(super) fn receive(
        &mut self,
        clock: Clock,
        from: DeviceId,
        message: PeerMessage,
    ) -> Result<(), NodeError> {
        if !self.hears(clock, from, weight(&message)) {
            return Ok(());
        }
        if from == self.me.device {
            self.on_own_copy(&message);
            return Ok(());
        }
        match message {
            PeerMessage::Hello(hello) => return self.on_hello(clock, from, &hello),
            PeerMessage::Refused { code, detail } => return self.on_refused(from, code, &detail),
            PeerMessage::Fetch { from: low, limit } if self.is_behind(from) => {
                self.on_fetch(from, low, limit)?;
            }
            PeerMessage::Blocks(blocks) if self.is_ahead(from) => {
                return self.on_blocks(clock, from, blocks);
            }
            // What was said before the lines parted.
            _ if self.lines.elsewhere.contains_key(&from) => {}
            _ if !self.peers.is_greeted(from) => {
                let detail = "the first message must be a greeting".to_owned();
                self.refuse(from, RefusalCode::Ungreeted, detail);
            }
            // Nothing more is agreed on a line that is to be left.
            PeerMessage::Synod(_) if !self.may_lead(from) => {}
            PeerMessage::Synod(message) => return self.on_synod(clock, from, message),
            PeerMessage::Edits(batches) => {
                for batch in batches {
                    self.on_edits(clock, from, batch);
                }
            }
            PeerMessage::Tip { height, hash } => self.on_tip(from, height, hash)?,
            PeerMessage::Fetch { from: low, limit } => self.on_fetch(from, low, limit)?,
            PeerMessage::Blocks(blocks) => return self.on_blocks(clock, from, blocks),
            // For those who keep the links.
            PeerMessage::Contacts(_) | PeerMessage::Condition(_) => {}
        }
        Ok(())
    }

    pub(super) fn on_unreadable(&mut self, clock: Clock, from: DeviceId, detail: String) {
        if self.hears(clock, from, 1) {
            self.refuse(from, RefusalCode::Unreadable, detail);
        }
    }

    /// Whether what a device says is listened to; if not, it is refused or dropped.
    fn hears(&mut self, clock: Clock, from: DeviceId, weight: u64) -> bool {
        if self.circle().member(from).is_none() {
            let detail = "this device is no member".to_owned();
            self.refuse(from, RefusalCode::Member, detail);
            return false;
        }
        let Hearing::Closed { tell } = self.peers.hear(from, clock.now, weight) else {
            return true;
        };
        self.counts.dropped += 1;
        if tell {
            let detail = "it says more than can be heard: messages of it are dropped";
            self.refuse(from, RefusalCode::Flood, detail.to_owned());
        }
        false
    }

    /// Somebody shows the key of this device. What it says must not pass for what this device
    /// itself has promised or accepted, which counts only once it is on this disk.
    fn on_own_copy(&mut self, message: &PeerMessage) {
        // Two copies must not refuse each other's refusals for ever.
        if !matches!(message, PeerMessage::Refused { .. }) {
            let detail = "it shows the key of the very device that it speaks to: one of them is a copy and must rejoin under a new id";
            self.refuse(self.me.device, RefusalCode::Clone, detail.to_owned());
        }
    }

    fn on_hello(&mut self, clock: Clock, from: DeviceId, hello: &Hello) -> Result<(), NodeError> {
        let line = self.state.line();
        if hello.version != PROTOCOL_VERSION {
            let detail = format!(
                "it speaks version {} of the protocol, this device version {PROTOCOL_VERSION}: update the older one",
                hello.version
            );
            self.refuse(from, RefusalCode::Version, detail);
            return Ok(());
        }
        if hello.household != line.household {
            let detail = format!("it belongs to household {}", hello.household);
            self.refuse(from, RefusalCode::Household, detail);
            return Ok(());
        }
        match kinship(self.state.lines(), &hello.lines) {
            Kinship::Same => {
                self.lines.elsewhere.remove(&from);
                self.lines.following = self.lines.following.filter(|&to| to != from);
            }
            other => return self.hear_other_line(clock, from, hello, other),
        }
        if let Some(seen) = hello.yours {
            self.recall(from, seen)?;
        }
        if hello.again {
            // Only its earlier life has heard the greeting of this one.
            self.ungreeted.insert(from);
            self.greet();
        }
        match self.peers.greeted(from, hello) {
            Past::Continues => {}
            Past::LivesAnew => {
                self.ungreeted.insert(from);
                self.greet();
            }
            Past::WentBack => {
                let detail = format!(
                    "its disk went back in time: it is in life {} at height {}, which is behind what it was seen at; it must rejoin under a new id",
                    hello.incarnation.counter, hello.height
                );
                self.refuse(from, RefusalCode::Past, detail);
                return Ok(());
            }
            Past::Cloned => {
                let detail = format!(
                    "a copy of it runs elsewhere (both in life {}); one of them must rejoin under a new id",
                    hello.incarnation.counter
                );
                self.refuse(from, RefusalCode::Clone, detail);
                return Ok(());
            }
        }
        self.catch_up.forget(from);
        self.hear_witness(from, hello)?;
        let own = self.mempool.in_care();
        self.send_edits(from, &own);
        self.on_tip(from, hello.height, hello.tip)?;
        if self.state.height() > hello.height {
            self.tell_tip(from);
        }
        let who = Proposer {
            device: from,
            incarnation: hello.incarnation,
        };
        match hello.votes {
            true => self.drive(clock, Input::Present(who)),
            // It counts towards no quorum.
            false => self.drive(clock, Input::Away(from)),
        }
    }

    fn on_refused(
        &mut self,
        from: DeviceId,
        code: RefusalCode,
        detail: &str,
    ) -> Result<(), NodeError> {
        tracing::warn!(device = %from, ?code, detail, "another device refuses this one");
        if parts(code) {
            let trouble = format!("it refuses this device: {detail}");
            self.peers.is_troubled(from, trouble);
        }
        // Whoever is told that its disk went back has found out by itself, from the other's greeting.
        if code == RefusalCode::Clone {
            self.be_superseded(from);
        }
        Ok(())
    }

    /// A block that comes to the vote is checked against the chain below it (invariant V); one
    /// for another height goes no further than the replica, which does not look at it.
    pub(super) fn on_synod(
        &mut self,
        clock: Clock,
        from: DeviceId,
        message: Message<Ledger>,
    ) -> Result<(), NodeError> {
        let block = match &message {
            Message::Accept { block, .. } => Some(block),
            Message::Promise {
                accepted: Some((_, block)),
                ..
            } => Some(block),
            _ => None,
        };
        let open = self.state.height() + 1;
        if let Some(block) = block {
            let claimed = message.height();
            if claimed != Some(block.height()) {
                let detail = format!(
                    "block {} came in a message about height {claimed:?}",
                    block.height()
                );
                self.refuse(from, RefusalCode::Block, detail);
                return Ok(());
            }
            if block.epoch().is_some() {
                // Nobody votes about one.
                let detail = format!("block {} begins an epoch", block.height());
                self.refuse(from, RefusalCode::Block, detail);
                return Ok(());
            }
            if block.height() == open
                && let Err(refusal) = self.check(block)
            {
                let detail = format!("block {open}: {refusal}");
                self.refuse(from, RefusalCode::Block, detail);
                return Ok(());
            }
        }
        match message {
            Message::Decided { height, hash } if height < open => {
                return self.on_tip(from, height, hash);
            }
            Message::Accept { height, .. } if height > open => {
                // The block below it is on its way: without this it would be missed as well, and
                // whoever is a block behind would stay so.
                self.early = Some((from, message));
                return Ok(());
            }
            _ => {}
        }
        self.drive(clock, Input::Receive { from, message })
    }

    /// Votes on what came before the block below it did.
    pub(super) fn catch_up_with_votes(&mut self, clock: Clock) -> Result<(), NodeError> {
        let open = self.state.height() + 1;
        let due = |(_, message): &mut (_, Message<Ledger>)| message.height() <= Some(open);
        match self.early.take_if(due) {
            Some((from, message)) => self.on_synod(clock, from, message),
            None => Ok(()),
        }
    }

    /// Whether `block` may follow the tip. Signatures that were checked when the edits were
    /// gossiped are not checked again.
    pub(super) fn check(&self, block: &Block) -> Result<(), Refusal> {
        let known = |batch: &Batch| self.mempool.knows(batch);
        self.state.check_knowing(block, &known)
    }

    fn on_edits(&mut self, clock: Clock, from: DeviceId, batch: Batch) {
        if !self.waits(&batch) || self.mempool.knows(&batch) {
            return;
        }
        match self.state.check_batch_alone(&batch) {
            Ok(()) => {
                // Where there is no room it is gossiped again later.
                self.mempool.push(clock.now, batch, Vec::new());
            }
            Err(refusal) => self.refuse(from, RefusalCode::Edits, refusal.to_string()),
        }
    }

    /// A device's chain reaches `height`: what is missing here is fetched, and what is here must
    /// be the same.
    pub(super) fn on_tip(
        &mut self,
        from: DeviceId,
        height: Height,
        hash: BlockHash,
    ) -> Result<(), NodeError> {
        if height > self.state.height() {
            self.peers.has_tip(from, height, hash);
            self.catch_up.want(from, height);
            return Ok(());
        }
        let own = match height == self.state.height() {
            true => Some(self.state.tip()),
            false => self.store.block(height)?.map(|block| block.hash()),
        };
        if own == Some(hash) {
            self.peers.agrees(from, height, hash);
            return Ok(());
        }
        self.fork(from, height, hash)
    }

    /// Two devices hold different blocks at one height, which the protocol forbids: one of them
    /// was changed from outside. The majority is right; who is not votes no more.
    fn fork(&mut self, from: DeviceId, height: Height, hash: BlockHash) -> Result<(), NodeError> {
        let voters: BTreeSet<_> = self.state.configuration().voters().collect();
        let against = self.peers.disagrees(from, height, &voters);
        tracing::error!(device = %from, height, %hash, against, "another device holds another block");
        let detail = format!("its block {height} is {hash}, which is not the block of this device");
        self.refuse(from, RefusalCode::Fork, detail);
        if against > voters.len() / 2 {
            return Err(NodeError::Forked { height });
        }
        if against * 2 == voters.len() && self.standing == Standing::Good {
            self.standing = Standing::Forked { height };
            self.replica.fall_silent();
        }
        Ok(())
    }

    fn on_fetch(&mut self, from: DeviceId, low: Height, limit: u32) -> Result<(), NodeError> {
        let mut blocks = Vec::new();
        let mut bytes = 0;
        let limit = limit.min(FETCH_BLOCKS_MAX) as usize;
        for height in (low..=self.state.height()).take(limit) {
            let block = match self.store.block(height) {
                Ok(Some(block)) => block,
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(height, %error, "a block cannot be given to another device");
                    self.counts.damaged += 1;
                    return Err(error.into());
                }
            };
            bytes += block
                .batches()
                .iter()
                .map(Batch::encoded_len)
                .sum::<usize>();
            // The first one goes whatever its size; no block is larger than a message.
            if bytes > FETCH_BYTES_MAX && !blocks.is_empty() {
                break;
            }
            blocks.push(Arc::new(block));
        }
        self.peers.charge(from, bytes as u64 / BYTES_OF_ONE);
        self.send(from, PeerMessage::Blocks(blocks));
        Ok(())
    }

    fn on_blocks(
        &mut self,
        clock: Clock,
        from: DeviceId,
        blocks: Vec<Arc<Block>>,
    ) -> Result<(), NodeError> {
        self.catch_up.answered(from);
        if blocks.is_empty() {
            self.catch_up.forget(from);
        }
        if let Some((height, refusal)) = self.learn(clock, Some(from), blocks)? {
            self.catch_up.forget(from);
            let detail = format!("block {height}: {refusal}");
            self.refuse(from, RefusalCode::Block, detail);
        }
        Ok(())
    }

    /// Counts a refusal, tells whoever runs this, and the device itself.
    pub(super) fn refuse(&mut self, from: DeviceId, code: RefusalCode, detail: String) {
        self.counts.refused += 1;
        if parts(code) {
            self.peers.is_troubled(from, detail.clone());
        }
        let told = detail.clone();
        self.send(from, PeerMessage::Refused { code, detail: told });
        self.actions.push(Action::Refused { from, code, detail });
    }
}

/// Whether a refusal is about the other device as it is, and not about something that it said.
fn parts(code: RefusalCode) -> bool {
    match code {
        RefusalCode::Version
        | RefusalCode::Household
        | RefusalCode::Past
        | RefusalCode::Clone
        | RefusalCode::Fork => true,
        RefusalCode::Member
        | RefusalCode::Ungreeted
        | RefusalCode::Block
        | RefusalCode::Edits
        | RefusalCode::Flood
        | RefusalCode::Unreadable => false,
    }
}

/// What a message costs, in plain messages.
fn weight(message: &PeerMessage) -> u64 {
    match message {
        PeerMessage::Edits(batches) => 1 + batches.len() as u64,
        PeerMessage::Fetch { .. }
        | PeerMessage::Blocks(_)
        | PeerMessage::Hello(_)
        | PeerMessage::Synod(_)
        | PeerMessage::Tip { .. }
        | PeerMessage::Contacts(_)
        | PeerMessage::Condition(_)
        | PeerMessage::Refused { .. } => 1,
    }
}
