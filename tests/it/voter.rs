//! Two PCs and a bucket that votes: either of them goes on while the other is away, and when both
//! do so at once, each out of the other's sight, there is one chain all the same.

use std::collections::BTreeMap;
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::emulator::{Cloud, Emulator};
use harness::http::Client;
use harness::library::{Household, Node, eventually};
use serde_json::{Value, json};

fn with_bucket(emulator: &Emulator) -> Vec<(String, String)> {
    let url = ("KINFOLIO_BUCKET_URL".to_owned(), emulator.url("home"));
    emulator.variables().into_iter().chain([url]).collect()
}

fn ledger(client: &Client) -> Value {
    client.get("/api/v1/ledger").is(200).json()
}

fn members(client: &Client) -> Vec<Value> {
    ledger(client)["members"].as_array().unwrap().clone()
}

/// Waits until the bucket can be asked here.
fn has_bucket(client: &Client) {
    eventually("the bucket is a member that can be asked", || {
        let is_there = |one: &Value| one["role"] == "bucket" && one["reachable"] == true;
        members(client).iter().any(is_there).then_some(())
    });
}

fn append(client: &Client, text: &str) -> Value {
    let answer = client.ask("POST", "/api/v1/ledger/entries", &[], text.as_bytes());
    assert!(answer.status == 200 || answer.status == 202, "{answer:?}");
    answer.json()
}

/// Appends until one is committed at once; how many it took.
fn commits(client: &Client, what: &str) -> Vec<String> {
    let mut said = Vec::new();
    eventually("an entry is committed by one device and the bucket", || {
        let text = format!("{what} {}", said.len());
        let receipt = append(client, &text);
        said.push(text);
        (receipt["state"] == "committed").then_some(())
    });
    said
}

/// How often each entry stands in the chain.
fn entries(client: &Client) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for height in 0..=ledger(client)["height"].as_u64().unwrap() {
        let block = client.get(&format!("/api/v1/ledger/blocks/{height}"));
        for edit in block.is(200).json()["edits"].as_array().unwrap() {
            let payload = edit["payload"].as_str().unwrap_or_default();
            let text = STANDARD.decode(payload).ok();
            if let Some(text) = text.and_then(|text| String::from_utf8(text).ok()) {
                *found.entry(text).or_default() += 1;
            }
        }
    }
    found
}

fn sees(client: &Client, texts: &[String]) {
    eventually("everything that was written is here", || {
        let found = entries(client);
        texts
            .iter()
            .all(|text| found.contains_key(text))
            .then_some(())
    });
}

fn together(nodes: [&Node; 2]) {
    eventually("both have one tip, and nothing waits", || {
        let both = nodes.map(|node| ledger(&node.client()));
        let reached = |one: &Value| {
            let mut members = one["members"].as_array().unwrap().iter();
            one["pending"] == 0 && members.all(|one| one["reachable"] == true)
        };
        (both[0]["tip"] == both[1]["tip"] && both.iter().all(reached)).then_some(())
    });
}

#[test]
fn each_of_two_goes_on_with_the_bucket_and_both_at_once_never_split() {
    for cloud in [Cloud::Azure, Cloud::S3] {
        let emulator = Emulator::start(cloud);
        let bucket = || with_bucket(&emulator);
        let first = Household::found();
        let one = first.serve_with(bucket());
        let second = first.joined("Laptop");
        let other = second.serve_with(bucket());
        eventually("both vote", || {
            let voters = members(&other.client());
            let voters = voters.iter().filter(|one| one["role"] == "voter");
            (voters.count() == 2).then_some(())
        });
        together([&one, &other]);
        let agreed = first.json(["household", "--bucket-voter", "on"]);
        assert_eq!(agreed["bucket_voter"], true);
        assert_eq!(agreed["placements"].as_array().unwrap().len(), 2);
        for node in [&one, &other] {
            has_bucket(&node.client());
        }

        // One alone, whose neighbour is killed.
        other.kill();
        let mut said = commits(&one.client(), "the first alone");
        assert_eq!(ledger(&one.client())["quorum"], true);
        assert!(one.terminate().success());
        // The other alone, which has seen nothing of that, and then sees it.
        let other = second.serve_with(bucket());
        has_bucket(&other.client());
        sees(&other.client(), &said);
        said.extend(commits(&other.client(), "the second alone"));
        assert_eq!(ledger(&other.client())["quorum"], true);
        assert!(other.terminate().success());

        // Both at once, neither of which finds the other.
        let nodes = [
            first.serve_unfound(bucket()),
            second.serve_unfound(bucket()),
        ];
        let writers = nodes.iter().enumerate().map(|(n, node)| {
            has_bucket(&node.client());
            let client = node.client();
            thread::spawn(move || {
                let texts = (0..20).map(|k| format!("both at once {n} {k}"));
                texts
                    .map(|text| (append(&client, &text), text))
                    .collect::<Vec<_>>()
            })
        });
        let writers: Vec<_> = writers.collect();
        let mut committed = 0;
        for writer in writers {
            for (receipt, text) in writer.join().unwrap() {
                committed += usize::from(receipt["state"] == "committed");
                said.push(text);
            }
        }
        assert!(committed > 0, "nothing was committed while both wrote");
        eprintln!("{committed} of 40 entries were committed within a second");
        for node in &nodes {
            let client = node.client();
            sees(&client, &said);
            let seen = members(&client);
            let devices = seen.iter().filter(|one| one["role"] == "voter");
            let reachable = devices.filter(|one| one["reachable"] == true);
            assert_eq!(reachable.count(), 1, "they never met: {seen:?}");
        }
        for node in nodes {
            assert!(node.terminate().success());
        }

        // They meet again.
        let (one, other) = (first.serve_with(bucket()), second.serve_with(bucket()));
        together([&one, &other]);
        let found = entries(&one.client());
        assert_eq!(found, entries(&other.client()));
        for text in &said {
            assert_eq!(found.get(text), Some(&1), "{text}");
        }
        for home in [&first, &second] {
            home.run(["verify"]).succeeded();
        }
        let agreed = first.json(["household", "--bucket-voter", "off"]);
        assert_eq!(agreed["bucket_voter"], false);
        assert_eq!(append(&other.client(), "without it")["state"], "committed");
    }
}

#[test]
fn a_bucket_that_cannot_vote_is_refused_and_one_that_votes_is_not_left() {
    let home = Household::found();
    let folder = home.folder("nas");
    std::fs::create_dir(&folder).unwrap();
    let node = home.serve();
    let client = node.client();
    let change = |body: Value| client.send("PATCH", "/api/v1/household", &body);
    change(json!({ "bucket_voter": true })).is_problem(409, "no_bucket");
    let url = format!("file://{}", folder.display());
    let refused = change(json!({ "bucket": url, "bucket_voter": true }));
    refused.is_problem(503, "bucket");
    let told = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        told.contains(&url) && told.contains("kinfolio serve"),
        "{told}"
    );
    assert!(node.terminate().success());

    let emulator = Emulator::start(Cloud::Azure);
    let node = home.serve_with(emulator.variables());
    let client = node.client();
    let change = |body: Value| client.send("PATCH", "/api/v1/household", &body);
    let url = emulator.url("home");
    let on = change(json!({ "bucket": url, "bucket_voter": true })).is(200);
    assert_eq!(on.json()["state"], "committed");
    has_bucket(&client);
    assert_eq!(append(&client, "by both")["state"], "committed");
    // Its card and its line among the members count what is stored there.
    let stored = client.ask("POST", "/api/v1/files?name=a.txt", &[], b"a file");
    assert_eq!(stored.is(201).json()["state"], "committed");
    eventually("what it holds is told of it as a member, too", || {
        let ledger = ledger(&client);
        let mut members = ledger["members"].as_array().unwrap().iter();
        let member = members.find(|one| one["role"] == "bucket")?;
        let bucket = &ledger["bucket"];
        let one = member["originals"] == 1 && bucket["originals"] == 1;
        (one && bucket["votes"] == true && bucket["waiting"] == 0).then_some(())
    });
    let left = change(json!({ "bucket": emulator.url("elsewhere") }));
    left.is_problem(409, "bucket_votes");
    let id = members(&client);
    let id = id.iter().find(|one| one["role"] == "bucket").unwrap()["id"].clone();
    let path = format!("/api/v1/devices/{}", id.as_str().unwrap());
    let role = client.send("PATCH", &path, &json!({ "role": "observer" }));
    role.is_problem(409, "bucket_role");
    // What it is in trouble with is told beside its name, and all else waits for it.
    drop(emulator);
    eventually("the trouble is told", || {
        let _ = append(&client, "waits");
        let told = members(&client);
        let told = told.iter().find(|one| one["role"] == "bucket").unwrap()["trouble"].clone();
        told.as_str()
            .is_some_and(|told| told.contains(&url))
            .then_some(())
    });
    assert_eq!(ledger(&client)["quorum"], false);
}
