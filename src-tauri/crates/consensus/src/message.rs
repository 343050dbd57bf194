//! What goes into the core and what comes out of it.

use std::collections::BTreeSet;

use crate::ballot::{Ballot, Proposer, Types};

/// Number of a record in the order in which the core asked to persist them, counted from 1.
pub type Lsn = u64;

/// The caller's monotonic clock, in microseconds.
pub type Micros = u64;

/// A block, and the ballot under which it was accepted.
pub type Vote<T> = (Ballot<T>, <T as Types>::Block);

/// What devices say to each other about a height.
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
    /// A quorum accepted the block of this name.
    Decided {
        /// At which height.
        height: u64,
        /// Which block.
        hash: T::Hash,
    },
    /// Up to which height have you accepted?
    Ask {
        /// The asker's name for its read.
        read: u64,
    },
    /// The answer.
    Seen {
        /// The asker's name for its read.
        read: u64,
        /// The highest height at which anything was accepted here.
        height: u64,
    },
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

/// What is known when a height opens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Begin<T: Types> {
    /// The height above the tip.
    pub height: u64,
    /// Who votes at it; fixed by the chain below (invariant M).
    pub voters: BTreeSet<T::Device>,
    /// To whom round 0 belongs, as the block below says.
    pub owner: Proposer<T>,
    /// The voters in the order in which they step in where the owner stays silent. The same on
    /// every device, another at every height.
    pub order: Vec<T::Device>,
    /// The highest ballot that this device's log promises at this height.
    pub promised: Option<Ballot<T>>,
    /// The highest ballot and block that this device's log has accepted at this height.
    pub accepted: Option<Vote<T>>,
}

/// What happens to the core.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input<T: Types> {
    /// A height is open, after the one below was decided and applied.
    Begin(Begin<T>),
    /// Whether edits wait for a block. Where none do, no block is expected any more.
    Wish(bool),
    /// The block that [`Output::Build`] asked for, if its height is still open: whoever builds
    /// at leisure drops the block of a height that was decided meanwhile.
    Propose(T::Block),
    /// A message arrived. Its block, if it has one, was checked against the chain below.
    Receive {
        /// From which device, as the connection proved.
        from: T::Device,
        /// What it says.
        message: Message<T>,
    },
    /// The block at the open height, as decided by others.
    Learn(T::Block),
    /// Every record up to this one is durable.
    Synced(Lsn),
    /// A device is within reach, in this life.
    Present(Proposer<T>),
    /// A device is out of reach.
    Away(T::Device),
    /// Find out what a consistent read must wait for. Its name must be new: an answer that was
    /// meant for an earlier read of that name, even in an earlier life, would be counted.
    Read(u64),
    /// Ask everyone within reach what was accepted at the open height, quorum or not: this device is
    /// to go on without one.
    Survey,
    /// Nothing but time has passed.
    Tick,
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
    /// Build a block for the open height and answer with [`Input::Propose`].
    Build {
        /// The height.
        height: u64,
    },
    /// The open height is decided, for ever.
    Decide {
        /// The height.
        height: u64,
        /// Its block.
        block: T::Block,
    },
    /// Someone else holds a higher ballot; the own proposal rests.
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
    /// A device has blocks that are missing here: fetch them.
    Missing {
        /// Which device.
        device: T::Device,
        /// The height up to which it has them, at least.
        height: u64,
    },
    /// The read may be answered from a chain that reaches `height`, as this one does.
    Readable {
        /// The read.
        read: u64,
        /// The tip here: all that was acknowledged before the read is at or below it.
        height: u64,
    },
    /// Step again with [`Input::Tick`] at this time. Stands, whatever happens before, until
    /// another takes its place.
    WakeAt(Micros),
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

impl<T: Types> Message<T> {
    /// Whether a proposer asks with it for votes.
    pub(crate) fn is_question(&self) -> bool {
        matches!(self, Self::Prepare { .. } | Self::Accept { .. })
    }

    /// The height that the message is about; none for what belongs to a read.
    #[must_use]
    pub fn height(&self) -> Option<u64> {
        match self {
            Self::Prepare { height, .. }
            | Self::Promise { height, .. }
            | Self::Accept { height, .. }
            | Self::Accepted { height, .. }
            | Self::Nack { height, .. }
            | Self::Decided { height, .. } => Some(*height),
            Self::Ask { .. } | Self::Seen { .. } => None,
        }
    }
}
