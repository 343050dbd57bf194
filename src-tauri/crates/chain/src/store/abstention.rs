//! What a log lacks of its device's own votes, after it was made anew from what was left of it.
//!
//! A vote must not contradict one that was given and forgotten. Until a device knows that none of
//! its forgotten votes can matter any more, it follows the chain and writes edits, but does not
//! vote (invariant A).

use std::sync::Arc;

use bytes::Bytes;

use crate::block::Block;
use crate::id::Height;
use crate::store::Ballot;
use crate::store::record::{decode_ballot, encode_ballot};
use crate::wire::{Reader, WireError, Writer};

/// Which of a device's votes its log does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Abstention {
    /// None: it may vote.
    #[default]
    Over,
    /// Some below a height. At that height its votes were these; above it there were none.
    Below {
        /// The height.
        height: Height,
        /// The highest ballot promised at it.
        promised: Option<Ballot>,
        /// The block accepted at it, and under which ballot.
        accepted: Option<(Ballot, Arc<Block>)>,
    },
    /// Any: nobody here knows up to which height it has voted.
    Unknown,
}

impl Abstention {
    /// Writes the canonical form.
    pub(crate) fn encode(&self, to: &mut Writer) {
        match self {
            Self::Over => to.u8(0),
            Self::Unknown => to.u8(1),
            Self::Below {
                height,
                promised,
                accepted,
            } => {
                to.u8(2);
                to.u64(*height);
                to.u8(promised.is_some().into());
                if let Some(ballot) = promised {
                    encode_ballot(ballot, to);
                }
                if let Some((ballot, block)) = accepted {
                    encode_ballot(ballot, to);
                    to.raw(&block.encode());
                }
            }
        }
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// If the bytes are not an abstention.
    pub(crate) fn decode(bytes: &Bytes) -> Result<Self, WireError> {
        let mut from = Reader::new(bytes.clone());
        let read = match from.u8("an abstention's kind")? {
            0 => Self::Over,
            1 => Self::Unknown,
            2 => {
                let height = from.u64("an abstention's height")?;
                let promised = match from.u8("an abstention's promise")? {
                    0 => None,
                    _ => Some(decode_ballot(&mut from)?),
                };
                let accepted = match from.left() {
                    0 => None,
                    _ => {
                        let ballot = decode_ballot(&mut from)?;
                        let block = bytes.slice(bytes.len() - from.left()..);
                        Some((ballot, Arc::new(Block::decode(block)?)))
                    }
                };
                return Ok(Self::Below {
                    height,
                    promised,
                    accepted,
                });
            }
            value => {
                return Err(WireError::Unknown {
                    what: "an abstention's kind",
                    value: value.into(),
                });
            }
        };
        from.end("an abstention")?;
        Ok(read)
    }
}
