//! What a file is, told from its bytes. Its name is never asked: a text named
//! `.jpg` is a text. The name says only what was to be expected.

use std::ffi::OsStr;
use std::path::Path;

use crate::containers::{isobmff, tiff};

/// The media type of what nobody knows.
pub(crate) const UNKNOWN: &str = "application/octet-stream";

/// Endings of the formats of which every sound file is told here. Of others, as `.psd`, nobody knows
/// whether they are damaged.
const PROMISED: [&str; 16] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif",
    "avif", "dng", "mp4", "mov",
];

/// How the library treats a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A picture that a decoder reads directly.
    Photo,
    /// A camera's raw file; its embedded preview is shown.
    Raw,
    /// A moving picture; one frame is shown.
    Video,
    /// Anything else: stored and listed, without a preview.
    File,
}

/// The kinds of content that are treated differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Jpeg,
    Png,
    Webp,
    Gif,
    Bmp,
    Tiff,
    Heic,
    Avif,
    Jxl,
    /// TIFF-based raw files, among them those with an own magic number (ORF, RW2).
    TiffRaw,
    Raf,
    Cr3,
    /// MP4, MOV and relatives.
    IsoVideo,
    /// Other moving pictures.
    Video,
    Other,
}

/// What [`sniff`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sniffed {
    /// How the library treats it.
    pub kind: Kind,
    /// Its media type, for example `image/jpeg`.
    pub mime: &'static str,
    pub(crate) format: Format,
}

/// Tells the type of a file from its bytes. The first 4 KiB suffice for all but
/// TIFF-based raw files, whose directories may lie anywhere.
pub fn sniff(bytes: &[u8]) -> Sniffed {
    still(bytes)
        .or_else(|| iso_media(bytes))
        .or_else(|| tiff_based(bytes))
        .or_else(|| moving(bytes))
        .unwrap_or_else(|| other(bytes))
}

/// Whether a file of this name would be told, were it what the name says.
pub(crate) fn is_promised(name: &str) -> bool {
    let ending = Path::new(name).extension().and_then(OsStr::to_str);
    ending.is_some_and(|ending| PROMISED.contains(&ending.to_ascii_lowercase().as_str()))
}

const fn found(kind: Kind, mime: &'static str, format: Format) -> Sniffed {
    Sniffed { kind, mime, format }
}

fn still(bytes: &[u8]) -> Option<Sniffed> {
    const JXL_BOX: &[u8] = b"\0\0\0\x0cJXL \r\n\x87\n";
    Some(match bytes {
        [0xFF, 0xD8, 0xFF, ..] => found(Kind::Photo, "image/jpeg", Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => {
            found(Kind::Photo, "image/png", Format::Png)
        }
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => found(Kind::Photo, "image/webp", Format::Webp),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => {
            found(Kind::Photo, "image/gif", Format::Gif)
        }
        [0xFF, 0x0A, ..] => found(Kind::Photo, "image/jxl", Format::Jxl),
        _ if bytes.starts_with(JXL_BOX) => found(Kind::Photo, "image/jxl", Format::Jxl),
        _ if bytes.starts_with(b"FUJIFILMCCD-RAW") => {
            found(Kind::Raw, "image/x-fuji-raf", Format::Raf)
        }
        _ if is_bmp(bytes) => found(Kind::Photo, "image/bmp", Format::Bmp),
        _ => return None,
    })
}

/// `BM` alone also begins texts, so the size of the header must be a known one.
fn is_bmp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"BM")
        && matches!(
            bytes.get(14..18),
            Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0])
        )
}

fn iso_media(bytes: &[u8]) -> Option<Sniffed> {
    let brands = isobmff::brands(bytes)?;
    let has = |wanted: &[&[u8; 4]]| brands.iter().any(|brand| wanted.contains(&brand));
    if has(&[b"crx "]) {
        return Some(found(Kind::Raw, "image/x-canon-cr3", Format::Cr3));
    }
    if has(&[b"avif", b"avis"]) {
        return Some(found(Kind::Photo, "image/avif", Format::Avif));
    }
    if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"]) {
        return Some(found(Kind::Photo, "image/heic", Format::Heic));
    }
    if has(&[b"mif1", b"mif2", b"msf1"]) {
        return Some(found(Kind::Photo, "image/heif", Format::Heic));
    }
    if brands.first() == Some(b"M4A ") || brands.first() == Some(b"M4B ") {
        return Some(found(Kind::File, "audio/mp4", Format::Other));
    }
    let mime = match brands.first() {
        Some(b"qt  ") => "video/quicktime",
        Some(brand) if brand.starts_with(b"3g") => "video/3gpp",
        _ => "video/mp4",
    };
    Some(found(Kind::Video, mime, Format::IsoVideo))
}

fn tiff_based(bytes: &[u8]) -> Option<Sniffed> {
    let raw = |mime| Some(found(Kind::Raw, mime, Format::TiffRaw));
    match bytes.get(0..4)? {
        b"IIRO" | b"IIRS" | b"MMOR" => return raw("image/x-olympus-orf"),
        b"IIU\0" => return raw("image/x-panasonic-rw2"),
        b"II*\0" | b"MM\0*" => {}
        _ => return None,
    }
    if bytes.get(8..10) == Some(b"CR") {
        return raw("image/x-canon-cr2");
    }
    let survey = tiff::survey(bytes);
    if survey.dng {
        return raw("image/x-adobe-dng");
    }
    if survey.sensor_data {
        let make = survey.make.to_ascii_uppercase();
        let known = [
            ("NIKON", "image/x-nikon-nef"),
            ("SONY", "image/x-sony-arw"),
            ("PENTAX", "image/x-pentax-pef"),
            ("RICOH", "image/x-pentax-pef"),
            ("SAMSUNG", "image/x-samsung-srw"),
            ("HASSELBLAD", "image/x-hasselblad-3fr"),
            ("KODAK", "image/x-kodak-dcr"),
            ("PHASE ONE", "image/x-phaseone-iiq"),
        ];
        return raw(known
            .iter()
            .find(|(name, _)| make.starts_with(name))
            .map_or("image/x-dcraw", |(_, mime)| mime));
    }
    Some(found(Kind::Photo, "image/tiff", Format::Tiff))
}

fn moving(bytes: &[u8]) -> Option<Sniffed> {
    let video = |mime| Some(found(Kind::Video, mime, Format::Video));
    match bytes {
        [0x1A, 0x45, 0xDF, 0xA3, ..] => {
            let head = &bytes[..bytes.len().min(64)];
            let webm = head.windows(4).any(|window| window == b"webm");
            video(if webm {
                "video/webm"
            } else {
                "video/x-matroska"
            })
        }
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'A',
            b'V',
            b'I',
            b' ',
            ..,
        ] => video("video/x-msvideo"),
        [0, 0, 1, 0xBA | 0xB3, ..] => video("video/mpeg"),
        [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, ..] => video("video/x-ms-asf"),
        [b'F', b'L', b'V', 1, ..] => video("video/x-flv"),
        _ if is_transport_stream(bytes) => video("video/mp2t"),
        // QuickTime files older than the `ftyp` box.
        _ if matches!(bytes.get(4..8), Some(b"moov" | b"mdat" | b"wide" | b"pnot")) => {
            Some(found(Kind::Video, "video/quicktime", Format::IsoVideo))
        }
        _ => None,
    }
}

/// MPEG transport streams: a sync byte every 188 bytes, or every 192 (AVCHD).
fn is_transport_stream(bytes: &[u8]) -> bool {
    [(0, 188), (4, 192)]
        .iter()
        .any(|&(first, step)| (0..4).all(|n| bytes.get(first + n * step) == Some(&0x47)))
}

fn other(bytes: &[u8]) -> Sniffed {
    let mime = match bytes {
        [b'%', b'P', b'D', b'F', b'-', ..] => "application/pdf",
        [b'P', b'K', 3, 4, ..] => "application/zip",
        [0x1F, 0x8B, ..] => "application/gzip",
        [b'I', b'D', b'3', ..] | [0xFF, 0xFB | 0xF3 | 0xF2, ..] => "audio/mpeg",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => "audio/wav",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        _ if is_text(bytes) => "text/plain",
        _ => UNKNOWN,
    };
    found(Kind::File, mime, Format::Other)
}

fn is_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        // A character may be cut at the end of what was looked at.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.is_empty()
        && !valid
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], kind: Kind, mime: &str) {
        let sniffed = sniff(bytes);
        assert_eq!(
            (sniffed.kind, sniffed.mime),
            (kind, mime),
            "{:?}",
            &bytes[..bytes.len().min(32)]
        );
    }

    #[test]
    fn types_are_told_from_bytes() {
        check(b"\xff\xd8\xff\xe0", Kind::Photo, "image/jpeg");
        check(b"\x89PNG\r\n\x1a\n", Kind::Photo, "image/png");
        check(b"RIFF\0\0\0\0WEBPVP8 ", Kind::Photo, "image/webp");
        check(b"GIF89a", Kind::Photo, "image/gif");
        check(
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            Kind::Photo,
            "image/heic",
        );
        check(
            b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
            Kind::Photo,
            "image/heic",
        );
        check(
            b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif",
            Kind::Photo,
            "image/avif",
        );
        check(
            b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
            Kind::Video,
            "video/mp4",
        );
        check(
            b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
            Kind::Video,
            "video/quicktime",
        );
        check(
            b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom",
            Kind::Raw,
            "image/x-canon-cr3",
        );
        check(b"\0\0\0\x14ftypM4A \0\0\0\0M4A ", Kind::File, "audio/mp4");
        check(b"\xff\x0a\x00\x10", Kind::Photo, "image/jxl");
        check(b"\0\0\0\x0cJXL \r\n\x87\n", Kind::Photo, "image/jxl");
        check(
            b"FUJIFILMCCD-RAW 0201FF383501",
            Kind::Raw,
            "image/x-fuji-raf",
        );
        check(b"II*\0\x10\0\0\0CR\x02\0", Kind::Raw, "image/x-canon-cr2");
        check(b"IIRO\x08\0\0\0", Kind::Raw, "image/x-olympus-orf");
        check(b"II*\0\x08\0\0\0\0\0", Kind::Photo, "image/tiff");
        check(
            b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x86\x81\x01\x42\x82\x84webm",
            Kind::Video,
            "video/webm",
        );
        check(b"just a text named photo.jpg\n", Kind::File, "text/plain");
        check("Grüße".as_bytes(), Kind::File, "text/plain");
        check(b"BMW is a maker of cars", Kind::File, "text/plain");
        check(b"%PDF-1.7", Kind::File, "application/pdf");
        check(b"\0\x01\x02\x03", Kind::File, "application/octet-stream");
        check(b"", Kind::File, "application/octet-stream");
    }
}
