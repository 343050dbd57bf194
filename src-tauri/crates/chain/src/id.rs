//! The names of things in the chain, each a type of its own so that none is taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Position of a block in the chain; the founding block stands at 0.
pub type Height = u64;

/// A text that is not the lower-case hexadecimal form of an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{text}” is not {what}: {bytes} bytes in lower-case hexadecimal are expected")]
pub struct ParseIdError {
    /// What the text should have been, with its article.
    pub what: &'static str,
    /// How many bytes such an id has.
    pub bytes: usize,
    /// The text as given, cut to 100 characters.
    pub text: String,
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let refuse = || ParseIdError {
                    what: $what,
                    bytes: $bytes,
                    text: text.chars().take(100).collect(),
                };
                if text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(refuse());
                }
                let mut bytes = [0; $bytes];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| refuse())?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

hex_id!(
    /// SHA-256 of a block's canonical header; names the block and all before it.
    BlockHash, 32, "a block hash"
);
hex_id!(
    /// RFC 6962 Merkle root of a block's edits.
    EditsRoot, 32, "an edits root"
);
hex_id!(
    /// RFC 6962 Merkle root over the hashes of all blocks below one.
    HistoryRoot, 32, "a history root"
);
hex_id!(
    /// A node of a Merkle tree, on the path of a proof.
    NodeHash, 32, "a Merkle node"
);
hex_id!(
    /// SHA-256 of the canonical list of members and their roles.
    ConfigHash, 32, "a configuration hash"
);
hex_id!(
    /// SHA-256 of the state of the chain that a checkpoint vouches for.
    StateRoot, 32, "a state root"
);
hex_id!(
    /// SHA-256 of the founding edit; names the household for ever.
    HouseholdId, 32, "a household id"
);
hex_id!(
    /// One line of history of a household. The first epoch is the household's id.
    EpochId, 32, "an epoch id"
);
hex_id!(
    /// The first 16 bytes of the SHA-256 of a device's public key.
    DeviceId, 16, "a device id"
);

hex_id!(
    /// Derived from the secret of an invitation, which it does not give away.
    InvitationId, 16, "an invitation's id"
);

impl BlockHash {
    /// The parent of the founding block.
    pub const NONE: Self = Self([0; 32]);
}

impl HistoryRoot {
    /// The root over no blocks, which the founding block carries: SHA-256 of nothing.
    pub const EMPTY: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);
}

/// One life of a process on a device: it grows with every life and never repeats.
///
/// The counter orders the lives of one device; the nonce tells a clone from the original,
/// because two copies of a disk count to the same number but do not draw the same nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Incarnation {
    /// How many lives there were up to this one, counted from 1.
    pub counter: u64,
    /// Drawn at random when this life began.
    pub nonce: u64,
}

/// A device in one of its lives: who proposes, who owns a round, who wrote an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// The device.
    pub device: DeviceId,
    /// Its life.
    pub incarnation: Incarnation,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.device, self.incarnation.counter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_what_they_print_and_refuse_all_else() {
        let id = DeviceId([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in [
            "",
            "ab",
            &"AB".repeat(16),
            &"zz".repeat(16),
            &"ab".repeat(17),
        ] {
            assert!(
                wrong.parse::<DeviceId>().is_err(),
                "{wrong:?} was taken for an id"
            );
        }
    }
}
