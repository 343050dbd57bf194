//! An original on its way here: from the first of those that may hold it to answer, and from the next
//! one where it breaks off.
//!
//! The most promising is asked first and has a head start; whoever hangs holds up nobody for long.

use std::collections::VecDeque;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, FuturesUnordered};
use futures_util::{FutureExt, Stream, StreamExt, stream};
use kinfolio_catalog::{Photo, PhotoId};
use kinfolio_node::{DeviceId, FetchError, FileKind};

use super::{PIECE_TIME_MAX, file, out_of_reach, within_reach};
use crate::bucket;
use crate::error::LibraryError;
use crate::library::Library;

/// How long one that is asked may take to begin before the next one is asked as well.
const HEAD_START: Duration = Duration::from_secs(2);

/// How long the first piece may take after the last one was asked: a disk that sleeps wakes in less.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

/// Whoever may hold an original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Device(DeviceId),
    Bucket,
    /// The bucket that this device was restored from, if the household uses another one.
    Origin,
}

/// Whom to ask for the original of `photo`, the most promising first.
pub(super) fn sources(library: &Library, photo: &Photo) -> Vec<Source> {
    let devices = within_reach(library, Some(photo.added_by)).into_iter();
    let origin = library.origin().address();
    let is_another = origin.is_some() && origin != library.bucket().address().as_deref();
    devices
        .map(Source::Device)
        .chain([Source::Bucket])
        .chain(is_another.then_some(Source::Origin))
        .collect()
}

type Pieces = BoxStream<'static, io::Result<Bytes>>;

/// What came of asking: its pieces, or nothing where it is not held.
type Answer = Result<Option<Pieces>, LibraryError>;

/// An original on its way here.
pub(super) struct Incoming {
    library: Library,
    id: PhotoId,
    size: u64,
    added_by: DeviceId,
    /// Bytes that have come.
    offset: u64,
    /// Who may still be asked.
    sources: VecDeque<Source>,
    givers: Givers,
    open: Option<Pieces>,
    /// What went wrong last.
    failure: Option<String>,
}

/// Whom the bytes came from.
#[derive(Clone, Debug, Default)]
pub(super) struct Givers(Arc<Mutex<Vec<Source>>>);

impl Givers {
    pub(super) fn all(&self) -> Vec<Source> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn add(&self, source: Source) {
        let mut givers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        givers.push(source);
    }
}

impl Incoming {
    pub(super) fn new(library: &Library, photo: &Photo, sources: Vec<Source>) -> Self {
        Self {
            library: library.clone(),
            id: photo.id,
            size: photo.size,
            added_by: photo.added_by,
            offset: 0,
            sources: sources.into(),
            givers: Givers::default(),
            open: None,
            failure: None,
        }
    }

    /// Whom the bytes come from, up to now and later.
    pub(super) fn givers(&self) -> Givers {
        self.givers.clone()
    }

    /// Opens the original at the first of those that may still be asked to answer.
    pub(super) async fn find(&mut self) -> Result<(), LibraryError> {
        let mut asked = FuturesUnordered::new();
        let mut under_way = Vec::new();
        let mut trouble = None;
        loop {
            if asked.is_empty() && self.sources.is_empty() {
                return Err(trouble.unwrap_or_else(|| self.missing()));
            }
            let patience = match (asked.is_empty(), self.sources.is_empty()) {
                (true, _) => Duration::ZERO,
                (false, false) => HEAD_START,
                (false, true) => ANSWER_TIME_MAX,
            };
            let answered = tokio::time::timeout(patience, asked.next()).await;
            let Some((source, answer)) = answered.ok().flatten() else {
                let Some(next) = self.sources.pop_front() else {
                    self.failure = Some("nobody who may hold it has begun to give it".to_owned());
                    return Err(trouble.unwrap_or_else(|| self.missing()));
                };
                under_way.push(next);
                asked.push(self.ask(next));
                continue;
            };
            under_way.retain(|one| *one != source);
            match answer {
                Ok(Some(pieces)) => {
                    self.open = Some(pieces);
                    self.givers.add(source);
                    // Those that were only slower may be asked again, should this one break off.
                    self.sources.extend(under_way);
                    return Ok(());
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(id = %self.id, ?source, %error, "an original cannot be fetched");
                    self.failure = Some(error.to_string());
                    if let Source::Bucket | Source::Origin = source {
                        trouble = Some(error);
                    }
                }
            }
        }
    }

    /// Asks one for the bytes that have not come yet.
    fn ask(&self, source: Source) -> BoxFuture<'static, (Source, Answer)> {
        let (library, id, size, offset) = (self.library.clone(), self.id, self.size, self.offset);
        let asking = async move {
            let answer = match source {
                Source::Device(device) => ask_device(&library, device, id, size, offset).await,
                Source::Bucket => bucket::fetch(&library, id, size, offset).await,
                Source::Origin => bucket::fetch_from_origin(&library, id, size, offset).await,
            };
            (source, answer)
        };
        asking.boxed()
    }

    fn missing(&self) -> LibraryError {
        let members = self.library.node().status().members;
        let added_by = members.into_iter().find(|one| one.id == self.added_by);
        let (link, origin) = (self.library.bucket(), self.library.origin());
        let origin = || origin.address().map(str::to_owned);
        LibraryError::OriginalMissing {
            id: self.id,
            added_by: added_by.map(|one| one.name),
            away: out_of_reach(&self.library),
            bucket: link.address().or_else(origin),
        }
    }

    /// All bytes; from the next one where one breaks off.
    pub(super) fn pieces(self) -> impl Stream<Item = io::Result<Bytes>> + Send {
        stream::try_unfold(self, |mut incoming| async move {
            let piece = incoming.next().await?;
            Ok(piece.map(|piece| (piece, incoming)))
        })
    }

    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let Some(open) = &mut self.open else {
                if self.find().await.is_err() {
                    let failure = self.failure.take();
                    let failure = failure.unwrap_or_else(|| "it broke off".to_owned());
                    return Err(io::Error::other(failure));
                }
                continue;
            };
            let next = pin!(open.next());
            match tokio::time::timeout(PIECE_TIME_MAX, next).await {
                Ok(Some(Ok(piece))) => {
                    self.offset += piece.len() as u64;
                    if self.offset > self.size {
                        return Err(io::Error::other("more bytes came than the original has"));
                    }
                    return Ok(Some(piece));
                }
                Ok(None) if self.offset == self.size => return Ok(None),
                Ok(None) => self.failure = Some("it broke off".to_owned()),
                Ok(Some(Err(error))) => self.failure = Some(error.to_string()),
                Err(_) => self.failure = Some("nothing came any more".to_owned()),
            }
            self.open = None;
        }
    }
}

async fn ask_device(
    library: &Library,
    device: DeviceId,
    id: PhotoId,
    size: u64,
    offset: u64,
) -> Answer {
    let wanted = file(FileKind::Original, id);
    let reason = match library.node().fetch(device, wanted, offset).await {
        Ok(opened) if opened.size == size => return Ok(Some(opened.pieces)),
        Ok(opened) => format!("it is held with {} bytes instead of {size}", opened.size),
        Err(FetchError::NotThere) => return Ok(None),
        Err(error) => error.to_string(),
    };
    Err(LibraryError::NotFetched { id, reason })
}
