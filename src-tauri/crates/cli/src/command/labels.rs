//! `kinfolio tags`, `albums` and `people`: what there is, making, renaming, merging and removing.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::State;
use kinfolio_http::dto::change::EditsDone;
use kinfolio_http::dto::labels::{Counted, LabelChange, NewLabel};

use crate::api::{Api, encoded};
use crate::failure::Failure;
use crate::output::{Output, counted, grouped, safe};
use crate::usage::{LabelsArgs, LabelsCommand};

/// A list of labels: its route, and its key in what that answers.
#[derive(Clone, Copy)]
pub(crate) struct List(&'static str);

/// Tags.
pub(crate) const TAGS: List = List("tags");
/// Albums.
pub(crate) const ALBUMS: List = List("albums");
/// People.
pub(crate) const PEOPLE: List = List("people");

pub(crate) async fn run(
    root: &Path,
    list: List,
    args: &LabelsArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let done = act(&api, list, args.command.as_ref(), output).await;
    api.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(
    api: &Api,
    List(route): List,
    command: Option<&LabelsCommand>,
    output: &Output,
) -> Result<(), Failure> {
    let path = format!("/api/v1/{route}");
    let one = |name: &str| format!("{path}/{}", encoded(name));
    let done: EditsDone = match command {
        None => {
            let listed: BTreeMap<String, Vec<Counted>> = api.get(&path).await?;
            return output.print(&listed, |listed| {
                listed.values().map(|labels| describe_all(labels)).collect()
            });
        }
        Some(LabelsCommand::Add { name }) => {
            let body = NewLabel { name: name.clone() };
            api.post(&path, &body).await?
        }
        Some(LabelsCommand::Rename { from, to }) => {
            let body = LabelChange { name: to.clone() };
            api.patch(&one(from), &body).await?
        }
        Some(LabelsCommand::Remove { name }) => api.delete(&one(name)).await?,
    };
    output.print(&done, describe)
}

fn describe_all(labels: &[Counted]) -> String {
    let mut text = String::new();
    for label in labels {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{:>9}  {}", grouped(label.count), safe(&label.name));
    }
    text
}

fn describe(done: &EditsDone) -> String {
    let photos = match done.photos {
        0 => String::new(),
        photos => format!(", on {}", counted(photos, "photo", "photos")),
    };
    match done.state {
        State::Committed => format!("Done in block {}{photos}.\n", grouped(done.height)),
        State::Pending => {
            format!("Done here{photos}; the others learn it when enough of them answer.\n")
        }
    }
}
