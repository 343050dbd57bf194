//! Proofs over HTTP, checked by the verifier that shares no code with what makes them.

use harness::http::Client;
use harness::library::{Household, Node};
use kinfolio_proof::{ConsistencyProof, InclusionProof};
use serde_json::Value;

/// A tip: its height and its hash.
type Tip = (u64, [u8; 32]);

/// A node whose chain has a few dozen blocks, what it receipted, and its tips half way and now.
struct Chain {
    _home: Household,
    serving: Node,
    entries: Vec<(String, Value)>,
    old: Tip,
    new: Tip,
}

impl Chain {
    fn grow() -> Self {
        let home = Household::found();
        let serving = home.serve();
        let node = serving.client();
        let mut entries = Vec::new();
        // One after another each is a block of its own; at once they share blocks.
        entries.extend((0..13).map(|n| append(&node, format!("alone {n}"))));
        let old = tip(&node);
        let together = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8)
                .map(|writer| {
                    let node = serving.client();
                    let texts = (0..5).map(move |n| format!("together {writer}.{n}"));
                    scope.spawn(move || texts.map(|text| append(&node, text)).collect::<Vec<_>>())
                })
                .collect();
            let receipts = writers.into_iter().map(|writer| writer.join().unwrap());
            receipts.flatten().collect::<Vec<_>>()
        });
        entries.extend(together);
        let new = tip(&node);
        Self {
            _home: home,
            serving,
            entries,
            old,
            new,
        }
    }
}

fn append(node: &Client, text: String) -> (String, Value) {
    let receipt = node.ask("POST", "/api/v1/ledger/entries", &[], text.as_bytes());
    let receipt = receipt.is(200).json();
    assert_eq!(receipt["state"], "committed");
    (text, receipt)
}

fn tip(node: &Client) -> Tip {
    let status = node.get("/api/v1/ledger").is(200).json();
    (status["height"].as_u64().unwrap(), hash(&status["tip"]))
}

fn hash(value: &Value) -> [u8; 32] {
    let bytes = hex::decode(value.as_str().unwrap()).unwrap();
    bytes.try_into().unwrap()
}

fn proof(node: &Client, query: &str) -> Value {
    let path = format!("/api/v1/ledger/proof?{query}");
    node.get(&path).is(200).json()
}

fn included(proof: &Value) -> InclusionProof {
    serde_json::from_value(proof.clone()).unwrap()
}

fn continued(proof: &Value) -> ConsistencyProof {
    serde_json::from_value(proof.clone()).unwrap()
}

/// The document with every bit of its bytes and numbers flipped, one at a time.
fn flipped(proof: &Value) -> Vec<Value> {
    let mut places = Vec::new();
    for (field, value) in proof.as_object().unwrap() {
        match value {
            Value::Array(items) => {
                places.extend((0..items.len()).map(|at| format!("/{field}/{at}")));
            }
            _ => places.push(format!("/{field}")),
        }
    }
    let mut all = Vec::new();
    for place in places {
        let was = proof.pointer(&place).unwrap();
        let spoiled: Vec<Value> = match was.as_u64() {
            Some(number) => (0..64).map(|bit| (number ^ (1 << bit)).into()).collect(),
            None => flips(&hex::decode(was.as_str().unwrap()).unwrap())
                .map(|bytes| hex::encode(bytes).into())
                .collect(),
        };
        for value in spoiled {
            let mut other = proof.clone();
            *other.pointer_mut(&place).unwrap() = value;
            all.push(other);
        }
    }
    all
}

fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    })
}

fn flipped_hashes(hash: &[u8; 32]) -> impl Iterator<Item = [u8; 32]> + '_ {
    flips(hash).map(|bytes| bytes.try_into().unwrap())
}

#[test]
fn every_entry_is_proved_under_the_tip_and_no_flipped_bit_passes() {
    let chain = Chain::grow();
    let node = chain.serving.client();
    let (tip_height, tip) = chain.new;
    let mut shared = 0;
    for (text, receipt) in &chain.entries {
        let edit = receipt["edit"].as_str().unwrap();
        let height = receipt["height"].as_u64().unwrap();
        let proof = proof(&node, &format!("edit={edit}"));
        let told = self::proof(&node, &format!("edit={edit}&height={height}"));
        assert_eq!(proof, told);
        let verified = included(&proof).verify(&tip).unwrap();
        assert!(verified.edit.ends_with(text.as_bytes()), "{verified:?}");
        assert_eq!(verified.height, height);
        assert_eq!(verified.block, hash(&receipt["hash"]));
        assert_eq!(verified.tip_height, tip_height);
        assert!(included(&proof).verify(&chain.old.1).is_err());
        shared += usize::from(!included(&proof).edit_path.is_empty());
    }
    assert!(shared > 1, "no block holds two entries");

    let deepest = |(_, receipt): &&(String, Value)| {
        let proof = proof(
            &node,
            &format!("edit={}", receipt["edit"].as_str().unwrap()),
        );
        included(&proof).edit_path.len()
    };
    let early = &chain.entries[2];
    let deep = chain.entries.iter().max_by_key(deepest).unwrap();
    let last = chain
        .entries
        .iter()
        .max_by_key(|(_, receipt)| receipt["height"].as_u64());
    for (_, receipt) in [early, deep, last.unwrap()] {
        let edit = receipt["edit"].as_str().unwrap();
        let proof = proof(&node, &format!("edit={edit}"));
        let mut refused = 0;
        for other in flipped(&proof) {
            assert!(included(&other).verify(&tip).is_err(), "{other}");
            refused += 1;
        }
        assert!(refused > 2_000, "{refused}");
        for other in flipped_hashes(&tip) {
            assert!(included(&proof).verify(&other).is_err());
        }
    }
}

#[test]
fn every_tip_is_proved_to_continue_earlier_ones_and_no_flipped_bit_passes() {
    let chain = Chain::grow();
    let node = chain.serving.client();
    let ((from, old), (to, new)) = (chain.old, chain.new);
    let proved = proof(&node, &format!("from={from}"));
    assert_eq!(proved, proof(&node, &format!("from={from}&to={to}")));
    assert_eq!(continued(&proved).verify(&old, &new), Ok((from, to)));
    assert!(continued(&proved).verify(&new, &old).is_err());
    for other in flipped(&proved) {
        assert!(continued(&other).verify(&old, &new).is_err(), "{other}");
    }
    for other in flipped_hashes(&old) {
        assert!(continued(&proved).verify(&other, &new).is_err());
    }
    for other in flipped_hashes(&new) {
        assert!(continued(&proved).verify(&old, &other).is_err());
    }
    let blocks = node.get("/api/v1/ledger/blocks").is(200).json();
    let hashes: Vec<_> = blocks
        .as_array()
        .unwrap()
        .iter()
        .map(|block| hash(&block["hash"]))
        .collect();
    for (height, pair) in (0..).zip(hashes.windows(2)) {
        for (low, high) in [(0, height), (height, height), (height, height + 1)] {
            let proved = proof(&node, &format!("from={low}&to={high}"));
            let at = |height: u64| &hashes[usize::try_from(height).unwrap()];
            let verified = continued(&proved).verify(at(low), at(high));
            assert_eq!(verified, Ok((low, high)));
        }
        let proved = proof(&node, &format!("from={height}&to={}", height + 1));
        assert!(continued(&proved).verify(&pair[1], &pair[0]).is_err());
    }
}

#[test]
fn what_cannot_be_proved_is_said_in_words() {
    let home = Household::found();
    let serving = home.serve();
    let node = serving.client();
    let (_, receipt) = append(&node, "a string".to_owned());
    let edit = receipt["edit"].as_str().unwrap();
    let (device, _) = edit.split_once('-').unwrap();
    let height = receipt["height"].as_u64().unwrap();
    let ask = |query: &str| node.get(&format!("/api/v1/ledger/proof?{query}"));
    for unknown in [
        format!("edit={edit}7"),
        format!("edit={device}-999-0"),
        format!("edit={}-1-0", "0".repeat(32)),
        format!("edit={edit}&height={}", height - 1),
        format!("edit={edit}&height={}", height + 1),
        format!("edit={edit}&height={}", u64::MAX),
        format!("from={}", height + 1),
        format!("from=0&to={}", height + 1),
        format!("from={height}&to=0"),
    ] {
        let answer = ask(&unknown);
        answer.is_problem(404, "not_in_chain");
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains("does not hold"), "{unknown}: {detail}");
    }
    for (wrong, why) in [
        (String::new(), "name either"),
        ("height=1".to_owned(), "name either"),
        ("to=1".to_owned(), "name either"),
        (format!("edit={edit}&from=0"), "name either"),
        (format!("edit={edit}&to={height}"), "name either"),
        (format!("from=0&height={height}"), "name either"),
        ("edit=".to_owned(), "names no edit"),
        ("edit=nonsense".to_owned(), "“nonsense” names no edit"),
        (format!("edit={device}"), "DEVICE-LIFE-NUMBER"),
        (format!("edit={edit}-0"), "names no edit"),
        (format!("edit={device}-1-x"), "names no edit"),
        (
            format!("edit={device}-1-99999999999999999999"),
            "names no edit",
        ),
        (format!("edit={edit}&height=x"), "height"),
        ("from=-1".to_owned(), "from"),
        ("from=0&to=1.5".to_owned(), "to"),
        (format!("edits={edit}"), "edits"),
    ] {
        let answer = ask(&wrong);
        answer.is_problem(400, "bad_parameter");
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(why), "{wrong}: {detail}");
    }
    let stranger = serving.stranger();
    let path = format!("/api/v1/ledger/proof?edit={edit}");
    stranger.get(&path).is_problem(401, "unauthorized");
}
