//! The map's clusters, and places with their counts.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinfolio_library::query::{self, ZOOM_MAX};

use crate::App;
use crate::dto::labels::{Counted, Places};
use crate::dto::map::{ClusterBody, MapBody, MapParams};
use crate::extract::Query;
use crate::problem::Problem;

/// What lies in a part of the map, gathered for its zoom
#[utoipa::path(
    get,
    path = "/api/v1/map",
    tag = "photos",
    params(MapParams),
    responses((status = 200, body = MapBody), (status = "default", response = Problem))
)]
pub(crate) async fn map(
    State(app): State<Arc<App>>,
    Query(params): Query<MapParams>,
) -> Result<Json<MapBody>, Problem> {
    if params.zoom > ZOOM_MAX {
        let detail = format!("zoom must be between 0 and {ZOOM_MAX}, not {}", params.zoom);
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_zoom", detail));
    }
    let found = query::clusters(&app.library, &params.bbox, params.zoom).await?;
    Ok(Json(MapBody {
        height: found.height,
        total: found.clusters.iter().map(|cluster| cluster.count).sum(),
        clusters: found.clusters.iter().map(ClusterBody::from).collect(),
    }))
}

/// Places where photos were taken, with counts
///
/// Town, region and country, as GeoNames (CC BY 4.0) calls them.
#[utoipa::path(
    get,
    path = "/api/v1/places",
    tag = "organise",
    responses((status = 200, body = Places), (status = "default", response = Problem))
)]
pub(crate) async fn places(State(app): State<Arc<App>>) -> Result<Json<Places>, Problem> {
    let places = query::places(&app.library).await?.into_iter();
    let places = places.map(|(name, count)| Counted { name, count });
    Ok(Json(Places {
        places: places.collect(),
    }))
}
