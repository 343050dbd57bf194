//! Who belongs to a household and who does not: invitations taken back, names that mislead, devices
//! that were removed and hear of it late.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use harness::library::{Household, Ran, eventually, kinfolio, ran};
use harness::three::Three;
use serde_json::{Value, json};

/// `kinfolio join` into a folder beside that of `home`.
fn join(home: &Household, folder: &str, invitation: &str, name: Option<&str>) -> Ran {
    let mut command = kinfolio();
    command.arg("--data").arg(home.folder(folder));
    command.args(["join", invitation.trim()]);
    if let Some(name) = name {
        command.args(["--device", name]);
    }
    ran(&mut command)
}

fn invite(home: &Household) -> String {
    home.run(["invite"]).succeeded().stdout.trim().to_owned()
}

fn id_of(home: &Household, name: &str) -> String {
    let devices = home.json(["devices"])["devices"].clone();
    let mut devices = devices.as_array().unwrap().iter();
    let one = devices.find(|one| one["name"] == name).unwrap();
    one["id"].as_str().unwrap().to_owned()
}

fn listing(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn an_invitation_that_is_withdrawn_lets_nobody_in() {
    let home = Household::found();
    let node = home.serve();
    let client = node.client();
    let invitation = invite(&home);
    let open = client.get("/api/v1/invitations").json();
    assert_eq!(open[0]["state"], "open");
    let listed = home.run(["devices"]).succeeded().stdout;
    let id = open[0]["id"].as_str().unwrap();
    assert!(
        listed.contains(&format!("kinfolio invite --withdraw {id}")),
        "{listed}"
    );

    let withdrawn = home.run(["invite", "--withdraw", &invitation]);
    assert!(withdrawn.succeeded().stdout.contains("withdrawn"));
    assert_eq!(client.get("/api/v1/invitations").json(), json!([]));
    let refused = join(&home, "late", &invitation, Some("Late")).exited(1);
    assert!(refused.stderr.contains("withdrawn"), "{}", refused.stderr);
    assert!(!home.folder("late").exists(), "nothing is left of it");
    let again = home.run(["invite", "--withdraw", id]).exited(1);
    assert!(again.stderr.contains("no invitation"), "{}", again.stderr);
    let path = format!("/api/v1/invitations/{id}");
    let gone = client.ask("DELETE", &path, &[], &[]);
    assert_eq!(gone.is(404).json()["code"], "invitation_unknown");
    let nonsense = client.ask("DELETE", "/api/v1/invitations/x", &[], &[]);
    assert_eq!(nonsense.is(404).json()["code"], "invitation_unknown");

    // One that was used is not.
    let used = invite(&home);
    join(&home, "second", &used, Some("Second")).succeeded();
    let late = home.run(["invite", "--withdraw", &used]).exited(1);
    assert!(late.stderr.contains("“Second”"), "{}", late.stderr);
}

#[test]
fn a_newcomer_waits_until_somebody_has_compared_the_check_words() {
    let home = Household::found();
    let node = home.serve();
    let client = node.client();
    let joining = |folder: &str, invitation: &str| {
        let mut command = kinfolio();
        command.arg("--data").arg(home.folder(folder));
        command.args(["join", invitation, "--device", folder]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let asking = || {
        let given = client.get("/api/v1/invitations").json();
        let given = given.as_array().unwrap().clone();
        given.into_iter().find(|one| one["state"] == "asking")
    };
    let ask = |folder: &str| {
        let invitation = home.run(["invite", "--confirm"]).succeeded().stdout;
        let waiting = joining(folder, invitation.trim());
        let asking = eventually("somebody asks", asking);
        assert_eq!(asking["name"], folder);
        let devices = client.get("/api/v1/devices").json();
        let is_there = |one: &Value| one["name"] == folder;
        assert!(!devices.as_array().unwrap().iter().any(is_there));
        (waiting, asking, invitation)
    };

    let (mut waiting, asking, invitation) = ask("Laptop");
    // What ends in the middle goes on as the same device.
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    let waiting = joining("Laptop", invitation.trim());

    let words = asking["check_words"].as_str().unwrap();
    let listed = home.run(["devices"]).succeeded().stdout;
    let how = format!("kinfolio invite --let-in {words}");
    assert!(listed.contains(&how), "{listed}");
    let wrong = home.run(["invite", "--let-in", "one-two-three"]).exited(1);
    assert!(wrong.stderr.contains("compare"), "{}", wrong.stderr);
    let path = format!(
        "/api/v1/invitations/{}/let-in",
        asking["id"].as_str().unwrap()
    );
    let wrong = client.send("POST", &path, &json!({ "check_words": "one-two-three" }));
    assert_eq!(wrong.is(409).json()["code"], "other_check_words");
    // As a person reads them out.
    let spoken = words.replace('-', " ");
    home.run(["invite", "--let-in", &spoken]).succeeded();
    let joined = waiting.wait_with_output().unwrap();
    let (said, shown) = (
        String::from_utf8(joined.stdout).unwrap(),
        String::from_utf8(joined.stderr).unwrap(),
    );
    assert!(joined.status.success(), "{shown}");
    assert!(shown.contains(words), "{shown}");
    assert!(said.contains("is a device of the household"), "{said}");
    id_of(&home, "Laptop");

    // Or becomes something else.
    let (mut waiting, asking, _) = ask("Hermit");
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    let id = asking["id"].as_str().unwrap();
    home.run(["invite", "--withdraw", id]).succeeded();
    let mut init = kinfolio();
    init.arg("--data").arg(home.folder("Hermit"));
    ran(init.args(["init", "--name", "Alone"])).succeeded();

    let (waiting, asking, _) = ask("Stranger");
    let id = asking["id"].as_str().unwrap();
    home.run(["invite", "--withdraw", id]).succeeded();
    let refused = waiting.wait_with_output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("the check words differ"), "{said}");
    assert_eq!(refused.status.code(), Some(1));
    assert!(!home.folder("Stranger").exists(), "nothing is left of it");
}

#[test]
fn an_invitation_is_asked_for_by_an_object_and_by_nothing_else() {
    let home = Household::found();
    let node = home.serve();
    let client = node.client();
    for body in [
        json!([]),
        json!([10, true]),
        json!("x"),
        json!(7),
        Value::Null,
    ] {
        let answer = client.send("POST", "/api/v1/invitations", &body);
        assert_eq!(answer.is(422).json()["code"], "bad_body", "{body}");
    }
    assert_eq!(client.get("/api/v1/invitations").json(), json!([]));
    let made = client.send("POST", "/api/v1/invitations", &json!({}));
    assert_eq!(made.status, 201);
}

#[test]
fn names_are_told_apart_and_hide_nothing() {
    let home = Household::found();
    let node = home.serve();
    let client = node.client();
    let invitation = invite(&home);
    for name in ["here", " HERE "] {
        let taken = join(&home, "taken", &invitation, Some(name)).exited(1);
        assert!(taken.stderr.contains("“Here” already"), "{}", taken.stderr);
        assert_eq!(listing(&home.folder("taken")), [""; 0]);
    }
    for name in ["\u{202e}PTL", "a\u{7}", "\u{200b}", "x\u{2066}y"] {
        let bad = join(&home, "bad", &invitation, Some(name)).exited(2);
        assert!(bad.stderr.contains("a device cannot be"), "{}", bad.stderr);
        assert!(!home.folder("bad").exists());
    }
    join(&home, "second", &invitation, Some("Küche 👩‍👧")).succeeded();
    let second = id_of(&home, "Küche 👩‍👧");
    let rename = |name: &str| {
        let path = format!("/api/v1/devices/{second}");
        client.send("PATCH", &path, &json!({ "name": name }))
    };
    assert_eq!(rename("HERE").is(409).json()["code"], "name_taken");
    assert_eq!(rename("\u{202e}x").is(400).json()["code"], "bad_name");
    assert_eq!(rename("küche 👩‍👧").status, 200);

    // Whoever says no name gets one that is free: all of these are one machine.
    for folder in ["one", "two"] {
        join(&home, folder, &invite(&home), None).succeeded();
    }
    let devices = home.json(["devices"])["devices"].clone();
    let mut names: Vec<_> = devices
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    names.sort_by_key(|name| name.as_str());
    names.dedup();
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn a_device_is_removed_by_its_name_or_enough_of_its_id_and_leaves_no_check_words() {
    let home = Household::found();
    let _node = home.serve();
    join(&home, "second", &invite(&home), Some("Second")).succeeded();
    join(&home, "third", &invite(&home), Some("Third")).succeeded();
    let (second, third) = (id_of(&home, "Second"), id_of(&home, "Third"));
    for short in ["", &second[..1], &second[..7], "Secon"] {
        let refused = home.run(["devices", "remove", short]).exited(1);
        assert!(refused.stderr.contains("no device"), "{}", refused.stderr);
    }
    let words = home.run(["devices"]).succeeded().stdout;
    assert!(words.contains("Second came by invitation"), "{words}");
    home.run(["devices", "remove", "Second"]).succeeded();
    let words = home.run(["devices"]).succeeded().stdout;
    assert!(!words.contains("Second"), "{words}");
    assert!(words.contains("Third came by invitation"), "{words}");
    home.run(["devices", "remove", &third[..8]]).succeeded();
    assert_eq!(
        home.json(["devices"])["devices"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn a_joining_that_comes_to_nothing_leaves_nothing() {
    let home = Household::found();
    let node = home.serve();
    let invitation = invite(&home);
    node.kill();
    let away = join(&home, "newcomer", &invitation, Some("Newcomer")).exited(1);
    assert!(away.stderr.contains("cannot be reached"), "{}", away.stderr);
    assert!(!home.folder("newcomer").exists());
    fs::create_dir(home.folder("newcomer")).unwrap();
    let again = join(&home, "newcomer", &invitation, Some("Newcomer"));
    assert_eq!(again.code, Some(1));
    assert_eq!(listing(&home.folder("newcomer")), [""; 0]);
    // It is as good as new.
    let mut command = kinfolio();
    command.arg("--data").arg(home.folder("newcomer"));
    ran(command.args(["init", "--name", "Other"])).succeeded();
}

#[test]
fn a_device_that_was_removed_while_it_was_off_says_so_and_changes_nothing() {
    let mut three = Three::found();
    let folder = three.homes[2].sample("photos", 2);
    let import = ["import".as_ref(), folder.as_os_str()];
    let receipt = three.homes[2].json(import);
    let photo = receipt["ids"][0].as_str().unwrap().to_owned();
    three.agree();
    three.kill(2);
    three.homes[0].run(["devices", "remove", "NAS"]).succeeded();
    three.start(2);
    eventually("it learns that it was removed", || {
        (three.ledger(2)["standing"] == "removed").then_some(())
    });
    let client = three.client(2);
    let change = json!({ "rating": 5 });
    let edit = client.send("PATCH", &format!("/api/v1/photos/{photo}"), &change);
    let problem = edit.is(409).json();
    assert_eq!(problem["code"], "device_removed");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("“Test”") && detail.contains("invitation"),
        "{detail}"
    );
    let upload = client.ask("POST", "/api/v1/files?name=x.txt", &[], b"late");
    assert_eq!(upload.is(409).json()["code"], "device_removed");
    let status = three.homes[2].run(["status"]).succeeded().stdout;
    assert!(status.contains("removed"), "{status}");
    let failed = three.homes[2]
        .run(["edit", &photo, "--rating", "5"])
        .exited(1);
    assert!(failed.stderr.contains("removed"), "{}", failed.stderr);
    let invited = three.homes[2].run(["invite"]).exited(1);
    assert!(invited.stderr.contains("removed"), "{}", invited.stderr);
    // What it has can still be looked at, also after it is started again.
    let original = format!("/api/v1/photos/{photo}/original");
    assert_eq!(client.get(&original).status, 200);
    three.kill(2);
    three.start(2);
    assert_eq!(three.ledger(2)["standing"], "removed");
    assert_eq!(three.ledger(2)["device"]["role"], "removed");
    assert_eq!(three.client(2).get(&original).status, 200);
    // The others go on.
    let change = json!({ "ids": [photo], "change": { "rating": 3 } });
    let edited = three.client(1).send("POST", "/api/v1/edits", &change);
    assert_eq!(edited.is(200).json()["state"], "committed");
}
