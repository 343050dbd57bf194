//! What ranges of a large original are checked by: `sums/aa/bb/<sha256>` holds the SHA-256 of
//! each MiB of it, and at its end that of all these together with the original's id.
//!
//! They are made from bytes whose hash was right, and find damage; somebody who can write to the
//! bucket can forge both. Whole originals are always checked by their own id, which nobody can.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::bucket::Bucket;
use crate::error::BucketError;
use crate::original::{self, OriginalId};

/// Bytes of a chunk of an original; the last one may be shorter.
pub(crate) const CHUNK_BYTES: u64 = 1 << 20;

const SUM_BYTES: usize = 32;

/// Sums being made of an original.
pub(crate) struct Sums {
    chunk: Sha256,
    left: u64,
    sums: Vec<u8>,
}

impl Sums {
    pub(crate) fn new() -> Self {
        Self {
            chunk: Sha256::new(),
            left: CHUNK_BYTES,
            sums: Vec::new(),
        }
    }

    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = bytes.len().min(self.left as usize);
            self.chunk.update(&bytes[..taken]);
            self.left -= taken as u64;
            bytes = &bytes[taken..];
            if self.left == 0 {
                self.close();
            }
        }
    }

    /// The object's bytes.
    pub(crate) fn finish(mut self, id: OriginalId) -> Bytes {
        if self.left < CHUNK_BYTES {
            self.close();
        }
        let seal = seal(id, &self.sums);
        self.sums.extend(seal);
        self.sums.into()
    }

    fn close(&mut self) {
        self.sums.extend(self.chunk.finalize_reset());
        self.left = CHUNK_BYTES;
    }
}

fn seal(id: OriginalId, sums: &[u8]) -> [u8; SUM_BYTES] {
    let hash = Sha256::new()
        .chain_update("kinfolio sums v1\0")
        .chain_update(id.sha256)
        .chain_update(sums);
    hash.finalize().into()
}

/// The sum of one chunk.
pub(crate) fn sum(sums: &[u8], chunk: u64) -> Option<&[u8]> {
    let begin = usize::try_from(chunk).ok()?.checked_mul(SUM_BYTES)?;
    sums.get(begin..begin + SUM_BYTES)
}

impl Bucket {
    /// Stores the sums of an original, unless they are there.
    pub(crate) async fn keep_sums(&self, id: OriginalId, sums: Bytes) -> Result<(), BucketError> {
        let path = original::named("sums", id);
        match self.read(&path).await {
            Ok(there) if there == sums => Ok(()),
            Ok(_) | Err(BucketError::Missing { .. }) => self.replace(&path, sums).await,
            Err(error) => Err(error),
        }
    }

    /// The sums of an original of `size` bytes.
    pub(crate) async fn sums(&self, id: OriginalId, size: u64) -> Result<Bytes, BucketError> {
        let path = original::named("sums", id);
        let found = self.read(&path).await?;
        let chunks = size.div_ceil(CHUNK_BYTES);
        self.check_length(&path, found.len() as u64, (chunks + 1) * SUM_BYTES as u64)?;
        let sums = found.slice(..found.len() - SUM_BYTES);
        if seal(id, &sums)[..] != found[sums.len()..] {
            return Err(self.damaged(&path, "its bytes have another hash"));
        }
        Ok(sums)
    }
}
