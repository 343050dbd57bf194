//! Programs that belong to no household, devices that do not any more, and recordings of those that
//! do: refused, written of in the log, and told nothing.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use harness::library::{Household, Node, eventually};
use kinfolio_node::{FileKind, FileRef, Invitation, Newcomer};
use kinfolio_transport::{FetchError, FileClient, Identity};
use serde_json::Value;

fn peer_address(node: &Node) -> SocketAddr {
    let mut words = node.ready.split_whitespace();
    let address = words.find_map(|word| word.strip_prefix("peer="));
    address.unwrap().parse().unwrap()
}

fn log_of(home: &Household) -> String {
    let logs = fs::read_dir(home.root().join("logs")).unwrap();
    let texts = logs.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    texts.collect()
}

fn rejected(node: &Node) -> u64 {
    let metrics = String::from_utf8(node.client().get("/metrics").body).unwrap();
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix("kinfolio_rejected_total "));
    line.unwrap().parse().unwrap()
}

fn members(home: &Household) -> Vec<Value> {
    home.json(["devices"])["devices"]
        .as_array()
        .unwrap()
        .clone()
}

/// Passes one connection on to `to`, and gives what its caller said.
fn recorder(to: SocketAddr) -> (SocketAddr, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let (said, recorded) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut caller, _) = listener.accept().unwrap();
        let mut called = TcpStream::connect(to).unwrap();
        let (mut back, mut front) = (called.try_clone().unwrap(), caller.try_clone().unwrap());
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut back, &mut front);
            let _ = front.shutdown(Shutdown::Both);
        });
        let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
        while let Ok(length @ 1..) = caller.read(&mut piece) {
            bytes.extend(&piece[..length]);
            if called.write_all(&piece[..length]).is_err() {
                break;
            }
        }
        let _ = said.send(bytes);
    });
    (at, recorded)
}

#[test]
fn a_recorded_joining_opens_no_door_when_it_is_played_again() {
    let home = Household::found();
    let node = home.serve();
    let text = home.run(["invite"]).succeeded().stdout;
    let mut invitation: Invitation = text.trim().parse().unwrap();
    let address = peer_address(&node);
    let (through, recorded) = recorder(address);
    invitation.addresses = vec![through];
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let newcomer = Newcomer::prepare(folder.path(), &invitation, "Laptop").unwrap();
    runtime.block_on(newcomer.join()).unwrap();
    drop(runtime);
    let recording = recorded.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!(recording.len() > 500, "a whole handshake and a call");
    home.run(["devices", "remove", "Laptop"]).succeeded();
    assert_eq!(members(&home).len(), 1);
    let tip = home.json(["status"])["tip"].clone();

    let before = rejected(&node);
    let mut socket = TcpStream::connect(address).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    // The node may hang up before it has heard all.
    let _ = socket.write_all(&recording);
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    assert!(
        !answer.windows(4).any(|part| part == b"Test"),
        "no name goes out"
    );
    eventually("it is counted", || (rejected(&node) > before).then_some(()));
    assert_eq!(members(&home).len(), 1);
    assert_eq!(home.json(["status"])["tip"], tip);
    let log = log_of(&home);
    assert!(log.contains("the TLS handshake"), "{log}");
    assert!(!log.contains(text.trim()));
}

/// What a device with this key is told when it asks for a photo's original.
fn fetched(key: &SigningKey, home: &Household, node: &Node, id: &str) -> Result<u64, FetchError> {
    let device = home.json(["status"])["device"]["id"].clone();
    let device = device.as_str().unwrap().parse().unwrap();
    let mut hash = [0; 32];
    hex::decode_to_slice(id, &mut hash).unwrap();
    let wanted = FileRef {
        kind: FileKind::Original,
        id: hash,
    };
    let identity = Identity::new(key).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = FileClient::connect(&identity, device, &[peer_address(node)]).await?;
        Ok(client.fetch(wanted, 0).await?.size)
    })
}

#[test]
fn strangers_and_removed_devices_get_no_file_and_are_written_of() {
    let home = Household::found();
    let node = home.serve();
    let upload = node
        .client()
        .ask("POST", "/api/v1/files?name=a", &[], b"private");
    let id = upload.json()["id"].as_str().unwrap().to_owned();
    let second = home.joined("Laptop");
    let text = fs::read_to_string(second.root().join("identity/device.key")).unwrap();
    let seed: [u8; 32] = hex::decode(text.trim()).unwrap().try_into().unwrap();
    let member = SigningKey::from_bytes(&seed);
    assert_eq!(
        fetched(&member, &home, &node, &id).unwrap(),
        7,
        "a member gets it"
    );

    home.run(["devices", "remove", "Laptop"]).succeeded();
    let removed = fetched(&member, &home, &node, &id).unwrap_err().to_string();
    assert!(removed.contains("removed"), "{removed}");
    let stranger = SigningKey::from_bytes(&[9; 32]);
    for wanted in [id.as_str(), &"0".repeat(64)] {
        let refused = fetched(&stranger, &home, &node, wanted)
            .unwrap_err()
            .to_string();
        // The same, whether there is such a file or not.
        assert!(refused.contains("no member of the household"), "{refused}");
        assert!(
            !refused.contains("Test") && !refused.contains(&id),
            "{refused}"
        );
    }
    assert!(rejected(&node) >= 2);
    let log = log_of(&home);
    assert!(
        log.contains("the device was removed from the household"),
        "{log}"
    );
}
