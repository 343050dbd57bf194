//! Fields of the household's own, and searches that were given a name.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use kinfolio_library::LibraryError;
use kinfolio_library::edit::Settled;
use kinfolio_library::fields;

use crate::App;
use crate::dto::labels::{Defined, FieldBody, FieldChange, Fields, SavedSearch, Searches};
use crate::extract;
use crate::problem::Problem;

/// The household's own fields, with counts
#[utoipa::path(
    get,
    path = "/api/v1/fields",
    tag = "organise",
    responses((status = 200, body = Fields), (status = "default", response = Problem))
)]
pub(crate) async fn fields(State(app): State<Arc<App>>) -> Result<Json<Fields>, Problem> {
    let fields = fields::list(&app.library).await?;
    let fields = fields.into_iter().map(FieldBody::from).collect();
    Ok(Json(Fields { fields }))
}

/// Defines a field
#[utoipa::path(
    post,
    path = "/api/v1/fields",
    tag = "organise",
    request_body = FieldBody,
    responses((status = 200, body = Defined), (status = "default", response = Problem))
)]
pub(crate) async fn define_field(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<FieldBody>,
) -> Result<Json<Defined>, Problem> {
    let of = body.of.with(body.choices);
    defined(fields::define(&app.library, &body.name, of).await)
}

/// Changes what may stand in a field; values that photos have stay
#[utoipa::path(
    patch,
    path = "/api/v1/fields/{name}",
    tag = "organise",
    params(("name" = String, Path, description = "the field's name")),
    request_body = FieldChange,
    responses((status = 200, body = Defined), (status = "default", response = Problem))
)]
pub(crate) async fn change_field(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    extract::Json(body): extract::Json<FieldChange>,
) -> Result<Json<Defined>, Problem> {
    let of = body.of.with(body.choices);
    defined(fields::change(&app.library, &name, of).await)
}

/// Does away with a field; values that photos have show again with a field of that name
#[utoipa::path(
    delete,
    path = "/api/v1/fields/{name}",
    tag = "organise",
    params(("name" = String, Path, description = "the field's name")),
    responses((status = 200, body = Defined), (status = "default", response = Problem))
)]
pub(crate) async fn remove_field(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Json<Defined>, Problem> {
    defined(fields::remove(&app.library, &name).await)
}

/// The household's saved searches
#[utoipa::path(
    get,
    path = "/api/v1/searches",
    tag = "organise",
    responses((status = 200, body = Searches), (status = "default", response = Problem))
)]
pub(crate) async fn searches(State(app): State<Arc<App>>) -> Json<Searches> {
    let searches = fields::searches(&app.library).into_iter();
    let searches = searches.map(|(name, query)| SavedSearch { name, query });
    Json(Searches {
        searches: searches.collect(),
    })
}

/// Saves a search under a name, in place of what was saved under it
#[utoipa::path(
    post,
    path = "/api/v1/searches",
    tag = "organise",
    request_body = SavedSearch,
    responses((status = 200, body = Defined), (status = "default", response = Problem))
)]
pub(crate) async fn save_search(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<SavedSearch>,
) -> Result<Json<Defined>, Problem> {
    defined(fields::save_search(&app.library, &body.name, body.query).await)
}

/// Forgets a saved search
#[utoipa::path(
    delete,
    path = "/api/v1/searches/{name}",
    tag = "organise",
    params(("name" = String, Path, description = "what it is called, percent-encoded")),
    responses((status = 200, body = Defined), (status = "default", response = Problem))
)]
pub(crate) async fn forget_search(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Json<Defined>, Problem> {
    defined(fields::forget_search(&app.library, &name).await)
}

fn defined(settled: Result<Settled, LibraryError>) -> Result<Json<Defined>, Problem> {
    let state = settled?.into();
    Ok(Json(Defined { state }))
}
