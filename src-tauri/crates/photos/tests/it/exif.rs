//! What cameras write is read as they meant it; what is broken does not hurt.

use exif::{Rational, SRational, Tag, Value};
use kinfolio_photos::{Metadata, TakenSource};

use crate::fixtures::*;

fn rationals(values: &[(u32, u32)]) -> Value {
    Value::Rational(
        values
            .iter()
            .map(|&(num, denom)| Rational { num, denom })
            .collect(),
    )
}

fn read(fields: &[exif::Field]) -> Metadata {
    House::new()
        .import_one("photo.jpg", &jpeg_with_fields(fields))
        .metadata
}

#[test]
fn positions_follow_their_reference_letters() {
    const LAT: [(u32, u32); 3] = [(52, 1), (30, 1), (36, 10)];
    const LON: [(u32, u32); 3] = [(13, 1), (24, 1), (0, 1)];
    fn check(lat: (&str, Value), lon: (&str, Value), expect: Option<(f64, f64)>) {
        let metadata = read(&[
            text(Tag::GPSLatitudeRef, lat.0),
            field(Tag::GPSLatitude, lat.1),
            text(Tag::GPSLongitudeRef, lon.0),
            field(Tag::GPSLongitude, lon.1),
        ]);
        let found = metadata.position.map(|p| (p.lat, p.lon));
        match (found, expect) {
            (Some(found), Some(expect)) => {
                assert!(
                    (found.0 - expect.0).abs() < 1e-9 && (found.1 - expect.1).abs() < 1e-9,
                    "{found:?}"
                );
            }
            other => assert_eq!(other.0, other.1),
        }
    }
    let (lat, lon) = (|| rationals(&LAT), || rationals(&LON));
    check(("N", lat()), ("E", lon()), Some((52.501, 13.4)));
    check(("S", lat()), ("W", lon()), Some((-52.501, -13.4)));
    check(("s", lat()), ("w", lon()), Some((-52.501, -13.4)));
    check(
        ("N", rationals(&[(524_567, 10_000)])),
        ("E", lon()),
        Some((52.4567, 13.4)),
    );
    check(
        ("N", rationals(&[(0, 0), (0, 0), (0, 0)])),
        ("E", lon()),
        None,
    );
    check(
        ("N", rationals(&[(91, 1), (0, 1), (0, 1)])),
        ("E", lon()),
        None,
    );
    check(
        ("N", lat()),
        ("E", rationals(&[(180, 1), (0, 1), (1, 1)])),
        None,
    );
    check(
        ("N", rationals(&[(u32::MAX, 1), (0, 1), (0, 1)])),
        ("E", lon()),
        None,
    );
    // Some phones write signed numbers.
    let signed = Value::SRational(vec![
        SRational { num: 52, denom: 1 },
        SRational { num: 30, denom: 1 },
    ]);
    check(("N", signed), ("E", lon()), Some((52.5, 13.4)));
    check(("N", Value::Short(vec![52, 30, 0])), ("E", lon()), None);
}

#[test]
fn heights_below_the_sea_are_negative() {
    fn check(reference: u8, value: (u32, u32), expect: Option<f64>) {
        let fields = [
            field(Tag::GPSAltitudeRef, Value::Byte(vec![reference])),
            field(Tag::GPSAltitude, rationals(&[value])),
        ];
        assert_eq!(read(&fields).altitude_m, expect);
    }
    check(0, (1_234, 10), Some(123.4));
    check(1, (4_300, 10), Some(-430.0));
    check(0, (0, 0), None);
    check(0, (u32::MAX, 1), None);
}

#[test]
fn camera_lens_and_exposure_are_read() {
    let metadata = read(&[
        text(Tag::Make, "Canon\0\0"),
        text(Tag::Model, " Canon EOS 6D "),
        text(Tag::LensModel, "EF24-105mm f/4L IS USM"),
        field(Tag::PhotographicSensitivity, Value::Short(vec![400])),
        field(Tag::FNumber, rationals(&[(28, 10)])),
        field(Tag::ExposureTime, rationals(&[(1, 250)])),
        field(Tag::FocalLength, rationals(&[(50, 1)])),
        field(Tag::Orientation, Value::Short(vec![99])),
    ]);
    assert_eq!(metadata.camera_make, "Canon");
    assert_eq!(metadata.camera_model, "Canon EOS 6D");
    assert_eq!(metadata.lens, "EF24-105mm f/4L IS USM");
    assert_eq!(metadata.exposure.iso, Some(400));
    assert_eq!(metadata.exposure.f_number, Some(2.8));
    assert_eq!(metadata.exposure.exposure_time_s, Some(0.004));
    assert_eq!(metadata.exposure.focal_length_mm, Some(50.0));
    assert_eq!(metadata.orientation, 1);
    let listed = |tag: &str| {
        metadata
            .exif
            .iter()
            .find(|(name, _)| name == tag)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(listed("ExposureTime"), Some("1/250 s"));
    assert_eq!(listed("Model"), Some("Canon EOS 6D"));
}

#[test]
fn the_camera_clock_keeps_its_own_offset() {
    fn check(fields: &[exif::Field], expect: (TakenSource, i64, Option<i16>)) {
        let taken = read(fields).taken;
        assert_eq!(
            (taken.source, taken.at.wall_ms, taken.at.offset_minutes),
            expect
        );
    }
    let original = text(Tag::DateTimeOriginal, "2019:07:31 23:59:59");
    let digitized = text(Tag::DateTimeDigitized, "2019:08:02 10:00:00");
    let last_second = 1_564_617_599_000;
    check(
        &[original.clone(), digitized.clone()],
        (TakenSource::ExifOriginal, last_second, None),
    );
    // OffsetTime belongs to the date of the last change, not to this one.
    let changed = text(Tag::OffsetTime, "+09:00");
    check(
        &[original.clone(), changed],
        (TakenSource::ExifOriginal, last_second, None),
    );
    let offset = text(Tag::OffsetTimeOriginal, "-02:30");
    let subsec = text(Tag::SubSecTimeOriginal, "5");
    check(
        &[original, offset, subsec],
        (TakenSource::ExifOriginal, last_second + 500, Some(-150)),
    );
    let blank = text(Tag::DateTimeOriginal, "0000:00:00 00:00:00");
    check(
        &[blank, digitized],
        (TakenSource::ExifDigitized, 1_564_740_000_000, None),
    );
    let stamp = text(Tag::GPSDateStamp, "2019:07:31");
    let time = field(Tag::GPSTimeStamp, rationals(&[(21, 1), (59, 1), (595, 10)]));
    check(
        &[stamp, time],
        (TakenSource::Gps, 1_564_610_399_500, Some(0)),
    );
}

#[test]
fn names_and_file_times_speak_last() {
    let house = House::new();
    let bytes = jpeg(&quarters(32, 32), 32, 32);
    let taken = house
        .import_one("IMG_20190721_183000.jpg", &bytes)
        .metadata
        .taken;
    assert_eq!(
        (taken.source, taken.at.wall_ms),
        (TakenSource::FileName, 1_563_733_800_000)
    );
    let path = house.put("holiday.jpg", &jpeg(&quarters(34, 32), 34, 32));
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(time)
        .unwrap();
    let taken = house.import(&[path]).ready.remove(0).metadata.taken;
    assert_eq!(
        (taken.source, taken.at.wall_ms),
        (TakenSource::FileTime, 1_000_000_000_000)
    );
}

#[test]
fn broken_blocks_give_what_can_be_read() {
    let block = exif_block(&[
        text(Tag::Make, "A camera with quite a long name"),
        field(Tag::Orientation, Value::Short(vec![6])),
        text(Tag::DateTimeOriginal, "2019:07:21 18:30:00"),
    ]);
    let house = House::new();
    let mut read_some = 0;
    // Cut anywhere, the photo is imported; nothing panics.
    for length in (0..block.len()).step_by(3) {
        let picture = jpeg(&quarters(40 + length, 40), 40 + length, 40);
        let metadata = house
            .import_one("cut.jpg", &with_exif(&picture, &block[..length]))
            .metadata;
        assert!(
            metadata
                .warning
                .is_some_and(|warning| warning.contains("EXIF")),
            "{length}"
        );
        assert!(!metadata.thumbhash.is_empty());
        read_some += usize::from(!metadata.exif.is_empty());
    }
    assert!(read_some > 5, "{read_some}");
    // Every byte wrong once.
    for at in 0..block.len() {
        let mut broken = block.clone();
        broken[at] ^= 0xFF;
        let picture = jpeg(&quarters(40 + at, 44), 40 + at, 44);
        let metadata = house
            .import_one("bent.jpg", &with_exif(&picture, &broken))
            .metadata;
        assert!(!metadata.thumbhash.is_empty());
    }
}

#[test]
fn other_containers_carry_exif_too() {
    let house = House::new();
    let avif = house
        .import_one("a.avif", include_bytes!("fixtures/quarters.avif"))
        .metadata;
    assert_eq!(
        (avif.taken.source, avif.taken.at.wall_ms),
        (TakenSource::ExifOriginal, 1_563_733_800_000)
    );
}
