//! Why an export does not begin, or a photo of it does not come out.

use std::io;
use std::path::PathBuf;

use super::{ExportId, NotATemplate};
use crate::error::Code;

/// What is wrong with an export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No export has this id.
    #[error("no export has the id {id}")]
    Unknown {
        /// The id as given.
        id: ExportId,
    },
    /// The folder to export to is not there and cannot be made.
    #[error("cannot create {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder lies on another disk than when the export began.
    #[error(
        "{path} lies on another disk than when this export began: put the first one back and export again"
    )]
    OtherDisk {
        /// The folder.
        path: PathBuf,
    },
    /// A text that does not say where photos go.
    #[error("the template cannot be used: {0}")]
    Template(#[from] NotATemplate),
}

impl ExportError {
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Unknown { .. } => Code::NotFound("export_unknown"),
            Self::Folder { .. } | Self::OtherDisk { .. } => Code::Conflict("export_folder"),
            Self::Template(_) => Code::BadInput("bad_template"),
        }
    }
}
