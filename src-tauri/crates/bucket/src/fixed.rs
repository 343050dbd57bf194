//! Large objects that their names fix: whoever writes one under its name writes the same bytes. They
//! are checked as they go up, and again as they come back.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};

use crate::bucket::Bucket;
use crate::error::BucketError;
use crate::range::Verified;
use crate::sealing::Sealing;

/// Bytes of a part of a large object; what is no longer than this goes up in one request.
const PART_BYTES: usize = 8 << 20;

/// Parts of one object under way at a time: with the one being filled, all that is in memory.
const PARTS_AT_ONCE: usize = 2;

/// An object, and what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    /// The real name, which nothing else ever has.
    pub(crate) path: Path,
    /// Of all its bytes.
    pub(crate) sha256: [u8; 32],
    /// How many those are.
    pub(crate) size: u64,
}

impl Bucket {
    /// Writes an object, whatever was there; nothing, if `bytes` are not it. A small one that is there
    /// and right stays.
    pub(crate) async fn write_fixed<S>(&self, object: &Fixed, bytes: S) -> Result<(), BucketError>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let Fixed { path, size, .. } = object;
        let bytes = self.checked(object, bytes);
        if *size > PART_BYTES as u64 {
            return match &self.seal {
                Some(seal) => {
                    let (head, cipher) = seal.begin_fixed(path);
                    let sealing = Sealing::new(self.clone(), path.clone(), *size, cipher);
                    let head = futures_util::stream::once(async { Ok(head) });
                    let sealed = head.chain(sealing.stream(bytes));
                    self.put_in_parts(path, sealed).await
                }
                None => self.put_in_parts(path, bytes).await,
            };
        }
        let whole = bytes.try_collect::<Vec<_>>().await?.concat();
        let whole = Bytes::from(whole);
        if !self.create(path, whole.clone()).await? && self.verify_fixed(object).await.is_err() {
            self.replace(path, whole).await?;
        }
        Ok(())
    }

    /// Reads an object back, whole, and checks its length and its hash.
    pub(crate) async fn verify_fixed(&self, object: &Fixed) -> Result<(), BucketError> {
        let mut bytes = self.fixed(object.clone()).await?;
        while bytes.try_next().await?.is_some() {}
        Ok(())
    }

    /// An object, whole. Its hash is checked as it arrives, and its last piece is only given out when
    /// the hash is right: so who gets to the end has the object.
    pub(crate) async fn fixed(&self, object: Fixed) -> Result<Verified, BucketError> {
        let size = object.size;
        let bytes = match &self.seal {
            Some(seal) => self.opened(seal, &object, 0..size).await?,
            None => self.plain(&object.path, size).await?,
        };
        let begun = Arriving {
            bucket: self.clone(),
            left: size,
            object,
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

    /// `bytes`, failing before their last piece is out unless they are the object.
    fn checked<S>(
        &self,
        object: &Fixed,
        bytes: S,
    ) -> impl Stream<Item = Result<Bytes, BucketError>> + Send + use<S>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let bucket = self.name.clone();
        let Fixed { path, sha256, size } = object.clone();
        let source = move |source| BucketError::Source {
            bucket: bucket.to_string(),
            object: path.to_string(),
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
            let is_whole = left == 0 && hasher.clone().finalize().as_slice() == sha256;
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

/// An object on its way out of the bucket.
struct Arriving {
    bucket: Bucket,
    object: Fixed,
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
                        return Err(self.damaged("it is too long"));
                    };
                    self.left = left;
                    if let Some(before) = self.held.replace(piece) {
                        return Ok(Some((before, self)));
                    }
                }
                None if self.is_checked => return Ok(None),
                None => {
                    if self.left > 0 {
                        return Err(self.damaged("it is cut short"));
                    }
                    if self.hasher.clone().finalize().as_slice() != self.object.sha256 {
                        return Err(self.damaged("its bytes have another hash"));
                    }
                    self.is_checked = true;
                    return Ok(self.held.take().map(|last| (last, self)));
                }
            }
        }
    }

    fn damaged(&self, reason: &str) -> BucketError {
        self.bucket.damaged(&self.object.path, reason)
    }
}
