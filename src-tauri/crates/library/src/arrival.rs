//! Photos on their way into the chain: from what a file says to the record that names it, and
//! whose turn it is when the same bytes arrive twice at once.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kinfolio_catalog::{
    self as catalog, FieldType, ImportId, LibraryEdit, List, PhotoAdded, PhotoId, WallTime,
};
use kinfolio_photos::{self as photos, BlobId, Described, Metadata, Pipeline, PipelineOptions};
use kinfolio_search::folded;
use tokio::sync::Notify;

use crate::library::Library;

/// What is written about an original besides what the file itself says.
pub(crate) struct Origin<'a> {
    /// The import that brings it.
    pub(crate) import: ImportId,
    /// The file's name, escaped.
    pub(crate) name: String,
    /// Its folder, relative to what was imported, escaped.
    pub(crate) folder: String,
    /// Tags that it gets at once besides those that it brings, in normal form.
    pub(crate) tags: &'a [String],
    /// Albums that it is put into besides those that it brings, in normal form.
    pub(crate) albums: &'a [String],
    /// The household's own fields, of which a sidecar may bring values.
    pub(crate) fields: &'a BTreeMap<String, FieldType>,
}

/// The edit that adds an original to the library.
pub(crate) fn added(
    id: BlobId,
    size: u64,
    metadata: Metadata,
    described: Described,
    origin: Origin<'_>,
) -> LibraryEdit {
    LibraryEdit::PhotoAdded(Box::new(PhotoAdded {
        id: PhotoId(id.0),
        import: origin.import,
        name: origin.name,
        folder: origin.folder,
        size,
        mime: metadata.mime,
        kind: kind(metadata.kind),
        width: metadata.width,
        height: metadata.height,
        taken: taken(metadata.taken),
        camera_make: metadata.camera_make,
        camera_model: metadata.camera_model,
        lens: metadata.lens,
        exposure: catalog::Exposure {
            iso: metadata.exposure.iso,
            f_number: metadata.exposure.f_number,
            exposure_time_s: metadata.exposure.exposure_time_s,
            focal_length_mm: metadata.exposure.focal_length_mm,
        },
        // A position that is not on earth says nothing.
        position: metadata
            .position
            .and_then(|place| catalog::Position::new(place.lat, place.lon).ok()),
        altitude_m: metadata.altitude_m,
        orientation: metadata.orientation,
        exif: metadata.exif,
        thumbhash: metadata.thumbhash,
        tags: united(List::Tags, origin.tags, &described.tags),
        albums: united(List::Albums, origin.albums, &described.albums),
        people: united(List::People, &[], &described.people),
        caption: described.caption.unwrap_or_default(),
        rating: described.rating.unwrap_or(0),
        favorite: described.favorite,
        likeness: metadata.phash,
        fields: own_fields(origin.fields, &described.fields),
        warning: metadata.warning,
    }))
}

/// Labels that a person asked for and those that a file brings, each once; what cannot be one is
/// left out.
pub(crate) fn united(list: List, asked: &[String], brought: &[String]) -> Vec<String> {
    let mut labels = asked.to_vec();
    let brought = brought.iter().filter_map(|text| list.label(text).ok());
    for label in brought {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    labels
}

/// Values that a sidecar brings of fields that the household has defined; what one cannot hold is left out.
fn own_fields(
    defined: &BTreeMap<String, FieldType>,
    brought: &[(String, String)],
) -> BTreeMap<String, String> {
    let values = brought.iter().filter_map(|(key, text)| {
        let mut defined = defined.iter();
        let (name, of) = defined.find(|(name, _)| folded(name) == folded(key))?;
        Some((name.clone(), of.value(name, text).ok()?))
    });
    values.collect()
}

fn kind(kind: photos::Kind) -> catalog::Kind {
    match kind {
        photos::Kind::Photo => catalog::Kind::Photo,
        photos::Kind::Raw => catalog::Kind::Raw,
        photos::Kind::Video => catalog::Kind::Video,
        photos::Kind::File => catalog::Kind::File,
    }
}

fn taken(taken: photos::Taken) -> catalog::Taken {
    let at = WallTime {
        wall_ms: taken.at.wall_ms,
        offset_minutes: taken.at.offset_minutes,
    };
    let source = match taken.source {
        photos::TakenSource::ExifOriginal => catalog::TakenSource::ExifOriginal,
        photos::TakenSource::ExifDigitized => catalog::TakenSource::ExifDigitized,
        photos::TakenSource::Gps => catalog::TakenSource::Gps,
        photos::TakenSource::Video => catalog::TakenSource::Video,
        photos::TakenSource::Xmp => catalog::TakenSource::Xmp,
        photos::TakenSource::Takeout => catalog::TakenSource::Takeout,
        photos::TakenSource::FileName => catalog::TakenSource::FileName,
        photos::TakenSource::ExifModified => catalog::TakenSource::ExifModified,
        photos::TakenSource::FileTime => catalog::TakenSource::FileTime,
    };
    catalog::Taken {
        at: at.clamped(),
        source,
    }
}

/// The pipeline of this library; it asks the catalogue which originals are known.
pub(crate) fn pipeline(library: &Library) -> Pipeline {
    let here = library.clone();
    let known = move |id: &BlobId| {
        let id = PhotoId(id.0);
        // A catalogue that fails here is found out when the record is written.
        here.shown().view().keeps(&id).unwrap_or(false)
    };
    let mut options = PipelineOptions::default();
    let threads = library.settings().limits.import_threads;
    if threads > 0 {
        options.workers = threads;
    }
    Pipeline::new(
        library.blobs().clone(),
        library.thumbs().clone(),
        Arc::new(known),
        options,
    )
}

/// Which originals are being added right now, by uploads and imports alike, so that bytes that
/// arrive twice at once are added once.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    held: Mutex<HashSet<PhotoId>>,
    released: Notify,
}

impl Claims {
    /// Takes `id`; false when somebody else is adding it.
    pub(crate) fn take(&self, id: PhotoId) -> bool {
        self.held().insert(id)
    }

    /// Lets go of `ids`: they are in the catalogue now, or were not added.
    pub(crate) fn release(&self, ids: impl IntoIterator<Item = PhotoId>) {
        let mut held = self.held();
        for id in ids {
            held.remove(&id);
        }
        drop(held);
        self.released.notify_waiters();
    }

    /// Waits until nobody is adding `id`.
    pub(crate) async fn wait(&self, id: PhotoId) {
        loop {
            let released = self.released.notified();
            if !self.held().contains(&id) {
                return;
            }
            released.await;
        }
    }

    fn held(&self) -> MutexGuard<'_, HashSet<PhotoId>> {
        // The set is whole at every moment, whoever panicked.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
