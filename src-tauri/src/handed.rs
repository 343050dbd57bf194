//! Files that were handed over on a command line, this start's or a later one's, until the page
//! takes them: it may not listen yet, or the library may not be made yet.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// What waits for the page, in the order in which it came.
#[derive(Default)]
pub struct Handed {
    waiting: Mutex<Vec<PathBuf>>,
}

/// What the page takes: each path once.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// What is there to be imported.
    pub paths: Vec<String>,
    /// What is not there, or has a name that no text can hold, for people to read.
    pub missing: Vec<String>,
}

impl Handed {
    /// Keeps what was named by somebody who stood in `folder`.
    pub fn add(&self, paths: &[PathBuf], folder: &Path) {
        self.waiting()
            .extend(paths.iter().map(|path| folder.join(path)));
    }

    /// Gives out all that waits.
    pub fn take(&self) -> Taken {
        let mut taken = Taken::default();
        for path in self.waiting().drain(..) {
            match path.to_str().filter(|_| path.exists()) {
                Some(text) => taken.paths.push(text.to_owned()),
                None => taken.missing.push(path.to_string_lossy().into_owned()),
            }
        }
        taken
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        // A list of paths is whole after every step.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_once_from_where_they_were_named() {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join("a photo.jpg");
        std::fs::write(&photo, b"photo").unwrap();
        let handed = Handed::default();
        handed.add(&["a photo.jpg".into(), "gone.jpg".into()], folder.path());
        handed.add(std::slice::from_ref(&photo), Path::new("/elsewhere"));

        let photo = photo.to_str().unwrap().to_owned();
        let gone = folder.path().join("gone.jpg").to_str().unwrap().to_owned();
        let taken = Taken {
            paths: vec![photo.clone(), photo],
            missing: vec![gone],
        };
        assert_eq!(handed.take(), taken);
        assert_eq!(handed.take(), Taken::default());
    }
}
