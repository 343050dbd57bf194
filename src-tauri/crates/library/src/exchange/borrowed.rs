//! Originals that somebody has asked for here although this device does not keep them: they stay
//! for a while, so that whoever looks at one again, or at the rest of it, need not wait again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kinfolio_catalog::PhotoId;

/// How long they stay.
const TIME: Duration = Duration::from_secs(3600);

/// What was asked for of late, and when.
#[derive(Debug, Default)]
pub(crate) struct Borrowed {
    asked: Mutex<HashMap<PhotoId, Instant>>,
}

impl Borrowed {
    /// Somebody asks for it now.
    pub(crate) fn note(&self, id: PhotoId) {
        let mut asked = self.lock();
        asked.retain(|_, at| at.elapsed() < TIME);
        asked.insert(id, Instant::now());
    }

    /// Whether somebody has asked for it of late.
    pub(crate) fn holds(&self, id: &PhotoId) -> bool {
        self.lock().get(id).is_some_and(|at| at.elapsed() < TIME)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PhotoId, Instant>> {
        // The map is whole at every moment, whoever panicked.
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
