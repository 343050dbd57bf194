//! `kinfolio://localhost/`: the page and its API as one origin, without a port.
//!
//! Each request of the page goes to the same router that serves HTTP, in this process, off the
//! window's thread. Answers are handed over whole, as WebKit wants them; a page that needs a part
//! of a large original asks for that range. Events do not come this way: see `events`.

use axum::Router;
use axum::body::Body;
use http_body_util::BodyExt;
use tauri::http::header::CONTENT_TYPE;
use tauri::http::uri::PathAndQuery;
use tauri::http::{Request, Response, StatusCode, Uri};
use tower::ServiceExt;

/// The scheme; the page's origin is `kinfolio://localhost`.
pub const SCHEME: &str = "kinfolio";

/// Where the page starts.
pub const START: &str = "kinfolio://localhost/";

/// The router's answer to a request of the page.
pub async fn answer(router: Router, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let (mut head, body) = request.into_parts();
    head.uri = path_only(&head.uri);
    let answered = match router
        .oneshot(Request::from_parts(head, Body::from(body)))
        .await
    {
        Ok(answered) => answered,
        Err(never) => match never {},
    };
    let (head, body) = answered.into_parts();
    if head
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "text/event-stream")
    {
        return refusal(
            StatusCode::NOT_ACCEPTABLE,
            "an event stream never ends: listen to the window's events instead",
        );
    }
    match body.collect().await {
        Ok(whole) => Response::from_parts(head, Vec::from(whole.to_bytes())),
        Err(error) => {
            tracing::error!(%error, "an answer broke off");
            refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the answer broke off: try again",
            )
        }
    }
}

/// Routers match paths; the scheme and the host have done their work.
fn path_only(uri: &Uri) -> Uri {
    uri.path_and_query()
        .cloned()
        .unwrap_or_else(|| PathAndQuery::from_static("/"))
        .into()
}

fn refusal(status: StatusCode, reason: &'static str) -> Response<Vec<u8>> {
    let mut response = Response::new(reason.as_bytes().to_vec());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use axum::extract::Request as Asked;
    use axum::routing::any;

    use super::*;

    async fn check(method: &str, uri: &str, body: &[u8], expect: (u16, &str)) {
        let router = Router::new()
            .route(
                "/echo",
                any(|asked: Asked| async move {
                    let (head, body) = asked.into_parts();
                    let length = body.collect().await.unwrap().to_bytes().len();
                    format!("{} {} {length}", head.method, head.uri)
                }),
            )
            .route(
                "/stream",
                any(|| async { ([(CONTENT_TYPE, "text/event-stream")], "data: 1\n\n") }),
            );
        let request = Request::builder()
            .method(method)
            .uri(uri)
            .body(body.to_vec())
            .unwrap();
        let response = answer(router, request).await;
        let said = String::from_utf8(response.body().clone()).unwrap();
        assert_eq!(
            (response.status().as_u16(), said.as_str()),
            expect,
            "{method} {uri}"
        );
    }

    #[tokio::test]
    async fn requests_reach_the_router_with_path_query_method_and_body() {
        check(
            "GET",
            "kinfolio://localhost/echo?q=a%20b",
            b"",
            (200, "GET /echo?q=a%20b 0"),
        )
        .await;
        check(
            "PATCH",
            "kinfolio://localhost/echo",
            b"{}",
            (200, "PATCH /echo 2"),
        )
        .await;
        check(
            "POST",
            "kinfolio://localhost/echo",
            &vec![7; 20 << 20],
            (200, "POST /echo 20971520"),
        )
        .await;
        check("GET", "kinfolio://localhost", b"", (404, "")).await;
    }

    #[tokio::test]
    async fn an_endless_answer_is_refused() {
        let reason = "an event stream never ends: listen to the window's events instead";
        check("GET", "kinfolio://localhost/stream", b"", (406, reason)).await;
    }
}
