//! Drives etcd as `kinfolio bench ledger` drives Kinfolio: three members on this machine, each on
//! a disk folder of its own under TMPDIR, strings of one size, each to a random member, every
//! client with one outstanding. Prints one JSON document.

mod cluster;
mod load;

use std::error::Error;
use std::io::Write;

use clap::Parser;
use kinfolio_peers::{Amount, percentile_ms};
use serde::Serialize;

/// How much is written.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) amount: Amount,
    /// Kill the leader when half is written, and start it again
    #[arg(long)]
    pub(crate) kill_leader: bool,
}

/// What was measured.
#[derive(Serialize)]
struct Measured {
    version: String,
    entries: u64,
    clients: u64,
    ops_per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    gap_ms: f64,
    rss_bytes_max: u64,
    seconds: f64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let mut cluster = cluster::Cluster::start().await?;
    let load = load::run(&args, &mut cluster).await?;
    let measured = Measured {
        version: cluster.version().await?,
        entries: args.amount.entries,
        clients: args.amount.clients,
        ops_per_s: args.amount.entries as f64 / load.seconds,
        p50_ms: percentile_ms(&load.latencies, 50.0),
        p99_ms: percentile_ms(&load.latencies, 99.0),
        gap_ms: load.gap_ms,
        rss_bytes_max: cluster.rss_bytes_max(),
        seconds: load.seconds,
    };
    let mut out = std::io::stdout();
    serde_json::to_writer(&mut out, &measured)?;
    writeln!(out)?;
    Ok(())
}
