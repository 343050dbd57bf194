//! The canonical form of a [`ChainState`], for snapshots.

use std::collections::{BTreeMap, BTreeSet};

use crate::apply::{Authors, Begun, ChainState, EPOCHS_MAX, Tasks};
use crate::batch::Line;
use crate::config::{Configuration, NAME_BYTES_MAX, decode_key};
use crate::edit::{decode_owner, encode_owner};
use crate::history::History;
use crate::id::{BlockHash, DeviceId, EpochId, HouseholdId, InvitationId, Owner};
use crate::wire::{Reader, WireError, Writer};

impl ChainState {
    /// Writes the canonical form, for a snapshot.
    pub fn encode(&self, to: &mut Writer) {
        to.blob(self.household.as_bytes());
        to.raw(self.recovery.as_bytes());
        to.raw(&self.line.household.0);
        to.len(self.lines.len());
        for line in &self.lines {
            to.raw(&line.epoch.0);
            to.u64(line.fork);
        }
        self.configuration.encode(to);
        to.len(self.removed.len());
        for device in &self.removed {
            to.raw(&device.0);
        }
        to.len(self.invitations.len());
        for invitation in &self.invitations {
            to.raw(&invitation.0);
        }
        to.u64(self.height);
        to.raw(&self.tip.0);
        self.history.encode(to);
        encode_owner(&self.next_owner, to);
        to.u64(self.edits);
        to.len(self.authors.values().map(BTreeMap::len).sum());
        for (&device, lives) in &self.authors {
            for (&incarnation, &next_seq) in lives {
                encode_owner(
                    &Owner {
                        device,
                        incarnation,
                    },
                    to,
                );
                to.u64(next_seq);
            }
        }
        self.tasks.encode(to);
    }

    /// Reads the canonical form.
    ///
    /// # Errors
    /// If the bytes are not a snapshot.
    pub fn decode(from: &mut Reader) -> Result<Self, WireError> {
        let household = from.text("the household's name", NAME_BYTES_MAX)?;
        let recovery = decode_key("the recovery key", from)?;
        let household_id = HouseholdId(from.raw("the household's id")?);
        let count = from.len("the list of epochs", EPOCHS_MAX, 40)?;
        let lines = (0..count).map(|_| {
            Ok(Begun {
                epoch: EpochId(from.raw("an epoch")?),
                fork: from.u64("an epoch's fork")?,
            })
        });
        let lines = lines.collect::<Result<Vec<_>, WireError>>()?;
        let line = match lines.last() {
            Some(last) => Line {
                household: household_id,
                epoch: last.epoch,
                number: u32::try_from(lines.len() - 1).unwrap_or(u32::MAX),
            },
            None => {
                let what = "the list of epochs";
                return Err(WireError::Unknown { what, value: 0 });
            }
        };
        let configuration = Configuration::decode(from)?;
        let count = from.len("the list of removed devices", u32::MAX as usize, 16)?;
        let removed = (0..count).map(|_| from.raw("a removed device").map(DeviceId));
        let removed = removed.collect::<Result<BTreeSet<_>, _>>()?;
        let count = from.len("the list of used invitations", u32::MAX as usize, 16)?;
        let used = (0..count).map(|_| from.raw("an invitation's id").map(InvitationId));
        let invitations = used.collect::<Result<BTreeSet<_>, _>>()?;
        let height = from.u64("the height")?;
        let tip = BlockHash(from.raw("the tip")?);
        let history = History::decode(height.saturating_add(1), from)?;
        let next_owner = decode_owner(from)?;
        let edits = from.u64("the number of edits")?;
        let mut authors = Authors::new();
        for _ in 0..from.len("the list of authors", u32::MAX as usize, 40)? {
            let Owner {
                device,
                incarnation,
            } = decode_owner(from)?;
            let next_seq = from.u64("a sequence number")?;
            authors
                .entry(device)
                .or_default()
                .insert(incarnation, next_seq);
        }
        let tasks = Tasks::decode(from)?;
        let config_hash = configuration.hash();
        let mut state = Self {
            household,
            line,
            recovery,
            lines,
            configuration,
            config_hash,
            removed,
            invitations,
            height,
            tip,
            history,
            next_owner,
            edits,
            authors,
            tasks,
            state_root_next: None,
        };
        state.prepare_checkpoint();
        Ok(state)
    }
}
