//! Generated photos for demonstrations, screenshots and measurements:
//! landscapes with the EXIF of real-looking cameras. The same seed makes the
//! same files. It refuses to know the library.

mod scene;
mod tags;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use thiserror::Error;

use crate::names::escaped_path;
use crate::preview::encode_rgb;

/// How the photos are made.
#[derive(Debug, Clone, Copy)]
pub struct SampleOptions {
    /// How many photos.
    pub count: u64,
    /// What makes this set different from others.
    pub seed: u64,
    /// Pixels of each photo, about: 1,920,000 is 1600 × 1200.
    pub pixels: u64,
    /// JPEG quality, 1 to 100.
    pub quality: i32,
}

impl SampleOptions {
    /// Small photos (1600 × 1200), made in a moment.
    pub fn new(count: u64, seed: u64) -> Self {
        Self {
            count,
            seed,
            pixels: 1600 * 1200,
            quality: 88,
        }
    }
}

/// Why no photos were made.
#[derive(Debug, Error)]
pub enum SampleError {
    /// A file or folder could not be written.
    #[error("cannot write the sample photos to {path}: {source}")]
    Write {
        /// The file or folder.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A photo could not be encoded.
    #[error("cannot make the sample photo {name}: {reason}")]
    Encode {
        /// The photo's name.
        name: String,
        /// What went wrong.
        reason: String,
    },
}

/// Makes photos below `dir`, on all cores, and says how many bytes they take.
pub fn generate(dir: &Path, options: &SampleOptions) -> Result<u64, SampleError> {
    let next = AtomicU64::new(0);
    let bytes = AtomicU64::new(0);
    let failed = Mutex::new(None);
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= options.count {
                        return;
                    }
                    match write(dir, n, options) {
                        Ok(size) => bytes.fetch_add(size, Ordering::Relaxed),
                        Err(error) => {
                            next.store(options.count, Ordering::Relaxed);
                            lock(&failed).get_or_insert(error);
                            return;
                        }
                    };
                }
            });
        }
    });
    lock(&failed).take().map_or(Ok(bytes.into_inner()), Err)
}

/// One photo of the set: its path relative to the folder, and its bytes.
pub fn photo(n: u64, options: &SampleOptions) -> Result<(PathBuf, Vec<u8>), SampleError> {
    let story = tags::Story::invent(n, options);
    let path = story.path();
    let failed = |reason: String| SampleError::Encode {
        name: escaped_path(&path),
        reason,
    };
    let picture = scene::paint(&story, options.pixels).map_err(failed)?;
    let jpeg = encode_rgb(
        &picture.data,
        picture.width,
        picture.height,
        options.quality,
    )
    .map_err(|error| failed(error.to_string()))?;
    let exif = story
        .exif(picture.width as u32, picture.height as u32)
        .map_err(|error| failed(error.to_string()))?;
    Ok((path, with_exif(&jpeg, &exif)))
}

fn write(dir: &Path, n: u64, options: &SampleOptions) -> Result<u64, SampleError> {
    let (path, jpeg) = photo(n, options)?;
    let path = dir.join(path);
    let failed = |source| SampleError::Write {
        path: escaped_path(&path),
        source,
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    fs::write(&path, &jpeg).map_err(failed)?;
    Ok(jpeg.len() as u64)
}

/// Puts an EXIF block (at most 64 KB) behind the beginning of a JPEG.
pub(crate) fn with_exif(jpeg: &[u8], exif: &[u8]) -> Vec<u8> {
    let length = (exif.len() + 8) as u16;
    let mut out = Vec::with_capacity(jpeg.len() + exif.len() + 10);
    out.extend_from_slice(&jpeg[..2]);
    out.extend_from_slice(&[0xFF, 0xE1]);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(b"Exif\0\0");
    out.extend_from_slice(exif);
    out.extend_from_slice(&jpeg[2..]);
    out
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Numbers that look random and are the same everywhere: splitmix64
/// (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 ≤ x < 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
}
