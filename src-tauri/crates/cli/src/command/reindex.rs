//! `kinfolio reindex`: catalogue and search index, made anew from the ledger.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use kinfolio_library::reindex::{Reindexed, reindex};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Output, counted};

#[derive(Serialize)]
struct ReindexedBody {
    /// Null where the catalogue could not be read any more.
    state_hash_before: Option<String>,
    state_hash_after: String,
    photos: u64,
    seconds: f64,
}

pub(crate) async fn run(root: &Path, output: &Output) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    let Reindexed {
        before,
        after,
        photos,
    } = reindex(root).await?;
    let body = ReindexedBody {
        state_hash_before: before.map(hex::encode),
        state_hash_after: hex::encode(after),
        photos,
        seconds: begun.elapsed().as_secs_f64(),
    };
    output.print(&body, describe)?;
    Ok(ExitCode::SUCCESS)
}

fn describe(body: &ReindexedBody) -> String {
    let before = body.state_hash_before.as_deref();
    format!(
        "before  {}\nafter   {}\nCatalogue and search index of {} made anew from the ledger in {:.1} s.\n",
        before.unwrap_or("could not be read"),
        body.state_hash_after,
        counted(body.photos, "photo", "photos"),
        body.seconds
    )
}
