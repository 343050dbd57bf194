//! Keeping the ledger in the bucket: decided blocks, in numbered segments of which each is created
//! once, by whichever device comes first. Nothing is claimed for it: a claim would make a block,
//! and so on for ever.
//!
//! A device that finds another's segment under its number reads it, checks that its blocks are
//! those of the chain here, and goes on from its end. Where the bucket has a vote, each vote waits
//! until the blocks below it are there.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kinfolio_bucket::{Bucket, BucketError, Segment};
use kinfolio_node::{Block, Excerpt, Height, Tip};
use tokio::sync::watch;

use super::link::Work;
use super::numbered::Numbered;
use super::segments::{SegmentError, check, read};
use crate::error::LibraryError;
use crate::library::Library;

/// Most bytes of a segment's blocks, unless it is one block.
const SEGMENT_BYTES_MAX: usize = 8 << 20;

/// How long blocks are waited for to go with the first.
const GATHER: Duration = Duration::from_millis(200);

/// How much longer a device waits that another one was faster than, so that most segments are
/// tried by one device.
const YIELD: Duration = Duration::from_millis(300);

/// How much time lies between two segments at least, unless there is much to be caught up.
const APART: Duration = Duration::from_millis(900);

/// How long to wait for blocks that the bucket has and this device has not.
const AHEAD_PAUSE: Duration = Duration::from_secs(5);

/// How long to wait after trouble, at first and at most.
const PAUSE_MIN: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Where in the bucket this device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// The next segment.
    number: u64,
    /// The lowest block that it is to hold.
    next: Height,
    /// Whether the last one was another device's.
    is_second: bool,
}

/// What is known of a bucket's segments. Whoever goes on from there holds it.
#[derive(Default)]
pub(crate) struct Kept {
    /// Of which bucket.
    of: Option<String>,
    place: Option<Place>,
    /// The segment that ends above the tip here, so that it need not be read for each block.
    theirs: Option<(u64, Excerpt)>,
    /// The first segment that was not there, and the height above the last block before it.
    end: Option<(u64, Height)>,
}

impl Kept {
    /// Turns to this bucket; the household may have agreed upon another one.
    fn turn_to(&mut self, bucket: &Bucket) {
        let name = bucket.to_string();
        if self.of.as_ref() != Some(&name) {
            *self = Self {
                of: Some(name),
                ..Self::default()
            };
        }
    }

    /// A segment that is never written again, once it is there.
    async fn read(
        &mut self,
        bucket: &Bucket,
        number: u64,
    ) -> Result<Option<Excerpt>, LibraryError> {
        match &self.theirs {
            Some((of, excerpt)) if *of == number => Ok(Some(excerpt.clone())),
            _ => {
                let excerpt = read(bucket, number).await?;
                self.theirs = excerpt.clone().map(|excerpt| (number, excerpt));
                Ok(excerpt)
            }
        }
    }

    /// The bucket holds what lies below this place.
    fn stand_at(&mut self, at: Place) {
        self.place = Some(at);
        if self.end.is_some_and(|(number, _)| number < at.number) {
            self.end = Some((at.number, at.next));
        }
    }
}

/// What came of a step.
enum Step {
    /// The bucket holds all that is here.
    Done,
    /// It holds more than is here.
    Ahead,
}

/// Keeps the ledger in the bucket until the library closes.
pub(super) async fn run(library: Library) {
    let library = &library;
    let mut tip = library.node().watch();
    let mut pause = PAUSE_MIN;
    loop {
        tip.mark_unchanged();
        let written = Instant::now();
        let mut kept = library.bucket().kept().lock().await;
        let stepped = step(library, &mut kept).await;
        let is_second = kept.place.is_some_and(|place| place.is_second);
        drop(kept);
        match stepped {
            Ok(step) => {
                library.bucket().is_well(Work::Ledger);
                pause = PAUSE_MIN;
                if wait(&mut tip, &step, written, is_second).await.is_err() {
                    return;
                }
            }
            Err(error) => {
                library
                    .bucket()
                    .is_troubled(Work::Ledger, &error.to_string());
                if let LibraryError::Segment(SegmentError::Forked { .. }) = error {
                    return;
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}

/// Waits until there may be something to be done again.
async fn wait(
    tip: &mut watch::Receiver<Tip>,
    step: &Step,
    written: Instant,
    is_second: bool,
) -> Result<(), watch::error::RecvError> {
    match step {
        Step::Done => tip.changed().await?,
        Step::Ahead => tokio::select! {
            changed = tip.changed() => changed?,
            () = tokio::time::sleep(AHEAD_PAUSE) => {}
        },
    }
    let gathered = Instant::now() + GATHER;
    let due = gathered.max(written + APART);
    let due = if is_second { due + YIELD } else { due };
    tokio::time::sleep_until(due.into()).await;
    Ok(())
}

/// Stores what the bucket lacks of the chain here.
async fn step(library: &Library, kept: &mut Kept) -> Result<Step, LibraryError> {
    let Some(bucket) = library.bucket().open().await else {
        return Ok(Step::Done);
    };
    let bucket = bucket?;
    fill(library, &bucket, kept).await
}

/// Stores the ledger up to `height`, which is decided here, unless the bucket holds so much of it.
pub(super) async fn reach(
    library: &Library,
    bucket: &Bucket,
    height: Height,
) -> Result<(), LibraryError> {
    // Whoever asks may be ahead of what is shown.
    let mut tip = library.node().watch();
    let reached = tip.wait_for(|tip| tip.height >= height).await;
    reached.map_err(|_| LibraryError::Closing)?;
    let mut kept = library.bucket().kept().lock().await;
    kept.turn_to(bucket);
    let holds = |kept: &Kept| kept.place.is_some_and(|at| at.next > height);
    if holds(&kept) {
        return Ok(());
    }
    match fill(library, bucket, &mut kept).await? {
        Step::Done if !holds(&kept) => Err(LibraryError::Bucket(BucketError::Missing {
            bucket: bucket.to_string(),
            object: format!("block {height}"),
        })),
        Step::Done | Step::Ahead => Ok(()),
    }
}

/// The height above the highest block of the ledger that the bucket holds.
pub(super) async fn end(library: &Library, bucket: &Bucket) -> Result<Height, LibraryError> {
    let mut kept = library.bucket().kept().lock().await;
    kept.turn_to(bucket);
    let (mut number, mut end) = match kept.end {
        Some(known) => known,
        None => (
            last_segment(bucket, remembered(library, bucket))
                .await?
                .unwrap_or(0),
            0,
        ),
    };
    while let Some(segment) = read(bucket, number).await? {
        (number, end) = (number + 1, segment.end());
    }
    kept.end = Some((number, end));
    Ok(end)
}

/// Stores what this bucket lacks of the chain here.
async fn fill(library: &Library, bucket: &Bucket, kept: &mut Kept) -> Result<Step, LibraryError> {
    kept.turn_to(bucket);
    // Who knows what the bucket is, should this fail.
    let mut at = match kept.place.take() {
        Some(at) => at,
        None => {
            bucket.reach().await.map_err(LibraryError::Bucket)?;
            bucket.probe().await.map_err(LibraryError::Bucket)?;
            find(library, bucket).await?
        }
    };
    let step = loop {
        // Where another device was faster before, it may be again: its segment is looked for first.
        let theirs = match at.is_second {
            true => kept.read(bucket, at.number).await?,
            false => None,
        };
        let theirs = match theirs {
            Some(theirs) => theirs,
            None => match create(library, bucket, &mut at).await? {
                Created::Ours => continue,
                Created::Nothing => break Step::Done,
                Created::Theirs(theirs) => theirs,
            },
        };
        if !adopt(library, bucket, &mut at, &theirs).await? {
            break Step::Ahead;
        }
        note(library, at);
    };
    note(library, at);
    kept.stand_at(at);
    Ok(step)
}

/// What came of a segment.
enum Created {
    Ours,
    Nothing,
    Theirs(Excerpt),
}

async fn create(
    library: &Library,
    bucket: &Bucket,
    at: &mut Place,
) -> Result<Created, LibraryError> {
    let (here, from) = (library.clone(), at.next);
    let Some(excerpt) = library.blocking(move || take(&here, from)).await? else {
        return Ok(Created::Nothing);
    };
    let created = bucket
        .create_segment(at.number, excerpt.encode().into())
        .await;
    match created.map_err(LibraryError::Bucket)? {
        Segment::Created | Segment::Same => {
            *at = Place {
                number: at.number + 1,
                next: excerpt.end(),
                is_second: false,
            };
            note(library, *at);
            Ok(Created::Ours)
        }
        Segment::Other => match read(bucket, at.number).await? {
            Some(theirs) => Ok(Created::Theirs(theirs)),
            None => Ok(Created::Nothing),
        },
    }
}

/// The blocks from `from` on, as many as go into a segment.
fn take(library: &Library, from: Height) -> Result<Option<Excerpt>, LibraryError> {
    let mut blocks: Vec<Arc<Block>> = Vec::new();
    let mut bytes = 0;
    for height in from..=library.node().tip().height {
        let block = library.node().block(height).map_err(LibraryError::Node)?;
        let Some(block) = block else { break };
        bytes += block.encode().len();
        if bytes > SEGMENT_BYTES_MAX && !blocks.is_empty() {
            break;
        }
        blocks.push(Arc::new(block));
    }
    let household = library.node().status().household_id;
    Ok(Excerpt::new(household, blocks))
}

/// Goes on behind another device's segment, if its blocks are those of the chain here. False: the
/// chain here has not come so far yet.
async fn adopt(
    library: &Library,
    bucket: &Bucket,
    at: &mut Place,
    theirs: &Excerpt,
) -> Result<bool, LibraryError> {
    let number = at.number;
    let household = library.node().status().household_id;
    check(bucket, number, theirs, household, at.next)?;
    let (here, blocks) = (library.clone(), theirs.blocks().to_vec());
    let compare = move || {
        for block in blocks {
            let height = block.height();
            match here.node().block(height).map_err(LibraryError::Node)? {
                Some(ours) if ours.hash() == block.hash() => {}
                Some(_) => return Ok(Some(height)),
                None => break,
            }
        }
        Ok(None)
    };
    if let Some(height) = library.blocking(compare).await? {
        let bucket = bucket.to_string();
        return Err(LibraryError::Segment(SegmentError::Forked {
            bucket,
            number,
            height,
        }));
    }
    at.is_second = true;
    if theirs.end() > library.node().tip().height + 1 {
        return Ok(false);
    }
    at.number += 1;
    at.next = at.next.max(theirs.end());
    Ok(true)
}

/// Where to go on: at the last segment that is there, which is checked again, or at the first.
async fn find(library: &Library, bucket: &Bucket) -> Result<Place, LibraryError> {
    let last = last_segment(bucket, remembered(library, bucket)).await?;
    let first = match last {
        Some(last) => read(bucket, last).await?,
        None => None,
    };
    let first = first.and_then(|last| last.blocks().first().map(|first| first.height()));
    Ok(Place {
        number: last.unwrap_or(0),
        next: first.unwrap_or(0),
        is_second: last.is_some(),
    })
}

/// The number of the last segment.
pub(super) async fn last_segment(
    bucket: &Bucket,
    noted: Option<u64>,
) -> Result<Option<u64>, LibraryError> {
    Numbered::Segments.last(bucket, noted).await
}

/// The last segment of this bucket that was there, as far as was noted.
pub(super) fn remembered(library: &Library, bucket: &Bucket) -> Option<u64> {
    let text = fs::read_to_string(library.layout().bucket_ledger()).ok()?;
    let (address, number) = text.trim_end().rsplit_once('\n')?;
    let next: u64 = number.parse().ok()?;
    (address == bucket.to_string()).then_some(next.checked_sub(1)?)
}

/// Notes how far the bucket is; should that be lost, it is asked.
fn note(library: &Library, at: Place) {
    let link = library.bucket();
    let mut is_new = false;
    link.note(|status| is_new = status.blocks.replace(at.next) != Some(at.next));
    let Some(address) = link.address().filter(|_| is_new) else {
        return;
    };
    let path = library.layout().bucket_ledger();
    let draft = path.with_extension("new");
    let text = format!("{address}\n{}\n", at.number);
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, &path));
    if let Err(error) = written {
        tracing::warn!(%error, path = %path.display(), "where the ledger is in the bucket cannot be noted");
    }
}
