//! Whether a store keeps to a condition that it takes: segments of the ledger are safe only where an
//! object that is there cannot be created once more.

use bytes::Bytes;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use crate::bucket::Bucket;
use crate::error::BucketError;

impl Bucket {
    /// Tries whether the store creates only what is absent: some take the condition and overwrite all
    /// the same. Writes a small object and removes it.
    ///
    /// # Errors
    /// [`BucketError::Overwrites`], if it does not; or what else is wrong with the bucket.
    pub async fn probe(&self) -> Result<(), BucketError> {
        self.is_mounted()?;
        let path = probe_path(self)?;
        let keeps = self.keeps_first(&path).await;
        let removed = self.store.delete(&self.at(&path)).await;
        match keeps? {
            true => removed.map_err(|error| self.error(&path, &error)),
            false => Err(BucketError::Overwrites {
                bucket: self.name.to_string(),
            }),
        }
    }

    async fn keeps_first(&self, path: &Path) -> Result<bool, BucketError> {
        let create = |text: &'static str| self.create(path, Bytes::from_static(text.as_bytes()));
        let (first, second) = (create("first").await?, create("second").await?);
        Ok(first && !second && self.read(path).await? == "first")
    }
}

/// Where nothing lies yet.
pub(crate) fn probe_path(bucket: &Bucket) -> Result<Path, BucketError> {
    let mut name = [0; 16];
    getrandom::fill(&mut name).map_err(|error| BucketError::Failed {
        bucket: bucket.name.to_string(),
        detail: error.to_string(),
    })?;
    Ok(Path::from(format!("probe/{}", hex::encode(name))))
}

#[cfg(test)]
mod tests;
