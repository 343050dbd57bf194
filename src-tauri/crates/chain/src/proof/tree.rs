//! The tree over all blocks as a prover needs it: the roots of its subtrees, in little memory.

use std::ops::Range;

use crate::id::{BlockHash, Height};
use crate::merkle;

/// Blocks under one root that is kept: a power of two.
const CHUNK: u64 = 64;

/// The tree over the hashes of all blocks, less its lowest levels.
///
/// Keeps one hash for every 64 blocks (500 KB for a million). An audit path takes the hashes of
/// at most 128 blocks, which are read again, and one pass over the kept hashes (some 16,000 for a
/// million blocks). Blocks that it has not seen are read when a proof needs them: all of them
/// for the first proof, unless they were [pushed](HistoryTree::push) before.
#[derive(Clone, Debug, Default)]
pub struct HistoryTree {
    chunks: Vec<[u8; 32]>,
    /// The leaves of the chunk that is not full yet.
    tail: Vec<[u8; 32]>,
}

impl HistoryTree {
    /// A tree over no blocks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Over how many blocks it is: the height of the block to [push](HistoryTree::push) next.
    #[must_use]
    pub fn next_height(&self) -> Height {
        self.chunks.len() as u64 * CHUNK + self.tail.len() as u64
    }

    /// Adds the next block.
    pub fn push(&mut self, block: BlockHash) {
        self.tail.push(merkle::leaf(&block.0));
        if self.tail.len() as u64 == CHUNK {
            self.chunks.push(merkle::root(&self.tail));
            self.tail.clear();
        }
    }

    /// The audit path of the block at `height` in the tree over the blocks below `size`.
    pub(crate) fn inclusion<E>(
        &mut self,
        height: Height,
        size: u64,
        mut read: impl FnMut(Height) -> Result<BlockHash, E>,
    ) -> Result<Vec<[u8; 32]>, E> {
        self.reach(size, &mut read)?;
        merkle::inclusion_by(height, size, |range| self.root(range, &mut read))
    }

    /// The consistency proof between the trees over the blocks below `old_size` and `size`.
    pub(crate) fn consistency<E>(
        &mut self,
        old_size: u64,
        size: u64,
        mut read: impl FnMut(Height) -> Result<BlockHash, E>,
    ) -> Result<Vec<[u8; 32]>, E> {
        self.reach(size, &mut read)?;
        merkle::consistency_by(old_size, size, |range| self.root(range, &mut read))
    }

    fn reach<E>(
        &mut self,
        size: u64,
        read: &mut impl FnMut(Height) -> Result<BlockHash, E>,
    ) -> Result<(), E> {
        for height in self.next_height()..size {
            self.push(read(height)?);
        }
        Ok(())
    }

    /// The root of a subtree of the tree. Such a range lies in one chunk, or begins with one.
    fn root<E>(
        &self,
        range: Range<u64>,
        read: &mut impl FnMut(Height) -> Result<BlockHash, E>,
    ) -> Result<[u8; 32], E> {
        let whole = range.start.div_ceil(CHUNK)..range.end / CHUNK;
        if whole.is_empty() {
            return Ok(merkle::root(&self.leaves(range, read)?));
        }
        let rest = whole.end * CHUNK..range.end;
        // Chunks are kept for as many blocks as memory can hold, so their numbers fit.
        let mut level = self.chunks[whole.start as usize..whole.end as usize].to_vec();
        if !rest.is_empty() {
            level.push(merkle::root(&self.leaves(rest, read)?));
        }
        Ok(merkle::root(&level))
    }

    /// The leaves of a part of one chunk.
    fn leaves<E>(
        &self,
        range: Range<u64>,
        read: &mut impl FnMut(Height) -> Result<BlockHash, E>,
    ) -> Result<Vec<[u8; 32]>, E> {
        let tail_start = self.chunks.len() as u64 * CHUNK;
        range
            .map(|height| match height.checked_sub(tail_start) {
                Some(at) => Ok(self.tail[at as usize]),
                None => read(height).map(|hash| merkle::leaf(&hash.0)),
            })
            .collect()
    }
}
