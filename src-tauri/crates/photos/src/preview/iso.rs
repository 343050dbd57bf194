//! HEIC and JPEG XL, both by pure-Rust decoders that turn the picture upright
//! themselves.

use std::io::Cursor;

use jxl_oxide::{
    AllocTracker, AuxBoxData, EnumColourEncoding, JxlImage, JxlThreadPool, PixelFormat,
    RenderingIntent,
};

use super::pixels::Pixels;
use super::{DECODED_MAX, Reason, check_size};
use crate::budget::Budget;
use crate::containers::isobmff;

/// Bytes that a HEIC decoder holds per pixel: planes, RGBA, and its turned copy.
const HEIC_BYTES: u64 = 12;
/// Bytes that a JPEG XL decoder holds per pixel: three or four float planes, twice.
const JXL_BYTES: u64 = 32;

/// Decodes the primary picture of a HEIC file.
pub(super) fn heic<'a>(bytes: &[u8], budget: &'a Budget) -> Result<Pixels<'a>, Reason> {
    let (width, height) =
        isobmff::largest_image(bytes).ok_or("the HEIC file does not say how large it is")?;
    let needed = u64::from(width) * u64::from(height) * HEIC_BYTES;
    check_size(width, height, needed)?;
    let grant = budget.take(needed);
    let options = heifer::Options {
        max_threads: 1,
        max_pixels: DECODED_MAX / HEIC_BYTES,
    };
    let decoded = heifer::decode_srgb_rgba8(bytes, &options)
        // Colour spaces that it cannot convert (HDR) are shown as stored.
        .or_else(|_| heifer::decode_rgba8(bytes, &options))
        .map_err(|error| format!("the HEIC data could not be decoded ({error})"))?;
    Ok(Pixels {
        width: decoded.width,
        height: decoded.height,
        channels: 4,
        full: (decoded.width, decoded.height),
        data: decoded.data,
        icc: None,
        upright: true,
        fault: None,
        _grant: Some(grant),
    })
}

/// Decodes the first frame of a JPEG XL file.
pub(super) fn jxl<'a>(bytes: &[u8], budget: &'a Budget) -> Result<Pixels<'a>, Reason> {
    let mut image = open_jxl(bytes)?;
    let (width, height) = (image.width(), image.height());
    let needed = u64::from(width) * u64::from(height) * JXL_BYTES;
    check_size(width, height, needed)?;
    let icc = image.original_icc().map(<[u8]>::to_vec);
    if icc.is_none() {
        image.request_color_encoding(EnumColourEncoding::srgb(RenderingIntent::Relative));
    }
    let icc = icc.map(|_| image.rendered_icc());
    let (channels, alpha) = match image.pixel_format() {
        PixelFormat::Gray => (1, false),
        PixelFormat::Graya => (2, true),
        PixelFormat::Rgb => (3, false),
        PixelFormat::Rgba => (4, true),
        PixelFormat::Cmyk | PixelFormat::Cmyka => {
            return Err("it is a JPEG XL in printing colours (CMYK)".to_owned());
        }
    };
    let grant = budget.take(needed);
    let render = image
        .render_frame(0)
        .map_err(|error| format!("the JPEG XL data could not be decoded ({error})"))?;
    let mut stream = render.stream();
    let (width, height) = (stream.width(), stream.height());
    let mut data = vec![0u8; width as usize * height as usize * channels];
    stream.write_to_buffer(&mut data);
    if channels < 3 {
        let spread = |p: &[u8]| [Some(p[0]), Some(p[0]), Some(p[0]), p.get(1).copied()];
        data = data
            .chunks_exact(channels)
            .flat_map(spread)
            .flatten()
            .collect();
    }
    Ok(Pixels {
        width,
        height,
        channels: if alpha { 4 } else { 3 },
        data,
        full: (width, height),
        icc: icc.filter(|_| channels >= 3),
        upright: true,
        fault: None,
        _grant: Some(grant),
    })
}

/// The EXIF block of a JPEG XL file, also when it is stored compressed.
pub(crate) fn jxl_exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let image = open_jxl(bytes).ok()?;
    match image.aux_boxes().first_exif().ok()? {
        AuxBoxData::Data(exif) => Some(exif.payload().to_vec()),
        AuxBoxData::Decoding | AuxBoxData::NotFound => None,
    }
}

fn open_jxl(bytes: &[u8]) -> Result<JxlImage, Reason> {
    JxlImage::builder()
        .pool(JxlThreadPool::none())
        .alloc_tracker(AllocTracker::with_limit(DECODED_MAX as usize))
        .read(Cursor::new(bytes))
        .map_err(|error| format!("the JPEG XL data could not be decoded ({error})"))
}
