//! The ledger of several nodes: the founding experiment with real processes, and entries over
//! HTTP.

use harness::library::Household;
use serde_json::Value;

/// Random strings, each to a random node as fast as possible; then one chain on all, with every
/// string in it once.
fn experiment(nodes: u32, entries: u32, more: &[&str]) -> Value {
    let household = Household::found();
    let (nodes, entries) = (nodes.to_string(), entries.to_string());
    let words = [
        "bench",
        "ledger",
        "--nodes",
        &nodes,
        "--entries",
        &entries,
        "--clients",
        "48",
        "--size",
        "64",
    ];
    let measured = household.json(words.iter().chain(more));
    assert_eq!(measured["chains_equal"], true);
    assert_eq!(measured["entries"].to_string(), entries);
    let blocks = measured["blocks"].as_u64().unwrap();
    assert!(
        blocks > 1 && blocks == measured["height"],
        "{blocks} blocks"
    );
    assert_eq!(measured["tip"].as_str().unwrap().len(), 64);
    measured
}

#[test]
fn three_processes_come_to_one_chain() {
    experiment(3, 9_000, &[]);
}

#[test]
fn five_and_seven_processes_come_to_one_chain() {
    experiment(5, 5_000, &[]);
    experiment(7, 5_000, &[]);
}

#[test]
fn a_process_that_is_killed_half_way_and_started_again_comes_to_the_same_chain() {
    experiment(3, 9_000, &["--kill-one"]);
}

#[test]
fn entries_are_acknowledged_with_their_block_and_found_in_it() {
    let home = Household::found();
    let serving = home.serve();
    let node = serving.client();
    let append = |entry: &[u8]| node.ask("POST", "/api/v1/ledger/entries", &[], entry);
    let receipt = append(b"a string").is(200).json();
    assert_eq!(receipt["state"], "committed");
    let height = receipt["height"].as_u64().unwrap();
    let block = node.get(&format!("/api/v1/ledger/blocks/{height}")).json();
    assert_eq!(block["hash"], receipt["hash"]);
    assert_eq!(block["edits"][0]["kind"], "opaque");
    assert_eq!(block["edits"][0]["payload"], "YSBzdHJpbmc=");
    let consistent = node.get("/api/v1/ledger?consistent=true").json();
    assert!(consistent["height"].as_u64().unwrap() >= height);
    for (wrong, code) in [
        (&b""[..], "bad_entry"),
        (&[7; (64 << 10) + 1][..], "bad_entry"),
        (&b"KFL\x01 pretends"[..], "bad_entry"),
    ] {
        append(wrong).is_problem(400, code);
    }
}
