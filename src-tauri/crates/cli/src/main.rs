//! `kinfolio`: a household's photo library on the command line, and its headless node.
//!
//! Every command that touches a library speaks the HTTP API: to the node that owns the library,
//! or to the same router in this process. Nothing here knows how a library works inside.

mod api;
mod command;
mod failure;
mod job;
mod output;
mod usage;

use std::process::ExitCode;

use command::labels::{ALBUMS, PEOPLE, TAGS};
use failure::Failure;
use output::Output;
use usage::{Bench, Command, Usage};

/// A node answers on many threads for weeks; with the system's allocator each leaves holes of its own, twice
/// what the library needs (`make bench` tells the memory).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let usage = match Usage::read(std::env::args_os()) {
        Ok(usage) => usage,
        Err(error) => {
            // Help and version go to stdout with 0, wrong usage to stderr with 2.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let output = Output::new(usage.json);
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(source) => return Failure::Runtime { source }.report(),
    };
    let result = runtime.block_on(run(usage, &output));
    // What still reads from a hanging disk or a terminal does not keep the program alive.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match result {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

async fn run(usage: Usage, output: &Output) -> Result<ExitCode, Failure> {
    let data = usage.data;
    match usage.command {
        Command::Init(args) => command::init::run(&folder(data)?, &args, output),
        Command::Serve(args) => command::serve::run(&folder(data)?, &args).await,
        Command::Invite(args) => command::invite::run(&folder(data)?, &args, output).await,
        Command::Join(args) => command::join::run(&folder(data)?, &args, output).await,
        Command::RecoveryKey => command::recovery_key::run(&folder(data)?, output),
        Command::Restore(args) => command::restore::run(&folder(data)?, &args, output).await,
        Command::Devices(args) => command::devices::run(&folder(data)?, &args, output).await,
        Command::Household(args) => command::household::run(&folder(data)?, &args, output).await,
        Command::Import(args) => command::import::run(&folder(data)?, &args, output).await,
        Command::Search(args) => command::search::run(&folder(data)?, &args, output).await,
        Command::Show(args) => command::show::run(&folder(data)?, &args, output).await,
        Command::Export(args) => command::export::run(&folder(data)?, &args, output).await,
        Command::Edit(args) => command::edit::run(&folder(data)?, &args, output).await,
        Command::Alike(args) => command::alike::run(&folder(data)?, &args, output).await,
        Command::Tags(args) => command::labels::run(&folder(data)?, TAGS, &args, output).await,
        Command::Albums(args) => command::labels::run(&folder(data)?, ALBUMS, &args, output).await,
        Command::People(args) => command::labels::run(&folder(data)?, PEOPLE, &args, output).await,
        Command::Fields(args) => command::fields::run(&folder(data)?, &args, output).await,
        Command::Undo => command::undo::run(&folder(data)?, output).await,
        Command::Purge(args) => command::purge::run(&folder(data)?, &args, output).await,
        Command::Status => command::status::run(&folder(data)?, output).await,
        Command::Verify(args) => command::verify::run(&folder(data)?, &args, output),
        Command::Reindex => command::reindex::run(&folder(data)?, output).await,
        Command::Blocks(args) => command::blocks::run(&folder(data)?, &args, output).await,
        Command::Bench(Bench::Ledger(args)) => command::bench::ledger(&args, output).await,
        Command::Bench(Bench::Node(args)) => command::bench::node(&folder(data)?, args).await,
        Command::Sample(args) => command::sample::run(&args, output),
    }
}

/// The library's folder: as told, or where this platform keeps a person's data.
fn folder(told: Option<std::path::PathBuf>) -> Result<std::path::PathBuf, Failure> {
    told.or_else(kinfolio_library::layout::default_folder)
        .ok_or(Failure::NoDataFolder)
}
