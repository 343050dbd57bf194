//! What stands in the rows, and their bytes.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::CatalogError;
use super::ground::At;
use crate::burst;
use crate::label::{List, Move};
use crate::merge::{Before, PENDING, Said, Stamp};
use crate::payload::{Kind, PhotoAdded};
use crate::photo::{Field, FieldValue, TimelineRow, Written};
use crate::photo_id::{ImportId, PhotoId};
use crate::wall_time::WallTime;

/// A photo without its facts: small, because every change writes it anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PhotoRow {
    pub(super) added: Stamp,
    /// Where the edit stands that says its facts.
    pub(super) facts: At,
    /// Nothing while the photo is pending.
    pub(super) added_ms: Option<i64>,
    pub(super) changed: u64,
    pub(super) import: ImportId,
    /// The height at which it was purged, unless its bytes have come again since.
    pub(super) purged: Option<u64>,
    /// The height at which it was purged before its bytes came again; 0, if it never was.
    pub(super) life: u64,
    sketch: Sketch,
    pub(super) said: Said,
}

/// The facts that the timeline needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sketch {
    taken_at: WallTime,
    kind: Kind,
    ratio: f32,
    thumbhash: Vec<u8>,
    camera: u32,
    likeness: Option<u64>,
}

impl PhotoRow {
    pub(super) fn new(
        photo: &PhotoAdded,
        facts: At,
        added: Stamp,
        added_ms: Option<i64>,
    ) -> PhotoRow {
        let ratio = if photo.width == 0 || photo.height == 0 {
            1.0
        } else {
            (f64::from(photo.width) / f64::from(photo.height)) as f32
        };
        PhotoRow {
            added,
            facts,
            added_ms,
            changed: added.height,
            import: photo.import,
            purged: None,
            life: 0,
            sketch: Sketch {
                taken_at: photo.taken.at,
                kind: photo.kind,
                ratio,
                thumbhash: photo.thumbhash.clone(),
                camera: burst::camera(photo),
                likeness: photo.likeness,
            },
            said: Said::default(),
        }
    }

    pub(super) fn taken_at(&self) -> WallTime {
        self.said.taken_at().unwrap_or(self.sketch.taken_at)
    }

    /// All labels that it has.
    pub(super) fn labels(&self) -> impl Iterator<Item = (List, &str)> {
        let lists = List::ALL.into_iter();
        lists.flat_map(|list| {
            self.said
                .labels(list)
                .names()
                .map(move |label| (list, label))
        })
    }

    pub(super) fn timeline(&self) -> TimelineValue {
        TimelineValue {
            offset_minutes: self.taken_at().offset_minutes,
            kind: self.sketch.kind,
            ratio: self.sketch.ratio,
            thumbhash: self.sketch.thumbhash.clone(),
            camera: self.sketch.camera,
            likeness: self.sketch.likeness,
            favorite: self.said.favorite(),
            rating: self.said.rating(),
        }
    }
}

/// A [`TimelineRow`] without what its key says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct TimelineValue {
    offset_minutes: Option<i16>,
    kind: Kind,
    ratio: f32,
    thumbhash: Vec<u8>,
    camera: u32,
    likeness: Option<u64>,
    favorite: bool,
    rating: u8,
}

impl TimelineValue {
    pub(super) fn row(self, wall_ms: i64, id: PhotoId) -> TimelineRow {
        TimelineRow {
            id,
            taken_at: WallTime {
                wall_ms,
                offset_minutes: self.offset_minutes,
            },
            kind: self.kind,
            ratio: self.ratio,
            thumbhash: self.thumbhash,
            camera: self.camera,
            likeness: self.likeness,
            favorite: self.favorite,
            rating: self.rating,
            pending: false,
        }
    }
}

/// One edit in the life of a photo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct HistoryRow {
    pub(super) by: Stamp,
    /// Nothing while the edit is pending.
    pub(super) block_time_ms: Option<i64>,
    /// When its author wrote it, by that device's clock.
    pub(super) written_ms: Option<i64>,
    pub(super) what: HistoryKind,
}

/// What sort of edit it was; a change's own words stand in the table of edits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum HistoryKind {
    Added,
    AddedAgain(Before),
    Changed {
        unseen: Vec<UnseenRow>,
        /// What it takes to take it back.
        before: Before,
    },
    /// Labels of it were moved; the words stand in the table of edits.
    Relabelled(Before),
    /// This edit was taken back.
    Undone(Stamp),
    /// The original was deleted everywhere.
    Purged,
}

/// An edit of a list of labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RelabelRow {
    pub(super) by: Stamp,
    /// What it moves; none, if it makes a label.
    pub(super) moved: Option<Move>,
    /// Of the labels that it wrote into the list or took out of it, whether they had been made.
    pub(super) made: Vec<(List, String, bool)>,
}

/// A value that an edit replaced without its author having seen it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct UnseenRow {
    field: Field,
    value: FieldValue,
    by: Stamp,
}

impl UnseenRow {
    pub(super) fn new((field, written): (Field, Written)) -> UnseenRow {
        UnseenRow {
            field,
            value: written.value,
            by: Stamp::new(written.edit, written.height.unwrap_or(PENDING)),
        }
    }

    pub(super) fn written(self) -> (Field, Written) {
        let written = Written {
            value: self.value,
            edit: self.by.edit(),
            height: self.by.block(),
        };
        (self.field, written)
    }
}

/// The bytes of a row. Rows are plain values, which always have bytes.
pub(super) fn encode<T: Serialize>(row: &T, table: &'static str) -> Result<Vec<u8>, CatalogError> {
    postcard::to_stdvec(row).map_err(|_| CatalogError::Row(table))
}

/// The row that some bytes are.
pub(super) fn decode<T: DeserializeOwned>(
    bytes: &[u8],
    table: &'static str,
) -> Result<T, CatalogError> {
    postcard::from_bytes(bytes).map_err(|_| CatalogError::Row(table))
}
