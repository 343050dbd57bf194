//! One export while it runs: one photo after the other, so that however many there are it holds one
//! file open and the records of one page.

use std::fs;
use std::io;
use std::mem;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use kinfolio_catalog::{Photo, PhotoId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::names::{Names, Place};
use super::part::Part;
use super::sidecar::{beside, is_another_programs, xmp};
use super::{ExportError, FAILED_MAX, Failed, Job, JobState, Request};
use crate::browse;
use crate::edit::Selection;
use crate::error::LibraryError;
use crate::event::Event;
use crate::library::Library;
use crate::query::{Wanted, search};

/// Photos of one page of a search.
const PAGE: usize = 1_000;

/// Progress is told at most this often.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Photos that could not be exported, of those that an event names.
const FAILED_TOLD: usize = 100;

/// How long the beginning of an export waits for the search index.
const INDEX_PATIENCE: Duration = Duration::from_secs(5);

/// Runs an export to its end; publishes how it goes.
pub(super) async fn run(
    library: Library,
    request: Request,
    publisher: watch::Sender<Job>,
    stop: CancellationToken,
) {
    let begun = Instant::now();
    let mut export = Export {
        library: &library,
        request: Arc::new(request),
        publisher,
        stop,
        names: Names::default(),
        device: 0,
        is_full: false,
        begun,
        told: begun,
    };
    let ended = export.all().await;
    export.end(ended);
}

struct Export<'a> {
    library: &'a Library,
    request: Arc<Request>,
    publisher: watch::Sender<Job>,
    /// Raised when a person stops the export, or the library closes.
    stop: CancellationToken,
    names: Names,
    /// The disk that is exported to.
    device: u64,
    /// Whether that disk had no room for a photo.
    is_full: bool,
    begun: Instant,
    told: Instant,
}

impl Export<'_> {
    async fn all(&mut self) -> Result<(), LibraryError> {
        let library = self.library;
        let _turn = self.unless_stopped(library.exports().turn()).await?;
        let to = self.request.to.clone();
        self.device = library.blocking(move || device_of(&to)).await?;
        match self.request.photos.clone() {
            Selection::Ids(ids) => {
                self.change(|job| job.found = ids.len() as u64);
                for id in ids {
                    self.photo(id, id.to_string()).await?;
                }
                Ok(())
            }
            Selection::Query(query) => self.found_by(query).await,
        }
    }

    /// Exports what a search finds, a page at a time.
    async fn found_by(&mut self, query: String) -> Result<(), LibraryError> {
        let finds = async { Ok(tokio::time::timeout(INDEX_PATIENCE, self.library.finds()).await) };
        if !matches!(self.unless_stopped(finds).await?, Ok(Ok(()))) {
            // Where a full disk holds up the index, an export of what it knows is of all the more use.
            tracing::warn!("the search index is late; what it does not know yet is not exported");
        }
        let mut cursor = None;
        loop {
            let wanted = Wanted {
                query: query.clone(),
                limit: PAGE,
                cursor,
                sort: None,
            };
            let page = self.unless_stopped(search(self.library, wanted)).await?;
            // Where photos came or went since the page before, what was dealt with counts.
            let left = page.photos.len() as u64;
            self.change(|job| {
                let found = job.processed() + left;
                job.found = match page.next {
                    Some(_) => page.total.max(found),
                    None => found,
                };
            });
            for photo in page.photos {
                self.photo(photo.id, photo.name).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Exports a photo, or notes why it cannot be. Fails only where the export was stopped.
    async fn photo(&mut self, id: PhotoId, mut name: String) -> Result<(), LibraryError> {
        let done = self.one(id, &mut name).await;
        if self.stop.is_cancelled() && done.is_err() {
            return Err(LibraryError::Closing);
        }
        match done {
            Ok(true) => self.change(|job| job.present += 1),
            Ok(false) => self.change(|job| job.exported += 1),
            Err(error) => {
                let full = matches!(&error, LibraryError::DiskFull { path } if path.starts_with(&self.request.to));
                self.is_full |= full;
                let reason = error.to_string();
                self.change(|job| {
                    job.failed_count += 1;
                    if job.failed.len() < FAILED_MAX {
                        job.failed.push(Failed { id, name, reason });
                    }
                });
            }
        }
        self.tell(false);
        Ok(())
    }

    /// Exports a photo; says whether its original was there already.
    async fn one(&mut self, id: PhotoId, name: &mut String) -> Result<bool, LibraryError> {
        let photo = self.library.read(move |view| Ok(view.photo(&id)?));
        let photo = self.unless_stopped(photo).await?.value;
        let photo = Arc::new(photo.ok_or(LibraryError::PhotoUnknown { id })?);
        name.clone_from(&photo.name);
        self.change(|job| job.current = Some(photo.name.clone()));
        let Place { path, is_there } = self.place(&photo).await?;
        if !is_there {
            self.original(&photo, &path).await?;
        }
        if self.request.sidecars {
            self.sidecar(&photo, beside(&path)).await?;
        }
        Ok(is_there)
    }

    /// Where a photo goes; its folder is there then.
    async fn place(&mut self, photo: &Arc<Photo>) -> Result<Place, LibraryError> {
        let mut names = mem::take(&mut self.names);
        let (request, photo, device) = (Arc::clone(&self.request), Arc::clone(photo), self.device);
        let place = self.library.blocking(move || {
            let (to, template) = (&request.to, &request.template);
            let placed = expect_disk(to, device).and_then(|()| {
                let place = names.place(to, template, &photo);
                if let Some(folder) = place.path.parent() {
                    let made = fs::create_dir_all(folder);
                    made.map_err(|source| LibraryError::io("create", folder, source))?;
                }
                Ok(place)
            });
            Ok((names, placed))
        });
        let (names, placed) = self.unless_stopped(place).await?;
        self.names = names;
        placed
    }

    /// Writes an original. Its file is begun first: what cannot be written need not be fetched.
    async fn original(&mut self, photo: &Photo, path: &Path) -> Result<(), LibraryError> {
        self.expect_room(photo.size).await?;
        let failed = |source| LibraryError::io("write", path, source);
        let mut part = self.part(path).await?;
        let opening = browse::original(self.library, photo, None);
        let mut pieces = self.unless_stopped(opening).await?;
        loop {
            let next = async { Ok(pieces.next().await) };
            let Some(piece) = self.unless_stopped(next).await? else {
                return part.put_new(path).await.map_err(failed);
            };
            let piece = piece.map_err(|error| LibraryError::NotFetched {
                id: photo.id,
                reason: error.to_string(),
            })?;
            part.write(&piece).await.map_err(failed)?;
            self.change(|job| job.bytes += piece.len() as u64);
            self.tell(false);
        }
    }

    /// Writes what was said of a photo; what another program wrote stays.
    async fn sidecar(&mut self, photo: &Photo, path: PathBuf) -> Result<(), LibraryError> {
        let looked = path.clone();
        let look = move || Ok(is_another_programs(&looked));
        if self.library.blocking(look).await? {
            self.change(|job| job.sidecars_left += 1);
            return Ok(());
        }
        let failed = |source| LibraryError::io("write", &path, source);
        let mut part = self.part(&path).await?;
        part.write(xmp(photo).as_bytes()).await.map_err(failed)?;
        part.put(&path).await.map_err(failed)
    }

    async fn part(&self, path: &Path) -> Result<Part, LibraryError> {
        let id = self.publisher.borrow().id;
        let folder = path.parent().unwrap_or(&self.request.to);
        let part = Part::create(folder, id).await;
        part.map_err(|source| LibraryError::io("write", path, source))
    }

    /// On a disk that was full once, larger photos are not begun in vain, while smaller ones still fit.
    async fn expect_room(&self, bytes: u64) -> Result<(), LibraryError> {
        if !self.is_full {
            return Ok(());
        }
        let to = self.request.to.clone();
        let measure = move || match fs4::available_space(&to) {
            Ok(room) if room < bytes => Err(LibraryError::DiskFull { path: to }),
            // Where it cannot be measured, it shows in the writing.
            _ => Ok(()),
        };
        self.library.blocking(measure).await
    }

    /// Does what may take long and leaves nothing behind, unless the export is stopped meanwhile.
    async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = Result<T, LibraryError>>,
    ) -> Result<T, LibraryError> {
        let done = self.stop.run_until_cancelled(work).await;
        done.unwrap_or(Err(LibraryError::Closing))
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
        let hidden = job.failed.len().saturating_sub(FAILED_TOLD);
        let told = Job {
            failed: job.failed[hidden..].to_vec(),
            current: job.current.clone(),
            error: job.error.clone(),
            to: job.to.clone(),
            ..*job
        };
        drop(job);
        self.library.tell(Event::Export(Box::new(told)));
    }

    fn end(&mut self, ended: Result<(), LibraryError>) {
        let by_a_person = self.stop.is_cancelled() && !self.library.closing().is_cancelled();
        self.change(|job| {
            job.current = None;
            job.state = match ended {
                Ok(()) => JobState::Done,
                Err(_) if by_a_person => JobState::Cancelled,
                Err(error) => {
                    tracing::error!(%error, "an export stopped");
                    job.error = Some(error.to_string());
                    JobState::Failed
                }
            };
        });
        self.tell(true);
    }
}

fn device_of(folder: &Path) -> Result<u64, LibraryError> {
    let found = fs::metadata(folder);
    let found = found.map_err(|source| LibraryError::io("open", folder, source))?;
    match found.is_dir() {
        true => Ok(found.dev()),
        false => {
            let source = io::ErrorKind::NotADirectory.into();
            Err(LibraryError::io("open", folder, source))
        }
    }
}

/// Whether the folder still lies on its disk. One that was taken away leaves an empty folder, or none,
/// and what would be written there would fill another disk.
fn expect_disk(folder: &Path, device: u64) -> Result<(), LibraryError> {
    if device_of(folder)? == device {
        return Ok(());
    }
    let path = folder.to_path_buf();
    Err(ExportError::OtherDisk { path }.into())
}
