//! The edits of one photo, and values that conflicted.

use std::collections::BTreeMap;

use kinfolio_library::catalog::{
    Change, Conflict, DeviceId, EditId, Field, FieldValue, Happened, HistoryEntry, Written,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::change::{ChangeBody, MovedBody};
use super::{State, moment};

/// The edits of one photo.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The chain height that this shows.
    pub height: u64,
    /// In chain order, the pending ones last.
    pub entries: Vec<HistoryItem>,
}

/// One edit of one photo.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HistoryItem {
    /// The edit's id: device, incarnation and sequence number.
    pub edit: String,
    /// The block that holds it; `null` while it is pending.
    pub height: Option<u64>,
    /// When it was written, by that device's clock; `null`, if no person did.
    pub at: Option<String>,
    /// The block's time; `null` while it is pending.
    pub decided_at: Option<String>,
    /// Whether it is in the chain.
    pub state: State,
    /// The device that made it.
    pub device: String,
    /// That device's name; `null` where the chain does not say.
    pub device_name: Option<String>,
    /// `added`, `added_again`, `changed`, `relabelled`, `undone` or `purged`.
    pub what: String,
    /// With `undone`: the edit that was taken back, as far as it still stood.
    pub undone: Option<String>,
    /// What was changed.
    pub change: Option<ChangeBody>,
    /// With `relabelled`: the label that was renamed or removed.
    pub label: Option<MovedBody>,
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
    /// That device's name; `null` where the chain does not say.
    pub device_name: Option<String>,
    /// The edit's id.
    pub edit: String,
    /// The block that holds the edit; `null` while it is pending.
    pub height: Option<u64>,
}

/// What the chain calls the household's devices, those that left included.
pub(crate) struct Names(BTreeMap<DeviceId, String>);

impl Names {
    pub(crate) fn new(devices: impl IntoIterator<Item = (DeviceId, String)>) -> Self {
        Self(devices.into_iter().collect())
    }

    fn of(&self, edit: &EditId) -> Option<String> {
        self.0.get(&edit.device).cloned()
    }
}

impl HistoryItem {
    /// One edit, its devices named.
    pub(crate) fn new(entry: &HistoryEntry, names: &Names) -> Self {
        let (mut change, mut unseen, mut undone) = (None, Vec::new(), None);
        let mut label = None;
        let what = match &entry.what {
            Happened::Added => "added",
            Happened::AddedAgain => "added_again",
            Happened::Changed {
                change: made,
                unseen: replaced,
            } => {
                change = Some(ChangeBody::from(&**made));
                unseen = replaced
                    .iter()
                    .map(|(field, one)| written(field, one, names))
                    .collect();
                "changed"
            }
            Happened::Relabelled(moved) => {
                label = Some(MovedBody::from(moved));
                "relabelled"
            }
            Happened::Undone { edit } => {
                undone = Some(edit.to_string());
                "undone"
            }
            Happened::Purged => "purged",
        };
        Self {
            edit: entry.edit.to_string(),
            height: entry.height,
            at: entry.written_ms.map(moment),
            decided_at: entry.block_time_ms.map(moment),
            state: State::of(entry.height.is_none()),
            device: entry.edit.device.to_string(),
            device_name: names.of(&entry.edit),
            what: what.to_owned(),
            undone,
            change,
            label,
            unseen,
        }
    }
}

impl ConflictBody {
    /// One conflict, its devices named.
    pub(crate) fn new(conflict: &Conflict, names: &Names) -> Self {
        let field = &conflict.field;
        let replaced = conflict.replaced.iter();
        Self {
            field: name(field),
            kept: written(field, &conflict.kept, names),
            replaced: replaced.map(|one| written(field, one, names)).collect(),
        }
    }
}

impl From<&Change> for ChangeBody {
    fn from(change: &Change) -> Self {
        Self {
            add_tags: change.add_tags.clone(),
            remove_tags: change.remove_tags.clone(),
            add_albums: change.add_albums.clone(),
            remove_albums: change.remove_albums.clone(),
            add_people: change.add_people.clone(),
            remove_people: change.remove_people.clone(),
            fields: change.fields.clone(),
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

fn written(field: &Field, written: &Written, names: &Names) -> WrittenBody {
    let value = match &written.value {
        FieldValue::Text(text) => json!(text),
        FieldValue::Rating(rating) => json!(rating),
        FieldValue::Flag(flag) => json!(flag),
        FieldValue::Time(time) => json!(time.to_string()),
        FieldValue::Own(value) => json!(value),
        FieldValue::Position(place) => json!(place.map(|at| [at.lat, at.lon])),
    };
    WrittenBody {
        field: name(field),
        value,
        device: written.edit.device.to_string(),
        device_name: names.of(&written.edit),
        edit: written.edit.to_string(),
        height: written.height,
    }
}

/// The field's name as in a change; those of the household's own are `fields.NAME`.
fn name(field: &Field) -> String {
    let name = match field {
        Field::Own(name) => return format!("fields.{name}"),
        Field::Caption => "caption",
        Field::Rating => "rating",
        Field::Favorite => "favorite",
        Field::TakenAt => "taken_at",
        Field::Position => "position",
        Field::Trash => "trash",
    };
    name.to_owned()
}
