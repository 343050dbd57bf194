//! The Kinfolio desktop app: one window on one library.
//!
//! The shell opens the window, the native dialogs and the library, and hands every request of the
//! page to the API in-process ([`protocol`]). Menu, tray and notifications are the page's, which
//! has the words for them. The shell refuses to know what the API's routes do, how photos are kept,
//! and what the page looks like.

mod at_login;
mod desktop_entry;
mod events;
mod first_start;
mod handed;
mod home;
mod manners;
mod open_with;
mod options;
mod protocol;
mod shell;
mod single;
mod tray;

use std::process::ExitCode;

use clap::Parser;

use crate::options::Options;

/// As in the headless node: see there.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    shell::run(Options::parse())
}
