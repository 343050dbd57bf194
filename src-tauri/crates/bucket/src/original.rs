//! Originals in the bucket: `originals/aa/bb/<sha256>`, written once, read back before they count
//! as stored, hashed whenever they are fetched whole.
//!
//! One that was deleted and comes again lies under another name, so that a request of before that
//! arrives late cannot delete it.

use std::fmt;
use std::io;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;

use crate::bucket::Bucket;
use crate::error::BucketError;
use crate::fixed::Fixed;
use crate::range::{self, Verified};
use crate::seal;
use crate::sums::Sums;

/// The SHA-256 of an original's bytes, and which of its lives is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OriginalId {
    pub(crate) sha256: [u8; 32],
    life: u64,
}

impl OriginalId {
    /// The original of these bytes, as it comes for the first time.
    #[must_use]
    pub const fn new(sha256: [u8; 32]) -> Self {
        Self { sha256, life: 0 }
    }

    /// The same in another life: any number but 0, and never the same one again after it was deleted.
    #[must_use]
    pub const fn in_life(self, life: u64) -> Self {
        Self { life, ..self }
    }
}

impl fmt::Display for OriginalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.sha256))?;
        match self.life {
            0 => Ok(()),
            life => write!(f, "-{life}"),
        }
    }
}

impl fmt::Debug for OriginalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OriginalId({self})")
    }
}

/// How an original came to be in the bucket. Either way it was read back and is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was stored now.
    New,
    /// It was there before.
    Found,
}

impl Bucket {
    /// Stores the original `id` of `size` bytes, which `bytes` yields, unless the bucket holds it.
    /// A damaged one is replaced. At most 24 MiB of it are in memory at a time.
    ///
    /// When this returns, the bucket's copy was read back whole, and its length and hash are
    /// right. Whatever ends it early leaves nothing under the original's name: it can be begun
    /// again by anyone. (A kill leaves parts of a large one that have no name; S3 keeps those until
    /// the bucket's own rule for unfinished uploads removes them.)
    ///
    /// # Errors
    /// [`BucketError::Source`] if `bytes` fails or is not the original; else what is wrong with
    /// the bucket.
    pub async fn put_original<S>(
        &self,
        id: OriginalId,
        size: u64,
        bytes: S,
    ) -> Result<Put, BucketError>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        match self.verify_original(id, size).await {
            Ok(()) => return Ok(Put::Found),
            Err(BucketError::Missing { .. } | BucketError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
        self.is_mounted()?;
        let put = self.write_fixed(&fixed(id, size), bytes).await;
        if let Err(error @ BucketError::Source { .. }) = put {
            return Err(error);
        }
        // Where two devices store one original at once, the slower one is told off, and all is well.
        match (self.verify_original(id, size).await, put) {
            (Ok(()), _) => Ok(Put::New),
            (Err(_), Err(error)) | (Err(error), Ok(())) => Err(error),
        }
    }

    /// Reads the original back, whole, and checks its length and its hash; for a large one, also
    /// what its ranges are checked by, which is made anew if it is missing or damaged.
    ///
    /// # Errors
    /// [`BucketError::Missing`], [`BucketError::Damaged`], or what is wrong with the bucket.
    pub async fn verify_original(&self, id: OriginalId, size: u64) -> Result<(), BucketError> {
        let mut sums = Sums::new();
        let mut bytes = self.original(id, size).await?;
        while let Some(piece) = bytes.try_next().await? {
            sums.update(&piece);
        }
        // What is encrypted is checked by the chunk as it is.
        if size > range::WHOLE_BYTES_MAX && self.seal.is_none() {
            self.keep_sums(id, sums.finish(id)).await?;
        }
        Ok(())
    }

    /// Deletes an original; where it is not there, nothing is to be done.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn delete_original(&self, id: OriginalId) -> Result<(), BucketError> {
        self.is_mounted()?;
        // What is encrypted has no sums.
        let sums = self.seal.is_none().then(|| named("sums", id));
        for path in sums.into_iter().chain([named("originals", id)]) {
            if let Err(error) = self.store.delete(&self.at(&path)).await
                && !matches!(error, object_store::Error::NotFound { .. })
            {
                return Err(self.error(&path, &error));
            }
        }
        Ok(())
    }

    /// Looks whether the original is there in its length, and reads none of it.
    ///
    /// # Errors
    /// As [`Bucket::verify_original`].
    pub async fn measure_original(&self, id: OriginalId, size: u64) -> Result<(), BucketError> {
        let path = fixed(id, size).path;
        let found = self.store.head(&self.at(&path)).await;
        let found = found.map_err(|error| self.error(&path, &error))?;
        let expected = match self.seal {
            Some(_) => seal::sealed_length(size),
            None => size,
        };
        self.check_length(&path, found.size, expected)
    }

    /// The original, whole. Its hash is checked as it arrives, and its last piece is only given
    /// out when the hash is right: so who gets to the end has the original.
    ///
    /// # Errors
    /// [`BucketError::Missing`]; [`BucketError::Damaged`] at once for another length than `size`,
    /// and within the stream for other bytes; or what is wrong with the bucket.
    pub async fn original(&self, id: OriginalId, size: u64) -> Result<Verified, BucketError> {
        self.fixed(fixed(id, size)).await
    }
}

/// An original's object.
pub(crate) fn fixed(id: OriginalId, size: u64) -> Fixed {
    Fixed {
        path: named("originals", id),
        sha256: id.sha256,
        size,
    }
}

/// The name of an object that belongs to an original.
pub(crate) fn named(kind: &str, id: OriginalId) -> Path {
    let hex = id.to_string();
    Path::from(format!("{kind}/{}/{}/{hex}", &hex[0..2], &hex[2..4]))
}
