//! Links between the devices of a household, and the door for programs that only write entries.
//!
//! Turns sockets into [`LinkEvent`]s and [`LinkSender`]s: TLS in which a device is its key,
//! gRPC streams that carry many messages a frame, bounds on everything that a peer can make
//! grow. This crate does not know what a message is for: it never votes, never applies a block,
//! and keeps nothing on disk.

mod coalesce;
mod contact;
mod convert;
mod dial;
mod entry;
mod files;
mod http2;
mod link;
mod links;
mod message;
mod outbox;
mod pairing;
mod proto;
mod serve;
mod tls;

pub use contact::{ADDRESSES_MAX, Condition, Contact};
pub use convert::{DecodeError, EncodeError, Encoded, MESSAGE_BYTES_MAX};
pub use dial::{DialError, Dialer};
pub use entry::client::{EntryClient, EntryReceipts, EntrySender, EntryStreamError};
pub use entry::{
    ENTRIES_UNANSWERED_MAX, ENTRY_BYTES_MAX, Entries, Entry, EntryDoor, EntryReceipt, EntryRefused,
    Replies, Token,
};
pub use files::client::{FetchError, FileClient};
pub use files::{
    Checkpoint, FileDoor, FileKind, FileRef, FileRefused, Files, INSPECTED_MAX, Inspected,
    OpenedFile,
};
pub use link::{LinkEvent, LinkId, RejectReason};
pub use links::Links;
pub use message::{Hello, Ledger, PROTOCOL_VERSION, PeerMessage, RefusalCode, Sighting};
pub use outbox::{DownReason, LinkSender, OUTBOX_BYTES_MAX, SendError};
pub use pairing::client::{JoinError, join};
pub use pairing::{JoinRefused, JoinRequest, Pairings, Proof, Welcome};
pub use serve::{Belonging, Members, Server};
pub use tls::{Identity, IdentityError};

#[cfg(test)]
mod tests;
