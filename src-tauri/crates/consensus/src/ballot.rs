//! Ballots: numbered attempts to decide a height.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;

/// The types that a household's ledger fills in; the core only compares and copies them.
pub trait Types: Copy + Debug + Ord + Hash {
    /// A device of the household.
    type Device: Copy + Debug + Ord + Hash;
    /// One life of a process; never used twice. A later life is greater.
    type Incarnation: Copy + Debug + Ord + Hash;
    /// The name of a block: equal names mean equal blocks.
    type Hash: Copy + Debug + Ord + Hash;
    /// A block; cheap to clone.
    type Block: Clone + Debug + Eq + Hash;

    /// The name of `block`.
    fn hash_of(block: &Self::Block) -> Self::Hash;

    /// Who votes at the height above `block`, if `voters` vote at its own height.
    fn voters_after(block: &Self::Block, voters: &BTreeSet<Self::Device>)
    -> BTreeSet<Self::Device>;
}

/// A device in one of its lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proposer<T: Types> {
    /// The device.
    pub device: T::Device,
    /// Its life; a ballot of an earlier life is never taken up again (invariant I).
    pub incarnation: T::Incarnation,
}

/// One attempt to decide a height. Ordered by round, then by proposer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ballot<T: Types> {
    /// 0 belongs to the owner of the height; any voter may run any later round.
    pub round: u64,
    /// Who runs it.
    pub proposer: Proposer<T>,
}
