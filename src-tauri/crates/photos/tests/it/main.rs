//! What an import does with real files, seen from outside the crate.
#![allow(
    clippy::unwrap_used,
    reason = "fixtures are tests, too: they fail where they stand"
)]

mod fixtures;

mod alike;
mod blobs;
mod described;
mod exif;
mod formats;
mod import;
mod sample;
mod shared_photos;
mod takeout;
mod times;
