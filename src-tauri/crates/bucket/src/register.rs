//! Registers: objects that are changed by compare-and-swap, which is what a bucket needs to have a
//! vote; and the probe that says whether a store has what it takes.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion};

use crate::bucket::Bucket;
use crate::error::BucketError;

/// Which state of a register somebody has read or written.
#[derive(Clone, Debug)]
pub struct Version(UpdateVersion);

/// What a store can do. Its documentation may say otherwise: this was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// An object can be created only if there is none under its name.
    pub create_if_absent: bool,
    /// An object can be replaced only if it is as it was read.
    pub compare_and_swap: bool,
}

impl Bucket {
    /// A register's contents and their version; `None` if it was never written.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn register(&self, name: &str) -> Result<Option<(Bytes, Version)>, BucketError> {
        self.versioned(&register(name)).await
    }

    /// Replaces a register's contents if they are as `expected` was read or written; `None`: if it
    /// was never written. The new version; `None` if somebody else was faster, and nothing changed.
    ///
    /// # Errors
    /// What is wrong with the bucket; [`BucketError::Lacks`] if its store cannot do this. Whether
    /// the contents were replaced is otherwise unknown: read them again.
    pub async fn swap(
        &self,
        name: &str,
        bytes: Bytes,
        expected: Option<Version>,
    ) -> Result<Option<Version>, BucketError> {
        self.is_mounted()?;
        self.swap_at(&register(name), bytes, expected).await
    }

    /// Tries whether the store creates only what is absent and swaps only what is unchanged. Some
    /// stores take the condition and overwrite all the same. Writes a small object and removes it.
    ///
    /// # Errors
    /// What is wrong with the bucket.
    pub async fn probe(&self) -> Result<Abilities, BucketError> {
        self.is_mounted()?;
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(|error| BucketError::Failed {
            bucket: self.name.to_string(),
            detail: error.to_string(),
        })?;
        let path = Path::from(format!("probe/{}", hex::encode(name)));
        let tried = self.try_at(&path).await;
        let removed = self.store.delete(&self.at(&path)).await;
        let abilities = tried?;
        removed.map_err(|error| self.error(&path, &error))?;
        Ok(abilities)
    }

    async fn try_at(&self, path: &Path) -> Result<Abilities, BucketError> {
        let one = |text: &'static str| Bytes::from_static(text.as_bytes());
        let first = self.create(path, one("first")).await?;
        let second = self.create(path, one("second")).await?;
        let kept = self.read(path).await? == "first";
        let create_if_absent = first && !second && kept;
        let Some((_, version)) = self.versioned(path).await? else {
            return Ok(Abilities {
                create_if_absent: false,
                compare_and_swap: false,
            });
        };
        let compare_and_swap = match self.race(path, version).await {
            Ok(swaps) => swaps,
            Err(BucketError::Lacks { .. }) => false,
            Err(error) => return Err(error),
        };
        Ok(Abilities {
            create_if_absent,
            compare_and_swap,
        })
    }

    /// Whether of two swaps at once just one succeeds, and a later one from the same version none.
    async fn race(&self, path: &Path, version: Version) -> Result<bool, BucketError> {
        let swap = |text: &'static str| {
            let bytes = Bytes::from_static(text.as_bytes());
            self.swap_at(path, bytes, Some(version.clone()))
        };
        let (one, other) = futures_util::join!(swap("third"), swap("fourth"));
        let (one, other) = (one?.is_some(), other?.is_some());
        let late = swap("fifth").await?.is_some();
        let expected = if one { "third" } else { "fourth" };
        let kept = self.read(path).await? == expected;
        Ok(one != other && !late && kept)
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
            Err(object_store::Error::NotImplemented { .. }) => Err(BucketError::Lacks {
                bucket: self.name.to_string(),
                what: "compare-and-swap",
            }),
            Err(error) => Err(self.error_writing(path, &error)),
        }
    }
}

fn register(name: &str) -> Path {
    Path::from("voter").join(name)
}

#[cfg(test)]
mod tests;
