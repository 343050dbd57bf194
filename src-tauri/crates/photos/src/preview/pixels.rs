//! Decoded pixels on their way to a preview: made smaller, laid over white,
//! converted to sRGB, turned upright. Eight bits per channel, RGB or RGBA.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use moxcms::{ColorProfile, Layout, TransformOptions};

use super::Reason;
use crate::budget::Grant;

/// Longest edge from which the thumbhash is computed: it keeps at most seven
/// waves per axis, so more pixels only cost time.
const HASH_PX: u32 = 48;

/// A decoded picture.
pub(super) struct Pixels<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    /// 3 (RGB) or 4 (RGBA).
    pub(super) channels: usize,
    pub(super) data: Vec<u8>,
    /// The size of the original as stored.
    pub(super) full: (u32, u32),
    /// The ICC profile of the data; none means sRGB.
    pub(super) icc: Option<Vec<u8>>,
    /// Whether the decoder turned the picture already.
    pub(super) upright: bool,
    /// What went wrong while decoding.
    pub(super) fault: Option<String>,
    /// The share of the memory budget that the data takes.
    pub(super) _grant: Option<Grant<'a>>,
}

impl<'a> Pixels<'a> {
    /// Fits the picture into a square; a smaller one stays as it is.
    pub(super) fn fit(self, edge: u32) -> Result<Pixels<'static>, Reason> {
        if self.width.max(self.height) <= edge {
            return Ok(Pixels {
                _grant: None,
                ..self
            });
        }
        let reduced = self.fit_ref(edge)?;
        Ok(Pixels {
            icc: self.icc,
            fault: self.fault,
            ..reduced
        })
    }

    /// [`Pixels::fit`] that leaves the picture.
    pub(super) fn fit_ref(&self, edge: u32) -> Result<Pixels<'static>, Reason> {
        let (width, height) = fitted(self.width, self.height, edge);
        let data = if (width, height) == (self.width, self.height) {
            self.data.clone()
        } else {
            self.resized(width, height)?
        };
        Ok(Pixels {
            width,
            height,
            channels: self.channels,
            data,
            full: self.full,
            icc: None,
            upright: self.upright,
            fault: None,
            _grant: None,
        })
    }

    fn resized(&self, width: u32, height: u32) -> Result<Vec<u8>, Reason> {
        let kind = if self.channels == 4 {
            PixelType::U8x4
        } else {
            PixelType::U8x3
        };
        let failed =
            |error: &dyn std::fmt::Display| format!("it could not be made smaller ({error})");
        let from = ImageRef::new(self.width, self.height, &self.data, kind)
            .map_err(|error| failed(&error))?;
        let mut to = Image::new(width, height, kind);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
        Resizer::new()
            .resize(&from, &mut to, &options)
            .map_err(|error| failed(&error))?;
        Ok(to.into_vec())
    }

    /// Lays transparent pixels over white.
    pub(super) fn flatten(self) -> Self {
        if self.channels == 3 {
            return self;
        }
        let over_white = |value: u8, alpha: u16| {
            ((u16::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        let pixel = |p: &[u8]| [0, 1, 2].map(|n| over_white(p[n], u16::from(p[3])));
        let data = self.data.chunks_exact(4).flat_map(pixel).collect();
        Self {
            channels: 3,
            data,
            ..self
        }
    }

    /// Converts from the picture's own colour space. A profile that cannot be
    /// read leaves the colours as they are, as every viewer without colour
    /// management would show them.
    pub(super) fn into_srgb(mut self) -> Self {
        let Some(icc) = self.icc.take().filter(|icc| !names_srgb(icc)) else {
            return self;
        };
        let Ok(profile) = ColorProfile::new_from_slice(&icc) else {
            return self;
        };
        let srgb = ColorProfile::new_srgb();
        let options = TransformOptions::default();
        let Ok(transform) = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, options)
        else {
            return self;
        };
        let mut data = vec![0; self.data.len()];
        if transform.transform(&self.data, &mut data).is_ok() {
            self.data = data;
        }
        self
    }

    /// Turns the picture upright by its EXIF orientation.
    pub(super) fn turned(self, orientation: u8) -> Self {
        let (w, h) = (self.width as usize, self.height as usize);
        // Where the pixel at (x, y) of the upright picture is stored.
        let stored: fn(usize, usize, usize, usize) -> (usize, usize) = match orientation {
            2 => |x, y, w, _| (w - 1 - x, y),
            3 => |x, y, w, h| (w - 1 - x, h - 1 - y),
            4 => |x, y, _, h| (x, h - 1 - y),
            5 => |x, y, _, _| (y, x),
            6 => |x, y, _, h| (y, h - 1 - x),
            7 => |x, y, w, h| (w - 1 - y, h - 1 - x),
            8 => |x, y, w, _| (w - 1 - y, x),
            _ => return self,
        };
        let (width, height) = if orientation >= 5 { (h, w) } else { (w, h) };
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..height {
            for x in 0..width {
                let (sx, sy) = stored(x, y, w, h);
                let at = (sy * w + sx) * 3;
                data.extend_from_slice(&self.data[at..at + 3]);
            }
        }
        Self {
            width: width as u32,
            height: height as u32,
            data,
            ..self
        }
    }

    /// The thumbhash of an RGB picture.
    pub(super) fn thumbhash(&self) -> Result<Vec<u8>, Reason> {
        let tiny = self.fit_ref(HASH_PX)?;
        let rgba: Vec<u8> = tiny
            .data
            .chunks_exact(3)
            .flat_map(|p| [p[0], p[1], p[2], 255])
            .collect();
        Ok(thumbhash::rgba_to_thumb_hash(
            tiny.width as usize,
            tiny.height as usize,
            &rgba,
        ))
    }
}

/// The size within a square of `edge`, never larger than the original, never 0.
fn fitted(width: u32, height: u32, edge: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= edge {
        return (width, height);
    }
    let scaled = |n: u32| {
        ((u64::from(n) * u64::from(edge) + u64::from(longest) / 2) / u64::from(longest)).max(1)
            as u32
    };
    (scaled(width), scaled(height))
}

/// Whether a profile calls itself sRGB, in ASCII or UTF-16.
fn names_srgb(icc: &[u8]) -> bool {
    let named = |name: &[u8]| icc.windows(name.len()).any(|window| window == name);
    named(b"sRGB") || named(b"s\0R\0G\0B")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, data: &[u8]) -> Pixels<'static> {
        let channels = data.len() / (width * height) as usize;
        let full = (width, height);
        let data = data.to_vec();
        Pixels {
            width,
            height,
            channels,
            data,
            full,
            icc: None,
            upright: false,
            fault: None,
            _grant: None,
        }
    }

    #[test]
    fn pictures_fit_without_growing() {
        fn check(size: (u32, u32), expect: (u32, u32)) {
            assert_eq!(fitted(size.0, size.1, 256), expect);
        }
        check((4000, 3000), (256, 192));
        check((3000, 4000), (192, 256));
        check((100, 50), (100, 50));
        check((65_500, 1), (256, 1));
        check((256, 256), (256, 256));
    }

    #[test]
    fn every_orientation_is_undone() {
        // Upright: a b c / d e f (one letter per pixel).
        fn check(orientation: u8, stored: (u32, u32, &str)) {
            let data: Vec<u8> = stored.2.bytes().flat_map(|letter| [letter; 3]).collect();
            let upright = picture(stored.0, stored.1, &data).turned(orientation);
            let letters: String = upright.data.chunks(3).map(|p| char::from(p[0])).collect();
            assert_eq!(
                (upright.width, upright.height, letters.as_str()),
                (3, 2, "abcdef"),
                "{orientation}"
            );
        }
        check(1, (3, 2, "abcdef"));
        check(2, (3, 2, "cbafed"));
        check(3, (3, 2, "fedcba"));
        check(4, (3, 2, "defabc"));
        check(5, (2, 3, "adbecf"));
        check(6, (2, 3, "cfbead"));
        check(7, (2, 3, "fcebda"));
        check(8, (2, 3, "daebfc"));
    }

    #[test]
    fn transparency_lies_over_white() {
        let flat = picture(3, 1, &[0, 0, 0, 0, 200, 100, 0, 255, 0, 0, 0, 128]).flatten();
        assert_eq!(flat.data, [255, 255, 255, 200, 100, 0, 127, 127, 127]);
    }
}
