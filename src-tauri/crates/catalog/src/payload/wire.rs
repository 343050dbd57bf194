//! Between the domain's types and `kinfolio.v1` messages; the only place that sees both.
//!
//! Adding a photo is read leniently, because an original must never be lost over a bad
//! value beside it; a change is read strictly, because half a change is worse than none.

mod change;
mod settings;

use bytes::{BufMut, Bytes, BytesMut};
use kinfolio_chain::DeviceId;
use prost::Message;

use super::{
    ActionName, CAPTION_CHARS_MAX, ChangeError, Exposure, Kind, LibraryEdit, Occasion, PhotoAdded,
    Position, RATING_MAX, Taken, TakenSource,
};
use crate::field;
use crate::label::List;
use crate::photo_id::{ActionId, ImportId, PhotoId};
use crate::settings::SettingsError;
use crate::wall_time::WallTime;

#[allow(clippy::all)]
mod proto {
    include!(concat!(env!("OUT_DIR"), "/kinfolio.v1.rs"));
}

/// Begins every payload of the library, so that other records in the chain are told apart.
pub(super) const MARK: [u8; 4] = *b"KFL\x01";

/// Why a payload is not an edit that this version can read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DecodeError {
    /// It is a record of somebody else's; not a fault.
    #[error("the payload is not one of the library's")]
    Foreign,
    /// A newer version wrote a kind of edit that this one does not know.
    #[error(
        "the edit is of a kind that this version does not know; update Kinfolio on this device"
    )]
    UnknownKind,
    /// The bytes are not the message that they claim to be.
    #[error("the edit's bytes cannot be read: {0}")]
    Malformed(#[from] prost::DecodeError),
    /// An id has the wrong length.
    #[error("the edit names a photo with {0} bytes; 32 are expected")]
    PhotoId(usize),
    /// An undo does not say what it takes back.
    #[error("the undo names no action: 16 bytes of a device and 8 of its action are expected")]
    ActionName,
    /// A device's id has the wrong length.
    #[error("the edit names a device with {0} bytes; 16 are expected")]
    DeviceId(usize),
    /// A setting of the household is out of bounds.
    #[error("the edit asks for a setting that cannot be: {0}")]
    Settings(#[from] SettingsError),
    /// A value of a change is out of bounds.
    #[error("the edit asks for what cannot be: {0}")]
    Change(#[from] ChangeError),
}

pub(super) fn encode(edit: &LibraryEdit, occasion: Occasion) -> Bytes {
    let edit = match edit {
        LibraryEdit::PhotoAdded(added) => {
            proto::library_edit::Edit::PhotoAdded(added_to_wire(added))
        }
        LibraryEdit::Change { photos, change } => {
            proto::library_edit::Edit::PhotosChanged(proto::PhotosChanged {
                photos: ids_to_wire(photos),
                change: Some(change::to_wire(change)),
            })
        }
        LibraryEdit::LabelMade { list, label } => {
            proto::library_edit::Edit::LabelMade(change::made_to_wire(*list, label))
        }
        LibraryEdit::LabelMoved(moved) => {
            proto::library_edit::Edit::LabelMoved(change::moved_to_wire(moved))
        }
        LibraryEdit::Stored {
            bucket,
            originals,
            life,
            verified_ms,
        } => proto::library_edit::Edit::OriginalsStored(proto::OriginalsStored {
            bucket: bucket.clone(),
            originals: ids_to_wire(originals),
            verified_ms: *verified_ms,
            life: *life,
        }),
        LibraryEdit::Deleted {
            bucket,
            originals,
            life,
            seen,
        } => proto::library_edit::Edit::OriginalsDeleted(proto::OriginalsDeleted {
            bucket: bucket.clone(),
            originals: ids_to_wire(originals),
            life: *life,
            seen: *seen,
        }),
        LibraryEdit::Verified {
            from,
            height,
            verified_ms,
            missing,
            more,
        } => proto::library_edit::Edit::OriginalsVerified(proto::OriginalsVerified {
            height: *height,
            from: *from,
            verified_ms: *verified_ms,
            missing: ids_to_wire(missing),
            more: *more,
        }),
        LibraryEdit::Kept {
            held,
            dropped,
            verified_ms,
        } => proto::library_edit::Edit::OriginalsKept(proto::OriginalsKept {
            held: ids_to_wire(held),
            dropped: ids_to_wire(dropped),
            verified_ms: *verified_ms,
        }),
        LibraryEdit::Lost { originals, bucket } => {
            proto::library_edit::Edit::OriginalsLost(proto::OriginalsLost {
                originals: ids_to_wire(originals),
                bucket: bucket.clone(),
            })
        }
        LibraryEdit::Purged { photos } => {
            proto::library_edit::Edit::PhotosPurged(proto::PhotosPurged {
                photos: ids_to_wire(photos),
            })
        }
        LibraryEdit::Settings(change) => {
            proto::library_edit::Edit::SettingsChanged(settings::to_wire(change))
        }
        LibraryEdit::Undo(name) => proto::library_edit::Edit::ActionUndone(proto::ActionUndone {
            device: name.device.0.to_vec(),
            action: name.action.0.to_vec(),
        }),
    };
    let message = proto::LibraryEdit {
        edit: Some(edit),
        action: occasion
            .action
            .map(|action| action.0.to_vec())
            .unwrap_or_default(),
        written_ms: occasion.written_ms,
    };
    let mut bytes = BytesMut::with_capacity(MARK.len() + message.encoded_len());
    bytes.put_slice(&MARK);
    bytes.put_slice(&message.encode_to_vec());
    bytes.freeze()
}

pub(super) fn decode(payload: &[u8]) -> Result<(LibraryEdit, Occasion), DecodeError> {
    let message = payload.strip_prefix(&MARK).ok_or(DecodeError::Foreign)?;
    let message = proto::LibraryEdit::decode(message)?;
    let edit = match message.edit.ok_or(DecodeError::UnknownKind)? {
        proto::library_edit::Edit::PhotoAdded(added) => {
            LibraryEdit::PhotoAdded(Box::new(added_from_wire(added)?))
        }
        proto::library_edit::Edit::PhotosChanged(changed) => LibraryEdit::Change {
            photos: ids_from_wire(&changed.photos)?,
            change: change::from_wire(changed.change.unwrap_or_default())?,
        },
        proto::library_edit::Edit::ActionUndone(undone) => LibraryEdit::Undo(ActionName {
            device: DeviceId(array(&undone.device).ok_or(DecodeError::ActionName)?),
            action: ActionId(array(&undone.action).ok_or(DecodeError::ActionName)?),
        }),
        proto::library_edit::Edit::LabelMade(made) => change::made_from_wire(&made)?,
        proto::library_edit::Edit::LabelMoved(moved) => change::moved_from_wire(&moved)?,
        proto::library_edit::Edit::OriginalsVerified(verified) => LibraryEdit::Verified {
            from: verified.from,
            height: verified.height,
            verified_ms: verified.verified_ms,
            missing: ids_from_wire(&verified.missing)?,
            more: verified.more,
        },
        proto::library_edit::Edit::OriginalsKept(kept) => LibraryEdit::Kept {
            held: ids_from_wire(&kept.held)?,
            dropped: ids_from_wire(&kept.dropped)?,
            verified_ms: kept.verified_ms,
        },
        proto::library_edit::Edit::OriginalsLost(lost) => LibraryEdit::Lost {
            originals: ids_from_wire(&lost.originals)?,
            bucket: lost.bucket,
        },
        proto::library_edit::Edit::PhotosPurged(purged) => LibraryEdit::Purged {
            photos: ids_from_wire(&purged.photos)?,
        },
        proto::library_edit::Edit::SettingsChanged(change) => {
            LibraryEdit::Settings(settings::from_wire(change)?)
        }
        proto::library_edit::Edit::OriginalsDeleted(deleted) => LibraryEdit::Deleted {
            originals: ids_from_wire(&deleted.originals)?,
            bucket: deleted.bucket,
            life: deleted.life,
            seen: deleted.seen,
        },
        proto::library_edit::Edit::OriginalsStored(stored) => LibraryEdit::Stored {
            originals: ids_from_wire(&stored.originals)?,
            life: stored.life,
            bucket: stored.bucket,
            verified_ms: stored.verified_ms,
        },
    };
    // Without a name, what the edit does still counts: it only cannot be undone.
    let occasion = Occasion {
        action: array(&message.action).map(ActionId),
        written_ms: message.written_ms,
    };
    Ok((edit, occasion))
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn photo_id(bytes: &[u8]) -> Result<PhotoId, DecodeError> {
    let id = bytes
        .try_into()
        .map_err(|_| DecodeError::PhotoId(bytes.len()))?;
    Ok(PhotoId(id))
}

fn ids_to_wire(ids: &[PhotoId]) -> Vec<Vec<u8>> {
    ids.iter().map(|id| id.0.to_vec()).collect()
}

fn ids_from_wire(ids: &[Vec<u8>]) -> Result<Vec<PhotoId>, DecodeError> {
    ids.iter().map(|id| photo_id(id)).collect()
}

fn device_id(bytes: &[u8]) -> Result<DeviceId, DecodeError> {
    let id = array(bytes).ok_or(DecodeError::DeviceId(bytes.len()))?;
    Ok(DeviceId(id))
}

fn added_to_wire(added: &PhotoAdded) -> proto::PhotoAdded {
    proto::PhotoAdded {
        id: added.id.0.to_vec(),
        import: added.import.0.to_vec(),
        name: added.name.clone(),
        folder: added.folder.clone(),
        size: added.size,
        mime: added.mime.clone(),
        kind: kind_to_wire(added.kind).into(),
        width: added.width,
        height: added.height,
        taken: Some(time_to_wire(added.taken.at)),
        taken_source: source_to_wire(added.taken.source).into(),
        camera_make: added.camera_make.clone(),
        camera_model: added.camera_model.clone(),
        lens: added.lens.clone(),
        exposure: Some(proto::Exposure {
            iso: added.exposure.iso,
            f_number: added.exposure.f_number,
            exposure_time_s: added.exposure.exposure_time_s,
            focal_length_mm: added.exposure.focal_length_mm,
        }),
        position: added.position.map(position_to_wire),
        altitude_m: added.altitude_m,
        orientation: added.orientation.into(),
        exif: added
            .exif
            .iter()
            .map(|(name, value)| proto::ExifField {
                name: name.clone(),
                value: value.clone(),
            })
            .collect(),
        thumbhash: added.thumbhash.clone(),
        tags: added.tags.clone(),
        albums: added.albums.clone(),
        people: added.people.clone(),
        caption: added.caption.clone(),
        rating: added.rating.into(),
        favorite: added.favorite,
        likeness: added.likeness,
        fields: added.fields.iter().map(field_to_wire).collect(),
        warning: added.warning.clone(),
    }
}

fn added_from_wire(added: proto::PhotoAdded) -> Result<PhotoAdded, DecodeError> {
    let exposure = added.exposure.unwrap_or_default();
    Ok(PhotoAdded {
        id: photo_id(&added.id)?,
        import: ImportId(added.import.as_slice().try_into().unwrap_or_default()),
        kind: kind_from_wire(added.kind()),
        taken: Taken {
            at: time_from_wire(added.taken.unwrap_or_default()),
            source: source_from_wire(added.taken_source()),
        },
        name: added.name,
        folder: added.folder,
        size: added.size,
        mime: added.mime,
        width: added.width,
        height: added.height,
        camera_make: added.camera_make,
        camera_model: added.camera_model,
        lens: added.lens,
        exposure: Exposure {
            iso: exposure.iso,
            f_number: exposure.f_number.filter(|value| value.is_finite()),
            exposure_time_s: exposure.exposure_time_s.filter(|value| value.is_finite()),
            focal_length_mm: exposure.focal_length_mm.filter(|value| value.is_finite()),
        },
        position: added
            .position
            .and_then(|position| Position::new(position.lat, position.lon).ok()),
        altitude_m: added.altitude_m.filter(|value| value.is_finite()),
        orientation: u8::try_from(added.orientation).unwrap_or(0),
        exif: added
            .exif
            .into_iter()
            .map(|field| (field.name, field.value))
            .collect(),
        thumbhash: added.thumbhash,
        tags: fit(List::Tags, &added.tags),
        albums: fit(List::Albums, &added.albums),
        people: fit(List::People, &added.people),
        caption: added.caption.chars().take(CAPTION_CHARS_MAX).collect(),
        rating: u8::try_from(added.rating).unwrap_or(0).min(RATING_MAX),
        favorite: added.favorite,
        likeness: added.likeness,
        fields: added
            .fields
            .into_iter()
            .filter_map(field_that_fits)
            .collect(),
        warning: added.warning,
    })
}

fn field_to_wire((name, value): (&String, &String)) -> proto::FieldValue {
    proto::FieldValue {
        name: name.clone(),
        value: Some(value.clone()),
    }
}

fn field_that_fits(field: proto::FieldValue) -> Option<(String, String)> {
    let value = field::value(&field.value?).ok()?;
    Some((field::name(&field.name).ok()?, value))
}

/// Those of some labels that can be.
fn fit(list: List, texts: &[String]) -> Vec<String> {
    let texts = texts.iter();
    texts.filter_map(|text| list.label(text).ok()).collect()
}

fn time_to_wire(time: WallTime) -> proto::WallTime {
    proto::WallTime {
        wall_ms: time.wall_ms,
        offset_minutes: time.offset_minutes.map(i32::from),
    }
}

fn time_from_wire(time: proto::WallTime) -> WallTime {
    let offset_minutes = time
        .offset_minutes
        .and_then(|offset| i16::try_from(offset).ok());
    WallTime {
        wall_ms: time.wall_ms,
        offset_minutes,
    }
    .clamped()
}

fn position_to_wire(position: Position) -> proto::Position {
    proto::Position {
        lat: position.lat,
        lon: position.lon,
    }
}

fn kind_to_wire(kind: Kind) -> proto::Kind {
    match kind {
        Kind::Photo => proto::Kind::Photo,
        Kind::Raw => proto::Kind::Raw,
        Kind::Video => proto::Kind::Video,
        Kind::File => proto::Kind::File,
    }
}

fn kind_from_wire(kind: proto::Kind) -> Kind {
    match kind {
        proto::Kind::Photo => Kind::Photo,
        proto::Kind::Raw => Kind::Raw,
        proto::Kind::Video => Kind::Video,
        proto::Kind::File => Kind::File,
    }
}

fn source_to_wire(source: TakenSource) -> proto::TakenSource {
    match source {
        TakenSource::ExifOriginal => proto::TakenSource::ExifOriginal,
        TakenSource::ExifDigitized => proto::TakenSource::ExifDigitized,
        TakenSource::Gps => proto::TakenSource::Gps,
        TakenSource::Xmp => proto::TakenSource::Xmp,
        TakenSource::Video => proto::TakenSource::Video,
        TakenSource::Takeout => proto::TakenSource::Takeout,
        TakenSource::FileName => proto::TakenSource::FileName,
        TakenSource::ExifModified => proto::TakenSource::ExifModified,
        TakenSource::FileTime => proto::TakenSource::FileTime,
    }
}

fn source_from_wire(source: proto::TakenSource) -> TakenSource {
    match source {
        proto::TakenSource::ExifOriginal => TakenSource::ExifOriginal,
        proto::TakenSource::ExifDigitized => TakenSource::ExifDigitized,
        proto::TakenSource::Gps => TakenSource::Gps,
        proto::TakenSource::Xmp => TakenSource::Xmp,
        proto::TakenSource::Video => TakenSource::Video,
        proto::TakenSource::Takeout => TakenSource::Takeout,
        proto::TakenSource::FileName => TakenSource::FileName,
        proto::TakenSource::ExifModified => TakenSource::ExifModified,
        proto::TakenSource::FileTime => TakenSource::FileTime,
    }
}
