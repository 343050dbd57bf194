//! Encryption on this side of the line: a bucket that is opened with a key is given nothing that
//! it could read, names included.
//!
//! An object is cut into chunks of 1 MiB, each sealed with XChaCha20-Poly1305 in the STREAM
//! construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its
//! Nonce-Reuse Misuse-Resistance", 2015): a chunk's nonce holds its number and whether it is the
//! last, so that none can be altered, left out, moved or cut off; and its name is authenticated,
//! so that no object can stand for another. Any chunk can be opened alone. Keys are derived from
//! the bucket's by HKDF-SHA256 (RFC 5869); a name is the HMAC-SHA256 of the real one.
//!
//! An object is 35 bytes, then its chunks, 16 bytes longer each than what they hold:
//! `kinfolio`, 8 bytes that tell the key, 19 bytes of nonce. What a bucket still learns: how many
//! objects there are, how long they are, and when they come and go.

use aead_stream::{NewStream, StreamBE32, StreamPrimitive, aead::Payload};
use bytes::{Bytes, BytesMut};
use chacha20poly1305::XChaCha20Poly1305;
use hkdf::Hkdf;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use object_store::path::Path;
use sha2::Sha256;

use crate::sums::CHUNK_BYTES;

const MARK: &[u8; 8] = b"kinfolio";
const TELL_BYTES: usize = 8;
const NONCE_BYTES: usize = 19;

/// Bytes before the first chunk.
pub(crate) const HEAD_BYTES: u64 = 8 + TELL_BYTES as u64 + NONCE_BYTES as u64;

/// Bytes by which a sealed chunk is longer.
pub(crate) const TAG_BYTES: u64 = 16;

/// The keys of an encrypted bucket.
pub(crate) struct Seal {
    names: [u8; 64],
    nonces: [u8; 64],
    contents: [u8; 32],
    /// Tells the key without giving it away.
    tell: [u8; TELL_BYTES],
}

/// Why an object cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealError {
    /// It was sealed with another key.
    WrongKey,
    /// It is not what was sealed under this name.
    Altered,
    /// The system has no chance to give, or the object is too long.
    Unsealed,
}

/// The cipher of one object.
pub(crate) struct Cipher {
    stream: StreamBE32<XChaCha20Poly1305>,
    name: String,
}

impl Seal {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let derive = Hkdf::<Sha256>::new(Some(b"kinfolio bucket v1"), key);
        let mut seal = Self {
            names: [0; 64],
            nonces: [0; 64],
            contents: [0; 32],
            tell: [0; TELL_BYTES],
        };
        for (info, out) in [
            ("names", &mut seal.names[..]),
            ("nonces", &mut seal.nonces[..]),
            ("contents", &mut seal.contents[..]),
            ("tell", &mut seal.tell[..]),
        ] {
            derive
                .expand(info.as_bytes(), out)
                .expect("HKDF gives up to 255 hashes");
        }
        seal
    }

    /// What the object is called in the bucket.
    pub(crate) fn name(&self, real: &Path) -> Path {
        let hmac = <Hmac<Sha256> as KeyInit>::new(&self.names.into());
        let name = hmac.chain_update(real.as_ref()).finalize().into_bytes();
        let hex = hex::encode(name);
        Path::from(format!("sealed/{}/{}/{hex}", &hex[0..2], &hex[2..4]))
    }

    /// The head of an object that always holds the same under its name, and its cipher: whoever
    /// seals it gets the same bytes. So it does no harm if a store mixes the parts of two uploads,
    /// as Azure does with those of one name; and its nonce can be made from its name.
    pub(crate) fn begin_fixed(&self, real: &Path) -> (Bytes, Cipher) {
        let hmac = <Hmac<Sha256> as KeyInit>::new(&self.nonces.into());
        let derived = hmac.chain_update(real.as_ref()).finalize().into_bytes();
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&derived[..NONCE_BYTES]);
        self.begin(real, &nonce)
    }

    fn begin(&self, real: &Path, nonce: &[u8; NONCE_BYTES]) -> (Bytes, Cipher) {
        let mut head = BytesMut::with_capacity(HEAD_BYTES as usize);
        head.extend_from_slice(MARK);
        head.extend_from_slice(&self.tell);
        head.extend_from_slice(nonce);
        (head.freeze(), self.cipher(real, nonce))
    }

    /// The cipher of an object that begins so.
    pub(crate) fn resume(&self, real: &Path, head: &[u8]) -> Result<Cipher, SealError> {
        let rest = head.strip_prefix(MARK).ok_or(SealError::Altered)?;
        let (tell, nonce) = rest
            .split_at_checked(TELL_BYTES)
            .ok_or(SealError::Altered)?;
        if tell != self.tell {
            return Err(SealError::WrongKey);
        }
        let nonce = nonce.try_into().map_err(|_| SealError::Altered)?;
        Ok(self.cipher(real, nonce))
    }

    fn cipher(&self, real: &Path, nonce: &[u8; NONCE_BYTES]) -> Cipher {
        Cipher {
            stream: StreamBE32::new(&self.contents.into(), &(*nonce).into()),
            name: real.to_string(),
        }
    }

    /// A whole object.
    pub(crate) fn seal(&self, real: &Path, bytes: &[u8]) -> Result<Bytes, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| SealError::Unsealed)?;
        let (head, cipher) = self.begin(real, &nonce);
        let length = bytes.len() as u64;
        let mut sealed = BytesMut::with_capacity(sealed_length(length) as usize);
        sealed.extend_from_slice(&head);
        for chunk in 0..chunks(length) {
            let begin = (chunk * CHUNK_BYTES) as usize;
            let end = (begin + CHUNK_BYTES as usize).min(bytes.len());
            let is_last = chunk + 1 == chunks(length);
            sealed.extend_from_slice(&cipher.seal(chunk, is_last, &bytes[begin..end])?);
        }
        Ok(sealed.freeze())
    }

    /// What a whole object holds.
    pub(crate) fn open(&self, real: &Path, sealed: &[u8]) -> Result<Bytes, SealError> {
        let (head, rest) = sealed
            .split_at_checked(HEAD_BYTES as usize)
            .ok_or(SealError::Altered)?;
        let cipher = self.resume(real, head)?;
        let pieces: Vec<_> = rest.chunks((CHUNK_BYTES + TAG_BYTES) as usize).collect();
        let mut bytes = BytesMut::with_capacity(rest.len());
        for (chunk, piece) in (0..).zip(&pieces) {
            let is_last = chunk as usize + 1 == pieces.len();
            bytes.extend_from_slice(&cipher.open(chunk, is_last, piece)?);
        }
        if pieces.is_empty() {
            return Err(SealError::Altered);
        }
        Ok(bytes.freeze())
    }
}

impl Cipher {
    /// Seals one chunk; each number once.
    pub(crate) fn seal(
        &self,
        chunk: u64,
        is_last: bool,
        bytes: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let payload = Payload {
            msg: bytes,
            aad: self.name.as_bytes(),
        };
        let chunk = u32::try_from(chunk).map_err(|_| SealError::Unsealed)?;
        let sealed = self.stream.encrypt(chunk, is_last, payload);
        sealed.map_err(|_| SealError::Unsealed)
    }

    /// Opens one chunk.
    pub(crate) fn open(
        &self,
        chunk: u64,
        is_last: bool,
        sealed: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let payload = Payload {
            msg: sealed,
            aad: self.name.as_bytes(),
        };
        let chunk = u32::try_from(chunk).map_err(|_| SealError::Altered)?;
        let opened = self.stream.decrypt(chunk, is_last, payload);
        opened.map_err(|_| SealError::Altered)
    }
}

/// How many chunks an object of so many bytes has: one at least.
pub(crate) fn chunks(length: u64) -> u64 {
    length.div_ceil(CHUNK_BYTES).max(1)
}

/// How long an object of so many bytes is in the bucket.
pub(crate) fn sealed_length(length: u64) -> u64 {
    HEAD_BYTES + length + chunks(length) * TAG_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed_once() -> (Seal, Path) {
        let seal = Seal::new(&[7; 32]);
        (seal, Path::from("ledger/00000000000000000000"))
    }

    /// Buckets last longer than versions: what was sealed once must be found and opened for ever.
    #[test]
    fn names_and_contents_are_what_they_always_were() {
        let (seal, real) = sealed_once();
        assert_eq!(
            seal.name(&real).as_ref(),
            "sealed/04/2c/042c2dbe0d6cb698e09909cd3880378753d07421bc4f2d2b83d2af1751dbc6d6"
        );
        let sealed = hex::decode("6b696e666f6c696ffae455f47b7f97235d0f18f7d9012ec5a185d7310b5f159eb744b44b90e4974c2cb604ed5b0971ecb33c9c1b60192ed3476710f1").unwrap();
        assert_eq!(seal.open(&real, &sealed).unwrap(), "a segment");
    }

    #[test]
    fn what_its_name_fixes_is_sealed_alike_by_everyone() {
        let (seal, real) = sealed_once();
        let all = || {
            let (head, cipher) = seal.begin_fixed(&real);
            (head, cipher.seal(0, true, b"a photo").unwrap())
        };
        let (head, sealed) = all();
        assert_eq!((head.clone(), sealed.clone()), all());
        assert_eq!(
            seal.open(&real, &[&head[..], &sealed].concat()).unwrap(),
            "a photo"
        );
        let other = Path::from("ledger/00000000000000000001");
        assert_ne!(seal.begin_fixed(&other).0, head);
    }

    #[test]
    fn one_object_is_sealed_in_another_way_each_time() {
        let (seal, real) = sealed_once();
        for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1] {
            let bytes = vec![1; length as usize];
            let one = seal.seal(&real, &bytes).unwrap();
            assert_eq!(one.len() as u64, sealed_length(length));
            assert_ne!(one, seal.seal(&real, &bytes).unwrap());
            assert_eq!(seal.open(&real, &one).unwrap(), bytes);
            for cut in [0, 8, 34, 35, one.len() - 1] {
                let opened = seal.open(&real, &one[..cut]);
                assert_eq!(opened.unwrap_err(), SealError::Altered, "{length} {cut}");
            }
            let other = Path::from("ledger/00000000000000000001");
            assert_eq!(seal.open(&other, &one).unwrap_err(), SealError::Altered);
            let another = Seal::new(&[8; 32]);
            let wrong = another.open(&real, &one).unwrap_err();
            assert_eq!(wrong, SealError::WrongKey);
        }
    }
}
