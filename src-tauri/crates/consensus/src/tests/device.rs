//! A device of the small world: its replica, and the disk of which only a part outlives a crash.

use std::collections::BTreeSet;

use super::numbers::{Block, Numbers, proposer};
use crate::{Begin, Lsn, Micros, Mutant, Record, Replica, Types};

/// What the world does to its devices.
#[derive(Clone, Copy)]
pub(super) struct Climate {
    pub(super) devices: u8,
    pub(super) voters: u8,
    pub(super) crashes: u64,
    pub(super) restores: u64,
    pub(super) changes: u64,
    pub(super) mutant: Option<Mutant>,
}

pub(super) enum Entry {
    Vote(Record<Numbers>),
    Decided(Block),
}

pub(super) struct Device {
    pub(super) replica: Replica<Numbers>,
    pub(super) life: u32,
    pub(super) up: bool,
    pub(super) restored: bool,
    pub(super) log: Vec<Entry>,
    /// How much of the log outlives a crash.
    pub(super) synced: usize,
    pub(super) syncing: bool,
    pub(super) lsn: Lsn,
    pub(super) chain: Vec<Block>,
    /// Edits that were gossiped here and are in no block.
    pub(super) pool: BTreeSet<u32>,
    /// A change of voters that somebody asked this device for.
    pub(super) change: Option<u8>,
    pub(super) wake_at: Option<Micros>,
}

pub(super) fn tip(chain: &[Block]) -> u64 {
    chain.last().map_or(0, Numbers::hash_of)
}

pub(super) fn voters_above(climate: &Climate, chain: &[Block]) -> BTreeSet<u8> {
    let first = (0..climate.voters).collect();
    chain
        .iter()
        .fold(first, |voters, block| Numbers::voters_after(block, &voters))
}

pub(super) fn begin(climate: &Climate, device: &Device) -> Begin<Numbers> {
    let height = device.chain.len() as u64 + 1;
    let voters = voters_above(climate, &device.chain);
    let owner = device.chain.last().map_or(proposer(0, 1), |block| block.by);
    let mut order: Vec<u8> = voters.iter().copied().collect();
    let turn = height as usize % order.len();
    order.rotate_left(turn);
    let mut begin = Begin {
        height,
        voters,
        owner,
        order,
        promised: None,
        accepted: None,
    };
    for entry in &device.log {
        match entry {
            Entry::Vote(Record::Promise { height: at, ballot }) if *at == height => {
                begin.promised = begin.promised.max(Some(*ballot));
            }
            Entry::Vote(Record::Accepted { ballot, block }) if block.height == height => {
                begin.accepted = Some((*ballot, block.clone()));
            }
            Entry::Vote(_) | Entry::Decided(_) => {}
        }
    }
    begin
}
