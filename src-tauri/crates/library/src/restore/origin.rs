//! The bucket that this device was restored from. What it holds of the originals comes from there as
//! well, whichever bucket the household uses: it may be another copy, or this device may not have
//! been given the other one's credentials.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use kinfolio_bucket::{Bucket, BucketError, Contents};
use kinfolio_node::{Height, recovery_key};
use tokio::sync::OnceCell;

use crate::bucket::connect;
use crate::error::LibraryError;
use crate::layout::Layout;
use crate::library::{node_error, write_durably};

/// Which bucket it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Noted {
    /// Its address.
    pub(super) bucket: String,
    /// How many epochs it had been told of.
    pub(super) told: u64,
    /// The last block that it held.
    pub(super) height: Height,
}

impl Noted {
    pub(super) fn write(&self, layout: &Layout) -> Result<(), LibraryError> {
        let text = format!("{}\n{}\n{}\n", self.bucket, self.told, self.height);
        write_durably(&layout.restored_from(), text.as_bytes())
    }

    /// What was noted in the library at `layout`; nothing, if it was not restored.
    pub(super) fn read(layout: &Layout) -> Result<Option<Self>, LibraryError> {
        let path = layout.restored_from();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(LibraryError::io("read", &path, source)),
        };
        let mut lines = text.lines();
        let mut noted = || {
            Some(Self {
                bucket: lines.next()?.to_owned(),
                told: lines.next()?.parse().ok()?,
                height: lines.next()?.parse().ok()?,
            })
        };
        let noted = noted();
        let bad = || LibraryError::io("use", &path, io::ErrorKind::InvalidData.into());
        noted.map(Some).ok_or_else(bad)
    }

    /// That bucket, open, for the library in `root`.
    pub(super) async fn open(&self, root: &Path) -> Result<Bucket, LibraryError> {
        let bucket = connect(&self.bucket)?;
        let contents = bucket.contents().await.map_err(LibraryError::Bucket)?;
        match contents {
            Contents::Encrypted => {
                let key = recovery_key(root).map_err(|error| node_error(root, error))?;
                Ok(bucket.encrypted(&key.bucket_key()))
            }
            Contents::Plain => Ok(bucket),
            // A folder that another disk is mounted at, say: nobody would be found there.
            Contents::Nothing => Err(LibraryError::Bucket(BucketError::Missing {
                bucket: bucket.to_string(),
                object: "the household's ledger".to_owned(),
            })),
        }
    }
}

/// The bucket that a library was restored from, opened when it is first needed.
pub(crate) struct Origin {
    root: PathBuf,
    noted: Option<Noted>,
    opened: OnceCell<Bucket>,
}

impl Origin {
    /// That of the library in `root`.
    ///
    /// # Errors
    /// What was noted of it cannot be read.
    pub(crate) fn of(root: &Path) -> Result<Self, LibraryError> {
        Ok(Self {
            root: root.to_path_buf(),
            noted: Noted::read(&Layout::new(root))?,
            opened: OnceCell::new(),
        })
    }

    /// Its address; nothing, if the library was not restored.
    pub(crate) fn address(&self) -> Option<&str> {
        self.noted.as_ref().map(|noted| noted.bucket.as_str())
    }

    /// The bucket itself.
    ///
    /// # Errors
    /// It cannot be used.
    pub(crate) async fn open(&self) -> Option<Result<&Bucket, LibraryError>> {
        let noted = self.noted.as_ref()?;
        Some(self.opened.get_or_try_init(|| noted.open(&self.root)).await)
    }
}
