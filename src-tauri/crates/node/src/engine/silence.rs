//! Voters that are silent for long, and how they stop counting towards the quorum.
//!
//! Each voter counts how long it has heard nothing of each other one, and only while it runs and is
//! itself part of a quorum: whoever was away blames nobody. It counts on the clock that only goes
//! forward, in small steps, so that neither a clock that is wrong nor a sleep makes time pass. When
//! the household's time is over, and everyone within reach says the same, the first of them writes
//! an ordinary change of the members. The silent one stays a member, and asks for its vote itself
//! when it is there again (`candidacy`).

use std::collections::{BTreeMap, BTreeSet};

use kinfolio_chain::edit::Change;
use kinfolio_chain::store::Store;
use kinfolio_chain::{Batch, Block, DeviceId, Role};
use kinfolio_consensus::Micros;

use super::{Clock, Engine, Standing};
use crate::mempool::changes_members;

/// How often silence is counted while somebody is silent.
const STEP: Micros = 60_000_000;

/// The most that counts at once: where more has passed, the device itself slept.
const STEP_MAX: Micros = 2 * STEP;

/// So many devices that vote are left at least. Of two, each may be deciding with the bucket while
/// the other is away, unheard.
const DEVICES_MIN: usize = 2;

/// What was heard of a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// For how long nothing was heard of it, as far as that counts.
    pub silent: Micros,
    /// When it was last heard of, in milliseconds since 1970, for people.
    pub last_ms: Option<i64>,
}

#[derive(Debug, Default)]
pub(super) struct Silence {
    /// After how long a voter stops counting; nothing: never.
    limit: Option<Micros>,
    heard: BTreeMap<DeviceId, Heard>,
    /// Up to when the silence of each was counted.
    counted: BTreeMap<DeviceId, Micros>,
    /// Who wrote in a block since it was counted last, and when by the clock of the block.
    wrote: BTreeMap<DeviceId, i64>,
    /// Whom each device within reach has not heard of for as long.
    words: BTreeMap<DeviceId, BTreeSet<DeviceId>>,
}

impl Silence {
    pub(super) fn hear_word_of(&mut self, device: DeviceId, misses: BTreeSet<DeviceId>) {
        self.words.insert(device, misses);
    }

    pub(super) fn forget_word_of(&mut self, device: DeviceId) {
        self.words.remove(&device);
    }

    /// Something was heard of a device.
    fn hear(&mut self, device: DeviceId) -> &mut Heard {
        self.counted.remove(&device);
        let heard = self.heard.entry(device).or_default();
        heard.silent = 0;
        heard
    }

    /// Nothing was heard of it, while this device would have.
    fn count(&mut self, device: DeviceId, now: Micros) {
        if let Some(at) = self.counted.insert(device, now) {
            let heard = self.heard.entry(device).or_default();
            heard.silent += now.saturating_sub(at).min(STEP_MAX);
        }
    }

    fn silent(&self, device: DeviceId) -> Micros {
        self.heard.get(&device).map_or(0, |heard| heard.silent)
    }

    fn is_missed(&self, device: DeviceId) -> bool {
        let limit = self.limit.filter(|limit| *limit <= self.silent(device));
        limit.is_some()
    }
}

impl<S: Store> Engine<S> {
    /// A voter stops counting after it was silent for so long; nothing: never.
    pub fn prune_after(&mut self, limit: Option<Micros>) {
        self.silence.limit = limit;
    }

    /// Goes on with what an earlier life of this device had heard of the others.
    pub fn take_up_heard(&mut self, heard: BTreeMap<DeviceId, Heard>) {
        self.silence.heard = heard;
    }

    /// What was heard of each of the others, where anything was.
    pub fn last_heard(&self) -> &BTreeMap<DeviceId, Heard> {
        &self.silence.heard
    }

    /// How much longer this voter may be silent before it stops counting; nothing, where it never
    /// does.
    pub fn patience_with(&self, device: DeviceId) -> Option<Micros> {
        let limit = self.silence.limit?;
        let member = self.state.configuration().member(device)?;
        let may = member.role == Role::Voter && self.voting_devices().count() > DEVICES_MIN;
        may.then(|| limit.saturating_sub(self.silence.silent(device)))
    }

    /// The voters that this device has not heard of for so long that they may stop counting.
    pub fn misses(&self) -> BTreeSet<DeviceId> {
        let others = self.voting_devices();
        others.filter(|&one| self.silence.is_missed(one)).collect()
    }

    /// Counts the time, and sees to those for whom it is over.
    pub(super) fn mind_silence(&mut self, clock: Clock) {
        let me = self.me.device;
        let members = self.state.configuration().members();
        let members: Vec<_> = members
            .filter(|one| one.id != me)
            .map(|one| (one.id, one.role))
            .collect();
        let judges = self.judges_silence();
        let wrote = std::mem::take(&mut self.silence.wrote);
        self.silence
            .heard
            .retain(|device, _| members.iter().any(|(one, _)| one == device));
        for (device, role) in members {
            if self.peers.is_up(device) || self.peers.is_greeted(device) {
                self.silence.hear(device).last_ms = Some(clock.wall_ms);
            } else if let Some(at) = wrote.get(&device) {
                let heard = self.silence.hear(device);
                heard.last_ms = heard.last_ms.max(Some(clock.wall_ms.min(*at)));
            } else if role != Role::Voter {
                self.silence.counted.remove(&device);
                if let Some(heard) = self.silence.heard.get_mut(&device) {
                    heard.silent = 0;
                }
            } else if judges {
                self.silence.count(device, clock.now);
            } else {
                self.silence.counted.remove(&device);
            }
        }
        self.prune(clock);
    }

    pub(super) fn silence_wake_at(&self) -> Option<Micros> {
        let counted = self.silence.counted.iter();
        let wakes = counted.map(|(&device, at)| {
            let limit = self.silence.limit;
            let left = limit.map(|limit| limit.saturating_sub(self.silence.silent(device)));
            at + left
                .filter(|left| *left > 0)
                .map_or(STEP, |left| left.min(STEP))
        });
        wakes.min()
    }

    /// Those who wrote in a block were there, whether or not this device met them.
    pub(super) fn hear_writers(&mut self, block: &Block) {
        let at = block.header().timestamp_ms;
        let authors = block.batches().iter().map(|batch| batch.author.device);
        let writers = authors.chain([block.header().proposer.device]);
        self.silence
            .wrote
            .extend(writers.map(|device| (device, at)));
    }

    /// Whether this device would hear of the others, and has a say.
    fn judges_silence(&self) -> bool {
        let mut voters = self.voting_devices();
        self.standing == Standing::Good
            && self.trusted.is_empty()
            && self.replica.may_vote()
            && voters.any(|one| one == self.me.device)
            && self.has_quorum()
    }

    fn voting_devices(&self) -> impl Iterator<Item = DeviceId> {
        let members = self.state.configuration().members();
        let voters = members.filter(|one| one.role == Role::Voter);
        voters.map(|one| one.id)
    }

    /// Takes the vote of one that is silent for too long, where this device is the one to do so.
    fn prune(&mut self, clock: Clock) {
        let Some(device) = self.silent_voter() else {
            return;
        };
        let me = self.me.device;
        let waits = |batch: &Batch| batch.author.device == me && changes_members(batch);
        if self.mempool.in_care().iter().any(waits) {
            return;
        }
        tracing::warn!(%device, "a device is silent for so long that it stops counting towards the quorum");
        let role = Role::Silent;
        self.write_change(clock, Change::Role { device, role }, Vec::new());
    }

    /// The voter that everyone within reach has not heard of for too long, if this device is the first
    /// of them.
    fn silent_voter(&self) -> Option<DeviceId> {
        let me = self.me.device;
        let missed = self.misses();
        if missed.is_empty() || !self.judges_silence() {
            return None;
        }
        let voters: Vec<_> = self.voting_devices().collect();
        let others = voters.iter().copied().filter(|&one| one != me);
        let here: Vec<_> = others
            .filter(|&one| self.peers.is_up(one) || self.peers.is_greeted(one))
            .collect();
        if voters.len() <= DEVICES_MIN || here.iter().any(|&one| one < me) {
            return None;
        }
        let agree = |device: &DeviceId| {
            let word = |one| self.silence.words.get(one);
            here.iter()
                .all(|one| word(one).is_some_and(|misses| misses.contains(device)))
        };
        missed.into_iter().find(agree)
    }
}

#[cfg(test)]
mod tests;
