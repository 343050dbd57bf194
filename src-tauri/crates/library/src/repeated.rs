//! Trouble with what is tried again and again: it is told at once, and then ever more rarely, so that a
//! log does not fill with it.

use std::time::{Duration, Instant};

/// How long the same trouble is not told again, at first and at most.
const QUIET_MIN: Duration = Duration::from_secs(60);
const QUIET_MAX: Duration = Duration::from_secs(3600);

/// The trouble that was told last.
#[derive(Debug, Default)]
pub(crate) struct Repeated(Option<Told>);

#[derive(Debug)]
struct Told {
    trouble: String,
    at: Instant,
    quiet: Duration,
}

impl Repeated {
    /// Whether this is to be told now. Then it counts as told.
    pub(crate) fn is_due(&mut self, trouble: String, now: Instant) -> bool {
        let before = self.0.as_ref().filter(|told| told.trouble == trouble);
        let quiet = match before {
            Some(told) if now.duration_since(told.at) < told.quiet => return false,
            Some(told) => (told.quiet * 2).min(QUIET_MAX),
            None => QUIET_MIN,
        };
        self.0 = Some(Told {
            trouble,
            at: now,
            quiet,
        });
        true
    }

    /// It is over.
    pub(crate) fn is_over(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_trouble_is_told_ever_more_rarely_and_another_one_at_once() {
        let start = Instant::now();
        let mut repeated = Repeated::default();
        let mut told = |second: u64, trouble: &str| {
            let now = start + Duration::from_secs(second);
            repeated.is_due(trouble.to_owned(), now)
        };
        let day = (0..86_400).filter(|second| told(*second, "full")).count();
        assert!((20..40).contains(&day), "{day}");
        assert!(told(86_400, "gone") && !told(86_401, "gone"));
        repeated.is_over();
        assert!(repeated.is_due("gone".to_owned(), start));
    }
}
