//! The Merkle tree over the hashes of all blocks, as far as it takes to make it grow.
//!
//! Each block's header carries the root of this tree over the blocks below it. What is kept is
//! the compact range: the roots of the full subtrees that the blocks so far make up.

use crate::id::{BlockHash, HistoryRoot};
use crate::merkle;
use crate::wire::{Reader, WireError, Writer};

/// The tree over the blocks `0..len`: at most 64 hashes, however long the chain is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    len: u64,
    /// Roots of full subtrees, the largest first; one for each bit that is set in `len`.
    peaks: Vec<[u8; 32]>,
}

impl History {
    /// A tree over no blocks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next block; one hash on average.
    pub fn push(&mut self, block: BlockHash) {
        let mut peak = merkle::leaf(&block.0);
        for _ in 0..self.len.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                peak = merkle::node(&left, &peak);
            }
        }
        self.peaks.push(peak);
        self.len += 1;
    }

    /// The RFC 6962 root.
    #[must_use]
    pub fn root(&self) -> HistoryRoot {
        let from_right = self.peaks.iter().rev().copied();
        let root = from_right.reduce(|right, left| merkle::node(&left, &right));
        root.map_or(HistoryRoot::EMPTY, HistoryRoot)
    }

    /// Writes the canonical form; how many blocks there are is known from elsewhere.
    pub(crate) fn encode(&self, to: &mut Writer) {
        for peak in &self.peaks {
            to.raw(peak);
        }
    }

    /// Reads the canonical form of a tree over `len` blocks.
    pub(crate) fn decode(len: u64, from: &mut Reader) -> Result<Self, WireError> {
        let peaks = (0..len.count_ones()).map(|_| from.raw("a peak of the history"));
        let peaks = peaks.collect::<Result<_, _>>()?;
        Ok(Self { len, peaks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growing_by_one_gives_the_root_over_all() {
        let mut history = History::new();
        let mut leaves = Vec::new();
        for n in 0..300u64 {
            assert_eq!(history.root().0, merkle::root(&leaves), "{n} blocks");
            let mut hash = BlockHash::NONE;
            hash.0[..8].copy_from_slice(&n.to_le_bytes());
            history.push(hash);
            leaves.push(merkle::leaf(&hash.0));
            assert_eq!(history.peaks.len(), (n + 1).count_ones() as usize);
        }
    }
}
