//! The chain: blocks of signed edits, linked by SHA-256, and the log that holds them.
//!
//! Everything here is pure except [`store`], which keeps the chain in memory or on disk.
//! This crate does not know what an edit means (payloads are opaque bytes), how devices
//! agree on a block (that is `consensus`), nor that there is a network or a clock.

pub mod apply;
pub mod batch;
pub mod block;
pub mod config;
pub mod edit;
pub mod excerpt;
pub mod history;
pub mod id;
pub mod merkle;
pub mod proof;
pub mod recovery;
pub mod register;
pub mod store;
pub mod wire;

pub use apply::{Begun, ChainState, Holding, Judgement, Judgements, Refusal, TaskState, Void};
pub use batch::Batch;
pub use block::{Block, Header};
pub use config::{Configuration, Member, Role};
pub use edit::{
    Beginner, Change, Edit, EditId, Epoch, Founding, Membership, Payload, Task, TaskLimit,
    TaskName, Term,
};
pub use excerpt::{Excerpt, ExcerptError};
pub use id::{
    BlockHash, ConfigHash, DeviceId, EditsRoot, EpochId, Height, HistoryRoot, HouseholdId,
    Incarnation, InvitationId, Owner, StateRoot,
};
pub use recovery::{KeyError, RecoveryKey};
pub use register::{Register, RegisterError, Seat};

#[cfg(test)]
mod tests;
