//! Batches: edits of one author that were signed together and are indivisible.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::edit::{Edit, EditId, Payload, decode_owner, encode_owner, leaf};
use crate::id::{EpochId, Height, HouseholdId, Owner};
use crate::merkle;
use crate::wire::{Reader, WireError, Writer};

/// Most edits in one batch.
pub const BATCH_EDITS_MAX: usize = 1 << 16;

/// Fixed bytes of an encoded batch besides its payloads.
const BATCH_OVERHEAD_BYTES: usize = 16 + 8 + 8 + 4 + 8 + 8 + 64 + 4;

/// The line of history that a signature belongs to, so that it counts in no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The household.
    pub household: HouseholdId,
    /// Its epoch.
    pub epoch: EpochId,
    /// How many epochs came before it.
    pub number: u32,
}

/// Consecutive edits of one author, signed once.
///
/// A batch is included whole or dropped whole; its edits have the sequence numbers
/// `first_seq..first_seq + payloads.len()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The author in one of its lives.
    pub author: Owner,
    /// Which line of its household's history it was signed for, by that line's number.
    pub line: u32,
    /// The sequence number of the first edit.
    pub first_seq: u64,
    /// The height that the author had seen.
    pub base: Height,
    /// What the edits say, in order; never empty.
    pub payloads: Vec<Payload>,
    /// Ed25519 over line, author, first sequence number, base and the edits' Merkle root.
    pub signature: Signature,
}

impl Batch {
    /// Signs edits together.
    #[must_use]
    pub fn sign(
        key: &SigningKey,
        line: Line,
        author: Owner,
        first_seq: u64,
        base: Height,
        payloads: Vec<Payload>,
    ) -> Self {
        let signature = Signature::from_bytes(&[0; 64]);
        let mut batch = Self {
            author,
            line: line.number,
            first_seq,
            base,
            payloads,
            signature,
        };
        let root = merkle::root(&batch.leaves());
        batch.signature = key.sign(&batch.statement(line, &root));
        batch
    }

    /// Whether `key` signed exactly this for exactly this line; `root` is the Merkle root of
    /// the batch's [`leaves`](Batch::leaves).
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifyingKey, line: Line, root: &[u8; 32]) -> bool {
        key.verify_strict(&self.statement(line, root), &self.signature)
            .is_ok()
    }

    /// The leaf hashes of the edits, in order.
    #[must_use]
    pub fn leaves(&self) -> Vec<[u8; 32]> {
        let edits = self.ids().zip(&self.payloads);
        edits
            .map(|(id, payload)| leaf(id, self.base, payload))
            .collect()
    }

    /// The edits, in order.
    pub fn edits(&self) -> impl Iterator<Item = Edit> + '_ {
        let edits = self.ids().zip(&self.payloads);
        edits.map(|(id, payload)| Edit {
            id,
            base: self.base,
            payload: payload.clone(),
        })
    }

    /// The sequence number after the last edit.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.first_seq.saturating_add(self.payloads.len() as u64)
    }

    /// How many bytes the canonical form has.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let payloads: usize = self.payloads.iter().map(Payload::encoded_len).sum();
        BATCH_OVERHEAD_BYTES + payloads
    }

    /// Writes the canonical form.
    pub fn encode(&self, to: &mut Writer) {
        encode_owner(&self.author, to);
        to.u32(self.line);
        to.u64(self.first_seq);
        to.u64(self.base);
        to.raw(&self.signature.to_bytes());
        to.len(self.payloads.len());
        for payload in &self.payloads {
            payload.encode(to);
        }
    }

    /// Reads the canonical form; the signature is read, not checked.
    ///
    /// # Errors
    /// If the bytes are not a batch.
    pub fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let author = decode_owner(from)?;
        let line = from.u32("a batch's line")?;
        let first_seq = from.u64("a batch's first sequence number")?;
        let base = from.u64("a batch's base")?;
        let signature = Signature::from_bytes(&from.raw("a batch's signature")?);
        let count = from.len("a batch", BATCH_EDITS_MAX, 5)?;
        let payloads: Result<_, _> = (0..count).map(|_| Payload::decode(from)).collect();
        Ok(Self {
            author,
            line,
            first_seq,
            base,
            payloads: payloads?,
            signature,
        })
    }

    /// The name of the edit at `index`.
    #[must_use]
    pub fn id_at(&self, index: usize) -> EditId {
        let Owner {
            device,
            incarnation,
        } = self.author;
        EditId {
            device,
            incarnation,
            seq: self.first_seq.saturating_add(index as u64),
        }
    }

    fn ids(&self) -> impl Iterator<Item = EditId> + '_ {
        (0..self.payloads.len()).map(|index| self.id_at(index))
    }

    /// What is signed.
    fn statement(&self, line: Line, root: &[u8; 32]) -> [u8; 32] {
        let mut writer = Writer::new();
        writer.raw(&line.household.0);
        writer.raw(&line.epoch.0);
        encode_owner(&self.author, &mut writer);
        writer.u64(self.first_seq);
        writer.u64(self.base);
        writer.len(self.payloads.len());
        writer.raw(root);
        let hash = Sha256::new()
            .chain_update("kinfolio batch v1\0")
            .chain_update(writer.finish());
        hash.finalize().into()
    }
}
