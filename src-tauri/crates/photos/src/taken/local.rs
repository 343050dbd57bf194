//! The time of the place: what a clock there showed, and how far that was ahead of UTC.

use super::{CaptureTime, Taken, TakenSource};
use crate::exif::Position;

/// Offsets are multiples of a quarter of an hour.
const QUARTER_MS: i64 = 15 * 60_000;

/// How far two clocks of one camera may be apart.
const APART_MS: i64 = 2 * 60_000;

/// The widest offsets in use, in minutes: -12:00 and +14:00.
const OFFSETS: std::ops::RangeInclusive<i64> = -720..=840;

/// Adds to a camera's clock how far it was ahead of UTC, and turns a time in UTC into that of the place,
/// where the position says it, or else another witness: the satellites' clock, or the file's name.
pub(super) fn of(
    taken: Taken,
    position: Option<Position>,
    gps: Option<CaptureTime>,
    named: Option<CaptureTime>,
) -> Taken {
    let Taken { at, source } = taken;
    let wall_ms = at.wall_ms;
    let placed = match (source, at.offset_minutes) {
        (TakenSource::ExifOriginal | TakenSource::ExifDigitized | TakenSource::Xmp, None) => {
            let there =
                position.and_then(|at| kinfolio_places::offset_of_wall(at.lat, at.lon, wall_ms));
            let gps = gps.filter(|gps| gps.offset_minutes == Some(0));
            let offset_minutes = there.or_else(|| between(gps?.wall_ms, wall_ms));
            CaptureTime {
                wall_ms,
                offset_minutes,
            }
        }
        (TakenSource::Gps | TakenSource::Video | TakenSource::Takeout, Some(0)) => {
            let there = position.and_then(|at| kinfolio_places::offset_at(at.lat, at.lon, wall_ms));
            // A name with an offset of its own is in UTC as well.
            let named = named.filter(|named| named.offset_minutes.is_none());
            let offset = there.or_else(|| between(wall_ms, named?.wall_ms));
            offset.map_or(at, |minutes| CaptureTime {
                wall_ms: wall_ms + i64::from(minutes) * 60_000,
                offset_minutes: Some(minutes),
            })
        }
        _ => at,
    };
    Taken { at: placed, source }
}

/// How far a wall clock was ahead of UTC, if both show the same moment.
fn between(utc_ms: i64, wall_ms: i64) -> Option<i16> {
    let ahead = wall_ms.checked_sub(utc_ms)?;
    let quarters = (ahead + QUARTER_MS / 2).div_euclid(QUARTER_MS);
    let minutes = quarters * 15;
    let fits = (ahead - minutes * 60_000).abs() <= APART_MS && OFFSETS.contains(&minutes);
    fits.then(|| i16::try_from(minutes).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        let moment: jiff::Timestamp = format!("{text}Z").parse().unwrap();
        moment.as_millisecond()
    }

    fn time(text: &str, offset_minutes: Option<i16>) -> CaptureTime {
        CaptureTime {
            wall_ms: ms(text),
            offset_minutes,
        }
    }

    #[test]
    fn each_lands_in_the_day_and_month_of_its_place() {
        use TakenSource::{ExifOriginal, FileTime, Gps, Video};
        let berlin = Some(Position {
            lat: 52.52,
            lon: 13.4,
        });
        let fiji = Some(Position {
            lat: -16.8,
            lon: 179.99,
        });
        let samoa = Some(Position {
            lat: -14.28,
            lon: -170.7,
        });
        let ocean = Some(Position {
            lat: 30.0,
            lon: -40.0,
        });
        let name = |text| Some(time(text, None));
        let check = |source, at: CaptureTime, position, gps, named, expected: CaptureTime| {
            let taken = of(Taken { at, source }, position, gps, named);
            assert_eq!(taken.at, expected, "{source:?} {at:?} {position:?}");
            assert_eq!(taken.source, source);
        };
        // A camera's clock keeps its day; the place says how far it is ahead.
        let late = "2019-07-31T23:59:30";
        check(
            ExifOriginal,
            time(late, None),
            berlin,
            None,
            None,
            time(late, Some(120)),
        );
        check(
            ExifOriginal,
            time(late, None),
            fiji,
            None,
            None,
            time(late, Some(720)),
        );
        check(
            ExifOriginal,
            time(late, None),
            samoa,
            None,
            None,
            time(late, Some(-660)),
        );
        // What the camera says itself stands, and without a position the satellites' clock tells.
        check(
            ExifOriginal,
            time(late, Some(60)),
            berlin,
            None,
            None,
            time(late, Some(60)),
        );
        let gps = Some(time("2019-07-31T21:58:40", Some(0)));
        check(
            ExifOriginal,
            time(late, None),
            None,
            gps,
            None,
            time(late, Some(120)),
        );
        check(
            ExifOriginal,
            time(late, None),
            ocean,
            gps,
            None,
            time(late, Some(120)),
        );
        // A fix that is old says nothing.
        let old = Some(time("2019-07-31T21:50:40", Some(0)));
        check(
            ExifOriginal,
            time(late, None),
            None,
            old,
            None,
            time(late, None),
        );
        check(
            ExifOriginal,
            time(late, None),
            ocean,
            None,
            None,
            time(late, None),
        );
        // A video in UTC: the first minutes of August, in Berlin, are not July.
        let utc = time("2019-07-31T22:10:00", Some(0));
        let there = time("2019-08-01T00:10:00", Some(120));
        check(Video, utc, berlin, None, None, there);
        check(Gps, utc, berlin, None, None, there);
        check(Video, utc, None, None, name("2019-08-01T00:09:58"), there);
        check(
            Video,
            utc,
            samoa,
            None,
            None,
            time("2019-07-31T11:10:00", Some(-660)),
        );
        // A name that means another day, or is in UTC itself, says nothing.
        check(Video, utc, None, None, name("2019-08-02T12:00:00"), utc);
        check(
            Video,
            utc,
            None,
            None,
            Some(time("2019-07-31T22:10:00", Some(0))),
            utc,
        );
        check(FileTime, utc, berlin, None, None, utc);
    }
}
