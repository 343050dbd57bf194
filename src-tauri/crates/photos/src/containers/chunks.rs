//! The chunks of PNG and of RIFF (WebP).
//!
//! Sources: PNG specification 5.3; RIFF Container of the WebP specification.

use std::io::Read;

/// Most chunks that are looked at.
const MAX_CHUNKS: usize = 65_536;

/// Name and body of each chunk of a PNG; a broken one ends the list.
pub(crate) fn png(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    let next = move || {
        let (head, behind) = rest.split_first_chunk::<8>()?;
        let [a, b, c, d, name @ ..] = *head;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        let body = behind.get(..length)?;
        // A checksum follows.
        rest = behind.get(length.checked_add(4)?..).unwrap_or_default();
        Some((name, body))
    };
    std::iter::from_fn(next).take(MAX_CHUNKS)
}

/// Name and body of each chunk of a WebP; chunks are padded to even sizes.
pub(crate) fn webp(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes.get(12..).unwrap_or_default();
    let next = move || {
        let (head, behind) = rest.split_first_chunk::<8>()?;
        let [n, a, m, e, size @ ..] = *head;
        let size = u32::from_le_bytes(size) as usize;
        let body = behind.get(..size)?;
        rest = behind
            .get(size.checked_add(size % 2)?..)
            .unwrap_or_default();
        Some(([n, a, m, e], body))
    };
    std::iter::from_fn(next).take(MAX_CHUNKS)
}

/// The text of an `iTXt` chunk of that keyword, unpacked up to `limit` bytes.
pub(crate) fn international_text(chunk: &[u8], keyword: &[u8], limit: usize) -> Option<Vec<u8>> {
    let rest = chunk.strip_prefix(keyword)?.strip_prefix(b"\0")?;
    let (packed, rest) = (*rest.first()? == 1, rest.get(2..)?);
    // The language, and the keyword once more in that language.
    let behind = |bytes: &'_ [u8]| bytes.iter().position(|byte| *byte == 0).map(|at| at + 1);
    let rest = rest.get(behind(rest)?..)?;
    let text = rest.get(behind(rest)?..)?;
    if !packed {
        return Some(text.get(..limit).unwrap_or(text).to_vec());
    }
    let mut unpacked = Vec::new();
    let mut inflating = flate2::read::ZlibDecoder::new(text).take(limit as u64);
    inflating.read_to_end(&mut unpacked).ok()?;
    Some(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_found_until_one_is_broken() {
        let file = b"\x89PNG\r\n\x1a\n\0\0\0\x02aBcDxy\0\0\0\0\0\0\0\x09tEXt";
        assert_eq!(png(file).collect::<Vec<_>>(), [(*b"aBcD", &b"xy"[..])]);
        let file = b"RIFF\0\0\0\0WEBPXMP \x01\0\0\0x\0EXIF\xff\xff\xff\xff";
        assert_eq!(webp(file).collect::<Vec<_>>(), [(*b"XMP ", &b"x"[..])]);
        assert_eq!(png(b"").count() + webp(b"RIFF").count(), 0);
    }

    #[test]
    fn international_texts_are_unpacked() {
        let text = |chunk| international_text(chunk, b"key", 100);
        assert_eq!(
            text(b"key\0\0\0en\0Key\0hello").as_deref(),
            Some(&b"hello"[..])
        );
        assert_eq!(text(b"key\0\0\0\0"), None);
        assert_eq!(text(b"other\0\0\0\0\0hello"), None);
        assert_eq!(text(b"key\0\x01\0\0\0not packed"), None);
    }
}
