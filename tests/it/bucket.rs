//! The household's bucket, with the real program and services that stand for the clouds: each
//! original gets there once, comes back byte for byte, and no trouble with it stops anything else.

use std::fs;
use std::time::Duration;

use harness::emulator::{Cloud, Emulator};
use harness::http::Client;
use harness::library::{Household, Node, eventually};
use serde_json::{Value, json};

const CLOUDS: [Cloud; 2] = [Cloud::Azure, Cloud::S3];

fn set(url: &str, variables: Vec<(String, String)>) -> Vec<(String, String)> {
    let url = ("KINFOLIO_BUCKET_URL".to_owned(), url.to_owned());
    variables.into_iter().chain([url]).collect()
}

fn with_bucket(emulator: &Emulator) -> Vec<(String, String)> {
    set(&emulator.url("home"), emulator.variables())
}

/// Imports `count` generated photos; their ids.
fn import(home: &Household, count: u32) -> Vec<String> {
    let folder = home.sample(&format!("photos {count}"), count);
    let receipt = home.json(["import".as_ref(), folder.as_os_str()]);
    let ids = receipt["ids"].as_array().unwrap();
    let ids = ids.iter().map(|id| id.as_str().unwrap().to_owned());
    ids.collect()
}

fn bucket(client: &Client) -> Value {
    client.get("/api/v1/tasks").is(200).json()["bucket"].clone()
}

/// When the bucket's copy was found right, as the photo's record says.
fn verified_at(client: &Client, id: &str) -> Option<String> {
    let record = client.get(&format!("/api/v1/photos/{id}")).is(200).json();
    let replicas = record["replicas"].as_array().unwrap();
    let replica = replicas.iter().find(|one| one["device"] == "bucket")?;
    Some(replica["verified_at"].as_str().unwrap().to_owned())
}

fn all_recorded(client: &Client, ids: &[String]) {
    eventually("the bucket holds all", || {
        let all = ids.iter().all(|id| verified_at(client, id).is_some());
        all.then_some(())
    });
}

/// Waits until the bucket is in trouble; in which.
fn trouble(client: &Client) -> String {
    eventually("the trouble is told", || {
        bucket(client)["trouble"].as_str().map(str::to_owned)
    })
}

fn log(home: &Household) -> String {
    let files = fs::read_dir(home.root().join("logs")).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    texts.collect()
}

#[test]
fn an_original_goes_to_the_bucket_once_and_comes_back_byte_for_byte() {
    for cloud in CLOUDS {
        let emulator = Emulator::start(cloud);
        let home = Household::found();
        let mut ids = import(&home, 5);
        let node = home.serve_with(with_bucket(&emulator));
        let client = node.client();
        // One while it runs, large enough to go in parts.
        let large: Vec<u8> = (0..20_000_003_u32)
            .map(|n| (n.wrapping_mul(n) >> 7) as u8)
            .collect();
        let stored = client.ask("POST", "/api/v1/files?name=large.bin", &[], &large);
        ids.push(stored.is(201).json()["id"].as_str().unwrap().to_owned());
        all_recorded(&client, &ids);
        let at = verified_at(&client, &ids[0]).unwrap();
        assert!(at.starts_with("20") && at.ends_with('Z'), "{at}");
        for id in &ids {
            let puts =
                emulator.requests("PUT", &format!("originals/{}/{}/{id}", &id[..2], &id[2..4]));
            let whole = puts
                .iter()
                .filter(|put| !put.contains("comp=block&") && !put.contains("partNumber"));
            assert!(whole.count() <= 1, "{puts:?}");
        }
        let told = eventually("nothing waits any more", || {
            let told = bucket(&client);
            (told["waiting"] == 0).then_some(told)
        });
        assert_eq!(told["bucket"], emulator.url("home"));
        assert_eq!(told["trouble"], json!(null));
        assert_eq!((&told["stored"], &told["failed"]), (&json!(6), &json!(0)));

        for (id, size) in [(&ids[0], None), (&ids[5], Some(large.len()))] {
            let path = home.blob(id);
            let original = fs::read(&path).unwrap();
            fs::remove_file(&path).unwrap();
            let url = format!("/api/v1/photos/{id}/original");
            assert_eq!(client.get(&url).is(200).body, original);
            assert!(size.is_none_or(|size| size == original.len()));
            let ranges = [(0, 0), (1, 1000), (original.len() - 5, original.len() - 1)];
            for (first, last) in ranges {
                let range = [("range", &*format!("bytes={first}-{last}"))];
                let part = client.ask("GET", &url, &range, &[]).is(206);
                assert!(part.body == original[first..=last], "{first}-{last}");
            }
            let record = client.get(&format!("/api/v1/photos/{id}")).json();
            let replicas = record["replicas"].as_array().unwrap();
            // It is here again, and stays.
            assert_eq!(replicas.len(), 2, "{record}");
        }
        let height = client.get("/api/v1/ledger").json()["height"].clone();
        assert!(node.terminate().success());

        // Another start finds nothing to do, and writes nothing.
        let node = home.serve_with(with_bucket(&emulator));
        let client = node.client();
        eventually("the bucket was reached", || {
            let list = emulator.requests("GET", "reach");
            (list.len() >= 2).then_some(())
        });
        assert_eq!(bucket(&client)["stored"], 0);
        assert_eq!(client.get("/api/v1/ledger").json()["height"], height);
        let text = client.get("/metrics").is(200).body;
        let text = String::from_utf8(text).unwrap();
        let up = format!(
            "kinfolio_bucket_up{{bucket=\"{}\",trouble=\"\"}} 1",
            emulator.url("home")
        );
        assert!(text.contains(&up), "{text}");
    }
}

#[test]
fn claims_are_listed_while_they_are_held() {
    let emulator = Emulator::start(Cloud::S3);
    let home = Household::found();
    let ids = import(&home, 80);
    let node = home.serve_with(with_bucket(&emulator));
    let client = node.client();
    let task = eventually("a claim is seen", || {
        let tasks = client.get("/api/v1/tasks").is(200).json();
        tasks["tasks"].as_array().unwrap().first().cloned()
    });
    let name = task["task"].as_str().unwrap();
    assert!(name.starts_with("store original "), "{name}");
    assert!(name.ends_with(&emulator.url("home")), "{name}");
    let device = client.get("/api/v1/ledger").json()["device"].clone();
    assert_eq!(
        (&task["device"], &task["name"]),
        (&device["id"], &device["name"])
    );
    assert!(
        task["until"]
            .as_str()
            .is_some_and(|until| until.ends_with('Z'))
    );
    all_recorded(&client, &ids);
    eventually("what is done is held no more", || {
        let tasks = client.get("/api/v1/tasks").is(200).json();
        tasks["tasks"].as_array().unwrap().is_empty().then_some(())
    });
}

/// What every start of a node that was killed has to bring about.
#[test]
fn killed_while_it_uploads_it_goes_on_and_loses_nothing() {
    const PHOTOS: u32 = 60;
    for cloud in CLOUDS {
        let emulator = Emulator::start(cloud);
        let home = Household::found();
        let ids = import(&home, PHOTOS);
        let verifies = |id: &String| emulator.requests("GET", id).len();
        for kill in 1..=3 {
            let node = home.serve_with(with_bucket(&emulator));
            eventually("some more is uploaded", || {
                let begun = ids.iter().filter(|id| verifies(id) > 0).count();
                (begun >= kill * 12).then_some(())
            });
            node.kill();
            assert_eq!(home.json(["verify", "--deep"])["ok"], true);
        }
        let node = home.serve_with(with_bucket(&emulator));
        let client = node.client();
        all_recorded(&client, &ids);
        let told = bucket(&client);
        let stored = told["stored"].as_u64().unwrap();
        assert!(
            stored < u64::from(PHOTOS),
            "nothing was recorded before: {told}"
        );
        for id in &ids {
            let path = home.blob(id);
            let original = fs::read(&path).unwrap();
            fs::remove_file(&path).unwrap();
            let url = format!("/api/v1/photos/{id}/original");
            assert_eq!(client.get(&url).is(200).body, original);
            // Repeated where the kill came between the upload and its record, and then in vain.
            let puts = emulator.requests("PUT", id);
            let created = puts
                .iter()
                .filter(|put| put.contains(" 200 ") || put.contains(" 201 "));
            assert!(created.count() <= 1, "{puts:?}");
        }
        assert!(node.terminate().success());
    }
}

#[test]
fn two_devices_store_each_original_once_between_them() {
    const PHOTOS: u32 = 100;
    let emulator = Emulator::start(Cloud::S3);
    let first = Household::found();
    let alone = first.serve();
    let second = first.joined("Laptop");
    let nodes = [alone, second.serve()];
    let ids = import(&first, PHOTOS);
    for id in &ids {
        eventually("both have the originals, and reason to store them", || {
            second.blob(id).exists().then_some(())
        });
    }
    for node in nodes {
        assert!(node.terminate().success());
    }
    let nodes = [
        first.serve_with(with_bucket(&emulator)),
        second.serve_with(with_bucket(&emulator)),
    ];
    let clients = nodes.each_ref().map(Node::client);
    for client in &clients {
        all_recorded(client, &ids);
    }
    for id in &ids {
        assert_eq!(emulator.requests("PUT", id).len(), 1, "{id}");
    }
    let stored = clients
        .each_ref()
        .map(|client| bucket(client)["stored"].as_u64().unwrap());
    assert_eq!(stored[0] + stored[1], u64::from(PHOTOS), "{stored:?}");
    assert!(
        stored.iter().all(|count| *count > 0),
        "one did it all: {stored:?}"
    );
}

#[test]
fn a_bucket_that_is_away_is_told_and_all_else_goes_on() {
    let emulator = Emulator::start(Cloud::S3);
    let variables = with_bucket(&emulator);
    let url = emulator.url("home");
    drop(emulator);
    let home = Household::found();
    let node = home.serve_with(variables);
    let client = node.client();
    let told = trouble(&client);
    assert!(
        told.contains(&url) && told.contains("does not answer"),
        "{told}"
    );
    let ids = import(&home, 3);
    assert_eq!(client.get("/api/v1/search").json()["total"], 3);
    let tasks = client.get("/api/v1/tasks").json()["tasks"].clone();
    assert_eq!(tasks, json!([]), "nothing is claimed that cannot be done");
    let metrics = String::from_utf8(client.get("/metrics").is(200).body).unwrap();
    let line = metrics
        .lines()
        .find(|line| line.starts_with("kinfolio_bucket_up{"));
    let line = line.unwrap();
    assert!(line.contains(&url) && line.ends_with(" 0"), "{line}");
    assert!(log(&home).contains("does not answer"));
    fs::remove_file(home.blob(&ids[0])).unwrap();
    let missing = client.get(&format!("/api/v1/photos/{}/original", ids[0]));
    missing.is_problem(503, "bucket_unreachable");
    assert!(missing.json()["detail"].as_str().unwrap().contains(&url));
    assert!(node.terminate().success());
}

#[test]
fn wrong_credentials_and_wrong_buckets_are_told_by_name_without_a_secret() {
    let emulator = Emulator::start(Cloud::Azure);
    let url = emulator.url("home");
    let other = url.replace("photos", "fotos");
    let (right, wrong, expired) = (
        emulator.variables(),
        emulator.wrong_variables(),
        emulator.expired_variables(),
    );
    let cases = [
        (&*url, &wrong, "refuses the credentials"),
        (&url, &expired, "refuses the credentials"),
        (&other, &right, "does not exist"),
        ("file:///no/such/folder", &right, "is not mounted"),
    ];
    for (url, variables, says) in cases {
        let home = Household::found();
        let node = home.serve_with(set(url, variables.clone()));
        let client = node.client();
        let told = trouble(&client);
        assert!(told.contains(url) && told.contains(says), "{told}");
        assert_eq!(import(&home, 1).len(), 1);
        std::thread::sleep(Duration::from_millis(100));
        let all = format!("{told} {}", log(&home));
        assert!(all.contains(says), "{all}");
        for secret in ["aHVud", "sig=", "Eby8v"] {
            assert!(!all.contains(secret), "{all}");
        }
        assert!(node.terminate().success());
    }
    let url = emulator.url("home");
    drop(emulator);
    let home = Household::found();
    let node = home.serve_with(set(&url, expired));
    assert!(trouble(&node.client()).contains("does not answer"));
    assert!(!log(&home).contains("sig="));

    let home = Household::found();
    let node = home.serve_with(set("https://me:hunter2@host/c?sig=hunter2", right));
    let told = trouble(&node.client());
    assert!(told.contains("KINFOLIO_BUCKET_URL"), "{told}");
    assert!(!told.contains("hunter2") && !log(&home).contains("hunter2"));
}

#[test]
fn a_folder_that_is_mounted_later_is_used_from_then_on() {
    let home = Household::found();
    let ids = import(&home, 3);
    let folder = home.folder("nas");
    let url = format!("file://{}", folder.display());
    let node = home.serve_with(set(&url, Vec::new()));
    let client = node.client();
    assert!(trouble(&client).contains("is not mounted"));
    fs::create_dir(&folder).unwrap();
    all_recorded(&client, &ids);
    eventually("all is well", || {
        bucket(&client)["trouble"].is_null().then_some(())
    });
    assert!(log(&home).contains("in use again"));
    stored_as_it_was(&home, &node, &folder.join("originals"), &ids);
}

fn stored_as_it_was(home: &Household, node: &Node, originals: &std::path::Path, ids: &[String]) {
    for id in ids {
        let there = originals.join(&id[..2]).join(&id[2..4]).join(id);
        assert_eq!(fs::read(&there).unwrap(), fs::read(home.blob(id)).unwrap());
    }
    // What is damaged there is not given out.
    let id = &ids[0];
    let there = originals.join(&id[..2]).join(&id[2..4]).join(id);
    let mut bytes = fs::read(&there).unwrap();
    bytes[100] ^= 1;
    fs::write(&there, bytes).unwrap();
    fs::remove_file(home.blob(id)).unwrap();
    let range = [("range", "bytes=0-9")];
    let url = format!("/api/v1/photos/{id}/original");
    let refused = node.client().ask("GET", &url, &range, &[]);
    refused.is_problem(503, "original_unreachable");
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .contains("damaged")
    );
}
