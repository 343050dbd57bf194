//! Uploads: any file, streamed.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use futures_util::{Stream, StreamExt, TryStreamExt};
use kinfolio_library::upload;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::dto::State as Settled;
use crate::extract::Query;
use crate::problem::Problem;

/// So much of an upload that is refused is read on, and for so long.
const READ_ON_BYTES_MAX: usize = 16 << 20;
const READ_ON_TIME_MAX: Duration = Duration::from_secs(5);

/// What the file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadParams {
    /// The file's name, kept as a name; never used as a path.
    name: String,
}

/// Whether the bytes were new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UploadStatus {
    /// New.
    Added,
    /// Here already.
    Duplicate,
}

/// What became of an upload.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Uploaded {
    /// SHA-256 of the bytes, hex.
    id: String,
    /// Whether the bytes were new.
    status: UploadStatus,
    /// Whether the record is in the chain.
    state: Settled,
    /// The height that shows it.
    height: u64,
}

/// Stores a file
///
/// Answered once the bytes are durable and the record is committed or durably pending.
#[utoipa::path(
    post,
    path = "/api/v1/files",
    tag = "import",
    params(UploadParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "Stored", body = Uploaded),
        (status = 200, description = "Its bytes were here already", body = Uploaded),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn upload(
    State(app): State<Arc<App>>,
    Query(params): Query<UploadParams>,
    body: Body,
) -> Result<(StatusCode, Json<Uploaded>), Problem> {
    let mut bytes = body.into_data_stream().map_err(std::io::Error::other);
    let stored = upload::store(&app.library, &params.name, &mut bytes).await;
    if stored.is_err() {
        read_on(bytes).await;
    }
    let done = stored?;
    let (status, word) = if done.new {
        (StatusCode::CREATED, UploadStatus::Added)
    } else {
        (StatusCode::OK, UploadStatus::Duplicate)
    };
    let body = Uploaded {
        id: done.id.to_string(),
        status: word,
        state: done.settled.into(),
        height: done.height,
    };
    Ok((status, Json(body)))
}

/// Reads a refused upload to its end, if that is near: many clients read no answer before they have
/// sent everything, and would only see the connection break.
async fn read_on(mut bytes: impl Stream<Item = std::io::Result<Bytes>> + Unpin) {
    let rest = async {
        let mut left = READ_ON_BYTES_MAX;
        while let Some(Ok(piece)) = bytes.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                return;
            }
        }
    };
    // Whoever takes longer has to see what comes of it.
    let _ = tokio::time::timeout(READ_ON_TIME_MAX, rest).await;
}
