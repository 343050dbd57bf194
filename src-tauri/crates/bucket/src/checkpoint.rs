//! Checkpoints of the ledger: what it amounts to at some height, for a device that is made anew. What
//! is in one, the bucket does not know.
//!
//! Each has a card, `checkpoints/<number>`, small, created once and never deleted, so that who looks
//! for the last one needs no list; and its content, `catalogues/<height>-<sha256>`, which is written
//! before the card that names it, and deleted when later ones are there.

use std::io;

use bytes::Bytes;
use futures_util::Stream;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use crate::bucket::Bucket;
use crate::error::BucketError;
use crate::fixed::Fixed;
use crate::range::Verified;

/// What names the content of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// The height of the last block in it.
    pub height: u64,
    /// The SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// How many those are.
    pub size: u64,
}

impl Bucket {
    /// Stores the card of a checkpoint unless one is there under its number; whether the one that is
    /// there now is this one.
    ///
    /// # Errors
    /// What is wrong with the bucket. Whether the card was stored is then unknown: ask again.
    pub async fn create_card(&self, number: u64, card: Bytes) -> Result<bool, BucketError> {
        self.is_mounted()?;
        let path = card_path(number);
        Ok(self.create(&path, card.clone()).await? || self.read(&path).await? == card)
    }

    /// The card of a checkpoint.
    ///
    /// # Errors
    /// [`BucketError::Missing`], or what is wrong with the bucket.
    pub async fn card(&self, number: u64) -> Result<Bytes, BucketError> {
        self.read(&card_path(number)).await
    }

    /// Whether there is a card under this number.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn has_card(&self, number: u64) -> Result<bool, BucketError> {
        self.is_mounted()?;
        self.has(&card_path(number)).await
    }

    /// Stores the content of a checkpoint, which `bytes` yields, unless the bucket holds it. When this
    /// returns, it was read back whole and is right.
    ///
    /// # Errors
    /// As [`Bucket::put_original`].
    pub async fn put_content<S>(&self, content: Content, bytes: S) -> Result<(), BucketError>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        self.is_mounted()?;
        let object = object(content);
        match self.verify_fixed(&object).await {
            Ok(()) => return Ok(()),
            Err(BucketError::Missing { .. } | BucketError::Damaged { .. }) => {}
            Err(error) => return Err(error),
        }
        let put = self.write_fixed(&object, bytes).await;
        if let Err(error @ BucketError::Source { .. }) = put {
            return Err(error);
        }
        // As with originals: the slower one of two may have been told off.
        match (self.verify_fixed(&object).await, put) {
            (Ok(()), _) => Ok(()),
            (Err(_), Err(error)) | (Err(error), Ok(())) => Err(error),
        }
    }

    /// The content of a checkpoint, whole. Its hash is checked as it arrives, and its last piece is
    /// only given out when the hash is right.
    ///
    /// # Errors
    /// As [`Bucket::original`].
    pub async fn content(&self, content: Content) -> Result<Verified, BucketError> {
        self.fixed(object(content)).await
    }

    /// Deletes the content of a checkpoint; whether it was there.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn delete_content(&self, content: Content) -> Result<bool, BucketError> {
        self.is_mounted()?;
        let path = object(content).path;
        if !self.has(&path).await? {
            return Ok(false);
        }
        match self.store.delete(&self.at(&path)).await {
            Ok(()) => Ok(true),
            Err(error) => match self.error(&path, &error) {
                BucketError::Missing { .. } => Ok(false),
                error => Err(error),
            },
        }
    }
}

fn card_path(number: u64) -> Path {
    Path::from(format!("checkpoints/{number:020}"))
}

fn object(content: Content) -> Fixed {
    let Content {
        height,
        sha256,
        size,
    } = content;
    Fixed {
        path: Path::from(format!("catalogues/{height:020}-{}", hex::encode(sha256))),
        sha256,
        size,
    }
}
