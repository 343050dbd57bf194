//! What of a block can be checked without its place in the chain: hashes and signatures. That
//! is nearly all of the work, so the verifier has it done by all processors.

use std::collections::BTreeMap;

use ed25519_dalek::VerifyingKey;

use crate::apply::founding_line;
use crate::batch::{Batch, Line};
use crate::block::{Block, edits_root};
use crate::edit::{Beginner, Change, Payload};
use crate::id::{DeviceId, EditsRoot, EpochId, HouseholdId};
use crate::merkle;

/// The Merkle roots of a block as its edits give them, and what is known of its signatures.
#[derive(Clone, Debug)]
pub(crate) struct Inspection {
    pub(super) edits_root: EditsRoot,
    /// One for each batch.
    pub(super) batches: Vec<Inspected>,
}

#[derive(Clone, Debug)]
pub(super) struct Inspected {
    root: [u8; 32],
    verdict: Option<Verdict>,
}

/// Whether this key signed the batch for this line.
#[derive(Clone, Debug)]
struct Verdict {
    key: VerifyingKey,
    line: Line,
    holds: bool,
}

impl Inspection {
    /// Hashes the edits; signatures are checked when they are asked for.
    pub(crate) fn of(block: &Block) -> Self {
        let leaves: Vec<_> = block.batches().iter().map(Batch::leaves).collect();
        let batches = leaves.iter().map(|leaves| Inspected {
            root: merkle::root(leaves),
            verdict: None,
        });
        Self {
            batches: batches.collect(),
            edits_root: edits_root(leaves.iter().flatten().copied()),
        }
    }

    /// Hashes the edits and checks the signatures by the keys of `ring`.
    pub(crate) fn thorough(block: &Block, ring: &KeyRing) -> Self {
        let mut inspection = Self::of(block);
        for (batch, inspected) in block.batches().iter().zip(&mut inspection.batches) {
            let (line, key) = (ring.line(batch.line), ring.keys.get(&batch.author.device));
            if let (Some(line), Some(key)) = (line, key) {
                inspected.verdict = Some(Verdict {
                    key: *key,
                    line,
                    holds: batch.is_signed_by(key, line, &inspected.root),
                });
            }
        }
        inspection
    }
}

impl Inspected {
    /// As [`Batch::is_signed_by`]; what was found out before is not found out again.
    pub(super) fn is_signed_by(&self, batch: &Batch, key: &VerifyingKey, line: Line) -> bool {
        match &self.verdict {
            Some(verdict) if verdict.key == *key && verdict.line == line => verdict.holds,
            _ => batch.is_signed_by(key, line, &self.root),
        }
    }
}

/// The keys that blocks name, whether or not they hold: with which key a signature is worth
/// trying before it is known who the members are.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyRing {
    household: Option<HouseholdId>,
    epochs: BTreeMap<u32, EpochId>,
    keys: BTreeMap<DeviceId, VerifyingKey>,
}

impl KeyRing {
    /// The keys that `block` brings, if it brings any.
    pub(crate) fn brought_by(block: &Block) -> Option<Self> {
        let mut ring = Self::default();
        for payload in block.batches().iter().flat_map(|batch| &batch.payloads) {
            match payload {
                Payload::Founding(founding) => {
                    let line = founding_line(founding);
                    ring.household = Some(line.household);
                    ring.epochs.insert(line.number, line.epoch);
                    let members = founding.members.iter();
                    ring.keys
                        .extend(members.map(|member| (member.id, member.key)));
                }
                Payload::Membership(edit) => {
                    if let Change::Join { member, .. } = &edit.change {
                        ring.keys.insert(member.id, member.key);
                    }
                }
                Payload::Epoch(epoch) => {
                    let number = block.batches().iter().map(|batch| batch.line).max();
                    let id = epoch.id(block.header().prev);
                    ring.epochs.extend(number.map(|number| (number, id)));
                    if let Beginner::Restored { member, .. } = &epoch.beginner {
                        ring.keys.insert(member.id, member.key);
                    }
                }
                Payload::Opaque(_) | Payload::Task(_) => {}
            }
        }
        let brings = !ring.keys.is_empty() || !ring.epochs.is_empty();
        brings.then_some(ring)
    }

    /// Takes in the keys of another one.
    pub(crate) fn extend(&mut self, other: Self) {
        self.household = self.household.or(other.household);
        self.epochs.extend(other.epochs);
        self.keys.extend(other.keys);
    }

    fn line(&self, number: u32) -> Option<Line> {
        Some(Line {
            household: self.household?,
            epoch: *self.epochs.get(&number)?,
            number,
        })
    }
}
