//! Camera raw files by the JPEG preview that the camera put into them.

use super::pixels::Pixels;
use super::{LARGE_PX, Reason, jpeg};
use crate::budget::Budget;
use crate::containers::tiff;
use crate::sniff::Format;

/// JPEG beginnings that are looked at when no directory names a preview.
const CANDIDATES_MAX: usize = 64;

/// Decodes the largest embedded preview.
pub(super) fn decode<'a>(
    bytes: &[u8],
    format: Format,
    budget: &'a Budget,
) -> Result<Pixels<'a>, Reason> {
    let mut sensor = (0, 0);
    let mut best = match format {
        Format::Raf => raf_jpeg(bytes),
        Format::TiffRaw => {
            let survey = tiff::survey(bytes);
            sensor = (survey.width, survey.height);
            let named = survey
                .jpegs
                .iter()
                .filter_map(|(at, length)| bytes.get(*at..at.checked_add(*length)?));
            largest(named)
        }
        _ => None,
    };
    // ORF keeps its preview in the maker's notes, CR3 in boxes: find it by its bytes.
    if best
        .and_then(jpeg::scalable_size)
        .is_none_or(|(w, h)| w.max(h) < LARGE_PX as usize)
    {
        best = largest(beginnings(bytes).chain(best));
    }
    let best = best.ok_or("the raw file holds no preview")?;
    let mut pixels = jpeg::decode(best, budget)?;
    if sensor.0 > pixels.full.0 {
        pixels.full = sensor;
    }
    Ok(pixels)
}

/// The JPEG in a Fujifilm RAF, where its header says.
pub(crate) fn raf_jpeg(bytes: &[u8]) -> Option<&[u8]> {
    let word =
        |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let (at, length) = (word(84)?, word(88)?);
    bytes.get(at..at.checked_add(length)?)
}

/// Whatever begins like a JPEG, up to the end of the file: the decoder stops at its end.
fn beginnings(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = bytes
        .windows(3)
        .enumerate()
        .filter(|(_, window)| *window == [0xFF, 0xD8, 0xFF]);
    starts.take(CANDIDATES_MAX).map(|(at, _)| &bytes[at..])
}

fn largest<'a>(candidates: impl Iterator<Item = &'a [u8]>) -> Option<&'a [u8]> {
    candidates
        .filter_map(|candidate| Some((jpeg::scalable_size(candidate)?, candidate)))
        .max_by_key(|((width, height), _)| width * height)
        .map(|(_, candidate)| candidate)
}
