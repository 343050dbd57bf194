//! A block's header, as far as proofs need it.
//!
//! The canonical bytes, numbers little-endian: version `1` (1 byte) · height (8) · hash of the
//! block below (32) · configuration (32) · next configuration (32) · history root (32) · edits
//! root (32) · number of edits (4) · `0`, or `1` and a state root (32) · timestamp (8) · proposer
//! (32) · next owner (32). The block's hash is SHA-256 of `"kinfolio block v1"`, a zero byte, and
//! these bytes.

use sha2::{Digest, Sha256};

use crate::tree::Hash;
use crate::{Unproven, bytes};

const VERSION: u8 = 1;

/// What proofs read from a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The block's hash, computed from the bytes.
    pub hash: Hash,
    /// The block's height, which is also the number of blocks below it.
    pub height: u64,
    /// The root over the hashes of all blocks below.
    pub history_root: Hash,
    /// The root over the block's edits.
    pub edits_root: Hash,
    /// How many edits.
    pub edit_count: u32,
}

impl Header {
    /// Reads canonical bytes in hexadecimal; `field` says where they stood.
    ///
    /// # Errors
    /// If they are not a header.
    pub fn from_hex(field: &'static str, text: &str) -> Result<Self, Unproven> {
        let bytes = bytes(field, text)?;
        Self::parse(&bytes).map_err(|detail| Unproven::Header { field, detail })
    }

    fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        const SHORT: &str = "it is too short";
        let mut rest = bytes;
        if take::<1>(&mut rest).ok_or(SHORT)? != [VERSION] {
            return Err("it is of another version");
        }
        let height = u64::from_le_bytes(take(&mut rest).ok_or(SHORT)?);
        let _parent_and_configurations: [u8; 96] = take(&mut rest).ok_or(SHORT)?;
        let history_root = take(&mut rest).ok_or(SHORT)?;
        let edits_root = take(&mut rest).ok_or(SHORT)?;
        let edit_count = u32::from_le_bytes(take(&mut rest).ok_or(SHORT)?);
        match take::<1>(&mut rest).ok_or(SHORT)? {
            [0] => {}
            [1] => {
                take::<32>(&mut rest).ok_or(SHORT)?;
            }
            _ => return Err("its state root is neither there nor not there"),
        }
        let _timestamp_and_owners: [u8; 72] = take(&mut rest).ok_or(SHORT)?;
        if !rest.is_empty() {
            return Err("it is too long");
        }
        let mut hash = Sha256::new();
        hash.update(b"kinfolio block v1\0");
        hash.update(bytes);
        Ok(Self {
            hash: hash.finalize().into(),
            height,
            history_root,
            edits_root,
            edit_count,
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}
