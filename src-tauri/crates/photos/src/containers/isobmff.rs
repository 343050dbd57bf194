//! ISO media boxes (HEIC, AVIF, CR3, MP4, MOV): brands, the size of still images, and boxes by name.
//! What a movie says of itself is read in [`super::movie`].

const MAX_BRANDS: usize = 32;
const MAX_BOXES: usize = 4096;

/// The brands of the `ftyp` box, the major one first; `None` when the file does
/// not begin with one.
pub(crate) fn brands(bytes: &[u8]) -> Option<Vec<[u8; 4]>> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    let size = u32::from_be_bytes(bytes.get(0..4)?.try_into().ok()?) as usize;
    let end = size.clamp(12, bytes.len().max(12)).min(16 + MAX_BRANDS * 4);
    let body = bytes.get(8..end.min(bytes.len()))?;
    // Major brand, minor version, compatible brands.
    Some(
        body.chunks_exact(4)
            .enumerate()
            .filter(|(n, _)| *n != 1)
            .filter_map(|(_, b)| b.try_into().ok())
            .collect(),
    )
}

/// The largest image size that an `ispe` property declares (for a grid of tiles
/// this is the whole).
pub(crate) fn largest_image(bytes: &[u8]) -> Option<(u32, u32)> {
    let head = &bytes[..bytes.len().min(1 << 20)];
    let size = |at: usize| {
        let body = head.get(at + 8..at + 16)?;
        let (w, h) = body.split_at(4);
        Some((
            u32::from_be_bytes(w.try_into().ok()?),
            u32::from_be_bytes(h.try_into().ok()?),
        ))
    };
    head.windows(4)
        .enumerate()
        .filter(|(_, name)| *name == b"ispe")
        .filter_map(|(at, _)| size(at))
        .max_by_key(|(w, h)| u64::from(*w) * u64::from(*h))
}

/// The bodies of boxes with these names anywhere in `moov` of a CR3 (`CMT1` …).
pub(crate) fn canon_metadata<'a>(bytes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    let moov = child(bytes, b"moov", 0)?;
    // A uuid box: 16 bytes of identity, then boxes.
    child(child(moov, b"uuid", 16)?, name, 0)
}

/// The body of the first child box of that name, without its first `skip` bytes.
pub(crate) fn child<'a>(bytes: &'a [u8], name: &[u8; 4], skip: usize) -> Option<&'a [u8]> {
    let (_, body) = boxes(bytes).find(|(found, _)| found == name)?;
    body.get(skip..)
}

/// Name and body of each box; a broken one ends the list.
pub(crate) fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let next = move || {
        let size = u32::from_be_bytes(bytes.get(0..4)?.try_into().ok()?) as usize;
        let (header, size) = match size {
            0 => (8, bytes.len()),
            1 => (
                16,
                usize::try_from(u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?)).ok()?,
            ),
            size => (8, size),
        };
        if size < header {
            return None;
        }
        let end = size.min(bytes.len());
        let name = bytes.get(4..8)?.try_into().ok()?;
        let body = bytes.get(header..end)?;
        bytes = bytes.get(end..)?;
        Some((name, body))
    };
    std::iter::from_fn(next).take(MAX_BOXES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_boxes_end_quietly() {
        fn check(bytes: &[u8]) {
            assert_eq!(canon_metadata(bytes, b"CMT1"), None);
        }
        check(b"");
        check(b"\0\0\0\x04moov");
        check(b"\xff\xff\xff\xffmoov\0\0\0\0mvhd");
        check(b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff");
        assert_eq!(largest_image(b"ispe"), None);
    }
}
