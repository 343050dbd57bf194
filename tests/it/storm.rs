//! Photos that come to all devices of a household as fast as they can, while people look at them on
//! all of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use harness::dice::Dice;
use harness::http::Client;
use harness::library::eventually;
use harness::three::Three;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Uploads at a time, and readers on each device.
const UPLOADERS: usize = 6;

/// What readers and uploaders have done.
#[derive(Default)]
struct Tally {
    ids: Mutex<Vec<String>>,
    reads: AtomicU64,
    over: AtomicBool,
}

impl Tally {
    /// An original that was acknowledged by any device.
    fn any(&self, dice: &mut Dice) -> Option<String> {
        let ids = self.ids.lock().unwrap();
        (!ids.is_empty()).then(|| ids[dice.below(ids.len() as u64) as usize].clone())
    }

    fn read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }
}

/// Uploads every file, each to a device that the dice choose.
fn upload(three: &Three, files: &[PathBuf], tally: &Tally, seed: u64) {
    let clients: Vec<_> = (0..3).map(|n| three.client(n)).collect();
    let mut dice = Dice::new(seed);
    for file in files {
        let n = dice.below(3) as usize;
        let bytes = fs::read(file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let path = format!("/api/v1/files?name={name}");
        let stored = clients[n].ask("POST", &path, &[], &bytes);
        assert!(
            matches!(stored.status, 200 | 201),
            "{name} at {n}: {stored:?}"
        );
        let id = stored.json()["id"].as_str().unwrap().to_owned();
        tally.ids.lock().unwrap().push(id);
    }
}

/// Fetches what any device has acknowledged, and searches, until it is over. What was acknowledged
/// by one device is known to another as soon as the block is there.
fn read(client: &Client, tally: &Tally, seed: u64) {
    let mut dice = Dice::new(seed);
    while !tally.over.load(Ordering::Relaxed) {
        let found = client.get("/api/v1/search?q=&limit=20").is(200).json();
        assert!(found["total"].is_u64(), "{found}");
        tally.read();
        let Some(id) = tally.any(&mut dice) else {
            continue;
        };
        eventually("what was acknowledged is known", || {
            (client.get(&format!("/api/v1/photos/{id}")).status == 200).then_some(())
        });
        let original = client.get(&format!("/api/v1/photos/{id}/original"));
        let bytes = original.is(200).body;
        assert_eq!(
            hex::encode(Sha256::digest(&bytes)),
            id,
            "it is what it is called"
        );
        let preview = client.get(&format!("/api/v1/photos/{id}/thumbnail?size=256"));
        assert!(!preview.is(200).body.is_empty());
        tally.read();
    }
}

/// The hash of a block, by its height.
fn hash(client: &Client, height: u64) -> String {
    let path = format!("/api/v1/ledger/blocks?from={height}&limit=1");
    let blocks = client.get(&path).is(200).json();
    blocks[0]["hash"].as_str().unwrap().to_owned()
}

/// That the chains are one, as far as all of them reach: how far.
fn one_chain(clients: &[Client]) -> u64 {
    let heights = clients.iter().map(|client| {
        let ledger = client.get("/api/v1/ledger").is(200).json();
        ledger["height"].as_u64().unwrap()
    });
    let lowest = heights.min().unwrap();
    let hashes: Vec<_> = clients.iter().map(|client| hash(client, lowest)).collect();
    assert!(
        hashes.iter().all(|one| *one == hashes[0]),
        "block {lowest}: {hashes:?}"
    );
    lowest
}

/// Stores `count` photos while everyone reads; what is in the household afterwards is all of them.
fn storm(three: &Three, files: &[PathBuf], seed: u64) -> (Duration, u64) {
    let tally = Tally::default();
    let clients: Vec<_> = (0..3).map(|n| three.client(n)).collect();
    let began = Instant::now();
    let took = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|n| {
                let (client, tally) = (three.client(n), &tally);
                scope.spawn(move || read(&client, tally, seed + n as u64))
            })
            .collect();
        let watch = scope.spawn(|| {
            while !tally.over.load(Ordering::Relaxed) {
                one_chain(&clients);
                std::thread::sleep(Duration::from_secs(1));
            }
        });
        let parts = files.chunks(files.len().div_ceil(UPLOADERS));
        let uploaders: Vec<_> = (100_u64..)
            .zip(parts)
            .map(|(n, part)| {
                let tally = &tally;
                scope.spawn(move || upload(three, part, tally, seed + n))
            })
            .collect();
        let uploaded: Vec<_> = uploaders
            .into_iter()
            .map(std::thread::ScopedJoinHandle::join)
            .collect();
        let took = began.elapsed();
        tally.over.store(true, Ordering::Relaxed);
        let ended = readers
            .into_iter()
            .chain([watch])
            .map(std::thread::ScopedJoinHandle::join);
        for one in uploaded.into_iter().chain(ended) {
            one.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        took
    });
    (took, tally.reads.load(Ordering::Relaxed))
}

fn files(three: &Three, count: u32) -> Vec<PathBuf> {
    let folder = three.homes[0].sample("photos", count);
    let mut folders = vec![folder];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    files
}

#[test]
fn photos_come_to_all_devices_at_once_while_all_are_read_from() {
    let three = Three::found();
    let count = 240;
    let files = files(&three, count);
    let (took, reads) = storm(&three, &files, 1);
    eprintln!("{count} photos in {} ms, {reads} reads", took.as_millis());
    three.agree();
    for n in 0..3 {
        eventually("each device finds each photo", || {
            (three.found_by(n, "") == u64::from(count)).then_some(())
        });
    }
    for home in &three.homes {
        eventually("each device holds each original, whole", || {
            let report = home.run(["verify", "--deep", "--json"]);
            (report.code == Some(0) && report.json()["originals"] == count).then_some(())
        });
    }
}

/// Edits at random for as long as `KINFOLIO_SECONDS_MAX` says, with pauses in which all must come to
/// agree.
#[test]
#[ignore = "takes as long as it is told: `make soak` runs it"]
fn soak() {
    let seconds = std::env::var("KINFOLIO_SECONDS_MAX").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(600);
    let seed = std::env::var("KINFOLIO_SEED").ok();
    let seed = seed.and_then(|text| text.parse().ok()).unwrap_or(1);
    let three = Three::found();
    let count = std::env::var("KINFOLIO_PHOTOS").ok();
    let count = count.and_then(|text| text.parse().ok()).unwrap_or(3000);
    let files = files(&three, count);
    let began = Instant::now();
    let until = began + Duration::from_secs(seconds);
    let (took, reads) = storm(&three, &files, seed);
    println!(
        "{count} photos in {:.1} s, {reads} reads",
        took.as_secs_f64()
    );
    let clients: Vec<_> = (0..3).map(|n| three.client(n)).collect();
    let mut dice = Dice::new(seed);
    let mut tally = BTreeMap::<&str, u64>::new();
    loop {
        let tip = three.agree();
        for n in 0..3 {
            eventually("each device finds each photo", || {
                (three.found_by(n, "") == u64::from(count)).then_some(())
            });
        }
        *tally.entry("times that all agreed").or_default() += 1;
        if Instant::now() >= until {
            println!("{tally:?}, tip {tip}, {} s", began.elapsed().as_secs());
            return;
        }
        let busy = Instant::now() + Duration::from_secs(1 + dice.below(10));
        while Instant::now() < busy {
            let second = Instant::now() + Duration::from_secs(1);
            while Instant::now() < second {
                let n = dice.below(3) as usize;
                let change = change(&mut dice);
                let edited = clients[n].send("POST", "/api/v1/edits", &change);
                assert!(edited.status == 200, "{edited:?}");
                *tally.entry("edits").or_default() += 1;
            }
            one_chain(&clients);
            *tally.entry("looks").or_default() += 1;
        }
    }
}

fn change(dice: &mut Dice) -> Value {
    let tag = format!("t{}", dice.below(50));
    let year = 2010 + dice.below(15);
    let change = match dice.below(3) {
        0 => json!({ "add_tags": [tag] }),
        1 => json!({ "remove_tags": [tag] }),
        _ => json!({ "rating": dice.below(6) }),
    };
    json!({ "query": format!("taken:{year}-{:02}", 1 + dice.below(12)), "change": change })
}
