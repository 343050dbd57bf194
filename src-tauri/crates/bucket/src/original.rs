//! Originals in the bucket: `originals/aa/bb/<sha256>`, written once, read back before they count
//! as stored, hashed whenever they are fetched whole.

use std::fmt;
use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};

use crate::bucket::Bucket;
use crate::error::BucketError;
use crate::range::{self, Verified};
use crate::sealing::Sealing;
use crate::sums::Sums;

/// Bytes of a part of a large original; what is no longer than this goes up in one request.
const PART_BYTES: usize = 8 << 20;

/// Parts of one original under way at a time: with the one being filled, all that is in memory.
const PARTS_AT_ONCE: usize = 2;

/// The SHA-256 of an original's bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OriginalId(pub [u8; 32]);

impl fmt::Display for OriginalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
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
        let put = self.write_original(id, size, bytes).await;
        if let Err(error @ BucketError::Source { .. }) = put {
            return Err(error);
        }
        // Where two devices store one original at once, the slower one is told off, and all is well.
        match (self.verify_original(id, size).await, put) {
            (Ok(()), _) => Ok(Put::New),
            (Err(_), Err(error)) | (Err(error), Ok(())) => Err(error),
        }
    }

    async fn write_original<S>(
        &self,
        id: OriginalId,
        size: u64,
        bytes: S,
    ) -> Result<(), BucketError>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let path = path(id);
        let bytes = self.checked(id, size, bytes);
        if size > PART_BYTES as u64 {
            return match &self.seal {
                Some(seal) => {
                    let (head, cipher) = seal.begin_fixed(&path);
                    let sealing = Sealing::new(self.clone(), path.clone(), size, cipher);
                    let head = futures_util::stream::once(async { Ok(head) });
                    let sealed = head.chain(sealing.stream(bytes));
                    self.put_in_parts(&path, sealed).await
                }
                None => self.put_in_parts(&path, bytes).await,
            };
        }
        let whole = bytes.try_collect::<Vec<_>>().await?.concat();
        let whole = Bytes::from(whole);
        if !self.create(&path, whole.clone()).await?
            && self.verify_original(id, size).await.is_err()
        {
            self.replace(&path, whole).await?;
        }
        Ok(())
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

    /// The original, whole. Its hash is checked as it arrives, and its last piece is only given
    /// out when the hash is right: so who gets to the end has the original.
    ///
    /// # Errors
    /// [`BucketError::Missing`]; [`BucketError::Damaged`] at once for another length than `size`,
    /// and within the stream for other bytes; or what is wrong with the bucket.
    pub async fn original(&self, id: OriginalId, size: u64) -> Result<Verified, BucketError> {
        let path = path(id);
        let bytes = if self.seal.is_some() {
            self.chunks(id, size, 0..size).await?
        } else {
            self.plain(&path, size).await?
        };
        let begun = Arriving {
            bucket: self.clone(),
            path,
            id,
            left: size,
            hasher: Sha256::new(),
            held: None,
            is_checked: false,
            bytes,
        };
        Ok(futures_util::stream::try_unfold(begun, Arriving::next).boxed())
    }

    /// An object that is not encrypted, unchecked but for its length.
    async fn plain(&self, path: &Path, size: u64) -> Result<Verified, BucketError> {
        let found = self.store.get(path).await;
        let found = found.map_err(|error| self.error(path, &error))?;
        self.check_length(path, found.meta.size, size)?;
        let bucket = self.clone();
        let at = path.clone();
        let bytes = found
            .into_stream()
            .map_err(move |error| bucket.error(&at, &error));
        Ok(bytes.fuse().boxed())
    }

    pub(crate) fn check_length(
        &self,
        path: &Path,
        found: u64,
        expected: u64,
    ) -> Result<(), BucketError> {
        if found == expected {
            return Ok(());
        }
        let reason = format!("it has {found} bytes instead of {expected}");
        Err(self.damaged(path, reason))
    }

    /// `bytes`, failing before their last piece is out unless they are the original.
    fn checked<S>(
        &self,
        id: OriginalId,
        size: u64,
        bytes: S,
    ) -> impl Stream<Item = Result<Bytes, BucketError>> + Send
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let bucket = self.name.clone();
        let source = move |source| BucketError::Source {
            bucket: bucket.to_string(),
            object: format!("the original {id}"),
            source,
        };
        let changed = || io::Error::new(io::ErrorKind::InvalidData, "its bytes have changed");
        let mut hasher = Sha256::new();
        let mut left = size;
        let end = futures_util::stream::once(async { None });
        bytes.map(Some).chain(end).map(move |piece| {
            let is_end = piece.is_none();
            let piece = piece.unwrap_or(Ok(Bytes::new())).map_err(&source)?;
            hasher.update(&piece);
            let length = piece.len() as u64;
            left = left.checked_sub(length).ok_or_else(|| source(changed()))?;
            let is_whole = left == 0 && hasher.clone().finalize().as_slice() == id.0;
            if (is_end || left == 0) && !is_whole {
                return Err(source(changed()));
            }
            Ok(piece)
        })
    }

    async fn put_in_parts<S>(&self, path: &Path, bytes: S) -> Result<(), BucketError>
    where
        S: Stream<Item = Result<Bytes, BucketError>> + Send,
    {
        let failed = |error| self.error_writing(path, &error);
        let upload = self
            .store
            .put_multipart(&self.at(path))
            .await
            .map_err(failed)?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        let mut bytes = std::pin::pin!(bytes);
        while let Some(piece) = bytes.next().await {
            let error = match piece {
                Ok(piece) => {
                    let room = upload.wait_for_capacity(PARTS_AT_ONCE).await;
                    upload.put(piece);
                    room.map_err(failed).err()
                }
                Err(error) => Some(error),
            };
            if let Some(error) = error {
                // What was wrong first is what is told; a store drops what is left in time.
                let _ = upload.abort().await;
                return Err(error);
            }
        }
        upload.finish().await.map(drop).map_err(failed)
    }
}

/// The name of an original's object.
pub(crate) fn path(id: OriginalId) -> Path {
    named("originals", id)
}

/// The name of an object that belongs to an original.
pub(crate) fn named(kind: &str, id: OriginalId) -> Path {
    let hex = id.to_string();
    Path::from(format!("{kind}/{}/{}/{hex}", &hex[0..2], &hex[2..4]))
}

/// An original on its way out of the bucket.
struct Arriving {
    bucket: Bucket,
    path: Path,
    id: OriginalId,
    left: u64,
    hasher: Sha256,
    /// The last piece that came, given out when another one follows or the hash is right.
    held: Option<Bytes>,
    /// Whether all of it was right.
    is_checked: bool,
    bytes: Verified,
}

impl Arriving {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, BucketError> {
        loop {
            match self.bytes.try_next().await? {
                Some(piece) => {
                    self.hasher.update(&piece);
                    let length = piece.len() as u64;
                    let Some(left) = self.left.checked_sub(length) else {
                        return Err(self.bucket.damaged(&self.path, "it is too long"));
                    };
                    self.left = left;
                    if let Some(before) = self.held.replace(piece) {
                        return Ok(Some((before, self)));
                    }
                }
                None if self.is_checked => return Ok(None),
                None => {
                    if self.left > 0 {
                        return Err(self.bucket.damaged(&self.path, "it is cut short"));
                    }
                    if self.hasher.clone().finalize().as_slice() != self.id.0 {
                        let reason = "its bytes have another hash";
                        return Err(self.bucket.damaged(&self.path, reason));
                    }
                    self.is_checked = true;
                    return Ok(self.held.take().map(|last| (last, self)));
                }
            }
        }
    }
}
