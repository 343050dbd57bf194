//! The Kinfolio desktop app: one window on one library.
//!
//! The shell opens the window, the native dialogs and the library, and hands every request of the
//! page to the API in-process ([`protocol`]). It refuses to know what the API's routes do, how
//! photos are kept, and what the page looks like.

mod events;
mod first_start;
mod home;
mod options;
mod protocol;
mod shell;
mod single;

use std::process::ExitCode;

use clap::Parser;

use crate::options::Options;

/// As in the headless node: see there.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    shell::run(Options::parse())
}
