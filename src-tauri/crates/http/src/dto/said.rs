//! Sentences as text and values apart, for a page in another language than English.

use std::collections::BTreeMap;

use kinfolio_library::said::Said;
use kinfolio_library::sentences;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// A sentence, and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SaidBody {
    /// In English, with `{names}` where values stand.
    #[schema(schema_with = known)]
    pub sentence: String,
    /// What stands where.
    pub values: BTreeMap<String, String>,
}

/// All sentences that there are, so that a catalogue of them can be complete.
fn known() -> Object {
    let all = sentences::of_all_crates().map(|sentence| sentence.0);
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("In English, with `{names}` where values stand."))
        .enum_values(Some(all))
        .build()
}

impl From<&Said> for SaidBody {
    fn from(said: &Said) -> Self {
        let values = said.values().iter();
        Self {
            sentence: said.sentence().0.to_owned(),
            values: values
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }
}
