//! Photos outside of the library: what people have said of one as XMP, for programs that read it
//! beside the original, and whether a file is an original.

use std::fs::File;
use std::io;
use std::path::Path;

use kinfolio_catalog::{Photo, PhotoId};
use kinfolio_photos::described::{SidecarFacts, xmp_sidecar};
use kinfolio_photos::{CaptureTime, Position};
use sha2::{Digest, Sha256};

/// An XMP packet with a photo's tags, albums, people, caption, rating, place, time and fields.
#[must_use]
pub fn xmp(photo: &Photo) -> String {
    let at = photo.taken.at;
    xmp_sidecar(&SidecarFacts {
        tags: photo.tags.clone(),
        albums: photo.albums.clone(),
        people: photo.people.clone(),
        caption: Some(photo.caption.clone()).filter(|caption| !caption.is_empty()),
        rating: Some(photo.rating).filter(|rating| *rating > 0),
        favorite: photo.favorite,
        position: photo.position.map(|at| Position {
            lat: at.lat,
            lon: at.lon,
        }),
        altitude_m: photo.altitude_m,
        taken: Some(CaptureTime {
            wall_ms: at.wall_ms,
            offset_minutes: at.offset_minutes,
        }),
        fields: photo.fields.clone(),
    })
}

pub use kinfolio_photos::described::is_own_sidecar;

/// Whether a file's bytes are those of an original.
///
/// # Errors
/// It cannot be read.
pub fn is_original(path: &Path, id: PhotoId) -> io::Result<bool> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut hash)?;
    Ok(hash.finalize()[..] == id.0)
}
