//! The ledger node of one device: one event loop that owns the log, carries out what
//! `consensus` asks for, and acknowledges edits when they are decided.
//!
//! It does not know what an edit means, nor what a photo is. Whoever wants to follow the chain
//! watches the tip and pulls the blocks.

mod contacts;
mod discovery;
mod disk;
pub mod engine;
mod error;
mod event_loop;
mod founding;
mod heal;
mod identity;
mod invitation;
mod mempool;
mod network;
mod node;
mod opening;
mod pairing;
mod proofs;
mod published;
mod restoring;
mod sentinel;
mod voting;

pub use error::{NodeError, SubmitError};
pub use founding::Founder;
pub use heal::part;
pub use identity::{device, keep_seen, new_bucket, reached, recovery_key};
pub use invitation::{Admission, Invitation, ParseInvitationError};
pub use kinfolio_chain::config::{is_legible, is_same_name};
pub use kinfolio_chain::proof::{ConsistencyProof, InclusionProof};
pub use kinfolio_chain::store::verify::{Fault, Report, verify};
pub use kinfolio_chain::{
    Beginner, Begun, Block, BlockHash, Change, DeviceId, Edit, EditId, EpochId, Excerpt,
    ExcerptError, Height, Holding, HouseholdId, Incarnation, InvitationId, Judgement, KeyError,
    Member, Payload, RecoveryKey, Role, TaskLimit, TaskName, TaskState, Term,
};
pub use kinfolio_transport::{
    Checkpoint, Contact, DialError, Entry, EntryClient, EntryReceipt, EntryReceipts, EntryRefused,
    EntrySender, EntryStreamError, FetchError, FileDoor, FileKind, FileRef, FileRefused, Files,
    INSPECTED_MAX, Inspected, JoinError, JoinRefused, OpenedFile,
};
pub use mempool::{EditState, Receipt, Ticket};
pub use network::Door;
pub use node::{Anew, Answer, Leave, Node, Recovered, TaskAnswer, Waiting};
pub use pairing::{
    INVITATION_TIME_MAX, InvitationState, InvitationStatus, Joined, Newcomer, Progress, checkpoint,
};
pub use proofs::EditName;
pub use published::{MemberStatus, Status, Tip};
pub use restoring::{Restored, Restoring, Taken};
pub use voting::{Acceptor, Registers, VoteError};

/// The folder of the ledger inside a library.
pub const LEDGER_FOLDER: &str = "ledger";

/// The folder of the device's key inside a library.
pub const IDENTITY_FOLDER: &str = "identity";

#[cfg(test)]
mod tests;
