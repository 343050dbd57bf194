//! What a household agrees upon, in force on all devices: its bucket, which originals each of them
//! keeps; and the end of what is purged.

use harness::http::Client;
use harness::library::{Household, eventually};
use serde_json::{Value, json};

fn device(home: &Household) -> String {
    let id = home.json(["status"])["device"]["id"].clone();
    id.as_str().unwrap().to_owned()
}

fn import(home: &Household, count: u32) -> Vec<String> {
    let folder = home.sample(&format!("photos {count}"), count);
    let receipt = home.json(["import".as_ref(), folder.as_os_str()]);
    let ids = receipt["ids"].as_array().unwrap();
    let ids = ids.iter().map(|id| id.as_str().unwrap().to_owned());
    ids.collect()
}

/// How many copies of an original this node knows of.
fn copies(client: &Client, id: &str) -> usize {
    let record = client.get(&format!("/api/v1/photos/{id}")).is(200).json();
    let replicas = record["replicas"].as_array().unwrap().iter();
    replicas.filter(|one| !one["verified_at"].is_null()).count()
}

#[test]
fn what_one_device_changes_is_in_force_on_all_and_what_cannot_be_is_refused() {
    let [(first, one), (second, other)] = Household::two();
    let laptop = device(&second);
    let before = first.json(["household"]);
    assert_eq!(
        (&before["bucket"], &before["scrub_every"]),
        (&json!(null), &json!("30d"))
    );
    assert_eq!(before["prune_after"], "30d");
    let folder = first.folder("bucket");
    std::fs::create_dir(&folder).unwrap();
    let bucket = format!("file://{}", folder.display());
    let changed = first.json([
        "household",
        "--bucket",
        &bucket,
        "--encrypt-bucket",
        "no",
        "--scrub-every",
        "48h",
        "--prune-after",
        "90d",
        "--placement",
        "Laptop=recent:7",
    ]);
    assert_eq!(changed["scrub_every"], "2d");
    assert_eq!(changed["prune_after"], "90d");
    let agreed = eventually("the other one has heard", || {
        let agreed = other.client().get("/api/v1/household").is(200).json();
        (agreed["scrub_every"] == "2d").then_some(agreed)
    });
    assert_eq!(agreed, changed);
    let placed = agreed["placements"].as_array().unwrap();
    let placed = placed.iter().find(|one| one["device"] == laptop.as_str());
    assert_eq!(placed.unwrap()["placement"], "recent:7");

    // Nothing was started again, and the bucket is in use on both.
    let ids = import(&first, 3);
    for node in [&one, &other] {
        let client = node.client();
        eventually("the bucket holds all", || {
            let told = client.get("/api/v1/tasks").json()["bucket"].clone();
            (told["bucket"] == bucket.as_str() && told["waiting"] == 0).then_some(())
        });
        eventually("all copies are known of", || {
            (ids.iter().all(|id| copies(&client, id) == 3)).then_some(())
        });
    }
    let path = format!("/api/v1/devices/{laptop}");
    let all = json!({ "placement": "all" });
    let _ = one.client().send("PATCH", &path, &all).is(200);
    let none = json!({ "bucket": null, "scrub_every": "3d", "prune_after": "never" });
    let _ = other
        .client()
        .send("PATCH", "/api/v1/household", &none)
        .is(200);
    eventually("the first has heard", || {
        let agreed = one.client().get("/api/v1/household").json();
        let none = agreed["bucket"].is_null() && agreed["prune_after"] == "never";
        let none = none && agreed["scrub_every"] == "3d";
        let placed = agreed["placements"].as_array().unwrap();
        (none && placed.iter().all(|one| one["placement"] == "all")).then_some(())
    });
    assert!(one.client().get("/api/v1/tasks").json()["bucket"].is_null());

    // What cannot be is refused, in words, and without what may be a secret.
    let refuse = |body: Value, expect: &str| {
        let answer = one.client().send("PATCH", "/api/v1/household", &body);
        let problem = answer.is(400).json();
        assert_eq!(problem["code"], "bad_setting", "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(expect) && !detail.contains("hunter2"),
            "{detail}"
        );
    };
    refuse(json!({ "bucket": "https://me:hunter2@host/x" }), "password");
    refuse(json!({ "bucket": "ftp://host/x" }), "s3://");
    refuse(json!({ "scrub_every": "soon" }), "30d");
    refuse(json!({ "scrub_every": "5s" }), "too often");
    refuse(json!({ "prune_after": "5h" }), "never");
    let nobody = "00".repeat(16);
    refuse(json!({ "placements": { &*laptop: "some" } }), "on-demand");
    let unknown = json!({ "placements": { &*nobody: "all" } });
    let answer = one.client().send("PATCH", "/api/v1/household", &unknown);
    assert_eq!(answer.is(404).json()["code"], "device_unknown");
    let wrong = first.run(["household", "--scrub-every", "5s"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    let wrong = first.run(["household", "--placement", "Laptop=none"]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
}

#[test]
fn a_device_lets_go_of_what_another_holds_and_never_both_of_the_last_copies() {
    let [(first, one), (second, other)] = Household::two();
    let ids = import(&first, 6);
    for node in [&one, &other] {
        let client = node.client();
        eventually("both are known to hold all", || {
            (ids.iter().all(|id| copies(&client, id) == 2)).then_some(())
        });
    }
    let favorite = json!({ "favorite": true });
    let path = format!("/api/v1/photos/{}", ids[0]);
    let _ = one.client().send("PATCH", &path, &favorite).is(200);
    let kept = |home: &Household| ids.iter().filter(|id| home.blob(id).exists()).count();

    // Both at the same time: each original stays on one of them.
    let (a, b) = (device(&first), device(&second));
    let both = json!({ "placements": { &*a: "on-demand", &*b: "on-demand" } });
    let _ = one
        .client()
        .send("PATCH", "/api/v1/household", &both)
        .is(200);
    eventually("no copy is left that is not needed", || {
        (kept(&first) + kept(&second) == ids.len()).then_some(())
    });
    for id in &ids {
        assert!(first.blob(id).exists() != second.blob(id).exists(), "{id}");
        for node in [&one, &other] {
            let client = node.client();
            eventually("the ledger says so", || {
                (copies(&client, id) == 1).then_some(())
            });
            // What is not here comes from where it is, and is lent for a while.
            let got = client.get(&format!("/api/v1/photos/{id}/original")).is(200);
            assert!(!got.body.is_empty());
        }
    }

    // Told to keep all again, it fetches what it had let go of.
    let all = json!({ "placements": { &*b: "all" } });
    let _ = one
        .client()
        .send("PATCH", "/api/v1/household", &all)
        .is(200);
    eventually("the other one has all again", || {
        let whole = second.run(["verify", "--deep", "--json"]);
        (kept(&second) == ids.len() && whole.code == Some(0)).then_some(())
    });
    // Favourites come back.
    first.json(["household", "--placement", "Here=recent:1"]);
    eventually("the favourite is here", || {
        first.blob(&ids[0]).exists().then_some(())
    });
    // What comes back to the device that had added it is known of as well.
    first.json(["household", "--placement", "Here=all"]);
    for node in [&one, &other] {
        let client = node.client();
        eventually("both are known to hold all again", || {
            (ids.iter().all(|id| copies(&client, id) == 2)).then_some(())
        });
    }
}

#[test]
fn what_is_purged_goes_everywhere_and_a_last_copy_only_by_name() {
    let [(first, one), (second, other)] = Household::two();
    let ids = import(&first, 4);
    let client = one.client();
    eventually("both are known to hold all", || {
        (ids.iter().all(|id| copies(&client, id) == 2)).then_some(())
    });
    let purge = |body: &Value| client.send("POST", "/api/v1/purge", body);
    let not_there = purge(&json!({ "ids": [ids[0]] }));
    assert_eq!(not_there.is(409).json()["code"], "not_in_trash");
    let trash = json!({ "ids": [ids[0], ids[1]], "change": { "trash": true } });
    let _ = client.send("POST", "/api/v1/edits", &trash).is(200);
    let but_one = purge(&json!({ "query": "is:trashed", "except": [ids[1]] }));
    assert_eq!(but_one.is(200).json()["photos"], 1);
    let kept = client.get(&format!("/api/v1/photos/{}", ids[1])).is(200);
    assert_eq!(kept.json()["purged"], false);
    let purged = first.json(["purge", "is:trashed"]);
    assert_eq!(
        (&purged["photos"], &purged["state"]),
        (&json!(1), &json!("committed"))
    );
    for (home, node) in [(&first, &one), (&second, &other)] {
        let client = node.client();
        eventually("they are gone", || {
            let gone = ids[..2].iter().all(|id| !home.blob(id).exists());
            let found = client.get("/api/v1/search?q=is%3Atrashed").json()["total"] == 0;
            (gone && found).then_some(())
        });
        assert_eq!(client.get("/api/v1/search").json()["total"], 2);
        let record = client
            .get(&format!("/api/v1/photos/{}", ids[0]))
            .is(200)
            .json();
        assert_eq!(
            (&record["purged"], &record["replicas"]),
            (&json!(true), &json!([]))
        );
        let history = client.get(&format!("/api/v1/photos/{}/history", ids[0]));
        let entries = history.is(200).json()["entries"].clone();
        assert_eq!(
            entries.as_array().unwrap().last().unwrap()["what"],
            "purged"
        );
        let gone = client.get(&format!("/api/v1/photos/{}/original", ids[0]));
        assert_eq!(gone.is(404).json()["code"], "purged");
        home.run(["verify", "--deep"]).succeeded();
    }

    // One that only one device has.
    assert!(other.terminate().success());
    drop(one);
    let alone = Household::found();
    let lone = import(&alone, 2);
    let node = alone.serve();
    let trash = json!({ "query": "", "change": { "trash": true } });
    let _ = node.client().send("POST", "/api/v1/edits", &trash).is(200);
    let refused = alone.run(["purge", "is:trashed"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(
        refused.stderr.contains("of 2 of these photos"),
        "{refused:?}"
    );
    assert!(alone.blob(&lone[0]).exists());
    alone
        .run(["purge", &lone[0], "--last-copy", &lone[0]])
        .succeeded();
    eventually("it is gone", || {
        (!alone.blob(&lone[0]).exists()).then_some(())
    });
    assert!(alone.blob(&lone[1]).exists());

    // The same file again is no duplicate of what is gone.
    let again = alone.json(["import".as_ref(), alone.folder("photos 2").as_os_str()]);
    assert_eq!(
        (&again["added"], &again["duplicate"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(node.client().get("/api/v1/search").json()["total"], 1);
    assert!(alone.blob(&lone[0]).exists());
}
