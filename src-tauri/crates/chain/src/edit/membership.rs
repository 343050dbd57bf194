//! Edits that change who belongs to the household. When one takes effect is for
//! [`ChainState`](crate::ChainState) to say.

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;

use crate::config::{Member, NAME_BYTES_MAX, Role};
use crate::id::{ConfigHash, DeviceId, InvitationId};
use crate::wire::{Reader, WireError, Writer};

/// One change of the members, under the members that its author knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The configuration that it assumes; it is void under any other.
    pub config_hash: ConfigHash,
    /// What changes.
    pub change: Change,
}

/// What a membership edit changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A device that never was a member becomes one, or the bucket does.
    Join {
        /// The newcomer.
        member: Box<Member>,
        /// What it was invited with; no other device comes in with it. A bucket's is its id.
        invitation: InvitationId,
    },
    /// A member is called something else.
    Name {
        /// Which one.
        device: DeviceId,
        /// What people are to call it.
        name: String,
    },
    /// A member gets another voice.
    Role {
        /// Which one.
        device: DeviceId,
        /// Its new voice.
        role: Role,
    },
    /// A member leaves, for good: its id never comes back.
    Remove {
        /// Which one.
        device: DeviceId,
    },
}

impl Change {
    /// Whether it takes the vote of a member that is silent for long.
    #[must_use]
    pub fn silences(&self) -> bool {
        matches!(self, Self::Role { role, .. } if *role == Role::Silent)
    }

    /// Does to the voters what the change does to them where it takes effect.
    pub(crate) fn move_voters(&self, voters: &mut BTreeSet<DeviceId>) {
        let (device, votes) = match self {
            Self::Join { member, .. } => (member.id, member.role.votes()),
            Self::Name { .. } => return,
            Self::Role { device, role } => (*device, role.votes()),
            Self::Remove { device } => (*device, false),
        };
        if votes {
            voters.insert(device);
        } else {
            voters.remove(&device);
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Join { member, .. } => {
                write!(f, "{} joins as {}: {}", member.id, member.role, member.name)
            }
            Self::Name { device, name } => write!(f, "{device} is called {name}"),
            Self::Role { device, role } => write!(f, "{device} becomes {role}"),
            Self::Remove { device } => write!(f, "{device} leaves"),
        }
    }
}

impl Membership {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new();
        to.raw(&self.config_hash.0);
        match &self.change {
            Change::Join { member, invitation } => {
                to.u8(1);
                member.encode(&mut to);
                to.raw(&invitation.0);
            }
            Change::Role { device, role } => {
                to.u8(2);
                to.raw(&device.0);
                role.encode(&mut to);
            }
            Change::Remove { device } => {
                to.u8(3);
                to.raw(&device.0);
            }
            Change::Name { device, name } => {
                to.u8(4);
                to.raw(&device.0);
                to.blob(name.as_bytes());
            }
        }
        to.finish()
    }

    pub(super) fn decode(bytes: Bytes) -> Result<Self, WireError> {
        let mut from = Reader::new(bytes);
        let config_hash = ConfigHash(from.raw("a membership edit's configuration hash")?);
        let change = match from.u8("a membership edit's change")? {
            1 => Change::Join {
                member: Box::new(Member::decode(&mut from)?),
                invitation: InvitationId(from.raw("an invitation's id")?),
            },
            2 => Change::Role {
                device: DeviceId(from.raw("a device id")?),
                role: Role::decode(&mut from)?,
            },
            3 => Change::Remove {
                device: DeviceId(from.raw("a device id")?),
            },
            4 => Change::Name {
                device: DeviceId(from.raw("a device id")?),
                name: from.text("a member's name", NAME_BYTES_MAX)?,
            },
            value => {
                return Err(WireError::Unknown {
                    what: "a membership edit's change",
                    value: value.into(),
                });
            }
        };
        from.end("a membership edit")?;
        Ok(Self {
            config_hash,
            change,
        })
    }
}
