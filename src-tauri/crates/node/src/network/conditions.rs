//! How this device and the others are: told at the beginning of each link, and again when it
//! changes, though not with every edit.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use kinfolio_chain::DeviceId;
use kinfolio_transport::Condition;

/// How much time lies at least between two words about this device.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// What is known of how devices are.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    own: Condition,
    /// What the others were told last, and when.
    told: Option<(Condition, Instant)>,
    others: BTreeMap<DeviceId, Condition>,
}

impl Conditions {
    /// How this device is.
    pub(super) fn own(&self) -> Condition {
        self.own.clone()
    }

    /// So many edits wait here.
    pub(super) fn waits(&mut self, pending: u64) {
        self.own.pending = pending;
    }

    /// So many bytes are free on the library's disk.
    pub(super) fn has_room(&mut self, free_bytes: u64) {
        self.own.free_bytes = Some(free_bytes);
    }

    /// This device has not heard of these voters for so long that they may stop counting.
    pub(super) fn misses(&mut self, voters: BTreeSet<DeviceId>) {
        self.own.misses = voters;
    }

    /// When the others are to be told, if there is anything to tell.
    pub(super) fn due(&self) -> Option<Instant> {
        match &self.told {
            Some((told, _)) if *told == self.own => None,
            Some((_, at)) => Some(*at + TELL_EVERY),
            None => Some(Instant::now()),
        }
    }

    /// The others are being told.
    pub(super) fn is_told(&mut self) {
        self.told = Some((self.own.clone(), Instant::now()));
    }

    /// Takes in what a device says of itself.
    pub(super) fn hear(&mut self, device: DeviceId, condition: Condition) {
        self.others.insert(device, condition);
    }

    /// How each of the others is that has ever said so.
    pub(super) fn others(&self) -> &BTreeMap<DeviceId, Condition> {
        &self.others
    }
}
