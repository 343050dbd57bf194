//! A whole library from the household's bucket and its recovery key alone: the ledger, each block of
//! it checked, and beside it the catalogue, from the latest checkpoint that the bucket holds, or else as
//! the ledger makes it; then the originals that this knows, each hashed as it arrives, with their
//! previews.
//!
//! The folder becomes a library when all of that is done. Until then it can be done again, and what
//! has come of the originals stays.

mod catalogue;
mod leave;
mod ledger;
mod originals;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use kinfolio_bucket::{Bucket, Contents};
use kinfolio_node::{IDENTITY_FOLDER, RecoveryKey, Restoring, Tip};
use tokio::sync::watch;

use crate::bucket::{Part, connect, epochs, has_segment, newest_line};
use crate::checkpoint::mark_unproven;
use crate::error::LibraryError;
use crate::exchange::{Gathering, mark_at};
use crate::founding::{begin_again, check_name, furnish, make_library, prepare};
use crate::layout::Layout;
use crate::library::{node_error, write_durably};
use crate::settings::Settings;
pub(crate) use leave::BucketLeave;

/// How far a restoring has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many blocks of the ledger are here.
    Blocks(u64),
    /// So many of the originals are here, and of so many.
    Originals(u64, u64),
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The household's name.
    pub household: String,
    /// The end of its chain.
    pub tip: Tip,
    /// How many originals are here.
    pub originals: u64,
    /// Originals that are not to be had, and why.
    pub missing: Vec<(String, String)>,
    /// Other lines of the household's history in the bucket that were not taken, in words.
    pub others: Vec<String>,
}

/// Why nothing could be restored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Nothing of ours is there.
    #[error(
        "the bucket {bucket} holds no Kinfolio ledger: look whether its address and its prefix are right"
    )]
    NoLedger {
        /// Which bucket.
        bucket: String,
    },
    /// The ledger breaks off, or goes wrong.
    #[error(
        "{reason}; the {blocks} blocks before it are right, and no library was made of them: mend the bucket, then run this again"
    )]
    Broken {
        /// How many blocks were right.
        blocks: u64,
        /// What is wrong with what follows.
        reason: String,
    },
    /// A segment of the ledger is not there.
    #[error(
        "segment {number} of the ledger is missing in the bucket {bucket}, though later ones are there"
    )]
    Missing {
        /// Which bucket.
        bucket: String,
        /// Which segment.
        number: u64,
    },
}

/// The recovery key of the household that the library in `root` belongs to. A node may run on it.
///
/// # Errors
/// There is no library, or its copy of the key cannot be used.
pub fn recovery_key(root: &Path) -> Result<RecoveryKey, LibraryError> {
    if !Layout::new(root).settings().exists() {
        return Err(LibraryError::NotALibrary {
            path: root.to_path_buf(),
        });
    }
    kinfolio_node::recovery_key(root).map_err(|error| node_error(root, error))
}

/// Writes the recovery key of the library in `root` into a file that only this person can read; one
/// that is there is replaced.
///
/// # Errors
/// As [`recovery_key`]; or the file cannot be written.
pub fn save_recovery_key(root: &Path, file: &Path) -> Result<(), LibraryError> {
    let key = recovery_key(root)?;
    let write = || {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let mut made = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(file)?;
        writeln!(made, "{}", key.to_text())?;
        made.sync_all()
    };
    write().map_err(|source| LibraryError::io("write", file, source))
}

/// Whether a restoring was begun in the folder `root` and did not come to its end.
#[must_use]
pub fn is_unfinished(root: &Path) -> bool {
    let layout = Layout::new(root);
    layout.restoring().exists() && !layout.settings().exists()
}

/// Makes a library in the folder `root`, which must be empty or new, from the bucket at `url`: that
/// of a new device, called `device`, of the household whose recovery key this is. The bucket's
/// credentials come from the environment. Done again, it goes on with what has come.
///
/// # Errors
/// The folder holds something; the bucket cannot be used, is no household's, or another one's; or
/// what it holds of the ledger is not whole.
pub async fn restore(
    root: &Path,
    url: &str,
    key: &RecoveryKey,
    device: &str,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Restored, LibraryError> {
    check_name("a device", device)?;
    // Before anything is made: most mistakes are in the address.
    let bucket = open(url, key).await?;
    let layout = Layout::new(root);
    let mark = layout.restoring();
    let _lock = match is_unfinished(root) {
        true => begin_again(
            &layout,
            &[
                mark.clone(),
                root.join(IDENTITY_FOLDER),
                root.join("blobs"),
                root.join("thumbs"),
            ],
        )?,
        false => prepare(&layout, &[])?,
    };
    write_durably(&mark, b"")?;
    furnish(&layout)?;
    let told = epochs(&bucket).await?;
    let newest = newest_line(&bucket, &told, None).await?;
    for other in &newest.others {
        tracing::warn!(
            "of several lines of the household's history the newest one is taken; {other}"
        );
    }
    let failed = |error| node_error(root, error);
    let restoring = Restoring::begin(root, key.clone()).map_err(failed)?;
    let taken = restoring.taken();
    let (coming, come) = watch::channel(None);
    let (restoring, made) = tokio::try_join!(
        ledger::restore(root, (&bucket, &newest.parts), restoring, coming, progress),
        catalogue::make(&layout, &bucket, &taken, come),
    )?;
    let ledger = restoring.finish(device).map_err(failed)?;
    leave::remember(&layout, &bucket, told.len() as u64)?;
    let catalog = made.catalog;
    let photos = originals::kept(&catalog)?;
    let count = photos.len() as u64;
    let missing = originals::restore(root, &bucket, photos, progress).await?;
    catalog.sync()?;
    if made.is_given {
        mark_unproven(&layout, ledger.tip.height)?;
    }
    if missing.is_empty() {
        for what in [Gathering::Previews, Gathering::Originals] {
            let mark = mark_at(ledger.tip.height, Some(ledger.tip.hash));
            write_durably(&layout.gathered(what), mark.as_bytes())?;
        }
    }
    let text = Settings::template(&ledger.household, device);
    write_durably(&mark, text.as_bytes())?;
    make_library(&layout, &mark)?;
    Ok(Restored {
        household: ledger.household,
        tip: ledger.tip,
        originals: count - missing.len() as u64,
        missing,
        others: newest.others,
    })
}

/// The bucket at `url`, if it holds a ledger and the key fits.
async fn open(url: &str, key: &RecoveryKey) -> Result<Bucket, LibraryError> {
    let bucket = connect(url)?;
    let bucket = match bucket.contents().await.map_err(LibraryError::Bucket)? {
        Contents::Encrypted => bucket.encrypted(&key.bucket_key()),
        Contents::Plain | Contents::Nothing => bucket,
    };
    bucket.reach().await.map_err(LibraryError::Bucket)?;
    let first = Part {
        line: None,
        from: 0,
        to: None,
    };
    match has_segment(&bucket, &first, 0).await? {
        true => Ok(bucket),
        false => {
            let bucket = bucket.to_string();
            Err(LibraryError::Restore(RestoreError::NoLedger { bucket }))
        }
    }
}
