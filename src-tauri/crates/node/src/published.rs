//! What the event loop lets everyone see: written by it alone, read by all.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockWriteGuard};
use std::time::Duration;

use kinfolio_chain::store::Store;
use kinfolio_chain::store::disk::BlockReader;
use kinfolio_chain::{
    Begun, BlockHash, ConfigHash, Configuration, DeviceId, Height, HouseholdId, Member, Role,
};
use kinfolio_transport::{Condition, Contact};
use tokio::sync::watch;

use crate::contacts::reachable_at;
use crate::engine::{Counts, Engine, Standing};
use crate::network::Network;
use crate::opening::now_ms;
use crate::proofs::Prover;

/// The end of the chain as this device has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its height.
    pub height: Height,
    /// Its hash.
    pub hash: BlockHash,
}

/// What a device knows of the household and itself.
#[derive(Clone, Debug)]
pub struct Status {
    /// The household's name.
    pub household: String,
    /// The household's id.
    pub household_id: HouseholdId,
    /// This device.
    pub device: Member,
    /// The end of its chain.
    pub tip: Tip,
    /// How many edits the chain holds.
    pub edits: u64,
    /// Edits authored here and not yet in this chain.
    pub pending: u64,
    /// Whether a majority of the voters is within reach.
    pub quorum: bool,
    /// Whether this device may vote.
    pub standing: Standing,
    /// What happened since it was started.
    pub counts: Counts,
    /// All members, this device among them.
    pub members: Vec<MemberStatus>,
}

/// What this device knows of a member.
#[derive(Clone, Debug)]
pub struct MemberStatus {
    /// Its id.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// Its voice.
    pub role: Role,
    /// Whether it can be spoken to now.
    pub reachable: bool,
    /// The end of its chain, as far as known here.
    pub tip: Option<Tip>,
    /// When it was last heard of, in milliseconds since 1970.
    pub last_seen_ms: Option<i64>,
    /// How long nothing was heard of it while this device was part of a quorum. Only a voter's counts.
    pub silent: Duration,
    /// How much longer it may be silent until it stops counting towards the quorum; nothing, if it
    /// never does.
    pub patience: Option<Duration>,
    /// Why this device and that one do not go on with each other, and what to do; nothing, if they do
    /// as far as is known.
    pub trouble: Option<String>,
    /// Edits that were authored there and were in no block when it last said so.
    pub pending: Option<u64>,
    /// Room on the disk of its library when it last said so, in bytes.
    pub free_bytes: Option<u64>,
    /// Whether that disk took nothing more when it last said so.
    pub disk_full: bool,
    /// How far its clock is ahead of the other devices', in milliseconds, below zero: behind; nothing,
    /// unless that is much.
    pub clock_ahead_ms: Option<i64>,
}

/// What the event loop lets everyone see.
pub(crate) struct Published {
    household: String,
    household_id: HouseholdId,
    me: DeviceId,
    quorum: AtomicBool,
    parted: AtomicBool,
    edits: AtomicU64,
    pending: AtomicU64,
    tip: watch::Sender<Tip>,
    reader: RwLock<BlockReader>,
    pub(crate) prover: Prover,
    household_now: RwLock<Now>,
    household_changes: watch::Sender<u64>,
    contacts: RwLock<Contacts>,
}

/// Where this device and others listen, and how they are.
#[derive(Debug, Default)]
struct Contacts {
    /// What this device's listener is bound to.
    local: Option<SocketAddr>,
    others: Vec<Contact>,
    /// Room on this device's own disk, in bytes, once that was measured.
    free_bytes: Option<u64>,
    /// Whether that takes nothing more.
    disk_full: bool,
    clocks_off: BTreeMap<DeviceId, i64>,
    conditions: BTreeMap<DeviceId, Condition>,
}

/// What changes with the household.
#[derive(Debug)]
struct Now {
    configuration: Configuration,
    config_hash: ConfigHash,
    /// This device, as it was last a member.
    device: Member,
    standing: Standing,
    counts: Counts,
    /// The bucket that has a vote, or is to get one.
    bucket: Option<DeviceId>,
    lines: Vec<Begun>,
    seen: BTreeMap<DeviceId, Seen>,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    reachable: bool,
    tip: Option<Tip>,
    last_seen_ms: Option<i64>,
    silent: Duration,
    patience: Option<Duration>,
    trouble: Option<String>,
}

impl Published {
    /// What a newly opened engine shows.
    pub(crate) fn of<S: Store>(engine: &Engine<S>, device: Member, reader: BlockReader) -> Self {
        let state = engine.state();
        let now = Now {
            device,
            configuration: state.configuration().clone(),
            config_hash: state.config_hash(),
            standing: engine.standing().clone(),
            counts: engine.counts(),
            bucket: engine.bucket(),
            lines: state.lines().to_vec(),
            seen: BTreeMap::new(),
        };
        let published = Self {
            household: state.household().to_owned(),
            household_id: state.line().household,
            me: engine.me().device,
            quorum: AtomicBool::new(false),
            parted: AtomicBool::new(false),
            edits: AtomicU64::new(0),
            pending: AtomicU64::new(0),
            tip: watch::Sender::new(tip_of(engine)),
            reader: RwLock::new(reader),
            prover: Prover::default(),
            household_now: RwLock::new(now),
            household_changes: watch::Sender::new(0),
            contacts: RwLock::default(),
        };
        published.follow(engine);
        published
    }

    /// Shows what the engine has come to.
    pub(crate) fn follow<S: Store>(&self, engine: &Engine<S>) {
        self.pending.store(engine.pending(), Ordering::Relaxed);
        self.edits.store(engine.state().edits(), Ordering::Relaxed);
        let quorum = engine.has_quorum();
        let mut changed = self.quorum.swap(quorum, Ordering::Relaxed) != quorum;
        let tip = tip_of(engine);
        self.tip
            .send_if_modified(|before| std::mem::replace(before, tip) != tip);
        let mut now = self.write();
        let state = engine.state();
        if now.config_hash != state.config_hash() {
            changed = true;
            now.config_hash = state.config_hash();
            now.configuration = state.configuration().clone();
            if let Some(device) = now.configuration.member(self.me).cloned() {
                now.device = device;
            }
        }
        if now.standing != *engine.standing() {
            changed = true;
            now.standing = engine.standing().clone();
        }
        now.counts = engine.counts();
        if now.lines != state.lines() {
            now.lines = state.lines().to_vec();
        }
        let bucket = engine.bucket();
        changed |= std::mem::replace(&mut now.bucket, bucket) != bucket;
        let peers = engine.peers();
        for member in state
            .configuration()
            .members()
            .filter(|one| one.id != self.me)
        {
            let seen = now.seen.entry(member.id).or_default();
            let tip = peers.tip(member.id);
            seen.tip = tip.map(|(height, hash)| Tip { height, hash });
            let reachable = peers.is_greeted(member.id);
            if let Some(heard) = engine.last_heard().get(&member.id) {
                seen.last_seen_ms = heard.last_ms;
                seen.silent = Duration::from_micros(heard.silent);
            }
            seen.patience = engine.patience_with(member.id).map(Duration::from_micros);
            let trouble = peers.trouble(member.id);
            if seen.trouble.as_deref() != trouble {
                changed = true;
                seen.trouble = trouble.map(str::to_owned);
            }
            changed |= seen.reachable != reachable;
            seen.reachable = reachable;
        }
        drop(now);
        if changed {
            self.household_changes.send_modify(|changes| *changes += 1);
        }
    }

    /// Shows where devices listen, and how they are.
    pub(crate) fn show_contacts(&self, network: &Network) {
        let mut contacts = self
            .contacts
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        contacts.local = network.listens_at();
        contacts.others = network.known_contacts();
        contacts.conditions.clone_from(network.conditions());
        contacts.clocks_off.clone_from(network.clocks_off());
    }

    /// So many bytes are free on this device's own disk; whether it takes nothing more.
    pub(crate) fn has_room(&self, free_bytes: u64, disk_full: bool) {
        let contacts = self.contacts.write();
        let mut contacts = contacts.unwrap_or_else(PoisonError::into_inner);
        contacts.free_bytes = Some(free_bytes);
        contacts.disk_full = disk_full;
    }

    /// Where this device and others listen; its own addresses as they are now.
    pub(crate) fn contacts(&self) -> Vec<Contact> {
        let contacts = self.contacts.read().unwrap_or_else(PoisonError::into_inner);
        let own = contacts.local.map(|local| Contact {
            device: self.me,
            addresses: reachable_at(local),
        });
        contacts.others.iter().cloned().chain(own).collect()
    }

    /// The members at the tip.
    pub(crate) fn configuration(&self) -> Configuration {
        let now = self.household_now.read();
        now.unwrap_or_else(PoisonError::into_inner)
            .configuration
            .clone()
    }

    /// This device as a member.
    pub(crate) fn device(&self) -> Member {
        let now = self.household_now.read();
        now.unwrap_or_else(PoisonError::into_inner).device.clone()
    }

    /// The bucket that has a vote, or is to get one.
    pub(crate) fn bucket(&self) -> Option<DeviceId> {
        let now = self.household_now.read();
        now.unwrap_or_else(PoisonError::into_inner).bucket
    }

    /// The lines of history that led to the tip.
    pub(crate) fn lines(&self) -> Vec<Begun> {
        let now = self.household_now.read();
        now.unwrap_or_else(PoisonError::into_inner).lines.clone()
    }

    /// This device.
    pub(crate) fn me(&self) -> DeviceId {
        self.me
    }

    /// Whether the chain has taken another past than what was made from it.
    pub(crate) fn has_parted(&self) -> bool {
        self.parted.load(Ordering::Acquire)
    }

    pub(crate) fn part(&self, parted: bool) {
        if parted {
            self.prover.forget();
        }
        self.parted.store(parted, Ordering::Release);
    }

    /// The engine is gone; nothing waits in it any more.
    pub(crate) fn stopped(&self) {
        self.pending.store(0, Ordering::Relaxed);
        self.quorum.store(false, Ordering::Relaxed);
    }

    pub(crate) fn replace_reader(&self, reader: BlockReader) {
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader;
    }

    pub(crate) fn reader(&self) -> BlockReader {
        let reader = self.reader.read().unwrap_or_else(PoisonError::into_inner);
        reader.clone()
    }

    pub(crate) fn tip(&self) -> Tip {
        *self.tip.borrow()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Tip> {
        self.tip.subscribe()
    }

    /// Has those look who watch the household.
    pub(crate) fn touch_household(&self) {
        self.household_changes.send_modify(|changes| *changes += 1);
    }

    /// Changes whenever a member comes, goes or changes, or somebody asks to become one.
    pub(crate) fn watch_household(&self) -> watch::Receiver<u64> {
        self.household_changes.subscribe()
    }

    /// All of it at once. A device that was removed shows itself as it was before.
    pub(crate) fn status(&self) -> Status {
        let now = self
            .household_now
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let tip = self.tip();
        let pending = self.pending.load(Ordering::Relaxed);
        let contacts = self.contacts.read().unwrap_or_else(PoisonError::into_inner);
        let member = |member: &Member| {
            let said = contacts.conditions.get(&member.id);
            let (waiting, free_bytes, disk_full) = match member.id == self.me {
                true => (Some(pending), contacts.free_bytes, contacts.disk_full),
                false => (
                    said.map(|said| said.pending),
                    said.and_then(|said| said.free_bytes),
                    said.is_some_and(|said| said.disk_full),
                ),
            };
            let seen = match member.id == self.me {
                true => Seen {
                    reachable: true,
                    tip: Some(tip),
                    last_seen_ms: Some(now_ms()),
                    ..Seen::default()
                },
                false => now.seen.get(&member.id).cloned().unwrap_or_default(),
            };
            MemberStatus {
                id: member.id,
                name: member.name.clone(),
                role: member.role,
                reachable: seen.reachable,
                tip: seen.tip,
                last_seen_ms: seen.last_seen_ms,
                silent: seen.silent,
                patience: seen.patience,
                trouble: seen.trouble,
                pending: waiting,
                free_bytes,
                disk_full,
                clock_ahead_ms: contacts.clocks_off.get(&member.id).copied(),
            }
        };
        Status {
            household: self.household.clone(),
            household_id: self.household_id,
            device: now.device.clone(),
            tip,
            edits: self.edits.load(Ordering::Relaxed),
            pending,
            quorum: self.quorum.load(Ordering::Relaxed),
            standing: now.standing.clone(),
            counts: now.counts,
            members: now.configuration.members().map(member).collect(),
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, Now> {
        self.household_now
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn tip_of<S: Store>(engine: &Engine<S>) -> Tip {
    let state = engine.state();
    Tip {
        height: state.height(),
        hash: state.tip(),
    }
}
