//! The reasons for which a block is refused.

use crate::apply::EPOCHS_MAX;
use crate::edit::EditId;
use crate::id::{BlockHash, ConfigHash, DeviceId, Height, HistoryRoot, StateRoot};

/// Why a block may not follow the tip.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not stand right above the tip.
    #[error("it stands at height {got}, the next height is {expected}")]
    Height {
        /// The next height.
        expected: Height,
        /// The block's.
        got: Height,
    },
    /// Its parent is another block.
    #[error("its parent is {got}, the block below is {expected}")]
    Parent {
        /// The tip.
        expected: BlockHash,
        /// The block's parent.
        got: BlockHash,
    },
    /// It commits to another past.
    #[error("its history root is {got}, the blocks below it give {expected}")]
    History {
        /// The root over the blocks below.
        expected: HistoryRoot,
        /// The block's.
        got: HistoryRoot,
    },
    /// It vouches for another state than the chain below it has, for none at a checkpoint, or for
    /// one elsewhere.
    #[error("its state root is {got}, at this height it has to be {expected}", got = told(*got), expected = told(*expected))]
    StateRoot {
        /// What the chain below it gives.
        expected: Option<StateRoot>,
        /// The block's.
        got: Option<StateRoot>,
    },
    /// It was made for other members.
    #[error("it was agreed by the members {got}, the members in force are {expected}")]
    Members {
        /// The configuration in force.
        expected: ConfigHash,
        /// The block's.
        got: ConfigHash,
    },
    /// It names other members for the next height than its edits make.
    #[error("it leaves the next height to the members {got}, its edits leave it to {expected}")]
    MembersNext {
        /// What follows from its edits.
        expected: ConfigHash,
        /// The block's.
        got: ConfigHash,
    },
    /// Its edits are not those that its header vouches for.
    #[error("its edits do not give the Merkle root of its header")]
    EditsRoot,
    /// Its header counts other edits.
    #[error("its header counts {claimed} edits, {found} are there")]
    EditCount {
        /// What the header says.
        claimed: u64,
        /// What is there.
        found: u64,
    },
    /// It does not begin the chain as a founding block must.
    #[error("the founding block must hold exactly one founding edit by one of its own voters")]
    NotFounding,
    /// It founds a household inside another one.
    #[error("edit {edit} founds a household, which only the first block does")]
    FoundingAgain {
        /// The edit.
        edit: EditId,
    },
    /// An edit that begins an epoch beside others, or in another device's name.
    #[error(
        "an epoch must begin with a block that holds nothing else, made by the device that begins it"
    )]
    EpochNotAlone,
    /// A device that says it has the recovery key, and has not.
    #[error("device {device} begins an epoch without the household's recovery key")]
    NotRecovered {
        /// The device.
        device: DeviceId,
    },
    /// No room for another epoch.
    #[error("the household has had {EPOCHS_MAX} epochs, and may not have more")]
    Epochs,
    /// Edits for a line of history that does not lead here.
    #[error(
        "device {device} wrote the edits from {seq} on for a line of history that is not this one"
    )]
    Line {
        /// The author.
        device: DeviceId,
        /// The first sequence number of the batch.
        seq: u64,
    },
    /// More than one change of the members.
    #[error("edit {edit} is the second of its block to change the members; one is allowed")]
    MembershipAgain {
        /// The second one.
        edit: EditId,
    },
    /// An author who is not a member.
    #[error("device {device} wrote edits but is no member")]
    Stranger {
        /// The author.
        device: DeviceId,
    },
    /// A signature that does not hold.
    #[error("the signature of device {device} on the edits from {seq} on does not hold")]
    Signature {
        /// The author.
        device: DeviceId,
        /// The first sequence number of the batch.
        seq: u64,
    },
    /// Edits that the chain already has.
    #[error("edit {edit} stands in the chain already")]
    Duplicate {
        /// The first of them.
        edit: EditId,
    },
    /// Edits whose predecessors are missing.
    #[error("edit {edit} came before edit {expected} of the same author")]
    Gap {
        /// The first edit of the batch.
        edit: EditId,
        /// The sequence number that had to come.
        expected: u64,
    },
    /// An author who claims to have seen the future.
    #[error("edit {edit} says that its author had seen height {base}, which is not below it")]
    Base {
        /// The first edit of the batch.
        edit: EditId,
        /// The claimed base.
        base: Height,
    },
    /// An empty or overlong batch.
    #[error("a batch of {edits} edits by {device} is outside 1 to {max}")]
    BatchSize {
        /// The author.
        device: DeviceId,
        /// How many edits.
        edits: usize,
        /// The limit.
        max: usize,
    },
}

fn told(root: Option<StateRoot>) -> String {
    root.map_or_else(|| "none".to_owned(), |root| root.to_string())
}
