//! ISO media boxes (HEIC, AVIF, CR3, MP4, MOV): brands, the size of still
//! images, and the clock of a movie.

use std::io::{self, Read, Seek, SeekFrom};

const MAX_BRANDS: usize = 32;
const MAX_BOXES: usize = 4096;
/// Seconds between 1904-01-01 and 1970-01-01.
const MAC_EPOCH: i64 = 2_082_844_800;

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
fn child<'a>(mut bytes: &'a [u8], name: &[u8; 4], skip: usize) -> Option<&'a [u8]> {
    for _ in 0..MAX_BOXES {
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
        if bytes.get(4..8)? == name {
            return bytes.get(header + skip..end);
        }
        bytes = bytes.get(end..)?;
    }
    None
}

/// The clock of a movie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MovieHeader {
    /// When it was recorded, in Unix ms (UTC); `None` when the field is unset.
    pub(crate) created_ms: Option<i64>,
    /// How long it plays.
    pub(crate) duration_ms: Option<u64>,
}

/// Finds `moov/mvhd` by seeking from box to box; the media data is not read.
pub(crate) fn movie_header(file: &mut (impl Read + Seek)) -> io::Result<Option<MovieHeader>> {
    let end = file.seek(SeekFrom::End(0))?;
    let (mut at, mut limit) = (0, end);
    for _ in 0..MAX_BOXES {
        if at + 8 > limit {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        file.read_exact(&mut head[..8])?;
        let mut size = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        let mut header = 8;
        if size == 1 {
            file.read_exact(&mut head[8..])?;
            size = head[8..]
                .iter()
                .fold(0, |size, byte| size << 8 | u64::from(*byte));
            header = 16;
        } else if size == 0 {
            size = limit - at;
        }
        if size < header {
            return Ok(None);
        }
        match &head[4..8] {
            b"moov" => (at, limit) = (at + header, at.saturating_add(size).min(end)),
            b"mvhd" => {
                let mut body = Vec::new();
                file.take(32).read_to_end(&mut body)?;
                return Ok(parse_movie_header(&body));
            }
            _ => at = at.saturating_add(size),
        }
    }
    Ok(None)
}

fn parse_movie_header(body: &[u8]) -> Option<MovieHeader> {
    let word = |at: usize| Some(u32::from_be_bytes(body.get(at..at + 4)?.try_into().ok()?));
    let long = |at: usize| Some(u64::from(word(at)?) << 32 | u64::from(word(at + 4)?));
    let (created, timescale, duration) = match body.first()? {
        0 => (u64::from(word(4)?), word(12)?, u64::from(word(16)?)),
        1 => (long(4)?, word(20)?, long(24)?),
        _ => return None,
    };
    let created_ms = i64::try_from(created)
        .ok()
        // Unset fields hold 0; some cameras count from 1970 instead of 1904.
        .filter(|seconds| *seconds > 0)
        .map(|seconds| {
            if seconds > MAC_EPOCH {
                seconds - MAC_EPOCH
            } else {
                seconds
            }
        })
        .and_then(|seconds| seconds.checked_mul(1000))
        .filter(|ms| *ms < 32_503_680_000_000);
    let duration_ms = (timescale > 0).then(|| duration.saturating_mul(1000) / u64::from(timescale));
    Some(MovieHeader {
        created_ms,
        duration_ms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let mut out = (body.len() as u32 + 8).to_be_bytes().to_vec();
        out.extend(name);
        out.extend(body);
        out
    }

    fn mvhd(created: u32) -> Vec<u8> {
        let mut body = vec![0; 4];
        for word in [created, created, 600, 6000] {
            body.extend(word.to_be_bytes());
        }
        body.resize(100, 0);
        boxed(b"mvhd", &body)
    }

    #[test]
    fn the_movie_clock_is_utc_since_1904() {
        fn check(created: u32, expect: Option<i64>) {
            let mut file = boxed(b"ftyp", b"isom\0\0\0\0");
            file.extend(boxed(b"mdat", &[7; 1000]));
            file.extend(boxed(b"moov", &mvhd(created)));
            let header = movie_header(&mut io::Cursor::new(file)).unwrap().unwrap();
            assert_eq!(
                header,
                MovieHeader {
                    created_ms: expect,
                    duration_ms: Some(10_000)
                }
            );
        }
        check(0, None);
        check(2_082_844_800 + 1_563_726_600, Some(1_563_726_600_000));
    }

    #[test]
    fn broken_boxes_end_quietly() {
        fn check(bytes: &[u8]) {
            assert!(matches!(
                movie_header(&mut io::Cursor::new(bytes)),
                Ok(None) | Err(_)
            ));
            assert_eq!(canon_metadata(bytes, b"CMT1"), None);
        }
        check(b"");
        check(b"\0\0\0\x04moov");
        check(b"\xff\xff\xff\xffmoov\0\0\0\0mvhd");
        check(b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff");
        assert_eq!(largest_image(b"ispe"), None);
    }
}
