//! Google Takeout: the JSON that it puts beside each photo, and the one of an album's folder.
//!
//! Takeout's files are known by what is in them; which JSON belongs to which photo is said in
//! [`names`]. It does not know the folder.

pub(super) mod names;

use serde_json::{Map, Value};

use super::{Account, NAMES_MAX, words};
use crate::exif::Position;
use crate::taken;

/// Largest JSON that is read, in bytes; Takeout's have a few thousand.
pub(super) const JSON_MAX: u64 = 1 << 20;

/// What the JSON beside a photo says; `None` when it is somebody else's JSON.
pub(super) fn photo(bytes: &[u8]) -> Result<Option<Account>, String> {
    let Value::Object(json) = parsed(bytes)? else {
        return Ok(None);
    };
    let taken = json.get("photoTakenTime").and_then(Value::as_object);
    let is_about_a_photo = taken.is_some()
        || (json.contains_key("title")
            && ["googlePhotosOrigin", "imageViews", "creationTime", "people"]
                .iter()
                .any(|key| json.contains_key(*key)));
    if !is_about_a_photo {
        return Ok(None);
    }
    let placed = ["geoData", "geoDataExif"]
        .iter()
        .find_map(|key| place(json.get(*key)?));
    let people = json.get("people").and_then(Value::as_array);
    let people = people.into_iter().flatten().take(NAMES_MAX);
    let people = people.filter_map(|person| words::name(person.get("name")?.as_str()?));
    Ok(Some(Account {
        people: words::distinct(people.collect()),
        caption: text(&json, "description").and_then(words::caption),
        favorite: json.get("favorited") == Some(&Value::Bool(true)),
        position: placed.map(|(position, _)| position),
        altitude_m: placed.and_then(|(_, altitude_m)| altitude_m),
        original: taken
            .and_then(|taken| seconds(taken.get("timestamp")?))
            .map(|seconds| taken::utc(seconds * 1000)),
        ..Account::default()
    }))
}

/// The title of the album that a folder's JSON describes; `None` when it is about something else.
/// `is_named_so` says that the file has the name that Takeout gives to it.
pub(super) fn album(bytes: &[u8], is_named_so: bool) -> Option<String> {
    let Value::Object(json) = parsed(bytes).ok()? else {
        return None;
    };
    // Older Takeouts put everything one level deeper.
    let json = match json.get("albumData") {
        Some(Value::Object(inner)) => inner,
        _ => &json,
    };
    let is_photo = json.contains_key("photoTakenTime") || json.contains_key("url");
    let is_album = is_named_so
        || ["access", "enrichments"]
            .iter()
            .any(|key| json.contains_key(*key));
    (is_album && !is_photo)
        .then(|| words::name(text(json, "title")?))
        .flatten()
}

fn parsed(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|error| format!("it is no well-formed JSON ({error})"))
}

fn text<'a>(json: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    json.get(key)?.as_str()
}

/// Seconds since 1970 (UTC), written as a text or as a number.
fn seconds(value: &Value) -> Option<i64> {
    let seconds = match value {
        Value::String(text) => text.trim().parse().ok()?,
        other => other.as_i64()?,
    };
    // The years 1800 to 2200; 0 is what a missing date comes out as.
    (seconds != 0 && (-5_364_662_400..7_258_118_400).contains(&seconds)).then_some(seconds)
}

/// Where a photo was taken, and how high; zero and zero means that nobody knows.
fn place(geo: &Value) -> Option<(Position, Option<f64>)> {
    let number = |key| {
        geo.get(key)?
            .as_f64()
            .filter(|number: &f64| number.is_finite())
    };
    let (lat, lon) = (number("latitude")?, number("longitude")?);
    let is_known = lat != 0.0 || lon != 0.0;
    let is_on_earth = lat.abs() <= 90.0 && lon.abs() <= 180.0;
    let altitude_m = number("altitude").filter(|metres| *metres != 0.0 && metres.abs() < 100_000.0);
    (is_known && is_on_earth).then_some((Position { lat, lon }, altitude_m))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_told_by_its_json() {
        let account = photo(
            br#"{"title": "IMG_1.JPG", "description": "On the pier", "url": "https://x", "imageViews": "3",
                "photoTakenTime": {"timestamp": "1564610400", "formatted": "31.07.2019"},
                "geoData": {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0},
                "geoDataExif": {"latitude": 52.5, "longitude": 13.4, "altitude": 34.5},
                "people": [{"name": "Anna"}, {"name": " "}, {"name": "Anna"}, {}], "favorited": true}"#,
        );
        let account = account.unwrap().unwrap();
        assert_eq!(account.people, ["Anna"]);
        assert_eq!(account.caption.as_deref(), Some("On the pier"));
        assert_eq!(
            account.position,
            Some(Position {
                lat: 52.5,
                lon: 13.4
            })
        );
        assert_eq!(account.altitude_m, Some(34.5));
        assert_eq!(account.original, Some(taken::utc(1_564_610_400_000)));
        assert!(account.favorite);
    }

    #[test]
    fn other_json_is_somebody_elses() {
        for other in ["[]", "3", "{}", r#"{"title": "a", "version": 2}"#] {
            assert_eq!(photo(other.as_bytes()), Ok(None), "{other}");
            assert_eq!(album(other.as_bytes(), false), None, "{other}");
        }
        for broken in [
            "",
            "{",
            "{\"photoTakenTime\": {",
            "\u{0}",
            &"[".repeat(10_000),
        ] {
            assert!(photo(broken.as_bytes()).is_err());
            assert_eq!(album(broken.as_bytes(), true), None);
        }
        let silent =
            br#"{"photoTakenTime": {"timestamp": "soon"}, "geoData": 3, "people": {"name": 1}}"#;
        assert_eq!(photo(silent), Ok(Some(Account::default())));
    }

    #[test]
    fn albums_have_a_title_and_are_no_photos() {
        fn check(json: &str, is_named_so: bool, expect: Option<&str>) {
            assert_eq!(
                album(json.as_bytes(), is_named_so).as_deref(),
                expect,
                "{json}"
            );
        }
        check(
            r#"{"title": "Summer", "access": "protected"}"#,
            false,
            Some("Summer"),
        );
        check(r#"{"title": "Summer"}"#, true, Some("Summer"));
        check(r#"{"title": "Summer"}"#, false, None);
        check(
            r#"{"albumData": {"title": "Old", "access": ""}}"#,
            false,
            Some("Old"),
        );
        check(
            r#"{"title": "a.jpg", "access": 1, "photoTakenTime": {}}"#,
            true,
            None,
        );
        check(r#"{"title": "", "access": ""}"#, true, None);
    }
}
