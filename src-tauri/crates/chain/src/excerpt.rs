//! A run of decided blocks as it lies outside the devices, in the household's bucket.
//!
//! `kinfolio`, a byte of version, the household's id, the heights of the first and the last block,
//! the blocks, each after its length, and a CRC-32C of all that: damage shows at once. That the
//! blocks are right is for [`ChainState`](crate::ChainState) to say.

use std::sync::Arc;

use bytes::Bytes;

use crate::block::{BLOCK_BYTES_MAX, Block};
use crate::id::{Height, HouseholdId};
use crate::wire::{Reader, WireError, Writer};

const MARK: &[u8; 8] = b"kinfolio";

/// Version of the format that this code writes.
const VERSION: u8 = 1;

/// Bytes of the checksum at the end.
const SUM_BYTES: usize = 4;

/// Consecutive blocks of one household; one at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    household: HouseholdId,
    blocks: Vec<Arc<Block>>,
}

/// Why some bytes are no excerpt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExcerptError {
    /// They are something else.
    #[error("it is no part of a Kinfolio ledger")]
    Foreign,
    /// A newer version wrote it.
    #[error("a newer version of Kinfolio wrote it (version {version}): update this one")]
    Newer {
        /// The version of its format.
        version: u8,
    },
    /// It is not what was written.
    #[error("it is damaged")]
    Damaged,
    /// A block in it cannot be read.
    #[error(transparent)]
    Block(#[from] WireError),
    /// Its blocks do not follow one another, or are not those that it names.
    #[error("its blocks are not those that it names")]
    Order,
}

impl Excerpt {
    /// An excerpt of these blocks; nothing, if there are none, or they do not follow each other.
    #[must_use]
    pub fn new(household: HouseholdId, blocks: Vec<Arc<Block>>) -> Option<Self> {
        let is_run = blocks.windows(2).all(|pair| match pair {
            [below, above] => {
                above.height() == below.height() + 1 && above.header().prev == below.hash()
            }
            _ => false,
        });
        (is_run && !blocks.is_empty()).then_some(Self { household, blocks })
    }

    /// Whose ledger it is from.
    #[must_use]
    pub fn household(&self) -> HouseholdId {
        self.household
    }

    /// Its blocks, the lowest first.
    #[must_use]
    pub fn blocks(&self) -> &[Arc<Block>] {
        &self.blocks
    }

    /// The height above its last block.
    #[must_use]
    pub fn end(&self) -> Height {
        self.blocks.last().map_or(0, |last| last.height() + 1)
    }

    /// Writes it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new();
        to.raw(MARK);
        to.u8(VERSION);
        to.raw(&self.household.0);
        let first = self.blocks.first().map_or(0, |first| first.height());
        to.u64(first);
        to.u64(self.end().saturating_sub(1));
        for block in &self.blocks {
            to.blob(&block.encode());
        }
        let mut bytes = to.finish();
        let sum = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads it.
    ///
    /// # Errors
    /// If the bytes are not an excerpt, or not what was written.
    pub fn decode(mut bytes: Bytes) -> Result<Self, ExcerptError> {
        let Some(&version) = bytes.strip_prefix(MARK).and_then(|rest| rest.first()) else {
            return Err(ExcerptError::Foreign);
        };
        if version > VERSION {
            return Err(ExcerptError::Newer { version });
        }
        let at = bytes.len().saturating_sub(SUM_BYTES).max(MARK.len() + 1);
        let sum = bytes.split_off(at);
        if sum[..] != crc32c::crc32c(&bytes).to_le_bytes() {
            return Err(ExcerptError::Damaged);
        }
        let mut from = Reader::new(bytes.slice(MARK.len() + 1..));
        let household = HouseholdId(from.raw("the household's id")?);
        let first = from.u64("the first height")?;
        let last = from.u64("the last height")?;
        let mut blocks = Vec::new();
        while from.left() > 0 {
            let block = from.blob("a block", BLOCK_BYTES_MAX)?;
            blocks.push(Arc::new(Block::decode(block)?));
        }
        let excerpt = Self::new(household, blocks).ok_or(ExcerptError::Order)?;
        let found = excerpt.blocks.first().map(|first| first.height());
        match found == Some(first) && excerpt.end().checked_sub(1) == Some(last) {
            true => Ok(excerpt),
            false => Err(ExcerptError::Order),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conformance::Author;

    fn excerpt() -> Excerpt {
        let mut author = Author::new();
        let founding = Arc::clone(&author.founding);
        let batch = author.batch(&["a"]);
        let next = author.block(vec![batch]);
        let household = author.state.line().household;
        Excerpt::new(household, vec![founding, next]).unwrap()
    }

    #[test]
    fn it_reads_back_and_nothing_that_was_changed_does() {
        let whole = excerpt();
        let bytes = whole.encode();
        assert_eq!(Excerpt::decode(bytes.clone().into()), Ok(whole.clone()));
        assert_eq!((whole.blocks().len(), whole.end()), (2, 2));
        for length in 0..bytes.len() {
            let cut = Bytes::copy_from_slice(&bytes[..length]);
            assert!(Excerpt::decode(cut).is_err(), "{length} bytes");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Excerpt::decode(changed.into()).is_err(), "byte {at}");
        }
        let mut newer = bytes;
        newer[8] = 2;
        let newer = Excerpt::decode(newer.into()).unwrap_err();
        assert_eq!(newer, ExcerptError::Newer { version: 2 });
    }

    #[test]
    fn blocks_that_do_not_follow_each_other_are_no_excerpt() {
        let whole = excerpt();
        let mut backwards = whole.blocks().to_vec();
        backwards.reverse();
        assert_eq!(Excerpt::new(whole.household(), backwards), None);
        assert_eq!(Excerpt::new(whole.household(), Vec::new()), None);
    }
}
