//! What a household has agreed upon: settings that are the same on all of its devices.
//!
//! Values and their texts. A later change of the same setting wins; what a change does not name
//! stays as it is. Does not know what a setting does.

mod span;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use kinfolio_chain::DeviceId;
use serde::{Deserialize, Serialize};

use crate::field::{self, FieldError, FieldType};
pub use span::{NotASpan, Span};

/// Longest address of a bucket, in bytes.
pub const BUCKET_BYTES_MAX: usize = 100;

/// How far back “recent” reaches unless told, in days.
pub const RECENT_DAYS: u32 = 90;

/// The most that it can be told, in days.
pub const RECENT_DAYS_MAX: u32 = 36_500;

/// Most fields of the household's own.
pub const FIELDS_MAX: usize = 100;
/// Most saved searches.
pub const SEARCHES_MAX: usize = 500;
/// Longest name of a saved search, in characters.
const SEARCH_NAME_CHARS_MAX: usize = 100;
/// Longest query of one.
const SEARCH_CHARS_MAX: usize = 4_000;

/// The shortest time between two looks at everything.
const SCRUB_MIN: Span = Span::hours(1);

/// The shortest time after which a silent device stops counting.
const PRUNE_MIN: Span = Span::days(1);

/// What a household has agreed upon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The bucket's address, without secrets; none if there is none.
    pub bucket: Option<String>,
    /// Whether what is put into the bucket is to be encrypted.
    pub bucket_encrypted: bool,
    /// How often a device looks at everything that it holds.
    pub scrub_every: Span,
    /// After how long a voter that is silent stops counting towards the quorum; nothing: never.
    pub prune_after: Option<Span>,
    placements: BTreeMap<[u8; 16], Placement>,
    /// The household's own fields, by name.
    pub fields: BTreeMap<String, FieldType>,
    /// Searches that were given a name.
    pub searches: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            bucket: None,
            bucket_encrypted: false,
            scrub_every: Span::days(30),
            prune_after: Some(Span::days(30)),
            placements: BTreeMap::new(),
            fields: BTreeMap::new(),
            searches: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Which originals a device keeps.
    #[must_use]
    pub fn placement(&self, device: DeviceId) -> Placement {
        self.placements.get(&device.0).copied().unwrap_or_default()
    }

    /// Takes a change over.
    pub(crate) fn apply(&mut self, change: SettingsChange) {
        if let Some(bucket) = change.bucket {
            self.bucket = bucket;
        }
        if let Some(encrypted) = change.bucket_encrypted {
            self.bucket_encrypted = encrypted;
        }
        if let Some(scrub_every) = change.scrub_every {
            self.scrub_every = scrub_every;
        }
        if let Some(prune_after) = change.prune_after {
            self.prune_after = prune_after;
        }
        for (device, placement) in change.placements {
            self.placements.insert(device.0, placement);
        }
        define(&mut self.fields, change.fields, FIELDS_MAX);
        define(&mut self.searches, change.searches, SEARCHES_MAX);
    }

    /// Forgets what was agreed upon about a device that has left.
    pub(crate) fn forget(&mut self, device: DeviceId) -> bool {
        self.placements.remove(&device.0).is_some()
    }
}

/// A change of what a household has agreed upon; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// [`Settings::bucket`]
    pub bucket: Option<Option<String>>,
    /// [`Settings::bucket_encrypted`]
    pub bucket_encrypted: Option<bool>,
    /// [`Settings::scrub_every`]
    pub scrub_every: Option<Span>,
    /// [`Settings::prune_after`]
    pub prune_after: Option<Option<Span>>,
    /// [`Settings::placement`] of these devices.
    pub placements: BTreeMap<DeviceId, Placement>,
    /// [`Settings::fields`] that are defined, or defined no longer.
    pub fields: BTreeMap<String, Option<FieldType>>,
    /// [`Settings::searches`] that are saved, or saved no longer.
    pub searches: BTreeMap<String, Option<String>>,
}

/// Takes definitions over, as long as there are not too many.
fn define<T>(all: &mut BTreeMap<String, T>, change: BTreeMap<String, Option<T>>, most: usize) {
    for (name, definition) in change {
        match definition {
            Some(definition) if all.len() < most || all.contains_key(&name) => {
                all.insert(name, definition);
            }
            Some(_) => {}
            None => {
                all.remove(&name);
            }
        }
    }
}

/// Why a change of the settings cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Nothing is asked for.
    #[error("the change is empty: name at least one setting")]
    Nothing,
    /// A bucket's address is none.
    #[error("the bucket's address is empty, too long or holds a `?`, `@` or `#`")]
    Bucket,
    /// A time is none, or too long.
    #[error("{0} seconds are no length of time for a setting: ten years is the longest")]
    Span(u64),
    /// Devices would look at everything all the time.
    #[error("a look at everything every {0} is too often: {SCRUB_MIN} is the least")]
    Scrub(Span),
    /// A device that is off for a night would stop counting.
    #[error(
        "a device that is silent for {0} may only be switched off: {PRUNE_MIN} is the least, or never"
    )]
    Prune(Span),
    /// A field cannot be.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A search cannot be saved so.
    #[error(
        "a saved search needs a name of 1 to {SEARCH_NAME_CHARS_MAX} characters on one line and a query of at most {SEARCH_CHARS_MAX}"
    )]
    Search,
    /// Recent reaches too far.
    #[error("{0} days are no recent time: 1 to {RECENT_DAYS_MAX} are allowed")]
    Recent(u32),
}

impl SettingsChange {
    /// The same change, if every value is one that can be.
    ///
    /// # Errors
    /// [`SettingsError`] says which is not.
    pub fn checked(self) -> Result<SettingsChange, SettingsError> {
        if self == SettingsChange::default() {
            return Err(SettingsError::Nothing);
        }
        if let Some(Some(bucket)) = &self.bucket {
            let odd = |c: char| c.is_control() || matches!(c, '?' | '@' | '#');
            if bucket.is_empty() || bucket.len() > BUCKET_BYTES_MAX || bucket.contains(odd) {
                return Err(SettingsError::Bucket);
            }
        }
        match self.scrub_every {
            Some(every) if every < SCRUB_MIN => return Err(SettingsError::Scrub(every)),
            _ => {}
        }
        match self.prune_after {
            Some(Some(after)) if after < PRUNE_MIN => return Err(SettingsError::Prune(after)),
            _ => {}
        }
        for placement in self.placements.values() {
            placement.checked()?;
        }
        for (name, query) in &self.searches {
            let chars = name.chars().count();
            let named = (1..=SEARCH_NAME_CHARS_MAX).contains(&chars) && name.trim() == name;
            let short = query
                .iter()
                .all(|query| query.chars().count() <= SEARCH_CHARS_MAX);
            if !named || !short || name.chars().any(char::is_control) {
                return Err(SettingsError::Search);
            }
        }
        let fields = self.fields.into_iter().map(|(name, of)| {
            let of = of.map(FieldType::checked).transpose()?;
            Ok((field::name(&name)?, of))
        });
        let fields = fields.collect::<Result<_, FieldError>>()?;
        Ok(SettingsChange { fields, ..self })
    }
}

/// Which originals a device keeps. Previews are on every device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Placement {
    /// All of them.
    #[default]
    All,
    /// Favourites, and photos that were taken or added within so many days.
    Recent {
        /// How many.
        days: u32,
    },
    /// Those that nobody else holds yet.
    OnDemand,
}

impl Placement {
    pub(crate) fn checked(self) -> Result<Placement, SettingsError> {
        match self {
            Placement::Recent { days } if !(1..=RECENT_DAYS_MAX).contains(&days) => {
                Err(SettingsError::Recent(days))
            }
            placement => Ok(placement),
        }
    }
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Placement::All => f.write_str("all"),
            Placement::Recent { days } => write!(f, "recent:{days}"),
            Placement::OnDemand => f.write_str("on-demand"),
        }
    }
}

/// A text that is no placement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no placement: write all, recent, recent:DAYS (1 to {RECENT_DAYS_MAX}) or on-demand"
)]
pub struct NotAPlacement(String);

impl FromStr for Placement {
    type Err = NotAPlacement;

    fn from_str(text: &str) -> Result<Placement, NotAPlacement> {
        let placement = match text {
            "all" => Some(Placement::All),
            "recent" => Some(Placement::Recent { days: RECENT_DAYS }),
            "on-demand" => Some(Placement::OnDemand),
            text => text
                .strip_prefix("recent:")
                .and_then(|days| days.parse().ok())
                .map(|days| Placement::Recent { days }),
        };
        let placement = placement.and_then(|placement| placement.checked().ok());
        placement.ok_or_else(|| NotAPlacement(text.chars().take(80).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placements_read_back() {
        let check = |text: &str, expect: Option<&str>| {
            let got = text.parse::<Placement>().ok().map(|one| one.to_string());
            assert_eq!(got.as_deref(), expect, "{text:?}");
        };
        check("all", Some("all"));
        check("recent", Some("recent:90"));
        check("recent:7", Some("recent:7"));
        check("on-demand", Some("on-demand"));
        for none in [
            "",
            "some",
            "recent:",
            "recent:0",
            "recent:36501",
            "recent:-1",
            "All",
        ] {
            check(none, None);
        }
    }

    #[test]
    fn what_cannot_be_is_refused_and_said() {
        let bucket = |bucket: &str| SettingsChange {
            bucket: Some(Some(bucket.to_owned())),
            ..SettingsChange::default()
        };
        assert!(bucket("s3://photos/home").checked().is_ok());
        for bad in [
            "",
            "s3://key@photos",
            "az://c?sig=x",
            "s3://a\nb",
            &"x".repeat(101),
        ] {
            assert_eq!(bucket(bad).checked(), Err(SettingsError::Bucket), "{bad:?}");
        }
        let often = SettingsChange {
            scrub_every: Some(Span::seconds(5)),
            ..SettingsChange::default()
        };
        let often = often.checked().unwrap_err().to_string();
        assert!(often.contains("5s") && often.contains("1h"), "{often}");
        let soon = SettingsChange {
            prune_after: Some(Some(Span::hours(23))),
            ..SettingsChange::default()
        };
        let soon = soon.checked().unwrap_err().to_string();
        assert!(soon.contains("23h") && soon.contains("1d"), "{soon}");
        assert_eq!(
            SettingsChange::default().checked(),
            Err(SettingsError::Nothing)
        );
    }
}
