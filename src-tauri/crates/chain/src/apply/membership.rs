//! How membership edits take effect: one block at a time, from the next height on.
//!
//! The block that carries such an edit is still agreed by the members before it. An edit that
//! cannot take effect is void: it stands in the chain and changes nothing, so that nobody can
//! keep blocks from being made with an edit that does not apply.

use crate::apply::{ChainState, Refusal};
use crate::batch::Batch;
use crate::block::{Block, epoch_of, membership_of};
use crate::config::{Configuration, MEMBERS_MAX, Member, Role};
use crate::edit::{Change, Membership, Payload};
use crate::id::{ConfigHash, DeviceId};

/// Why a membership edit changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Void {
    /// The members have changed since it was written.
    #[error("it was written for the members {assumed}, the members in force are {in_force}")]
    Outdated {
        /// What its author knew.
        assumed: ConfigHash,
        /// What is.
        in_force: ConfigHash,
    },
    /// A newcomer that is there already.
    #[error("device {device} is a member already")]
    Member {
        /// The newcomer.
        device: DeviceId,
    },
    /// A newcomer that was removed before.
    #[error("device {device} was removed; it can only come back under a new id")]
    Removed {
        /// The newcomer.
        device: DeviceId,
    },
    /// An invitation that another device has come in with.
    #[error("the invitation was used by another device")]
    Used,
    /// No room for a newcomer.
    #[error("the household has {MEMBERS_MAX} members, and may not have more")]
    Full,
    /// A device that is no member.
    #[error("device {device} is no member")]
    Stranger {
        /// The device.
        device: DeviceId,
    },
    /// A member with that voice already.
    #[error("device {device} has that role already")]
    SameRole {
        /// The member.
        device: DeviceId,
    },
    /// Only a voter can stop counting because it is silent: for others it would be a way to a vote.
    #[error("device {device} has no vote that its silence could take")]
    NoVoter {
        /// The member.
        device: DeviceId,
    },
    /// A member with that name already.
    #[error("device {device} is called so already")]
    SameName {
        /// The member.
        device: DeviceId,
    },
    /// A second bucket.
    #[error("the bucket {bucket} has a vote already")]
    SecondBucket {
        /// The one that has it.
        bucket: DeviceId,
    },
    /// A bucket comes by joining and goes by leaving; nobody becomes one.
    #[error("{device} cannot change between a device and a bucket")]
    BucketRole {
        /// The member.
        device: DeviceId,
    },
    /// Without this device nobody would propose.
    #[error("device {device} is the last voter")]
    LastVoter {
        /// The member.
        device: DeviceId,
    },
}

impl ChainState {
    /// The members that this edit would make, if it stood in the next block.
    ///
    /// # Errors
    /// Why it would be void.
    pub fn members_after(&self, edit: &Membership) -> Result<Configuration, Void> {
        let members = &self.configuration;
        if edit.config_hash != self.config_hash {
            let (assumed, in_force) = (edit.config_hash, self.config_hash);
            return Err(Void::Outdated { assumed, in_force });
        }
        match &edit.change {
            Change::Join { member, invitation } => {
                let device = member.id;
                if members.member(device).is_some() {
                    return Err(Void::Member { device });
                }
                if self.removed.contains(&device) {
                    return Err(Void::Removed { device });
                }
                if self.invitations.contains(invitation) {
                    return Err(Void::Used);
                }
                if members.len() >= MEMBERS_MAX {
                    return Err(Void::Full);
                }
                if member.role == Role::Bucket
                    && let Some(bucket) = members.bucket()
                {
                    return Err(Void::SecondBucket { bucket });
                }
                Ok(members.with(member.as_ref().clone()))
            }
            Change::Name { device, name } => {
                let device = *device;
                let Some(member) = members.member(device) else {
                    return Err(Void::Stranger { device });
                };
                if member.name == *name {
                    return Err(Void::SameName { device });
                }
                let mut member = member.clone();
                member.name.clone_from(name);
                Ok(members.with(member))
            }
            &Change::Role { device, role } => {
                let Some(member) = members.member(device) else {
                    return Err(Void::Stranger { device });
                };
                if member.role == role {
                    return Err(Void::SameRole { device });
                }
                if [member.role, role].contains(&Role::Bucket) {
                    return Err(Void::BucketRole { device });
                }
                if role == Role::Silent && member.role != Role::Voter {
                    return Err(Void::NoVoter { device });
                }
                self.keeps_a_voter_without(member)?;
                let mut member = member.clone();
                member.role = role;
                Ok(members.with(member))
            }
            &Change::Remove { device } => {
                let Some(member) = members.member(device) else {
                    return Err(Void::Stranger { device });
                };
                self.keeps_a_voter_without(member)?;
                Ok(members.without(device))
            }
        }
    }

    /// The hash of the members above a block of these batches, which its header carries.
    #[must_use]
    pub fn config_hash_next(&self, batches: &[Batch]) -> ConfigHash {
        if let Some(epoch) = epoch_of(batches) {
            return self.members_from(epoch).hash();
        }
        let after = membership_of(batches).and_then(|edit| self.members_after(edit).ok());
        after.map_or(self.config_hash, |members| members.hash())
    }

    /// A second edit would be agreed by members that the first one has just changed.
    pub(super) fn check_membership(&self, block: &Block) -> Result<(), Refusal> {
        let mut edits = block.batches().iter().flat_map(|batch| {
            let places = (0..).zip(&batch.payloads);
            let those = places.filter(|(_, one)| matches!(one, Payload::Membership(_)));
            those.map(|(index, _)| batch.id_at(index))
        });
        if let Some(edit) = edits.nth(1) {
            return Err(Refusal::MembershipAgain { edit });
        }
        let expected = self.config_hash_next(block.batches());
        let got = block.header().config_hash_next;
        if got != expected {
            return Err(Refusal::MembersNext { expected, got });
        }
        Ok(())
    }

    pub(super) fn adopt_membership(&mut self, block: &Block) {
        let Some(edit) = block.membership() else {
            return;
        };
        // The header of a checked block says that the edit takes effect only where it does.
        let Ok(members) = self.members_after(edit) else {
            return;
        };
        match &edit.change {
            Change::Join { invitation, .. } => {
                self.invitations.insert(*invitation);
            }
            Change::Remove { device } => {
                self.removed.insert(*device);
                self.tasks.forget(*device);
            }
            Change::Role { .. } | Change::Name { .. } => {}
        }
        self.config_hash = members.hash();
        self.configuration = members;
    }

    fn keeps_a_voter_without(&self, member: &Member) -> Result<(), Void> {
        let device = member.id;
        let mut others = self.configuration.members().filter(|one| one.id != device);
        // A bucket alone would never propose anything.
        if member.role != Role::Voter || others.any(|one| one.role == Role::Voter) {
            return Ok(());
        }
        Err(Void::LastVoter { device })
    }
}
