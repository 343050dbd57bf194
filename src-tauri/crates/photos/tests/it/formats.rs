//! Every kind of file becomes what can be shown of it.

use std::process::Command;

use image::{DynamicImage, ImageFormat};
use kinfolio_photos::{Kind, ThumbError, ThumbSize};
use turbojpeg::{PixelFormat, Subsamp};

use crate::fixtures::*;

fn quarter_image(width: u32, height: u32) -> DynamicImage {
    let data = quarters(width as usize, height as usize);
    DynamicImage::ImageRgb8(image::RgbImage::from_raw(width, height, data).unwrap())
}

/// The picture of four quarters comes out right, in both sizes.
fn check(name: &str, bytes: &[u8], mime: &str, size: (u32, u32)) {
    let house = House::new();
    let prepared = house.import_one(name, bytes);
    let metadata = &prepared.metadata;
    assert_eq!(metadata.warning, None, "{name}");
    assert_eq!(
        (metadata.mime.as_str(), metadata.width, metadata.height),
        (mime, size.0, size.1)
    );
    assert!(!metadata.thumbhash.is_empty());
    for thumb in [ThumbSize::Small, ThumbSize::Large] {
        let preview = house.preview(&prepared, thumb);
        assert_eq!(corners(&preview), "rgbw", "{name} {thumb:?}");
        let longest = preview.width().max(preview.height());
        assert_eq!(
            longest,
            thumb.px().min(size.0.max(size.1)),
            "{name}: as large as allowed, never enlarged"
        );
    }
}

#[test]
fn jpegs_of_every_make() {
    let rgb = quarters(1600, 1200);
    for subsamp in [
        Subsamp::None,
        Subsamp::Sub2x1,
        Subsamp::Sub2x2,
        Subsamp::Sub1x2,
        Subsamp::Sub4x1,
    ] {
        for progressive in [false, true] {
            let bytes = jpeg_with(&rgb, 1600, 1200, PixelFormat::RGB, subsamp, progressive);
            check("photo.jpg", &bytes, "image/jpeg", (1600, 1200));
        }
    }
    check(
        "small.jpg",
        &jpeg(&quarters(64, 48), 64, 48),
        "image/jpeg",
        (64, 48),
    );
    check(
        "tall.jpg",
        &jpeg(&quarters(300, 4000), 300, 4000),
        "image/jpeg",
        (300, 4000),
    );
}

#[test]
fn grey_and_printing_colours() {
    let house = House::new();
    let grey: Vec<u8> = vec![90; 640 * 480];
    let bytes = jpeg_with(&grey, 640, 480, PixelFormat::GRAY, Subsamp::Gray, false);
    let prepared = house.import_one("grey.jpg", &bytes);
    let [r, g, b] = house.preview(&prepared, ThumbSize::Small).get_pixel(5, 5).0;
    assert!([r, g, b].iter().all(|value| value.abs_diff(90) < 4));
    // Adobe writes light instead of ink: full light but for cyan's is red.
    let ink: Vec<u8> = [255, 20, 20, 255].repeat(320 * 240);
    let bytes = jpeg_with(&ink, 320, 240, PixelFormat::CMYK, Subsamp::None, false);
    let prepared = house.import_one("print.jpg", &bytes);
    let [r, g, b] = house.preview(&prepared, ThumbSize::Small).get_pixel(5, 5).0;
    assert!(r > 200 && g < 60 && b < 60, "{r} {g} {b}");
}

#[test]
fn other_still_pictures() {
    let picture = quarter_image(1400, 900);
    check(
        "a.png",
        &encoded(&picture, ImageFormat::Png),
        "image/png",
        (1400, 900),
    );
    check(
        "a.webp",
        &encoded(&picture, ImageFormat::WebP),
        "image/webp",
        (1400, 900),
    );
    check(
        "a.tif",
        &encoded(&picture, ImageFormat::Tiff),
        "image/tiff",
        (1400, 900),
    );
    check(
        "a.bmp",
        &encoded(&picture, ImageFormat::Bmp),
        "image/bmp",
        (1400, 900),
    );
    check(
        "a.gif",
        &encoded(&quarter_image(200, 100), ImageFormat::Gif),
        "image/gif",
        (200, 100),
    );
    let deep = DynamicImage::ImageRgb16(picture.to_rgb16());
    check(
        "deep.png",
        &encoded(&deep, ImageFormat::Png),
        "image/png",
        (1400, 900),
    );
    check(
        "deep.tif",
        &encoded(&deep, ImageFormat::Tiff),
        "image/tiff",
        (1400, 900),
    );
}

#[test]
fn heic_is_decoded() {
    let rgb = quarters(640, 480);
    let rgba: Vec<u8> = rgb
        .chunks(3)
        .flat_map(|p| [p[0], p[1], p[2], 255])
        .collect();
    let bytes = heifer::encode_rgba8(640, 480, &rgba, &heifer::EncodeOptions::default()).unwrap();
    check("a.heic", &bytes, "image/heic", (640, 480));
}

#[test]
fn jpeg_xl_is_decoded() {
    check(
        "a.jxl",
        include_bytes!("fixtures/quarters.jxl"),
        "image/jxl",
        (64, 64),
    );
}

#[test]
fn avif_is_decoded_where_ffmpeg_is_installed() {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("skipped: no ffmpeg here");
        return;
    }
    check(
        "a.avif",
        include_bytes!("fixtures/quarters.avif"),
        "image/avif",
        (640, 480),
    );
}

#[test]
fn transparency_is_shown_over_white() {
    let house = House::new();
    let clear = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(
        300,
        300,
        image::Rgba([0, 0, 0, 0]),
    ));
    let prepared = house.import_one("clear.png", &encoded(&clear, ImageFormat::Png));
    assert_eq!(
        house.preview(&prepared, ThumbSize::Small).get_pixel(9, 9).0,
        [255, 255, 255]
    );
}

#[test]
fn wide_colours_are_converted() {
    let rgb = [230, 60, 40].repeat(64 * 64);
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let body = [b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat();
    let bytes = segment(&jpeg(&rgb, 64, 64), 0xE2, &body);
    let house = House::new();
    let prepared = house.import_one("p3.jpg", &bytes);
    let [r, g, _] = house.preview(&prepared, ThumbSize::Small).get_pixel(9, 9).0;
    // The same red is nearer to the edge of sRGB than of Display P3.
    assert!(r > 240 && g < 50, "{r} {g}");
}

#[test]
fn every_orientation_comes_out_upright() {
    use exif::{Tag, Value};
    // How a camera stores the four quarters when it was held that way.
    let stored = [
        (1, "rgbw"),
        (2, "grwb"),
        (3, "wbgr"),
        (4, "bwrg"),
        (5, "rbgw"),
        (6, "gwrb"),
        (7, "wgbr"),
        (8, "brwg"),
    ];
    let upright = quarters(800, 600);
    for (orientation, expect_stored) in stored {
        let (width, height) = if orientation >= 5 {
            (600, 800)
        } else {
            (800, 600)
        };
        // Where the pixel stored at (x, y) is in the upright picture.
        let from = |x: usize, y: usize| match orientation {
            2 => (799 - x, y),
            3 => (799 - x, 599 - y),
            4 => (x, 599 - y),
            5 => (y, x),
            6 => (799 - y, x),
            7 => (799 - y, 599 - x),
            8 => (y, 599 - x),
            _ => (x, y),
        };
        let pixel = |n: usize| {
            let (x, y) = from(n % width, n / width);
            upright[(y * 800 + x) * 3..][..3].to_vec()
        };
        let rgb: Vec<u8> = (0..width * height).flat_map(pixel).collect();
        let plain = image::RgbImage::from_raw(width as u32, height as u32, rgb.clone()).unwrap();
        assert_eq!(corners(&plain), expect_stored);
        let block = exif_block(&[field(Tag::Orientation, Value::Short(vec![orientation]))]);
        let bytes = with_exif(&jpeg(&rgb, width, height), &block);
        check("turned.jpg", &bytes, "image/jpeg", (800, 600));
    }
}

#[test]
fn a_truncated_jpeg_shows_what_is_there() {
    let house = House::new();
    let whole = jpeg(&quarters(1600, 1200), 1600, 1200);
    let prepared = house.import_one("cut.jpg", &whole[..whole.len() * 6 / 10]);
    let warning = prepared.metadata.warning.clone().unwrap();
    assert!(warning.contains("shows what could be read"), "{warning}");
    assert!(corners(&house.preview(&prepared, ThumbSize::Large)).starts_with("rg"));
    // So little that nothing can be seen: kept all the same, with the reason.
    let prepared = house.import_one("stub.jpg", &whole[..40]);
    let warning = prepared.metadata.warning.unwrap();
    assert!(
        warning.starts_with("no preview: the JPEG data is damaged"),
        "{warning}"
    );
    assert_eq!(prepared.metadata.kind, Kind::Photo);
}

#[test]
fn bombs_are_refused_by_their_claims() {
    fn check(name: &str, bytes: &[u8], expect: &str) {
        let house = House::new();
        let prepared = house.import_one(name, bytes);
        let warning = prepared.metadata.warning.unwrap();
        assert!(warning.contains(expect), "{warning}");
        assert!(prepared.metadata.thumbhash.is_empty());
        assert_eq!(
            house.blobs.len(&prepared.id).unwrap(),
            Some(bytes.len() as u64)
        );
    }
    check(
        "bomb.png",
        &png_claiming(30_000, 30_000),
        "30000 × 30000 pixels",
    );
    check(
        "bomb.png",
        &png_claiming(0x7FFF_FFFF, 0x7FFF_FFFF),
        "no preview",
    );
    // A JPEG whose frame header claims the largest size there is.
    for progressive in [false, true] {
        let mut bytes = jpeg_with(
            &quarters(64, 64),
            64,
            64,
            PixelFormat::RGB,
            Subsamp::Sub2x2,
            progressive,
        );
        let marker = if progressive { 0xC2 } else { 0xC0 };
        let at = bytes
            .windows(2)
            .position(|pair| pair == [0xFF, marker])
            .unwrap();
        bytes[at + 5..at + 9].copy_from_slice(&[0xFF, 0xDC, 0xFF, 0xDC]);
        check("bomb.jpg", &bytes, "too many to decode");
    }
}

#[test]
fn what_is_no_picture_whatever_its_name_is_kept_and_said_to_be_damaged() {
    fn check(name: &str, expect: Option<&str>) {
        let prepared = House::new().import_one(name, &[0xA7; 4000]);
        let metadata = &prepared.metadata;
        assert_eq!(metadata.kind, Kind::File, "{name}");
        let warning = metadata.warning.as_deref();
        assert_eq!(warning.map(|said| &said[..24]), expect, "{name}");
    }
    let damaged = Some("neither picture nor film");
    check("broken.jpg", damaged);
    check("BROKEN.MOV", damaged);
    check("letters.bin", None);
    check("layers.psd", None);
    check("jpg", None);
}

#[test]
fn a_text_named_jpg_is_kept_as_a_text() {
    let house = House::new();
    let prepared = house.import_one("notes.jpg", b"Dear diary,\nno photo today.\n");
    let metadata = &prepared.metadata;
    assert_eq!(
        (metadata.kind, metadata.mime.as_str()),
        (Kind::File, "text/plain")
    );
    assert_eq!((metadata.warning.as_deref(), metadata.width), (None, 0));
    let refused = house
        .thumbs
        .ensure(&prepared.id, ThumbSize::Small, &house.blobs);
    assert!(matches!(refused, Err(ThumbError::NoPreview { .. })));
}

#[test]
fn raw_files_show_their_embedded_preview() {
    let preview = jpeg(&quarters(1600, 1200), 1600, 1200);
    let house = House::new();
    let prepared = house.import_one("a.nef", &raw_tiff(&preview, 6000, 4000));
    assert_eq!(prepared.metadata.kind, Kind::Raw);
    assert_eq!(
        (prepared.metadata.width, prepared.metadata.height),
        (6000, 4000)
    );
    assert_eq!(corners(&house.preview(&prepared, ThumbSize::Large)), "rgbw");
    // RAF: the header says where the JPEG lies, and that carries the EXIF.
    let mut raf = b"FUJIFILMCCD-RAW 0201FF383501".to_vec();
    raf.resize(84, 0);
    raf.extend(148u32.to_be_bytes());
    raf.extend((preview.len() as u32).to_be_bytes());
    raf.resize(148, 0);
    raf.extend(&preview);
    let prepared = house.import_one("a.raf", &raf);
    assert_eq!(prepared.metadata.mime, "image/x-fuji-raf");
    assert_eq!(corners(&house.preview(&prepared, ThumbSize::Large)), "rgbw");
    // Cut in the middle of the preview, or before it.
    for length in [raf.len() / 2, 120] {
        let prepared = house.import_one("cut.raf", &raf[..length]);
        assert!(prepared.metadata.warning.is_some());
    }
}

/// A TIFF with a colour filter array and a preview in its first directory.
fn raw_tiff(preview: &[u8], width: u32, height: u32) -> Vec<u8> {
    let entries = [
        (0x100, width),
        (0x101, height),
        (0x103, 34713),
        (0x106, 32803),
        (0x201, 256),
        (0x202, preview.len() as u32),
    ];
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend((entries.len() as u16).to_le_bytes());
    for (tag, value) in entries {
        out.extend((tag as u16).to_le_bytes());
        out.extend(4u16.to_le_bytes());
        out.extend(1u32.to_le_bytes());
        out.extend(value.to_le_bytes());
    }
    out.resize(256, 0);
    out.extend(preview);
    out
}

#[test]
fn videos_show_a_frame_where_ffmpeg_is_installed() {
    let house = House::new();
    let path = house.inbox().join("clip.mp4");
    let made = Command::new("ffmpeg")
        .args([
            "-nostdin",
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            "color=red:size=320x240:duration=0.4",
        ])
        .args([
            "-metadata",
            "creation_time=2019-07-21T16:30:00Z",
            "-c:v",
            "mpeg4",
        ])
        .arg(&path)
        .status();
    if !made.is_ok_and(|status| status.success()) {
        println!("skipped: no ffmpeg here that makes an mp4");
        return;
    }
    let import = house.import(&[path]);
    let metadata = &import.ready[0].metadata;
    assert_eq!(
        (metadata.kind, metadata.mime.as_str()),
        (Kind::Video, "video/mp4")
    );
    assert_eq!(
        (metadata.width, metadata.height, metadata.warning.as_deref()),
        (320, 240, None)
    );
    assert_eq!(metadata.taken.source, kinfolio_photos::TakenSource::Video);
    assert_eq!(metadata.taken.at.wall_ms, 1_563_726_600_000);
    let [r, g, _] = house
        .preview(&import.ready[0], ThumbSize::Small)
        .get_pixel(9, 9)
        .0;
    assert!(r > 200 && g < 60);
}

#[test]
fn a_damaged_preview_is_made_again() {
    let house = House::new();
    let prepared = house.import_one("a.jpg", &jpeg(&quarters(800, 600), 800, 600));
    let path = house.thumbs.path(&prepared.id, ThumbSize::Small);
    let before = std::fs::read(&path).unwrap();
    for damage in [Some(&before[..40]), Some(&[][..]), None] {
        match damage {
            Some(bytes) => std::fs::write(&path, bytes).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        assert_eq!(
            house.thumbs.get(&prepared.id, ThumbSize::Small).unwrap(),
            None
        );
        let again = house
            .thumbs
            .ensure(&prepared.id, ThumbSize::Small, &house.blobs)
            .unwrap();
        assert_eq!(again, before);
    }
}
