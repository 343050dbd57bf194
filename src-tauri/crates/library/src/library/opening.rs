//! How a library is opened: its lock, its node, its catalogue at the chain's tip; and what runs from
//! then on.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, OnceLock};

use kinfolio_catalog::{Catalog, CatalogError};
use kinfolio_node::engine::Standing;
use kinfolio_node::{Door, FileDoor, Node};
use kinfolio_photos::{Blobs, Thumbs};
use kinfolio_search::Index;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Inner, Library, blob_error, node_error, thumb_error};
use crate::arrival::Claims;
use crate::bucket::Link;
use crate::census;
use crate::checkpoint::{self, Proving, spawn_once_proved};
use crate::edit;
use crate::error::LibraryError;
use crate::exchange::{self, Borrowed, Coming, Doubts, Gathering, Shelf};
use crate::export::Exports;
use crate::follow;
use crate::followed::Followed;
use crate::household;
use crate::import::Imports;
use crate::layout::{Layout, sentinels_folder};
use crate::restore::{BucketLeave, Origin};
use crate::scrub;
use crate::settings::Settings;
use crate::shown::Shown;

/// Events that a slow listener may be behind before it misses some.
const EVENTS_BUFFERED: usize = 1024;

/// What is opened before anything runs.
pub(super) struct Parts {
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
    pub(super) fn open(layout: Layout, door: Option<Door>) -> Result<Self, LibraryError> {
        let lock = lock(&layout)?;
        let settings = Settings::read(&layout.settings())?;
        checkpoint::clear_false(&layout)?;
        let root = layout.root();
        let blobs = Blobs::open(root).map_err(|error| blob_error(root, error))?;
        let thumbs = Thumbs::open(root).map_err(|error| thumb_error(root, error))?;
        let given = Arc::new(OnceLock::new());
        let doubts = Arc::new(Doubts::default());
        let node = match door {
            None => Node::open_minding(root, sentinels_folder().as_deref()),
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

    pub(super) async fn start(self) -> Result<Library, LibraryError> {
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
            imports: Imports::default(),
            exports: Exports::default(),
            claims: Claims::default(),
            bucket: Link::new(&root, agreed.subscribe()),
            origin: Origin::of(&root)?,
            agreed,
            proving: watch::Sender::new(self.proving),
            scrub: watch::Sender::new(scrub::Status::default()),
            census: watch::Sender::new(None),
            coming: watch::Sender::new(Coming::default()),
            undoing: Mutex::new(()),
            holdings: Mutex::new(()),
            borrowed: Borrowed::default(),
            doubts: self.doubts,
            closing: CancellationToken::new(),
            sighted: CancellationToken::new(),
            tasks: TaskTracker::new(),
            works: TaskTracker::new(),
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
            let here = library.clone();
            spawn_once_proved(&library, async move {
                here.first_sight().await;
                exchange::gather(here, what).await;
            });
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
