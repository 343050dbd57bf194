//! When to bid. Only speed depends on it: a bid at any moment is safe.
//!
//! Edits are gossiped before they are bid for, so whoever holds the highest ballot, or the next
//! height's round 0, has them too: everyone else waits for it, the longer the further down it
//! stands in the height's order, and at once takes its place when it is away. Who was outbid waits
//! a random while.

use std::collections::BTreeMap;

use crate::ballot::{Proposer, Types};
use crate::message::Micros;

/// The patience before anything was measured.
const PATIENCE_FIRST: Micros = 60_000;

/// Bounds of the patience. The lower one keeps a busy machine's scheduler from looking like a
/// silent device, the upper one a slow round from making a silent device look busy.
const PATIENCE_MIN: Micros = 20_000;
const PATIENCE_MAX: Micros = 1_000_000;

/// The longest that whoever is outbid again and again waits at random. A ballot that a bucket votes on
/// takes a second and more: whoever would wait less is back before the other's has got anywhere.
const BACKOFF_MAX: Micros = 8_000_000;

/// How many usual rounds a silent favourite is waited for.
const ROUNDS: Micros = 8;

/// The moods of one device about the height that is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pace<T: Types> {
    /// The devices within reach, and in which lives.
    present: BTreeMap<T::Device, T::Incarnation>,
    /// The order in which voters step in at this height.
    order: Vec<T::Device>,
    /// Since when there has been a reason to bid, or somebody else has been seen to be at it.
    since: Option<Micros>,
    /// Since when the own edits have waited for this height.
    wished: Option<Micros>,
    /// Before this, whoever was outbid does not bid again.
    not_before: Micros,
    /// How often in a row this device was outbid.
    outbid: u32,
    /// When the own ballot was last spoken of, and how often.
    asked: Option<(Micros, u32)>,
    /// Usual time from a wish to its decision.
    round_usual: Option<Micros>,
    chance: u64,
}

impl<T: Types> Pace<T> {
    /// A pace whose random waits follow from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            present: BTreeMap::new(),
            order: Vec::new(),
            since: None,
            wished: None,
            not_before: 0,
            outbid: 0,
            asked: None,
            round_usual: None,
            chance: seed | 1,
        }
    }

    pub(crate) fn present(&mut self, who: Proposer<T>) {
        self.present.insert(who.device, who.incarnation);
    }

    pub(crate) fn away(&mut self, device: T::Device) {
        self.present.remove(&device);
    }

    pub(crate) fn is_present(&self, device: T::Device) -> bool {
        self.present.contains_key(&device)
    }

    /// A height opened; what was wished and done at the one below is past.
    pub(crate) fn begin(&mut self, now: Micros, order: Vec<T::Device>) {
        if let Some(wished) = self.wished.take() {
            // A wish that waited for a quorum says nothing about how long a round takes.
            let took = now.saturating_sub(wished).min(PATIENCE_MAX);
            self.round_usual = Some(
                self.round_usual
                    .map_or(took, |usual| (usual * 7 + took) / 8),
            );
        }
        self.order = order;
        self.since = None;
        self.not_before = 0;
        self.outbid = 0;
        self.asked = None;
    }

    /// There is a reason to bid.
    pub(crate) fn wish(&mut self, now: Micros) {
        self.since.get_or_insert(now);
        self.wished.get_or_insert(now);
    }

    /// Somebody else is seen to be at it: the patience begins anew.
    pub(crate) fn heard(&mut self, now: Micros) {
        self.since = Some(now);
    }

    /// A ballot of this device began.
    pub(crate) fn bid(&mut self, now: Micros) {
        self.asked = Some((now, 0));
    }

    /// The own ballot's question was said again.
    pub(crate) fn asked_again(&mut self, now: Micros) {
        let times = self.asked.map_or(0, |(_, times)| times);
        self.asked = Some((now, times + 1));
    }

    /// The own ballot met a higher one.
    pub(crate) fn outbid(&mut self, now: Micros) {
        self.outbid += 1;
        self.asked = None;
        let most = (self.patience() << self.outbid.min(9)).min(BACKOFF_MAX);
        self.not_before = now + self.draw(most);
        self.since = Some(now);
    }

    /// The own ballot rests without having been outbid.
    pub(crate) fn rest(&mut self) {
        self.asked = None;
    }

    /// When to bid, if `favourite` holds the ball and `me` wants it.
    pub(crate) fn due(&self, me: Proposer<T>, favourite: Option<Proposer<T>>) -> Option<Micros> {
        let since = self.since?;
        if favourite == Some(me) {
            return Some(since.max(self.not_before));
        }
        let is_here = |one: &Proposer<T>| {
            self.present.get(&one.device) == Some(&one.incarnation) && one.device != me.device
        };
        let waited_for = favourite.filter(is_here);
        let before_me = self.order.iter().take_while(|&&one| one != me.device);
        let before_me = before_me
            .filter(|one| self.is_present(**one))
            .filter(|one| waited_for.is_none_or(|favourite| favourite.device != **one));
        let rank = before_me.count() as Micros + Micros::from(waited_for.is_some());
        Some((since + rank * self.patience()).max(self.not_before))
    }

    /// When to say the own ballot's question again.
    pub(crate) fn ask_again_at(&self) -> Option<Micros> {
        let (last, times) = self.asked?;
        let wait = (2 * self.patience()).saturating_mul(1 << times.min(5));
        Some(last + wait.min(4 * PATIENCE_MAX))
    }

    fn patience(&self) -> Micros {
        let usual = self.round_usual.map(|usual| usual * ROUNDS);
        usual.map_or(PATIENCE_FIRST, |usual| {
            usual.clamp(PATIENCE_MIN, PATIENCE_MAX)
        })
    }

    /// A number below `most`, from the seed alone (xorshift64*, Vigna 2016).
    fn draw(&mut self, most: Micros) -> Micros {
        self.chance ^= self.chance >> 12;
        self.chance ^= self.chance << 25;
        self.chance ^= self.chance >> 27;
        (self.chance.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16) % most.max(1)
    }
}
