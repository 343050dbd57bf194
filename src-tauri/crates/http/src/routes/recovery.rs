//! The household's recovery key, for whoever sits at this machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use kinfolio_library::restore;

use super::household::qr;
use crate::App;
use crate::access::Access;
use crate::dto::household::{RecoveryKeyBody, RecoveryKeyFile};
use crate::extract;
use crate::problem::Problem;

/// The household's recovery key
///
/// Answered on this machine only: with it and the bucket everything can be read.
#[utoipa::path(
    get,
    path = "/api/v1/household/recovery-key",
    tag = "household",
    responses((status = 200, body = RecoveryKeyBody), (status = "default", response = Problem))
)]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Json<RecoveryKeyBody>, Problem> {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_here = match app.access {
        Access::Local => true,
        Access::Token(_) => from.is_some_and(|from| from.0.ip().to_canonical().is_loopback()),
    };
    if !is_here {
        return Err(elsewhere());
    }
    let key = restore::recovery_key(app.library.layout().root())?.to_text();
    Ok(Json(RecoveryKeyBody {
        qr: qr(&key)?,
        recovery_key: key,
    }))
}

/// Writes the recovery key into a file
///
/// For the app's own window, which knows paths.
#[utoipa::path(
    post,
    path = "/api/v1/household/recovery-key/file",
    tag = "household",
    request_body = RecoveryKeyFile,
    responses((status = 204), (status = "default", response = Problem))
)]
pub(crate) async fn save(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<RecoveryKeyFile>,
) -> Result<StatusCode, Problem> {
    if let Access::Token(_) = app.access {
        return Err(elsewhere());
    }
    restore::save_recovery_key(app.library.layout().root(), &PathBuf::from(body.path))?;
    Ok(StatusCode::NO_CONTENT)
}

fn elsewhere() -> Problem {
    let detail = "the recovery key is not given out over the network: open Kinfolio on the machine \
                  itself, or run `kinfolio recovery-key` there";
    Problem::new(StatusCode::FORBIDDEN, "not_this_machine", detail)
}

#[cfg(test)]
mod tests;
