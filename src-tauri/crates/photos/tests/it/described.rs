//! What people wrote about a photo arrives with it, from inside every kind of file and from the
//! sidecar beside it.

use std::fs;
use std::process::Command;

use exif::{Tag, Value};
use image::{DynamicImage, ImageFormat};
use kinfolio_photos::described::{SidecarFacts, xmp_sidecar};
use kinfolio_photos::{Described, Position, TakenSource};

use crate::fixtures::*;

fn photo(n: usize) -> Vec<u8> {
    jpeg(&quarters(64 + n, 48), 64 + n, 48)
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

/// A packet with that tag and that caption.
fn packet(tag: &str, caption: &str) -> String {
    xmp_sidecar(&SidecarFacts {
        tags: strings(&[tag]),
        caption: Some(caption.to_owned()),
        ..SidecarFacts::default()
    })
}

fn photoshop(data_sets: &[((u8, u8), &[u8])]) -> Vec<u8> {
    let mut iptc = Vec::new();
    for ((record, number), bytes) in data_sets {
        iptc.extend([0x1C, *record, *number]);
        iptc.extend((bytes.len() as u16).to_be_bytes());
        iptc.extend(*bytes);
    }
    // Another resource with a name of odd length comes first.
    let mut body = b"Photoshop 3.0\08BIM\x03\xed\x01a\0\0\0\x01x\0".to_vec();
    body.extend(b"8BIM\x04\x04\0\0");
    body.extend((iptc.len() as u32).to_be_bytes());
    body.extend(iptc);
    body
}

fn check(name: &str, bytes: &[u8], tags: &[&str], caption: Option<&str>) {
    let prepared = House::new().import_one(name, bytes);
    assert_eq!(prepared.metadata.warning, None, "{name}");
    assert_eq!(prepared.described.tags, strings(tags), "{name}");
    assert_eq!(prepared.described.caption.as_deref(), caption, "{name}");
}

#[test]
fn jpegs_carry_three_kinds_of_words() {
    let xmp = [
        b"http://ns.adobe.com/xap/1.0/\0",
        packet("a/b", "from XMP").as_bytes(),
    ]
    .concat();
    let iptc = photoshop(&[((2, 25), b"b"), ((2, 25), b"c"), ((2, 120), b"from IPTC")]);
    let wide = |text: &str| Value::Byte(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    let exif = with_exif(
        &photo(1),
        &exif_block(&[
            text(Tag::ImageDescription, "from EXIF"),
            field(Tag(exif::Context::Tiff, 0x9C9E), wide("d;a;e/f\0")),
            field(Tag(exif::Context::Tiff, 0x4746), Value::Short(vec![3])),
        ]),
    );
    let with_iptc = segment(&exif, 0xED, &iptc);
    let all = segment(&with_iptc, 0xE1, &xmp);
    check("exif.jpg", &exif, &["d", "a", "e/f"], Some("from EXIF"));
    check(
        "iptc.jpg",
        &with_iptc,
        &["b", "c", "d", "a", "e/f"],
        Some("from IPTC"),
    );
    check("all.jpg", &all, &["a/b", "c", "d", "e/f"], Some("from XMP"));
    let prepared = House::new().import_one("all.jpg", &all);
    assert_eq!(prepared.described.rating, Some(3));
    for filling in [
        "OLYMPUS DIGITAL CAMERA",
        "SONY DSC",
        "          ",
        "SAMSUNG",
    ] {
        check(
            "filled.jpg",
            &jpeg_with_fields(&[text(Tag::ImageDescription, filling)]),
            &[],
            None,
        );
    }
}

#[test]
fn long_xmp_is_put_together_again() {
    let main = packet("main", "short");
    let long = packet("extended", &"long ".repeat(100));
    let mut bytes = photo(1);
    let (first, second) = long.as_bytes().split_at(700);
    for (at, part) in [(first.len(), second), (0, first)] {
        let mut body = b"http://ns.adobe.com/xmp/extension/\0".to_vec();
        body.extend([b'0'; 32]);
        body.extend((long.len() as u32).to_be_bytes());
        body.extend((at as u32).to_be_bytes());
        body.extend(part);
        bytes = segment(&bytes, 0xE1, &body);
    }
    let body = [b"http://ns.adobe.com/xap/1.0/\0", main.as_bytes()].concat();
    check(
        "long.jpg",
        &segment(&bytes, 0xE1, &body),
        &["main", "extended"],
        Some("short"),
    );
}

#[test]
fn other_containers_carry_words_too() {
    let picture = DynamicImage::ImageRgb8(image::RgbImage::new(32, 32));
    let xmp = packet("a/b", "here");
    let chunk = |name: &[u8], body: &[u8], big_endian: bool| {
        let length = body.len() as u32;
        let length = if big_endian {
            length.to_be_bytes()
        } else {
            length.to_le_bytes()
        };
        (length, [name, body].concat())
    };
    let png = encoded(&picture, ImageFormat::Png);
    let text = [b"XML:com.adobe.xmp\0\0\0\0\0", xmp.as_bytes()].concat();
    let (length, named) = chunk(b"iTXt", &text, true);
    let checksum = crc32(&named).to_be_bytes();
    check(
        "a.png",
        &[&png[..33], &length, &named, &checksum, &png[33..]].concat(),
        &["a/b"],
        Some("here"),
    );
    let mut webp = encoded(&picture, ImageFormat::WebP);
    let (length, named) = chunk(b"XMP ", xmp.as_bytes(), false);
    webp.extend([&named[..4], &length, &named[4..]].concat());
    webp.extend(vec![0; xmp.len() % 2]);
    let size = (webp.len() as u32 - 8).to_le_bytes();
    webp[4..8].copy_from_slice(&size);
    check("a.webp", &webp, &["a/b"], Some("here"));
    // Their packets lie in boxes at the end, wherever those are said to begin.
    let mut avif = include_bytes!("fixtures/quarters.avif").to_vec();
    let (_, named) = chunk(b"free", xmp.as_bytes(), true);
    avif.extend((named.len() as u32 + 4).to_be_bytes());
    avif.extend(named);
    check("a.avif", &avif, &["a/b"], Some("here"));
}

#[test]
fn exiftool_writes_what_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let picture = DynamicImage::ImageRgb8(image::RgbImage::new(32, 32));
    let files = [
        ("a.jpg", photo(1)),
        ("a.png", encoded(&picture, ImageFormat::Png)),
        ("a.tif", encoded(&picture, ImageFormat::Tiff)),
    ];
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        let output = Command::new("exiftool")
            .args(["-q", "-n", "-overwrite_original", "-codedcharacterset=utf8"])
            .args(["-XMP:Subject=Paris", "-XMP:Subject=Family"])
            .args(["-XMP:HierarchicalSubject=Places|France|Paris", "-XMP:Rating=4"])
            .args(["-XMP:Description=Am Meer", "-XMP-iptcExt:PersonInImage=Anna"])
            .args(["-XMP:GPSLatitude=-14.25", "-XMP:GPSLongitude=170.5"])
            .args(["-XMP-exif:DateTimeOriginal=2019:07:31 23:59:30+13:00"])
            .args([r"-RegionInfo={AppliedToDimensions={W=32,H=32,Unit=pixel},RegionList=[{Area={X=.5,Y=.5,W=.1,H=.1,Unit=normalized},Name=Bert,Type=Face}]}"])
            .arg(&path)
            .output()
            .expect("exiftool is installed (Debian: libimage-exiftool-perl)");
        assert!(output.status.success(), "{output:?}");
        let house = House::new();
        let prepared = house.import_one(name, &fs::read(&path).unwrap());
        let described = &prepared.described;
        assert_eq!(
            described.tags,
            strings(&["Places/France/Paris", "Family"]),
            "{name}"
        );
        assert_eq!(described.people, strings(&["Anna", "Bert"]), "{name}");
        assert_eq!(described.caption.as_deref(), Some("Am Meer"), "{name}");
        assert_eq!(described.rating, Some(4), "{name}");
        let position = prepared.metadata.position.unwrap();
        assert!((position.lat + 14.25).abs() < 1e-7 && (position.lon - 170.5).abs() < 1e-7);
        let taken = prepared.metadata.taken;
        assert_eq!(taken.source, TakenSource::Xmp, "{name}");
        assert_eq!(
            (taken.at.wall_ms, taken.at.offset_minutes),
            (1_564_617_570_000, Some(780))
        );
    }
}

#[test]
fn movies_carry_xmp_where_their_makers_put_it() {
    let boxed = |name: &[u8], body: &[u8]| {
        let length = (body.len() as u32 + 8).to_be_bytes();
        [&length[..], name, body].concat()
    };
    let xmp = packet("a/b", "here");
    let begin = boxed(b"ftyp", b"isom\0\0\0\0isom");
    let moov = boxed(b"moov", &boxed(b"udta", &boxed(b"XMP_", xmp.as_bytes())));
    let identity = b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
    let uuid = boxed(b"uuid", &[identity, xmp.as_bytes()].concat());
    for bytes in [
        [begin.clone(), moov].concat(),
        [begin.clone(), boxed(b"moov", b""), uuid.clone()].concat(),
        [begin, uuid, boxed(b"moov", b"")].concat(),
    ] {
        let described = House::new().import_one("a.mp4", &bytes).described;
        assert_eq!(described.tags, strings(&["a/b"]));
        assert_eq!(described.caption.as_deref(), Some("here"));
    }
}

#[test]
fn a_sidecar_speaks_of_each_photo_of_its_stem() {
    let house = House::new();
    house.put("IMG_1.JPG", &photo(1));
    house.put("IMG_1.CR2", &photo(2));
    house.put("IMG_1.xmp", packet("both", "stem").as_bytes());
    house.put("IMG_2.jpg", &photo(3));
    house.put("IMG_2.JPG.XMP", packet("one", "whole name").as_bytes());
    house.put("img_2.xmp", packet("other", "stem").as_bytes());
    house.put("lonely.xmp", packet("x", "kept").as_bytes());
    house.put("notes.txt", b"no photo");
    house.put("notes.xmp", packet("x", "kept, too").as_bytes());
    let import = house.import(&[house.inbox()]);
    let all = [
        "IMG_1.CR2",
        "IMG_1.JPG",
        "IMG_2.jpg",
        "img_2.xmp",
        "lonely.xmp",
        "notes.txt",
        "notes.xmp",
    ];
    assert_eq!(names(&import), all);
    for name in ["IMG_1.CR2", "IMG_1.JPG"] {
        let prepared = named(&import, name);
        assert_eq!(prepared.described.tags, strings(&["both"]));
        assert_eq!(prepared.metadata.warning, None);
    }
    assert_eq!(
        named(&import, "IMG_2.jpg").described.caption.as_deref(),
        Some("whole name")
    );
    assert_eq!(named(&import, "lonely.xmp").described, Described::default());
}

#[test]
fn names_that_are_no_text_have_sidecars() {
    use std::os::unix::ffi::OsStrExt;
    let house = House::new();
    let put = |name: &[u8], bytes: &[u8]| {
        fs::write(house.inbox().join(std::ffi::OsStr::from_bytes(name)), bytes).unwrap();
    };
    put(b"caf\xe9.jpg", &photo(1));
    put(b"caf\xe9.jpg.xmp", packet("own", "e").as_bytes());
    put(b"caf\xe8.jpg", &photo(2));
    let import = house.import(&[house.inbox()]);
    assert_eq!(names(&import), ["caf\\xE8.jpg", "caf\\xE9.jpg"]);
    assert_eq!(
        named(&import, "caf\\xE9.jpg").described.tags,
        strings(&["own"])
    );
    assert_eq!(
        named(&import, "caf\\xE8.jpg").described,
        Described::default()
    );
}

#[test]
fn files_given_one_by_one_have_sidecars_too() {
    let house = House::new();
    let photo = house.put("IMG_1.JPG", &photo(1));
    let sidecar = house.put("IMG_1.JPG.xmp", packet("one", "beside").as_bytes());
    let import = house.import(std::slice::from_ref(&photo));
    assert_eq!(import.ready[0].described.tags, strings(&["one"]));
    let import = house.import(&[sidecar.clone(), photo]);
    assert_eq!(names(&import), ["IMG_1.JPG"]);
    // Alone it is what was meant.
    assert_eq!(names(&house.import(&[sidecar])), ["IMG_1.JPG.xmp"]);
}

#[test]
fn what_a_person_put_right_is_believed() {
    let house = House::new();
    let facts = SidecarFacts {
        position: Some(Position {
            lat: 48.85,
            lon: 2.35,
        }),
        taken: Some(kinfolio_photos::CaptureTime {
            wall_ms: 1_564_617_570_000,
            offset_minutes: None,
        }),
        rating: Some(5),
        ..SidecarFacts::default()
    };
    let bytes = jpeg_with_fields(&[
        text(Tag::DateTimeOriginal, "2001:01:01 00:00:00"),
        text(Tag::ImageDescription, "from EXIF"),
    ]);
    house.put("a.jpg", &bytes);
    house.put("a.jpg.xmp", xmp_sidecar(&facts).as_bytes());
    let import = house.import(&[house.inbox()]);
    let prepared = &import.ready[0];
    let taken = prepared.metadata.taken;
    assert_eq!(taken.source, TakenSource::Xmp);
    // The place says how far its clock was ahead.
    assert_eq!(
        (taken.at.wall_ms, taken.at.offset_minutes),
        (1_564_617_570_000, Some(120))
    );
    let position = prepared.metadata.position.unwrap();
    assert!((position.lat - 48.85).abs() < 1e-9 && (position.lon - 2.35).abs() < 1e-9);
    assert_eq!(prepared.described.caption.as_deref(), Some("from EXIF"));
    assert_eq!(prepared.described.rating, Some(5));
    assert_eq!(
        prepared.described.taken.map(|taken| taken.at),
        Some(taken.at)
    );
}

#[test]
fn a_broken_sidecar_is_named_and_harms_nothing() {
    let house = House::new();
    house.put("broken.jpg", &photo(1));
    house.put("broken.jpg.xmp", b"<x:xmpmeta><rdf:RDF>");
    house.put("huge.jpg", &photo(2));
    house.put("huge.xmp", &vec![b' '; (16 << 20) + 1]);
    house.put("folder.jpg", &photo(3));
    fs::create_dir(house.inbox().join("folder.jpg.xmp")).unwrap();
    house.put("pipe.jpg", &photo(4));
    let pipe = house.inbox().join("pipe.jpg.xmp");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let import = house.import(&[house.inbox()]);
    assert_eq!(
        names(&import),
        ["broken.jpg", "folder.jpg", "huge.jpg", "pipe.jpg"]
    );
    let warning = |name| {
        named(&import, name)
            .metadata
            .warning
            .clone()
            .unwrap_or_default()
    };
    assert!(
        warning("broken.jpg")
            .starts_with("the sidecar broken.jpg.xmp was not used: it ends before"),
        "{}",
        warning("broken.jpg")
    );
    assert_eq!(
        warning("huge.jpg"),
        "the sidecar huge.xmp was not used: it is too large (the limit is 16 MB)"
    );
    assert_eq!(
        (warning("folder.jpg"), warning("pipe.jpg")),
        (String::new(), String::new())
    );
    // The pipe is no sidecar, and no photo either.
    assert_eq!(rejected(&import).len(), 1);
}

#[test]
fn broken_words_inside_a_file_are_named() {
    let body = [b"http://ns.adobe.com/xap/1.0/\0", &b"<x:xmpmeta><"[..]].concat();
    let prepared = House::new().import_one("a.jpg", &segment(&photo(1), 0xE1, &body));
    let warning = prepared.metadata.warning.unwrap();
    assert!(
        warning.starts_with("the XMP data is damaged ("),
        "{warning}"
    );
    let whole = [
        b"http://ns.adobe.com/xap/1.0/\0",
        packet("a", "b").as_bytes(),
    ]
    .concat();
    let whole = segment(
        &segment(&photo(1), 0xE1, &whole),
        0xED,
        &photoshop(&[((2, 25), b"k")]),
    );
    let house = House::new();
    for at in (0..whole.len() - photo(1).len()).step_by(7) {
        let mut bent = whole.clone();
        bent[2 + at] ^= 0xFF;
        house.import_one("bent.jpg", &bent);
    }
}

#[test]
fn later_copies_bring_their_words() {
    let house = House::new();
    house.put("a/1.jpg", &photo(1));
    house.put("a/1.jpg.xmp", packet("first", "x").as_bytes());
    let import = house.import(&[house.inbox()]);
    assert_eq!(import.ready[0].described.tags, strings(&["first"]));
    house.known.lock().unwrap().insert(import.ready[0].id);
    house.put("b/1.jpg", &photo(1));
    house.put("b/1.jpg.xmp", packet("second", "y").as_bytes());
    house.put("c/1.jpg", &photo(1));
    let import = house.import(&[house.inbox()]);
    let mut tags: Vec<_> = import
        .described
        .iter()
        .map(|described| &described.tags)
        .collect();
    tags.sort_unstable();
    assert_eq!(import.duplicates.len(), 3);
    assert_eq!(tags, [&strings(&["first"]), &strings(&["second"])]);
    // A copy that the store lost is restored, and its words come as well.
    fs::remove_file(
        house
            .blobs
            .path(house.known.lock().unwrap().iter().next().unwrap()),
    )
    .unwrap();
    let import = house.import(&[house.inbox().join("b")]);
    assert_eq!(import.described[0].tags, strings(&["second"]));
}

#[test]
fn uploads_have_only_their_own_words() {
    let house = House::new();
    let path = house.put(
        "x.jpg",
        &jpeg_with_fields(&[text(Tag::ImageDescription, "inside")]),
    );
    house.put("x.jpg.xmp", packet("beside", "beside").as_bytes());
    let stored = house
        .blobs
        .put_file(&path, &kinfolio_photos::Cancel::new())
        .unwrap();
    let prepared = house
        .pipeline()
        .prepare_stored(stored, "x.jpg", "", None)
        .unwrap();
    assert_eq!(prepared.described.caption.as_deref(), Some("inside"));
    assert_eq!(prepared.described.tags, strings(&[]));
}
