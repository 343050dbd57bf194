//! Photos and videos land in the day and the month of the place where they were taken.

use exif::{Rational, Tag, Value};
use kinfolio_photos::{Metadata, TakenSource};

use crate::fixtures::*;

fn degrees(value: f64) -> Value {
    let value = value.abs();
    let rational = |value: f64, denom: u32| Rational {
        num: (value * f64::from(denom)).round() as u32,
        denom,
    };
    Value::Rational(vec![
        rational(value.floor(), 1),
        rational(value.fract() * 60.0, 1_000_000),
    ])
}

fn place(lat: f64, lon: f64) -> Vec<exif::Field> {
    vec![
        text(Tag::GPSLatitudeRef, if lat < 0.0 { "S" } else { "N" }),
        field(Tag::GPSLatitude, degrees(lat)),
        text(Tag::GPSLongitudeRef, if lon < 0.0 { "W" } else { "E" }),
        field(Tag::GPSLongitude, degrees(lon)),
    ]
}

fn clock(date: &str, hours: u32, minutes: u32, seconds: u32) -> Vec<exif::Field> {
    let time = [hours, minutes, seconds].map(|num| Rational { num, denom: 1 });
    vec![
        text(Tag::GPSDateStamp, date),
        field(Tag::GPSTimeStamp, Value::Rational(time.to_vec())),
    ]
}

/// The wall clock and its offset in hours.
fn shown(metadata: &Metadata) -> String {
    let at = metadata.taken.at;
    let wall = jiff::Timestamp::from_millisecond(at.wall_ms).unwrap();
    let offset = at.offset_minutes.map(|minutes| f64::from(minutes) / 60.0);
    format!("{} {offset:?}", wall.strftime("%Y-%m-%d %H:%M:%S"))
}

fn check(fields: &[Vec<exif::Field>], expect: &str) {
    let bytes = jpeg_with_fields(&fields.concat());
    let prepared = House::new().import_one("photo.jpg", &bytes);
    assert_eq!(shown(&prepared.metadata), expect);
}

const FIJI: (f64, f64) = (-16.8, 179.99);
const TONGA: (f64, f64) = (-21.13, -175.2);
const SAMOA: (f64, f64) = (-13.83, -171.77);
const AMERICAN_SAMOA: (f64, f64) = (-14.28, -170.7);
const KIRITIMATI: (f64, f64) = (1.87, -157.4);
const BERLIN: (f64, f64) = (52.52, 13.4);

fn original(date: &str) -> Vec<exif::Field> {
    vec![text(Tag::DateTimeOriginal, date)]
}

#[test]
fn a_late_evening_stays_in_its_month() {
    let at = |(lat, lon), date, expect| check(&[original(date), place(lat, lon)], expect);
    let late = "2019:07:31 23:59:30";
    at(FIJI, late, "2019-07-31 23:59:30 Some(12.0)");
    at(TONGA, late, "2019-07-31 23:59:30 Some(13.0)");
    at(SAMOA, late, "2019-07-31 23:59:30 Some(13.0)");
    at(AMERICAN_SAMOA, late, "2019-07-31 23:59:30 Some(-11.0)");
    at(KIRITIMATI, late, "2019-07-31 23:59:30 Some(14.0)");
    at(BERLIN, late, "2019-07-31 23:59:30 Some(2.0)");
    // Samoa had summer time then, and before 2011-12-30 it was on the other side of the date line.
    at(
        SAMOA,
        "2019:12:31 23:59:30",
        "2019-12-31 23:59:30 Some(14.0)",
    );
    at(
        SAMOA,
        "2011:07:31 23:59:30",
        "2011-07-31 23:59:30 Some(-11.0)",
    );
    at(
        BERLIN,
        "2019:12:31 23:59:30",
        "2019-12-31 23:59:30 Some(1.0)",
    );
}

#[test]
fn the_satellites_clock_says_the_offset_where_no_place_does() {
    let late = || original("2019:07:31 23:59:30");
    check(
        &[late(), clock("2019:07:31", 11, 59, 28)],
        "2019-07-31 23:59:30 Some(12.0)",
    );
    check(
        &[late(), clock("2019:08:01", 10, 59, 30)],
        "2019-07-31 23:59:30 Some(-11.0)",
    );
    check(
        &[late(), clock("2019:07:31", 9, 59, 30)],
        "2019-07-31 23:59:30 Some(14.0)",
    );
    // The place knows better than a fix from earlier, and a fix from yesterday says nothing.
    check(
        &[
            late(),
            clock("2019:07:31", 20, 59, 30),
            place(BERLIN.0, BERLIN.1),
        ],
        "2019-07-31 23:59:30 Some(2.0)",
    );
    check(
        &[late(), clock("2019:07:30", 9, 59, 30)],
        "2019-07-31 23:59:30 None",
    );
    // Alone it is in UTC, until a place says which clock is meant.
    check(
        &[clock("2019:07:31", 12, 0, 30), place(FIJI.0, FIJI.1)],
        "2019-08-01 00:00:30 Some(12.0)",
    );
    check(
        &[
            clock("2019:08:01", 10, 59, 30),
            place(AMERICAN_SAMOA.0, AMERICAN_SAMOA.1),
        ],
        "2019-07-31 23:59:30 Some(-11.0)",
    );
}

#[test]
fn each_date_has_an_offset_of_its_own() {
    let late = || original("2019:07:31 23:59:30");
    let offset = |tag, offset| vec![text(tag, offset)];
    let changed = || offset(Tag::OffsetTime, "+09:00");
    check(
        &[late(), changed(), offset(Tag::OffsetTimeOriginal, "-10:00")],
        "2019-07-31 23:59:30 Some(-10.0)",
    );
    // The one of the last change says nothing of this one, nor does that of the scan.
    check(
        &[
            late(),
            changed(),
            offset(Tag::OffsetTimeDigitized, "+05:00"),
        ],
        "2019-07-31 23:59:30 None",
    );
    check(
        &[late(), changed(), place(FIJI.0, FIJI.1)],
        "2019-07-31 23:59:30 Some(12.0)",
    );
    check(
        &[
            vec![text(Tag::DateTimeDigitized, "2019:07:31 23:59:30")],
            changed(),
            offset(Tag::OffsetTimeDigitized, "+05:30"),
        ],
        "2019-07-31 23:59:30 Some(5.5)",
    );
    // What the camera says itself stands, wherever it was.
    check(
        &[
            late(),
            offset(Tag::OffsetTimeOriginal, "+01:00"),
            place(FIJI.0, FIJI.1),
        ],
        "2019-07-31 23:59:30 Some(1.0)",
    );
}

fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 8).to_be_bytes();
    [&length[..], name, body].concat()
}

/// A movie of nothing, recorded at that second, with these boxes beside its header.
fn movie(utc_s: i64, boxes: &[Vec<u8>]) -> Vec<u8> {
    let created = u32::try_from(utc_s + 2_082_844_800).unwrap();
    let mut header = vec![0; 4];
    for word in [created, created, 600, 6000] {
        header.extend(word.to_be_bytes());
    }
    header.resize(100, 0);
    let moov = [boxed(b"mvhd", &header), boxes.concat()].concat();
    [boxed(b"ftyp", b"isom\0\0\0\0isom"), boxed(b"moov", &moov)].concat()
}

fn recorded_at(place: &str) -> Vec<u8> {
    let length = (place.len() as u16).to_be_bytes();
    boxed(
        b"udta",
        &boxed(
            b"\xa9xyz",
            &[&length[..], b"\x15\xc7", place.as_bytes()].concat(),
        ),
    )
}

fn apple(pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut keys = [[0; 4], (pairs.len() as u32).to_be_bytes()].concat();
    let mut values = Vec::new();
    for (number, (key, text)) in (1_u32..).zip(pairs) {
        keys.extend(boxed(
            b"mdta",
            format!("com.apple.quicktime.{key}").as_bytes(),
        ));
        let data = [&[0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes()].concat();
        values.extend(boxed(&number.to_be_bytes(), &boxed(b"data", &data)));
    }
    let boxes = [
        boxed(b"hdlr", &[0; 25]),
        boxed(b"keys", &keys),
        boxed(b"ilst", &values),
    ];
    boxed(b"meta", &boxes.concat())
}

#[test]
fn videos_in_utc_are_set_to_the_clock_of_their_place() {
    fn check(name: &str, bytes: &[u8], expect: &str) -> Metadata {
        let metadata = House::new().import_one(name, bytes).metadata;
        assert_eq!(metadata.taken.source, TakenSource::Video);
        assert_eq!(shown(&metadata), expect, "{name}");
        metadata
    }
    // 2019-07-31 22:10:00.
    let utc_s = 1_564_611_000;
    check("a.mp4", &movie(utc_s, &[]), "2019-07-31 22:10:00 Some(0.0)");
    check(
        "VID_20190801_001000.mp4",
        &movie(utc_s, &[]),
        "2019-08-01 00:10:00 Some(2.0)",
    );
    let at = |place| movie(utc_s, &[recorded_at(place)]);
    let berlin = check(
        "a.mp4",
        &at("+52.5200+013.4000/"),
        "2019-08-01 00:10:00 Some(2.0)",
    );
    assert_eq!(berlin.position.map(|p| (p.lat, p.lon)), Some((52.52, 13.4)));
    check(
        "a.mp4",
        &at("-16.8000+179.9900/"),
        "2019-08-01 10:10:00 Some(12.0)",
    );
    check(
        "a.mp4",
        &at("-14.2800-170.7000/"),
        "2019-07-31 11:10:00 Some(-11.0)",
    );
    check(
        "a.mp4",
        &at("+01.8700-157.4000/"),
        "2019-08-01 12:10:00 Some(14.0)",
    );
    check(
        "a.mp4",
        &at("+00.0000+000.0000/"),
        "2019-07-31 22:10:00 Some(0.0)",
    );
    let keys = [
        ("creationdate", "2019-08-01T00:09:58+0200"),
        ("location.ISO6709", "-16.8000+179.9900+012.500/"),
        ("make", "Apple"),
        ("model", "iPhone 12"),
    ];
    // Apple's key has an offset and stands, wherever it was.
    let iphone = check(
        "a.mov",
        &movie(utc_s, &[apple(&keys)]),
        "2019-08-01 00:09:58 Some(2.0)",
    );
    assert_eq!(iphone.altitude_m, Some(12.5));
    assert_eq!(
        (iphone.camera_make.as_str(), iphone.camera_model.as_str()),
        ("Apple", "iPhone 12")
    );
}
