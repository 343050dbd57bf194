//! Where the words lie inside a file: XMP and IPTC in each kind of container.
//!
//! Sources: XMP specification part 3 (storage in files); Adobe Photoshop file formats (image
//! resources). What the words mean is read elsewhere.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Account, INPUT_MAX, iptc, words, xmp};
use crate::containers::{chunks, jpeg, tiff};
use crate::sniff::Format;

/// The resource of Photoshop that holds IPTC-IIM.
const IPTC_RESOURCE: u16 = 0x0404;

/// The packets of one file.
#[derive(Default)]
struct Packets<'a> {
    /// XMP, the main packet first.
    xmp: Vec<Cow<'a, [u8]>>,
    iptc: Option<Cow<'a, [u8]>>,
}

/// Reads what a file of that format says in XMP and IPTC, completed by what EXIF has for words, and
/// a warning in words for the user.
pub(crate) fn read(bytes: &[u8], format: Format, exif: Account) -> (Account, Option<String>) {
    said(|| packets(bytes, format), exif)
}

/// Reads an XMP packet that was found already, as a movie's is.
pub(crate) fn read_packet(packet: &[u8]) -> (Account, Option<String>) {
    let found = || Packets {
        xmp: vec![Cow::Borrowed(packet)],
        iptc: None,
    };
    said(found, Account::default())
}

fn said<'a>(find: impl FnOnce() -> Packets<'a>, exif: Account) -> (Account, Option<String>) {
    let reading = AssertUnwindSafe(|| {
        let packets = find();
        let mut account = Account::default();
        let mut fault = None;
        for packet in &packets.xmp {
            match xmp::read(packet) {
                Ok(said) => account = account.or(said),
                Err(reason) => fault = Some(format!("the XMP data is damaged ({reason})")),
            }
        }
        let iptc = packets.iptc.map(|bytes| iptc::read(&bytes));
        (account.or(iptc.unwrap_or_default()), fault)
    });
    let (account, fault) = catch_unwind(reading).unwrap_or_else(|_| {
        let fault = "the XMP data could not be read: its reader gave up".to_owned();
        (Account::default(), Some(fault))
    });
    let mut account = account.or(exif);
    account
        .caption
        .take_if(|caption| words::is_camera_default(caption));
    (account, fault)
}

fn packets(bytes: &[u8], format: Format) -> Packets<'_> {
    match format {
        Format::Jpeg => of_jpeg(bytes),
        Format::Png => {
            let texts = chunks::png(bytes).filter(|chunk| &chunk.0 == b"iTXt");
            let xmp = texts.filter_map(|(_, text)| {
                chunks::international_text(text, b"XML:com.adobe.xmp", INPUT_MAX).map(Cow::Owned)
            });
            Packets {
                xmp: xmp.take(1).collect(),
                iptc: None,
            }
        }
        Format::Webp => {
            let xmp = chunks::webp(bytes).filter(|chunk| &chunk.0 == b"XMP ");
            Packets {
                xmp: xmp.take(1).map(|(_, body)| Cow::Borrowed(body)).collect(),
                iptc: None,
            }
        }
        Format::Tiff | Format::TiffRaw => Packets {
            xmp: Vec::from_iter(tiff::first_directory_value(bytes, 700).map(Cow::Borrowed)),
            iptc: tiff::first_directory_value(bytes, 33723).map(Cow::Borrowed),
        },
        Format::Raf => crate::preview::raf_jpeg(bytes)
            .map(of_jpeg)
            .unwrap_or_default(),
        Format::Heic | Format::Avif | Format::Cr3 | Format::Jxl | Format::Gif => Packets {
            xmp: Vec::from_iter(searched(bytes).map(Cow::Borrowed)),
            iptc: None,
        },
        Format::Bmp | Format::IsoVideo | Format::Video | Format::Other => Packets::default(),
    }
}

fn of_jpeg(bytes: &[u8]) -> Packets<'_> {
    let mut packets = Packets::default();
    let mut extension = Vec::new();
    let mut photoshop = Vec::new();
    for (marker, body) in jpeg::segments(bytes) {
        if let (0xE1, Some(packet)) = (marker, body.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0"))
        {
            packets.xmp.push(Cow::Borrowed(packet));
        } else if let (0xE1, Some(part)) = (
            marker,
            body.strip_prefix(b"http://ns.adobe.com/xmp/extension/\0"),
        ) {
            extend(&mut extension, part);
        } else if let (0xED, Some(part)) = (marker, body.strip_prefix(b"Photoshop 3.0\0")) {
            photoshop.extend_from_slice(part);
        }
    }
    packets.xmp.truncate(1);
    if !extension.is_empty() {
        packets.xmp.push(Cow::Owned(extension));
    }
    packets.iptc = resource(&photoshop, IPTC_RESOURCE).map(|body| Cow::Owned(body.to_vec()));
    packets
}

/// Puts a part of the extended packet in its place: behind its name (32 bytes) stand the length of
/// the whole and where the part begins.
fn extend(extension: &mut Vec<u8>, part: &[u8]) {
    let Some((head, body)) = part.split_at_checked(40) else {
        return;
    };
    let word = |at: usize| {
        head[at..at + 4]
            .iter()
            .fold(0, |word, byte| word << 8 | usize::from(*byte))
    };
    let (whole, begin) = (word(32), word(36));
    let end = begin + body.len();
    if end > whole || whole > INPUT_MAX {
        return;
    }
    // Parts may come in any order; a gap that nothing fills is white space to XML.
    if extension.len() < end {
        extension.resize(end, b' ');
    }
    extension[begin..end].copy_from_slice(body);
}

/// The body of one of Photoshop's image resources: signature, number, padded name, padded body.
fn resource(mut bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    loop {
        let rest = bytes.strip_prefix(b"8BIM")?;
        let [high, low, name, ..] = *rest else {
            return None;
        };
        let padded = (1 + usize::from(name)).next_multiple_of(2);
        let rest = rest.get(2 + padded..)?;
        let (size, rest) = rest.split_first_chunk::<4>()?;
        let size = u32::from_be_bytes(*size) as usize;
        let body = rest.get(..size)?;
        if u16::from_be_bytes([high, low]) == wanted {
            return Some(body);
        }
        bytes = rest.get(size.next_multiple_of(2)..)?;
    }
}

/// A packet by its own beginning and end, where the way through the container would be long.
fn searched(bytes: &[u8]) -> Option<&[u8]> {
    const END: &[u8] = b"</x:xmpmeta>";
    let from = memchr::memmem::find(bytes, b"<x:xmpmeta")?;
    let rest = &bytes[from..];
    let rest = rest.get(..INPUT_MAX).unwrap_or(rest);
    let end = memchr::memmem::find(rest, END)?;
    rest.get(..end + END.len())
}
