//! The ledger in the bucket, and a household that comes back from it: with the real program, a
//! folder and services that stand for the clouds.

mod checkpoints;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use harness::emulator::{Cloud, Emulator};
use harness::http::Client;
use harness::library::{Household, Node, Ran, eventually, ran};
use serde_json::{Value, json};

/// Where a household keeps its bucket, and with which variables.
#[derive(Clone)]
struct Place {
    url: String,
    variables: Vec<(String, String)>,
}

impl Place {
    fn folder(path: &Path) -> Self {
        fs::create_dir(path).unwrap();
        Self {
            url: format!("file://{}", path.display()),
            variables: Vec::new(),
        }
    }

    fn emulated(emulator: &Emulator, prefix: &str) -> Self {
        Self {
            url: emulator.url(prefix),
            variables: emulator.variables(),
        }
    }

    fn encrypted(mut self) -> Self {
        let wish = ("KINFOLIO_BUCKET_ENCRYPTED".to_owned(), "1".to_owned());
        self.variables.push(wish);
        self
    }

    /// What a node is given.
    fn set(&self) -> Vec<(String, String)> {
        let url = ("KINFOLIO_BUCKET_URL".to_owned(), self.url.clone());
        self.variables.iter().cloned().chain([url]).collect()
    }
}

fn import(home: &Household, count: u32) {
    let folder = home.sample(&format!("photos {count}"), count);
    home.json(["import".as_ref(), folder.as_os_str()]);
}

fn bucket(client: &Client) -> Value {
    client.get("/api/v1/tasks").is(200).json()["bucket"].clone()
}

/// Waits until the bucket holds every original and every block that is here.
fn all_is_there(client: &Client) {
    eventually("the bucket holds all", || {
        let told = bucket(client);
        let all = told["waiting"] == 0 && told["blocks_behind"] == 0 && told["trouble"].is_null();
        let height = client.get("/api/v1/ledger").json()["height"].as_u64();
        (all && told["blocks"].as_u64() == height.map(|height| height + 1)).then_some(())
    });
}

/// Edits the photos of a household that serves, and waits until the bucket has that.
fn caption(home: &Household, client: &Client, text: &str) {
    home.json(["edit", "rating:0", "--caption", text]);
    all_is_there(client);
}

fn restore(to: &Household, place: &Place, key: &Path) -> Ran {
    let args = ["restore", &place.url, "--device", "New", "--json", "--key"];
    let mut command = to.command(args);
    ran(command.arg(key).envs(place.variables.clone()))
}

fn tip(client: &Client) -> Value {
    client.get("/api/v1/ledger").is(200).json()["tip"].clone()
}

/// Has everything that `photos` photos and this tip amount to.
fn is_whole(home: &Household, photos: u64, expected: &Value) {
    let verified = home.json(["verify", "--deep"]);
    assert_eq!(
        (&verified["ok"], &verified["faults"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(verified["originals"], photos);
    let node = home.serve();
    let client = node.client();
    assert_eq!(tip(&client), *expected);
    assert_eq!(client.get("/api/v1/search").json()["total"], photos);
}

fn comes_back(place: &Place) {
    const PHOTOS: u32 = 12;
    let home = Household::found();
    import(&home, PHOTOS);
    let node = home.serve_with(place.set());
    let client = node.client();
    all_is_there(&client);
    home.json(["edit", "rating:0", "--add-tag", "holiday/greece"]);
    all_is_there(&client);
    let key = home.recovery_key();
    let last = tip(&client);
    node.kill();
    fs::remove_dir_all(home.root()).unwrap();

    let new = Household::nowhere();
    let restored = restore(&new, place, &key).succeeded().json();
    assert_eq!(restored["tip"], last);
    assert_eq!(restored["household"], "Test");
    assert_eq!(
        (&restored["originals"], &restored["missing"]),
        (&json!(PHOTOS), &json!([]))
    );
    is_whole(&new, u64::from(PHOTOS), &last);
    assert_eq!(new.json(["search", "tag:holiday/greece"])["total"], PHOTOS);
    let again = new.run(["recovery-key"]).succeeded().stdout;
    assert_eq!(again, fs::read_to_string(&key).unwrap());
    goes_on(&new, place, PHOTOS);
}

/// The first thing that is written on a restored device begins an epoch, of which it is the only
/// member; and the bucket takes that in.
fn goes_on(new: &Household, place: &Place, photos: u32) {
    // The bucket is asked first whether another device has.
    let args = ["edit", "rating:0", "--rating", "5", "--json"];
    let mut edit = new.command(args);
    let edited = ran(edit.envs(place.variables.clone())).succeeded().json();
    assert_eq!(edited["photos"], photos, "{edited}");
    let node = new.serve_with(place.set());
    let client = node.client();
    let ledger = client.get("/api/v1/ledger").is(200).json();
    assert_eq!(ledger["quorum"], true);
    let members = ledger["members"].as_array().unwrap();
    assert_eq!(members.len(), 1, "{members:?}");
    assert_eq!(members[0]["role"], "voter");
    all_is_there(&client);
    let last = tip(&client);
    let key = new.recovery_key();
    assert!(node.terminate().success());
    is_whole(new, u64::from(photos), &last);
    // What the bucket holds now leads through the epoch.
    let third = Household::nowhere();
    assert_eq!(restore(&third, place, &key).succeeded().json()["tip"], last);
    assert_eq!(third.json(["search", "rating:5"])["total"], photos);
    is_whole(&third, u64::from(photos), &last);
}

/// What was purged is not missed, and does not come back.
#[test]
fn what_was_purged_stays_away() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("bucket");
    let place = Place::folder(&folder);
    let home = Household::found();
    import(&home, 5);
    let node = home.serve_with(place.set());
    let client = node.client();
    all_is_there(&client);
    let found = home.json(["search", "", "--limit", "1"]);
    let id = found["photos"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/photos/{id}");
    let _ = client
        .send("PATCH", &path, &json!({ "trash": true }))
        .is(200);
    home.run(["purge", id]).succeeded();
    let stored = folder.join("originals").join(&id[..2]).join(&id[2..4]);
    eventually("it is gone from the bucket", || {
        (!stored.join(id).exists()).then_some(())
    });
    all_is_there(&client);
    let (last, key) = (tip(&client), home.recovery_key());
    node.kill();

    let new = Household::nowhere();
    let restored = restore(&new, &place, &key).succeeded().json();
    assert_eq!(
        (&restored["originals"], &restored["missing"]),
        (&json!(4), &json!([]))
    );
    is_whole(&new, 4, &last);
}

#[test]
fn a_household_comes_back_from_its_bucket_and_its_key_alone() {
    let dir = tempfile::tempdir().unwrap();
    comes_back(&Place::folder(&dir.path().join("plain")));
    comes_back(&Place::folder(&dir.path().join("sealed")).encrypted());
    assert!(dir.path().join("sealed/encrypted").exists());
    assert!(!dir.path().join("sealed/ledger").exists());
}

#[test]
fn a_household_comes_back_from_a_cloud() {
    for cloud in [Cloud::Azure, Cloud::S3] {
        let emulator = Emulator::start(cloud);
        comes_back(&Place::emulated(&emulator, "home"));
        comes_back(&Place::emulated(&emulator, "sealed").encrypted());
    }
}

/// The segments in a folder, which must be numbered without gaps.
fn segments(folder: &Path) -> Vec<PathBuf> {
    let names = fs::read_dir(folder.join("ledger")).unwrap();
    let mut paths: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for (number, path) in paths.iter().enumerate() {
        assert!(path.ends_with(format!("{number:020}")), "{paths:?}");
    }
    paths
}

#[test]
fn two_devices_put_one_ledger_there() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("nas");
    let place = Place::folder(&folder);
    let first = Household::found();
    let alone = first.serve_with(place.set());
    let second = first.joined("Laptop");
    let nodes = [alone, second.serve_with(place.set())];
    let clients = nodes.each_ref().map(Node::client);
    import(&first, 6);
    for n in 0..12 {
        let home = [&first, &second][n % 2];
        home.json(["edit", "rating:0", "--caption", &format!("round {n}")]);
        std::thread::sleep(Duration::from_millis(150));
    }
    for client in &clients {
        all_is_there(client);
    }
    assert!(segments(&folder).len() > 2);
    let last = tip(&clients[0]);
    assert_eq!(tip(&clients[1]), last);
    // Both have the household's key.
    let key = second.recovery_key();
    let same = first.run(["recovery-key"]).succeeded().stdout;
    assert_eq!(fs::read_to_string(&key).unwrap(), same);
    for home in [&first, &second] {
        let kept = fs::metadata(home.root().join("identity/recovery.key")).unwrap();
        assert_eq!(kept.permissions().mode() & 0o777, 0o600);
    }
    let new = Household::nowhere();
    assert_eq!(restore(&new, &place, &key).succeeded().json()["tip"], last);
    is_whole(&new, 6, &last);
}

#[test]
fn a_device_on_its_own_takes_from_the_bucket_what_another_one_put_there() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::folder(&dir.path().join("nas"));
    let first = Household::found();
    let node = first.serve_with(place.set());
    import(&first, 3);
    let invitation = first.run(["invite", "--observer"]).succeeded().stdout;
    let second = Household::nowhere();
    let join = ["join", invitation.trim(), "--device", "Laptop"];
    ran(&mut second.command(join)).succeeded();
    // All of this happens while it is off, and nobody is there any more when it comes back.
    import(&first, 5);
    caption(&first, &node.client(), "while you were away");
    let last = tip(&node.client());
    let total = node.client().get("/api/v1/search").json()["total"].clone();
    assert!(total.as_u64() > Some(3), "{total}");
    assert!(node.terminate().success());

    let node = second.serve_with(place.set());
    let client = node.client();
    eventually("it has what the bucket has", || {
        let found = client.get("/api/v1/search").json()["total"].clone();
        (tip(&client) == last && found == total).then_some(())
    });
    assert_eq!(second.json(["search", "away"])["total"], total);
    assert_eq!(bucket(&client)["trouble"], Value::Null);
    assert!(node.terminate().success());

    // What goes beyond its chain is news, also where it has been there before.
    let node = first.serve_with(place.set());
    caption(&first, &node.client(), "and once more");
    let last = tip(&node.client());
    assert!(node.terminate().success());
    let node = second.serve_with(place.set());
    let client = node.client();
    eventually("it has the rest", || (tip(&client) == last).then_some(()));
    assert_eq!(bucket(&client)["trouble"], Value::Null);
}

#[test]
fn after_an_outage_the_bucket_catches_up_and_an_idle_household_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, away) = (dir.path().join("nas"), dir.path().join("away"));
    let place = Place::folder(&folder);
    let home = Household::found();
    let node = home.serve_with(place.set());
    let client = node.client();
    all_is_there(&client);
    fs::rename(&folder, &away).unwrap();
    import(&home, 5);
    eventually("it is told", || {
        let told = bucket(&client);
        let behind = told["blocks_behind"]
            .as_u64()
            .is_some_and(|behind| behind > 0);
        let trouble = told["trouble"].as_str().unwrap_or_default().to_owned();
        (behind && trouble.contains("not mounted")).then_some(())
    });
    fs::rename(&away, &folder).unwrap();
    all_is_there(&client);
    let before = segments(&folder);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(segments(&folder), before);
    // What it remembers is not needed.
    assert!(node.terminate().success());
    fs::remove_file(home.root().join("bucket-ledger")).unwrap();
    let node = home.serve_with(place.set());
    home.json(["edit", "rating:0", "--caption", "after"]);
    all_is_there(&node.client());
    assert!(segments(&folder).starts_with(&before));
}

#[test]
fn another_history_and_another_household_in_the_bucket_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("nas");
    let place = Place::folder(&folder);
    let home = Household::found();
    let node = home.serve_with(place.set());
    all_is_there(&node.client());
    assert!(node.terminate().success());

    let other = Household::found();
    let node = other.serve_with(place.set());
    let client = node.client();
    let told = eventually("it is told", || {
        bucket(&client)["trouble"].as_str().map(str::to_owned)
    });
    assert!(told.contains("another household"), "{told}");
    import(&other, 1);
    assert!(node.terminate().success());
    let before = segments(&folder).len();

    // The same library at an earlier time, which then went another way.
    let copy = dir.path().join("copy");
    let copied = std::process::Command::new("cp")
        .args([Path::new("-a"), home.root(), &copy])
        .status();
    assert!(copied.unwrap().success());
    let node = home.serve_with(place.set());
    import(&home, 2);
    all_is_there(&node.client());
    assert!(node.terminate().success());
    assert!(segments(&folder).len() > before);
    // What tells a folder that was put back stays as it is: only the ledger goes back, unnoticed.
    for folder in ["ledger", "catalog", "index"] {
        fs::remove_dir_all(home.root().join(folder)).unwrap();
        fs::rename(copy.join(folder), home.root().join(folder)).unwrap();
    }
    for file in ["identity/ledger.reached", "bucket-ledger"] {
        let _ = fs::remove_file(home.root().join(file));
    }
    let node = home.serve_with(place.set());
    let client = node.client();
    import(&home, 3);
    let told = eventually("the alarm is raised", || {
        bucket(&client)["trouble"].as_str().map(str::to_owned)
    });
    assert!(told.contains("two histories have met"), "{told}");
    let metrics = String::from_utf8(client.get("/metrics").is(200).body).unwrap();
    assert!(
        metrics.contains("kinfolio_bucket_blocks_behind"),
        "{metrics}"
    );
}

/// A household with several segments in a folder, and its key.
fn in_segments(folder: &Path) -> (Place, PathBuf, Household) {
    let place = Place::folder(folder);
    let home = Household::found();
    let node = home.serve_with(place.set());
    let client = node.client();
    import(&home, 3);
    for n in 0..3 {
        caption(&home, &client, &format!("round {n}"));
    }
    assert!(segments(folder).len() > 3);
    assert!(node.terminate().success());
    let key = home.recovery_key();
    (place, key, home)
}

fn crc32c(bytes: &[u8]) -> u32 {
    let sum = bytes.iter().fold(!0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0x82F6_3B78 } else { 0 }
        })
    });
    !sum
}

#[test]
fn a_ledger_that_is_not_whole_is_told_by_its_segment_and_nothing_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("nas");
    let (place, key, _home) = in_segments(&folder);
    let (foreign, _, _other) = in_segments(&dir.path().join("foreign"));
    let foreign = foreign.url.strip_prefix("file://").unwrap().to_owned();
    let path = segments(&folder)[2].clone();
    let whole = fs::read(&path).unwrap();
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let summed = |mut bytes: Vec<u8>| {
        let end = bytes.len() - 4;
        let sum = crc32c(&bytes[..end]);
        bytes[end..].copy_from_slice(&sum.to_le_bytes());
        bytes
    };
    assert_eq!(summed(whole.clone()), whole);
    let newer = [&whole[..8], &[9], &whole[9..]].concat();
    let cases: [(Option<Vec<u8>>, &str); 8] = [
        (None, "is missing"),
        (Some(Vec::new()), "no part of a Kinfolio ledger"),
        (Some(flipped(whole.len() / 2)), "damaged"),
        (Some(whole[..whole.len() - 1].to_vec()), "damaged"),
        (Some(summed(flipped(whole.len() - 30))), "segment 2"),
        (Some(newer), "update this one"),
        (
            Some(fs::read(&segments(&folder)[3]).unwrap()),
            "begins at block",
        ),
        (
            Some(fs::read(&segments(Path::new(&foreign))[2]).unwrap()),
            "another household",
        ),
    ];
    for (bytes, says) in cases {
        match bytes {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let new = Household::nowhere();
        let refused = restore(&new, &place, &key).exited(1).stderr;
        assert!(refused.contains(says), "{says}: {refused}");
        assert!(
            refused.contains("segment 2") && refused.contains("run this again"),
            "{refused}"
        );
        assert!(!new.root().join("library.toml").exists());
        let other = new.run(["init", "--name", "Other"]).exited(1).stderr;
        assert!(other.contains("`kinfolio restore` again"), "{other}");
        let status = new.run(["status"]).exited(1).stderr;
        assert!(status.contains("`kinfolio restore` again"), "{status}");
        // Mended, it goes on in the same folder.
        fs::write(&path, &whole).unwrap();
        restore(&new, &place, &key).succeeded();
    }
}

#[test]
fn a_wrong_address_key_or_folder_is_told_and_no_key_is_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let (place, right, home) = in_segments(&dir.path().join("nas"));
    let other = Household::found();
    let wrong = other.recovery_key();
    let text = fs::read_to_string(&right).unwrap();
    let typo = dir.path().join("typo");
    let last = if text.trim().ends_with('q') { "p" } else { "q" };
    fs::write(&typo, format!("{}{last}\n", &text[..text.trim().len() - 1])).unwrap();
    let empty = Place::folder(&dir.path().join("empty"));
    let away = Place {
        url: "file:///no/such/folder".to_owned(),
        variables: Vec::new(),
    };
    let bad = Place {
        url: "ftp://there".to_owned(),
        variables: Vec::new(),
    };
    let none = dir.path().join("none");
    let sealed = Place::folder(&dir.path().join("sealed")).encrypted();
    let node = other.serve_with(sealed.set());
    all_is_there(&node.client());
    let cases: [(&Place, &Path, i32, &str); 8] = [
        (&away, &right, 1, "not mounted"),
        (&bad, &right, 1, "address"),
        (&empty, &right, 1, "holds no Kinfolio ledger"),
        (&place, &wrong, 1, "not the recovery key of the household"),
        (&sealed, &right, 1, "another recovery key"),
        (&place, &typo, 2, "typing mistake"),
        (&place, &none, 2, "No such file"),
        (&place, dir.path(), 2, "cannot be read"),
    ];
    for (place, key, code, says) in cases {
        let new = Household::nowhere();
        let refused = restore(&new, place, key).exited(code);
        assert!(refused.stderr.contains(says), "{says}: {}", refused.stderr);
        let said = format!("{}{}", refused.stdout, refused.stderr);
        assert!(!said.contains(&text[20..40]), "{said}");
        assert!(!new.root().exists(), "{says}: nothing was made");
    }
    let full = Household::nowhere();
    fs::create_dir(full.root()).unwrap();
    fs::write(full.root().join("mine.txt"), "mine").unwrap();
    let refused = restore(&full, &place, &right).exited(1).stderr;
    assert!(refused.contains("not empty"), "{refused}");
    let left: Vec<_> = fs::read_dir(full.root()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing was put beside it: {left:?}");
    assert!(full.root().join("mine.txt").exists());
    let refused = restore(&home, &place, &right).exited(1).stderr;
    assert!(refused.contains("already holds a library"), "{refused}");
    // The key may come through a pipe.
    let new = Household::nowhere();
    let args = ["restore", &place.url, "--key", "-"];
    let mut child = new
        .command(args)
        .stdin(fs::File::open(&right).unwrap())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    assert!(harness::library::wait(&mut child).success());
}

/// A household with photos whose bucket in `folder` has all of them, its key and its tip.
fn stored(folder: &Path, photos: u32) -> (Place, PathBuf, Value, Household) {
    let place = Place::folder(folder);
    let home = Household::found();
    import(&home, photos);
    let node = home.serve_with(place.set());
    let client = node.client();
    all_is_there(&client);
    let last = tip(&client);
    assert!(node.terminate().success());
    let key = home.recovery_key();
    (place, key, last, home)
}

#[test]
fn a_restoring_that_is_killed_goes_on_where_it_was() {
    const PHOTOS: u32 = 60;
    let dir = tempfile::tempdir().unwrap();
    let (place, key, last, _home) = stored(&dir.path().join("nas"), PHOTOS);
    let new = Household::nowhere();
    let come = || {
        let verified = ran(&mut new.command(["verify", "--json"])).json();
        PHOTOS as usize - verified["faults"].as_array().unwrap().len()
    };
    let args = ["restore", &place.url, "--key"];
    let mut child = new
        .command(args)
        .arg(&key)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    eventually("some have come", || {
        let ledger = new.root().join("ledger").exists();
        (ledger && come() > 5).then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    let restored = restore(&new, &place, &key).succeeded().json();
    assert_eq!(restored["tip"], last);
    assert_eq!(restored["originals"], PHOTOS);
    is_whole(&new, u64::from(PHOTOS), &last);
}

/// What is searched for and looked at is there before the originals are, and those come behind: from
/// the bucket that it was made from, though the node is not told of any.
#[test]
fn a_restored_library_is_of_use_before_its_originals_are_there() {
    const PHOTOS: u32 = 9;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("nas");
    let (place, key, last, _home) = stored(&folder, PHOTOS);
    let (originals, away) = (folder.join("originals"), dir.path().join("away"));
    fs::rename(&originals, &away).unwrap();
    let new = Household::nowhere();
    let restored = restore(&new, &place, &key).exited(3).json();
    assert_eq!(
        (&restored["tip"], &restored["originals"]),
        (&last, &json!(0))
    );
    let missing = restored["missing"].as_array().unwrap();
    assert_eq!(missing.len(), PHOTOS as usize, "{restored}");
    let why = missing[0]["reason"].as_str().unwrap();
    assert!(why.contains("is neither in the bucket file:"), "{why}");

    // Who is told of the bucket says what it lacks, though the household knows nothing of it.
    let node = new.serve_with(place.set());
    let client = node.client();
    let all: Vec<_> = missing.iter().map(|one| one["id"].clone()).collect();
    let told = eventually("it says what the bucket lacks", || {
        let first = all[0].as_str().unwrap();
        client.get(&format!("/api/v1/photos/{first}/original"));
        bucket(&client)["trouble"].as_str().map(str::to_owned)
    });
    assert!(
        told.contains("lacks originals that the household had stored there"),
        "{told}"
    );
    let stored = bucket(&client)["originals"].as_u64().unwrap();
    assert!(stored < u64::from(PHOTOS), "{stored}");
    drop(client);
    assert!(node.terminate().success());

    let node = new.serve();
    let client = node.client();
    let found = client.get("/api/v1/search?q=rating:0").is(200).json();
    assert_eq!(found["total"], PHOTOS);
    let status = new.run(["status"]).succeeded().stdout;
    assert!(
        status.contains("9 originals still to come here"),
        "{status}"
    );
    let restored = "restored   from a bucket: this device shows what that held";
    assert!(status.contains(restored), "{status}");
    let id = found["photos"][0]["id"].as_str().unwrap();
    let preview = format!("/api/v1/photos/{id}/thumbnail?size=256");
    assert_eq!(client.get(&preview).status, 404, "it is nowhere");
    fs::rename(&away, &originals).unwrap();
    // Whoever looks does not wait for the others.
    let _ = client.get(&preview).is(200);
    eventually("all originals have come", || {
        let coming = client.get("/api/v1/ledger").json()["coming"].clone();
        (coming == 0).then_some(())
    });
    let photos = client.get("/api/v1/search").json()["photos"].clone();
    for photo in photos.as_array().unwrap() {
        let id = photo["id"].as_str().unwrap();
        assert!(thumbnail(&new, id).exists(), "{id}");
    }
    drop(client);
    assert!(node.terminate().success());
    is_whole(&new, u64::from(PHOTOS), &last);
}

/// Where the preview of a photo is kept.
fn thumbnail(home: &Household, id: &str) -> PathBuf {
    let folder = home.root().join("thumbs").join(&id[..2]).join(&id[2..4]);
    folder.join(format!("{id}-256.jpg"))
}
