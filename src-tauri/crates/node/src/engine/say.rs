//! What this device says unasked: edits ahead of any ballot, how far its chain reaches, and again
//! what may have been lost.

use std::collections::BTreeSet;

use bytes::Bytes;
use kinfolio_chain::batch::BATCH_EDITS_MAX;
use kinfolio_chain::store::Store;
use kinfolio_chain::{Batch, Block, DeviceId, Payload, Refusal};
use kinfolio_consensus::Micros;
use kinfolio_transport::PeerMessage;

use super::{Action, Clock, Engine, QUORUM_WAIT, REPEAT, TELL_TIP};
use crate::error::NodeError;

/// How often edits must be found missing before they are given up.
const GAP_REPEATS: u32 = 10;

/// About how many bytes of edits go in one message.
const EDITS_BYTES_MAX: usize = 4 << 20;

impl<S: Store> Engine<S> {
    /// Writes down, durably, what has waited for a quorum long enough, and answers it; and says
    /// again what may have been lost.
    pub(super) fn repeat(&mut self, clock: Clock) -> Result<(), NodeError> {
        let oldest = self.mempool.oldest_unanswered();
        if oldest.is_some_and(|since| since + QUORUM_WAIT <= clock.now) {
            self.be_born()?;
            self.store.sync()?;
            self.store.set_aside(&self.mempool.unanswered())?;
            let told = self.mempool.answer_pending().into_iter();
            self.actions
                .extend(told.map(|(ticket, receipt)| Action::Acknowledge(ticket, receipt)));
        }
        if !self.has_to_repeat() {
            self.repeat_at = clock.now + REPEAT;
        } else if self.repeat_at <= clock.now {
            self.repeat_at = clock.now + REPEAT;
            self.close_gap(clock);
            self.hurry_healing(clock);
            self.ask_for_vote(clock);
            self.consider_other_lines();
            self.unsaid = self.mempool.in_care();
        }
        if !self.has_untold_tip() {
            self.tell_at = clock.now + TELL_TIP;
        } else if self.tell_at <= clock.now {
            self.tell_at = clock.now + TELL_TIP;
            self.told_tip = self.state.height();
            for device in self.peers.present() {
                self.tell_tip(device);
            }
        }
        Ok(())
    }

    /// Puts empty edits in the place of those that a damaged disk has lost before a block held
    /// them, so that those that came after them can enter the chain. Should another device still
    /// bring the lost ones, one of the two enters: they have the same names.
    fn close_gap(&mut self, clock: Clock) {
        let gap = self.mempool.gap(&self.state);
        // What is missing may stand in blocks that are not here yet.
        let knows = self.replica.has_quorum() || !self.peers.present().is_empty();
        let (Some(gap), true) = (gap, knows && self.catch_up.is_idle()) else {
            self.gap = None;
            return;
        };
        let seen = match self.gap {
            Some((same, seen)) if same == gap => seen + 1,
            _ => 1,
        };
        self.gap = Some((gap, seen));
        if seen < GAP_REPEATS {
            return;
        }
        let count = (gap.to - gap.from).min(BATCH_EDITS_MAX as u64);
        tracing::error!(
            life = gap.author.incarnation.counter,
            from = gap.from,
            count,
            "edits that waited are lost with the disk that held them"
        );
        let empty = (0..count).map(|_| Payload::Opaque(Bytes::new())).collect();
        let (line, base) = (self.state.line(), self.state.height());
        let batch = Batch::sign(&self.key, line, gap.author, gap.from, base, empty);
        self.mempool.push(clock.now, batch, Vec::new());
        self.gap = None;
    }

    /// While nobody writes, no block takes this device past the heights of the votes that it has
    /// forgotten. Then it writes an empty edit itself.
    fn hurry_healing(&mut self, clock: Clock) {
        let waits = self.is_healing() && self.has_heard() && self.catch_up.is_idle();
        if waits && self.mempool.own_edits() == 0 {
            let nothing = Payload::Opaque(Bytes::new());
            self.sign(clock, vec![nothing], Vec::new());
        }
    }

    pub(super) fn has_to_repeat(&self) -> bool {
        let healing = self.is_healing() && self.mempool.own_edits() == 0;
        let waits = healing || self.is_candidate();
        self.mempool.has_care() || waits || self.sees_another_line()
    }

    /// Whether the chain has grown since the others were told of its tip.
    pub(super) fn has_untold_tip(&self) -> bool {
        self.told_tip != self.state.height()
    }

    /// Sends own edits ahead of any ballot, so that whoever wins it carries them. While the ball
    /// is in the own court they can wait for the own block.
    pub(super) fn gossip(&mut self, now: Micros) {
        if self.unsaid.is_empty() || self.replica.is_favourite() {
            return;
        }
        let mut batches = std::mem::take(&mut self.unsaid);
        batches.retain(|batch| self.waits(batch));
        if batches.is_empty() {
            return;
        }
        self.gossiped_at = now;
        let voters = self.state.configuration().voters();
        let here: Vec<_> = voters.filter(|&one| self.peers.is_greeted(one)).collect();
        for device in here {
            self.send_edits(device, &batches);
        }
    }

    /// Sends edits, in messages that the other side takes.
    pub(super) fn send_edits(&mut self, to: DeviceId, batches: &[Batch]) {
        let mut rest = batches;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = rest.iter().take_while(|batch| {
                bytes += batch.encoded_len();
                bytes <= EDITS_BYTES_MAX
            });
            // A batch alone always fits: its payloads are bounded.
            let (now, later) = rest.split_at(fits.count().max(1));
            self.send(to, PeerMessage::Edits(now.to_vec()));
            rest = later;
        }
    }

    /// Whether the chain does not hold this batch yet.
    pub(super) fn waits(&self, batch: &Batch) -> bool {
        !matches!(
            self.state.check_order(batch),
            Err(Refusal::Duplicate { .. })
        )
    }

    pub(super) fn tell_observers(&mut self, block: &Block) {
        let voters: BTreeSet<_> = self.state.configuration().voters().collect();
        let (height, hash) = (block.height(), block.hash());
        for device in self.peers.present() {
            if !voters.contains(&device) {
                self.send(device, PeerMessage::Tip { height, hash });
            }
        }
    }

    /// Says how far the chain reaches here. What of it no crash takes back, the greeting says.
    pub(super) fn tell_tip(&mut self, device: DeviceId) {
        let (height, hash) = (self.state.height(), self.state.tip());
        self.send(device, PeerMessage::Tip { height, hash });
    }

    /// Sends a message, unless it would come before the greeting, when nothing is listened to.
    pub(super) fn send(&mut self, to: DeviceId, message: PeerMessage) {
        if self.peers.is_up(to) && !self.ungreeted.contains(&to) {
            self.actions.push(Action::Send { to, message });
        }
    }
}
