//! One photo: its record, its bytes, its previews, its history, a change of it.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kinfolio_library::browse::{self, ThumbSize};
use kinfolio_library::catalog::PhotoId;
use kinfolio_library::edit::{self, Selection};
use kinfolio_library::export;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::dto::change::{ChangeBody, PhotoEdited};
use crate::dto::history::{History, HistoryItem, Names};
use crate::dto::photo::PhotoRecord;
use crate::extract::{self, Query, Segment};
use crate::problem::Problem;
use crate::range::{Asked, asked};

/// A photo's record
#[utoipa::path(
    get,
    path = "/api/v1/photos/{id}",
    tag = "photos",
    params(("id" = String, Path, description = "SHA-256 of the original, hex")),
    responses((status = 200, body = PhotoRecord), (status = "default", response = Problem))
)]
pub(crate) async fn record(
    State(app): State<Arc<App>>,
    Segment(id): Segment<PhotoId>,
) -> Result<Json<PhotoRecord>, Problem> {
    Ok(Json(current(&app, id).await?))
}

async fn current(app: &App, id: PhotoId) -> Result<PhotoRecord, Problem> {
    let at = browse::photo(&app.library, id).await?;
    let replicas = browse::replicas(&app.library, id).await?;
    Ok(PhotoRecord::new(&at, &replicas))
}

/// Changes a photo
#[utoipa::path(
    patch,
    path = "/api/v1/photos/{id}",
    tag = "photos",
    params(("id" = String, Path, description = "SHA-256 of the original, hex")),
    request_body = ChangeBody,
    responses((status = 200, body = PhotoEdited), (status = "default", response = Problem))
)]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    Segment(id): Segment<PhotoId>,
    extract::Json(body): extract::Json<ChangeBody>,
) -> Result<Json<PhotoEdited>, Problem> {
    let done = edit::apply(&app.library, Selection::Ids(vec![id]), body.try_into()?).await?;
    let photo = current(&app, id).await?;
    Ok(Json(PhotoEdited {
        state: done.settled.into(),
        height: done.height,
        photo,
    }))
}

/// Every edit of a photo
#[utoipa::path(
    get,
    path = "/api/v1/photos/{id}/history",
    tag = "photos",
    params(("id" = String, Path, description = "SHA-256 of the original, hex")),
    responses((status = 200, body = History), (status = "default", response = Problem))
)]
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Segment(id): Segment<PhotoId>,
) -> Result<Json<History>, Problem> {
    let at = browse::history(&app.library, id).await?;
    let names = Names::new(at.value.devices);
    let entries = at.value.what.iter();
    let entries = entries
        .map(|entry| HistoryItem::new(entry, &names))
        .collect();
    Ok(Json(History {
        height: at.height,
        entries,
    }))
}

/// What people have said of a photo, as XMP
///
/// For programs that read a sidecar beside the original: tags, albums, people, caption, rating,
/// place, time and fields.
#[utoipa::path(
    get,
    path = "/api/v1/photos/{id}/sidecar",
    tag = "photos",
    params(("id" = String, Path, description = "SHA-256 of the original, hex")),
    responses(
        (status = 200, body = String, content_type = "application/rdf+xml"),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn sidecar(
    State(app): State<Arc<App>>,
    Segment(id): Segment<PhotoId>,
) -> Result<Response, Problem> {
    let photo = browse::photo(&app.library, id).await?.value.what;
    let kind = [(header::CONTENT_TYPE, "application/rdf+xml")];
    Ok((kind, export::xmp(&photo)).into_response())
}

/// A photo's original
///
/// Byte for byte as it was imported; answers range requests.
#[utoipa::path(
    get,
    path = "/api/v1/photos/{id}/original",
    tag = "photos",
    params(
        ("id" = String, Path, description = "SHA-256 of the original, hex"),
        ("Range" = Option<String>, Header, description = "One range of bytes"),
    ),
    responses(
        (status = 200, description = "All of it", body = Vec<u8>, content_type = "*/*"),
        (status = 206, description = "The range asked for", body = Vec<u8>, content_type = "*/*"),
        (status = 304, description = "You have it"),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn original(
    State(app): State<Arc<App>>,
    Segment(id): Segment<PhotoId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tag = format!("\"{id}\"");
    let photo = browse::photo(&app.library, id).await?.value.what;
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    // A range of another version is no use: send it all (RFC 9110, 13.1.5).
    let same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let asked = if same {
        asked(text(header::RANGE), photo.size)
    } else {
        Asked::Whole
    };
    let (status, range) = match asked {
        Asked::Whole => (StatusCode::OK, None),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, Some(range)),
        Asked::Unsatisfiable => return Ok(unsatisfiable(photo.size)),
    };
    let bytes = browse::original(&app.library, &photo, range.clone()).await?;
    let sent = range
        .as_ref()
        .map_or(photo.size, |range| range.end - range.start);
    let mut response = (status, Body::from_stream(bytes)).into_response();
    let into = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            into.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, &photo.mime);
    set(header::CONTENT_LENGTH, &sent.to_string());
    set(header::ACCEPT_RANGES, "bytes");
    set(header::ETAG, &tag);
    set(
        header::CACHE_CONTROL,
        "private, max-age=31536000, immutable",
    );
    set(
        header::CONTENT_DISPOSITION,
        &disposition(&photo.mime, &photo.name),
    );
    // Whatever somebody imported, it never runs as a page of ours.
    set(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; sandbox",
    );
    if let Some(range) = range {
        let (first, last) = (range.start, range.end - 1);
        set(
            header::CONTENT_RANGE,
            &format!("bytes {first}-{last}/{}", photo.size),
        );
    }
    Ok(response)
}

fn unsatisfiable(size: u64) -> Response {
    let detail = format!("the original has {size} bytes; the range lies outside");
    let problem = Problem::new(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "range_not_satisfiable",
        detail,
    );
    (
        [(header::CONTENT_RANGE, format!("bytes */{size}"))],
        problem,
    )
        .into_response()
}

/// Which preview.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ThumbnailParams {
    /// Longest edge in px: 256 (unless told) or 1080.
    #[serde(default)]
    size: Option<u32>,
}

/// A photo's preview, upright
#[utoipa::path(
    get,
    path = "/api/v1/photos/{id}/thumbnail",
    tag = "photos",
    params(
        ("id" = String, Path, description = "SHA-256 of the original, hex"),
        ThumbnailParams,
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "You have it"),
        (status = "default", response = Problem),
    )
)]
pub(crate) async fn thumbnail(
    State(app): State<Arc<App>>,
    Segment(id): Segment<PhotoId>,
    Query(params): Query<ThumbnailParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let px = params.size.unwrap_or(ThumbSize::Small.px());
    let Some(size) = ThumbSize::from_px(px) else {
        let detail = format!("previews have a size of 256 or 1080, not {px}");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "bad_size", detail));
    };
    let tag = format!("\"{id}-{px}\"");
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let bytes = browse::preview(&app.library, id, size).await?;
    let caching = "private, max-age=31536000, immutable".to_owned();
    let kind = "image/jpeg".to_owned();
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::ETAG, tag),
        (header::CACHE_CONTROL, caching),
    ];
    Ok((headers, bytes).into_response())
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == "*" || known.trim().trim_start_matches("W/") == tag)
}

/// Shown in place when a browser cannot run it, offered for saving otherwise.
fn disposition(mime: &str, name: &str) -> String {
    let kind = mime.split('/').next().unwrap_or_default();
    let inline = matches!(kind, "image" | "video" | "audio") && !mime.contains("svg");
    let way = if inline { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !"\"\\%;/".contains(c) || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let encoded: String = name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("{way}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        let check = |mime: &str, name: &str, expect: &str| {
            let value = disposition(mime, name);
            assert_eq!(value, expect);
            HeaderValue::from_str(&value).unwrap();
        };
        check(
            "image/jpeg",
            "a b.jpg",
            "inline; filename=\"a b.jpg\"; filename*=UTF-8''a%20b.jpg",
        );
        check(
            "text/html",
            "x\"\r\nSet-Cookie: a=b",
            "attachment; filename=\"x___Set-Cookie: a=b\"; \
             filename*=UTF-8''x%22%0D%0ASet-Cookie%3A%20a%3Db",
        );
        check(
            "image/svg+xml",
            "ä",
            "attachment; filename=\"_\"; filename*=UTF-8''%C3%A4",
        );
        check(
            "video/mp4",
            "..\\x",
            "inline; filename=\".._x\"; filename*=UTF-8''..%5Cx",
        );
    }

    #[test]
    fn known_tags_are_recognised() {
        let check = |value: &'static str, expect: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            assert_eq!(is_known(&headers, "\"a\""), expect, "{value}");
        };
        check("\"a\"", true);
        check("\"b\", W/\"a\"", true);
        check("*", true);
        check("\"b\"", false);
        check("a", false);
    }
}
