//! One life of the ledger on this device, as a value machine: events in, actions out. Holds the
//! log, the chain, the replica that agrees on it, and the edits that wait.
//!
//! Knows no thread, channel, socket or clock: `event_loop` runs it in the product, the simulator
//! runs the same code on simulated disks and networks. Durable before sent (invariant D): what
//! the replica wants persisted is appended at once and synced by the runner, which reports back;
//! only then does the replica put out what was waiting for it.

mod abstain;
mod bucket;
mod build;
mod candidacy;
mod carry_out;
mod catch_up;
mod durable;
mod epoch;
mod event;
mod peers;
mod receive;
mod removal;
mod say;
mod silence;

use std::collections::BTreeSet;

use ed25519_dalek::SigningKey;
use kinfolio_chain::config::device_id;
use kinfolio_chain::edit::Change;
use kinfolio_chain::store::salvage::Attic;
use kinfolio_chain::store::{Abstention, Recovered, Store};
use kinfolio_chain::{
    Batch, BlockHash, ChainState, Configuration, DeviceId, Height, Owner, Payload,
};
use kinfolio_consensus::{Begin, Input, Message, Micros, Replica};
use kinfolio_transport::Ledger;

use crate::error::NodeError;
use crate::mempool::{Gap, Mempool, Ticket};
use abstain::{Witnesses, whom_to_trust};
use bucket::Bucket;
pub use bucket::Question;
use carry_out::proposer;
pub(crate) use carry_out::{ballot_in, ballot_out};
use catch_up::CatchUp;
use durable::Durable;
pub use durable::Mark;
pub use epoch::Right;
pub use event::{Action, Clock, Counts, Event, Standing};
use peers::Peers;
pub use silence::Heard;

/// How long edits wait for a quorum before they are set aside as pending.
const QUORUM_WAIT: Micros = 1_000_000;

/// How often what may have been lost is said again: edits that still wait.
const REPEAT: Micros = 1_000_000;

/// How often the others are told how far the chain reaches here, while it grows.
const TELL_TIP: Micros = 250_000;

/// Most bytes of payloads in one batch.
pub(crate) const BATCH_BYTES_MAX: usize = 4 << 20;

/// The ledger between opening and failing or closing.
#[derive(Debug)]
pub struct Engine<S> {
    key: SigningKey,
    me: Owner,
    store: S,
    replica: Replica<Ledger>,
    state: ChainState,
    mempool: Mempool,
    peers: Peers,
    catch_up: CatchUp,
    bucket: Bucket,
    durable: Durable,
    standing: Standing,
    /// Which of its votes the log lacks.
    abstention: Abstention,
    witnesses: Witnesses,
    silence: silence::Silence,
    /// Who may give the rest of the chain, while the log here does not reach to their joining, or
    /// to that of this device: it is new, or is being healed.
    trusted: Configuration,
    /// Whether it is to vote as soon as it has caught up.
    candidate: bool,
    /// The height of the state that people see here, where that was given and is above the tip.
    seen: Height,
    /// Blocks that a damaged log had behind its first wound.
    attic: Attic,
    counts: Counts,
    lines: epoch::Lines,
    /// Who says that the household has removed this device.
    removed_by: BTreeSet<DeviceId>,
    /// Edits that are not signed yet, and for whom; since when, and until when they may wait for
    /// others to be signed with.
    fresh: Vec<(Ticket, Vec<Payload>)>,
    fresh_bytes: usize,
    fresh_since: Micros,
    held_until: Option<Micros>,
    /// Whether an own edit has waited for a block longer than it should.
    overdue: bool,
    /// Own changes of the members that were void when their block came.
    overtaken: Vec<Change>,
    /// When own edits were last sent ahead of a ballot.
    gossiped_at: Micros,
    /// Own batches that no other device has been sent.
    unsaid: Vec<Batch>,
    next_seq: u64,
    /// Whether this life is written in the log; it is, before its first vote.
    born: bool,
    /// Who is within reach and has not been told who this is.
    ungreeted: BTreeSet<DeviceId>,
    /// Who has greeted an earlier life on a link that is still up.
    unheard: BTreeSet<DeviceId>,
    /// Blocks of the open height that the log holds.
    accepted_here: BTreeSet<BlockHash>,
    /// The tip that every device within reach was told of.
    told_tip: Height,
    /// The last block that holds an edit of this life.
    wrote_at: Height,
    /// A question that came before the block below it.
    early: Option<(DeviceId, Message<Ledger>)>,
    /// Own edits that are missing, and how often they were found to be.
    gap: Option<(Gap, u32)>,
    repeat_at: Micros,
    /// When the others are told of the tip.
    tell_at: Micros,
    replica_wake_at: Option<Micros>,
    actions: Vec<Action>,
}

impl<S: Store> Engine<S> {
    /// Goes on with what a log says. `nonce` is drawn anew for every life.
    ///
    /// # Errors
    /// If the log has no chain, the key belongs to no member, or the log cannot be written.
    pub fn open(
        clock: Clock,
        key: SigningKey,
        nonce: u64,
        store: S,
        recovered: Recovered,
        trusted: &Configuration,
    ) -> Result<Self, NodeError> {
        let device = device_id(&key.verifying_key());
        let incarnation = recovered.next_incarnation(device, nonce);
        let me = Owner {
            device,
            incarnation,
        };
        let replica = Replica::new(proposer(me), nonce);
        Self::open_as(clock, key, me, replica, store, recovered, trusted)
    }

    /// The same with a deliberate fault.
    ///
    /// # Errors
    /// As [`Engine::open`].
    #[cfg(feature = "mutants")]
    pub fn open_with_mutant(
        clock: Clock,
        key: SigningKey,
        nonce: u64,
        store: S,
        recovered: Recovered,
        trusted: &Configuration,
        mutant: Option<kinfolio_consensus::Mutant>,
    ) -> Result<Self, NodeError> {
        let device = device_id(&key.verifying_key());
        let incarnation = recovered.next_incarnation(device, nonce);
        let me = Owner {
            device,
            incarnation,
        };
        let replica = Replica::with_mutant(proposer(me), nonce, mutant);
        Self::open_as(clock, key, me, replica, store, recovered, trusted)
    }

    fn open_as(
        clock: Clock,
        key: SigningKey,
        me: Owner,
        replica: Replica<Ledger>,
        store: S,
        recovered: Recovered,
        trusted: &Configuration,
    ) -> Result<Self, NodeError> {
        let Some(state) = recovered.state.clone() else {
            return Err(NodeError::NoChain);
        };
        let healing = recovered.abstention != Abstention::Over;
        let trusted = whom_to_trust(&state, me.device, healing, trusted)?;
        let tip = (state.height(), state.tip());
        let mut engine = Self {
            key,
            me,
            store,
            replica,
            peers: Peers::of(&state),
            state,
            mempool: Mempool::new(me.device),
            catch_up: CatchUp::default(),
            bucket: Bucket::default(),
            durable: Durable::new(tip),
            standing: Standing::Good,
            abstention: Abstention::Over,
            witnesses: Witnesses::new(),
            silence: silence::Silence::default(),
            trusted,
            candidate: false,
            seen: 0,
            attic: Attic::default(),
            counts: Counts::default(),
            lines: epoch::Lines::default(),
            removed_by: BTreeSet::new(),
            fresh: Vec::new(),
            fresh_bytes: 0,
            fresh_since: 0,
            held_until: None,
            overdue: false,
            overtaken: Vec::new(),
            gossiped_at: 0,
            unsaid: Vec::new(),
            next_seq: 0,
            born: false,
            ungreeted: BTreeSet::new(),
            unheard: BTreeSet::new(),
            accepted_here: BTreeSet::new(),
            told_tip: tip.0,
            wrote_at: 0,
            early: None,
            gap: None,
            repeat_at: 0,
            tell_at: 0,
            replica_wake_at: None,
            actions: Vec::new(),
        };
        engine.resume(clock, recovered)?;
        if engine.state.is_removed(me.device) {
            engine.be_removed();
        }
        Ok(engine)
    }

    /// Takes one event. What follows from all events of a turn comes out of
    /// [`Engine::finish`].
    ///
    /// # Errors
    /// If the log fails, or a promise of the protocol is broken. The engine is then to be
    /// dropped, as if the process had crashed here.
    pub fn take(&mut self, clock: Clock, event: Event) -> Result<(), NodeError> {
        match event {
            Event::Submit { ticket, payloads } => {
                let payloads = payloads.into_iter().map(Payload::Opaque);
                self.put_down(clock, ticket, payloads.collect());
                Ok(())
            }
            Event::Task { ticket, task } => {
                self.put_down(clock, ticket, vec![Payload::Task(task)]);
                Ok(())
            }
            Event::Change { ticket, change } => {
                self.change(clock, ticket, change);
                Ok(())
            }
            Event::Up(device) => {
                self.removed_by.remove(&device);
                self.peers.up(device);
                self.ungreeted.insert(device);
                self.be_born()?;
                self.greet();
                Ok(())
            }
            Event::StillUp(device) => {
                self.unheard.insert(device);
                self.take(clock, Event::Up(device))
            }
            Event::Down(device) => {
                self.ungreeted.remove(&device);
                self.unheard.remove(&device);
                self.peers.down(device);
                self.lines.elsewhere.remove(&device);
                self.silence.forget_word_of(device);
                self.drive(clock, Input::Away(device))?;
                self.consider_other_lines();
                Ok(())
            }
            Event::Received { from, message } => self.receive(clock, from, message),
            Event::Misses { device, voters } => {
                self.silence.hear_word_of(device, voters);
                Ok(())
            }
            Event::BucketUp(bucket) => self.bucket_up(clock, bucket),
            Event::BucketSaid(bucket, message) => self.bucket_said(clock, bucket, message),
            Event::BucketDown(bucket, trouble) => self.bucket_down(clock, bucket, trouble),
            Event::Unreadable { from, detail } => {
                self.on_unreadable(clock, from, detail);
                Ok(())
            }
            Event::Rejected => {
                self.counts.rejected += 1;
                Ok(())
            }
            Event::ToldRemoved(by) => {
                self.hear_removal(by);
                Ok(())
            }
            Event::Synced(mark) => match self.durable.synced(mark) {
                Some(lsn) => {
                    self.greet();
                    self.drive(clock, Input::Synced(lsn))
                }
                None => Ok(()),
            },
            Event::Recover {
                ticket,
                nonce,
                right,
            } => self.recover(clock, ticket, nonce, right),
            Event::Read { ticket } => self.drive(clock, Input::Read(ticket)),
            Event::Tick => self.drive(clock, Input::Tick),
        }
    }

    /// Ends a turn: signs the edits that came in it together, says what is to be said, and
    /// gives out all that is to be done.
    ///
    /// # Errors
    /// As [`Engine::take`].
    pub fn finish(&mut self, clock: Clock) -> Result<Vec<Action>, NodeError> {
        self.write_again(clock);
        self.mind_silence(clock);
        self.held_until = self.may_hold_fresh().filter(|until| *until > clock.now);
        if self.held_until.is_none() {
            self.sign_fresh(clock);
        }
        self.drive(clock, Input::Wish(self.wishes()))?;
        self.mind_quorum(clock);
        self.repeat(clock)?;
        self.mind_bucket(clock)?;
        self.go_on_alone(clock)?;
        let oldest = self.mempool.oldest_own();
        self.overdue = oldest.is_some_and(|since| since + QUORUM_WAIT <= clock.now);
        self.gossip(clock.now);
        self.fetch(clock.now);
        Ok(std::mem::take(&mut self.actions))
    }

    /// When a turn with [`Event::Tick`] is due, unless something else happens before.
    pub fn wake_at(&self) -> Option<Micros> {
        let unanswered = self.mempool.oldest_unanswered();
        let repeats = self.has_to_repeat().then_some(self.repeat_at);
        let tells = self.has_untold_tip().then_some(self.tell_at);
        let wakes = [
            tells,
            self.recovers_at(),
            self.replica_wake_at,
            self.bucket_wake_at(),
            self.silence_wake_at(),
            self.held_until,
            unanswered.map(|since| since + QUORUM_WAIT),
            repeats,
            self.catch_up.wake_at(),
        ];
        wakes.into_iter().flatten().min()
    }

    /// Whether something that was appended must become durable.
    pub fn wants_sync(&self) -> bool {
        self.durable.wants_sync()
    }

    /// The name of all that was appended so far; to be reported with [`Event::Synced`] once it
    /// is durable.
    pub fn begin_sync(&mut self) -> Mark {
        self.durable.begin((self.state.height(), self.state.tip()))
    }

    /// People see the state at this height here, whether or not the chain reaches so far: what they
    /// write is based on it.
    pub fn has_seen(&mut self, height: Height) {
        self.seen = height;
    }

    /// The log, for whoever syncs it.
    pub fn store(&mut self) -> &mut S {
        &mut self.store
    }

    /// The chain at its tip.
    pub fn state(&self) -> &ChainState {
        &self.state
    }

    /// This device and life.
    pub fn me(&self) -> Owner {
        self.me
    }

    /// Whether it may vote.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Whether its log lacks votes that it gave.
    pub fn is_healing(&self) -> bool {
        self.standing == Standing::Healing
    }

    /// What happened since the process started.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Goes on counting where an earlier life of the same process has stopped.
    pub fn count_on(&mut self, counts: Counts) {
        self.counts = counts;
    }

    /// The height of the tip that no crash takes back.
    pub(crate) fn durable_height(&self) -> Height {
        self.durable.tip().0
    }

    /// Whether a majority of the voters is within reach, and decides: a cut cable shows first in
    /// edits that nobody decides.
    pub fn has_quorum(&self) -> bool {
        self.replica.has_quorum() && !self.overdue
    }

    /// Edits of this device that are not in its chain yet.
    pub fn pending(&self) -> u64 {
        self.mempool.own_edits()
    }

    /// Whether no more edits are to be submitted until some are decided.
    pub fn is_full(&self) -> bool {
        self.mempool.is_full()
    }

    /// Whether it asks for a vote as soon as it has caught up.
    pub fn stands(&self) -> bool {
        self.candidate
    }

    /// What is known of the other members.
    pub(crate) fn peers(&self) -> &Peers {
        &self.peers
    }

    /// A clean exit.
    ///
    /// # Errors
    /// If the seal cannot be written; nothing acknowledged is lost by that.
    pub fn seal(&mut self) -> Result<(), NodeError> {
        if self.born {
            self.store.seal()?;
        }
        Ok(())
    }

    /// Gives up the log, as a crash of the process would.
    pub fn into_store(self) -> S {
        self.store
    }

    fn resume(&mut self, clock: Clock, recovered: Recovered) -> Result<(), NodeError> {
        self.store.settle(&self.state)?;
        for batch in self.store.pending().to_vec() {
            if self.may_enter(&batch) {
                self.mempool.take_up(clock.now, batch);
            }
        }
        let promised = recovered.promised.map(ballot_in);
        let accepted = recovered
            .accepted
            .map(|(ballot, block)| (ballot_in(ballot), block));
        let held = accepted.iter().map(|(_, block)| block.hash());
        self.accepted_here = held.collect();
        if let Some((_, block)) = &accepted {
            self.notice_bucket(block);
        }
        self.take_up_abstention(recovered.abstention);
        let next = self.begin_next()?;
        let begin = Begin {
            promised: promised.or(next.promised),
            accepted: accepted.or(next.accepted.clone()),
            ..next
        };
        self.drive(clock, Input::Begin(begin))
    }
}
