//! Previews: a small and a large JPEG, upright, in sRGB, and a thumbhash.
//!
//! Sizes that a header claims are checked before anything is allocated, memory
//! for pixels comes from one shared budget, and a decoder that panics costs the
//! preview of its file only. Nothing here knows where previews are kept.

mod iso;
mod jpeg;
mod pixels;
mod raw;
mod still;
mod video;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use iso::jxl_exif;
pub(crate) use jpeg::encode_rgb;
pub(crate) use raw::raf_jpeg;

use crate::alike;
use crate::budget::Budget;
use crate::sniff::{Format, Sniffed};
use crate::source::Source;
use pixels::Pixels;

/// Longest edge of the small preview.
pub const SMALL_PX: u32 = 256;
/// Longest edge of the large preview.
pub const LARGE_PX: u32 = 1080;

/// Bytes that all workers together may use for decoded pixels.
const BUDGET_BYTES: u64 = 768 << 20;
/// Bytes that one picture may need when decoded.
const DECODED_MAX: u64 = 512 << 20;

/// The previews of one file. Neither is larger than the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previews {
    /// JPEG, longest edge at most [`SMALL_PX`].
    pub small: Vec<u8>,
    /// JPEG, longest edge at most [`LARGE_PX`].
    pub large: Vec<u8>,
    /// A few bytes that paint a blurred placeholder (thumbhash).
    pub thumbhash: Vec<u8>,
}

/// What came of one file.
#[derive(Debug, Default)]
pub(crate) struct Rendered {
    pub(crate) previews: Option<Previews>,
    /// Pixels as displayed; 0 when unknown.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// What [`crate::alike`] compares.
    pub(crate) phash: Option<u64>,
    /// Why there is no preview, or why it does not show everything.
    pub(crate) warning: Option<String>,
}

/// Why a file has no preview: the second half of "no preview: …".
type Reason = String;

/// Makes previews; shared by all workers.
#[derive(Debug)]
pub(crate) struct Renderer {
    budget: Budget,
    ffmpeg: Option<std::path::PathBuf>,
}

impl Renderer {
    pub(crate) fn new() -> Self {
        Self {
            budget: Budget::new(BUDGET_BYTES),
            ffmpeg: video::find_ffmpeg(),
        }
    }

    /// `orientation` is what EXIF says; formats with an orientation of their own ignore it.
    pub(crate) fn render(
        &self,
        source: &mut Source,
        sniffed: Sniffed,
        orientation: u8,
        duration_ms: Option<u64>,
    ) -> Rendered {
        guarded(|| match self.decode(source, sniffed.format, duration_ms)? {
            Some(pixels) => finish(pixels, orientation),
            None => Ok(Rendered::default()),
        })
    }

    fn decode(
        &self,
        source: &mut Source,
        format: Format,
        duration_ms: Option<u64>,
    ) -> Result<Option<Pixels<'_>>, Reason> {
        let budget = &self.budget;
        match format {
            Format::Other => return Ok(None),
            Format::IsoVideo | Format::Video => {
                return video::frame(self.ffmpeg.as_deref(), source.path(), duration_ms, budget)
                    .map(Some);
            }
            _ => {}
        }
        let bytes = source
            .load()
            .map_err(|error| format!("the stored copy cannot be read: {error}"))?
            .ok_or_else(|| {
                format!(
                    "the file is too large to decode ({} MB)",
                    source.size() >> 20
                )
            })?;
        let pixels = match format {
            Format::Jpeg => jpeg::decode(&bytes, budget)?,
            Format::Heic => iso::heic(&bytes, budget)?,
            Format::Jxl => iso::jxl(&bytes, budget)?,
            Format::Avif => {
                let declared = crate::containers::isobmff::largest_image(&bytes);
                video::still(self.ffmpeg.as_deref(), source.path(), declared, budget)?
            }
            Format::TiffRaw | Format::Raf | Format::Cr3 => raw::decode(&bytes, format, budget)?,
            Format::Png | Format::Webp | Format::Gif | Format::Bmp | Format::Tiff => {
                still::decode(&bytes, format, budget)?
            }
            Format::IsoVideo | Format::Video | Format::Other => return Ok(None),
        };
        Ok(Some(pixels))
    }
}

/// Runs a decoder; its failure, or its panic, becomes a warning.
fn guarded(work: impl FnOnce() -> Result<Rendered, Reason>) -> Rendered {
    let gave_up = |_| Err("its decoder gave up on damaged data".to_owned());
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(gave_up)
        .unwrap_or_else(|reason| Rendered {
            warning: Some(format!("no preview: {reason}")),
            ..Rendered::default()
        })
}

/// From decoded pixels to both JPEGs. Turning happens on the small picture.
fn finish(pixels: Pixels<'_>, orientation: u8) -> Result<Rendered, Reason> {
    let orientation = if pixels.upright { 1 } else { orientation };
    let (mut width, mut height) = pixels.full;
    if orientation >= 5 {
        (width, height) = (height, width);
    }
    let warning = pixels.fault.clone();
    let large = pixels
        .fit(LARGE_PX)?
        .flatten()
        .into_srgb()
        .turned(orientation);
    let small = large.fit_ref(SMALL_PX)?;
    let phash = alike::hash(&small.data, small.width as usize, small.height as usize);
    let previews = Previews {
        large: jpeg::encode(&large)?,
        small: jpeg::encode(&small)?,
        thumbhash: small.thumbhash()?,
    };
    Ok(Rendered {
        previews: Some(previews),
        width,
        height,
        phash,
        warning,
    })
}

/// Refuses pictures whose decoded pixels would not fit, by what the header claims.
fn check_size(width: u32, height: u32, bytes: u64) -> Result<(), Reason> {
    if width == 0 || height == 0 {
        return Err("it claims to have no pixels".to_owned());
    }
    if bytes > DECODED_MAX {
        return Err(format!(
            "it claims {width} × {height} pixels, which would take {} MB of memory (the limit is {} MB)",
            bytes >> 20,
            DECODED_MAX >> 20
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_panics_costs_its_own_preview_only() {
        fn check(work: impl FnOnce() -> Result<Rendered, Reason>, expect: &str) {
            let rendered = guarded(work);
            assert!(rendered.previews.is_none());
            assert_eq!(rendered.warning.as_deref(), Some(expect));
        }
        check(
            || panic!("index out of bounds"),
            "no preview: its decoder gave up on damaged data",
        );
        check(
            || Err("it is broken".to_owned()),
            "no preview: it is broken",
        );
    }
}
