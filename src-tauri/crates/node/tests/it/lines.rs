//! Engines that hand each other their messages, each on its own line of history: who follows whom,
//! and what enters. What was found in simulations is here in small.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_chain::apply::founding_block;
use kinfolio_chain::store::memory::MemoryStore;
use kinfolio_chain::store::{Abstention, Record, Store};
use kinfolio_chain::{
    Batch, Block, Configuration, Founding, Incarnation, Owner, Payload, RecoveryKey,
};
use kinfolio_node::engine::{Action, Clock, Engine, Event, Right, Standing};
use kinfolio_node::{DeviceId, Member, Role};
use kinfolio_transport::PeerMessage;

const MILLIS: u64 = 1_000;
const SECONDS: u64 = 1_000_000;

struct Device {
    key: SigningKey,
    id: DeviceId,
    engine: Engine<MemoryStore>,
}

/// Devices in virtual time.
struct Room {
    devices: Vec<Device>,
    links: BTreeSet<(usize, usize)>,
    now: u64,
}

fn founded(keys: &[SigningKey]) -> Arc<Block> {
    let names = ["A", "B", "C", "D", "E"];
    let members = keys.iter().zip(names);
    let members: Vec<_> = members
        .map(|(key, name)| Member::new(name.to_owned(), key.verifying_key(), Role::Voter))
        .collect();
    let owner = Owner {
        device: members[0].id,
        incarnation: Incarnation {
            counter: 1,
            nonce: 1,
        },
    };
    let founding = Founding {
        household: "Lines".to_owned(),
        nonce: [7; 32],
        recovery: RecoveryKey::new([7; 32]).public_key(),
        members,
    };
    Arc::new(founding_block(&keys[0], owner, 0, founding))
}

impl Room {
    fn new(count: u8) -> Self {
        Self::with(count, &Abstention::Over)
    }

    /// The same, where the first device lacks votes.
    fn with(count: u8, lacks: &Abstention) -> Self {
        let keys: Vec<_> = (1..=count)
            .map(|n| SigningKey::from_bytes(&[n; 32]))
            .collect();
        let founding = founded(&keys);
        let devices = keys.into_iter().map(|key| {
            let mut store = MemoryStore::new();
            let learned = Record::Learned(Arc::clone(&founding));
            store.append(&learned).expect("written");
            store.sync().expect("synced");
            let (store, mut recovered) = store.crash().expect("whole");
            let members = Configuration::default();
            let nonce = u64::from(key.to_bytes()[0]);
            if nonce == 1 {
                recovered.abstention = lacks.clone();
            }
            let clock = Clock { now: 0, wall_ms: 0 };
            let engine = Engine::open(clock, key.clone(), nonce, store, recovered, &members);
            let engine = engine.expect("opened");
            let id = engine.me().device;
            Device { key, id, engine }
        });
        Self {
            devices: devices.collect(),
            links: BTreeSet::new(),
            now: 0,
        }
    }

    fn take(&mut self, index: usize, event: Event) {
        let clock = Clock {
            now: self.now,
            wall_ms: 0,
        };
        let taken = self.devices[index].engine.take(clock, event);
        taken.expect("it goes on");
    }

    fn link(&mut self, one: usize, other: usize) {
        for (here, there) in [(one, other), (other, one)] {
            self.links.insert((here, there));
            let id = self.devices[there].id;
            self.take(here, Event::Up(id));
        }
    }

    fn cut(&mut self, one: usize, other: usize) {
        for (here, there) in [(one, other), (other, one)] {
            self.links.remove(&(here, there));
            let id = self.devices[there].id;
            self.take(here, Event::Down(id));
        }
    }

    /// Lets all talk until nobody has anything to say, for so long.
    fn pass(&mut self, time: u64) {
        let until = self.now + time;
        while self.now < until {
            self.now += 50 * MILLIS;
            for index in 0..self.devices.len() {
                self.take(index, Event::Tick);
            }
            while self.talk() {}
        }
    }

    /// One turn of each; whether anything was said or synced.
    fn talk(&mut self) -> bool {
        let mut busy = false;
        for index in 0..self.devices.len() {
            let clock = Clock {
                now: self.now,
                wall_ms: 0,
            };
            let (from, engine) = (self.devices[index].id, &mut self.devices[index].engine);
            let actions = engine.finish(clock).expect("it goes on");
            if engine.wants_sync() {
                let mark = engine.begin_sync();
                engine.store().sync().expect("synced");
                self.take(index, Event::Synced(mark));
                busy = true;
            }
            for action in actions {
                let Action::Send { to, message } = action else {
                    continue;
                };
                let to = self.devices.iter().position(|one| one.id == to);
                if let Some(to) = to.filter(|&to| self.links.contains(&(index, to))) {
                    self.take(to, Event::Received { from, message });
                    busy = true;
                }
            }
        }
        busy
    }

    /// A person has a device go on alone.
    fn recover(&mut self, index: usize) {
        let (ticket, nonce, right) = (1, [index as u8; 32], Right::Survivor);
        self.take(
            index,
            Event::Recover {
                ticket,
                nonce,
                right,
            },
        );
    }

    fn write(&mut self, index: usize) {
        let payloads = vec![Bytes::from_static(b"text")];
        let ticket = 2;
        self.take(index, Event::Submit { ticket, payloads });
    }

    fn height(&self, index: usize) -> u64 {
        self.devices[index].engine.state().height()
    }

    fn lines(&self, index: usize) -> usize {
        self.devices[index].engine.state().lines().len()
    }
}

/// Its majority is there, and only comes within reach a moment later.
#[test]
fn who_has_just_started_does_not_leave_those_whom_it_has_not_met_yet() {
    let mut room = Room::new(3);
    room.recover(0);
    room.pass(4 * SECONDS);
    assert_eq!(room.lines(0), 2);
    room.cut(1, 2);
    room.link(1, 2);
    room.pass(SECONDS);
    room.cut(1, 2);
    room.link(0, 1);
    room.pass(2 * SECONDS);
    room.link(1, 2);
    room.pass(20 * SECONDS);
    assert_eq!(room.lines(1), 1, "it left a majority by itself");
    room.cut(1, 2);
    room.pass(10 * SECONDS);
    assert_eq!(room.lines(1), 2, "it cannot go on, and stays");
}

/// It sees the other line begin while it still waits for its own majority.
#[test]
fn who_saw_a_line_begin_follows_once_it_cannot_go_on() {
    let mut room = Room::new(5);
    room.link(0, 1);
    room.pass(SECONDS);
    room.recover(0);
    room.pass(2 * SECONDS);
    assert_eq!((room.lines(0), room.lines(1)), (2, 1));
    room.pass(10 * SECONDS);
    assert_eq!(room.lines(1), 2);
}

/// Their author had seen far more of the line that was left than the new one has.
#[test]
fn edits_of_a_long_line_enter_a_short_one() {
    let mut room = Room::new(2);
    let line = room.devices[1].engine.state().line();
    room.recover(0);
    room.pass(4 * SECONDS);
    room.link(0, 1);
    room.pass(10 * SECONDS);
    assert_eq!((room.lines(0), room.lines(1)), (2, 2));

    let from = room.devices[1].id;
    let incarnation = Incarnation {
        counter: 7,
        nonce: 7,
    };
    let author = Owner {
        device: from,
        incarnation,
    };
    let text = vec![Payload::Opaque(Bytes::from_static(b"late"))];
    let batch = Batch::sign(&room.devices[1].key, line, author, 0, 5_000, text);
    let message = PeerMessage::Edits(vec![batch]);
    room.take(0, Event::Received { from, message });
    room.pass(5 * SECONDS);
    let state = room.devices[0].engine.state();
    assert_eq!(state.next_seq(from, incarnation), 1);
}

/// It has heard nothing of what the others have decided since, and tells them of its own block.
#[test]
fn a_line_that_begins_is_not_taken_for_a_fork() {
    let mut room = Room::new(5);
    room.link(0, 1);
    room.pass(SECONDS);
    room.links.remove(&(1, 0));
    for (one, other) in [(1, 2), (2, 3), (1, 3)] {
        room.link(one, other);
    }
    room.write(1);
    room.pass(SECONDS);
    assert_eq!((room.height(0), room.height(1)), (0, 1));
    room.recover(0);
    room.pass(5 * SECONDS);
    assert_eq!((room.height(0), room.lines(0)), (1, 2));
    assert_eq!(room.devices[1].engine.counts().refused, 0);
    assert_eq!(*room.devices[1].engine.standing(), Standing::Good);
}

/// The last block that it knows of was lost with its votes, before the other had heard of it.
#[test]
fn two_devices_go_on_where_one_knows_which_votes_it_has_lost() {
    let lacks = Abstention::Below {
        height: 2,
        promised: None,
        accepted: None,
    };
    let mut room = Room::with(2, &lacks);
    room.link(0, 1);
    room.write(1);
    room.pass(10 * SECONDS);
    assert!(
        room.height(0) >= 1,
        "it waits for a block that needs its vote"
    );
    assert_eq!(*room.devices[0].engine.standing(), Standing::Good);
    room.write(0);
    room.pass(5 * SECONDS);
    assert_eq!(room.height(0), room.height(1));
    assert_eq!(room.devices[0].engine.pending(), 0);
}
