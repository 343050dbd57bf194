//! Records: the entries of the log, and their frame.
//!
//! A record on disk is `length u32 · kind u8 · CRC-32C of both · body · CRC-32C of the body`.
//! The head has a checksum of its own, so that a flipped length is found where it stands and
//! is never taken for the incomplete end of the file.

use std::sync::Arc;

use bytes::Bytes;

use crate::batch::Batch;
use crate::block::{BLOCK_BYTES_MAX, BLOCK_OVERHEAD_BYTES, Block};
use crate::edit::{decode_owner, encode_owner};
use crate::id::{BlockHash, Height, Incarnation, Owner};
use crate::store::abstention::Abstention;
use crate::store::fault::Damage;
use crate::wire::{Reader, WireError, Writer};

/// Bytes of a frame before the body.
pub const HEAD_BYTES: usize = 9;

/// Bytes of a frame after the body.
pub const TAIL_BYTES: usize = 4;

/// Largest body of a record.
pub const BODY_BYTES_MAX: usize = BLOCK_BYTES_MAX + BLOCK_OVERHEAD_BYTES;

/// A ballot as the log keeps it; `consensus` gives it its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ballot {
    /// 0 belongs to the owner of the height; any voter may run any later one.
    pub round: u64,
    /// Who runs it.
    pub proposer: Owner,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A new life of this device began.
    Incarnation(Incarnation),
    /// This device will accept nothing below `ballot` at `height`.
    Promise {
        /// At which height.
        height: Height,
        /// To which ballot.
        ballot: Ballot,
    },
    /// This device accepted `block` at its height.
    Accepted {
        /// Under which ballot.
        ballot: Ballot,
        /// The block.
        block: Arc<Block>,
    },
    /// The block with this hash, accepted before, is decided.
    Decided {
        /// At which height.
        height: Height,
        /// Which block.
        hash: BlockHash,
    },
    /// Edits of this device that wait for a quorum.
    Pending(Box<Batch>),
    /// A block that others decided, and on which this device never voted.
    Learned(Arc<Block>),
    /// What this log lacks of its device's votes, from here on.
    Abstention(Abstention),
    /// A clean exit: the file was this long and summed to this before the seal.
    Seal {
        /// Bytes before this record.
        length: u64,
        /// CRC-32C of those bytes.
        checksum: u32,
    },
}

impl Record {
    fn kind(&self) -> u8 {
        match self {
            Self::Incarnation(_) => 1,
            Self::Promise { .. } => 2,
            Self::Accepted { .. } => 3,
            Self::Decided { .. } => 4,
            Self::Pending(_) => 5,
            Self::Seal { .. } => 6,
            Self::Learned(_) => 7,
            Self::Abstention(_) => 8,
        }
    }

    fn body(&self) -> Vec<u8> {
        let mut to = Writer::new();
        match self {
            Self::Incarnation(incarnation) => {
                to.u64(incarnation.counter);
                to.u64(incarnation.nonce);
            }
            Self::Promise { height, ballot } => {
                to.u64(*height);
                encode_ballot(ballot, &mut to);
            }
            Self::Accepted { ballot, block } => {
                encode_ballot(ballot, &mut to);
                to.raw(&block.encode());
            }
            Self::Decided { height, hash } => {
                to.u64(*height);
                to.raw(&hash.0);
            }
            Self::Pending(batch) => batch.encode(&mut to),
            Self::Learned(block) => to.raw(&block.encode()),
            Self::Abstention(abstention) => abstention.encode(&mut to),
            Self::Seal { length, checksum } => {
                to.u64(*length);
                to.u32(*checksum);
            }
        }
        to.finish()
    }

    /// The record in its frame.
    #[must_use]
    pub fn frame(&self) -> Vec<u8> {
        let body = self.body();
        let mut to = Writer::new();
        to.len(body.len());
        to.u8(self.kind());
        let mut frame = to.finish();
        frame.extend_from_slice(&crc32c::crc32c(&frame).to_le_bytes());
        frame.extend_from_slice(&body);
        frame.extend_from_slice(&crc32c::crc32c(&body).to_le_bytes());
        frame
    }

    /// Reads a body of the given kind.
    ///
    /// # Errors
    /// If the bytes mean nothing.
    pub fn decode(kind: u8, body: &Bytes) -> Result<Self, WireError> {
        let mut from = Reader::new(body.clone());
        let record = match kind {
            1 => Self::Incarnation(Incarnation {
                counter: from.u64("an incarnation's counter")?,
                nonce: from.u64("an incarnation's nonce")?,
            }),
            2 => Self::Promise {
                height: from.u64("a promise's height")?,
                ballot: decode_ballot(&mut from)?,
            },
            3 => {
                let ballot = decode_ballot(&mut from)?;
                let block = body.slice(body.len() - from.left()..);
                return Ok(Self::Accepted {
                    ballot,
                    block: Arc::new(Block::decode(block)?),
                });
            }
            4 => Self::Decided {
                height: from.u64("a decision's height")?,
                hash: BlockHash(from.raw("a decision's block")?),
            },
            5 => Self::Pending(Box::new(Batch::decode(&mut from)?)),
            6 => Self::Seal {
                length: from.u64("a seal's length")?,
                checksum: from.u32("a seal's checksum")?,
            },
            7 => return Ok(Self::Learned(Arc::new(Block::decode(body.clone())?))),
            8 => return Abstention::decode(body).map(Self::Abstention),
            value => {
                return Err(WireError::Unknown {
                    what: "a record's kind",
                    value: value.into(),
                });
            }
        };
        from.end("a record")?;
        Ok(record)
    }
}

/// What stands at one place of a log.
#[derive(Debug)]
pub enum Frame {
    /// A whole record, and how many bytes it takes.
    Whole(Box<Record>, usize),
    /// The file ends exactly here.
    End,
    /// The file ends within a record: what a crash leaves behind.
    Torn,
    /// Something else than what was written; the bytes to skip, where the head can be trusted.
    Bad(Damage, Option<usize>),
}

/// Reads the record at the front of `bytes`, which reach to the end of the file.
#[must_use]
pub fn read_frame(bytes: &Bytes) -> Frame {
    if bytes.is_empty() {
        return Frame::End;
    }
    if bytes.len() < HEAD_BYTES || bytes.iter().all(|&byte| byte == 0) {
        return Frame::Torn;
    }
    let length = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    let head = u32::from_le_bytes([bytes[5], bytes[6], bytes[7], bytes[8]]);
    if crc32c::crc32c(&bytes[..5]) != head || length > BODY_BYTES_MAX {
        return Frame::Bad(Damage::Head, None);
    }
    let whole = HEAD_BYTES + length + TAIL_BYTES;
    if bytes.len() < whole {
        return Frame::Torn;
    }
    let body = bytes.slice(HEAD_BYTES..HEAD_BYTES + length);
    let tail = &bytes[HEAD_BYTES + length..whole];
    if crc32c::crc32c(&body).to_le_bytes() != tail {
        return Frame::Bad(Damage::Body, Some(whole));
    }
    match Record::decode(bytes[4], &body) {
        Ok(record) => Frame::Whole(Box::new(record), whole),
        Err(error) => Frame::Bad(Damage::Meaningless(error), Some(whole)),
    }
}

pub(crate) fn encode_ballot(ballot: &Ballot, to: &mut Writer) {
    to.u64(ballot.round);
    encode_owner(&ballot.proposer, to);
}

pub(crate) fn decode_ballot(from: &mut Reader) -> Result<Ballot, WireError> {
    Ok(Ballot {
        round: from.u64("a ballot's round")?,
        proposer: decode_owner(from)?,
    })
}
