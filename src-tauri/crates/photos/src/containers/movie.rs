//! What a movie says of itself: its clock, how long it plays, where and with what it was recorded.
//! The media data is not read.
//!
//! Sources: ISO/IEC 14496-12 (boxes); Apple, QuickTime File Format (user data, metadata keys);
//! ISO 6709 annex H (positions as text); XMP specification part 3 (where XMP lies).

use std::io::{self, Read, Seek, SeekFrom};

use super::isobmff::{boxes, child};
use crate::described::INPUT_MAX;
use crate::exif::Position;
use crate::taken::{self, CaptureTime};

const MAX_BOXES: usize = 4096;
/// What MP4's box of XMP begins with.
const XMP_IDENTITY: [u8; 16] = [
    0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC,
];
/// Most keys of Apple's metadata.
const KEYS_MAX: usize = 1024;
/// Seconds between 1904-01-01 and 1970-01-01.
const MAC_EPOCH: i64 = 2_082_844_800;

/// What is known of a movie; what it does not say is `None` or empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Movie {
    /// When it was recorded: Apple's key with its offset, else the clock of the movie (UTC).
    pub(crate) created: Option<CaptureTime>,
    pub(crate) duration_ms: Option<u64>,
    pub(crate) position: Option<Position>,
    pub(crate) altitude_m: Option<f64>,
    pub(crate) make: Option<String>,
    pub(crate) model: Option<String>,
    /// An XMP packet, not yet read.
    pub(crate) xmp: Option<Vec<u8>>,
}

/// Reads `moov`, and XMP beside it, by seeking from box to box; `None` when there is no `moov`.
pub(crate) fn read(file: &mut (impl Read + Seek)) -> io::Result<Option<Movie>> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut movie = Movie::default();
    let mut found = false;
    let mut at = 0;
    for _ in 0..MAX_BOXES {
        let next = match header(file, at, end) {
            // What came before a fault stays.
            Err(_) if found => break,
            next => next?,
        };
        let Some(next) = next else { break };
        match &next.name {
            b"moov" => {
                found = true;
                if movie
                    .read_inside(file, next.body, next.end.min(end))
                    .is_err()
                {
                    break;
                }
            }
            b"uuid" if next.read(file, next.body + 16)? == XMP_IDENTITY => {
                movie.xmp = next.read(file, end)?.get(16..).map(<[u8]>::to_vec);
            }
            _ => {}
        }
        at = next.end;
    }
    Ok(found.then_some(movie))
}

struct Header {
    name: [u8; 4],
    /// Where its body begins, and where the next box does.
    body: u64,
    end: u64,
}

impl Header {
    /// The body, as much of it as is allowed and lies before `limit`.
    fn read(&self, file: &mut (impl Read + Seek), limit: u64) -> io::Result<Vec<u8>> {
        file.seek(SeekFrom::Start(self.body))?;
        let length = self.end.min(limit).saturating_sub(self.body);
        let mut body = Vec::new();
        file.take(length.min(INPUT_MAX as u64))
            .read_to_end(&mut body)?;
        Ok(body)
    }
}

fn header(file: &mut (impl Read + Seek), at: u64, limit: u64) -> io::Result<Option<Header>> {
    if at.saturating_add(8) > limit {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(at))?;
    let mut head = [0; 16];
    file.read_exact(&mut head[..8])?;
    let mut size = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
    let mut length = 8;
    if size == 1 {
        file.read_exact(&mut head[8..])?;
        size = head[8..]
            .iter()
            .fold(0, |size, byte| size << 8 | u64::from(*byte));
        length = 16;
    } else if size == 0 {
        size = limit - at;
    }
    if size < length {
        return Ok(None);
    }
    Ok(Some(Header {
        name: [head[4], head[5], head[6], head[7]],
        body: at + length,
        end: at.saturating_add(size),
    }))
}

impl Movie {
    fn read_inside(
        &mut self,
        file: &mut (impl Read + Seek),
        mut at: u64,
        limit: u64,
    ) -> io::Result<()> {
        for _ in 0..MAX_BOXES {
            let Some(next) = header(file, at, limit)? else {
                break;
            };
            if matches!(&next.name, b"mvhd" | b"udta" | b"meta") {
                let body = next.read(file, limit)?;
                self.take_in(&next.name, &body);
            }
            at = next.end;
        }
        Ok(())
    }

    fn take_in(&mut self, name: &[u8; 4], body: &[u8]) {
        match name {
            b"mvhd" => self.take_header(body),
            b"udta" => {
                self.take_user_data(body);
                if let Some(meta) = child(body, b"meta", 0) {
                    self.take_keys(meta);
                }
                // QuickTime's place for XMP.
                if let Some(xmp) = child(body, b"XMP_", 0) {
                    self.xmp = Some(xmp.to_vec());
                }
            }
            _ => self.take_keys(body),
        }
    }

    fn take_header(&mut self, body: &[u8]) {
        let Some((created_ms, duration_ms)) = parse_header(body) else {
            return;
        };
        // Apple's key may have come before it.
        self.created = self.created.or(created_ms.map(taken::utc));
        self.duration_ms = duration_ms;
    }

    /// QuickTime's user data: a length, a language, a text.
    fn take_user_data(&mut self, body: &[u8]) {
        for (name, text) in boxes(body) {
            let Some((head, text)) = text.split_at_checked(4) else {
                continue;
            };
            let length = usize::from(u16::from_be_bytes([head[0], head[1]]));
            let text = String::from_utf8_lossy(text.get(..length).unwrap_or(text));
            match &name {
                b"\xa9xyz" => self.take_place(&text),
                b"\xa9mak" => set(&mut self.make, &text),
                b"\xa9mod" => set(&mut self.model, &text),
                _ => {}
            }
        }
    }

    /// Apple's metadata: a list of keys, and values by the number of their key.
    fn take_keys(&mut self, meta: &[u8]) {
        // In QuickTime the box holds boxes at once, in MP4 four bytes come before them.
        let meta = if meta.get(4..8) == Some(b"hdlr") {
            meta
        } else {
            meta.get(4..).unwrap_or_default()
        };
        let (Some(keys), Some(values)) = (child(meta, b"keys", 8), child(meta, b"ilst", 0)) else {
            return;
        };
        let keys: Vec<&[u8]> = boxes(keys).map(|(_, key)| key).take(KEYS_MAX).collect();
        for (number, value) in boxes(values) {
            let index = u32::from_be_bytes(number) as usize;
            let key = index.checked_sub(1).and_then(|index| keys.get(index));
            // The type and the language of the value come first.
            let (Some(key), Some(text)) = (key, child(value, b"data", 8)) else {
                continue;
            };
            let text = String::from_utf8_lossy(text);
            match *key {
                b"com.apple.quicktime.location.ISO6709" => self.take_place(&text),
                b"com.apple.quicktime.make" => set(&mut self.make, &text),
                b"com.apple.quicktime.model" => set(&mut self.model, &text),
                b"com.apple.quicktime.creationdate" => {
                    self.created = taken::from_iso(&text).or(self.created);
                }
                _ => {}
            }
        }
    }

    fn take_place(&mut self, text: &str) {
        if let Some((position, altitude_m)) = place(text)
            && self.position.is_none()
        {
            (self.position, self.altitude_m) = (Some(position), altitude_m);
        }
    }
}

fn set(place: &mut Option<String>, text: &str) {
    let text = text.trim_matches(|c: char| c.is_control() || c.is_whitespace());
    if !text.is_empty() {
        *place = Some(text.to_owned());
    }
}

/// `+48.8577+002.295+035.1/`: degrees, or degrees and minutes, or also seconds, told apart by how
/// many digits stand before the point. Zero and zero is what cameras write that do not know.
fn place(text: &str) -> Option<(Position, Option<f64>)> {
    let text = text.trim_matches(|c: char| c.is_control() || c.is_whitespace());
    let numbers = text.split(['/', 'C']).next()?;
    let mut starts = numbers
        .char_indices()
        .filter(|(_, c)| matches!(c, '+' | '-'));
    let (first, second) = (starts.next()?.0, starts.next()?.0);
    let third = starts.next().map_or(numbers.len(), |(at, _)| at);
    let lat = angle(numbers.get(first..second)?, 2).filter(|lat| lat.abs() <= 90.0)?;
    let lon = angle(numbers.get(second..third)?, 3).filter(|lon| lon.abs() <= 180.0)?;
    let altitude_m = numbers[third..].parse().ok();
    let altitude_m = altitude_m.filter(|metres: &f64| metres.abs() < 100_000.0);
    (lat != 0.0 || lon != 0.0).then_some((Position { lat, lon }, altitude_m))
}

/// A signed angle whose degrees have that many digits.
fn angle(text: &str, degree_digits: usize) -> Option<f64> {
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    let digits = text.get(1..)?;
    let whole = digits.find('.').unwrap_or(digits.len());
    if !digits
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return None;
    }
    let part = |range: std::ops::Range<usize>| digits.get(range)?.parse::<f64>().ok();
    let minutes = degree_digits..degree_digits + 2;
    let magnitude = match whole.checked_sub(degree_digits) {
        Some(2) => part(0..degree_digits)? + part(minutes.start..digits.len())? / 60.0,
        Some(4) => {
            let seconds = part(minutes.end..digits.len())?;
            part(0..degree_digits)? + part(minutes)? / 60.0 + seconds / 3600.0
        }
        // Some write fewer digits than they should.
        _ if whole <= degree_digits => part(0..digits.len())?,
        _ => return None,
    };
    Some(sign * magnitude)
}

/// When it was recorded in Unix ms (UTC), and how long it plays in ms.
fn parse_header(body: &[u8]) -> Option<(Option<i64>, Option<u64>)> {
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
    Some((created_ms, duration_ms))
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

    fn movie(parts: &[Vec<u8>]) -> Movie {
        let mut file = boxed(b"ftyp", b"isom\0\0\0\0");
        file.extend(boxed(b"mdat", &[7; 1000]));
        file.extend(boxed(b"moov", &parts.concat()));
        read(&mut io::Cursor::new(file)).unwrap().unwrap()
    }

    fn user_data(name: &[u8; 4], text: &str) -> Vec<u8> {
        let length = (text.len() as u16).to_be_bytes();
        boxed(name, &[&length, b"\x15\xc7", text.as_bytes()].concat())
    }

    fn apple(pairs: &[(&str, &str)], prefix: &[u8]) -> Vec<u8> {
        let mut keys = [[0; 4], (pairs.len() as u32).to_be_bytes()].concat();
        let mut values = Vec::new();
        for (n, (key, text)) in pairs.iter().enumerate() {
            let key = format!("com.apple.quicktime.{key}");
            keys.extend(boxed(b"mdta", key.as_bytes()));
            let data = [&[0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes()].concat();
            values.extend(boxed(&(n as u32 + 1).to_be_bytes(), &boxed(b"data", &data)));
        }
        let boxes = [
            boxed(b"hdlr", &[0; 25]),
            boxed(b"keys", &keys),
            boxed(b"ilst", &values),
        ];
        boxed(b"meta", &[prefix, &boxes.concat()].concat())
    }

    #[test]
    fn the_movie_clock_is_utc_since_1904() {
        fn check(created: u32, expect: Option<i64>) {
            let movie = movie(&[mvhd(created)]);
            assert_eq!(movie.created, expect.map(taken::utc));
            assert_eq!(movie.duration_ms, Some(10_000));
        }
        check(0, None);
        check(2_082_844_800 + 1_563_726_600, Some(1_563_726_600_000));
    }

    #[test]
    fn phones_say_where_and_with_what() {
        let android = movie(&[
            mvhd(2_082_844_801),
            boxed(b"udta", &user_data(b"\xa9xyz", "+48.8577+002.2950/")),
        ]);
        let paris = Position {
            lat: 48.8577,
            lon: 2.295,
        };
        assert_eq!(android.position, Some(paris));
        assert_eq!(android.created, Some(taken::utc(1000)));
        let pairs = [
            ("make", "Apple"),
            ("model", "iPhone 12"),
            ("location.ISO6709", "+48.8577+002.2950+035.100/"),
            ("creationdate", "2019-08-01T00:10:00+0200"),
        ];
        for prefix in [&b""[..], b"\0\0\0\0"] {
            let iphone = movie(&[mvhd(2_082_844_801), apple(&pairs, prefix)]);
            assert_eq!(iphone.make.as_deref(), Some("Apple"));
            assert_eq!(iphone.model.as_deref(), Some("iPhone 12"));
            assert_eq!(
                (iphone.position, iphone.altitude_m),
                (Some(paris), Some(35.1))
            );
            let at = iphone.created.unwrap();
            assert_eq!(
                (at.wall_ms, at.offset_minutes),
                (1_564_618_200_000, Some(120))
            );
            // The order of the boxes does not matter.
            assert_eq!(movie(&[apple(&pairs, prefix), mvhd(2_082_844_801)]), iphone);
        }
    }

    #[test]
    fn cut_and_bent_movies_do_no_harm() {
        let pairs = [
            ("location.ISO6709", "+48.8577+002.2950/"),
            ("make", "Apple"),
        ];
        let place = boxed(b"udta", &user_data(b"\xa9xyz", "+48.8577+002.2950/"));
        let whole = boxed(b"moov", &[mvhd(7), place, apple(&pairs, b"")].concat());
        for at in 0..whole.len() {
            let mut bent = whole.clone();
            bent[at] ^= 0x81;
            for bytes in [&whole[..at], &bent] {
                // Some of it is read, or none.
                let movie = read(&mut io::Cursor::new(bytes)).ok().flatten();
                let lat = movie
                    .and_then(|movie| movie.position)
                    .map(|place| place.lat);
                assert!(lat.is_none_or(|lat| lat.abs() <= 90.0), "{at}");
            }
        }
    }

    #[test]
    fn positions_as_text() {
        fn check(text: &str, expect: Option<(f64, f64)>) {
            let found = place(text).map(|(position, _)| position);
            let near = |p: Position, (lat, lon): (f64, f64)| {
                (p.lat - lat).abs() < 1e-9 && (p.lon - lon).abs() < 1e-9
            };
            match (found, expect) {
                (Some(found), Some(expect)) => assert!(near(found, expect), "{text}: {found:?}"),
                (found, expect) => assert_eq!(found.is_some(), expect.is_some(), "{text}"),
            }
        }
        check("+27.5916+086.5640+8850/", Some((27.5916, 86.564)));
        check("-18.1416+178.4419/", Some((-18.1416, 178.4419)));
        check("+4830.0+00215.0/", Some((48.5, 2.25)));
        check("-483000-0021500.0CRSWGS_84/", Some((-48.5, -2.25)));
        check("+5.5-7.25", Some((5.5, -7.25)));
        check("+00.0000+000.0000/", None);
        check("+91.0000+000.0000/", None);
        check("+48.8577/", None);
        for broken in ["", "/", "+-", "++++", "+é+é", "-inf+nan", "+1.2.3+4"] {
            check(broken, None);
        }
    }

    #[test]
    fn broken_boxes_end_quietly() {
        for bytes in [
            &b""[..],
            b"\0\0\0\x04moov",
            b"\xff\xff\xff\xffmoov\0\0\0\0mvhd",
            b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\0\0\0\x18moov\0\0\0\x10meta\0\0\0\x08keys",
            b"\0\0\0\x18moov\0\0\0\x10udta\0\0\0\x08\xa9xyz",
        ] {
            let read = read(&mut io::Cursor::new(bytes));
            let silent = |movie: Option<Movie>| movie.is_none_or(|movie| movie == Movie::default());
            assert!(read.is_err() || read.is_ok_and(silent), "{bytes:?}");
        }
    }
}
