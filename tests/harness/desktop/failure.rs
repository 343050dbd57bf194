//! Why a desktop test could not go on.

use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;
use std::{fmt, io};

/// What did not happen. Printed the same by `{:?}`, since that is what a failing test prints.
#[derive(thiserror::Error)]
pub enum Failure {
    /// Something was waited for in vain.
    #[error("{what} did not happen within {limit:?}")]
    TooLate {
        /// What was waited for.
        what: String,
        /// How long.
        limit: Duration,
    },
    /// A command ended with a failure.
    #[error("{command} ended with {status}: {said}")]
    Ended {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// Its error output.
        said: String,
    },
    /// The driver refused a command.
    #[error("WebDriver {command}: {error}: {message}")]
    Driver {
        /// Method and path.
        command: String,
        /// WebDriver's name of the error.
        error: String,
        /// What it said.
        message: String,
    },
    /// The driver could not be asked.
    #[error("WebDriver {command}: {source}")]
    Unreachable {
        /// Method and path.
        command: String,
        /// What the connection said.
        source: Box<ureq::Error>,
    },
    /// The page is not as the test expects it.
    #[error("{what}: {found}")]
    Page {
        /// What was expected.
        what: String,
        /// What was there.
        found: String,
    },
    /// A program of the workspace is missing.
    #[error(
        "{program} is not there: `make test` builds it, or `cargo build -p kinfolio-desktop -p kinfolio-cli`"
    )]
    NotBuilt {
        /// Where it should be.
        program: PathBuf,
    },
    /// The system refused.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Failure {
    pub(super) fn io(doing: impl Into<String>, source: io::Error) -> Self {
        Self::Io {
            doing: doing.into(),
            source,
        }
    }

    pub(super) fn start(command: &Command, source: io::Error) -> Self {
        Self::io(format!("start {}", command.get_program().display()), source)
    }
}

/// A test's own files.
impl From<io::Error> for Failure {
    fn from(source: io::Error) -> Self {
        Self::io("work on the test's files", source)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
