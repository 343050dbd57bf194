//! Households that lose most of their voters, for a while or for good, and the person who has one
//! of the rest go on without them, and in the end brings all that are left together on one line of
//! history.

use kinfolio_chain::store::disk::DiskStore;
use kinfolio_chain::{Begun, Block, DeviceId, EpochId, Height, Payload, Role};
use kinfolio_node::engine::{Engine, Event, Right, Standing};
use kinfolio_transport::PeerMessage;

use super::{Due, World};
use crate::device::{Device, Fate, Owed};
use crate::plan::{MILLIS, SECONDS};
use crate::witness::{Places, Violation, line_at, must};

/// How long after all faults the person looks at what is left. By then whoever follows by itself does.
pub(super) const PERSON_AFTER: u64 = 20 * SECONDS;

/// How often.
const PERSON_EVERY: u64 = 6 * SECONDS;

impl World {
    /// Takes most voters away from somebody, who is told to go on without them.
    pub(super) fn lose_most(&mut self) {
        if self.healed {
            return;
        }
        let after = self.about(7 * SECONDS);
        self.due(after, Due::Loss);
        let running = self.running();
        let Some(survivor) = self.dice.pick(&running) else {
            return;
        };
        let Some(engine) = &self.devices[survivor].engine else {
            return;
        };
        let id = self.devices[survivor].id;
        let voters: Vec<_> = engine.state().configuration().voters().collect();
        let others = running.iter().copied().filter(|&one| one != survivor);
        let mut others: Vec<_> = others.collect();
        // Some of the rest may stay with it, though no majority.
        let votes = usize::from(voters.contains(&id));
        let mut spared = self
            .dice
            .index((voters.len() / 2 + 1).saturating_sub(votes).max(1));
        while spared > 0 && !others.is_empty() {
            let index = self.dice.index(others.len());
            others.remove(index);
            spared -= 1;
        }
        let lasts = self.dice.between(4 * SECONDS, 16 * SECONDS);
        if self.dice.permille(450) {
            let here = running.iter().filter(|one| !others.contains(one));
            let ways = here.flat_map(|&one| others.iter().map(move |&other| (one, other)));
            let ways = ways.flat_map(|(one, other)| [(one, other), (other, one)]);
            self.block(ways.collect(), lasts);
            self.tally.one("majorities out of sight");
        } else {
            for &other in &others {
                self.take_away(other, lasts);
            }
            self.tally.one("majorities lost");
        }
        self.tell(|| format!("{} loses most voters", self.devices[survivor].name));
        let after = self.dice.between(500 * MILLIS, 7 * SECONDS);
        self.due(after, Due::Recover { device: survivor });
        // A second person may think the same of the other side.
        if self.dice.permille(300)
            && let Some(rival) = self.dice.pick(&others)
        {
            let after = self.dice.between(SECONDS, 12 * SECONDS);
            self.due(after, Due::Recover { device: rival });
        }
    }

    /// Loses a device, for a while or for good.
    fn take_away(&mut self, index: usize, lasts: u64) {
        let left = self.devices.iter().filter(|one| one.fate == Fate::Here);
        if self.dice.permille(150) && left.count() > 1 {
            self.devices[index].fate = Fate::Lost;
            self.stop(index);
            self.tally.one("devices lost for good");
            return;
        }
        let mut dice = self.dice.fork();
        if self.dice.permille(500) {
            self.devices[index].disk.crash(&mut dice, false);
        }
        self.stop(index);
        self.due(lasts, Due::Start { device: index });
    }

    /// A person has a device go on, if it says that there is no quorum.
    pub(super) fn recover(&mut self, index: usize) {
        let device = &mut self.devices[index];
        let Some(engine) = &device.engine else {
            return;
        };
        if device.fate != Fate::Here || engine.has_quorum() {
            return;
        }
        let mut nonce = [0; 32];
        for part in nonce.chunks_mut(8) {
            part.copy_from_slice(&self.dice.number().to_le_bytes());
        }
        self.tell(|| format!("{} is to go on alone", self.devices[index].name));
        self.devices[index].lines.told = true;
        let (ticket, right) = (u64::MAX, Right::Survivor);
        self.hand(
            index,
            Event::Recover {
                ticket,
                nonce,
                right,
            },
        );
    }

    /// An epoch has begun, or need not.
    pub(super) fn begun(&mut self, begun: Option<(EpochId, Height)>) {
        self.tally.one(match begun {
            Some(_) => "epochs",
            None => "epochs that were not needed",
        });
    }

    /// The end: a person brings all devices to one line, and has one of them go on if nobody can.
    pub(super) fn settle(&mut self) -> Result<(), Violation> {
        if !std::mem::replace(&mut self.household.settles, true) {
            self.must_have_followed()?;
        }
        self.due(PERSON_EVERY, Due::Person);
        let running = self.running();
        let decides = |index: &usize| self.devices[*index].lines.has_quorum;
        let Some(chosen) = running.iter().copied().find(decides) else {
            if let Some(&one) = running.first() {
                self.recover(one);
            }
            return Ok(());
        };
        let to = self.devices[chosen].id;
        let line = self.devices[chosen].lines.seen.clone();
        for index in running {
            let device = &mut self.devices[index];
            if device.lines.seen == line {
                continue;
            }
            let Some(engine) = &mut device.engine else {
                continue;
            };
            device.lines.told = true;
            engine.follow(to);
            self.tally.one("devices told to follow");
            self.tell(|| {
                let (one, other) = (&self.devices[index].name, &self.devices[chosen].name);
                format!("{one} is to follow {other}")
            });
            self.hand(index, Event::Tick);
        }
        Ok(())
    }

    /// Whoever could not go on where it was, and saw a line that one of its voters began, is there.
    fn must_have_followed(&self) -> Result<(), Violation> {
        let running = self.running();
        let lines = |index: usize| &self.devices[index].lines.seen;
        for &one in &running {
            let Some(engine) = &self.devices[one].engine else {
                continue;
            };
            let voters = engine.state().configuration().voters();
            let with = voters.filter(|&voter| {
                let mut here = running.iter().map(|&index| (index, &self.devices[index]));
                here.any(|(index, device)| device.id == voter && lines(index) == lines(one))
            });
            let voters = engine.state().configuration().voters().count();
            if with.count() * 2 > voters {
                continue;
            }
            for &other in &running {
                let (here, there) = (lines(one), lines(other));
                let is_ahead = there.len() > here.len() && there.starts_with(here);
                let voted = is_ahead && self.is_begun_by_voter(engine, &there[here.len()]);
                must(!voted, || {
                    let (one, other) = (&self.devices[one].name, &self.devices[other].name);
                    format!("{one} cannot go on, and does not follow {other}")
                })?;
            }
        }
        Ok(())
    }

    /// Whether one of this device's voters began a line.
    fn is_begun_by_voter(&self, engine: &Engine<DiskStore>, begun: &Begun) -> bool {
        let beginner = self.witness.beginner(begun.epoch);
        let members = engine.state().configuration();
        let member = beginner.and_then(|device| members.member(device));
        member.is_some_and(|one| one.role == Role::Voter)
    }

    /// A device stands on other lines than when it was seen last, where it has followed.
    pub(super) fn mind_lines(&mut self, index: usize, now: &[Begun]) -> Result<(), Violation> {
        let device = &mut self.devices[index];
        let before = std::mem::replace(&mut device.lines.seen, now.to_vec());
        if before == now || before.is_empty() {
            return Ok(());
        }
        if before.len() > now.len() && before.starts_with(now) {
            // It has gone back, and is to follow what comes next.
            return Ok(());
        }
        self.tally.one("lines followed");
        self.must_be_free_to_leave(index, &before, now)?;
        let device = &mut self.devices[index];
        device.lines.told = false;
        let Some(left) = now.get(before.len()) else {
            return Ok(());
        };
        // What it held above the fork, and clients were told of, comes along.
        let line = line_at(&before, left.fork + 1);
        for edit in self.witness.held_above(&device.name, line, left.fork) {
            let owed = Owed { line };
            device.lines.owes.entry(edit).or_insert(owed);
            self.tally.one("edits held above a fork");
        }
        Ok(())
    }

    fn must_be_free_to_leave(
        &self,
        index: usize,
        before: &[Begun],
        now: &[Begun],
    ) -> Result<(), Violation> {
        let device = &self.devices[index];
        if device.lines.told || device.lines.parted {
            return Ok(());
        }
        let name = &device.name;
        must(now.starts_with(before), || {
            format!("{name} leaves its line for a rival one by itself")
        })?;
        must(!device.lines.has_quorum, || {
            format!("{name} leaves its line by itself, though it had a quorum there")
        })
    }

    /// A device goes back to where another line has left its own.
    pub(super) fn go_back(
        &mut self,
        index: usize,
        fork: Height,
        to: DeviceId,
        chosen: bool,
    ) -> Result<(), Violation> {
        let other = self.devices.iter().find(|one| one.id == to);
        let there = other.map(|one| one.lines.seen.clone()).unwrap_or_default();
        let here = self.devices[index].lines.seen.clone();
        self.must_be_free_to_leave(index, &here, &there)?;
        self.tell(|| format!("{} goes back to {fork}", self.devices[index].name));
        let device = &mut self.devices[index];
        let shared = here.iter().enumerate();
        let shared = shared.filter(|(number, begun)| *number == 0 || begun.fork < fork);
        let shared: Vec<_> = shared.map(|(_, begun)| begun.epoch).collect();
        let mut left = Vec::new();
        if let Some(engine) = &mut device.engine {
            let (reader, tip) = (engine.store().reader(), engine.state().height());
            let blocks = (fork + 1..=tip).map(|height| reader.block(height).ok().flatten());
            left = blocks.flatten().collect();
        }
        self.stop(index);
        let device = &mut self.devices[index];
        match device.part(&self.founding, fork) {
            Ok(()) => {
                self.tally.one("devices gone back to a fork");
                let me = device.id;
                let goes_along = |edit: DeviceId, line| edit == me || shared.contains(&line);
                device
                    .lines
                    .owes
                    .retain(|edit, owed| goes_along(edit.device, owed.line));
                for (edit, owed) in left.iter().flat_map(|block| owed_of(block, &here)) {
                    if goes_along(edit.device, owed.line) {
                        device.lines.owes.insert(edit, owed);
                        self.tally.one("edits brought from a line that was left");
                    }
                }
                device.lines.follows = chosen.then_some(to);
                self.due(50 * MILLIS, Due::Start { device: index });
            }
            Err(error) => {
                self.tell(|| format!("{} cannot go back: {error}", self.devices[index].name));
                self.due(500 * MILLIS, Due::Start { device: index });
            }
        }
        Ok(())
    }

    /// Whether a device waits for something that it has a right to.
    pub(super) fn is_on_its_way(
        &self,
        device: &Device,
        engine: &Engine<DiskStore>,
    ) -> Option<String> {
        if !self.plan.losses {
            return None;
        }
        let name = &device.name;
        let state = engine.state();
        let enters = |edit: &&kinfolio_chain::EditId| {
            state.next_seq(edit.device, edit.incarnation) > edit.seq
        };
        if let Some(edit) = device.lines.owes.keys().find(|edit| !enters(edit)) {
            return Some(format!(
                "edit {edit}, which {name} brought, is not in its chain"
            ));
        }
        if *engine.standing() != Standing::Good {
            return Some(format!("{name} stands as {:?}", engine.standing()));
        }
        let me = state.configuration().member(device.id);
        let votes = me.is_some_and(|me| me.role == Role::Voter);
        (engine.stands() && !votes).then(|| format!("{name} has not got its vote back"))
    }

    /// All that devices brought from lines that they left is in the chain.
    pub(super) fn check_owed(&self, places: &Places) -> Result<(), Violation> {
        let here = self.devices.iter().filter(|one| one.fate == Fate::Here);
        for device in here {
            for edit in device.lines.owes.keys() {
                must(places.edits.contains_key(edit), || {
                    format!("edit {edit}, which {} brought, is lost", device.name)
                })?;
            }
        }
        Ok(())
    }

    /// What a device knows at the end of a turn.
    pub(super) fn note_quorum(&mut self, index: usize) {
        let device = &mut self.devices[index];
        let Some(engine) = &device.engine else {
            return;
        };
        device.lines.has_quorum = engine.has_quorum();
        if *engine.standing() == Standing::Good {
            device.lines.parted = false;
            let me = engine.state().configuration().member(device.id);
            let votes = me.is_some_and(|me| me.role == Role::Voter);
            device.lines.stands = !votes && (device.lines.stands || engine.stands());
        }
    }

    /// Whether an event may change who is within reach.
    pub(super) fn is_about_presence(event: &Event) -> bool {
        match event {
            Event::Up(_) | Event::StillUp(_) | Event::Down(_) | Event::BucketDown(..) => true,
            Event::Received { message, .. } => matches!(message, PeerMessage::Hello(_)),
            _ => false,
        }
    }
}

/// The edits of a block of a chain that these lines led to, that say something.
fn owed_of(block: &Block, lines: &[Begun]) -> Vec<(kinfolio_chain::EditId, Owed)> {
    let mut owed = Vec::new();
    for batch in block.batches() {
        let Some(begun) = lines.get(batch.line as usize) else {
            continue;
        };
        let line = begun.epoch;
        for edit in batch.edits() {
            if matches!(edit.payload, Payload::Opaque(_)) {
                owed.push((edit.id, Owed { line }));
            }
        }
    }
    owed
}
