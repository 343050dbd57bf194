//! Looking at photos: the timeline, a photo's record, its original, its previews, its history.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use kinfolio_catalog::{
    DeviceId, HistoryEntry, MonthCount, Photo, PhotoId, TimelineRow, View, YearMonth,
};

pub use crate::days::Day;
use kinfolio_photos::BlobId;
pub use kinfolio_photos::ThumbSize;

use crate::bucket;
use crate::days;
use crate::error::LibraryError;
use crate::exchange;
use crate::library::Library;

/// A value together with the chain height that it shows.
#[derive(Clone, Debug)]
pub struct At<T> {
    /// Every block up to this one is in `value`.
    pub height: u64,
    /// What was asked for.
    pub value: T,
}

/// A value that names devices, and what the chain calls them.
#[derive(Clone, Debug)]
pub struct Named<T> {
    /// What was asked for.
    pub what: T,
    /// Every device that the chain ever named, by id.
    pub devices: Vec<(DeviceId, String)>,
}

/// The town or village where a photo was taken, with its region and country; nothing where none is
/// near, or nobody knows where it was.
#[must_use]
pub fn place(photo: &Photo) -> Option<String> {
    let at = photo.position?;
    let place = kinfolio_places::name(at.lat, at.lon)?;
    Some(place.to_string())
}

/// How many photos each month has, newest month first; photos in the trash do not count.
///
/// # Errors
/// The catalogue cannot be read.
pub async fn months(library: &Library) -> Result<At<Vec<MonthCount>>, LibraryError> {
    library.read(|catalog| Ok(catalog.months()?)).await
}

/// One month, newest photo first: `limit` of its photos, `from` passed over.
///
/// # Errors
/// The catalogue cannot be read.
pub async fn month(
    library: &Library,
    month: YearMonth,
    from: usize,
    limit: usize,
) -> Result<At<Vec<TimelineRow>>, LibraryError> {
    let read = move |catalog: &View| Ok(catalog.month(month, from, limit)?);
    library.read(read).await
}

/// The days of the same photos on which one place dominates, newest first. Reads the record of each.
///
/// # Errors
/// The catalogue cannot be read.
pub async fn days(
    library: &Library,
    month: YearMonth,
    from: usize,
    limit: usize,
) -> Result<At<Vec<Day>>, LibraryError> {
    let read = move |catalog: &View| days::of(catalog, &catalog.month(month, from, limit)?);
    library.read(read).await
}

/// A photo's record.
///
/// # Errors
/// [`LibraryError::PhotoUnknown`], or the catalogue cannot be read.
pub async fn photo(library: &Library, id: PhotoId) -> Result<At<Named<Photo>>, LibraryError> {
    library
        .read(move |catalog| {
            let what = catalog.photo(&id)?;
            let what = what.ok_or(LibraryError::PhotoUnknown { id })?;
            let devices = catalog.devices()?;
            Ok(Named { what, devices })
        })
        .await
}

/// Every edit of a photo, in chain order, the pending ones last.
///
/// # Errors
/// [`LibraryError::PhotoUnknown`], or the catalogue cannot be read.
pub async fn history(
    library: &Library,
    id: PhotoId,
) -> Result<At<Named<Vec<HistoryEntry>>>, LibraryError> {
    library
        .read(move |catalog| {
            if !catalog.contains(&id)? {
                return Err(LibraryError::PhotoUnknown { id });
            }
            let what = catalog.history(&id)?;
            let devices = catalog.devices()?;
            Ok(Named { what, devices })
        })
        .await
}

/// Whether this device holds the original.
#[must_use]
pub fn is_stored(library: &Library, id: PhotoId) -> bool {
    library.blobs().path(&BlobId(id.0)).is_file()
}

/// Who holds a photo's original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    /// The device; none for the bucket.
    pub device: Option<DeviceId>,
    /// When it was last found right there, in unix milliseconds, as far as known.
    pub verified_ms: Option<i64>,
}

/// Who holds a photo's original: this device as its disk says, the others as they said in the
/// ledger, the bucket as whoever stored it there said.
///
/// # Errors
/// The catalogue cannot be read.
pub async fn replicas(library: &Library, id: PhotoId) -> Result<Vec<Replica>, LibraryError> {
    let here = library.device();
    let members = library.node().status().members;
    let devices: Vec<_> = members.into_iter().map(|member| member.id).collect();
    let said = move |catalog: &View| Ok(catalog.snapshot().holders(&id, &devices)?);
    let holders = library.read(said).await?.value;
    let stored = is_stored(library, id);
    let mut replicas: Vec<_> = holders
        .into_iter()
        .filter(|(device, _)| stored || *device != here)
        .map(|(device, verified_ms)| Replica {
            device: Some(device),
            verified_ms: Some(verified_ms),
        })
        .collect();
    if stored && replicas.iter().all(|one| one.device != Some(here)) {
        // It has come, and nobody was told yet.
        replicas.push(Replica {
            device: Some(here),
            verified_ms: None,
        });
    }
    let in_bucket = bucket::verified_ms(library, id).await?;
    replicas.extend(in_bucket.map(|verified_ms| Replica {
        device: None,
        verified_ms: Some(verified_ms),
    }));
    Ok(replicas)
}

/// The bytes of an original, or those of `range`, in pieces: straight from the disk, or, where it
/// is missing here, from another device or the household's bucket, which puts it here on the way.
///
/// # Errors
/// [`LibraryError::OriginalMissing`], or the store or the bucket cannot be read.
pub async fn original(
    library: &Library,
    photo: &Photo,
    range: Option<Range<u64>>,
) -> Result<BoxStream<'static, io::Result<Bytes>>, LibraryError> {
    if photo.purged {
        return Err(LibraryError::Purged { id: photo.id });
    }
    if is_stored(library, photo.id) {
        exchange::ensure_whole(library, photo).await?;
    } else {
        library.borrowed().note(photo.id);
        if range.is_none() && !exchange::is_hashed_first(photo) {
            let stream = exchange::stream(library, photo).await;
            return stream.inspect_err(|_| library.doubts().here(photo.id));
        }
        let brought = exchange::bring(library, photo).await;
        brought.inspect_err(|_| library.doubts().here(photo.id))?;
    }
    let watched = range.is_none() && !exchange::is_hashed_first(photo);
    let opened = library.blobs().open_range(&BlobId(photo.id.0), range).await;
    match opened {
        Ok(opened) => {
            let bytes = opened.stream.map_err(io::Error::other).boxed();
            Ok(match watched {
                true => exchange::watched(library, photo.id, bytes),
                false => bytes,
            })
        }
        Err(error) => Err(library.blob_error(error)),
    }
}

/// A photo's preview as JPEG, upright; made from the original, or fetched from another device,
/// when it is missing. Where neither is to be had, the original is brought here from the bucket.
///
/// # Errors
/// [`LibraryError::PhotoUnknown`]; [`LibraryError::NoPreview`] for files that show nothing;
/// [`LibraryError::OriginalMissing`].
pub async fn preview(
    library: &Library,
    id: PhotoId,
    size: ThumbSize,
) -> Result<Bytes, LibraryError> {
    let found = exchange::preview(library, id, size, None).await;
    let Err(missing) = found else {
        return found;
    };
    let is_sought = matches!(
        missing,
        LibraryError::OriginalMissing { .. } | LibraryError::NoPreview { .. }
    );
    if !is_sought || is_stored(library, id) {
        return Err(missing);
    }
    let photo = library.read(move |catalog| Ok(catalog.photo(&id)?)).await?;
    let shows = |photo: &Photo| !photo.purged && !photo.thumbhash.is_empty();
    let Some(photo) = photo.value.filter(shows) else {
        return Err(missing);
    };
    library.borrowed().note(id);
    exchange::bring(library, &photo).await?;
    exchange::preview(library, id, size, None).await
}
