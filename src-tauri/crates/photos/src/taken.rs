//! When a photo was taken, from the best witness at hand. A camera's clock shows
//! wall time; it is kept as such, with the offset only where the camera says it,
//! so that a late evening stays in its month.

mod local;

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;

use crate::exif::Position;

/// A wall-clock time as the camera showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureTime {
    /// Milliseconds since 1970-01-01T00:00 of the wall clock, as if it were UTC.
    pub wall_ms: i64,
    /// Minutes that the wall clock is ahead of UTC; `None` when nobody says.
    pub offset_minutes: Option<i16>,
}

/// Who says when a photo was taken, best witness first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenSource {
    /// EXIF `DateTimeOriginal`.
    ExifOriginal,
    /// EXIF `DateTimeDigitized`.
    ExifDigitized,
    /// The satellites' clock (UTC).
    Gps,
    /// A video's own creation time (UTC).
    Video,
    /// A date in the file's name.
    FileName,
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

/// The dates that a file's own metadata hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Witnesses {
    pub(crate) original: Option<CaptureTime>,
    pub(crate) digitized: Option<CaptureTime>,
    pub(crate) gps: Option<CaptureTime>,
    pub(crate) video: Option<CaptureTime>,
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
            (self.digitized, TakenSource::ExifDigitized),
            (self.gps, TakenSource::Gps),
            (self.video, TakenSource::Video),
            (from_name(name), TakenSource::FileName),
        ];
        let best = found
            .into_iter()
            .find_map(|(at, source)| Some(Taken { at: at?, source }));
        let best = best.unwrap_or_else(|| Taken {
            at: utc(unix_ms(modified.unwrap_or_else(SystemTime::now))),
            source: TakenSource::FileTime,
        });
        local::of(best, position, self.gps, from_name(name))
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

/// A date in a file name, as cameras, phones and messengers write them. Names
/// that hold a date only mean noon, so that no time zone moves the day.
fn from_name(name: &str) -> Option<CaptureTime> {
    let groups = digit_groups(name);
    let local = |wall_ms| CaptureTime {
        wall_ms,
        offset_minutes: None,
    };
    for at in 0..groups.len() {
        let found = compact(&groups[at..])
            .or_else(|| separated(&groups[at..]))
            .map(local);
        let found = found.or_else(|| {
            groups[at]
                .text
                .parse()
                .ok()
                .filter(|_| groups[at].text.len() == 13)
                .map(utc)
        });
        if let Some(mut found) = found.filter(|found| PLAUSIBLE_MS.contains(&found.wall_ms)) {
            if name.starts_with("PXL_") {
                found.offset_minutes = Some(0); // Pixel phones name their files in UTC.
            }
            return Some(found);
        }
    }
    None
}

/// 1980 to 2100: a run of digits outside is no date.
const PLAUSIBLE_MS: std::ops::Range<i64> = 315_532_800_000..4_102_444_800_000;
const NOON: (i16, i16, i16) = (12, 0, 0);

struct Digits<'a> {
    text: &'a str,
    /// What stands between this group and the next.
    after: &'a str,
}

fn digit_groups(name: &str) -> Vec<Digits<'_>> {
    let mut groups = Vec::new();
    let mut rest = name;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = &rest[start..];
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let tail = &rest[end..];
        let gap = tail
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(tail.len());
        groups.push(Digits {
            text: &rest[..end],
            after: &tail[..gap],
        });
        rest = tail;
    }
    groups
}

fn part(text: &str, range: std::ops::Range<usize>) -> Option<i16> {
    number(text.as_bytes().get(range)?)
}

fn clock(text: &str) -> Option<(i16, i16, i16)> {
    Some((part(text, 0..2)?, part(text, 2..4)?, part(text, 4..6)?))
}

/// `20190721_183000123`, `20190721183000`, `20190721-WA0001`.
fn compact(groups: &[Digits<'_>]) -> Option<i64> {
    let first = &groups[0];
    let date = (
        part(first.text, 0..4)?,
        part(first.text, 4..6)?,
        part(first.text, 6..8)?,
    );
    match first.text.len() {
        8 => {
            let second = groups.get(1).filter(|next| {
                matches!(first.after, "_" | "-" | " " | "." | "T" | "at" | "_at_")
                    && matches!(next.text.len(), 6 | 9)
            });
            match second {
                Some(next) => Some(
                    wall(date, clock(next.text)?)? + next.text.get(6..9).map_or(0, milliseconds),
                ),
                None => wall(date, NOON),
            }
        }
        14 | 17 => Some(
            wall(date, clock(&first.text[8..])?)? + first.text.get(14..17).map_or(0, milliseconds),
        ),
        _ => None,
    }
}

/// `2019-07-21 18.30.00`, `2019-07-21-183000`, `2019-07-21 at 18.30.00`, `2019-07-21`.
fn separated(groups: &[Digits<'_>]) -> Option<i64> {
    let [year, month, day, rest @ ..] = groups else {
        return None;
    };
    let mark = |group: &Digits<'_>| matches!(group.after, "-" | "_" | "." | ":");
    if year.text.len() != 4
        || month.text.len() != 2
        || day.text.len() != 2
        || !mark(year)
        || !mark(month)
    {
        return None;
    }
    let date = (
        part(year.text, 0..4)?,
        part(month.text, 0..2)?,
        part(day.text, 0..2)?,
    );
    let joined = matches!(
        day.after,
        " " | "-" | "_" | "T" | "." | " at " | "_at_" | ", "
    );
    let time = match rest {
        [time, ..] if joined && time.text.len() == 6 => clock(time.text),
        [hour, minute, second, ..]
            if joined && [hour, minute, second].iter().all(|g| g.text.len() == 2) =>
        {
            Some((
                part(hour.text, 0..2)?,
                part(minute.text, 0..2)?,
                part(second.text, 0..2)?,
            ))
        }
        _ => None,
    };
    wall(date, time.unwrap_or(NOON)).or_else(|| wall(date, NOON))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(time: Option<CaptureTime>) -> String {
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
    fn file_names_hold_dates() {
        fn check(name: &str, expect: &str) {
            assert_eq!(show(from_name(name)), expect, "{name}");
        }
        let names = [
            "IMG_20190721_183000.jpg",
            "IMG_20190721_183000_1.jpg",
            "2019-07-21 18.30.00.jpg",
            "20190721183000.mp4",
            "Screenshot_2019-07-21-18-30-00.png",
            "Screenshot_20190721-183000.png",
            "Screenshot 2019-07-21 at 18.30.00.png",
            "signal-2019-07-21-183000.jpg",
            "WhatsApp Image 2019-07-21 at 18.30.00.jpeg",
            "VID_20190721_183000.mp4",
            "photo_2019-07-21_18-30-00.jpg",
            "signal-2019-07-21-18-30-00-123.jpg",
        ];
        for name in names {
            check(name, "2019-07-21T18:30:00Z ?");
        }
        check("PXL_20210719_163000123.jpg", "2021-07-19T16:30:00.123Z 0");
        check("IMG-20190721-WA0001.jpg", "2019-07-21T12:00:00Z ?");
        check("2019-07-21.jpg", "2019-07-21T12:00:00Z ?");
        check("FB_IMG_1563726600000.jpg", "2019-07-21T16:30:00Z 0");
        check("IMG_0001.JPG", "none");
        check("DSC12345678.jpg", "none");
        check("IMG_20191340_183000.jpg", "none");
        check("5551234-2019.jpg", "none");
        check("", "none");
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
        };
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
