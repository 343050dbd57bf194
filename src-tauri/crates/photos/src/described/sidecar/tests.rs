//! What is written is read again, by the house and by exiftool.

use std::process::Command;

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::{collection, option};

use super::*;
use crate::described::{Accounts, Described, words, xmp};

fn read_again(packet: &str) -> Described {
    let accounts = Accounts {
        sidecar: xmp::read(packet.as_bytes()).expect("it is well-formed"),
        ..Accounts::default()
    };
    accounts.united()
}

/// Words with whatever breaks XML, and with what people write.
fn word() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("<".to_owned()),
        Just("&".to_owned()),
        Just("&amp;".to_owned()),
        Just("]]>".to_owned()),
        Just("|".to_owned()),
        Just("=".to_owned()),
        Just("🌞👩‍👩‍👧".to_owned()),
        Just("שלום".to_owned()),
        Just("مرحبا \u{200f}".to_owned()),
        Just("Straße".to_owned()),
        Just("e\u{301}".to_owned()),
        "[a-zA-Z0-9 ]{1,6}",
        any::<char>().prop_map(String::from),
    ];
    collection::vec(piece, 1..6)
        .prop_map(|pieces| pieces.concat().replace(['/', '\u{fffe}', '\u{ffff}'], "_"))
}

fn tag() -> impl Strategy<Value = String> {
    collection::vec(word(), 1..4).prop_filter_map("nothing is left of it", |parts| {
        words::tag(parts.iter().map(String::as_str))
    })
}

fn names() -> impl Strategy<Value = Vec<String>> {
    let name = word().prop_filter_map("nothing is left of it", |text| words::name(&text));
    collection::vec(name, 0..4).prop_map(words::distinct)
}

fn facts() -> impl Strategy<Value = SidecarFacts> {
    let position = (-90.0..=90.0, -180.0..=180.0).prop_map(|(lat, lon)| Position { lat, lon });
    let taken = (
        -5_000_000_000_000..7_000_000_000_000_i64,
        option::of(-720..=840_i16),
    );
    let taken = taken.prop_map(|(wall_ms, offset_minutes)| CaptureTime {
        wall_ms,
        offset_minutes,
    });
    let caption = word().prop_filter_map("nothing is left of it", |text| words::caption(&text));
    let words = (
        collection::vec(tag(), 0..6),
        names(),
        names(),
        option::of(caption),
    );
    let facts = (
        option::of(1..=5_u8),
        any::<bool>(),
        option::of(position),
        option::of(taken),
    );
    (words, facts).prop_map(|(words, facts)| {
        let (tags, albums, people, caption) = words;
        let (rating, favorite, position, taken) = facts;
        SidecarFacts {
            fields: vec![("roll".to_owned(), "a=b <c>".to_owned())],
            tags: words::distinct(tags),
            albums,
            people,
            caption,
            rating,
            favorite,
            position,
            altitude_m: None,
            taken,
        }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(facts in facts()) {
        let packet = xmp_sidecar(&facts);
        let described = read_again(&packet);
        let mut tags = (facts.tags.clone(), described.tags);
        tags.0.sort_unstable();
        tags.1.sort_unstable();
        assert_eq!(tags.0, tags.1, "{packet}");
        assert_eq!(facts.albums, described.albums);
        assert_eq!(facts.people, described.people);
        assert_eq!(facts.caption, described.caption);
        assert_eq!(facts.rating, described.rating);
        assert_eq!(facts.favorite, described.favorite);
        assert_eq!(facts.fields, described.fields);
        match (facts.position, described.position) {
            (Some(a), Some(b)) => {
                assert!((a.lat - b.lat).abs() < 1e-9 && (a.lon - b.lon).abs() < 1e-9, "{a:?} {b:?}");
            }
            (a, b) => assert_eq!(a, b),
        }
        // Without an offset the place says it when it is read.
        let at = described.taken.map(|taken| taken.at);
        assert_eq!(facts.taken.map(|at| at.wall_ms), at.map(|at| at.wall_ms));
        if facts.taken.is_some_and(|at| at.offset_minutes.is_some_and(|offset| offset != 0)) {
            assert_eq!(facts.taken, at);
        }
    }
}

/// Debian's exiftool is a stranger who knows XMP well; `make test` installs it.
fn exiftool(packet: &str) -> serde_json::Value {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("IMG_1.JPG.xmp");
    std::fs::write(&path, packet).unwrap();
    let output = Command::new("exiftool")
        .args(["-j", "-G1", "-struct", "-n", "-charset", "utf8"])
        .arg(&path)
        .output()
        .expect("exiftool is installed (Debian: libimage-exiftool-perl)");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut all: Vec<serde_json::Value> = serde_json::from_str(&text).expect(&text);
    all.remove(0)
}

#[test]
fn exiftool_reads_the_same() {
    let list = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    let facts = SidecarFacts {
        tags: list(&["holiday/greece & co", "מִשְׁפָּחָה", "\"quoted\" <tag>", "a|b/🌞"]),
        albums: list(&["Summer 2019"]),
        people: list(&["Anna", "Jürgen O'Neil"]),
        caption: Some("Two\nlines & <more>".to_owned()),
        rating: Some(4),
        favorite: true,
        position: Some(Position {
            lat: -14.281_234,
            lon: 179.999_987,
        }),
        altitude_m: Some(-12.5),
        taken: Some(CaptureTime {
            wall_ms: 1_564_617_570_250,
            offset_minutes: Some(-660),
        }),
        fields: vec![("roll".to_owned(), "7".to_owned())],
    };
    let read = exiftool(&xmp_sidecar(&facts));
    assert_eq!(read.get("ExifTool:Warning"), None);
    assert_eq!(
        read["XMP-dc:Subject"],
        serde_json::json!(["\"quoted\" <tag>", "greece & co", "מִשְׁפָּחָה", "🌞"])
    );
    assert_eq!(
        read["XMP-lr:HierarchicalSubject"],
        serde_json::json!(["holiday|greece & co", "מִשְׁפָּחָה", "\"quoted\" <tag>"])
    );
    assert_eq!(read["XMP-digiKam:TagsList"], serde_json::json!(facts.tags));
    assert_eq!(
        read["XMP-iptcExt:PersonInImage"],
        serde_json::json!(facts.people)
    );
    assert_eq!(read["XMP-dc:Description"], "Two\nlines & <more>");
    assert_eq!(read["XMP-xmp:Rating"], 4);
    let number = |tag: &str| read[tag].as_f64().unwrap();
    assert!((number("XMP-exif:GPSLatitude") + 14.281_234).abs() < 1e-8);
    assert!((number("XMP-exif:GPSLongitude") - 179.999_987).abs() < 1e-8);
    assert_eq!(number("XMP-exif:GPSAltitude"), 12.5);
    assert_eq!(read["XMP-exif:GPSAltitudeRef"], 1);
    for date in ["XMP-exif:DateTimeOriginal", "XMP-photoshop:DateCreated"] {
        assert_eq!(read[date], "2019:07:31 23:59:30.250-11:00");
    }
    let described = read_again(&xmp_sidecar(&facts));
    assert_eq!(described.altitude_m, facts.altitude_m);
    assert_eq!(described.taken.map(|taken| taken.at), facts.taken);
}

#[test]
fn an_empty_sidecar_says_nothing() {
    assert_eq!(
        read_again(&xmp_sidecar(&SidecarFacts::default())),
        Described::default()
    );
}
