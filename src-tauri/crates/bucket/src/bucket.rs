//! An open bucket: the few requests that all else is made of, and their errors.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};

use crate::address::Address;
use crate::error::BucketError;
use crate::seal::{Seal, SealError};

/// A bucket; clones share its connections.
#[derive(Clone)]
pub struct Bucket {
    pub(crate) store: Arc<dyn ObjectStore>,
    /// What it is called in errors.
    pub(crate) name: Arc<str>,
    /// Where it is a folder of this machine.
    folder: Option<PathBuf>,
    /// Where it is encrypted.
    pub(crate) seal: Option<Arc<Seal>>,
}

/// What a bucket holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nothing yet.
    Nothing,
    /// Something, and all of it is encrypted.
    Encrypted,
    /// Something that is not encrypted.
    Plain,
}

/// The object that says that a bucket is encrypted, and by which key; the only one whose name is
/// not hidden.
const LOCK: &str = "encrypted";

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
            seal: None,
        })
    }

    /// A bucket that is gone with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::on(Arc::new(InMemory::new()), "memory")
    }

    /// A bucket on a store that has no address.
    pub(crate) fn on(store: Arc<dyn ObjectStore>, name: &str) -> Self {
        Self {
            store,
            name: name.into(),
            folder: None,
            seal: None,
        }
    }

    /// The same bucket, encrypted on this side with keys derived from `key`, 32 bytes that
    /// nobody else knows: it is given nothing
    /// that it could read. To be called before anything is stored; see [`Bucket::reach`].
    #[must_use]
    pub fn encrypted(mut self, key: &[u8; 32]) -> Self {
        self.seal = Some(Arc::new(Seal::new(key)));
        self
    }

    /// Whether what is stored there is encrypted on this side.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.seal.is_some()
    }

    /// Whether it is there, lets these credentials list it, and is encrypted by the key that was
    /// given, if one was. Two small requests; an encrypted bucket is marked as such at first.
    ///
    /// # Errors
    /// What keeps it from being used, told as exactly as the store tells it;
    /// [`BucketError::Encrypted`] and [`BucketError::WrongKey`].
    pub async fn reach(&self) -> Result<(), BucketError> {
        self.is_mounted()?;
        // Nothing lies below this name: it is the answer that counts.
        let nowhere = Path::from("originals/reach");
        let found = self.store.list(Some(&nowhere)).try_next().await;
        found.map_err(|error| self.error_all(&error))?;
        self.unlock().await
    }

    /// Whether the bucket's lock and the key fit; marks it as encrypted if it has no lock.
    async fn unlock(&self) -> Result<(), BucketError> {
        let bucket = self.name.to_string();
        let real = Path::from(LOCK);
        let lock = match self.read_raw(&real, &real).await {
            Ok(lock) => Some(lock),
            Err(BucketError::Missing { .. }) => None,
            Err(error) => return Err(error),
        };
        match (&self.seal, lock) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(BucketError::Encrypted { bucket }),
            (Some(seal), Some(lock)) => match seal.open(&real, &lock) {
                Ok(_) => Ok(()),
                Err(error) => Err(self.sealed(&real, error)),
            },
            (Some(seal), None) => {
                let lock = seal.seal(&real, LOCK.as_bytes());
                let lock = lock.map_err(|error| self.sealed(&real, error))?;
                if self.create_raw(&real, &real, lock).await? {
                    return Ok(());
                }
                // Another device was faster, with its key or with ours.
                let lock = self.read_raw(&real, &real).await?;
                let opened = seal.open(&real, &lock);
                opened.map(drop).map_err(|error| self.sealed(&real, error))
            }
        }
    }

    /// Whether it is a folder of this device, which anybody may change and whose disk may fail.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// What an object is called in the bucket.
    pub(crate) fn at(&self, real: &Path) -> Path {
        match &self.seal {
            Some(seal) => seal.name(real),
            None => real.clone(),
        }
    }

    /// A small object's bytes as they are stored.
    pub(crate) fn seal(&self, real: &Path, bytes: Bytes) -> Result<Bytes, BucketError> {
        match &self.seal {
            Some(seal) => seal
                .seal(real, &bytes)
                .map_err(|error| self.sealed(real, error)),
            None => Ok(bytes),
        }
    }

    /// A small object's bytes as they were given.
    pub(crate) fn unseal(&self, real: &Path, bytes: Bytes) -> Result<Bytes, BucketError> {
        match &self.seal {
            Some(seal) => seal
                .open(real, &bytes)
                .map_err(|error| self.sealed(real, error)),
            None => Ok(bytes),
        }
    }

    pub(crate) fn sealed(&self, real: &Path, error: SealError) -> BucketError {
        let bucket = self.name.to_string();
        match error {
            SealError::WrongKey => BucketError::WrongKey { bucket },
            SealError::Altered => {
                self.damaged(real, "it is not what was encrypted under this name")
            }
            SealError::Unsealed => BucketError::Failed {
                bucket,
                detail: format!("{real} cannot be encrypted"),
            },
        }
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

    /// Whether there is such an object.
    pub(crate) async fn has(&self, path: &Path) -> Result<bool, BucketError> {
        match self.store.head(&self.at(path)).await {
            Ok(_) => Ok(true),
            Err(error) => match self.error(path, &error) {
                BucketError::Missing { .. } => Ok(false),
                error => Err(error),
            },
        }
    }

    /// What the bucket holds so far, before it is told a key; at most three small requests.
    ///
    /// # Errors
    /// What keeps it from being used.
    pub async fn contents(&self) -> Result<Contents, BucketError> {
        self.is_mounted()?;
        let lock = Path::from(LOCK);
        match self.read_raw(&lock, &lock).await {
            Ok(_) => return Ok(Contents::Encrypted),
            Err(BucketError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
        // What others keep there beside it does not count.
        for ours in ["ledger", "originals"] {
            let found = self.store.list(Some(&Path::from(ours))).try_next().await;
            if found.map_err(|error| self.error_all(&error))?.is_some() {
                return Ok(Contents::Plain);
            }
        }
        Ok(Contents::Nothing)
    }

    /// What is wrong with a bucket of these contents that is to be encrypted, or not to be.
    #[must_use]
    pub fn unfit(&self, contents: Contents, encrypted: bool) -> Option<BucketError> {
        let bucket = self.name.to_string();
        match (contents, encrypted) {
            (Contents::Plain, true) => Some(BucketError::NotEncrypted { bucket }),
            (Contents::Encrypted, false) => Some(BucketError::NotPlain { bucket }),
            _ => None,
        }
    }

    /// All objects of the bucket, in no order: names and lengths in bytes.
    ///
    /// # Errors
    /// Within the list: what is wrong with the bucket.
    pub fn list(&self) -> BoxStream<'static, Result<(String, u64), BucketError>> {
        let bucket = self.clone();
        let listed = self.store.list(None);
        let listed = listed.map_ok(|found| (found.location.to_string(), found.size));
        listed
            .map_err(move |error| bucket.error_all(&error))
            .boxed()
    }

    /// Writes a small object that must not be there yet. False: it was there, and is untouched.
    pub(crate) async fn create(&self, path: &Path, bytes: Bytes) -> Result<bool, BucketError> {
        let bytes = self.seal(path, bytes)?;
        self.create_raw(path, &self.at(path), bytes).await
    }

    async fn create_raw(&self, real: &Path, at: &Path, bytes: Bytes) -> Result<bool, BucketError> {
        let payload = PutPayload::from_bytes(bytes);
        match self
            .store
            .put_opts(at, payload, PutMode::Create.into())
            .await
        {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            // Azure says so where two create at the same time.
            Err(object_store::Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.error_writing(real, &error)),
        }
    }

    /// Writes a small object, whatever was there.
    pub(crate) async fn replace(&self, path: &Path, bytes: Bytes) -> Result<(), BucketError> {
        let bytes = self.seal(path, bytes)?;
        let put = self
            .store
            .put(&self.at(path), PutPayload::from_bytes(bytes))
            .await;
        put.map(drop)
            .map_err(|error| self.error_writing(path, &error))
    }

    /// A small object, whole.
    pub(crate) async fn read(&self, path: &Path) -> Result<Bytes, BucketError> {
        let stored = self.read_raw(path, &self.at(path)).await?;
        self.unseal(path, stored)
    }

    async fn read_raw(&self, real: &Path, at: &Path) -> Result<Bytes, BucketError> {
        let found = self.store.get(at).await;
        let found = found.map_err(|error| self.error(real, &error))?;
        found
            .bytes()
            .await
            .map_err(|error| self.error(real, &error))
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
