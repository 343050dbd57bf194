//! The chain as people and programs may read it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use bytes::Bytes;
use kinfolio_library::ledger;
use serde_json::Value;

use crate::App;
use crate::dto::ledger::{
    BlockBody, BlockDetail, BlocksParams, EntryBody, EntryParams, LedgerStatus, ProofParams,
};
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

/// Append an opaque entry
///
/// One call, one edit. Answered once a quorum of the voters has it durably; where none is within
/// reach, after a second, once this device has it durably as pending (`state`).
#[utoipa::path(
    post,
    path = "/api/v1/ledger/entries",
    tag = "ledger",
    params(EntryParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = EntryBody), (status = "default", response = Problem))
)]
pub(crate) async fn append(
    State(app): State<Arc<App>>,
    Query(_wait): Query<EntryParams>,
    entry: Bytes,
) -> Result<Json<EntryBody>, Problem> {
    let receipt = ledger::append(&app.library, entry).await?;
    Ok(Json(EntryBody::new(&receipt)))
}

/// Prove something about the chain
///
/// With `edit`, that this edit stands in the chain of the present tip; with `from`, that the block
/// at `to` (the tip unless told) continues the chain of the block at `from`. Both are checked
/// against nothing but the hashes of tips, as RFC 6962 has it.
#[utoipa::path(
    get,
    path = "/api/v1/ledger/proof",
    tag = "ledger",
    params(ProofParams),
    responses((status = 200, body = Value), (status = "default", response = Problem))
)]
pub(crate) async fn proof(
    State(app): State<Arc<App>>,
    Query(params): Query<ProofParams>,
) -> Result<Json<Value>, Problem> {
    let proof = match (params.edit, params.height, params.from, params.to) {
        (Some(edit), height, None, None) => {
            let edit = edit.parse().map_err(|detail: String| bad(&detail))?;
            let proof = ledger::prove_inclusion(&app.library, edit, height).await?;
            proof.map(serde_json::to_value)
        }
        (None, None, Some(from), to) => {
            let proof = ledger::prove_consistency(&app.library, from, to).await?;
            proof.map(serde_json::to_value)
        }
        _ => {
            return Err(bad(
                "name either an `edit`, and its `height` where it is known, or a height `from` which to prove, and one to prove it `to`",
            ));
        }
    };
    match proof {
        Some(Ok(proof)) => Ok(Json(proof)),
        Some(Err(error)) => Err(bad(&error.to_string())),
        None => {
            let detail = "the chain here does not hold what was to be proven";
            Err(Problem::new(StatusCode::NOT_FOUND, "not_in_chain", detail))
        }
    }
}

fn bad(detail: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad_parameter", detail)
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
