//! The route as a program meets it, on a real library.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use kinfolio_library::{Founding, Library};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::Access;

struct Api {
    router: Router,
    library: Library,
    _folder: tempfile::TempDir,
}

impl Api {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("library");
        let founding = Founding {
            household: "Test".to_owned(),
            device: "PC".to_owned(),
        };
        kinfolio_library::founding::found(&root, &founding).unwrap();
        let library = Library::open(&root).await.unwrap();
        Self {
            router: crate::router(library.clone(), Access::Local),
            library,
            _folder: folder,
        }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let body = match body {
            Value::Null => Body::empty(),
            Value::String(bytes) => Body::from(bytes),
            body => Body::from(body.to_string()),
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    async fn upload(&self, name: &str) -> String {
        let path = format!("/files?name={name}");
        let (status, body) = self.ask("POST", &path, json!(name)).await;
        assert_eq!(status, StatusCode::CREATED);
        body["id"].as_str().unwrap().to_owned()
    }

    async fn undo(&self) -> Value {
        let (status, body) = self.ask("POST", "/undo", Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_are_undone_one_after_the_other_until_there_are_none() {
    let api = Api::open().await;
    let (status, problem) = api.ask("POST", "/undo", Value::Null).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::CONFLICT, &json!("nothing_to_undo"))
    );
    let ids = [api.upload("one").await, api.upload("two").await];
    let change = json!({ "ids": ids, "change": { "add_tags": ["sea"], "rating": 3 } });
    let (status, _) = api.ask("POST", "/edits", change).await;
    assert_eq!(status, StatusCode::OK);
    let path = format!("/photos/{}", ids[0]);
    let (status, _) = api.ask("PATCH", &path, json!({ "rating": 5 })).await;
    assert_eq!(status, StatusCode::OK);

    let undone = api.undo().await;
    assert_eq!(undone["change"], json!({ "rating": 5 }));
    assert_eq!(
        (&undone["undone"], &undone["skipped"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(api.ask("GET", &path, Value::Null).await.1["rating"], 3);

    let undone = api.undo().await;
    assert_eq!(
        (&undone["what"], &undone["undone"]),
        (&json!("changed"), &json!(2))
    );
    assert_eq!(undone["state"], "committed");
    let block = format!("/ledger/blocks/{}", undone["height"]);
    let (_, block) = api.ask("GET", &block, Value::Null).await;
    assert_eq!(block["edits"].as_array().unwrap().len(), 1, "one for both");
    let (_, photo) = api.ask("GET", &path, Value::Null).await;
    assert_eq!((&photo["rating"], &photo["tags"]), (&json!(0), &json!([])));

    for _ in &ids {
        let undone = api.undo().await;
        assert_eq!(
            (&undone["what"], &undone["undone"]),
            (&json!("added"), &json!(1))
        );
    }
    assert_eq!(api.ask("GET", "/timeline", Value::Null).await.1["total"], 0);
    let (_, history) = api
        .ask("GET", &format!("{path}/history"), Value::Null)
        .await;
    let entries = history["entries"].as_array().unwrap();
    let what: Vec<_> = entries.iter().map(|entry| &entry["what"]).collect();
    let expect = ["added", "changed", "changed", "undone", "undone", "undone"];
    assert_eq!(what, expect);
    assert_eq!(entries[3]["undone"], entries[2]["edit"]);
    assert_eq!(entries[0]["device_name"], "PC");
    let (status, _) = api.ask("POST", "/undo", Value::Null).await;
    assert_eq!(status, StatusCode::CONFLICT);
    api.library.close().await;
}

/// Two at once name two actions, and one action only once.
#[tokio::test(flavor = "multi_thread")]
async fn undos_at_the_same_moment_take_turns() {
    let api = Api::open().await;
    let id = api.upload("one").await;
    let path = format!("/photos/{id}");
    for rating in 1..=3 {
        api.ask("PATCH", &path, json!({ "rating": rating })).await;
    }
    let (one, two) = tokio::join!(api.undo(), api.undo());
    let mut ratings = [&one, &two].map(|undone| undone["change"]["rating"].as_u64().unwrap());
    ratings.sort_unstable();
    assert_eq!(ratings, [2, 3]);
    assert_eq!(api.ask("GET", &path, Value::Null).await.1["rating"], 1);
    api.library.close().await;
}
