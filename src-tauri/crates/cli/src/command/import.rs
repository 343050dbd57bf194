//! `kinfolio import`: a job of the library, watched until it ends.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kinfolio_http::dto::import::{ImportBody, ImportJob, ImportState, Rejected};
use kinfolio_library::import::path_text;
use serde::Serialize;

use crate::api::Api;
use crate::failure::{Failure, PARTLY_DONE};
use crate::job::watched;
use crate::output::{Output, complain, counted, grouped, safe};
use crate::usage::ImportArgs;

#[derive(Serialize)]
struct Receipt {
    found: u64,
    added: u64,
    duplicate: u64,
    /// Duplicates whose photos are in the trash, and stay there.
    trashed: u64,
    rejected: Vec<Rejected>,
    /// Files that were imported though not all that belongs to them could be read.
    warned: Vec<Rejected>,
    seconds: f64,
    ids: Vec<String>,
}

pub(crate) async fn run(
    root: &Path,
    args: &ImportArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let paths = args
        .paths
        .iter()
        .map(|path| located(path))
        .collect::<Result<Vec<_>, _>>()?;
    let body = ImportBody {
        paths: paths.iter().map(|path| path_text::write(path)).collect(),
        tags: args.tags.clone(),
        albums: args.albums.clone(),
    };
    let api = Api::open(root).await?;
    let job = watched::<ImportJob>(&api, &body, output).await;
    api.close().await;
    let job = job?;
    for file in &job.rejected {
        complain(&format!(
            "rejected: {}: {}",
            safe(&file.path),
            safe(&file.reason)
        ));
    }
    for file in &job.warned {
        let (path, what) = (safe(&file.path), safe(&file.reason));
        complain(&format!("imported all the same: {path}: {what}"));
    }
    let (state, error) = (job.state, job.error.clone());
    let receipt = receipt(job);
    output.print(&receipt, describe)?;
    match state {
        ImportState::Failed => {
            let reason = error.unwrap_or_else(|| "for a reason that it did not tell".to_owned());
            Err(Failure::ImportStopped { reason })
        }
        ImportState::Cancelled => {
            let reason = "it was cancelled; what was added stays".to_owned();
            Err(Failure::ImportStopped { reason })
        }
        _ if receipt.rejected.is_empty() => Ok(ExitCode::SUCCESS),
        _ => Ok(ExitCode::from(PARTLY_DONE)),
    }
}

/// The path as the node can find it: it has another working directory.
fn located(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path)
        .and_then(|absolute| absolute.symlink_metadata().map(|_| absolute))
        .map_err(|source| Failure::BadPath {
            path: path.display().to_string(),
            source,
        })
}

fn receipt(job: ImportJob) -> Receipt {
    Receipt {
        found: job.found,
        added: job.added,
        duplicate: job.duplicate,
        trashed: job.trashed,
        rejected: job.rejected,
        warned: job.warned,
        seconds: job.seconds,
        ids: job.ids,
    }
}

fn describe(receipt: &Receipt) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{} found: {} added + {} duplicate + {} rejected, in {:.1} s",
        counted(receipt.found, "file", "files"),
        grouped(receipt.added),
        grouped(receipt.duplicate),
        grouped(receipt.rejected.len() as u64),
        receipt.seconds
    );
    if receipt.trashed > 0 {
        let _ = writeln!(
            text,
            "{} of the duplicates in the trash; kinfolio edit is:trashed --trash off brings back what is there",
            grouped(receipt.trashed)
        );
    }
    text
}
