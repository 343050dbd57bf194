//! The camera's wall clock, and the months of the timeline.
//!
//! A photo belongs to the day that its camera showed, wherever the reader is; so no
//! time zone is ever applied here, and nothing reads the clock.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;
/// 0000-01-01T00:00:00.000, the earliest that four digits can say.
const WALL_MS_MIN: i64 = -62_167_219_200_000;
/// 9999-12-31T23:59:59.999.
const WALL_MS_MAX: i64 = 253_402_300_799_999;
/// The widest offset that RFC 3339 can say, 23:59.
const OFFSET_MINUTES_MAX: i16 = 23 * 60 + 59;

/// When a photo was taken, as its camera's wall clock showed it.
///
/// Prints as RFC 3339, with the offset `-00:00` where none is known. Parses the same,
/// and also a date alone (midnight) and a date with time (no offset known).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WallTime {
    /// Milliseconds of the wall clock since 1970-01-01T00:00, counted as if it showed UTC.
    pub wall_ms: i64,
    /// Minutes that the wall clock was ahead of UTC, where known.
    pub offset_minutes: Option<i16>,
}

impl WallTime {
    /// The same time within the years 0000 to 9999, and without an offset that cannot be said.
    #[must_use]
    pub fn clamped(self) -> WallTime {
        WallTime {
            wall_ms: self.wall_ms.clamp(WALL_MS_MIN, WALL_MS_MAX),
            offset_minutes: self
                .offset_minutes
                .filter(|offset| (-OFFSET_MINUTES_MAX..=OFFSET_MINUTES_MAX).contains(offset)),
        }
    }

    /// The month that the wall clock showed.
    #[must_use]
    pub fn month(self) -> YearMonth {
        let date = self.civil().date();
        YearMonth {
            year: date.year(),
            month: date.month().unsigned_abs(),
        }
    }

    fn civil(self) -> DateTime {
        let wall_ms = self.clamped().wall_ms;
        let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        let span = jiff::SignedDuration::from_millis(wall_ms);
        epoch.checked_add(span).unwrap_or(epoch)
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.civil();
        let (year, month, day) = (time.year(), time.month(), time.day());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if time.millisecond() != 0 {
            write!(f, ".{:03}", time.millisecond())?;
        }
        match self.clamped().offset_minutes {
            None => f.write_str("-00:00"),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                let minutes = offset.abs();
                write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

/// A text that is not a date with time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time: write it as 2019-07-14T18:30:00+02:00 (the offset may be left out)")]
pub struct NotATime(pub String);

impl FromStr for WallTime {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<WallTime, NotATime> {
        let fail = || NotATime(text.chars().take(80).collect());
        let pieces = Pieces::parse(text).map_err(|_| fail())?;
        if pieces.time_zone_annotation().is_some() {
            return Err(fail());
        }
        let offset_minutes = match pieces.offset() {
            None => None,
            Some(PiecesOffset::Numeric(n)) if n.is_negative() && n.offset().seconds() == 0 => None,
            Some(offset) => {
                let seconds = offset.to_numeric_offset().seconds();
                let minutes = i16::try_from(seconds / 60).map_err(|_| fail())?;
                if seconds % 60 != 0 || minutes.abs() > OFFSET_MINUTES_MAX {
                    return Err(fail());
                }
                Some(minutes)
            }
        };
        let civil = pieces
            .date()
            .to_datetime(pieces.time().unwrap_or(Time::midnight()));
        let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        let wall_ms = civil.duration_since(epoch).as_millis();
        match i64::try_from(wall_ms) {
            Ok(wall_ms) if (WALL_MS_MIN..=WALL_MS_MAX).contains(&wall_ms) => Ok(WallTime {
                wall_ms,
                offset_minutes,
            }),
            _ => Err(fail()),
        }
    }
}

/// A calendar month of the wall clock; prints and parses as `2019-07`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth {
    /// 0 to 9999.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
}

impl YearMonth {
    /// The first millisecond of the month and the first after it.
    #[must_use]
    pub fn wall_ms_range(self) -> std::ops::Range<i64> {
        let next = self.following();
        first_ms(self)..next.map_or(WALL_MS_MAX + 1, first_ms)
    }

    /// Months since January of the year 0.
    pub(crate) fn index(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month) - 1
    }

    pub(crate) fn from_index(index: i32) -> YearMonth {
        YearMonth {
            year: i16::try_from(index.div_euclid(12)).unwrap_or(i16::MAX),
            month: u8::try_from(index.rem_euclid(12) + 1).unwrap_or(1),
        }
    }

    fn following(self) -> Option<YearMonth> {
        match (self.year, self.month) {
            (9999, 12) => None,
            (year, 12) => Some(YearMonth {
                year: year + 1,
                month: 1,
            }),
            (year, month) => Some(YearMonth {
                year,
                month: month + 1,
            }),
        }
    }
}

fn first_ms(month: YearMonth) -> i64 {
    let first = Date::new(month.year, month.month as i8, 1).unwrap_or(Date::ZERO);
    let days = first.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
    days * DAY_MS
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A text that is not a month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a month: write it as 2019-07")]
pub struct NotAMonth(pub String);

impl FromStr for YearMonth {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<YearMonth, NotAMonth> {
        let fail = || NotAMonth(text.chars().take(80).collect());
        let (year, month) = text.split_once('-').ok_or_else(fail)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || month.len() != 2 || !digits(year) || !digits(month) {
            return Err(fail());
        }
        let year = year.parse().map_err(|_| fail())?;
        let month = month.parse().map_err(|_| fail())?;
        if !(1..=12).contains(&month) {
            return Err(fail());
        }
        Ok(YearMonth { year, month })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wall_ms: i64, offset_minutes: Option<i16>, printed: &str) {
        let time: WallTime = text.parse().unwrap();
        let expect = WallTime {
            wall_ms,
            offset_minutes,
        };
        assert_eq!(time, expect, "{text}");
        assert_eq!(time.to_string(), printed, "{text}");
    }

    #[test]
    fn times_are_rfc_3339_of_the_wall_clock() {
        check(
            "1970-01-01T00:00:00Z",
            0,
            Some(0),
            "1970-01-01T00:00:00+00:00",
        );
        check("1970-01-02", DAY_MS, None, "1970-01-02T00:00:00-00:00");
        check(
            "1970-01-01T00:00:01-00:00",
            1000,
            None,
            "1970-01-01T00:00:01-00:00",
        );
        check(
            "1969-12-31T23:59:59.250",
            -750,
            None,
            "1969-12-31T23:59:59.250-00:00",
        );
        check(
            "2019-07-14T18:30:00+02:00",
            1_563_129_000_000,
            Some(120),
            "2019-07-14T18:30:00+02:00",
        );
        check(
            "0000-01-01T00:00:00-09:30",
            WALL_MS_MIN,
            Some(-570),
            "0000-01-01T00:00:00-09:30",
        );
        check(
            "9999-12-31T23:59:59.999",
            WALL_MS_MAX,
            None,
            "9999-12-31T23:59:59.999-00:00",
        );
    }

    #[test]
    fn other_texts_are_not_times() {
        for text in [
            "",
            "yesterday",
            "2019-13-01",
            "2019-02-30",
            "2019-07-14T25:00",
            "-000001-01-01",
        ] {
            assert!(text.parse::<WallTime>().is_err(), "{text}");
        }
    }

    #[test]
    fn any_number_has_a_month_and_a_printed_form() {
        for wall_ms in [i64::MIN, i64::MAX, 0, WALL_MS_MIN - 1, WALL_MS_MAX + 1] {
            let time = WallTime {
                wall_ms,
                offset_minutes: Some(i16::MIN),
            };
            let printed = time.to_string();
            assert!(printed.starts_with(&time.month().to_string()), "{printed}");
            assert_eq!(printed.parse::<WallTime>().unwrap(), time.clamped());
        }
    }

    #[test]
    fn a_month_holds_exactly_its_own_milliseconds() {
        for text in [
            "0000-01", "1969-12", "1970-01", "2020-02", "2019-12", "9999-12",
        ] {
            let month: YearMonth = text.parse().unwrap();
            assert_eq!(month.to_string(), text);
            let range = month.wall_ms_range();
            let at = |wall_ms| WallTime {
                wall_ms,
                offset_minutes: None,
            };
            assert_eq!(at(range.start).month(), month);
            assert_eq!(at(range.end - 1).month(), month);
            if text != "0000-01" {
                assert!(at(range.start - 1).month() < month, "{text}");
            }
            if text != "9999-12" {
                assert!(at(range.end).month() > month, "{text}");
            }
        }
        for text in [
            "2019",
            "2019-7",
            "2019-00",
            "2019-13",
            "19-07",
            "2019-07-01",
            "+019-07",
        ] {
            assert!(text.parse::<YearMonth>().is_err(), "{text}");
        }
    }
}
