//! The thread that syncs the log, so that the event loop goes on meanwhile.

use std::path::Path;
use std::sync::mpsc as blocking;

use kinfolio_chain::store::StoreError;
use kinfolio_chain::store::disk::Sync;
use tokio::sync::mpsc;

use crate::error::NodeError;

/// One sync at a time, each answered in turn.
pub(crate) struct Disk {
    syncs: blocking::Sender<Sync>,
    outcomes: mpsc::UnboundedReceiver<Result<(), StoreError>>,
}

impl Disk {
    /// Starts the thread. It ends when the disk is dropped.
    pub(crate) fn start(root: &Path) -> Result<Self, NodeError> {
        let (syncs, wanted) = blocking::channel::<Sync>();
        let (done, outcomes) = mpsc::unbounded_channel();
        let run = move || {
            while let Ok(sync) = wanted.recv() {
                if done.send(sync.run()).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("ledger-disk".to_owned());
        thread.spawn(run).map_err(|source| NodeError::Io {
            doing: "could not start the disk's thread of",
            path: root.to_path_buf(),
            source,
        })?;
        Ok(Self { syncs, outcomes })
    }

    /// Begins a sync.
    pub(crate) fn sync(&self, sync: Sync) {
        // The thread lives as long as this; should it have died, `synced` says so.
        drop(self.syncs.send(sync));
    }

    /// The outcome of the sync that was begun.
    pub(crate) async fn synced(&mut self) -> Result<(), StoreError> {
        self.outcomes
            .recv()
            .await
            .unwrap_or(Err(StoreError::Closed))
    }
}
