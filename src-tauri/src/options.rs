//! What the desktop app is told on its command line.

use std::path::PathBuf;

/// Kinfolio: the photos of a household, on its own devices.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "kinfolio-desktop", version)]
pub struct Options {
    /// The library's folder (default: the platform's data folder).
    #[arg(long, value_name = "DIR", env = "KINFOLIO_DATA")]
    pub data: Option<PathBuf>,

    /// Starts without showing the window: in the tray if it is kept there, else in the task bar.
    #[arg(long)]
    pub background: bool,

    /// Photos, and folders of photos, to import.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}
