//! Jobs of an open library: those that run, and the last of those that have ended.
//!
//! Knows how to find one and how to wait until it is over; what a job does, and how it is stopped,
//! is its own.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::error::LibraryError;

/// How something goes that takes its time.
pub(crate) trait Job: Clone {
    /// What it is named by.
    type Id: Copy + PartialEq;
    /// Ended jobs of this sort that are remembered.
    const ENDED_MAX: usize;

    /// Its name.
    fn id(&self) -> Self::Id;

    /// Whether nothing more will happen.
    fn is_over(&self) -> bool;
}

/// The jobs of one sort, oldest first; `S` stops one.
#[derive(Debug)]
pub(crate) struct Jobs<J, S> {
    entries: Mutex<Vec<Entry<J, S>>>,
}

/// One job, as others see it.
#[derive(Clone, Debug)]
pub(crate) struct Entry<J, S> {
    job: watch::Receiver<J>,
    /// What stops it.
    pub(crate) stop: S,
}

impl<J, S> Default for Jobs<J, S> {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
        }
    }
}

impl<J: Job, S: Clone> Jobs<J, S> {
    fn entries(&self) -> MutexGuard<'_, Vec<Entry<J, S>>> {
        // The list is whole at every moment, whoever panicked.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds one that begins; those that ended long ago are forgotten.
    pub(crate) fn add(&self, job: watch::Receiver<J>, stop: S) {
        let mut entries = self.entries();
        let ended = entries.iter().filter(|entry| entry.is_over()).count();
        if ended >= J::ENDED_MAX
            && let Some(oldest) = entries.iter().position(Entry::is_over)
        {
            entries.remove(oldest);
        }
        entries.push(Entry { job, stop });
    }

    /// All of them, as they are now.
    pub(crate) fn list(&self) -> Vec<J> {
        self.entries().iter().map(Entry::now).collect()
    }

    /// The one of this name.
    pub(crate) fn find(&self, id: J::Id) -> Option<Entry<J, S>> {
        let entries = self.entries();
        let found = entries.iter().find(|entry| entry.job.borrow().id() == id);
        found.cloned()
    }

    /// Whether there is one of this name that is not over.
    pub(crate) fn is_running(&self, id: J::Id) -> bool {
        self.find(id).is_some_and(|entry| !entry.is_over())
    }
}

impl<J: Job, S> Entry<J, S> {
    /// How it goes now.
    pub(crate) fn now(&self) -> J {
        self.job.borrow().clone()
    }

    /// How it went, once it is over.
    pub(crate) async fn ended(mut self) -> Result<J, LibraryError> {
        match self.job.wait_for(Job::is_over).await {
            Ok(job) => Ok(job.clone()),
            Err(_) => Err(LibraryError::Closing),
        }
    }

    fn is_over(&self) -> bool {
        self.job.borrow().is_over()
    }
}
