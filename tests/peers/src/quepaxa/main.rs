//! Drives the crate `quepaxa` as `kinfolio bench ledger` drives Kinfolio: three members, each a
//! process of its own on this machine with a log of its own under TMPDIR; strings of one size, each
//! to a random member, every client with one outstanding. Prints one JSON document.
//!
//! The crate decides and says what is to be written and sent. What it leaves to others is done as
//! Kinfolio does it, but plainer: frames over bare TCP, without TLS, signatures or a chain.

mod load;
mod member;
mod wire;

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

use clap::Parser;
use kinfolio_peers::Amount;

/// How much is written; or, with a folder, which member this is.
#[derive(Debug, Parser)]
struct Args {
    #[command(flatten)]
    amount: Amount,
    /// Be this member
    #[arg(long, hide = true, requires_all = ["ports", "folder"])]
    member: Option<u32>,
    /// The ports of all members
    #[arg(long, hide = true, value_delimiter = ',')]
    ports: Vec<u16>,
    /// Where the member keeps its log
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if let (Some(member), Some(folder)) = (args.member, &args.folder) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        return runtime.block_on(member::run(member, &args.ports, folder));
    }
    let measured = tokio::runtime::Runtime::new()?.block_on(load::run(&args.amount))?;
    writeln!(
        std::io::stdout(),
        "{}",
        serde_json::to_string_pretty(&measured)?
    )?;
    Ok(())
}
