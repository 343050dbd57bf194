//! Index and catalogue are thrown away, killed at, cut in half: they come out of the chain again,
//! equal to the bit, and nothing is missing or there twice.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use harness::dice::Dice;
use harness::http::Answer;
use harness::library::{Household, Node, eventually, wait};
use serde_json::{Value, json};

fn total(home: &Household, query: &str) -> u64 {
    home.json(["search", query])["total"].as_u64().unwrap()
}

/// Every photo that a search finds, sorted; each must come once.
fn all(home: &Household) -> Vec<String> {
    let found = home.json(["search", "", "--limit", "20000"]);
    let photos = found["photos"].as_array().unwrap().iter();
    let mut ids: Vec<_> = photos
        .map(|photo| photo["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    assert_eq!(found["total"], ids.len() as u64);
    let before = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), before, "a photo is there twice");
    ids
}

#[test]
fn every_device_rebuilds_the_same_state() {
    let [(home, here), (other, there)] = Household::two();
    let folder = home.sample("sample", 30);
    home.run(["import", folder.to_str().unwrap(), "--tag", "a/b"])
        .succeeded();
    let client = here.client();
    let bulk =
        json!({ "query": "taken:2010..2016", "change": { "rating": 3, "add_albums": ["x"] } });
    ok(client.send("POST", "/api/v1/edits", &bulk));
    ok(client.send("PATCH", "/api/v1/tags/a", &json!({ "name": "c" })));
    ok(client.send("POST", "/api/v1/undo", &json!({})));
    ok(there
        .client()
        .send("POST", "/api/v1/albums", &json!({ "name": "empty" })));
    let height = |node: &Node| node.client().get("/api/v1/ledger").json()["height"].clone();
    eventually("both at one height", || {
        (height(&here) == height(&there)).then_some(())
    });
    let ids = all(&home);
    // While a node runs, the files are its own.
    let refused = home.run(["reindex"]).exited(1);
    assert!(refused.stderr.contains("is in use"), "{}", refused.stderr);
    for node in [here, there] {
        assert!(node.terminate().success());
    }
    let again: Vec<Value> = [&home, &other].map(|one| one.json(["reindex"])).into();
    for one in &again {
        assert_eq!(one["state_hash_before"], one["state_hash_after"], "{one}");
        assert_eq!(one["photos"], 30);
    }
    assert_eq!(again[0]["state_hash_after"], again[1]["state_hash_after"]);
    assert_eq!(all(&home), ids);
}

#[test]
fn an_index_that_is_cut_in_half_or_of_another_version_is_built_again() {
    let home = Household::found();
    let folder = home.sample("sample", 20);
    home.run(["import", folder.to_str().unwrap(), "--tag", "beach"])
        .succeeded();
    let ids = all(&home);
    let harm = |what: &str, harm: &dyn Fn(&Path)| {
        harm(home.root());
        assert_eq!(all(&home), ids, "{what}");
        assert_eq!(total(&home, "tag:beach"), 20, "{what}");
        home.run(["verify"]).succeeded();
    };
    harm("half of the index is deleted", &|root| {
        let mut files: Vec<_> = fs::read_dir(root.join("index")).unwrap().collect();
        files.truncate(files.len() / 2);
        for file in files {
            let path = file.unwrap().path();
            if path.is_file() {
                fs::remove_file(path).unwrap();
            }
        }
    });
    harm("index and catalogue are deleted", &|root| {
        fs::remove_dir_all(root.join("index")).unwrap();
        fs::remove_dir_all(root.join("catalog")).unwrap();
    });
    harm("files of the index are cut short", &|root| {
        for file in fs::read_dir(root.join("index")).unwrap() {
            let path = file.unwrap().path();
            let bytes = fs::read(&path).unwrap_or_default();
            if bytes.len() > 10 {
                fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            }
        }
    });
    harm("the index is of an older version", &|root| {
        let path = root.join("index/meta.json");
        let meta = fs::read_to_string(&path).unwrap();
        let mut meta: Value = serde_json::from_str(&meta).unwrap();
        let payload = meta["payload"].as_str().unwrap().to_owned();
        let words: Vec<_> = payload.split(' ').collect();
        meta["payload"] = json!(format!("{} 1 {}", words[0], words[2]));
        fs::write(&path, meta.to_string()).unwrap();
    });
    harm("the catalogue is garbage", &|root| {
        fs::write(root.join("catalog/catalog.redb"), [7; 100_000]).unwrap();
    });
}

/// Killed with -9 while it indexes, twenty times.
#[test]
fn a_node_that_is_killed_while_it_indexes_catches_up() {
    let home = Household::found();
    let folder = home.folder("many");
    fs::create_dir_all(&folder).unwrap();
    let mut dice = Dice::seeded();
    let mut files = 0;
    for round in 0..20_u64 {
        let more = 50 + dice.below(400);
        for _ in 0..more {
            fs::write(folder.join(format!("{files}.txt")), format!("file {files}")).unwrap();
            files += 1;
        }
        // Every other time it has to begin at the beginning.
        if round % 2 == 1 {
            fs::remove_dir_all(home.root().join("index")).unwrap();
        }
        let node = home.serve();
        let mut import = home.command(["import", folder.to_str().unwrap()]);
        let mut import = import
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(dice.below(900)));
        node.kill();
        wait(&mut import);
    }
    let ran = home.json(["import", folder.to_str().unwrap()]);
    assert_eq!(ran["found"], files);
    assert_eq!(all(&home).len() as u64, files);
    let again = home.json(["reindex"]);
    assert_eq!(again["state_hash_before"], again["state_hash_after"]);
    assert_eq!(again["photos"], files);
    assert_eq!(all(&home).len() as u64, files);
}

fn ok(answer: Answer) {
    assert_eq!(answer.is(200).status, 200);
}
