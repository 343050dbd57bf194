//! The dates that cameras, phones and messengers write into file names.

use super::{CaptureTime, milliseconds, number, utc, wall};

/// A date in a file name, as cameras, phones and messengers write them. Names
/// that hold a date only mean noon, so that no time zone moves the day.
pub(super) fn from_name(name: &str) -> Option<CaptureTime> {
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
    use super::super::tests::show;
    use super::*;

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
}
