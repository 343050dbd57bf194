//! What an edit of the library says, as domain types, and its bytes in the chain.
//!
//! Knows the protobuf messages (in [`wire`], nowhere else) and the bounds of every value;
//! does not know what a change does to a photo (that is [`crate::merge`]).

mod wire;

use std::collections::BTreeMap;

use bytes::Bytes;
use kinfolio_chain::{Block, DeviceId, Height, Payload};
use serde::{Deserialize, Serialize};

use crate::field::{self, FieldError};
use crate::label::{LabelError, List, Move};
use crate::photo_id::{ActionId, ImportId, PhotoId};
use crate::settings::SettingsChange;
use crate::wall_time::WallTime;

pub use wire::DecodeError;

/// The longest caption, in characters.
pub const CAPTION_CHARS_MAX: usize = 10_000;
/// The best rating; 0 means none.
pub const RATING_MAX: u8 = 5;

/// One edit of the library.
#[derive(Clone, Debug, PartialEq)]
pub enum LibraryEdit {
    /// An original entered the library.
    PhotoAdded(Box<PhotoAdded>),
    /// One change to any number of photos.
    Change {
        /// Which photos.
        photos: Vec<PhotoId>,
        /// What changes on each of them.
        change: Change,
    },
    /// A label is in its list, on however few photos.
    LabelMade {
        /// Which list.
        list: List,
        /// The label.
        label: String,
    },
    /// A label is renamed, merged with another, or taken off all photos. A name that somebody used
    /// who had not heard of it means the new one.
    LabelMoved(Move),
    /// Originals were put into a bucket, read back there, and were right.
    Stored {
        /// The bucket's address.
        bucket: String,
        /// Which originals.
        originals: Vec<PhotoId>,
        /// Which life of theirs: 0, or the height at which they were purged before they came again.
        life: Height,
        /// When the last of them was read back, in unix milliseconds.
        verified_ms: i64,
    },
    /// Originals that were purged are not in a bucket any more.
    Deleted {
        /// The bucket's address.
        bucket: String,
        /// Which originals.
        originals: Vec<PhotoId>,
        /// Which life of theirs, as when they were stored.
        life: Height,
        /// What the author had seen of the chain before it began.
        seen: Height,
    },
    /// The author has hashed every original that blocks between two heights added, and holds all of
    /// them whole but those that are missing.
    Verified {
        /// From which block on; from 0 on, what it said before does not count any more.
        from: Height,
        /// Up to which block.
        height: Height,
        /// When it was through, in unix milliseconds.
        verified_ms: i64,
        /// Which it does not hold whole.
        missing: Vec<PhotoId>,
        /// Whether these are further ones of the same pass as the edit before.
        more: bool,
    },
    /// Which originals the author keeps has changed: of those that were dropped each counts as gone
    /// from there only while another copy is known of, so that the last one is never dropped.
    Kept {
        /// Which have come there and are whole.
        held: Vec<PhotoId>,
        /// Which it wants to keep no longer.
        dropped: Vec<PhotoId>,
        /// When the last of those that came was hashed, in unix milliseconds.
        verified_ms: i64,
    },
    /// Originals are not, or not whole, where they were said to be. That always counts, even of a last
    /// copy: it is gone, whatever was said.
    Lost {
        /// Which.
        originals: Vec<PhotoId>,
        /// The address of the bucket that lacks them; none: the author does.
        bucket: Option<String>,
    },
    /// Originals are deleted on all devices, those of photos in the trash only. The records and
    /// their histories stay.
    Purged {
        /// Of which photos.
        photos: Vec<PhotoId>,
    },
    /// The household agrees upon something else.
    Settings(SettingsChange),
    /// An action is taken back, on each photo as far as nobody has written over it since.
    Undo(ActionName),
}

/// An action and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionName {
    /// The device that acted.
    pub device: DeviceId,
    /// Which of its actions.
    pub action: ActionId,
}

/// On what occasion an edit was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occasion {
    /// The action that it is a part of; none: it cannot be undone.
    pub action: Option<ActionId>,
    /// When, in unix milliseconds by its author's clock; none: it was no person's doing.
    pub written_ms: Option<i64>,
}

impl LibraryEdit {
    /// The bytes that go into the chain, of an edit that is no person's doing.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        wire::encode(self, Occasion::default())
    }

    /// The bytes that go into the chain, of one that was written on an occasion.
    #[must_use]
    pub fn encode_on(&self, occasion: Occasion) -> Bytes {
        wire::encode(self, occasion)
    }

    /// Whether a payload claims to be one of the library's.
    #[must_use]
    pub fn is_one(payload: &[u8]) -> bool {
        payload.starts_with(&wire::MARK)
    }

    /// Reads bytes from the chain; values out of bounds never come out of it.
    ///
    /// # Errors
    /// [`DecodeError`]: the payload is none of the library's, is from a newer version, or is broken.
    pub fn decode(payload: &[u8]) -> Result<LibraryEdit, DecodeError> {
        Ok(wire::decode(payload)?.0)
    }

    /// The same, and on what occasion it was written.
    ///
    /// # Errors
    /// As [`LibraryEdit::decode`].
    pub fn decode_with(payload: &[u8]) -> Result<(LibraryEdit, Occasion), DecodeError> {
        wire::decode(payload)
    }
}

/// The originals that a block adds, each with the device that did. What a newer version wrote is
/// passed over.
pub fn photos_added(block: &Block) -> impl Iterator<Item = (DeviceId, Box<PhotoAdded>)> + '_ {
    block.edits().filter_map(|edit| match &edit.payload {
        Payload::Opaque(bytes) => match LibraryEdit::decode(bytes) {
            Ok(LibraryEdit::PhotoAdded(photo)) => Some((edit.id.device, photo)),
            Ok(_) | Err(_) => None,
        },
        _ => None,
    })
}

/// What is known of an original when it enters the library, read from the file itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PhotoAdded {
    /// The SHA-256 of the original's bytes.
    pub id: PhotoId,
    /// The import run that brought it.
    pub import: ImportId,
    /// The file's name, escaped where it was not Unicode.
    pub name: String,
    /// Its folder, relative to what was imported; only shown.
    pub folder: String,
    /// Bytes of the original.
    pub size: u64,
    /// Media type, as `image/jpeg`.
    pub mime: String,
    /// What sort of file it is.
    pub kind: Kind,
    /// Pixels across, as displayed; 0 where unknown.
    pub width: u32,
    /// Pixels down, as displayed; 0 where unknown.
    pub height: u32,
    /// When it was taken, and how that is known.
    pub taken: Taken,
    /// Maker of the camera, or empty.
    pub camera_make: String,
    /// Model of the camera, or empty.
    pub camera_model: String,
    /// Name of the lens, or empty.
    pub lens: String,
    /// How it was exposed.
    pub exposure: Exposure,
    /// Where it was taken, as the file says.
    pub position: Option<Position>,
    /// Metres above sea level.
    pub altitude_m: Option<f64>,
    /// EXIF orientation 1 to 8; 0 where the file does not say.
    pub orientation: u8,
    /// EXIF fields: tag name and displayed value.
    pub exif: Vec<(String, String)>,
    /// A thumbhash of some 25 bytes, or empty.
    pub thumbhash: Vec<u8>,
    /// Tags that it gets at once.
    pub tags: Vec<String>,
    /// Albums that it is put into at once.
    pub albums: Vec<String>,
    /// People whom the file names.
    pub people: Vec<String>,
    /// A caption that the file brings, or empty.
    pub caption: String,
    /// A rating that the file brings, 1 to 5, or 0 for none.
    pub rating: u8,
    /// Whether the file says that it is a favourite.
    pub favorite: bool,
    /// What its picture looks like, in 64 bits that differ little where pictures do; none where
    /// nothing can be told.
    pub likeness: Option<u64>,
    /// Values of the household's own fields that the file brings.
    pub fields: BTreeMap<String, String>,
    /// What is wrong with the file, in words for its owner.
    pub warning: Option<String>,
}

/// What sort of file an original is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Kind {
    /// A picture that can be shown.
    Photo,
    /// A camera's raw file.
    Raw,
    /// A video.
    Video,
    /// Anything else: kept, listed, found, not shown.
    #[default]
    File,
}

/// When a photo was taken, and how that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Taken {
    /// The camera's wall clock.
    pub at: WallTime,
    /// Where it was read.
    pub source: TakenSource,
}

/// Where a capture time was read, best first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TakenSource {
    /// EXIF `DateTimeOriginal`.
    ExifOriginal,
    /// EXIF `DateTimeDigitized`.
    ExifDigitized,
    /// XMP, in the file or beside it.
    Xmp,
    /// A movie's own clock.
    Video,
    /// What a Google Takeout said of it.
    Takeout,
    /// The GPS receiver's date and time.
    Gps,
    /// The file's name.
    FileName,
    /// EXIF `DateTime`, when the picture was last written.
    ExifModified,
    /// The file's time of modification.
    #[default]
    FileTime,
}

/// How a photo was exposed, as far as the file says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Exposure {
    /// Sensitivity.
    pub iso: Option<u32>,
    /// Aperture, as the 2.8 of f/2.8.
    pub f_number: Option<f32>,
    /// Seconds.
    pub exposure_time_s: Option<f64>,
    /// Millimetres, not converted to another format.
    pub focal_length_mm: Option<f32>,
}

/// A place on earth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// Degrees north, -90 to 90.
    pub lat: f64,
    /// Degrees east, -180 to 180.
    pub lon: f64,
}

impl Position {
    /// A position within bounds.
    ///
    /// # Errors
    /// [`ChangeError::Position`] if a number is out of bounds or not a number.
    pub fn new(lat: f64, lon: f64) -> Result<Position, ChangeError> {
        if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) {
            Ok(Position { lat, lon })
        } else {
            Err(ChangeError::Position { lat, lon })
        }
    }
}

/// A change to photos; what is `None` or empty stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Tags to add; adding wins over removing in one change.
    pub add_tags: Vec<String>,
    /// Tags to take away, exactly these and not what is below them.
    pub remove_tags: Vec<String>,
    /// Albums to put them into.
    pub add_albums: Vec<String>,
    /// Albums to take them out of.
    pub remove_albums: Vec<String>,
    /// People who are on them.
    pub add_people: Vec<String>,
    /// People who are not.
    pub remove_people: Vec<String>,
    /// A caption; the empty text clears it.
    pub caption: Option<String>,
    /// 1 to 5, or 0 for none.
    pub rating: Option<u8>,
    /// Whether it is a favourite.
    pub favorite: Option<bool>,
    /// The capture time, corrected by hand.
    pub taken_at: Option<WallTime>,
    /// A position set by hand; `Some(None)` clears it.
    pub position: Option<Option<Position>>,
    /// Values of fields that the household has defined; nothing clears one.
    pub fields: BTreeMap<String, Option<String>>,
    /// Into the trash, or out of it.
    pub trash: Option<bool>,
}

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChangeError {
    /// A label breaks the rules.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// A field breaks the rules.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A caption is too long.
    #[error("the caption is {0} characters long; at most {CAPTION_CHARS_MAX} are allowed")]
    Caption(usize),
    /// A rating is out of bounds.
    #[error("the rating {0} is not between 0 and {RATING_MAX}")]
    Rating(u64),
    /// A position is not on earth.
    #[error(
        "the position {lat}, {lon} is not on earth: latitude goes from -90 to 90, longitude from -180 to 180"
    )]
    Position {
        /// Degrees north, as given.
        lat: f64,
        /// Degrees east, as given.
        lon: f64,
    },
    /// Nothing is asked for.
    #[error("the change is empty: name at least one thing to change")]
    Nothing,
}

impl Change {
    /// The labels of a list that it adds.
    #[must_use]
    pub fn adds(&self, list: List) -> &[String] {
        match list {
            List::Tags => &self.add_tags,
            List::Albums => &self.add_albums,
            List::People => &self.add_people,
        }
    }

    /// The labels of a list that it takes away.
    #[must_use]
    pub fn removes(&self, list: List) -> &[String] {
        match list {
            List::Tags => &self.remove_tags,
            List::Albums => &self.remove_albums,
            List::People => &self.remove_people,
        }
    }

    /// All labels that it adds or takes away.
    pub(crate) fn labels_mut(&mut self) -> [(List, &mut Vec<String>); 6] {
        [
            (List::Tags, &mut self.add_tags),
            (List::Tags, &mut self.remove_tags),
            (List::Albums, &mut self.add_albums),
            (List::Albums, &mut self.remove_albums),
            (List::People, &mut self.add_people),
            (List::People, &mut self.remove_people),
        ]
    }

    /// The same change with its tags in normal form, each once. Call it on whatever a
    /// person or a program asks for, before it is written.
    ///
    /// # Errors
    /// [`ChangeError`] says which value is out of bounds.
    pub fn checked(self) -> Result<Change, ChangeError> {
        if self == Change::default() {
            return Err(ChangeError::Nothing);
        }
        if let Some(caption) = &self.caption {
            let chars = caption.chars().count();
            if chars > CAPTION_CHARS_MAX {
                return Err(ChangeError::Caption(chars));
            }
        }
        if let Some(rating) = self.rating
            && rating > RATING_MAX
        {
            return Err(ChangeError::Rating(rating.into()));
        }
        if let Some(Some(Position { lat, lon })) = self.position {
            Position::new(lat, lon)?;
        }
        let fields = self.fields.into_iter().map(|(name, value)| {
            let value = value.as_deref().map(field::value).transpose()?;
            Ok((field::name(&name)?, value))
        });
        Ok(Change {
            add_tags: labels(List::Tags, &self.add_tags)?,
            remove_tags: labels(List::Tags, &self.remove_tags)?,
            add_albums: labels(List::Albums, &self.add_albums)?,
            remove_albums: labels(List::Albums, &self.remove_albums)?,
            add_people: labels(List::People, &self.add_people)?,
            remove_people: labels(List::People, &self.remove_people)?,
            fields: fields.collect::<Result<_, FieldError>>()?,
            taken_at: self.taken_at.map(WallTime::clamped),
            ..self
        })
    }
}

/// Labels in normal form, each once, in the order in which they were given.
///
/// # Errors
/// [`LabelError`] names the first that is none.
pub fn labels(list: List, texts: &[String]) -> Result<Vec<String>, LabelError> {
    let mut labels = Vec::with_capacity(texts.len());
    for text in texts {
        let label = list.label(text)?;
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    Ok(labels)
}
