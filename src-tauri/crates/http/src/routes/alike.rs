//! Photos that look alike: the groups, and keeping the best of one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use kinfolio_library::alike::{self, GROUPS_MAX};

use super::search::bounded;
use crate::App;
use crate::dto::alike::{AlikeBody, AlikeParams, GroupBody, KeepBody};
use crate::dto::change::EditsDone;
use crate::extract::{self, Query};
use crate::problem::Problem;

/// Groups per page unless told.
const LIMIT_DEFAULT: u32 = 50;

/// Photos that look alike, in groups
#[utoipa::path(
    get,
    path = "/api/v1/alike",
    tag = "organise",
    params(AlikeParams),
    responses((status = 200, body = AlikeBody), (status = "default", response = Problem))
)]
pub(crate) async fn groups(
    State(app): State<Arc<App>>,
    Query(params): Query<AlikeParams>,
) -> Result<Json<AlikeBody>, Problem> {
    let limit = bounded(params.limit, LIMIT_DEFAULT, GROUPS_MAX as u32)?;
    let skip = params.skip.unwrap_or(0) as usize;
    let found = alike::groups(&app.library, skip, limit).await?;
    Ok(Json(AlikeBody {
        total: found.total as u64,
        groups: found.groups.iter().map(GroupBody::from).collect(),
    }))
}

/// Keeps one of several photos and merges the others into it
///
/// It gets their tags, albums and people and the highest rating; they go to the trash. `POST /undo`
/// takes all of it back.
#[utoipa::path(
    post,
    path = "/api/v1/alike/keep",
    tag = "organise",
    request_body = KeepBody,
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn keep_best(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<KeepBody>,
) -> Result<Json<EditsDone>, Problem> {
    let done = alike::keep(&app.library, body.keep, body.others).await?;
    Ok(Json(EditsDone {
        state: done.settled.into(),
        height: done.height,
        photos: done.photos,
    }))
}
