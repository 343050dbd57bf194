//! A node's log, whether it is headless or in a window.

use std::path::Path;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

pub use tracing_appender::non_blocking::WorkerGuard;

/// Log files that are kept, one a day.
const LOGS_MAX: usize = 14;

/// JSON lines in the library's `logs/`, a file a day; what cannot be logged is dropped rather
/// than waited for. Ends when the guard is dropped; `None` when nothing can be logged there.
#[must_use]
pub fn to(folder: &Path) -> Option<WorkerGuard> {
    std::fs::create_dir_all(folder).ok()?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("kinfolio")
        .filename_suffix("jsonl")
        .max_log_files(LOGS_MAX)
        .build(folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let filter = EnvFilter::try_from_env("KINFOLIO_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let installed = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(writer)
        .try_init();
    installed.ok().map(|()| guard)
}
