//! One library, opened: its node, its catalogue, its index, its files. Use cases borrow it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use kinfolio_catalog::{Catalog, CatalogError, Edition};
use kinfolio_node::engine::Standing;
use kinfolio_node::{DeviceId, Door, FileDoor, Node, SubmitError};
use kinfolio_photos::{BlobError, Blobs, ImportError, Thumbs};
use kinfolio_search::Index;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::arrival::Claims;
use crate::bucket::Link;
use crate::census::{self, Census};
use crate::checkpoint::{self, Proving, spawn_once_proved};
use crate::edit;
use crate::error::LibraryError;
use crate::event::Event;
use crate::exchange::{self, Borrowed, Doubts, Gathering, Shelf};
use crate::follow;
use crate::followed::Followed;
use crate::household;
use crate::import::Jobs;
use crate::layout::{Layout, sentinels_folder};
use crate::restore::BucketLeave;
use crate::scrub;
use crate::settings::Settings;
use crate::shown::Shown;

mod errors;
mod showing;

pub(crate) use errors::{blob_error, node_error, thumb_error};

/// Events that a slow listener may be behind before it misses some.
const EVENTS_BUFFERED: usize = 1024;

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
    jobs: Jobs,
    claims: Claims,
    /// What the household has agreed upon.
    agreed: watch::Sender<household::Settings>,
    bucket: Link,
    /// How far the checkpoint that is shown is proved; nothing, where none is, or it is.
    proving: watch::Sender<Option<Proving>>,
    scrub: watch::Sender<scrub::Status>,
    census: watch::Sender<Option<Census>>,
    undoing: Mutex<()>,
    holdings: Mutex<()>,
    borrowed: Borrowed,
    doubts: Arc<Doubts>,
    closing: CancellationToken,
    tasks: TaskTracker,
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
    /// every use case fails.
    pub async fn close(&self) {
        self.inner.closing.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
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

    pub(crate) fn jobs(&self) -> &Jobs {
        &self.inner.jobs
    }

    pub(crate) fn claims(&self) -> &Claims {
        &self.inner.claims
    }

    pub(crate) fn bucket(&self) -> &Link {
        &self.inner.bucket
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
        match tokio::task::spawn_blocking(work).await {
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

/// What is opened before anything runs.
struct Parts {
    layout: Layout,
    settings: Settings,
    node: Node,
    catalog: Catalog,
    index: Index,
    blobs: Blobs,
    thumbs: Thumbs,
    proving: Option<Proving>,
    doubts: Arc<Doubts>,
    lock: File,
}

impl Parts {
    fn open(layout: Layout, door: Option<Door>) -> Result<Self, LibraryError> {
        let lock = lock(&layout)?;
        let settings = Settings::read(&layout.settings())?;
        checkpoint::clear_false(&layout)?;
        let root = layout.root();
        let blobs = Blobs::open(root).map_err(|error| blob_error(root, error))?;
        let thumbs = Thumbs::open(root).map_err(|error| thumb_error(root, error))?;
        let given = Arc::new(OnceLock::new());
        let doubts = Arc::new(Doubts::default());
        let node = match door {
            None => Node::open(root),
            Some(mut door) => {
                door.peers.extend(settings.peers());
                door.sentinels = door.sentinels.or_else(sentinels_folder);
                let (catalog, doubts) = (Arc::clone(&given), Arc::clone(&doubts));
                let shelf = Shelf::new(blobs.clone(), thumbs.clone(), catalog, doubts);
                door.files = Some(FileDoor {
                    files: Arc::new(shelf),
                    runtime: Handle::current(),
                });
                Node::open_with(root, door)
            }
        };
        let node = node.map_err(|error| node_error(root, error))?;
        node.ask_first(Arc::new(BucketLeave::of(root)));
        let (catalog, proving) = open_catalog(&layout, &node)?;
        if proving.is_none() {
            given.get_or_init(|| catalog.clone());
        }
        let index = Index::open(&layout.index())?;
        Ok(Self {
            layout,
            settings,
            node,
            catalog,
            index,
            blobs,
            thumbs,
            proving,
            doubts,
            lock,
        })
    }

    async fn start(self) -> Result<Library, LibraryError> {
        let view = self.catalog.view()?;
        let device = self.node.status().device.id;
        let (indexed_in, indexed) = watch::channel(Followed::default());
        let (events, _) = broadcast::channel(EVENTS_BUFFERED);
        let root = self.layout.root().to_path_buf();
        let agreed = watch::Sender::new(self.catalog.snapshot()?.settings()?);
        let inner = Inner {
            layout: self.layout,
            settings: self.settings,
            node: self.node,
            catalog: self.catalog,
            index: self.index,
            blobs: self.blobs,
            thumbs: self.thumbs,
            events,
            showing: watch::Sender::new(Followed::at(&view)),
            shown: Shown::new(device, view, self.proving.is_some()),
            indexed,
            opened_at: OnceLock::new(),
            jobs: Jobs::default(),
            claims: Claims::default(),
            bucket: Link::new(&root, agreed.subscribe()),
            agreed,
            proving: watch::Sender::new(self.proving),
            scrub: watch::Sender::new(scrub::Status::default()),
            census: watch::Sender::new(None),
            undoing: Mutex::new(()),
            holdings: Mutex::new(()),
            borrowed: Borrowed::default(),
            doubts: self.doubts,
            closing: CancellationToken::new(),
            tasks: TaskTracker::new(),
            _lock: self.lock,
        };
        let library = Library {
            inner: Arc::new(inner),
        };
        // What an earlier process left pending, and what it left undecided and was decided since
        // the ledger was opened, is shown before anybody can ask.
        edit::show_pending(&library).await?;
        if self.proving.is_none() {
            follow::show_blocks(&library).await?;
        }
        library.tell_shown();
        let opened_at = library.shown().view().edition();
        library.inner.opened_at.get_or_init(|| opened_at);
        let tasks = library.tasks();
        tasks.spawn(follow::catalog(library.clone()));
        tasks.spawn(follow::household(library.clone()));
        for what in [Gathering::Previews, Gathering::Originals] {
            spawn_once_proved(&library, exchange::gather(library.clone(), what));
        }
        spawn_once_proved(&library, exchange::purge(library.clone()));
        spawn_once_proved(&library, exchange::settle(library.clone()));
        scrub::start(&library);
        census::start(&library);
        household::silence::follow(&library);
        let showing = library.inner.showing.subscribe();
        tasks.spawn(follow::index(library.clone(), showing, indexed_in));
        Ok(library)
    }
}

/// Takes the library's lock, or says who may have it.
pub(crate) fn lock(layout: &Layout) -> Result<File, LibraryError> {
    let path = layout.lock();
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(|source| LibraryError::io("open", &path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LibraryError::InUse {
            path: layout.root().to_path_buf(),
        }),
        Err(TryLockError::Error(source)) => Err(LibraryError::io("lock", &path, source)),
    }
}

/// The catalogue at the chain's tip; a damaged one is thrown away and replayed. One that another
/// device gave may be far above it, until it is proved.
fn open_catalog(layout: &Layout, node: &Node) -> Result<(Catalog, Option<Proving>), LibraryError> {
    let folder = layout.catalog();
    let attempt = || -> Result<(Catalog, Option<Proving>), LibraryError> {
        let catalog = Catalog::open(&folder)?;
        if node.has_parted() {
            // It is made anew before it is shown.
            return Ok((catalog, None));
        }
        if let Some(proving) = checkpoint::unproven(layout, &catalog) {
            return Ok((catalog, Some(proving)));
        }
        // While a damaged ledger is healed the chain is short for a time, and the catalogue is not.
        let healing = node.status().standing == Standing::Healing;
        if catalog.height() > Some(node.tip().height) && !healing {
            return Err(LibraryError::Catalog(CatalogError::Rebuild {
                path: folder.clone(),
                why: "it is ahead of the chain".to_owned(),
            }));
        }
        follow::catch_up(node, &catalog, |_| Ok(()))?;
        Ok((catalog, None))
    };
    match attempt() {
        Err(LibraryError::Catalog(error)) if error.wants_rebuild() => {
            tracing::warn!(%error, "the catalogue is built again from the chain");
            fs::remove_dir_all(&folder)
                .map_err(|source| LibraryError::io("remove", &folder, source))?;
            attempt()
        }
        result => result,
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
