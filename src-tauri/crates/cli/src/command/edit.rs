//! `kinfolio edit`: one change of every photo that the arguments name.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::State;
use kinfolio_http::dto::change::{ChangeBody, EditsBody, EditsDone};
use kinfolio_library::catalog::PhotoId;

use super::search::{find, with_query};
use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, counted, grouped};
use crate::usage::EditArgs;

/// Most photos of one page of a search.
const PAGE: u32 = 20_000;

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
    let body = match args.photos.as_slice() {
        [query] if query.parse::<PhotoId>().is_err() => EditsBody {
            ids: None,
            query: Some(query.clone()),
            change,
        },
        several => EditsBody {
            ids: Some(resolve(api, several).await?),
            query: None,
            change,
        },
    };
    let query = body.query.clone().unwrap_or_default();
    api.post("/api/v1/edits", &body)
        .await
        .map_err(|failure| with_query(failure, &query))
}

/// Every photo that one of `named` names, each once, so that one edit changes them all.
pub(super) async fn resolve(api: &Api, named: &[String]) -> Result<Vec<PhotoId>, Failure> {
    let mut photos = BTreeSet::new();
    for text in named {
        if let Ok(id) = text.parse() {
            photos.insert(id);
            continue;
        }
        let mut cursor = None;
        loop {
            let page = find(api, text, PAGE, cursor.as_deref()).await?;
            photos.extend(
                page.photos
                    .iter()
                    .filter_map(|photo| photo.id.parse::<PhotoId>().ok()),
            );
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok(photos.into_iter().collect())
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
