//! Blocks: the links of the chain.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::batch::Batch;
use crate::edit::{Edit, decode_owner, encode_owner};
use crate::id::{BlockHash, ConfigHash, EditsRoot, Height, Owner, StateRoot};
use crate::merkle;
use crate::wire::{Reader, WireError, Writer};

/// Version of the block format that this code writes.
const BLOCK_VERSION: u8 = 1;

/// Largest encoded block, in bytes. A batch that would pass it waits for the next block.
pub const BLOCK_BYTES_MAX: usize = 8 << 20;

/// Fixed bytes of an encoded block besides its batches.
pub const BLOCK_OVERHEAD_BYTES: usize = 256;

/// What a block's hash covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Position in the chain.
    pub height: Height,
    /// Hash of the block below; [`BlockHash::NONE`] at height 0.
    pub prev: BlockHash,
    /// The members that agreed on this block.
    pub config_hash: ConfigHash,
    /// Merkle root of the edits.
    pub edits_root: EditsRoot,
    /// How many edits.
    pub edit_count: u32,
    /// Hash of the materialised state, on blocks that are checkpoints.
    pub state_root: Option<StateRoot>,
    /// The proposer's clock in milliseconds since 1970, for people; nothing depends on it.
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
        let mut writer = Writer::new();
        self.encode(&mut writer);
        let hash = Sha256::new()
            .chain_update("kinfolio block v1\0")
            .chain_update(writer.finish());
        BlockHash(hash.finalize().into())
    }

    fn encode(&self, to: &mut Writer) {
        to.u8(BLOCK_VERSION);
        to.u64(self.height);
        to.raw(&self.prev.0);
        to.raw(&self.config_hash.0);
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
            edits_root: edits_root(batches.iter().flat_map(Batch::leaves)),
            edit_count: u32::try_from(edit_count).unwrap_or(u32::MAX),
            state_root: None,
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
        let count = reader.len("a block's list of batches", u32::MAX as usize, 116)?;
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
    /// The proposer's clock, in milliseconds since 1970.
    pub timestamp_ms: i64,
    /// Who builds the block.
    pub proposer: Owner,
    /// To whom round 0 of the next height shall belong.
    pub next_owner: Owner,
}

/// The Merkle root over the leaf hashes of a block's edits.
pub(crate) fn edits_root(leaves: impl Iterator<Item = [u8; 32]>) -> EditsRoot {
    EditsRoot(merkle::root(&leaves.collect::<Vec<_>>()))
}
