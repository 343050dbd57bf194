//! What the page is answered while the folder holds no library: the page itself, and the wishes
//! that make a library. Everything else of the API says `no_library`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{any, post};
use axum::{Json, Router};
use kinfolio_http::Problem;
use kinfolio_http::dto::household::JoinedBody;
use kinfolio_library::node::KeyError;
use kinfolio_library::{Founding, LibraryError};
use serde::{Deserialize, Serialize};

use crate::home::Home;

/// A household to be founded on this device; answered with the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Household {
    household: String,
    device: String,
}

/// The routes before there is a library.
pub fn router(home: Arc<Home>) -> Router {
    Router::new()
        .route("/api/v1/household", post(found))
        .route(
            "/api/v1/household/join",
            post(join).get(joining).delete(stop),
        )
        .route(
            "/api/v1/household/restore",
            post(restore).get(restoring).delete(stop),
        )
        .route("/api/v1/{*rest}", any(no_library))
        .with_state(home)
        .fallback_service(kinfolio_http::ui())
}

/// The one route after the library was sealed.
pub fn closing() -> Router {
    Router::new().fallback(|| async {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "closing",
            "Kinfolio is closing: try again when it runs",
        )
    })
}

async fn found(
    State(home): State<Arc<Home>>,
    Json(wish): Json<Household>,
) -> Result<(StatusCode, Json<Household>), Problem> {
    home.found(Founding {
        household: wish.household.clone(),
        device: wish.device.clone(),
    })
    .await?;
    Ok((StatusCode::CREATED, Json(wish)))
}

/// A household to join; answered with what was joined.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    invitation: String,
    device: String,
}

async fn join(
    State(home): State<Arc<Home>>,
    Json(wish): Json<Wish>,
) -> Result<(StatusCode, Json<JoinedBody>), Problem> {
    let invitation = wish.invitation.parse().map_err(LibraryError::from)?;
    let joined = home.join(&invitation, &wish.device).await?;
    let Some(joined) = joined else {
        let detail = "the joining was stopped; if the other device lists this one, remove it there";
        return Err(stopped("joining_stopped", detail));
    };
    let body = JoinedBody::new(joined, &wish.device);
    Ok((StatusCode::CREATED, Json(body)))
}

/// What somebody has to compare before the joining that is under way goes on.
#[derive(Serialize)]
struct JoiningBody {
    check_words: Option<String>,
}

async fn joining(State(home): State<Arc<Home>>) -> Json<JoiningBody> {
    let check_words = home.to_compare();
    Json(JoiningBody { check_words })
}

fn stopped(code: &str, detail: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, detail)
}

/// What to restore from. Not to be shown: it holds the recovery key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    bucket: String,
    recovery_key: String,
    device: String,
}

/// What was restored. Its originals come behind.
#[derive(Serialize)]
struct RestoredBody {
    household: String,
    device: String,
    /// Other lines of the household's history in the bucket that were not taken, in words.
    others: Vec<String>,
}

/// How far a restoring is, in blocks of the ledger.
#[derive(Serialize)]
struct RestoringBody {
    running: bool,
    blocks: Option<u64>,
}

async fn restore(
    State(home): State<Arc<Home>>,
    Json(source): Json<Source>,
) -> Result<(StatusCode, Json<RestoredBody>), Problem> {
    let key = source.recovery_key.parse().map_err(|error: KeyError| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad_key",
            error.to_string(),
        )
    })?;
    let url = source.bucket.trim();
    let restored = home.restore(url, &key, &source.device).await?;
    let Some(restored) = restored else {
        let detail = "the restoring was stopped; nothing was made, and it can be begun again";
        return Err(stopped("restoring_stopped", detail));
    };
    let body = RestoredBody {
        household: restored.household,
        device: source.device,
        others: restored.others,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

async fn restoring(State(home): State<Arc<Home>>) -> Json<RestoringBody> {
    let blocks = home.restoring();
    let running = blocks.is_some();
    Json(RestoringBody { running, blocks })
}

async fn stop(State(home): State<Arc<Home>>) -> StatusCode {
    home.stop();
    StatusCode::NO_CONTENT
}

/// The problem, what this device may be called, and whether a restoring was begun here.
#[derive(Serialize)]
struct NoLibrary {
    #[serde(flatten)]
    problem: Problem,
    device: String,
    restoring: bool,
}

async fn no_library(State(home): State<Arc<Home>>) -> (StatusCode, Json<NoLibrary>) {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let detail = "this folder holds no library yet: start a household first";
    let problem = Problem::new(status, "no_library", detail);
    (
        status,
        Json(NoLibrary {
            problem,
            device: kinfolio_library::device_name(),
            restoring: home.is_half_restored(),
        }),
    )
}
