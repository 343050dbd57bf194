//! The probe on stores that lie: they take a condition and pay no heed to it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use crate::bucket::Bucket;
use crate::error::BucketError;

/// A store in memory that forgets conditions.
#[derive(Debug)]
struct Forgetful {
    store: InMemory,
    forgets: fn(&PutMode) -> bool,
}

impl fmt::Display for Forgetful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Forgetful")
    }
}

#[async_trait]
impl ObjectStore for Forgetful {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        mut options: PutOptions,
    ) -> Result<PutResult> {
        if (self.forgets)(&options.mode) {
            options.mode = PutMode::Overwrite;
        }
        self.store.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.store.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.store.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.store.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}

#[tokio::test]
async fn a_store_that_overwrites_what_is_there_is_found_out() {
    let check = async |forgets: fn(&PutMode) -> bool, overwrites: bool| {
        let store = Forgetful {
            store: InMemory::new(),
            forgets,
        };
        let bucket = Bucket::on(Arc::new(store), "memory");
        let probed = bucket.probe().await;
        let told = matches!(probed, Err(BucketError::Overwrites { .. }));
        assert_eq!(told, overwrites, "{probed:?}");
        assert_eq!(bucket.list().count().await, 0);
    };
    check(|_| false, false).await;
    check(|mode| matches!(mode, PutMode::Create), true).await;
}

#[tokio::test]
async fn a_store_that_swaps_what_has_changed_cannot_vote() {
    let check = async |forgets: fn(&PutMode) -> bool, cannot: bool| {
        let store = Forgetful {
            store: InMemory::new(),
            forgets,
        };
        let bucket = Bucket::on(Arc::new(store), "memory");
        let probed = bucket.probe_swap().await;
        let told = matches!(probed, Err(BucketError::CannotVote { .. }));
        assert_eq!(told, cannot, "{probed:?}");
        assert_eq!(bucket.list().count().await, 0);
    };
    check(|_| false, false).await;
    check(|mode| matches!(mode, PutMode::Create), true).await;
    check(|mode| matches!(mode, PutMode::Update(_)), true).await;
}
