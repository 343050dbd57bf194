//! One simulated file: what is read from it now, what a crash leaves for certain, and the writes
//! between the two.

use std::io;
use std::sync::Arc;

use kinfolio_chain::store::files::File;

use super::{FileId, SimDisk};

/// The bytes of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    /// As it is read now.
    pub(super) now: Vec<u8>,
    /// As the last sync left it.
    pub(super) durable: Vec<u8>,
    pub(super) unsynced: Vec<Write>,
}

/// A change of a file that is not durable yet.
#[derive(Clone, Debug)]
pub(super) struct Write {
    number: u64,
    /// Whether a sync of it failed, so that nothing makes it durable any more.
    doomed: bool,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Bytes { at: usize, bytes: Arc<[u8]> },
    Length(usize),
}

impl What {
    pub(super) fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Bytes { at, bytes } => put(to, *at, bytes),
            Self::Length(length) => to.resize(*length, 0),
        }
    }
}

/// Writes `bytes` at `at`, with zeros before them where the file ended earlier.
pub(super) fn put(to: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if to.len() < at + bytes.len() {
        to.resize(at + bytes.len(), 0);
    }
    to[at..at + bytes.len()].copy_from_slice(bytes);
}

impl Content {
    pub(super) fn set_len(&mut self, number: u64, length: usize) {
        self.now.resize(length, 0);
        self.note(number, What::Length(length));
    }

    fn write(&mut self, number: u64, at: usize, bytes: &[u8]) {
        put(&mut self.now, at, bytes);
        let bytes = bytes.into();
        self.note(number, What::Bytes { at, bytes });
    }

    fn note(&mut self, number: u64, what: What) {
        self.unsynced.push(Write {
            number,
            doomed: false,
            what,
        });
    }

    /// Makes the writes up to number `reach` durable, but for those whose sync failed before.
    fn sync(&mut self, reach: u64) {
        for write in self.unsynced.extract_if(.., |write| write.number <= reach) {
            if !write.doomed {
                write.what.apply(&mut self.durable);
            }
        }
    }

    /// A sync failed. Either the system has dropped what it was for, or it goes on showing it
    /// without ever writing it.
    fn fail(&mut self, dropped: bool) {
        if dropped {
            self.lose_unsynced();
        }
        for write in &mut self.unsynced {
            write.doomed = true;
        }
    }

    pub(super) fn lose_unsynced(&mut self) {
        self.unsynced.clear();
        self.now.clone_from(&self.durable);
    }

    /// The writes that a crash may keep.
    pub(super) fn survivable(&self) -> Vec<What> {
        let fine = self.unsynced.iter().filter(|write| !write.doomed);
        fine.map(|write| write.what.clone()).collect()
    }
}

/// A handle of a file.
#[derive(Debug)]
pub(super) struct SimFile {
    disk: SimDisk,
    id: FileId,
}

impl SimFile {
    pub(super) fn new(disk: SimDisk, id: FileId) -> Self {
        Self { disk, id }
    }
}

impl File for SimFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.lock().files[self.id].now.len() as u64)
    }

    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let inner = self.disk.lock();
        let at = offset as usize;
        match inner.files[self.id].now.get(at..at + bytes.len()) {
            Some(there) => {
                bytes.copy_from_slice(there);
                Ok(())
            }
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut inner = self.disk.lock();
        let at = offset as usize;
        let grows = (at + bytes.len()).saturating_sub(inner.files[self.id].now.len());
        let fits = match inner.room {
            Some(room) => (room as usize).min(grows),
            None => grows,
        };
        inner.room = inner.room.map(|room| room - fits as u64);
        inner.writes += 1;
        let number = inner.writes;
        let written = bytes.len() - (grows - fits);
        inner.files[self.id].write(number, at, &bytes[..written]);
        match written == bytes.len() {
            true => Ok(()),
            false => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.disk.lock().set_len(self.id, length as usize);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut inner = self.disk.lock();
        if let Err(error) = inner.fail_if_told() {
            let dropped = inner.writes.is_multiple_of(2);
            inner.files[self.id].fail(dropped);
            return Err(error);
        }
        let reach = inner.sync_reach.unwrap_or(u64::MAX);
        inner.files[self.id].sync(reach);
        Ok(())
    }
}
