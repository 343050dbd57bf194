//! Devices, their disks, and a network that keeps every letter for ever: one can be delivered
//! twice, late, in any order, or never.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use kinfolio_consensus::{Ballot, Begin, Message, Output, Proposer, Record, Synod, Types};

use crate::household::{Block, Household, Numbers};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub devices: Vec<Device>,
    pub network: BTreeSet<Arc<Letter>>,
    /// Every block that any device ever held decided, for those that fetch it.
    pub decided: BTreeSet<Block>,
    /// Every acceptance that was ever durable: who, under which ballot, which block.
    pub votes: BTreeSet<(u8, Ballot<Numbers>, Block)>,
    pub crashes: u8,
    pub restores: u8,
    /// What was seen to happen that no later state shows.
    pub seen: Seen,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    /// A device noticed one ballot with two blocks.
    pub alarm: bool,
    /// A ballot was persisted below an earlier one of its height.
    pub went_back: bool,
    /// A life spoke for a ballot of another one.
    pub borrowed: bool,
    /// A ballot took over the block of another one.
    pub adopted: bool,
    /// A ballot met a higher one.
    pub duel: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    pub synod: Synod<Numbers>,
    pub life: u8,
    pub log: Vec<Entry>,
    /// How much of the log outlives a crash.
    pub synced: usize,
    /// The number of the last record in this life.
    lsn: u64,
    /// Whether this life has bid at the open height.
    has_bid: bool,
    /// Whether its disk went back in time.
    pub restored: bool,
    /// Whether votes that it has forgotten may matter, and from which height on they cannot.
    forgets: bool,
    speaks_from: u64,
}

/// A line of a device's log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    Vote(Record<Numbers>),
    Decided(Block),
}

/// A message under way. Letters are told apart by a fingerprint, as the checker does with worlds.
#[derive(Debug)]
pub struct Letter {
    print: u64,
    pub from: u8,
    pub to: u8,
    pub message: Message<Numbers>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Bid(u8),
    Settle(u8),
    Sync(u8),
    Crash(u8),
    Restore(u8),
    Deliver(Arc<Letter>),
}

impl Letter {
    fn new(from: u8, to: u8, message: Message<Numbers>) -> Self {
        let mut hasher = DefaultHasher::new();
        (from, to, &message).hash(&mut hasher);
        Self {
            print: hasher.finish(),
            from,
            to,
            message,
        }
    }
}

impl PartialEq for Letter {
    fn eq(&self, other: &Self) -> bool {
        self.print == other.print
    }
}

impl Eq for Letter {}

impl PartialOrd for Letter {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Letter {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.print.cmp(&other.print)
    }
}

impl Hash for Letter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.print.hash(state);
    }
}

impl Entry {
    /// The height and the ballot that a vote is about.
    pub fn vote(&self) -> Option<(u64, Ballot<Numbers>)> {
        match self {
            Self::Vote(Record::Promise { height, ballot }) => Some((*height, *ballot)),
            Self::Vote(Record::Accepted { ballot, block }) => Some((block.height.into(), *ballot)),
            Self::Decided(_) => None,
        }
    }

    /// The ballot and the block of an acceptance.
    pub fn accepted(&self) -> Option<(Ballot<Numbers>, Block)> {
        match self {
            Self::Vote(Record::Accepted { ballot, block }) => Some((*ballot, *block)),
            Self::Vote(Record::Promise { .. }) | Self::Decided(_) => None,
        }
    }
}

impl Device {
    fn new(id: u8, model: &Household) -> Self {
        let mut device = Self {
            synod: Synod::new(proposer(id, 0)),
            life: 0,
            log: Vec::new(),
            synced: 0,
            lsn: 0,
            has_bid: false,
            restored: false,
            forgets: false,
            speaks_from: 0,
        };
        device.live(id, model);
        device
    }

    /// The decided blocks that the log holds.
    pub fn chain(&self) -> Vec<Block> {
        let decided = self.log.iter().filter_map(|entry| match entry {
            Entry::Decided(block) => Some(*block),
            Entry::Vote(_) => None,
        });
        decided.collect()
    }

    pub fn durable(&self) -> &[Entry] {
        &self.log[..self.synced]
    }

    /// Begins another life with what is durable.
    fn live(&mut self, id: u8, model: &Household) {
        self.log.truncate(self.synced);
        self.life += 1;
        self.lsn = 0;
        self.synod = Synod::with_mutant(proposer(id, self.life), model.mutant);
        if self.forgets {
            self.synod.fall_silent();
            // All others remember: there is one restored disk at most.
            if model.voters.is_multiple_of(2) {
                self.synod.speak();
            }
        }
        self.begin(model);
    }

    fn begin(&mut self, model: &Household) {
        let chain = self.chain();
        let height = chain.len() as u64 + 1;
        let votes = self.log.iter().filter_map(Entry::vote);
        let promised = votes.filter(|(at, _)| *at == height).map(|(_, one)| one);
        let accepted = self.log.iter().filter_map(Entry::accepted);
        let accepted = accepted.filter(|(_, block)| u64::from(block.height) == height);
        let owner = chain
            .last()
            .map_or(proposer(0, 1), |block| proposer(block.author(), block.life));
        let voters = voters_above(model, &chain);
        self.has_bid = false;
        self.synod.begin(Begin {
            height,
            owner,
            order: voters.iter().copied().collect(),
            voters,
            promised: promised.max(),
            accepted: accepted.max_by_key(|(ballot, _)| *ballot),
        });
        if self.forgets && height >= self.speaks_from {
            self.forgets = false;
            self.synod.speak();
        }
    }

    fn may_bid(&self, heights: u8) -> bool {
        let wanted = self.synod.height() <= u64::from(heights);
        wanted && self.synod.may_bid() && !self.has_bid
    }
}

impl World {
    pub fn new(model: &Household) -> Self {
        Self {
            devices: (0..model.devices)
                .map(|id| Device::new(id, model))
                .collect(),
            network: BTreeSet::new(),
            decided: BTreeSet::new(),
            votes: BTreeSet::new(),
            crashes: 0,
            restores: 0,
            seen: Seen::default(),
        }
    }

    pub fn actions(&self, model: &Household, actions: &mut Vec<Action>) {
        for (id, device) in (0..).zip(&self.devices) {
            if device.may_bid(model.heights) {
                let bids = model.bidders.contains(&id);
                actions.extend(bids.then_some(Action::Bid(id)));
                let settles = model.settlers.contains(&id);
                actions.extend(settles.then_some(Action::Settle(id)));
            }
            // Where nothing more can crash, nobody can tell whether a decision was synced.
            let tail = &device.log[device.synced..];
            let can_lose =
                self.crashes < model.crashes || tail.iter().any(|one| one.vote().is_some());
            if !tail.is_empty() && can_lose {
                actions.push(Action::Sync(id));
            }
            if self.crashes < model.crashes {
                actions.push(Action::Crash(id));
            }
            if self.restores < model.restores {
                actions.push(Action::Restore(id));
            }
        }
        actions.extend(self.network.iter().cloned().map(Action::Deliver));
    }

    pub fn act(&mut self, model: &Household, action: Action) {
        match action {
            Action::Bid(id) => {
                let device = &mut self.devices[usize::from(id)];
                device.has_bid = true;
                let block = model.build(id, device.life, &device.chain());
                self.step(model, id, |synod, out| synod.bid(Some(block), out));
            }
            Action::Settle(id) => {
                self.devices[usize::from(id)].has_bid = true;
                self.step(model, id, |synod, out| synod.bid(None, out));
            }
            Action::Sync(id) => self.sync(model, id),
            Action::Crash(id) => {
                self.crashes += 1;
                self.devices[usize::from(id)].live(id, model);
            }
            Action::Restore(id) => {
                self.restores += 1;
                let speaks_from = self.heard(id, model) + 2;
                let device = &mut self.devices[usize::from(id)];
                device.restored = true;
                device.forgets = true;
                device.speaks_from = speaks_from;
                device.synced = 0;
                device.live(id, model);
            }
            Action::Deliver(letter) => {
                let message = letter.message.clone();
                self.step(model, letter.to, |synod, out| {
                    synod.receive(letter.from, message, out);
                });
            }
        }
    }

    /// The highest height that any of just enough other voters has accepted: of those who have
    /// accepted least.
    fn heard(&self, id: u8, model: &Household) -> u64 {
        let others = (0..model.voters).filter(|&other| other != id);
        let accepted = others.map(|other| self.devices[usize::from(other)].synod.accepted_height());
        let mut accepted: Vec<_> = accepted.collect();
        accepted.sort_unstable();
        accepted[accepted.len() / 2]
    }

    fn sync(&mut self, model: &Household, id: u8) {
        let device = &mut self.devices[usize::from(id)];
        let fresh = &device.log[device.synced..];
        let fresh = fresh.iter().filter_map(Entry::accepted);
        self.votes
            .extend(fresh.map(|(ballot, block)| (id, ballot, block)));
        device.synced = device.log.len();
        let lsn = device.lsn;
        self.step(model, id, |synod, out| synod.synced(lsn, out));
    }

    fn step(
        &mut self,
        model: &Household,
        id: u8,
        input: impl FnOnce(&mut Synod<Numbers>, &mut Vec<Output<Numbers>>),
    ) {
        let mut out = Vec::new();
        input(&mut self.devices[usize::from(id)].synod, &mut out);
        for output in out {
            self.carry_out(model, id, output);
        }
    }

    fn carry_out(&mut self, model: &Household, id: u8, output: Output<Numbers>) {
        let device = &mut self.devices[usize::from(id)];
        match output {
            Output::Persist(lsn, record) => {
                let entry = Entry::Vote(record);
                let before = device.log.iter().filter_map(Entry::vote);
                self.seen.went_back |= entry.vote().is_some_and(|(height, ballot)| {
                    before.clone().any(|(at, one)| at == height && one > ballot)
                });
                device.log.push(entry);
                device.lsn = lsn;
            }
            Output::Send { to, message } => self.send(id, to, message),
            Output::Decide { block, .. } => {
                device.log.push(Entry::Decided(block));
                device.begin(model);
                self.decided.insert(block);
            }
            Output::Behind { device: to, height } => {
                let chain = device.chain();
                let asked = chain.iter().find(|one| u64::from(one.height) == height);
                if let Some(hash) = asked.map(Numbers::hash_of) {
                    self.send(id, to, Message::Decided { height, hash });
                }
            }
            Output::Missing { height, .. } => self.fetch(model, id, height),
            Output::Outbid { .. } => self.seen.duel = true,
            Output::Alarm { .. } => self.seen.alarm = true,
            Output::Build { .. } | Output::Readable { .. } | Output::WakeAt(_) => {}
        }
    }

    fn send(&mut self, id: u8, to: u8, message: Message<Numbers>) {
        if let Message::Prepare { ballot, .. } | Message::Accept { ballot, .. } = &message {
            let me = self.devices[usize::from(id)].synod.me();
            self.seen.borrowed |= ballot.proposer != me;
        }
        if let Message::Accept { block, .. } = &message {
            self.seen.adopted |= block.author() != id;
        }
        // A decision means the same from whomever it comes: it is kept once for each receiver.
        let from = match message {
            Message::Decided { .. } => to,
            _ => id,
        };
        self.network
            .insert(Arc::new(Letter::new(from, to, message)));
    }

    /// Learns what others have decided, up to a height. That takes no time: a fetch that takes
    /// some is the same as a letter that comes later.
    fn fetch(&mut self, model: &Household, id: u8, height: u64) {
        loop {
            let open = self.devices[usize::from(id)].synod.height();
            let mut decided = self.decided.iter().copied();
            let block = decided.find(|block| u64::from(block.height) == open);
            let Some(block) = block.filter(|_| open <= height) else {
                return;
            };
            self.step(model, id, |synod, out| synod.learn(block, out));
        }
    }
}

/// Who votes at the height above a chain.
pub fn voters_above(model: &Household, chain: &[Block]) -> BTreeSet<u8> {
    let first = model.first_voters();
    let after = |voters, block| Numbers::voters_after(block, &voters);
    chain.iter().fold(first, after)
}

fn proposer(device: u8, incarnation: u8) -> Proposer<Numbers> {
    Proposer {
        device,
        incarnation,
    }
}
