//! Tags, albums and people: what there is, making, renaming, merging and removing them.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use kinfolio_library::LibraryError;
use kinfolio_library::catalog::List;
use kinfolio_library::edit::Done;
use kinfolio_library::labels;

use crate::App;
use crate::dto::change::EditsDone;
use crate::dto::labels::{Albums, Counted, LabelChange, NewLabel, People, Tags};
use crate::extract;
use crate::problem::Problem;

/// The household's tags, with counts
#[utoipa::path(
    get,
    path = "/api/v1/tags",
    tag = "organise",
    responses((status = 200, body = Tags), (status = "default", response = Problem))
)]
pub(crate) async fn tags(State(app): State<Arc<App>>) -> Result<Json<Tags>, Problem> {
    let tags = listed(&app, List::Tags).await?;
    Ok(Json(Tags { tags }))
}

/// Makes a tag, on no photo yet
#[utoipa::path(
    post,
    path = "/api/v1/tags",
    tag = "organise",
    request_body = NewLabel,
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn make_tags(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<NewLabel>,
) -> Result<Json<EditsDone>, Problem> {
    done(labels::make(&app.library, List::Tags, &body.name).await)
}

/// Renames a tag, and with it those below it, or merges it with another; one edit, however many photos have it
#[utoipa::path(
    patch,
    path = "/api/v1/tags/{name}",
    tag = "organise",
    params(("name" = String, Path, description = "percent-encoded, `/` as `%2F`")),
    request_body = LabelChange,
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn rename_tags(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    extract::Json(body): extract::Json<LabelChange>,
) -> Result<Json<EditsDone>, Problem> {
    done(labels::rename(&app.library, List::Tags, &name, &body.name).await)
}

/// Takes a tag, and with it those below it off all photos; the photos stay
#[utoipa::path(
    delete,
    path = "/api/v1/tags/{name}",
    tag = "organise",
    params(("name" = String, Path, description = "percent-encoded, `/` as `%2F`")),
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn remove_tags(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Json<EditsDone>, Problem> {
    done(labels::remove(&app.library, List::Tags, &name).await)
}

/// The household's albums, with counts
#[utoipa::path(
    get,
    path = "/api/v1/albums",
    tag = "organise",
    responses((status = 200, body = Albums), (status = "default", response = Problem))
)]
pub(crate) async fn albums(State(app): State<Arc<App>>) -> Result<Json<Albums>, Problem> {
    let albums = listed(&app, List::Albums).await?;
    Ok(Json(Albums { albums }))
}

/// Makes an album, on no photo yet
#[utoipa::path(
    post,
    path = "/api/v1/albums",
    tag = "organise",
    request_body = NewLabel,
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn make_albums(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<NewLabel>,
) -> Result<Json<EditsDone>, Problem> {
    done(labels::make(&app.library, List::Albums, &body.name).await)
}

/// Renames an album, or merges it with another; one edit, however many photos have it
#[utoipa::path(
    patch,
    path = "/api/v1/albums/{name}",
    tag = "organise",
    params(("name" = String, Path, description = "percent-encoded, `/` as `%2F`")),
    request_body = LabelChange,
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn rename_albums(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    extract::Json(body): extract::Json<LabelChange>,
) -> Result<Json<EditsDone>, Problem> {
    done(labels::rename(&app.library, List::Albums, &name, &body.name).await)
}

/// Takes an album off all photos; the photos stay
#[utoipa::path(
    delete,
    path = "/api/v1/albums/{name}",
    tag = "organise",
    params(("name" = String, Path, description = "percent-encoded, `/` as `%2F`")),
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn remove_albums(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Json<EditsDone>, Problem> {
    done(labels::remove(&app.library, List::Albums, &name).await)
}

/// The household's people, with counts
#[utoipa::path(
    get,
    path = "/api/v1/people",
    tag = "organise",
    responses((status = 200, body = People), (status = "default", response = Problem))
)]
pub(crate) async fn people(State(app): State<Arc<App>>) -> Result<Json<People>, Problem> {
    let people = listed(&app, List::People).await?;
    Ok(Json(People { people }))
}

/// Makes a person, on no photo yet
#[utoipa::path(
    post,
    path = "/api/v1/people",
    tag = "organise",
    request_body = NewLabel,
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn make_people(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<NewLabel>,
) -> Result<Json<EditsDone>, Problem> {
    done(labels::make(&app.library, List::People, &body.name).await)
}

/// Renames a person, or merges it with another; one edit, however many photos have it
#[utoipa::path(
    patch,
    path = "/api/v1/people/{name}",
    tag = "organise",
    params(("name" = String, Path, description = "percent-encoded, `/` as `%2F`")),
    request_body = LabelChange,
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn rename_people(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    extract::Json(body): extract::Json<LabelChange>,
) -> Result<Json<EditsDone>, Problem> {
    done(labels::rename(&app.library, List::People, &name, &body.name).await)
}

/// Takes a person off all photos; the photos stay
#[utoipa::path(
    delete,
    path = "/api/v1/people/{name}",
    tag = "organise",
    params(("name" = String, Path, description = "percent-encoded, `/` as `%2F`")),
    responses((status = 200, body = EditsDone), (status = "default", response = Problem))
)]
pub(crate) async fn remove_people(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Result<Json<EditsDone>, Problem> {
    done(labels::remove(&app.library, List::People, &name).await)
}

async fn listed(app: &App, list: List) -> Result<Vec<Counted>, Problem> {
    let labels = labels::list(&app.library, list).await?.value.into_iter();
    let counted = labels.map(|one| Counted {
        name: one.name,
        count: one.count,
    });
    Ok(counted.collect())
}

fn done(done: Result<Done, LibraryError>) -> Result<Json<EditsDone>, Problem> {
    let done = done?;
    Ok(Json(EditsDone {
        state: done.settled.into(),
        height: done.height,
        photos: done.photos,
    }))
}
