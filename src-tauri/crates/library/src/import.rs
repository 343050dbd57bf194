//! Imports: files and folders of this machine, brought in by jobs that survive their process.
//!
//! A job is written down before it starts and forgotten when it has ended; what a dead process
//! left is taken up again by [`resume`]. A file is never in the chain before its bytes are
//! durable, and never twice.

mod batch;
mod journal;
pub mod path_text;
mod run;
mod unite;

use std::path::PathBuf;

use kinfolio_catalog::{ImportId, List, PhotoId, labels};
use kinfolio_photos::Cancel;
use kinfolio_said::Said;
use tokio::sync::watch;

use crate::error::LibraryError;
use crate::jobs::{self, Jobs};
use crate::library::Library;
use journal::Plan;

/// Files that a job names for what is wrong with them.
pub const WARNED_MAX: usize = 1_000;

/// What to import.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files and folders, absolute.
    pub paths: Vec<PathBuf>,
    /// Tags for every photo that is added.
    pub tags: Vec<String>,
    /// Albums that every file's photo is put into, also if it was there already.
    pub albums: Vec<String>,
}

/// How an import goes. `added + duplicate + rejected_count = found` once it is over.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id, written into every record that it adds.
    pub id: ImportId,
    /// Where it stands.
    pub state: JobState,
    /// Files found so far; once it is over, files dealt with.
    pub found: u64,
    /// Photos added.
    pub added: u64,
    /// Files whose bytes were there already, in the trash or not.
    pub duplicate: u64,
    /// Those of them whose photos are in the trash, and stay there.
    pub trashed: u64,
    /// Files that could not be imported.
    pub rejected_count: u64,
    /// Those files, escaped, each with its reason; in events only the last 100.
    pub rejected: Vec<(String, Said)>,
    /// Files that were imported though not all that belongs to them could be read.
    pub warned_count: u64,
    /// The first [`WARNED_MAX`] of those, escaped, each with what is wrong; in events none.
    pub warned: Vec<(String, String)>,
    /// Bytes dealt with.
    pub bytes: u64,
    /// Seconds since it began, or that it took.
    pub seconds: f64,
    /// The file that was begun last.
    pub current: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Stable name of that failure.
    pub error_code: Option<&'static str>,
    /// The photos added; only once it is over, and not in events.
    pub ids: Vec<PhotoId>,
    /// What was to be imported.
    pub paths: Vec<PathBuf>,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Folders are still being read.
    Scanning,
    /// All files are found.
    Running,
    /// Everything is dealt with.
    Done,
    /// Stopped by a person.
    Cancelled,
    /// Stopped by a fault.
    Failed,
}

impl JobState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

impl Job {
    /// Files dealt with.
    #[must_use]
    pub fn processed(&self) -> u64 {
        self.added + self.duplicate + self.rejected_count
    }

    fn new(plan: &Plan) -> Self {
        Self {
            id: plan.id,
            state: JobState::Scanning,
            found: 0,
            added: 0,
            duplicate: 0,
            trashed: 0,
            rejected_count: 0,
            rejected: Vec::new(),
            warned_count: 0,
            warned: Vec::new(),
            bytes: 0,
            seconds: 0.0,
            current: None,
            error: None,
            error_code: None,
            ids: Vec::new(),
            paths: plan.paths.clone(),
        }
    }
}

/// The imports of one open library.
pub(crate) type Imports = Jobs<Job, Cancel>;

impl jobs::Job for Job {
    type Id = ImportId;
    const ENDED_MAX: usize = 100;

    fn id(&self) -> ImportId {
        self.id
    }

    fn is_over(&self) -> bool {
        self.state.is_over()
    }
}

/// Starts an import; returns at once.
///
/// # Errors
/// Nothing is named, a tag cannot be one, or the job cannot be written down.
pub async fn start(library: &Library, request: Request) -> Result<Job, LibraryError> {
    if request.paths.is_empty() {
        return Err(LibraryError::NothingToImport);
    }
    let checked = |list, texts: &[String]| labels(list, texts).map_err(LibraryError::BadLabel);
    let tags = checked(List::Tags, &request.tags)?;
    let albums = checked(List::Albums, &request.albums)?;
    let mut id = [0; 8];
    getrandom::fill(&mut id).map_err(|source| {
        LibraryError::io(
            "draw random bytes for",
            library.layout().root(),
            source.into(),
        )
    })?;
    let plan = Plan {
        id: ImportId(id),
        paths: request.paths,
        tags,
        albums,
    };
    let (folder, written) = (library.layout().imports(), plan.clone());
    let here = library.clone();
    library
        .blocking(move || {
            // What a dead process left of this very import is this one now.
            for left in journal::read_all(&folder)? {
                let same = left.paths == written.paths
                    && left.tags == written.tags
                    && left.albums == written.albums;
                if same && !here.imports().is_running(left.id) {
                    journal::remove(&folder, left.id);
                }
            }
            journal::write(&folder, &written)
        })
        .await?;
    Ok(begin(library, plan, false))
}

/// Takes up every import that an earlier process did not finish.
///
/// # Errors
/// The journals cannot be read.
pub async fn resume(library: &Library) -> Result<Vec<Job>, LibraryError> {
    let folder = library.layout().imports();
    let plans = library.blocking(move || journal::read_all(&folder)).await?;
    let fresh = plans
        .into_iter()
        .filter(|plan| !library.imports().is_running(plan.id));
    Ok(fresh.map(|plan| begin(library, plan, true)).collect())
}

/// All imports since the library was opened, oldest first.
#[must_use]
pub fn list(library: &Library) -> Vec<Job> {
    library.imports().list()
}

/// One import.
///
/// # Errors
/// [`LibraryError::ImportUnknown`].
pub fn get(library: &Library, id: ImportId) -> Result<Job, LibraryError> {
    Ok(found(library, id)?.now())
}

/// Stops an import and waits until it has; what was added stays.
///
/// # Errors
/// [`LibraryError::ImportUnknown`].
pub async fn cancel(library: &Library, id: ImportId) -> Result<Job, LibraryError> {
    let entry = found(library, id)?;
    entry.stop.cancel();
    entry.ended().await
}

fn found(library: &Library, id: ImportId) -> Result<jobs::Entry<Job, Cancel>, LibraryError> {
    let found = library.imports().find(id);
    found.ok_or_else(|| LibraryError::ImportUnknown { id: id.to_string() })
}

fn begin(library: &Library, plan: Plan, resumed: bool) -> Job {
    let job = Job::new(&plan);
    let (publisher, watcher) = watch::channel(job.clone());
    let cancel = Cancel::new();
    library.imports().add(watcher, cancel.clone());
    let task = run::run(library.clone(), plan, publisher, cancel, resumed);
    library.tasks().spawn(task);
    job
}
