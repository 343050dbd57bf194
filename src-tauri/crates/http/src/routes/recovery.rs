//! The household's recovery key, for whoever sits at this machine.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinfolio_library::restore;

use super::household::qr;
use crate::App;
use crate::access::{Access, Caller, not_this_machine};
use crate::dto::household::{RecoveryKeyBody, RecoveryKeyFile};
use crate::extract;
use crate::problem::Problem;

/// What whoever asks from elsewhere is told.
const ELSEWHERE: &str = "the recovery key is not given out over the network: open Kinfolio on the \
                         machine itself, or run `kinfolio recovery-key` there";

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
    caller: Caller,
) -> Result<Json<RecoveryKeyBody>, Problem> {
    caller.expect_here(ELSEWHERE)?;
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
        return Err(not_this_machine(ELSEWHERE));
    }
    restore::save_recovery_key(app.library.layout().root(), &PathBuf::from(body.path))?;
    Ok(StatusCode::NO_CONTENT)
}
