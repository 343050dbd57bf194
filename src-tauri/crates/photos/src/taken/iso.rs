//! Dates as XMP and Apple's videos write them (ISO 8601).

use super::{CaptureTime, from_exif};

/// `2019-07-31T23:59:30.5+02:00` and its shorter forms. Without a time of day it means noon, so
/// that no time zone moves the day; without a day it says too little.
pub(crate) fn from_iso(text: &str) -> Option<CaptureTime> {
    let text = text.trim();
    let date = text.get(0..10)?;
    let rest = text.get(10..)?;
    let Some(rest) = rest.strip_prefix(['T', ' ', 't']) else {
        return rest
            .is_empty()
            .then(|| from_exif(&format!("{date} 12:00:00"), None, None))?;
    };
    let digits = |c: char| c.is_ascii_digit() || c == ':';
    let clock = &rest[..rest.find(|c| !digits(c)).unwrap_or(rest.len())];
    let behind = &rest[clock.len()..];
    let (subsec, offset) = match behind.strip_prefix(['.', ',']) {
        Some(fraction) => {
            let end = fraction.find(|c: char| !c.is_ascii_digit());
            let (subsec, offset) = fraction.split_at(end.unwrap_or(fraction.len()));
            (Some(subsec), offset)
        }
        None => (None, behind),
    };
    let clock = match clock.len() {
        5 => format!("{clock}:00"),
        8 => clock.to_owned(),
        _ => return None,
    };
    from_exif(
        &format!("{date} {clock}"),
        subsec,
        Some(&with_colon(offset.trim())),
    )
}

/// Apple writes `+0200` where EXIF writes `+02:00`.
fn with_colon(offset: &str) -> String {
    match (offset.get(..3), offset.get(3..)) {
        (Some(hours), Some(minutes)) if offset.len() == 5 => format!("{hours}:{minutes}"),
        (Some(hours), Some("")) => format!("{hours}:00"),
        _ => offset.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::show;
    use super::*;

    #[test]
    fn dates_of_xmp_and_apple_are_read() {
        fn check(text: &str, expect: &str) {
            assert_eq!(show(from_iso(text)), expect, "{text}");
        }
        check("2019-07-31T23:59:30", "2019-07-31T23:59:30Z ?");
        check(
            "2019-07-31T23:59:30.25+02:00",
            "2019-07-31T23:59:30.25Z 120",
        );
        check("2019-07-31T23:59:30+0200", "2019-07-31T23:59:30Z 120");
        check("2019-07-31T23:59:30-03", "2019-07-31T23:59:30Z -180");
        check("2019-07-31T23:59:30Z", "2019-07-31T23:59:30Z 0");
        check("2019-07-31T23:59", "2019-07-31T23:59:00Z ?");
        check("2019-07-31T23:59-09:30", "2019-07-31T23:59:00Z -570");
        check("2019:07:31 23:59:30", "2019-07-31T23:59:30Z ?");
        check("2019-07-31", "2019-07-31T12:00:00Z ?");
        check("2019-07", "none");
        check("2019", "none");
        check("2019-02-30T10:00:00", "none");
        check("2019-07-31Tnoon", "none");
        check("2019-07-31T", "none");
        check("äääääääää", "none");
        check("", "none");
    }
}
