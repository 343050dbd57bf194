//! The port for other devices: who comes to it with nonsense or with a stolen key is counted in
//! `/metrics`, and the node serves on.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use harness::http::Client;
use harness::library::{Household, PATIENCE, eventually};
use kinfolio_transport::{Dialer, Identity, LinkEvent, PeerMessage, RefusalCode};

/// The number that `/metrics` shows under a name.
fn metric(node: &Client, name: &str) -> u64 {
    let metrics = node.get("/metrics").is(200).body;
    let metrics = String::from_utf8(metrics).unwrap();
    let value = metrics.lines().find_map(|line| {
        let (found, value) = line.split_once(' ')?;
        (found == name).then(|| value.parse().unwrap())
    });
    value.unwrap_or_else(|| panic!("no {name} in {metrics}"))
}

fn append(node: &Client, text: &str) {
    let receipt = node.ask("POST", "/api/v1/ledger/entries", &[], text.as_bytes());
    assert_eq!(receipt.is(200).json()["state"], "committed");
}

#[test]
fn nonsense_at_the_door_is_counted_and_the_node_serves_on() {
    let home = Household::found();
    let serving = home.serve();
    let node = serving.client();
    let address = peer_address(&serving.ready);
    assert_eq!(metric(&node, "kinfolio_rejected_total"), 0);
    for nonsense in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0x16; 70_000]] {
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        // It may hang up before it has heard everything, and does without an answer.
        let _ = socket.write_all(nonsense);
        let _ = socket.read_to_end(&mut Vec::new());
    }
    eventually("both are counted", || {
        (metric(&node, "kinfolio_rejected_total") == 2).then_some(())
    });
    assert_eq!(metric(&node, "kinfolio_refused_total"), 0);
    append(&node, "after the nonsense");
    assert!(serving.terminate().success());
}

/// Whoever copies a device's folder can show its key, to that very device too.
#[test]
fn a_copy_of_this_device_is_refused_told_so_and_counted() {
    let home = Household::found();
    let serving = home.serve();
    let node = serving.client();
    append(&node, "before the copy");
    assert_eq!(metric(&node, "kinfolio_refused_total"), 0);
    let text = std::fs::read_to_string(home.root().join("identity/device.key")).unwrap();
    let key: [u8; 32] = hex::decode(text.trim()).unwrap().try_into().unwrap();
    let identity = Arc::new(Identity::new(&SigningKey::from_bytes(&key)).unwrap());
    let address = peer_address(&serving.ready);
    let told = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (heard, mut events) = tokio::sync::mpsc::channel(64);
        let _dialer = Dialer::spawn(
            Arc::clone(&identity),
            identity.device(),
            vec![address],
            heard,
        );
        let mut held = Vec::new();
        let told = async {
            loop {
                match events.recv().await.unwrap() {
                    LinkEvent::Up { link, .. } => {
                        let fetch = PeerMessage::Fetch { from: 0, limit: 1 };
                        link.send(&fetch).unwrap();
                        // A link ends with its last sender.
                        held.push(link);
                    }
                    LinkEvent::Received {
                        message: PeerMessage::Refused { code, detail },
                        ..
                    } => break (code, detail),
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, told).await.unwrap()
    });
    assert_eq!(told.0, RefusalCode::Clone, "{}", told.1);
    assert_eq!(metric(&node, "kinfolio_refused_total"), 1);
    append(&node, "after the copy");
}

/// Where a node that is ready listens for other devices.
fn peer_address(ready: &str) -> SocketAddr {
    let mut words = ready.split_whitespace();
    let address = words.find_map(|word| word.strip_prefix("peer="));
    address.unwrap().parse().unwrap()
}
