//! A file on its way: it is there whole under its name, or not at all.

use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

use super::ExportId;

/// A file under another name, which goes where it is not put in its place.
pub(super) struct Part {
    path: PathBuf,
    file: File,
}

impl Part {
    /// Makes one in `folder`. Its name is of this export alone, so that nothing is written over; and an
    /// export writes one at a time.
    pub(super) async fn create(folder: &Path, export: ExportId) -> io::Result<Self> {
        let path = folder.join(format!(".kinfolio-{export}.part"));
        let file = File::create_new(&path).await?;
        Ok(Self { path, file })
    }

    /// Writes what comes next.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await
    }

    /// Puts it in its place, where nothing may lie.
    pub(super) async fn put_new(self, to: &Path) -> io::Result<()> {
        match fs::symlink_metadata(to).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.put(to).await,
            Err(error) => Err(error),
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        }
    }

    /// Puts it in its place, and in the place of what lies there.
    pub(super) async fn put(mut self, to: &Path) -> io::Result<()> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        fs::rename(&self.path, to).await
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Best effort: it is not there any more where it was put in its place, and where it could not be
        // written the failure that led here is the one to tell.
        let _ = std::fs::remove_file(&self.path);
    }
}
