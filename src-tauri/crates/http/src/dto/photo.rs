//! A photo, short (in lists) and long (its record).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kinfolio_library::browse::{self, At, Named};
use kinfolio_library::catalog::{Kind, Photo, TakenSource};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::history::{ConflictBody, Names};
use super::{State, moment};

/// What sort of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PhotoKind {
    /// A picture.
    Photo,
    /// A camera RAW file.
    Raw,
    /// A video.
    Video,
    /// Anything else, kept as it is.
    File,
}

impl From<Kind> for PhotoKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Photo => Self::Photo,
            Kind::Raw => Self::Raw,
            Kind::Video => Self::Video,
            Kind::File => Self::File,
        }
    }
}

/// A photo in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PhotoCard {
    /// SHA-256 of the original's bytes, hex.
    pub id: String,
    /// The file's name when it was imported.
    pub name: String,
    /// The camera's wall clock, RFC 3339; offset `-00:00` where none is known.
    pub taken_at: String,
    /// Sorted.
    pub tags: Vec<String>,
    /// `[lat, lon]` in degrees.
    pub position: Option<[f64; 2]>,
    /// The place's name, when one is known.
    pub place: Option<String>,
    /// 0 (none) to 5.
    pub rating: u8,
    /// Whether it is a favourite.
    pub favorite: bool,
    /// Whether all that this shows is in the chain.
    pub state: State,
    /// What sort of file it is.
    pub kind: PhotoKind,
    /// Width as displayed, px; 0 when unknown.
    pub width: u32,
    /// Height as displayed, px; 0 when unknown.
    pub height: u32,
    /// A tiny placeholder picture, base64; empty when there is none.
    pub thumbhash: String,
}

impl From<&Photo> for PhotoCard {
    fn from(photo: &Photo) -> Self {
        Self {
            id: photo.id.to_string(),
            name: photo.name.clone(),
            taken_at: photo.taken.at.to_string(),
            tags: photo.tags.clone(),
            position: photo.position.map(|position| [position.lat, position.lon]),
            place: browse::place(photo),
            rating: photo.rating,
            favorite: photo.favorite,
            state: State::of(photo.pending),
            kind: photo.kind.into(),
            width: photo.width,
            height: photo.height,
            thumbhash: STANDARD.encode(&photo.thumbhash),
        }
    }
}

/// Everything known about a photo.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PhotoRecord {
    /// SHA-256 of the original's bytes, hex.
    pub id: String,
    /// The file's name when it was imported; bytes that are not UTF-8 are escaped.
    pub name: String,
    /// The folder it came from, relative to what was imported.
    pub folder: String,
    /// The camera's wall clock, RFC 3339; offset `-00:00` where none is known.
    pub taken_at: String,
    /// What the file's own time came from: `exif_original`, `exif_digitized`, `xmp`, `gps`, `video`,
    /// `takeout`, `file_name`, `exif_modified` or `file_time`.
    pub taken_source: String,
    /// Whether a person corrected `taken_at`.
    pub taken_by_hand: bool,
    /// Sorted.
    pub tags: Vec<String>,
    /// `[lat, lon]` in degrees.
    pub position: Option<[f64; 2]>,
    /// Metres above the sea.
    pub altitude_m: Option<f64>,
    /// The place's name, when one is known.
    pub place: Option<String>,
    /// 0 (none) to 5.
    pub rating: u8,
    /// Whether it is a favourite.
    pub favorite: bool,
    /// Whether it is in the trash.
    pub trashed: bool,
    /// Whether its original was deleted on all devices: it is found nowhere any more.
    pub purged: bool,
    /// Whether all that this shows is in the chain.
    pub state: State,
    /// What sort of file it is.
    pub kind: PhotoKind,
    /// Media type, from the file's bytes.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// As displayed, after orientation, px; 0 when unknown.
    pub width: u32,
    /// As displayed, after orientation, px; 0 when unknown.
    pub height: u32,
    /// EXIF orientation of the original, 1 to 8.
    pub orientation: u8,
    /// Maker and model.
    pub camera: Option<String>,
    /// The lens.
    pub lens: Option<String>,
    /// How it was exposed.
    pub exposure: ExposureBody,
    /// EXIF tags by name, as displayed.
    pub exif: BTreeMap<String, String>,
    /// The family's words.
    pub caption: String,
    /// The household's own fields.
    pub fields: BTreeMap<String, String>,
    /// Albums that hold it.
    pub albums: Vec<String>,
    /// People on it.
    pub people: Vec<String>,
    /// Devices that hold the original, and the bucket if it does.
    pub replicas: Vec<Replica>,
    /// The device that added it.
    pub added_by: String,
    /// When it was added: the time of that block; `null` while that is pending.
    pub added_at: Option<String>,
    /// The height of the block that added it; `null` while that is pending.
    pub block: Option<u64>,
    /// What was wrong with the file, if anything.
    pub warning: Option<String>,
    /// A tiny placeholder picture, base64; empty when there is none.
    pub thumbhash: String,
    /// Fields that two devices set without having seen each other's value.
    pub conflicts: Vec<ConflictBody>,
    /// The chain height that this record shows.
    pub as_of: u64,
}

/// How a photo was exposed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExposureBody {
    /// Sensitivity.
    pub iso: Option<u32>,
    /// Aperture.
    pub f_number: Option<f32>,
    /// Seconds.
    pub exposure_time_s: Option<f64>,
    /// Millimetres.
    pub focal_length_mm: Option<f32>,
}

/// A device, or the bucket, that holds an original.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Replica {
    /// The device's id, or `bucket`.
    pub device: String,
    /// When its copy was last known to be right.
    pub verified_at: Option<String>,
}

impl Replica {
    fn new(replica: &browse::Replica) -> Self {
        let bucket = || "bucket".to_owned();
        Self {
            device: replica.device.map_or_else(bucket, |id| id.to_string()),
            verified_at: replica.verified_ms.map(moment),
        }
    }
}

impl PhotoRecord {
    /// The record of `photo`, whose original these hold.
    pub(crate) fn new(at: &At<Named<Photo>>, replicas: &[browse::Replica]) -> Self {
        let photo = &at.value.what;
        let names = Names::new(at.value.devices.iter().cloned());
        let card = PhotoCard::from(photo);
        Self {
            id: card.id,
            name: card.name,
            folder: photo.folder.clone(),
            taken_at: card.taken_at,
            taken_source: taken_source(photo.taken.source).to_owned(),
            taken_by_hand: photo.taken_by_hand,
            tags: card.tags,
            position: card.position,
            altitude_m: photo.altitude_m,
            place: card.place,
            rating: photo.rating,
            favorite: photo.favorite,
            trashed: photo.trashed,
            purged: photo.purged,
            state: card.state,
            kind: card.kind,
            mime: photo.mime.clone(),
            size: photo.size,
            width: photo.width,
            height: photo.height,
            orientation: photo.orientation,
            camera: camera(&photo.camera_make, &photo.camera_model),
            lens: Some(photo.lens.clone()).filter(|lens| !lens.is_empty()),
            exposure: ExposureBody {
                iso: photo.exposure.iso,
                f_number: photo.exposure.f_number,
                exposure_time_s: photo.exposure.exposure_time_s,
                focal_length_mm: photo.exposure.focal_length_mm,
            },
            exif: photo.exif.iter().cloned().collect(),
            caption: photo.caption.clone(),
            fields: photo.fields.iter().cloned().collect(),
            albums: photo.albums.clone(),
            people: photo.people.clone(),
            replicas: replicas.iter().map(Replica::new).collect(),
            added_by: photo.added_by.to_string(),
            added_at: photo.added_ms.map(moment),
            block: photo.block,
            warning: photo.warning.clone(),
            thumbhash: card.thumbhash,
            conflicts: photo
                .conflicts
                .iter()
                .map(|one| ConflictBody::new(one, &names))
                .collect(),
            as_of: at.height,
        }
    }
}

fn taken_source(source: TakenSource) -> &'static str {
    match source {
        TakenSource::ExifOriginal => "exif_original",
        TakenSource::ExifDigitized => "exif_digitized",
        TakenSource::Xmp => "xmp",
        TakenSource::Video => "video",
        TakenSource::Takeout => "takeout",
        TakenSource::Gps => "gps",
        TakenSource::FileName => "file_name",
        TakenSource::ExifModified => "exif_modified",
        TakenSource::FileTime => "file_time",
    }
}

/// "Canon" + "Canon EOS 5D" is "Canon EOS 5D"; "SONY" + "ILCE-7" is "SONY ILCE-7".
fn camera(make: &str, model: &str) -> Option<String> {
    let (make, model) = (make.trim(), model.trim());
    let named_twice = model.to_lowercase().starts_with(&make.to_lowercase());
    match (make.is_empty(), model.is_empty()) {
        (true, true) => None,
        (false, true) => Some(make.to_owned()),
        (_, false) if named_twice => Some(model.to_owned()),
        (_, false) => Some(format!("{make} {model}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_is_not_named_twice() {
        let check = |make, model, expect: Option<&str>| {
            assert_eq!(camera(make, model).as_deref(), expect, "{make} + {model}");
        };
        check("", "", None);
        check("Canon", "Canon EOS 5D", Some("Canon EOS 5D"));
        check("SONY", "ILCE-7", Some("SONY ILCE-7"));
        check(" Apple ", "iPhone 12", Some("Apple iPhone 12"));
        check("Nokia", "", Some("Nokia"));
        check("", "DSC-1", Some("DSC-1"));
    }
}
