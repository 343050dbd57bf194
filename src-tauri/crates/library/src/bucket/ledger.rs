//! Keeping the ledger in the bucket: decided blocks, in numbered segments of which each is created
//! once, by whichever device comes first. Nothing is claimed for it: a claim would make a block,
//! and so on for ever.
//!
//! A device that finds another's segment under its number reads it, checks that its blocks are
//! those of the chain here, and goes on from its end. Where the bucket has a vote, each vote waits
//! until the blocks below it are there. Each line of history has segments of its own (`lines`), so
//! that devices of different lines are not in each other's way.
//!
//! How far the bucket is known to have come is noted on disk. Where it is found to hold less, at the
//! start or at a look each hour, that is told, and what is missing is written again from the chain
//! here: it can be created, since it is not there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kinfolio_bucket::{Bucket, BucketError, Segment};
use kinfolio_node::{Begun, Block, Excerpt, Height, Tip};
use tokio::sync::watch;

use super::lines::{self, Part, parts};
use super::link::{Work, longest_pause};
use super::places::{Place, find, last_segment, lost, note, noted, noted_line, restart};
use super::segments::{SegmentError, check, has, read};
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

/// How soon, and how often then, it is looked whether what was there still is; sooner after something was lost.
const LOOK_FIRST: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_secs(3600);
const LOOK_AFTER_LOSS: Duration = Duration::from_secs(600);

/// Segments looked at in one go, beside the last one.
const LOOK_MAX: u64 = 128;

/// How long to wait after trouble, at first and at most.
const PAUSE_MIN: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// What is known of a bucket's segments. Whoever goes on from there holds it.
#[derive(Default)]
pub(crate) struct Kept {
    /// Of which bucket, and of a chain of which lines.
    of: Option<(String, Vec<Begun>)>,
    place: Option<Place>,
    /// The segment that ends above the tip here, so that it need not be read for each block.
    theirs: Option<(u64, Excerpt)>,
    /// The first segment that was not there, and the height above the last block before it.
    end: Option<(u64, Height)>,
    /// The next segment of the last line that is looked at.
    looked: u64,
}

impl Kept {
    /// Turns to this bucket, and the lines of the chain here; the household may have agreed upon
    /// another one, and this device may have followed another device. The parts of the chain.
    fn turn_to(&mut self, library: &Library, bucket: &Bucket) -> Vec<Part> {
        let (name, lines) = (bucket.to_string(), library.node().lines());
        let parts = parts(&lines);
        let now = Some((name, lines));
        if self.of != now {
            *self = Self {
                of: now,
                ..Self::default()
            };
        }
        parts
    }

    /// A segment that is never written again, once it is there.
    async fn read(
        &mut self,
        bucket: &Bucket,
        part: &Part,
        number: u64,
    ) -> Result<Option<Excerpt>, LibraryError> {
        match &self.theirs {
            Some((of, excerpt)) if *of == number => Ok(Some(excerpt.clone())),
            _ => {
                let excerpt = read(bucket, part, number).await?;
                self.theirs = excerpt.clone().map(|excerpt| (number, excerpt));
                Ok(excerpt)
            }
        }
    }

    /// The bucket holds what lies below this place.
    fn stand_at(&mut self, at: Place) {
        self.place = Some(at);
        let parts = self.of.as_ref().map_or(0, |(_, lines)| lines.len());
        if at.part + 1 < parts {
            return;
        }
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
    let mut look_at = Instant::now() + LOOK_FIRST;
    loop {
        tip.mark_unchanged();
        let written = Instant::now();
        let mut kept = library.bucket().kept().lock().await;
        if look_at <= written {
            look_at = match look(library, &mut kept).await {
                Ok(true) => written + LOOK_EVERY,
                Ok(false) => written + LOOK_AFTER_LOSS,
                // What is wrong with the bucket shows below.
                Err(_) => written + PAUSE_MAX,
            };
        }
        let stepped = step(library, &mut kept).await;
        let is_second = kept.place.is_some_and(|place| place.is_second);
        drop(kept);
        if library.bucket().has_trouble(Work::Loss) {
            look_at = look_at.min(written + LOOK_AFTER_LOSS);
        }
        match stepped {
            Ok(step) => {
                library.bucket().is_well(Work::Ledger);
                pause = PAUSE_MIN;
                let waited = wait(&mut tip, &step, written, is_second);
                let until = tokio::time::sleep_until(look_at.into());
                tokio::select! {
                    waited = waited => if waited.is_err() { return },
                    () = until => {}
                }
            }
            Err(error) => {
                library
                    .bucket()
                    .is_troubled(Work::Ledger, &error.to_string());
                library.bucket().rest(pause).await;
                pause = (pause * 2).min(longest_pause(&error, PAUSE_MAX));
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
    let last = kept.turn_to(library, bucket).len() - 1;
    let holds = |kept: &Kept| {
        let at = kept.place;
        at.is_some_and(|at| at.part == last && at.next > height)
    };
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

/// The height above the highest block of the ledger that the bucket holds, on the line of the chain
/// here.
pub(super) async fn end(library: &Library, bucket: &Bucket) -> Result<Height, LibraryError> {
    let mut kept = library.bucket().kept().lock().await;
    let parts = kept.turn_to(library, bucket);
    let Some(part) = parts.last() else {
        return Ok(0);
    };
    let (mut number, mut end) = match kept.end {
        Some(known) => known,
        None => {
            let noted = noted(library, bucket, part).map(|noted| noted.last);
            let last = last_segment(bucket, part, noted).await?;
            (last.unwrap_or(0), part.from)
        }
    };
    while let Some(segment) = read(bucket, part, number).await? {
        (number, end) = (number + 1, segment.end());
    }
    kept.end = Some((number, end));
    Ok(end)
}

/// Stores what this bucket lacks of the chain here.
async fn fill(library: &Library, bucket: &Bucket, kept: &mut Kept) -> Result<Step, LibraryError> {
    let parts = kept.turn_to(library, bucket);
    // Who knows what the bucket is, should this fail.
    let mut at = match kept.place.take() {
        Some(at) => at,
        None => {
            bucket.reach().await.map_err(LibraryError::Bucket)?;
            bucket.probe().await.map_err(LibraryError::Bucket)?;
            let lines = library.node().lines();
            lines::tell(bucket, library.node(), &lines, noted_line(library, bucket)).await?;
            // What lies below was there when it was noted.
            let known = |part: &Part| noted(library, bucket, part).is_some();
            let first = parts.iter().rposition(known).unwrap_or(0);
            find(library, bucket, &parts, first).await?
        }
    };
    let step = loop {
        let part = &parts[at.part];
        if part.to.is_some_and(|to| at.next > to) && at.part + 1 < parts.len() {
            at = find(library, bucket, &parts, at.part + 1).await?;
            continue;
        }
        // Where another device was faster before, it may be again: its segment is looked for first.
        let theirs = match at.is_second {
            true => kept.read(bucket, part, at.number).await?,
            false => None,
        };
        let theirs = match theirs {
            Some(theirs) => theirs,
            None => match create(library, bucket, part, &mut at).await? {
                Created::Ours => {
                    note(library, part, at);
                    continue;
                }
                Created::Nothing => break Step::Done,
                Created::Theirs(theirs) => theirs,
            },
        };
        if !adopt(library, bucket, part, &mut at, &theirs).await? {
            break Step::Ahead;
        }
        note(library, part, at);
    };
    note(library, &parts[at.part], at);
    kept.stand_at(at);
    Ok(step)
}

/// Whether the bucket still holds what it held: the last segment, and some of the others by turns.
/// Where one is missing, that is told, and it is gone on from there.
async fn look(library: &Library, kept: &mut Kept) -> Result<bool, LibraryError> {
    let Some(bucket) = library.bucket().open().await else {
        return Ok(true);
    };
    let bucket = bucket?;
    let parts = kept.turn_to(library, &bucket);
    let Some((at, part)) = kept.place.and_then(|at| Some((at, *parts.get(at.part)?))) else {
        return Ok(true);
    };
    let Some(last) = at.number.checked_sub(1) else {
        return Ok(true);
    };
    let from = if kept.looked < last { kept.looked } else { 0 };
    let upto = last.min(from + LOOK_MAX);
    for number in (from..upto).chain([last]) {
        if !has(&bucket, &part, number).await? {
            let again = restart(&bucket, &part, at.part, number).await?;
            lost(library, &bucket, &part, again.number, at.next);
            kept.place = Some(again);
            kept.looked = 0;
            return Ok(false);
        }
    }
    kept.looked = upto;
    library.bucket().is_well(Work::Loss);
    Ok(true)
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
    part: &Part,
    at: &mut Place,
) -> Result<Created, LibraryError> {
    let (here, from, of) = (library.clone(), at.next, *part);
    let Some(excerpt) = library.blocking(move || take(&here, of, from)).await? else {
        return Ok(Created::Nothing);
    };
    // The chain may just be taking another past.
    let stands_on = excerpt.blocks().first().map(|first| first.header().prev);
    if at.below.is_some() && at.below != stands_on {
        return Ok(Created::Nothing);
    }
    let created = bucket
        .create_segment(part.folder().as_deref(), at.number, excerpt.encode().into())
        .await;
    match created.map_err(LibraryError::Bucket)? {
        Segment::Created | Segment::Same => {
            *at = Place {
                part: at.part,
                number: at.number + 1,
                next: excerpt.end(),
                below: excerpt.blocks().last().map(|last| last.hash()),
                is_second: false,
            };
            Ok(Created::Ours)
        }
        Segment::Other => match read(bucket, part, at.number).await? {
            Some(theirs) => Ok(Created::Theirs(theirs)),
            None => Ok(Created::Nothing),
        },
    }
}

/// The blocks of a part from `from` on, as many as go into a segment.
fn take(library: &Library, part: Part, from: Height) -> Result<Option<Excerpt>, LibraryError> {
    let mut blocks: Vec<Arc<Block>> = Vec::new();
    let mut bytes = 0;
    let tip = library.node().tip().height;
    for height in from..=part.to.map_or(tip, |to| to.min(tip)) {
        let block = library.node().block(height).map_err(LibraryError::Node)?;
        let Some(block) = block else { break };
        // What another epoch begins belongs to that.
        if block.epoch().is_some() && (part.line.is_none() || height != part.from) {
            break;
        }
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
    part: &Part,
    at: &mut Place,
    theirs: &Excerpt,
) -> Result<bool, LibraryError> {
    let number = at.number;
    let household = library.node().status().household_id;
    check(bucket, number, theirs, household, at.next)?;
    // Where the chain here has left this line, others may have gone on with it.
    let shared = theirs.blocks().iter();
    let shared = shared.filter(|block| part.to.is_none_or(|to| block.height() <= to));
    let blocks: Vec<_> = shared.cloned().collect();
    let end = blocks.last().map_or(at.next, |last| last.height() + 1);
    let below = blocks.last().map(|last| last.hash());
    let here = library.clone();
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
    if end > library.node().tip().height + 1 {
        return Ok(false);
    }
    at.number += 1;
    if end >= at.next {
        (at.next, at.below) = (end, below);
    }
    // Nothing further down this line is shared.
    if let Some(to) = part.to.filter(|&to| theirs.end() > to + 1) {
        at.next = at.next.max(to + 1);
    }
    Ok(true)
}
