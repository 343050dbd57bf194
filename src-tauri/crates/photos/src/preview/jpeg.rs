//! JPEG through libjpeg-turbo, which scales while it decodes: a 12-megapixel
//! photo never exists in full.

use turbojpeg::{
    Colorspace, Compressor, Decompressor, Error, Image, PixelFormat, ScalingFactor, Subsamp,
};

use super::pixels::Pixels;
use super::{LARGE_PX, Reason, check_size};
use crate::budget::Budget;
use crate::sniff::Format;

const QUALITY: i32 = 80;
/// Largest picture that is decoded row by row.
const BASELINE_PIXELS_MAX: u64 = 1_000_000_000;
/// A progressive file is held in memory as coefficients, 6 bytes a pixel at most.
const PROGRESSIVE_PIXELS_MAX: u64 = 80_000_000;
const COEFFICIENT_BYTES: u64 = 6;
/// Scans after which a progressive file counts as hostile; cameras write about ten.
const SCANS_MAX: u32 = 200;
/// What fills the part of a picture that could not be decoded.
const UNDECODED: u8 = 128;

/// Decodes at the smallest scale that is not below the large preview. A damaged
/// file gives the part that could be read, and says so.
pub(super) fn decode<'a>(bytes: &[u8], budget: &'a Budget) -> Result<Pixels<'a>, Reason> {
    let unreadable = |error: Error| format!("the JPEG data is damaged ({})", brief(&error));
    let mut decompressor = Decompressor::new().map_err(unreadable)?;
    let header = match decompressor.read_header(bytes) {
        Ok(header) => header,
        // Samplings that this interface cannot name: the slower decoder knows them.
        Err(Error::BadSubsamp(_)) => return super::still::decode(bytes, Format::Jpeg, budget),
        Err(error) => return Err(unreadable(error)),
    };
    let pixels = header.width as u64 * header.height as u64;
    let limit = if header.is_progressive {
        PROGRESSIVE_PIXELS_MAX
    } else {
        BASELINE_PIXELS_MAX
    };
    if pixels > limit {
        return Err(format!(
            "it claims {} × {} pixels, too many to decode",
            header.width, header.height
        ));
    }
    let scale = if header.is_lossless {
        ScalingFactor::ONE
    } else {
        scale_for(header.width.max(header.height))
    };
    decompressor.set_scaling_factor(scale).map_err(unreadable)?;
    decompressor.set_scan_limit(SCANS_MAX).map_err(unreadable)?;
    decompressor.set_fast_upsample(true).map_err(unreadable)?;
    let cmyk = matches!(header.colorspace, Colorspace::CMYK | Colorspace::YCCK);
    let format = if cmyk {
        PixelFormat::CMYK
    } else {
        PixelFormat::RGB
    };
    let (width, height) = (scale.scale(header.width), scale.scale(header.height));
    let size = width * height * format.size();
    let coefficients = if header.is_progressive {
        pixels * COEFFICIENT_BYTES
    } else {
        0
    };
    check_size(
        header.width as u32,
        header.height as u32,
        size as u64 + coefficients,
    )?;
    let grant = budget.take(size as u64 + coefficients);
    let mut data = vec![UNDECODED; size];
    let output = Image {
        pixels: data.as_mut_slice(),
        width,
        pitch: width * format.size(),
        height,
        format,
    };
    let fault = match decompressor.decompress(bytes, output) {
        Ok(()) => None,
        Err(error) if brief(&error).contains("extraneous bytes") => None,
        Err(error) if data.iter().all(|value| *value == UNDECODED) => {
            return Err(unreadable(error));
        }
        Err(error) => Some(format!(
            "the JPEG data is damaged ({}); the preview shows what could be read",
            brief(&error)
        )),
    };
    let app = Segments::read(bytes);
    if cmyk {
        data = from_cmyk(&data, app.adobe);
    }
    Ok(Pixels {
        width: width as u32,
        height: height as u32,
        channels: 3,
        data,
        full: (header.width as u32, header.height as u32),
        // A CMYK profile does not describe the RGB that was made of it.
        icc: app.icc.filter(|_| !cmyk),
        upright: false,
        fault,
        _grant: Some(grant),
    })
}

/// The size of a JPEG that this decoder can scale; `None` for others.
pub(super) fn scalable_size(bytes: &[u8]) -> Option<(usize, usize)> {
    let header = Decompressor::new().ok()?.read_header(bytes).ok()?;
    (!header.is_lossless).then_some((header.width, header.height))
}

/// Encodes an RGB picture.
pub(super) fn encode(pixels: &Pixels<'_>) -> Result<Vec<u8>, Reason> {
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    encode_rgb(&pixels.data, width, height, QUALITY)
        .map_err(|error| format!("it could not be written ({})", brief(&error)))
}

/// Encodes rows of RGB bytes without gaps.
pub(crate) fn encode_rgb(
    data: &[u8],
    width: usize,
    height: usize,
    quality: i32,
) -> Result<Vec<u8>, Error> {
    let mut compressor = Compressor::new()?;
    compressor.set_quality(quality)?;
    compressor.set_subsamp(Subsamp::Sub2x2)?;
    compressor.compress_to_vec(Image {
        pixels: data,
        width,
        pitch: width * 3,
        height,
        format: PixelFormat::RGB,
    })
}

fn scale_for(longest: usize) -> ScalingFactor {
    let eighths = [1, 2, 3, 4, 5, 6, 7].map(|n| ScalingFactor::new(n, 8));
    eighths
        .into_iter()
        .find(|scale| scale.scale(longest) >= LARGE_PX as usize)
        .unwrap_or(ScalingFactor::ONE)
}

fn brief(error: &Error) -> String {
    match error {
        Error::TurboJpegError(message) => message.clone(),
        // The library found no frame header, and so no size.
        Error::IntegerOverflow(_) => "it ends before the picture begins".to_owned(),
        other => other.to_string(),
    }
}

/// Ink to light, good enough for a preview. Adobe stores light, not ink.
fn from_cmyk(data: &[u8], stores_light: bool) -> Vec<u8> {
    let light = |value: u8| u16::from(if stores_light { value } else { 255 - value });
    let pixel = |p: &[u8]| [0, 1, 2].map(|n| ((light(p[n]) * light(p[3]) + 127) / 255) as u8);
    data.chunks_exact(4).flat_map(pixel).collect()
}

/// The application segments that change how colours are read.
#[derive(Default)]
struct Segments {
    icc: Option<Vec<u8>>,
    adobe: bool,
}

impl Segments {
    /// Walks the markers up to the image data.
    fn read(bytes: &[u8]) -> Self {
        let mut found = Self::default();
        let mut parts: Vec<(u8, &[u8])> = Vec::new();
        let mut at = 2;
        while let Some(&[0xFF, marker, high, low]) = bytes
            .get(at..at + 4)
            .and_then(|s| <&[u8; 4]>::try_from(s).ok())
        {
            let length = usize::from(u16::from_be_bytes([high, low]));
            if marker == 0xFF {
                at += 1; // Padding before a marker.
                continue;
            }
            if marker == 0xDA || length < 2 {
                break;
            }
            let body = bytes.get(at + 4..at + 2 + length).unwrap_or_default();
            match marker {
                0xE2 if body.starts_with(b"ICC_PROFILE\0") && body.len() > 14 => {
                    parts.push((body[12], &body[14..]));
                }
                0xEE if body.starts_with(b"Adobe") => found.adobe = true,
                _ => {}
            }
            at += 2 + length;
        }
        parts.sort_by_key(|(number, _)| *number);
        if !parts.is_empty() {
            found.icc = Some(
                parts
                    .into_iter()
                    .flat_map(|(_, part)| part)
                    .copied()
                    .collect(),
            );
        }
        found
    }
}
