//! One import while it runs: takes what the pipeline has prepared and writes it into the chain.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use kinfolio_catalog::{ActionId, Occasion, PhotoId};
use kinfolio_photos::{Cancel, ImportError, Outcome, Prepared, Summary};
use tokio::sync::{mpsc, watch};

use super::batch::Batch;
use super::journal::{self, Plan};
use super::unite::{Labels, Unite};
use super::{Job, JobState, WARNED_MAX};
use crate::arrival::{self, Origin};
use crate::browse::is_stored;
use crate::edit::{now, send};
use crate::error::{Code, LibraryError};
use crate::event::Event;
use crate::household::settings;
use crate::library::Library;
use crate::sentences;

/// Prepared files that may wait for the chain.
const OUTCOMES_WAITING: usize = 64;

/// Progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Rejected files that an event names.
const REJECTED_TOLD: usize = 100;

/// How long the end of an import waits for the search index.
const INDEX_PATIENCE: Duration = Duration::from_secs(5);

/// Runs an import to its end; publishes how it goes.
pub(super) async fn run(
    library: Library,
    plan: Plan,
    publisher: watch::Sender<Job>,
    cancel: Cancel,
    resumed: bool,
) {
    let begun = Instant::now();
    let mut import = Import {
        library: &library,
        plan: &plan,
        publisher,
        cancel,
        resumed,
        batch: Batch::default(),
        unite: Unite::default(),
        met: HashSet::new(),
        added: Vec::new(),
        begun,
        told: begun,
    };
    let ended = import.work().await;
    if library.closing().is_cancelled() {
        // The journal stays: the next node takes the import up again.
        return;
    }
    import.end(ended).await;
}

struct Import<'a> {
    library: &'a Library,
    plan: &'a Plan,
    publisher: watch::Sender<Job>,
    cancel: Cancel,
    /// Whether an earlier process had begun it.
    resumed: bool,
    batch: Batch,
    unite: Unite,
    /// Photos that this run has dealt with, in a resumed import.
    met: HashSet<PhotoId>,
    added: Vec<PhotoId>,
    begun: Instant,
    told: Instant,
}

impl Import<'_> {
    /// Prepares files on threads of their own and records them as they come.
    async fn work(&mut self) -> Result<Summary, LibraryError> {
        let (sink, mut outcomes) = mpsc::channel(OUTCOMES_WAITING);
        let pipeline = arrival::pipeline(self.library);
        let (paths, cancel) = (self.plan.paths.clone(), self.cancel.clone());
        let threads = tokio::task::spawn_blocking(move || pipeline.run(paths, sink, &cancel));
        let recorded = self.record(&mut outcomes).await;
        // With the receiver gone, nothing that is still under way can block.
        drop(outcomes);
        if recorded.is_err() {
            self.cancel.cancel();
        }
        let summary = match threads.await {
            Ok(result) => result.map_err(|error| self.library.import_error(error)),
            Err(_) => Err(LibraryError::Import(ImportError::Broken)),
        };
        recorded?;
        summary
    }

    /// Takes outcomes until there are no more, and sends batches when they are due.
    async fn record(&mut self, outcomes: &mut mpsc::Receiver<Outcome>) -> Result<(), LibraryError> {
        let closing = self.library.closing();
        loop {
            let deadline = self.batch.deadline().map(tokio::time::Instant::from_std);
            let due = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = closing.cancelled() => return Err(LibraryError::Closing),
                () = due => {}
                outcome = outcomes.recv() => match outcome {
                    Some(outcome) => self.take(outcome).await?,
                    None => return self.write_united().await,
                },
            }
            if self.batch.is_due(Instant::now(), outcomes.is_empty()) {
                self.flush().await?;
            }
            if self.unite.is_due() {
                self.write_united().await?;
            }
            self.tell(false);
        }
    }

    async fn take(&mut self, outcome: Outcome) -> Result<(), LibraryError> {
        match outcome {
            Outcome::Ready(prepared) => self.ready(*prepared).await?,
            Outcome::Duplicate { id, described, .. } => {
                let id = PhotoId(id.0);
                let described = described.unwrap_or_default();
                self.unite
                    .note(id, &Labels::of_again(&self.plan.albums, &described));
                if self.resumed && self.met.insert(id) && self.is_mine(id).await? {
                    // The process that was killed had added it: for the receipt, it is added.
                    self.added.push(id);
                    self.change(|job| job.added += 1);
                } else {
                    self.duplicate(id).await?;
                }
            }
            Outcome::Rejected { path, reason } => self.change(|job| {
                job.rejected_count += 1;
                job.rejected.push((path, reason));
            }),
            Outcome::Progress(progress) => self.change(|job| {
                job.found = progress.found;
                job.bytes = progress.bytes;
                job.current = Some(progress.current).filter(|name| !name.is_empty());
                if progress.scanned {
                    job.state = JobState::Running;
                }
            }),
        }
        Ok(())
    }

    async fn ready(&mut self, prepared: Prepared) -> Result<(), LibraryError> {
        let id = PhotoId(prepared.id.0);
        let claims = self.library.claims();
        while !claims.take(id) {
            // Whoever waits holds nothing, so nobody waits for ever.
            self.flush().await?;
            claims.wait(id).await;
        }
        if self
            .library
            .read(move |catalog| Ok(catalog.keeps(&id)?))
            .await?
            .value
        {
            claims.release([id]);
            let labels = Labels::of_again(&self.plan.albums, &prepared.described);
            self.unite.note(id, &labels);
            return self.duplicate(id).await;
        }
        if !is_stored(self.library, id) {
            // What a purge deleted had lain here when it was read.
            claims.release([id]);
            let reason = sentences::PURGED.into();
            let path = prepared.path.display().to_string();
            self.change(|job| {
                job.rejected_count += 1;
                job.rejected.push((path, reason));
            });
            return Ok(());
        }
        let origin = Origin {
            import: self.plan.id,
            name: prepared.name,
            folder: prepared.folder,
            tags: &self.plan.tags,
            albums: &self.plan.albums,
            fields: &settings(self.library).fields,
        };
        if let Some(warning) = &prepared.metadata.warning {
            let warned = (prepared.path.display().to_string(), warning.clone());
            self.change(|job| {
                job.warned_count += 1;
                if job.warned.len() < WARNED_MAX {
                    job.warned.push(warned);
                }
            });
        }
        let edit = arrival::added(
            prepared.id,
            prepared.size,
            prepared.metadata,
            prepared.described,
            origin,
        );
        self.met.insert(id);
        let payload = edit.encode_on(self.occasion());
        self.batch.push(id, payload, Instant::now());
        Ok(())
    }

    /// Counts a file whose photo is there already.
    async fn duplicate(&self, id: PhotoId) -> Result<(), LibraryError> {
        let photo = self.library.read(move |view| Ok(view.photo(&id)?));
        let trashed = photo.await?.value.is_some_and(|photo| photo.trashed);
        self.change(|job| {
            job.duplicate += 1;
            job.trashed += u64::from(trashed);
        });
        Ok(())
    }

    /// All edits of this import are undone together.
    fn occasion(&self) -> Occasion {
        Occasion {
            action: Some(ActionId(self.plan.id.0)),
            ..now()
        }
    }

    /// Writes what files bring to photos that are there, those among them that came just now.
    async fn write_united(&mut self) -> Result<(), LibraryError> {
        self.flush().await?;
        let (united, occasion) = (self.unite.take(), self.occasion());
        let edits = self.library.read(move |view| united.edits(view, occasion));
        let edits = edits.await?.value;
        if !edits.is_empty() {
            send(self.library, edits).await?;
        }
        Ok(())
    }

    /// Writes the waiting records into the chain; afterwards the catalogue shows them.
    async fn flush(&mut self) -> Result<(), LibraryError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let (ids, payloads) = self.batch.take();
        let count = ids.len() as u64;
        let sent = send(self.library, payloads).await;
        self.library.claims().release(ids.iter().copied());
        sent?;
        self.added.extend(ids);
        self.change(|job| job.added += count);
        Ok(())
    }

    /// Whether this import had added the photo before its process ended.
    async fn is_mine(&self, id: PhotoId) -> Result<bool, LibraryError> {
        let mine = self.plan.id;
        let by = self
            .library
            .read(move |catalog| Ok(catalog.added_by_import(&id)?))
            .await?;
        Ok(by.value == Some(mine))
    }

    fn change(&self, change: impl FnOnce(&mut Job)) {
        let begun = self.begun;
        self.publisher.send_modify(|job| {
            job.seconds = begun.elapsed().as_secs_f64();
            change(job);
        });
    }

    /// Tells listeners how it goes, now or when it is time again.
    fn tell(&mut self, now: bool) {
        if !now && self.told.elapsed() < TELL_EVERY {
            return;
        }
        self.told = Instant::now();
        let job = self.publisher.borrow();
        let hidden = job.rejected.len().saturating_sub(REJECTED_TOLD);
        let told = Job {
            rejected: job.rejected[hidden..].to_vec(),
            warned: Vec::new(),
            ids: Vec::new(),
            current: job.current.clone(),
            error: job.error.clone(),
            paths: job.paths.clone(),
            ..*job
        };
        drop(job);
        self.library.tell(Event::Import(Box::new(told)));
    }

    async fn end(&mut self, ended: Result<Summary, LibraryError>) {
        journal::remove(&self.library.layout().imports(), self.plan.id);
        let found = tokio::time::timeout(INDEX_PATIENCE, self.library.finds()).await;
        if found.is_err() {
            tracing::warn!("the search index is late; searches will find the photos soon");
        }
        let ids = std::mem::take(&mut self.added);
        self.change(|job| {
            job.current = None;
            job.ids = ids;
            match ended {
                Ok(summary) if summary.cancelled => {
                    job.found = job.processed();
                    job.bytes = summary.bytes;
                    job.state = JobState::Cancelled;
                }
                Ok(summary) => {
                    job.found = summary.found;
                    job.bytes = summary.bytes;
                    job.state = JobState::Done;
                }
                Err(error) => {
                    tracing::error!(%error, "an import stopped");
                    job.found = job.processed();
                    job.state = JobState::Failed;
                    job.error_code = Some(match error.code() {
                        Code::DiskFull => "disk_full",
                        _ => "import_failed",
                    });
                    job.error = Some(error.to_string());
                }
            }
        });
        self.tell(true);
    }
}
