//! What is known of the other devices: who can be spoken to, in which life, how far its log
//! reaches, and whether that fits what was known before.

use std::collections::{BTreeMap, BTreeSet};

use kinfolio_chain::{BlockHash, ChainState, DeviceId, Height, Incarnation};
use kinfolio_consensus::Micros;
use kinfolio_transport::{Hello, Sighting};

/// What a device may say at once, and in a second, counted in messages; far above what agreement
/// needs at full speed.
const ALLOWANCE: u64 = 20_000;

/// How often a device is told that it says too much.
const TELL_AGAIN: Micros = 1_000_000;

/// What is known of one device.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer {
    up: bool,
    greeted: bool,
    /// Whether its log holds all its votes.
    remembers: bool,
    /// Its latest life that was seen.
    incarnation: Option<Incarnation>,
    /// The end of its log, durable when it said so.
    tip: Option<(Height, BlockHash)>,
    /// The highest end that it ever claimed to be durable.
    durable_height_max: Height,
    /// What it has said of late, in messages, as of a time.
    said: u64,
    said_at: Micros,
    told_at: Option<Micros>,
    /// Why one of the two does not go on with the other.
    trouble: Option<String>,
}

/// Whether a device is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hearing {
    Open,
    /// It says too much; the message is dropped. Whether it is to be told so.
    Closed {
        tell: bool,
    },
}

#[derive(Debug, Default)]
pub(crate) struct Peers {
    known: BTreeMap<DeviceId, Peer>,
    /// Who holds another block than this device, and at which height.
    disagree: BTreeMap<DeviceId, Height>,
}

/// How a device stands to its own past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Past {
    /// It goes on where it was.
    Continues,
    /// So it does, in a later life, while an earlier one is thought to be within reach: that may be the
    /// process whose folder was copied.
    LivesAnew,
    /// Its disk went back in time: it is behind what it had said was durable, or in a life that
    /// was over.
    WentBack,
    /// Another device lives under its name.
    Cloned,
}

impl Peers {
    /// What the chain tells of those who wrote in it.
    pub(super) fn of(state: &ChainState) -> Self {
        let members = state.configuration().members();
        let known = members.map(|member| {
            let peer = Peer {
                incarnation: state.last_life(member.id),
                ..Peer::default()
            };
            (member.id, peer)
        });
        Self {
            known: known.collect(),
            ..Self::default()
        }
    }

    pub(super) fn up(&mut self, device: DeviceId) {
        self.known.entry(device).or_default().up = true;
    }

    pub(super) fn down(&mut self, device: DeviceId) {
        if let Some(peer) = self.known.get_mut(&device) {
            peer.up = false;
            peer.greeted = false;
        }
    }

    /// `device` follows another line of history.
    pub(super) fn part(&mut self, device: DeviceId) {
        if let Some(peer) = self.known.get_mut(&device) {
            peer.greeted = false;
        }
    }

    /// The chain has taken another line after this height: what others had above it does not count.
    pub(super) fn forked_at(&mut self, fork: Height) {
        self.disagree.clear();
        for peer in self.known.values_mut() {
            peer.durable_height_max = peer.durable_height_max.min(fork);
            peer.trouble = None;
        }
    }

    /// A bucket can be asked. It is no device: there is no link to it.
    pub(super) fn store_is_up(&mut self, bucket: DeviceId) {
        let peer = self.known.entry(bucket).or_default();
        peer.greeted = true;
        peer.trouble = None;
    }

    /// It cannot be asked any more.
    pub(super) fn store_is_down(&mut self, bucket: DeviceId, trouble: Option<String>) {
        let peer = self.known.entry(bucket).or_default();
        peer.greeted = false;
        peer.trouble = trouble;
    }

    /// Counts something that `device` said and that costs as much as `weight` messages.
    pub(super) fn hear(&mut self, device: DeviceId, now: Micros, weight: u64) -> Hearing {
        let peer = self.known.entry(device).or_default();
        let forgotten = now.saturating_sub(peer.said_at).saturating_mul(ALLOWANCE) / 1_000_000;
        if forgotten > 0 {
            peer.said = peer.said.saturating_sub(forgotten);
            peer.said_at = now;
        }
        if peer.said + weight <= ALLOWANCE {
            peer.said += weight;
            return Hearing::Open;
        }
        let tell = peer.told_at.is_none_or(|at| at + TELL_AGAIN <= now);
        if tell {
            peer.told_at = Some(now);
        }
        Hearing::Closed { tell }
    }

    /// Counts what an answer to `device` cost, which is known only once it is there.
    pub(super) fn charge(&mut self, device: DeviceId, weight: u64) {
        if let Some(peer) = self.known.get_mut(&device) {
            peer.said += weight;
        }
    }

    /// What was seen of a device.
    pub(super) fn sighting(&self, device: DeviceId) -> Option<Sighting> {
        let peer = self.known.get(&device)?;
        let height = peer.durable_height_max;
        let lives = peer.greeted;
        let sighting = |incarnation| Sighting {
            incarnation,
            height,
            lives,
        };
        peer.incarnation.map(sighting)
    }

    /// Takes a greeting in, unless it contradicts the device's own past. Whoever says that it has
    /// forgotten may be behind.
    pub(super) fn greeted(&mut self, device: DeviceId, hello: &Hello) -> Past {
        let peer = self.known.entry(device).or_default();
        let now = hello.incarnation;
        if let Some(before) = peer.incarnation {
            let twin = now.counter == before.counter && now.nonce != before.nonce;
            if twin && peer.greeted {
                return Past::Cloned;
            }
            if twin || now < before || (hello.remembers && hello.height < peer.durable_height_max) {
                return Past::WentBack;
            }
        }
        let anew = peer.greeted && peer.incarnation.is_some_and(|before| before < now);
        peer.greeted = true;
        peer.trouble = None;
        peer.remembers = hello.remembers;
        peer.incarnation = Some(now);
        peer.tip = Some((hello.height, hello.tip));
        peer.durable_height_max = hello.height;
        match anew {
            true => Past::LivesAnew,
            false => Past::Continues,
        }
    }

    /// The chain of `device` reaches this block.
    pub(super) fn has_tip(&mut self, device: DeviceId, height: Height, hash: BlockHash) {
        if let Some(peer) = self.known.get_mut(&device) {
            peer.tip = Some((height, hash));
        }
    }

    /// The chain of `device` is this one, as far as they both reach.
    pub(super) fn agrees(&mut self, device: DeviceId, height: Height, hash: BlockHash) {
        self.disagree.remove(&device);
        self.has_tip(device, height, hash);
    }

    /// One of the two does not go on with the other, until `device` greets as it should.
    pub(super) fn is_troubled(&mut self, device: DeviceId, trouble: String) {
        if let Some(peer) = self.known.get_mut(&device) {
            peer.trouble = Some(trouble);
        }
    }

    /// Why this device and another do not go on with each other.
    pub(crate) fn trouble(&self, device: DeviceId) -> Option<&str> {
        self.known.get(&device)?.trouble.as_deref()
    }

    pub(super) fn is_up(&self, device: DeviceId) -> bool {
        self.known.get(&device).is_some_and(|peer| peer.up)
    }

    pub(crate) fn is_greeted(&self, device: DeviceId) -> bool {
        self.known.get(&device).is_some_and(|peer| peer.greeted)
    }

    /// Who can be spoken to and has greeted.
    pub(super) fn present(&self) -> Vec<DeviceId> {
        let greeted = self.known.iter().filter(|(_, peer)| peer.greeted);
        greeted.map(|(device, _)| *device).collect()
    }

    /// Who can be spoken to.
    pub(super) fn all_up(&self) -> Vec<DeviceId> {
        let up = self.known.iter().filter(|(_, peer)| peer.up);
        up.map(|(device, _)| *device).collect()
    }

    /// In which life a device within reach is that may vote.
    pub(super) fn voting_life(&self, device: DeviceId) -> Option<Incarnation> {
        let peer = self.known.get(&device)?;
        let peer = Some(peer).filter(|peer| peer.greeted && peer.remembers)?;
        peer.incarnation
    }

    /// The end of a device's chain, as far as known.
    pub(crate) fn tip(&self, device: DeviceId) -> Option<(Height, BlockHash)> {
        self.known.get(&device)?.tip
    }

    /// `device` holds another block at `height`; how many of `voters` disagree with this device.
    pub(super) fn disagrees(
        &mut self,
        device: DeviceId,
        height: Height,
        voters: &BTreeSet<DeviceId>,
    ) -> usize {
        let lowest = self.disagree.entry(device).or_insert(height);
        *lowest = height.min(*lowest);
        let disagreeing = self.disagree.keys().filter(|one| voters.contains(one));
        disagreeing.count()
    }
}
