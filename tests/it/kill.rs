//! Imports that are killed at random moments: nothing is damaged, nothing is lost, nothing doubled.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::{Duration, Instant};

use harness::dice::Dice;
use harness::library::{Household, eventually};
use serde_json::json;

const PHOTOS: u32 = 60;

#[test]
fn an_import_killed_at_twenty_random_moments() {
    let mut dice = Dice::seeded();
    let first = Household::found();
    let folder = first.sample("photos", PHOTOS);
    let begun = Instant::now();
    first.json([OsStr::new("import"), folder.as_os_str()]);
    let whole = u64::try_from(begun.elapsed().as_micros()).unwrap();
    let mut cut_short = 0;
    for round in 0..20 {
        let home = Household::found();
        let delay = Duration::from_micros(dice.below(whole));
        let mut child = home
            .command([OsStr::new("import"), folder.as_os_str()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(delay);
        child.kill().unwrap();
        let finished = child.wait().unwrap().success();
        let case = format!("round {round}, killed after {delay:?}");
        let verified = home.json(["verify", "--deep"]);
        assert_eq!(verified["ok"], true, "{case}: {verified}");
        // Opening the library decides a block that was accepted but not decided when the process
        // was killed, so what was recorded is counted after that.
        let before = home.json(["status"])["photos"].as_u64().unwrap();
        let verified = home.json(["verify", "--deep"]);
        assert_eq!(
            (&verified["ok"], &verified["originals"]),
            (&json!(true), &json!(before)),
            "{case}"
        );
        let again = home.json([OsStr::new("import"), folder.as_os_str()]);
        let expect = (
            json!(PHOTOS),
            json!(before),
            json!(u64::from(PHOTOS) - before),
        );
        let got = (
            again["found"].clone(),
            again["duplicate"].clone(),
            again["added"].clone(),
        );
        assert_eq!(got, expect, "{case}");
        assert_eq!(home.json(["search", ""])["total"], PHOTOS, "{case}");
        assert_eq!(home.json(["verify", "--deep"])["ok"], true, "{case}");
        cut_short += u32::from(!finished && before < u64::from(PHOTOS));
    }
    assert!(
        cut_short >= 5,
        "only {cut_short} of 20 imports were cut short"
    );
}

#[test]
fn a_node_that_was_killed_takes_its_import_up_again() {
    let home = Household::found();
    let folder = home.sample("photos", PHOTOS);
    let node = home.serve();
    let mut import = home
        .command([OsStr::new("import"), folder.as_os_str()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let client = node.client();
    eventually("the first photos are there", || {
        (client.get("/api/v1/timeline").json()["total"].as_u64() >= Some(3)).then_some(())
    });
    node.kill();
    assert!(
        !import.wait().unwrap().success(),
        "the import's node has gone"
    );
    assert_eq!(home.json(["verify", "--deep"])["ok"], true);

    let node = home.serve();
    let client = node.client();
    let job = eventually("the import is over", || {
        let jobs = client.get("/api/v1/imports").is(200).json();
        let job = jobs["imports"].as_array().unwrap().first().cloned();
        job.filter(|job| job["state"] == "done")
    });
    // What the killed process had added counts as added by this import.
    assert_eq!(
        (&job["found"], &job["added"]),
        (&json!(PHOTOS), &json!(PHOTOS)),
        "{job}"
    );
    assert_eq!(client.get("/api/v1/search").json()["total"], PHOTOS);
    assert!(node.terminate().success());
    let left = std::fs::read_dir(home.root().join("imports"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "a finished import is forgotten");
    assert_eq!(home.json(["verify", "--deep"])["ok"], true);
}
