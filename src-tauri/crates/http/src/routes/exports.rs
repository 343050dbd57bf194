//! Exports into a folder of this machine: only for those who sit at it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinfolio_library::LibraryError;
use kinfolio_library::export::{self, ExportError, ExportId, Request, TEMPLATE, Template};

use super::edits::selected;
use super::imports::absolute;
use crate::App;
use crate::access::Caller;
use crate::dto::export::{ExportBody, ExportJob, Exports};
use crate::extract::{self, Segment};
use crate::problem::Problem;

/// All exports since the node started
///
/// Answered on this machine only, as all about exports: they name its folders.
#[utoipa::path(
    get,
    path = "/api/v1/exports",
    tag = "export",
    responses((status = 200, body = Exports), (status = "default", response = Problem))
)]
pub(crate) async fn exports(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Exports>, Problem> {
    here_only(caller)?;
    let exports = export::list(&app.library);
    let exports = exports.iter().map(ExportJob::from).collect();
    Ok(Json(Exports { exports }))
}

/// Writes originals into a folder of this machine
///
/// Byte for byte, each under a name of its own; nothing that is there is written over.
#[utoipa::path(
    post,
    path = "/api/v1/exports",
    tag = "export",
    request_body = ExportBody,
    responses(
        (status = 202, description = "Begun", body = ExportJob),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn start_export(
    State(app): State<Arc<App>>,
    caller: Caller,
    extract::Json(body): extract::Json<ExportBody>,
) -> Result<(StatusCode, Json<ExportJob>), Problem> {
    here_only(caller)?;
    let template: Result<Template, _> = body.template.as_deref().unwrap_or(TEMPLATE).parse();
    let request = Request {
        photos: selected(body.ids, body.query)?,
        to: absolute(&body.to)?,
        template: template.map_err(|error| LibraryError::from(ExportError::from(error)))?,
        sidecars: body.sidecars,
    };
    let job = export::start(&app.library, request).await?;
    Ok((StatusCode::ACCEPTED, Json(ExportJob::from(&job))))
}

/// One export
#[utoipa::path(
    get,
    path = "/api/v1/exports/{id}",
    tag = "export",
    params(("id" = String, Path, description = "The export's id")),
    responses((status = 200, body = ExportJob), (status = "default", response = Problem))
)]
pub(crate) async fn export_job(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment<ExportId>,
) -> Result<Json<ExportJob>, Problem> {
    here_only(caller)?;
    Ok(Json(ExportJob::from(&export::get(&app.library, id)?)))
}

/// Stops an export; what was written stays
#[utoipa::path(
    delete,
    path = "/api/v1/exports/{id}",
    tag = "export",
    params(("id" = String, Path, description = "The export's id")),
    responses((status = 200, body = ExportJob), (status = "default", response = Problem))
)]
pub(crate) async fn cancel_export(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segment(id): Segment<ExportId>,
) -> Result<Json<ExportJob>, Problem> {
    here_only(caller)?;
    let job = export::cancel(&app.library, id).await?;
    Ok(Json(ExportJob::from(&job)))
}

fn here_only(caller: Caller) -> Result<(), Problem> {
    let detail = "exports write into folders of the machine that holds the library, and are for \
                  whoever sits there: fetch originals from /api/v1/photos/ID/original instead";
    caller.expect_here(detail)
}
