//! Blocks: the links of the chain.

use std::collections::BTreeSet;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::batch::Batch;
use crate::edit::{Edit, Epoch, Membership, Payload, decode_owner, encode_owner};
use crate::id::{
    BlockHash, ConfigHash, DeviceId, EditsRoot, Height, HistoryRoot, Owner, StateRoot,
};
use crate::merkle;
use crate::wire::{Reader, WireError, Writer};

/// Version of the block format that this code writes.
const BLOCK_VERSION: u8 = 1;

/// Largest encoded block, in bytes. A batch that would pass it waits for the next block.
pub const BLOCK_BYTES_MAX: usize = 8 << 20;

/// Fixed bytes of an encoded block besides its batches.
pub const BLOCK_OVERHEAD_BYTES: usize = 320;

/// What a block's hash covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Position in the chain.
    pub height: Height,
    /// Hash of the block below; [`BlockHash::NONE`] at height 0.
    pub prev: BlockHash,
    /// The members that agreed on this block.
    pub config_hash: ConfigHash,
    /// The members that agree on the block above: the same, unless a membership edit of this
    /// block takes effect. So whether one does can be read from the header.
    pub config_hash_next: ConfigHash,
    /// Merkle root of the hashes of all blocks below, so that a tip's hash commits to each of
    /// them and proofs about old blocks are short.
    pub history_root: HistoryRoot,
    /// Merkle root of the edits.
    pub edits_root: EditsRoot,
    /// How many edits.
    pub edit_count: u32,
    /// Hash of the chain's state as the block below left it, on blocks that are
    /// [checkpoints](crate::apply::CHECKPOINT_EVERY) and no others.
    pub state_root: Option<StateRoot>,
    /// The proposer's clock in milliseconds since 1970, as it is: nobody checks it. For people,
    /// and for when claims to tasks lapse; nothing else depends on it.
    pub timestamp_ms: i64,
    /// Who built the block.
    pub proposer: Owner,
    /// To whom round 0 of the next height belongs.
    pub next_owner: Owner,
}

impl Header {
    /// SHA-256 of the canonical header.
    #[must_use]
    pub fn hash(&self) -> BlockHash {
        let hash = Sha256::new()
            .chain_update("kinfolio block v1\0")
            .chain_update(self.canonical());
        BlockHash(hash.finalize().into())
    }

    /// The canonical form, as it is hashed.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        writer.finish()
    }

    fn encode(&self, to: &mut Writer) {
        to.u8(BLOCK_VERSION);
        to.u64(self.height);
        to.raw(&self.prev.0);
        to.raw(&self.config_hash.0);
        to.raw(&self.config_hash_next.0);
        to.raw(&self.history_root.0);
        to.raw(&self.edits_root.0);
        to.u32(self.edit_count);
        to.u8(self.state_root.is_some().into());
        if let Some(root) = &self.state_root {
            to.raw(&root.0);
        }
        to.i64(self.timestamp_ms);
        encode_owner(&self.proposer, to);
        encode_owner(&self.next_owner, to);
    }

    fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let version = from.u8("a block's version")?;
        if version != BLOCK_VERSION {
            return Err(WireError::Unknown {
                what: "a block's version",
                value: version.into(),
            });
        }
        Ok(Self {
            height: from.u64("a block's height")?,
            prev: BlockHash(from.raw("a block's parent")?),
            config_hash: ConfigHash(from.raw("a block's configuration hash")?),
            config_hash_next: ConfigHash(from.raw("a block's next configuration hash")?),
            history_root: HistoryRoot(from.raw("a block's history root")?),
            edits_root: EditsRoot(from.raw("a block's edits root")?),
            edit_count: from.u32("a block's edit count")?,
            state_root: match from.u8("a block's state root")? {
                0 => None,
                1 => Some(StateRoot(from.raw("a block's state root")?)),
                value => {
                    let value = value.into();
                    return Err(WireError::Unknown {
                        what: "a block's state root",
                        value,
                    });
                }
            },
            timestamp_ms: from.i64("a block's timestamp")?,
            proposer: decode_owner(from)?,
            next_owner: decode_owner(from)?,
        })
    }
}

/// A header, the batches under it, and the hash that names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    header: Header,
    hash: BlockHash,
    batches: Vec<Batch>,
}

impl Block {
    /// A block over these batches; fills in what follows from them.
    #[must_use]
    pub fn build(draft: Draft, batches: Vec<Batch>) -> Self {
        let edit_count: usize = batches.iter().map(|batch| batch.payloads.len()).sum();
        let header = Header {
            height: draft.height,
            prev: draft.prev,
            config_hash: draft.config_hash,
            config_hash_next: draft.config_hash_next,
            history_root: draft.history_root,
            edits_root: edits_root(batches.iter().flat_map(Batch::leaves)),
            edit_count: u32::try_from(edit_count).unwrap_or(u32::MAX),
            state_root: draft.state_root,
            timestamp_ms: draft.timestamp_ms,
            proposer: draft.proposer,
            next_owner: draft.next_owner,
        };
        Self {
            hash: header.hash(),
            header,
            batches,
        }
    }

    /// What the hash covers.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Position in the chain.
    #[must_use]
    pub fn height(&self) -> Height {
        self.header.height
    }

    /// SHA-256 of the header as it is; computed, never read from outside.
    #[must_use]
    pub fn hash(&self) -> BlockHash {
        self.hash
    }

    /// The batches, in order.
    #[must_use]
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// The edits, in order.
    pub fn edits(&self) -> impl Iterator<Item = Edit> + '_ {
        self.batches.iter().flat_map(Batch::edits)
    }

    /// The edit that changes the members, if it takes effect.
    #[must_use]
    pub fn membership(&self) -> Option<&Membership> {
        if self.header.config_hash_next == self.header.config_hash {
            return None;
        }
        membership_of(&self.batches)
    }

    /// The epoch that this block begins, if it does: it holds nothing else then.
    #[must_use]
    pub fn epoch(&self) -> Option<&Epoch> {
        epoch_of(&self.batches)
    }

    /// Who votes at the height above, if `voters` vote at this block's own height.
    ///
    /// Exact for a block that [`ChainState::check`](crate::ChainState::check) lets pass: its
    /// header says whether its membership edit is void, which voters alone could not tell.
    #[must_use]
    pub fn voters_after(&self, voters: &BTreeSet<DeviceId>) -> BTreeSet<DeviceId> {
        if let Some(epoch) = self.epoch() {
            return BTreeSet::from([epoch.device()]);
        }
        let mut after = voters.clone();
        if let Some(membership) = self.membership() {
            membership.change.move_voters(&mut after);
        }
        after
    }

    /// How many edits.
    #[must_use]
    pub fn edit_count(&self) -> u64 {
        self.header.edit_count.into()
    }

    /// The canonical form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.header.encode(&mut writer);
        writer.len(self.batches.len());
        for batch in &self.batches {
            batch.encode(&mut writer);
        }
        writer.finish()
    }

    /// Reads the canonical form. The hash is computed; nothing else is checked: that is
    /// [`ChainState::check`](crate::ChainState::check).
    ///
    /// # Errors
    /// If the bytes are not a block.
    pub fn decode(bytes: Bytes) -> Result<Self, WireError> {
        let mut reader = Reader::new(bytes);
        let header = Header::decode(&mut reader)?;
        let count = reader.len("a block's list of batches", u32::MAX as usize, 120)?;
        let batches: Result<_, _> = (0..count).map(|_| Batch::decode(&mut reader)).collect();
        let batches = batches?;
        reader.end("a block")?;
        Ok(Self {
            hash: header.hash(),
            header,
            batches,
        })
    }
}

/// Equal hashes mean equal blocks.
impl std::hash::Hash for Block {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

/// What a proposer decides about a block; the rest follows from the batches.
#[derive(Clone, Copy, Debug)]
pub struct Draft {
    /// Position in the chain.
    pub height: Height,
    /// Hash of the block below.
    pub prev: BlockHash,
    /// The members in force.
    pub config_hash: ConfigHash,
    /// The members in force above it:
    /// [`ChainState::config_hash_next`](crate::ChainState::config_hash_next).
    pub config_hash_next: ConfigHash,
    /// The root over all blocks below:
    /// [`ChainState::history_root`](crate::ChainState::history_root).
    pub history_root: HistoryRoot,
    /// The state below it, at a checkpoint:
    /// [`ChainState::state_root_next`](crate::ChainState::state_root_next).
    pub state_root: Option<StateRoot>,
    /// The proposer's clock, in milliseconds since 1970.
    pub timestamp_ms: i64,
    /// Who builds the block.
    pub proposer: Owner,
    /// To whom round 0 of the next height shall belong.
    pub next_owner: Owner,
}

/// What the proposer of a block decided.
impl From<&Header> for Draft {
    fn from(header: &Header) -> Self {
        Self {
            height: header.height,
            prev: header.prev,
            config_hash: header.config_hash,
            config_hash_next: header.config_hash_next,
            history_root: header.history_root,
            state_root: header.state_root,
            timestamp_ms: header.timestamp_ms,
            proposer: header.proposer,
            next_owner: header.next_owner,
        }
    }
}

/// The first membership edit of these batches; a block holds one at most.
pub(crate) fn membership_of(batches: &[Batch]) -> Option<&Membership> {
    let payloads = batches.iter().flat_map(|batch| &batch.payloads);
    payloads.into_iter().find_map(|payload| match payload {
        Payload::Membership(membership) => Some(membership),
        Payload::Founding(_) | Payload::Opaque(_) | Payload::Task(_) | Payload::Epoch(_) => None,
    })
}

/// The epoch that a block of these batches begins.
pub(crate) fn epoch_of(batches: &[Batch]) -> Option<&Epoch> {
    match batches {
        [batch] => match batch.payloads.as_slice() {
            [Payload::Epoch(epoch)] => Some(epoch),
            _ => None,
        },
        _ => None,
    }
}

/// The Merkle root over the leaf hashes of a block's edits.
pub(crate) fn edits_root(leaves: impl Iterator<Item = [u8; 32]>) -> EditsRoot {
    EditsRoot(merkle::root(&leaves.collect::<Vec<_>>()))
}
