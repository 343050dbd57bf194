//! What can go wrong with a node.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kinfolio_chain::store::StoreError;
use kinfolio_chain::{BlockHash, DeviceId, Height, InvitationId, Refusal};
use kinfolio_transport::{FetchError, IdentityError, JoinError};

/// Why a node could not be founded or opened, or a block not be read.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// There is no ledger.
    #[error("{path} holds no ledger", path = path.display())]
    NoLedger {
        /// The folder of the library.
        path: PathBuf,
    },
    /// There is a ledger already.
    #[error("{path} holds a ledger already", path = path.display())]
    Exists {
        /// The folder of the library.
        path: PathBuf,
    },
    /// The device's key is missing or unreadable.
    #[error("the device's key in {path} cannot be used: {why}", path = path.display())]
    Identity {
        /// The file.
        path: PathBuf,
        /// In which way.
        why: String,
    },
    /// The copy of the first block beside the key cannot be read, and the ledger has none either.
    #[error("{path}, which says to which household this device belongs, cannot be used: {why}; put the file of another device of the household in its place", path = path.display())]
    Founding {
        /// The file.
        path: PathBuf,
        /// In which way.
        why: String,
    },
    /// The household's recovery key is missing here or unreadable.
    #[error("the household's recovery key in {path} cannot be used: {why}; another device of the household has it: run `kinfolio recovery-key` there, and write what it prints into this file", path = path.display())]
    RecoveryKey {
        /// The file.
        path: PathBuf,
        /// In which way.
        why: String,
    },
    /// A recovery key that is not the one that the founding block names.
    #[error("this is not the recovery key of the household “{household}”")]
    OtherRecoveryKey {
        /// The household's name.
        household: String,
    },
    /// The key belongs to no member of the household.
    #[error("this device's key belongs to no member of the household “{household}”")]
    Stranger {
        /// The household's name.
        household: String,
    },
    /// The household did not take this device in.
    #[error(transparent)]
    Join(#[from] JoinError),
    /// Another device did not give what it was asked for.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Nobody can come in where nobody listens.
    #[error(
        "this device does not listen for others, so that nobody could join: start it with `kinfolio serve` or in the app"
    )]
    Deaf,
    /// More invitations than are remembered.
    #[error("{max} invitations are open already: wait until some have run out")]
    Invitations {
        /// The limit.
        max: usize,
    },
    /// An invitation that this device did not give, or does not remember.
    #[error("this device has no invitation {id}: `kinfolio devices` lists those that are open")]
    NoInvitation {
        /// Its name.
        id: InvitationId,
    },
    /// An invitation that can no longer be taken back.
    #[error("“{name}” came by that invitation already: to take it out again, remove the device")]
    InvitationUsed {
        /// Who used it.
        name: String,
    },
    /// There is no newcomer to let in.
    #[error(
        "nobody waits to be let in with the invitation {id}: start the new device's joining again, with a new invitation if this one has expired"
    )]
    NobodyAsks {
        /// Its name.
        id: InvitationId,
    },
    /// The words that were compared are not those of the newcomer.
    #[error("“{name}” shows other check words: look at both devices again")]
    OtherCheckWords {
        /// Who asks.
        name: String,
    },
    /// A name that cannot stand in the ledger.
    #[error("the {what} must have 1 to {max} bytes and no control characters or hidden ones")]
    Name {
        /// Whose name.
        what: &'static str,
        /// The limit.
        max: usize,
    },
    /// The device's key cannot prove who this is to other devices.
    #[error(transparent)]
    Proof(#[from] IdentityError),
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file system.
    #[error("{doing} {path}: {source}", path = path.display())]
    Io {
        /// What was tried, as "could not …".
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The log does not begin with a founding block.
    #[error("the ledger does not begin with a founding block")]
    NoChain,
    /// One ballot named two blocks: a device lies, or a disk went back in time.
    #[error(
        "device {device} has put two blocks to one vote at height {height} ({first} and {second}): nothing more is voted here; keep both devices' ledger folders and remove the device", first = blocks[0], second = blocks[1]
    )]
    TwoBlocks {
        /// The height.
        height: Height,
        /// Whose ballot it was.
        device: DeviceId,
        /// The two.
        blocks: [BlockHash; 2],
    },
    /// This device's disk went back in time: another device has seen a later life of it. Opened
    /// again, the ledger goes on as one that has forgotten its votes.
    #[error("device {by} has seen a later life of this one: its disk went back in time")]
    WentBack {
        /// Who has.
        by: DeviceId,
    },
    /// This device goes to the line of history of another one, which left the one here below the
    /// tip: the ledger is made anew up to there.
    #[error("device {to} goes on from block {fork}: this device goes back there to come along")]
    GoBack {
        /// The last height that both share.
        fork: Height,
        /// Whose line it goes to.
        to: DeviceId,
        /// Whether a person has said so.
        chosen: bool,
    },
    /// A majority of the voters holds another chain than this device.
    #[error(
        "a majority of the voters holds another block {height} than this device: its ledger was changed from outside"
    )]
    Forked {
        /// A height at which they differ.
        height: Height,
    },
    /// The end of the log is gone, and nobody can give it back.
    #[error("the ledger in {path} ends at block {height}, though it had reached block {reached}: its end is missing. Put a backup in its place; to go on with what is left, remove identity/ledger.reached", path = path.display())]
    Cut {
        /// The folder of the log.
        path: PathBuf,
        /// Where it ends.
        height: Height,
        /// Where it had ended.
        reached: Height,
    },
    /// A decided block that does not fit the chain.
    #[error("the decided block {height} does not fit the chain here: {refusal}")]
    Unfit {
        /// Its height.
        height: Height,
        /// Why.
        refusal: Refusal,
    },
    /// A block of the log is not what was written.
    #[error("block {height} cannot be read: {detail}")]
    Unreadable {
        /// Its height.
        height: Height,
        /// In which way.
        detail: String,
    },
    /// The chain has no such block.
    #[error("the chain has no block {height}")]
    NoBlock {
        /// Its height.
        height: Height,
    },
    /// The node was closed.
    #[error("the ledger node is closed")]
    Closed,
}

impl NodeError {
    /// Whether the cause is a full disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Store(StoreError::DiskFull { .. }))
    }
}

/// An I/O error with what was tried on what; a full disk is told apart.
pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> NodeError {
    move |source| {
        let path = path.to_path_buf();
        if matches!(
            source.kind(),
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
        ) {
            return NodeError::Store(StoreError::DiskFull { path });
        }
        NodeError::Io {
            doing,
            path,
            source,
        }
    }
}

/// Why edits were not taken. One error may answer many waiting edits, so it can be cloned.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SubmitError {
    /// No edits, or too many, or too large.
    #[error(
        "a batch of {edits} edits with {bytes} bytes is outside the limits of {edits_max} edits and {bytes_max} bytes"
    )]
    Size {
        /// How many edits.
        edits: usize,
        /// How large.
        bytes: usize,
        /// Most edits.
        edits_max: usize,
        /// Most bytes.
        bytes_max: usize,
    },
    /// The log refused. Whether these edits are in it shows when it is opened again; they
    /// were not acknowledged.
    #[error("{0}")]
    Ledger(Arc<NodeError>),
    /// The log is closed after a failure and cannot be opened again: nothing of these edits is in it.
    #[error("not recorded: {0}")]
    NotTaken(Arc<NodeError>),
    /// A majority of the voters is there: nothing is lost that an epoch would bring back.
    #[error(
        "a majority of the household's devices is within reach, so that nothing has to be recovered: remove those that are gone with `kinfolio devices remove`"
    )]
    HasQuorum,
    /// A restored device may not go on with the household.
    #[error("{reason}")]
    NoLeave {
        /// Why not, and what to do.
        reason: String,
    },
    /// A recovery was asked for twice.
    #[error("this device is being recovered already: wait a few seconds")]
    Recovering,
    /// Nobody is spoken to, so that nobody can be followed.
    #[error(
        "this device does not speak to the others now: start the app or `kinfolio serve`, and say it again"
    )]
    Alone,
    /// A device that another one is to follow, and that belongs to no household here.
    #[error("device {device} is no other member of the household: `kinfolio devices` lists them")]
    NoMember {
        /// The device.
        device: DeviceId,
    },
    /// This device was removed from the household.
    #[error(
        "this device was removed from the household “{household}”: nothing can be changed here any more. Its photos are still in its folder; to come back it needs an invitation, and a new folder"
    )]
    Removed {
        /// The household's name.
        household: String,
    },
    /// Another device lives under this one's name.
    #[error(
        "a copy of this device runs elsewhere, or its folder was put back from an earlier time: nothing can be changed here. Stop one of the two and start the other again; a copy that is to stay must join anew, by an invitation and in a new folder"
    )]
    Superseded,
    /// The node was closed before the edits were decided.
    #[error("the ledger node is closed")]
    Closed,
}

impl SubmitError {
    /// Whether the cause is a full disk.
    #[must_use]
    pub fn is_disk_full(&self) -> bool {
        matches!(self, Self::Ledger(error) | Self::NotTaken(error) if error.is_disk_full())
    }
}
