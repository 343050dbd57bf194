//! The chain as people and programs may read it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinfolio_library::ledger;

use crate::App;
use crate::dto::ledger::{BlockBody, BlockDetail, BlocksParams, LedgerStatus};
use crate::extract::{Query, Segment};
use crate::problem::Problem;
use crate::routes::search::bounded;

/// Blocks per page unless told.
const LIMIT_DEFAULT: u32 = 100;

/// Most blocks per page.
const LIMIT_MAX: u32 = 100_000;

/// This device's view of the chain
#[utoipa::path(
    get,
    path = "/api/v1/ledger",
    tag = "ledger",
    responses((status = 200, body = LedgerStatus), (status = "default", response = Problem))
)]
pub(crate) async fn status(State(app): State<Arc<App>>) -> Result<Json<LedgerStatus>, Problem> {
    Ok(Json(LedgerStatus::new(
        &ledger::status(&app.library).await?,
    )))
}

/// Blocks, lowest first
#[utoipa::path(
    get,
    path = "/api/v1/ledger/blocks",
    tag = "ledger",
    params(BlocksParams),
    responses((status = 200, body = Vec<BlockBody>), (status = "default", response = Problem))
)]
pub(crate) async fn blocks(
    State(app): State<Arc<App>>,
    Query(params): Query<BlocksParams>,
) -> Result<Json<Vec<BlockBody>>, Problem> {
    let limit = bounded(params.limit, LIMIT_DEFAULT, LIMIT_MAX)?;
    let from = params.from.unwrap_or(0);
    Ok(Json(
        ledger::blocks(&app.library, from, limit, BlockBody::new).await?,
    ))
}

/// One block with its edits
#[utoipa::path(
    get,
    path = "/api/v1/ledger/blocks/{height}",
    tag = "ledger",
    params(("height" = u64, Path, description = "The block's height")),
    responses((status = 200, body = BlockDetail), (status = "default", response = Problem))
)]
pub(crate) async fn block(
    State(app): State<Arc<App>>,
    Segment(height): Segment<u64>,
) -> Result<Json<BlockDetail>, Problem> {
    match ledger::block(&app.library, height).await? {
        Some(block) => Ok(Json(BlockDetail::new(&block))),
        None => {
            let detail = format!("the chain has no block {height} yet");
            Err(Problem::new(StatusCode::NOT_FOUND, "block_unknown", detail))
        }
    }
}
