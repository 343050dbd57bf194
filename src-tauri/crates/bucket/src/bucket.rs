//! An open bucket: the few requests that all else is made of, and their errors.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};

use crate::address::Address;
use crate::error::BucketError;

/// A bucket; clones share its connections.
#[derive(Clone)]
pub struct Bucket {
    pub(crate) store: Arc<dyn ObjectStore>,
    /// What it is called in errors.
    pub(crate) name: Arc<str>,
    /// Where it is a folder of this machine.
    folder: Option<PathBuf>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A store's own words may hold its credentials.
        write!(f, "Bucket({})", self.name)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Bucket {
    /// The bucket at `address`, with the settings that `variables` (names and values, as in
    /// `std::env::vars`) hold under the names that object_store knows: `AZURE_*` or `AWS_*`.
    /// Nothing is asked of it yet: see [`Bucket::reach`].
    ///
    /// # Errors
    /// [`BucketError::BadSetup`]; [`BucketError::NoSuchBucket`] for a folder that is missing.
    pub fn open(
        address: &Address,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, BucketError> {
        Ok(Self {
            store: address.open(variables)?,
            name: address.to_string().into(),
            folder: address.folder().map(PathBuf::from),
        })
    }

    /// A bucket that is gone with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            store: Arc::new(InMemory::new()),
            name: "memory".into(),
            folder: None,
        }
    }

    /// Whether it is there and lets these credentials list it. One small request.
    ///
    /// # Errors
    /// What keeps it from being used, told as exactly as the store tells it.
    pub async fn reach(&self) -> Result<(), BucketError> {
        self.is_mounted()?;
        // Nothing lies below this name: it is the answer that counts.
        let nowhere = Path::from("originals/reach");
        let found = self.store.list(Some(&nowhere)).try_next().await;
        found.map(drop).map_err(|error| self.error_all(&error))
    }

    /// A folder that has gone, with its disk or its share, would be made anew by whoever writes to
    /// it, on the wrong disk.
    pub(crate) fn is_mounted(&self) -> Result<(), BucketError> {
        match &self.folder {
            Some(folder) if !folder.is_dir() => Err(BucketError::NoSuchBucket {
                bucket: self.name.to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// Writes a small object that must not be there yet. False: it was there, and is untouched.
    pub(crate) async fn create(&self, path: &Path, bytes: Bytes) -> Result<bool, BucketError> {
        let payload = PutPayload::from_bytes(bytes);
        match self
            .store
            .put_opts(path, payload, PutMode::Create.into())
            .await
        {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            // Azure says so where two create at the same time.
            Err(object_store::Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.error_writing(path, &error)),
        }
    }

    /// Writes a small object, whatever was there.
    pub(crate) async fn replace(&self, path: &Path, bytes: Bytes) -> Result<(), BucketError> {
        let put = self.store.put(path, PutPayload::from_bytes(bytes)).await;
        put.map(drop)
            .map_err(|error| self.error_writing(path, &error))
    }

    /// A small object, whole.
    pub(crate) async fn read(&self, path: &Path) -> Result<Bytes, BucketError> {
        let found = self.store.get(path).await;
        let found = found.map_err(|error| self.error(path, &error))?;
        found
            .bytes()
            .await
            .map_err(|error| self.error(path, &error))
    }

    pub(crate) fn error(&self, path: &Path, error: &object_store::Error) -> BucketError {
        BucketError::of(&self.name, path.as_ref(), error)
    }

    /// What cannot be found by somebody who writes is the bucket itself.
    pub(crate) fn error_writing(&self, path: &Path, error: &object_store::Error) -> BucketError {
        match self.error(path, error) {
            BucketError::Missing { bucket, .. } => BucketError::NoSuchBucket { bucket },
            other => other,
        }
    }

    fn error_all(&self, error: &object_store::Error) -> BucketError {
        self.error_writing(&Path::default(), error)
    }

    pub(crate) fn damaged(&self, path: &Path, reason: impl Into<String>) -> BucketError {
        BucketError::Damaged {
            bucket: self.name.to_string(),
            object: path.to_string(),
            reason: reason.into(),
        }
    }
}
