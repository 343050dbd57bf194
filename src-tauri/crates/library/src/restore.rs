//! A whole library from the household's bucket and its recovery key alone: the ledger, each block of
//! it checked, and beside it the catalogue, from the latest checkpoint that the bucket holds, or else as
//! the ledger makes it.
//!
//! The folder becomes a library when both are there; until then that can be done again. The originals
//! come when it is opened, as they come on every device that lacks some, with the bucket that it was
//! made from as one of those that may have them ([`Origin`]): first what somebody looks at.

mod catalogue;
mod leave;
mod ledger;
mod origin;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use kinfolio_bucket::{Bucket, Contents};
use kinfolio_catalog::PhotoId;
use kinfolio_node::{IDENTITY_FOLDER, NodeError, RecoveryKey, Restoring};
use tokio::sync::watch;

use crate::bucket::{Part, connect, epochs, has_segment, newest_line, read_segment};
use crate::checkpoint::{Proving, mark_unproven};
use crate::error::LibraryError;
use crate::founding::{begin_again, check_name, furnish, make_library, prepare};
use crate::layout::Layout;
use crate::library::{Library, node_error, write_durably};
use crate::settings::Settings;
pub(crate) use leave::BucketLeave;
use origin::Noted;
pub(crate) use origin::Origin;

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The household's name.
    pub household: String,
    /// Whether its catalogue rests on a checkpoint, which is proved once the library is open.
    pub from_checkpoint: bool,
    /// Other lines of the household's history in the bucket that were not taken, in words.
    pub others: Vec<String>,
}

/// How far the originals of a restored library are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Originals {
    /// How many are here.
    pub here: u64,
    /// Those that are not to be had at the moment, and why.
    pub missing: Vec<(PhotoId, String)>,
    /// What kept the rest from coming; nothing, if each was asked for.
    pub trouble: Option<String>,
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
    Layout::new(root).expect_library()?;
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

/// Whether the library in `root` was made from the bucket at `url` with this key, so that its
/// originals come from there.
///
/// # Errors
/// The address is none, or what was noted cannot be read.
pub fn is_made_from(root: &Path, url: &str, key: &RecoveryKey) -> Result<bool, LibraryError> {
    let layout = Layout::new(root);
    if !layout.settings().exists() {
        return Ok(false);
    }
    let noted = Noted::read(&layout)?;
    let same = noted.is_some_and(|noted| noted.bucket == url);
    Ok(same && recovery_key(root)?.to_text() == key.to_text())
}

/// Makes a library in the folder `root`, which must be empty or new, from the bucket at `url`: that
/// of a new device, called `device`, of the household whose recovery key this is. The bucket's
/// credentials come from the environment. Done again before it came to its end, it begins anew. Tells
/// `progress` how many blocks of the ledger are here.
///
/// # Errors
/// The folder holds something; the bucket cannot be used, is no household's, or another one's; or
/// what it holds of the ledger is not whole.
pub async fn restore(
    root: &Path,
    url: &str,
    key: &RecoveryKey,
    device: &str,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Restored, LibraryError> {
    check_name("a device", device)?;
    // Before anything is made: most mistakes are in the address.
    let bucket = open(url, key).await?;
    let layout = Layout::new(root);
    let mark = layout.restoring();
    let _lock = match layout.is_half_restored() {
        true => begin_again(&layout, &[mark.clone(), root.join(IDENTITY_FOLDER)])?,
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
    let ((restoring, mut others), made) = tokio::try_join!(
        ledger::restore(root, (&bucket, &newest.parts), restoring, coming, progress),
        catalogue::make(&layout, &bucket, &taken, come),
    )?;
    let ledger = restoring.finish(device).map_err(failed)?;
    others.extend(newest.others);
    let noted = Noted {
        bucket: bucket.to_string(),
        told: told.len() as u64,
        height: ledger.tip.height,
    };
    noted.write(&layout)?;
    made.catalog.sync()?;
    if made.is_given {
        mark_unproven(&layout, ledger.tip.height)?;
    }
    let text = Settings::template(&ledger.household, device);
    write_durably(&mark, text.as_bytes())?;
    make_library(&layout, &mark)?;
    Ok(Restored {
        household: ledger.household,
        from_checkpoint: made.is_given,
        others,
    })
}

/// Waits until each original of a restored library was asked for, or something keeps them from coming;
/// tells `progress` how many are here, and of how many.
///
/// # Errors
/// [`LibraryError::FalseCheckpoint`]: the library is to be opened again; the catalogue cannot be read,
/// or the library closes.
pub async fn originals(
    library: &Library,
    progress: impl Fn(u64, u64),
) -> Result<Originals, LibraryError> {
    let counted = library.read(|catalog| Ok(catalog.snapshot().count_copies(&[], None)?));
    let all = counted.await?.value.originals;
    let mut coming = library.coming().subscribe();
    let mut proving = library.proving().subscribe();
    let closing = library.closing();
    loop {
        let now = coming.borrow_and_update().clone();
        if now.settled || now.trouble.is_some() {
            let failed = now.failed.iter();
            return Ok(Originals {
                here: all.saturating_sub(now.missing.unwrap_or(all)),
                missing: failed.map(|(&id, why)| (id, why.clone())).collect(),
                trouble: now.trouble,
            });
        }
        if let Some(Proving {
            of, is_false: true, ..
        }) = *proving.borrow_and_update()
        {
            return Err(LibraryError::FalseCheckpoint { height: of });
        }
        progress(now.here.min(all), all);
        tokio::select! {
            () = closing.cancelled() => return Err(LibraryError::Closing),
            changed = coming.changed() => changed.map_err(|_| LibraryError::Closing)?,
            changed = proving.changed() => changed.map_err(|_| LibraryError::Closing)?,
        }
    }
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
    if !has_segment(&bucket, &first, 0).await? {
        let bucket = bucket.to_string();
        return Err(LibraryError::Restore(RestoreError::NoLedger { bucket }));
    }
    // What is damaged is told of where it is read to be used.
    let founding = read_segment(&bucket, &first, 0).await.ok().flatten();
    let founding = founding.and_then(|first| first.blocks().first().cloned());
    match founding.map(|block| Restoring::check_key(key, &block)) {
        Some(Err(error @ NodeError::OtherRecoveryKey { .. })) => Err(LibraryError::Node(error)),
        Some(_) | None => Ok(bucket),
    }
}
