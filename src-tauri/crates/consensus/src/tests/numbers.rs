//! The ledger's types as small as they can be, and chance that follows from a seed.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{Proposer, Types};

/// The ledger in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Numbers;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Block {
    pub(super) height: u64,
    pub(super) prev: u64,
    pub(super) edits: Vec<u32>,
    /// A device that votes from the next height on, or from then on no more.
    pub(super) toggles: Option<u8>,
    pub(super) by: Proposer<Numbers>,
}

impl Types for Numbers {
    type Device = u8;
    type Incarnation = u32;
    type Hash = u64;
    type Block = Block;

    fn hash_of(block: &Block) -> u64 {
        let mut hasher = DefaultHasher::new();
        block.hash(&mut hasher);
        hasher.finish()
    }

    fn voters_after(block: &Block, voters: &BTreeSet<u8>) -> BTreeSet<u8> {
        match block.toggles {
            Some(one) => voters ^ &BTreeSet::from([one]),
            None => voters.clone(),
        }
    }
}

/// A small generator of our own, so that a seed means the same for ever (xorshift64*).
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

pub(super) fn proposer(device: u8, incarnation: u32) -> Proposer<Numbers> {
    Proposer {
        device,
        incarnation,
    }
}
