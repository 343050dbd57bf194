//! Whole nodes of one household in this process: real disks, real TLS links on loopback.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kinfolio_node::{DeviceId, Door, EditState, Founder, Node, Payload};

struct Household {
    _folder: tempfile::TempDir,
    roots: Vec<PathBuf>,
    devices: Vec<DeviceId>,
    addresses: Vec<SocketAddr>,
    nodes: Vec<Option<Node>>,
}

impl Household {
    fn found(size: usize) -> Self {
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
        for (n, listener) in listeners.into_iter().enumerate() {
            household.start_on(n, listener);
        }
        household
    }

    fn start(&mut self, n: usize) {
        let listener = TcpListener::bind(self.addresses[n]).expect("bound again");
        self.start_on(n, listener);
    }

    fn start_on(&mut self, n: usize, listener: TcpListener) {
        let peers = (0..self.roots.len())
            .filter(|&other| other != n)
            .map(|other| (self.devices[other], vec![self.addresses[other]]));
        let door = Door {
            listener: Some(listener),
            peers: peers.collect(),
            token: None,
        };
        self.nodes[n] = Some(Node::open_with(&self.roots[n], door).expect("opened"));
    }

    fn node(&self, n: usize) -> Node {
        self.nodes[n].clone().expect("is running")
    }

    async fn agree(&self, edits: usize) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let running: Vec<_> = self.nodes.iter().flatten().collect();
            let tips: BTreeSet<_> = running
                .iter()
                .map(|node| (node.tip().height, node.tip().hash))
                .collect();
            let texts = texts(running[0]);
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

fn texts(node: &Node) -> Vec<String> {
    let blocks = node.blocks(0, usize::MAX).expect("readable");
    let edits = blocks
        .iter()
        .flat_map(|block| block.edits().collect::<Vec<_>>());
    let texts = edits.filter_map(|edit| match edit.payload {
        Payload::Opaque(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Payload::Founding(_) | Payload::Membership(_) => None,
    });
    texts.collect()
}

/// Writes `count` strings through each node, `clients` at a time.
async fn write(household: &Household, count: usize, clients: usize) -> usize {
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

#[tokio::test(flavor = "multi_thread")]
async fn three_devices_write_at_once_and_hold_one_chain() {
    let household = Household::found(3);
    let began = Instant::now();
    let written = write(&household, 300, 16).await;
    let took = began.elapsed();
    let texts = household.agree(written).await;
    let distinct: BTreeSet<_> = texts.iter().collect();
    assert_eq!(distinct.len(), written, "every string is in once");
    for n in 0..3 {
        let status = household.node(n).status();
        println!(
            "device {n}: {} blocks, {:?}, {:.0} edits/s",
            status.tip.height,
            status.counts,
            written as f64 / took.as_secs_f64()
        );
        assert!(status.quorum);
        assert_eq!(status.pending, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_away_catches_up_and_a_read_on_it_sees_all() {
    let mut household = Household::found(3);
    write(&household, 5, 1).await;
    household.nodes[2]
        .take()
        .expect("runs")
        .close()
        .await
        .expect("closed");
    for k in 0..50 {
        let text = Bytes::from(format!("meanwhile {k}"));
        household
            .node(k % 2)
            .submit(vec![text])
            .await
            .expect("acknowledged");
    }
    household.start(2);
    household.node(2).consistent().await.expect("read");
    assert_eq!(texts(&household.node(2)).len(), 15 + 50);
    household.agree(15 + 50).await;
}
