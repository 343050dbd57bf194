//! How far local time is ahead of UTC at a position, then.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use tzf_rs::EmbeddedFinder;

static ZONES: LazyLock<EmbeddedFinder> = LazyLock::new(EmbeddedFinder::new);

/// Minutes that local time is ahead of UTC at this position, in degrees, and this moment, in
/// milliseconds since 1970. Nothing at sea, where each ship has its own time.
#[must_use]
pub fn offset_at(lat: f64, lon: f64, unix_ms: i64) -> Option<i16> {
    let moment = Timestamp::from_millisecond(unix_ms).ok()?;
    minutes(zone(lat, lon)?.to_offset(moment))
}

/// The same for what a clock showed there: milliseconds since 1970 as if it were UTC. Nothing in the
/// hour that comes twice, or never, where clocks are changed.
#[must_use]
pub fn offset_of_wall(lat: f64, lon: f64, wall_ms: i64) -> Option<i16> {
    let wall = Timestamp::from_millisecond(wall_ms).ok()?;
    let civil: DateTime = Offset::UTC.to_datetime(wall);
    let zoned = zone(lat, lon)?.into_ambiguous_zoned(civil);
    minutes(zoned.unambiguous().ok()?.offset())
}

fn zone(lat: f64, lon: f64) -> Option<TimeZone> {
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        return None;
    }
    let name = ZONES.get_tz_name(lon, lat);
    if name.is_empty() || name.starts_with("Etc/") {
        return None;
    }
    TimeZone::get(name).ok()
}

/// Of an offset that is whole minutes, as they all are since a hundred years.
fn minutes(offset: Offset) -> Option<i16> {
    let seconds = offset.seconds();
    (seconds % 60 == 0)
        .then(|| i16::try_from(seconds / 60).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall(text: &str) -> i64 {
        let civil: DateTime = text.parse().unwrap();
        Offset::UTC.to_timestamp(civil).unwrap().as_millisecond()
    }

    #[test]
    fn clocks_of_their_time_and_place() {
        let check = |lat, lon, at: &str, expected: Option<i16>| {
            assert_eq!(
                offset_of_wall(lat, lon, wall(at)),
                expected,
                "{lat}, {lon} at {at}"
            );
        };
        let paris = (48.85, 2.35);
        check(paris.0, paris.1, "2019-07-01T12:00:00", Some(120));
        check(paris.0, paris.1, "2019-01-01T12:00:00", Some(60));
        // The hour that never was, and the one that came twice.
        check(paris.0, paris.1, "2019-03-31T02:30:00", None);
        check(paris.0, paris.1, "2019-10-27T02:30:00", None);
        check(27.7, 85.3, "2019-07-01T12:00:00", Some(345));
        // The date line: Fiji and Samoa are on the same side, American Samoa is not.
        check(-16.8, 179.99, "2019-07-01T12:00:00", Some(720));
        check(-13.83, -171.77, "2019-07-01T12:00:00", Some(780));
        check(-14.28, -170.7, "2019-07-01T12:00:00", Some(-660));
        check(30.0, -40.0, "2019-07-01T12:00:00", None);
        check(90.0, 0.0, "2019-07-01T12:00:00", None);
        check(91.0, 0.0, "2019-07-01T12:00:00", None);
        check(f64::NAN, 0.0, "2019-07-01T12:00:00", None);
        // Paris kept its own time, nine minutes and 21 seconds ahead, until 1911.
        check(paris.0, paris.1, "1905-07-01T12:00:00", None);
        assert_eq!(
            offset_at(paris.0, paris.1, wall("2019-03-31T00:59:59")),
            Some(60)
        );
        assert_eq!(
            offset_at(paris.0, paris.1, wall("2019-03-31T01:00:00")),
            Some(120)
        );
        assert_eq!(offset_at(paris.0, paris.1, i64::MAX), None);
    }
}
