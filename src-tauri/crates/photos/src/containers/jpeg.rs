//! The application segments of a JPEG, up to where its pixels begin.

/// Most segments that are looked at.
const MAX_SEGMENTS: usize = 512;

/// Marker and body of each segment before the first scan; a broken one ends the list.
pub(crate) fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8").unwrap_or_default();
    let next = move || {
        // Any number of fill bytes may stand before a marker.
        while let [0xFF, 0xFF, ..] = rest {
            rest = &rest[1..];
        }
        let [0xFF, marker, high, low, ..] = rest else {
            return None;
        };
        // Start of scan and end of image.
        if matches!(marker, 0xDA | 0xD9) {
            return None;
        }
        let length = usize::from(*high) << 8 | usize::from(*low);
        let body = rest.get(4..2 + length)?;
        rest = &rest[2 + length..];
        Some((*marker, body))
    };
    std::iter::from_fn(next).take(MAX_SEGMENTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_end_where_the_pixels_begin() {
        let bytes = b"\xff\xd8\xff\xe1\0\x05abc\xff\xff\xed\0\x02\xff\xda\0\x04xx\xff\xe1\0\x02";
        let found: Vec<_> = segments(bytes).collect();
        assert_eq!(found, [(0xE1, &b"abc"[..]), (0xED, &b""[..])]);
        for broken in [
            &b"\xff\xd8\xff\xe1\0\x01"[..],
            b"\xff\xd8\xff\xe1\xff\xff",
            b"\xff\xd8",
            b"",
        ] {
            assert_eq!(segments(broken).count(), 0);
        }
    }
}
