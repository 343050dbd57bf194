//! `kinfolio import`: a job of the library, watched until it ends.

use std::fmt::Write;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kinfolio_http::dto::import::{ImportBody, ImportJob, ImportState, Rejected};
use kinfolio_library::import::path_text;
use serde::Serialize;

use crate::api::Api;
use crate::failure::{Failure, PARTLY_DONE};
use crate::output::{Output, complain, counted, grouped, safe};
use crate::usage::ImportArgs;

/// How often to look how it goes: often at first, so that a small import is told at once.
const LOOK_FIRST: Duration = Duration::from_millis(20);
const LOOK_LATER: Duration = Duration::from_millis(250);

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
    let job = watched(&api, &body, output).await;
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

/// Starts the import and looks at it until it is over. Ctrl-C stops it in good order.
async fn watched(api: &Api, body: &ImportBody, output: &Output) -> Result<ImportJob, Failure> {
    let mut job: ImportJob = api.post("/api/v1/imports", body).await?;
    let path = format!("/api/v1/imports/{}", job.id);
    let bar = bar(output);
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    let mut pause = LOOK_FIRST;
    while !job.state.is_over() {
        tokio::select! {
            _ = &mut interrupted => {
                job = api.delete(&path).await?;
                break;
            }
            () = tokio::time::sleep(pause) => job = api.get(&path).await?,
        }
        show(&bar, &job);
        pause = (pause * 2).min(LOOK_LATER);
    }
    bar.finish_and_clear();
    Ok(job)
}

/// A progress bar where a person looks on.
fn bar(output: &Output) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if output.is_json() || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = "{bar:30} {human_pos}/{human_len}  {per_sec}  {eta} left  {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn show(bar: &ProgressBar, job: &ImportJob) {
    bar.set_length(job.found);
    bar.set_position(job.processed);
    bar.set_message(safe(job.current.as_deref().unwrap_or_default()));
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
