//! A laptop that was away, with thousands of edits, while the others at home made as many.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use harness::http::Client;
use harness::library::eventually;
use harness::three::Three;
use serde_json::{Value, json};

/// Edits that wait for their answer at one time: alone each waits a second for the others.
const AT_ONCE: usize = 200;

/// So many edits by each side, `KINFOLIO_EDITS` of them; every photo's caption is one.
fn edits() -> usize {
    let told = std::env::var("KINFOLIO_EDITS").ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(600)
}

/// Does `count` things, some at a time, each by one of `clients`.
fn each(clients: &[&Client], count: usize, work: impl Fn(&Client, usize) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for n in 0..AT_ONCE.min(count) {
            let (client, next, work) = (clients[n % clients.len()], &next, &work);
            scope.spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count {
                        return;
                    }
                    work(client, n);
                }
            });
        }
    });
}

/// Says something of a photo: first its caption, then tags that both sides give.
fn edit(client: &Client, photos: &[String], side: &str, n: usize) -> Value {
    let id = &photos[n % photos.len()];
    let change = match n / photos.len() {
        0 => json!({ "caption": format!("{side} {n}") }),
        round => json!({ "add_tags": [format!("{side}/{round}")] }),
    };
    let path = format!("/api/v1/photos/{id}");
    client.send("PATCH", &path, &change).is(200).json()
}

fn total(client: &Client, query: &str) -> u64 {
    let path = format!("/api/v1/search?q={query}");
    client.get(&path).is(200).json()["total"].as_u64().unwrap()
}

#[test]
fn a_laptop_that_was_away_brings_what_it_did_and_conflicts_show_both_values() {
    let mut three = Three::found();
    let count = edits();
    let photos = count.div_ceil(5);
    let ids = std::sync::Mutex::new(vec![String::new(); photos]);
    let first = three.client(0);
    each(&[&first], photos, |client, n| {
        let path = format!("/api/v1/files?name={n}.txt");
        let stored = client.ask("POST", &path, &[], format!("file {n}").as_bytes());
        let id = stored.json()["id"].as_str().unwrap().to_owned();
        ids.lock().unwrap()[n] = id;
    });
    let ids = ids.into_inner().unwrap();
    three.agree();

    // At home without the laptop, then the laptop without the others.
    three.nodes[2].take().unwrap().terminate();
    let (one, two) = (three.client(0), three.client(1));
    let began = Instant::now();
    each(&[&one, &two], count, |client, n| {
        let done = edit(client, &ids, "home", n);
        assert_eq!(done["state"], "committed", "{done}");
    });
    eprintln!("{count} edits at home: {} ms", began.elapsed().as_millis());
    for n in [0, 1] {
        three.nodes[n].take().unwrap().terminate();
    }
    three.start(2);
    let away = three.client(2);
    let began = Instant::now();
    each(&[&away], count, |client, n| {
        let done = edit(client, &ids, "away", n);
        assert_eq!(done["state"], "pending", "{done}");
    });
    eprintln!("{count} edits away: {} ms", began.elapsed().as_millis());
    assert_eq!(three.ledger(2)["pending"], count);

    for n in [0, 1] {
        three.start(n);
    }
    let began = Instant::now();
    eventually("nothing is pending and all have one tip", || {
        let ledgers: Vec<_> = (0..3).map(|n| three.ledger(n)).collect();
        let same = |one: &Value| one["pending"] == 0 && one["tip"] == ledgers[0]["tip"];
        ledgers.iter().all(same).then_some(())
    });
    let one_chain = began.elapsed();
    let rounds = count / photos;
    for n in 0..3 {
        let client = three.client(n);
        eventually("each shows all of it", || {
            let shows = |query: &str| total(&client, query) == photos as u64;
            let last = rounds - 1;
            let tags = ["home", "away"].map(|side| format!("tag:{side}/{last}"));
            (shows("has:conflict") && tags.iter().all(|tag| shows(tag))).then_some(())
        });
    }
    eprintln!(
        "one chain {} ms after the others were back, one state {} ms",
        one_chain.as_millis(),
        began.elapsed().as_millis()
    );
    for n in 0..3 {
        let client = three.client(n);
        for (k, id) in ids.iter().enumerate().step_by(photos.div_ceil(7)) {
            let record = client.get(&format!("/api/v1/photos/{id}")).is(200).json();
            // What was said last in the chain's order stands.
            assert_eq!(record["caption"], format!("away {k}"), "{record}");
            let path = format!("/api/v1/photos/{id}/history");
            let history = client.get(&path).is(200).json().to_string();
            for side in ["home", "away"] {
                assert!(history.contains(&format!("{side} {k}")), "{history}");
            }
        }
    }
    for home in &three.homes {
        eventually("nothing is wrong, and every original has come", || {
            (home.run(["verify"]).code == Some(0)).then_some(())
        });
    }
}
