//! The household's bucket as this device uses it, and how it gets on with it. Opened when it is
//! first needed, and again until that succeeds: a disk may be mounted later than the library is
//! opened, and the household may agree upon another bucket at any time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kinfolio_bucket::{Address, Bucket, BucketError, Contents};
use kinfolio_catalog::Settings;
use kinfolio_node::recovery_key;
use tokio::sync::watch;

use super::ledger::Kept;
use crate::error::LibraryError;
use crate::library::node_error;

/// The variable that says which bucket, whatever the household has agreed upon.
const URL: &str = "KINFOLIO_BUCKET_URL";

/// The variable that says, with 1, that a new bucket is to be encrypted.
const ENCRYPTED: &str = "KINFOLIO_BUCKET_ENCRYPTED";

/// How long to wait at most until a bucket that was not there is looked for again.
const AWAY_PAUSE_MAX: Duration = Duration::from_secs(10);

/// How this device gets on with the bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The bucket's address; `None` if what is set is none.
    pub bucket: Option<String>,
    /// Whether what is put there is encrypted; before the bucket was asked, whether it is to be.
    pub encrypted: bool,
    /// Whether it has a vote in the household.
    pub votes: bool,
    /// What is wrong, and what to do; `None` if nothing is, as far as is known.
    pub trouble: Option<String>,
    /// Originals that the household is known to have stored there; `None` until they are counted.
    pub originals: Option<u64>,
    /// Originals of the household that it is not known to hold, whether or not it answers; `None`
    /// until they are counted.
    pub waiting: Option<u64>,
    /// Originals that it is known not to hold, though the household says so.
    pub lost: u64,
    /// Originals that this device has stored there since the start.
    pub stored: u64,
    /// Originals that it could not store since the start, for a fault of their own.
    pub failed: u64,
    /// How many blocks of the ledger it holds, from the founding one on; `None` until that is known.
    pub blocks: Option<u64>,
    /// How many blocks it does not hold yet; `None` until that is known.
    pub blocks_behind: Option<u64>,
}

/// What a device does with the bucket, each with troubles of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// No work: the household has another ledger, which is told before all else.
    Rivals,
    /// Whether it answers at all.
    Reach,
    Originals,
    /// What the household has stored there is missing.
    Lost,
    Purge,
    Ledger,
    Loss,
    Vote,
    News,
    Checkpoints,
    /// Whether it is encrypted as the household says; until that says something else.
    Setting,
}

/// The bucket that is set, if one is.
pub(crate) struct Link {
    /// As this device's environment has it: it may hold what must not be shown.
    environment: Option<String>,
    /// The library's folder.
    root: PathBuf,
    agreed: watch::Receiver<Settings>,
    state: Mutex<State>,
    kept: tokio::sync::Mutex<Kept>,
    /// Changes when something goes well again that did not.
    recovered: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    /// What the rest is about.
    url: Option<String>,
    /// Whether the household wants it encrypted.
    encrypted: bool,
    opened: Option<Arc<Bucket>>,
    status: Status,
    /// What is wrong with each work, if anything is.
    troubles: BTreeMap<Work, String>,
}

impl Link {
    /// What this process's environment says, or else the household, for the library in `root`.
    pub(crate) fn new(root: &Path, agreed: watch::Receiver<Settings>) -> Self {
        let url = std::env::var_os(URL).map(|url| url.to_string_lossy().into_owned());
        Self {
            environment: url.filter(|url| !url.trim().is_empty()),
            root: root.to_path_buf(),
            agreed,
            state: Mutex::default(),
            kept: tokio::sync::Mutex::default(),
            recovered: watch::Sender::new(0),
        }
    }

    /// The bucket's address as the household writes it down; `None` where there is none.
    pub(crate) fn address(&self) -> Option<String> {
        self.lock().status.bucket.clone()
    }

    /// The bucket, open; `None` where none is set. At first it is asked whether it is encrypted.
    pub(crate) async fn open(&self) -> Option<Result<Arc<Bucket>, LibraryError>> {
        let (url, opened) = {
            let state = self.lock();
            (state.url.clone()?, state.opened.clone())
        };
        Some(match opened {
            Some(bucket) => Ok(bucket),
            None => self.open_first(&url).await,
        })
    }

    async fn open_first(&self, url: &str) -> Result<Arc<Bucket>, LibraryError> {
        let bucket = connect(url)?;
        let wished = self.is_wished_encrypted();
        let contents = bucket.contents().await.map_err(LibraryError::Bucket)?;
        let wrong = bucket.unfit(contents, wished);
        let bucket = match (contents, wished) {
            // Nothing goes there in the clear that was to be encrypted.
            (Contents::Plain, true) => {
                return Err(LibraryError::Bucket(BucketError::NotEncrypted {
                    bucket: bucket.to_string(),
                }));
            }
            (Contents::Plain | Contents::Nothing, false) => bucket,
            (Contents::Encrypted, _) | (Contents::Nothing, true) => {
                let key = recovery_key(&self.root);
                let key = key.map_err(|error| node_error(&self.root, error))?;
                bucket.encrypted(&key.bucket_key())
            }
        };
        let bucket = Arc::new(bucket);
        let mut state = self.lock();
        // Meanwhile the household may have agreed upon another one.
        if state.url.as_deref() == Some(url) {
            state.status.encrypted = bucket.is_encrypted();
            // It is used as it is. The environment says it of new ones only.
            if let Some(wrong) = wrong.filter(|_| self.environment.is_none()) {
                state.troubles.insert(Work::Setting, wrong.to_string());
            }
            state.opened = Some(Arc::clone(&bucket));
        }
        Ok(bucket)
    }

    /// How much of the ledger it is known to hold.
    pub(super) fn kept(&self) -> &tokio::sync::Mutex<Kept> {
        &self.kept
    }

    pub(crate) fn status(&self) -> Option<Status> {
        let state = self.lock();
        state.url.is_some().then(|| Status {
            trouble: state.troubles.values().next().cloned(),
            ..state.status.clone()
        })
    }

    /// Notes what has come about.
    pub(crate) fn note(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.lock().status);
    }

    /// Notes what is wrong, and tells it once.
    pub(crate) fn is_troubled(&self, work: Work, trouble: &str) {
        let mut now = self.lock();
        let is_told = now.troubles.values().any(|told| told == trouble);
        now.troubles.insert(work, trouble.to_owned());
        if !is_told {
            tracing::warn!("{trouble}");
        }
    }

    /// Whether something is wrong with this work.
    pub(super) fn has_trouble(&self, work: Work) -> bool {
        self.lock().troubles.contains_key(&work)
    }

    /// Notes that nothing is wrong any more.
    pub(crate) fn is_well(&self, work: Work) {
        let mut now = self.lock();
        if now.troubles.remove(&work).is_none() {
            return;
        }
        if now.troubles.is_empty() {
            tracing::info!(bucket = now.status.bucket, "the bucket is in use again");
        }
        drop(now);
        // The rest may go well again, too.
        self.recovered.send_modify(|times| *times += 1);
    }

    /// Waits after trouble: so long, or until other work with the bucket goes well again.
    pub(super) async fn rest(&self, pause: Duration) {
        let mut recovered = self.recovered.subscribe();
        // Its sender lives as long as this.
        let _ = tokio::time::timeout(pause, recovered.changed()).await;
    }

    /// Whether a new bucket is to be encrypted.
    fn is_wished_encrypted(&self) -> bool {
        std::env::var_os(ENCRYPTED).is_some_and(|value| value == "1")
            || self.agreed.borrow().bucket_encrypted
    }

    /// The state of the bucket that is set now.
    fn lock(&self) -> MutexGuard<'_, State> {
        // It is whole at every moment, whoever panicked.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let url = match &self.environment {
            Some(url) => Some(url.clone()),
            None => self.agreed.borrow().bucket.clone(),
        };
        let encrypted = self.agreed.borrow().bucket_encrypted;
        if (state.url.as_ref(), state.encrypted) != (url.as_ref(), encrypted) {
            let address = url.as_deref().map(str::parse::<Address>).transpose();
            let trouble = address.as_ref().err().map(ToString::to_string);
            *state = State {
                url,
                encrypted,
                opened: None,
                status: Status {
                    bucket: address.ok().flatten().map(|address| address.to_string()),
                    encrypted: self.is_wished_encrypted(),
                    ..Status::default()
                },
                troubles: trouble
                    .map(|told| (Work::Originals, told))
                    .into_iter()
                    .collect(),
            };
        }
        state
    }
}

/// How long to wait at most after this trouble: it costs next to nothing to look whether a bucket is
/// there.
pub(super) fn longest_pause(error: &LibraryError, usual: Duration) -> Duration {
    match error {
        LibraryError::Bucket(
            BucketError::Unreachable { .. } | BucketError::NoSuchBucket { .. },
        ) => usual.min(AWAY_PAUSE_MAX),
        _ => usual,
    }
}

/// The bucket at this address, with what this process's environment says. Asks nothing of it.
pub(crate) fn connect(url: &str) -> Result<Bucket, LibraryError> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let opened = url
        .parse::<Address>()
        .and_then(|address| Bucket::open(&address, variables));
    opened.map_err(LibraryError::Bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_rests_after_trouble_goes_on_when_other_work_goes_well_again() {
        let (_agreed, agreed) = watch::channel(Settings::default());
        let link = Arc::new(Link::new(Path::new("nowhere"), agreed));
        let away = || {
            LibraryError::Bucket(BucketError::NoSuchBucket {
                bucket: "file:///x".to_owned(),
            })
        };
        link.is_troubled(Work::Originals, &away().to_string());
        link.is_troubled(Work::Ledger, &away().to_string());
        let resting = tokio::spawn({
            let link = Arc::clone(&link);
            async move { link.rest(Duration::from_secs(3600)).await }
        });
        // What went well all the time is no news.
        while link.recovered.receiver_count() == 0 {
            tokio::task::yield_now().await;
        }
        link.is_well(Work::News);
        assert_eq!(*link.recovered.borrow(), 0);
        link.is_well(Work::Ledger);
        resting.await.unwrap();
        let hour = Duration::from_secs(3600);
        assert_eq!(longest_pause(&away(), hour), AWAY_PAUSE_MAX);
        assert_eq!(longest_pause(&LibraryError::NoBucket, hour), hour);
    }
}
