//! `kinfolio export`: a job of the library, watched until it ends.

use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::export::{ExportBody, ExportJob, ExportState, NotExported};
use kinfolio_library::import::path_text;
use serde::Serialize;

use super::edit::selected;
use super::search::with_query;
use crate::api::Api;
use crate::failure::{Failure, PARTLY_DONE};
use crate::job::watched;
use crate::output::{Output, complain, counted, grouped, safe};
use crate::usage::ExportArgs;

/// What became of an export.
#[derive(Serialize)]
struct Exported {
    /// Photos that the query found.
    found: u64,
    /// Originals written.
    exported: u64,
    /// Originals that were there already, whole.
    there: u64,
    /// Files of XMP that another program had written, which stay as they are.
    sidecars_left: u64,
    /// Those that could not be had or written.
    failed: Vec<NotExported>,
    /// How many those are, where not each is named.
    #[serde(skip)]
    failed_count: u64,
}

pub(crate) async fn run(
    root: &Path,
    args: &ExportArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let body = asked(args)?;
    let api = Api::open(root).await?;
    let job = watched::<ExportJob>(&api, &body, output).await;
    api.close().await;
    let query = body.query.unwrap_or_default();
    let job = job.map_err(|failure| with_query(failure, &query))?;
    let (state, error) = (job.state, job.error.clone());
    let done = exported(job);
    output.print(&done, describe)?;
    for one in &done.failed {
        complain(&format!("{}: {}", safe(&one.name), safe(&one.reason)));
    }
    match done.failed_count.saturating_sub(done.failed.len() as u64) {
        0 => {}
        more => complain(&format!("and {} more", grouped(more))),
    }
    match state {
        ExportState::Failed => {
            let reason = error.unwrap_or_else(|| "for a reason that it did not tell".to_owned());
            Err(Failure::ExportStopped { reason })
        }
        ExportState::Cancelled => {
            let reason = "it was cancelled; what was exported stays".to_owned();
            Err(Failure::ExportStopped { reason })
        }
        _ if done.failed_count == 0 => Ok(ExitCode::SUCCESS),
        _ => Ok(ExitCode::from(PARTLY_DONE)),
    }
}

/// What the arguments ask for, as the node can find it: it has another working directory.
fn asked(args: &ExportArgs) -> Result<ExportBody, Failure> {
    let named = &args.photos;
    let (ids, query) = match named.iter().all(|text| text.trim().is_empty()) {
        true => (None, Some(String::new())),
        false => selected(named)?,
    };
    let to = std::path::absolute(&args.to).map_err(|source| Failure::Io {
        doing: "create",
        path: args.to.clone(),
        source,
    })?;
    Ok(ExportBody {
        ids,
        query,
        to: path_text::write(&to),
        template: Some(args.template.to_string()),
        sidecars: args.sidecars,
    })
}

fn exported(job: ExportJob) -> Exported {
    Exported {
        found: job.found,
        exported: job.exported,
        there: job.present,
        sidecars_left: job.sidecars_left,
        failed: job.failed,
        failed_count: job.failed_count,
    }
}

fn describe(done: &Exported) -> String {
    let mut text = format!("{} exported", counted(done.exported, "photo", "photos"));
    if done.there > 0 {
        text.push_str(&format!(", {} there already", done.there));
    }
    if done.failed_count > 0 {
        text.push_str(&format!(", {} not", done.failed_count));
    }
    text.push_str(&format!(", of {} found.\n", done.found));
    if done.sidecars_left > 0 {
        text.push_str(&format!(
            "{} that another program had written stay as they are.\n",
            counted(done.sidecars_left, "sidecar", "sidecars")
        ));
    }
    text
}
