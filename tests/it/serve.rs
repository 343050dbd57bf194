//! The API over HTTP: who is let in, what is answered, and how it says no.

use std::fs;

use harness::library::{Household, Node, kinfolio, ran};
use serde_json::json;

fn with_photos(count: u32) -> (Household, Node, Vec<String>) {
    let home = Household::found();
    let folder = home.sample("photos", count);
    let receipt = home.json(["import".as_ref(), folder.as_os_str()]);
    let ids = receipt["ids"].as_array().unwrap();
    let ids = ids
        .iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    let node = home.serve();
    (home, node, ids)
}

#[test]
fn it_says_that_it_is_ready_and_ends_when_told() {
    let home = Household::found();
    let node = home.serve();
    let device = home.json(["status"])["device"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let begins = format!("ready api={} peer=127.0.0.1:", node.address);
    assert!(node.ready.starts_with(&begins), "{}", node.ready);
    let ends = format!(" device={device}\n");
    assert!(node.ready.ends_with(&ends), "{}", node.ready);
    let taken = kinfolio_serve(&home, &["--api", "127.0.0.1:0", "--peer", "127.0.0.1:0"]);
    assert_eq!(taken.code, Some(1));
    assert!(
        taken.stderr.contains("in use by another Kinfolio process"),
        "{}",
        taken.stderr
    );
    let other = Household::found();
    let taken = kinfolio_serve(&other, &["--api", &node.address, "--peer", "127.0.0.1:0"]);
    assert_eq!(taken.code, Some(1));
    let says = |text: &str| assert!(taken.stderr.contains(text), "{}", taken.stderr);
    says(&node.address);
    says("--api");
    assert!(node.terminate().success());
    assert!(!home.root().join("api.sock").exists());
    assert_eq!(home.json(["verify"])["ok"], true);
    let log = fs::read_dir(home.root().join("logs"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let token = fs::read_to_string(home.root().join("api-token")).unwrap();
    for line in fs::read_to_string(log).unwrap().lines() {
        assert!(
            serde_json::from_str::<serde_json::Value>(line).is_ok(),
            "{line}"
        );
        assert!(!line.contains(token.trim()));
    }
}

fn kinfolio_serve(home: &Household, args: &[&str]) -> harness::library::Ran {
    ran(kinfolio()
        .arg("--data")
        .arg(home.root())
        .arg("serve")
        .args(args))
}

#[test]
fn only_those_with_the_token_are_let_in() {
    let (home, node, ids) = with_photos(1);
    let stranger = node.stranger();
    assert_eq!(stranger.get("/healthz").is(200).json()["status"], "ok");
    let guarded = [
        "/api/v1/ledger",
        "/api/v1/nothing",
        "/docs",
        "/openapi.json",
        "/metrics",
    ];
    for path in guarded {
        let answer = stranger.get(path);
        answer.is_problem(401, "unauthorized");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    let original = format!("/api/v1/photos/{}/original", ids[0]);
    stranger.get(&original).is_problem(401, "unauthorized");
    let wrong = [("authorization", "Bearer 0123456789abcdef")];
    stranger
        .ask("GET", "/api/v1/ledger", &wrong, &[])
        .is_problem(401, "unauthorized");

    let session = |token: &str| stranger.send("POST", "/api/v1/session", &json!({"token": token}));
    session("not the token").is_problem(401, "unauthorized");
    let signed_in = session(node.token()).is(204);
    let cookie = signed_in.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(node.token()));
    let cookie = [("cookie", cookie.split(';').next().unwrap())];
    let _ = stranger.ask("GET", "/api/v1/ledger", &cookie, &[]).is(200);
    let foreign = [
        cookie[0],
        ("origin", "https://evil.example"),
        ("content-type", "application/json"),
    ];
    stranger
        .ask("POST", "/api/v1/edits", &foreign, b"{}")
        .is_problem(403, "foreign_origin");
    let forged = [("cookie", "kinfolio_session=99999999999.00")];
    stranger
        .ask("GET", "/api/v1/ledger", &forged, &[])
        .is_problem(401, "unauthorized");

    let imports = node
        .client()
        .send("POST", "/api/v1/imports", &json!({"paths": ["/etc"]}));
    imports.is_problem(403, "local_only");
    drop(node);
    let file = home.folder("token");
    fs::write(&file, "another-token-of-my-own\n").unwrap();
    assert_eq!(
        kinfolio_serve(&home, &["--web-token-file", "/no/such/file"]).code,
        Some(1)
    );
}

#[test]
fn it_says_no_in_one_way() {
    let (_home, node, ids) = with_photos(1);
    let client = node.client();
    let photo = format!("/api/v1/photos/{}", ids[0]);
    let unknown = format!("/api/v1/photos/{}", "0".repeat(64));
    let check = |method: &str, path: &str, headers: &[(&str, &str)], body: &str, status, code| {
        client
            .ask(method, path, headers, body.as_bytes())
            .is_problem(status, code);
    };
    let json = &[("content-type", "application/json")][..];
    let text = &[("content-type", "text/plain")][..];
    check("GET", "/api/v1/nothing", &[], "", 404, "not_found");
    check("GET", "/api/v1/shelves", &[], "", 404, "not_found");
    check("GET", "/no/such/file.js", &[], "", 404, "not_found");
    check(
        "DELETE",
        "/api/v1/ledger",
        &[],
        "",
        405,
        "method_not_allowed",
    );
    check("GET", &unknown, &[], "", 404, "photo_unknown");
    check(
        "GET",
        "/api/v1/photos/nonsense",
        &[],
        "",
        404,
        "photo_unknown",
    );
    check(
        "PATCH",
        &unknown,
        json,
        r#"{"rating":1}"#,
        404,
        "photo_unknown",
    );
    check("PATCH", &photo, text, r#"{"rating":1}"#, 415, "not_json");
    check("PATCH", &photo, json, r#"{"rating":"#, 400, "bad_json");
    check("PATCH", &photo, json, r#"{"rating":6}"#, 422, "bad_change");
    check("PATCH", &photo, json, r#"{"rating":-1}"#, 422, "bad_body");
    check(
        "PATCH",
        &photo,
        json,
        r#"{"position":[91,0]}"#,
        422,
        "bad_change",
    );
    check(
        "PATCH",
        &photo,
        json,
        r#"{"taken_at":"noon"}"#,
        422,
        "bad_change",
    );
    check(
        "PATCH",
        &photo,
        json,
        r#"{"colour":"red"}"#,
        422,
        "bad_body",
    );
    check("PATCH", &photo, json, "{}", 422, "empty_change");
    check(
        "POST",
        "/api/v1/edits",
        json,
        r#"{"change":{"rating":1}}"#,
        422,
        "bad_body",
    );
    let bulk = format!(
        r#"{{"ids":["{}","{}"],"change":{{"rating":3}}}}"#,
        ids[0],
        "0".repeat(64)
    );
    check("POST", "/api/v1/edits", json, &bulk, 404, "photo_unknown");
    assert_eq!(client.get(&photo).json()["rating"], 0, "all or nothing");
    let both = format!(r#"{{"ids":["{0}"],"except":["{0}"]}}"#, ids[0]);
    let change = both.replace('}', r#","change":{"rating":3}}"#);
    check("POST", "/api/v1/edits", json, &change, 422, "bad_body");
    check("POST", "/api/v1/purge", json, &both, 422, "bad_body");
    check(
        "GET",
        "/api/v1/search?q=foo%3Abar",
        &[],
        "",
        400,
        "bad_query",
    );
    assert_eq!(client.get("/api/v1/search?q=a%20foo%3Abar").json()["at"], 2);
    check("GET", "/api/v1/search?limit=0", &[], "", 400, "bad_limit");
    check(
        "GET",
        "/api/v1/search?limit=20001",
        &[],
        "",
        400,
        "bad_limit",
    );
    check(
        "GET",
        "/api/v1/search?limit=x",
        &[],
        "",
        400,
        "bad_parameter",
    );
    check("GET", "/api/v1/search?cursor=x", &[], "", 400, "bad_cursor");
    check(
        "GET",
        "/api/v1/timeline/2019-13",
        &[],
        "",
        404,
        "month_unknown",
    );
    check(
        "GET",
        "/api/v1/ledger/blocks/999999",
        &[],
        "",
        404,
        "block_unknown",
    );
    check(
        "GET",
        &format!("{photo}/thumbnail?size=7"),
        &[],
        "",
        400,
        "bad_size",
    );
    check("POST", "/api/v1/files", &[], "x", 400, "bad_parameter");
    check(
        "GET",
        "/api/v1/imports/0000000000000000",
        &[],
        "",
        404,
        "import_unknown",
    );
}

#[test]
fn originals_and_previews() {
    let (home, node, ids) = with_photos(1);
    let client = node.client();
    let path = format!("/api/v1/photos/{}/original", ids[0]);
    let blob = home
        .root()
        .join("blobs")
        .join(&ids[0][..2])
        .join(&ids[0][2..4])
        .join(&ids[0]);
    let bytes = fs::read(blob).unwrap();
    let whole = client.get(&path).is(200);
    assert_eq!(whole.body, bytes);
    assert_eq!(whole.header("content-type"), "image/jpeg");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("etag"), format!("\"{}\"", ids[0]));
    let size = bytes.len();
    let part = |range: &str, status: u16, expect: &[u8], says: &str| {
        let answer = client
            .ask("GET", &path, &[("range", range)], &[])
            .is(status);
        assert_eq!(answer.body, expect, "{range}");
        assert_eq!(answer.header("content-range"), says, "{range}");
        assert_eq!(
            answer.header("content-length"),
            expect.len().to_string(),
            "{range}"
        );
    };
    part("bytes=0-9", 206, &bytes[..10], &format!("bytes 0-9/{size}"));
    part(
        "bytes=100-",
        206,
        &bytes[100..],
        &format!("bytes 100-{}/{size}", size - 1),
    );
    part(
        "bytes=-5",
        206,
        &bytes[size - 5..],
        &format!("bytes {}-{}/{size}", size - 5, size - 1),
    );
    part("bytes=0-1,5-6", 200, &bytes, "");
    let beyond = [("range", "bytes=999999999-")];
    let beyond = client.ask("GET", &path, &beyond, &[]);
    beyond.is_problem(416, "range_not_satisfiable");
    assert_eq!(beyond.header("content-range"), format!("bytes */{size}"));
    let tag = whole.header("etag");
    assert!(
        client
            .ask("GET", &path, &[("if-none-match", tag)], &[])
            .is(304)
            .body
            .is_empty()
    );
    let stale = [("range", "bytes=0-1"), ("if-range", "\"other\"")];
    assert_eq!(client.ask("GET", &path, &stale, &[]).is(200).body, bytes);
    let head = client.ask("HEAD", &path, &[], &[]).is(200);
    assert_eq!(
        (head.header("content-length"), head.body.len()),
        (size.to_string().as_str(), 0)
    );

    for (size, limit) in [
        ("", 100_000),
        ("?size=256", 100_000),
        ("?size=1080", 1_000_000),
    ] {
        let path = format!("/api/v1/photos/{}/thumbnail{size}", ids[0]);
        let preview = client.get(&path).is(200);
        assert_eq!(preview.header("content-type"), "image/jpeg");
        assert!(preview.header("cache-control").contains("immutable"));
        assert!(preview.body.starts_with(b"\xff\xd8\xff") && preview.body.len() < limit);
        let known = [("if-none-match", preview.header("etag"))];
        let _ = client.ask("GET", &path, &known, &[]).is(304);
    }
}

#[test]
fn uploads() {
    let (home, node, _) = with_photos(1);
    let client = node.client();
    let page = b"<script>alert(document.cookie)</script>";
    let send = |name: &str, bytes: &[u8]| {
        client.ask("POST", &format!("/api/v1/files?name={name}"), &[], bytes)
    };
    let first = send("..%2F..%2Fevil.html", page).is(201).json();
    assert_eq!(
        (&first["status"], &first["state"]),
        (&json!("added"), &json!("committed"))
    );
    send("empty.jpg", b"").is_problem(400, "empty_file");
    let again = send("copy.html", page).is(200).json();
    assert_eq!(
        (&again["status"], &again["id"]),
        (&json!("duplicate"), &first["id"])
    );
    let photo = format!("/api/v1/photos/{}", first["id"].as_str().unwrap());
    let record = client.get(&photo).is(200).json();
    assert_eq!(
        (&record["name"], &record["kind"]),
        (&json!("evil.html"), &json!("file"))
    );
    let original = client.get(&format!("{photo}/original")).is(200);
    assert_eq!(original.body, page);
    assert!(
        original
            .header("content-disposition")
            .starts_with("attachment;")
    );
    assert!(
        original
            .header("content-security-policy")
            .contains("sandbox")
    );
    assert_eq!(original.header("x-content-type-options"), "nosniff");
    client
        .get(&format!("{photo}/thumbnail"))
        .is_problem(404, "no_preview");
    assert!(!home.folder("evil.html").exists());
    // Many at once: the same bytes are added once.
    let added: usize = std::thread::scope(|scope| {
        let sending: Vec<_> = (0..8)
            .map(|i| {
                let client = node.client();
                scope.spawn(move || {
                    let path = format!("/api/v1/files?name=same-{i}.bin");
                    client.ask("POST", &path, &[], &[7; 100_000]).status
                })
            })
            .collect();
        sending
            .into_iter()
            .filter_map(|one| one.join().ok())
            .filter(|&status| status == 201)
            .count()
    });
    assert_eq!(added, 1);
    assert_eq!(home.json(["verify", "--deep"])["originals"], 3);
}

#[test]
fn edits_are_seen_at_once_and_told_to_listeners() {
    let (_home, node, ids) = with_photos(3);
    let client = node.client();
    let photo = format!("/api/v1/photos/{}", ids[0]);
    let mut seen = Vec::new();
    client.listen(
        || {
            let change = json!({"caption": "at the lake", "favorite": true});
            let edited = node.client().send("PATCH", &photo, &change).is(200).json();
            assert_eq!(edited["photo"]["caption"], "at the lake");
            assert_eq!(edited["photo"]["as_of"], edited["height"]);
        },
        |name, data| {
            seen.push(name.to_owned());
            name == "photos" && data["ids"] == json!([ids[0]])
        },
    );
    assert!(seen.contains(&"block".to_owned()), "{seen:?}");
    let history = client.get(&format!("{photo}/history")).is(200).json();
    let what: Vec<_> = history["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["what"])
        .collect();
    assert_eq!(what, ["added", "changed"]);
    assert_eq!(history["entries"][1]["change"]["caption"], "at the lake");

    let bulk = json!({"query": "", "change": {"add_tags": ["all"], "position": null}});
    let done = client.send("POST", "/api/v1/edits", &bulk).is(200).json();
    assert_eq!(done["photos"], 3);
    // All but one, and whether the query finds another that stays as it is does not matter.
    let except = json!([ids[1], "0".repeat(64)]);
    let some = json!({"query": "", "except": except, "change": {"add_tags": ["some"]}});
    let some = client.send("POST", "/api/v1/edits", &some).is(200).json();
    assert_eq!(some["photos"], 2);
    let tags = client.get("/api/v1/tags").json();
    let counted = json!([{"name": "all", "count": 3}, {"name": "some", "count": 2}]);
    assert_eq!(tags["tags"], counted);
    let left = client.get(&format!("/api/v1/photos/{}", ids[1])).json();
    assert_eq!(left["tags"], json!(["all"]));
    assert_eq!(client.get(&photo).json()["position"], json!(null));
    let trashed = client
        .send("PATCH", &photo, &json!({"trash": true}))
        .is(200)
        .json();
    assert_eq!(trashed["photo"]["trashed"], true);
    let timeline = client.get("/api/v1/timeline").json();
    assert_eq!(timeline["total"], 2);
    let rows: usize = timeline["months"]
        .as_array()
        .unwrap()
        .iter()
        .map(|month| {
            let path = format!("/api/v1/timeline/{}", month["month"].as_str().unwrap());
            client.get(&path).is(200).json()["rows"]
                .as_array()
                .unwrap()
                .len()
        })
        .sum();
    assert_eq!(rows, 2);
    // Both in one place, the whole day is said to have been spent there; apart, it is not.
    let day = json!({"taken_at": "2019-07-12T10:20:30", "position": [35.51, 24.02]});
    let body = json!({"query": "", "change": day});
    let _ = client.send("POST", "/api/v1/edits", &body).is(200);
    let month = || client.get("/api/v1/timeline/2019-07").is(200).json();
    let days = || client.get("/api/v1/timeline/2019-07/days").is(200).json()["days"].clone();
    let chania = json!([{"day": "2019-07-12", "place": "Chania, Crete, Greece"}]);
    assert_eq!(days(), chania);
    let one = month()["rows"][0]["id"].as_str().unwrap().to_owned();
    let change = json!({"position": [48.85341, 2.3488]});
    let _ = client.send("PATCH", &format!("/api/v1/photos/{one}"), &change);
    assert_eq!(days(), json!([]));
    assert_eq!(month()["rows"].as_array().unwrap().len(), 2);
    let block = client
        .get(&format!("/api/v1/ledger/blocks/{}", done["height"]))
        .is(200)
        .json();
    assert_eq!(
        (
            block["edits"].as_array().unwrap().len(),
            &block["edits"][0]["kind"]
        ),
        (1, &json!("opaque"))
    );
    let founding = client.get("/api/v1/ledger/blocks/0").is(200).json();
    assert_eq!(founding["edits"][0]["kind"], "founding");
}

#[test]
fn the_description_is_the_one_that_the_ui_was_generated_from() {
    let home = Household::found();
    let node = home.serve();
    let client = node.client();
    let served = client.get("/openapi.json").is(200).json();
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../ui/src/generated/openapi.json"
    );
    let committed: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert!(
        served == committed,
        "ui/src/generated/openapi.json is stale: cargo run -p kinfolio-http --example openapi > \
         ui/src/generated/openapi.json && npm --prefix ui run generate"
    );
    assert!(client.get("/docs/").is(200).body.starts_with(b"<!"));
    let metrics = String::from_utf8(client.get("/metrics").is(200).body).unwrap();
    for name in [
        "kinfolio_blocks 1",
        "kinfolio_photos 0",
        "kinfolio_http_requests_total",
    ] {
        assert!(metrics.contains(name), "{metrics}");
    }
}

#[test]
fn every_answer_carries_its_guards() {
    let home = Household::found();
    let node = home.serve();
    for path in ["/", "/healthz", "/api/v1/ledger", "/api/v1/nothing"] {
        let answer = node.stranger().get(path);
        let policy = answer.header("content-security-policy").to_owned();
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert!(policy.contains("object-src 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}
