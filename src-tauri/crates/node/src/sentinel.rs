//! Tells a restart of this device from the start of a folder that was put back from an earlier time
//! or copied: such a folder has forgotten votes, and must not vote as if nothing had been.
//!
//! Each life leaves a number in the library and the same one in a file outside it, together with the
//! inode of the library's folder of keys. A folder from an earlier time has an earlier number; a copy
//! has another inode; one that was moved to another machine finds nothing there. Rolling back a whole
//! disk, both files together, goes unseen here: the other devices' memory of this one remains.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use kinfolio_chain::DeviceId;

use crate::IDENTITY_FOLDER;
use crate::error::{NodeError, io};
use crate::identity;

/// The file in the library.
const FILE: &str = "life";

/// What the two files say when they are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Past {
    /// It is the folder that ran last, or one that never ran.
    Known,
    /// It is another: put back, copied or moved.
    Other,
}

/// The two files of one device.
#[derive(Debug)]
pub(crate) struct Sentinel {
    root: PathBuf,
    outside: PathBuf,
    /// The number in the library.
    inside: Option<String>,
}

/// What stands outside.
#[derive(Debug, PartialEq, Eq)]
struct Outside {
    now: String,
    /// While the number in the library is being changed, the one before.
    before: Option<String>,
    inode: u64,
}

impl Sentinel {
    /// Looks at the library in `root` and at what stands of it in `folder`.
    pub(crate) fn look(
        root: &Path,
        folder: &Path,
        device: DeviceId,
    ) -> Result<(Self, Past), NodeError> {
        let sentinel = Self {
            root: root.to_path_buf(),
            outside: folder.join(device.to_string()),
            inside: read(&root.join(IDENTITY_FOLDER).join(FILE))?,
        };
        let outside = read(&sentinel.outside)?;
        let inode = sentinel.inode()?;
        let past = match (&sentinel.inside, outside.as_deref().map(Outside::parse)) {
            (None, None) => Past::Known,
            (Some(inside), Some(Some(outside))) if outside.knows(inside, inode) => Past::Known,
            _ => Past::Other,
        };
        Ok((sentinel, past))
    }

    /// Notes that this folder runs now, and no other.
    pub(crate) fn mark(self) -> Result<(), NodeError> {
        let inode = self.inode()?;
        let now = hex::encode(identity::random::<16>()?);
        let said = |before: &Option<String>| {
            let before = before.as_deref().unwrap_or("-");
            format!("{now} {before} {inode}\n")
        };
        if let Some(folder) = self.outside.parent() {
            fs::create_dir_all(folder).map_err(io("could not make", folder))?;
        }
        identity::write_durably(&self.outside, &said(&self.inside))?;
        identity::write_durably(&self.root.join(IDENTITY_FOLDER).join(FILE), &now)?;
        identity::write_durably(&self.outside, &said(&None))
    }

    fn inode(&self) -> Result<u64, NodeError> {
        let folder = self.root.join(IDENTITY_FOLDER);
        let found = fs::metadata(&folder).map_err(io("could not look at", &folder))?;
        Ok(found.ino())
    }
}

impl Outside {
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (now, before, inode) = (words.next()?, words.next()?, words.next()?);
        Some(Self {
            now: now.to_owned(),
            before: (before != "-").then(|| before.to_owned()),
            inode: inode.parse().ok()?,
        })
    }

    fn knows(&self, inside: &str, inode: u64) -> bool {
        let is_last = self.now == inside || self.before.as_deref() == Some(inside);
        is_last && self.inode == inode
    }
}

fn read(path: &Path) -> Result<Option<String>, NodeError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io("could not read", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device() -> DeviceId {
        DeviceId([7; 16])
    }

    fn copy(from: &Path, to: &Path) {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }

    #[test]
    fn a_restart_is_known_and_a_folder_put_back_copied_or_moved_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (root, state) = (dir.path().join("library"), dir.path().join("state"));
        let keys = root.join(IDENTITY_FOLDER);
        fs::create_dir_all(&keys).unwrap();
        let start = |root: &Path, state: &Path| {
            let (sentinel, past) = Sentinel::look(root, state, device()).unwrap();
            sentinel.mark().unwrap();
            past
        };
        assert_eq!(start(&root, &state), Past::Known, "never ran");
        assert_eq!(start(&root, &state), Past::Known, "ran before");

        let backup = dir.path().join("backup");
        copy(&keys, &backup);
        // In the same place, with the same inode: only the number tells.
        assert_eq!(start(&root, &state), Past::Known);
        fs::copy(backup.join(FILE), keys.join(FILE)).unwrap();
        assert_eq!(start(&root, &state), Past::Other, "put back");
        assert_eq!(start(&root, &state), Past::Known, "said once");

        let twin = dir.path().join("twin");
        fs::create_dir(&twin).unwrap();
        copy(&keys, &twin.join(IDENTITY_FOLDER));
        assert_eq!(start(&twin, &state), Past::Other, "a copy");
        assert_eq!(start(&root, &state), Past::Other, "the copy ran since");
        let elsewhere = dir.path().join("elsewhere");
        assert_eq!(start(&root, &elsewhere), Past::Other, "moved");
        fs::remove_file(keys.join(FILE)).unwrap();
        assert_eq!(start(&root, &state), Past::Other, "from before it ran");
    }

    #[test]
    fn a_start_that_is_cut_short_is_no_folder_put_back() {
        let dir = tempfile::tempdir().unwrap();
        let (root, state) = (dir.path().join("library"), dir.path().join("state"));
        let keys = root.join(IDENTITY_FOLDER);
        fs::create_dir_all(&keys).unwrap();
        let look = || Sentinel::look(&root, &state, device()).unwrap();
        look().0.mark().unwrap();
        let before = fs::read_to_string(keys.join(FILE)).unwrap();
        look().0.mark().unwrap();
        // As it was between the first file and the second.
        let outside = state.join(device().to_string());
        let text = fs::read_to_string(&outside).unwrap();
        fs::write(&outside, text.replace(" - ", &format!(" {before} "))).unwrap();
        assert_eq!(look().1, Past::Known);
        fs::write(keys.join(FILE), &before).unwrap();
        assert_eq!(look().1, Past::Known);
    }
}
