//! `kinfolio purge`: the originals of photos in the trash go on all devices, and from the bucket, for
//! good.

use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::State;
use kinfolio_http::dto::change::{EditsDone, PurgeBody};

use super::edit::selected;
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
    let (ids, query) = selected(&args.photos)?;
    let last_copies = args.last_copies.clone();
    let body = PurgeBody {
        ids,
        query,
        except: None,
        last_copies,
    };
    api.post("/api/v1/purge", &body).await
}

fn describe(done: &EditsDone) -> String {
    let photos = counted(done.photos, "photo", "photos");
    match (done.photos, done.state) {
        (0, _) => "No photo matches; nothing was purged.\n".to_owned(),
        (_, State::Committed) => format!(
            "{photos} purged in block {}: the originals go on every device that hears of it, and from the household's bucket.\n",
            grouped(done.height)
        ),
        (_, State::Pending) => format!(
            "{photos} will be purged as soon as a majority of the household's devices can be reached.\n"
        ),
    }
}
