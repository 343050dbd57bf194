//! Originals and previews of other devices: over connections of their own, which are made when a
//! file is first asked for and kept while they work.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ed25519_dalek::SigningKey;
use futures_util::stream::BoxStream;
use kinfolio_chain::DeviceId;
use kinfolio_transport::{FetchError, FileClient, FileRef, Identity, Inspected, OpenedFile};

use super::Node;
use crate::error::NodeError;

/// The connections over which files come.
#[derive(Debug)]
pub(crate) struct FileLinks {
    identity: Identity,
    up: Mutex<BTreeMap<DeviceId, FileClient>>,
}

impl FileLinks {
    pub(super) fn new(key: &SigningKey) -> Result<Arc<Self>, NodeError> {
        Ok(Arc::new(Self {
            identity: Identity::new(key)?,
            up: Mutex::default(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<DeviceId, FileClient>> {
        self.up.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Node {
    /// Opens a file of another device at `offset`, in bytes. What comes is not checked here.
    ///
    /// # Errors
    /// The device cannot be reached, or does not hold the file. The pieces may still fail.
    pub async fn fetch(
        &self,
        from: DeviceId,
        file: FileRef,
        offset: u64,
    ) -> Result<OpenedFile, FetchError> {
        let call = |client: FileClient| async move { client.fetch(file, offset).await };
        self.through(from, call).await
    }

    /// Has another device hash these originals, at most [`INSPECTED_MAX`](crate::INSPECTED_MAX) of
    /// them, and say of each whether it holds it whole.
    ///
    /// # Errors
    /// The device cannot be reached, or does not answer. The answers may still break off.
    pub async fn inspect(
        &self,
        from: DeviceId,
        ids: &[[u8; 32]],
    ) -> Result<BoxStream<'static, Result<Inspected, FetchError>>, FetchError> {
        let call = |client: FileClient| async move { client.inspect(ids).await };
        self.through(from, call).await
    }

    /// Calls another device over a connection for files.
    async fn through<T, F>(
        &self,
        from: DeviceId,
        call: impl Fn(FileClient) -> F,
    ) -> Result<T, FetchError>
    where
        F: Future<Output = Result<T, FetchError>>,
    {
        let Some(links) = &self.file_links else {
            return Err(FetchError::Unreachable(Vec::new()));
        };
        // One that broke since it was last used is made again, once.
        let kept = links.lock().get(&from).cloned();
        if let Some(client) = kept {
            match call(client).await {
                Err(FetchError::Broken(_)) => drop(links.lock().remove(&from)),
                answered => return answered,
            }
        }
        let contacts = self.published.contacts();
        let contact = contacts.into_iter().find(|one| one.device == from);
        let addresses = contact.map(|one| one.addresses).unwrap_or_default();
        let client = FileClient::connect(&links.identity, from, &addresses).await?;
        links.lock().insert(from, client.clone());
        call(client).await
    }
}
