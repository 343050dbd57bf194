//! `kinfolio bench ledger`: the founding experiment, as a measurement. Several node processes on
//! this machine, each on a disk folder of its own; random strings, each to a random node, as fast
//! as so many clients can; then all chains must be equal and hold every string once.

mod cluster;
mod load;
mod node;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use kinfolio_library::node::{Block, Node, Payload};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Output, counted};
use crate::usage::BenchLedgerArgs;
use cluster::Cluster;
use load::Load;
pub(crate) use node::node;

/// How long the nodes may take to agree after the last string.
const AGREE: Duration = Duration::from_secs(60);

/// What was measured.
#[derive(Serialize)]
struct Measured {
    nodes: u8,
    entries: u64,
    size: u32,
    clients: u32,
    ops_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    blocks: u64,
    height: u64,
    tip: String,
    chains_equal: bool,
    seconds: f64,
    /// Own ballots of all nodes together.
    ballots: u64,
    /// Of these, how many met a higher one.
    duels: u64,
    ballots_per_block: f64,
    /// The longest time without any acknowledgement; with one node killed, what its death cost.
    gap_ms: f64,
    /// Largest memory of one node.
    rss_bytes_max: u64,
    fdatasync_p50_ms: f64,
    /// Share of a processor that one idle node takes, the busiest of them.
    idle_cpu_percent: Option<f64>,
}

pub(crate) async fn ledger(args: &BenchLedgerArgs, output: &Output) -> Result<ExitCode, Failure> {
    let fdatasync_p50_ms = cluster::fdatasync_p50_ms()?;
    let mut cluster = Cluster::start(args.nodes).await?;
    let load = Load::run(args, &mut cluster).await?;
    let states = cluster.agree(AGREE).await?;
    let idle_cpu_percent = match args.idle_seconds {
        0 => None,
        seconds => Some(
            cluster
                .idle_cpu_percent(Duration::from_secs(seconds))
                .await?,
        ),
    };
    let folders = cluster.stop().await?;
    let equal = chains_equal(&folders.roots(), &load)?;
    let state = &states[0];
    let ballots = states.iter().map(|one| one.ballots).sum();
    let measured = Measured {
        nodes: args.nodes,
        entries: args.entries,
        size: args.size,
        clients: args.clients,
        ops_per_s: args.entries as f64 / load.seconds,
        p50_ms: load.percentile_ms(50.0),
        p99_ms: load.percentile_ms(99.0),
        max_ms: load.percentile_ms(100.0),
        blocks: state.height,
        height: state.height,
        tip: state.tip.clone(),
        chains_equal: equal,
        seconds: load.seconds,
        ballots,
        duels: states.iter().map(|one| one.duels).sum(),
        ballots_per_block: ballots as f64 / state.height.max(1) as f64,
        gap_ms: load.gap_ms,
        rss_bytes_max: states.iter().map(|one| one.rss_bytes).max().unwrap_or(0),
        fdatasync_p50_ms,
        idle_cpu_percent,
    };
    output.print(&measured, text)?;
    Ok(match equal {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn text(measured: &Measured) -> String {
    let Measured {
        ops_per_s,
        p50_ms,
        p99_ms,
        seconds,
        gap_ms,
        ballots_per_block,
        fdatasync_p50_ms,
        ..
    } = measured;
    let equal = match measured.chains_equal {
        true => "all chains are equal and hold every string once",
        false => "THE CHAINS DIFFER, or strings are missing or doubled",
    };
    format!(
        "{} by {} to {}: {ops_per_s:.0}/s in {seconds:.2} s, p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms, \
         longest gap {gap_ms:.1} ms\n\
         {}, {ballots_per_block:.2} ballots a block, {}, fdatasync p50 {fdatasync_p50_ms:.2} ms\n\
         {equal}: tip {}\n",
        counted(measured.entries, "string", "strings"),
        counted(measured.clients.into(), "client", "clients"),
        counted(measured.nodes.into(), "node", "nodes"),
        counted(measured.blocks, "block", "blocks"),
        counted(measured.duels, "duel", "duels"),
        measured.tip,
    )
}

/// Whether the ledgers in `roots` hold the same blocks, and every acknowledged string once.
fn chains_equal(roots: &[&Path], load: &Load) -> Result<bool, Failure> {
    let mut tips = Vec::new();
    for root in roots {
        let node = Node::open(root)?;
        tips.push(node.tip());
        let mut unseen = load.acknowledged.clone();
        let mut unknown = load.unknown.clone();
        for height in 0..=node.tip().height {
            let Some(block) = node.block(height)? else {
                return Ok(false);
            };
            if !take_out(&block, &mut unseen, &mut unknown) {
                return Ok(false);
            }
        }
        if !unseen.is_empty() {
            return Ok(false);
        }
    }
    Ok(tips.windows(2).all(|pair| pair[0] == pair[1]))
}

/// Strikes the strings of a block off the list of those to be found; false if one was struck
/// off before, or never written.
fn take_out(
    block: &Block,
    unseen: &mut BTreeSet<Vec<u8>>,
    unknown: &mut BTreeSet<Vec<u8>>,
) -> bool {
    block.edits().all(|edit| match &edit.payload {
        Payload::Opaque(bytes) => unseen.remove(bytes.as_ref()) || unknown.remove(bytes.as_ref()),
        Payload::Founding(_) | Payload::Membership(_) | Payload::Task(_) | Payload::Epoch(_) => {
            true
        }
    })
}
