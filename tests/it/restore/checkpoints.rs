//! Checkpoints in the bucket: a device that is made from one is what it would be without, and one that
//! is missing, damaged or false does no harm.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::http::Client;
use harness::library::{Household, Node, eventually};
use harness::three::Three;
use kinfolio_transport::{Entry, EntryClient};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Place, all_is_there, import, is_whole, restore, tip};

const PHOTOS: u32 = 4;

/// So many edits make a checkpoint due.
const EDITS: u64 = 20_000;

/// A household with photos and many edits besides, which has stored a checkpoint and then edited once
/// more; its key and its tip, and a copy of its bucket.
struct Stored {
    _dir: tempfile::TempDir,
    _home: Household,
    place: Place,
    folder: PathBuf,
    key: PathBuf,
    tip: Value,
}

/// Writes many edits that mean nothing, into the ledger of a library that is not open.
fn write_much(home: &Household) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let node = kinfolio_node::Node::open(home.root()).unwrap();
    runtime.block_on(async {
        let edits = (0..EDITS).map(|n| n.to_be_bytes().to_vec().into());
        node.submit(edits.collect()).await.unwrap();
        node.close().await.unwrap();
    });
}

/// How many checkpoints this device says that it has stored.
fn stored_by(home: &Household) -> usize {
    let logs = fs::read_dir(home.root().join("logs")).unwrap();
    let texts = logs.map(|log| fs::read_to_string(log.unwrap().path()).unwrap());
    let told = |text: String| text.matches("a checkpoint is in the bucket").count();
    texts.map(told).sum()
}

fn stored(sealed: bool) -> Stored {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("nas");
    let place = match sealed {
        true => Place::folder(&folder).encrypted(),
        false => Place::folder(&folder),
    };
    let home = Household::found();
    import(&home, PHOTOS);
    home.json(["edit", "rating:0", "--add-tag", "holiday/greece"]);
    write_much(&home);
    let node = home.serve_with(place.set());
    let client = node.client();
    eventually("a checkpoint is there", || {
        (stored_by(&home) == 1).then_some(())
    });
    home.json(["edit", "rating:0", "--rating", "5"]);
    all_is_there(&client);
    let (key, tip) = (home.recovery_key(), tip(&client));
    assert!(node.terminate().success());
    for left in ["bucket-checkpoint", "bucket-checkpoint.card"] {
        assert!(!home.root().join(left).exists(), "{left}");
    }
    Stored {
        _dir: dir,
        _home: home,
        place,
        folder,
        key,
        tip,
    }
}

/// Whether what is shown there rests on a checkpoint that nothing has proved yet.
fn is_unproven(home: &Household) -> bool {
    home.root().join("catalog/unproven").exists()
}

fn is_proved(client: &Client) {
    eventually("it is proved", || {
        let ledger = client.get("/api/v1/ledger").is(200).json();
        ledger["proving"].is_null().then_some(())
    });
}

/// A device made of what is there now; whether of a checkpoint. Either way it is whole.
fn made(stored: &Stored) -> bool {
    let new = Household::nowhere();
    let restored = restore(&new, &stored.place, &stored.key).succeeded().json();
    assert_eq!(restored["tip"], stored.tip);
    assert_eq!(
        (&restored["originals"], &restored["missing"]),
        (&json!(PHOTOS), &json!([]))
    );
    let given = restored["from_checkpoint"].as_bool().unwrap();
    // To the bit what the ledger makes: otherwise the originals would not have come.
    assert!(!is_unproven(&new));
    let found = new.json(["search", "tag:holiday/greece rating:5"]);
    assert_eq!(found["total"], PHOTOS);
    is_whole(&new, u64::from(PHOTOS), &stored.tip);
    given
}

#[test]
fn a_device_made_of_a_checkpoint_is_what_it_would_be_without() {
    for sealed in [false, true] {
        let stored = stored(sealed);
        assert!(made(&stored), "there is a checkpoint");
        // It goes on: its first edit begins an epoch, of which the bucket hears.
        let new = Household::nowhere();
        restore(&new, &stored.place, &stored.key).succeeded();
        let node = new.serve_with(stored.place.set());
        let client = node.client();
        is_proved(&client);
        let ledger = client.get("/api/v1/ledger").json();
        assert_eq!(ledger["tip"], stored.tip, "nothing is written by itself");
        edits(&new, &client);
        let last = tip(&client);
        assert!(node.terminate().success());
        is_whole(&new, u64::from(PHOTOS), &last);
        if !sealed {
            without(&Stored {
                tip: last,
                ..stored
            });
        }
    }
}

/// Where no checkpoint is there, a restored device stores one: not before it has begun its epoch.
fn without(stored: &Stored) {
    for folder in ["checkpoints", "catalogues"] {
        fs::remove_dir_all(stored.folder.join(folder)).unwrap();
    }
    assert!(!made(stored), "there is none");
    let new = Household::nowhere();
    restore(&new, &stored.place, &stored.key).succeeded();
    let node = new.serve_with(stored.place.set());
    let client = node.client();
    all_is_there(&client);
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(tip(&client), stored.tip, "nothing is written by itself");
    assert!(!stored.folder.join("checkpoints").exists());
    edits(&new, &client);
    eventually("a checkpoint is there", || {
        (stored_by(&new) == 1).then_some(())
    });
    only(&stored.folder.join("catalogues"));
}

fn edits(home: &Household, client: &Client) {
    let edited = home.json(["edit", "rating:5", "--caption", "here again"]);
    assert_eq!(edited["photos"], PHOTOS, "{edited}");
    all_is_there(client);
}

/// The one file in a folder of the bucket.
fn only(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none(), "{}", folder.display());
    file
}

#[test]
fn a_checkpoint_that_cannot_be_used_is_passed_over() {
    let stored = stored(false);
    let card = only(&stored.folder.join("checkpoints"));
    let content = only(&stored.folder.join("catalogues"));
    let (whole_card, whole) = (fs::read(&card).unwrap(), fs::read(&content).unwrap());
    let told: Value = serde_json::from_slice(&whole_card).unwrap();
    let with = |name: &str, value: Value| {
        let mut other = told.clone();
        other[name] = value;
        other.to_string().into_bytes()
    };
    let foreign = hex::encode([7; 32]);
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let cases = [
        ("no content", whole_card.clone(), None),
        (
            "a flipped bit",
            whole_card.clone(),
            Some(flipped(whole.len() / 2)),
        ),
        (
            "a cut end",
            whole_card.clone(),
            Some(whole[..whole.len() - 1].to_vec()),
        ),
        ("no card", b"{}".to_vec(), Some(whole.clone())),
        (
            "another household",
            with("household", json!(foreign)),
            Some(whole.clone()),
        ),
        (
            "another block",
            with("block", json!(foreign)),
            Some(whole.clone()),
        ),
        (
            "another height",
            with("height", json!(1)),
            Some(whole.clone()),
        ),
        (
            "above the ledger",
            with("height", json!(1_u64 << 40)),
            Some(whole.clone()),
        ),
        (
            "another version",
            with("format", json!(0)),
            Some(whole.clone()),
        ),
    ];
    for (what, bytes, held) in cases {
        fs::write(&card, bytes).unwrap();
        match held {
            Some(held) => fs::write(&content, held).unwrap(),
            None => fs::remove_file(&content).unwrap(),
        }
        assert!(!made(&stored), "{what}");
    }
    fs::write(&card, &whole_card).unwrap();
    fs::write(&content, &whole).unwrap();
    // Where the last one is of no use, the one before it is.
    let next = card.with_file_name(format!("{:020}", 1));
    fs::write(&next, with("sha256", json!(foreign))).unwrap();
    assert!(made(&stored));
}

/// The same rows with a word in the place of another, under a card that fits.
fn forge(stored: &Stored) {
    let card = only(&stored.folder.join("checkpoints"));
    let content = only(&stored.folder.join("catalogues"));
    let mut rows = fs::read(&content).unwrap();
    let (right, wrong) = (b"holiday/greece", b"holiday/grease");
    let places: Vec<_> = (0..rows.len() - right.len())
        .filter(|&at| rows[at..].starts_with(right))
        .collect();
    assert!(!places.is_empty());
    for at in places {
        rows[at..at + wrong.len()].copy_from_slice(wrong);
    }
    let end = rows.len() - 32;
    let sum = Sha256::digest(&rows[..end]);
    rows[end..].copy_from_slice(&sum);
    let sha256 = hex::encode(Sha256::digest(&rows));
    let mut told: Value = serde_json::from_slice(&fs::read(&card).unwrap()).unwrap();
    told["sha256"] = json!(sha256);
    fs::write(&card, told.to_string()).unwrap();
    fs::remove_file(&content).unwrap();
    let height = told["height"].as_u64().unwrap();
    fs::write(
        content.with_file_name(format!("{height:020}-{sha256}")),
        rows,
    )
    .unwrap();
}

#[test]
fn a_false_checkpoint_is_found_by_the_proof_and_replaced() {
    let stored = stored(false);
    forge(&stored);
    let new = Household::nowhere();
    let restored = restore(&new, &stored.place, &stored.key).succeeded().json();
    assert_eq!(
        (&restored["tip"], &restored["from_checkpoint"]),
        (&stored.tip, &json!(false))
    );
    let found = |tag: &str| new.json(["search", &format!("tag:holiday/{tag}")])["total"].clone();
    assert_eq!(
        (found("grease"), found("greece")),
        (json!(0), json!(PHOTOS))
    );
    is_whole(&new, u64::from(PHOTOS), &stored.tip);
}

/// Writes many edits that mean nothing through a node that runs.
fn pour(node: &Node) {
    let ledger = node.client().get("/api/v1/ledger").json();
    let device = ledger["device"]["id"].as_str().unwrap().parse().unwrap();
    let mut words = node.ready.split_whitespace();
    let peer = words.find_map(|word| word.strip_prefix("peer=")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = EntryClient::connect(peer.parse().unwrap(), device, node.token()).await;
        let (sender, mut receipts) = client.unwrap().open().await.unwrap();
        let sent = tokio::spawn(async move {
            for id in 0..EDITS {
                let payload = id.to_be_bytes().to_vec().into();
                sender.send(Entry { id, payload }).await.unwrap();
            }
        });
        for _ in 0..EDITS {
            receipts.next().await.unwrap().unwrap().1.unwrap();
        }
        sent.await.unwrap();
    });
}

#[test]
fn one_of_three_devices_stores_each_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("nas");
    let place = Place::folder(&folder);
    let three = Three::found();
    pour(three.node(0));
    three.homes[0].json(["household", "--bucket", &place.url]);
    let count = |what: &str| fs::read_dir(folder.join(what)).map_or(0, Iterator::count);
    let all = || three.homes.iter().map(stored_by).sum::<usize>();
    eventually("the first one is there", || (all() == 1).then_some(()));
    assert_eq!((count("checkpoints"), count("catalogues")), (1, 1));
    for cards in 2..=3 {
        pour(three.node(cards % 3));
        eventually("the next one is there", || (all() == cards).then_some(()));
        assert_eq!(count("checkpoints"), cards);
    }
    eventually("the last two are kept", || {
        (count("catalogues") == 2).then_some(())
    });
    let mut last = three.agree();
    eventually("all is written down", || {
        let now = three.agree();
        let same = std::mem::replace(&mut last, now) == last;
        std::thread::sleep(Duration::from_secs(3));
        same.then_some(())
    });
    assert_eq!((all(), count("checkpoints")), (3, 3), "and no more");
    for n in 0..3 {
        all_is_there(&three.client(n));
    }
    let key = three.homes[0].recovery_key();
    let new = Household::nowhere();
    let restored = restore(&new, &place, &key).succeeded().json();
    assert_eq!(restored["tip"], three.ledger(0)["tip"]);
    assert_eq!(restored["from_checkpoint"], true);
}
