//! Checks proofs about a household's chain, knowing nothing but the hash of a tip.
//!
//! Shares no code with the chain that makes the proofs, and depends on nothing of the house: it
//! was written from RFC 9162 and from the description of a header in [`header`]. Who agreed on a
//! block, and whether its signatures hold, it does not know: whoever trusts a tip's hash trusts
//! those who decided it.

pub mod header;
pub mod tree;

use serde::{Deserialize, Serialize};

pub use header::Header;
pub use tree::Hash;

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// A field that is not what it should be.
    #[error("{field} is not lower-case hexadecimal of the right length")]
    Hex {
        /// Which one.
        field: &'static str,
    },
    /// Bytes that are no header of a block.
    #[error("{field} is not a block's header: {detail}")]
    Header {
        /// Which one.
        field: &'static str,
        /// In which way.
        detail: &'static str,
    },
    /// The proof is about another tip.
    #[error("the proof is about the tip {got}, not about {expected}")]
    Tip {
        /// Whose hash is trusted.
        expected: String,
        /// Of whom the proof speaks.
        got: String,
    },
    /// A block above the one in which it should be found.
    #[error("block {height} is not below the tip at height {tip}")]
    Height {
        /// The block's.
        height: u64,
        /// The tip's.
        tip: u64,
    },
    /// A path that does not lead to its root.
    #[error("{path} does not lead to {root}")]
    Path {
        /// Which path.
        path: &'static str,
        /// To where it should lead.
        root: &'static str,
    },
}

/// That an edit stands in the chain of a tip; hashes and bytes in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// The edit's canonical bytes.
    pub edit: String,
    /// Its place among the edits of its block.
    pub index: u64,
    /// From the edit to the edits root of its block.
    pub edit_path: Vec<String>,
    /// The header of its block.
    pub header: String,
    /// From the block's hash to the history root of the tip; empty at the tip.
    pub history_path: Vec<String>,
    /// The header of the tip.
    pub tip_header: String,
}

/// That one tip continues another; hashes and bytes in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsistencyProof {
    /// The header of the old tip.
    pub old_header: String,
    /// The header of the new tip.
    pub new_header: String,
    /// From the history root of the old tip to that of the new one.
    pub path: Vec<String>,
    /// From the old tip's hash to the history root of the new one.
    pub old_tip_path: Vec<String>,
}

/// What an [`InclusionProof`] proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// The edit's canonical bytes.
    pub edit: Vec<u8>,
    /// The height of its block.
    pub height: u64,
    /// The hash of its block.
    pub block: Hash,
    /// The height of the tip.
    pub tip_height: u64,
}

impl InclusionProof {
    /// Checks the proof against the hash of a tip that is trusted.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn verify(&self, tip: &Hash) -> Result<Included, Unproven> {
        let edit = bytes("edit", &self.edit)?;
        let header = Header::from_hex("header", &self.header)?;
        let top = Header::from_hex("tip_header", &self.tip_header)?;
        is_tip(&top, tip)?;
        let edit_path = hashes("edit_path", &self.edit_path)?;
        let edits = u64::from(header.edit_count);
        let leaf = tree::leaf(&edit);
        if !tree::is_included(&leaf, self.index, edits, &edit_path, &header.edits_root) {
            return Err(Unproven::Path {
                path: "edit_path",
                root: "the edits root of the header",
            });
        }
        let history_path = hashes("history_path", &self.history_path)?;
        if !(header == top && history_path.is_empty()) {
            is_below(&header, &top, "history_path", &history_path)?;
        }
        Ok(Included {
            edit,
            height: header.height,
            block: header.hash,
            tip_height: top.height,
        })
    }
}

impl ConsistencyProof {
    /// Checks that the chain of the tip `old` is the beginning of the chain of the tip `new`.
    /// Both heights, the old one first.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn verify(&self, old: &Hash, new: &Hash) -> Result<(u64, u64), Unproven> {
        let before = Header::from_hex("old_header", &self.old_header)?;
        let after = Header::from_hex("new_header", &self.new_header)?;
        is_tip(&before, old)?;
        is_tip(&after, new)?;
        let path = hashes("path", &self.path)?;
        let old_tip_path = hashes("old_tip_path", &self.old_tip_path)?;
        if before == after && path.is_empty() && old_tip_path.is_empty() {
            return Ok((before.height, after.height));
        }
        is_below(&before, &after, "old_tip_path", &old_tip_path)?;
        let (first, second) = (before.height, after.height);
        let roots = (&before.history_root, &after.history_root);
        if !tree::is_continued(first, second, roots.0, roots.1, &path) {
            return Err(Unproven::Path {
                path: "path",
                root: "the history roots of both headers",
            });
        }
        Ok((first, second))
    }
}

fn is_tip(header: &Header, tip: &Hash) -> Result<(), Unproven> {
    if header.hash == *tip {
        return Ok(());
    }
    Err(Unproven::Tip {
        expected: hex::encode(tip),
        got: hex::encode(header.hash),
    })
}

/// Whether the history root of `top`, which is over all blocks below it, is over this one, too.
fn is_below(
    header: &Header,
    top: &Header,
    field: &'static str,
    path: &[Hash],
) -> Result<(), Unproven> {
    let (height, tip) = (header.height, top.height);
    if height >= tip {
        return Err(Unproven::Height { height, tip });
    }
    let leaf = tree::leaf(&header.hash);
    if tree::is_included(&leaf, height, tip, path, &top.history_root) {
        return Ok(());
    }
    Err(Unproven::Path {
        path: field,
        root: "the history root of the tip",
    })
}

fn bytes(field: &'static str, text: &str) -> Result<Vec<u8>, Unproven> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Unproven::Hex { field });
    }
    hex::decode(text).map_err(|_| Unproven::Hex { field })
}

fn hashes(field: &'static str, texts: &[String]) -> Result<Vec<Hash>, Unproven> {
    let hashes = texts.iter().map(|text| {
        let bytes = bytes(field, text)?;
        Hash::try_from(bytes).map_err(|_| Unproven::Hex { field })
    });
    hashes.collect()
}
