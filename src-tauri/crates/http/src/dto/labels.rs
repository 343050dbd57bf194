//! Tags, albums, people and places with their counts; the household's own fields; saved searches.

use kinfolio_library::catalog::FieldType;
use kinfolio_library::fields::OwnField;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::State;

/// A name and how many photos have it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Counted {
    /// The name.
    pub name: String,
    /// Photos, not counting the trash.
    pub count: u64,
}

/// The household's tags.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Tags {
    /// By name; a count is of photos with exactly this tag.
    pub tags: Vec<Counted>,
}

/// The household's albums.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Albums {
    /// By name.
    pub albums: Vec<Counted>,
}

/// People who are on photos.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct People {
    /// By name.
    pub people: Vec<Counted>,
}

/// Places where photos were taken.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Places {
    /// Town, region and country, most frequent first.
    pub places: Vec<Counted>,
}

/// A label to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLabel {
    /// Its name; the parts of a tag are joined by `/`.
    pub name: String,
}

/// What a label is to be called.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelChange {
    /// The new name. Where there is one of that name, the two become one.
    pub name: String,
}

/// The household's own fields.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Fields {
    /// By name.
    pub fields: Vec<FieldBody>,
}

/// A field of the household's own.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldBody {
    /// Its name, as in `field.NAME:`.
    pub name: String,
    /// What may stand in it.
    #[serde(rename = "type")]
    pub of: FieldKind,
    /// With `choice`: what there is to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Photos that have a value; told, never taken.
    #[serde(default)]
    #[schema(read_only)]
    pub count: u64,
}

/// What may stand in a field from now on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    /// What may stand in it.
    #[serde(rename = "type")]
    pub of: FieldKind,
    /// With `choice`: what there is to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// What may stand in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// A number.
    Number,
    /// A day, `yyyy-mm-dd`.
    Date,
    /// One of several texts.
    Choice,
}

impl FieldKind {
    /// What the library calls it.
    pub(crate) fn with(self, choices: Vec<String>) -> FieldType {
        match self {
            Self::Text => FieldType::Text,
            Self::Number => FieldType::Number,
            Self::Date => FieldType::Date,
            Self::Choice => FieldType::Choice(choices),
        }
    }
}

impl From<OwnField> for FieldBody {
    fn from(field: OwnField) -> Self {
        let (of, choices) = match field.of {
            FieldType::Text => (FieldKind::Text, Vec::new()),
            FieldType::Number => (FieldKind::Number, Vec::new()),
            FieldType::Date => (FieldKind::Date, Vec::new()),
            FieldType::Choice(choices) => (FieldKind::Choice, choices),
        };
        Self {
            name: field.name,
            of,
            choices,
            count: field.count,
        }
    }
}

/// The household's saved searches.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Searches {
    /// By name.
    pub searches: Vec<SavedSearch>,
}

/// A search with a name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedSearch {
    /// What it is called.
    pub name: String,
    /// The query.
    pub query: String,
}

/// Whether a definition is in the chain.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Defined {
    /// Whether it is.
    pub state: State,
}
