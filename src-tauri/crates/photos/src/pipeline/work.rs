//! The threads of an import and the queues between them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use kinfolio_said::Said;
use tokio::sync::mpsc;

use super::walk::{self, Found, Walk};
use super::{ImportError, Outcome, Pipeline, Prepared, Progress, Summary, sentences};
use crate::Cancel;
use crate::blobs::{BlobError, BlobId, Staged};
use crate::described::Described;
use crate::described::beside::Beside;
use crate::metadata::Metadata;
use crate::names::{escaped, escaped_path};
use crate::source::Source;

/// Paths that the walk may be ahead of the work: about 10 MB, thrice that where each photo has
/// files beside it.
const AHEAD_MAX: usize = 65_536;
/// Originals that are made durable together.
const GROUP_MAX: usize = 32;
const TICK: Duration = Duration::from_millis(100);

/// A file on its way from a worker to the publisher.
struct Finished {
    path: PathBuf,
    staged: Staged,
    /// `None` when the ledger knows the file but the store had lost it.
    fresh: Option<(String, String, Metadata)>,
    /// From the file and those beside it; of a file that is not fresh, from those beside it.
    described: Described,
}

/// What all threads of one import share.
struct Job<'a> {
    pipeline: &'a Pipeline,
    sink: mpsc::Sender<Outcome>,
    /// Raised by the user or by whatever ends the import.
    stop: Cancel,
    fatal: Mutex<Option<ImportError>>,
    /// Originals that this import met first; 32 bytes for each new photo.
    met: Mutex<HashSet<BlobId>>,
    counts: Counts,
    current: Mutex<String>,
    ticked: Mutex<Instant>,
}

#[derive(Default)]
struct Counts {
    found: AtomicU64,
    scanned: AtomicBool,
    ready: AtomicU64,
    duplicate: AtomicU64,
    rejected: AtomicU64,
    bytes: AtomicU64,
}

pub(super) fn run(
    pipeline: &Pipeline,
    paths: Vec<PathBuf>,
    sink: mpsc::Sender<Outcome>,
    cancel: &Cancel,
) -> Result<Summary, ImportError> {
    let job = Job {
        pipeline,
        sink,
        stop: cancel.child(),
        fatal: Mutex::default(),
        met: Mutex::default(),
        counts: Counts::default(),
        current: Mutex::default(),
        ticked: Mutex::new(Instant::now()),
    };
    let workers = pipeline.options.workers.max(1);
    let (found_in, found_out) = sync_channel(AHEAD_MAX);
    let (finished_in, finished_out) = sync_channel(GROUP_MAX.max(workers * 2));
    let found_out = Mutex::new(found_out);
    let ended = thread::scope(|scope| {
        let (job, found_out) = (&job, &found_out);
        let mut threads = vec![scope.spawn(move || job.walk(&paths, &found_in))];
        for _ in 0..workers {
            let finished_in = finished_in.clone();
            threads.push(scope.spawn(move || job.work(found_out, &finished_in)));
        }
        drop(finished_in);
        threads.push(scope.spawn(move || job.publish(&finished_out)));
        // Every thread is waited for, so that none that panicked is overlooked.
        let panicked = threads
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .filter(Result::is_err);
        panicked.count() == 0
    });
    job.finish(ended)
}

impl Job<'_> {
    /// Ends the import; the first reason stays.
    fn fail(&self, error: ImportError) {
        lock(&self.fatal).get_or_insert(error);
        self.stop.cancel();
    }

    fn send(&self, outcome: Outcome) {
        if self.sink.blocking_send(outcome).is_err() {
            self.stop.cancel(); // Nobody listens any more.
        }
    }

    fn reject(&self, path: String, reason: Said) {
        self.counts.rejected.fetch_add(1, Ordering::Relaxed);
        self.send(Outcome::Rejected { path, reason });
    }

    fn duplicate(&self, path: &Path, (id, size): (BlobId, u64), described: Described) {
        self.counts.duplicate.fetch_add(1, Ordering::Relaxed);
        let is_silent = described == Described::default();
        self.send(Outcome::Duplicate {
            path: escaped_path(path),
            id,
            size,
            described: (!is_silent).then(|| Box::new(described)),
        });
    }

    fn walk(&self, paths: &[PathBuf], queue: &SyncSender<Found>) {
        let own = [self.pipeline.blobs.dir(), self.pipeline.thumbs.dir()];
        let excluded: Vec<PathBuf> = own
            .iter()
            .filter_map(|dir| fs::canonicalize(dir).ok())
            .collect();
        for found in Walk::new(paths, excluded).found() {
            if self.stop.is_cancelled() || queue.send(found).is_err() {
                return;
            }
            self.counts.found.fetch_add(1, Ordering::Relaxed);
            self.tick(false);
        }
        self.counts.scanned.store(true, Ordering::Relaxed);
    }

    /// Takes files until the walk has ended; after a stop only empties the queue,
    /// so that the walk is never left waiting.
    fn work(&self, queue: &Mutex<Receiver<Found>>, publisher: &SyncSender<Finished>) {
        loop {
            let Ok(found) = lock(queue).recv() else {
                return;
            };
            match found {
                _ if self.stop.is_cancelled() => {}
                Found::Rejected { path, reason } => self.reject(path, reason),
                Found::File {
                    path,
                    folder,
                    beside,
                } => {
                    let beside = beside.unwrap_or_default();
                    if let Err(error) = self.import(path, folder, &beside, publisher) {
                        self.fail(error);
                    }
                }
            }
            self.tick(false);
        }
    }

    fn import(
        &self,
        path: PathBuf,
        folder: String,
        beside: &Beside,
        publisher: &SyncSender<Finished>,
    ) -> Result<(), ImportError> {
        let name = path.file_name().map(escaped).unwrap_or_default();
        lock(&self.current).clone_from(&name);
        let Pipeline {
            blobs,
            known,
            options,
            ..
        } = self.pipeline;
        let mut staged = match blobs.stage_file(&path, options.keep_max, &self.stop) {
            Ok(staged) => staged,
            Err(error) => return self.not_staged(&path, error),
        };
        self.counts.bytes.fetch_add(staged.size, Ordering::Relaxed);
        let said = beside.read();
        let copy = (staged.id, staged.size);
        let (fresh, described) = if known(&staged.id) {
            let described = said.accounts.united();
            if blobs.len(&staged.id)? == Some(staged.size) {
                self.duplicate(&path, copy, described);
                return Ok(());
            }
            (None, described)
        } else if lock(&self.met).insert(staged.id) {
            let copy = staged.write_copy(blobs)?.to_owned();
            let source = Source::new(&copy, staged.size, staged.bytes.take());
            let (metadata, described) =
                self.pipeline
                    .inspect(source, &staged.id, &name, staged.modified, said)?;
            (Some((name, folder, metadata)), described)
        } else {
            self.duplicate(&path, copy, said.accounts.united());
            return Ok(());
        };
        // The publisher outlives the workers; it only ends early by a bug.
        publisher
            .send(Finished {
                path,
                staged,
                fresh,
                described,
            })
            .map_err(|_| ImportError::Broken)
    }

    fn not_staged(&self, path: &Path, error: BlobError) -> Result<(), ImportError> {
        let reason = match error {
            BlobError::Cancelled => return Ok(()),
            BlobError::Read { source, .. } => walk::reason(&source),
            BlobError::Empty { .. } => sentences::EMPTY.into(),
            BlobError::Changed { .. } => sentences::CHANGED.into(),
            other => return Err(other.into()),
        };
        self.reject(escaped_path(path), reason);
        Ok(())
    }

    /// Makes originals durable in groups and reports them.
    fn publish(&self, queue: &Receiver<Finished>) {
        let mut store_fails = false;
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            while group.len() < GROUP_MAX {
                let Ok(next) = queue.try_recv() else { break };
                group.push(next);
            }
            // What is finished is published also after a cancel, and when a
            // worker met a full disk: naming a copy takes next to no space.
            if !store_fails {
                store_fails = self
                    .publish_group(group)
                    .map_err(|error| self.fail(error))
                    .is_err();
            }
        }
    }

    fn publish_group(&self, group: Vec<Finished>) -> Result<(), ImportError> {
        let mut about = Vec::with_capacity(group.len());
        let mut files = Vec::with_capacity(group.len());
        for finished in group {
            about.push((finished.path, finished.fresh, finished.described));
            files.push(finished.staged);
        }
        let stored = self.pipeline.blobs.publish(files)?;
        for ((path, fresh, described), stored) in about.into_iter().zip(stored) {
            let (id, size, new) = (stored.id, stored.size, stored.new);
            if let Some((name, folder, metadata)) = fresh {
                self.counts.ready.fetch_add(1, Ordering::Relaxed);
                self.send(Outcome::Ready(Box::new(Prepared {
                    path,
                    name,
                    folder,
                    id,
                    size,
                    new,
                    metadata,
                    described,
                })));
            } else {
                self.duplicate(&path, (id, size), described);
            }
        }
        self.tick(false);
        Ok(())
    }

    /// Reports how far the import is, not more often than every [`TICK`]. A
    /// report that finds the sink full is left out.
    fn tick(&self, last: bool) {
        {
            let mut ticked = lock(&self.ticked);
            if !last && ticked.elapsed() < TICK {
                return;
            }
            *ticked = Instant::now();
        }
        let summary = self.summary();
        let progress = Outcome::Progress(Progress {
            found: summary.found,
            scanned: self.counts.scanned.load(Ordering::Relaxed),
            processed: summary.ready + summary.duplicate + summary.rejected,
            bytes: summary.bytes,
            current: lock(&self.current).clone(),
        });
        if last {
            self.send(progress);
        } else {
            // A full or closed sink is met again at the next outcome.
            let _ = self.sink.try_send(progress);
        }
    }

    fn summary(&self) -> Summary {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Summary {
            found: read(&self.counts.found),
            ready: read(&self.counts.ready),
            duplicate: read(&self.counts.duplicate),
            rejected: read(&self.counts.rejected),
            bytes: read(&self.counts.bytes),
            cancelled: self.stop.is_cancelled(),
        }
    }

    fn finish(&self, ended: bool) -> Result<Summary, ImportError> {
        if let Some(error) = lock(&self.fatal).take() {
            return Err(error);
        }
        if !ended {
            return Err(ImportError::Broken);
        }
        self.tick(true);
        Ok(self.summary())
    }
}

/// A lock whose holder panicked still guards sound data here: plain values.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
