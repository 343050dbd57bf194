//! The library that this app has open, or is about to: opening, none yet, open, closed.
//!
//! Whoever needs the library waits here for it; whoever makes or closes it goes through here.
//! Knows nothing of windows.

use std::fs;
use std::path::PathBuf;

use axum::Router;
use kinfolio_http::log::{self, WorkerGuard};
use kinfolio_http::{Access, serve, socket};
use kinfolio_library::founding::{self, Joining};
use kinfolio_library::layout::Layout;
use kinfolio_library::node::{Invitation, Joined, RecoveryKey};
use kinfolio_library::restore::{self, Restored};
use kinfolio_library::{Founding, Library, LibraryError, bucket, household, import};
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::spawn_blocking;

/// The library in one folder, from start to end of the app.
pub struct Home {
    data: PathBuf,
    stage: watch::Sender<Stage>,
    /// Held while the stage is being changed, so that two wishes never overlap; keeps the
    /// library's log open from one change to the next.
    moving: Mutex<Option<WorkerGuard>>,
    /// How many blocks of the ledger the restoring that is under way has; nothing, where none is.
    restoring: watch::Sender<Option<u64>>,
    /// The check words that somebody has to compare before the joining that is under way goes on.
    to_compare: watch::Sender<Option<String>>,
    /// Wakes the restoring or the joining that is under way to its end.
    stop: Notify,
}

#[derive(Clone)]
enum Stage {
    Opening,
    /// The folder holds no library: the page asks for the household's name.
    Unfounded,
    Open(Box<Open>),
    Closing,
    Closed,
}

#[derive(Clone)]
struct Open {
    library: Library,
    router: Router,
}

/// What answers a request of the page.
pub enum Answering {
    /// There is no library yet.
    FirstStart,
    /// The library's own API.
    Library(Router),
    /// The app is closing.
    Nobody,
}

impl Home {
    /// The library in `data`, not opened yet.
    pub fn new(data: PathBuf) -> Self {
        Self {
            data,
            stage: watch::Sender::new(Stage::Opening),
            moving: Mutex::new(None),
            restoring: watch::Sender::new(None),
            to_compare: watch::Sender::new(None),
            stop: Notify::new(),
        }
    }

    /// Opens the library if the folder holds one.
    pub async fn open(&self) -> Result<(), LibraryError> {
        let mut log = self.moving.lock().await;
        // What is wrong with a library is to be found in its log.
        let layout = Layout::new(&self.data);
        let opened = layout.token().exists().then(|| log::to(&layout.logs()));
        match household::open(&self.data).await {
            Ok(library) => {
                *log = opened.flatten();
                self.enter(library);
                Ok(())
            }
            Err(LibraryError::NotALibrary { .. } | LibraryError::RestoreUnfinished { .. }) => {
                self.stage.send_replace(Stage::Unfounded);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Makes a library in the empty folder and opens it. One that is open already stays.
    pub async fn found(&self, founding: Founding) -> Result<(), LibraryError> {
        let mut log = self.moving.lock().await;
        self.is_unfounded()?;
        let data = self.data.clone();
        let created = spawn_blocking(move || founding::found(&data, &founding));
        created.await.map_err(|_| LibraryError::Closing)??;
        self.open_made(&mut log).await
    }

    /// Makes the empty folder the library of a further device, called `device`, of the household
    /// that gave the invitation, and opens it. Nothing, if it was stopped.
    pub async fn join(
        &self,
        invitation: &Invitation,
        device: &str,
    ) -> Result<Option<Joined>, LibraryError> {
        let mut log = self.moving.lock().await;
        self.is_unfounded()?;
        let stopped = self.stop.notified();
        let joining = Joining::begin(&self.data, invitation, device)?;
        let newcomer = joining.newcomer();
        let words = newcomer.is_confirmed().then(|| newcomer.check_words());
        self.to_compare.send_replace(words);
        let joined = joining.finish(stopped).await;
        self.to_compare.send_replace(None);
        let joined = joined?;
        if joined.is_some() {
            self.open_made(&mut log).await?;
        }
        Ok(joined)
    }

    /// The check words that somebody has to compare before the joining that is under way goes on.
    pub fn to_compare(&self) -> Option<String> {
        self.to_compare.borrow().clone()
    }

    /// Makes the empty folder the library of a new device, called `device`, of the household that
    /// keeps the bucket at `url`, and opens it; its originals come behind. Nothing, if it was stopped.
    pub async fn restore(
        &self,
        url: &str,
        key: &RecoveryKey,
        device: &str,
    ) -> Result<Option<Restored>, LibraryError> {
        let mut log = self.moving.lock().await;
        self.is_unfounded()?;
        let stopped = self.stop.notified();
        let show = |blocks| {
            self.restoring.send_replace(Some(blocks));
        };
        show(0);
        let restored = tokio::select! {
            restored = restore::restore(&self.data, url, key, device, &show) => restored.map(Some),
            () = stopped => Ok(None),
        };
        self.restoring.send_replace(None);
        let restored = restored?;
        if restored.is_some() {
            self.open_made(&mut log).await?;
        }
        Ok(restored)
    }

    /// How many blocks of the ledger the restoring has that is under way.
    pub fn restoring(&self) -> Option<u64> {
        *self.restoring.borrow()
    }

    /// Ends the restoring or the joining that is under way.
    pub fn stop(&self) {
        self.stop.notify_waiters();
    }

    /// Whether an earlier restoring in this folder did not come to its end.
    pub fn is_half_restored(&self) -> bool {
        Layout::new(&self.data).is_half_restored()
    }

    fn is_unfounded(&self) -> Result<(), LibraryError> {
        match *self.stage.borrow() {
            Stage::Unfounded => Ok(()),
            Stage::Opening | Stage::Open(_) => Err(LibraryError::AlreadyExists {
                path: self.data.clone(),
            }),
            Stage::Closing | Stage::Closed => Err(LibraryError::Closing),
        }
    }

    async fn open_made(&self, log: &mut Option<WorkerGuard>) -> Result<(), LibraryError> {
        let library = household::open(&self.data).await?;
        *log = log::to(&library.layout().logs());
        self.enter(library);
        Ok(())
    }

    /// Lets everybody in.
    fn enter(&self, library: Library) {
        tracing::info!(device = %library.device(), "open in a window");
        let router = kinfolio_http::router(library.clone(), Access::Local);
        tokio::spawn(serve_commands(library.clone(), router.clone()));
        tokio::spawn(resume_imports(library.clone()));
        bucket::start(&library);
        self.stage
            .send_replace(Stage::Open(Box::new(Open { library, router })));
    }

    /// Who answers the page, as soon as that is known.
    pub async fn answering(&self) -> Answering {
        let mut stage = self.stage.subscribe();
        let known = stage
            .wait_for(|stage| !matches!(stage, Stage::Opening))
            .await;
        match known.as_deref() {
            Ok(Stage::Unfounded) => Answering::FirstStart,
            Ok(Stage::Open(open)) => Answering::Library(open.router.clone()),
            Ok(Stage::Opening | Stage::Closing | Stage::Closed) | Err(_) => Answering::Nobody,
        }
    }

    /// The library, as soon as there is one; `None` when the app closes without.
    pub async fn library(&self) -> Option<Library> {
        let mut stage = self.stage.subscribe();
        let known = stage
            .wait_for(|stage| !matches!(stage, Stage::Opening | Stage::Unfounded))
            .await;
        match known.as_deref() {
            Ok(Stage::Open(open)) => Some(open.library.clone()),
            _ => None,
        }
    }

    /// Whether [`Home::close`] has done its work.
    pub fn is_closed(&self) -> bool {
        matches!(*self.stage.borrow(), Stage::Closed)
    }

    /// Seals the library. Requests that come later are answered by nobody.
    pub async fn close(&self) {
        self.stop();
        let mut log = self.moving.lock().await;
        if let Stage::Open(open) = self.stage.send_replace(Stage::Closing) {
            // The socket first, so that nobody comes to a closed door.
            let _ = fs::remove_file(open.library.layout().socket());
            open.library.close().await;
        }
        tracing::info!("ended");
        *log = None;
        self.stage.send_replace(Stage::Closed);
    }
}

/// The library's own socket, where the `kinfolio` command finds the app that has it open.
async fn serve_commands(library: Library, router: Router) {
    let path = library.layout().socket();
    let served = match socket::bind(&path) {
        Ok(listener) => serve::on_socket(listener, router, library.closing()).await,
        Err(error) => Err(error),
    };
    if let Err(error) = served {
        tracing::error!(%error, path = %path.display(), "the `kinfolio` command cannot reach this app");
    }
}

/// Goes on with what was being imported when the app ended.
async fn resume_imports(library: Library) {
    if let Err(error) = import::resume(&library).await {
        tracing::error!(%error, "an import that was interrupted was not resumed");
    }
}
