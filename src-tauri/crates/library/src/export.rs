//! Exports: originals out of the library again, byte for byte, with what people have said of them
//! beside them, by jobs that write into a folder of this machine.
//!
//! Nothing that lies there already is written over, but sidecars of our own. What cannot be had or
//! written is said of the photo that it concerns, and the rest goes on. An export ends with its
//! process; done again it finds what is there, and goes on behind it.

mod error;
mod names;
mod part;
mod run;
mod sidecar;
mod template;

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use kinfolio_catalog::PhotoId;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio_util::sync::CancellationToken;

use crate::edit::Selection;
use crate::error::LibraryError;
use crate::jobs::{self, Entry, Jobs};
use crate::library::Library;
use crate::query;

pub use error::ExportError;
pub use sidecar::xmp;
pub use template::{NotATemplate, TEMPLATE, Template};

/// Photos that a job names for why they could not be exported.
pub const FAILED_MAX: usize = 10_000;

/// Exports that write at once; the others wait for them.
const AT_ONCE: usize = 2;

/// What to export.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which photos.
    pub photos: Selection,
    /// The folder to write into, absolute; made if it is missing.
    pub to: PathBuf,
    /// Where below it each goes.
    pub template: Template,
    /// Whether what was said of each photo is written beside it, as XMP.
    pub sidecars: bool,
}

/// How an export goes. Once it is done `exported + present + failed_count = found`.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: ExportId,
    /// Where it stands.
    pub state: JobState,
    /// Photos to export.
    pub found: u64,
    /// Originals written.
    pub exported: u64,
    /// Originals that were there already, whole.
    pub present: u64,
    /// Sidecars that another program had written, which stay as they are.
    pub sidecars_left: u64,
    /// Photos that could not be had or written.
    pub failed_count: u64,
    /// The first [`FAILED_MAX`] of those; in events the last 100 of these.
    pub failed: Vec<Failed>,
    /// Bytes of originals written.
    pub bytes: u64,
    /// Seconds since it began, or that it took.
    pub seconds: f64,
    /// The name of the photo that was begun last.
    pub current: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// The folder that it writes into.
    pub to: PathBuf,
}

/// A photo that was not exported.
#[derive(Clone, Debug)]
pub struct Failed {
    /// Which.
    pub id: PhotoId,
    /// Its file's name; its id, where no such photo is known.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Not all is dealt with.
    Running,
    /// Everything is dealt with.
    Done,
    /// Stopped by a person; what was written stays.
    Cancelled,
    /// Stopped by a fault; what was written stays.
    Failed,
}

/// An export's name, drawn at random. Prints and parses as 16 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportId([u8; 8]);

impl fmt::Display for ExportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for ExportId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, hex::FromHexError> {
        let mut id = [0; 8];
        hex::decode_to_slice(text, &mut id)?;
        Ok(Self(id))
    }
}

impl Job {
    /// Photos dealt with.
    #[must_use]
    pub fn processed(&self) -> u64 {
        self.exported + self.present + self.failed_count
    }

    fn new(id: ExportId, to: PathBuf) -> Self {
        Self {
            id,
            state: JobState::Running,
            found: 0,
            exported: 0,
            present: 0,
            sidecars_left: 0,
            failed_count: 0,
            failed: Vec::new(),
            bytes: 0,
            seconds: 0.0,
            current: None,
            error: None,
            to,
        }
    }
}

impl jobs::Job for Job {
    type Id = ExportId;
    const ENDED_MAX: usize = 20;

    fn id(&self) -> ExportId {
        self.id
    }

    fn is_over(&self) -> bool {
        self.state != JobState::Running
    }
}

/// The exports of one open library.
#[derive(Debug)]
pub(crate) struct Exports {
    jobs: Jobs<Job, CancellationToken>,
    turns: Semaphore,
}

impl Default for Exports {
    fn default() -> Self {
        Self {
            jobs: Jobs::default(),
            turns: Semaphore::new(AT_ONCE),
        }
    }
}

impl Exports {
    /// Waits until it is the turn of whoever asks.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, LibraryError> {
        let turn = self.turns.acquire().await;
        turn.map_err(|_| LibraryError::Closing)
    }

    fn find(&self, id: ExportId) -> Result<Entry<Job, CancellationToken>, LibraryError> {
        let found = self.jobs.find(id);
        found.ok_or_else(|| ExportError::Unknown { id }.into())
    }
}

/// Starts an export; returns at once.
///
/// # Errors
/// A wrong query, or a folder that cannot be made.
pub async fn start(library: &Library, request: Request) -> Result<Job, LibraryError> {
    let request = match request.photos {
        Selection::Query(query) => {
            query::parse(library, &query)?;
            let photos = Selection::Query(query);
            Request { photos, ..request }
        }
        Selection::Ids(mut ids) => {
            let mut met = HashSet::new();
            ids.retain(|id| met.insert(*id));
            let photos = Selection::Ids(ids);
            Request { photos, ..request }
        }
    };
    let to = request.to.clone();
    let make = move || {
        let made = fs::create_dir_all(&to);
        made.map_err(|source| ExportError::Folder { path: to, source }.into())
    };
    library.blocking(make).await?;
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(|source| {
        let root = library.layout().root();
        LibraryError::io("draw random bytes for", root, source.into())
    })?;
    let job = Job::new(ExportId(id), request.to.clone());
    let (publisher, watcher) = watch::channel(job.clone());
    let stop = library.closing().child_token();
    library.exports().jobs.add(watcher, stop.clone());
    let run = run::run(library.clone(), request, publisher, stop);
    library.tasks().spawn(run);
    Ok(job)
}

/// All exports since the library was opened, oldest first; of those that are over the last ones.
#[must_use]
pub fn list(library: &Library) -> Vec<Job> {
    library.exports().jobs.list()
}

/// One export.
///
/// # Errors
/// [`ExportError::Unknown`].
pub fn get(library: &Library, id: ExportId) -> Result<Job, LibraryError> {
    Ok(library.exports().find(id)?.now())
}

/// Stops an export and waits until it has; what was written stays.
///
/// # Errors
/// [`ExportError::Unknown`].
pub async fn cancel(library: &Library, id: ExportId) -> Result<Job, LibraryError> {
    let entry = library.exports().find(id)?;
    entry.stop.cancel();
    entry.ended().await
}
