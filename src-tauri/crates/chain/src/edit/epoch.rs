//! The edit that begins a new epoch: what one device says, and no quorum agrees on, after a majority
//! of the voters is lost for good. What makes it count is for
//! [`ChainState`](crate::ChainState) to say.

use std::fmt;

use bytes::Bytes;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::config::{Member, Role};
use crate::id::{BlockHash, DeviceId, EpochId, HouseholdId};
use crate::recovery::RecoveryKey;
use crate::wire::{Reader, WireError, Writer};

/// Begins another line of the household's history above the block below it. Its author is the one
/// voter of that line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Drawn at random, so that no two epochs have one id.
    pub nonce: [u8; 32],
    /// Who begins it, and by what right.
    pub beginner: Beginner,
}

/// Who begins an epoch, and by what right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beginner {
    /// A member that is left; the others stay members, without a vote.
    Survivor(DeviceId),
    /// A device made from the bucket with the recovery key; all members before it are removed.
    Restored {
        /// The device; it votes.
        member: Box<Member>,
        /// By the key that [`RecoveryKey::signing_key`] gives, over the epoch and the member.
        signature: Signature,
    },
}

impl Epoch {
    /// The sequence number of the edit that begins line number `line`, out of the author's other ones:
    /// what waits for its turn does not hold up an epoch. One life may begin several.
    #[must_use]
    pub fn seq(line: u32) -> u64 {
        u64::MAX - u64::from(line)
    }

    /// The epoch of a device made from the bucket, in the household of this recovery key, above the
    /// block `fork`.
    #[must_use]
    pub fn restored(
        recovery: &RecoveryKey,
        household: HouseholdId,
        fork: BlockHash,
        nonce: [u8; 32],
        member: Member,
    ) -> Self {
        let id = epoch_id(fork, member.id, &nonce);
        let key: SigningKey = recovery.signing_key();
        let signature = key.sign(&statement(household, id, &member));
        Self {
            nonce,
            beginner: Beginner::Restored {
                member: Box::new(member),
                signature,
            },
        }
    }

    /// Who begins it.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        match &self.beginner {
            Beginner::Survivor(device) => *device,
            Beginner::Restored { member, .. } => member.id,
        }
    }

    /// The name of the line that it begins above the block `fork`.
    #[must_use]
    pub fn id(&self, fork: BlockHash) -> EpochId {
        epoch_id(fork, self.device(), &self.nonce)
    }

    /// Whether the holder of the recovery key, of which this is the public half, lets the device
    /// begin it above `fork`; a survivor needs no such leave.
    pub(crate) fn is_allowed(
        &self,
        recovery: &VerifyingKey,
        household: HouseholdId,
        fork: BlockHash,
    ) -> bool {
        match &self.beginner {
            Beginner::Survivor(_) => true,
            Beginner::Restored { member, signature } => {
                let statement = statement(household, self.id(fork), member);
                let votes = member.role == Role::Voter;
                votes && recovery.verify_strict(&statement, signature).is_ok()
            }
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new();
        to.raw(&self.nonce);
        match &self.beginner {
            Beginner::Survivor(device) => {
                to.u8(1);
                to.raw(&device.0);
            }
            Beginner::Restored { member, signature } => {
                to.u8(2);
                member.encode(&mut to);
                to.raw(&signature.to_bytes());
            }
        }
        to.finish()
    }

    pub(super) fn decode(bytes: Bytes) -> Result<Self, WireError> {
        let mut from = Reader::new(bytes);
        let nonce = from.raw("an epoch's nonce")?;
        let beginner = match from.u8("an epoch's beginner")? {
            1 => Beginner::Survivor(DeviceId(from.raw("a device id")?)),
            2 => Beginner::Restored {
                member: Box::new(Member::decode(&mut from)?),
                signature: Signature::from_bytes(&from.raw("an epoch's signature")?),
            },
            value => {
                return Err(WireError::Unknown {
                    what: "an epoch's beginner",
                    value: value.into(),
                });
            }
        };
        from.end("an epoch")?;
        Ok(Self { nonce, beginner })
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.beginner {
            Beginner::Survivor(device) => write!(f, "{device} goes on without the other voters"),
            Beginner::Restored { member, .. } => {
                write!(
                    f,
                    "{} begins anew from the bucket: {}",
                    member.id, member.name
                )
            }
        }
    }
}

fn epoch_id(fork: BlockHash, device: DeviceId, nonce: &[u8; 32]) -> EpochId {
    let hash = Sha256::new()
        .chain_update("kinfolio epoch v1\0")
        .chain_update(fork.0)
        .chain_update(device.0)
        .chain_update(nonce);
    EpochId(hash.finalize().into())
}

fn statement(household: HouseholdId, epoch: EpochId, member: &Member) -> [u8; 32] {
    let mut writer = Writer::new();
    writer.raw(&household.0);
    writer.raw(&epoch.0);
    member.encode(&mut writer);
    let hash = Sha256::new()
        .chain_update("kinfolio restored v1\0")
        .chain_update(writer.finish());
    hash.finalize().into()
}
