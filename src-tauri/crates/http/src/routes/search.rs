//! Searching.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinfolio_library::query::{self, SEARCH_LIMIT_MAX, Sort, Wanted};
use kinfolio_library::suggest;

use crate::App;
use crate::dto::map::{SuggestParams, Suggestions};
use crate::dto::search::{SearchParams, SearchResults, SortBy};
use crate::extract::Query;
use crate::problem::Problem;

/// Photos per page unless told.
const LIMIT_DEFAULT: u32 = 100;

/// Searches
#[utoipa::path(
    get,
    path = "/api/v1/search",
    tag = "photos",
    params(SearchParams),
    responses((status = 200, body = SearchResults), (status = "default", response = Problem))
)]
pub(crate) async fn search(
    State(app): State<Arc<App>>,
    Query(params): Query<SearchParams>,
) -> Result<Json<SearchResults>, Problem> {
    let begun = Instant::now();
    let wanted = Wanted {
        query: params.q,
        limit: bounded(params.limit, LIMIT_DEFAULT, SEARCH_LIMIT_MAX)?,
        cursor: params.cursor,
        sort: params.sort.map(|sort| match sort {
            SortBy::Newest => Sort::Newest,
            SortBy::Oldest => Sort::Oldest,
            SortBy::Relevance => Sort::Relevance,
        }),
    };
    let found = query::search(&app.library, wanted).await?;
    Ok(Json(SearchResults {
        total: found.total,
        took_ms: begun.elapsed().as_secs_f64() * 1000.0,
        height: found.height,
        photos: found.photos.iter().map(Into::into).collect(),
        next: found.next,
        facets: found.facets.map(Into::into),
    }))
}

/// What may be meant by the beginning of a word
#[utoipa::path(
    get,
    path = "/api/v1/suggestions",
    tag = "photos",
    params(SuggestParams),
    responses((status = 200, body = Suggestions), (status = "default", response = Problem))
)]
pub(crate) async fn suggestions(
    State(app): State<Arc<App>>,
    Query(params): Query<SuggestParams>,
) -> Result<Json<Suggestions>, Problem> {
    let found = suggest::suggest(&app.library, &params.q).await?;
    let suggestions = found.into_iter().map(Into::into).collect();
    Ok(Json(Suggestions { suggestions }))
}

/// A limit between 1 and `max`, or a problem that says so.
pub(crate) fn bounded(given: Option<u32>, default: u32, max: u32) -> Result<usize, Problem> {
    let limit = given.unwrap_or(default);
    if limit == 0 || limit > max {
        let detail = format!("limit must be between 1 and {max}, not {limit}");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_limit", detail));
    }
    Ok(limit as usize)
}
