//! Which photos show the same: 64 bits about the coarse shape of a picture, which another format, a
//! stronger compression or another size hardly change. Two pictures are alike when few bits differ.
//!
//! The hash is pHash's (C. Zauner, Implementation and Benchmarking of Perceptual Image Hash
//! Functions, 2010): the lowest waves of a cosine transform, each above or below their median. What
//! is done with pictures that are alike is not known here.

use std::f32::consts::PI;

/// Edge of the grey picture that is transformed.
const EDGE: usize = 32;
/// Waves of a hash.
const BITS: usize = 64;
/// Waves along one edge that suffice: those of the first eleven diagonals are 66, the mean among them.
const LONGEST: usize = 11;
/// A picture whose brightness strays less than this from its mean (of 255) is flat: its waves are
/// noise.
const FLAT: f32 = 2.0;
/// Bits by which encodings of one picture differ at most.
pub const ALIKE_MAX: u32 = 8;

/// How many bits differ.
pub fn distance(one: u64, other: u64) -> u32 {
    (one ^ other).count_ones()
}

/// The hash of an upright RGB picture; `None` when it is flat, since all flat pictures are alike, or
/// when the pixels are not as many as said.
pub(crate) fn hash(rgb: &[u8], width: usize, height: usize) -> Option<u64> {
    if width == 0 || height == 0 || rgb.len() != width * height * 3 {
        return None;
    }
    let grey = reduced(rgb, width, height);
    let mean = grey.iter().sum::<f32>() / grey.len() as f32;
    let variance = grey.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / grey.len() as f32;
    if variance.sqrt() < FLAT {
        return None;
    }
    let waves = lowest_waves(&grey);
    let mut sorted = waves;
    sorted.sort_unstable_by(f32::total_cmp);
    let median = f32::midpoint(sorted[BITS / 2 - 1], sorted[BITS / 2]);
    let bit = |hash: u64, wave: &f32| hash << 1 | u64::from(*wave > median);
    Some(waves.iter().fold(0, bit))
}

/// The brightness of [`EDGE`] × [`EDGE`] areas of the picture; areas may share pixels.
fn reduced(rgb: &[u8], width: usize, height: usize) -> Vec<f32> {
    let across = |n: usize, size: usize| {
        let from = n as f32 * size as f32 / EDGE as f32;
        let to = (n + 1) as f32 * size as f32 / EDGE as f32;
        // Each pixel with the part of it that lies inside.
        let last = (to.ceil() as usize).min(size);
        (from as usize..last).map(move |at| {
            let inside = to.min((at + 1) as f32) - from.max(at as f32);
            (at, inside.max(0.0))
        })
    };
    let mut grey = Vec::with_capacity(EDGE * EDGE);
    for y in 0..EDGE {
        for x in 0..EDGE {
            let (mut sum, mut area) = (0.0, 0.0);
            for (py, part_y) in across(y, height) {
                for (px, part_x) in across(x, width) {
                    let at = (py * width + px) * 3;
                    let part = part_x * part_y;
                    sum += part * luma(&rgb[at..at + 3]);
                    area += part;
                }
            }
            grey.push(if area > 0.0 { sum / area } else { 0.0 });
        }
    }
    grey
}

/// Brightness as JPEG has it (ITU-R BT.601).
fn luma(pixel: &[u8]) -> f32 {
    0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2])
}

/// The longest waves of the picture's cosine transform, its mean left out.
fn lowest_waves(grey: &[f32]) -> [f32; BITS] {
    let angle = |wave, at| PI * wave as f32 * (2 * at + 1) as f32 / (2 * EDGE) as f32;
    let cosines: [[f32; EDGE]; LONGEST] =
        std::array::from_fn(|wave| std::array::from_fn(|at| angle(wave, at).cos()));
    let sum = |values: &mut dyn Iterator<Item = f32>, wave: usize| -> f32 {
        values
            .zip(cosines[wave])
            .map(|(value, cosine)| value * cosine)
            .sum()
    };
    // Waves (across, down), the longer first.
    let diagonals = (1..LONGEST).flat_map(|both| (0..=both).map(move |down| (both - down, down)));
    let mut waves = [0.0; BITS];
    for (wave, (across, down)) in waves.iter_mut().zip(diagonals) {
        let mut rows = grey
            .chunks_exact(EDGE)
            .map(|row| sum(&mut row.iter().copied(), across));
        *wave = sum(&mut rows, down);
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize, color: impl Fn(f32, f32) -> u8) -> Vec<u8> {
        let at = |n: usize, size: usize| (n as f32 + 0.5) / size as f32;
        (0..height * width)
            .map(|n| (n % width, n / width))
            .flat_map(|(x, y)| [color(at(x, width), at(y, height)); 3])
            .collect()
    }

    #[test]
    fn size_and_brightness_hardly_matter() {
        let shape = |x: f32, y: f32| {
            let disc = (x - 0.3).powi(2) + (y - 0.6).powi(2) < 0.05;
            (x * 120.0) as u8 + u8::from(disc) * 80 + u8::from(y > 0.7 && x > 0.5) * 50
        };
        let of = |width, height| hash(&picture(width, height, shape), width, height).unwrap();
        for (width, height) in [(128, 96), (100, 75), (31, 20), (640, 481)] {
            assert!(
                distance(of(256, 192), of(width, height)) <= ALIKE_MAX,
                "{width} × {height}"
            );
        }
        let brighter = picture(256, 192, |x, y| shape(x, y).saturating_add(5));
        assert!(distance(of(256, 192), hash(&brighter, 256, 192).unwrap()) <= ALIKE_MAX);
        let mirrored = picture(256, 192, |x, y| shape(1.0 - x, y));
        assert!(distance(of(256, 192), hash(&mirrored, 256, 192).unwrap()) > 16);
    }

    #[test]
    fn flat_and_impossible_pictures_have_none() {
        assert_eq!(hash(&[200; 64 * 48 * 3], 64, 48), None);
        let noise = picture(64, 48, |x, y| 100 + ((x * 64.0 + y * 48.0 * 7.0) as u8 & 1));
        assert_eq!(hash(&noise, 64, 48), None);
        assert_eq!(hash(&[], 0, 0), None);
        assert_eq!(hash(&[0; 10], 2, 2), None);
        assert!(hash(&[0, 0, 0, 255, 255, 255], 2, 1).is_some());
    }
}
