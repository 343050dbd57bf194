//! What a camera wrote beside the pixels. Broken EXIF gives what can be read
//! and a warning; it never fails an import.

mod words;

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use exif::{Context, Error, Exif, In, Rational, Reader, SRational, Tag, Value};

use crate::containers::isobmff;
use crate::described::Account;
use crate::sniff::Format;
use crate::taken::{self, CaptureTime, Witnesses};

/// Most tags that are listed for one photo.
const LISTED_MAX: usize = 160;
/// Longest display value in characters.
const VALUE_MAX: usize = 200;
/// How the reader calls files that end before an EXIF block is found whole.
const CUT_SHORT: [&str; 3] = ["Broken JPEG file", "Broken PNG file", "Broken WebP file"];

/// Where a photo was taken, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// -90 (south) to 90 (north).
    pub lat: f64,
    /// -180 (west) to 180 (east).
    pub lon: f64,
}

/// How a photo was exposed; what the camera did not say is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Exposure {
    /// Sensitivity.
    pub iso: Option<u32>,
    /// The aperture's f-number.
    pub f_number: Option<f32>,
    /// Seconds.
    pub exposure_time_s: Option<f64>,
    /// Millimetres, as built (not the 35-mm equivalent).
    pub focal_length_mm: Option<f32>,
}

/// What EXIF says about one photo.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) witnesses: Witnesses,
    pub(crate) camera_make: String,
    pub(crate) camera_model: String,
    pub(crate) lens: String,
    pub(crate) exposure: Exposure,
    pub(crate) position: Option<Position>,
    pub(crate) altitude_m: Option<f64>,
    /// 1 to 8, 1 when absent or out of range.
    pub(crate) orientation: u8,
    /// Tag name and display value.
    pub(crate) listed: Vec<(String, String)>,
    /// What it holds that people wrote.
    pub(crate) words: Account,
    pub(crate) warning: Option<String>,
}

/// Reads the EXIF of a file of that format; all defaults when it has none.
pub(crate) fn read(bytes: &[u8], format: Format) -> Facts {
    let mut tags = Tags::default();
    if catch_unwind(AssertUnwindSafe(|| tags.collect(bytes, format))).is_err() {
        tags.warning = Some("the EXIF data could not be read: its reader gave up".to_owned());
    }
    tags.facts()
}

/// One EXIF block, or one directory that stands alone (Canon's CR3).
struct Part {
    exif: Exif,
    /// The directory that the block's first one really is.
    first: Context,
}

/// The EXIF block of a WebP that begins as one in a JPEG does.
/// Source: RIFF Container of the WebP specification (chunks are padded to even sizes).
fn webp_prefixed(bytes: &[u8]) -> Option<&[u8]> {
    const PREFIX: &[u8] = b"Exif\0\0";
    let mut rest = bytes.get(12..)?;
    loop {
        let (head, behind) = rest.split_at_checked(8)?;
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let chunk = behind.get(..size)?;
        if &head[..4] == b"EXIF" {
            return chunk.strip_prefix(PREFIX);
        }
        rest = behind.get(size.checked_add(size % 2)?..)?;
    }
}

#[derive(Default)]
struct Tags {
    parts: Vec<Part>,
    warning: Option<String>,
}

impl Tags {
    fn collect(&mut self, bytes: &[u8], format: Format) {
        match format {
            // Some programs put JPEG's prefix before a WebP's EXIF; the block is behind it.
            Format::Webp if let Some(block) = webp_prefixed(bytes) => {
                self.keep(reader().read_raw(block.to_vec()), Context::Tiff);
            }
            Format::Jpeg | Format::Png | Format::Webp | Format::Heic | Format::Avif => {
                let found = reader().read_from_container(&mut Cursor::new(bytes));
                self.keep(found, Context::Tiff);
            }
            Format::Tiff => self.keep(reader().read_raw(bytes.to_vec()), Context::Tiff),
            Format::TiffRaw => {
                // Olympus and Panasonic put their own number where TIFF has 42.
                let mut block = bytes.to_vec();
                if let Some(magic) = block.get_mut(2..4) {
                    magic.copy_from_slice(if bytes[0] == b'I' { b"*\0" } else { b"\0*" });
                }
                self.keep(reader().read_raw(block), Context::Tiff);
            }
            Format::Raf => {
                if let Some(jpeg) = crate::preview::raf_jpeg(bytes) {
                    self.collect(jpeg, Format::Jpeg);
                }
            }
            Format::Cr3 => {
                for (name, first) in [
                    (b"CMT1", Context::Tiff),
                    (b"CMT2", Context::Exif),
                    (b"CMT4", Context::Gps),
                ] {
                    if let Some(block) = isobmff::canon_metadata(bytes, name) {
                        self.keep(reader().read_raw(block.to_vec()), first);
                    }
                }
            }
            Format::Jxl => {
                if let Some(block) = crate::preview::jxl_exif(bytes) {
                    self.keep(reader().read_raw(block), Context::Tiff);
                }
            }
            Format::Gif | Format::Bmp | Format::IsoVideo | Format::Video | Format::Other => {}
        }
    }

    fn keep(&mut self, found: Result<Exif, Error>, first: Context) {
        let mut first_fault = None;
        let found = found.or_else(|error| {
            error.distill_partial_result(|errors| {
                first_fault = errors.first().map(ToString::to_string);
            })
        });
        match found {
            Ok(exif) => self.parts.push(Part { exif, first }),
            // Without EXIF, or the file is cut before it: the preview tells of the latter.
            Err(Error::NotFound(_) | Error::Io(_)) => {}
            Err(Error::InvalidFormat(fault)) if CUT_SHORT.contains(&fault) => {}
            Err(error) => first_fault = Some(error.to_string()),
        }
        if let Some(fault) = first_fault {
            self.warning = Some(format!(
                "the EXIF data is damaged ({fault}); what could be read was kept"
            ));
        }
    }

    fn get(&self, tag: Tag) -> Option<&Value> {
        self.parts.iter().find_map(|part| {
            let stored = if part.first == tag.0 {
                Tag(Context::Tiff, tag.1)
            } else {
                tag
            };
            part.exif
                .get_field(stored, In::PRIMARY)
                .map(|field| &field.value)
        })
    }

    fn text(&self, tag: Tag) -> Option<String> {
        let Value::Ascii(lines) = self.get(tag)? else {
            return None;
        };
        let line = String::from_utf8_lossy(lines.first()?)
            .trim_matches(['\0', ' ', '\t', '\n', '\r'])
            .to_owned();
        (!line.is_empty()).then_some(line)
    }

    /// The numbers of a rational value. Some phones write signed ones where
    /// EXIF wants unsigned.
    fn numbers(&self, tag: Tag) -> Vec<f64> {
        match self.get(tag) {
            Some(Value::Rational(values)) => values.iter().map(Rational::to_f64).collect(),
            Some(Value::SRational(values)) => values.iter().map(SRational::to_f64).collect(),
            _ => Vec::new(),
        }
    }

    /// A rational that is a number above zero.
    fn positive(&self, tag: Tag) -> Option<f64> {
        self.numbers(tag)
            .first()
            .copied()
            .filter(|value| value.is_finite() && *value > 0.0)
    }

    fn uint(&self, tag: Tag) -> Option<u32> {
        self.get(tag)?.get_uint(0)
    }

    fn date(&self, date: Tag, subsec: Tag, offset: Tag) -> Option<CaptureTime> {
        let (subsec, offset) = (self.text(subsec), self.text(offset));
        taken::from_exif(&self.text(date)?, subsec.as_deref(), offset.as_deref())
    }

    fn gps_time(&self) -> Option<CaptureTime> {
        taken::from_gps(
            &self.text(Tag::GPSDateStamp)?,
            sexagesimal(&self.numbers(Tag::GPSTimeStamp))? * 3600.0,
        )
    }

    fn position(&self) -> Option<Position> {
        let degrees = |value, reference, negative: char, limit: f64| {
            let magnitude = sexagesimal(&self.numbers(value))?;
            let sign = self
                .text(reference)
                .is_some_and(|letter| letter.to_ascii_uppercase().starts_with(negative));
            (0.0..=limit)
                .contains(&magnitude)
                .then_some(if sign { -magnitude } else { magnitude })
        };
        Some(Position {
            lat: degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, 'S', 90.0)?,
            lon: degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, 'W', 180.0)?,
        })
    }

    fn altitude_m(&self) -> Option<f64> {
        let height = *self.numbers(Tag::GPSAltitude).first()?;
        // 1: below the sea; 3: below the ellipsoid (EXIF 3.0).
        let below = matches!(self.uint(Tag::GPSAltitudeRef), Some(1 | 3));
        (height.is_finite() && height.abs() < 100_000.0).then_some(if below {
            -height
        } else {
            height
        })
    }

    fn exposure(&self) -> Exposure {
        Exposure {
            iso: self
                .uint(Tag::PhotographicSensitivity)
                .filter(|iso| *iso > 0),
            f_number: self.positive(Tag::FNumber).map(|n| n as f32),
            exposure_time_s: self.positive(Tag::ExposureTime),
            focal_length_mm: self.positive(Tag::FocalLength).map(|mm| mm as f32),
        }
    }

    fn facts(&self) -> Facts {
        let orientation = self
            .uint(Tag::Orientation)
            .and_then(|n| u8::try_from(n).ok());
        Facts {
            witnesses: Witnesses {
                original: self.date(
                    Tag::DateTimeOriginal,
                    Tag::SubSecTimeOriginal,
                    Tag::OffsetTimeOriginal,
                ),
                digitized: self.date(
                    Tag::DateTimeDigitized,
                    Tag::SubSecTimeDigitized,
                    Tag::OffsetTimeDigitized,
                ),
                exif_modified: self.date(Tag::DateTime, Tag::SubSecTime, Tag::OffsetTime),
                gps: self.gps_time(),
                ..Witnesses::default()
            },
            camera_make: self.text(Tag::Make).map(shortened).unwrap_or_default(),
            camera_model: self.text(Tag::Model).map(shortened).unwrap_or_default(),
            lens: self.text(Tag::LensModel).map(shortened).unwrap_or_default(),
            exposure: self.exposure(),
            position: self.position(),
            altitude_m: self.altitude_m(),
            orientation: orientation.filter(|n| (1..=8).contains(n)).unwrap_or(1),
            listed: self.listed(),
            words: words::read(self),
            warning: self.warning.clone(),
        }
    }

    /// The readable tags in the order of the file, bounded in number and length.
    fn listed(&self) -> Vec<(String, String)> {
        let mut listed = Vec::new();
        for part in &self.parts {
            for field in part
                .exif
                .fields()
                .filter(|field| field.ifd_num == In::PRIMARY)
            {
                let context = if field.tag.0 == Context::Tiff {
                    part.first
                } else {
                    field.tag.0
                };
                let tag = Tag(context, field.tag.1);
                if listed.len() < LISTED_MAX && tag.description().is_some() {
                    listed.extend(
                        display(&field.value, tag, &part.exif)
                            .map(|value| (tag.to_string(), value)),
                    );
                }
            }
        }
        listed
    }
}

fn reader() -> Reader {
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    reader
}

/// Degrees, minutes, seconds (or hours …) as one number. Missing parts are zero;
/// a part that is 0/0 makes the whole unknown.
fn sexagesimal(parts: &[f64]) -> Option<f64> {
    if parts.is_empty() || parts.len() > 3 {
        return None;
    }
    let sum: f64 = parts
        .iter()
        .zip([1.0, 60.0, 3600.0])
        .map(|(part, unit)| part / unit)
        .sum();
    sum.is_finite().then_some(sum)
}

fn shortened(text: String) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    if text.chars().count() <= VALUE_MAX && !text.contains(char::is_control) {
        return text;
    }
    text.chars().take(VALUE_MAX).map(printable).collect()
}

/// How a value reads; `None` for binary ones.
fn display(value: &Value, tag: Tag, exif: &Exif) -> Option<String> {
    let text = match value {
        Value::Ascii(lines) => {
            let lines: Vec<_> = lines
                .iter()
                .map(|line| String::from_utf8_lossy(line).trim().to_owned())
                .collect();
            lines.join(", ").trim_matches(['\0', ' ']).to_owned()
        }
        Value::Undefined(bytes, _) if bytes.len() > 16 => return None,
        Value::Byte(bytes) if bytes.len() > 16 => return None,
        Value::Unknown(..) => return None,
        _ => match exif.get_field(tag, In::PRIMARY) {
            Some(field) => field.display_value().with_unit(exif).to_string(),
            None => value.display_as(tag).to_string(),
        },
    };
    (!text.is_empty()).then(|| shortened(text))
}
