//! The one API of a library: routes, JSON shapes, OpenAPI, events, and the web UI's files.
//!
//! The same router answers the desktop window (in-process), the command line (over the library's
//! own socket, or in-process) and the network (over HTTP). It decides nothing about photos: every
//! handler parses, calls one use case of `kinfolio-library` and converts what comes back.

mod access;
mod consistent;
pub mod dto;
pub mod event;
mod extract;
pub mod log;
pub mod problem;
mod range;
mod routes;
pub mod serve;
mod site;
pub mod socket;

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use kinfolio_library::Library;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

pub use access::Access;
pub use problem::Problem;

/// Most bytes of a JSON body; uploads have a limit of their own.
const JSON_BYTES_MAX: usize = 16 << 20;

/// What every handler can reach.
pub(crate) struct App {
    pub(crate) library: Library,
    pub(crate) access: Access,
    pub(crate) requests: AtomicU64,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kinfolio",
        description = "The API of a household's photo library. Errors are RFC 9457 problems.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(
        schemas(Problem, event::BlockEvent, event::DevicesEvent, event::PhotosEvent),
        responses(Problem)
    )
)]
struct Description;

/// The OpenAPI description of every route.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::all().split_for_parts().1
}

/// The API and the web UI of `library`, for those whom `access` lets in.
pub fn router(library: Library, access: Access) -> Router {
    let app = Arc::new(App {
        library,
        access,
        requests: AtomicU64::new(0),
    });
    let (api, description) = routes::all().split_for_parts();
    let docs = SwaggerUi::new("/docs").config(Config::from("/openapi.json"));
    api.merge(docs)
        .route(
            "/openapi.json",
            axum::routing::get(async move || Json(description)),
        )
        .fallback(site::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(
            app.clone(),
            consistent::wait,
        ))
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .layer(middleware::from_fn_with_state(app.clone(), access::guard))
        .layer(CatchPanicLayer::custom(|cause: Box<dyn Any + Send>| {
            panicked(cause.as_ref())
        }))
        .layer(middleware::from_fn_with_state(app.clone(), count))
        .layer(middleware::from_fn(dress))
        .with_state(app)
}

/// The web UI's files alone, for a window that has no library yet.
pub fn ui() -> Router {
    Router::new()
        .fallback(site::serve)
        .layer(middleware::from_fn(dress))
}

async fn wrong_method(request: Request) -> Problem {
    let detail = format!(
        "{} cannot be asked of {}",
        request.method(),
        request.uri().path()
    );
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

fn panicked(cause: &(dyn Any + Send)) -> Response {
    let cause = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("unknown");
    tracing::error!(cause, "a request panicked");
    let detail = "this request met a fault in Kinfolio; the log in the library tells more";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail).into_response()
}

/// Counts requests.
async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    app.requests.fetch_add(1, Ordering::Relaxed);
    next.run(request).await
}

/// Logs a request and sets the headers that every answer carries.
async fn dress(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    tracing::debug!(%method, path, status = response.status().as_u16(), "request");
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    default(header::CONTENT_SECURITY_POLICY, site::POLICY);
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::REFERRER_POLICY, "no-referrer");
    default(header::X_FRAME_OPTIONS, "DENY");
    if path.starts_with("/api/") {
        default(header::CACHE_CONTROL, "no-store");
    }
    response
}
