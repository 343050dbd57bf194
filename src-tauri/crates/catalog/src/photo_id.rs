//! Names of things: a photo by its bytes, import runs and actions by random numbers.
//!
//! Knows nothing of files: an id is the same on every device because the bytes are.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A photo (or any stored file): the SHA-256 of its original's bytes.
///
/// Prints and parses as 64 lower-case hex digits; serde does the same in
/// human-readable formats and uses the 32 bytes in others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhotoId(pub [u8; 32]);

/// One run of an import: which photos came in together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ImportId(pub [u8; 8]);

/// One action of a device: all edits that came of one step of a person, drawn at random.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub [u8; 8]);

/// A text that is not the hexadecimal form of an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id: {digits} hexadecimal digits are expected")]
pub struct NotAnId {
    /// What was given, cut to 80 characters.
    pub text: String,
    /// How many digits an id of this sort has.
    pub digits: usize,
}

fn parse<const N: usize>(text: &str) -> Result<[u8; N], NotAnId> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAnId {
        text: text.chars().take(80).collect(),
        digits: 2 * N,
    })?;
    Ok(bytes)
}

macro_rules! hex_id {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = String::deserialize(deserializer)?;
                    text.parse().map_err(D::Error::custom)
                } else {
                    Deserialize::deserialize(deserializer).map(Self)
                }
            }
        }
    };
}

hex_id!(PhotoId);
hex_id!(ImportId);
hex_id!(ActionId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_print_and_parse_as_hex() {
        let id = PhotoId([0xab; 32]);
        assert_eq!(id.to_string(), "ab".repeat(32));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            "0102030405060708".parse(),
            Ok(ImportId([1, 2, 3, 4, 5, 6, 7, 8]))
        );
        assert_eq!("abc".parse::<PhotoId>().unwrap_err().digits, 64);
        assert!("zz".repeat(32).parse::<PhotoId>().is_err());
    }

    #[test]
    fn serde_is_compact_where_nobody_reads_it() {
        let bytes = postcard::to_stdvec(&PhotoId([7; 32])).unwrap();
        assert_eq!(bytes, [7; 32]);
        assert_eq!(
            postcard::from_bytes::<PhotoId>(&bytes).unwrap(),
            PhotoId([7; 32])
        );
    }
}
