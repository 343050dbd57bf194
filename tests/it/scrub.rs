//! What bad disks do to one device, the others make good.

use std::fs;
use std::path::PathBuf;

use harness::library::{Household, Node, eventually, flip};
use serde_json::Value;

/// Makes a look at everything due at the next start.
fn make_due(home: &Household) {
    fs::write(home.root().join("scrub.json"), r#"{"since_ms":0}"#).unwrap();
}

fn preview(home: &Household, id: &str) -> PathBuf {
    let path = format!("thumbs/{}/{}/{id}-256.jpg", &id[..2], &id[2..4]);
    home.root().join(path)
}

fn scrubbed(node: &Node) -> Value {
    eventually("everything was looked at", || {
        let scrub = node.client().get("/api/v1/ledger").json()["scrub"].clone();
        (scrub["running"] == false && scrub["checked"] != 0).then_some(scrub)
    })
}

/// The devices that hold an original, as the device of this node knows.
fn holders(node: &Node, id: &str) -> Vec<String> {
    let record = node.client().get(&format!("/api/v1/photos/{id}")).json();
    let replicas = record["replicas"].as_array().unwrap().iter();
    let known = replicas.filter(|one| !one["verified_at"].is_null());
    known
        .map(|one| one["device"].as_str().unwrap().to_owned())
        .collect()
}

fn device(home: &Household) -> String {
    let id = home.json(["status"])["device"]["id"].clone();
    id.as_str().unwrap().to_owned()
}

#[test]
fn what_is_damaged_on_one_device_is_named_and_comes_back_from_the_other() {
    let first = Household::found();
    let one = first.serve();
    let second = first.joined("Laptop");
    let other = second.serve();
    let folder = first.sample("photos", 6);
    let receipt = first.json(["import".as_ref(), folder.as_os_str()]);
    let ids = receipt["ids"].as_array().unwrap().iter();
    let ids: Vec<_> = ids.map(|id| id.as_str().unwrap()).collect();
    let (mine, theirs) = (device(&first), device(&second));
    for id in &ids {
        // Each knows of the other's copy, and since when it is good.
        for node in [&one, &other] {
            eventually("both are known to hold it", || {
                let mut holders = holders(node, id);
                holders.sort();
                let mut both = [mine.clone(), theirs.clone()];
                both.sort();
                (holders == both).then_some(())
            });
        }
    }

    assert!(other.terminate().success());
    let (altered, lost, faded) = (ids[0], ids[1], ids[2]);
    let good = fs::read(preview(&second, faded)).unwrap();
    flip(&second.blob(altered));
    fs::remove_file(second.blob(lost)).unwrap();
    flip(&preview(&second, faded));
    let named = second.run(["verify", "--deep"]).exited(1).stdout;
    for (what, id) in [
        ("original", altered),
        ("original", lost),
        ("preview", faded),
    ] {
        let line =
            |line: &str| line.starts_with(&format!("FAULT  {what} at ")) && line.contains(id);
        assert!(named.lines().any(line), "{what} {id}: {named}");
    }
    let segment = fs::read_dir(second.root().join("ledger")).unwrap();
    let segment = segment
        .map(|entry| entry.unwrap().path())
        .max_by_key(|path| fs::metadata(path).unwrap().len());
    flip(&segment.unwrap());
    let damaged = second.run(["verify", "--deep"]);
    assert_eq!(damaged.code, Some(1), "{damaged:?}");

    make_due(&second);
    let other = second.serve();
    let scrub = scrubbed(&other);
    assert_eq!(
        (&scrub["checked"], &scrub["missing"]),
        (&6.into(), &0.into()),
        "{scrub}"
    );
    // The lost one may have been gathered before the scrub came to it.
    assert!(scrub["repaired"].as_u64().unwrap() >= 2, "{scrub}");
    for id in &ids {
        assert!(fs::read(second.blob(id)).unwrap() == fs::read(first.blob(id)).unwrap());
    }
    assert!(fs::read(preview(&second, faded)).unwrap() == good);
    eventually("all is whole again", || {
        let report = second.run(["verify", "--deep", "--json"]);
        (report.code == Some(0)).then_some(())
    });
    let mut log = String::new();
    for entry in fs::read_dir(second.root().join("logs")).unwrap() {
        log.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    for id in [altered, faded] {
        let named = |line: &&str| line.contains(id) && line.contains("whole again");
        assert!(log.lines().any(|line| named(&line)), "{id} is not named");
    }
    let text = second.run(["status"]).succeeded().stdout;
    assert!(text.contains("6 checked"), "{text}");

    // What nobody can give is said to be missing, by name, and where it was is no copy.
    assert!(other.terminate().success());
    assert!(one.terminate().success());
    flip(&first.blob(altered));
    make_due(&first);
    let one = first.serve();
    let scrub = scrubbed(&one);
    assert_eq!(scrub["missing"], 1, "{scrub}");
    let other = second.serve();
    eventually("both know that one copy is left", || {
        let left = [theirs.clone()];
        let known = |node| holders(node, altered) == left;
        (known(&one) && known(&other)).then_some(())
    });
}

#[test]
fn a_device_that_is_started_every_day_comes_to_its_scrub() {
    let home = Household::found();
    let folder = home.sample("photos", 3);
    home.json(["import".as_ref(), folder.as_os_str()]);
    let mark = home.root().join("scrub.json");
    let waits_since = || {
        let kept: Value = serde_json::from_slice(&fs::read(&mark).unwrap()).unwrap();
        kept["since_ms"].as_i64().unwrap()
    };
    let scrub = |node: &Node| node.client().get("/api/v1/ledger").json()["scrub"].clone();

    let node = home.serve();
    assert_eq!(
        scrub(&node)["finished_at"],
        Value::Null,
        "nothing was looked at"
    );
    let since = waits_since();
    drop(node);
    drop(home.serve());
    assert_eq!(waits_since(), since, "it does not begin to wait anew");

    let month_ms = 30 * 24 * 3600 * 1000;
    let text = format!(r#"{{"since_ms":{}}}"#, since - month_ms);
    fs::write(&mark, text).unwrap();
    let node = home.serve();
    let done = scrubbed(&node);
    assert_eq!(
        (&done["checked"], &done["missing"]),
        (&Value::from(3), &Value::from(0))
    );
    assert_ne!(done["finished_at"], Value::Null);
    assert!(waits_since() > since);
}
