//! How a folder becomes a library: as that of the first device of a new household, or as that of
//! a further one of a household that invited it.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use kinfolio_node::{
    Founder, IDENTITY_FOLDER, Invitation, JoinError, JoinRefused, Joined, Newcomer, NodeError,
    is_legible,
};
use kinfolio_photos::Blobs;

use crate::checkpoint;
use crate::error::LibraryError;
use crate::layout::Layout;
use crate::library::{blob_error, lock, node_error, write_durably};
use crate::settings::Settings;
use crate::token::Token;

/// Longest name of a household or a device, in characters.
const NAME_CHARS_MAX: usize = 100;

/// What a new household needs to be told.
#[derive(Clone, Debug)]
pub struct Founding {
    /// What the household is called.
    pub household: String,
    /// What this device is called.
    pub device: String,
}

/// Makes a library in `root`: a new household with this as its first device. The folder is
/// made if it is missing, and must be empty otherwise, but for a joining that came to nothing.
///
/// # Errors
/// The folder holds something, a name cannot be used, or the disk refuses.
pub fn found(root: &Path, founding: &Founding) -> Result<(), LibraryError> {
    check_name("a household", &founding.household)?;
    check_name("a device", &founding.device)?;
    let layout = Layout::new(root);
    let _lock = match is_joining(&layout) {
        true => begin_again(&layout, &[])?,
        false => prepare(&layout, &[])?,
    };
    let founder = Founder {
        household: founding.household.clone(),
        device: founding.device.clone(),
    };
    founder
        .found(root)
        .map_err(|error| node_error(root, error))?;
    furnish(&layout)?;
    // Last, since it is what makes the folder a library.
    let text = Settings::template(&founding.household, &founding.device);
    write_durably(&layout.settings(), text.as_bytes())
}

/// A folder that is to become the library of a further device. Nobody else uses it meanwhile.
#[derive(Debug)]
pub struct Joining {
    layout: Layout,
    invitation: Invitation,
    device: String,
    newcomer: Newcomer,
    /// What it was before, to be left so when nothing comes of it.
    was_there: bool,
    had_key: bool,
    _lock: File,
}

impl Joining {
    /// Prepares the folder `root` for a further device, called `device`, of the household that gave
    /// this invitation. What was interrupted goes on when it is done again with the same one.
    ///
    /// # Errors
    /// As [`found`].
    pub fn begin(root: &Path, invitation: &Invitation, device: &str) -> Result<Self, LibraryError> {
        check_name("a device", device)?;
        let layout = Layout::new(root);
        let joining = layout.joining();
        let (was_there, had_key) = (root.exists(), root.join(IDENTITY_FOLDER).exists());
        let lock = match is_joining(&layout) {
            true => begin_again(&layout, &[joining.clone(), root.join(IDENTITY_FOLDER)])?,
            false => prepare(&layout, &[IDENTITY_FOLDER])?,
        };
        write_durably(&joining, b"")?;
        let newcomer = Newcomer::prepare(root, invitation, device);
        Ok(Self {
            newcomer: newcomer.map_err(|error| node_error(root, error))?,
            layout,
            invitation: invitation.clone(),
            device: device.to_owned(),
            was_there,
            had_key,
            _lock: lock,
        })
    }

    /// What is known before anybody was asked; the inviter shows the same words.
    #[must_use]
    pub fn newcomer(&self) -> &Newcomer {
        &self.newcomer
    }

    /// Asks to be taken in, and makes the library. The device that gave the invitation must be within
    /// reach. Where somebody has to let this one in, it takes until they do. Nothing, if it was
    /// `stopped` before it was let in.
    ///
    /// # Errors
    /// The household does not take this device in, or the disk refuses.
    pub async fn finish(
        self,
        stopped: impl Future<Output = ()>,
    ) -> Result<Option<Joined>, LibraryError> {
        let layout = &self.layout;
        let joined = tokio::select! {
            joined = self.newcomer.join() => joined,
            () = stopped => {
                self.leave()?;
                return Ok(None);
            }
        };
        if let Err(NodeError::Join(error)) = &joined
            && is_final(error)
        {
            self.leave()?;
        }
        let joined = joined.map_err(|error| node_error(layout.root(), error))?;
        furnish(layout)?;
        if let Err(error) = checkpoint::bring(layout, &self.invitation).await {
            tracing::warn!(%error, "the household's photos show once the whole ledger is here");
        }
        let text = Settings::template(&joined.household, &self.device);
        let mark = layout.joining();
        write_durably(&mark, text.as_bytes())?;
        make_library(layout, &mark)?;
        Ok(Some(joined))
    }

    /// Leaves the folder as it was, unless a key was there already: that one may be a member's.
    fn leave(&self) -> Result<(), LibraryError> {
        match self.had_key {
            true => Ok(()),
            false => leave(&self.layout, self.was_there),
        }
    }
}

/// Whether a joining was begun in this folder and not finished.
fn is_joining(layout: &Layout) -> bool {
    layout.joining().exists() && !layout.settings().exists()
}

/// Whether the household has not taken this device in, and will not as it is.
fn is_final(error: &JoinError) -> bool {
    match error {
        JoinError::Unreachable(_) => true,
        JoinError::Refused(refused) => !matches!(refused, JoinRefused::NotNow(_)),
        JoinError::Broken(_) | JoinError::Answer(_) => false,
    }
}

/// Leaves the folder as it was before a joining that came to nothing.
fn leave(layout: &Layout, was_there: bool) -> Result<(), LibraryError> {
    let root = layout.root();
    let failed = |path: &Path, source| LibraryError::io("remove", path, source);
    let identity = root.join(IDENTITY_FOLDER);
    fs::remove_dir_all(&identity).map_err(|source| failed(&identity, source))?;
    for path in [layout.joining(), layout.lock()] {
        fs::remove_file(&path).map_err(|source| failed(&path, source))?;
    }
    match was_there {
        true => Ok(()),
        false => fs::remove_dir(root).map_err(|source| failed(root, source)),
    }
}

/// Turns the mark of what is going on, which holds the settings, into what makes the folder a
/// library.
pub(crate) fn make_library(layout: &Layout, mark: &Path) -> Result<(), LibraryError> {
    let settings = layout.settings();
    fs::rename(mark, &settings)
        .and_then(|()| File::open(layout.root())?.sync_all())
        .map_err(|source| LibraryError::io("write", &settings, source))
}

/// Clears away what was left when a library that was being made was not finished, but for what is
/// to be kept. While its mark is there the folder has never been a library: nothing in it was ever
/// in use.
pub(crate) fn begin_again(layout: &Layout, keep: &[PathBuf]) -> Result<File, LibraryError> {
    let root = layout.root();
    let lock = lock(layout)?;
    let entries = fs::read_dir(root).map_err(|source| LibraryError::io("read", root, source))?;
    for entry in entries {
        let path = entry
            .map_err(|source| LibraryError::io("read", root, source))?
            .path();
        if path == layout.lock() || keep.contains(&path) {
            continue;
        }
        let removed = match path.is_dir() {
            true => fs::remove_dir_all(&path),
            false => fs::remove_file(&path),
        };
        removed.map_err(|source| LibraryError::io("remove", &path, source))?;
    }
    Ok(lock)
}

/// Makes the folder and takes its lock. Nothing may be in it but what is named.
pub(crate) fn prepare(layout: &Layout, allowed: &[&str]) -> Result<File, LibraryError> {
    let root = layout.root();
    if layout.settings().exists() {
        return Err(LibraryError::AlreadyExists {
            path: root.to_path_buf(),
        });
    }
    if layout.is_half_restored() {
        return Err(LibraryError::RestoreUnfinished {
            path: root.to_path_buf(),
        });
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(root)
        .map_err(|source| LibraryError::io("create", root, source))?;
    // Before the lock, which would be left in somebody's folder; and with it, when nobody else can come.
    expect_empty(layout, allowed)?;
    let lock = lock(layout)?;
    expect_empty(layout, allowed)?;
    Ok(lock)
}

/// Makes sure that nothing is in the folder but what is named, and its lock.
fn expect_empty(layout: &Layout, allowed: &[&str]) -> Result<(), LibraryError> {
    let root = layout.root();
    let mut entries =
        fs::read_dir(root).map_err(|source| LibraryError::io("read", root, source))?;
    let foreign = |name: &Path| {
        let is_allowed = allowed.iter().any(|one| root.join(one) == name);
        name != layout.lock() && !is_allowed
    };
    match entries.any(|entry| entry.is_ok_and(|entry| foreign(&entry.path()))) {
        true => Err(LibraryError::NotEmpty {
            path: root.to_path_buf(),
        }),
        false => Ok(()),
    }
}

/// Makes what every library has beside its ledger.
pub(crate) fn furnish(layout: &Layout) -> Result<(), LibraryError> {
    let root = layout.root();
    for folder in [
        layout.imports(),
        layout.logs(),
        layout.catalog(),
        layout.index(),
    ] {
        fs::create_dir(&folder).map_err(|source| LibraryError::io("create", &folder, source))?;
    }
    Blobs::open(root).map_err(|error| blob_error(root, error))?;
    Token::create(&layout.token())?;
    Ok(())
}

pub(crate) fn check_name(what: &'static str, given: &str) -> Result<(), LibraryError> {
    let bad = |reason| LibraryError::BadName {
        what,
        given: given.to_owned(),
        reason,
    };
    if given.trim().is_empty() {
        return Err(bad("it needs at least one letter"));
    }
    if given.chars().count() > NAME_CHARS_MAX {
        return Err(bad("100 characters are allowed at most"));
    }
    if !is_legible(given) {
        return Err(bad(
            "it holds characters that are not shown or that change how the rest is shown",
        ));
    }
    Ok(())
}
