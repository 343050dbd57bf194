//! Whether it runs, and a few numbers about it.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use kinfolio_library::bucket::{self, Status};
use kinfolio_library::{import, ledger};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::App;
use crate::problem::Problem;

/// It runs.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: String,
    /// The program's version.
    version: String,
}

/// Whether it runs
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "health",
    responses((status = 200, body = Health))
)]
pub(crate) async fn healthz() -> Json<Health> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Json(Health {
        status: "ok".to_owned(),
        version,
    })
}

/// Numbers for Prometheus
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "health",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Result<impl IntoResponse, Problem> {
    let status = ledger::status(&app.library).await?;
    let jobs = import::list(&app.library);
    let running = jobs.iter().filter(|job| !job.state.is_over()).count() as u64;
    let requests = app.requests.load(Ordering::Relaxed);
    let numbers = [
        (
            "kinfolio_blocks",
            "gauge",
            "Blocks in this device's chain.",
            status.node.tip.height + 1,
        ),
        (
            "kinfolio_edits_pending",
            "gauge",
            "Edits not yet in the chain.",
            status.node.pending,
        ),
        (
            "kinfolio_ballots_total",
            "counter",
            "Own ballots since the start.",
            status.node.counts.ballots,
        ),
        (
            "kinfolio_duels_total",
            "counter",
            "Own ballots that met a higher one, since the start.",
            status.node.counts.duels,
        ),
        (
            "kinfolio_refused_total",
            "counter",
            "Messages of other devices that were refused, since the start.",
            status.node.counts.refused,
        ),
        (
            "kinfolio_rejected_total",
            "counter",
            "Connections of strangers and of what is no device that were not let in.",
            status.node.counts.rejected,
        ),
        (
            "kinfolio_dropped_total",
            "counter",
            "Messages of other devices that were dropped, because these say too much.",
            status.node.counts.dropped,
        ),
        (
            "kinfolio_blocks_damaged_total",
            "counter",
            "Blocks of this device's log that could not be read for another device.",
            status.node.counts.damaged,
        ),
        (
            "kinfolio_ledger_healed_total",
            "counter",
            "How often this device's damaged ledger was made anew, since the start.",
            status.node.counts.healed,
        ),
        (
            "kinfolio_photos",
            "gauge",
            "Photos known, the trash counted.",
            status.photos,
        ),
        (
            "kinfolio_imports_running",
            "gauge",
            "Imports under way.",
            running,
        ),
        (
            "kinfolio_imports_total",
            "counter",
            "Imports since the start.",
            jobs.len() as u64,
        ),
        (
            "kinfolio_http_requests_total",
            "counter",
            "Requests to this router.",
            requests,
        ),
    ];
    let mut text = String::new();
    for (name, kind, help, value) in numbers {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}"
        );
    }
    if let Some(status) = bucket::status(&app.library) {
        text.push_str(&bucket_metrics(&status));
    }
    Ok((
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text,
    ))
}

/// The bucket's numbers; what is wrong with it, in words, is a label.
fn bucket_metrics(status: &Status) -> String {
    let label = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    };
    let ledger = match (status.blocks, status.blocks_behind) {
        (Some(blocks), Some(behind)) => format!(
            "# HELP kinfolio_bucket_blocks Blocks of the ledger that the bucket holds.\n\
             # TYPE kinfolio_bucket_blocks gauge\n\
             kinfolio_bucket_blocks {blocks}\n\
             # HELP kinfolio_bucket_blocks_behind Blocks of this device's chain that it does not hold yet.\n\
             # TYPE kinfolio_bucket_blocks_behind gauge\n\
             kinfolio_bucket_blocks_behind {behind}\n"
        ),
        _ => String::new(),
    };
    let waiting = status.waiting.map_or_else(String::new, |waiting| {
        format!(
            "# HELP kinfolio_bucket_originals_waiting Originals that the bucket is not known \
             to hold.\n\
             # TYPE kinfolio_bucket_originals_waiting gauge\n\
             kinfolio_bucket_originals_waiting {waiting}\n"
        )
    });
    format!(
        "# HELP kinfolio_bucket_up Whether nothing is known to be wrong with the bucket.\n\
         # TYPE kinfolio_bucket_up gauge\n\
         kinfolio_bucket_up{{bucket=\"{}\",trouble=\"{}\"}} {}\n\
         {waiting}\
         # HELP kinfolio_bucket_originals_stored_total Originals that this device stored there since the start.\n\
         # TYPE kinfolio_bucket_originals_stored_total counter\n\
         kinfolio_bucket_originals_stored_total {}\n\
         # HELP kinfolio_bucket_originals_failed_total Originals that it could not store, for a fault of their own.\n\
         # TYPE kinfolio_bucket_originals_failed_total counter\n\
         kinfolio_bucket_originals_failed_total {}\n{ledger}",
        label(&status.bucket),
        label(&status.trouble),
        u8::from(status.trouble.is_none()),
        status.stored,
        status.failed,
    )
}
