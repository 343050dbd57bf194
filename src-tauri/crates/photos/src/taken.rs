//! When a photo was taken, from the best witness at hand. A camera's clock shows
//! wall time; it is kept as such, with the offset only where the camera says it,
//! so that a late evening stays in its month.

mod iso;
mod local;
mod named;

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;

use crate::described::Accounts;
use crate::exif::Position;

pub(crate) use iso::from_iso;
use named::from_name;

/// A wall-clock time as the camera showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureTime {
    /// Milliseconds since 1970-01-01T00:00 of the wall clock, as if it were UTC.
    pub wall_ms: i64,
    /// Minutes that the wall clock is ahead of UTC; `None` when nobody says.
    pub offset_minutes: Option<i16>,
}

/// Who says when a photo was taken, best witness first; only a sidecar's XMP, which a person put
/// there, comes before all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenSource {
    /// EXIF `DateTimeOriginal`.
    ExifOriginal,
    /// XMP, in the file or in a sidecar beside it.
    Xmp,
    /// EXIF `DateTimeDigitized`.
    ExifDigitized,
    /// The satellites' clock (UTC).
    Gps,
    /// A video's own creation time (UTC, or with an offset where Apple's key says it).
    Video,
    /// Google Takeout's JSON beside the file (UTC).
    Takeout,
    /// A date in the file's name.
    FileName,
    /// EXIF `DateTime`, when the picture was last written.
    ExifModified,
    /// When the file was last modified (UTC).
    FileTime,
}

/// When a photo was taken and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The wall-clock time.
    pub at: CaptureTime,
    /// The witness.
    pub source: TakenSource,
}

impl Taken {
    /// The same moment on the clock of that place, where it is not told already.
    pub(crate) fn at_the_place(self, position: Option<Position>) -> Self {
        local::of(self, position, None, None)
    }
}

/// The dates that a file's own metadata and the files beside it hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Witnesses {
    /// XMP beside the file: when it was taken, and when the file was made.
    pub(crate) sidecar: Option<CaptureTime>,
    pub(crate) sidecar_created: Option<CaptureTime>,
    pub(crate) original: Option<CaptureTime>,
    /// XMP inside the file.
    pub(crate) xmp: Option<CaptureTime>,
    pub(crate) xmp_created: Option<CaptureTime>,
    pub(crate) digitized: Option<CaptureTime>,
    pub(crate) exif_modified: Option<CaptureTime>,
    pub(crate) gps: Option<CaptureTime>,
    pub(crate) video: Option<CaptureTime>,
    pub(crate) takeout: Option<CaptureTime>,
}

impl Witnesses {
    /// The best witness, in the time of the place where that is known; the file's name and then its time
    /// speak when no other does.
    pub(crate) fn best(
        &self,
        name: &str,
        modified: Option<SystemTime>,
        position: Option<Position>,
    ) -> Taken {
        let found = [
            (self.original, TakenSource::ExifOriginal),
            (self.xmp, TakenSource::Xmp),
            (self.sidecar_created, TakenSource::Xmp),
            (self.digitized, TakenSource::ExifDigitized),
            (self.xmp_created, TakenSource::Xmp),
            (self.gps, TakenSource::Gps),
            (self.video, TakenSource::Video),
            (self.takeout, TakenSource::Takeout),
            (from_name(name), TakenSource::FileName),
            (self.exif_modified, TakenSource::ExifModified),
        ];
        let first = found
            .into_iter()
            .find_map(|(at, source)| Some(Taken { at: at?, source }));
        let best = self.put_right().or(first).unwrap_or_else(|| Taken {
            at: utc(unix_ms(modified.unwrap_or_else(SystemTime::now))),
            source: TakenSource::FileTime,
        });
        local::of(best, position, self.gps, from_name(name))
    }

    /// Takes in what people and Takeout say.
    pub(crate) fn hear(&mut self, accounts: &Accounts) {
        (self.sidecar, self.sidecar_created) =
            (accounts.sidecar.original, accounts.sidecar.created);
        (self.xmp, self.xmp_created) = (accounts.embedded.original, accounts.embedded.created);
        self.takeout = accounts.takeout.original;
    }

    /// What a sidecar says. Where it only repeats the camera, which knows more digits and perhaps
    /// the offset, it is the camera that speaks.
    fn put_right(&self) -> Option<Taken> {
        let said = self.sidecar?;
        let day_ms = 86_400_000;
        let day_only = said.wall_ms.rem_euclid(day_ms) == day_ms / 2;
        let unit_ms = if day_only { day_ms } else { 1000 };
        let repeated = self
            .original
            .filter(|at| at.wall_ms.div_euclid(unit_ms) == said.wall_ms.div_euclid(unit_ms));
        Some(match repeated {
            Some(camera) => Taken {
                at: CaptureTime {
                    wall_ms: camera.wall_ms,
                    offset_minutes: said.offset_minutes.or(camera.offset_minutes),
                },
                source: TakenSource::ExifOriginal,
            },
            None => Taken {
                at: said,
                source: TakenSource::Xmp,
            },
        })
    }
}

/// A time that is known in UTC.
pub(crate) fn utc(unix_ms: i64) -> CaptureTime {
    CaptureTime {
        wall_ms: unix_ms,
        offset_minutes: Some(0),
    }
}

/// An EXIF date `YYYY:MM:DD HH:MM:SS` with its sub-second digits and its offset
/// `±HH:MM`. `None` for dates that do not exist (zeros, blanks).
pub(crate) fn from_exif(
    date: &str,
    subsec: Option<&str>,
    offset: Option<&str>,
) -> Option<CaptureTime> {
    let digits = |range: std::ops::Range<usize>| number(date.as_bytes().get(range)?);
    let separated = [(4, b":-/."), (7, b":-/.")].iter().all(|(at, allowed)| {
        date.as_bytes()
            .get(*at)
            .is_some_and(|byte| allowed.contains(byte))
    });
    if !separated {
        return None;
    }
    let clock = (digits(11..13)?, digits(14..16)?, digits(17..19)?);
    let wall_ms = wall((digits(0..4)?, digits(5..7)?, digits(8..10)?), clock)?;
    Some(CaptureTime {
        wall_ms: wall_ms + subsec.map_or(0, milliseconds),
        offset_minutes: offset.and_then(parse_offset),
    })
}

/// GPS date `YYYY:MM:DD` and time of day in seconds, both UTC.
pub(crate) fn from_gps(date: &str, seconds: f64) -> Option<CaptureTime> {
    if !(0.0..86_400.0).contains(&seconds) {
        return None;
    }
    let midnight = from_exif(&format!("{} 00:00:00", date.trim().get(0..10)?), None, None)?;
    Some(utc(midnight.wall_ms + (seconds * 1000.0).round() as i64))
}

/// Digits after the decimal point of a second, as milliseconds.
fn milliseconds(subsec: &str) -> i64 {
    let mut digits = subsec.trim().bytes().take_while(u8::is_ascii_digit);
    (0..3).fold(0, |ms, _| {
        ms * 10 + digits.next().map_or(0, |digit| i64::from(digit - b'0'))
    })
}

fn parse_offset(text: &str) -> Option<i16> {
    let text = text.trim();
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let (hours, minutes) = (number(hours.as_bytes())?, number(minutes.as_bytes())?);
    // The widest offsets in use are -12:00 and +14:00.
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn number(digits: &[u8]) -> Option<i16> {
    if digits.is_empty() || digits.len() > 4 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(
        digits
            .iter()
            .fold(0, |n, digit| n * 10 + i16::from(digit - b'0')),
    )
}

fn wall(
    (year, month, day): (i16, i16, i16),
    (hour, minute, second): (i16, i16, i16),
) -> Option<i64> {
    if !(1800..=2200).contains(&year) {
        return None;
    }
    let small = |n: i16| i8::try_from(n).ok();
    let civil = DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    )
    .ok()?;
    Some(
        jiff::tz::Offset::UTC
            .to_timestamp(civil)
            .ok()?
            .as_millisecond(),
    )
}

fn unix_ms(time: SystemTime) -> i64 {
    let ms =
        |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    time.duration_since(UNIX_EPOCH)
        .map_or_else(|before| -ms(before.duration()), ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn show(time: Option<CaptureTime>) -> String {
        let Some(time) = time else {
            return "none".to_owned();
        };
        let stamp = jiff::Timestamp::from_millisecond(time.wall_ms).unwrap();
        let offset = time
            .offset_minutes
            .map_or("?".to_owned(), |minutes| minutes.to_string());
        format!("{stamp} {offset}")
    }

    #[test]
    fn exif_dates_keep_the_wall_clock() {
        fn check(date: &str, subsec: Option<&str>, offset: Option<&str>, expect: &str) {
            assert_eq!(show(from_exif(date, subsec, offset)), expect, "{date}");
        }
        check("2019:07:21 18:30:00", None, None, "2019-07-21T18:30:00Z ?");
        check(
            "2019:07:31 23:59:59",
            Some("99"),
            Some("+02:00"),
            "2019-07-31T23:59:59.99Z 120",
        );
        check(
            "2019:07:21 18:30:00",
            Some("012345"),
            Some("-03:30"),
            "2019-07-21T18:30:00.012Z -210",
        );
        check(
            "2019:07:21 18:30:00",
            Some("  "),
            Some("   :  "),
            "2019-07-21T18:30:00Z ?",
        );
        check(
            "2019:07:21 18:30:00",
            None,
            Some("+99:00"),
            "2019-07-21T18:30:00Z ?",
        );
        check(
            "2019-07-21T18:30:00",
            None,
            Some("Z"),
            "2019-07-21T18:30:00Z 0",
        );
        check("0000:00:00 00:00:00", None, None, "none");
        check("    :  :     :  :  ", None, None, "none");
        check("2019:02:30 12:00:00", None, None, "none");
        check("2019:07:21 24:00:00", None, None, "none");
        check("2019:07:21", None, None, "none");
        check("", None, None, "none");
        check("äöüäöüäöüäöüäöü", None, None, "none");
    }

    #[test]
    fn satellites_count_in_utc() {
        fn check(date: &str, seconds: f64, expect: &str) {
            assert_eq!(show(from_gps(date, seconds)), expect);
        }
        check("2008:10:23", 51_987.6, "2008-10-23T14:26:27.6Z 0");
        check("2008:10:23", 86_400.0, "none");
        check("2008:10:23", f64::NAN, "none");
        check("0000:00:00", 0.0, "none");
    }

    #[test]
    fn the_best_witness_is_heard() {
        fn check(witnesses: Witnesses, name: &str, expect: (TakenSource, &str)) {
            let taken = witnesses.best(
                name,
                Some(UNIX_EPOCH + std::time::Duration::from_millis(1500)),
                None,
            );
            assert_eq!((taken.source, show(Some(taken.at)).as_str()), expect);
        }
        let time = |wall_ms| {
            Some(CaptureTime {
                wall_ms,
                offset_minutes: None,
            })
        };
        let all = Witnesses {
            original: time(1),
            digitized: time(2),
            gps: time(3),
            video: time(4),
            ..Witnesses::default()
        };
        let told = |sidecar, offset_minutes| Witnesses {
            sidecar: time(sidecar).map(|at| CaptureTime {
                offset_minutes,
                ..at
            }),
            ..all
        };
        check(
            told(5000, None),
            "",
            (TakenSource::Xmp, "1970-01-01T00:00:05Z ?"),
        );
        // A sidecar that repeats the camera adds at most the offset.
        check(
            told(0, Some(60)),
            "",
            (TakenSource::ExifOriginal, "1970-01-01T00:00:00.001Z 60"),
        );
        check(
            told(43_200_000, None),
            "",
            (TakenSource::ExifOriginal, "1970-01-01T00:00:00.001Z ?"),
        );
        check(
            all,
            "",
            (TakenSource::ExifOriginal, "1970-01-01T00:00:00.001Z ?"),
        );
        let less = Witnesses {
            original: None,
            ..all
        };
        check(
            less,
            "",
            (TakenSource::ExifDigitized, "1970-01-01T00:00:00.002Z ?"),
        );
        let less = Witnesses {
            digitized: None,
            ..less
        };
        check(less, "", (TakenSource::Gps, "1970-01-01T00:00:00.003Z ?"));
        let less = Witnesses { gps: None, ..less };
        check(
            less,
            "IMG_20190721_183000.mp4",
            (TakenSource::Video, "1970-01-01T00:00:00.004Z ?"),
        );
        let takeout = Witnesses {
            takeout: time(5),
            ..Witnesses::default()
        };
        check(
            takeout,
            "IMG_20190721_183000.jpg",
            (TakenSource::Takeout, "1970-01-01T00:00:00.005Z ?"),
        );
        let none = Witnesses::default();
        check(
            none,
            "IMG_20190721_183000.jpg",
            (TakenSource::FileName, "2019-07-21T18:30:00Z ?"),
        );
        check(
            none,
            "holiday.jpg",
            (TakenSource::FileTime, "1970-01-01T00:00:01.5Z 0"),
        );
    }
}
