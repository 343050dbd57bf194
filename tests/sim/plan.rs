//! What a seed stands for: how many devices, which faults and how often, how much work. Each seed
//! has some kinds of fault and not others, so that rare combinations come up.

use kinfolio_consensus::Mutant;

use crate::dice::Dice;

/// Virtual time, in microseconds.
pub type Time = u64;

pub const MILLIS: Time = 1_000;
pub const SECONDS: Time = 1_000_000;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The machine loses power: what was not synced is kept, lost or torn.
    Crash,
    /// All machines lose power at once.
    PowerCut,
    /// The process dies; the system keeps what was written.
    Kill,
    /// A clean exit and a new start.
    Quit,
    Pause,
    ClockJump,
    Partition,
    OneWay,
    LinkReset,
    DiskFull,
    SyncFails,
    SlowDisk,
    BitRot,
    DiskRestored,
    /// The bucket is out of reach, for one device or for all.
    BucketAway,
}

impl Fault {
    pub const ALL: [Self; 14] = [
        Self::Crash,
        Self::PowerCut,
        Self::Kill,
        Self::Quit,
        Self::Pause,
        Self::ClockJump,
        Self::Partition,
        Self::OneWay,
        Self::LinkReset,
        Self::DiskFull,
        Self::SyncFails,
        Self::SlowDisk,
        Self::BitRot,
        Self::DiskRestored,
    ];
}

/// The bucket of a household in which it is to vote.
#[derive(Clone, Copy, Debug)]
pub struct BucketPlan {
    /// Mean of the way there, or back.
    pub travel: Time,
    /// Errands that fail, in a thousand; some are carried out all the same, then or later.
    pub lost: u64,
    /// Whether its vote is taken back, and given again.
    pub changes: bool,
    /// Whether the store minds what a write expects.
    pub swaps: bool,
}

/// One simulation.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub voters: usize,
    pub observers: usize,
    pub faults: Vec<Fault>,
    /// Mean time between two faults.
    pub fault_every: Time,
    /// How long faults go on.
    pub faults_until: Time,
    /// How long after that everything must have come to rest.
    pub rest_within: Time,
    /// Whether the members change.
    pub changes: bool,
    /// Whether most voters are lost now and then, and a person has one of the rest go on.
    pub losses: bool,
    pub bucket: Option<BucketPlan>,
    pub writers: usize,
    pub readers: usize,
    /// Mean time between an answer and its client's next request.
    pub think: Time,
    /// Mean of a message's travel and of a sync.
    pub travel: Time,
    pub sync: Time,
    /// Most bytes of an edit.
    pub edit_bytes: u64,
    /// Messages that are lost, and that come twice, in a thousand; links then keep no order.
    pub lost: u64,
    pub doubled: u64,
    /// After how many bytes the log begins another segment.
    pub segment_bytes: u64,
    /// Whether a device that was put back knows so itself, by a sentinel outside its ledger.
    pub sentinel: bool,
    pub mutant: Option<Mutant>,
    /// Whether all that happens is told.
    pub told: bool,
}

impl Plan {
    /// A household on a quiet network in which nothing goes wrong.
    pub fn quiet(seed: u64, voters: usize) -> Self {
        Self {
            voters,
            observers: 0,
            faults: Vec::new(),
            faults_until: Time::MAX / 2,
            changes: false,
            writers: 0,
            readers: 0,
            travel: 300,
            sync: 500,
            edit_bytes: 40,
            lost: 0,
            doubled: 0,
            segment_bytes: 1 << 20,
            ..Self::of(seed)
        }
    }

    /// A small household with little else than faults, and this mutant.
    pub fn harsh(seed: u64, mutant: Option<Mutant>) -> Self {
        let mut dice = Dice::new(seed);
        let faults = [
            Fault::Crash,
            Fault::Crash,
            Fault::PowerCut,
            Fault::Kill,
            Fault::Partition,
            Fault::OneWay,
            Fault::LinkReset,
            Fault::SlowDisk,
        ];
        Self {
            voters: dice.between(2, 5) as usize,
            observers: 1,
            faults: faults.into(),
            fault_every: dice.between(40, 150) * MILLIS,
            faults_until: 6 * SECONDS,
            changes: dice.permille(500),
            writers: 5,
            readers: 3,
            think: 10 * MILLIS,
            lost: dice.below(250),
            doubled: dice.below(250),
            mutant,
            ..Self::of(seed)
        }
    }

    /// The same with disks that are put back, where no sentinel tells of it: peers must notice.
    pub fn put_back(seed: u64, mutant: Option<Mutant>) -> Self {
        let voters = 5;
        let faults = vec![Fault::DiskRestored, Fault::Kill, Fault::Quit];
        Self {
            voters,
            faults,
            fault_every: 100 * MILLIS,
            changes: false,
            sentinel: false,
            ..Self::harsh(seed, mutant)
        }
    }

    /// A household whose bucket votes.
    pub fn with_bucket(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0xb0c7);
        let mixed = Self::of(seed);
        let mut faults = mixed.faults.clone();
        faults.extend([Fault::BucketAway, Fault::Partition]);
        let changes = dice.permille(250);
        Self {
            voters: dice.between(1, 4) as usize,
            observers: dice.below(4).saturating_sub(2) as usize,
            faults,
            fault_every: dice.between(200, 1_500) * MILLIS,
            faults_until: dice.between(8, 25) * SECONDS,
            rest_within: 300 * SECONDS,
            changes,
            think: dice.between(20, 300) * MILLIS,
            bucket: Some(BucketPlan {
                travel: dice.between(10, 150) * MILLIS,
                lost: dice.below(200),
                changes: dice.permille(400),
                swaps: true,
            }),
            ..mixed
        }
    }

    /// Two devices that meet little but in a bucket that writes whatever it is given.
    pub fn with_false_bucket(seed: u64, swaps: bool) -> Self {
        let mut dice = Dice::new(seed);
        Self {
            voters: 2,
            observers: 0,
            faults: vec![Fault::Partition, Fault::LinkReset, Fault::Kill],
            fault_every: dice.between(200, 600) * MILLIS,
            faults_until: 6 * SECONDS,
            changes: false,
            writers: 5,
            think: 20 * MILLIS,
            bucket: Some(BucketPlan {
                travel: 30 * MILLIS,
                lost: 100,
                changes: false,
                swaps,
            }),
            ..Self::with_bucket(seed)
        }
    }

    /// A household that loses most of its voters now and then, for a while or for good, and goes on
    /// without them by a person's word.
    pub fn with_losses(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x105e);
        let faults = [
            Fault::Crash,
            Fault::PowerCut,
            Fault::Kill,
            Fault::Quit,
            Fault::Pause,
            Fault::Partition,
            Fault::OneWay,
            Fault::LinkReset,
            Fault::DiskFull,
            Fault::SyncFails,
            Fault::SlowDisk,
        ];
        let density = dice.between(100, 600);
        let faults = faults.into_iter().filter(|_| dice.permille(density));
        let faults: Vec<_> = faults.collect();
        Self {
            voters: dice.between(2, 6) as usize,
            observers: dice.below(2) as usize,
            faults,
            fault_every: dice.between(300, 3_000) * MILLIS,
            faults_until: dice.between(12, 40) * SECONDS,
            rest_within: 240 * SECONDS,
            changes: false,
            losses: true,
            think: dice.between(50, 600) * MILLIS,
            ..Self::of(seed)
        }
    }

    /// The plan of a seed.
    pub fn of(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let voters = dice.between(1, 8) as usize;
        let observers = dice.below(3).min(8 - voters as u64) as usize;
        let disorderly = dice.permille(400);
        let kinds = Fault::ALL.into_iter();
        let density = dice.between(150, 800);
        let faults: Vec<_> = kinds.filter(|_| dice.permille(density)).collect();
        Self {
            seed,
            voters,
            observers,
            faults,
            fault_every: dice.between(60, 600) * MILLIS,
            faults_until: dice.between(3, 9) * SECONDS,
            rest_within: 90 * SECONDS,
            changes: dice.permille(500),
            losses: false,
            bucket: None,
            writers: dice.between(1, 6) as usize,
            readers: dice.between(0, 3) as usize,
            think: dice.between(5, 150) * MILLIS,
            travel: dice.between(50, 5_000),
            sync: dice.between(100, 8_000),
            edit_bytes: if dice.permille(250) { 24 << 10 } else { 40 },
            lost: if disorderly { dice.below(150) } else { 0 },
            doubled: if disorderly { dice.below(150) } else { 0 },
            segment_bytes: dice.between(2, 64) << 10,
            sentinel: true,
            mutant: None,
            told: false,
        }
    }
}
