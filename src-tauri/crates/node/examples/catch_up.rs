//! How fast a device that was away comes to the tip: `cargo run --release -p kinfolio-node --example
//! catch_up -- [strings]`. Three devices on loopback and on this disk; two write, then the third
//! starts with nothing but the founding block.

#![allow(clippy::print_stdout, reason = "it is run to be read")]

use std::error::Error;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use kinfolio_node::{DeviceId, Door, Founder, Node};

/// Strings of 128 bytes that wait for their acknowledgement at a time.
const OUTSTANDING: u64 = 512;

fn main() -> Result<(), Box<dyn Error>> {
    let strings = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 300_000,
    };
    tokio::runtime::Runtime::new()?.block_on(measure(strings))
}

async fn measure(strings: u64) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let roots: Vec<PathBuf> = (0..3).map(|n| folder.path().join(n.to_string())).collect();
    for root in &roots {
        std::fs::create_dir(root)?;
    }
    let others: Vec<_> = roots[1..].iter().map(PathBuf::as_path).collect();
    let founder = Founder {
        household: "Catching up".into(),
        device: "PC".into(),
    };
    founder.found_together(&roots[0], &others)?;
    let mut places = Vec::new();
    for root in &roots {
        let device = Node::open(root)?.status().device.id;
        places.push((device, free_address()?));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (first, second) = (start(&roots[0], &places, 0)?, start(&roots[1], &places, 1)?);
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..OUTSTANDING {
        let node = if writer % 2 == 0 { &first } else { &second }.clone();
        writers.spawn(async move {
            for n in (writer..strings).step_by(OUTSTANDING as usize) {
                let text = Bytes::from(format!("{n:0128}"));
                node.submit(vec![text]).await?;
            }
            Ok::<_, kinfolio_node::SubmitError>(())
        });
    }
    for written in writers.join_all().await {
        written?;
    }
    let tip = first.tip();
    let third = start(&roots[2], &places, 2)?;
    let began = Instant::now();
    let mut tips = third.watch();
    while third.tip().height < tip.height {
        tips.changed().await?;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{strings} strings in {} blocks: {seconds:.2} s, {:.0} strings/s",
        tip.height,
        strings as f64 / seconds
    );
    Ok(())
}

fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

fn start(root: &Path, places: &[(DeviceId, SocketAddr)], n: usize) -> Result<Node, Box<dyn Error>> {
    let others = places.iter().filter(|(device, _)| *device != places[n].0);
    let door = Door {
        listener: Some(TcpListener::bind(places[n].1)?),
        peers: others
            .map(|&(device, address)| (device, vec![address]))
            .collect(),
        ..Door::default()
    };
    Ok(Node::open_with(root, door)?)
}
