//! A large object being sealed on its way up, a chunk at a time.

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, TryStreamExt};
use object_store::path::Path;

use crate::bucket::Bucket;
use crate::error::BucketError;
use crate::seal::{self, Cipher};
use crate::sums::CHUNK_BYTES;

/// An object being sealed.
pub(crate) struct Sealing {
    bucket: Bucket,
    /// The real name.
    path: Path,
    cipher: Cipher,
    /// The next chunk.
    chunk: u64,
    /// All of them.
    chunks: u64,
    /// What came of the next chunk.
    kept: BytesMut,
}

impl Sealing {
    /// `size`: how long the object is, in bytes.
    pub(crate) fn new(bucket: Bucket, path: Path, size: u64, cipher: Cipher) -> Self {
        Self {
            bucket,
            path,
            cipher,
            chunk: 0,
            chunks: seal::chunks(size),
            kept: BytesMut::new(),
        }
    }

    /// The sealed chunks of what `bytes` yields.
    pub(crate) fn stream<S>(self, bytes: S) -> impl Stream<Item = Result<Bytes, BucketError>> + Send
    where
        S: Stream<Item = Result<Bytes, BucketError>> + Send,
    {
        let begun = (Box::pin(bytes), self);
        futures_util::stream::try_unfold(begun, |(mut bytes, mut sealing)| async move {
            let is_last = sealing.chunk + 1 == sealing.chunks;
            if sealing.chunk == sealing.chunks {
                return Ok(None);
            }
            while is_last || sealing.kept.len() < CHUNK_BYTES as usize {
                let Some(piece) = bytes.try_next().await? else {
                    break;
                };
                sealing.kept.extend_from_slice(&piece);
            }
            let length = sealing.kept.len().min(CHUNK_BYTES as usize);
            let chunk = sealing.kept.split_to(length);
            let sealed = sealing.cipher.seal(sealing.chunk, is_last, &chunk);
            let sealed = sealed.map_err(|error| sealing.bucket.sealed(&sealing.path, error))?;
            sealing.chunk += 1;
            Ok(Some((Bytes::from(sealed), (bytes, sealing))))
        })
    }
}
