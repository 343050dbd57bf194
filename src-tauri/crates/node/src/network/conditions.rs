//! How this device and the others are: told at the beginning of each link, and again when it
//! changes, though not with every edit.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use kinfolio_chain::DeviceId;
use kinfolio_transport::Condition;

use crate::opening::now_ms;

/// How much time lies at least between two words about this device.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// How much time lies at most between two: clocks that are set while links are up are to be noticed.
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// What is known of how devices are.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    own: Condition,
    /// What the others were told last, and when.
    told: Option<(Condition, Instant)>,
    others: BTreeMap<DeviceId, Condition>,
    /// How far the others' clocks are ahead of this device's, in milliseconds, as they said last.
    ahead: BTreeMap<DeviceId, i64>,
}

impl Conditions {
    /// How this device is now.
    pub(super) fn own(&self) -> Condition {
        Condition {
            clock_ms: now_ms(),
            ..self.own.clone()
        }
    }

    /// So many edits wait here.
    pub(super) fn waits(&mut self, pending: u64) {
        self.own.pending = pending;
    }

    /// So many bytes are free on the library's disk; whether it takes nothing more.
    pub(super) fn has_room(&mut self, free_bytes: u64, disk_full: bool) {
        self.own.free_bytes = Some(free_bytes);
        self.own.disk_full = disk_full;
    }

    /// This device has not heard of these voters for so long that they may stop counting.
    pub(super) fn misses(&mut self, voters: BTreeSet<DeviceId>) {
        self.own.misses = voters;
    }

    /// When the others are to be told, if there is anything to tell.
    pub(super) fn due(&self) -> Option<Instant> {
        match &self.told {
            Some((told, at)) if *told == self.own => Some(*at + TELL_AGAIN),
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
        let ahead = condition.clock_ms.saturating_sub(now_ms());
        self.ahead.insert(device, ahead);
        self.others.insert(device, condition);
    }

    /// How far the clocks of these devices are ahead of this one's, in milliseconds.
    pub(super) fn ahead(&self, devices: impl Iterator<Item = DeviceId>) -> BTreeMap<DeviceId, i64> {
        devices
            .filter_map(|device| Some((device, *self.ahead.get(&device)?)))
            .collect()
    }

    /// How each of the others is that has ever said so.
    pub(super) fn others(&self) -> &BTreeMap<DeviceId, Condition> {
        &self.others
    }
}
