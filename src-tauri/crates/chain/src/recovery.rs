//! The household's recovery key: 32 bytes of chance, the text that a person keeps in a drawer, and
//! what is derived from it. Its public half stands in the founding edit, so that everyone can tell
//! that somebody holds it; the key itself is in no block.

use std::fmt;
use std::str::FromStr;

use bech32::primitives::decode::{CharError, CheckedHrpstring, CheckedHrpstringError};
use bech32::primitives::decode::{ChecksumError, UncheckedHrpstringError};
use bech32::{Bech32m, Hrp};
use ed25519_dalek::{SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;

/// What the text begins with; `1` follows.
const BEGINS: Hrp = Hrp::parse_unchecked("kinfolio-key");

/// Characters of the whole text: what it begins with and `1`, then five bits each of the version
/// and the key, then the checksum.
const CHARS: usize = 12 + 1 + 53 + 6;

/// The only version there is.
const VERSION: u8 = 0;

/// What brings a household back when all its devices are gone, with its bucket. Never printed but
/// by [`RecoveryKey::to_text`].
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryKey([u8; 32]);

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey")
    }
}

/// Why a text is no recovery key. The text itself is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It begins with something else.
    #[error("this is no recovery key: one begins with kinfolio-key1")]
    Begins,
    /// It has a character that no key has.
    #[error(
        "the recovery key cannot hold the character {0:?}: after kinfolio-key1 it has digits and letters but 1, b, i and o"
    )]
    Character(char),
    /// It has small and capital letters.
    #[error("the recovery key mixes small and capital letters: copy it again")]
    MixedCase,
    /// It is too short or too long.
    #[error("the recovery key has {0} characters instead of {CHARS}: some are missing or doubled")]
    Length(usize),
    /// The checksum is wrong.
    #[error(
        "the recovery key has a typing mistake: at least one character is wrong; compare it with the original"
    )]
    Checksum,
    /// A newer version made it.
    #[error("the recovery key is of a newer version: update Kinfolio")]
    Version,
}

impl RecoveryKey {
    /// The key of these bytes: of chance, or what [`RecoveryKey::secret`] told.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        Self(secret)
    }

    /// All there is to it, for another device of the household.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        self.0
    }

    /// Signs what only the holder of the recovery key may say.
    #[must_use]
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.derived("signing"))
    }

    /// Checks that: it stands in the founding edit.
    #[must_use]
    pub fn public_key(&self) -> VerifyingKey {
        self.signing_key().verifying_key()
    }

    /// What the household's bucket is encrypted with.
    #[must_use]
    pub fn bucket_key(&self) -> [u8; 32] {
        self.derived("bucket")
    }

    /// HKDF-SHA256 (RFC 5869): keys for different uses tell nothing of one another.
    fn derived(&self, info: &str) -> [u8; 32] {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(b"kinfolio recovery v1"), &self.0)
            .expand(info.as_bytes(), &mut key)
            .expect("HKDF gives up to 255 hashes");
        key
    }

    /// The text that gives the key back: 72 characters, bech32m (BIP 350), so that any typing
    /// mistake of up to four characters is found.
    #[must_use]
    pub fn to_text(&self) -> String {
        let bytes: Vec<u8> = [VERSION].into_iter().chain(self.0).collect();
        // It has a fixed length within the code's.
        bech32::encode::<Bech32m>(BEGINS, &bytes).unwrap_or_default()
    }
}

impl FromStr for RecoveryKey {
    type Err = KeyError;

    /// Reads what [`RecoveryKey::to_text`] writes, in small or in capital letters, with spaces and
    /// line ends anywhere.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let begins = text.to_ascii_lowercase();
        if !begins.starts_with("kinfolio-key1") {
            return Err(KeyError::Begins);
        }
        if let Some(odd) = begins[13..]
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() || matches!(c, '1' | 'b' | 'i' | 'o'))
        {
            return Err(KeyError::Character(odd));
        }
        if text.len() != CHARS {
            return Err(KeyError::Length(text.len()));
        }
        let read = CheckedHrpstring::new::<Bech32m>(&text).map_err(|error| match error {
            CheckedHrpstringError::Parse(UncheckedHrpstringError::Char(CharError::MixedCase)) => {
                KeyError::MixedCase
            }
            CheckedHrpstringError::Parse(UncheckedHrpstringError::Hrp(_)) => KeyError::MixedCase,
            CheckedHrpstringError::Checksum(ChecksumError::InvalidResidue(_)) | _ => {
                KeyError::Checksum
            }
        })?;
        let bytes: Vec<u8> = read.byte_iter().collect();
        match bytes.split_first() {
            Some((&VERSION, key)) => key.try_into().map(Self).map_err(|_| KeyError::Checksum),
            _ => Err(KeyError::Version),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> RecoveryKey {
        RecoveryKey(std::array::from_fn(|n| n as u8 * 7))
    }

    #[test]
    fn a_key_reads_back_however_it_was_typed() {
        let text = key().to_text();
        assert_eq!(text.len(), CHARS);
        let grouped: Vec<_> = text
            .as_bytes()
            .chunks(8)
            .map(|group| String::from_utf8_lossy(group))
            .collect();
        for typed in [
            text.clone(),
            text.to_uppercase(),
            format!(" {}\n", grouped.join(" ")),
        ] {
            assert_eq!(typed.parse(), Ok(key()), "{typed}");
        }
        assert!(!format!("{:?}", key()).contains(&text[20..30]));
    }

    /// Kept since drawers are: a text that was ever printed must be read for ever.
    #[test]
    fn the_text_is_what_it_always_was() {
        let text = "kinfolio-key1qqqqwrs4rs3j5vfc8ary64zmvf5hqam7skxf8x4p4zhmd0wye0fdj7regk8";
        assert_eq!(key().to_text(), text);
    }

    #[test]
    fn keys_for_different_uses_differ_and_stay_what_they_are() {
        let key = key();
        let derived = [key.signing_key().to_bytes(), key.bucket_key(), key.secret()];
        assert_eq!(derived.map(hex::encode), DERIVED);
        assert_eq!(RecoveryKey::new(key.secret()), key);
    }

    const DERIVED: [&str; 3] = [
        "f6cb56ba402b2af588f21cc4894a364e0a8f9d35b5fd3e7310d9576e7c5ee634",
        "7ab8229bbde55c594f34fab2fce8d7e55a0e09e5d103979a29a36cc6c9045760",
        "00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9",
    ];

    #[test]
    fn typing_mistakes_are_told() {
        let text = key().to_text();
        let check = |typed: &str, expect: KeyError| {
            assert_eq!(typed.parse::<RecoveryKey>(), Err(expect), "{typed}");
        };
        check("", KeyError::Begins);
        check("kinfolio1abc", KeyError::Begins);
        check(&text[..70], KeyError::Length(70));
        check(&format!("{text}q"), KeyError::Length(73));
        check(&text.replacen("key1", "key1b", 1), KeyError::Character('b'));
        check(
            &format!("KINFOLIO-KEY1{}", &text[13..]),
            KeyError::MixedCase,
        );
        for at in 13..CHARS {
            for other in ["q", "p", "z", "7"] {
                let typed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                if typed != text {
                    check(&typed, KeyError::Checksum);
                }
            }
            if at + 1 < CHARS && text[at..=at] != text[at + 1..at + 2] {
                let (one, other) = (&text[at..=at], &text[at + 1..at + 2]);
                let swapped = format!("{}{other}{one}{}", &text[..at], &text[at + 2..]);
                check(&swapped, KeyError::Checksum);
            }
        }
    }
}
