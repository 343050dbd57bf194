//! The household that is checked: how many devices, what they may do, what may go wrong; and the
//! ledger's types, as small as they can be.

use std::collections::BTreeSet;

use kinfolio_consensus::{Mutant, Types};

/// The ledger in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Numbers;

/// One device leaves, one joins, or one takes the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Change {
    pub leaves: Option<u8>,
    pub joins: Option<u8>,
}

/// A block with one edit in it. A device builds at most one in each life at each height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    pub height: u8,
    /// The short name of the block below; 0 at the first height.
    pub prev: u16,
    /// Names its author, too: see [`Block::author`].
    pub edit: u8,
    /// Which life of its author built the block.
    pub life: u8,
    pub change: Option<Change>,
}

/// More than there are devices; the edits of one device are this far apart.
const DEVICES_MAX: u8 = 8;

impl Block {
    /// What the block above calls this one.
    pub fn short_name(&self) -> u16 {
        (u16::from(self.edit) << 8) | u16::from(self.life)
    }

    pub fn author(&self) -> u8 {
        self.edit % DEVICES_MAX
    }
}

impl Types for Numbers {
    type Device = u8;
    type Incarnation = u8;
    type Hash = u32;
    type Block = Block;

    fn hash_of(block: &Block) -> u32 {
        (u32::from(block.prev) << 16) | u32::from(block.short_name())
    }

    fn voters_after(block: &Block, voters: &BTreeSet<u8>) -> BTreeSet<u8> {
        let mut after = voters.clone();
        if let Some(change) = block.change {
            after.retain(|one| change.leaves != Some(*one));
            after.extend(change.joins);
        }
        after
    }
}

/// What is checked.
#[derive(Clone, Debug)]
pub struct Household {
    /// Devices 0 and up vote at height 1; 0 owns it.
    pub voters: u8,
    /// All devices; those that do not vote at first may join.
    pub devices: u8,
    /// How many heights are bid for.
    pub heights: u8,
    /// Who bids, once in each life at each height.
    pub bidders: &'static [u8],
    /// Who finishes what others have begun, without a wish of its own, as often.
    pub settlers: &'static [u8],
    /// How many processes crash and lose what was not synced.
    pub crashes: u8,
    /// How many disks go back to an empty log, and are told so.
    pub restores: u8,
    /// What the block of device 0 at height 1 changes.
    pub change: Option<Change>,
    /// The deliberate fault.
    pub mutant: Option<Mutant>,
}

/// Three voters and one height, two of whom bid.
pub const THREE: Household = Household {
    voters: 3,
    devices: 3,
    heights: 1,
    bidders: &[0, 1],
    settlers: &[],
    crashes: 0,
    restores: 0,
    change: None,
    mutant: None,
};

impl Household {
    pub fn first_voters(&self) -> BTreeSet<u8> {
        (0..self.voters).collect()
    }

    /// The block that a device builds on its chain: with the first of its edits that is not there.
    pub fn build(&self, device: u8, life: u8, chain: &[Block]) -> Block {
        let mut edits = (1..).map(|n| device + n * DEVICES_MAX);
        let is_new = |edit: &u8| chain.iter().all(|block| block.edit != *edit);
        let edit = edits.find(is_new).expect("fewer edits than numbers");
        let height = u8::try_from(chain.len() + 1).expect("few heights");
        Block {
            height,
            prev: chain.last().map_or(0, Block::short_name),
            edit,
            life,
            change: self.change.filter(|_| height == 1 && device == 0),
        }
    }
}
