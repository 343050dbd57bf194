//! Reads about the household itself: what it has agreed upon, who belongs to it, who is silent.

use std::collections::BTreeMap;

use kinfolio_chain::DeviceId;
use redb::ReadableTable;

use super::{CatalogError, Snapshot, row, tables};
use crate::settings::Settings;

/// Errors are those of a file that cannot be read.
impl Snapshot {
    /// What the household has agreed upon.
    pub fn settings(&self) -> Result<Settings, CatalogError> {
        read_settings(&self.transaction.open_table(tables::SETTINGS)?)
    }

    /// The devices that have been silent for so long that the others have said so, each with the
    /// time at which they did, in unix milliseconds. They have no vote until they ask for it again.
    pub fn silent(&self) -> Result<BTreeMap<DeviceId, i64>, CatalogError> {
        let silent = self.transaction.open_table(tables::SILENT)?;
        let mut found = BTreeMap::new();
        for row in silent.iter()? {
            let (device, since_ms) = row?;
            found.insert(DeviceId(*device.value()), since_ms.value());
        }
        Ok(found)
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
