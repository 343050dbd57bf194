//! Edits on their way into the chain: signed, numbered, not yet decided. This device's own, for
//! which somebody waits, and those that other devices have gossiped.

use std::collections::{BTreeMap, VecDeque};

use kinfolio_chain::block::{BLOCK_BYTES_MAX, BLOCK_OVERHEAD_BYTES};
use kinfolio_chain::{
    Batch, Block, BlockHash, ChainState, Configuration, DeviceId, EditId, Height, Judgement,
    Judgements, Owner, Payload,
};
use kinfolio_consensus::Micros;

/// Above this many waiting bytes of its own edits a device takes no more; callers wait. As much
/// is kept of each other device, and what passes it is gossiped again later.
pub(crate) const MEMPOOL_BYTES_MAX: usize = 16 << 20;

/// How far an acknowledged edit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditState {
    /// In a decided block.
    Committed,
    /// On this device's disk; it will be in a block once a quorum can be reached.
    Pending,
}

/// The acknowledgement of edits that were submitted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// How far they have come.
    pub state: EditState,
    /// The block that holds them, once committed.
    pub height: Option<Height>,
    /// That block's hash.
    pub hash: Option<BlockHash>,
    /// The first edit's id; the others follow it.
    pub first: EditId,
    /// How many edits.
    pub count: usize,
    /// What came of it, if it is about a task and committed.
    pub judgement: Option<Judgement>,
}

/// The engine's name for somebody who waits.
pub type Ticket = u64;

/// Who waits for which edits of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    pub(crate) ticket: Ticket,
    pub(crate) first_seq: u64,
    pub(crate) count: usize,
}

/// Edits that are missing: from one number up to, not including, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    pub(crate) author: Owner,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

#[derive(Debug)]
struct Waiting {
    batch: Batch,
    bytes: usize,
    since: Micros,
    /// Whether this device sees to it that the batch enters the chain: its own do, and those that it
    /// has brought from another line of history.
    in_care: bool,
    /// Nobody, once the edits were acknowledged as pending, or of another device.
    claims: Vec<Claim>,
}

/// The batches that wait, by author and in the order of their numbers.
#[derive(Debug)]
pub(crate) struct Mempool {
    me: DeviceId,
    waiting: BTreeMap<Owner, BTreeMap<u64, Waiting>>,
    bytes: BTreeMap<DeviceId, usize>,
}

impl Mempool {
    pub(crate) fn new(me: DeviceId) -> Self {
        Self {
            me,
            waiting: BTreeMap::new(),
            bytes: BTreeMap::new(),
        }
    }

    /// Takes a batch in; whether it is new here and there was room for it.
    pub(crate) fn push(&mut self, now: Micros, batch: Batch, claims: Vec<Claim>) -> bool {
        let own = batch.author.device == self.me;
        self.put(now, batch, claims, own)
    }

    /// Takes in what the log has kept: however much that is, and whoever wrote it.
    pub(crate) fn take_up(&mut self, now: Micros, batch: Batch) {
        self.put(now, batch, Vec::new(), true);
    }

    fn put(&mut self, now: Micros, batch: Batch, claims: Vec<Claim>, in_care: bool) -> bool {
        let bytes = batch.encoded_len();
        let device = batch.author.device;
        let taken = self.bytes.entry(device).or_default();
        let others = self.waiting.entry(batch.author).or_default();
        if others.contains_key(&batch.first_seq) || !in_care && *taken + bytes > MEMPOOL_BYTES_MAX {
            return false;
        }
        *taken += bytes;
        others.insert(
            batch.first_seq,
            Waiting {
                batch,
                bytes,
                since: now,
                in_care,
                claims,
            },
        );
        true
    }

    /// Whether this very batch waits here, so that its signature was checked before.
    pub(crate) fn knows(&self, batch: &Batch) -> bool {
        let others = self.waiting.get(&batch.author);
        others
            .and_then(|others| others.get(&batch.first_seq))
            .is_some_and(|one| one.batch == *batch)
    }

    /// Whether a block could be filled. Edits of an author who has seen more of the chain than
    /// this device wait until it has caught up.
    pub(crate) fn has_work(&self, chain: &ChainState) -> bool {
        self.waiting.iter().any(|(author, batches)| {
            let next = batches.get(&chain.next_seq(author.device, author.incarnation));
            next.is_some_and(|one| chain.base_of(&one.batch) <= chain.height())
        })
    }

    /// Whether this device may not take more edits of its own.
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.get(&self.me).copied().unwrap_or(0) >= MEMPOOL_BYTES_MAX
    }

    /// How many edits of this device wait.
    pub(crate) fn own_edits(&self) -> u64 {
        self.own().map(|one| one.batch.payloads.len() as u64).sum()
    }

    /// Since when somebody has waited for an answer.
    pub(crate) fn oldest_unanswered(&self) -> Option<Micros> {
        let unanswered = self.own().filter(|one| !one.claims.is_empty());
        unanswered.map(|one| one.since).min()
    }

    /// The batches that this device sees to, oldest first within each life of their authors.
    pub(crate) fn in_care(&self) -> Vec<Batch> {
        let all = self.waiting.values().flat_map(BTreeMap::values);
        let ours = all.filter(|one| one.in_care);
        ours.map(|one| one.batch.clone()).collect()
    }

    /// Whether this device sees to any batch.
    pub(crate) fn has_care(&self) -> bool {
        let mut all = self.waiting.values().flat_map(BTreeMap::values);
        all.any(|one| one.in_care)
    }

    /// Edits of an earlier life of this device that are missing between the chain and what waits:
    /// what comes after them can never enter the chain.
    pub(crate) fn gap(&self, chain: &ChainState) -> Option<Gap> {
        let mine = self.waiting.iter();
        let mut mine = mine.filter(|(author, _)| author.device == self.me);
        mine.find_map(|(&author, batches)| {
            let from = chain.next_seq(author.device, author.incarnation);
            let (&to, _) = batches.first_key_value()?;
            (from < to).then_some(Gap { author, from, to })
        })
    }

    /// As many batches as one block can hold, each device's in order, the devices in turn; of
    /// membership edits one at most, as each is agreed under the members before it.
    pub(crate) fn fill_block(&self, chain: &ChainState) -> Vec<Batch> {
        let mut room = BLOCK_BYTES_MAX - BLOCK_OVERHEAD_BYTES;
        let mut has_membership = false;
        let mut filled = Vec::new();
        let mut devices = BTreeMap::new();
        for (author, batches) in &self.waiting {
            let next_seq = chain.next_seq(author.device, author.incarnation);
            let lives: &mut VecDeque<_> = devices.entry(author.device).or_default();
            lives.push_back((next_seq, batches));
        }
        while !devices.is_empty() {
            devices.retain(|_, lives| {
                // What a device wrote in an earlier life goes ahead of what it wrote in a later one:
                // nobody takes back their own words by starting a program again.
                while let Some((next_seq, batches)) = lives.front_mut() {
                    let Some(one) = batches.get(next_seq) else {
                        lives.pop_front();
                        continue;
                    };
                    let membership = changes_members(&one.batch);
                    let ahead = chain.base_of(&one.batch) > chain.height();
                    if one.bytes > room || membership && has_membership || ahead {
                        return false;
                    }
                    room -= one.bytes;
                    has_membership |= membership;
                    *next_seq = one.batch.next_seq();
                    filled.push(one.batch.clone());
                    return true;
                }
                false
            });
        }
        filled
    }

    /// Drops what the chain holds by now; says whom to tell that it is in `block`, and what came
    /// of it there.
    pub(crate) fn settle(
        &mut self,
        block: &Block,
        chain: &ChainState,
        judged: &Judgements,
    ) -> Vec<(Ticket, Receipt)> {
        let mut told = Vec::new();
        for batch in block.batches() {
            let author = batch.author;
            let Some(batches) = self.waiting.get_mut(&author) else {
                continue;
            };
            let next_seq = chain.next_seq(author.device, author.incarnation);
            let later = batches.split_off(&next_seq);
            for (_, one) in std::mem::replace(batches, later) {
                if let Some(taken) = self.bytes.get_mut(&author.device) {
                    *taken -= one.bytes;
                }
                let how = (EditState::Committed, Some((block.height(), block.hash())));
                told.extend(receipts(author, &one.claims, how));
            }
            if batches.is_empty() {
                self.waiting.remove(&author);
            }
        }
        for (_, receipt) in &mut told {
            receipt.judgement = judged.get(&receipt.first).copied();
        }
        told
    }

    /// Since when the own edit that has waited longest does.
    pub(crate) fn oldest_own(&self) -> Option<Micros> {
        let mine = self
            .waiting
            .iter()
            .filter(|(author, _)| author.device == self.me);
        let first = mine.filter_map(|(_, batches)| batches.values().next());
        first.map(|one| one.since).min()
    }

    /// The own batches whose authors still wait for an answer.
    pub(crate) fn unanswered(&self) -> Vec<Batch> {
        let unanswered = self.own().filter(|one| !one.claims.is_empty());
        unanswered.map(|one| one.batch.clone()).collect()
    }

    /// The edits of everyone who waits are on disk, though not in a block: whom to tell.
    pub(crate) fn answer_pending(&mut self) -> Vec<(Ticket, Receipt)> {
        let mut told = Vec::new();
        for (author, batches) in &mut self.waiting {
            for one in batches.values_mut() {
                let claims = std::mem::take(&mut one.claims);
                told.extend(receipts(*author, &claims, (EditState::Pending, None)));
            }
        }
        told
    }

    /// Forgets what devices wrote that are none of these.
    pub(crate) fn drop_strangers(&mut self, members: &Configuration) {
        let is_member = |device| members.member(device).is_some();
        self.waiting.retain(|author, _| is_member(author.device));
        self.bytes.retain(|device, _| is_member(*device));
    }

    fn own(&self) -> impl Iterator<Item = &Waiting> {
        let mine = self
            .waiting
            .iter()
            .filter(|(author, _)| author.device == self.me);
        mine.flat_map(|(_, batches)| batches.values())
    }
}

/// Whether the batch changes the household's members.
pub(crate) fn changes_members(batch: &Batch) -> bool {
    batch
        .payloads
        .iter()
        .any(|payload| matches!(payload, Payload::Membership(_)))
}

fn receipts(
    author: Owner,
    claims: &[Claim],
    (state, block): (EditState, Option<(Height, BlockHash)>),
) -> impl Iterator<Item = (Ticket, Receipt)> + '_ {
    claims.iter().map(move |claim| {
        let first = EditId {
            device: author.device,
            incarnation: author.incarnation,
            seq: claim.first_seq,
        };
        let receipt = Receipt {
            state,
            height: block.map(|(height, _)| height),
            hash: block.map(|(_, hash)| hash),
            first,
            count: claim.count,
            judgement: None,
        };
        (claim.ticket, receipt)
    })
}
