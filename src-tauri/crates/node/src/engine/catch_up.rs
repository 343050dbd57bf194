//! Fetching blocks that others have decided: from one device at a time, in ranges, until the
//! highest known tip is reached. What a damaged log still had is used before anyone is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use kinfolio_chain::store::Store;
use kinfolio_chain::store::salvage::Attic;
use kinfolio_chain::{Block, DeviceId, Height, Refusal};
use kinfolio_consensus::{Input, Micros};
use kinfolio_transport::PeerMessage;

use super::{Clock, Engine};
use crate::error::NodeError;

/// How long an answer is waited for before another device is asked.
const ANSWER_WAIT: Micros = 2_000_000;

/// Most blocks, and about how many bytes, in one answer.
pub(super) const FETCH_BLOCKS_MAX: u32 = 512;
pub(super) const FETCH_BYTES_MAX: usize = 4 << 20;

#[derive(Debug, Default)]
pub(super) struct CatchUp {
    /// Up to which height each device has the chain, at least, where that is above the own tip.
    ahead: BTreeMap<DeviceId, Height>,
    asked: Option<(DeviceId, Micros)>,
    /// Who did not answer the last time.
    silent: Option<DeviceId>,
}

impl CatchUp {
    /// `device` has blocks up to `height`.
    pub(super) fn want(&mut self, device: DeviceId, height: Height) {
        let known = self.ahead.entry(device).or_insert(height);
        *known = height.max(*known);
    }

    /// An answer came, or will not come.
    pub(super) fn answered(&mut self, device: DeviceId) {
        self.asked = self.asked.filter(|(asked, _)| *asked != device);
        self.silent = self.silent.filter(|silent| *silent != device);
    }

    /// What a device is thought to have is not to be had from it.
    pub(super) fn forget(&mut self, device: DeviceId) {
        self.ahead.remove(&device);
        self.answered(device);
    }

    /// Whether nothing is known to be missing.
    pub(super) fn is_idle(&self) -> bool {
        self.ahead.is_empty()
    }

    pub(super) fn wake_at(&self) -> Option<Micros> {
        self.asked.map(|(_, since)| since + ANSWER_WAIT)
    }

    /// Whom to ask, if somebody has what is missing above `tip` and nobody is being asked.
    fn next(&mut self, now: Micros, tip: Height) -> Option<DeviceId> {
        if let Some((device, since)) = self.asked
            && since + ANSWER_WAIT <= now
        {
            tracing::debug!(%device, "no answer with blocks: asking another device");
            self.asked = None;
            self.silent = Some(device);
        }
        self.ahead.retain(|_, height| *height > tip);
        if self.asked.is_some() {
            return None;
        }
        // Whoever did not answer is asked again where nobody else can be.
        let furthest = self
            .ahead
            .iter()
            .max_by_key(|(device, height)| (self.silent != Some(**device), **height));
        let device = furthest.map(|(device, _)| *device)?;
        self.asked = Some((device, now));
        Some(device)
    }
}

impl<S: Store> Engine<S> {
    /// Takes in blocks that were decided elsewhere, each checked first; what is here already is passed
    /// over, and what begins an epoch that this device does not follow is left, with all after it.
    /// They came from another device, or out of the bucket. Returns the first one that may not follow
    /// the tip, and why; no further one is taken in.
    ///
    /// # Errors
    /// As [`Engine::take`].
    pub fn learn(
        &mut self,
        clock: Clock,
        from: Option<DeviceId>,
        blocks: Vec<Arc<Block>>,
    ) -> Result<Option<(Height, Refusal)>, NodeError> {
        for block in blocks {
            let height = block.height();
            if height <= self.state.height() {
                if let Some(from) = from {
                    self.weigh_going_back(from, &block)?;
                }
                continue;
            }
            if let Err(refusal) = self.check(&block) {
                return Ok(Some((height, refusal)));
            }
            let leads = from.is_none_or(|from| self.may_lead(from));
            if !leads || !self.may_follow(from, &block) {
                if let Some(from) = from {
                    self.catch_up.forget(from);
                }
                return Ok(None);
            }
            if block.epoch().is_some() {
                self.keep_accepted(clock)?;
            }
            self.drive(clock, Input::Learn(block))?;
        }
        self.look_in_attic(clock)?;
        Ok(None)
    }

    /// Uses what is left of a damaged log behind its first wound.
    ///
    /// # Errors
    /// As [`Engine::take`].
    pub fn use_attic(&mut self, clock: Clock, attic: Attic) -> Result<(), NodeError> {
        self.attic = attic;
        self.look_in_attic(clock)
    }

    /// Goes on with blocks from the attic where they follow the tip.
    pub(super) fn look_in_attic(&mut self, clock: Clock) -> Result<(), NodeError> {
        while let Some(block) = self.attic.decided(self.state.height() + 1) {
            if self.state.check(&block).is_err() {
                // The chain has gone another way: this was forged, or is older than it looks.
                self.attic = Attic::default();
                return Ok(());
            }
            self.attic.settle(block.height());
            self.drive(clock, Input::Learn(block))?;
        }
        Ok(())
    }

    /// Asks for what is missing, if anything is and nobody is being asked.
    pub(super) fn fetch(&mut self, now: Micros) {
        // Whoever was not greeted yet does not listen; it will be in a moment.
        if !self.ungreeted.is_empty() {
            return;
        }
        let tip = self.state.height();
        while let Some(device) = self.catch_up.next(now, tip) {
            let there = self.peers.is_greeted(device) || self.is_ahead(device);
            if there && self.may_lead(device) {
                let message = PeerMessage::Fetch {
                    from: tip + 1,
                    limit: FETCH_BLOCKS_MAX,
                };
                return self.send(device, message);
            }
            self.catch_up.forget(device);
        }
    }
}
