//! The shipped synod under a model checker: every interleaving of three voters on a network
//! that loses, doubles and reorders, with disks that sync late and processes that crash.
//!
//! The checked code is the one that ships: the model only keeps the logs, the network and the
//! crashes, and states the invariants of `PROTOCOL.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use kinfolio_consensus::{
    Ballot, Begin, Input, Message, Output, Proposer, Record, Synod, Types, Vote,
};
use stateright::{Checker, Model, Property};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Numbers;

impl Types for Numbers {
    type Device = u8;
    type Incarnation = u8;
    type Hash = u8;
    type Block = u8;

    fn hash_of(block: &u8) -> u8 {
        *block
    }
}

/// One height, agreed on by `voters` of whom `proposers` propose, each once in every life.
struct Height {
    voters: u8,
    proposers: u8,
    crashes: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    devices: Vec<Device>,
    /// Messages under way, for ever: one can be delivered twice, late, or never.
    network: BTreeSet<(u8, u8, Said)>,
    crashes: u8,
    /// Ballots that named two blocks.
    forked: bool,
    /// Whether a promise or an acceptance ever went back.
    went_back: bool,
    /// Whether a ballot ever took over another device's block.
    adopted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Device {
    synod: Synod<Numbers>,
    log: Vec<Record<Numbers>>,
    synced: usize,
    lsn: u64,
    life: u8,
    proposed: bool,
    decided: Option<u8>,
}

/// A message that can be kept in a set.
type Said = OrdMessage;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum OrdMessage {
    Prepare(Ballot<Numbers>),
    Promise(Ballot<Numbers>, Option<Vote<Numbers>>),
    Accept(Ballot<Numbers>, u8),
    Accepted(Ballot<Numbers>, u8),
    Nack(Ballot<Numbers>, Ballot<Numbers>),
    Decided(u8),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Action {
    Propose(u8),
    Sync(u8),
    Crash(u8),
    Deliver(u8, u8, Said),
}

const HEIGHT: u64 = 1;
const OWNER: Proposer<Numbers> = Proposer {
    device: 0,
    incarnation: 1,
};

impl World {
    fn step(&mut self, id: u8, voters: u8, input: Input<Numbers>) {
        let outputs = self.devices[usize::from(id)].synod.step(0, input);
        for output in outputs {
            self.carry_out(id, output);
        }
        debug_assert!(usize::from(voters) == self.devices.len());
    }

    fn carry_out(&mut self, id: u8, output: Output<Numbers>) {
        let device = &mut self.devices[usize::from(id)];
        match output {
            Output::Persist(lsn, record) => {
                let before = device.log.iter().map(ballot_of).max();
                self.went_back |= before > Some(ballot_of(&record));
                device.log.push(record);
                device.lsn = lsn;
            }
            Output::Send { to, message } => {
                if let Message::Accept { ballot, block, .. } = &message {
                    self.adopted |= block / 16 != id;
                    self.note_fork(*ballot, *block);
                }
                self.network.insert((id, to, said(&message)));
            }
            Output::Decide { block, .. } => device.decided = Some(block),
            Output::Behind { device: to, .. } => {
                if let Some(block) = device.decided {
                    self.network.insert((id, to, OrdMessage::Decided(block)));
                }
            }
            Output::Outbid { .. } => {}
            Output::Alarm { .. } => self.forked = true,
        }
    }

    /// A ballot that names another block now than in a message still under way.
    fn note_fork(&mut self, ballot: Ballot<Numbers>, block: u8) {
        self.forked |= self.network.iter().any(|(_, _, said)| {
            matches!(said, OrdMessage::Accept(other, named) if *other == ballot && *named != block)
        });
    }

    fn begin(&mut self, id: u8, voters: u8) {
        let device = &self.devices[usize::from(id)];
        let promised = device.log.iter().map(ballot_of).max();
        let votes = device.log.iter().filter_map(|record| match record {
            Record::Accepted { ballot, block } => Some((*ballot, *block)),
            Record::Promise { .. } => None,
        });
        let accepted = votes.max_by_key(|(ballot, _)| *ballot);
        let voters_set = (0..voters).collect();
        let mut begin = Begin {
            height: HEIGHT,
            voters: voters_set,
            owner: OWNER,
            promised,
            accepted,
        };
        if device.decided.is_some() {
            begin = Begin {
                height: HEIGHT + 1,
                promised: None,
                accepted: None,
                ..begin
            };
        }
        self.step(id, voters, Input::Begin(begin));
    }

    fn crash(&mut self, id: u8, voters: u8) {
        let device = &mut self.devices[usize::from(id)];
        device.log.truncate(device.synced);
        device.life += 1;
        device.synod = Synod::new(Proposer {
            device: id,
            incarnation: device.life,
        });
        device.lsn = 0;
        device.proposed = false;
        // A decision need not be synced; what is known of it is learned again.
        device.decided = None;
        self.crashes += 1;
        self.begin(id, voters);
    }
}

impl Model for Height {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let device = |id| Device {
            synod: Synod::new(Proposer {
                device: id,
                incarnation: 1,
            }),
            log: Vec::new(),
            synced: 0,
            lsn: 0,
            life: 1,
            proposed: false,
            decided: None,
        };
        let mut world = World {
            devices: (0..self.voters).map(device).collect(),
            network: BTreeSet::new(),
            crashes: 0,
            forked: false,
            went_back: false,
            adopted: false,
        };
        for id in 0..self.voters {
            world.begin(id, self.voters);
        }
        vec![world]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        for (id, device) in (0u8..).zip(&world.devices) {
            if id < self.proposers && !device.proposed && device.decided.is_none() {
                actions.push(Action::Propose(id));
            }
            if device.synced < device.log.len() {
                actions.push(Action::Sync(id));
            }
            if world.crashes < self.crashes {
                actions.push(Action::Crash(id));
            }
        }
        for (from, to, said) in &world.network {
            actions.push(Action::Deliver(*from, *to, said.clone()));
        }
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        match action {
            Action::Propose(id) => {
                let device = &mut next.devices[usize::from(id)];
                device.proposed = true;
                let block = id * 16 + device.life;
                next.step(id, self.voters, Input::Propose(block));
            }
            Action::Sync(id) => {
                let device = &mut next.devices[usize::from(id)];
                device.synced = device.log.len();
                let lsn = device.lsn;
                next.step(id, self.voters, Input::Synced(lsn));
            }
            Action::Crash(id) => next.crash(id, self.voters),
            Action::Deliver(from, to, said) => {
                let message = message(&said);
                next.step(to, self.voters, Input::Receive { from, message });
            }
        }
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("A: one block per height", |_, world: &World| {
                let decided: BTreeSet<_> = world
                    .devices
                    .iter()
                    .filter_map(|device| device.decided)
                    .collect();
                decided.len() <= 1
            }),
            Property::always(
                "B: one block per ballot, across restarts",
                |_, world: &World| {
                    let mut named = BTreeMap::new();
                    let logs = world.devices.iter().flat_map(|device| &device.log);
                    !world.forked
                        && logs.clone().all(|record| match record {
                            Record::Accepted { ballot, block } => {
                                *named.entry(*ballot).or_insert(*block) == *block
                            }
                            Record::Promise { .. } => true,
                        })
                },
            ),
            Property::always("C: chosen stays chosen", |model: &Height, world: &World| {
                let chosen = chosen(model, world);
                chosen.values().collect::<BTreeSet<_>>().len() <= 1
            }),
            Property::always(
                "D: decided means durable at a quorum",
                |model: &Height, world: &World| {
                    let mut decided = world.devices.iter().filter_map(|device| device.decided);
                    let chosen = chosen(model, world);
                    decided.all(|block| chosen.values().any(|one| *one == block))
                },
            ),
            Property::always("P: promises never go back", |_, world: &World| {
                !world.went_back
            }),
            Property::sometimes("a height is decided", |_, world: &World| {
                world.devices.iter().any(|device| device.decided.is_some())
            }),
            Property::sometimes("round 0 wins", |model: &Height, world: &World| {
                chosen(model, world).keys().any(|ballot| ballot.round == 0)
            }),
            Property::sometimes("a later round wins", |model: &Height, world: &World| {
                chosen(model, world).keys().any(|ballot| ballot.round > 0)
            }),
            Property::sometimes(
                "a duel: an accepted ballot was outbid",
                |_, world: &World| {
                    world.devices.iter().any(|device| {
                        let accepted =
                            |record: &&Record<Numbers>| matches!(record, Record::Accepted { .. });
                        device.log.iter().filter(accepted).count() > 1
                    })
                },
            ),
            Property::sometimes(
                "a block of another device is adopted",
                |_, world: &World| world.adopted,
            ),
        ]
    }
}

/// The ballots that a quorum has accepted durably, with their blocks.
fn chosen(model: &Height, world: &World) -> BTreeMap<Ballot<Numbers>, u8> {
    let mut votes: BTreeMap<Ballot<Numbers>, (u8, BTreeSet<u8>)> = BTreeMap::new();
    for (id, device) in (0u8..).zip(&world.devices) {
        for record in &device.log[..device.synced] {
            if let Record::Accepted { ballot, block } = record {
                votes
                    .entry(*ballot)
                    .or_insert((*block, BTreeSet::new()))
                    .1
                    .insert(id);
            }
        }
    }
    let quorum = usize::from(model.voters) / 2 + 1;
    let chosen = votes
        .into_iter()
        .filter(|(_, (_, voters))| voters.len() >= quorum);
    chosen.map(|(ballot, (block, _))| (ballot, block)).collect()
}

fn ballot_of(record: &Record<Numbers>) -> Ballot<Numbers> {
    match record {
        Record::Promise { ballot, .. } | Record::Accepted { ballot, .. } => *ballot,
    }
}

fn said(message: &Message<Numbers>) -> Said {
    match *message {
        Message::Prepare { ballot, .. } => OrdMessage::Prepare(ballot),
        Message::Promise {
            ballot, accepted, ..
        } => OrdMessage::Promise(ballot, accepted),
        Message::Accept { ballot, block, .. } => OrdMessage::Accept(ballot, block),
        Message::Accepted { ballot, hash, .. } => OrdMessage::Accepted(ballot, hash),
        Message::Nack {
            ballot, promised, ..
        } => OrdMessage::Nack(ballot, promised),
        Message::Decided { block, .. } => OrdMessage::Decided(block),
    }
}

fn message(said: &Said) -> Message<Numbers> {
    let height = HEIGHT;
    match *said {
        OrdMessage::Prepare(ballot) => Message::Prepare { height, ballot },
        OrdMessage::Promise(ballot, accepted) => Message::Promise {
            height,
            ballot,
            accepted,
        },
        OrdMessage::Accept(ballot, block) => Message::Accept {
            height,
            ballot,
            block,
        },
        OrdMessage::Accepted(ballot, hash) => Message::Accepted {
            height,
            ballot,
            hash,
        },
        OrdMessage::Nack(ballot, promised) => Message::Nack {
            height,
            ballot,
            promised,
        },
        OrdMessage::Decided(block) => Message::Decided { height, block },
    }
}

fn check(model: Height, states_max: usize) {
    let named = format!(
        "{} voters, {} proposers, {} crashes",
        model.voters, model.proposers, model.crashes
    );
    let checker = model.checker().threads(2).target_state_count(states_max);
    let checker = checker.spawn_bfs().join();
    let seen = checker.unique_state_count();
    let bound = if seen >= states_max {
        "bounded"
    } else {
        "exhaustive"
    };
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{named}: {seen} states to depth {}, {bound}",
        checker.max_depth()
    )
    .expect("standard output");
    checker.assert_properties();
}

#[test]
fn two_voters_and_a_crash() {
    check(
        Height {
            voters: 2,
            proposers: 2,
            crashes: 1,
        },
        400_000,
    );
}

#[test]
fn three_voters_two_proposers_and_no_crash() {
    check(
        Height {
            voters: 3,
            proposers: 2,
            crashes: 0,
        },
        400_000,
    );
}
