//! The timeline and the tags: what there is to browse.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use kinfolio_library::browse;
use kinfolio_library::catalog::YearMonth;

use crate::App;
use crate::dto::timeline::{DayPlace, Month, MonthCount, Row, Timeline};
use crate::extract::Segment;
use crate::problem::Problem;

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

/// The photos of one month
#[utoipa::path(
    get,
    path = "/api/v1/timeline/{month}",
    tag = "photos",
    params(("month" = String, Path, description = "yyyy-mm")),
    responses((status = 200, body = Month), (status = "default", response = Problem))
)]
pub(crate) async fn month(
    State(app): State<Arc<App>>,
    Segment(month): Segment<YearMonth>,
) -> Result<Json<Month>, Problem> {
    let at = browse::month(&app.library, month).await?;
    Ok(Json(Month {
        month: month.to_string(),
        height: at.height,
        rows: Row::all(&at.value.rows),
        days: at.value.days.into_iter().map(DayPlace::from).collect(),
    }))
}
