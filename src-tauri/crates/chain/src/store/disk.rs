//! The log on disk: append-only segments in one folder, and beside each closed segment an
//! index of its blocks with a snapshot of the chain, so that opening reads one segment only.
//!
//! Segments are the truth; an index can be thrown away and is then made again.

mod index;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use crate::apply::ChainState;
use crate::batch::Batch;
use crate::block::Block;
use crate::id::Height;
use crate::store::disk::index::Index;
use crate::store::fault::{Damage, StoreError, io};
use crate::store::files::{self, File, Files, SystemFiles};
use crate::store::pending::PendingLog;
use crate::store::record::{Frame, read_frame};
use crate::store::replay::Replay;
use crate::store::segment::{self, Ending, Segment};
use crate::store::{Record, Recovered, Store};

/// A segment is closed after the first decision behind this many bytes.
pub const SEGMENT_BYTES: u64 = 64 << 20;

/// The log in a folder. One process at a time; the library's lock sees to that.
#[derive(Debug)]
pub struct DiskStore {
    files: Arc<dyn Files>,
    folder: PathBuf,
    segment_bytes: u64,
    number: u32,
    segment: Segment,
    /// What the records so far amount to, for the index of the segment.
    replay: Replay,
    blocks: BlockReader,
    pending: PendingLog,
}

/// Where the frame of a block stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    segment: u32,
    offset: u32,
    length: u32,
}

impl DiskStore {
    /// Makes an empty log in `folder`, which is made if need be.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if there is one, or what the file system says.
    pub fn create(folder: &Path) -> Result<Self, StoreError> {
        Self::create_in(Arc::new(SystemFiles), folder)
    }

    /// As [`DiskStore::create`], on other files than the system's.
    ///
    /// # Errors
    /// As [`DiskStore::create`].
    pub fn create_in(files: Arc<dyn Files>, folder: &Path) -> Result<Self, StoreError> {
        let made = files.create_folder(folder);
        made.map_err(io("could not make", folder))?;
        if !segments_in(&*files, folder)?.is_empty() {
            return Err(StoreError::Exists {
                path: folder.to_path_buf(),
            });
        }
        let segment = Segment::create(&*files, &segment_path(folder, 0), 0)?;
        files::sync_folder_of(&*files, folder)?;
        let blocks = BlockReader::default();
        blocks.add_file(0, segment.file());
        Ok(Self {
            pending: PendingLog::open_in(Arc::clone(&files), folder)?,
            files,
            folder: folder.to_path_buf(),
            segment_bytes: SEGMENT_BYTES,
            number: 0,
            segment,
            replay: Replay::default(),
            blocks,
        })
    }

    /// Opens the log in `folder` and says what it holds. An incomplete last record, as a
    /// crash leaves it, is cut; anything else that is wrong is an error and nothing is changed.
    /// What it holds is durable when this returns.
    ///
    /// # Errors
    /// If a segment is missing or damaged, or the file system refuses.
    pub fn open(folder: &Path) -> Result<(Self, Recovered), StoreError> {
        Self::open_with(folder, SEGMENT_BYTES)
    }

    /// As [`DiskStore::open`], with segments of another size.
    ///
    /// # Errors
    /// As [`DiskStore::open`].
    pub fn open_with(folder: &Path, segment_bytes: u64) -> Result<(Self, Recovered), StoreError> {
        Self::open_in(Arc::new(SystemFiles), folder, segment_bytes)
    }

    /// As [`DiskStore::open_with`], on other files than the system's.
    ///
    /// # Errors
    /// As [`DiskStore::open`].
    pub fn open_in(
        files: Arc<dyn Files>,
        folder: &Path,
        segment_bytes: u64,
    ) -> Result<(Self, Recovered), StoreError> {
        let numbers = segments_in(&*files, folder)?;
        let Some((&last, closed)) = numbers.split_last() else {
            return Err(StoreError::MissingSegment {
                path: segment_path(folder, 0),
            });
        };
        let blocks = BlockReader::default();
        let mut replay = Replay::default();
        for &number in closed {
            replay = open_closed(&*files, folder, number, replay, &blocks)?;
        }
        let path = segment_path(folder, last);
        let content = segment::read(&*files, &path)?;
        let (end, ending) = replay_segment(&path, last, &content, &mut replay, &blocks)?;
        replay.known.torn_bytes = (content.len() - end) as u64;
        if end == 0 && last == 0 {
            // A log is made whole or not at all: this one was emptied.
            let damage = Damage::NoFounding;
            return Err(StoreError::Damaged {
                path,
                offset: 0,
                damage,
            });
        }
        let segment = if end == 0 {
            Segment::create(&*files, &path, last)?
        } else {
            Segment::reopen(&*files, &path, &content[..end], ending, replay.known.sealed)?
        };
        blocks.add_file(last, segment.file());
        let recovered = replay.known.clone();
        let store = Self {
            pending: PendingLog::open_in(Arc::clone(&files), folder)?,
            files,
            folder: folder.to_path_buf(),
            segment_bytes,
            number: last,
            segment,
            replay,
            blocks,
        };
        Ok((store, recovered))
    }

    /// Hands what was appended to the system, and returns what makes it durable, on another
    /// thread if need be, as [`Store::sync`] would have at this moment.
    ///
    /// # Errors
    /// As [`Store::sync`].
    pub fn begin_sync(&mut self) -> Result<Sync, StoreError> {
        self.segment.write()?;
        let path = segment_path(&self.folder, self.number);
        let file = self.segment.file();
        Ok(Sync { path, file })
    }

    /// Refuses all further writes: a sync failed, so nothing is known of what it was for.
    pub fn fail(&mut self) {
        self.segment.fail();
    }

    /// A reader of decided blocks for other threads.
    #[must_use]
    pub fn reader(&self) -> BlockReader {
        self.blocks.clone()
    }

    /// Closes the segment and begins the next one. Only right after a decision, so that no
    /// vote about an open height is left behind.
    fn rotate(&mut self) -> Result<(), StoreError> {
        self.seal()?;
        let index = Index::of(&self.replay, self.number, &self.blocks);
        let files = &*self.files;
        let number = self.number + 1;
        self.segment = Segment::create(files, &segment_path(&self.folder, number), number)?;
        // The index comes after: where there is one, the segment after its own must be there.
        index.write(files, &index_path(&self.folder, self.number))?;
        self.number = number;
        self.blocks.add_file(number, self.segment.file());
        Ok(())
    }
}

impl Store for DiskStore {
    fn append(&mut self, record: &Record) -> Result<(), StoreError> {
        let (offset, length) = self.segment.append(record)?;
        let place = (
            u32::try_from(offset).unwrap_or(u32::MAX),
            u32::try_from(length).unwrap_or(u32::MAX),
        );
        let decisions = self.replay.follow(record, place).map_err(|damage| {
            let path = segment_path(&self.folder, self.number);
            StoreError::Damaged {
                path,
                offset,
                damage,
            }
        })?;
        let decided = !decisions.is_empty();
        if decided {
            // Readers take blocks from the file.
            self.segment.write()?;
        }
        for decision in decisions {
            let (offset, length) = decision.place;
            let place = Place {
                segment: self.number,
                offset,
                length,
            };
            self.blocks.publish(decision.block.height(), place);
        }
        if decided && self.replay.is_between_heights() && self.segment.len() >= self.segment_bytes {
            self.rotate()?;
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.segment.sync()
    }

    fn block(&self, height: Height) -> Result<Option<Block>, StoreError> {
        self.blocks.block(height)
    }

    fn set_aside(&mut self, batches: &[Batch]) -> Result<(), StoreError> {
        self.pending.add(batches)
    }

    fn settle(&mut self, chain: &ChainState) -> Result<(), StoreError> {
        self.pending.settle(chain)
    }

    fn pending(&self) -> &[Batch] {
        self.pending.batches()
    }

    fn seal(&mut self) -> Result<(), StoreError> {
        self.segment.seal()
    }
}

/// What is left to do to make appended records durable.
#[derive(Debug)]
pub struct Sync {
    path: PathBuf,
    file: Arc<dyn File>,
}

impl Sync {
    /// Returns when the records are durable.
    ///
    /// # Errors
    /// If the disk fails; the store must then be told to [`DiskStore::fail`].
    pub fn run(&self) -> Result<(), StoreError> {
        self.file.sync().map_err(io("could not sync", &self.path))
    }
}

/// Reads decided blocks from the segments, from any thread.
#[derive(Clone, Debug, Default)]
pub struct BlockReader {
    shared: Arc<RwLock<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    files: Vec<Arc<dyn File>>,
    places: Vec<Place>,
}

impl BlockReader {
    /// The decided block at `height`, if this device has it.
    ///
    /// # Errors
    /// If the block cannot be read, or is not what was written.
    pub fn block(&self, height: Height) -> Result<Option<Block>, StoreError> {
        let Some((file, place)) = self.find(height) else {
            return Ok(None);
        };
        let path = PathBuf::from(segment_name(place.segment));
        let mut bytes = vec![0; place.length as usize];
        file.read_at(&mut bytes, place.offset.into())
            .map_err(io("could not read a block from", &path))?;
        let damage = match read_frame(&Bytes::from(bytes)) {
            Frame::Whole(record, _) => match *record {
                Record::Accepted { block, .. } | Record::Learned(block)
                    if block.height() == height =>
                {
                    return Ok(Some(Arc::unwrap_or_clone(block)));
                }
                _ => Damage::Undecidable { height },
            },
            Frame::Bad(damage, _) => damage,
            Frame::End | Frame::Torn => Damage::Incomplete,
        };
        Err(StoreError::Damaged {
            path,
            offset: place.offset.into(),
            damage,
        })
    }

    fn find(&self, height: Height) -> Option<(Arc<dyn File>, Place)> {
        let shared = self.shared.read().unwrap_or_else(PoisonError::into_inner);
        let place = *shared.places.get(usize::try_from(height).ok()?)?;
        let file = Arc::clone(shared.files.get(place.segment as usize)?);
        Some((file, place))
    }

    fn places_of(&self, segment: u32) -> Vec<Place> {
        let shared = self.shared.read().unwrap_or_else(PoisonError::into_inner);
        shared
            .places
            .iter()
            .copied()
            .filter(|place| place.segment == segment)
            .collect()
    }

    fn add_file(&self, number: u32, file: Arc<dyn File>) {
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        debug_assert_eq!(
            shared.files.len(),
            number as usize,
            "segments are added in order"
        );
        shared.files.push(file);
    }

    fn publish(&self, height: Height, place: Place) {
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        debug_assert_eq!(
            shared.places.len() as u64,
            height,
            "heights are decided in order"
        );
        shared.places.push(place);
    }
}

/// Takes in a closed segment: by its index where that is whole, else record by record.
fn open_closed(
    files: &dyn Files,
    folder: &Path,
    number: u32,
    replay: Replay,
    blocks: &BlockReader,
) -> Result<Replay, StoreError> {
    let path = segment_path(folder, number);
    let file = files.open(&path).map_err(io("could not open", &path))?;
    let length = file.len().map_err(io("could not read", &path))?;
    blocks.add_file(number, file);
    let first_height = replay
        .known
        .state
        .as_ref()
        .map_or(0, |state| state.height() + 1);
    let index = index_path(folder, number);
    if let Some(index) = Index::read(files, &index, number, length, first_height) {
        return Ok(index.resume(blocks));
    }
    let content = segment::read(files, &path)?;
    let mut replay = replay;
    let (end, ending) = replay_segment(&path, number, &content, &mut replay, blocks)?;
    if ending == Ending::Torn {
        let damage = Damage::Incomplete;
        return Err(StoreError::Damaged {
            path,
            offset: end as u64,
            damage,
        });
    }
    Index::of(&replay, number, blocks).write(files, &index)?;
    Ok(replay)
}

/// Replays one segment; the first wound is an error.
fn replay_segment(
    path: &Path,
    number: u32,
    content: &Bytes,
    replay: &mut Replay,
    blocks: &BlockReader,
) -> Result<(usize, Ending), StoreError> {
    let mut wound = None;
    let ended = segment::walk(
        content,
        number,
        |record, offset, length| {
            let place = (
                u32::try_from(offset).unwrap_or(u32::MAX),
                u32::try_from(length).unwrap_or(u32::MAX),
            );
            for decision in replay.follow(&record, place)? {
                let (offset, length) = decision.place;
                blocks.publish(
                    decision.block.height(),
                    Place {
                        segment: number,
                        offset,
                        length,
                    },
                );
            }
            Ok(())
        },
        |first| {
            wound = Some(first);
            false
        },
    );
    match wound {
        None => Ok(ended),
        Some(wound) => Err(StoreError::Damaged {
            path: path.to_path_buf(),
            offset: wound.offset,
            damage: wound.damage,
        }),
    }
}

/// The numbers of the segments in a folder of the system, without a gap.
pub(crate) fn segments(folder: &Path) -> Result<Vec<u32>, StoreError> {
    segments_in(&SystemFiles, folder)
}

fn segments_in(files: &dyn Files, folder: &Path) -> Result<Vec<u32>, StoreError> {
    let (numbers, missing) = segments_found(files, folder)?;
    match missing {
        Some(number) => Err(StoreError::MissingSegment {
            path: segment_path(folder, number),
        }),
        None => Ok(numbers),
    }
}

/// The numbers of the segments that are in a folder, and the first one that is not and must be:
/// because of a later one, or of an index, which is written after the segment behind its own.
pub(super) fn segments_found(
    files: &dyn Files,
    folder: &Path,
) -> Result<(Vec<u32>, Option<u32>), StoreError> {
    let names = files.names(folder);
    let names = names.map_err(io("could not list", folder))?;
    let numbered = |suffix: &'static str| {
        let those = names
            .iter()
            .filter_map(move |name| name.strip_suffix(suffix));
        let mut numbers: Vec<u32> = those.filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        numbers
    };
    let (numbers, indexes) = (numbered(".log"), numbered(".index"));
    let after_index = indexes.last().map(|number| number + 1);
    let last = numbers.last().copied().max(after_index);
    let mut expected = last.map_or(0..=0, |last| 0..=last);
    let missing = expected.find(|number| numbers.binary_search(number).is_err());
    let missing = missing.filter(|_| last.is_some());
    Ok((numbers, missing))
}

/// The file of a segment.
pub(crate) fn segment_path(folder: &Path, number: u32) -> PathBuf {
    folder.join(segment_name(number))
}

fn segment_name(number: u32) -> String {
    format!("{number:08}.log")
}

fn index_path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number:08}.index"))
}
