//! One library, opened: its node, its catalogue, its index, its files. Use cases borrow it.

use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kinfolio_catalog::{Catalog, Edition};
use kinfolio_node::{DeviceId, Door, Node, SubmitError};
use kinfolio_photos::{BlobError, Blobs, ImportError, Thumbs};
use kinfolio_search::Index;
use tokio::sync::{Mutex, broadcast, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::arrival::Claims;
use crate::bucket::Link;
use crate::census::Census;
use crate::checkpoint::Proving;
use crate::error::LibraryError;
use crate::event::Event;
use crate::exchange::{Borrowed, Coming, Doubts};
use crate::export::Exports;
use crate::followed::Followed;
use crate::household;
use crate::import::Imports;
use crate::layout::Layout;
use crate::restore::Origin;
use crate::scrub;
use crate::settings::Settings;
use crate::shown::Shown;

mod errors;
mod opening;
mod showing;

pub(crate) use errors::{blob_error, node_error, thumb_error};
use opening::Parts;
pub(crate) use opening::lock;

/// How long the first photos are let past.
const FIRST_SIGHT: Duration = Duration::from_secs(1);

/// How long closing waits for work that cannot be stopped, such as the hash of a large file.
const WORK_TIME: Duration = Duration::from_secs(10);

/// An open library; clones share it.
#[derive(Clone)]
pub struct Library {
    inner: Arc<Inner>,
}

struct Inner {
    layout: Layout,
    settings: Settings,
    node: Node,
    catalog: Catalog,
    index: Index,
    blobs: Blobs,
    thumbs: Thumbs,
    events: broadcast::Sender<Event>,
    shown: Shown,
    /// Which edition is shown.
    showing: watch::Sender<Followed>,
    /// The index's height, once it has one.
    indexed: watch::Receiver<Followed>,
    /// What was shown when the library was opened.
    opened_at: OnceLock<Edition>,
    imports: Imports,
    exports: Exports,
    claims: Claims,
    /// What the household has agreed upon.
    agreed: watch::Sender<household::Settings>,
    bucket: Link,
    origin: Origin,
    /// How far the checkpoint that is shown is proved; nothing, where none is, or it is.
    proving: watch::Sender<Option<Proving>>,
    scrub: watch::Sender<scrub::Status>,
    census: watch::Sender<Option<Census>>,
    coming: watch::Sender<Coming>,
    undoing: Mutex<()>,
    holdings: Mutex<()>,
    borrowed: Borrowed,
    doubts: Arc<Doubts>,
    closing: CancellationToken,
    /// Raised when the first photos need no longer be let past.
    sighted: CancellationToken,
    tasks: TaskTracker,
    /// Blocking work under way, whether anybody still waits for it or not.
    works: TaskTracker,
    /// Held as long as the library is; the system lets go of it when the process ends.
    _lock: File,
}

impl Library {
    /// Opens the library in `root`, brings its catalogue up to the chain's tip and starts to
    /// follow the chain. Needs a tokio runtime with more than one thread.
    ///
    /// # Errors
    /// There is no library, another process owns it, or it is damaged.
    pub async fn open(root: &Path) -> Result<Self, LibraryError> {
        Self::open_at(Layout::new(root), None).await
    }

    /// The same, and speaks to the household's other devices through `door`, at the addresses
    /// that `library.toml` gives.
    ///
    /// # Errors
    /// As [`Library::open`].
    pub async fn open_with(root: &Path, door: Door) -> Result<Self, LibraryError> {
        let layout = Layout::new(root);
        Self::open_at(layout, Some(door)).await
    }

    async fn open_at(layout: Layout, door: Option<Door>) -> Result<Self, LibraryError> {
        layout.expect_library()?;
        let handle = tokio::task::spawn_blocking(move || Parts::open(layout, door));
        let parts = handle.await.map_err(|_| LibraryError::Closing)??;
        parts.start().await
    }

    /// Stops imports and followers, syncs what is derived, and seals the ledger. Afterwards
    /// every use case fails, and the library can be opened anew as soon as the caller's clones are
    /// dropped.
    pub async fn close(&self) {
        self.inner.closing.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.works.close();
        if timeout(WORK_TIME, self.inner.works.wait()).await.is_err() {
            tracing::warn!("the library is closed while something is still read or written");
        }
        if let Err(error) = self.inner.catalog.sync() {
            tracing::warn!(%error, "the catalogue was not synced; it will be replayed");
        }
        if let Err(error) = self.inner.node.clone().close().await {
            tracing::warn!(%error, "the ledger was not sealed; nothing acknowledged is lost");
        }
    }

    /// Names inside the library's folder.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.inner.layout
    }

    /// This device's settings, as they were at the start.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// This device's id.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.inner.node.status().device.id
    }

    /// Whether this device belongs to the household. One that was restored and has written nothing
    /// does not yet: its first word begins an epoch, and is for a person to say.
    pub(crate) fn belongs(&self) -> bool {
        let status = self.inner.node.status();
        let mut members = status.members.iter();
        members.any(|one| one.id == status.device.id)
    }

    /// The height that the catalogue shows.
    #[must_use]
    pub fn height(&self) -> u64 {
        self.inner.showing.borrow().height.unwrap_or(0)
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.inner.events.subscribe()
    }

    /// Raised when the library is being closed.
    #[must_use]
    pub fn closing(&self) -> CancellationToken {
        self.inner.closing.clone()
    }

    /// Waits until whoever opened the library had the time to see its first photos: what walks through all
    /// of them without being asked for begins after that, or when somebody asks how the library is.
    pub(crate) async fn first_sight(&self) {
        let _ = timeout(FIRST_SIGHT, self.inner.sighted.cancelled()).await;
    }

    /// Lets that begin.
    pub(crate) fn end_first_sight(&self) {
        self.inner.sighted.cancel();
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody listening is fine.
        let _ = self.inner.events.send(event);
    }

    pub(crate) fn node(&self) -> &Node {
        &self.inner.node
    }

    pub(crate) fn index(&self) -> &Index {
        &self.inner.index
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    pub(crate) fn thumbs(&self) -> &Thumbs {
        &self.inner.thumbs
    }

    pub(crate) fn imports(&self) -> &Imports {
        &self.inner.imports
    }

    pub(crate) fn exports(&self) -> &Exports {
        &self.inner.exports
    }

    pub(crate) fn claims(&self) -> &Claims {
        &self.inner.claims
    }

    pub(crate) fn bucket(&self) -> &Link {
        &self.inner.bucket
    }

    /// The bucket that this device was restored from, if it was.
    pub(crate) fn origin(&self) -> &Origin {
        &self.inner.origin
    }

    pub(crate) fn proving(&self) -> &watch::Sender<Option<Proving>> {
        &self.inner.proving
    }

    /// What the household has agreed upon; changes when that does.
    pub(crate) fn agreed(&self) -> watch::Receiver<household::Settings> {
        self.inner.agreed.subscribe()
    }

    /// Takes over what the catalogue says that the household has agreed upon.
    pub(crate) fn follow_settings(&self) -> Result<(), LibraryError> {
        let settings = self.inner.catalog.snapshot()?.settings()?;
        let agreed = &self.inner.agreed;
        agreed.send_if_modified(|before| std::mem::replace(before, settings.clone()) != settings);
        Ok(())
    }

    /// How the latest scrub went, or goes.
    pub(crate) fn scrub(&self) -> scrub::Status {
        *self.inner.scrub.borrow()
    }

    pub(crate) fn note_scrub(&self, status: scrub::Status) {
        self.inner.scrub.send_replace(status);
    }

    /// How many originals are where, once they were counted.
    pub(crate) fn census(&self) -> &watch::Sender<Option<Census>> {
        &self.inner.census
    }

    /// How far the originals are that this device is to keep.
    pub(crate) fn coming(&self) -> &watch::Sender<Coming> {
        &self.inner.coming
    }

    /// Held by whoever undoes.
    pub(crate) fn undoing(&self) -> &Mutex<()> {
        &self.inner.undoing
    }

    /// Held by whoever says which originals are here, or deletes some: what is said is true then.
    pub(crate) fn holdings(&self) -> &Mutex<()> {
        &self.inner.holdings
    }

    /// Originals that somebody has asked for of late.
    pub(crate) fn borrowed(&self) -> &Borrowed {
        &self.inner.borrowed
    }

    /// Copies that may not be what the ledger says of them.
    pub(crate) fn doubts(&self) -> &Doubts {
        &self.inner.doubts
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.inner.tasks
    }

    /// Does blocking work off the async threads.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, LibraryError> {
        match self.inner.works.spawn_blocking(work).await {
            Ok(result) => result,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(LibraryError::Closing),
        }
    }

    pub(crate) fn submit_error(&self, error: SubmitError) -> LibraryError {
        match error {
            SubmitError::NotTaken(_) if error.is_disk_full() => LibraryError::NotRecorded {
                path: self.layout().root().to_path_buf(),
            },
            full if full.is_disk_full() => LibraryError::LedgerFull {
                path: self.layout().root().to_path_buf(),
            },
            SubmitError::Closed => LibraryError::Closing,
            other => LibraryError::Submit(other),
        }
    }

    pub(crate) fn import_error(&self, error: ImportError) -> LibraryError {
        match error {
            ImportError::DiskFull { .. } => self.disk_full(),
            other => LibraryError::Import(other),
        }
    }

    pub(crate) fn disk_full(&self) -> LibraryError {
        LibraryError::DiskFull {
            path: self.layout().root().to_path_buf(),
        }
    }

    pub(crate) fn blob_error(&self, error: BlobError) -> LibraryError {
        blob_error(self.layout().root(), error)
    }
}

/// Writes a file so that it is there whole or not at all, whatever happens.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
    use std::io::Write;

    let temporary = path.with_extension("tmp");
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        match path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|source| LibraryError::io("write", path, source))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use tempfile::TempDir;

    use super::*;
    use crate::founding::{Founding, found};

    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_is_closed_can_be_opened_at_once_whoever_gave_up_waiting_for_it() {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("library");
        let (household, device) = ("Home".to_owned(), "Here".to_owned());
        found(&root, &Founding { household, device }).unwrap();
        let library = Library::open(&root).await.unwrap();
        let held = library.clone();
        let work = library.blocking(move || {
            thread::sleep(Duration::from_millis(500));
            drop(held);
            Ok(())
        });
        assert!(timeout(Duration::from_millis(50), work).await.is_err());
        library.close().await;
        drop(library);
        Library::open(&root).await.unwrap().close().await;
    }
}
