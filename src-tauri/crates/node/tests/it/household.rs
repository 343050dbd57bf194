//! Whole nodes of one household in this process: real disks, real TLS links on loopback.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_node::{DeviceId, Door, EditState, Founder, Node, NodeError, Payload};

pub(crate) struct Household {
    _folder: tempfile::TempDir,
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) devices: Vec<DeviceId>,
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) nodes: Vec<Option<Node>>,
}

impl Household {
    /// A household of so many devices, all of them running.
    pub(crate) fn found(size: usize) -> Self {
        Self::found_and_start(size, size)
    }

    /// A household in which all but the last device run, whose key this gives.
    pub(crate) fn found_with_silent_member(running: usize) -> (Self, SigningKey) {
        let household = Self::found_and_start(running + 1, running);
        let path = household.roots[running].join("identity/device.key");
        let text = std::fs::read_to_string(path).expect("a key");
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).expect("a key");
        (household, SigningKey::from_bytes(&bytes))
    }

    fn found_and_start(size: usize, running: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let roots: Vec<_> = (0..size)
            .map(|n| folder.path().join(n.to_string()))
            .collect();
        for root in &roots {
            std::fs::create_dir(root).expect("made");
        }
        let founder = Founder {
            household: "Loopback".into(),
            device: "PC".into(),
        };
        let others: Vec<_> = roots[1..].iter().map(PathBuf::as_path).collect();
        founder.found_together(&roots[0], &others).expect("founded");
        let listeners: Vec<_> = roots
            .iter()
            .map(|_| TcpListener::bind("127.0.0.1:0").expect("bound"))
            .collect();
        let addresses = listeners.iter().map(|one| one.local_addr().expect("bound"));
        let addresses: Vec<_> = addresses.collect();
        let nodes: Vec<_> = roots
            .iter()
            .map(|root| Node::open(root).expect("opened").status().device.id)
            .collect();
        let mut household = Self {
            _folder: folder,
            roots,
            devices: nodes,
            addresses,
            nodes: vec![None; size],
        };
        std::thread::sleep(Duration::from_millis(50));
        for (n, listener) in listeners.into_iter().enumerate().take(running) {
            household.start_on(n, listener);
        }
        household
    }

    pub(crate) fn start(&mut self, n: usize) {
        let deadline = Instant::now() + Duration::from_secs(60);
        // The life before lets go of its port a moment after it is closed.
        let listener = loop {
            match TcpListener::bind(self.addresses[n]) {
                Ok(listener) => break listener,
                Err(error) => assert!(Instant::now() < deadline, "not bound again: {error}"),
            }
        };
        self.start_on(n, listener);
    }

    fn start_on(&mut self, n: usize, listener: TcpListener) {
        let peers = (0..self.roots.len())
            .filter(|&other| other != n)
            .map(|other| (self.devices[other], vec![self.addresses[other]]));
        let door = Door {
            listener: Some(listener),
            peers: peers.collect(),
            ..Door::default()
        };
        self.nodes[n] = Some(Node::open_with(&self.roots[n], door).expect("opened"));
    }

    /// Ends a device as a clean exit does.
    pub(crate) async fn close(&mut self, n: usize) {
        let node = self.nodes[n].take().expect("is running");
        node.close().await.expect("closed");
    }

    /// How many edits the chain of a device holds.
    pub(crate) fn edits(&self, n: usize) -> usize {
        texts(&self.node(n)).len()
    }

    pub(crate) fn node(&self, n: usize) -> Node {
        self.nodes[n].clone().expect("is running")
    }

    pub(crate) async fn agree(&self, edits: usize) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let running: Vec<_> = self.nodes.iter().flatten().collect();
            let tips: BTreeSet<_> = running
                .iter()
                .map(|node| (node.tip().height, node.tip().hash))
                .collect();
            // Whoever is being healed cannot read all of its blocks.
            let texts = try_texts(running[0]).unwrap_or_default();
            if tips.len() == 1 && texts.len() == edits {
                return texts;
            }
            assert!(
                Instant::now() < deadline,
                "{} tips, {} of {edits} edits: {tips:?}",
                tips.len(),
                texts.len()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

pub(crate) fn texts(node: &Node) -> Vec<String> {
    try_texts(node).expect("readable")
}

fn try_texts(node: &Node) -> Result<Vec<String>, NodeError> {
    let blocks = node.blocks(0, usize::MAX)?;
    let edits = blocks
        .iter()
        .flat_map(|block| block.edits().collect::<Vec<_>>());
    let texts = edits.filter_map(|edit| match edit.payload {
        // What a device that is being healed writes to move the chain on.
        Payload::Opaque(bytes) if bytes.is_empty() => None,
        Payload::Opaque(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Payload::Founding(_) | Payload::Membership(_) | Payload::Task(_) | Payload::Epoch(_) => {
            None
        }
    });
    Ok(texts.collect())
}

/// Writes `count` strings through each node, `clients` at a time.
pub(crate) async fn write(household: &Household, count: usize, clients: usize) -> usize {
    let size = household.nodes.len();
    let mut writers = tokio::task::JoinSet::new();
    for client in 0..clients {
        for n in 0..size {
            let node = household.node(n);
            writers.spawn(async move {
                for k in (client..count).step_by(clients) {
                    let text = format!("{n}-{k}");
                    let receipt = node.submit(vec![Bytes::from(text)]).await;
                    let receipt = receipt.expect("acknowledged");
                    assert_eq!(receipt.state, EditState::Committed);
                }
            });
        }
    }
    writers.join_all().await;
    size * count
}
