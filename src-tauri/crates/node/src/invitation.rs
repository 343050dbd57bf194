//! An invitation: what a device that is to join needs to know, as one word that can be typed,
//! pasted or photographed.
//!
//! It names the device that gives it by its key, so that the newcomer talks to no other; and it
//! holds a secret that only those two know, so that nobody else comes in. Pure: knows no network
//! and no clock.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use hmac::{Hmac, Mac};
use kinfolio_chain::{DeviceId, InvitationId, Role};
use kinfolio_transport::{ADDRESSES_MAX, Proof};
use sha2::{Digest, Sha256};

/// What every invitation begins with.
const PREFIX: &str = "kinfolio";

/// The form of what follows.
const FORM: u8 = 2;

/// Bytes before the addresses.
const HEAD_BYTES: usize = 1 + 1 + 1 + 4 + 16 + 16;

/// Check words that both sides show.
const WORDS: usize = 3;

/// What two devices alone know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) [u8; 16]);

/// Keeps it out of logs.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What comes before a newcomer is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Nothing: whoever has the invitation is let in.
    AtOnce,
    /// Somebody at the inviter says that both devices show the same check words.
    Confirmed,
}

/// An invitation into a household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Who gave it.
    pub inviter: DeviceId,
    /// Where that device listens.
    pub addresses: Vec<SocketAddr>,
    /// What the newcomer becomes; a voter observes until it has caught up.
    pub role: Role,
    /// What comes before it is let in.
    pub admission: Admission,
    /// Until when it can be used, in seconds since 1970, by the inviter's clock.
    pub expires_s: u32,
    pub(crate) secret: Secret,
}

/// A text that is no invitation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseInvitationError {
    /// It has another beginning.
    #[error("an invitation begins with “{PREFIX}1”")]
    Prefix,
    /// Characters are missing, too many or wrong.
    #[error("the invitation is damaged: characters are missing or wrong; copy it again, whole")]
    Damaged,
    /// It has a form that this version does not know.
    #[error("the invitation was made by another version of Kinfolio: update the older one")]
    Version,
}

impl Invitation {
    /// Its name, which does not give the secret away.
    #[must_use]
    pub fn id(&self) -> InvitationId {
        let hash = Sha256::new()
            .chain_update("kinfolio invitation v1\0")
            .chain_update(self.secret.0);
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize()[..16]);
        InvitationId(id)
    }

    /// Shows the inviter that `newcomer`, called `name`, has it as it was given, but for the addresses: whoever
    /// answers there proves its key, and they may lead through somebody else's router.
    pub(crate) fn proof(&self, newcomer: DeviceId, name: &str) -> Proof {
        self.mac(newcomer, name).finalize().into_bytes().into()
    }

    /// Whether `proof` is that of `newcomer`, called `name`.
    pub(crate) fn is_proven(&self, newcomer: DeviceId, name: &str, proof: &Proof) -> bool {
        self.mac(newcomer, name).verify_slice(proof).is_ok()
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self, newcomer: DeviceId, name: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret.0).expect("any length is fine");
        mac.update(b"kinfolio join v3\0");
        mac.update(&self.encode()[..HEAD_BYTES]);
        mac.update(&newcomer.0);
        mac.update(name.as_bytes());
        mac
    }

    /// A few words that both devices show, and that are the same on both if and only if they talk
    /// to each other with this invitation.
    #[must_use]
    pub fn check_words(&self, newcomer: DeviceId) -> String {
        let hash = Sha256::new()
            .chain_update("kinfolio check words v1\0")
            .chain_update(self.secret.0)
            .chain_update(self.inviter.0)
            .chain_update(newcomer.0)
            .finalize();
        let list = bip39::Language::English.word_list();
        let words = hash.chunks_exact(2).take(WORDS).map(|pair| {
            // 2048 words: 11 bits each.
            let index = usize::from(u16::from_be_bytes([pair[0], pair[1]])) % list.len();
            list[index]
        });
        words.collect::<Vec<_>>().join("-")
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + 7 * self.addresses.len());
        bytes.push(FORM);
        bytes.push(match self.role {
            Role::Voter => 1,
            // Nobody comes with it for a bucket.
            Role::Observer | Role::Silent | Role::Bucket => 2,
        });
        bytes.push(match self.admission {
            Admission::AtOnce => 1,
            Admission::Confirmed => 2,
        });
        bytes.extend(self.expires_s.to_be_bytes());
        bytes.extend(self.inviter.0);
        bytes.extend(self.secret.0);
        for address in self.addresses.iter().take(ADDRESSES_MAX) {
            match address.ip() {
                IpAddr::V4(ip) => {
                    bytes.push(4);
                    bytes.extend(ip.octets());
                }
                IpAddr::V6(ip) => {
                    bytes.push(6);
                    bytes.extend(ip.octets());
                }
            }
            bytes.extend(address.port().to_be_bytes());
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, ParseInvitationError> {
        let mut rest = bytes;
        if take::<1>(&mut rest)? != [FORM] {
            return Err(ParseInvitationError::Version);
        }
        let role = match take::<1>(&mut rest)? {
            [1] => Role::Voter,
            [2] => Role::Observer,
            _ => return Err(ParseInvitationError::Version),
        };
        let admission = match take::<1>(&mut rest)? {
            [1] => Admission::AtOnce,
            [2] => Admission::Confirmed,
            _ => return Err(ParseInvitationError::Version),
        };
        let expires_s = u32::from_be_bytes(take(&mut rest)?);
        let inviter = DeviceId(take(&mut rest)?);
        let secret = Secret(take(&mut rest)?);
        let mut addresses = Vec::new();
        while !rest.is_empty() && addresses.len() < ADDRESSES_MAX {
            let ip: IpAddr = match take::<1>(&mut rest)? {
                [4] => take::<4>(&mut rest)?.into(),
                [6] => take::<16>(&mut rest)?.into(),
                _ => return Err(ParseInvitationError::Version),
            };
            let port = u16::from_be_bytes(take(&mut rest)?);
            addresses.push(SocketAddr::new(ip, port));
        }
        Ok(Self {
            inviter,
            addresses,
            role,
            admission,
            expires_s,
            secret,
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], ParseInvitationError> {
    let (taken, after) = rest
        .split_first_chunk()
        .ok_or(ParseInvitationError::Damaged)?;
    *rest = after;
    Ok(*taken)
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.encode();
        bech32::encode_to_fmt::<Bech32m, _>(f, Hrp::parse_unchecked(PREFIX), &bytes)
            .map_err(|_| fmt::Error)
    }
}

impl FromStr for Invitation {
    type Err = ParseInvitationError;

    /// Reads it however it came: in capitals as from a QR code, in lines as from a mail.
    fn from_str(text: &str) -> Result<Self, ParseInvitationError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let begins = text.get(..PREFIX.len() + 1);
        if !begins.is_some_and(|begin| begin.eq_ignore_ascii_case(&format!("{PREFIX}1"))) {
            return Err(ParseInvitationError::Prefix);
        }
        let read = CheckedHrpstring::new::<Bech32m>(&text);
        let read = read.map_err(|_| ParseInvitationError::Damaged)?;
        Self::decode(&read.byte_iter().collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation() -> Invitation {
        Invitation {
            inviter: DeviceId([7; 16]),
            addresses: vec![
                "192.168.1.7:8788".parse().unwrap(),
                "[fe80::1]:8788".parse().unwrap(),
            ],
            role: Role::Voter,
            admission: Admission::Confirmed,
            expires_s: 1_800_000_000,
            secret: Secret([9; 16]),
        }
    }

    #[test]
    fn reads_back_what_it_prints_in_capitals_and_in_lines() {
        let text = invitation().to_string();
        assert!(text.starts_with("kinfolio1"), "{text}");
        assert!(text.len() < 150, "{} characters", text.len());
        let (head, tail) = text.split_at(40);
        for form in [
            text.clone(),
            text.to_uppercase(),
            format!(" {head}\n{tail}\n"),
        ] {
            assert_eq!(form.parse(), Ok(invitation()), "{form}");
        }
    }

    #[test]
    fn no_changed_missing_or_added_character_goes_unseen() {
        let text = invitation().to_string();
        for at in 0..text.len() {
            for other in ["q", "z", "7", ""] {
                let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                if changed != text {
                    assert!(changed.parse::<Invitation>().is_err(), "{changed}");
                }
            }
        }
        for wrong in ["", "kinfolio1", "hello", &format!("{text}q")] {
            assert!(wrong.parse::<Invitation>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_proof_is_for_one_newcomer_and_one_name() {
        let (one, other) = (DeviceId([1; 16]), DeviceId([2; 16]));
        let invitation = invitation();
        let proof = invitation.proof(one, "Laptop");
        assert!(invitation.is_proven(one, "Laptop", &proof));
        assert!(!invitation.is_proven(other, "Laptop", &proof));
        assert!(!invitation.is_proven(one, "Desktop", &proof));
        let another = Invitation {
            secret: Secret([8; 16]),
            ..invitation.clone()
        };
        assert!(!another.is_proven(one, "Laptop", &proof));
        // Altered, it is not the one that was given.
        let altered: [fn(&mut Invitation); 4] = [
            |one| one.expires_s += 1,
            |one| one.admission = Admission::AtOnce,
            |one| one.role = Role::Observer,
            |one| one.inviter = DeviceId([6; 16]),
        ];
        for alter in altered {
            let mut altered = invitation.clone();
            alter(&mut altered);
            let proof = altered.proof(one, "Laptop");
            assert!(!invitation.is_proven(one, "Laptop", &proof), "{altered:?}");
        }
        assert_ne!(another.id(), invitation.id());
        assert_ne!(another.check_words(one), invitation.check_words(one));
        assert_ne!(invitation.check_words(other), invitation.check_words(one));
        assert_eq!(invitation.check_words(one).split('-').count(), WORDS);
    }
}
