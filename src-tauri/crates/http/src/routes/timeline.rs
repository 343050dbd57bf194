//! The timeline and the tags: what there is to browse.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use kinfolio_library::browse;
use kinfolio_library::catalog::YearMonth;

use crate::App;
use crate::dto::timeline::{DayPlace, Month, MonthCount, MonthDays, MonthParams, Row, Timeline};
use crate::extract::{Query, Segment};
use crate::problem::Problem;
use crate::routes::search::bounded;

/// How many photos each month has
#[utoipa::path(
    get,
    path = "/api/v1/timeline",
    tag = "photos",
    responses((status = 200, body = Timeline), (status = "default", response = Problem))
)]
pub(crate) async fn months(State(app): State<Arc<App>>) -> Result<Json<Timeline>, Problem> {
    let at = browse::months(&app.library).await?;
    let months: Vec<_> = at
        .value
        .iter()
        .map(|row| MonthCount {
            month: row.month.to_string(),
            count: row.count,
        })
        .collect();
    let total = months.iter().map(|row| row.count).sum();
    Ok(Json(Timeline {
        total,
        height: at.height,
        months,
    }))
}

/// The photos of one month, or some of them
///
/// A burst that such a part cuts is one on either side, if it is one there.
#[utoipa::path(
    get,
    path = "/api/v1/timeline/{month}",
    tag = "photos",
    params(("month" = String, Path, description = "yyyy-mm"), MonthParams),
    responses((status = 200, body = Month), (status = "default", response = Problem))
)]
pub(crate) async fn month(
    State(app): State<Arc<App>>,
    Segment(month): Segment<YearMonth>,
    Query(params): Query<MonthParams>,
) -> Result<Json<Month>, Problem> {
    let from = params.from.unwrap_or_default() as usize;
    let limit = bounded(params.limit, u32::MAX, u32::MAX)?;
    let at = browse::month(&app.library, month, from, limit).await?;
    Ok(Json(Month {
        month: month.to_string(),
        height: at.height,
        rows: Row::all(&at.value),
    }))
}

/// Where the days of one month, or of some of its photos, were spent
#[utoipa::path(
    get,
    path = "/api/v1/timeline/{month}/days",
    tag = "photos",
    params(("month" = String, Path, description = "yyyy-mm"), MonthParams),
    responses((status = 200, body = MonthDays), (status = "default", response = Problem))
)]
pub(crate) async fn days(
    State(app): State<Arc<App>>,
    Segment(month): Segment<YearMonth>,
    Query(params): Query<MonthParams>,
) -> Result<Json<MonthDays>, Problem> {
    let from = params.from.unwrap_or_default() as usize;
    let limit = bounded(params.limit, u32::MAX, u32::MAX)?;
    let at = browse::days(&app.library, month, from, limit).await?;
    Ok(Json(MonthDays {
        month: month.to_string(),
        height: at.height,
        days: at.value.into_iter().map(DayPlace::from).collect(),
    }))
}
