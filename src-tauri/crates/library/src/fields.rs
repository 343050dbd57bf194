//! Fields of the household's own, and searches that were given a name: defining them, and what a
//! value must be.
//!
//! Both are settings of the household. Putting values on photos is [`edit`](crate::edit)'s.

use std::collections::BTreeMap;

use kinfolio_catalog::{Change, ChangeError, FieldType, SettingsChange, SettingsError};
use kinfolio_search::folded;

use crate::edit::Settled;
use crate::error::LibraryError;
use crate::household::{change_settings, settings};
use crate::library::Library;
use crate::query;

/// A field of the household's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnField {
    /// Its name.
    pub name: String,
    /// What may stand in it.
    pub of: FieldType,
    /// Photos that have a value, those in the trash left out.
    pub count: u64,
}

/// Every field that the household has defined, by name.
///
/// # Errors
/// The index cannot be read.
pub async fn list(library: &Library) -> Result<Vec<OwnField>, LibraryError> {
    let mut fields = Vec::new();
    for (name, of) in settings(library).fields {
        let count = query::count(library, &format!("field.{name}:*")).await?;
        fields.push(OwnField { name, of, count });
    }
    Ok(fields)
}

/// Defines a field, or what may stand in one that there is. Values that photos have stay.
///
/// # Errors
/// Its name or its choices cannot be, another field's name differs from it in case or accents only,
/// there are too many, or the ledger cannot write.
pub async fn define(library: &Library, name: &str, of: FieldType) -> Result<Settled, LibraryError> {
    let known = settings(library).fields;
    let alike = known.keys().find(|one| folded(one) == folded(name));
    if let Some(alike) = alike.filter(|alike| *alike != name) {
        let (name, alike) = (name.to_owned(), alike.clone());
        return Err(LibraryError::FieldAlike { name, alike });
    }
    let many = kinfolio_catalog::settings::FIELDS_MAX;
    if alike.is_none() && known.len() >= many {
        return Err(LibraryError::TooMany {
            what: "fields",
            max: many,
        });
    }
    set(library, name, Some(of)).await
}

/// Changes what may stand in a field that there is.
///
/// # Errors
/// [`LibraryError::FieldUnknown`], its choices cannot be, or the ledger cannot write.
pub async fn change(library: &Library, name: &str, of: FieldType) -> Result<Settled, LibraryError> {
    let (name, _) = known(library, name)?;
    set(library, &name, Some(of)).await
}

/// Does away with a field; values that photos have stay in the ledger, and show again with a field
/// of that name.
///
/// # Errors
/// [`LibraryError::FieldUnknown`], or the ledger cannot write.
pub async fn remove(library: &Library, name: &str) -> Result<Settled, LibraryError> {
    let (name, _) = known(library, name)?;
    set(library, &name, None).await
}

async fn set(
    library: &Library,
    name: &str,
    of: Option<FieldType>,
) -> Result<Settled, LibraryError> {
    let change = SettingsChange {
        fields: BTreeMap::from([(name.to_owned(), of)]),
        ..SettingsChange::default()
    };
    change_settings(library, change).await
}

/// A field by its name, in whatever case: as the household writes it, and what may stand in it.
fn known(library: &Library, name: &str) -> Result<(String, FieldType), LibraryError> {
    let known = settings(library).fields;
    let alike = known.iter().find(|(one, _)| folded(one) == folded(name));
    if let Some((name, of)) = known.get_key_value(name).or(alike) {
        return Ok((name.clone(), of.clone()));
    }
    let name = name.to_owned();
    let names = known.into_keys().collect::<Vec<_>>().join(", ");
    let known = match names.as_str() {
        "" => "it has none".to_owned(),
        names => format!("it has {names}"),
    };
    Err(LibraryError::FieldUnknown { name, known })
}

/// The change with its values as their fields hold them.
///
/// # Errors
/// A field is not defined, or holds no such value.
pub(crate) fn checked(library: &Library, mut change: Change) -> Result<Change, LibraryError> {
    let asked = std::mem::take(&mut change.fields);
    for (name, value) in asked {
        let found = known(library, &name);
        let (name, value) = match (value, found) {
            (Some(text), found) => {
                let (name, of) = found?;
                let kept = of.value(&name, &text);
                let kept =
                    kept.map_err(|error| LibraryError::BadChange(ChangeError::Field(error)))?;
                (name, Some(kept))
            }
            // What nobody has defined any more can still be cleared.
            (None, found) => (found.map_or(name, |(name, _)| name), None),
        };
        change.fields.insert(name, value);
    }
    Ok(change)
}

/// The searches that the household has saved, by name.
#[must_use]
pub fn searches(library: &Library) -> BTreeMap<String, String> {
    settings(library).searches
}

/// Saves a search under a name, in place of what was saved under it.
///
/// # Errors
/// The query is wrong, the name cannot be, there are too many, or the ledger cannot write.
pub async fn save_search(
    library: &Library,
    name: &str,
    query: String,
) -> Result<Settled, LibraryError> {
    query::parse(library, &query)?;
    let known = searches(library);
    let many = kinfolio_catalog::settings::SEARCHES_MAX;
    if known.len() >= many && !known.contains_key(name) {
        return Err(LibraryError::TooMany {
            what: "saved searches",
            max: many,
        });
    }
    set_search(library, name, Some(query)).await
}

/// Forgets a saved search.
///
/// # Errors
/// There is none of that name, or the ledger cannot write.
pub async fn forget_search(library: &Library, name: &str) -> Result<Settled, LibraryError> {
    if !searches(library).contains_key(name) {
        return Err(LibraryError::SearchUnknown {
            name: name.to_owned(),
        });
    }
    set_search(library, name, None).await
}

async fn set_search(
    library: &Library,
    name: &str,
    query: Option<String>,
) -> Result<Settled, LibraryError> {
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(LibraryError::BadSetting(SettingsError::Search));
    }
    let change = SettingsChange {
        searches: BTreeMap::from([(name, query)]),
        ..SettingsChange::default()
    };
    change_settings(library, change).await
}
