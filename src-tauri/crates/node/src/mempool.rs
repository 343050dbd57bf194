//! Edits on their way into the chain: signed, numbered, not yet decided.

use std::collections::VecDeque;
use std::time::Instant;

use kinfolio_chain::block::{BLOCK_BYTES_MAX, BLOCK_OVERHEAD_BYTES};
use kinfolio_chain::{Batch, Block, BlockHash, ChainState, EditId, Height, Owner, Refusal};
use tokio::sync::oneshot;

use crate::error::SubmitError;

/// Above this many waiting bytes no further edits are taken; callers wait.
pub(crate) const MEMPOOL_BYTES_MAX: usize = 16 << 20;

/// How far an acknowledged edit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditState {
    /// In a decided block.
    Committed,
    /// On this device's disk; it will be in a block once a quorum can be reached.
    Pending,
}

/// The acknowledgement of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// How far it has come.
    pub state: EditState,
    /// The block that holds it, once committed.
    pub height: Option<Height>,
    /// That block's hash.
    pub hash: Option<BlockHash>,
    /// The first edit's id; the others follow it.
    pub first: EditId,
    /// How many edits.
    pub count: usize,
}

/// Whom to tell.
pub(crate) type Reply = oneshot::Sender<Result<Receipt, SubmitError>>;

struct Waiting {
    batch: Batch,
    bytes: usize,
    since: Instant,
    /// Nobody, once the edits were acknowledged as pending.
    reply: Option<Reply>,
}

/// The batches that wait, in the order of their numbers.
#[derive(Default)]
pub(crate) struct Mempool {
    waiting: VecDeque<Waiting>,
    bytes: usize,
    /// Acknowledgements that are due, but not before the tip that they speak of is published.
    due: Vec<(Reply, Receipt)>,
}

impl Mempool {
    pub(crate) fn push(&mut self, batch: Batch, reply: Option<Reply>) {
        let bytes = batch.encoded_len();
        self.bytes += bytes;
        self.waiting.push_back(Waiting {
            batch,
            bytes,
            since: Instant::now(),
            reply,
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes >= MEMPOOL_BYTES_MAX
    }

    /// How many edits wait.
    pub(crate) fn edits(&self) -> u64 {
        self.waiting
            .iter()
            .map(|one| one.batch.payloads.len() as u64)
            .sum()
    }

    /// Whether somebody still waits for an answer.
    pub(crate) fn oldest_unanswered(&self) -> Option<Instant> {
        self.waiting
            .iter()
            .find(|one| one.reply.is_some())
            .map(|one| one.since)
    }

    /// As many batches, from the oldest on, as one block can hold.
    pub(crate) fn fill_block(&self) -> Vec<Batch> {
        let mut room = BLOCK_BYTES_MAX - BLOCK_OVERHEAD_BYTES;
        let fits = self.waiting.iter().take_while(|one| {
            let fits = one.bytes <= room;
            room = room.saturating_sub(one.bytes);
            fits
        });
        fits.map(|one| one.batch.clone()).collect()
    }

    /// Drops what the chain holds by now; its acknowledgements are due.
    pub(crate) fn settle(&mut self, block: &Block, chain: &ChainState) {
        let committed = (
            EditState::Committed,
            Some(block.height()),
            Some(block.hash()),
        );
        for mut one in std::mem::take(&mut self.waiting) {
            if matches!(
                chain.check_order(&one.batch),
                Err(Refusal::Duplicate { .. })
            ) {
                self.bytes -= one.bytes;
                self.due.extend(answer(&mut one, committed));
            } else {
                self.waiting.push_back(one);
            }
        }
    }

    /// The batches whose authors still wait for an answer.
    pub(crate) fn unanswered(&self) -> Vec<Batch> {
        let unanswered = self.waiting.iter().filter(|one| one.reply.is_some());
        unanswered.map(|one| one.batch.clone()).collect()
    }

    /// The edits of everyone who waits are on disk, though not in a block: acknowledgements
    /// are due.
    pub(crate) fn answer_pending(&mut self) {
        for one in &mut self.waiting {
            self.due
                .extend(answer(one, (EditState::Pending, None, None)));
        }
    }

    /// Sends the acknowledgements that are due.
    pub(crate) fn acknowledge(&mut self) {
        for (reply, receipt) in self.due.drain(..) {
            // Whoever asked may have gone.
            let _ = reply.send(Ok(receipt));
        }
    }

    /// Tells everyone who waits that it failed, and forgets all.
    pub(crate) fn fail(&mut self, error: &SubmitError) {
        for one in std::mem::take(&mut self.waiting) {
            if let Some(reply) = one.reply {
                // Whoever asked may have gone.
                let _ = reply.send(Err(error.clone()));
            }
        }
        self.bytes = 0;
    }
}

fn answer(
    one: &mut Waiting,
    how: (EditState, Option<Height>, Option<BlockHash>),
) -> Option<(Reply, Receipt)> {
    let reply = one.reply.take()?;
    let (state, height, hash) = how;
    let Owner {
        device,
        incarnation,
    } = one.batch.author;
    let first = EditId {
        device,
        incarnation,
        seq: one.batch.first_seq,
    };
    let count = one.batch.payloads.len();
    Some((
        reply,
        Receipt {
            state,
            height,
            hash,
            first,
            count,
        },
    ))
}
