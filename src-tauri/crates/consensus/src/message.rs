//! What goes into the core and what comes out of it.

use crate::ballot::{Ballot, Types};
use crate::synod::{Begin, Vote};

/// Number of a record in the order in which the core asked to persist them, counted from 1.
pub type Lsn = u64;

/// What voters say to each other about one height.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message<T: Types> {
    /// Phase 1a: promise to accept nothing below `ballot`.
    Prepare {
        /// The height that is open.
        height: u64,
        /// The attempt.
        ballot: Ballot<T>,
    },
    /// Phase 1b: promised, durably; with what was accepted before.
    Promise {
        /// The height that is open.
        height: u64,
        /// The attempt that was promised to.
        ballot: Ballot<T>,
        /// The highest ballot accepted here, and its block.
        accepted: Option<Vote<T>>,
    },
    /// Phase 2a: accept `block`.
    Accept {
        /// The height that is open.
        height: u64,
        /// The attempt.
        ballot: Ballot<T>,
        /// Its block; the same for every receiver (invariant B).
        block: T::Block,
    },
    /// Phase 2b: accepted, durably.
    Accepted {
        /// The height that is open.
        height: u64,
        /// The attempt.
        ballot: Ballot<T>,
        /// What was accepted.
        hash: T::Hash,
    },
    /// A higher promise stands in the way.
    Nack {
        /// The height that is open.
        height: u64,
        /// The attempt that was refused.
        ballot: Ballot<T>,
        /// What was promised instead.
        promised: Ballot<T>,
    },
    /// A quorum accepted this block.
    Decided {
        /// At which height.
        height: u64,
        /// Which block.
        block: T::Block,
    },
}

impl<T: Types> Message<T> {
    /// The height that the message is about.
    #[must_use]
    pub fn height(&self) -> u64 {
        match self {
            Self::Prepare { height, .. }
            | Self::Promise { height, .. }
            | Self::Accept { height, .. }
            | Self::Accepted { height, .. }
            | Self::Nack { height, .. }
            | Self::Decided { height, .. } => *height,
        }
    }
}

/// What must be on disk.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Record<T: Types> {
    /// Nothing below `ballot` will be accepted at `height`.
    Promise {
        /// The height.
        height: u64,
        /// The attempt.
        ballot: Ballot<T>,
    },
    /// `block` is accepted under `ballot`.
    Accepted {
        /// The attempt.
        ballot: Ballot<T>,
        /// The block.
        block: T::Block,
    },
}

/// What happens to the core.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input<T: Types> {
    /// A height is open, after the one below was decided and applied.
    Begin(Begin<T>),
    /// Try to have this block decided at the open height. While an own ballot is under way,
    /// this gives it up for a higher one: for when its messages may have been lost.
    Propose(T::Block),
    /// A message arrived. Its block, if it has one, was checked against the chain below.
    Receive {
        /// From which device, as the connection proved.
        from: T::Device,
        /// What it says.
        message: Message<T>,
    },
    /// Every record up to this one is durable.
    Synced(Lsn),
}

/// What the caller must do, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Output<T: Types> {
    /// Append this record to the log; report [`Input::Synced`] when it is durable.
    Persist(Lsn, Record<T>),
    /// Send this message; everything that it vouches for is durable. It may be lost.
    Send {
        /// To which device.
        to: T::Device,
        /// What to say.
        message: Message<T>,
    },
    /// The open height is decided, for ever.
    Decide {
        /// The height.
        height: u64,
        /// Its block.
        block: T::Block,
    },
    /// Someone else holds a higher ballot; the own proposal rests. Propose again, later.
    Outbid {
        /// The height.
        height: u64,
        /// The ballot in the way.
        by: Ballot<T>,
    },
    /// A device asks about a height that is decided: send it the block.
    Behind {
        /// Which device.
        device: T::Device,
        /// The height that it is at.
        height: u64,
    },
    /// One ballot named two blocks: a device lies, or a disk went back in time. Stop voting.
    Alarm {
        /// The height.
        height: u64,
        /// The ballot.
        ballot: Ballot<T>,
        /// The block that it named first, and the other one.
        blocks: [T::Hash; 2],
    },
}
