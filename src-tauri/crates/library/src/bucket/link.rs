//! The household's bucket as this device uses it, and how it gets on with it. Opened when it is
//! first needed, and again until that succeeds: a disk may be mounted later than the library is
//! opened, and the household may agree upon another bucket at any time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kinfolio_bucket::{Address, Bucket, BucketError};
use kinfolio_catalog::Settings;
use tokio::sync::watch;

/// The variable that says which bucket, whatever the household has agreed upon.
const URL: &str = "KINFOLIO_BUCKET_URL";

/// How this device gets on with the bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The bucket's address; `None` if what is set is none.
    pub bucket: Option<String>,
    /// What is wrong, and what to do; `None` if nothing is, as far as is known.
    pub trouble: Option<String>,
    /// Originals on this device that the bucket is not known to hold, as far as they were counted.
    pub waiting: u64,
    /// Originals that this device has stored there since the start.
    pub stored: u64,
    /// Originals that it could not store since the start, for a fault of their own.
    pub failed: u64,
}

/// The bucket that is set, if one is.
pub(crate) struct Link {
    /// As this device's environment has it: it may hold what must not be shown.
    environment: Option<String>,
    agreed: watch::Receiver<Settings>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What the rest is about.
    url: Option<String>,
    opened: Option<Arc<Bucket>>,
    status: Status,
}

impl Link {
    /// What this process's environment says, or else the household.
    pub(crate) fn new(agreed: watch::Receiver<Settings>) -> Self {
        let url = std::env::var_os(URL).map(|url| url.to_string_lossy().into_owned());
        Self {
            environment: url.filter(|url| !url.trim().is_empty()),
            agreed,
            state: Mutex::default(),
        }
    }

    /// The bucket's address as the household writes it down; `None` where there is none.
    pub(crate) fn address(&self) -> Option<String> {
        self.lock().status.bucket.clone()
    }

    /// The bucket, open; `None` where none is set. Asks nothing of it.
    pub(crate) fn open(&self) -> Option<Result<Arc<Bucket>, BucketError>> {
        let mut state = self.lock();
        let url = state.url.as_deref()?;
        if let Some(bucket) = &state.opened {
            return Some(Ok(Arc::clone(bucket)));
        }
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let opened = url
            .parse::<Address>()
            .and_then(|address| Bucket::open(&address, variables));
        Some(opened.map(|bucket| Arc::clone(state.opened.insert(Arc::new(bucket)))))
    }

    pub(crate) fn status(&self) -> Option<Status> {
        let state = self.lock();
        state.url.is_some().then(|| state.status.clone())
    }

    /// Notes what has come about.
    pub(crate) fn note(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.lock().status);
    }

    /// Notes what is wrong, and tells it once.
    pub(crate) fn is_troubled(&self, trouble: &str) {
        let before = self.lock().status.trouble.replace(trouble.to_owned());
        if before.as_deref() != Some(trouble) {
            tracing::warn!("{trouble}");
        }
    }

    /// Notes that nothing is wrong any more.
    pub(crate) fn is_well(&self) {
        let status = &mut self.lock().status;
        if status.trouble.take().is_some() {
            tracing::info!(bucket = status.bucket, "the bucket is in use again");
        }
    }

    /// The state of the bucket that is set now.
    fn lock(&self) -> MutexGuard<'_, State> {
        // It is whole at every moment, whoever panicked.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let url = match &self.environment {
            Some(url) => Some(url.clone()),
            None => self.agreed.borrow().bucket.clone(),
        };
        if state.url != url {
            let address = url.as_deref().and_then(|url| url.parse::<Address>().ok());
            *state = State {
                url,
                opened: None,
                status: Status {
                    bucket: address.map(|address| address.to_string()),
                    ..Status::default()
                },
            };
        }
        state
    }
}
