//! The bucket's vote in the simulated world: each device carries its own questions to the store and
//! runs the shipped acceptor upon it, as the product's room for that does.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use kinfolio_chain::edit::Change;
use kinfolio_chain::{DeviceId, InvitationId, Role};
use kinfolio_consensus::Message;
use kinfolio_node::engine::{Engine, Event, Question, Standing};
use kinfolio_node::{Acceptor, VoteError};
use kinfolio_transport::Ledger;

use super::{Due, World};
use crate::household;
use crate::plan::{Fault, MILLIS, SECONDS, Time};
use crate::store::{Counter, Errand, OwnBlocks, Trouble};
use crate::witness::{Violation, must};

/// How long a device waits after trouble with the bucket, at first and at most.
const PAUSE_MIN: Time = SECONDS;
const PAUSE_MAX: Time = 30 * SECONDS;

/// How often a device on its own looks for blocks in the bucket.
const NEWS_EVERY: Time = 2 * SECONDS;

/// How long devices that see only the bucket have to commit.
const ALONE: Time = 60 * SECONDS;

type Vote = Result<Option<Message<Ledger>>, VoteError<Trouble>>;

/// What an acceptor is about to come back with.
type Way = Pin<Box<dyn Future<Output = (Acceptor<Counter>, Vote)> + Send>>;

/// Where a device's questions to the bucket wait.
#[derive(Default)]
pub struct Booth {
    /// Whose vote it carries, since when, and whether the device was told that it can be asked.
    serves: Option<(DeviceId, Time)>,
    is_up: bool,
    acceptor: Option<Acceptor<Counter>>,
    /// What it is at.
    way: Option<Way>,
    /// The last questions about a vote and of a read.
    vote: Option<Question>,
    read: Option<Question>,
    pause: Time,
    /// Whether it waits after trouble.
    rests: bool,
}

impl std::fmt::Debug for Booth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Booth for {:?}", self.serves)
    }
}

impl World {
    /// A question for the bucket.
    pub(super) fn ask_bucket(&mut self, index: usize, question: Question) {
        self.tell(|| {
            format!(
                "{} asks the bucket {}",
                self.devices[index].name,
                crate::transcript::told_synod(&question.message, &self.devices)
            )
        });
        let booth = &mut self.devices[index].booth;
        if booth.is_up {
            match question.message {
                Message::Ask { .. } => booth.read = Some(question),
                _ => booth.vote = Some(question),
            }
        }
    }

    /// Sees to it that the bucket that votes is served, and that what waits is asked.
    pub(super) fn mind_booth(&mut self, index: usize) -> Result<(), Violation> {
        if self.plan.bucket.is_none() {
            return Ok(());
        }
        let device = &mut self.devices[index];
        let Some(engine) = &mut device.engine else {
            return Ok(());
        };
        let wanted = engine.bucket();
        let serves = device.booth.serves.map(|(voter, _)| voter);
        if serves != wanted {
            let was_up = device.booth.is_up;
            device.booth = Booth::default();
            if let (Some(voter), true) = (serves, was_up) {
                self.hand(index, Event::BucketDown(voter, None));
            }
            if let Some(voter) = wanted {
                self.devices[index].booth.serves = Some((voter, self.now));
                self.open_booth(index);
            }
        }
        self.next_question(index)
    }

    fn open_booth(&mut self, index: usize) {
        let device = &mut self.devices[index];
        let (Some(engine), Some((voter, _))) = (&mut device.engine, device.booth.serves) else {
            return;
        };
        let reader = engine.store().reader();
        let own: OwnBlocks = Arc::new(move |height| reader.block(height).ok().flatten());
        let store = self.store.clone();
        let acceptor = Acceptor::new(voter, Counter { store, voter, own });
        device.booth.rests = false;
        device.booth.way = Some(Box::pin(async move {
            let there = acceptor.is_there().await.map(|()| None);
            (acceptor, there)
        }));
    }

    fn next_question(&mut self, index: usize) -> Result<(), Violation> {
        let booth = &mut self.devices[index].booth;
        if booth.way.is_none()
            && let Some(question) = booth.vote.take().or_else(|| booth.read.take())
            && let Some(mut acceptor) = booth.acceptor.take()
        {
            booth.way = Some(Box::pin(async move {
                let answer = acceptor.answer(&question).await;
                (acceptor, answer)
            }));
        }
        self.go_on_with(index)
    }

    /// Lets an acceptor go on with what has come back, and sends off what it asks next.
    fn go_on_with(&mut self, index: usize) -> Result<(), Violation> {
        let Some(mut way) = self.devices[index].booth.way.take() else {
            return Ok(());
        };
        let mut context = Context::from_waker(Waker::noop());
        match way.as_mut().poll(&mut context) {
            Poll::Pending => {
                self.devices[index].booth.way = Some(way);
                for errand in self.store.set_out() {
                    self.set_out(index, errand);
                }
                Ok(())
            }
            Poll::Ready((acceptor, vote)) => self.come_home(index, acceptor, vote),
        }
    }

    fn come_home(
        &mut self,
        index: usize,
        acceptor: Acceptor<Counter>,
        vote: Vote,
    ) -> Result<(), Violation> {
        let Some((voter, since)) = self.devices[index].booth.serves else {
            return Ok(());
        };
        match vote {
            Ok(message) => {
                self.devices[index].booth.acceptor = Some(acceptor);
                if !std::mem::replace(&mut self.devices[index].booth.is_up, true) {
                    self.hand(index, Event::BucketUp(voter));
                }
                if let Some(message) = message {
                    self.tally.one("answers of the bucket");
                    self.hand(index, Event::BucketSaid(voter, message));
                }
                self.next_question(index)
            }
            Err(VoteError::Store(trouble)) => {
                self.tally.one("troubles with the bucket");
                self.tell(|| format!("{}: {trouble}", self.devices[index].name));
                let name = &self.devices[index].name;
                must(trouble == Trouble::NoAnswer, || {
                    format!("{name}: {trouble}")
                })?;
                let now = self.now;
                let booth = &mut self.devices[index].booth;
                let pause = match now > since + PAUSE_MAX {
                    true => PAUSE_MIN,
                    false => booth.pause.max(PAUSE_MIN),
                };
                *booth = Booth {
                    serves: Some((voter, now)),
                    pause: (pause * 2).min(PAUSE_MAX),
                    rests: true,
                    ..Booth::default()
                };
                let trouble = Some(trouble.to_string());
                self.hand(index, Event::BucketDown(voter, trouble));
                let life = self.devices[index].life;
                self.due(
                    pause,
                    Due::Booth {
                        device: index,
                        life,
                    },
                );
                Ok(())
            }
            Err(error) => {
                let name = &self.devices[index].name;
                Err(Violation(format!(
                    "{name} cannot use the bucket's votes: {error}"
                )))
            }
        }
    }

    /// A device tries the bucket again.
    pub(super) fn try_bucket_again(&mut self, index: usize, life: u64) -> Result<(), Violation> {
        let device = &self.devices[index];
        if device.life == life && device.booth.rests {
            self.open_booth(index);
            return self.go_on_with(index);
        }
        Ok(())
    }

    /// Something is on its way to the store, and may be lost there or back, or be late.
    fn set_out(&mut self, index: usize, errand: Errand) {
        let Some(plan) = self.plan.bucket else {
            return;
        };
        let there = self.about(plan.travel);
        let back = there + self.about(plan.travel);
        let given_up = back + self.dice.between(100 * MILLIS, 2 * SECONDS);
        let away = self.bucket_away.contains(&index);
        let fails = !self.healed && self.dice.permille(plan.lost);
        let (arrives, returns, is_lost) = match (away, fails) {
            (true, _) => (None, given_up, true),
            (_, false) => (Some(there), back, false),
            _ => match self.dice.below(3) {
                0 => (None, given_up, true),
                1 => (Some(there), given_up, true),
                _ => {
                    let late = given_up + self.dice.below(4 * SECONDS);
                    (Some(late), given_up, true)
                }
            },
        };
        if let Some(after) = arrives {
            self.due(after, Due::Errand { errand });
        }
        let life = self.devices[index].life;
        self.due(
            returns,
            Due::Return {
                device: index,
                life,
                errand,
                is_lost,
            },
        );
    }

    pub(super) fn come_back(
        &mut self,
        index: usize,
        life: u64,
        (errand, is_lost): (Errand, bool),
    ) -> Result<(), Violation> {
        self.store.come_back(errand, is_lost);
        match self.devices[index].life == life {
            true => self.go_on_with(index),
            false => Ok(()),
        }
    }

    /// The bucket is out of reach, of one device or of all.
    pub(super) fn bucket_goes_away(&mut self, index: usize, lasts: Time) {
        let all = self.dice.permille(400);
        let those = 0..self.devices.len();
        for one in those.filter(|&one| all || one == index) {
            self.bucket_away.insert(one);
            self.due(
                lasts,
                Due::EndOf {
                    fault: Fault::BucketAway,
                    device: one,
                },
            );
        }
    }

    /// Devices store the ledger, and those on their own take in what others have stored.
    pub(super) fn look_for_news(&mut self) -> Result<(), Violation> {
        self.due(NEWS_EVERY, Due::News);
        for index in self.running() {
            if self.bucket_away.contains(&index) || self.devices[index].paused {
                continue;
            }
            let clock = self.devices[index].clock(self.now);
            let alone = self.is_alone(index);
            let Some(engine) = &mut self.devices[index].engine else {
                continue;
            };
            let tip = engine.state().height();
            if alone {
                let news = self.store.blocks_from(tip + 1);
                if news.is_empty() {
                    continue;
                }
                self.tally
                    .add("blocks taken from the bucket", news.len() as u64);
                match engine.learn(clock, None, news) {
                    Ok(refused) => must(refused.is_none(), || {
                        format!("the bucket's blocks are refused: {refused:?}")
                    })?,
                    Err(error) => self.failed(index, &error)?,
                }
                self.hand(index, Event::Tick);
            } else if self.dice.permille(300) {
                let reader = engine.store().reader();
                let new = self.store.end()..=tip;
                let blocks = new.map_while(|height| reader.block(height).ok().flatten());
                let blocks = blocks.map(Arc::new).collect();
                self.store.keep(blocks);
            }
        }
        Ok(())
    }

    fn is_alone(&self, index: usize) -> bool {
        let others = self.running().into_iter().filter(|&one| one != index);
        let meets = others.clone().any(|one| self.is_linked(index, one));
        let engine = self.devices[index].engine.as_ref();
        engine.is_some_and(|engine| !engine.has_quorum()) || !meets
    }

    /// The change that gives the bucket a vote, or takes it back.
    pub(super) fn toggle_bucket(&mut self) -> Option<Change> {
        if let Some(device) = self.household.members.bucket() {
            let (here, voters) = self.voters();
            if here - 1 <= (voters - 1) / 2 {
                return None;
            }
            self.tally.one("buckets that lose their vote");
            return Some(Change::Remove { device });
        }
        let key = household::key(&mut self.dice);
        let bucket = household::member(&key, 25, Role::Bucket);
        self.tally.one("buckets that get a vote");
        Some(Change::Join {
            invitation: InvitationId(bucket.id.0),
            member: Box::new(bucket),
        })
    }

    /// Parts all devices, so that they meet in the bucket only, or in twos; all write once more.
    pub(super) fn part_all(&mut self) {
        let voters: Vec<_> = self.household.members.voters().collect();
        let running = self.running().into_iter();
        let here: Vec<_> = running
            .filter(|&one| voters.contains(&self.devices[one].id))
            .collect();
        let sizes = if here.len() > 2 { 2 } else { 1 };
        let side = |index: usize| {
            here.iter()
                .position(|&one| one == index)
                .map(|at| at / sizes)
        };
        let all = 0..self.devices.len();
        let ways = all
            .clone()
            .flat_map(|from| all.clone().map(move |to| (from, to)));
        let ways = ways.filter(|&(from, to)| from != to && side(from) != side(to));
        self.block(ways.collect(), ALONE + SECONDS);
        self.tell(|| "all devices are parted".to_owned());
        for &index in &here {
            let with = here.iter().filter(|&&one| side(one) == side(index)).count();
            let bucket = usize::from(self.household.members.bucket().is_some());
            let is_good = |one: &usize| {
                let engine = self.devices[*one].engine.as_ref();
                engine.is_some_and(|engine| *engine.standing() == Standing::Good)
            };
            if (with + bucket) * 2 > voters.len() && here.iter().all(is_good) {
                self.household.must_commit.push(index);
            }
        }
        for index in self.household.must_commit.clone() {
            self.write_at(index, 1, None);
            self.read_at(index, None);
        }
        self.due(ALONE, Due::Parted);
    }

    /// Whoever makes a quorum with the bucket has committed by now.
    pub(super) fn must_have_committed(&mut self) -> Result<(), Violation> {
        for index in std::mem::take(&mut self.household.must_commit) {
            let device = &self.devices[index];
            let pending = device.engine.as_ref().map(Engine::pending);
            must(pending == Some(0) && device.waiting.is_empty(), || {
                format!("{} does not get on with the bucket alone", device.name)
            })?;
            self.tally.one("devices that went on with the bucket alone");
        }
        let ways: Vec<_> = self.blocked.iter().copied().collect();
        self.unblock(&ways);
        self.household.parted_last = true;
        self.due(2 * SECONDS, Due::LookAround);
        Ok(())
    }
}
