//! Who belongs to the household, and what it has agreed upon.

use kinfolio_chain::edit::Change as MemberChange;
use kinfolio_chain::{Beginner, Epoch, Height};
use redb::ReadableTable;

use super::Tables;
use crate::catalog::CatalogError;
use crate::catalog::copies::read_members;
use crate::catalog::household::read_settings;
use crate::catalog::{row, tables};
use crate::settings::Settings;

impl Tables<'_> {
    pub(super) fn epoch_begins(
        &mut self,
        epoch: &Epoch,
        height: Height,
    ) -> Result<(), CatalogError> {
        let before = self.forks.last()?.map_or(0, |(number, _)| number.value());
        self.forks.insert(before + 1, height.saturating_sub(1))?;
        if let Beginner::Restored { member, .. } = &epoch.beginner {
            for device in read_members(&self.members)? {
                self.member_changes(&MemberChange::Remove { device })?;
            }
            self.devices.insert(&member.id.0, member.name.as_str())?;
            self.members.insert(&member.id.0, ())?;
        }
        Ok(())
    }

    pub(super) fn member_changes(&mut self, change: &MemberChange) -> Result<(), CatalogError> {
        match change {
            MemberChange::Join { member, .. } => {
                self.devices.insert(&member.id.0, member.name.as_str())?;
                self.members.insert(&member.id.0, ())?;
            }
            MemberChange::Name { device, name } => {
                self.devices.insert(&device.0, name.as_str())?;
            }
            MemberChange::Role { .. } => {}
            MemberChange::Remove { device } => {
                self.members.remove(&device.0)?;
                let mut settings = read_settings(&self.settings)?;
                if settings.forget(*device) {
                    self.write_settings(&settings)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn write_settings(&mut self, settings: &Settings) -> Result<(), CatalogError> {
        let row = row::encode(settings, "settings")?;
        self.settings.insert(tables::SETTINGS_KEY, row.as_slice())?;
        Ok(())
    }
}
