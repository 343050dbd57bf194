//! Storing originals in the bucket, each once for the household.
//!
//! An original is claimed through the ledger, uploaded, read back, recorded together with others,
//! and its task is done. A process that dies in between leaves a claim that lapses, or that it finds
//! again as its own; an upload that is repeated finds the original there. So a kill costs an upload
//! at most, and storing twice does no harm.

use std::fmt::Write;
use std::io;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use kinfolio_bucket::{Bucket, BucketError};
use kinfolio_catalog::{LibraryEdit, PhotoId};
use kinfolio_node::{Height, TaskName};
use kinfolio_photos::BlobId;

use super::claim::{self, RENEW_EVERY, TERM, Turn};
use super::link::{Work, longest_pause};
use super::original_id;
use super::waiting::Waiting;
use crate::edit::send;
use crate::error::LibraryError;
use crate::exchange;
use crate::library::Library;
use crate::tasks::now_ms;

/// Originals claimed together; one only while the bucket is in trouble, so that a bucket that
/// refuses costs the chain next to nothing.
const CLAIMED_AT_ONCE: usize = 64;

/// Uploads at a time; each keeps 24 MiB in memory at most.
const UPLOADS_AT_ONCE: usize = 3;

/// How long what is stored may wait to be recorded together with more.
const RECORD_EVERY: Duration = Duration::from_secs(2);

/// How long to wait where nobody could say whose a task is.
const UNDECIDED_PAUSE: Duration = Duration::from_secs(5);

/// How long to wait after trouble, at first and at most.
const PAUSE_MIN: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Stores what the bucket lacks until the library closes.
pub(super) async fn run(library: Library) {
    let library = &library;
    let mut shown = library.watch_shown();
    let mut waiting = Waiting::default();
    // At first nobody knows whether the bucket is there.
    let mut trouble = Some(PAUSE_MIN);
    let mut address = library.bucket().address();
    loop {
        shown.mark_unchanged();
        let before = std::mem::replace(&mut address, library.bucket().address());
        if before != address {
            (waiting, trouble) = (Waiting::default(), Some(PAUSE_MIN));
        }
        match round(library, &mut waiting, trouble.is_some()).await {
            Ok(true) => trouble = None,
            Ok(false) => {
                trouble = None;
                let later = tokio::time::sleep(UNDECIDED_PAUSE);
                tokio::select! {
                    changed = shown.changed() => if changed.is_err() { return },
                    // What was put off is tried again; where nothing waits, only a block wakes.
                    () = later, if waiting.len() > 0 => {}
                }
            }
            Err(error) => {
                library
                    .bucket()
                    .is_troubled(Work::Originals, &error.to_string());
                let pause = trouble.map_or(PAUSE_MIN, |pause| pause * 2);
                let pause = pause.min(longest_pause(&error, PAUSE_MAX));
                trouble = Some(pause);
                // The household may agree upon another bucket meanwhile.
                let mut agreed = library.agreed();
                agreed.mark_unchanged();
                tokio::select! {
                    changed = agreed.changed() => if changed.is_err() { return },
                    () = library.bucket().rest(pause) => {}
                }
            }
        }
    }
}

/// Claims, uploads and records some originals; after trouble one, if there is any. False: there is
/// nothing to be done now.
async fn round(
    library: &Library,
    waiting: &mut Waiting,
    after_trouble: bool,
) -> Result<bool, LibraryError> {
    let link = library.bucket();
    let Some(bucket) = link.open().await else {
        return Ok(false);
    };
    let bucket = bucket?;
    let address = bucket.to_string();
    look(library, waiting, &address).await?;
    let limit = if after_trouble { 1 } else { CLAIMED_AT_ONCE };
    let ready = waiting.ready(limit, Instant::now());
    if ready.is_empty() && !after_trouble {
        return Ok(false);
    }
    // Nothing is claimed that could not be done.
    bucket.reach().await.map_err(LibraryError::Bucket)?;
    let mut claimed = claim(library, waiting, &address, ready).await?;
    if let Some(token) = claimed.iter().map(|one| one.token).max() {
        // What was purged before it was claimed is not uploaded: see `purging`.
        library.shows(token).await?;
        look(library, waiting, &address).await?;
        claimed.retain(|one| waiting.holds(one.id, one.life));
    }
    if claimed.is_empty() {
        link.is_well(Work::Originals);
        return Ok(false);
    }
    let stored = store(library, waiting, &bucket, &address, claimed).await;
    link.note(|status| status.waiting = Some(waiting.len()));
    stored?;
    link.is_well(Work::Originals);
    Ok(true)
}

async fn look(library: &Library, waiting: &mut Waiting, address: &str) -> Result<(), LibraryError> {
    let (blobs, address) = (library.blobs().clone(), address.to_owned());
    let mut looking = std::mem::take(waiting);
    let looked = library.read(move |catalog| {
        looking.look(catalog.snapshot(), &blobs, &address)?;
        Ok(looking)
    });
    *waiting = looked.await?.value;
    let found = waiting.len();
    library.bucket().note(|status| status.waiting = Some(found));
    Ok(())
}

/// An original that is this device's to store.
#[derive(Clone, Debug)]
struct Claimed {
    id: PhotoId,
    /// Length in bytes.
    size: u64,
    /// Which life of it, see `Snapshot::life`.
    life: Height,
    task: TaskName,
    token: Height,
}

/// Claims originals, all at once; puts off those that are not to be had now.
async fn claim(
    library: &Library,
    waiting: &mut Waiting,
    address: &str,
    ready: Vec<(PhotoId, u64, Height)>,
) -> Result<Vec<Claimed>, LibraryError> {
    let at = address.to_owned();
    let lost = library.read(move |catalog| {
        let snapshot = catalog.snapshot();
        let times = |(id, size, life)| Ok((id, size, life, snapshot.times_lost(&at, &id)?));
        ready
            .into_iter()
            .map(times)
            .collect::<Result<Vec<_>, LibraryError>>()
    });
    let claims = lost.await?.value.into_iter();
    let claims = claims.map(async |(id, size, life, lost)| {
        let task = task(id, life, address, lost)?;
        let turn = claim::claim(library, &task).await?;
        Ok::<_, LibraryError>((id, size, life, task, turn))
    });
    let mut claimed = Vec::new();
    for claim in join_all(claims).await {
        let (id, size, life, task, turn) = claim?;
        let token = match turn {
            Turn::Ours(token) => Some(token),
            Turn::Theirs | Turn::Done => {
                waiting.put_off(id, Instant::now() + TERM);
                None
            }
            Turn::Undecided => {
                waiting.put_off(id, Instant::now() + UNDECIDED_PAUSE);
                None
            }
        };
        claimed.extend(token.map(|token| Claimed {
            id,
            size,
            life,
            task,
            token,
        }));
    }
    Ok(claimed)
}

/// Uploads what was claimed, some at a time, and records what is stored as it comes.
async fn store(
    library: &Library,
    waiting: &mut Waiting,
    bucket: &Bucket,
    address: &str,
    claimed: Vec<Claimed>,
) -> Result<(), LibraryError> {
    let mut held = claimed.clone();
    let mut stored = Vec::new();
    let mut recorded = Instant::now();
    let mut renewal = tokio::time::interval_at((recorded + RENEW_EVERY).into(), RENEW_EVERY);
    let mut uploads = stream::iter(claimed)
        .map(|one| upload(library, bucket, one))
        .buffer_unordered(UPLOADS_AT_ONCE);
    let ended = loop {
        let (one, put) = tokio::select! {
            _ = renewal.tick() => {
                renew(library, &held).await?;
                continue;
            }
            uploaded = uploads.next() => match uploaded {
                Some(uploaded) => uploaded,
                None => break Ok(()),
            },
        };
        match put {
            Ok(()) => stored.push(one),
            Err(error) if error.is_about_all() => break Err(LibraryError::Bucket(error)),
            Err(error) => {
                tracing::error!(%error, "an original was not stored in the bucket; it is tried again at the next start");
                library.bucket().note(|status| status.failed += 1);
                waiting.forget(one.id);
                held.retain(|other| other.id != one.id);
            }
        }
        if recorded.elapsed() >= RECORD_EVERY {
            record(library, waiting, address, &mut held, &mut stored).await?;
            recorded = Instant::now();
        }
    };
    record(library, waiting, address, &mut held, &mut stored).await?;
    ended
}

/// Uploads an original. One that turns out to be damaged here is brought anew first.
async fn upload(
    library: &Library,
    bucket: &Bucket,
    one: Claimed,
) -> (Claimed, Result<(), BucketError>) {
    let put = put(library, bucket, &one).await;
    match put {
        Err(error) if !error.is_about_all() => {
            match exchange::mend_if_damaged(library, one.id).await {
                Ok(true) => {
                    let again = self::put(library, bucket, &one).await;
                    (one, again)
                }
                // Said where it was found.
                Ok(false) | Err(_) => (one, Err(error)),
            }
        }
        put => (one, put),
    }
}

async fn put(library: &Library, bucket: &Bucket, one: &Claimed) -> Result<(), BucketError> {
    let id = original_id(one.id, one.life);
    let opened = library.blobs().open_range(&BlobId(one.id.0), None).await;
    let put = match opened {
        Ok(original) => {
            let bytes = original.stream.map_err(io::Error::other);
            bucket.put_original(id, one.size, bytes).await
        }
        Err(error) => {
            let bytes = stream::iter([Err(io::Error::other(error))]);
            bucket.put_original(id, one.size, bytes).await
        }
    };
    put.map(drop)
}

/// Records what is stored, together, for all devices to know; then its tasks are done.
async fn record(
    library: &Library,
    waiting: &mut Waiting,
    address: &str,
    held: &mut Vec<Claimed>,
    stored: &mut Vec<Claimed>,
) -> Result<(), LibraryError> {
    if stored.is_empty() {
        return Ok(());
    }
    stored.sort_unstable_by_key(|one| (one.life, one.id));
    let of_one_life = stored.chunk_by(|one, other| one.life == other.life);
    let edits = of_one_life.map(|lot| LibraryEdit::Stored {
        bucket: address.to_owned(),
        originals: lot.iter().map(|one| one.id).collect(),
        life: lot.first().map_or(0, |one| one.life),
        verified_ms: now_ms(),
    });
    let edits = edits.map(|edit| edit.encode()).collect();
    send(library, edits).await?;
    let done = std::mem::take(stored);
    held.retain(|one| !done.iter().any(|other| other.id == one.id));
    let count = done.len() as u64;
    library.bucket().note(|status| status.stored += count);
    let finished = done.into_iter().map(async |one| {
        claim::finish(library, one.task, one.token).await?;
        Ok::<_, LibraryError>(one.id)
    });
    for id in join_all(finished).await {
        waiting.forget(id?);
    }
    Ok(())
}

/// Keeps what is being worked at.
async fn renew(library: &Library, held: &[Claimed]) -> Result<(), LibraryError> {
    let renewals = held
        .iter()
        .map(|one| claim::renew(library, &one.task, one.token));
    for renewed in join_all(renewals).await {
        renewed?;
    }
    Ok(())
}

/// What the task of storing an original is called. In each life it is another one, and each time the
/// bucket has lost it.
pub(super) fn task(
    id: PhotoId,
    life: Height,
    address: &str,
    lost: u64,
) -> Result<TaskName, LibraryError> {
    let mut name = match life {
        0 => format!("store original {id} in {address}"),
        life => format!("store original {id}, purged at block {life} before, in {address}"),
    };
    if lost > 0 {
        // Writing to a String cannot fail.
        let _ = write!(name, ", lost there {lost} times");
    }
    TaskName::new(name.as_bytes()).map_err(LibraryError::Task)
}
