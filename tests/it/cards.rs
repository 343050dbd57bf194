//! What each device tells of itself and of the others, and the recovery key, told at the machine only.

use std::fs;

use harness::http::Client;
use harness::library::{Household, eventually};
use serde_json::{Value, json};

/// What this node knows of the device of that name.
fn member(client: &Client, name: &str) -> Value {
    let ledger = client.get("/api/v1/ledger").is(200).json();
    let members = ledger["members"].as_array().unwrap().iter();
    let mut called = members.filter(|one| one["name"] == name);
    called.next().cloned().unwrap_or(Value::Null)
}

#[test]
fn what_only_one_device_holds_is_counted() {
    let [(home, node), (_other, other)] = Household::two();
    let client = node.client();
    let there = member(&client, "Laptop")["id"].clone();
    let path = format!("/api/v1/devices/{}", there.as_str().unwrap());
    let keep = |placement: &str| {
        let change = json!({ "placement": placement });
        assert_eq!(client.send("PATCH", &path, &change).status, 200);
    };
    let sole = |count: u64| {
        for client in [node.client(), other.client()] {
            eventually("counted", || {
                let here = member(&client, "Here");
                (here["originals"] == 3 && here["sole_originals"] == count).then_some(())
            });
        }
    };
    keep("on-demand");
    let folder = home.sample("photos", 3);
    home.json(["import".as_ref(), folder.as_os_str()]);
    sole(3);
    keep("all");
    sole(0);
}

#[test]
fn what_waits_what_is_held_and_how_much_room_there_is_all_are_told() {
    let first = Household::found();
    let one = first.serve();
    let second = first.joined("Laptop");
    let two = second.serve();
    let third = first.joined("Attic");
    let three = third.serve();
    let folder = first.sample("photos", 3);
    first.json(["import".as_ref(), folder.as_os_str()]);
    for client in [one.client(), two.client(), three.client()] {
        for name in ["Here", "Laptop", "Attic"] {
            eventually("all hold all, and say how much room they have", || {
                let member = member(&client, name);
                let told = member["originals"] == 3 && member["pending"] == 0;
                (told && member["free_bytes"].as_u64()? > 0).then_some(())
            });
        }
    }
    let said = first.run(["status"]).succeeded().stdout;
    assert!(said.contains(", 3 originals, "), "{said}");
    assert!(said.contains(" GB free)"), "{said}");

    // Of two voters one goes; the observer that stays hears what waits on the other.
    let observer = member(&one.client(), "Laptop")["id"].clone();
    let path = format!("/api/v1/devices/{}", observer.as_str().unwrap());
    let change = json!({ "role": "observer" });
    let changed = one.client().send("PATCH", &path, &change).is(200).json();
    assert_eq!(changed["state"], "committed");
    three.kill();
    eventually("it is missed", || {
        let ledger = one.client().get("/api/v1/ledger").json();
        (ledger["quorum"] == false).then_some(())
    });
    first
        .run(["edit", "-is:trashed", "--add-tag", "waits"])
        .succeeded();
    let waiting = eventually("the observer hears of it", || {
        member(&two.client(), "Here")["pending"]
            .as_u64()
            .filter(|waiting| *waiting > 0)
    });
    assert_eq!(
        one.client().get("/api/v1/ledger").json()["pending"],
        waiting
    );
    let _back = third.serve();
    eventually("nothing waits any more", || {
        (member(&two.client(), "Here")["pending"] == 0).then_some(())
    });
}

#[test]
fn the_bucket_s_originals_are_counted() {
    let home = Household::found();
    let folder = home.folder("bucket");
    fs::create_dir(&folder).unwrap();
    let node = home.serve();
    let photos = home.sample("photos", 4);
    home.json(["import".as_ref(), photos.as_os_str()]);
    let bucket = format!("file://{}", folder.display());
    home.json(["household", "--bucket", &bucket]);
    eventually("all are stored, and counted", || {
        let told = node.client().get("/api/v1/tasks").json()["bucket"].clone();
        (told["originals"] == 4 && told["blocks_behind"] == 0).then_some(())
    });
}

#[test]
fn the_recovery_key_is_shown_to_the_owner_and_stands_in_no_log() {
    const PATH: &str = "/api/v1/household/recovery-key";
    let home = Household::found();
    let node = home.serve();
    let key = home.run(["recovery-key"]).succeeded().stdout;
    let key = key.trim();
    node.stranger().get(PATH).is_problem(401, "unauthorized");
    let shown = node.client().get(PATH).is(200);
    assert_eq!(shown.header("cache-control"), "no-store");
    let shown = shown.json();
    assert_eq!(shown["recovery_key"], key);
    assert!(shown["qr"].as_str().unwrap().contains("<svg"));
    assert_eq!(home.ask_node(PATH)["recovery_key"], key);
    // Where a program knows paths, it is no guest from the network.
    let file = json!({ "path": home.folder("key.txt") });
    let refused = node.client().send("POST", &format!("{PATH}/file"), &file);
    refused.is_problem(403, "not_this_machine");
    assert!(!home.folder("key.txt").exists());
    assert!(node.terminate().success());
    for entry in fs::read_dir(home.root().join("logs")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(&key[20..]));
    }
}
