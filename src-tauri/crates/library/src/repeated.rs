//! Trouble with what is tried again and again: it is told at once, and then ever more rarely, so that a
//! log does not fill with it.

use std::time::{Duration, Instant};

/// How long it is not told again, at first and at most.
const QUIET_MIN: Duration = Duration::from_secs(10);
const QUIET_MAX: Duration = Duration::from_secs(3600);

/// When trouble was told last, and for how long it is not told again.
#[derive(Debug, Default)]
pub(crate) struct Repeated(Option<(Instant, Duration)>);

impl Repeated {
    /// Whether it is to be told now. Then it counts as told.
    pub(crate) fn is_due(&mut self, now: Instant) -> bool {
        let quiet = match self.0 {
            Some((at, quiet)) if now.duration_since(at) < quiet => return false,
            Some((_, quiet)) => (quiet * 2).min(QUIET_MAX),
            None => QUIET_MIN,
        };
        self.0 = Some((now, quiet));
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
    fn trouble_that_lasts_is_told_ever_more_rarely_and_new_trouble_at_once() {
        let start = Instant::now();
        let mut repeated = Repeated::default();
        let seconds = (0..86_400).map(|second| start + Duration::from_secs(second));
        let told = seconds.filter(|now| repeated.is_due(*now)).count();
        assert!((20..40).contains(&told), "{told}");
        let after = start + Duration::from_secs(86_400);
        repeated.is_over();
        assert!(repeated.is_due(after) && !repeated.is_due(after));
    }
}
