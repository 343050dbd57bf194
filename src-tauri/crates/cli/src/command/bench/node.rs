//! One node of a measurement: the ledger node that every device runs, without a library around
//! it. Says on stdout where it listens, and on every line from stdin where it stands; ends when
//! stdin does, so that it never outlives who started it.

use std::path::Path;
use std::process::ExitCode;

use kinfolio_library::node::{DeviceId, Door, Node};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::failure::Failure;
use crate::usage::BenchNodeArgs;

/// Where a node stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) device: String,
    pub(super) height: u64,
    pub(super) tip: String,
    pub(super) quorum: bool,
    pub(super) reachable: usize,
    pub(super) ballots: u64,
    pub(super) duels: u64,
    pub(super) rss_bytes: u64,
    /// Processor time of this process so far.
    pub(super) cpu_ms: u64,
}

pub(crate) async fn node(root: &Path, args: BenchNodeArgs) -> Result<ExitCode, Failure> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    // Not among the arguments, where every process could read it.
    let token = lines.next_line().await.map_err(Failure::Print)?;
    let listener = std::net::TcpListener::bind(args.peer);
    let listener = listener.map_err(|source| Failure::CannotListen {
        address: args.peer.to_string(),
        option: "--peer",
        source,
    })?;
    let peers: Result<_, _> = args.others.iter().map(|text| other(text)).collect();
    let door = Door {
        listener: Some(listener),
        peers: peers?,
        token,
        ..Door::default()
    };
    let node = Node::open_with(root, door)?;
    let mut out = tokio::io::stdout();
    loop {
        let mut text = serde_json::to_string(&state(&node)).unwrap_or_default();
        text.push('\n');
        let said = out.write_all(text.as_bytes()).await;
        if said.is_err() || out.flush().await.is_err() {
            break;
        }
        match lines.next_line().await {
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => break,
        }
    }
    node.close().await?;
    Ok(ExitCode::SUCCESS)
}

fn state(node: &Node) -> State {
    let status = node.status();
    State {
        device: status.device.id.to_string(),
        height: status.tip.height,
        tip: status.tip.hash.to_string(),
        quorum: status.quorum,
        reachable: status.members.iter().filter(|one| one.reachable).count(),
        ballots: status.counts.ballots,
        duels: status.counts.duels,
        rss_bytes: rss_bytes(),
        cpu_ms: cpu_ms(),
    }
}

/// Resident memory of this process; 0 where the system does not say.
fn rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Processor time of this process; 0 where the system does not say.
fn cpu_ms() -> u64 {
    // Nanoseconds on a processor: the first number.
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten();
    let spent = tasks.flatten().filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    spent.sum::<u64>() / 1_000_000
}

fn other(text: &str) -> Result<(DeviceId, Vec<std::net::SocketAddr>), Failure> {
    let parsed = text
        .split_once('=')
        .and_then(|(device, address)| Some((device.parse().ok()?, vec![address.parse().ok()?])));
    parsed.ok_or_else(|| Failure::Bench {
        reason: format!("“{text}” is not DEVICE=ADDR"),
    })
}
