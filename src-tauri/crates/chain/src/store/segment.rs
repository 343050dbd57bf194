//! One file of records: a head, then frames. The segments of the log and the pending log are
//! such files.
//!
//! A file head is `"KINFOLIO" · version u32 · number u32 · CRC-32C of both`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::store::fault::{Damage, StoreError, io};
use crate::store::files::{self, File, Files};
use crate::store::record::{Frame, HEAD_BYTES, Record, TAIL_BYTES, read_frame};

/// Bytes before the first record.
pub(crate) const FILE_HEAD_BYTES: usize = 20;

const MAGIC: &[u8; 8] = b"KINFOLIO";
const VERSION: u32 = 1;

/// Size of the pieces in which a crash may leave a file unwritten.
const PAGE_BYTES: usize = 4096;

/// A file of records that is written at its end.
#[derive(Debug)]
pub(crate) struct Segment {
    path: PathBuf,
    file: Arc<dyn File>,
    /// Bytes in the file.
    length: u64,
    /// Frames that are not in the file yet.
    buffer: Vec<u8>,
    /// CRC-32C of file and buffer.
    checksum: u32,
    /// Set by the first failed write: what the file holds is not known any more.
    failed: bool,
}

impl Segment {
    /// Makes the file, durably, with its folder entry.
    pub(crate) fn create(files: &dyn Files, path: &Path, number: u32) -> Result<Self, StoreError> {
        let file = files.create(path).map_err(io("could not make", path))?;
        let head = file_head(number);
        let written = file.write_at(&head, 0).and_then(|()| file.sync());
        written.map_err(io("could not write", path))?;
        files::sync_folder_of(files, path)?;
        Ok(Self::at_end_of(path, file, &head))
    }

    /// Opens the file to write after `content`, which is all that counts of it.
    ///
    /// What was read may only be in the system's memory: the process may have died before it
    /// synced, or after a sync that failed and that no later one makes up for. It is about to be
    /// relied on, so it is written again, unless a seal shows that its last sync did not fail.
    pub(crate) fn reopen(
        files: &dyn Files,
        path: &Path,
        content: &[u8],
        ending: Ending,
        sealed: bool,
    ) -> Result<Self, StoreError> {
        let file = files.open(path).map_err(io("could not open", path))?;
        if ending == Ending::Torn {
            let cut = file.set_len(content.len() as u64);
            cut.map_err(io("could not cut the incomplete end of", path))?;
        }
        let whole = sealed && ending == Ending::Whole;
        if !whole {
            let written = file.write_at(content, 0);
            written.map_err(io("could not write again", path))?;
        }
        if let Err(source) = file.sync() {
            if whole {
                take_back_seal(&*file, content.len() as u64 - 1);
            }
            return Err(io("could not sync", path)(source));
        }
        Ok(Self::at_end_of(path, file, content))
    }

    fn at_end_of(path: &Path, file: Arc<dyn File>, content: &[u8]) -> Self {
        Self {
            path: path.to_path_buf(),
            file,
            length: content.len() as u64,
            buffer: Vec::new(),
            checksum: crc32c::crc32c(content),
            failed: false,
        }
    }

    /// Adds a record; the place where it begins and its length with the frame.
    pub(crate) fn append(&mut self, record: &Record) -> Result<(u64, usize), StoreError> {
        if self.failed {
            return Err(StoreError::Closed);
        }
        let frame = record.frame();
        let place = self.len();
        self.checksum = crc32c::crc32c_append(self.checksum, &frame);
        self.buffer.extend_from_slice(&frame);
        Ok((place, frame.len()))
    }

    /// Hands everything to the file system, so that it can be read from the file.
    pub(crate) fn write(&mut self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Closed);
        }
        if self.buffer.is_empty() {
            return Ok(());
        }
        if let Err(source) = self.file.write_at(&self.buffer, self.length) {
            self.failed = true;
            // Best effort: an end that cannot be cut now is cut as torn when next opened.
            let _ = self.file.set_len(self.length);
            return Err(io("could not write", &self.path)(source));
        }
        self.length += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Makes everything survive a crash.
    pub(crate) fn sync(&mut self) -> Result<(), StoreError> {
        self.write()?;
        self.file.sync().map_err(|source| {
            // After a failed sync the kernel may have dropped the pages: never try again.
            self.failed = true;
            io("could not sync", &self.path)(source)
        })
    }

    /// Refuses all further writes.
    pub(crate) fn fail(&mut self) {
        self.failed = true;
    }

    /// Bytes of file and buffer.
    pub(crate) fn len(&self) -> u64 {
        self.length + self.buffer.len() as u64
    }

    /// Seals the file, durably, as a clean exit does.
    pub(crate) fn seal(&mut self) -> Result<(), StoreError> {
        let length = self.len();
        let checksum = self.checksum;
        self.append(&Record::Seal { length, checksum })?;
        let sealed = self.sync();
        if sealed.is_err() {
            take_back_seal(&*self.file, length);
        }
        sealed
    }

    /// The file, for readers and for whoever syncs it.
    pub(crate) fn file(&self) -> Arc<dyn File> {
        Arc::clone(&self.file)
    }
}

/// Cuts a file below its seal, after a sync that failed: whoever opens it next must not take it
/// for durable.
fn take_back_seal(file: &dyn File, length: u64) {
    // Best effort: there is nothing to be done about a file that cannot be cut either.
    let _ = file.set_len(length);
}

/// How a file of records ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// With a whole record.
    Whole,
    /// Within a record.
    Torn,
}

/// What is wrong at one place of a file.
#[derive(Debug)]
pub(crate) struct Wound {
    pub(crate) offset: u64,
    pub(crate) damage: Damage,
}

/// Reads a whole file of records into memory; segments are bounded. What a newer version wrote is
/// refused, and not taken for damage, which a household would mend.
pub(crate) fn read(files: &dyn Files, path: &Path) -> Result<Bytes, StoreError> {
    let content = files::read(files, path)?;
    refuse_newer(path, &content)?;
    Ok(content)
}

/// Refuses what a newer version wrote.
pub(crate) fn refuse_newer(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    newer(content).map_or(Ok(()), |version| {
        let path = path.to_path_buf();
        Err(StoreError::Newer { path, version })
    })
}

/// The version in a whole head that is of no version known here.
fn newer(content: &[u8]) -> Option<u32> {
    let head: &[u8; FILE_HEAD_BYTES] = content.first_chunk()?;
    let u32_at = |at: usize| Some(u32::from_le_bytes(*head.get(at..)?.first_chunk()?));
    let version = u32_at(8)?;
    let whole = head.starts_with(MAGIC) && u32_at(16)? == crc32c::crc32c(&head[..16]);
    (whole && version > VERSION).then_some(version)
}

/// Walks the records of `content`.
///
/// `visit` gets each whole record with the place of its frame and the frame's length, and
/// may refuse it. Wounds go to `wounded`, which says whether to go on behind them. The
/// result is where the last whole record ends, and how the file ends.
pub(crate) fn walk(
    content: &Bytes,
    number: u32,
    mut visit: impl FnMut(Record, u64, usize) -> Result<(), Damage>,
    mut wounded: impl FnMut(Wound) -> bool,
) -> (usize, Ending) {
    if content.len() < FILE_HEAD_BYTES || content.iter().all(|&byte| byte == 0) {
        return (0, Ending::Torn);
    }
    if content[..FILE_HEAD_BYTES] != file_head(number) {
        let damage = Damage::SegmentHead { expected: number };
        if !wounded(Wound { offset: 0, damage }) {
            return (0, Ending::Whole);
        }
    }
    let mut at = FILE_HEAD_BYTES;
    let mut checked = (0, 0);
    loop {
        let rest = content.slice(at..);
        let (damage, skip) = match read_frame(&rest) {
            Frame::End => return (at, Ending::Whole),
            Frame::Torn => return (at, Ending::Torn),
            Frame::Bad(..) if torn_by_pages(&rest, at) => return (at, Ending::Torn),
            Frame::Bad(damage, skip) => (damage, skip),
            Frame::Whole(record, length) => {
                let outcome = check_seal(&record, content, at, &mut checked)
                    .and_then(|()| visit(*record, at as u64, length));
                match outcome {
                    Ok(()) => {
                        at += length;
                        continue;
                    }
                    Err(damage) => (damage, Some(length)),
                }
            }
        };
        let go_on = wounded(Wound {
            offset: at as u64,
            damage,
        });
        match skip {
            Some(skip) if go_on => at += skip,
            _ => return (at, Ending::Whole),
        }
    }
}

/// A seal must fit the bytes before it. `checked` carries the checksum of a prefix along, so
/// that a file of many seals is summed once.
fn check_seal(
    record: &Record,
    content: &Bytes,
    at: usize,
    checked: &mut (usize, u32),
) -> Result<(), Damage> {
    let Record::Seal { length, checksum } = record else {
        return Ok(());
    };
    *checked = (
        at,
        crc32c::crc32c_append(checked.1, &content[checked.0..at]),
    );
    if *length == at as u64 && *checksum == checked.1 {
        Ok(())
    } else {
        Err(Damage::Seal)
    }
}

/// Whether the file's end is missing from a page boundary on, as after a crash in which the
/// file grew but not all of its pages were written.
fn torn_by_pages(rest: &[u8], at: usize) -> bool {
    let zeros = rest.iter().rev().take_while(|&&byte| byte == 0).count();
    let data_end = at + rest.len() - zeros;
    let boundary = data_end.next_multiple_of(PAGE_BYTES);
    zeros > HEAD_BYTES + TAIL_BYTES && boundary < at + rest.len()
}

fn file_head(number: u32) -> [u8; FILE_HEAD_BYTES] {
    let mut head = [0; FILE_HEAD_BYTES];
    head[..8].copy_from_slice(MAGIC);
    head[8..12].copy_from_slice(&VERSION.to_le_bytes());
    head[12..16].copy_from_slice(&number.to_le_bytes());
    let checksum = crc32c::crc32c(&head[..16]);
    head[16..].copy_from_slice(&checksum.to_le_bytes());
    head
}
