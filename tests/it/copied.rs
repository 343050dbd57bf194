//! Folders of devices that are put back from an earlier time, or copied: noticed before they vote.

use std::fs;
use std::path::Path;
use std::process::Command;

use harness::library::{Household, Node, eventually, ran};
use harness::three::Three;
use serde_json::{Value, json};

fn copy(from: &Path, to: &Path) {
    let mut command = Command::new("cp");
    let copied = ran(command.arg("-a").arg(from).arg(to));
    // Of a folder in use a file that is only there for a moment may be gone before its turn.
    let mut faults = copied.stderr.lines();
    assert!(
        faults.all(|fault| fault.ends_with("No such file or directory")),
        "{}",
        copied.stderr
    );
}

/// Puts the folder of a device back to what it was.
fn put_back(home: &Household, backup: &Path) {
    fs::remove_dir_all(home.root()).unwrap();
    copy(backup, home.root());
}

fn write(node: &Node, text: &str) -> Value {
    let path = format!("/api/v1/files?name={text}.txt");
    let written = node.client().ask("POST", &path, &[], text.as_bytes());
    assert!(matches!(written.status, 200 | 201), "{written:?}");
    written.json()
}

fn ledger(node: &Node) -> Value {
    node.client().get("/api/v1/ledger").is(200).json()
}

fn log_of(home: &Household) -> String {
    let logs = fs::read_dir(home.root().join("logs")).unwrap();
    let texts = logs.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    texts.collect()
}

/// Waits until all devices that run agree, vote, and have nothing pending.
fn well(three: &Three) {
    eventually("all is well", || {
        let all = (0..3).filter(|&n| three.nodes[n].is_some());
        let all: Vec<_> = all.map(|n| three.ledger(n)).collect();
        let good = |one: &Value| {
            one["standing"] == "good" && one["pending"] == 0 && one["tip"] == all[0]["tip"]
        };
        all.iter().all(good).then_some(())
    });
}

#[test]
fn a_folder_from_an_earlier_time_is_noticed_by_itself_when_nobody_else_is_there() {
    let mut three = Three::found();
    write(three.node(0), "before");
    well(&three);
    three.nodes[2].take().unwrap().terminate();
    let backup = three.homes[2].folder("backup");
    copy(three.homes[2].root(), &backup);
    three.start(2);
    for n in 0..5 {
        write(three.node(2), &format!("after-{n}"));
    }
    well(&three);
    for n in 0..3 {
        three.nodes[n].take().unwrap().terminate();
    }

    put_back(&three.homes[2], &backup);
    three.start(2);
    assert_eq!(three.ledger(2)["standing"], "healing");
    let told = three.homes[2].run(["status"]).succeeded().stdout;
    assert!(told.contains("put back from an earlier time"), "{told}");
    assert!(log_of(&three.homes[2]).contains("put back from an earlier time"));
    // One of the two others is not enough: what it saw may not be all. Nothing is decided.
    three.start(0);
    eventually("they see each other", || {
        let members = three.ledger(2)["members"].clone();
        let seen = |one: &&Value| one["name"] == "Here" && one["reachable"] == true;
        members.as_array()?.iter().find(seen).map(|_| ())
    });
    let height = ledger(three.node(0))["height"].clone();
    assert_eq!(write(three.node(0), "two-of-three")["state"], "pending");
    assert_eq!(ledger(three.node(0))["height"], height);
    assert_eq!(three.ledger(2)["standing"], "healing");
    // With both it goes on, has everything, and votes again.
    three.start(1);
    well(&three);
    eventually("it finds all", || {
        (three.found_by(2, "after") == 5).then_some(())
    });
    three.kill(1);
    let voted = write(three.node(0), "with-its-vote");
    assert_eq!(voted["state"], "committed", "{voted}");
    three.start(1);
    well(&three);
    for home in &three.homes {
        eventually("nothing is wrong, and every original has come", || {
            (home.run(["verify"]).code == Some(0)).then_some(())
        });
    }
}

#[test]
fn a_folder_from_an_earlier_time_follows_the_others_that_went_on() {
    let mut three = Three::found();
    well(&three);
    three.nodes[1].take().unwrap().terminate();
    let backup = three.homes[1].folder("backup");
    copy(three.homes[1].root(), &backup);
    three.start(1);
    for n in 0..3 {
        write(three.node(n), &format!("from-{n}"));
    }
    well(&three);
    three.nodes[1].take().unwrap().terminate();
    write(three.node(0), "without-it");
    put_back(&three.homes[1], &backup);
    three.start(1);
    write(three.node(1), "back");
    well(&three);
    eventually("it finds all", || {
        (three.found_by(1, "") == 5).then_some(())
    });
    assert!(log_of(&three.homes[1]).contains("put back from an earlier time"));
}

#[test]
fn of_a_device_and_its_copy_only_one_goes_on() {
    let mut three = Three::found();
    write(three.node(0), "before");
    well(&three);
    three.nodes[2].take().unwrap().terminate();
    let twin = Household::found_in(
        tempfile::tempdir().unwrap(),
        three.homes[2].folder("nothing yet"),
    );
    fs::remove_dir_all(twin.root()).unwrap();
    copy(three.homes[2].root(), twin.root());
    three.start(2);
    well(&three);
    let copied = twin.serve();
    assert_ne!(ledger(&copied)["standing"], "good", "it is no restart");
    let superseded = eventually("one of the two is told", || {
        let both = [&copied, three.node(2)];
        both.into_iter()
            .position(|node| ledger(node)["standing"] == "superseded")
    });
    let (out, home) = match superseded {
        0 => (&copied, &twin),
        _ => (three.node(2), &three.homes[2]),
    };
    let refused = out.client().ask("POST", "/api/v1/files?name=x", &[], b"x");
    assert_eq!(refused.is(409).json()["code"], "device_superseded");
    let told = home.run(["status"]).succeeded().stdout;
    assert!(told.contains("superseded"), "{told}");
    // The others go on, and so does the original once the copy is gone.
    let edit = json!({ "query": "", "change": { "rating": 2 } });
    let edited = three.client(0).send("POST", "/api/v1/edits", &edit);
    assert_eq!(edited.is(200).json()["state"], "committed");
    copied.kill();
    three.kill(2);
    three.start(2);
    well(&three);
    eventually("it finds what was done", || {
        (three.found_by(2, "rating:2") == 1).then_some(())
    });
}

/// The folder is copied while its device runs, and the copy is started beside it. Whoever shows the
/// key last is the one that goes on; the other one says so, though it ran all the time.
#[test]
fn a_device_that_runs_while_its_copy_is_started_is_told() {
    let home = Household::found();
    let here = home.serve();
    let other = home.joined("Attic");
    let attic = other.serve();
    eventually("both vote", || {
        let members = ledger(&here)["members"].clone();
        let voters = members.as_array().unwrap().iter();
        (voters.filter(|one| one["role"] == "voter").count() == 2).then_some(())
    });
    write(&attic, "before");
    let twin = Household::nowhere();
    copy(other.root(), twin.root());
    let copied = twin.serve();
    eventually("the first one is told, and counts on nobody", || {
        let told = ledger(&attic);
        (told["standing"] == "superseded" && told["quorum"] == false).then_some(())
    });
    let told = other.run(["status"]).succeeded().stdout;
    assert!(told.contains("stop one of the two"), "{told}");
    eventually("the copy goes on", || {
        (ledger(&copied)["standing"] == "good").then_some(())
    });
    let written = write(&here, "after");
    assert_eq!(written["state"], "committed", "{written}");
    // The other way round: the copy ends, and the first one goes on after its next start.
    copied.kill();
    attic.kill();
    let attic = other.serve();
    eventually("it goes on", || {
        (ledger(&attic)["standing"] == "good").then_some(())
    });
    let written = write(&attic, "again");
    assert_eq!(written["state"], "committed", "{written}");
    eventually("it has what was done meanwhile", || {
        (ledger(&attic)["tip"] == ledger(&here)["tip"]).then_some(())
    });
}

/// A household of one device: nobody else knows what a folder may lack, or whether it is a copy.
#[test]
fn a_lone_folder_that_was_copied_or_put_back_waits_for_a_person_s_word() {
    let dir = tempfile::tempdir().unwrap();
    let nas = dir.path().join("nas");
    fs::create_dir(&nas).unwrap();
    let set = [(
        "KINFOLIO_BUCKET_URL".to_owned(),
        format!("file://{}", nas.display()),
    )];
    let home = Household::found();
    let node = home.serve_with(set.clone());
    write(&node, "before");
    let backup = home.folder("backup");
    copy(home.root(), &backup);
    // A copy beside it, with a node and without.
    let twin = Household::nowhere();
    copy(home.root(), twin.root());
    let beside = twin.serve();
    assert_eq!(ledger(&beside)["standing"], "healing");
    let before = ledger(&beside)["tip"].clone();
    assert_eq!(write(&beside, "on-the-copy")["state"], "pending");
    assert_eq!(ledger(&beside)["tip"], before);
    let told = twin.run(["status"]).succeeded().stdout;
    assert!(told.contains("is in use, stop this one"), "{told}");
    beside.kill();
    let edited = twin.json(["edit", "rating:0", "--caption", "copy"]);
    assert_eq!(edited["state"], "pending", "{edited}");
    assert_eq!(write(&node, "on-the-original")["state"], "committed");

    // What was done since the backup comes from the bucket, and then a person says that it goes on.
    let last = ledger(&node)["height"].as_u64();
    eventually("the bucket has it", || {
        (ledger(&node)["bucket"]["blocks_behind"] == 0).then_some(())
    });
    assert!(node.terminate().success());
    put_back(&home, &backup);
    let node = home.serve_with(set);
    assert_eq!(ledger(&node)["standing"], "healing");
    eventually("it has what it lacked", || {
        (ledger(&node)["height"].as_u64() >= last).then_some(())
    });
    assert_eq!(write(&node, "put-back")["state"], "pending");
    home.run(["devices", "recover"]).succeeded();
    eventually("it goes on", || {
        let told = ledger(&node);
        (told["standing"] == "good" && told["pending"] == 0).then_some(())
    });
    assert_eq!(write(&node, "afterwards")["state"], "committed");
    assert!(node.terminate().success());
    // Somebody else who has no note of it may look, and it is started as ever afterwards.
    let elsewhere = dir.path().join("state");
    let mut looks = home.command(["status", "--json"]);
    let looked = ran(looks.env("XDG_STATE_HOME", elsewhere))
        .succeeded()
        .json();
    assert_eq!(looked["standing"], "healing");
    let node = home.serve();
    assert_eq!(ledger(&node)["standing"], "good");
}
