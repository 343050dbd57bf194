//! What the desktop app is told on its command line.

use std::path::PathBuf;

/// Kinfolio: the photos of a household, on its own devices.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "kinfolio-desktop", version)]
pub struct Options {
    /// The library's folder (default: the platform's data folder).
    #[arg(long, value_name = "DIR", env = "KINFOLIO_DATA")]
    pub data: Option<PathBuf>,
}
