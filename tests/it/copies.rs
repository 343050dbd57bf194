//! What the ledger says of the copies is one thing, what their disks hold another: nobody deletes
//! an original because of the first alone, and the first becomes true again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use harness::http::Client;
use harness::library::{Household, Node, eventually, flip};

fn below(folder: &Path, id: &str) -> PathBuf {
    folder.join(&id[..2]).join(&id[2..4]).join(id)
}

/// Imports `count` photos; what their originals hold, by their ids.
fn import(home: &Household, count: u32) -> BTreeMap<String, Vec<u8>> {
    let folder = home.sample(&format!("photos {count}"), count);
    let receipt = home.json(["import".as_ref(), folder.as_os_str()]);
    let ids = receipt["ids"].as_array().unwrap().iter();
    ids.map(|id| {
        let id = id.as_str().unwrap().to_owned();
        let bytes = fs::read(home.blob(&id)).unwrap();
        (id, bytes)
    })
    .collect()
}

/// How many copies of an original this node knows of.
fn copies(client: &Client, id: &str) -> usize {
    let record = client.get(&format!("/api/v1/photos/{id}")).is(200).json();
    let replicas = record["replicas"].as_array().unwrap().iter();
    replicas.filter(|one| !one["verified_at"].is_null()).count()
}

fn all_have(nodes: &[&Node], originals: &BTreeMap<String, Vec<u8>>, count: usize) {
    for node in nodes {
        let client = node.client();
        eventually("the copies are known of", || {
            let mut ids = originals.keys();
            ids.all(|id| copies(&client, id) == count).then_some(())
        });
    }
}

/// How many of the originals are on a device.
fn kept(home: &Household, originals: &BTreeMap<String, Vec<u8>>) -> usize {
    originals.keys().filter(|id| home.blob(id).exists()).count()
}

/// Whether a folder holds all originals as they were.
fn whole(folder: &Path, originals: &BTreeMap<String, Vec<u8>>) -> bool {
    let same =
        |id: &String, bytes: &Vec<u8>| fs::read(below(folder, id)).ok().as_ref() == Some(bytes);
    originals.iter().all(|(id, bytes)| same(id, bytes))
}

fn logs(home: &Household) -> String {
    let files = fs::read_dir(home.root().join("logs")).unwrap();
    files
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn what_another_device_has_lost_unnoticed_is_mended_before_it_goes_here() {
    let [(first, one), (second, other)] = Household::two();
    let originals = import(&first, 6);
    all_have(&[&one, &other], &originals, 2);
    let ids: Vec<_> = originals.keys().collect();
    fs::remove_file(second.blob(ids[0])).unwrap();
    flip(&second.blob(ids[1]));
    first.json(["household", "--placement", "Here=on-demand"]);
    eventually("nothing is kept here", || {
        (kept(&first, &originals) == 0).then_some(())
    });
    assert!(whole(&second.root().join("blobs"), &originals));
    all_have(&[&one, &other], &originals, 1);
    let log = logs(&first);
    for id in &ids[..2] {
        let named = |line: &&str| line.contains(*id) && line.contains("should hold");
        assert!(log.lines().any(|line| named(&line)), "{id} is not named");
    }
}

#[test]
fn what_the_bucket_has_lost_unnoticed_is_stored_again_before_it_goes_here() {
    let home = Household::found();
    let node = home.serve();
    let folder = home.folder("bucket");
    fs::create_dir(&folder).unwrap();
    let bucket = format!("file://{}", folder.display());
    home.json(["household", "--bucket", &bucket, "--encrypt-bucket", "no"]);
    let originals = import(&home, 6);
    all_have(&[&node], &originals, 2);
    // A bucket that is not there confirms nothing, and has lost nothing.
    let away = home.folder("away");
    fs::rename(&folder, &away).unwrap();
    home.json(["household", "--placement", "Here=on-demand"]);
    eventually("it is said that they stay", || {
        logs(&home).contains("originals stay here").then_some(())
    });
    assert_eq!(kept(&home, &originals), 6);
    all_have(&[&node], &originals, 2);

    let ids: Vec<_> = originals.keys().collect();
    let stored = away.join("originals");
    fs::remove_file(below(&stored, ids[0])).unwrap();
    flip(&below(&stored, ids[1]));
    fs::rename(&away, &folder).unwrap();
    eventually("nothing is kept here", || {
        (kept(&home, &originals) == 0).then_some(())
    });
    assert!(whole(&folder.join("originals"), &originals));
    all_have(&[&node], &originals, 1);
    for id in originals.keys() {
        let url = format!("/api/v1/photos/{id}/original");
        assert!(node.client().get(&url).is(200).body == originals[id]);
    }
}

#[test]
fn a_copy_that_nobody_can_mend_counts_no_more_until_it_is_whole_again() {
    let [(first, one), (second, other)] = Household::two();
    let originals = import(&first, 3);
    all_have(&[&one, &other], &originals, 2);
    let id = originals.keys().next().unwrap();
    flip(&first.blob(id));
    flip(&second.blob(id));
    let url = format!("/api/v1/photos/{id}/original");
    let damaged = other.client().get(&url).is(503).json();
    assert_eq!(damaged["code"], "original_damaged");
    for node in [&one, &other] {
        let client = node.client();
        eventually("no good copy is known of", || {
            (copies(&client, id) == 0).then_some(())
        });
    }
    // Somebody finds it on an old disk.
    fs::remove_file(first.blob(id)).unwrap();
    fs::write(first.blob(id), &originals[id]).unwrap();
    all_have(&[&one, &other], &originals, 2);
    assert!(whole(&second.root().join("blobs"), &originals));
    assert!(other.client().get(&url).is(200).body == originals[id]);
}
