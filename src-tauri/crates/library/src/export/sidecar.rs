//! What people have said of a photo as XMP, for programs that read it beside the original.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kinfolio_catalog::Photo;
use kinfolio_photos::described::{SidecarFacts, is_own_sidecar, xmp_sidecar};
use kinfolio_photos::{CaptureTime, Position};

/// Bytes from which it is told who wrote a sidecar.
const HEAD_BYTES: u64 = 4 << 10;

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

/// Where the sidecar of an original lies.
pub(super) fn beside(original: &Path) -> PathBuf {
    let mut path = original.as_os_str().to_owned();
    path.push(".xmp");
    path.into()
}

/// Whether there is a file that is no sidecar of ours: one that another program wrote, or wrote into.
/// What cannot be read is not ours.
pub(super) fn is_another_programs(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    match read {
        Ok(_) => !is_own_sidecar(&String::from_utf8_lossy(&head)),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}
