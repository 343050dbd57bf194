//! What an edit asks for, and what it is answered with.

use std::collections::BTreeMap;

use kinfolio_library::LibraryError;
use kinfolio_library::catalog::{Change, Deed, Move, PhotoId, Position};
use kinfolio_library::edit::parse_taken;
use kinfolio_library::undo::Undone;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::photo::PhotoRecord;
use super::{State, moment};

/// A change of one or many photos; what is absent stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBody {
    /// Tags to add; `/` makes a hierarchy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    /// Tags to take away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
    /// Albums to put it into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_albums: Vec<String>,
    /// Albums to take it out of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_albums: Vec<String>,
    /// People who are on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_people: Vec<String>,
    /// People who are not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_people: Vec<String>,
    /// The new caption; empty removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// 0 (none) to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 5)]
    pub rating: Option<u8>,
    /// Favourite or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favorite: Option<bool>,
    /// The camera's wall clock, RFC 3339; offset `-00:00` (or none) where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// `[lat, lon]` in degrees; `null` removes the position.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schema(value_type = Option<[f64; 2]>)]
    pub position: Option<Option<[f64; 2]>>,
    /// Values of the household's own fields by name, numbers as such or as text; `null` removes one.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "values"
    )]
    pub fields: BTreeMap<String, Option<String>>,
    /// Into the trash, or out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trash: Option<bool>,
}

/// Tells `null` (remove) from an absent field (leave).
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Takes numbers for the texts that they are.
fn values<'de, D>(deserializer: D) -> Result<BTreeMap<String, Option<String>>, D::Error>
where
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Value {
        Text(String),
        Number(serde_json::Number),
    }
    let values = BTreeMap::<String, Option<Value>>::deserialize(deserializer)?;
    let text = |value| match value {
        Value::Text(text) => text,
        Value::Number(number) => number.to_string(),
    };
    let texts = values
        .into_iter()
        .map(|(name, value)| (name, value.map(text)));
    Ok(texts.collect())
}

impl TryFrom<ChangeBody> for Change {
    type Error = LibraryError;

    fn try_from(body: ChangeBody) -> Result<Self, LibraryError> {
        Ok(Self {
            add_tags: body.add_tags,
            remove_tags: body.remove_tags,
            add_albums: body.add_albums,
            remove_albums: body.remove_albums,
            add_people: body.add_people,
            remove_people: body.remove_people,
            caption: body.caption,
            rating: body.rating,
            favorite: body.favorite,
            taken_at: body.taken_at.as_deref().map(parse_taken).transpose()?,
            position: body
                .position
                .map(|position| position.map(|[lat, lon]| Position { lat, lon })),
            fields: body.fields,
            trash: body.trash,
        })
    }
}

/// A change of many photos: those named, or those that a query finds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditsBody {
    /// Photo ids; either these or `query`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub ids: Option<Vec<PhotoId>>,
    /// A search; either this or `ids`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Photos that stay as they are, whether or not `query` finds them; not together with `ids`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub except: Option<Vec<PhotoId>>,
    /// What to change.
    pub change: ChangeBody,
}

/// Which photos to purge: those named, or those that a query finds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurgeBody {
    /// Photo ids; either these or `query`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub ids: Option<Vec<PhotoId>>,
    /// A search, as `is:trashed`; either this or `ids`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Photos that are not purged, whether or not `query` finds them; not together with `ids`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub except: Option<Vec<PhotoId>>,
    /// Those of them that are purged even if only the last good copy is known of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>)]
    pub last_copies: Vec<PhotoId>,
}

/// What became of a bulk edit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EditsDone {
    /// Whether it is in the chain.
    pub state: State,
    /// The height that shows it; this device's height when pending.
    pub height: u64,
    /// How many photos it touched.
    pub photos: u64,
}

/// What became of an undo.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UndoDone {
    /// Photos on which something was taken back; while the undo is pending, as it stands on this
    /// device.
    pub undone: u64,
    /// Photos on which later writers stand, so that nothing was taken back.
    pub skipped: u64,
    /// What sort of action was undone.
    pub what: UndoneWhat,
    /// With `changed`: the change that was taken back.
    pub change: Option<ChangeBody>,
    /// With `label`: the label that was made, renamed or removed, and its list.
    pub label: Option<MovedBody>,
    /// When it had been done, by that device's clock.
    pub at: Option<String>,
    /// Whether the undo is in the chain.
    pub state: State,
    /// The height that shows it; this device's height when pending.
    pub height: u64,
}

/// What sort of action was undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UndoneWhat {
    /// Photos had been added; they are in the trash now.
    Added,
    /// Photos had been changed, all alike.
    Changed,
    /// A tag, an album or a person had been made, renamed or removed.
    Label,
}

/// What became of a label.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MovedBody {
    /// `tag`, `album` or `person`.
    pub list: String,
    /// What it was called; `null`, if it was made.
    pub from: Option<String>,
    /// What it is called; `null`, if it was removed.
    pub to: Option<String>,
}

impl From<&Move> for MovedBody {
    fn from(moved: &Move) -> Self {
        Self {
            list: moved.list.to_string(),
            from: Some(moved.from.clone()),
            to: moved.to.clone(),
        }
    }
}

impl From<Undone> for UndoDone {
    fn from(done: Undone) -> Self {
        let (what, change, label) = match &done.action.deed {
            Deed::Added => (UndoneWhat::Added, None, None),
            Deed::Changed(change) => (UndoneWhat::Changed, Some(change.into()), None),
            Deed::LabelMade { list, label } => {
                let made = MovedBody {
                    list: list.to_string(),
                    from: None,
                    to: Some(label.clone()),
                };
                (UndoneWhat::Label, None, Some(made))
            }
            Deed::LabelMoved(moved) => (UndoneWhat::Label, None, Some(moved.into())),
        };
        Self {
            undone: done.undone,
            skipped: done.skipped,
            what,
            change,
            label,
            at: done.action.written_ms.map(moment),
            state: done.settled.into(),
            height: done.height,
        }
    }
}

/// What became of one photo's edit.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PhotoEdited {
    /// Whether it is in the chain.
    pub state: State,
    /// The height that shows it; this device's height when pending.
    pub height: u64,
    /// The photo as it is now.
    pub photo: PhotoRecord,
}
