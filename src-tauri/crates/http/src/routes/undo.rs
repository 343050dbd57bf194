//! Undo: this device's last action, taken back in the whole household.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use kinfolio_library::undo;

use crate::App;
use crate::dto::change::UndoDone;
use crate::problem::Problem;

/// Undoes this device's last action
///
/// A change of any number of photos, or an import, whose photos go to the trash. Nothing happens
/// where somebody has written since, per photo and field. Asked again, it undoes the action before;
/// `nothing_to_undo` (409) when there is none.
#[utoipa::path(
    post,
    path = "/api/v1/undo",
    tag = "photos",
    responses(
        (status = 200, body = UndoDone),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn undo(State(app): State<Arc<App>>) -> Result<Json<UndoDone>, Problem> {
    Ok(Json(undo::undo(&app.library).await?.into()))
}

#[cfg(test)]
mod tests;
