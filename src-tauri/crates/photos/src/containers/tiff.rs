//! TIFF directories: where the embedded previews lie and whether there is
//! sensor data. Offsets, counts and loops are bounded; a broken directory
//! yields what was read before it.

use std::collections::BTreeSet;

const MAX_DIRECTORIES: usize = 64;
const MAX_ENTRIES: usize = 1024;
const MAX_VALUES: usize = 64;

/// What the directories of a TIFF say.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) make: String,
    pub(crate) dng: bool,
    /// A directory describes a colour filter array or a maker's raw compression.
    pub(crate) sensor_data: bool,
    /// Largest image that a directory describes, as stored.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Ranges in which directories say that a JPEG lies: (offset, length).
    pub(crate) jpegs: Vec<(usize, usize)>,
}

#[derive(Default)]
struct Directory {
    width: u32,
    height: u32,
    compression: u32,
    photometric: u32,
    strips: Vec<u32>,
    strip_lengths: Vec<u32>,
    jpeg: (u32, u32),
}

/// Walks all directories, their sub-directories included.
pub(crate) fn survey(bytes: &[u8]) -> Survey {
    let mut survey = Survey::default();
    let Some(data) = Data::new(bytes) else {
        return survey;
    };
    let mut seen = BTreeSet::new();
    let mut todo = Vec::from_iter(data.u32(4));
    while let Some(offset) = todo.pop() {
        if offset == 0 || seen.len() >= MAX_DIRECTORIES || !seen.insert(offset) {
            continue;
        }
        data.directory(offset as usize, &mut survey, &mut todo);
    }
    survey
}

/// The bytes of an entry in the first directory, whatever their type.
pub(crate) fn first_directory_value(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    let data = Data::new(bytes)?;
    let offset = data.u32(4)? as usize;
    let count = usize::from(data.u16(offset)?).min(MAX_ENTRIES);
    let entries = (0..count).filter_map(|n| data.entry(offset.checked_add(2 + n * 12)?));
    let entry = entries.into_iter().find(|entry| entry.tag == tag)?;
    let length = entry.count.checked_mul(value_size(entry.kind))?;
    bytes.get(entry.at..entry.at.checked_add(length)?)
}

struct Data<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

struct Entry {
    tag: u16,
    kind: u16,
    count: usize,
    /// Where the values lie.
    at: usize,
}

/// Bytes of one value; of the types that matter here.
fn value_size(kind: u16) -> usize {
    match kind {
        3 => 2,
        4 | 13 => 4,
        _ => 1,
    }
}

impl<'a> Data<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        match bytes.get(0..2)? {
            b"II" => Some(Self {
                bytes,
                little_endian: true,
            }),
            b"MM" => Some(Self {
                bytes,
                little_endian: false,
            }),
            _ => None,
        }
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let raw = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little_endian {
            u16::from_le_bytes(raw)
        } else {
            u16::from_be_bytes(raw)
        })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let raw = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little_endian {
            u32::from_le_bytes(raw)
        } else {
            u32::from_be_bytes(raw)
        })
    }

    fn entry(&self, at: usize) -> Option<Entry> {
        let (tag, kind, count) = (self.u16(at)?, self.u16(at + 2)?, self.u32(at + 4)? as usize);
        let inline = count.checked_mul(value_size(kind))? <= 4;
        let at = if inline {
            at + 8
        } else {
            self.u32(at + 8)? as usize
        };
        Some(Entry {
            tag,
            kind,
            count,
            at,
        })
    }

    fn values(&self, entry: &Entry) -> Vec<u32> {
        let value = |n: usize| match entry.kind {
            3 => self.u16(entry.at + n * 2).map(u32::from),
            4 | 13 => self.u32(entry.at + n * 4),
            _ => None,
        };
        (0..entry.count.min(MAX_VALUES)).map_while(value).collect()
    }

    fn value(&self, entry: &Entry) -> u32 {
        self.values(entry).first().copied().unwrap_or_default()
    }

    fn text(&self, entry: &Entry) -> String {
        let end = entry
            .at
            .saturating_add(entry.count.min(64))
            .min(self.bytes.len());
        let raw = self.bytes.get(entry.at..end).unwrap_or_default();
        String::from_utf8_lossy(raw)
            .trim_end_matches(['\0', ' '])
            .to_owned()
    }

    fn directory(&self, offset: usize, survey: &mut Survey, todo: &mut Vec<u32>) {
        let Some(count) = self.u16(offset).map(usize::from) else {
            return;
        };
        let mut directory = Directory::default();
        for n in 0..count.min(MAX_ENTRIES) {
            let Some(entry) = self.entry(offset + 2 + n * 12) else {
                continue;
            };
            match entry.tag {
                0x0002 | 0x0100 => directory.width = self.value(&entry),
                0x0003 | 0x0101 => directory.height = self.value(&entry),
                0x0103 => directory.compression = self.value(&entry),
                0x0106 => directory.photometric = self.value(&entry),
                0x0111 => directory.strips = self.values(&entry),
                0x0117 => directory.strip_lengths = self.values(&entry),
                0x0201 => directory.jpeg.0 = self.value(&entry),
                0x0202 => directory.jpeg.1 = self.value(&entry),
                // Panasonic's JpgFromRaw: the bytes themselves are the value.
                0x002E if entry.count > 4 => survey.jpegs.push((entry.at, entry.count)),
                0x010F if survey.make.is_empty() => survey.make = self.text(&entry),
                0x014A => todo.extend(self.values(&entry)),
                0xC612 => survey.dng = true,
                _ => {}
            }
        }
        todo.extend(self.u32(offset + 2 + count * 12));
        directory.report(survey);
    }
}

impl Directory {
    fn report(&self, survey: &mut Survey) {
        // Colour filter array and linear raw; Sony, Nikon, Pentax, Samsung packings.
        let sensor = matches!(self.photometric, 32803 | 34892)
            || matches!(self.compression, 32767 | 34713 | 65535 | 32770 | 32772);
        survey.sensor_data |= sensor;
        if u64::from(self.width) * u64::from(self.height)
            > u64::from(survey.width) * u64::from(survey.height)
        {
            (survey.width, survey.height) = (self.width, self.height);
        }
        if self.jpeg.0 > 0 && self.jpeg.1 > 0 {
            survey
                .jpegs
                .push((self.jpeg.0 as usize, self.jpeg.1 as usize));
        }
        if let (6 | 7, false, [offset], [length]) = (
            self.compression,
            sensor,
            self.strips.as_slice(),
            self.strip_lengths.as_slice(),
        ) {
            survey.jpegs.push((*offset as usize, *length as usize));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiff(entries: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(next.to_le_bytes());
        bytes
    }

    #[test]
    fn previews_and_sensor_data_are_found() {
        let bytes = tiff(
            &[
                (0x100, 4, 1, 6000),
                (0x101, 4, 1, 4000),
                (0x106, 3, 1, 32803),
                (0x201, 4, 1, 99),
                (0x202, 4, 1, 7),
            ],
            0,
        );
        let survey = survey(&bytes);
        assert!(survey.sensor_data);
        assert_eq!((survey.width, survey.height), (6000, 4000));
        assert_eq!(survey.jpegs, [(99, 7)]);
    }

    #[test]
    fn values_of_the_first_directory_are_cut_out() {
        let mut bytes = tiff(
            &[(700, 1, 6, 50), (33723, 4, 1, 0x0302_011C), (701, 1, 9, 50)],
            0,
        );
        bytes.extend(b"packet");
        let at = |tag| first_directory_value(&bytes, tag);
        assert_eq!(at(33723), Some(&b"\x1c\x01\x02\x03"[..]));
        assert_eq!(at(700), Some(&b"packet"[..]));
        // One that reaches beyond the file, and one that is not there.
        assert_eq!((at(701), at(702)), (None, None));
        for length in 0..bytes.len() {
            assert_eq!(first_directory_value(&bytes[..length], 700), None);
        }
    }

    #[test]
    fn loops_and_wild_offsets_end() {
        // The next directory is this one; sub-directories and values lie outside.
        let bytes = tiff(
            &[
                (0x14A, 4, 4_000_000_000, 0xFFFF_FFF0),
                (0x14A, 4, 1, 8),
                (0x10F, 2, 0xFFFF_FFFF, 20),
            ],
            8,
        );
        let survey = survey(&bytes);
        assert!(!survey.sensor_data && survey.jpegs.is_empty());
    }
}
