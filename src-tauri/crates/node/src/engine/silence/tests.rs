//! Whole households on one clock, months long.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_chain::apply::founding_block;
use kinfolio_chain::config::device_id;
use kinfolio_chain::edit::Change;
use kinfolio_chain::store::memory::MemoryStore;
use kinfolio_chain::store::{Record, Store};
use kinfolio_chain::{DeviceId, Founding, Incarnation, Member, Owner, RecoveryKey, Role};
use kinfolio_consensus::Micros;

use crate::engine::{Action, Clock, Engine, Event, Right};

const DAY: Micros = 86_400_000_000;

struct Device {
    key: SigningKey,
    id: DeviceId,
    engine: Option<Engine<MemoryStore>>,
    /// Its log while it does not run.
    store: MemoryStore,
    lives: u64,
    /// How far its clocks are off.
    ahead: Micros,
    told: BTreeSet<DeviceId>,
}

/// Devices in the order of their ids, within reach of each other unless told.
struct House {
    devices: Vec<Device>,
    cut: BTreeSet<(usize, usize)>,
    bucket: Option<DeviceId>,
    /// After how long a silent one stops counting.
    limit: Micros,
    now: Micros,
    events: VecDeque<(usize, Event)>,
    next_ticket: u64,
}

fn found(count: u8, bucket: bool) -> House {
    let key = |n: u8| SigningKey::from_bytes(&[n; 32]);
    let member = |n: u8, role| Member::new(n.to_string(), key(n).verifying_key(), role);
    let mut keys: Vec<_> = (1..=count).map(key).collect();
    keys.sort_by_key(|key| device_id(&key.verifying_key()));
    let devices = (1..=count).map(|n| member(n, Role::Voter));
    let bucket = bucket.then(|| member(99, Role::Bucket));
    let members: Vec<_> = devices.chain(bucket.clone()).collect();
    let owner = Owner {
        device: device_id(&keys[0].verifying_key()),
        incarnation: Incarnation {
            counter: 1,
            nonce: 1,
        },
    };
    let founding = Founding {
        household: "Silent".to_owned(),
        nonce: [7; 32],
        recovery: RecoveryKey::new([7; 32]).public_key(),
        members,
    };
    let block = Arc::new(founding_block(&keys[0], owner, 0, founding));
    let device = |key: SigningKey| {
        let mut store = MemoryStore::new();
        store.append(&Record::Learned(Arc::clone(&block))).unwrap();
        store.sync().unwrap();
        Device {
            id: device_id(&key.verifying_key()),
            key,
            engine: None,
            store,
            lives: 0,
            ahead: 0,
            told: BTreeSet::new(),
        }
    };
    House {
        devices: keys.into_iter().map(device).collect(),
        cut: BTreeSet::new(),
        bucket: bucket.map(|bucket| bucket.id),
        limit: 30 * DAY,
        now: 0,
        events: VecDeque::new(),
        next_ticket: 0,
    }
}

impl House {
    fn of(count: u8, running: impl IntoIterator<Item = usize>) -> Self {
        let mut house = found(count, false);
        running.into_iter().for_each(|n| house.start(n));
        house
    }

    fn clock(&self, n: usize) -> Clock {
        let now = self.now + self.devices[n].ahead;
        Clock {
            now,
            wall_ms: i64::try_from(now / 1000).unwrap(),
        }
    }

    fn engine(&self, n: usize) -> &Engine<MemoryStore> {
        self.devices[n].engine.as_ref().unwrap()
    }

    fn runs(&self, n: usize) -> bool {
        self.devices[n].engine.is_some()
    }

    fn meets(&self, one: usize, other: usize) -> bool {
        one != other && !self.cut.contains(&(one.min(other), one.max(other)))
    }

    fn start(&mut self, n: usize) {
        let (clock, limit) = (self.clock(n), self.limit);
        let device = &mut self.devices[n];
        let store = std::mem::take(&mut device.store);
        let (store, recovered) = store.crash().unwrap();
        device.lives += 1;
        let (key, nonce) = (device.key.clone(), device.lives);
        let members = recovered.state.as_ref().unwrap().configuration().clone();
        let engine = Engine::open(clock, key, nonce, store, recovered, &members);
        let mut engine = engine.unwrap();
        engine.prune_after(Some(limit));
        device.engine = Some(engine);
        device.told = BTreeSet::new();
        for other in 0..self.devices.len() {
            if self.runs(other) && self.meets(n, other) {
                self.link(n, other);
            }
        }
        self.events.push_back((n, Event::Tick));
        self.settle();
    }

    fn stop(&mut self, n: usize) {
        let mut engine = self.devices[n].engine.take().unwrap();
        engine.store().sync().unwrap();
        self.devices[n].store = engine.into_store();
        self.events.retain(|(to, _)| *to != n);
        let device = self.devices[n].id;
        for other in 0..self.devices.len() {
            if self.runs(other) && self.meets(n, other) {
                self.events.push_back((other, Event::Down(device)));
            }
        }
        self.settle();
    }

    fn link(&mut self, one: usize, other: usize) {
        for (here, there) in [(one, other), (other, one)] {
            let device = self.devices[there].id;
            let voters = self.devices[there].told.clone();
            self.events.push_back((here, Event::Up(device)));
            self.events
                .push_back((here, Event::Misses { device, voters }));
        }
    }

    /// All that follows from what has happened, at once.
    fn settle(&mut self) {
        while let Some((n, event)) = self.events.pop_front() {
            let clock = self.clock(n);
            let Some(engine) = &mut self.devices[n].engine else {
                continue;
            };
            engine.take(clock, event).unwrap();
            let actions = engine.finish(clock).unwrap();
            if engine.wants_sync() {
                let mark = engine.begin_sync();
                engine.store().sync().unwrap();
                self.events.push_back((n, Event::Synced(mark)));
            }
            let (from, misses) = (self.devices[n].id, self.engine(n).misses());
            for action in actions {
                if let Action::Send { to, message } = action {
                    self.say(n, to, Event::Received { from, message });
                }
            }
            if self.devices[n].told != misses {
                self.devices[n].told.clone_from(&misses);
                for other in 0..self.devices.len() {
                    let voters = misses.clone();
                    let to = self.devices[other].id;
                    self.say(
                        n,
                        to,
                        Event::Misses {
                            device: from,
                            voters,
                        },
                    );
                }
            }
        }
    }

    fn say(&mut self, from: usize, to: DeviceId, event: Event) {
        let to = self.devices.iter().position(|one| one.id == to);
        if let Some(to) = to.filter(|&to| self.meets(from, to) && self.runs(to)) {
            self.events.push_back((to, event));
        }
    }

    fn pass(&mut self, time: Micros) {
        let until = self.now + time;
        while self.now < until {
            let wakes = self.devices.iter().filter_map(|one| {
                let at = one.engine.as_ref()?.wake_at()?;
                Some(at.saturating_sub(one.ahead))
            });
            let next = wakes.min().map_or(until, |at| at.max(self.now + 1));
            self.now = next.min(until);
            self.tick();
        }
    }

    fn tick(&mut self) {
        for n in 0..self.devices.len() {
            self.events.push_back((n, Event::Tick));
        }
        self.settle();
    }

    fn submit(&mut self, n: usize, text: &'static str) {
        self.next_ticket += 1;
        let event = Event::Submit {
            ticket: self.next_ticket,
            payloads: vec![Bytes::from_static(text.as_bytes())],
        };
        self.events.push_back((n, event));
        self.settle();
    }

    fn role(&self, seen_by: usize, n: usize) -> Role {
        let members = self.engine(seen_by).state().configuration();
        members.member(self.devices[n].id).unwrap().role
    }

    fn height(&self, n: usize) -> u64 {
        self.engine(n).state().height()
    }
}

#[test]
fn one_that_is_silent_for_the_whole_time_stops_counting_and_none_sooner() {
    for silent in [0, 3] {
        let watcher = 1;
        let mut house = House::of(4, 0..4);
        house.pass(DAY);
        house.stop(silent);
        house.pass(29 * DAY);
        assert_eq!(house.role(watcher, silent), Role::Voter);
        let days = house.engine(watcher).last_heard()[&house.devices[silent].id].silent / DAY;
        assert!((28..=29).contains(&days), "{days} days");
        house.pass(2 * DAY);
        for n in (0..4).filter(|&n| n != silent) {
            assert_eq!(house.role(n, silent), Role::Silent, "seen by {n}");
            assert_eq!(house.height(n), 1, "one edit says it");
        }
        // Of the three that are left two decide.
        house.stop(2);
        house.submit(watcher, "two of three");
        assert_eq!(house.height(watcher), 2);
    }
}

#[test]
fn it_brings_what_it_wrote_gets_its_vote_back_and_keeps_it() {
    let mut house = House::of(3, 0..3);
    house.submit(2, "before it left");
    house.stop(2);
    house.pass(31 * DAY);
    assert_eq!(house.role(0, 2), Role::Silent);
    // On its own it knows nothing of that, and writes.
    house.cut = BTreeSet::from([(0, 2), (1, 2)]);
    house.start(2);
    house.submit(2, "on the move");
    house.pass(DAY);
    assert_eq!(house.role(2, 2), Role::Voter);
    assert_eq!(house.engine(2).pending(), 1);
    house.cut.clear();
    house.link(0, 2);
    house.link(1, 2);
    house.pass(10_000_000);
    for n in 0..3 {
        assert_eq!(house.role(n, 2), Role::Voter, "seen by {n}");
        assert_eq!(house.engine(n).state().tip(), house.engine(0).state().tip());
    }
    assert_eq!(house.engine(2).pending(), 0);
    let height = house.height(0);
    house.stop(2);
    house.pass(29 * DAY);
    house.start(2);
    house.pass(60 * DAY);
    assert_eq!(house.role(0, 2), Role::Voter);
    assert_eq!(house.height(0), height, "nothing more had to be said");
}

#[test]
fn a_clock_that_jumps_or_a_device_that_sleeps_blames_nobody() {
    let mut house = House::of(3, 0..3);
    house.stop(2);
    house.pass(DAY);
    for n in [0, 1] {
        house.devices[n].ahead += 366 * DAY;
        house.tick();
    }
    house.pass(DAY);
    let id = house.devices[2].id;
    for n in [0, 1] {
        let silent = house.engine(n).last_heard()[&id].silent;
        assert!(silent < 3 * DAY, "{} days", silent / DAY);
        assert_eq!(house.role(n, 2), Role::Voter);
    }
    house.pass(29 * DAY);
    assert_eq!(house.role(0, 2), Role::Silent, "what has passed counts");
}

#[test]
fn without_a_quorum_no_silence_counts() {
    let mut house = House::of(4, 0..2);
    house.pass(60 * DAY);
    assert!(house.engine(0).misses().is_empty());
    house.start(2);
    house.pass(29 * DAY);
    assert_eq!(house.role(0, 3), Role::Voter);
    house.pass(2 * DAY);
    assert_eq!(house.role(0, 3), Role::Silent);
}

#[test]
fn whoever_was_away_itself_is_waited_for() {
    let mut house = House::of(4, 0..3);
    house.pass(20 * DAY);
    // Its next life knows nothing of this one.
    house.stop(2);
    house.pass(5 * DAY);
    house.start(2);
    house.pass(11 * DAY);
    let missed = BTreeSet::from([house.devices[3].id]);
    let misses = [0, 2].map(|n| house.engine(n).misses());
    assert_eq!(misses, [missed, BTreeSet::new()]);
    assert_eq!(house.role(0, 3), Role::Voter);
    house.pass(20 * DAY);
    assert_eq!(house.role(0, 3), Role::Silent);
}

#[test]
fn one_that_hears_of_it_is_enough_to_keep_its_vote() {
    let mut house = found(4, false);
    house.cut = BTreeSet::from([(0, 3), (1, 3)]);
    (0..4).for_each(|n| house.start(n));
    house.pass(60 * DAY);
    assert!(house.engine(0).misses().contains(&house.devices[3].id));
    assert_eq!(house.role(0, 3), Role::Voter);
    // What it writes reaches those who do not meet it.
    house.submit(3, "by way of another");
    house.pass(1_000_000);
    assert!(house.engine(0).misses().is_empty());
}

#[test]
fn of_two_devices_and_a_bucket_nobody_stops_counting() {
    let mut house = found(2, true);
    house.limit = DAY / 24;
    house.start(0);
    let bucket = house.bucket.unwrap();
    house.events.push_back((0, Event::BucketUp(bucket)));
    house.settle();
    house.pass(DAY / 12);
    assert!(house.engine(0).has_quorum());
    assert!(house.engine(0).misses().contains(&house.devices[1].id));
    assert_eq!(house.engine(0).pending(), 0, "nothing was written");
    assert_eq!(house.engine(0).patience_with(house.devices[1].id), None);
}

/// All others become observers then: whoever a person has made one stays one.
#[test]
fn after_an_epoch_it_gets_its_vote_back_as_well() {
    let mut house = House::of(3, 0..3);
    house.stop(2);
    house.pass(31 * DAY);
    assert_eq!(house.role(0, 2), Role::Silent);
    house.stop(1);
    let event = Event::Recover {
        ticket: 1,
        nonce: [5; 32],
        right: Right::Survivor,
    };
    house.events.push_back((0, event));
    house.pass(DAY);
    assert_eq!(house.role(0, 2), Role::Observer);
    house.start(2);
    house.start(1);
    house.pass(DAY / 24);
    for n in 0..3 {
        let roles = [0, 1, 2].map(|one| house.role(n, one));
        assert_eq!(roles, [Role::Voter; 3], "seen by {n}");
    }
}

#[test]
fn what_a_person_made_an_observer_stays_one() {
    let mut house = House::of(3, 0..2);
    let device = house.devices[2].id;
    let change = Change::Role {
        device,
        role: Role::Observer,
    };
    house
        .events
        .push_back((0, Event::Change { ticket: 1, change }));
    house.pass(40 * DAY);
    house.start(2);
    house.pass(DAY);
    for n in 0..3 {
        assert_eq!(house.role(n, 2), Role::Observer, "seen by {n}");
    }
}
