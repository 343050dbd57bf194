//! Imports: what to import, and how it goes.

use kinfolio_library::import::{Job, JobState, path_text};
use kinfolio_library::said::Said;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::said::SaidBody;

/// What to import.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportBody {
    /// Absolute paths of files and folders, or `file://` URLs (percent-encoded, so that any bytes
    /// can be named).
    pub paths: Vec<String>,
    /// Tags for every photo that is added.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Albums that every file's photo is put into, also if it was there already.
    #[serde(default)]
    pub albums: Vec<String>,
}

/// All imports since the node started.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Imports {
    /// Oldest first.
    pub imports: Vec<ImportJob>,
}

/// How an import goes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportJob {
    /// Sixteen hex digits.
    pub id: String,
    /// Where it stands.
    pub state: ImportState,
    /// Files found so far.
    pub found: u64,
    /// Files dealt with: `added + duplicate + rejected`.
    pub processed: u64,
    /// Photos added.
    pub added: u64,
    /// Files whose bytes were there already.
    pub duplicate: u64,
    /// Those of them whose photos are in the trash, and stay there.
    pub trashed: u64,
    /// How many were rejected; `rejected` may name only the last of them.
    pub rejected_count: u64,
    /// Files that could not be imported, each with its reason.
    pub rejected: Vec<Rejected>,
    /// How many were imported though not all that belongs to them could be read.
    pub warned_count: u64,
    /// The first thousand of those, each with what is wrong; none in events.
    pub warned: Vec<Rejected>,
    /// Bytes dealt with.
    pub bytes: u64,
    /// Seconds since it began, or that it took.
    pub seconds: f64,
    /// The file that was last dealt with.
    pub current: Option<String>,
    /// Why it failed, when it did.
    pub error: Option<String>,
    /// Stable name of the kind of failure, when it failed.
    pub code: Option<String>,
    /// Ids of the added photos, once it is done; empty in events.
    pub ids: Vec<String>,
    /// What was to be imported.
    pub paths: Vec<String>,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// Looking for files; those found are being imported already.
    Scanning,
    /// All files are found, not all are imported.
    Running,
    /// Everything is dealt with.
    Done,
    /// Stopped by a person; what was added stays.
    Cancelled,
    /// Stopped by a fault; what was added stays.
    Failed,
}

impl ImportState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Failed)
    }
}

/// A file that could not be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rejected {
    /// Its path; bytes that are not UTF-8 are escaped.
    pub path: String,
    /// Why.
    pub reason: String,
    /// The same for a page in another language, where it is a sentence that is known beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<SaidBody>,
}

impl ImportJob {
    /// The whole job.
    pub(crate) fn new(job: &Job) -> Self {
        Self {
            id: job.id.to_string(),
            state: match job.state {
                JobState::Scanning => ImportState::Scanning,
                JobState::Running => ImportState::Running,
                JobState::Done => ImportState::Done,
                JobState::Cancelled => ImportState::Cancelled,
                JobState::Failed => ImportState::Failed,
            },
            found: job.found,
            processed: job.processed(),
            added: job.added,
            duplicate: job.duplicate,
            trashed: job.trashed,
            rejected_count: job.rejected_count,
            rejected: job.rejected.iter().map(Rejected::new).collect(),
            warned_count: job.warned_count,
            warned: job.warned.iter().map(Rejected::warned).collect(),
            bytes: job.bytes,
            seconds: job.seconds,
            current: job.current.clone(),
            error: job.error.clone(),
            code: job.error_code.map(str::to_owned),
            ids: job.ids.iter().map(ToString::to_string).collect(),
            paths: job
                .paths
                .iter()
                .map(|path| path_text::write(path))
                .collect(),
        }
    }
}

impl Rejected {
    fn new((path, reason): &(String, Said)) -> Self {
        Self {
            path: path.clone(),
            reason: reason.to_string(),
            said: Some(reason.into()),
        }
    }

    fn warned((path, reason): &(String, String)) -> Self {
        Self {
            path: path.clone(),
            reason: reason.clone(),
            said: None,
        }
    }
}
