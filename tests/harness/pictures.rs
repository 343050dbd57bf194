//! Files that are hard to import.

/// A PNG that says it has `width` × `height` pixels and ends right after.
#[must_use]
pub fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, *b"IHDR", &header);
    // An empty zlib stream: no pixel is there.
    chunk(&mut png, *b"IDAT", &[0x78, 0x9c, 0x03, 0, 0, 0, 0, 1]);
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("a small chunk");
    png.extend(length.to_be_bytes());
    let begin = png.len();
    png.extend(kind);
    png.extend(data);
    let sum = crc32(&png[begin..]);
    png.extend(sum.to_be_bytes());
}

/// CRC-32 as PNG wants it (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                (sum >> 1) ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// `jpeg` with an EXIF block whose offsets lead nowhere.
#[must_use]
pub fn with_broken_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut broken = jpeg[..2].to_vec();
    let exif = b"Exif\0\0II*\0\xff\xff\xff\x7f\xff\xff\xff\xff";
    let length = u16::try_from(exif.len() + 2).expect("a small block");
    broken.extend([0xff, 0xe1]);
    broken.extend(length.to_be_bytes());
    broken.extend(exif);
    broken.extend(without_exif(&jpeg[2..]));
    broken
}

/// What follows the application blocks at the head of `rest`.
fn without_exif(mut rest: &[u8]) -> &[u8] {
    while let [0xff, 0xe0..=0xef, high, low, ..] = rest {
        let length = 2 + usize::from(u16::from_be_bytes([*high, *low]));
        rest = rest.get(length..).unwrap_or_default();
    }
    rest
}
