//! One simulated device: its key, its disk, and the engine while it lives. Runs the engine as the
//! product's event loop does: all that waits in one turn, messages before the sync, one sync at a
//! time.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use kinfolio_chain::config::device_id;
use kinfolio_chain::store::disk::DiskStore;
use kinfolio_chain::store::salvage::{Attic, Salvage};
use kinfolio_chain::store::{Abstention, StoreError};
use kinfolio_chain::{Begun, Block, ConfigHash, Configuration, DeviceId, EditId, EpochId, Height};
use kinfolio_node::engine::{Clock, Engine, Event};
use kinfolio_node::{NodeError, Ticket};

use crate::disk::{SimDisk, Snapshot};
use crate::household::{FOLDER, name};
use crate::plan::{Plan, Time};
use crate::world::Booth;

/// What became of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It joins once its ledger is written.
    Expected,
    /// It lives, or will again.
    Here,
    /// It was removed from the household.
    Removed,
    /// It is gone for good, and nobody is told.
    Lost,
}

/// A device on its way through lines of history, as seen from outside.
#[derive(Debug, Default)]
pub struct Lines {
    /// Those that led to where it was seen last.
    pub seen: Vec<Begun>,
    /// Whether a person has told it to begin one, or to follow another device.
    pub told: bool,
    /// Whether it had a quorum at the end of its last turn, and has not heard since who comes or goes.
    pub has_quorum: bool,
    /// Whether it went back to where its line was left.
    pub parted: bool,
    /// Whom it follows once it is there again.
    pub follows: Option<DeviceId>,
    /// Whether it has noted that it is to ask for a vote.
    pub stands: bool,
    /// What it has brought from lines that it left.
    pub owes: BTreeMap<EditId, Owed>,
}

/// An edit that must enter the chain.
#[derive(Clone, Debug)]
pub struct Owed {
    /// For which line it was signed.
    pub line: EpochId,
}

/// Who waits at a device, by what the world calls its requests.
pub type Request = usize;

#[derive(Debug)]
pub struct Device {
    pub name: String,
    pub id: DeviceId,
    pub key: SigningKey,
    pub disk: SimDisk,
    pub engine: Option<Engine<DiskStore>>,
    pub fate: Fate,
    /// Counts its starts and stops, so that what was due in an earlier life is not done in a
    /// later one.
    pub life: u64,
    pub inbox: Vec<Event>,
    pub turn_due: bool,
    pub wake_at: Option<Time>,
    pub syncing: bool,
    pub paused: bool,
    /// How far its clocks are off.
    pub ahead: Time,
    pub wall_off_ms: i64,
    /// Syncs take so many times longer.
    pub slowness: u64,
    /// Whether a fault was put on its disk that may make it unreadable.
    pub injured: bool,
    /// Whether its disk was put back to an earlier state.
    pub restored: bool,
    /// Whether a sentinel outside its ledger has just told it so.
    pub warned: bool,
    /// Where its ledger is; one that was damaged is kept where it was.
    pub folder: PathBuf,
    pub damaged: Option<PathBuf>,
    heals: u32,
    /// What it knows of lines of history.
    pub lines: Lines,
    /// Whether edits that waited were lost with it.
    pub lost_pending: bool,
    /// An earlier state of the disk, and where the ledger was then.
    pub snapshot: Option<(Snapshot, PathBuf)>,
    pub height_seen: u64,
    /// Who it took for members at the last look.
    pub members_seen: Option<ConfigHash>,
    pub waiting: BTreeMap<Ticket, Request>,
    /// Its questions to the bucket.
    pub booth: Booth,
}

impl Device {
    pub fn new(index: usize, key: SigningKey) -> Self {
        Self {
            name: name(index),
            id: device_id(&key.verifying_key()),
            key,
            disk: SimDisk::default(),
            engine: None,
            fate: Fate::Expected,
            life: 0,
            inbox: Vec::new(),
            turn_due: false,
            wake_at: None,
            syncing: false,
            paused: false,
            ahead: 0,
            wall_off_ms: 0,
            slowness: 1,
            injured: false,
            restored: false,
            warned: false,
            folder: FOLDER.into(),
            damaged: None,
            heals: 0,
            lines: Lines::default(),
            lost_pending: false,
            snapshot: None,
            height_seen: 0,
            members_seen: None,
            waiting: BTreeMap::new(),
            booth: Booth::default(),
        }
    }

    pub fn is_up(&self) -> bool {
        self.engine.is_some()
    }

    /// Whether nothing was done to it that it may not come back from.
    pub fn is_sound(&self) -> bool {
        self.fate == Fate::Here && !self.injured
    }

    /// What its clocks show.
    pub fn clock(&self, now: Time) -> Clock {
        Clock {
            now: now + self.ahead,
            wall_ms: (now / 1000) as i64 + self.wall_off_ms,
        }
    }

    /// Whether it takes `other` for a member.
    pub fn admits(&self, other: DeviceId) -> bool {
        let members = self
            .engine
            .as_ref()
            .map(|engine| engine.state().configuration());
        members.is_some_and(|members| members.member(other).is_some())
    }

    /// A new life, on what its disk holds.
    pub fn open(
        &mut self,
        now: Time,
        nonce: u64,
        plan: &Plan,
        members: &Configuration,
    ) -> Result<(), NodeError> {
        let files = self.disk.files();
        let (store, mut recovered) = DiskStore::open_in(files, &self.folder, plan.segment_bytes)?;
        if self.warned {
            recovered.abstention = Abstention::Unknown;
            self.warned = false;
        }
        let key = self.key.clone();
        let clock = self.clock(now);
        let mut engine =
            Engine::open_with_mutant(clock, key, nonce, store, recovered, members, plan.mutant)?;
        if let Some(damaged) = self.damaged.clone().filter(|_| engine.is_healing()) {
            let attic = Attic::of(&*self.disk.files(), &damaged)?;
            engine.use_attic(clock, attic)?;
        }
        if self.lines.stands {
            engine.stand_for_vote();
        }
        if let Some(to) = self.lines.follows.take() {
            engine.follow(to);
        }
        self.height_seen = engine.state().height();
        self.engine = Some(engine);
        self.life += 1;
        Ok(())
    }

    /// Makes a damaged ledger anew from what is left of it.
    pub fn heal(&mut self, founding: &Arc<Block>) -> Result<Salvage, StoreError> {
        let files = self.disk.files();
        let salvage = Salvage::of(&*files, &self.folder)?;
        self.lost_pending |= salvage.wounds.iter().any(is_about_pending);
        // An attempt that failed half-way has left files behind.
        self.heals += 1;
        let anew = PathBuf::from(format!("{FOLDER}-{}", self.heals));
        salvage.rebuild(&files, &self.folder, &anew, founding)?;
        self.damaged = Some(std::mem::replace(&mut self.folder, anew));
        Ok(salvage)
    }

    /// Goes back to where another line has left the one here.
    pub fn part(&mut self, founding: &Arc<Block>, fork: Height) -> Result<(), StoreError> {
        let files = self.disk.files();
        let salvage = Salvage::of(&*files, &self.folder)?;
        let salvage = kinfolio_node::part(&self.key, salvage, &*files, &self.folder, fork)?;
        self.heals += 1;
        let anew = PathBuf::from(format!("{FOLDER}-{}", self.heals));
        salvage.rebuild(&files, &self.folder, &anew, founding)?;
        self.folder = anew;
        self.lines.parted = true;
        Ok(())
    }

    /// The end of a life; who waited for an answer never gets one.
    pub fn stop(&mut self) -> Vec<Request> {
        self.engine = None;
        self.booth = Booth::default();
        self.life += 1;
        self.inbox.clear();
        self.turn_due = false;
        self.wake_at = None;
        self.syncing = false;
        self.paused = false;
        std::mem::take(&mut self.waiting).into_values().collect()
    }
}

/// Whether an error of the engine is one that a fault of the disk explains.
pub fn is_of_disk(error: &NodeError) -> bool {
    matches!(
        error,
        NodeError::Store(StoreError::Io { .. } | StoreError::DiskFull { .. } | StoreError::Closed)
    )
}

/// Whether it says that the disk holds something else than what was written.
pub fn is_damage(error: &NodeError) -> bool {
    matches!(
        error,
        NodeError::NoChain
            | NodeError::Store(StoreError::Damaged { .. } | StoreError::MissingSegment { .. })
    )
}

fn is_about_pending(wound: &StoreError) -> bool {
    matches!(wound, StoreError::Damaged { path, .. } if path.ends_with("pending.log"))
}
