//! Where things lie: a person's library, and the names inside it. Writes nothing.

use std::path::{Path, PathBuf};

use crate::error::LibraryError;
use crate::exchange::Gathering;

/// The root folder of a library and the names inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Names inside `root`, whether or not that folder exists.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
        }
    }

    /// The library folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a library is there at all.
    ///
    /// # Errors
    /// [`LibraryError::NotALibrary`]; [`LibraryError::RestoreUnfinished`], where it was to become one.
    pub fn expect_library(&self) -> Result<(), LibraryError> {
        let path = self.root.clone();
        match self.settings().exists() {
            true => Ok(()),
            false if self.is_half_restored() => Err(LibraryError::RestoreUnfinished { path }),
            false => Err(LibraryError::NotALibrary { path }),
        }
    }

    /// Whether a restoring was begun in the folder and did not come to its end.
    #[must_use]
    pub fn is_half_restored(&self) -> bool {
        self.restoring().exists() && !self.settings().exists()
    }

    /// Hand-editable settings of this device.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.root.join("library.toml")
    }

    /// The token that HTTP clients present, mode 0600.
    #[must_use]
    pub fn token(&self) -> PathBuf {
        self.root.join("api-token")
    }

    /// The socket on which a running node serves the API to this machine's user, mode 0600.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.root.join("api.sock")
    }

    /// The file whose advisory lock says that a process owns the library.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// The chain.
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger")
    }

    /// The catalogue's database, rebuildable.
    #[must_use]
    pub fn catalog(&self) -> PathBuf {
        self.root.join("catalog")
    }

    /// There, while the catalogue came from another device or the bucket and nothing has proved it yet.
    #[must_use]
    pub(crate) fn unproven(&self) -> PathBuf {
        self.catalog().join("unproven")
    }

    /// There, where a catalogue was found not to be what the chain says.
    #[must_use]
    pub(crate) fn found_false(&self) -> PathBuf {
        self.root.join("catalog.false")
    }

    /// What the chain makes of the same blocks, to compare it with.
    #[must_use]
    pub(crate) fn proof(&self) -> PathBuf {
        self.catalog().join("proof")
    }

    /// The search index, rebuildable.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.root.join("index")
    }

    /// Journals of the imports that have not ended.
    #[must_use]
    pub fn imports(&self) -> PathBuf {
        self.root.join("imports")
    }

    /// Up to which block nothing is missing of what other devices added.
    #[must_use]
    pub(crate) fn gathered(&self, what: Gathering) -> PathBuf {
        let name = match what {
            Gathering::Previews => "gathered-previews",
            Gathering::Originals => "gathered-originals",
        };
        self.root.join("thumbs").join(name)
    }

    /// There, while this folder is being made that of a device that joins.
    #[must_use]
    pub(crate) fn joining(&self) -> PathBuf {
        self.root.join("joining")
    }

    /// There, while this folder is being made from the household's bucket.
    #[must_use]
    pub(crate) fn restoring(&self) -> PathBuf {
        self.root.join("restoring")
    }

    /// From which bucket this device was made, and how many epochs that had been told of.
    #[must_use]
    pub(crate) fn restored_from(&self) -> PathBuf {
        self.root.join("restored-from")
    }

    /// Up to where the ledger is known to be in which bucket.
    #[must_use]
    pub(crate) fn bucket_ledger(&self) -> PathBuf {
        self.root.join("bucket-ledger")
    }

    /// A checkpoint on its way to the bucket.
    #[must_use]
    pub(crate) fn spooled(&self) -> PathBuf {
        self.root.join("bucket-checkpoint")
    }

    /// Its card, once all of it is there.
    #[must_use]
    pub(crate) fn spooled_card(&self) -> PathBuf {
        self.root.join("bucket-checkpoint.card")
    }

    /// How far the latest scrub has come.
    #[must_use]
    pub(crate) fn scrub(&self) -> PathBuf {
        self.root.join("scrub.json")
    }

    /// Log files of a node, JSON lines.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }
}

/// What this device is called when nobody says: the machine's name.
#[must_use]
pub fn device_name() -> String {
    std::fs::read_to_string("/etc/hostname")
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "this PC".to_owned())
}

/// Where a library lies when nobody says: in the person's data folder.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    persons_folder("XDG_DATA_HOME", ".local/share").map(|data| data.join("kinfolio"))
}

/// Where it is noted, outside any library, which folder of a device ran last; nowhere, if nobody
/// knows where the person's files are.
#[must_use]
pub fn sentinels_folder() -> Option<PathBuf> {
    persons_folder("XDG_STATE_HOME", ".local/state").map(|state| state.join("kinfolio/devices"))
}

/// The folder that `variable` names, or else the one that the specification of these folders has
/// `in_home`; nothing, if nobody knows where the person's files are.
#[must_use]
pub fn persons_folder(variable: &str, in_home: &str) -> Option<PathBuf> {
    let named = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    named(variable).or_else(|| named("HOME").map(|home| home.join(in_home)))
}
