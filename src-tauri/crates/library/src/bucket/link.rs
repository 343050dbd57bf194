//! The bucket as this device has it set, and how it gets on with it. Opened when it is first
//! needed, and again until that succeeds: a disk may be mounted later than the library is opened.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use kinfolio_bucket::{Address, Bucket, BucketError};

/// The variable that says which bucket.
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
    /// As it is set: it may hold what must not be shown.
    url: Option<String>,
    opened: OnceLock<Bucket>,
    status: Mutex<Status>,
}

impl Link {
    /// What this process's environment says.
    pub(crate) fn of_environment() -> Self {
        let url = std::env::var_os(URL).map(|url| url.to_string_lossy().into_owned());
        let url = url.filter(|url| !url.trim().is_empty());
        let address = url.as_deref().map(str::parse::<Address>).transpose();
        let trouble = address.as_ref().err().map(ToString::to_string);
        let status = Status {
            bucket: address.ok().flatten().map(|address| address.to_string()),
            trouble,
            ..Status::default()
        };
        Self {
            url,
            opened: OnceLock::new(),
            status: Mutex::new(status),
        }
    }

    pub(crate) fn is_set(&self) -> bool {
        self.url.is_some()
    }

    /// The bucket's address as the household writes it down; `None` where there is none.
    pub(crate) fn address(&self) -> Option<String> {
        self.lock().bucket.clone()
    }

    /// The bucket, open; `None` where none is set. Asks nothing of it.
    pub(crate) fn open(&self) -> Option<Result<&Bucket, BucketError>> {
        let url = self.url.as_deref()?;
        if let Some(bucket) = self.opened.get() {
            return Some(Ok(bucket));
        }
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let opened = url
            .parse::<Address>()
            .and_then(|address| Bucket::open(&address, variables));
        Some(opened.map(|bucket| self.opened.get_or_init(|| bucket)))
    }

    pub(crate) fn status(&self) -> Option<Status> {
        self.is_set().then(|| self.lock().clone())
    }

    /// Notes what has come about.
    pub(crate) fn note(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.lock());
    }

    /// Notes what is wrong, and tells it once.
    pub(crate) fn is_troubled(&self, trouble: &str) {
        let before = self.lock().trouble.replace(trouble.to_owned());
        if before.as_deref() != Some(trouble) {
            tracing::warn!("{trouble}");
        }
    }

    /// Notes that nothing is wrong any more.
    pub(crate) fn is_well(&self) {
        let mut status = self.lock();
        if status.trouble.take().is_some() {
            tracing::info!(bucket = status.bucket, "the bucket is in use again");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Status> {
        // It is whole at every moment, whoever panicked.
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
