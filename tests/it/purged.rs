//! What is purged is gone from the bucket, too, and what is imported again stays there: with the real
//! program and a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use harness::http::Client;
use harness::library::{Household, Node, eventually};
use serde_json::{Value, json};

fn set(url: &str) -> [(String, String); 1] {
    [("KINFOLIO_BUCKET_URL".to_owned(), url.to_owned())]
}

fn import(home: &Household, folder: &Path) -> Vec<String> {
    let receipt = home.json(["import".as_ref(), folder.as_os_str()]);
    let ids = receipt["ids"].as_array().unwrap();
    ids.iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect()
}

/// Into the trash, and away for good.
fn purge(home: &Household, client: &Client, ids: &[String]) {
    for id in ids {
        let trash = json!({ "trash": true });
        let path = format!("/api/v1/photos/{id}");
        let _ = client.send("PATCH", &path, &trash).is(200);
    }
    let photos = ids.iter().map(String::as_str);
    home.run(["purge"].into_iter().chain(photos)).succeeded();
}

fn in_bucket(client: &Client, id: &str) -> bool {
    let record = client.get(&format!("/api/v1/photos/{id}")).is(200).json();
    let replicas = record["replicas"].as_array().unwrap();
    replicas.iter().any(|one| one["device"] == "bucket")
}

fn all_stored(client: &Client, ids: &[String]) {
    eventually("the bucket holds all", || {
        ids.iter().all(|id| in_bucket(client, id)).then_some(())
    });
}

/// What was said in the ledger of tasks whose name begins so.
fn said(client: &Client, of: &str) -> Vec<String> {
    let height = client.get("/api/v1/ledger").json()["height"].as_u64();
    let blocks = (0..=height.unwrap()).map(|height| {
        client
            .get(&format!("/api/v1/ledger/blocks/{height}"))
            .json()
    });
    let edits = blocks.flat_map(|block: Value| block["edits"].as_array().unwrap().clone());
    let tasks = edits.filter(|edit| edit["kind"] == "task");
    let tasks = tasks.map(|edit| edit["payload"].as_str().unwrap().to_owned());
    tasks.filter(|said| said.contains(of)).collect()
}

#[test]
fn one_device_deletes_it_for_all_and_what_comes_again_is_stored_anew() {
    let dir = tempfile::tempdir().unwrap();
    let nas = dir.path().join("nas");
    fs::create_dir(&nas).unwrap();
    let url = format!("file://{}", nas.display());
    let variables = || set(&url);
    let first = Household::found();
    let folder = first.sample("photos", 12);
    let alone = first.serve_with(variables());
    let second = first.joined("Laptop");
    let nodes = [alone, second.serve_with(variables())];
    let clients = nodes.each_ref().map(Node::client);
    let ids = import(&first, &folder);
    all_stored(&clients[0], &ids);
    let (gone, kept) = ids.split_at(5);
    purge(&first, &clients[0], gone);
    eventually("it is deleted there", || {
        let left = gone.iter().filter(|id| !stored(&nas, id).is_empty());
        (left.count() == 0).then_some(())
    });
    for id in gone {
        assert!(!in_bucket(&clients[0], id));
    }
    for id in kept {
        assert_eq!(stored(&nas, id).len(), 1);
        assert!(in_bucket(&clients[1], id));
    }
    // Of each lot one device says that it has done it.
    let of = format!("delete purged originals from {url}");
    eventually("it is done", || {
        let all = said(&clients[1], &of);
        let (done, claimed): (Vec<_>, Vec<_>) =
            all.iter().partition(|one| one.starts_with("has done"));
        let name = |said: &&String| {
            said.split('“')
                .nth(1)
                .unwrap()
                .split('”')
                .next()
                .map(str::to_owned)
        };
        let lots: BTreeSet<_> = claimed.iter().map(name).collect();
        (lots.len() == done.len() && !lots.is_empty()).then_some(())
    });

    // The same bytes come again: the bucket gets them once more, and gives them back.
    let again = import(&second, &folder);
    assert_eq!(again.len(), gone.len());
    all_stored(&clients[0], &ids);
    let id = &gone[0];
    let mut original = Vec::new();
    for home in [&first, &second] {
        let blob = home.root().join("blobs").join(&id[..2]).join(&id[2..4]);
        eventually("both have it", || blob.join(id).exists().then_some(()));
        original = fs::read(blob.join(id)).unwrap();
        fs::remove_file(blob.join(id)).unwrap();
    }
    let path = format!("/api/v1/photos/{id}/original");
    assert!(clients[0].get(&path).is(200).body == original);
}

fn stored(folder: &Path, id: &str) -> Vec<PathBuf> {
    let there = folder.join("originals").join(&id[..2]).join(&id[2..4]);
    let files = fs::read_dir(there).into_iter().flatten();
    let files = files.map(|file| file.unwrap().path());
    let is_it = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(id);
    files.filter(is_it).collect()
}

/// While the bucket is away a photo is purged, another one is, too, and comes again. All of that
/// outlives a restart, and in the end the bucket holds what the household holds.
#[test]
fn a_bucket_that_was_away_comes_to_hold_what_the_household_holds() {
    let dir = tempfile::tempdir().unwrap();
    let (nas, away) = (dir.path().join("nas"), dir.path().join("away"));
    fs::create_dir(&nas).unwrap();
    let variables = || set(&format!("file://{}", nas.display()));
    let home = Household::found();
    let folder = home.sample("photos", 4);
    let node = home.serve_with(variables());
    let ids = import(&home, &folder);
    all_stored(&node.client(), &ids);
    fs::rename(&nas, &away).unwrap();
    let client = node.client();
    purge(&home, &client, &ids[..2]);
    eventually("that it is away is told", || {
        let tasks = client.get("/api/v1/tasks").is(200).json();
        let told = tasks["bucket"]["trouble"].as_str()?.to_owned();
        told.contains("not mounted").then_some(())
    });
    assert!(!in_bucket(&client, &ids[0]) && !in_bucket(&client, &ids[1]));
    // The one comes again by itself.
    let blobs = home.root().join("blobs");
    let blob = |id: &str| blobs.join(&id[..2]).join(&id[2..4]).join(id);
    eventually("it is gone here", || {
        (!blob(&ids[1]).exists()).then_some(())
    });
    let bytes = fs::read(stored(&away, &ids[1]).pop().unwrap()).unwrap();
    let sent = client.ask("POST", "/api/v1/files?name=again.jpg", &[], &bytes);
    assert_eq!(sent.is(201).json()["id"], json!(ids[1]));
    assert!(node.terminate().success());
    let node = home.serve_with(variables());
    let client = node.client();
    fs::rename(&away, &nas).unwrap();
    all_stored(&client, &ids[1..]);
    eventually("what was purged is gone, and only that", || {
        let gone = stored(&nas, &ids[0]).is_empty() && stored(&nas, &ids[1]).len() == 1;
        gone.then_some(())
    });
    let copy = stored(&nas, &ids[1]).pop().unwrap();
    assert!(!copy.ends_with(&ids[1]), "{copy:?}");
    assert_eq!(fs::read(copy).unwrap(), bytes);
    eventually("all is well", || {
        let tasks = client.get("/api/v1/tasks").is(200).json();
        let idle = tasks["tasks"].as_array().unwrap().is_empty();
        (tasks["bucket"]["trouble"].is_null() && idle).then_some(())
    });
    // What is stored is there, also after another start.
    let height = client.get("/api/v1/ledger").json()["height"].clone();
    assert!(node.terminate().success());
    let node = home.serve_with(variables());
    eventually("the bucket is in use", || {
        let tasks = node.client().get("/api/v1/tasks").is(200).json();
        (tasks["bucket"]["blocks_behind"] == 0).then_some(())
    });
    assert_eq!(node.client().get("/api/v1/ledger").json()["height"], height);
    assert_eq!(stored(&nas, &ids[1]).len(), 1);
}
