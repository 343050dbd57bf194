//! The disk of a simulated device: files in memory that keep, lose or tear what was not synced,
//! fill up, rot, and go back in time, as the contract of [`Files`] allows.

mod crash;
mod file;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kinfolio_chain::store::files::{File, Files};

pub use crash::Torn;
use file::{Content, SimFile};

type FileId = usize;

/// A disk, and a handle of it: clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct SimDisk {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    files: Vec<Content>,
    names: BTreeMap<PathBuf, FileId>,
    durable_names: BTreeMap<PathBuf, FileId>,
    /// Bytes that still fit; no bound while nothing fills the disk.
    room: Option<u64>,
    /// Syncs that fail from now on.
    failing_syncs: u32,
    /// Number of the last write, over all files.
    writes: u64,
    /// What a sync reaches, where it is not all that was written before it.
    sync_reach: Option<u64>,
}

/// A disk as it was at one moment, for [`SimDisk::restore`].
#[derive(Clone, Debug)]
pub struct Snapshot(Inner);

/// Names the writes before a sync began.
#[derive(Clone, Copy, Debug)]
pub struct Reach(u64);

impl SimDisk {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The disk as the store sees it.
    pub fn files(&self) -> Arc<dyn Files> {
        Arc::new(self.clone())
    }

    /// What has been written up to now.
    pub fn reach(&self) -> Reach {
        Reach(self.lock().writes)
    }

    /// Lets `sync` reach no further than `reach`, as a sync does that began then and ends now.
    pub fn sync_as_of<T>(&self, reach: Reach, sync: impl FnOnce() -> T) -> T {
        self.lock().sync_reach = Some(reach.0);
        let outcome = sync();
        self.lock().sync_reach = None;
        outcome
    }

    /// From now on only so many bytes more fit.
    pub fn fill(&self, room: Option<u64>) {
        self.lock().room = room;
    }

    /// Lets the next syncs fail.
    pub fn fail_syncs(&self, count: u32) {
        self.lock().failing_syncs = count;
    }

    /// All that would outlive a crash of the machine at this moment.
    pub fn snapshot(&self) -> Snapshot {
        let mut inner = self.lock().clone();
        for content in &mut inner.files {
            content.lose_unsynced();
        }
        inner.names = inner.durable_names.clone();
        Snapshot(inner)
    }

    /// Puts an earlier disk in the place of this one, while nothing runs on it.
    pub fn restore(&self, snapshot: &Snapshot) {
        *self.lock() = snapshot.0.clone();
    }
}

impl Files for SimDisk {
    fn create_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let inner = self.lock();
        let here = inner
            .names
            .keys()
            .filter(|path| path.parent() == Some(folder));
        let names = here.filter_map(|path| path.file_name()?.to_str().map(str::to_owned));
        Ok(names.collect())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let mut inner = self.lock();
        let id = match inner.names.get(path) {
            Some(&id) => {
                inner.set_len(id, 0);
                id
            }
            None => {
                if inner.room == Some(0) {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                let id = inner.files.len();
                inner.files.push(Content::default());
                inner.names.insert(path.to_path_buf(), id);
                id
            }
        };
        Ok(Arc::new(SimFile::new(self.clone(), id)))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        match self.lock().names.get(path) {
            Some(&id) => Ok(Arc::new(SimFile::new(self.clone(), id))),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match self.lock().names.remove(path) {
            Some(_) => Ok(()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut inner = self.lock();
        inner.fail_if_told()?;
        let elsewhere = |path: &PathBuf| path.parent() != Some(folder);
        let mut durable = std::mem::take(&mut inner.durable_names);
        durable.retain(|path, _| elsewhere(path));
        let here = inner.names.iter().filter(|(path, _)| !elsewhere(path));
        durable.extend(here.map(|(path, id)| (path.clone(), *id)));
        inner.durable_names = durable;
        Ok(())
    }
}

impl Inner {
    fn fail_if_told(&mut self) -> io::Result<()> {
        if self.failing_syncs == 0 {
            return Ok(());
        }
        self.failing_syncs -= 1;
        Err(io::Error::other("the simulated disk fails this sync"))
    }

    fn set_len(&mut self, id: FileId, length: usize) {
        self.writes += 1;
        self.files[id].set_len(self.writes, length);
    }
}
