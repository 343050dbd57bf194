//! How an epoch begins, and what holds across one.
//!
//! Its block stands above one that all its followers share, and leaves the next height to its author
//! alone. Edits that were signed for an earlier line of this very chain still count: whoever comes
//! back with blocks of a line that ended brings the edits of them, and each applies once by its name.
//! What their authors had seen above the fork is not in this chain, so they count as having seen the
//! fork.

use ed25519_dalek::VerifyingKey;

use crate::apply::{ChainState, Refusal};
use crate::batch::{Batch, Line};
use crate::block::Block;
use crate::config::{Configuration, Role};
use crate::edit::{Beginner, Epoch, Payload};
use crate::id::{EpochId, Height};

/// Most epochs that a household may have.
pub const EPOCHS_MAX: usize = 256;

/// A line of history, and where it left the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its name.
    pub epoch: EpochId,
    /// The height of the last block that it shares with the line before it; 0 for the first one.
    pub fork: Height,
}

impl ChainState {
    /// The lines of history that led here, the present one last.
    #[must_use]
    pub fn lines(&self) -> &[Begun] {
        &self.lines
    }

    /// The height of this chain up to which the author of `batch` had seen it.
    #[must_use]
    pub fn base_of(&self, batch: &Batch) -> Height {
        let next = self.lines.get(batch.line as usize + 1);
        next.map_or(batch.base, |next| batch.base.min(next.fork))
    }

    /// The line that `number` names in this chain.
    pub(super) fn line_numbered(&self, number: u32) -> Option<Line> {
        let begun = self.lines.get(number as usize)?;
        Some(Line {
            household: self.line.household,
            epoch: begun.epoch,
            number,
        })
    }

    /// The line that `epoch` begins above the tip.
    #[must_use]
    pub fn line_of(&self, epoch: &Epoch) -> Line {
        Line {
            household: self.line.household,
            epoch: epoch.id(self.tip),
            number: u32::try_from(self.lines.len()).unwrap_or(u32::MAX),
        }
    }

    /// The members above the block of an epoch.
    pub(super) fn members_from(&self, epoch: &Epoch) -> Configuration {
        match &epoch.beginner {
            Beginner::Restored { member, .. } => Configuration::new([member.as_ref().clone()]),
            Beginner::Survivor(device) => {
                // The bucket's vote belongs to the line that ends.
                let members = self.configuration.members();
                let members = members
                    .filter(|member| member.role != Role::Bucket)
                    .cloned();
                Configuration::new(members.map(|mut member| {
                    member.role = match member.id == *device {
                        true => Role::Voter,
                        false => Role::Observer,
                    };
                    member
                }))
            }
        }
    }

    /// The key that the edit of an epoch must be signed with.
    pub(super) fn key_of<'a>(&'a self, epoch: &'a Epoch) -> Option<&'a VerifyingKey> {
        match &epoch.beginner {
            Beginner::Survivor(device) => self.configuration.member(*device).map(|one| &one.key),
            Beginner::Restored { member, .. } => Some(&member.key),
        }
    }

    /// Whether an edit that begins an epoch stands alone in its block, and its author may begin one.
    pub(super) fn check_epoch(&self, block: &Block) -> Result<(), Refusal> {
        let mut payloads = block.batches().iter().flat_map(|batch| &batch.payloads);
        if !payloads.any(|payload| matches!(payload, Payload::Epoch(_))) {
            return Ok(());
        }
        let Some(epoch) = block.epoch() else {
            return Err(Refusal::EpochNotAlone);
        };
        let device = epoch.device();
        if self.lines.len() >= EPOCHS_MAX {
            return Err(Refusal::Epochs);
        }
        let header = block.header();
        let number = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        if block
            .batches()
            .iter()
            .any(|batch| batch.first_seq != Epoch::seq(number))
        {
            return Err(Refusal::EpochNotAlone);
        }
        let authors = block.batches().iter().map(|batch| batch.author.device);
        let mut those = authors.chain([header.proposer.device, header.next_owner.device]);
        if !those.all(|one| one == device) {
            return Err(Refusal::EpochNotAlone);
        }
        let newcomer = matches!(epoch.beginner, Beginner::Restored { .. });
        let known = self.configuration.member(device).is_some() || self.removed.contains(&device);
        if newcomer && known || !newcomer && self.configuration.member(device).is_none() {
            return Err(Refusal::Stranger { device });
        }
        match epoch.is_allowed(&self.recovery, self.line.household, self.tip) {
            true => Ok(()),
            false => Err(Refusal::NotRecovered { device }),
        }
    }

    pub(super) fn adopt_epoch(&mut self, block: &Block) {
        let Some(epoch) = block.epoch() else {
            return;
        };
        let members = self.members_from(epoch);
        for member in self.configuration.members() {
            if members.member(member.id).is_none() {
                self.removed.insert(member.id);
                self.tasks.forget(member.id);
            }
        }
        self.line = self.line_of(epoch);
        self.lines.push(Begun {
            epoch: self.line.epoch,
            fork: self.height,
        });
        self.config_hash = members.hash();
        self.configuration = members;
    }
}
