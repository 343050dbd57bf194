//! Why a command failed, what it prints then, and its exit code.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use kinfolio_http::Problem;
use kinfolio_library::LibraryError;
use kinfolio_library::node::{KeyError, NodeError};
use kinfolio_library::sample::SampleError;

/// Exit code: failed.
const FAILED: u8 = 1;

/// Exit code: wrong usage.
const WRONG_USAGE: u8 = 2;

/// Exit code: partly done.
pub(crate) const PARTLY_DONE: u8 = 3;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The runtime did not start.
    #[error("cannot start: {source}")]
    Runtime { source: io::Error },
    /// Nobody said where the library is, and the platform does not either.
    #[error("no data folder is known here: name the library with --data DIR or KINFOLIO_DATA")]
    NoDataFolder,
    /// An empty argument would mean every photo.
    #[error("name photos by their ids or by a query; every photo is found by `-is:trashed`")]
    NoPhotos,
    /// Ids and a query at once.
    #[error("name photos by their ids or by one query, not by both")]
    MixedPhotos,
    /// The library said no.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The recovery key's file is not to be had.
    #[error("the recovery key cannot be read from {path}: {source}")]
    KeyUnread { path: String, source: io::Error },
    /// What is in it is no recovery key.
    #[error(transparent)]
    BadKey(KeyError),
    /// No device, or more than one, is meant.
    #[error("{0}")]
    WhichDevice(String),
    /// The API said no.
    #[error("{}", .0.detail)]
    Api(Box<Problem>),
    /// A query that cannot be understood; shown with its place.
    #[error("{}", .problem.detail)]
    BadQuery {
        query: String,
        problem: Box<Problem>,
    },
    /// The node went away in the middle.
    #[error("the node at {path} stopped answering: {detail}")]
    NodeGone { path: PathBuf, detail: String },
    /// A node runs, but cannot be reached.
    #[error("the node at {path} cannot be reached: {source}")]
    NodeUnreachable { path: PathBuf, source: io::Error },
    /// The API answered something that is no answer.
    #[error("the node answered something unexpected ({detail}): is it of another version?")]
    NotUnderstood { detail: String },
    /// A path to import that does not exist.
    #[error("cannot import {path}: {source}")]
    BadPath { path: String, source: io::Error },
    /// The address cannot be served on.
    #[error("cannot serve on {address}: {source}; choose another with {option} ADDR")]
    CannotListen {
        address: String,
        option: &'static str,
        source: io::Error,
    },
    /// A measurement cannot go on.
    #[error("the measurement stopped: {reason}")]
    Bench { reason: String },
    /// A node of a measurement failed.
    #[error("a node of the measurement stopped: {0}")]
    Node(#[from] NodeError),
    /// A file or socket of the library failed.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// The import ended before its end.
    #[error("the import stopped: {reason}")]
    ImportStopped { reason: String },
    /// The export ended before its end.
    #[error("the export stopped: {reason}")]
    ExportStopped { reason: String },
    /// Nobody reads what is printed.
    #[error("cannot print: {0}")]
    Print(io::Error),
    /// The sample photos could not be made.
    #[error(transparent)]
    Sample(#[from] SampleError),
}

impl Failure {
    /// Says on stderr what happened; returns the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if matches!(self, Self::Print(source) if source.kind() == io::ErrorKind::BrokenPipe) {
            // The reader had enough, as `head` does.
            return ExitCode::SUCCESS;
        }
        crate::output::complain(&format!("kinfolio: {self}"));
        if let Self::BadQuery { query, problem } = self {
            crate::output::complain(&pointed(query, problem.at.unwrap_or(0)));
        }
        ExitCode::from(self.code())
    }

    fn code(&self) -> u8 {
        match self {
            Self::BadQuery { .. } | Self::BadPath { .. } => WRONG_USAGE,
            Self::NoPhotos | Self::MixedPhotos => WRONG_USAGE,
            Self::Api(problem) if matches!(problem.status, 400 | 422) => WRONG_USAGE,
            Self::Library(LibraryError::BadName { .. }) => WRONG_USAGE,
            Self::BadKey(_) | Self::KeyUnread { .. } => WRONG_USAGE,
            _ => FAILED,
        }
    }
}

/// The query with a caret under the character at `at`.
fn pointed(query: &str, at: u32) -> String {
    // Tabs and line breaks would put the caret elsewhere.
    let line: String = query
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let at = at.min(line.chars().count());
    format!("  {line}\n  {}^", " ".repeat(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_points_at_the_place() {
        let check = |query: &str, at: u32, expect: &str| assert_eq!(pointed(query, at), expect);
        check("tag:", 4, "  tag:\n      ^");
        check("ä b:x", 2, "  ä b:x\n    ^");
        check("a\tb", 99, "  a b\n     ^");
        check("", 0, "  \n  ^");
    }
}
