//! Errors on the wire: RFC 9457 `application/problem+json` with a stable `code`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kinfolio_library::{Code, LibraryError};
use serde::{Deserialize, Serialize};
use utoipa::{ToResponse, ToSchema};

use crate::dto::said::SaidBody;

/// What went wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, ToResponse)]
#[response(
    description = "What went wrong",
    content_type = "application/problem+json"
)]
pub struct Problem {
    /// A URI that names the kind of problem: `urn:kinfolio:problem:CODE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, to what, and what to do.
    pub detail: String,
    /// Stable name of the kind of problem, for programs.
    pub code: String,
    /// For `bad_query`: the position in the query, in characters from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u32>,
    /// What happened for a page in another language, where it is a sentence that is known beforehand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Box<SaidBody>>,
}

impl Problem {
    /// A problem with a stable `code` and a sentence for people.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:kinfolio:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            at: None,
            said: None,
        }
    }
}

impl From<LibraryError> for Problem {
    fn from(error: LibraryError) -> Self {
        let (status, code) = match error.code() {
            Code::NotFound(code) => (StatusCode::NOT_FOUND, code),
            Code::Conflict(code) => (StatusCode::CONFLICT, code),
            Code::TooLarge(code) => (StatusCode::PAYLOAD_TOO_LARGE, code),
            Code::BadInput(code @ ("bad_change" | "empty_change" | "too_many_photos")) => {
                (StatusCode::UNPROCESSABLE_ENTITY, code)
            }
            Code::BadInput(code) => (StatusCode::BAD_REQUEST, code),
            Code::DiskFull => (StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
            Code::Unreachable(code) => (StatusCode::SERVICE_UNAVAILABLE, code),
            Code::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "closing"),
            Code::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        if status.is_server_error() && !matches!(error.code(), Code::Unreachable(_)) {
            tracing::error!(code, %error, "a request failed");
        }
        let mut problem = Self::new(status, code, error.to_string());
        if let LibraryError::BadQuery(query) = &error {
            problem.at = u32::try_from(query.at).ok();
            problem.said = Some(Box::new((&query.said).into()));
        }
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"kinfolio\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
