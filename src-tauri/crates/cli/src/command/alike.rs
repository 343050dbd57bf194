//! `kinfolio alike`: photos that look alike, and keeping the best of them.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::alike::{AlikeBody, KeepBody};
use kinfolio_http::dto::change::EditsDone;

use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, counted, safe};
use crate::usage::AlikeArgs;

pub(crate) async fn run(
    root: &Path,
    args: &AlikeArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let done = act(&api, args, output).await;
    api.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(api: &Api, args: &AlikeArgs, output: &Output) -> Result<(), Failure> {
    if let Some(keep) = args.keep {
        let others = args.others.clone();
        let body = KeepBody { keep, others };
        let done: EditsDone = api.post("/api/v1/alike/keep", &body).await?;
        return output.print(&done, |done| {
            let others = counted(done.photos.saturating_sub(1), "other", "others");
            format!("Kept it with all that {others} had; they are in the trash (kinfolio undo).\n")
        });
    }
    let limit = args.limit;
    let found: AlikeBody = api.get(&format!("/api/v1/alike?limit={limit}")).await?;
    output.print(&found, describe)
}

fn describe(found: &AlikeBody) -> String {
    let mut text = String::new();
    for group in &found.groups {
        for (at, photo) in group.photos.iter().enumerate() {
            let mark = if at == 0 { "best" } else { "" };
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "{mark:<4}  {}  {:>5} × {:<5}  {}",
                photo.id,
                photo.width,
                photo.height,
                safe(&photo.name)
            );
        }
        text.push('\n');
    }
    let groups = counted(found.total, "group", "groups");
    text.push_str(&format!("{groups} of photos that look alike.\n"));
    text
}
