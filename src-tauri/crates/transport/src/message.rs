//! What devices say to each other, as domain types.
//!
//! Knows the chain's and the core's own types; does not know how a message is written on the
//! wire (that is [`crate::convert`]) nor what anyone does about it.

use std::collections::BTreeSet;
use std::sync::Arc;

use kinfolio_chain::{Batch, Begun, Block, BlockHash, DeviceId, Height, HouseholdId, Incarnation};
use kinfolio_consensus::{Message, Types};

use crate::contact::{Condition, Contact};

/// The version of the messages that this code speaks, and of the blocks in them.
pub const PROTOCOL_VERSION: u32 = 7;

/// The types that the synod runs on in a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ledger;

impl Types for Ledger {
    type Device = DeviceId;
    type Incarnation = Incarnation;
    type Hash = BlockHash;
    type Block = Arc<Block>;

    fn hash_of(block: &Arc<Block>) -> BlockHash {
        block.hash()
    }

    fn voters_after(block: &Arc<Block>, voters: &BTreeSet<DeviceId>) -> BTreeSet<DeviceId> {
        block.voters_after(voters)
    }
}

/// Everything that one device may say to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerMessage {
    /// Who I am and where I stand; the first message on every link.
    Hello(Hello),
    /// About the agreement on a height.
    Synod(Message<Ledger>),
    /// Edits that wait for a block, for whoever builds the next one.
    Edits(Vec<Batch>),
    /// My chain grew.
    Tip {
        /// The height of its last block.
        height: Height,
        /// That block.
        hash: BlockHash,
    },
    /// Send me blocks.
    Fetch {
        /// The first one.
        from: Height,
        /// At most this many.
        limit: u32,
    },
    /// The answer: consecutive blocks, together within [`crate::MESSAGE_BYTES_MAX`].
    Blocks(Vec<Arc<Block>>),
    /// Where I listen, and where I know others to.
    Contacts(Vec<Contact>),
    /// How I am.
    Condition(Condition),
    /// I will not go on with you.
    Refused {
        /// Why, for programs.
        code: RefusalCode,
        /// Why, for people.
        detail: String,
    },
}

/// Who a device is and where its chain stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// [`PROTOCOL_VERSION`] of the sender.
    pub version: u32,
    /// Its household.
    pub household: HouseholdId,
    /// The lines of the household's history that led to its tip, the one that it follows last;
    /// 1 to [`EPOCHS_MAX`](kinfolio_chain::apply::EPOCHS_MAX).
    pub lines: Vec<Begun>,
    /// Its life.
    pub incarnation: Incarnation,
    /// The height of its tip.
    pub height: Height,
    /// Its tip.
    pub tip: BlockHash,
    /// The highest height at which it has accepted a block.
    pub accepted: Height,
    /// Whether its log holds every vote that it ever gave.
    pub remembers: bool,
    /// What it has seen of the device that it greets, if anything.
    pub yours: Option<Sighting>,
    /// Whether it answers at the open height.
    pub votes: bool,
    /// Whether it must be greeted again: its earlier life was, on the same link.
    pub again: bool,
}

/// What one device has seen of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Its latest life.
    pub incarnation: Incarnation,
    /// The highest height that its log was said to reach, durably.
    pub height: Height,
    /// Whether that life is within reach now.
    pub lives: bool,
}

/// Why a device will not go on with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// It speaks a version that I do not.
    Version,
    /// It belongs to another household.
    Household,
    /// It is behind what I have seen of it: its disk went back in time.
    Past,
    /// It lives the same life as another: its disk was copied.
    Clone,
    /// It is no member any more.
    Member,
    /// It spoke before it had greeted.
    Ungreeted,
    /// It sent a block that may not stand where it claims to.
    Block,
    /// It sent edits that may not enter the chain.
    Edits,
    /// It holds another block than I do at one height.
    Fork,
    /// It says more than can be heard.
    Flood,
    /// It sent bytes that are no message that I can read.
    Unreadable,
}
