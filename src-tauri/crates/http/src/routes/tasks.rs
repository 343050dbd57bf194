//! Who is at what in the household.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use kinfolio_library::{bucket, tasks};

use crate::App;
use crate::dto::tasks::{TaskBody, Tasks};
use crate::problem::Problem;

/// Work claimed once in the household
///
/// By whom, until when; and how this device gets on with the household's bucket.
#[utoipa::path(
    get,
    path = "/api/v1/tasks",
    tag = "tasks",
    responses((status = 200, body = Tasks), (status = "default", response = Problem))
)]
pub(crate) async fn claimed(State(app): State<Arc<App>>) -> Result<Json<Tasks>, Problem> {
    let held = tasks::list(&app.library).await?;
    Ok(Json(Tasks {
        tasks: held.iter().map(TaskBody::new).collect(),
        bucket: bucket::status(&app.library).map(Into::into),
    }))
}
