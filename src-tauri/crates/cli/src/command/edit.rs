//! `kinfolio edit`: one change of every photo that the arguments name.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::State;
use kinfolio_http::dto::change::{ChangeBody, EditsBody, EditsDone};
use kinfolio_library::catalog::PhotoId;

use super::search::with_query;
use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, counted, grouped};
use crate::usage::EditArgs;

pub(crate) async fn run(
    root: &Path,
    args: &EditArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let done = apply(&api, args).await;
    api.close().await;
    output.print(&done?, describe)?;
    Ok(ExitCode::SUCCESS)
}

async fn apply(api: &Api, args: &EditArgs) -> Result<EditsDone, Failure> {
    let change = ChangeBody {
        add_tags: args.add_tags.clone(),
        remove_tags: args.remove_tags.clone(),
        add_albums: args.add_albums.clone(),
        remove_albums: args.remove_albums.clone(),
        add_people: args.add_people.clone(),
        remove_people: args.remove_people.clone(),
        caption: args.caption.clone(),
        rating: args.rating,
        favorite: args.favorite.map(Into::into),
        taken_at: args.taken.clone(),
        position: args.position.map(Some),
        fields: args.fields.iter().cloned().collect(),
        trash: args.trash.map(Into::into),
    };
    let (ids, query) = selected(&args.photos)?;
    let body = EditsBody {
        ids,
        query,
        except: None,
        change,
    };
    let query = body.query.clone().unwrap_or_default();
    api.post("/api/v1/edits", &body)
        .await
        .map_err(|failure| with_query(failure, &query))
}

/// What arguments name: photos by their ids, or else the words of one query, as in a search. A query is
/// left to the node, whose search waits for what was changed just now.
pub(super) fn selected(
    arguments: &[String],
) -> Result<(Option<Vec<PhotoId>>, Option<String>), Failure> {
    let ids: BTreeSet<_> = arguments
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    if !ids.is_empty() {
        if arguments
            .iter()
            .any(|text| text.parse::<PhotoId>().is_err())
        {
            return Err(Failure::MixedPhotos);
        }
        return Ok((Some(ids.into_iter().collect()), None));
    }
    let query = arguments.join(" ");
    if query.trim().is_empty() {
        return Err(Failure::NoPhotos);
    }
    Ok((None, Some(query)))
}

fn describe(done: &EditsDone) -> String {
    let photos = counted(done.photos, "photo", "photos");
    match (done.photos, done.state) {
        (0, _) => "No photo matches; nothing was changed.\n".to_owned(),
        (_, State::Committed) => {
            format!("{photos} changed in block {}.\n", grouped(done.height))
        }
        (_, State::Pending) => {
            format!("{photos} changed here; the others learn it when enough of them answer.\n")
        }
    }
}
