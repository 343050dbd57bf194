//! A household in virtual time: devices, links, clients and faults, all on one thread and all from
//! one seed. The same seed gives the same run.

mod bucket;
mod faults;
mod links;
mod load;
mod losses;
mod members;
mod rest;
mod rounds;
mod turns;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use kinfolio_chain::{Block, Configuration, Role};
use kinfolio_node::engine::Mark;
use kinfolio_transport::PeerMessage;

use crate::device::{Device, Fate};
use crate::dice::Dice;
use crate::disk::Reach;
use crate::household;
use crate::plan::{Fault, Plan, SECONDS, Time};
use crate::store::{Errand, SimStore};
use crate::tally::Tally;
use crate::witness::{Violation, Witness, must};
pub use bucket::Booth;
use links::Link;
use load::Client;
use members::Household;

/// What has happened by the end of a run without a violation.
pub type Outcome = Tally;

/// Most steps of a run; who needs more does not come to rest.
const STEPS_MAX: u64 = 3_000_000;

/// What is due at some moment.
enum Due {
    Turn {
        device: usize,
        life: u64,
    },
    Wake {
        device: usize,
        life: u64,
        at: Time,
    },
    Synced(Box<Syncing>),
    Arrive {
        to: usize,
        from: usize,
        link: u64,
        message: Box<PeerMessage>,
    },
    Link {
        pair: (usize, usize),
    },
    LinkTimeout {
        pair: (usize, usize),
        link: u64,
    },
    Start {
        device: usize,
    },
    Resume {
        device: usize,
        life: u64,
    },
    Unblock {
        ways: Vec<(usize, usize)>,
    },
    EndOf {
        fault: Fault,
        device: usize,
    },
    Errand {
        errand: Errand,
    },
    Return {
        device: usize,
        life: u64,
        errand: Errand,
        is_lost: bool,
    },
    Booth {
        device: usize,
        life: u64,
    },
    News,
    Parted,
    Fault,
    Loss,
    Recover {
        device: usize,
    },
    Person,
    Client(usize),
    GiveUp {
        request: usize,
    },
    Members,
    Gone {
        device: usize,
    },
    Rest,
    LookAround,
    Round,
}

/// A sync that is under way.
struct Syncing {
    device: usize,
    life: u64,
    mark: Mark,
    reach: Reach,
    sync: kinfolio_chain::store::disk::Sync,
}

struct Entry {
    at: Time,
    order: u64,
    due: Due,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// The simulation.
pub struct World {
    plan: Plan,
    now: Time,
    order: u64,
    steps: u64,
    queue: BinaryHeap<Reverse<Entry>>,
    dice: Dice,
    devices: Vec<Device>,
    links: BTreeMap<(usize, usize), Link>,
    next_link: u64,
    blocked: BTreeSet<(usize, usize)>,
    clients: Vec<Client>,
    requests: Vec<load::Asked>,
    household: Household,
    founding: Arc<Block>,
    store: SimStore,
    /// Who cannot reach the bucket.
    bucket_away: BTreeSet<usize>,
    witness: Witness,
    tally: Tally,
    healed: bool,
    at_rest: bool,
    rounds: Option<rounds::Rounds>,
}

impl World {
    /// Founds the household of a plan and starts its devices.
    pub fn new(plan: Plan) -> Result<Self, Violation> {
        let mut dice = Dice::new(plan.seed ^ 0x5eed);
        let count = plan.voters + plan.observers;
        let mut devices: Vec<_> = (0..count)
            .map(|index| Device::new(index, household::key(&mut dice)))
            .collect();
        let members = devices.iter().enumerate().map(|(index, device)| {
            let role = if index < plan.voters {
                Role::Voter
            } else {
                Role::Observer
            };
            household::member(&device.key, index, role)
        });
        let members: Vec<_> = members.collect();
        let configuration = Configuration::new(members.iter().cloned());
        let (owner, founding) = household::found(&devices[0].key, members);
        for device in &mut devices {
            let life = (device.id == owner.device).then_some(owner.incarnation);
            household::settle_in(&device.disk, life, [founding.clone()]).map_err(|error| {
                Violation(format!("a new ledger could not be written: {error}"))
            })?;
            device.fate = Fate::Here;
        }
        let clients =
            (0..plan.writers + plan.readers).map(|index| Client::new(index < plan.writers));
        let mut world = Self {
            clients: clients.collect(),
            household: Household::new(configuration),
            founding,
            store: SimStore::new(plan.bucket.is_none_or(|bucket| bucket.swaps)),
            bucket_away: BTreeSet::new(),
            plan,
            now: 0,
            order: 0,
            steps: 0,
            queue: BinaryHeap::new(),
            dice,
            devices,
            links: BTreeMap::new(),
            next_link: 0,
            blocked: BTreeSet::new(),
            requests: Vec::new(),
            witness: Witness::default(),
            tally: Tally::default(),
            healed: false,
            at_rest: false,
            rounds: None,
        };
        world.begin();
        Ok(world)
    }

    fn begin(&mut self) {
        for device in 0..self.devices.len() {
            let at = self.dice.below(20_000);
            self.due(at, Due::Start { device });
        }
        for client in 0..self.clients.len() {
            let at = self.dice.below(self.plan.think * 2);
            self.due(at, Due::Client(client));
        }
        if !self.plan.faults.is_empty() {
            self.due(self.plan.fault_every, Due::Fault);
        }
        if self.plan.bucket.is_some() {
            self.due(SECONDS, Due::News);
            self.due(SECONDS / 10, Due::Members);
        } else if self.plan.changes {
            self.due(self.plan.fault_every, Due::Members);
        }
        if self.plan.losses {
            let at = self.about(4 * SECONDS);
            self.due(at, Due::Loss);
        }
        self.due(self.plan.faults_until, Due::Rest);
    }

    /// Runs until all has come to rest.
    pub fn run(mut self) -> Result<Outcome, Violation> {
        let outcome = self.run_through();
        outcome.map_err(|Violation(what)| {
            Violation(format!("{} at {}: {what}", self.seed(), seconds(self.now)))
        })?;
        Ok(self.tally)
    }

    fn run_through(&mut self) -> Result<(), Violation> {
        while let Some(Reverse(Entry { at, due, .. })) = self.queue.pop() {
            self.now = at;
            self.steps += 1;
            must(self.steps < STEPS_MAX, || "it goes on and on".to_owned())?;
            self.step(due)?;
            if self.at_rest {
                return self.conclude();
            }
        }
        Err(Violation("nothing more is due".to_owned()))
    }

    fn step(&mut self, due: Due) -> Result<(), Violation> {
        match due {
            Due::Turn { device, life } => self.turn(device, life)?,
            Due::Wake { device, life, at } => self.wake(device, life, at),
            Due::Synced(syncing) => self.synced(&syncing)?,
            Due::Arrive {
                to,
                from,
                link,
                message,
            } => self.arrive(to, from, link, *message),
            Due::Link { pair } => self.link_up(pair),
            Due::LinkTimeout { pair, link } => self.link_timed_out(pair, link),
            Due::Start { device } => self.start(device)?,
            Due::Resume { device, life } => self.resume(device, life),
            Due::Unblock { ways } => self.unblock(&ways),
            Due::EndOf { fault, device } => self.end_of(fault, device),
            Due::Errand { errand } => self.store.carry_out(errand),
            Due::Return {
                device,
                life,
                errand,
                is_lost,
            } => self.come_back(device, life, (errand, is_lost))?,
            Due::Booth { device, life } => self.try_bucket_again(device, life)?,
            Due::News => self.look_for_news()?,
            Due::Parted => self.must_have_committed()?,
            Due::Fault => self.next_fault()?,
            Due::Loss => self.lose_most(),
            Due::Recover { device } => self.recover(device),
            Due::Person => self.settle()?,
            Due::Client(client) => self.client(client),
            Due::GiveUp { request } => self.give_up(request),
            Due::Members => self.change_members(),
            Due::Gone { device } => self.see_off(device),
            Due::Rest => self.heal(),
            Due::LookAround => self.look_around()?,
            Due::Round => self.next_round(),
        }
        Ok(())
    }

    fn due(&mut self, after: Time, due: Due) {
        self.order += 1;
        self.queue.push(Reverse(Entry {
            at: self.now + after,
            order: self.order,
            due,
        }));
    }

    fn tell(&self, what: impl FnOnce() -> String) {
        if self.plan.told {
            eprintln!("{} {}", seconds(self.now), what());
        }
    }

    fn seed(&self) -> String {
        format!("seed {}", self.plan.seed)
    }

    /// A random while, of this mean, mostly less and sometimes much more.
    fn about(&mut self, mean: Time) -> Time {
        let usual = mean / 2 + self.dice.below(mean.max(1));
        if self.dice.permille(20) {
            usual * 10
        } else {
            usual
        }
    }

    fn running(&self) -> Vec<usize> {
        let those = self.devices.iter().enumerate();
        let up = those.filter(|(_, device)| device.is_up() && device.fate == Fate::Here);
        up.map(|(index, _)| index).collect()
    }
}

fn seconds(time: Time) -> String {
    format!("{:>3}.{:06} s", time / 1_000_000, time % 1_000_000)
}
