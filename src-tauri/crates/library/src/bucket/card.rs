//! The card of a checkpoint in the bucket: of which block of which household it is, and what its
//! content is named by.

use bytes::Bytes;
use kinfolio_bucket::{Bucket, BucketError, Content};
use kinfolio_catalog::CHECKPOINT_FORMAT;
use kinfolio_node::{HouseholdId, Tip};
use serde::{Deserialize, Serialize};

use super::numbered::Numbered;
use crate::error::LibraryError;

/// The card of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    /// Which version of the catalogue can read its content.
    pub(crate) format: u64,
    /// Whose it is.
    pub(crate) household: HouseholdId,
    /// The last block in it.
    pub(crate) tip: Tip,
    /// About how many edits the ledger had then.
    pub(crate) edits: u64,
    /// The SHA-256 of its content.
    pub(crate) sha256: [u8; 32],
    /// How many bytes that has.
    pub(crate) size: u64,
}

/// As it is written down.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u64,
    household: String,
    height: u64,
    block: String,
    edits: u64,
    sha256: String,
    bytes: u64,
}

impl Card {
    /// What its content is named by.
    pub(crate) fn content(&self) -> Content {
        Content {
            height: self.tip.height,
            sha256: self.sha256,
            size: self.size,
        }
    }

    /// Whether this version of Kinfolio can read its content.
    pub(crate) fn is_legible(&self) -> bool {
        self.format == CHECKPOINT_FORMAT
    }

    pub(super) fn encode(&self) -> Bytes {
        let written = Written {
            format: self.format,
            household: self.household.to_string(),
            height: self.tip.height,
            block: self.tip.hash.to_string(),
            edits: self.edits,
            sha256: hex::encode(self.sha256),
            bytes: self.size,
        };
        serde_json::json!(written).to_string().into()
    }

    /// The card that this is, if it is one.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let written: Written = serde_json::from_slice(bytes).ok()?;
        let mut sha256 = [0; 32];
        hex::decode_to_slice(&written.sha256, &mut sha256).ok()?;
        Some(Self {
            format: written.format,
            household: written.household.parse().ok()?,
            tip: Tip {
                height: written.height,
                hash: written.block.parse().ok()?,
            },
            edits: written.edits,
            sha256,
            size: written.bytes,
        })
    }
}

/// The number of the last card, looked for from one on that was there.
pub(crate) async fn last_card(
    bucket: &Bucket,
    noted: Option<u64>,
) -> Result<Option<u64>, LibraryError> {
    Numbered::Cards.last(bucket, noted).await
}

/// The card of this number; nothing, if it is none that can be read.
pub(crate) async fn read_card(bucket: &Bucket, number: u64) -> Result<Option<Card>, LibraryError> {
    match bucket.card(number).await {
        Ok(bytes) => Ok(Card::decode(&bytes)),
        Err(BucketError::Missing { .. } | BucketError::Damaged { .. }) => Ok(None),
        Err(error) => Err(LibraryError::Bucket(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kinfolio_node::BlockHash;

    #[test]
    fn a_card_reads_back_and_nothing_else_passes_for_one() {
        let card = Card {
            format: CHECKPOINT_FORMAT,
            household: HouseholdId([1; 32]),
            tip: Tip {
                height: 7,
                hash: BlockHash([2; 32]),
            },
            edits: 9,
            sha256: [3; 32],
            size: u64::MAX,
        };
        let bytes = card.encode();
        assert_eq!(Card::decode(&bytes), Some(card));
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        for (from, to) in [("03", "3"), ("height", "depth"), ("}", ""), ("02", "xx")] {
            let other = text.replacen(from, to, 1);
            assert_eq!(Card::decode(other.as_bytes()), None, "{other}");
        }
    }
}
