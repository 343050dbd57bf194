//! Signing in: the token for a cookie.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::App;
use crate::access::{Access, new_session, unauthorized};
use crate::extract::Json;
use crate::problem::Problem;

/// What signs one in.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionBody {
    /// The token in the library's file `api-token`.
    token: String,
}

/// Signs in
///
/// Sets a cookie for the web UI that is good for 30 days.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "session",
    request_body = SessionBody,
    responses(
        (status = 204, description = "Signed in"),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    Json(body): Json<SessionBody>,
) -> Result<Response, Problem> {
    match &app.access {
        Access::Local => Ok(StatusCode::NO_CONTENT.into_response()),
        Access::Token(token) if token.accepts(body.token.trim()) => {
            let cookie = [(header::SET_COOKIE, new_session(token))];
            Ok((StatusCode::NO_CONTENT, cookie).into_response())
        }
        Access::Token(_) => Err(unauthorized("this is not the token of this library")),
    }
}
