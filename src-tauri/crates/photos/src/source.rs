//! The bytes of one file as the decoders want them: in memory when the import
//! kept them, else read when somebody asks, up to a limit.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// Files above this size are only read in parts (videos) or not decoded at all.
const LOAD_MAX: u64 = 256 << 20;
const HEAD: u64 = 64 << 10;

#[derive(Debug, Clone)]
pub(crate) struct Source {
    path: PathBuf,
    size: u64,
    bytes: Option<Bytes>,
}

impl Source {
    pub(crate) fn new(path: &Path, size: u64, bytes: Option<Bytes>) -> Self {
        Self {
            path: path.to_owned(),
            size,
            bytes,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The beginning of the file, or all of it when it is in memory.
    pub(crate) fn head(&self) -> io::Result<Bytes> {
        match &self.bytes {
            Some(bytes) => Ok(bytes.clone()),
            None => self.read(HEAD),
        }
    }

    /// The whole file; `None` when it is too large to hold in memory.
    pub(crate) fn load(&mut self) -> io::Result<Option<Bytes>> {
        if self.bytes.is_none() && self.size <= LOAD_MAX {
            self.bytes = Some(self.read(self.size)?);
        }
        Ok(self.bytes.clone())
    }

    fn read(&self, limit: u64) -> io::Result<Bytes> {
        let mut bytes = Vec::with_capacity(limit.min(self.size) as usize);
        File::open(&self.path)?
            .take(limit)
            .read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }
}
