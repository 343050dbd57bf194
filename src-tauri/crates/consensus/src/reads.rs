//! Consistent reads: a read sees every edit that was acknowledged before it was asked.
//!
//! An edit is acknowledged when a majority of the voters of its height has accepted it. So where
//! a majority of the voters of the height above this device's tip answers, each after the read
//! began, that it has accepted nothing above that tip, nothing above it was acknowledged before
//! (invariant R). Who votes changes from height to height: the answers are weighed anew at every
//! tip, with the voters of the height above *it*, and a newcomer is asked when it has a vote.

use std::collections::{BTreeMap, BTreeSet};

use crate::ballot::Types;

/// The reads that wait.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reads<T: Types> {
    waiting: BTreeMap<u64, Waiting<T>>,
}

/// What is known for one read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Waiting<T: Types> {
    /// Up to which height each device had accepted something, at some time since the read began.
    answers: BTreeMap<T::Device, u64>,
    /// The height at which a later ballot found that nothing had been chosen.
    vacant: Option<u64>,
}

impl<T: Types> Waiting<T> {
    fn new() -> Self {
        Self {
            answers: BTreeMap::new(),
            vacant: None,
        }
    }

    /// How many of `voters` have answered, and how many of them had nothing above `tip`.
    fn count(&self, tip: u64, voters: &BTreeSet<T::Device>) -> (usize, usize) {
        let answers = voters.iter().filter_map(|one| self.answers.get(one));
        let below = answers.clone().filter(|&&height| height <= tip);
        (answers.count(), below.count())
    }
}

impl<T: Types> Reads<T> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
        }
    }

    pub(crate) fn ask(&mut self, read: u64) {
        self.waiting.insert(read, Waiting::new());
    }

    /// Takes an answer. A later one of the same device is as good as its first: it may have
    /// crashed and lost what was never durable.
    pub(crate) fn seen(&mut self, read: u64, from: T::Device, height: u64) {
        if let Some(waiting) = self.waiting.get_mut(&read) {
            waiting.answers.insert(from, height);
        }
    }

    /// The voters that are to be asked for each read: all that have not said that they have
    /// accepted nothing above `tip`.
    pub(crate) fn unanswered(
        &self,
        tip: u64,
        voters: &BTreeSet<T::Device>,
    ) -> Vec<(u64, BTreeSet<T::Device>)> {
        let reads = self.waiting.iter().map(|(read, waiting)| {
            let is_open = |one: &&T::Device| waiting.answers.get(one).is_none_or(|&at| at > tip);
            (*read, voters.iter().filter(is_open).copied().collect())
        });
        reads.collect()
    }

    /// Takes the reads that a chain up to `tip` may answer; `voters` vote at the height above.
    pub(crate) fn ready(&mut self, tip: u64, voters: &BTreeSet<T::Device>) -> Vec<u64> {
        let ready = self.waiting.extract_if(.., |_, one| {
            let (_, below) = one.count(tip, voters);
            below > voters.len() / 2 || one.vacant == Some(tip + 1)
        });
        ready.map(|(read, _)| read).collect()
    }

    /// The reads that a majority has answered, but that only the fate of the height above `tip`
    /// lets go.
    pub(crate) fn held_up(&self, tip: u64, voters: &BTreeSet<T::Device>) -> BTreeSet<u64> {
        let held_up = self.waiting.iter().filter(|(_, one)| {
            let (answered, below) = one.count(tip, voters);
            let quorum = voters.len() / 2 + 1;
            answered >= quorum && below < quorum
        });
        held_up.map(|(read, _)| *read).collect()
    }

    /// A ballot that began after these reads found that nothing was chosen at `height` before.
    pub(crate) fn vacant(&mut self, reads: &BTreeSet<u64>, height: u64) {
        for read in reads {
            if let Some(waiting) = self.waiting.get_mut(read) {
                waiting.vacant = Some(height);
            }
        }
    }

    /// Forgets a read that nobody waits for any more.
    pub(crate) fn forget(&mut self, read: u64) {
        self.waiting.remove(&read);
    }
}
