//! What is for whoever sits at the machine, on a real library.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kinfolio_library::layout::Layout;
use kinfolio_library::{Founding, Library, Token};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::Access;

const KEY: &str = "/api/v1/household/recovery-key";
const EXPORTS: &str = "/api/v1/exports";
const NO_EXPORT: &str = "/api/v1/exports/0000000000000000";

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn key_and_exports_are_for_whoever_sits_at_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("library");
    let founding = Founding {
        household: "Test".to_owned(),
        device: "PC".to_owned(),
    };
    kinfolio_library::founding::found(&root, &founding).unwrap();
    let library = Library::open(&root).await.unwrap();
    let token = Token::read(&Layout::new(&root).token()).unwrap();
    let bearer = format!("Bearer {}", token.secret());
    let network = crate::router(library.clone(), Access::Token(token));
    let asked = |method: &Method, path: &str, from: Option<&str>| {
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::AUTHORIZATION, &bearer);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let body = json!({ "query": "", "to": folder.path().join("out") });
        let mut request = request.body(Body::from(body.to_string())).unwrap();
        if let Some(from) = from {
            let from: SocketAddr = from.parse().unwrap();
            request.extensions_mut().insert(ConnectInfo(from));
        }
        request
    };
    for (method, path, answered) in [
        (Method::GET, KEY, StatusCode::OK),
        (Method::GET, EXPORTS, StatusCode::OK),
        (Method::POST, EXPORTS, StatusCode::ACCEPTED),
        (Method::GET, NO_EXPORT, StatusCode::NOT_FOUND),
        (Method::DELETE, NO_EXPORT, StatusCode::NOT_FOUND),
    ] {
        for elsewhere in [None, Some("192.168.1.7:4000"), Some("[2001:db8::1]:4000")] {
            let (status, body) = ask(&network, asked(&method, path, elsewhere)).await;
            assert_eq!(
                status,
                StatusCode::FORBIDDEN,
                "{method} {path} {elsewhere:?}"
            );
            assert_eq!(body["code"], "not_this_machine");
        }
        assert!(!folder.path().join("out").exists(), "{method} {path}");
        for here in ["127.0.0.1:4000", "[::1]:4000", "[::ffff:127.0.0.1]:4000"] {
            let (status, body) = ask(&network, asked(&method, path, Some(here))).await;
            assert_eq!(status, answered, "{method} {path} {here}: {body}");
        }
        // What one of them may have made, the next one must not.
        let _ = std::fs::remove_dir(folder.path().join("out"));
    }

    let window = crate::router(library.clone(), Access::Local);
    let (status, shown) = ask(&window, asked(&Method::GET, KEY, None)).await;
    assert_eq!(status, StatusCode::OK);
    let file = folder.path().join("key.txt");
    std::fs::write(&file, "what was there before").unwrap();
    let save = Request::post(format!("{KEY}/file"));
    let save = save.header(header::CONTENT_TYPE, "application/json");
    let save = save.body(Body::from(json!({ "path": file }).to_string()));
    let (status, _) = ask(&window, save.unwrap()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let saved = std::fs::read_to_string(&file).unwrap();
    assert_eq!(saved.trim(), shown["recovery_key"]);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    library.close().await;
}
