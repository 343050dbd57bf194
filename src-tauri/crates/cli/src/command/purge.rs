//! `kinfolio purge`: the originals of photos in the trash go on all devices, for good.

use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::State;
use kinfolio_http::dto::change::{EditsDone, PurgeBody};

use super::edit::resolve;
use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, counted, grouped};
use crate::usage::PurgeArgs;

pub(crate) async fn run(
    root: &Path,
    args: &PurgeArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let done = purge(&api, args).await;
    api.close().await;
    output.print(&done?, describe)?;
    Ok(ExitCode::SUCCESS)
}

async fn purge(api: &Api, args: &PurgeArgs) -> Result<EditsDone, Failure> {
    let body = PurgeBody {
        ids: Some(resolve(api, &args.photos).await?),
        query: None,
        last_copies: args.last_copies.clone(),
    };
    api.post("/api/v1/purge", &body).await
}

fn describe(done: &EditsDone) -> String {
    let photos = counted(done.photos, "photo", "photos");
    match (done.photos, done.state) {
        (0, _) => "No photo matches; nothing was purged.\n".to_owned(),
        (_, State::Committed) => format!(
            "{photos} purged in block {}: the originals go on every device that hears of it.\n",
            grouped(done.height)
        ),
        (_, State::Pending) => format!(
            "{photos} will be purged as soon as a majority of the household's devices can be reached.\n"
        ),
    }
}
