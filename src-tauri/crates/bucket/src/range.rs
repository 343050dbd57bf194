//! A part of an original, checked before it is given out: a small original is fetched and hashed
//! whole, a large one by the MiB, against its sums.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore};
use sha2::{Digest, Sha256};

use crate::bucket::Bucket;
use crate::error::BucketError;
use crate::original::{self, OriginalId};
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
        if size > WHOLE_BYTES_MAX {
            return self.chunks(id, size, range).await;
        }
        let whole: Vec<Bytes> = self.original(id, size).await?.try_collect().await?;
        let part = Bytes::from(whole.concat()).slice(range.start as usize..range.end as usize);
        Ok(futures_util::stream::once(async { Ok(part) }).boxed())
    }

    /// The same from the chunks that hold it, each checked by its sum.
    async fn chunks(
        &self,
        id: OriginalId,
        size: u64,
        range: Range<u64>,
    ) -> Result<Verified, BucketError> {
        let sums = self.sums(id, size).await?;
        let path = original::path(id);
        let first = range.start / CHUNK_BYTES;
        let end = range.end.div_ceil(CHUNK_BYTES) * CHUNK_BYTES;
        let options = GetOptions {
            range: Some(GetRange::Bounded(first * CHUNK_BYTES..end.min(size))),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&path, options).await;
        let found = found.map_err(|error| self.error(&path, &error))?;
        self.check_length(&path, found.meta.size, size)?;
        let bucket = self.clone();
        let at = path.clone();
        let bytes = found
            .into_stream()
            .map_err(move |error| bucket.error(&at, &error));
        let begun = Chunks {
            bucket: self.clone(),
            path,
            sums,
            chunk: first,
            size,
            range,
            kept: BytesMut::new(),
            bytes: bytes.fuse().boxed(),
        };
        Ok(futures_util::stream::try_unfold(begun, Chunks::next).boxed())
    }
}

/// Chunks of an original on their way out of the bucket.
struct Chunks {
    bucket: Bucket,
    path: Path,
    sums: Bytes,
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
        let length = (end - begin) as usize;
        while self.kept.len() < length {
            let Some(piece) = self.bytes.try_next().await? else {
                return Err(self.bucket.damaged(&self.path, "it is cut short"));
            };
            self.kept.extend_from_slice(&piece);
        }
        let chunk = self.kept.split_to(length).freeze();
        let expected = sums::sum(&self.sums, self.chunk);
        if expected != Some(Sha256::digest(&chunk).as_slice()) {
            let reason = format!("its bytes {begin} to {end} have another hash");
            return Err(self.bucket.damaged(&self.path, reason));
        }
        let from = self.range.start.max(begin) - begin;
        let to = self.range.end.min(end) - begin;
        self.chunk += 1;
        Ok(Some((chunk.slice(from as usize..to as usize), self)))
    }
}
