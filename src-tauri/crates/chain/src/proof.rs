//! Proofs that fit in a letter: that an edit stands in the chain below a tip, and that one tip
//! continues another.
//!
//! Every header carries the root over all blocks below it, so a tip's hash, which is all that
//! the receiver has to trust, commits to every block. A proof is a few headers and two audit
//! paths of at most 64 hashes each. What checks it is the crate `kinfolio-proof`, which shares
//! no code with this one.

mod tree;

use serde::{Deserialize, Serialize, Serializer};

use crate::batch::Batch;
use crate::block::{Block, Header};
use crate::edit::EditId;
use crate::id::{BlockHash, Height, NodeHash};
use crate::merkle;

pub use tree::HistoryTree;

/// That an edit stands in the chain of a tip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// The edit, in canonical form.
    pub edit: HexBytes,
    /// Its place among the edits of its block, counted from 0.
    pub index: u64,
    /// From the edit's leaf to the edits root of its block, lowest first.
    pub edit_path: Vec<NodeHash>,
    /// The canonical header of its block.
    pub header: HexBytes,
    /// From the block's hash to the history root of the tip, lowest first; empty at the tip.
    pub history_path: Vec<NodeHash>,
    /// The canonical header of the tip.
    pub tip_header: HexBytes,
}

/// That one tip continues another: the chain below the old one is the beginning of the chain
/// below the new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// The canonical header of the old tip.
    pub old_header: HexBytes,
    /// The canonical header of the new tip.
    pub new_header: HexBytes,
    /// From the history root of the old tip to that of the new one (RFC 6962, 2.1.2).
    pub path: Vec<NodeHash>,
    /// From the old tip's hash to the history root of the new tip, lowest first.
    pub old_tip_path: Vec<NodeHash>,
}

impl InclusionProof {
    /// Proves that `edit` stands in `block`, at or below the tip with the header `tip`; nothing
    /// if it does not.
    ///
    /// `read` gives the hash of any block up to the tip; for what it costs see [`HistoryTree`].
    ///
    /// # Errors
    /// What `read` says.
    pub fn of<E>(
        edit: EditId,
        block: &Block,
        tip: &Header,
        tree: &mut HistoryTree,
        read: impl FnMut(Height) -> Result<BlockHash, E>,
    ) -> Result<Option<Self>, E> {
        let found = (0..).zip(block.edits()).find(|(_, one)| one.id == edit);
        let Some((index, edit)) = found else {
            return Ok(None);
        };
        let leaves: Vec<_> = block.batches().iter().flat_map(Batch::leaves).collect();
        let history_path = match block.height().cmp(&tip.height) {
            std::cmp::Ordering::Less => tree.inclusion(block.height(), tip.height, read)?,
            std::cmp::Ordering::Equal => Vec::new(),
            std::cmp::Ordering::Greater => return Ok(None),
        };
        Ok(Some(Self {
            edit: HexBytes(edit.canonical()),
            index: index as u64,
            edit_path: nodes(merkle::inclusion(&leaves, index)),
            header: HexBytes(block.header().canonical()),
            history_path: nodes(history_path),
            tip_header: HexBytes(tip.canonical()),
        }))
    }
}

impl ConsistencyProof {
    /// Proves that the tip `new` continues the tip `old`; nothing if `old` is the higher one.
    ///
    /// `read` is as for [`InclusionProof::of`].
    ///
    /// # Errors
    /// What `read` says.
    pub fn of<E>(
        old: &Header,
        new: &Header,
        tree: &mut HistoryTree,
        mut read: impl FnMut(Height) -> Result<BlockHash, E>,
    ) -> Result<Option<Self>, E> {
        let (path, old_tip_path) = match old.height.cmp(&new.height) {
            std::cmp::Ordering::Less => (
                tree.consistency(old.height, new.height, &mut read)?,
                tree.inclusion(old.height, new.height, read)?,
            ),
            std::cmp::Ordering::Equal => (Vec::new(), Vec::new()),
            std::cmp::Ordering::Greater => return Ok(None),
        };
        Ok(Some(Self {
            old_header: HexBytes(old.canonical()),
            new_header: HexBytes(new.canonical()),
            path: nodes(path),
            old_tip_path: nodes(old_tip_path),
        }))
    }
}

/// Bytes that are written as lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HexBytes(pub Vec<u8>);

impl Serialize for HexBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        let bytes = hex::decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        Ok(Self(bytes))
    }
}

fn nodes(hashes: Vec<[u8; 32]>) -> Vec<NodeHash> {
    hashes.into_iter().map(NodeHash).collect()
}
