//! A small world for whole replicas: time that jumps from event to event, a network that loses,
//! doubles, reorders and parts, disks that sync late, crash, and go back in time. All of it is
//! drawn from a seed, so that a seed is a failure's name.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::device::{Climate, Device, Entry, begin, tip, voters_above};
use super::numbers::{Block, Chance, Numbers, proposer};
use crate::{Input, Lsn, Message, Micros, Output, Replica, Types};

#[derive(Clone, Debug)]
enum Parcel {
    Say(Message<Numbers>),
    Edit(u32),
    Want(u64),
    Block(Block),
}

enum Event {
    Deliver(u8, u8, Parcel),
    Synced(u8, u32, usize, Lsn),
    Wake(u8),
    Submit(u8),
    Read(u8),
    Change(u8, u8),
    Crash(u8),
    Restore(u8),
    Restart(u8),
    Part(u8, u8, Micros),
    Gossip(u8),
}

/// How long faults go on.
const FAULTY: Micros = 3_000_000;

pub(super) struct World {
    climate: Climate,
    devices: Vec<Device>,
    now: Micros,
    events: BTreeMap<(Micros, u64), Event>,
    next_event: u64,
    /// Until when what the first says does not reach the second.
    parted: BTreeMap<(u8, u8), Micros>,
    chance: Chance,
    edits: u32,
    decided: BTreeMap<u64, Block>,
    /// Up to which height the chain was known to be decided anywhere when each read began.
    reads: BTreeMap<u64, u64>,
    pub(super) reads_answered: usize,
    pub(super) duels: usize,
    pub(super) changes: usize,
    /// The first thing that must not happen.
    pub(super) broken: Option<String>,
}

impl World {
    pub(super) fn new(climate: Climate, seed: u64) -> Self {
        let device = |id| Device {
            replica: Replica::new(proposer(id, 0), 0),
            life: 0,
            up: false,
            restored: false,
            log: Vec::new(),
            synced: 0,
            syncing: false,
            lsn: 0,
            chain: Vec::new(),
            pool: BTreeSet::new(),
            change: None,
            wake_at: None,
        };
        let mut world = Self {
            climate,
            devices: (0..climate.devices).map(device).collect(),
            now: 0,
            events: BTreeMap::new(),
            next_event: 0,
            parted: BTreeMap::new(),
            chance: Chance(seed * 2 + 1),
            edits: 0,
            decided: BTreeMap::new(),
            reads: BTreeMap::new(),
            reads_answered: 0,
            duels: 0,
            changes: 0,
            broken: None,
        };
        for id in world.ids() {
            world.restart(id);
            world.later(100_000, Event::Gossip(id));
        }
        world.plan();
        world
    }

    fn ids(&self) -> std::ops::Range<u8> {
        0..self.climate.devices
    }

    /// What happens from outside, and when.
    fn plan(&mut self) {
        for _ in 0..40 {
            let id = self.any();
            self.some_time(Event::Submit(id));
            let id = self.any();
            self.some_time(Event::Read(id));
        }
        for _ in 0..self.climate.crashes {
            let id = self.any();
            self.some_time(Event::Crash(id));
            let (from, to) = (self.any(), self.any());
            let lasts = self.chance.below(500_000);
            self.some_time(Event::Part(from, to, lasts));
        }
        for _ in 0..self.climate.changes {
            let (id, whom) = (self.any(), self.any());
            self.some_time(Event::Change(id, whom));
        }
        for _ in 0..self.climate.restores {
            let id = self.any();
            self.some_time(Event::Restore(id));
        }
    }

    fn any(&mut self) -> u8 {
        self.chance
            .below(self.climate.devices.into())
            .try_into()
            .unwrap()
    }

    fn later(&mut self, wait: Micros, event: Event) {
        self.next_event += 1;
        self.events
            .insert((self.now + wait, self.next_event), event);
    }

    fn some_time(&mut self, event: Event) {
        let wait = self.chance.below(FAULTY);
        self.later(wait, event);
    }

    /// Runs until all is still and everyone has everything, or the time is up.
    pub(super) fn run(&mut self, until: Micros) {
        while let Some(((at, _), event)) = self.events.pop_first() {
            if at > until || self.broken.is_some() || at > FAULTY && self.is_settled() {
                return;
            }
            self.now = at;
            self.happen(event);
        }
    }

    /// Whether all edits are decided, all tips are equal, and no read waits.
    pub(super) fn is_settled(&self) -> bool {
        let edits: usize = self.decided.values().map(|block| block.edits.len()).sum();
        let tip = self.decided.len();
        let everyone = self
            .devices
            .iter()
            .all(|one| one.up && one.chain.len() == tip);
        everyone && edits == self.edits as usize && self.reads.is_empty()
    }

    fn device(&mut self, id: u8) -> &mut Device {
        &mut self.devices[usize::from(id)]
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Deliver(from, to, parcel) => self.deliver(from, to, parcel),
            Event::Synced(id, life, end, lsn) => self.synced(id, life, end, lsn),
            Event::Wake(id) => {
                let now = self.now;
                if self.device(id).wake_at.take_if(|at| *at <= now).is_some() {
                    self.step(id, Input::Tick);
                }
            }
            Event::Submit(id) => {
                self.edits += 1;
                let edit = self.edits;
                self.device(id).pool.insert(edit);
                self.gossip(id);
                self.step(id, Input::Wish(true));
            }
            Event::Read(id) => self.read(id),
            Event::Change(id, whom) => {
                self.device(id).change = Some(whom);
                self.step(id, Input::Wish(true));
            }
            Event::Crash(id) => self.crash(id, false),
            Event::Restore(id) => self.crash(id, true),
            Event::Restart(id) => self.restart(id),
            Event::Part(from, to, lasts) => {
                self.parted.insert((from, to), self.now + lasts);
            }
            Event::Gossip(id) => {
                self.gossip(id);
                self.later(100_000, Event::Gossip(id));
            }
        }
    }

    /// Tells everyone the tip and the edits that wait.
    fn gossip(&mut self, id: u8) {
        let device = self.device(id);
        let tip = device.chain.last().map(|block| Message::Decided {
            height: block.height,
            hash: Numbers::hash_of(block),
        });
        let edits = device.pool.iter().copied().map(Parcel::Edit);
        let parcels: Vec<_> = edits.chain(tip.map(Parcel::Say)).collect();
        for to in self.ids() {
            for parcel in &parcels {
                self.send(id, to, parcel.clone());
            }
        }
    }

    fn send(&mut self, from: u8, to: u8, parcel: Parcel) {
        let faulty = self.now < FAULTY;
        let parted = self
            .parted
            .get(&(from, to))
            .is_some_and(|until| *until > self.now);
        if from == to || !self.device(from).up || faulty && (parted || self.chance.one_in(20)) {
            return;
        }
        while faulty && self.chance.one_in(20) {
            let wait = self.chance.below(200_000);
            self.later(wait, Event::Deliver(from, to, parcel.clone()));
        }
        let wait = 100 + self.chance.below(3_000);
        self.later(wait, Event::Deliver(from, to, parcel));
    }

    fn deliver(&mut self, from: u8, to: u8, parcel: Parcel) {
        let device = self.device(to);
        if !device.up {
            return;
        }
        match parcel {
            Parcel::Say(message) => {
                if let Message::Accept { height, block, .. } = &message
                    && *height == device.chain.len() as u64 + 1
                    && block.prev != tip(&device.chain)
                {
                    self.broken = Some(format!("V: {block:?} does not follow the tip of {to}"));
                    return;
                }
                self.step(to, Input::Receive { from, message });
            }
            Parcel::Edit(edit) => {
                if device
                    .chain
                    .iter()
                    .all(|block| !block.edits.contains(&edit))
                {
                    device.pool.insert(edit);
                    self.step(to, Input::Wish(true));
                }
            }
            Parcel::Want(height) => {
                if let Some(block) = device.chain.get(height as usize - 1) {
                    let parcel = Parcel::Block(block.clone());
                    self.send(to, from, parcel);
                }
            }
            Parcel::Block(block) => {
                if block.height == device.chain.len() as u64 + 1 {
                    self.step(to, Input::Learn(block));
                    let next = self.device(to).chain.len() as u64 + 1;
                    self.send(to, from, Parcel::Want(next));
                }
            }
        }
    }

    fn read(&mut self, id: u8) {
        if !self.device(id).up {
            return;
        }
        let read = self.next_event;
        let floor = self.decided.keys().last().copied().unwrap_or(0);
        self.reads.insert(read, floor);
        self.step(id, Input::Read(read));
    }

    fn step(&mut self, id: u8, input: Input<Numbers>) {
        let now = self.now;
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            if !self.device(id).up {
                return;
            }
            for output in self.device(id).replica.step(now, input) {
                inputs.extend(self.carry_out(id, output));
            }
        }
        self.sync(id);
    }

    fn carry_out(&mut self, id: u8, output: Output<Numbers>) -> Vec<Input<Numbers>> {
        let now = self.now;
        let device = &mut self.devices[usize::from(id)];
        match output {
            Output::Persist(lsn, record) => {
                device.lsn = lsn;
                device.log.push(Entry::Vote(record));
            }
            Output::Send { to, message } => self.send(id, to, Parcel::Say(message)),
            Output::Build { height } => {
                let toggles = device.change.take();
                let voters = voters_above(&self.climate, &device.chain);
                let would_vote = |whom: &u8| voters != BTreeSet::from([*whom]);
                let block = Block {
                    height,
                    prev: tip(&device.chain),
                    edits: device.pool.iter().copied().collect(),
                    toggles: toggles.filter(would_vote),
                    by: device.replica.me(),
                };
                return vec![Input::Propose(block)];
            }
            Output::Decide { height, block } => return self.decide(id, height, block),
            Output::Outbid { .. } => self.duels += 1,
            Output::Behind { device: to, height } => {
                let hash = Numbers::hash_of(&device.chain[height as usize - 1]);
                self.send(id, to, Parcel::Say(Message::Decided { height, hash }));
            }
            Output::Missing { device: from, .. } => {
                let next = device.chain.len() as u64 + 1;
                self.send(id, from, Parcel::Want(next));
            }
            Output::Readable { read, height } => {
                self.reads_answered += 1;
                let floor = self.reads.remove(&read);
                if floor.is_some_and(|floor| height < floor) || height > device.chain.len() as u64 {
                    self.broken = Some(format!("R: read at {height}, acknowledged {floor:?}"));
                }
            }
            Output::WakeAt(at) => {
                device.wake_at = Some(at);
                self.later(at.saturating_sub(now), Event::Wake(id));
            }
            Output::Alarm { ballot, .. } => {
                self.broken = Some(format!("B: {ballot:?} names two blocks"));
            }
        }
        Vec::new()
    }

    fn decide(&mut self, id: u8, height: u64, block: Block) -> Vec<Input<Numbers>> {
        let before = self.decided.entry(height).or_insert_with(|| block.clone());
        if *before != block || block.height != height {
            self.broken = Some(format!("A: {before:?} and {block:?} are decided"));
        }
        self.changes += usize::from(block.toggles.is_some());
        let climate = self.climate;
        let device = self.device(id);
        device.pool.retain(|edit| !block.edits.contains(edit));
        device.log.push(Entry::Decided(block.clone()));
        device.chain.push(block);
        let wish = !device.pool.is_empty() || device.change.is_some();
        vec![Input::Wish(wish), Input::Begin(begin(&climate, device))]
    }

    fn sync(&mut self, id: u8) {
        let wait = 200 + self.chance.below(4_000);
        let device = self.device(id);
        if device.synced < device.log.len() && !device.syncing {
            device.syncing = true;
            let event = Event::Synced(id, device.life, device.log.len(), device.lsn);
            self.later(wait, event);
        }
    }

    fn synced(&mut self, id: u8, life: u32, end: usize, lsn: Lsn) {
        let device = self.device(id);
        if device.up && device.life == life {
            device.synced = end;
            device.syncing = false;
            self.step(id, Input::Synced(lsn));
        }
    }

    /// The process ends; of what was not synced some may be on the disk all the same. A restored
    /// disk holds an early state.
    fn crash(&mut self, id: u8, restored: bool) {
        if !self.device(id).up {
            return;
        }
        let device = &self.devices[usize::from(id)];
        let (synced, unsynced) = (
            device.synced as u64,
            (device.log.len() - device.synced) as u64,
        );
        let kept = match restored {
            true => self.chance.below(synced / 2 + 1),
            false => synced + self.chance.below(unsynced + 1),
        };
        let device = self.device(id);
        device.up = false;
        device.restored |= restored;
        device.log.truncate(kept as usize);
        device.synced = kept as usize;
        // Nobody waits any more for the reads of a process that is gone.
        let waiting: Vec<u64> = self.reads.keys().copied().collect();
        let theirs = |replica: &mut Replica<Numbers>, read| {
            let before = replica.clone();
            replica.forget(read);
            *replica != before
        };
        for read in waiting {
            if theirs(&mut self.devices[usize::from(id)].replica, read) {
                self.reads.remove(&read);
            }
        }
        for other in self.ids().filter(|&other| other != id) {
            self.step(other, Input::Away(id));
        }
        let wait = self.chance.below(400_000);
        self.later(wait, Event::Restart(id));
    }

    fn restart(&mut self, id: u8) {
        let (climate, seed) = (self.climate, self.chance.below(1 << 30));
        let device = self.device(id);
        device.life += 1;
        let me = proposer(id, device.life);
        device.replica = Replica::with_mutant(me, seed, climate.mutant);
        if device.restored {
            device.replica.fall_silent();
        }
        (device.up, device.syncing, device.lsn) = (true, false, 0);
        device.wake_at = None;
        let decided = device.log.iter().filter_map(|entry| match entry {
            Entry::Decided(block) => Some(block.clone()),
            Entry::Vote(_) => None,
        });
        device.chain = decided.collect();
        let begin = begin(&climate, device);
        let wish = !device.pool.is_empty();
        self.step(id, Input::Begin(begin));
        self.step(id, Input::Wish(wish));
        for other in self.ids().filter(|&other| other != id) {
            if self.device(other).up {
                let it = self.device(other).replica.me();
                self.step(id, Input::Present(it));
                self.step(other, Input::Present(me));
            }
        }
    }
}
