//! Imports by path: only for those who sit at this machine.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinfolio_library::catalog::ImportId;
use kinfolio_library::import::{self, Request, path_text};

use crate::App;
use crate::access::Access;
use crate::dto::import::{ImportBody, ImportJob, Imports};
use crate::extract::{self, Segment};
use crate::problem::Problem;

/// All imports since the node started
#[utoipa::path(
    get,
    path = "/api/v1/imports",
    tag = "import",
    responses((status = 200, body = Imports), (status = "default", response = Problem))
)]
pub(crate) async fn list(State(app): State<Arc<App>>) -> Json<Imports> {
    let imports = import::list(&app.library)
        .iter()
        .map(ImportJob::new)
        .collect();
    Json(Imports { imports })
}

/// Imports files and folders of this machine
///
/// Only in-process and over the library's own socket.
#[utoipa::path(
    post,
    path = "/api/v1/imports",
    tag = "import",
    request_body = ImportBody,
    responses(
        (status = 202, description = "Begun", body = ImportJob),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<ImportBody>,
) -> Result<(StatusCode, Json<ImportJob>), Problem> {
    local_only(&app)?;
    let paths = body
        .paths
        .iter()
        .map(|text| absolute(text))
        .collect::<Result<_, _>>()?;
    let job = import::start(
        &app.library,
        Request {
            paths,
            tags: body.tags,
            albums: body.albums,
        },
    )
    .await?;
    Ok((StatusCode::ACCEPTED, Json(ImportJob::new(&job))))
}

/// One import
#[utoipa::path(
    get,
    path = "/api/v1/imports/{id}",
    tag = "import",
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, body = ImportJob), (status = "default", response = Problem))
)]
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    Segment(id): Segment<ImportId>,
) -> Result<Json<ImportJob>, Problem> {
    Ok(Json(ImportJob::new(&import::get(&app.library, id)?)))
}

/// Stops an import; what was added stays
#[utoipa::path(
    delete,
    path = "/api/v1/imports/{id}",
    tag = "import",
    params(("id" = String, Path, description = "The import's id")),
    responses((status = 200, body = ImportJob), (status = "default", response = Problem))
)]
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    Segment(id): Segment<ImportId>,
) -> Result<Json<ImportJob>, Problem> {
    local_only(&app)?;
    Ok(Json(ImportJob::new(
        &import::cancel(&app.library, id).await?,
    )))
}

fn local_only(app: &App) -> Result<(), Problem> {
    match app.access {
        Access::Local => Ok(()),
        Access::Token(_) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "local_only",
            "imports by path are for the machine that holds the library: send the files to \
             POST /api/v1/files instead",
        )),
    }
}

/// The path that a text names, wherever the node was started.
pub(super) fn absolute(text: &str) -> Result<PathBuf, Problem> {
    match path_text::read(text) {
        Some(path) if path.is_absolute() => Ok(path),
        _ => {
            let detail = format!("{text:?} is neither an absolute path nor a file:// URL");
            Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "bad_path",
                detail,
            ))
        }
    }
}
