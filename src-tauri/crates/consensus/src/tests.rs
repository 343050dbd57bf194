//! Whole synods over a network that loses, doubles and reorders, and disks that crash. Every
//! schedule is drawn from a seed; a failure names it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Ballot, Begin, Input, Message, Output, Proposer, Record, Synod, Types};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Numbers;

impl Types for Numbers {
    type Device = u8;
    type Incarnation = u32;
    type Hash = u32;
    type Block = u32;

    fn hash_of(block: &u32) -> u32 {
        *block
    }
}

/// A small generator of our own, so that a seed means the same for ever (xorshift64*).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % n
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A device: its core, and the log of which only the synced part outlives a crash.
struct Device {
    synod: Synod<Numbers>,
    log: Vec<(u64, Record<Numbers>)>,
    synced: usize,
    lives: u32,
    decided: Option<u32>,
}

struct World {
    devices: Vec<Device>,
    network: Vec<(u8, u8, Message<Numbers>)>,
    owner: Proposer<Numbers>,
    chance: Chance,
    /// What each ballot was seen to name.
    named: BTreeMap<Ballot<Numbers>, u32>,
    seed: u64,
    alarms: usize,
    adoptions: usize,
}

fn proposer(device: u8, incarnation: u32) -> Proposer<Numbers> {
    Proposer {
        device,
        incarnation,
    }
}

impl World {
    fn new(size: u8, seed: u64) -> Self {
        let owner = proposer(0, 1);
        let device = |id| Device {
            synod: Synod::new(proposer(id, 1)),
            log: Vec::new(),
            synced: 0,
            lives: 1,
            decided: None,
        };
        let mut world = Self {
            devices: (0..size).map(device).collect(),
            network: Vec::new(),
            owner,
            chance: Chance(seed * 2 + 1),
            named: BTreeMap::new(),
            seed,
            alarms: 0,
            adoptions: 0,
        };
        for id in 0..size {
            world.begin(id);
        }
        world
    }

    fn begin(&mut self, id: u8) {
        let device = &self.devices[usize::from(id)];
        let kept = device.log[..device.synced].iter();
        let mut promised = None;
        let mut accepted: Option<(Ballot<Numbers>, u32)> = None;
        for (_, record) in kept {
            match record {
                Record::Promise { ballot, .. } => promised = promised.max(Some(*ballot)),
                Record::Accepted { ballot, block } => {
                    if accepted.is_none_or(|(before, _)| before <= *ballot) {
                        accepted = Some((*ballot, *block));
                    }
                }
            }
        }
        let voters = (0..u8::try_from(self.devices.len()).unwrap_or(u8::MAX)).collect();
        let begin = Begin {
            height: 1,
            voters,
            owner: self.owner,
            promised,
            accepted,
        };
        self.step(id, Input::Begin(begin));
    }

    fn step(&mut self, id: u8, input: Input<Numbers>) {
        let outputs = self.devices[usize::from(id)].synod.step(0, input);
        for output in outputs {
            self.carry_out(id, output);
        }
    }

    fn carry_out(&mut self, id: u8, output: Output<Numbers>) {
        let seed = self.seed;
        let device = &mut self.devices[usize::from(id)];
        match output {
            Output::Persist(lsn, record) => device.log.push((lsn, record)),
            Output::Send { to, message } => {
                if let Message::Accept { ballot, block, .. } = &message {
                    let named = *self.named.entry(*ballot).or_insert(*block);
                    assert_eq!(
                        named, *block,
                        "seed {seed}: ballot {ballot:?} named two blocks"
                    );
                    if block / 100 != u32::from(id) {
                        self.adoptions += 1;
                    }
                }
                self.network.push((id, to, message));
            }
            Output::Decide { block, .. } => device.decided = Some(block),
            Output::Alarm { .. } => self.alarms += 1,
            Output::Behind { device: to, height } => {
                if let Some(block) = device.decided {
                    self.network
                        .push((id, to, Message::Decided { height, block }));
                }
            }
            Output::Outbid { .. } => {}
        }
    }

    fn sync(&mut self, id: u8) {
        let device = &mut self.devices[usize::from(id)];
        device.synced = device.log.len();
        let lsn = device.log.last().map_or(0, |(lsn, _)| *lsn);
        self.step(id, Input::Synced(lsn));
    }

    fn crash(&mut self, id: u8) {
        let device = &mut self.devices[usize::from(id)];
        device.log.truncate(device.synced);
        device.lives += 1;
        device.synod = Synod::new(proposer(id, device.lives));
        // A new life numbers its records anew.
        let records = std::mem::take(&mut device.log);
        device.log = records.into_iter().map(|(_, record)| (0, record)).collect();
        self.begin(id);
    }

    fn propose(&mut self, id: u8) {
        let block = u32::from(id) * 100 + self.devices[usize::from(id)].lives;
        if self.devices[usize::from(id)].decided.is_none() {
            self.step(id, Input::Propose(block));
        }
    }

    fn deliver(&mut self, faulty: bool) {
        if self.network.is_empty() {
            return;
        }
        let place = self.chance.below(self.network.len());
        let (from, to, message) = self.network.swap_remove(place);
        if faulty && self.chance.one_in(5) {
            return;
        }
        if faulty && self.chance.one_in(5) {
            self.network.push((from, to, message.clone()));
        }
        self.step(to, Input::Receive { from, message });
    }

    fn fault(&mut self) {
        let id = u8::try_from(self.chance.below(self.devices.len())).unwrap_or(0);
        match self.chance.below(20) {
            0 => self.crash(id),
            1..=4 => self.propose(id),
            5..=9 => self.sync(id),
            _ => self.deliver(true),
        }
        self.check();
    }

    fn heal(&mut self) {
        for round in 0..200 {
            for id in 0..self.devices.len() {
                self.sync(u8::try_from(id).unwrap_or(0));
            }
            if self.network.is_empty() {
                self.propose(u8::try_from(round % self.devices.len()).unwrap_or(0));
            }
            for _ in 0..200 {
                self.deliver(false);
            }
            self.check();
        }
    }

    fn check(&self) {
        let decided: BTreeSet<_> = self.devices.iter().filter_map(|one| one.decided).collect();
        assert!(
            decided.len() <= 1,
            "seed {}: two blocks at one height: {decided:?}",
            self.seed
        );
        assert_eq!(
            self.alarms, 0,
            "seed {}: an alarm without a liar",
            self.seed
        );
    }
}

#[test]
fn one_block_per_height_whatever_the_network_and_the_disks_do() {
    let (mut adoptions, mut crashes) = (0, 0);
    for size in [1, 2, 3, 5] {
        for seed in 0..400 {
            let mut world = World::new(size, seed);
            for _ in 0..150 {
                world.fault();
            }
            world.heal();
            let decided = world
                .devices
                .iter()
                .filter(|one| one.decided.is_some())
                .count();
            assert_eq!(
                decided,
                usize::from(size),
                "{size} devices, seed {seed}: no decision"
            );
            adoptions += world.adoptions;
            crashes += world.devices.iter().filter(|one| one.lives > 1).count();
        }
    }
    assert!(adoptions > 100, "adoption occurs: {adoptions}");
    assert!(crashes > 100, "crashes occur: {crashes}");
}

#[test]
fn a_lone_voter_decides_after_one_sync() {
    let mut world = World::new(1, 1);
    world.propose(0);
    assert_eq!(
        world.devices[0].decided, None,
        "its own vote counts when it is durable"
    );
    assert_eq!(world.devices[0].log.len(), 1, "round 0 needs no promise");
    world.sync(0);
    assert_eq!(world.devices[0].decided, Some(1));
}

#[test]
fn a_restarted_owner_does_not_use_round_0_again() {
    let mut world = World::new(3, 1);
    world.propose(0);
    world.network.clear();
    world.crash(0);
    world.propose(0);
    world.sync(0);
    let prepares = world
        .network
        .iter()
        .filter(|(_, _, message)| matches!(message, Message::Prepare { .. }));
    assert_eq!(prepares.count(), 2);
    world.heal();
    assert_eq!(world.devices[1].decided, Some(2));
}

#[test]
fn round_0_of_a_stranger_and_a_ballot_of_another_device_are_not_heard() {
    let mut world = World::new(3, 1);
    let stranger = Ballot {
        round: 0,
        proposer: proposer(1, 1),
    };
    let accept = Message::Accept {
        height: 1,
        ballot: stranger,
        block: 7,
    };
    world.step(
        2,
        Input::Receive {
            from: 1,
            message: accept,
        },
    );
    let borrowed = Ballot {
        round: 4,
        proposer: proposer(0, 1),
    };
    let prepare = Message::Prepare {
        height: 1,
        ballot: borrowed,
    };
    world.step(
        2,
        Input::Receive {
            from: 1,
            message: prepare,
        },
    );
    world.sync(2);
    assert!(world.devices[2].log.is_empty());
    assert!(world.network.is_empty());
}

#[test]
fn one_ballot_with_two_blocks_raises_the_alarm() {
    let mut world = World::new(3, 1);
    let ballot = Ballot {
        round: 0,
        proposer: proposer(0, 1),
    };
    for block in [7, 8] {
        let accept = Message::Accept {
            height: 1,
            ballot,
            block,
        };
        world.step(
            2,
            Input::Receive {
                from: 0,
                message: accept,
            },
        );
    }
    assert_eq!(world.alarms, 1);
    assert_eq!(
        world.devices[2].log.len(),
        1,
        "the second block is not accepted"
    );
}
