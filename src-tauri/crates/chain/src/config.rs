//! Who belongs to a household, and with which voice.

use std::collections::BTreeMap;
use std::fmt;

use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

use crate::id::{ConfigHash, DeviceId};
use crate::wire::{Reader, WireError, Writer};

/// Longest name of a device or household, in bytes.
pub const NAME_BYTES_MAX: usize = 200;

/// Whether `name` can be read for what it is: something shows, and nothing in it controls how the
/// rest is shown or hides. Joiners, which scripts and emoji need, may stand in it.
#[must_use]
pub fn is_legible(name: &str) -> bool {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c,
                '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}')
    };
    !name.trim().is_empty() && !name.chars().any(hidden)
}

/// Whether people would take two names of devices for the same.
#[must_use]
pub fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Most members that a household may have.
pub const MEMBERS_MAX: usize = 64;

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Accepts blocks; counts towards the quorum.
    Voter,
    /// Follows the chain and writes edits, without a vote.
    Observer,
    /// A voter that was silent for so long that it does not count any more. It follows and writes as
    /// an observer does, and asks for its vote itself once it is there again.
    Silent,
    /// Not a device but the household's bucket: it counts towards the quorum, and neither writes nor
    /// proposes anything. Each device puts its own questions to it.
    Bucket,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Voter => "voter",
            Self::Observer => "observer",
            Self::Silent => "silent",
            Self::Bucket => "bucket",
        })
    }
}

impl Role {
    /// Whether who has it counts towards the quorum.
    #[must_use]
    pub fn votes(self) -> bool {
        match self {
            Self::Voter | Self::Bucket => true,
            Self::Observer | Self::Silent => false,
        }
    }

    /// Writes the canonical form.
    pub fn encode(self, to: &mut Writer) {
        to.u8(match self {
            Self::Voter => 1,
            Self::Observer => 2,
            Self::Bucket => 3,
            Self::Silent => 4,
        });
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// If the byte is no role.
    pub fn decode(from: &mut Reader) -> Result<Self, WireError> {
        match from.u8("a member's role")? {
            1 => Ok(Self::Voter),
            2 => Ok(Self::Observer),
            3 => Ok(Self::Bucket),
            4 => Ok(Self::Silent),
            value => Err(WireError::Unknown {
                what: "a member's role",
                value: value.into(),
            }),
        }
    }
}

/// A device of the household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Derived from the key.
    pub id: DeviceId,
    /// As people call it.
    pub name: String,
    /// Its Ed25519 public key.
    pub key: VerifyingKey,
    /// Its voice.
    pub role: Role,
}

impl Member {
    /// A member known by its key.
    #[must_use]
    pub fn new(name: String, key: VerifyingKey, role: Role) -> Self {
        Self {
            id: device_id(&key),
            name,
            key,
            role,
        }
    }

    /// Writes the canonical form.
    pub fn encode(&self, to: &mut Writer) {
        to.raw(self.key.as_bytes());
        self.role.encode(to);
        to.blob(self.name.as_bytes());
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// If the bytes are not a member, or the key is not a point of the curve.
    pub fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let key = decode_key("a member's key", from)?;
        let role = Role::decode(from)?;
        let name = from.text("a member's name", NAME_BYTES_MAX)?;
        Ok(Self::new(name, key, role))
    }
}

/// Reads a public key.
pub(crate) fn decode_key(what: &'static str, from: &mut Reader) -> Result<VerifyingKey, WireError> {
    let key = from.raw::<32>(what)?;
    VerifyingKey::from_bytes(&key).map_err(|_| WireError::Unknown { what, value: 0 })
}

/// The id of the device that holds the private half of `key`.
#[must_use]
pub fn device_id(key: &VerifyingKey) -> DeviceId {
    let hash = Sha256::new()
        .chain_update("kinfolio device v1\0")
        .chain_update(key.as_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    DeviceId(id)
}

/// The members at one height.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    members: BTreeMap<DeviceId, Member>,
}

impl Configuration {
    /// A configuration of these members; of two with one key the later stays.
    pub fn new(members: impl IntoIterator<Item = Member>) -> Self {
        Self {
            members: members
                .into_iter()
                .map(|member| (member.id, member))
                .collect(),
        }
    }

    /// The member with this id.
    #[must_use]
    pub fn member(&self, device: DeviceId) -> Option<&Member> {
        self.members.get(&device)
    }

    /// All members, in the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// The voters, in the order of their ids.
    pub fn voters(&self) -> impl Iterator<Item = DeviceId> + '_ {
        self.members()
            .filter(|member| member.role.votes())
            .map(|member| member.id)
    }

    /// The household's bucket, where it has a vote.
    #[must_use]
    pub fn bucket(&self) -> Option<DeviceId> {
        let mut members = self.members();
        let bucket = members.find(|member| member.role == Role::Bucket);
        bucket.map(|member| member.id)
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The same with this member, who replaces one of the same key.
    #[must_use]
    pub(crate) fn with(&self, member: Member) -> Self {
        let mut after = self.clone();
        after.members.insert(member.id, member);
        after
    }

    /// The same without this member.
    #[must_use]
    pub(crate) fn without(&self, device: DeviceId) -> Self {
        let mut after = self.clone();
        after.members.remove(&device);
        after
    }

    /// The hash that blocks of this configuration carry.
    #[must_use]
    pub fn hash(&self) -> ConfigHash {
        let mut writer = Writer::new();
        self.encode(&mut writer);
        let hash = Sha256::new()
            .chain_update("kinfolio members v1\0")
            .chain_update(writer.finish());
        ConfigHash(hash.finalize().into())
    }

    /// Writes the canonical form.
    pub fn encode(&self, to: &mut Writer) {
        to.len(self.members.len());
        for member in self.members.values() {
            member.encode(to);
        }
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// If the bytes are not a configuration.
    pub fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let count = from.len("the list of members", MEMBERS_MAX, 37)?;
        let members: Result<Vec<_>, _> = (0..count).map(|_| Member::decode(from)).collect();
        Ok(Self::new(members?))
    }
}
