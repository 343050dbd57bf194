//! Everything that one does with a library on the first day, and what a script sees of it.

use std::fs;

use harness::library::{Household, kinfolio, ran};
use serde_json::json;

#[test]
fn import_search_edit_and_verify() {
    let home = Household::found();
    let folder = home.sample("photos", 24);
    let receipt = home.json([
        "import".as_ref(),
        folder.as_os_str(),
        "--tag".as_ref(),
        "a/b".as_ref(),
    ]);
    let counts = |receipt: &serde_json::Value| {
        let rejected = receipt["rejected"].as_array().unwrap().len();
        (
            receipt["found"].clone(),
            receipt["added"].clone(),
            receipt["duplicate"].clone(),
            rejected,
        )
    };
    assert_eq!(counts(&receipt), (json!(24), json!(24), json!(0), 0));
    assert_eq!(receipt["ids"].as_array().unwrap().len(), 24);

    let again = home.json(["import".as_ref(), folder.as_os_str()]);
    assert_eq!(counts(&again), (json!(24), json!(0), json!(24), 0));

    let total = |query: &str| home.json(["search", query])["total"].as_u64().unwrap();
    assert_eq!(total(""), 24);
    assert_eq!(total("tag:a"), 24);
    assert_eq!(total("-tag:a/b"), 0);
    let placed = total("has:gps");
    assert!(placed >= 12, "{placed} of 24 have a position");

    let id = receipt["ids"][0].as_str().unwrap();
    let edit = [
        "edit",
        id,
        "--caption",
        "Grandma's garden",
        "--rating",
        "5",
        "--add-tag",
        "c",
    ];
    let edited = home.json(edit);
    assert_eq!(
        (&edited["photos"], &edited["state"]),
        (&json!(1), &json!("committed"))
    );
    let record = home.json(["show", id]);
    assert_eq!(record["caption"], "Grandma's garden");
    assert_eq!(
        (&record["rating"], &record["tags"]),
        (&json!(5), &json!(["a/b", "c"]))
    );
    assert!(record["as_of"].as_u64() >= edited["height"].as_u64());
    assert_eq!(
        total("grandm garden"),
        1,
        "a typo and a prefix are forgiven"
    );
    assert_eq!(total("rating:>=4"), 1);

    let moved = [
        "edit",
        "tag:c",
        "--taken",
        "2001-02-03 04:05",
        "--position",
        "-33.9,151.2",
    ];
    assert_eq!(home.json(moved)["photos"], 1);
    let record = home.json(["show", id]);
    assert_eq!(record["taken_at"], "2001-02-03T04:05:00-00:00");
    assert_eq!(record["position"], json!([-33.9, 151.2]));
    assert_eq!(total("taken:2001"), 1);
    assert_eq!(
        home.json(["edit", "-tag:c", "--remove-tag", "a/b"])["photos"],
        23
    );
    assert_eq!(total("tag:a"), 1);

    let status = home.json(["status"]);
    assert_eq!(
        (&status["photos"], &status["quorum"]),
        (&json!(24), &json!(true))
    );
    assert_eq!(
        (&status["household"], &status["device"]["name"]),
        (&json!("Test"), &json!("Here"))
    );
    assert_eq!(status["members"].as_array().unwrap().len(), 1);
    let blocks = home.json(["blocks"]);
    let blocks = blocks.as_array().unwrap();
    assert_eq!(blocks.len() as u64, status["height"].as_u64().unwrap() + 1);
    for pair in blocks.windows(2) {
        assert_eq!(pair[0]["hash"], pair[1]["prev"]);
    }
    assert_eq!(blocks.last().unwrap()["hash"], status["tip"]);

    let verified = home.json(["verify", "--deep"]);
    assert_eq!(
        (&verified["ok"], &verified["originals"]),
        (&json!(true), &json!(24))
    );
    assert_eq!(verified["blocks"], blocks.len());
}

#[test]
fn verify_names_each_fault() {
    let home = Household::found();
    let folder = home.sample("photos", 3);
    let receipt = home.json(["import".as_ref(), folder.as_os_str()]);
    let id = receipt["ids"][1].as_str().unwrap();
    let blob = home
        .root()
        .join("blobs")
        .join(&id[..2])
        .join(&id[2..4])
        .join(id);
    let sound = fs::read(&blob).unwrap();
    let mut altered = sound.clone();
    altered[sound.len() / 2] ^= 1;
    fs::remove_file(&blob).unwrap();
    let faults = |args: &[&str]| {
        let report = home
            .run(args.iter().copied().chain(["--json"]))
            .exited(1)
            .json();
        assert_eq!(report["ok"], false);
        let faults = report["faults"].as_array().unwrap().clone();
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0]["where"], id);
        faults[0]["detail"].as_str().unwrap().to_owned()
    };
    assert!(faults(&["verify"]).contains("missing"));
    fs::write(&blob, &altered).unwrap();
    assert!(
        home.json(["verify"])["ok"].as_bool().unwrap(),
        "its length is right"
    );
    assert!(faults(&["verify", "--deep"]).contains("hash"));
    fs::write(&blob, &sound).unwrap();
    assert_eq!(home.json(["verify", "--deep"])["ok"], true);
}

#[test]
fn one_flipped_bit_in_the_chain_is_found() {
    let home = Household::found();
    let folder = home.sample("photos", 3);
    home.json(["import".as_ref(), folder.as_os_str()]);
    let segment = fs::read_dir(home.root().join("ledger"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .max_by_key(|path| fs::metadata(path).unwrap().len())
        .unwrap();
    let sound = fs::read(&segment).unwrap();
    let mut altered = sound.clone();
    altered[sound.len() / 3] ^= 0x10;
    fs::write(&segment, &altered).unwrap();
    let report = home.run(["verify", "--json"]).exited(1).json();
    // The damage, which block it took, and up to where nothing is known for it: not each of them.
    let faults = report["faults"].as_array().unwrap();
    assert!((1..=3).contains(&faults.len()), "{report}");
    let place = faults[0]["where"].as_str().unwrap();
    assert!(place.contains(".log at byte "), "{report}");
    fs::write(&segment, &sound).unwrap();
    assert_eq!(home.json(["verify"])["ok"], true);
}

#[test]
fn what_is_derived_may_be_lost_or_damaged() {
    let home = Household::found();
    let folder = home.sample("photos", 6);
    home.json([
        "import".as_ref(),
        folder.as_os_str(),
        "--tag".as_ref(),
        "x".as_ref(),
    ]);
    let total = || home.json(["search", "tag:x"])["total"].clone();
    for folder in ["catalog", "index", "thumbs"] {
        fs::remove_dir_all(home.root().join(folder)).unwrap();
        assert_eq!(total(), 6, "without {folder}");
    }
    for folder in ["catalog", "index"] {
        for entry in fs::read_dir(home.root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let length = fs::metadata(&path).unwrap().len();
            fs::write(&path, vec![0x5a; usize::try_from(length).unwrap()]).unwrap();
        }
        assert_eq!(total(), 6, "with a damaged {folder}");
    }
}

#[test]
fn init_refuses_what_is_there() {
    let home = Household::found();
    let check = |root: &std::path::Path, says: &str| {
        let ran = ran(kinfolio()
            .arg("--data")
            .arg(root)
            .args(["init", "--name", "X"]))
        .exited(1);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    };
    check(home.root(), "already holds a library");
    let other = home.folder("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("letter.txt"), "Dear Anna").unwrap();
    check(&other, "not empty");
    assert!(!other.join("library.toml").exists());
    let nothing = home.folder("nothing");
    let ran = ran(kinfolio().arg("--data").arg(&nothing).arg("status")).exited(1);
    assert!(ran.stderr.contains("kinfolio init"), "{}", ran.stderr);
}

#[test]
fn wrong_usage_exits_with_2() {
    let home = Household::found();
    let check = |args: &[&str], says: &str| {
        let ran = home.run(args).exited(2);
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.stderr);
    };
    check(&["search", "nonsense:x"], "nonsense:x\n  ^");
    check(&["search", "tag:"], "^");
    check(&["search", "x", "--limit", "20001"], "20000");
    check(&["edit", "x"], "empty");
    check(&["edit", "shelf:y", "--rating", "1"], "^");
    check(&["edit", "x", "--rating", "6"], "rating");
    check(&["edit", "x", "--taken", "yesterday"], "yesterday");
    check(&["edit", "x", "--add-tag", "a//b"], "a//b");
    check(&["import", "/does/not/exist"], "/does/not/exist");
    check(&["frobnicate"], "frobnicate");
    let ran = home.run(["show", &"0".repeat(64)]).exited(1);
    assert!(ran.stderr.contains(&"0".repeat(64)), "{}", ran.stderr);
}
