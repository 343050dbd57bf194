//! A Google Takeout as it lies on the disk: what its JSON says comes with the photos, and the JSON
//! itself is no file of the library.

use exif::{Rational, Tag, Value};
use kinfolio_photos::TakenSource;

use crate::fixtures::*;

fn photo(n: usize) -> Vec<u8> {
    jpeg(&quarters(64 + n, 48), 64 + n, 48)
}

/// 2019-07-31 22:10:00 UTC.
const LATE: &str = "1564611000";

fn json(title: &str, more: &str) -> Vec<u8> {
    format!(
        r#"{{"title": "{title}", "description": "{title} said", "imageViews": "0",
        "photoTakenTime": {{"timestamp": "{LATE}", "formatted": "Jul 31, 2019"}},
        "geoData": {{"latitude": 0.0, "longitude": 0.0, "altitude": 0.0}}, "url": "https://photos.google.com/x" {more}}}"#
    )
    .into_bytes()
}

fn captions(import: &Import) -> Vec<(&str, &str)> {
    let mut all: Vec<_> = import
        .ready
        .iter()
        .map(|p| {
            (
                p.name.as_str(),
                p.described.caption.as_deref().unwrap_or("-"),
            )
        })
        .collect();
    all.sort_unstable();
    all
}

#[test]
fn each_photo_finds_its_json() {
    let house = House::new();
    let long = "a very long name that a person gave to this pho";
    let files: [(&str, &str); 12] = [
        ("plain.jpg", "plain.jpg.json"),
        ("new.jpg", "new.jpg.supplemental-metadata.json"),
        (
            "PXL_20190731_221000000.jpg",
            "PXL_20190731_221000000.jpg.supplemental-metada.json",
        ),
        ("cut.jpg", "cut.jpg.supp.json"),
        ("twice.jpg", "twice.jpg.json"),
        ("twice(1).jpg", "twice.jpg(1).json"),
        ("thrice(2).jpg", "thrice.jpg.supplemental-metadata(2).json"),
        ("thrice.jpg", "thrice.jpg.supplemental-metadata.json"),
        ("live.HEIC", "live.HEIC.json"),
        ("PXL_2.MP.jpg", "PXL_2.MP.jpg.json"),
        ("edit.jpg", "edit.jpg.json"),
        ("own.jpg", "own.jpg.json"),
    ];
    for (n, (name, beside)) in files.iter().enumerate() {
        house.put(name, &photo(n));
        house.put(beside, &json(name, ""));
    }
    house.put(&format!("{long}.jpg"), &photo(20));
    house.put(&format!("{}.json", &long[..46]), &json("long", ""));
    // These have none of their own.
    house.put("live.MP4", b"\0\0\0\x18ftypisom\0\0\0\0isommp42");
    house.put("PXL_2.MP", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42");
    house.put("edit-edited.jpg", &photo(21));
    house.put("own-bearbeitet.jpg", &photo(22));
    house.put("stranger.jpg", &photo(23));
    let import = house.import(&[house.inbox()]);
    let all = captions(&import);
    assert_eq!(all.len(), 12 + 1 + 5, "{all:?}");
    let said: Vec<_> = all
        .iter()
        .map(|(name, caption)| format!("{name}: {caption}"))
        .collect();
    assert_eq!(
        said,
        [
            "PXL_2.MP: PXL_2.MP.jpg said",
            "PXL_2.MP.jpg: PXL_2.MP.jpg said",
            "PXL_20190731_221000000.jpg: PXL_20190731_221000000.jpg said",
            "a very long name that a person gave to this pho.jpg: long said",
            "cut.jpg: cut.jpg said",
            "edit-edited.jpg: edit.jpg said",
            "edit.jpg: edit.jpg said",
            "live.HEIC: live.HEIC said",
            "live.MP4: live.HEIC said",
            "new.jpg: new.jpg said",
            "own-bearbeitet.jpg: own.jpg said",
            "own.jpg: own.jpg said",
            "plain.jpg: plain.jpg said",
            "stranger.jpg: -",
            "thrice(2).jpg: thrice(2).jpg said",
            "thrice.jpg: thrice.jpg said",
            "twice(1).jpg: twice(1).jpg said",
            "twice.jpg: twice.jpg said",
        ]
    );
}

#[test]
fn the_moment_and_the_place_are_known() {
    let check = |name: &str, bytes: &[u8], more: &str, expect: (TakenSource, i64, Option<i16>)| {
        let house = House::new();
        house.put(name, bytes);
        house.put(&format!("{name}.json"), &json(name, more));
        let import = house.import(&[house.inbox()]);
        let taken = import.ready[0].metadata.taken;
        assert_eq!(
            (taken.source, taken.at.wall_ms, taken.at.offset_minutes),
            expect,
            "{name}"
        );
        import.ready[0].metadata.position.map(|p| (p.lat, p.lon))
    };
    let utc_ms = 1_564_611_000_000;
    let berlin = r#", "geoDataExif": {"latitude": 52.5, "longitude": 13.4, "altitude": 30.0}"#;
    let hours = |hours: i64| hours * 3_600_000;
    // In Berlin it was August already.
    let there = (TakenSource::Takeout, utc_ms + hours(2), Some(120));
    assert_eq!(check("a.jpg", &photo(1), berlin, there), Some((52.5, 13.4)));
    assert_eq!(
        check(
            "a.jpg",
            &photo(1),
            "",
            (TakenSource::Takeout, utc_ms, Some(0))
        ),
        None
    );
    // A name with the clock of the place says how far it was ahead, but not when it was.
    check("IMG_20190801_001000.jpg", &photo(1), "", there);
    check(
        "IMG_20200101_120000.jpg",
        &photo(1),
        "",
        (TakenSource::Takeout, utc_ms, Some(0)),
    );
    // What the camera says wins, the place included.
    let dated = jpeg_with_fields(&[text(Tag::DateTimeOriginal, "2019:07:31 10:00:00")]);
    let original = (TakenSource::ExifOriginal, 1_564_567_200_000, Some(120));
    check("a.jpg", &dated, berlin, original);
    let degrees =
        |whole| Value::Rational([whole, 0, 0].map(|num| Rational { num, denom: 1 }).to_vec());
    let placed = jpeg_with_fields(&[
        text(Tag::GPSLatitudeRef, "N"),
        field(Tag::GPSLatitude, degrees(40)),
        text(Tag::GPSLongitudeRef, "W"),
        field(Tag::GPSLongitude, degrees(74)),
    ]);
    let york = (TakenSource::Takeout, utc_ms - hours(4), Some(-240));
    assert_eq!(check("a.jpg", &placed, berlin, york), Some((40.0, -74.0)));
}

#[test]
fn people_and_favourites_are_taken_over() {
    let house = House::new();
    house.put("a.jpg", &photo(1));
    let more = r#", "people": [{"name": "Anna"}, {"name": "Jürgen"}], "favorited": true"#;
    house.put("a.jpg.supplemental-metadata.json", &json("a.jpg", more));
    let import = house.import(&[house.inbox()]);
    let described = &import.ready[0].described;
    assert_eq!(described.people, ["Anna", "Jürgen"]);
    assert!(described.favorite);
    assert_eq!(import.summary.found, 1);
}

#[test]
fn albums_are_folders_but_years_are_not() {
    let house = House::new();
    let album = |title: &str| {
        format!(r#"{{"title": "{title}", "description": "", "access": "protected"}}"#)
    };
    for (n, (folder, beside, title)) in [
        ("Photos from 2019", "metadata.json", "Photos from 2019"),
        ("Fotos von 2018", "Metadaten.json", "Fotos von 2018"),
        ("Summer 2019", "metadata.json", "Summer 2019"),
        ("Été", "métadonnées.json", "Été à Paris"),
        ("Odd", "whatever.json", "By content"),
    ]
    .into_iter()
    .enumerate()
    {
        house.put(&format!("{folder}/{n}.jpg"), &photo(n));
        house.put(&format!("{folder}/{n}.jpg.json"), &json("x", ""));
        house.put(&format!("{folder}/{beside}"), album(title).as_bytes());
    }
    house.put("Unnamed/5.jpg", &photo(5));
    // Without a photo there is no album, and the file is somebody's.
    house.put("Data/metadata.json", album("Data").as_bytes());
    house.put("Data/6.txt", b"no photo");
    let import = house.import(&[house.inbox()]);
    let albums = |name: &str| named(&import, name).described.albums.join(", ");
    let found: Vec<_> = (0..6).map(|n| albums(&format!("{n}.jpg"))).collect();
    assert_eq!(
        found,
        ["", "", "Summer 2019", "Été à Paris", "By content", ""]
    );
    let names = names(&import);
    assert_eq!(
        names.iter().filter(|name| name.ends_with(".json")).count(),
        1,
        "{names:?}"
    );
}

#[test]
fn the_same_photo_is_in_its_year_and_in_its_albums() {
    let house = House::new();
    for (folder, person) in [("A", "Anna"), ("B", "Bert"), ("Photos from 2019", "Cleo")] {
        house.put(&format!("{folder}/1.jpg"), &photo(1));
        let people = format!(r#", "people": [{{"name": "{person}"}}]"#);
        house.put(&format!("{folder}/1.jpg.json"), &json("1.jpg", &people));
        let album = format!(r#"{{"title": "{folder}", "access": ""}}"#);
        house.put(&format!("{folder}/metadata.json"), album.as_bytes());
    }
    let import = house.import(&[house.inbox()]);
    assert_eq!(
        (
            import.summary.found,
            import.summary.ready,
            import.summary.duplicate
        ),
        (3, 1, 2)
    );
    let all = import.ready.iter().map(|prepared| &prepared.described);
    let all: Vec<_> = all.chain(&import.described).collect();
    let mut people: Vec<_> = all.iter().flat_map(|one| &one.people).collect();
    let mut albums: Vec<_> = all.iter().flat_map(|one| &one.albums).collect();
    people.sort_unstable();
    albums.sort_unstable();
    assert_eq!(people, ["Anna", "Bert", "Cleo"]);
    assert_eq!(albums, ["A", "B"]);
    let late = import.described[0].taken.unwrap();
    assert_eq!(late.source, TakenSource::Takeout);
}

#[test]
fn strange_and_broken_json_is_imported_like_any_file() {
    let house = House::new();
    house.put("a.jpg", &photo(1));
    house.put("a.jpg.json", b"{\"title\": \"a.jpg\", ");
    house.put("b.jpg", &photo(2));
    house.put("b.jpg.json", b"{\"somebody\": \"else\"}");
    house.put("c.jpg", &photo(3));
    house.put("c.jpg.json", &vec![b' '; (1 << 20) + 1]);
    house.put("settings.json", b"{\"title\": \"Settings\"}");
    let import = house.import(&[house.inbox()]);
    let all = [
        "a.jpg",
        "a.jpg.json",
        "b.jpg",
        "b.jpg.json",
        "c.jpg",
        "c.jpg.json",
        "settings.json",
    ];
    assert_eq!(names(&import), all);
    let warning = |name| {
        named(&import, name)
            .metadata
            .warning
            .clone()
            .unwrap_or_default()
    };
    let expect = "the Takeout file a.jpg.json was not used: it is no well-formed JSON";
    assert!(warning("a.jpg").starts_with(expect), "{}", warning("a.jpg"));
    assert_eq!(warning("b.jpg"), "");
    assert!(
        warning("c.jpg").contains("too large"),
        "{}",
        warning("c.jpg")
    );
}
