//! Drives etcd as `kinfolio bench ledger` drives Kinfolio: three members on this machine, each on
//! a disk folder of its own under TMPDIR, strings of one size, each to a random member, every
//! client with one outstanding. Prints one JSON document.

mod cluster;
mod load;

use std::error::Error;
use std::io::Write;

use clap::Parser;
use serde::Serialize;

/// How much is written.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Strings to write
    #[arg(long, default_value_t = 10_000)]
    pub(crate) entries: u64,
    /// Bytes of each
    #[arg(long, default_value_t = 128)]
    pub(crate) size: usize,
    /// Clients, each with one string outstanding
    #[arg(long, default_value_t = 64)]
    pub(crate) clients: u64,
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
        entries: args.entries,
        clients: args.clients,
        ops_per_s: args.entries as f64 / load.seconds,
        p50_ms: load.percentile_ms(50.0),
        p99_ms: load.percentile_ms(99.0),
        gap_ms: load.gap_ms,
        rss_bytes_max: cluster.rss_bytes_max(),
        seconds: load.seconds,
    };
    let mut out = std::io::stdout();
    serde_json::to_writer(&mut out, &measured)?;
    writeln!(out)?;
    Ok(())
}
