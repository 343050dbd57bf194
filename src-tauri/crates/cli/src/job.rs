//! Jobs of the library, watched until they end.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kinfolio_http::dto::export::{ExportJob, ExportState};
use kinfolio_http::dto::import::ImportJob;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, safe};

/// How often to look how it goes: often at first, so that a small one is told at once.
const LOOK_FIRST: Duration = Duration::from_millis(20);
const LOOK_LATER: Duration = Duration::from_millis(250);

/// What can be watched.
pub(crate) trait Job: DeserializeOwned {
    /// Where all of its sort are.
    const PATH: &str;

    /// Its name there.
    fn id(&self) -> &str;

    /// Whether nothing more will happen.
    fn is_over(&self) -> bool;

    /// How many were dealt with, and of how many.
    fn progress(&self) -> (u64, u64);

    /// What was begun last.
    fn current(&self) -> Option<&str>;
}

impl Job for ImportJob {
    const PATH: &str = "/api/v1/imports";

    fn id(&self) -> &str {
        &self.id
    }

    fn is_over(&self) -> bool {
        self.state.is_over()
    }

    fn progress(&self) -> (u64, u64) {
        (self.processed, self.found)
    }

    fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }
}

impl Job for ExportJob {
    const PATH: &str = "/api/v1/exports";

    fn id(&self) -> &str {
        &self.id
    }

    fn is_over(&self) -> bool {
        self.state != ExportState::Running
    }

    fn progress(&self) -> (u64, u64) {
        (self.processed, self.found)
    }

    fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }
}

/// Starts a job and looks at it until it is over. Ctrl-C stops it in good order.
pub(crate) async fn watched<J: Job>(
    api: &Api,
    body: &impl Serialize,
    output: &Output,
) -> Result<J, Failure> {
    let mut job: J = api.post(J::PATH, body).await?;
    let path = format!("{}/{}", J::PATH, job.id());
    let bar = bar(output);
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    let mut pause = LOOK_FIRST;
    while !job.is_over() {
        tokio::select! {
            _ = &mut interrupted => {
                job = api.delete(&path).await?;
                break;
            }
            () = tokio::time::sleep(pause) => job = api.get(&path).await?,
        }
        let (done, all) = job.progress();
        bar.set_length(all);
        bar.set_position(done);
        bar.set_message(safe(job.current().unwrap_or_default()));
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
