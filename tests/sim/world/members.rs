//! Changes of the household: devices join as observers, get a vote, lose it, and leave. One after
//! the other, and never so that those who are lost for good could stop the rest.

use std::sync::Arc;

use kinfolio_chain::edit::Change;
use kinfolio_chain::{Configuration, Height, InvitationId, Role};
use kinfolio_node::engine::Event;

use super::load::Wish;
use super::{Due, World};
use crate::device::{Device, Fate};
use crate::household;
use crate::plan::{MILLIS, SECONDS};

/// Most devices that ever live in a simulated household.
const DEVICES_MAX: usize = 12;

/// What is known of the members from outside.
#[derive(Debug)]
pub(super) struct Household {
    height: Height,
    pub(super) members: Configuration,
    /// Whether a change was asked for and has not been seen yet.
    pub(super) changing: bool,
    /// Whether everyone was asked for the last time.
    pub(super) asked_last: bool,
    /// Whether all were parted at last, and who must get on all the same.
    pub(super) parted_last: bool,
    pub(super) must_commit: Vec<usize>,
    /// Whether a person has begun to bring all to one line of history.
    pub(super) settles: bool,
}

impl Household {
    pub(super) fn new(members: Configuration) -> Self {
        Self {
            height: 0,
            members,
            changing: false,
            asked_last: false,
            parted_last: false,
            must_commit: Vec::new(),
            settles: false,
        }
    }
}

impl World {
    /// Some device is at this height, above which these are the members.
    pub(super) fn members_at(&mut self, height: Height, members: Configuration) {
        if height <= self.household.height {
            return;
        }
        self.household.height = height;
        if members == self.household.members {
            return;
        }
        self.tally.one("changes of members");
        self.household.members = members;
        self.household.changing = false;
        for index in 0..self.devices.len() {
            let is_member = self
                .household
                .members
                .member(self.devices[index].id)
                .is_some();
            if !is_member && self.devices[index].fate == Fate::Here {
                self.devices[index].fate = Fate::Removed;
                self.due(SECONDS, Due::Gone { device: index });
            }
        }
    }

    /// Switches a removed device off, once most of those who vote without it know of that: they
    /// could need it to learn what was decided.
    pub(super) fn see_off(&mut self, index: usize) {
        if self.is_settled() {
            self.stop(index);
        } else {
            self.due(SECONDS, Due::Gone { device: index });
        }
    }

    /// The voters that are sure not to be lost, and all voters.
    pub(super) fn voters(&self) -> (usize, usize) {
        let voters: Vec<_> = self.household.members.voters().collect();
        let is_here = |device: &&Device| device.is_sound() && voters.contains(&device.id);
        // The bucket is never lost.
        let bucket = usize::from(self.household.members.bucket().is_some());
        let here = self.devices.iter().filter(is_here).count();
        (here + bucket, voters.len())
    }

    /// Whether most voters know durably that they are.
    fn is_settled(&self) -> bool {
        let members = self.household.members.hash();
        let voters: Vec<_> = self.household.members.voters().collect();
        let knows = |device: &&Device| {
            let engine = device.engine.as_ref().filter(|_| !device.syncing);
            let engine = engine.filter(|engine| !engine.wants_sync());
            engine.is_some_and(|engine| engine.state().config_hash() == members)
        };
        let those = self
            .devices
            .iter()
            .filter(|device| voters.contains(&device.id));
        those.filter(knows).count() > voters.len() / 2
    }

    /// Whether the household can do without this device for good.
    pub(super) fn is_expendable(&self, index: usize) -> bool {
        if self.plan.losses {
            return false;
        }
        let device = &self.devices[index];
        let is_voter = self
            .household
            .members
            .voters()
            .any(|voter| voter == device.id);
        let (here, voters) = self.voters();
        let left = here - usize::from(is_voter && device.is_sound());
        !self.household.changing && left > voters / 2 && (self.is_settled() || !is_voter)
    }

    /// Lets those in who are expected, and asks for the next change.
    pub(super) fn change_members(&mut self) {
        self.let_in();
        if self.healed {
            return;
        }
        let after = self.about(700 * MILLIS);
        self.due(after, Due::Members);
        let running = self.running();
        if self.household.changing && !self.dice.permille(50) {
            return;
        }
        let (Some(device), Some(change)) = (self.dice.pick(&running), self.next_change()) else {
            return;
        };
        self.tell(|| format!("asked of {}: {change:?}", self.devices[device].name));
        self.household.changing = true;
        self.ask(device, None, Wish::Change, |ticket| Event::Change {
            ticket,
            change,
        });
    }

    fn next_change(&mut self) -> Option<Change> {
        if let Some(bucket) = self.plan.bucket {
            let votes = self.household.members.bucket().is_some();
            if !votes || bucket.changes && self.dice.permille(300) {
                return self.toggle_bucket();
            }
            if !self.plan.changes {
                return None;
            }
        }
        let (here, voters) = self.voters();
        let those: Vec<_> = self.household.members.members().cloned().collect();
        let member = &those[self.dice.index(those.len())];
        let device = member.id;
        let index = self.devices.iter().position(|one| one.id == device)?;
        let is_here = self.devices[index].is_sound();
        match (self.dice.below(4), member.role) {
            (0, _) if self.devices.len() < DEVICES_MAX => {
                let index = self.devices.len();
                let key = household::key(&mut self.dice);
                let newcomer = household::member(&key, index, Role::Observer);
                self.devices.push(Device::new(index, key));
                Some(Change::Join {
                    // Each newcomer has one of its own.
                    invitation: InvitationId(newcomer.id.0),
                    member: Box::new(newcomer),
                })
            }
            (1, Role::Observer) if self.devices[index].is_up() => {
                let role = Role::Voter;
                (here + 1 > voters.div_ceil(2)).then_some(Change::Role { device, role })
            }
            (2, Role::Voter) => {
                let role = Role::Observer;
                let left = here - usize::from(is_here);
                (left > (voters - 1) / 2).then_some(Change::Role { device, role })
            }
            (3, Role::Voter) => {
                let left = here - usize::from(is_here);
                (left > (voters - 1) / 2).then_some(Change::Remove { device })
            }
            (3, Role::Observer) => Some(Change::Remove { device }),
            _ => None,
        }
    }

    /// Newcomers get the ledger from a device that knows them as members.
    pub(super) fn let_in(&mut self) {
        for index in 0..self.devices.len() {
            if self.devices[index].fate != Fate::Expected {
                continue;
            }
            let id = self.devices[index].id;
            let Some(source) = self
                .running()
                .into_iter()
                .find(|&one| self.devices[one].admits(id))
            else {
                continue;
            };
            let Some(engine) = &mut self.devices[source].engine else {
                continue;
            };
            let (reader, tip) = (engine.store().reader(), engine.state().height());
            let blocks: Option<Vec<_>> = (0..=tip)
                .map(|height| reader.block(height).ok().flatten())
                .collect();
            let Some(blocks) = blocks else {
                continue;
            };
            let disk = &self.devices[index].disk;
            if household::settle_in(disk, None, blocks.into_iter().map(Arc::new)).is_ok() {
                self.devices[index].fate = Fate::Here;
                self.due(0, Due::Start { device: index });
            }
        }
    }
}
