//! Proofs about the chain that this device holds, for whoever trusts nothing but a tip's hash.

use std::sync::{Mutex, PoisonError};

use kinfolio_chain::proof::{ConsistencyProof, HistoryTree, InclusionProof};
use kinfolio_chain::store::disk::BlockReader;
use kinfolio_chain::{Block, DeviceId, EditId, Height};

use crate::error::NodeError;

/// What an edit is called where its life's nonce is not known: `DEVICE-LIFE-NUMBER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditName {
    /// The author.
    pub device: DeviceId,
    /// Which of its lives, counted from 1.
    pub life: u64,
    /// Its number within that life.
    pub seq: u64,
}

impl EditName {
    fn names(&self, id: EditId) -> bool {
        (self.device, self.life, self.seq) == (id.device, id.incarnation.counter, id.seq)
    }
}

impl std::str::FromStr for EditName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = || {
            let mut parts = text.split('-');
            let name = Self {
                device: parts.next()?.parse().ok()?,
                life: parts.next()?.parse().ok()?,
                seq: parts.next()?.parse().ok()?,
            };
            parts.next().is_none().then_some(name)
        };
        parsed().ok_or_else(|| {
            format!("“{text}” names no edit: DEVICE-LIFE-NUMBER is expected, as an entry's receipt says it")
        })
    }
}

/// Proves from the blocks on disk. The first proof reads the whole chain once; what later ones
/// need of it is kept, about half a byte a block.
#[derive(Debug, Default)]
pub(crate) struct Prover {
    tree: Mutex<HistoryTree>,
}

impl Prover {
    /// Forgets the chain, which has taken another past.
    pub(crate) fn forget(&self) {
        *self.tree.lock().unwrap_or_else(PoisonError::into_inner) = HistoryTree::default();
    }

    /// That an edit stands below the tip at `tip`. Where its block's height is not known, blocks
    /// are looked through from the tip down.
    pub(crate) fn inclusion(
        &self,
        blocks: &BlockReader,
        tip: Height,
        edit: EditName,
        height: Option<Height>,
    ) -> Result<Option<InclusionProof>, NodeError> {
        let (low, high) = height.map_or((0, tip), |height| (height, height.min(tip)));
        for height in (low..=high).rev() {
            let Some(block) = blocks.block(height)? else {
                continue;
            };
            let Some(id) = find(&block, edit) else {
                continue;
            };
            let Some(top) = blocks.block(tip)? else {
                return Ok(None);
            };
            let mut tree = self.tree.lock().unwrap_or_else(PoisonError::into_inner);
            let read = |height| hash_at(blocks, height);
            return InclusionProof::of(id, &block, top.header(), &mut tree, read);
        }
        Ok(None)
    }

    /// That the block at `new` continues the one at `old`.
    pub(crate) fn consistency(
        &self,
        blocks: &BlockReader,
        old: Height,
        new: Height,
    ) -> Result<Option<ConsistencyProof>, NodeError> {
        let (Some(old), Some(new)) = (blocks.block(old)?, blocks.block(new)?) else {
            return Ok(None);
        };
        let mut tree = self.tree.lock().unwrap_or_else(PoisonError::into_inner);
        let read = |height| hash_at(blocks, height);
        ConsistencyProof::of(old.header(), new.header(), &mut tree, read)
    }
}

fn find(block: &Block, edit: EditName) -> Option<EditId> {
    block.edits().map(|one| one.id).find(|id| edit.names(*id))
}

fn hash_at(blocks: &BlockReader, height: Height) -> Result<kinfolio_chain::BlockHash, NodeError> {
    let block = blocks.block(height)?;
    block
        .map(|block| block.hash())
        .ok_or(NodeError::NoBlock { height })
}
