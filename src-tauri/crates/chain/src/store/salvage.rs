//! A damaged log made anew: what of it can be relied on is read, and written into another folder.
//! What is missing there is for the other devices to give.
//!
//! Relied on are the blocks before the first wound, of which each names the one before it. Of the
//! votes only those about the height that was open count, and only if the log shows that no other
//! was lost: if behind the last wound it tells of a decision, then what the wounds took was about
//! that height or lower ones, because nobody votes above a height that is open (invariant V).
//!
//! The blocks behind the wounds are an [`Attic`]: once what lies between is there again, they show
//! by their parents whether they belong to the chain.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use crate::apply::ChainState;
use crate::batch::Batch;
use crate::block::Block;
use crate::id::{BlockHash, Height, Incarnation};
use crate::store::disk::{DiskStore, segment_path, segments_found};
use crate::store::fault::{Damage, StoreError, io};
use crate::store::files::{File, Files};
use crate::store::pending;
use crate::store::record::{Frame, read_frame};
use crate::store::replay::Replay;
use crate::store::segment::{self, Ending, Wound};
use crate::store::{Abstention, Ballot, Record, Store};

/// More lives than a log can have lost with what was damaged: no life is counted twice.
const LIVES_LOST_MAX: u64 = 1 << 20;

/// What can be relied on in a log.
#[derive(Debug, Default)]
pub struct Salvage {
    /// The chain at the last block before the first wound; nothing if the first block is hit.
    pub state: Option<ChainState>,
    /// The block that founded the household, if it can be read.
    pub founding: Option<Arc<Block>>,
    /// The latest life of the device that the log tells of.
    pub incarnation: Option<Incarnation>,
    /// Which votes are lost.
    pub abstention: Abstention,
    /// Edits that wait, as far as they can be read.
    pub pending: Vec<Batch>,
    /// What is wrong, in the order of the log.
    pub wounds: Vec<StoreError>,
    /// The height above which the household has gone another way, if it has.
    pub fork: Option<Height>,
}

impl Salvage {
    /// Reads what is left of the log in `folder`, and changes nothing.
    ///
    /// # Errors
    /// If a file that is there cannot be read at all.
    pub fn of(files: &dyn Files, folder: &Path) -> Result<Self, StoreError> {
        let mut tail = Tail::default();
        let mut found = Self::default();
        let whole = read_through(files, folder, &mut |seen| match seen {
            Seen::Record(record) => {
                tail.follow(record);
                if let Record::Incarnation(life) = record {
                    found.incarnation = found.incarnation.max(Some(*life));
                }
            }
            Seen::Block(block) if block.height() == 0 => found.founding = Some(block),
            Seen::Block(_) | Seen::Stray(..) => {}
            Seen::Wound(wound) => {
                tail = std::mem::take(&mut tail).wounded();
                found.wounds.push(wound);
            }
        })?;
        found.state = whole.known.state;
        // One that was made anew begins with what was lost before, and lives on from far above.
        let made_anew = found
            .incarnation
            .is_some_and(|life| life.counter >= LIVES_LOST_MAX);
        found.abstention = tail.abstention(made_anew);
        let (batches, wound) = pending::readable(files, folder)?;
        found.pending = batches;
        found.wounds.extend(wound);
        Ok(found)
    }

    /// The same of a log whose blocks are not those of the household: all but the founding block
    /// is dropped, and none of its votes can be known.
    #[must_use]
    pub fn distrusted(self) -> Self {
        Self {
            state: None,
            abstention: Abstention::Unknown,
            ..self
        }
    }

    /// The same of a log whose household goes another way after the block at `fork`: the blocks above
    /// it are dropped, but for their edits, which wait now with those that waited before. None of
    /// its votes counts on the other way, and which of them count before it nobody asks any more.
    ///
    /// # Errors
    /// If a file that is there cannot be read at all.
    pub fn parted(
        mut self,
        files: &dyn Files,
        folder: &Path,
        fork: Height,
    ) -> Result<Self, StoreError> {
        let mut edits = BTreeMap::new();
        read_through(files, folder, &mut |seen| {
            let block = match &seen {
                Seen::Block(block) => block,
                // It may have been decided, though nobody has said so here.
                Seen::Record(Record::Accepted { block, .. }) => block,
                _ => return,
            };
            if block.height() > fork && block.epoch().is_none() {
                let batches = block.batches().iter();
                let named = batches.map(|batch| ((batch.author, batch.first_seq), batch.clone()));
                edits.extend(named);
            }
        })?;
        let waiting = std::mem::take(&mut self.pending).into_iter();
        edits.extend(waiting.map(|batch| ((batch.author, batch.first_seq), batch)));
        Ok(Self {
            abstention: Abstention::Unknown,
            pending: edits.into_values().collect(),
            fork: Some(fork),
            ..self
        })
    }

    /// Writes a new log into `to`, durably, with what was found in `from`.
    ///
    /// # Errors
    /// If `founding` is not the first block of what was found, or the file system refuses.
    pub fn rebuild(
        &self,
        files: &Arc<dyn Files>,
        from: &Path,
        to: &Path,
        founding: &Arc<Block>,
    ) -> Result<(), StoreError> {
        let mut store = DiskStore::create_in(Arc::clone(files), to)?;
        let last = self.incarnation.map_or(0, |life| life.counter);
        store.append(&Record::Incarnation(Incarnation {
            counter: last + LIVES_LOST_MAX,
            nonce: 0,
        }))?;
        store.append(&Record::Abstention(self.abstention.clone()))?;
        store.append(&Record::Learned(Arc::clone(founding)))?;
        let last = self.state.as_ref().map_or(0, ChainState::height);
        let last = self.fork.map_or(last, |fork| last.min(fork));
        let mut written = Ok(());
        if last > 0 {
            read_through(&**files, from, &mut |seen| {
                if let Seen::Block(block) = seen
                    && (1..=last).contains(&block.height())
                    && written.is_ok()
                {
                    written = store.append(&Record::Learned(block));
                }
            })?;
        }
        written?;
        if !self.pending.is_empty() {
            store.set_aside(&self.pending)?;
        }
        store.seal()
    }
}

/// The blocks of a damaged log that stand behind its first wound.
#[derive(Debug, Default)]
pub struct Attic {
    /// Where the frames of blocks stand; several where several were accepted at one height.
    places: BTreeMap<Height, Vec<Place>>,
    /// Which of them were written down as decided.
    decided: BTreeMap<Height, BlockHash>,
}

/// A frame: in which file, from where on, and how long.
#[derive(Debug)]
struct Place {
    file: Arc<dyn File>,
    offset: u64,
    length: usize,
}

impl Attic {
    /// Looks for them in the log in `folder`.
    ///
    /// # Errors
    /// If a file that is there cannot be read at all.
    pub fn of(files: &dyn Files, folder: &Path) -> Result<Self, StoreError> {
        let mut opened: BTreeMap<PathBuf, Arc<dyn File>> = BTreeMap::new();
        let mut places: BTreeMap<Height, Vec<_>> = BTreeMap::new();
        let mut decided = BTreeMap::new();
        let mut failed = None;
        read_through(files, folder, &mut |seen| {
            if let Seen::Record(Record::Decided { height, hash }) = seen {
                decided.insert(*height, *hash);
            }
            if let Seen::Stray(block, path, offset, length) = seen {
                if !opened.contains_key(path) {
                    match files.open(path).map_err(io("could not open", path)) {
                        Ok(file) => drop(opened.insert(path.to_path_buf(), file)),
                        Err(error) => failed = Some(error),
                    }
                }
                if let Some(file) = opened.get(path) {
                    let file = Arc::clone(file);
                    let place = Place {
                        file,
                        offset,
                        length,
                    };
                    places.entry(block.height()).or_default().push(place);
                }
            }
        })?;
        failed.map_or(Ok(Self { places, decided }), Err)
    }

    /// The block at a height that was decided, as far as this log tells: it was written down, or a
    /// block above names it as its parent, which nobody accepts before.
    #[must_use]
    pub fn decided(&self, height: Height) -> Option<Arc<Block>> {
        let written = self.decided.get(&height).copied();
        let parent = || {
            self.blocks(height + 1)
                .next()
                .map(|above| above.header().prev)
        };
        let hash = written.or_else(parent)?;
        self.blocks(height).find(|block| block.hash() == hash)
    }

    /// The blocks at a height, unchecked but for their checksums; those that cannot be read any
    /// more are left out.
    fn blocks(&self, height: Height) -> impl Iterator<Item = Arc<Block>> + '_ {
        let places = self.places.get(&height).into_iter().flatten();
        places.filter_map(|place| {
            let mut bytes = vec![0; place.length];
            place.file.read_at(&mut bytes, place.offset).ok()?;
            match read_frame(&Bytes::from(bytes)) {
                Frame::Whole(record, _) => match *record {
                    Record::Accepted { block, .. } | Record::Learned(block) => Some(block),
                    _ => None,
                },
                _ => None,
            }
        })
    }

    /// Forgets what is at this height and below.
    pub fn settle(&mut self, height: Height) {
        self.places = self.places.split_off(&(height + 1));
    }
}

/// What is come by in a log.
enum Seen<'a> {
    Record(&'a Record),
    /// The next decided block, before the first wound.
    Block(Arc<Block>),
    /// A block behind the first wound, and where its frame stands.
    Stray(&'a Block, &'a Path, u64, usize),
    Wound(StoreError),
}

/// Reads all segments, one at a time in memory; what the records before the first wound amount to.
fn read_through(
    files: &dyn Files,
    folder: &Path,
    visit: &mut dyn FnMut(Seen<'_>),
) -> Result<Replay, StoreError> {
    let (numbers, missing) = match files.names(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => (Vec::new(), Some(0)),
        _ => segments_found(files, folder)?,
    };
    let missing = missing.or(numbers.is_empty().then_some(0));
    let mut through = Through {
        visit,
        replay: Some(Replay::default()),
        whole: None,
    };
    let mut next = 0;
    for &number in &numbers {
        let path = segment_path(folder, number);
        if number != next {
            let path = segment_path(folder, next);
            through.wounded(StoreError::MissingSegment { path });
        }
        next = number + 1;
        let content = segment::read(files, &path)?;
        let mut hurt = false;
        let shared = RefCell::new(&mut through);
        let (end, ending) = segment::walk(
            &content,
            number,
            |record, offset, length| {
                shared.borrow_mut().record(&path, &record, offset, length);
                Ok(())
            },
            |wound| {
                // A seal that does not fit because of a wound before it says nothing new.
                if !(hurt && wound.damage == Damage::Seal) {
                    shared.borrow_mut().wounded(damaged(&path, wound));
                }
                hurt = true;
                true
            },
        );
        let last = Some(&number) == numbers.last();
        if ending == Ending::Torn && !last {
            let (offset, damage) = (end as u64, Damage::Incomplete);
            through.wounded(damaged(&path, Wound { offset, damage }));
        }
    }
    if missing.is_some_and(|number| number >= next) {
        let path = segment_path(folder, next);
        through.wounded(StoreError::MissingSegment { path });
    }
    Ok(through.replay.or(through.whole).unwrap_or_default())
}

struct Through<'a> {
    visit: &'a mut dyn FnMut(Seen<'_>),
    /// Until the first wound.
    replay: Option<Replay>,
    /// What it amounted to by then.
    whole: Option<Replay>,
}

impl Through<'_> {
    fn record(&mut self, path: &Path, record: &Record, offset: u64, length: usize) {
        let decided = self
            .replay
            .as_mut()
            .map_or(Ok(Vec::new()), |replay| replay.follow(record, (0, 0)));
        match decided {
            Ok(decisions) => {
                for decision in decisions {
                    (self.visit)(Seen::Block(decision.block));
                }
                if self.replay.is_none()
                    && let Record::Accepted { block, .. } | Record::Learned(block) = record
                {
                    (self.visit)(Seen::Stray(block, path, offset, length));
                }
                (self.visit)(Seen::Record(record));
            }
            Err(damage) => self.wounded(damaged(path, Wound { offset, damage })),
        }
    }

    fn wounded(&mut self, wound: StoreError) {
        if let Some(replay) = self.replay.take() {
            self.whole = Some(replay);
        }
        (self.visit)(Seen::Wound(wound));
    }
}

fn damaged(path: &Path, wound: Wound) -> StoreError {
    StoreError::Damaged {
        path: PathBuf::from(path),
        offset: wound.offset,
        damage: wound.damage,
    }
}

/// What the records since the last wound tell of the votes about the open height.
#[derive(Default)]
struct Tail {
    /// The highest height that is known to be decided.
    decided: Option<Height>,
    /// The height of the last block that was accepted.
    proposed: Option<Height>,
    promised: Option<Ballot>,
    accepted: Option<(Ballot, Arc<Block>)>,
    /// What an earlier loss has left, as far as that can be read.
    earlier: Option<Abstention>,
}

impl Tail {
    /// Nothing that came before tells any more of the votes about the open height.
    fn wounded(self) -> Self {
        Self {
            earlier: self.earlier,
            ..Self::default()
        }
    }

    fn follow(&mut self, record: &Record) {
        match record {
            Record::Decided { height, .. } => self.decide(*height),
            Record::Learned(block) => self.decide(block.height()),
            Record::Accepted { ballot, block } => {
                let height = block.height();
                // A block above an accepted one decides it.
                if self.proposed.is_some_and(|below| below + 1 == height) {
                    self.decide(height - 1);
                }
                self.proposed = Some(height);
                if self.is_open(height) {
                    let before = self.accepted.as_ref().map(|(before, _)| *before);
                    if before <= Some(*ballot) {
                        self.accepted = Some((*ballot, Arc::clone(block)));
                    }
                    self.promised = self.promised.max(Some(*ballot));
                }
            }
            Record::Promise { height, ballot } if self.is_open(*height) => {
                self.promised = self.promised.max(Some(*ballot));
            }
            Record::Abstention(abstention) => self.earlier = Some(abstention.clone()),
            Record::Promise { .. }
            | Record::Incarnation(_)
            | Record::Pending(_)
            | Record::Seal { .. } => {}
        }
    }

    fn is_open(&self, height: Height) -> bool {
        self.decided.is_some_and(|decided| decided + 1 == height)
    }

    fn decide(&mut self, height: Height) {
        if self.decided < Some(height) {
            self.decided = Some(height);
            self.promised = None;
            self.accepted = None;
        }
    }

    /// What is lost. Where an earlier loss is known of and not how large it was, the blocks behind the
    /// last wound tell nothing: they were given back by others, up to wherever.
    fn abstention(self, made_anew: bool) -> Abstention {
        let earlier = self.earlier.unwrap_or(match made_anew {
            true => Abstention::Unknown,
            false => Abstention::Over,
        });
        match (earlier, self.decided) {
            (Abstention::Over, Some(decided)) => Abstention::Below {
                height: decided + 1,
                promised: self.promised,
                accepted: self.accepted,
            },
            (Abstention::Below { height, .. }, Some(decided)) if decided + 1 > height => {
                Abstention::Below {
                    height: decided + 1,
                    promised: self.promised,
                    accepted: self.accepted,
                }
            }
            (still @ Abstention::Below { .. }, Some(_)) => still,
            _ => Abstention::Unknown,
        }
    }
}
