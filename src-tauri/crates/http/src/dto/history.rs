//! The edits of one photo, and values that conflicted.

use kinfolio_library::catalog::{
    Change, Conflict, Field, FieldValue, Happened, HistoryEntry, Written,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::change::ChangeBody;
use super::moment;

/// The edits of one photo.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The chain height that this shows.
    pub height: u64,
    /// In chain order.
    pub entries: Vec<HistoryItem>,
}

/// One edit of one photo.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HistoryItem {
    /// The edit's id: device, incarnation and sequence number.
    pub edit: String,
    /// The block that holds it.
    pub height: u64,
    /// The block's time.
    pub at: String,
    /// The device that made it.
    pub device: String,
    /// `added`, `added_again` or `changed`.
    pub what: String,
    /// What was changed.
    pub change: Option<ChangeBody>,
    /// Values that this edit replaced and whose author it had not seen.
    pub unseen: Vec<WrittenBody>,
}

/// A field that two devices set without having seen each other's value.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ConflictBody {
    /// The field's name, as in a change.
    pub field: String,
    /// The value that stands: the later in chain order.
    pub kept: WrittenBody,
    /// The values that it replaced, oldest first.
    pub replaced: Vec<WrittenBody>,
}

/// A value and who wrote it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WrittenBody {
    /// The field's name, as in a change.
    pub field: String,
    /// The value, as in a change.
    #[schema(value_type = Object)]
    pub value: Value,
    /// Whose edit it was.
    pub device: String,
    /// The edit's id.
    pub edit: String,
    /// The block that holds the edit.
    pub height: u64,
}

impl From<&HistoryEntry> for HistoryItem {
    fn from(entry: &HistoryEntry) -> Self {
        let (what, change, unseen) = match &entry.what {
            Happened::Added => ("added", None, Vec::new()),
            Happened::AddedAgain => ("added_again", None, Vec::new()),
            Happened::Changed { change, unseen } => {
                let unseen = unseen
                    .iter()
                    .map(|(field, one)| written(*field, one))
                    .collect();
                ("changed", Some(ChangeBody::from(change)), unseen)
            }
        };
        Self {
            edit: entry.edit.to_string(),
            height: entry.height,
            at: moment(entry.block_time_ms),
            device: entry.edit.device.to_string(),
            what: what.to_owned(),
            change,
            unseen,
        }
    }
}

impl From<&Conflict> for ConflictBody {
    fn from(conflict: &Conflict) -> Self {
        let field = conflict.field;
        Self {
            field: name(field).to_owned(),
            kept: written(field, &conflict.kept),
            replaced: conflict
                .replaced
                .iter()
                .map(|one| written(field, one))
                .collect(),
        }
    }
}

impl From<&Change> for ChangeBody {
    fn from(change: &Change) -> Self {
        Self {
            add_tags: change.add_tags.clone(),
            remove_tags: change.remove_tags.clone(),
            caption: change.caption.clone(),
            rating: change.rating,
            favorite: change.favorite,
            taken_at: change.taken_at.map(|at| at.to_string()),
            position: change
                .position
                .map(|place| place.map(|at| [at.lat, at.lon])),
            trash: change.trash,
        }
    }
}

fn written(field: Field, written: &Written) -> WrittenBody {
    let value = match &written.value {
        FieldValue::Text(text) => json!(text),
        FieldValue::Rating(rating) => json!(rating),
        FieldValue::Flag(flag) => json!(flag),
        FieldValue::Time(time) => json!(time.to_string()),
        FieldValue::Position(place) => json!(place.map(|at| [at.lat, at.lon])),
    };
    WrittenBody {
        field: name(field).to_owned(),
        value,
        device: written.edit.device.to_string(),
        edit: written.edit.to_string(),
        height: written.height,
    }
}

fn name(field: Field) -> &'static str {
    match field {
        Field::Caption => "caption",
        Field::Rating => "rating",
        Field::Favorite => "favorite",
        Field::TakenAt => "taken_at",
        Field::Position => "position",
        Field::Trash => "trash",
    }
}
