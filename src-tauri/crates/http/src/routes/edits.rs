//! Changes of many photos at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinfolio_library::edit::{self, Selection, Settled};

use crate::App;
use crate::dto;
use crate::dto::change::{EditsBody, EditsDone};
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
    let selection = match (body.ids, body.query) {
        (Some(ids), None) => Selection::Ids(ids),
        (None, Some(query)) => Selection::Query(query),
        _ => {
            let detail = "name the photos either by `ids` or by `query`";
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "bad_body",
                detail,
            ));
        }
    };
    let done = edit::apply(&app.library, selection, body.change.try_into()?).await?;
    Ok(Json(EditsDone {
        state: done.settled.into(),
        height: done.height,
        photos: done.photos,
    }))
}
