//! What an import does with real files, seen from outside the crate.

mod fixtures;

mod blobs;
mod exif;
mod formats;
mod import;
mod sample;
mod shared_photos;
