//! A length of time as people write it: `30d`, `12h`, `5m`, `10s`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The longest: ten years.
const SECONDS_MAX: u64 = 3653 * DAY;

/// A length of time in whole seconds: at least one, at most ten years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span(u64);

impl Span {
    /// So many days.
    pub(super) const fn days(days: u64) -> Span {
        Span(days * DAY)
    }

    /// So many hours.
    pub(super) const fn hours(hours: u64) -> Span {
        Span(hours * HOUR)
    }

    /// So many seconds, if a span can be so long.
    #[must_use]
    pub fn from_seconds(seconds: u64) -> Option<Span> {
        (1..=SECONDS_MAX)
            .contains(&seconds)
            .then_some(Span(seconds))
    }

    /// How many seconds it has.
    #[must_use]
    pub fn as_seconds(self) -> u64 {
        self.0
    }

    /// The same for timers.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }

    #[cfg(test)]
    pub(super) const fn seconds(seconds: u64) -> Span {
        Span(seconds)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm'), (1, 's')];
        let whole = units
            .into_iter()
            .find(|(unit, _)| self.0.is_multiple_of(*unit));
        let (unit, name) = whole.unwrap_or((1, 's'));
        write!(f, "{}{name}", self.0 / unit)
    }
}

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no length of time: write 30d, 12h, 5m or 10s; ten years is the longest")]
pub struct NotASpan(String);

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Span, NotASpan> {
        let refuse = || NotASpan(text.chars().take(80).collect());
        let unit = match text.chars().last() {
            Some('d') => DAY,
            Some('h') => HOUR,
            Some('m') => MINUTE,
            Some('s') => 1,
            _ => return Err(refuse()),
        };
        let digits = &text[..text.len() - 1];
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refuse());
        }
        let seconds = digits.parse::<u64>().ok();
        let seconds = seconds.and_then(|number| number.checked_mul(unit));
        seconds.and_then(Span::from_seconds).ok_or_else(refuse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_as_people_write_them() {
        let check = |text: &str, expect: Option<&str>| {
            let got = text.parse::<Span>().ok().map(|span| span.to_string());
            assert_eq!(got.as_deref(), expect, "{text:?}");
        };
        check("30d", Some("30d"));
        check("48h", Some("2d"));
        check("90m", Some("90m"));
        check("5s", Some("5s"));
        check("3653d", Some("3653d"));
        for none in [
            "",
            "d",
            "30",
            "0d",
            "3654d",
            "-1d",
            "+1d",
            "1.5h",
            "1w",
            "99999999999999999999d",
            "3ü",
        ] {
            check(none, None);
        }
    }
}
