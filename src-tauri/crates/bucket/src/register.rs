//! Registers: objects that are changed by compare-and-swap and never deleted, which is what a
//! bucket needs to have a vote; and whether a store has what it takes.
//!
//! They lie below the id under which the bucket votes, `voter/<id>/`, beside the key that made that
//! id: where that is not there, the bucket is another voter, or none.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion};

use crate::bucket::Bucket;
use crate::error::BucketError;
use crate::probe::probe_path;

/// Which state of a register somebody has read or written.
#[derive(Clone, Debug)]
pub struct Version(UpdateVersion);

/// What the key of a voter is called, beside its registers.
const KEY: &str = "key";

impl Bucket {
    /// Makes the bucket the voter of this id and public key.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn be_voter(&self, voter: &str, key: [u8; 32]) -> Result<(), BucketError> {
        self.is_mounted()?;
        let key = Bytes::copy_from_slice(&key);
        self.create(&of(voter, KEY), key).await.map(drop)
    }

    /// Whether the bucket is the voter of this id: no other bucket is, whatever it holds besides.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn is_voter(&self, voter: &str) -> Result<bool, BucketError> {
        self.is_mounted()?;
        self.has(&of(voter, KEY)).await
    }

    /// A register's contents and their version; `None` if it was never written.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn register(
        &self,
        voter: &str,
        name: &str,
    ) -> Result<Option<(Bytes, Version)>, BucketError> {
        self.versioned(&of(voter, name)).await
    }

    /// Replaces a register's contents if they are as `expected` was read or written; `None`: if it
    /// was never written. The new version; `None` if somebody else was faster, and nothing changed.
    ///
    /// # Errors
    /// What is wrong with the bucket. Whether the contents were replaced is then unknown: read them
    /// again.
    pub async fn swap(
        &self,
        voter: &str,
        name: &str,
        bytes: Bytes,
        expected: Option<Version>,
    ) -> Result<Option<Version>, BucketError> {
        self.swap_at(&of(voter, name), bytes, expected).await
    }

    /// Tries whether of two who replace an object at once just one succeeds, and none who has read it
    /// before. Writes a small object and removes it.
    ///
    /// # Errors
    /// [`BucketError::CannotVote`], if not; or what else is wrong with the bucket.
    pub async fn probe_swap(&self) -> Result<(), BucketError> {
        self.is_mounted()?;
        let path = probe_path(self)?;
        let swaps = self.swaps_once(&path).await;
        let removed = self.store.delete(&self.at(&path)).await;
        match swaps? {
            true => removed.map_err(|error| self.error(&path, &error)),
            false => Err(self.cannot_vote()),
        }
    }

    async fn swaps_once(&self, path: &Path) -> Result<bool, BucketError> {
        let swap = |text: &'static str, expected: Option<&Version>| {
            let bytes = Bytes::from_static(text.as_bytes());
            self.swap_at(path, bytes, expected.cloned())
        };
        let Some(first) = swap("first", None).await? else {
            return Ok(false);
        };
        let again = swap("again", None).await?.is_some();
        let (one, other) =
            futures_util::join!(swap("one", Some(&first)), swap("other", Some(&first)));
        let (one, other) = (one?.is_some(), other?.is_some());
        let late = swap("late", Some(&first)).await?.is_some();
        let expected = if one { "one" } else { "other" };
        let kept = self.read(path).await? == expected;
        Ok(!again && one != other && !late && kept)
    }

    async fn versioned(&self, path: &Path) -> Result<Option<(Bytes, Version)>, BucketError> {
        let found = match self.store.get(&self.at(path)).await {
            Ok(found) => found,
            Err(error) => match self.error(path, &error) {
                BucketError::Missing { .. } => return Ok(None),
                other => return Err(other),
            },
        };
        let version = Version(UpdateVersion {
            e_tag: found.meta.e_tag.clone(),
            version: found.meta.version.clone(),
        });
        let bytes = found.bytes().await;
        let bytes = bytes.map_err(|error| self.error(path, &error))?;
        Ok(Some((self.unseal(path, bytes)?, version)))
    }

    async fn swap_at(
        &self,
        path: &Path,
        bytes: Bytes,
        expected: Option<Version>,
    ) -> Result<Option<Version>, BucketError> {
        let mode = expected.map_or(PutMode::Create, |version| PutMode::Update(version.0));
        let options = PutOptions::from(mode);
        let payload = PutPayload::from_bytes(self.seal(path, bytes)?);
        match self.store.put_opts(&self.at(path), payload, options).await {
            Ok(put) => Ok(Some(Version(UpdateVersion {
                e_tag: put.e_tag,
                version: put.version,
            }))),
            Err(
                object_store::Error::Precondition { .. }
                | object_store::Error::AlreadyExists { .. },
            ) => Ok(None),
            Err(object_store::Error::NotImplemented { .. }) => Err(self.cannot_vote()),
            Err(error) => Err(self.error_writing(path, &error)),
        }
    }

    fn cannot_vote(&self) -> BucketError {
        BucketError::CannotVote {
            bucket: self.name.to_string(),
        }
    }
}

fn of(voter: &str, name: &str) -> Path {
    Path::from(format!("voter/{voter}/{name}"))
}
