//! The bucket where the household's history has several lines, and where it loses a part of it: with
//! the real program and a folder.

use std::fs;
use std::path::{Path, PathBuf};

use harness::http::Client;
use harness::library::{Household, Node, Ran, eventually, ran};
use serde_json::{Value, json};

/// A folder that is the household's bucket.
struct Place(PathBuf);

impl Place {
    fn made(path: PathBuf) -> Self {
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn url(&self) -> String {
        format!("file://{}", self.0.display())
    }

    fn set(&self) -> [(String, String); 1] {
        [("KINFOLIO_BUCKET_URL".to_owned(), self.url())]
    }

    /// The segments of the first line.
    fn segments(&self) -> Vec<PathBuf> {
        let found = fs::read_dir(self.0.join("ledger")).unwrap();
        let mut found: Vec<_> = found.map(|entry| entry.unwrap().path()).collect();
        found.retain(|path| path.is_file());
        found.sort();
        found
    }

    fn restore(&self, device: &str, key: &Path) -> (Household, Value) {
        let new = Household::nowhere();
        let url = self.url();
        let args = ["restore", &url, "--device", device, "--json", "--key"];
        let restored = ran(new.command(args).arg(key)).succeeded().json();
        (new, restored)
    }
}

fn import(home: &Household, count: u32) {
    let folder = home.sample(&format!("photos {count}"), count);
    home.json(["import".as_ref(), folder.as_os_str()]);
}

fn caption(home: &Household, text: &str) {
    home.json(["edit", "rating:0", "--caption", text]);
}

fn tip(client: &Client) -> Value {
    client.get("/api/v1/ledger").is(200).json()["tip"].clone()
}

fn bucket(client: &Client) -> Value {
    client.get("/api/v1/tasks").is(200).json()["bucket"].clone()
}

fn all_is_there(client: &Client) {
    eventually("the bucket holds all blocks", || {
        let told = bucket(client);
        let height = client.get("/api/v1/ledger").json()["height"].as_u64();
        let all = told["blocks"].as_u64() == height.map(|height| height + 1);
        (all && told["waiting"] == 0).then_some(())
    });
}

/// Two of three devices are lost after they have put blocks into the bucket that the third has never
/// seen. It goes on, the bucket takes that in beside the old line, and leads to it.
#[test]
fn a_survivor_that_was_cut_off_has_a_line_of_its_own_in_the_bucket() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::made(dir.path().join("nas"));
    let first = Household::found();
    let alone = first.serve_with(place.set());
    import(&first, 4);
    let second = first.joined("Laptop");
    let laptop = second.serve_with(place.set());
    let third = first.joined("Attic");
    let attic = third.serve_with(place.set());
    eventually("all three vote", || {
        let members = alone.client().get("/api/v1/ledger").json()["members"].clone();
        let votes = members.as_array().unwrap().iter();
        (votes.filter(|one| one["role"] == "voter").count() == 3).then_some(())
    });
    caption(&first, "all of us");
    eventually("the third has it", || {
        (tip(&attic.client()) == tip(&alone.client())).then_some(())
    });
    assert!(attic.terminate().success());
    caption(&first, "without the third");
    caption(&second, "and once more");
    all_is_there(&alone.client());
    let lost = tip(&alone.client());
    let before = place.segments();
    alone.kill();
    laptop.kill();

    // It cannot reach the bucket either.
    let attic = third.serve();
    assert_ne!(tip(&attic.client()), lost);
    third.json(["devices", "recover"]);
    caption(&third, "I am what is left");
    assert!(attic.terminate().success());
    let attic = third.serve_with(place.set());
    let client = attic.client();
    caption(&third, "and I go on");
    all_is_there(&client);
    let last = tip(&client);
    assert!(bucket(&client)["trouble"].is_null(), "{}", bucket(&client));
    assert!(place.segments().starts_with(&before), "the old line stays");
    let key = third.recovery_key();
    assert!(attic.terminate().success());
    let (new, restored) = place.restore("New", &key);
    assert_eq!(restored["tip"], last);
    // What the lost ones wrote last is not in it, and that is told.
    let others = restored["others"].to_string();
    assert!(others.contains("went on after block"), "{restored}");
    assert_eq!(new.json(["search", "go on"])["total"], 4);
    assert_eq!(new.json(["verify", "--deep"])["ok"], true);

    // Another start, with what it has noted, and without.
    for forgets in [false, true] {
        if forgets {
            fs::remove_file(third.root().join("bucket-ledger")).unwrap();
        }
        let attic = third.serve_with(place.set());
        caption(&third, &format!("forgetful: {forgets}"));
        all_is_there(&attic.client());
        let last = tip(&attic.client());
        assert!(attic.terminate().success());
        assert_eq!(place.restore("Newer", &key).1["tip"], last);
    }

    // The old line is gone on with after all, by those who were thought lost: each has its own place.
    let old = [
        first.serve_with(place.set()),
        second.serve_with(place.set()),
    ];
    let clients = old.each_ref().map(Node::client);
    eventually("the two are together", || {
        let ledger = clients[0].get("/api/v1/ledger").json();
        (ledger["quorum"] == true).then_some(())
    });
    caption(&first, "we are not lost");
    all_is_there(&clients[0]);
    eventually("they are told of the third, and how to go with it", || {
        let told = bucket(&clients[0])["trouble"].as_str()?.to_owned();
        let named = told.contains("“Attic” goes on with this household");
        (named && told.contains("kinfolio devices follow ")).then_some(())
    });
    assert!(place.segments().len() > before.len());
}

/// Edits by a restored device; whether it may.
fn edit(home: &Household, text: &str) -> Ran {
    home.run(["edit", "rating:0", "--caption", text])
}

/// A device that was thought lost, and went on in the ledger that the restored one has left.
#[test]
fn a_ledger_that_goes_on_beside_the_one_that_is_restored_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::made(dir.path().join("nas"));
    let home = Household::found();
    import(&home, 3);
    let old = home.serve_with(place.set());
    all_is_there(&old.client());
    let key = home.recovery_key();
    assert!(old.terminate().success());
    let (late, _) = place.restore("Late", &key);
    let (desk, told) = place.restore("Desk", &key);
    assert_eq!(told["others"], json!([]));
    edit(&desk, "at the desk").succeeded();
    let new = desk.serve_with(place.set());
    all_is_there(&new.client());
    let old = home.serve_with(place.set());
    assert_eq!(place.restore("Second", &key).1["others"], json!([]));

    // Neither hears of the other but from the bucket.
    let told = |client: &Client, says: &str| {
        eventually("the other ledger is told of", || {
            let trouble = bucket(client)["trouble"].as_str()?.to_owned();
            trouble.contains(says).then_some(trouble)
        })
    };
    let says = told(&old.client(), "“Desk” goes on with this household");
    assert!(says.contains("kinfolio join"), "{says}");
    assert!(bucket(&new.client())["trouble"].is_null());
    edit(&home, "at home").succeeded();
    all_is_there(&old.client());
    told(
        &new.client(),
        ", which was thought lost, goes on with this household",
    );
    // Who was restored before that, and has changed nothing, does not take a living device's place.
    let refused = edit(&late, "too late").exited(1).stderr;
    assert!(
        refused.contains("a device of this household is at work"),
        "{refused}"
    );
    assert!(refused.contains("devices recover"), "{refused}");
    let (third, told) = place.restore("Third", &key);
    assert_eq!(told["tip"], tip(&new.client()));
    let others = told["others"].to_string();
    assert!(others.contains("went on after block"), "{told}");
    assert_eq!(third.json(["search", "desk"])["total"], 3);
}

#[test]
fn of_two_devices_that_were_restored_from_one_bucket_one_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::made(dir.path().join("nas"));
    let home = Household::found();
    import(&home, 3);
    let node = home.serve_with(place.set());
    all_is_there(&node.client());
    let key = home.recovery_key();
    node.kill();
    let names = ["Desk", "Sofa"];
    let restored = names.map(|name| place.restore(name, &key).0);
    let nodes = restored.each_ref().map(|home| home.serve_with(place.set()));
    let wrote = std::thread::scope(|scope| {
        let edits = restored
            .each_ref()
            .map(|home| scope.spawn(|| edit(home, "mine").code == Some(0)));
        edits.map(|edit| edit.join().unwrap())
    });
    assert_ne!(wrote[0], wrote[1], "one of them goes on, and one only");
    let winner = usize::from(wrote[1]);
    let loser = 1 - winner;
    let client = nodes[winner].client();
    all_is_there(&client);
    let last = tip(&client);
    // However often it is tried, and with nobody there to ask but the bucket.
    let before = tip(&nodes[loser].client());
    for _ in 0..2 {
        let refused = edit(&restored[loser], "mine, too").exited(1).stderr;
        let says = format!(
            "already gone on with on another device, “{}”",
            names[winner]
        );
        assert!(refused.contains(&says), "{refused}");
        assert!(refused.contains("kinfolio join"), "{refused}");
    }
    assert_eq!(tip(&nodes[loser].client()), before);
    // And before it is tried.
    eventually("it shows who goes on", || {
        let trouble = bucket(&nodes[loser].client())["trouble"].clone();
        let says = format!(
            "already gone on with on another device, “{}”",
            names[winner]
        );
        trouble.as_str()?.contains(&says).then_some(())
    });
    assert_eq!(edit(&restored[winner], "again").succeeded().stderr, "");
    all_is_there(&client);
    assert_ne!(tip(&client), last);
    let last = tip(&client);
    for node in nodes {
        node.kill();
    }
    // Whoever restores once more has seen that, and may go on after it.
    let (third, told) = place.restore("Third", &key);
    assert_eq!(told["tip"], last);
    edit(&third, "a third life").succeeded();
    let node = third.serve_with(place.set());
    all_is_there(&node.client());
    let last = tip(&node.client());
    assert!(node.terminate().success());
    assert_eq!(place.restore("Fourth", &key).1["tip"], last);
    // Without the bucket nobody knows, and a person's word counts.
    fs::rename(&place.0, dir.path().join("gone")).unwrap();
    let refused = edit(&restored[loser], "mine, too").exited(1).stderr;
    assert!(refused.contains("devices recover"), "{refused}");
    let node = restored[loser].serve();
    restored[loser].run(["devices", "recover"]).succeeded();
    let caption = restored[loser].json(["edit", "rating:0", "--caption", "on its own"]);
    assert_eq!(caption["state"], "committed", "{caption}");
    assert_ne!(tip(&node.client()), before);
}

#[test]
fn what_the_bucket_loses_of_the_ledger_is_told_and_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::made(dir.path().join("nas"));
    let home = Household::found();
    import(&home, 3);
    let key = home.recovery_key();
    for case in ["the end", "a hole", "all"] {
        let node = home.serve_with(place.set());
        let client = node.client();
        all_is_there(&client);
        for n in 0.. {
            if place.segments().len() > 5 {
                break;
            }
            caption(&home, &format!("{case}: round {n}"));
            all_is_there(&client);
        }
        let last = tip(&client);
        assert!(node.terminate().success());
        let whole = place.segments();
        let lost = match case {
            "the end" => &whole[whole.len() - 2..],
            "a hole" => &whole[2..3],
            _ => &whole[..],
        };
        for path in lost {
            fs::remove_file(path).unwrap();
        }
        let node = home.serve_with(place.set());
        let client = node.client();
        let told = eventually("it is told", || {
            bucket(&client)["trouble"].as_str().map(str::to_owned)
        });
        let number = whole.iter().position(|path| path == &lost[0]).unwrap();
        let says = format!("has lost a part of the household's ledger: segment {number} ");
        assert!(told.contains(&says), "{case}: {told}");
        assert!(told.contains(&place.url()), "{told}");
        let metrics = String::from_utf8(client.get("/metrics").is(200).body).unwrap();
        assert!(metrics.contains("has lost a part"), "{metrics}");
        eventually("it is there again", || lost[0].exists().then_some(()));
        all_is_there(&client);
        assert_eq!(tip(&client), last);
        assert!(node.terminate().success());
        assert_eq!(place.restore("New", &key).1["tip"], last, "{case}");
    }
}
