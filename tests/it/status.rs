//! What `kinfolio status` says of trouble: with the bucket, with a disk, on this device and on others.

use std::fs;

use harness::disk::{Disk, fill};
use harness::library::{Household, Node, eventually};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What `status` says of the bucket, once that is so.
fn bucket(home: &Household, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    eventually(what, || {
        let told = home.json(["status"])["bucket"].clone();
        is_so(&told).then_some(told)
    })
}

fn import(home: &Household, name: &str, count: u32) {
    let folder = home.sample(name, count);
    home.json(["import".as_ref(), folder.as_os_str()]);
}

/// A household of one that runs, has photos, and has agreed upon a folder that is not there.
fn with_missing_bucket() -> (Household, Node, std::path::PathBuf, String) {
    let home = Household::found();
    let node = home.serve();
    import(&home, "photos", 3);
    let folder = home.folder("bucket");
    let address = format!("file://{}", folder.display());
    home.json(["household", "--bucket", &address]);
    (home, node, folder, address)
}

#[test]
fn the_bucket_is_told_with_what_waits_for_it_also_while_it_is_away() {
    let home = Household::found();
    let _node = home.serve();
    assert!(home.json(["status"])["bucket"].is_null());
    let said = home.run(["status"]).succeeded().stdout;
    assert!(!said.contains("bucket"), "{said}");

    let (home, node, folder, address) = with_missing_bucket();
    let told = bucket(
        &home,
        "what waits is counted, and the trouble told",
        |told| told["waiting"] == 3 && !told["trouble"].is_null(),
    );
    assert_eq!(told["bucket"], address.as_str());
    let kind = (&told["encrypted"], &told["votes"], &told["originals"]);
    assert_eq!(kind, (&json!(false), &json!(false), &json!(0)));
    let said = home.run(["status"]).succeeded().stdout;
    let line = format!("bucket     {address} (not encrypted); 0 originals stored, 3 waiting; ");
    assert!(said.contains(&line), "{said}");
    assert!(said.contains("does not exist or is not mounted"), "{said}");
    // The page is told the same.
    let page = node.client().get("/api/v1/tasks").is(200).json();
    assert_eq!(page["bucket"]["waiting"], 3);

    fs::create_dir(&folder).unwrap();
    bucket(
        &home,
        "all is there, and nothing is wrong any more",
        |told| {
            let all = told["originals"] == 3 && told["waiting"] == 0;
            all && told["blocks_behind"] == 0 && told["trouble"].is_null()
        },
    );
    let said = home.run(["status"]).succeeded().stdout;
    let line = "(not encrypted); 3 originals stored, 0 waiting; ";
    assert!(said.contains(line), "{said}");
}

#[test]
fn a_bucket_that_holds_something_is_not_made_one_of_the_other_kind() {
    for (now, other, code) in [
        ("no", "yes", "bucket_plain"),
        ("yes", "no", "bucket_encrypted"),
    ] {
        let home = Household::found();
        let node = home.serve();
        import(&home, "photos", 2);
        let folder = home.folder("bucket");
        fs::create_dir(&folder).unwrap();
        let address = format!("file://{}", folder.display());
        home.json(["household", "--bucket", &address, "--encrypt-bucket", now]);
        let is_encrypted = now == "yes";
        let well = |told: &Value| {
            let all = told["originals"] == 2 && told["blocks_behind"] == 0;
            all && told["encrypted"] == is_encrypted && told["trouble"].is_null()
        };
        bucket(&home, "it is in use", well);
        let refused = home.run(["household", "--encrypt-bucket", other]).exited(1);
        let said = &refused.stderr;
        assert!(
            said.contains("empty place") && said.contains(&address),
            "{said}"
        );
        let wish = json!({ "bucket": address, "bucket_encrypted": !is_encrypted });
        let problem = node.client().send("PATCH", "/api/v1/household", &wish);
        problem.is_problem(409, code);
        let agreed = home.json(["household"]);
        assert_eq!(agreed["bucket_encrypted"], is_encrypted);
        bucket(&home, "it goes on", well);

        // Where nobody can ask it, the wish is taken, and what comes of it told.
        let aside = home.folder("aside");
        fs::rename(&folder, &aside).unwrap();
        home.json(["household", "--encrypt-bucket", other]);
        fs::rename(&aside, &folder).unwrap();
        let told = bucket(&home, "that does not fit", |told| {
            let trouble = told["trouble"].as_str().unwrap_or_default();
            trouble.contains("empty place")
        });
        let said = home.run(["status"]).succeeded().stdout;
        assert!(said.contains(told["trouble"].as_str().unwrap()), "{said}");
        home.json(["household", "--encrypt-bucket", now]);
        bucket(&home, "it is well again", well);

        // A new place may be of the other kind.
        let new = home.folder("new");
        fs::create_dir(&new).unwrap();
        let new = format!("file://{}", new.display());
        home.json(["household", "--bucket", &new, "--encrypt-bucket", other]);
        bucket(&home, "the new one is in use", |told| {
            let all = told["originals"] == 2 && told["trouble"].is_null();
            all && told["encrypted"] != is_encrypted && told["bucket"] == new.as_str()
        });
    }
}

#[test]
fn a_full_disk_is_told_on_its_device_and_on_the_others() {
    let dir = TempDir::new().unwrap();
    let disk = match Disk::mount(&dir.path().join("disk"), "24m") {
        Ok(disk) => disk,
        Err(why) => {
            eprintln!("no file system may be mounted here, so none can be filled: {why}");
            return;
        }
    };
    let first = Household::found();
    let _one = first.serve();
    let tiny = first.joined_in("Tiny", dir, disk.at().join("library"));
    let _two = tiny.serve();
    let total = |home: &Household| home.json(["search", ""])["total"].clone();
    // What is refused below is refused of this one, whatever came before the disk was full.
    import(&first, "before", 1);
    eventually("it has come", || (total(&tiny) == 1).then_some(()));
    let filling = disk.at().join("filling");
    fill(&filling, 0);
    import(&first, "photos", 12);
    let is_full = |home: &Household| {
        let members = home.json(["status"])["members"].clone();
        let mut members = members.as_array().unwrap().iter();
        let tiny = members.find(|one| one["name"] == "Tiny").unwrap();
        tiny["disk_full"] == true
    };
    for home in [&first, &tiny] {
        eventually("it is told whose disk is full", || {
            is_full(home).then_some(())
        });
        for command in ["status", "devices"] {
            let said = home.run([command]).succeeded().stdout;
            assert!(said.contains("Tiny: its disk is full"), "{said}");
            assert!(!said.contains("Here: its disk"), "{said}");
        }
    }
    // What is refused says so, and is not recorded; where the ledger met the full disk itself, that is not
    // known yet, and said.
    let refused = tiny
        .run(["edit", "-is:trashed", "--add-tag", "refused"])
        .exited(1);
    let said = &refused.stderr;
    assert!(said.contains("full"), "{said}");
    let is_unknown = said.contains("look whether the change took effect");
    let is_refused = said.contains("not recorded") || said.contains("nothing was changed");
    assert!(is_refused != is_unknown, "{said}");
    fs::remove_file(&filling).unwrap();
    for home in [&first, &tiny] {
        eventually("there is room again", || (!is_full(home)).then_some(()));
    }
    eventually("what came meanwhile shows", || {
        (total(&tiny) == total(&first)).then_some(())
    });
    for home in [&first, &tiny] {
        let refused = home.json(["search", "tag:refused"])["total"].clone();
        assert!(is_unknown || refused == 0, "{refused}");
    }
    // The log did not fill with it.
    let logs = fs::read_dir(tiny.root().join("logs")).unwrap();
    let logs = logs.map(|log| fs::read_to_string(log.unwrap().path()).unwrap());
    let times: usize = logs
        .map(|log| log.matches("the search index cannot follow").count())
        .sum();
    assert!(times < 10, "{times}");
}
