//! How far a pass has come: kept in a file, so that it goes on after a restart.

use std::collections::BTreeSet;
use std::fs;

use kinfolio_catalog::{Height, PhotoId, Span};
use serde::{Deserialize, Serialize};

use crate::error::LibraryError;
use crate::library::{Library, write_durably};
use crate::tasks::now_ms;

/// One look at everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Pass {
    /// When the latest pass was through, in unix milliseconds; nothing before the first.
    finished_ms: Option<i64>,
    /// Since when the next one is waited for: the time of the first start before the first.
    since_ms: i64,
    /// Whether one is under way; the rest is about it, or about the latest.
    running: bool,
    /// Up to which block it looks.
    pub(super) height: Height,
    /// Up to which block it has looked.
    pub(super) looked_at: Height,
    /// Originals that were hashed.
    pub(super) checked: u64,
    /// Originals and previews that were damaged and are whole again.
    pub(super) repaired: u64,
    missing: BTreeSet<PhotoId>,
}

/// How the latest pass went, or goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Whether one is under way.
    pub running: bool,
    /// When the latest was through, in unix milliseconds; nothing before the first.
    pub finished_ms: Option<i64>,
    /// Originals that were hashed in it.
    pub checked: u64,
    /// Originals and previews that were damaged and are whole again.
    pub repaired: u64,
    /// Originals that are damaged or missing here, and that nobody could give.
    pub missing: u64,
}

impl Pass {
    /// Where the last run of the program left it. A new library has just hashed all that it holds, and
    /// begins to wait.
    pub(super) fn read(library: &Library) -> Self {
        let text = fs::read(library.layout().scrub()).unwrap_or_default();
        let kept = serde_json::from_slice(&text).ok();
        kept.unwrap_or_else(|| Self {
            since_ms: now_ms(),
            ..Self::default()
        })
    }

    pub(super) fn keep(&self, library: &Library) -> Result<(), LibraryError> {
        let text = serde_json::to_vec(self).unwrap_or_default();
        write_durably(&library.layout().scrub(), &text)
    }

    /// Whether one is under way, or the latest was through so long ago.
    pub(super) fn is_due(&self, now_ms: i64, every: Span) -> bool {
        let every_ms = i64::try_from(every.duration().as_millis()).unwrap_or(i64::MAX);
        // A clock that went back a year does not put it off for a year.
        let since = now_ms.saturating_sub(self.since_ms);
        self.running || !(0..every_ms).contains(&since)
    }

    /// Begins a pass over the blocks up to `height`, unless one is under way.
    pub(super) fn begin(&mut self, height: Height) {
        if !self.running {
            *self = Self {
                finished_ms: self.finished_ms,
                since_ms: self.since_ms,
                running: true,
                height,
                ..Self::default()
            };
        }
    }

    pub(super) fn misses(&mut self, id: PhotoId) {
        self.missing.insert(id);
    }

    pub(super) fn missing(&self) -> Vec<PhotoId> {
        self.missing.iter().copied().collect()
    }

    pub(super) fn end(&mut self, now_ms: i64) {
        self.running = false;
        self.finished_ms = Some(now_ms);
        self.since_ms = now_ms;
    }

    pub(super) fn status(&self) -> Status {
        Status {
            running: self.running,
            finished_ms: self.finished_ms,
            checked: self.checked,
            repaired: self.repaired,
            missing: self.missing.len() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_due_after_the_household_s_time_whatever_the_clock_does() {
        let day_ms = 24 * 3600 * 1000;
        let check = |since_ms: i64, every: &str, due: bool| {
            let pass = Pass {
                since_ms: 1000 * day_ms,
                ..Pass::default()
            };
            let now_ms = pass.since_ms + since_ms;
            let every = every.parse().unwrap();
            assert_eq!(pass.is_due(now_ms, every), due, "{since_ms} {every}");
        };
        check(0, "30d", false);
        check(29 * day_ms, "30d", false);
        check(30 * day_ms, "30d", true);
        check(day_ms, "1d", true);
        check(day_ms - 1, "24h", false);
        check(-365 * day_ms, "30d", true);
    }
}
