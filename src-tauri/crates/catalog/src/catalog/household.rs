//! Reads about the household itself: what it has agreed upon.

use redb::ReadableTable;

use super::{CatalogError, Snapshot, row, tables};
use crate::settings::Settings;

/// Errors are those of a file that cannot be read.
impl Snapshot {
    /// What the household has agreed upon.
    pub fn settings(&self) -> Result<Settings, CatalogError> {
        read_settings(&self.transaction.open_table(tables::SETTINGS)?)
    }
}

/// The settings that a table holds.
pub(super) fn read_settings(
    table: &impl ReadableTable<&'static str, &'static [u8]>,
) -> Result<Settings, CatalogError> {
    match table.get(tables::SETTINGS_KEY)? {
        Some(settings) => row::decode(settings.value(), "settings"),
        None => Ok(Settings::default()),
    }
}
