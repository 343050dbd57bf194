//! The lives of devices: starting, turns, syncs, stopping, and what each brings to light.

use kinfolio_chain::ChainState;
use kinfolio_chain::store::Abstention;
use kinfolio_node::engine::{Action, Engine, Event, Standing};
use kinfolio_node::{EditState, NodeError};
use kinfolio_transport::PeerMessage;

use super::{Due, Syncing, World};
use crate::device::{Fate, is_damage, is_of_disk};
use crate::plan::{MILLIS, Time};
use crate::transcript::{told, told_event};
use crate::witness::{Violation, must};

impl World {
    /// Starts a device that is not running.
    pub(super) fn start(&mut self, index: usize) -> Result<(), Violation> {
        let device = &mut self.devices[index];
        if device.is_up() || device.fate != Fate::Here {
            return Ok(());
        }
        let nonce = self.dice.number();
        let members = &self.household.members;
        if let Err(error) = device.open(self.now, nonce, &self.plan, members) {
            return self.could_not_open(index, &error);
        }
        // A device that was removed while it slept learns of it from its own ledger.
        let standing = device.engine.as_ref().map(Engine::standing);
        if standing == Some(&Standing::Removed) {
            device.fate = Fate::Removed;
            self.stop(index);
            return Ok(());
        }
        let (life, engine) = (device.life, device.engine.as_ref());
        let height = engine.map_or(0, |engine| engine.state().height());
        let me = engine.map_or(0, |engine| engine.me().incarnation.counter);
        self.tell(|| {
            format!(
                "{} starts life {me} at height {height}",
                self.devices[index].name
            )
        });
        self.observe(index)?;
        self.devices[index].turn_due = true;
        self.due(
            0,
            Due::Turn {
                device: index,
                life,
            },
        );
        self.refresh_links();
        Ok(())
    }

    fn could_not_open(&mut self, index: usize, error: &NodeError) -> Result<(), Violation> {
        let device = &mut self.devices[index];
        let name = device.name.clone();
        self.tell(|| format!("{name} cannot open its ledger: {error}"));
        let device = &mut self.devices[index];
        if is_of_disk(error) {
            self.due(200 * MILLIS, Due::Start { device: index });
            return Ok(());
        }
        if is_damage(error) && device.injured {
            return self.make_anew(index);
        }
        let is_member = self.household.members.member(device.id).is_some();
        if matches!(error, NodeError::Stranger { .. }) && !is_member {
            device.fate = Fate::Removed;
            return Ok(());
        }
        Err(Violation(format!("{name} cannot open its ledger: {error}")))
    }

    /// Makes a damaged ledger anew, and starts its device with it.
    fn make_anew(&mut self, index: usize) -> Result<(), Violation> {
        let device = &mut self.devices[index];
        match device.heal(&self.founding) {
            Ok(salvage) => {
                let kind = match salvage.abstention {
                    Abstention::Unknown => "damaged logs that had lost their votes",
                    _ => "damaged logs that kept their votes",
                };
                self.tally.one(kind);
                self.tell(|| {
                    let height = salvage.state.as_ref().map_or(0, ChainState::height);
                    format!(
                        "{} is made anew up to height {height}: {:?}",
                        self.devices[index].name, salvage.abstention
                    )
                });
                self.due(100 * MILLIS, Due::Start { device: index });
                Ok(())
            }
            Err(error) => {
                let error = NodeError::from(error);
                must(is_of_disk(&error), || {
                    format!("{} cannot be made anew: {error}", self.devices[index].name)
                })?;
                self.due(200 * MILLIS, Due::Start { device: index });
                Ok(())
            }
        }
    }

    /// Stops a device, as the end of its process.
    pub(super) fn stop(&mut self, index: usize) {
        for request in self.devices[index].stop() {
            self.unanswered(request);
        }
        self.refresh_links();
    }

    /// Gives a device something to do in its next turn.
    pub(super) fn hand(&mut self, index: usize, event: Event) {
        let device = &mut self.devices[index];
        if !device.is_up() {
            return;
        }
        device.inbox.push(event);
        if !device.turn_due && !device.paused {
            device.turn_due = true;
            let life = device.life;
            let after = self.dice.between(5, 60);
            self.due(
                after,
                Due::Turn {
                    device: index,
                    life,
                },
            );
        }
    }

    pub(super) fn wake(&mut self, index: usize, life: u64, at: Time) {
        let device = &mut self.devices[index];
        if device.life == life && device.wake_at == Some(at) {
            device.wake_at = None;
            self.hand(index, Event::Tick);
        }
    }

    /// One turn of a device's event loop.
    pub(super) fn turn(&mut self, index: usize, life: u64) -> Result<(), Violation> {
        let device = &mut self.devices[index];
        if device.life != life || device.paused {
            return Ok(());
        }
        device.turn_due = false;
        let clock = device.clock(self.now);
        let events = std::mem::take(&mut device.inbox);
        let Some(mut engine) = device.engine.take() else {
            return Ok(());
        };
        let mut outcome = Ok(());
        for event in events {
            if Self::is_about_presence(&event) {
                self.devices[index].lines.has_quorum = false;
            }
            self.tell(|| {
                format!(
                    "{} takes {}",
                    self.devices[index].name,
                    told_event(&event, &self.devices)
                )
            });
            outcome = engine.take(clock, event);
            if outcome.is_err() {
                break;
            }
        }
        let outcome = outcome.and_then(|()| engine.finish(clock));
        self.devices[index].engine = Some(engine);
        match outcome {
            Ok(actions) => self.carry_out(index, actions),
            Err(error) => self.failed(index, &error),
        }
    }

    fn carry_out(&mut self, index: usize, actions: Vec<Action>) -> Result<(), Violation> {
        let mut answers = Vec::new();
        for action in actions {
            match action {
                Action::Send { to, message } => self.say(index, to, &message)?,
                Action::Refused { from, code, detail } => {
                    let device = &self.devices[index];
                    self.tell(|| {
                        format!(
                            "{} refuses {} ({code:?}): {detail}",
                            device.name,
                            told(from, &self.devices)
                        )
                    });
                    self.tally.one(format!("refusals: {code:?}"));
                }
                Action::AskBucket(question) => self.ask_bucket(index, *question),
                answer => answers.push(answer),
            }
        }
        if !self.begin_sync(index)? {
            return Ok(());
        }
        self.observe(index)?;
        for answer in answers {
            self.answer(index, answer)?;
        }
        self.note_quorum(index);
        self.mind_booth(index)?;
        self.set_alarm(index);
        self.check_standing(index)
    }

    fn say(
        &mut self,
        index: usize,
        to: kinfolio_chain::DeviceId,
        message: &PeerMessage,
    ) -> Result<(), Violation> {
        if let PeerMessage::Synod(message) = message {
            let device = &self.devices[index];
            self.witness.said(&device.name, message)?;
            let is_vote = crate::transcript::is_vote(message);
            let forgot = device.engine.as_ref().filter(|engine| engine.is_healing());
            let odd = forgot.is_some_and(|engine| {
                // Where the voters are even in number it may, once all others remember.
                let voters: Vec<_> = engine.state().configuration().voters().collect();
                voters.len() % 2 == 1 && voters.contains(&device.id)
            });
            must(!(is_vote && odd), || {
                format!("{} votes though it has forgotten votes", device.name)
            })?;
        }
        self.send(index, to, message);
        Ok(())
    }

    /// Begins a sync where one is wanted and none is under way; whether the device still lives.
    fn begin_sync(&mut self, index: usize) -> Result<bool, Violation> {
        let device = &mut self.devices[index];
        let Some(engine) = &mut device.engine else {
            return Ok(false);
        };
        if device.syncing || !engine.wants_sync() {
            return Ok(true);
        }
        let mark = engine.begin_sync();
        match engine.store().begin_sync() {
            Ok(sync) => {
                device.syncing = true;
                let syncing = Syncing {
                    device: index,
                    life: device.life,
                    mark,
                    reach: device.disk.reach(),
                    sync,
                };
                let mean = self.plan.sync * device.slowness;
                let after = self.about(mean);
                self.due(after, Due::Synced(Box::new(syncing)));
                Ok(true)
            }
            Err(error) => {
                self.failed(index, &error.into())?;
                Ok(false)
            }
        }
    }

    pub(super) fn synced(&mut self, syncing: &Syncing) -> Result<(), Violation> {
        let index = syncing.device;
        let device = &mut self.devices[index];
        if device.life != syncing.life {
            return Ok(());
        }
        device.syncing = false;
        let outcome = device.disk.sync_as_of(syncing.reach, || syncing.sync.run());
        match outcome {
            Ok(()) => {
                self.hand(index, Event::Synced(syncing.mark));
                Ok(())
            }
            Err(error) => {
                if let Some(engine) = &mut self.devices[index].engine {
                    engine.store().fail();
                }
                self.failed(index, &error.into())
            }
        }
    }

    /// The engine gave up: the process opens the ledger anew.
    pub(super) fn failed(&mut self, index: usize, error: &NodeError) -> Result<(), Violation> {
        let device = &self.devices[index];
        self.tell(|| format!("{} fails: {error}", device.name));
        if let &NodeError::GoBack { fork, to, chosen } = error {
            return self.go_back(index, fork, to, chosen);
        }
        let device = &self.devices[index];
        let told = matches!(error, NodeError::WentBack { .. });
        let explained = is_of_disk(error) || (is_damage(error) || told) && device.injured;
        must(explained, || format!("{} fails: {error}", device.name))?;
        self.tally.one("engines that failed with their disk");
        self.stop(index);
        if is_damage(error) {
            return self.make_anew(index);
        }
        if told {
            self.tally.one("restored disks that peers told of");
        }
        let after = self.dice.between(50, 500) * MILLIS;
        self.due(after, Due::Start { device: index });
        Ok(())
    }

    /// Looks at what a device has decided since the last look.
    pub(super) fn observe(&mut self, index: usize) -> Result<(), Violation> {
        let device = &mut self.devices[index];
        let Some(engine) = &mut device.engine else {
            return Ok(());
        };
        let (height, tip) = (engine.state().height(), engine.state().tip());
        let lines = engine.state().lines().to_vec();
        let from = device.height_seen + 1;
        for between in from..=height {
            match engine.store().reader().block(between) {
                Ok(Some(block)) => self.witness.block(&device.name, &lines, &block)?,
                Ok(None) => {
                    return Err(Violation(format!(
                        "{} does not find its block {between}",
                        device.name
                    )));
                }
                // Rot; what it hit shows when the device needs it.
                Err(_) if device.injured => {}
                Err(error) => return Err(Violation(format!("{}: {error}", device.name))),
            }
        }
        device.height_seen = height;
        self.witness.tip(
            &device.name,
            &lines,
            (height, tip),
            engine.state().config_hash(),
        )?;
        let members = engine.state().config_hash();
        if device.members_seen.replace(members) != Some(members) {
            let configuration = engine.state().configuration().clone();
            self.members_at(height, configuration);
            self.refresh_links();
        }
        self.mind_lines(index, &lines)
    }

    fn answer(&mut self, index: usize, action: Action) -> Result<(), Violation> {
        match action {
            Action::Acknowledge(ticket, receipt) => {
                let device = &mut self.devices[index];
                let request = device.waiting.remove(&ticket);
                self.tell(|| {
                    format!(
                        "{} acknowledges {} edits as {:?}",
                        self.devices[index].name, receipt.count, receipt.state
                    )
                });
                if receipt.state == EditState::Committed {
                    self.witness.committed(
                        &self.devices[index].name,
                        &self.devices[index].lines.seen,
                        &receipt,
                    )?;
                }
                if let Some(request) = request {
                    self.answered(request, &receipt);
                }
            }
            Action::Readable { ticket, height } => {
                let device = &mut self.devices[index];
                let own = device
                    .engine
                    .as_ref()
                    .map_or(0, |engine| engine.state().height());
                must(height <= own, || {
                    format!(
                        "{} lets a read go at height {own} that needs height {height}",
                        self.devices[index].name
                    )
                })?;
                if let Some(request) = self.devices[index].waiting.remove(&ticket) {
                    self.has_read(request, own);
                }
            }
            Action::Begun { begun, .. } => self.begun(begun),
            Action::Send { .. } | Action::Refused { .. } | Action::AskBucket(_) => {}
        }
        Ok(())
    }

    pub(super) fn set_alarm(&mut self, index: usize) {
        let now = self.now;
        let device = &mut self.devices[index];
        let Some(wake_at) = device.engine.as_ref().and_then(Engine::wake_at) else {
            device.wake_at = None;
            return;
        };
        let at = wake_at.saturating_sub(device.ahead).max(now + 1);
        if device.wake_at != Some(at) {
            device.wake_at = Some(at);
            let life = device.life;
            self.due(
                at - now,
                Due::Wake {
                    device: index,
                    life,
                    at,
                },
            );
        }
    }

    fn check_standing(&mut self, index: usize) -> Result<(), Violation> {
        let device = &mut self.devices[index];
        let standing = device
            .engine
            .as_ref()
            .map(|engine| engine.standing().clone());
        match standing {
            Some(Standing::Good) | None => Ok(()),
            Some(Standing::Healing) if device.injured || device.lines.parted => Ok(()),
            Some(Standing::Superseded { .. }) if device.restored => Ok(()),
            Some(Standing::Removed) if self.household.members.member(device.id).is_none() => Ok(()),
            Some(other) => Err(Violation(format!(
                "{} stands as {other:?}, though nothing was done to its disk",
                device.name
            ))),
        }
    }
}
