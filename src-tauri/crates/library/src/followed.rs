//! How far something that follows the chain has come, and what holds it up.

use std::path::Path;
use std::sync::Arc;

use kinfolio_catalog::{Edition, View};
use tokio::sync::watch;

use crate::error::{Code, LibraryError, is_disk_full};

/// What the smallest step of a follower needs on disk, and more.
const PROBE_BYTES: usize = 256 << 10;

/// How far a follower of the chain has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Followed {
    /// The height that it shows, once it shows any.
    pub(crate) height: Option<u64>,
    /// Which edition that is: pending edits make new ones at the same height.
    pub(crate) edition: Edition,
    /// What keeps it from following, while something does.
    trouble: Option<Trouble>,
}

#[derive(Clone, Debug)]
enum Trouble {
    DiskFull,
    Other(Arc<str>),
}

impl Followed {
    /// A follower that shows this.
    pub(crate) fn at(view: &View) -> Self {
        Self {
            height: Some(view.height().unwrap_or(0)),
            edition: view.edition(),
            trouble: None,
        }
    }

    /// The same, held up by `error`, in the library at `root`.
    pub(crate) fn held_up(&self, error: &LibraryError, root: &Path) -> Self {
        // A thread that dies of a full disk does not say of what.
        let full = error.code() == Code::DiskFull || has_no_room(root);
        let trouble = match full {
            true => Trouble::DiskFull,
            false => Trouble::Other(error.to_string().into()),
        };
        Self {
            height: self.height,
            edition: self.edition,
            trouble: Some(trouble),
        }
    }
}

impl Followed {
    /// Whether a full disk holds it up.
    pub(crate) fn is_out_of_room(&self) -> bool {
        matches!(self.trouble, Some(Trouble::DiskFull))
    }
}

/// Whether the disk takes nothing more.
fn has_no_room(root: &Path) -> bool {
    let probe = root.join(".room");
    let written = std::fs::write(&probe, [0; PROBE_BYTES]);
    // What could not be made need not go.
    let _ = std::fs::remove_file(&probe);
    written.is_err_and(|error| is_disk_full(&error))
}

/// Waits until `what` is `there`; not while it is held up.
pub(crate) async fn wait_for(
    mut followed: watch::Receiver<Followed>,
    there: impl Fn(&Followed) -> bool,
    what: &'static str,
    root: &Path,
) -> Result<(), LibraryError> {
    let now = followed
        .wait_for(|now| there(now) || now.trouble.is_some())
        .await
        .map_err(|_| LibraryError::Closing)?;
    match &now.trouble {
        Some(_) if there(&now) => Ok(()),
        None => Ok(()),
        Some(Trouble::DiskFull) => Err(LibraryError::BehindFull {
            what,
            recorded: None,
            path: root.to_path_buf(),
        }),
        Some(Trouble::Other(why)) => Err(LibraryError::Behind {
            what,
            recorded: None,
            why: why.to_string(),
        }),
    }
}
