//! What the household's bucket has voted at one height, as it lies there: the counterpart of a
//! device's log, of one object for each height, which is changed only by compare-and-swap.
//!
//! `kinfolio`, a byte of version, whose vote it is (household, epoch, the bucket's id, height), the
//! ballot that was promised, the ballot and block that were accepted, if any, and a CRC-32C of all
//! that.

use std::sync::Arc;

use bytes::Bytes;

use crate::batch::Line;
use crate::block::{BLOCK_BYTES_MAX, BLOCK_OVERHEAD_BYTES, Block};
use crate::id::{DeviceId, EpochId, Height, HouseholdId};
use crate::store::Ballot;
use crate::store::record::{decode_ballot, encode_ballot};
use crate::wire::{Reader, WireError, Writer};

const MARK: &[u8; 8] = b"kinfolio";

/// Version of the format that this code writes.
const VERSION: u8 = 1;

/// Bytes of the checksum at the end.
const SUM_BYTES: usize = 4;

/// Whose vote a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    /// In which household and epoch.
    pub line: Line,
    /// The bucket's id.
    pub voter: DeviceId,
    /// At which height.
    pub height: Height,
}

/// What was voted there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Nothing below this ballot will be accepted.
    pub promised: Ballot,
    /// The highest ballot that was accepted, and its block.
    pub accepted: Option<(Ballot, Arc<Block>)>,
}

/// Why some bytes are not the vote that they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// They are something else.
    #[error("it is no vote of a Kinfolio household")]
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
    /// It cannot be read.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// It is a vote in another household or epoch, of another bucket, or at another height.
    #[error("it is a vote of another household, epoch, bucket or height")]
    OtherSeat,
}

impl Register {
    /// Writes it.
    #[must_use]
    pub fn encode(&self, seat: Seat) -> Vec<u8> {
        let mut to = Writer::new();
        to.raw(MARK);
        to.u8(VERSION);
        to.raw(&seat.line.household.0);
        to.raw(&seat.line.epoch.0);
        to.u32(seat.line.number);
        to.raw(&seat.voter.0);
        to.u64(seat.height);
        encode_ballot(&self.promised, &mut to);
        if let Some((ballot, block)) = &self.accepted {
            encode_ballot(ballot, &mut to);
            to.blob(&block.encode());
        }
        let mut bytes = to.finish();
        let sum = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads what `seat` has voted.
    ///
    /// # Errors
    /// If the bytes are not that, or not what was written.
    pub fn decode(seat: Seat, mut bytes: Bytes) -> Result<Self, RegisterError> {
        let Some(&version) = bytes.strip_prefix(MARK).and_then(|rest| rest.first()) else {
            return Err(RegisterError::Foreign);
        };
        if version > VERSION {
            return Err(RegisterError::Newer { version });
        }
        let at = bytes.len().saturating_sub(SUM_BYTES).max(MARK.len() + 1);
        let sum = bytes.split_off(at);
        if sum[..] != crc32c::crc32c(&bytes).to_le_bytes() {
            return Err(RegisterError::Damaged);
        }
        let mut from = Reader::new(bytes.slice(MARK.len() + 1..));
        let found = Seat {
            line: Line {
                household: HouseholdId(from.raw("the household's id")?),
                epoch: EpochId(from.raw("the epoch")?),
                number: from.u32("the epoch's number")?,
            },
            voter: DeviceId(from.raw("the bucket's id")?),
            height: from.u64("the height")?,
        };
        if found != seat {
            return Err(RegisterError::OtherSeat);
        }
        let promised = decode_ballot(&mut from)?;
        let accepted = match from.left() {
            0 => None,
            _ => {
                let ballot = decode_ballot(&mut from)?;
                let block = from.blob("a block", BLOCK_BYTES_MAX + BLOCK_OVERHEAD_BYTES)?;
                Some((ballot, Arc::new(Block::decode(block)?)))
            }
        };
        from.end("a vote")?;
        match &accepted {
            Some((_, block)) if block.height() != seat.height => Err(RegisterError::OtherSeat),
            _ => Ok(Self { promised, accepted }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{Incarnation, Owner};
    use crate::store::conformance::Author;

    #[test]
    fn it_reads_back_in_its_seat_and_nothing_that_was_changed_does() {
        let author = Author::new();
        let seat = Seat {
            line: author.state.line(),
            voter: DeviceId([7; 16]),
            height: 0,
        };
        let incarnation = Incarnation {
            counter: 3,
            nonce: 4,
        };
        let ballot = |round| Ballot {
            round,
            proposer: Owner {
                device: DeviceId([1; 16]),
                incarnation,
            },
        };
        let promised = Register {
            promised: ballot(2),
            accepted: None,
        };
        let accepted = Register {
            promised: ballot(2),
            accepted: Some((ballot(1), Arc::clone(&author.founding))),
        };
        for register in [promised, accepted] {
            let bytes = register.encode(seat);
            let read = Register::decode(seat, bytes.clone().into());
            assert_eq!(read, Ok(register.clone()));
            for length in 0..bytes.len() {
                let cut = Bytes::copy_from_slice(&bytes[..length]);
                assert!(Register::decode(seat, cut).is_err(), "{length} bytes");
            }
            for at in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[at] ^= 1;
                let read = Register::decode(seat, changed.into());
                assert!(read.is_err(), "byte {at}");
            }
            let elsewhere = Seat { height: 1, ..seat };
            let read = Register::decode(elsewhere, bytes.into());
            assert_eq!(read, Err(RegisterError::OtherSeat));
        }
    }
}
