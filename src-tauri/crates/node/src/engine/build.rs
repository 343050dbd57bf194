//! Edits into batches, batches into blocks, and who may build the next one.

use std::collections::{BTreeMap, BTreeSet};

use kinfolio_chain::batch::BATCH_EDITS_MAX;
use kinfolio_chain::block::Draft;
use kinfolio_chain::edit::{Change, Membership};
use kinfolio_chain::store::Store;
use kinfolio_chain::{Batch, Block, EditId, Height, Owner, Payload, Void};
use kinfolio_consensus::{Begin, Micros};
use kinfolio_transport::Ledger;
use sha2::{Digest, Sha256};

use super::carry_out::proposer;
use super::{BATCH_BYTES_MAX, Clock, Engine};
use crate::mempool::{Claim, Ticket, changes_members};

/// For how many blocks after its last own edit a device counts as one that writes: the answer to
/// an edit and the next edit cross the following block.
const KEEPS_TURN: Height = 4;

/// How long edits may wait for the own block to be decided before they are signed all the same.
const HOLD_MAX: Micros = 20_000;

/// How long after some edits were sent ahead the next ones are, while so many are on their way.
const GOSSIP_PAUSE: Micros = 1_000;
const IN_FLIGHT_MIN: u64 = 16;

impl<S: Store> Engine<S> {
    pub(super) fn next_height(&self) -> Begin<Ledger> {
        let voters: BTreeSet<_> = self.state.configuration().voters().collect();
        // A bucket steps in for nobody.
        let bucket = self.state.configuration().bucket();
        let devices = voters.iter().filter(|&&one| Some(one) != bucket);
        let mut order: Vec<_> = devices.copied().collect();
        let tip = self.state.tip();
        order.sort_by_cached_key(|device| {
            let hash = Sha256::new().chain_update(tip.0).chain_update(device.0);
            <[u8; 32]>::from(hash.finalize())
        });
        Begin {
            height: self.state.height() + 1,
            voters,
            owner: proposer(self.state.next_owner()),
            order,
            promised: None,
            accepted: None,
        }
    }

    /// Whether there is something to put into a block.
    pub(super) fn wishes(&self) -> bool {
        !self.fresh.is_empty() || self.mempool.has_work(&self.state)
    }

    /// Takes edits that are to be signed.
    pub(super) fn put_down(&mut self, clock: Clock, ticket: Ticket, payloads: Vec<Payload>) {
        if self.fresh.is_empty() {
            self.fresh_since = clock.now;
        }
        self.fresh_bytes += payloads.iter().map(Payload::encoded_len).sum::<usize>();
        self.fresh.push((ticket, payloads));
    }

    /// Until when edits may wait for more to be signed with; not at all, where that would hold them
    /// up: one signature is checked as often as a thousand edits under it. While the own block is
    /// being agreed on, they are for the next one; and who has just sent some ahead need not send
    /// each one that follows by itself.
    pub(super) fn may_hold_fresh(&self) -> Option<Micros> {
        if self.fresh.is_empty() || self.fresh_bytes > BATCH_BYTES_MAX {
            return None;
        }
        if self.replica.is_favourite() {
            let bids = self.replica.is_bidding();
            return bids.then_some(self.fresh_since + HOLD_MAX);
        }
        let many = self.mempool.own_edits() >= IN_FLIGHT_MIN;
        many.then_some(self.gossiped_at + GOSSIP_PAUSE)
    }

    /// Signs the edits that wait for it, as few times as the limits of a batch allow.
    pub(super) fn sign_fresh(&mut self, clock: Clock) {
        let mut payloads = Vec::new();
        let mut claims = Vec::new();
        let mut bytes = 0;
        self.fresh_bytes = 0;
        for (ticket, those) in std::mem::take(&mut self.fresh) {
            let more: usize = those.iter().map(Payload::encoded_len).sum();
            let full = payloads.len() + those.len() > BATCH_EDITS_MAX;
            if !payloads.is_empty() && (full || bytes + more > BATCH_BYTES_MAX) {
                let (payloads, claims) =
                    (std::mem::take(&mut payloads), std::mem::take(&mut claims));
                self.sign(clock, payloads, claims);
                bytes = 0;
            }
            bytes += more;
            claims.push(Claim {
                ticket,
                first_seq: self.next_seq + payloads.len() as u64,
                count: those.len(),
            });
            payloads.extend(those);
        }
        if !payloads.is_empty() {
            self.sign(clock, payloads, claims);
        }
    }

    pub(super) fn sign(&mut self, clock: Clock, payloads: Vec<Payload>, claims: Vec<Claim>) {
        let (line, base) = (self.state.line(), self.state.height().max(self.seen));
        let batch = Batch::sign(&self.key, line, self.me, self.next_seq, base, payloads);
        self.next_seq = batch.next_seq();
        self.unsaid.push(batch.clone());
        self.mempool.push(clock.now, batch, claims);
    }

    /// A membership edit is a batch of its own, so that a block can take one and leave others.
    pub(super) fn change(&mut self, clock: Clock, ticket: Ticket, change: Change) {
        self.sign_fresh(clock);
        let claim = Claim {
            ticket,
            first_seq: self.next_seq,
            count: 1,
        };
        self.write_change(clock, change, vec![claim]);
    }

    /// The change of the members that this device wrote in `block`, if another change came first.
    pub(super) fn overtaken_in(&self, block: &Block) -> Option<(Change, EditId)> {
        let mut own = block.batches().iter();
        let own =
            own.find(|batch| batch.author.device == self.me.device && changes_members(batch))?;
        let edit = own.payloads.iter().find_map(|payload| match payload {
            Payload::Membership(edit) => Some(edit),
            _ => None,
        })?;
        let void = self.state.members_after(edit);
        let overtaken = matches!(void, Err(Void::Outdated { .. }));
        // Whether anybody is still silent then is looked at anew.
        (overtaken && !edit.change.silences()).then(|| (edit.change.clone(), own.id_at(0)))
    }

    /// Writes changes of the members again that were overtaken while they were pending, if they
    /// still change anything: who was told that a device will be removed counts on it.
    pub(super) fn write_again(&mut self, clock: Clock) {
        for change in std::mem::take(&mut self.overtaken) {
            let config_hash = self.state.config_hash();
            let again = Membership {
                config_hash,
                change,
            };
            if self.state.members_after(&again).is_ok() {
                self.write_change(clock, again.change, Vec::new());
            }
        }
    }

    /// The same, after everything else was signed, for whoever waits for it.
    pub(super) fn write_change(&mut self, clock: Clock, change: Change, claims: Vec<Claim>) {
        self.sign_fresh(clock);
        let config_hash = self.state.config_hash();
        let edit = Payload::Membership(Membership {
            config_hash,
            change,
        });
        self.sign(clock, vec![edit], claims);
    }

    pub(super) fn build(&mut self, clock: Clock) -> Block {
        self.counts.ballots += 1;
        self.sign_fresh(clock);
        let batches = self.mempool.fill_block(&self.state);
        let draft = Draft {
            config_hash_next: self.state.config_hash_next(&batches),
            height: self.state.height() + 1,
            prev: self.state.tip(),
            config_hash: self.state.config_hash(),
            history_root: self.state.history_root(),
            state_root: self.state.state_root_next(),
            timestamp_ms: clock.wall_ms,
            proposer: self.me,
            next_owner: self.next_owner(&batches),
        };
        Block::build(draft, batches)
    }

    /// Ownership follows the writers: it goes to the voter within reach who wrote more than half
    /// of the block, so that its next edits need no gossip, and else stays. Whoever writes itself
    /// keeps it: handing it on with every block costs each writer a round.
    pub(super) fn next_owner(&self, batches: &[Batch]) -> Owner {
        let writes = batches.iter().any(|batch| batch.author == self.me);
        if writes || self.state.height() < self.wrote_at + KEEPS_TURN {
            return self.me;
        }
        let total: usize = batches.iter().map(|batch| batch.payloads.len()).sum();
        let mut counts = BTreeMap::new();
        for batch in batches {
            *counts.entry(batch.author).or_insert(0) += batch.payloads.len();
        }
        let most = counts.into_iter().find(|(_, edits)| edits * 2 > total);
        let writer = most.map(|(author, _)| author);
        let fits = |author: &Owner| {
            self.state
                .configuration()
                .voters()
                .any(|one| one == author.device)
                && self.peers.voting_life(author.device) == Some(author.incarnation)
        };
        writer.filter(fits).unwrap_or(self.me)
    }
}
