//! What happens to the ledger, and what must be done about it.

use std::collections::BTreeSet;

use bytes::Bytes;
use kinfolio_chain::edit::{Change, Task};
use kinfolio_chain::{DeviceId, EpochId, Height};
use kinfolio_consensus::{Message, Micros};
use kinfolio_transport::{Ledger, PeerMessage, RefusalCode};

use super::bucket::Question;
use super::durable::Mark;
use super::epoch::Right;
use crate::mempool::{Receipt, Ticket};

/// What time it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// On a clock that only goes forward; all waiting is measured by it.
    pub now: Micros,
    /// Milliseconds since 1970, for people.
    pub wall_ms: i64,
}

/// What happens to the ledger.
#[derive(Clone, Debug)]
pub enum Event {
    /// Append these edits, all in one block.
    Submit {
        /// Whom to answer.
        ticket: Ticket,
        /// What they say.
        payloads: Vec<Bytes>,
    },
    /// Change the household's members.
    Change {
        /// Whom to answer.
        ticket: Ticket,
        /// In which way.
        change: Change,
    },
    /// Claim a task, keep it, or say that it is done; the receipt has what came of it.
    Task {
        /// Whom to answer.
        ticket: Ticket,
        /// Which task, and what of it.
        task: Task,
    },
    /// A device can be spoken to.
    Up(DeviceId),
    /// A device can be spoken to, as an earlier life in the same process could.
    StillUp(DeviceId),
    /// A device can no longer be spoken to.
    Down(DeviceId),
    /// A device said something.
    Received {
        /// Who, as the connection proved.
        from: DeviceId,
        /// What.
        message: PeerMessage,
    },
    /// A device has not heard of these voters for so long that, for its part, they may stop counting;
    /// of all others it has.
    Misses {
        /// Who says so.
        device: DeviceId,
        /// Of whom.
        voters: BTreeSet<DeviceId>,
    },
    /// The household's bucket can be asked for its vote.
    BucketUp(DeviceId),
    /// It has voted, or said what it has voted.
    BucketSaid(DeviceId, Message<Ledger>),
    /// It cannot be asked any more, and why.
    BucketDown(DeviceId, Option<String>),
    /// A device sent something that cannot be read.
    Unreadable {
        /// Who, as the connection proved.
        from: DeviceId,
        /// What is wrong with it.
        detail: String,
    },
    /// Somebody wanted to connect and was not let in.
    Rejected,
    /// A device does not let this one in: it says that the household has removed it.
    ToldRemoved(DeviceId),
    /// What was appended before [`Engine::begin_sync`] gave this mark is durable.
    Synced(Mark),
    /// Begin an epoch: go on without a quorum, which is lost for good. Where there is one, nothing
    /// is begun.
    Recover {
        /// Whom to answer.
        ticket: Ticket,
        /// Drawn at random.
        nonce: [u8; 32],
        /// By what right.
        right: Right,
    },
    /// Say when the chain here has all that was acknowledged anywhere before now.
    Read {
        /// Whom to answer.
        ticket: Ticket,
    },
    /// Nothing but time has passed.
    Tick,
}

/// What the runner must do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Send this; it may be lost.
    Send {
        /// To whom.
        to: DeviceId,
        /// What.
        message: PeerMessage,
    },
    /// Put this question to what the household's bucket has voted, and report its answer with
    /// [`Event::BucketSaid`]; it may be lost.
    AskBucket(Box<Question>),
    /// The edits of this ticket are safe.
    Acknowledge(Ticket, Receipt),
    /// The epoch of this ticket has begun, in the block at this height; not, where a quorum is within
    /// reach.
    Begun {
        /// Whom to answer.
        ticket: Ticket,
        /// Which, and where.
        begun: Option<(EpochId, Height)>,
    },
    /// The read of this ticket may be answered from the chain as it is now.
    Readable {
        /// Whom to answer.
        ticket: Ticket,
        /// The height that the read had to wait for.
        height: Height,
    },
    /// A device sent something that is refused; it is counted, and so is its reason.
    Refused {
        /// Who.
        from: DeviceId,
        /// The kind of reason.
        code: RefusalCode,
        /// The reason.
        detail: String,
    },
}

/// Whether this device may vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Good,
    /// Not yet: its log has lost votes, and is being made whole by the others.
    Healing,
    /// Not any more: another device lives under its name. One of them must rejoin under a new id.
    Superseded {
        /// Who noticed.
        by: DeviceId,
    },
    /// Not any more: it was removed from the household.
    Removed,
    /// Not any more: others hold other blocks than this device, and neither side is a majority.
    Forked {
        /// A height at which they differ.
        height: Height,
    },
}

/// Counts since the engine was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Blocks that were decided.
    pub blocks: u64,
    /// Own ballots that began.
    pub ballots: u64,
    /// Own ballots that met a higher one.
    pub duels: u64,
    /// Messages that were refused.
    pub refused: u64,
    /// Connections that were not let in.
    pub rejected: u64,
    /// Messages that were dropped unread, because their device says too much.
    pub dropped: u64,
    /// Blocks of the own log that could not be read when another device asked for them.
    pub damaged: u64,
    /// How often the log was made anew.
    pub healed: u64,
}
