//! Several devices, one library: what one does, all have.

use std::fs;
use std::time::Instant;

use harness::http::Client;
use harness::library::{Household, eventually};
use harness::three::Three;
use serde_json::json;

#[test]
fn what_one_device_does_all_have() {
    let mut three = Three::found();
    let folder = three.homes[0].sample("photos", 12);
    let receipt = three.homes[0].json([
        "import".as_ref(),
        folder.as_os_str(),
        "--tag".as_ref(),
        "greece".as_ref(),
    ]);
    let ids: Vec<_> = receipt["ids"].as_array().unwrap().clone();
    assert_eq!(receipt["added"], 12);
    eventually("the second finds them", || {
        (three.found_by(1, "tag:greece") == 12).then_some(())
    });
    let change = json!({ "query": "tag:greece", "change": { "add_tags": ["beach"] } });
    let began = Instant::now();
    let edited = three.client(1).send("POST", "/api/v1/edits", &change);
    assert_eq!(edited.is(200).json()["state"], "committed");
    eventually("the third finds them", || {
        (three.found_by(2, "tag:beach") == 12).then_some(())
    });
    eprintln!(
        "tagged on one device, found on another after {} ms",
        began.elapsed().as_millis()
    );
    three.agree();

    // The third is asked for what the first has, before or after it came by itself.
    for id in &ids {
        let id = id.as_str().unwrap();
        let get = |n: usize, what: &str| {
            let path = format!("/api/v1/photos/{id}/{what}");
            three.client(n).get(&path).is(200).body
        };
        assert!(get(2, "original") == get(0, "original"), "{id}");
        assert!(
            get(2, "thumbnail?size=256") == get(0, "thumbnail?size=256"),
            "{id}"
        );
    }

    // One is gone: the others go on; when it is back it has all of it, and once.
    three.kill(0);
    let change = json!({ "query": "tag:greece", "change": { "rating": 5 } });
    let edited = three.client(2).send("POST", "/api/v1/edits", &change);
    assert_eq!(edited.is(200).json()["state"], "committed");
    three.start(0);
    eventually("the first finds what was done without it", || {
        (three.found_by(0, "rating:5") == 12).then_some(())
    });
    three.agree();
    for n in 0..3 {
        eventually("every original is on every device", || {
            let report = three.homes[n].run(["verify", "--deep", "--json"]);
            (report.code == Some(0) && report.json()["originals"] == 12).then_some(())
        });
    }
    // What a device lost comes back when it is asked for.
    let id = ids[3].as_str().unwrap();
    let blob = format!("blobs/{}/{}/{id}", &id[..2], &id[2..4]);
    let blob = three.homes[1].root().join(blob);
    let bytes = fs::read(&blob).unwrap();
    fs::remove_file(&blob).unwrap();
    let path = format!("/api/v1/photos/{id}/original");
    let range = three
        .client(1)
        .ask("GET", &path, &[("range", "bytes=10-99")], &[]);
    assert_eq!(range.is(206).body, bytes[10..100]);
    assert_eq!(fs::read(&blob).unwrap(), bytes);
}

#[test]
fn nobody_joins_with_an_invitation_that_was_used_or_altered_and_a_removed_device_is_out() {
    let first = Household::found();
    let deaf = first.run(["invite"]);
    assert_eq!(deaf.code, Some(1));
    assert!(deaf.stderr.contains("kinfolio serve"), "{}", deaf.stderr);

    let serving = first.serve();
    let invitation = first.run(["invite"]).succeeded().stdout;
    let invitation = invitation.trim();
    let newcomer = |name: &str, invitation: &str| {
        let folder = first.folder(name);
        let mut command = harness::library::kinfolio();
        command.arg("--data").arg(&folder);
        harness::library::ran(command.args(["join", invitation, "--device", name]))
    };
    let altered: String = invitation
        .char_indices()
        .map(|(at, c)| match (at, c) {
            (40, 'q') => 'p',
            (40, _) => 'q',
            _ => c,
        })
        .collect();
    let refused = newcomer("Altered", &altered);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("damaged"), "{}", refused.stderr);

    let second = first.folder("Second");
    newcomer("Second", invitation).succeeded();
    let again = newcomer("Third", invitation);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("“Second”"), "{}", again.stderr);
    assert!(!again.stderr.contains(invitation), "{}", again.stderr);
    let occupied = newcomer("Second", invitation);
    assert_eq!(occupied.code, Some(1), "{}", occupied.stderr);

    let listed = first.json(["devices"]);
    let devices = listed["devices"].as_array().unwrap();
    assert_eq!(devices.len(), 2);
    assert_eq!(listed["invitations"][0]["state"], "joined");
    let id = devices
        .iter()
        .find(|one| one["name"] == "Second")
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .unwrap();
    let nobody = first.run(["devices", "remove", "ffffffff"]);
    assert_eq!(nobody.code, Some(1), "{}", nobody.stderr);
    first.run(["devices", "remove", &id]).succeeded();
    assert_eq!(
        first.json(["devices"])["devices"].as_array().unwrap().len(),
        1
    );
    let mine = first.json(["status"])["device"]["id"].clone();
    let last = first.run(["devices", "remove", mine.as_str().unwrap()]);
    assert_eq!(last.code, Some(1));
    assert!(
        last.stderr.contains("only device that votes"),
        "{}",
        last.stderr
    );

    // A joining that was killed, however far it had come, is done again with the same invitation.
    let invitation_2 = first.run(["invite"]).succeeded().stdout;
    newcomer("Killed", invitation_2.trim()).succeeded();
    let killed = first.folder("Killed");
    fs::remove_file(killed.join("library.toml")).unwrap();
    fs::write(killed.join("joining"), "").unwrap();
    newcomer("Killed", invitation_2.trim()).succeeded();
    assert!(killed.join("library.toml").exists() && !killed.join("joining").exists());
    let members = first.json(["devices"])["devices"].clone();
    assert_eq!(members.as_array().unwrap().len(), 2, "{members}");

    // The log knows who was turned away, and no secret.
    drop(serving);
    let mut log = String::new();
    for entry in fs::read_dir(first.root().join("logs")).unwrap() {
        log.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    assert!(log.contains("turned away"), "{log}");
    assert!(!log.contains(invitation));
    assert!(second.join("library.toml").exists());
}

/// A device that has just joined shows all photos though its ledger has none of them yet, and what is
/// written there then stands on what is seen there.
#[test]
fn a_newcomer_shows_the_library_before_it_has_the_ledger() {
    let first = Household::found();
    let serving = first.serve();
    let folder = first.sample("photos", 8);
    first.json([
        "import".as_ref(),
        folder.as_os_str(),
        "--tag".as_ref(),
        "holiday/crete".as_ref(),
    ]);
    let second = first.joined("Laptop");
    // It votes not, so that the first one can go.
    serving.kill();
    let laptop = second.serve();
    let client = laptop.client();
    let ledger = client.get("/api/v1/ledger").json();
    assert_eq!(ledger["height"], 0, "{ledger}");
    assert_eq!(ledger["photos"], 8, "{ledger}");
    assert_eq!(ledger["proving"]["height"], 0, "{ledger}");
    assert!(ledger["proving"]["of"].as_u64() > Some(0), "{ledger}");
    let timeline = client.get("/api/v1/timeline").json();
    let months = timeline["months"].as_array().unwrap();
    let shown: u64 = months.iter().filter_map(|one| one["count"].as_u64()).sum();
    assert_eq!(shown, 8, "{timeline}");
    let found = |client: &Client, query: &str| {
        let answer = client.get(&format!("/api/v1/search?q={query}")).json();
        answer["total"].as_u64().unwrap()
    };
    eventually("it finds them", || {
        (found(&client, "tag:holiday") == 8).then_some(())
    });
    let photos = client.get("/api/v1/search?q=&limit=2").json();
    let id = photos["photos"][0]["id"].as_str().unwrap().to_owned();
    let change = json!({ "remove_tags": ["holiday/crete"], "add_tags": ["garden"] });
    let path = format!("/api/v1/photos/{id}");
    let edited = client.send("PATCH", &path, &change).json();
    assert_eq!(edited["state"], "pending", "{edited}");
    assert_eq!(edited["photo"]["tags"], json!(["garden"]), "{edited}");
    // It survives a kill in this state, too.
    laptop.kill();
    let laptop = second.serve();
    let client = laptop.client();
    let photo = client.get(&path).json();
    assert_eq!(photo["tags"], json!(["garden"]), "{photo}");

    let serving = first.serve();
    let ledger = eventually("it is proved and votes", || {
        let ledger = client.get("/api/v1/ledger").json();
        let done = ledger["proving"].is_null() && ledger["device"]["role"] == "voter";
        (done && ledger["pending"] == 0).then_some(ledger)
    });
    for client in [&client, &serving.client()] {
        let photo = eventually("the edit came", || {
            let photo = client.get(&path).json();
            (photo["tags"] == json!(["garden"]) && photo["state"] == "committed").then_some(photo)
        });
        assert_eq!(
            photo["conflicts"].as_array().map_or(0, Vec::len),
            0,
            "{photo}"
        );
        eventually("it is found as it is now", || {
            let right = found(client, "tag:holiday") == 7 && found(client, "tag:garden") == 1;
            right.then_some(())
        });
    }
    assert!(!second.root().join("catalog/proof").exists(), "{ledger}");
    assert!(!second.root().join("catalog/unproven").exists(), "{ledger}");
}
