//! Changes of many photos at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinfolio_library::catalog::PhotoId;
use kinfolio_library::edit::{self, Selection, Settled};
use kinfolio_library::purge;

use crate::App;
use crate::dto;
use crate::dto::change::{EditsBody, EditsDone, PurgeBody};
use crate::extract;
use crate::problem::Problem;

impl From<Settled> for dto::State {
    fn from(settled: Settled) -> Self {
        match settled {
            Settled::Committed => Self::Committed,
            Settled::Pending => Self::Pending,
        }
    }
}

/// Changes many photos in one step
#[utoipa::path(
    post,
    path = "/api/v1/edits",
    tag = "photos",
    request_body = EditsBody,
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn apply(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<EditsBody>,
) -> Result<Json<EditsDone>, Problem> {
    let selection = selected(body.ids, body.query)?;
    let done = edit::apply(&app.library, selection, body.change.try_into()?).await?;
    Ok(Json(EditsDone {
        state: done.settled.into(),
        height: done.height,
        photos: done.photos,
    }))
}

/// Purges photos
///
/// Their originals are deleted on all devices of the household, for good; the records and their
/// histories stay. Only photos in the trash are purged. One of which no other good copy is known
/// than the last one has to be named in `last_copies`, too.
#[utoipa::path(
    post,
    path = "/api/v1/purge",
    tag = "photos",
    request_body = PurgeBody,
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn purge(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<PurgeBody>,
) -> Result<Json<EditsDone>, Problem> {
    let selection = selected(body.ids, body.query)?;
    let done = purge::purge(&app.library, selection, body.last_copies).await?;
    Ok(Json(EditsDone {
        state: done.settled.into(),
        height: done.height,
        photos: done.photos,
    }))
}

/// The photos that a body names, in one of two ways.
pub(super) fn selected(
    ids: Option<Vec<PhotoId>>,
    query: Option<String>,
) -> Result<Selection, Problem> {
    match (ids, query) {
        (Some(ids), None) => Ok(Selection::Ids(ids)),
        (None, Some(query)) => Ok(Selection::Query(query)),
        _ => {
            let detail = "name the photos either by `ids` or by `query`";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Err(Problem::new(status, "bad_body", detail))
        }
    }
}
