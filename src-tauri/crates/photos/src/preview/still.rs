//! Still pictures through the pure-Rust decoders of the `image` crate.

use std::io::Cursor;

use image::codecs::{bmp, gif, jpeg, png, tiff, webp};
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, Limits};

use super::pixels::Pixels;
use super::{DECODED_MAX, Reason, check_size};
use crate::budget::Budget;
use crate::sniff::Format;

/// Decodes the (first) picture of a file.
pub(super) fn decode<'a>(
    bytes: &[u8],
    format: Format,
    budget: &'a Budget,
) -> Result<Pixels<'a>, Reason> {
    let input = Cursor::new(bytes);
    match format {
        Format::Png => read(png::PngDecoder::with_limits(input, limits()), budget),
        Format::Webp => read(webp::WebPDecoder::new(input), budget),
        Format::Gif => read(gif::GifDecoder::new(input), budget),
        Format::Bmp => read(bmp::BmpDecoder::new(input), budget),
        Format::Tiff => read(tiff::TiffDecoder::new(input), budget),
        Format::Jpeg => read(jpeg::JpegDecoder::new(input), budget),
        _ => Err("this type of picture is not known".to_owned()),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_MAX);
    limits
}

fn read<'a>(
    decoder: Result<impl ImageDecoder, ImageError>,
    budget: &'a Budget,
) -> Result<Pixels<'a>, Reason> {
    let damaged =
        |error: ImageError| format!("the picture data is damaged or of an unknown kind ({error})");
    let mut decoder = decoder.map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    // Decoded once in its own depth and once at eight bits.
    let needed = decoder
        .total_bytes()
        .saturating_add(u64::from(width) * u64::from(height) * 4);
    check_size(width, height, needed)?;
    decoder.set_limits(limits()).map_err(damaged)?;
    let grant = budget.take(needed);
    let grey = matches!(
        decoder.color_type(),
        ColorType::L8 | ColorType::L16 | ColorType::La8 | ColorType::La16
    );
    // A grey profile does not describe the RGB that is made of it.
    let icc = decoder.icc_profile().ok().flatten().filter(|_| !grey);
    let decoded = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let (channels, data) = if decoded.color().has_alpha() {
        (4, decoded.into_rgba8().into_raw())
    } else {
        (3, decoded.into_rgb8().into_raw())
    };
    Ok(Pixels {
        width,
        height,
        channels,
        data,
        full: (width, height),
        icc,
        upright: false,
        fault: None,
        _grant: Some(grant),
    })
}
