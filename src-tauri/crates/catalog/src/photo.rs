//! What the catalogue tells about photos: records, rows of the timeline, counts, history.
//!
//! Plain values that readers get; how they are kept and how they came about is not theirs.

use kinfolio_chain::{DeviceId, EditId, Height};
use serde::{Deserialize, Serialize};

use crate::label::{List, Move};
use crate::payload::{ActionName, Change, Exposure, Kind, Position, Taken};
use crate::photo_id::{ImportId, PhotoId};
use crate::wall_time::{WallTime, YearMonth};

/// A photo as it stands at the catalogue's height.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// The SHA-256 of the original's bytes.
    pub id: PhotoId,
    /// The import run that first brought it.
    pub import: ImportId,
    /// The file's name.
    pub name: String,
    /// Its folder, relative to what was imported.
    pub folder: String,
    /// Bytes of the original.
    pub size: u64,
    /// Media type.
    pub mime: String,
    /// What sort of file it is.
    pub kind: Kind,
    /// Pixels across, as displayed; 0 where unknown.
    pub width: u32,
    /// Pixels down, as displayed; 0 where unknown.
    pub height: u32,
    /// When it was taken; where a person corrected it, `taken_by_hand` is set.
    pub taken: Taken,
    /// Whether `taken.at` was set by a person; `taken.source` then says what the file had.
    pub taken_by_hand: bool,
    /// Maker of the camera, or empty.
    pub camera_make: String,
    /// Model of the camera, or empty.
    pub camera_model: String,
    /// Name of the lens, or empty.
    pub lens: String,
    /// How it was exposed.
    pub exposure: Exposure,
    /// Where it was taken, from the file or by hand.
    pub position: Option<Position>,
    /// Metres above sea level, from the file.
    pub altitude_m: Option<f64>,
    /// EXIF orientation 1 to 8, or 0.
    pub orientation: u8,
    /// EXIF fields: tag name and displayed value.
    pub exif: Vec<(String, String)>,
    /// A thumbhash, or empty.
    pub thumbhash: Vec<u8>,
    /// What is wrong with the file.
    pub warning: Option<String>,
    /// What its picture looks like, see [`PhotoAdded::likeness`](crate::PhotoAdded::likeness).
    pub likeness: Option<u64>,
    /// Its tags, sorted.
    pub tags: Vec<String>,
    /// The albums that it is in, sorted.
    pub albums: Vec<String>,
    /// Who is on it, sorted.
    pub people: Vec<String>,
    /// The household's own fields that it has a value of, by name.
    pub fields: Vec<(String, String)>,
    /// Its caption, or empty.
    pub caption: String,
    /// 1 to 5, or 0 for none.
    pub rating: u8,
    /// Whether it is a favourite.
    pub favorite: bool,
    /// Whether it is in the trash.
    pub trashed: bool,
    /// Whether its original was deleted on all devices: it is found nowhere any more.
    pub purged: bool,
    /// Values that were written without knowing of each other and await a decision.
    pub conflicts: Vec<Conflict>,
    /// The device that first added it.
    pub added_by: DeviceId,
    /// The height of the block that first added it; none while that is pending.
    pub block: Option<Height>,
    /// That block's time, in unix milliseconds; none while that is pending.
    pub added_ms: Option<i64>,
    /// The height of the block that last changed it; none while such a change is pending.
    pub changed: Option<Height>,
    /// Whether this shows edits of this device that are in no block yet.
    pub pending: bool,
}

/// A value that two or more devices set without having seen each other's.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// Of which field.
    pub field: Field,
    /// The value that stands: the later in chain order.
    pub kept: Written,
    /// The values that it replaced unseen, oldest first; at least one.
    pub replaced: Vec<Written>,
}

/// A field of a photo that holds one value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Field {
    /// [`Change::caption`].
    Caption,
    /// [`Change::rating`].
    Rating,
    /// [`Change::favorite`].
    Favorite,
    /// [`Change::taken_at`].
    TakenAt,
    /// [`Change::position`].
    Position,
    /// [`Change::trash`].
    Trash,
    /// One of [`Change::fields`].
    Own(String),
}

/// A value, and who wrote it when.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The value.
    pub value: FieldValue,
    /// Whose edit it was.
    pub edit: EditId,
    /// The block that holds the edit; none while it is pending.
    pub height: Option<Height>,
}

/// The value of a [`Field`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FieldValue {
    /// A caption.
    Text(String),
    /// A rating.
    Rating(u8),
    /// Favourite or trash.
    Flag(bool),
    /// A capture time.
    Time(WallTime),
    /// A position, or none.
    Position(Option<Position>),
    /// The value of one of the household's own fields, or none.
    Own(Option<String>),
}

/// What the timeline needs of a photo to lay it out and draw it before its preview comes.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelineRow {
    /// Which photo.
    pub id: PhotoId,
    /// When it was taken.
    pub taken_at: WallTime,
    /// What sort of file it is.
    pub kind: Kind,
    /// Width through height as displayed; 1 where unknown.
    pub ratio: f32,
    /// A thumbhash, or empty.
    pub thumbhash: Vec<u8>,
    /// Tells cameras apart, see [`burst`](crate::burst); 0 where the camera is unknown.
    pub camera: u32,
    /// What its picture looks like, see [`PhotoAdded::likeness`](crate::PhotoAdded::likeness).
    pub likeness: Option<u64>,
    /// Whether it is a favourite.
    pub favorite: bool,
    /// 1 to 5, or 0 for none.
    pub rating: u8,
    /// Whether this shows edits of this device that are in no block yet.
    pub pending: bool,
}

/// How many photos a month holds, those in the trash left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthCount {
    /// The month that the cameras showed.
    pub month: YearMonth,
    /// At least 1.
    pub count: u64,
}

/// How many photos have a label, those in the trash left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelCount {
    /// The whole label, as `holiday/greece`.
    pub name: String,
    /// Photos with exactly this label; 0, if it was made and no photo has it.
    pub count: u64,
}

/// One edit in the life of a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    /// Which edit; its device is the author.
    pub edit: EditId,
    /// The block that holds it; none while it is pending.
    pub height: Option<Height>,
    /// That block's time, in unix milliseconds; none while it is pending.
    pub block_time_ms: Option<i64>,
    /// When its author wrote it, in unix milliseconds by that device's clock; none, if no person did.
    pub written_ms: Option<i64>,
    /// What it did.
    pub what: Happened,
}

/// What an edit did to a photo.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// It entered the library.
    Added,
    /// The same bytes came again, from another import; only their tags were taken over.
    AddedAgain,
    /// It was changed.
    Changed {
        /// By what.
        change: Box<Change>,
        /// Values that the author had not seen and replaced all the same.
        unseen: Vec<(Field, Written)>,
    },
    /// Labels of it were renamed, merged or taken off.
    Relabelled(Move),
    /// An earlier edit of it was taken back, as far as it still stood; the adding of it by
    /// putting it into the trash.
    Undone {
        /// Which; of several edits of one action the first that touched the photo.
        edit: EditId,
    },
    /// Its original was deleted on all devices.
    Purged,
}

/// What a device did in one step, however many edits that took, and may undo.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Its name.
    pub name: ActionName,
    /// What it was.
    pub deed: Deed,
    /// The photos that it names.
    pub photos: u64,
    /// When its last edit was written, in unix milliseconds by its author's clock.
    pub written_ms: Option<i64>,
}

/// What sort of action it was.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Photos were added.
    Added,
    /// Photos were changed, all alike.
    Changed(Change),
    /// A label was made.
    LabelMade {
        /// In which list.
        list: List,
        /// The label.
        label: String,
    },
    /// A label was renamed, merged or taken off.
    LabelMoved(Move),
}

/// What came of an undo, in photos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// Those on which something was taken back.
    pub undone: u64,
    /// Those on which later writers stand everywhere, so that nothing was.
    pub skipped: u64,
}
