//! Exports: what to export, and how it goes.

use kinfolio_library::catalog::PhotoId;
use kinfolio_library::export::{self, Job, JobState};
use kinfolio_library::import::path_text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What to export: the photos named, or those that a query finds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportBody {
    /// Photo ids; either these or `query`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub ids: Option<Vec<PhotoId>>,
    /// A search; either this or `ids`. The empty one finds every photo not in the trash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The folder to write into, made if it is missing: an absolute path, or a `file://` URL.
    pub to: String,
    /// Where below it: a path with `{yyyy}`, `{mm}`, `{dd}`, `{name}`, `{stem}`, `{ext}`, `{id}`,
    /// `{album}` or `{folder}`; `{name}` unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Whether what was said of each photo is written beside it, as XMP.
    #[serde(default)]
    pub sidecars: bool,
}

/// All exports since the node started; of those that are over the last twenty.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Exports {
    /// Oldest first.
    pub exports: Vec<ExportJob>,
}

/// How an export goes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExportJob {
    /// Sixteen hex digits.
    pub id: String,
    /// Where it stands.
    pub state: ExportState,
    /// Photos to export.
    pub found: u64,
    /// Photos dealt with: `exported + present + failed_count`.
    pub processed: u64,
    /// Originals written.
    pub exported: u64,
    /// Originals that were there already, whole.
    pub present: u64,
    /// Sidecars that another program had written, which stay as they are.
    pub sidecars_left: u64,
    /// How many photos could not be had or written; `failed` may name only some of them.
    pub failed_count: u64,
    /// The first ten thousand of those, each with its reason; in events the last hundred of these.
    pub failed: Vec<NotExported>,
    /// Bytes of originals written.
    pub bytes: u64,
    /// Seconds since it began, or that it took.
    pub seconds: f64,
    /// The name of the photo that was begun last.
    pub current: Option<String>,
    /// Why it failed, when it did.
    pub error: Option<String>,
    /// The folder that it writes into.
    pub to: String,
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExportState {
    /// Not all is dealt with.
    Running,
    /// Everything is dealt with.
    Done,
    /// Stopped by a person; what was written stays.
    Cancelled,
    /// Stopped by a fault; what was written stays.
    Failed,
}

/// A photo that was not exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotExported {
    /// Its id.
    pub id: String,
    /// Its file's name; its id, where no such photo is known.
    pub name: String,
    /// Why.
    pub reason: String,
}

impl From<&Job> for ExportJob {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id.to_string(),
            state: match job.state {
                JobState::Running => ExportState::Running,
                JobState::Done => ExportState::Done,
                JobState::Cancelled => ExportState::Cancelled,
                JobState::Failed => ExportState::Failed,
            },
            found: job.found,
            processed: job.processed(),
            exported: job.exported,
            present: job.present,
            sidecars_left: job.sidecars_left,
            failed_count: job.failed_count,
            failed: job.failed.iter().map(NotExported::from).collect(),
            bytes: job.bytes,
            seconds: job.seconds,
            current: job.current.clone(),
            error: job.error.clone(),
            to: path_text::write(&job.to),
        }
    }
}

impl From<&export::Failed> for NotExported {
    fn from(failed: &export::Failed) -> Self {
        Self {
            id: failed.id.to_string(),
            name: failed.name.clone(),
            reason: failed.reason.clone(),
        }
    }
}
