//! The one thread that runs the engine: requests, messages and finished syncs in; answers,
//! messages and syncs out. All links live on this thread, so that a message needs no hop to
//! another one; only the disk has a thread of its own, because it blocks.

mod epoch;
mod learning;
mod pending;
mod recovery;
mod request;
mod tasks;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kinfolio_chain::store::StoreError;
use kinfolio_chain::store::disk::DiskStore;
use kinfolio_chain::{DeviceId, Height, Role};
use kinfolio_consensus::Micros;
use kinfolio_transport::{Contact, Entry, EntryReceipt, LinkEvent};
use tokio::sync::{mpsc, oneshot};

use crate::disk::Disk;
use crate::engine::{Action, Clock, Counts, Engine, Event, Heard, Mark, Standing};
use crate::error::{NodeError, SubmitError};
use crate::identity;
use crate::mempool::{EditState, Ticket};
use crate::network::{Brought, Network, News};
use crate::node::TaskAnswer;
use crate::opening;
use crate::published::Published;
use crate::voting::{Booth, Word};
use recovery::Remedy;
use request::Waiter;
pub(crate) use request::{Request, TaskReply};

/// Most events that share a turn, and so a batch and a sync.
const EVENTS_PER_TURN: usize = 4096;

/// How often it is noted how far the ledger reaches.
const REACHED_NOTED_EVERY: Duration = Duration::from_secs(10);

/// How often it is noted when the others were heard of: what a crash takes of that only delays that
/// a silent one stops counting.
const HEARD_NOTED_EVERY: Duration = Duration::from_mins(5);

/// The loop's own state.
pub(crate) struct EventLoop {
    root: PathBuf,
    /// Nothing after a failure, until the ledger is opened again by the next request.
    engine: Option<Engine<DiskStore>>,
    requests: mpsc::Receiver<Request>,
    booth: Booth,
    network: Network,
    disk: Disk,
    published: Arc<Published>,
    began: Instant,
    waiters: BTreeMap<Ticket, Waiter>,
    next_ticket: Ticket,
    /// What had happened when the engine was last dropped.
    counts: Counts,
    /// How far the ledger was noted to reach, and when.
    reached: (Height, Instant),
    /// After how long a silent voter stops counting; nothing: never.
    prune_after: Option<Micros>,
    /// What was noted of when the others were heard of, and when.
    heard: (BTreeMap<DeviceId, Heard>, Instant),
    /// Why the engine was dropped, where opening it again, or making its ledger anew, helps.
    remedy: Option<Remedy>,
    /// Whether it was noted that this device was removed.
    removal_noted: bool,
    /// The mark that the disk is at, if it is at one.
    syncing: Option<Mark>,
}

/// What the loop wakes up for.
enum Woken {
    Request(Option<Request>),
    Link(LinkEvent),
    Bucket(Word),
    Brought(Brought),
    Found(Contact),
    Synced(Result<(), StoreError>),
    Time,
}

impl EventLoop {
    pub(crate) fn new(
        root: PathBuf,
        engine: Engine<DiskStore>,
        (requests, booth): (mpsc::Receiver<Request>, Booth),
        network: Network,
        disk: Disk,
        published: Arc<Published>,
        began: Instant,
    ) -> Self {
        // Names of reads are asked about on the network: none may be one of an earlier life, so
        // that a late answer to that one is not counted.
        let next_ticket = engine.me().incarnation.nonce >> 1;
        let heard = engine.last_heard().clone();
        Self {
            root,
            engine: Some(engine),
            requests,
            booth,
            network,
            disk,
            published,
            began,
            waiters: BTreeMap::new(),
            next_ticket,
            counts: Counts::default(),
            reached: (0, began),
            prune_after: None,
            heard: (heard, began),
            remedy: None,
            removal_noted: false,
            syncing: None,
        }
    }

    /// Runs until it is closed or nobody can ask it any more.
    pub(crate) async fn run(mut self) {
        // What a crash left undecided is finished without being asked.
        self.end_turn();
        loop {
            let woken = self.woken().await;
            let (ended, done) = self.turn(woken);
            if ended {
                self.finish_syncs().await;
                let sealed = self.seal();
                match done {
                    // Whoever closed the node may not wait for it.
                    Some(done) => drop(done.send(sealed)),
                    None => {
                        if let Err(error) = sealed {
                            tracing::warn!(%error, "the ledger could not be sealed");
                        }
                    }
                }
                return;
            }
        }
    }

    async fn woken(&mut self) -> Woken {
        let wake_at = self.engine.as_ref().and_then(Engine::wake_at);
        let wake_at = wake_at.map(|at| self.began + Duration::from_micros(at));
        // While too much waits already, callers wait to hand their edits over.
        let open = self.engine.as_ref().is_none_or(|engine| !engine.is_full());
        tokio::select! {
            biased;
            synced = self.disk.synced(), if self.syncing.is_some() => Woken::Synced(synced),
            news = self.network.next(open) => match news {
                News::Link(event) => Woken::Link(event),
                News::Brought(brought) => Woken::Brought(brought),
                News::Found(contact) => Woken::Found(contact),
            },
            word = self.booth.next() => Woken::Bucket(word),
            request = self.requests.recv(), if open => Woken::Request(request),
            () = sleep_until(wake_at) => Woken::Time,
        }
    }

    /// Takes what woke the loop and all that waits behind it, so that they share a turn.
    fn turn(&mut self, woken: Woken) -> (bool, Option<oneshot::Sender<Result<(), NodeError>>>) {
        let mut ended = (false, None);
        match woken {
            Woken::Request(None) => ended.0 = true,
            Woken::Request(Some(request)) => ended = self.ask(request),
            Woken::Link(event) => self.linked(event),
            Woken::Bucket(word) => {
                let event = self.booth.translate(word);
                self.take(event);
            }
            Woken::Brought(brought) => self.brought(brought),
            Woken::Found(contact) => self.network.find(&contact),
            Woken::Synced(outcome) => self.synced(outcome),
            Woken::Time => self.attempt(|engine, clock| engine.take(clock, Event::Tick)),
        }
        for _ in 0..EVENTS_PER_TURN {
            if ended.0 {
                break;
            }
            if let Some(event) = self.network.try_event() {
                self.linked(event);
                continue;
            }
            if self.engine.as_ref().is_some_and(Engine::is_full) {
                break;
            }
            if let Some(brought) = self.network.try_brought() {
                self.brought(brought);
                continue;
            }
            match self.requests.try_recv() {
                Ok(request) => ended = self.ask(request),
                Err(_) => break,
            }
        }
        self.end_turn();
        ended
    }

    fn ask(&mut self, request: Request) -> (bool, Option<oneshot::Sender<Result<(), NodeError>>>) {
        let request = match request {
            Request::Close { done } => return (true, Some(done)),
            Request::Listen { listener, done } => {
                let listening = self.network.listen(&self.root, listener);
                self.published.show_contacts(&self.network);
                // Whoever asked may have gone.
                drop(done.send(listening));
                return (false, None);
            }
            Request::Room {
                free_bytes,
                disk_full,
            } => {
                self.network.has_room(free_bytes, disk_full);
                return (false, None);
            }
            Request::PruneAfter(limit) => {
                self.prune_after = limit;
                if let Some(engine) = &mut self.engine {
                    engine.prune_after(limit);
                }
                return (false, None);
            }
            request => request,
        };
        if self.engine.is_none()
            && let Err(error) = self.reopen()
        {
            let error = Arc::new(error);
            let error = match request {
                Request::Submit { .. } | Request::Change { .. } => SubmitError::NotTaken(error),
                _ => SubmitError::Ledger(error),
            };
            request.fail(error);
            return (false, None);
        }
        if let Some(error) = self.no_writes() {
            match request {
                Request::Submit { reply, .. } | Request::Change { reply, .. } => {
                    Waiter::Edits(reply).fail(&error);
                    return (false, None);
                }
                Request::Task { reply, .. } => {
                    Waiter::Task(reply).fail(&error);
                    return (false, None);
                }
                _ => {}
            }
        }
        match request {
            Request::Submit { payloads, reply } => {
                let ticket = self.ticket(Waiter::Edits(reply));
                self.take(Event::Submit { ticket, payloads });
            }
            Request::Change { change, reply } => {
                let ticket = self.ticket(Waiter::Edits(reply));
                self.take(Event::Change { ticket, change });
            }
            Request::Task { task, reply } => self.say_of_task(task, reply),
            Request::Look { task, reply } => self.look(&task, reply),
            Request::List { reply } => self.list(reply),
            Request::Waiting { after, reply } => self.tell_waiting(after, reply),
            Request::Read { reply } => {
                let ticket = self.ticket(Waiter::Read(reply));
                self.take(Event::Read { ticket });
            }
            Request::Recover {
                right,
                nonce,
                reply,
            } => self.go_on_alone(right, nonce, reply),
            Request::Follow { device, reply } => self.follow(device, reply),
            Request::Learn { blocks, reply } => self.learn(blocks, reply),
            Request::Mend(error) => self.mend(error),
            Request::Room { .. }
            | Request::PruneAfter(_)
            | Request::Listen { .. }
            | Request::Close { .. } => {}
        }
        (false, None)
    }

    fn brought(&mut self, (entries, replies): Brought) {
        let refused = match self.engine {
            Some(_) => None,
            None => self.reopen().err(),
        };
        let refused = refused.map(|error| SubmitError::NotTaken(Arc::new(error)));
        let refused = refused.or_else(|| self.no_writes());
        for Entry { id, payload } in entries {
            let waiter = Waiter::Entry(id, replies.clone());
            if let Some(error) = &refused {
                waiter.fail(error);
                continue;
            }
            let ticket = self.ticket(waiter);
            let payloads = vec![payload];
            self.take(Event::Submit { ticket, payloads });
        }
    }

    fn linked(&mut self, event: LinkEvent) {
        let event = self.network.translate(event);
        // Somebody said where devices listen, or how it is; or went, and its clock with it.
        if matches!(event, None | Some(Event::Misses { .. } | Event::Down(_))) {
            self.published.show_contacts(&self.network);
        }
        if let Some(event) = event {
            self.take(event);
        }
    }

    fn synced(&mut self, outcome: Result<(), StoreError>) {
        let mark = self.syncing.take();
        match (outcome, mark) {
            (Ok(()), Some(mark)) => self.take(Event::Synced(mark)),
            (Ok(()), None) => {}
            (Err(error), _) => self.attempt(|engine, _| {
                engine.store().fail();
                Err(error.into())
            }),
        }
    }

    fn take(&mut self, event: Event) {
        self.attempt(|engine, clock| engine.take(clock, event));
    }

    /// Carries out what the turn came to: messages first, so that they travel while the disk
    /// syncs; then the sync; the tip before those who are told of it.
    fn end_turn(&mut self) {
        self.recover();
        let mut actions = Vec::new();
        self.attempt(|engine, clock| {
            actions = engine.finish(clock)?;
            Ok(())
        });
        let mut answers = Vec::new();
        for action in actions {
            match action {
                Action::Send { to, message } => self.network.send(to, &message),
                Action::AskBucket(question) => self.booth.ask(*question),
                Action::Refused { from, code, detail } => {
                    tracing::warn!(device = %from, ?code, detail, "a device is refused");
                }
                answer => answers.push(answer),
            }
        }
        self.begin_sync();
        if let Some(engine) = &self.engine {
            self.published.follow(engine);
            self.network.waits(engine.pending());
            self.network.misses(engine.misses());
            self.follow_members();
        }
        self.note_reached(REACHED_NOTED_EVERY);
        self.note_heard(HEARD_NOTED_EVERY);
        for answer in answers {
            self.answer(answer);
        }
        self.mind_standing();
    }

    /// Lets in who belongs to the household now, and notes it.
    fn follow_members(&mut self) {
        let Some(engine) = &self.engine else {
            return;
        };
        let members = engine.circle();
        let removed = engine.state().removed();
        if !self.network.admit(members, removed) || *engine.standing() != Standing::Good {
            return;
        }
        let mut noted = identity::keep_members(&self.root, members);
        let me = members.member(engine.me().device);
        if me.is_some_and(|me| me.role == Role::Voter) {
            noted = noted.and(identity::forget_candidacy(&self.root));
        } else if engine.stands() {
            noted = noted.and(identity::stand_for_vote(&self.root));
        }
        if let Err(error) = noted {
            // Without it a ledger that is damaged later may not find who could heal it.
            tracing::warn!(%error, "the members of the household could not be noted");
        }
        self.published.show_contacts(&self.network);
    }

    fn begin_sync(&mut self) {
        if self.syncing.is_some() {
            return;
        }
        let mut begun = None;
        self.attempt(|engine, _| {
            if engine.wants_sync() {
                let mark = engine.begin_sync();
                begun = Some((mark, engine.store().begin_sync()?));
            }
            Ok(())
        });
        if let Some((mark, sync)) = begun {
            self.syncing = Some(mark);
            self.disk.sync(sync);
        }
    }

    fn answer(&mut self, action: Action) {
        // Whoever asked may have gone.
        match action {
            Action::Acknowledge(ticket, receipt) => match self.waiters.remove(&ticket) {
                Some(Waiter::Edits(reply)) => drop(reply.send(Ok(receipt))),
                Some(Waiter::Entry(id, replies)) => {
                    let tip = self.published.tip();
                    let receipt = EntryReceipt {
                        height: receipt.height.unwrap_or(tip.height),
                        hash: receipt.hash.unwrap_or(tip.hash),
                        pending: receipt.state == EditState::Pending,
                    };
                    replies.answer(id, Ok(receipt));
                }
                Some(Waiter::Task(reply)) => drop(reply.send(Ok(TaskAnswer::of(&receipt)))),
                Some(Waiter::Read(_) | Waiter::Recovery(_)) | None => {}
            },
            Action::Begun { ticket, begun } => self.begun(ticket, begun),
            Action::Readable { ticket, height } => {
                if let Some(Waiter::Read(reply)) = self.waiters.remove(&ticket) {
                    drop(reply.send(Ok(height)));
                }
            }
            Action::Send { .. } | Action::Refused { .. } | Action::AskBucket(_) => {}
        }
    }

    fn ticket(&mut self, waiter: Waiter) -> Ticket {
        self.next_ticket += 1;
        self.waiters.insert(self.next_ticket, waiter);
        self.next_ticket
    }

    /// Lets the engine work. If it fails, it is dropped as if the process had crashed there:
    /// what was not acknowledged is answered with the error.
    fn attempt(
        &mut self,
        work: impl FnOnce(&mut Engine<DiskStore>, Clock) -> Result<(), NodeError>,
    ) {
        let clock = self.clock();
        let Some(engine) = &mut self.engine else {
            return;
        };
        if let Err(error) = work(engine, clock) {
            tracing::error!(%error, "the ledger stopped");
            self.counts = engine.counts();
            self.engine = None;
            self.remedy = Remedy::of(&error);
            let error = SubmitError::Ledger(Arc::new(error));
            for waiter in std::mem::take(&mut self.waiters).into_values() {
                waiter.fail(&error);
            }
            self.published.stopped();
        }
    }

    fn clock(&self) -> Clock {
        let now = Micros::try_from(self.began.elapsed().as_micros()).unwrap_or(Micros::MAX);
        Clock {
            now,
            wall_ms: opening::now_ms(),
        }
    }

    /// Lets a sync that is under way end, and what waits for it be decided, before the seal.
    async fn finish_syncs(&mut self) {
        while self.syncing.is_some() {
            let outcome = self.disk.synced().await;
            self.synced(outcome);
            self.end_turn();
        }
    }

    fn seal(&mut self) -> Result<(), NodeError> {
        self.engine.as_mut().map_or(Ok(()), Engine::seal)?;
        self.note_reached(Duration::ZERO);
        self.note_heard(Duration::ZERO);
        Ok(())
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
