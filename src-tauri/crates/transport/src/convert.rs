//! Between domain messages and protobuf; the only place that sees both.
//!
//! Reading is total: any bytes give a message or a [`DecodeError`], within the chain's limits.
//! What comes out is well-formed and no more: signatures, parents and votes are for others to
//! check.

pub(crate) mod files;
pub(crate) mod pairing;

use std::sync::Arc;

use bytes::Bytes;
use kinfolio_chain::apply::EPOCHS_MAX;
use kinfolio_chain::block::{BLOCK_BYTES_MAX, BLOCK_OVERHEAD_BYTES};
use kinfolio_chain::config::MEMBERS_MAX;
use kinfolio_chain::wire::{Reader, WireError, Writer};
use kinfolio_chain::{
    Batch, Begun, Block, BlockHash, DeviceId, EpochId, Height, HouseholdId, Incarnation,
};
use kinfolio_consensus::{Ballot, Message, Proposer};
use prost::Message as _;

use crate::contact::Condition;
use crate::message::{Hello, Ledger, PeerMessage, RefusalCode, Sighting};
use crate::proto;
use crate::proto::peer_message::Message as Wire;

/// Largest encoded message, in bytes: one block, and whatever is said about it.
pub const MESSAGE_BYTES_MAX: usize = BLOCK_BYTES_MAX + (64 << 10);

/// Longest text that goes with a refusal, in bytes.
const DETAIL_BYTES_MAX: usize = 1_000;

/// A message as it travels; made once, sent to as many as need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded(Bytes);

impl Encoded {
    /// The bytes, an encoded `kinfolio.v1.PeerMessage`.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The bytes for themselves.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

/// Why a message cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// It holds too much.
    #[error("a message of {len} bytes is above the limit of {MESSAGE_BYTES_MAX}")]
    TooLong {
        /// How many bytes it would have.
        len: usize,
    },
}

/// Why bytes are not a message that this version can read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DecodeError {
    /// A text that is no address.
    #[error("“{0}” is no address")]
    Address(String),
    /// They are not protobuf, or not of this shape.
    #[error("the message cannot be read: {0}")]
    Malformed(#[from] prost::DecodeError),
    /// What should carry messages is cut short, too large, or no frame at all.
    #[error("the frame cannot be read: {detail}")]
    Frame {
        /// In which way.
        detail: String,
    },
    /// The message is of a kind that a newer version made.
    #[error("the message is of a kind that this version does not know")]
    UnknownKind,
    /// A part is missing.
    #[error("{what} is missing")]
    Missing {
        /// Which part.
        what: &'static str,
    },
    /// An id or hash has the wrong length.
    #[error("{what} has {len} bytes; {wanted} are expected")]
    Length {
        /// Which id.
        what: &'static str,
        /// How many bytes there were.
        len: usize,
        /// How many it has.
        wanted: usize,
    },
    /// Something is above its limit.
    #[error("{what} is {len} bytes long; at most {max} are allowed")]
    TooLong {
        /// What.
        what: &'static str,
        /// How long it is.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// A block or a batch is not in the chain's encoding.
    #[error(transparent)]
    Chain(#[from] WireError),
    /// A refusal for a reason that a newer version knows.
    #[error("the refusal code {0} is unknown to this version")]
    RefusalCode(i32),
}

impl PeerMessage {
    /// The bytes to send.
    ///
    /// # Errors
    /// [`EncodeError::TooLong`] above [`MESSAGE_BYTES_MAX`]: only too many blocks or batches in
    /// one message get there.
    pub fn encode(&self) -> Result<Encoded, EncodeError> {
        let message = proto::PeerMessage {
            message: Some(to_wire(self)),
        };
        let len = message.encoded_len();
        if len > MESSAGE_BYTES_MAX {
            return Err(EncodeError::TooLong { len });
        }
        Ok(Encoded(message.encode_to_vec().into()))
    }

    /// Reads what a peer sent. Payloads stay slices of `bytes`, and so keep them in memory.
    ///
    /// # Errors
    /// [`DecodeError`] says what is wrong with them.
    pub fn decode(bytes: Bytes) -> Result<Self, DecodeError> {
        check_len("the message", bytes.len(), MESSAGE_BYTES_MAX)?;
        let message = proto::PeerMessage::decode(bytes)?;
        from_wire(message.message.ok_or(DecodeError::UnknownKind)?)
    }
}

fn to_wire(message: &PeerMessage) -> Wire {
    match message {
        PeerMessage::Hello(hello) => Wire::Hello(proto::Hello {
            version: hello.version,
            household: bytes(&hello.household.0),
            lines: hello.lines.iter().map(line_to_wire).collect(),
            incarnation: Some(incarnation_to_wire(hello.incarnation)),
            height: hello.height,
            tip: bytes(&hello.tip.0),
            accepted: hello.accepted,
            remembers: hello.remembers,
            yours: hello.yours.map(|seen| proto::Sighting {
                incarnation: Some(incarnation_to_wire(seen.incarnation)),
                height: seen.height,
                lives: seen.lives,
            }),
            votes: hello.votes,
            again: hello.again,
        }),
        PeerMessage::Synod(message) => synod_to_wire(message),
        PeerMessage::Edits(batches) => Wire::Edits(proto::Edits {
            batches: batches.iter().map(batch_to_wire).collect(),
        }),
        PeerMessage::Tip { height, hash } => Wire::Tip(proto::Tip {
            height: *height,
            hash: bytes(&hash.0),
        }),
        PeerMessage::Fetch { from, limit } => Wire::Fetch(proto::Fetch {
            from: *from,
            limit: *limit,
        }),
        PeerMessage::Blocks(blocks) => Wire::Blocks(proto::Blocks {
            blocks: blocks.iter().map(|block| block.encode().into()).collect(),
        }),
        PeerMessage::Contacts(contacts) => Wire::Contacts(proto::Contacts {
            contacts: contacts.iter().map(pairing::contact_to_wire).collect(),
        }),
        PeerMessage::Condition(condition) => Wire::Condition(proto::Condition {
            pending: condition.pending,
            free_bytes: condition.free_bytes,
            misses: condition.misses.iter().map(|one| bytes(&one.0)).collect(),
            disk_full: condition.disk_full,
            clock_ms: condition.clock_ms,
        }),
        PeerMessage::Refused { code, detail } => Wire::Refused(proto::Refused {
            code: code_to_wire(*code).into(),
            detail: cut(detail).to_owned(),
        }),
    }
}

fn from_wire(message: Wire) -> Result<PeerMessage, DecodeError> {
    Ok(match message {
        Wire::Hello(hello) => PeerMessage::Hello(Hello {
            version: hello.version,
            household: HouseholdId(id("the household", &hello.household)?),
            lines: lines(&hello.lines)?,
            incarnation: incarnation(hello.incarnation)?,
            height: hello.height,
            tip: BlockHash(id("the tip", &hello.tip)?),
            accepted: hello.accepted,
            remembers: hello.remembers,
            yours: hello.yours.map(sighting).transpose()?,
            votes: hello.votes,
            again: hello.again,
        }),
        Wire::Edits(edits) => {
            let batches = edits.batches.into_iter().map(batch);
            PeerMessage::Edits(batches.collect::<Result<_, _>>()?)
        }
        Wire::Tip(tip) => PeerMessage::Tip {
            height: tip.height,
            hash: BlockHash(id("the tip", &tip.hash)?),
        },
        Wire::Fetch(proto::Fetch { from, limit }) => PeerMessage::Fetch { from, limit },
        Wire::Blocks(blocks) => {
            let blocks = blocks.blocks.into_iter().map(block);
            PeerMessage::Blocks(blocks.collect::<Result<_, _>>()?)
        }
        Wire::Contacts(contacts) => PeerMessage::Contacts(pairing::contacts(contacts.contacts)?),
        Wire::Condition(said) => PeerMessage::Condition(condition(&said)?),
        Wire::Refused(refused) => {
            check_len("the refusal", refused.detail.len(), DETAIL_BYTES_MAX)?;
            PeerMessage::Refused {
                code: code(refused.code)?,
                detail: refused.detail,
            }
        }
        synod => PeerMessage::Synod(synod_from_wire(synod)?),
    })
}

fn condition(said: &proto::Condition) -> Result<Condition, DecodeError> {
    check_len("the list of missed voters", said.misses.len(), MEMBERS_MAX)?;
    let misses = said.misses.iter();
    let misses = misses.map(|one| Ok(DeviceId(id("a missed voter", one)?)));
    Ok(Condition {
        pending: said.pending,
        free_bytes: said.free_bytes,
        misses: misses.collect::<Result<_, DecodeError>>()?,
        disk_full: said.disk_full,
        clock_ms: said.clock_ms,
    })
}

fn synod_to_wire(message: &Message<Ledger>) -> Wire {
    match message {
        Message::Prepare { height, ballot } => Wire::Prepare(proto::Prepare {
            height: *height,
            ballot: Some(ballot_to_wire(ballot)),
        }),
        Message::Promise {
            height,
            ballot,
            accepted,
        } => Wire::Promise(proto::Promise {
            height: *height,
            ballot: Some(ballot_to_wire(ballot)),
            accepted: accepted.as_ref().map(|(ballot, block)| proto::Vote {
                ballot: Some(ballot_to_wire(ballot)),
                block: block.encode().into(),
            }),
        }),
        Message::Accept {
            height,
            ballot,
            block,
        } => Wire::Accept(proto::Accept {
            height: *height,
            ballot: Some(ballot_to_wire(ballot)),
            block: block.encode().into(),
        }),
        Message::Accepted {
            height,
            ballot,
            hash,
        } => Wire::Accepted(proto::Accepted {
            height: *height,
            ballot: Some(ballot_to_wire(ballot)),
            hash: bytes(&hash.0),
        }),
        Message::Nack {
            height,
            ballot,
            promised,
        } => Wire::Nack(proto::Nack {
            height: *height,
            ballot: Some(ballot_to_wire(ballot)),
            promised: Some(ballot_to_wire(promised)),
        }),
        Message::Decided { height, hash } => Wire::Decided(proto::Decided {
            height: *height,
            hash: bytes(&hash.0),
        }),
        Message::Ask { read } => Wire::Ask(proto::Ask { read: *read }),
        Message::Seen { read, height } => Wire::Seen(proto::Seen {
            read: *read,
            height: *height,
        }),
    }
}

fn synod_from_wire(message: Wire) -> Result<Message<Ledger>, DecodeError> {
    Ok(match message {
        Wire::Prepare(proto::Prepare { height, ballot: b }) => Message::Prepare {
            height,
            ballot: ballot(b)?,
        },
        Wire::Promise(promise) => Message::Promise {
            height: promise.height,
            ballot: ballot(promise.ballot)?,
            accepted: promise.accepted.map(vote).transpose()?,
        },
        Wire::Accept(accept) => Message::Accept {
            height: accept.height,
            ballot: ballot(accept.ballot)?,
            block: block(accept.block)?,
        },
        Wire::Accepted(accepted) => Message::Accepted {
            height: accepted.height,
            ballot: ballot(accepted.ballot)?,
            hash: BlockHash(id("the block's hash", &accepted.hash)?),
        },
        Wire::Nack(nack) => Message::Nack {
            height: nack.height,
            ballot: ballot(nack.ballot)?,
            promised: ballot(nack.promised)?,
        },
        Wire::Decided(decided) => Message::Decided {
            height: decided.height,
            hash: BlockHash(id("the block's hash", &decided.hash)?),
        },
        Wire::Ask(proto::Ask { read }) => Message::Ask { read },
        Wire::Seen(proto::Seen { read, height }) => Message::Seen { read, height },
        Wire::Hello(_)
        | Wire::Edits(_)
        | Wire::Tip(_)
        | Wire::Fetch(_)
        | Wire::Blocks(_)
        | Wire::Contacts(_)
        | Wire::Condition(_)
        | Wire::Refused(_) => return Err(DecodeError::UnknownKind),
    })
}

fn ballot_to_wire(ballot: &Ballot<Ledger>) -> proto::Ballot {
    proto::Ballot {
        round: ballot.round,
        device: bytes(&ballot.proposer.device.0),
        incarnation: Some(incarnation_to_wire(ballot.proposer.incarnation)),
    }
}

fn ballot(ballot: Option<proto::Ballot>) -> Result<Ballot<Ledger>, DecodeError> {
    let ballot = ballot.ok_or(DecodeError::Missing { what: "a ballot" })?;
    Ok(Ballot {
        round: ballot.round,
        proposer: Proposer {
            device: DeviceId(id("the ballot's device", &ballot.device)?),
            incarnation: incarnation(ballot.incarnation)?,
        },
    })
}

fn vote(vote: proto::Vote) -> Result<(Ballot<Ledger>, Arc<Block>), DecodeError> {
    Ok((ballot(vote.ballot)?, block(vote.block)?))
}

fn incarnation_to_wire(incarnation: Incarnation) -> proto::Incarnation {
    let Incarnation { counter, nonce } = incarnation;
    proto::Incarnation { counter, nonce }
}

fn line_to_wire(line: &Begun) -> proto::Line {
    proto::Line {
        epoch: bytes(&line.epoch.0),
        fork: line.fork,
    }
}

fn lines(lines: &[proto::Line]) -> Result<Vec<Begun>, DecodeError> {
    check_len("the list of epochs", lines.len(), EPOCHS_MAX)?;
    let begun = |line: &proto::Line| {
        let epoch = EpochId(id("an epoch", &line.epoch)?);
        let fork = line.fork;
        Ok(Begun { epoch, fork })
    };
    lines.iter().map(begun).collect()
}

fn incarnation(incarnation: Option<proto::Incarnation>) -> Result<Incarnation, DecodeError> {
    let what = "an incarnation";
    let proto::Incarnation { counter, nonce } = incarnation.ok_or(DecodeError::Missing { what })?;
    Ok(Incarnation { counter, nonce })
}

fn sighting(seen: proto::Sighting) -> Result<Sighting, DecodeError> {
    Ok(Sighting {
        incarnation: incarnation(seen.incarnation)?,
        height: seen.height,
        lives: seen.lives,
    })
}

fn batch_to_wire(batch: &Batch) -> Bytes {
    let mut writer = Writer::new();
    batch.encode(&mut writer);
    writer.finish().into()
}

fn batch(bytes: Bytes) -> Result<Batch, DecodeError> {
    let max = BLOCK_BYTES_MAX - BLOCK_OVERHEAD_BYTES;
    check_len("a batch", bytes.len(), max)?;
    let mut reader = Reader::new(bytes);
    let batch = Batch::decode(&mut reader)?;
    reader.end("a batch")?;
    Ok(batch)
}

fn block(bytes: Bytes) -> Result<Arc<Block>, DecodeError> {
    check_len("a block", bytes.len(), BLOCK_BYTES_MAX)?;
    Ok(Arc::new(Block::decode(bytes)?))
}

fn code_to_wire(code: RefusalCode) -> proto::RefusalCode {
    match code {
        RefusalCode::Version => proto::RefusalCode::Version,
        RefusalCode::Household => proto::RefusalCode::Household,
        RefusalCode::Past => proto::RefusalCode::Past,
        RefusalCode::Clone => proto::RefusalCode::Clone,
        RefusalCode::Member => proto::RefusalCode::Member,
        RefusalCode::Ungreeted => proto::RefusalCode::Ungreeted,
        RefusalCode::Block => proto::RefusalCode::Block,
        RefusalCode::Edits => proto::RefusalCode::Edits,
        RefusalCode::Fork => proto::RefusalCode::Fork,
        RefusalCode::Flood => proto::RefusalCode::Flood,
        RefusalCode::Unreadable => proto::RefusalCode::Unreadable,
    }
}

fn code(code: i32) -> Result<RefusalCode, DecodeError> {
    match proto::RefusalCode::try_from(code) {
        Ok(proto::RefusalCode::Version) => Ok(RefusalCode::Version),
        Ok(proto::RefusalCode::Household) => Ok(RefusalCode::Household),
        Ok(proto::RefusalCode::Past) => Ok(RefusalCode::Past),
        Ok(proto::RefusalCode::Clone) => Ok(RefusalCode::Clone),
        Ok(proto::RefusalCode::Member) => Ok(RefusalCode::Member),
        Ok(proto::RefusalCode::Ungreeted) => Ok(RefusalCode::Ungreeted),
        Ok(proto::RefusalCode::Block) => Ok(RefusalCode::Block),
        Ok(proto::RefusalCode::Edits) => Ok(RefusalCode::Edits),
        Ok(proto::RefusalCode::Fork) => Ok(RefusalCode::Fork),
        Ok(proto::RefusalCode::Flood) => Ok(RefusalCode::Flood),
        Ok(proto::RefusalCode::Unreadable) => Ok(RefusalCode::Unreadable),
        Ok(proto::RefusalCode::Unspecified) | Err(_) => Err(DecodeError::RefusalCode(code)),
    }
}

fn bytes(id: &[u8]) -> Bytes {
    Bytes::copy_from_slice(id)
}

/// An id of `N` bytes.
fn id<const N: usize>(what: &'static str, bytes: &[u8]) -> Result<[u8; N], DecodeError> {
    let (len, wanted) = (bytes.len(), N);
    bytes
        .try_into()
        .map_err(|_| DecodeError::Length { what, len, wanted })
}

fn check_len(what: &'static str, len: usize, max: usize) -> Result<(), DecodeError> {
    if len > max {
        return Err(DecodeError::TooLong { what, len, max });
    }
    Ok(())
}

/// As much of `detail` as may be sent.
fn cut(detail: &str) -> &str {
    &detail[..detail.floor_char_boundary(DETAIL_BYTES_MAX)]
}

/// What a receipt of the entry service says about where an entry stands.
pub(crate) fn receipt(receipt: &proto::Receipt) -> Result<(Height, BlockHash), DecodeError> {
    let hash = id("the block's hash", &receipt.hash)?;
    Ok((receipt.height, BlockHash(hash)))
}
