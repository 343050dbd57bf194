//! The web UI: the files built from `ui/`, part of the program.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::problem::Problem;

/// What the UI's build made; empty when the UI was not built.
#[derive(RustEmbed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Site;

/// What a page of ours may load: only from where it came from.
pub(crate) const POLICY: &str = "default-src 'self'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; \
    connect-src 'self' ipc: http://ipc.localhost; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// A file of the UI; a path that only the UI knows gets its entry page.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if !matches!(method, Method::GET | Method::HEAD) || path.starts_with("api/") || path == "api" {
        return unknown(&uri);
    }
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let names_file = path
        .rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'));
    let found = if path.is_empty() {
        None
    } else {
        Site::get(path).map(|file| (path, file))
    };
    let entry = path.is_empty() || (wants_page && !names_file);
    let found = found.or_else(|| {
        entry
            .then(|| Site::get("index.html").map(|file| ("index.html", file)))
            .flatten()
    });
    match found {
        Some((path, file)) => answer(path, &headers, file),
        None if path.is_empty() => Problem::new(
            StatusCode::NOT_FOUND,
            "no_ui",
            "this build has no web UI: build it with `make`, then build Kinfolio again",
        )
        .into_response(),
        None => unknown(&uri),
    }
}

fn unknown(uri: &Uri) -> Response {
    let detail = format!("nothing is at {}", uri.path());
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail).into_response()
}

fn answer(path: &str, headers: &HeaderMap, file: rust_embed::EmbeddedFile) -> Response {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|value| value == tag.as_str());
    // Names under assets/ hold a hash of their content; the entry page must be asked for again.
    let caching = if path.starts_with("assets/") {
        HeaderValue::from_static("public, max-age=31536000, immutable")
    } else {
        HeaderValue::from_static("no-cache")
    };
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = file.metadata.mimetype().to_owned();
        ([(header::CONTENT_TYPE, kind)], file.data.into_owned()).into_response()
    };
    let into = response.headers_mut();
    into.insert(header::CACHE_CONTROL, caching);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        into.insert(header::ETAG, tag);
    }
    response
}
