//! A part of an original, checked before it is given out: a small original is fetched and hashed
//! whole, a large one by the MiB, against its sums; an encrypted one always by the MiB, since each
//! can be opened alone.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

use crate::bucket::Bucket;
use crate::error::BucketError;
use crate::fixed::Fixed;
use crate::original::{self, OriginalId};
use crate::seal::{self, Cipher, Seal};
use crate::sums::{self, CHUNK_BYTES};

/// Longest original that is fetched whole for a part of it, in bytes; so much of it is in memory.
pub(crate) const WHOLE_BYTES_MAX: u64 = 16 << 20;

/// Bytes that were checked, piece by piece.
pub type Verified = BoxStream<'static, Result<Bytes, BucketError>>;

impl Bucket {
    /// The bytes `range` of the original `id` of `size` bytes, none of them given out unchecked.
    ///
    /// # Errors
    /// As [`Bucket::original`]. A range outside the original is cut to it.
    pub async fn original_range(
        &self,
        id: OriginalId,
        size: u64,
        range: Range<u64>,
    ) -> Result<Verified, BucketError> {
        let range = range.start.min(size)..range.end.min(size);
        if range.is_empty() {
            return Ok(futures_util::stream::empty().boxed());
        }
        let object = original::fixed(id, size);
        if let Some(seal) = &self.seal {
            return self.opened(seal, &object, range).await;
        }
        if size > WHOLE_BYTES_MAX {
            let sums = self.sums(id, size).await?;
            return self.chunks(&object, Check::Sums(sums), range).await;
        }
        let whole: Vec<Bytes> = self.original(id, size).await?.try_collect().await?;
        let part = Bytes::from(whole.concat()).slice(range.start as usize..range.end as usize);
        Ok(futures_util::stream::once(async { Ok(part) }).boxed())
    }

    /// Part of an object of an encrypted bucket, from the chunks that hold it, each of which is checked
    /// by being opened.
    pub(crate) async fn opened(
        &self,
        seal: &Seal,
        object: &Fixed,
        range: Range<u64>,
    ) -> Result<Verified, BucketError> {
        let path = &object.path;
        let at = self.at(path);
        let found = self.store.head(&at).await;
        let found = found.map_err(|error| self.error(path, &error))?;
        self.check_length(path, found.size, seal::sealed_length(object.size))?;
        let head = self.store.get_range(&at, 0..seal::HEAD_BYTES).await;
        let head = head.map_err(|error| self.error(path, &error))?;
        let cipher = seal.resume(path, &head);
        let cipher = cipher.map_err(|error| self.sealed(path, error))?;
        self.chunks(object, Check::Cipher(Box::new(cipher)), range)
            .await
    }

    /// Part of an object, from the chunks that hold it.
    async fn chunks(
        &self,
        object: &Fixed,
        check: Check,
        range: Range<u64>,
    ) -> Result<Verified, BucketError> {
        let Fixed { path, size, .. } = object.clone();
        let at = self.at(&path);
        let (head, tag) = match check {
            Check::Sums(_) => (0, 0),
            Check::Cipher(_) => (seal::HEAD_BYTES, seal::TAG_BYTES),
        };
        let stored = head + size + tag * size.div_ceil(CHUNK_BYTES).max(1);
        let first = range.start / CHUNK_BYTES;
        let end = head + range.end.div_ceil(CHUNK_BYTES).max(1) * (CHUNK_BYTES + tag);
        let begin = head + first * (CHUNK_BYTES + tag);
        let options = GetOptions {
            range: Some(GetRange::Bounded(begin..end.min(stored))),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&at, options).await;
        let found = found.map_err(|error| self.error(&path, &error))?;
        self.check_length(&path, found.meta.size, stored)?;
        let bucket = self.clone();
        let at = path.clone();
        let bytes = found
            .into_stream()
            .map_err(move |error| bucket.error(&at, &error));
        let begun = Chunks {
            bucket: self.clone(),
            path,
            check,
            tag,
            chunk: first,
            size,
            range,
            kept: BytesMut::new(),
            bytes: bytes.fuse().boxed(),
        };
        Ok(futures_util::stream::try_unfold(begun, Chunks::next).boxed())
    }
}

/// What a chunk is checked by.
enum Check {
    Sums(Bytes),
    Cipher(Box<Cipher>),
}

/// Chunks of an original on their way out of the bucket.
struct Chunks {
    bucket: Bucket,
    path: Path,
    check: Check,
    /// Bytes by which a stored chunk is longer.
    tag: u64,
    /// The next one's number.
    chunk: u64,
    size: u64,
    /// What was asked for.
    range: Range<u64>,
    /// What came of the next chunk.
    kept: BytesMut,
    bytes: Verified,
}

impl Chunks {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, BucketError> {
        let begin = self.chunk * CHUNK_BYTES;
        if begin >= self.range.end {
            return Ok(None);
        }
        let end = (begin + CHUNK_BYTES).min(self.size);
        let length = (end - begin + self.tag) as usize;
        while self.kept.len() < length {
            let Some(piece) = self.bytes.try_next().await? else {
                return Err(self.bucket.damaged(&self.path, "it is cut short"));
            };
            self.kept.extend_from_slice(&piece);
        }
        let chunk = self.kept.split_to(length).freeze();
        let chunk = match &self.check {
            Check::Sums(sums) => {
                let expected = sums::sum(sums, self.chunk);
                if expected != Some(Sha256::digest(&chunk).as_slice()) {
                    let reason = format!("its bytes {begin} to {end} have another hash");
                    return Err(self.bucket.damaged(&self.path, reason));
                }
                chunk
            }
            Check::Cipher(cipher) => {
                let opened = cipher.open(self.chunk, end == self.size, &chunk);
                let opened = opened.map_err(|error| self.bucket.sealed(&self.path, error))?;
                opened.into()
            }
        };
        let from = self.range.start.max(begin) - begin;
        let to = self.range.end.min(end) - begin;
        self.chunk += 1;
        Ok(Some((chunk.slice(from as usize..to as usize), self)))
    }
}
