//! What the loop does about a ledger that stopped.

use std::time::{Duration, Instant};

use kinfolio_chain::DeviceId;
use kinfolio_chain::store::StoreError;
use kinfolio_chain::store::disk::DiskStore;

use super::EventLoop;
use crate::engine::{Engine, Event, Standing};
use crate::error::{NodeError, SubmitError};
use crate::heal::{self, Ailment};
use crate::identity;
use crate::opening;

/// What helps a ledger that stopped.
pub(super) enum Remedy {
    Reopen,
    Heal(Ailment),
    /// To the line of this device, where a person has chosen it.
    Part(Ailment, Option<DeviceId>),
}

impl Remedy {
    pub(super) fn of(error: &NodeError) -> Option<Self> {
        match error {
            NodeError::WentBack { .. } => Some(Self::Reopen),
            NodeError::GoBack { to, chosen, .. } => {
                let to = chosen.then_some(*to);
                Ailment::of(error).map(|ailment| Self::Part(ailment, to))
            }
            error => Ailment::of(error).map(Self::Heal),
        }
    }
}

impl EventLoop {
    /// Notes how far the ledger reaches, if it has grown and that was not done of late.
    pub(super) fn note_reached(&mut self, every: Duration) {
        let height = self.engine.as_ref().map(Engine::durable_height);
        let (noted, at) = self.reached;
        let Some(height) = height.filter(|height| *height > noted && at.elapsed() >= every) else {
            return;
        };
        self.reached = (height, Instant::now());
        if let Err(error) = identity::keep_reached(&self.root, height) {
            // It only helps to tell a ledger that is cut later.
            tracing::warn!(%error, "it could not be noted how far the ledger reaches");
        }
    }

    /// Notes when the others were heard of, if that was not done of late.
    pub(super) fn note_heard(&mut self, every: Duration) {
        let (noted, at) = &self.heard;
        let Some(engine) = self.engine.as_ref().filter(|_| at.elapsed() >= every) else {
            return;
        };
        let heard = engine.last_heard();
        if heard == noted {
            return;
        }
        self.heard = (heard.clone(), Instant::now());
        if let Err(error) = identity::keep_heard(&self.root, heard) {
            // Silence is counted from what was noted before, then: it counts later.
            tracing::warn!(%error, "it could not be noted when the others were heard of");
        }
    }

    /// Why nothing may be written here any more, if that is so.
    pub(super) fn no_writes(&self) -> Option<SubmitError> {
        let engine = self.engine.as_ref()?;
        match engine.standing() {
            Standing::Removed => Some(SubmitError::Removed {
                household: engine.state().household().to_owned(),
            }),
            Standing::Superseded { .. } => Some(SubmitError::Superseded),
            Standing::Good | Standing::Healing | Standing::Forked { .. } => None,
        }
    }

    /// Speaks with nobody any more where another process has taken this one's place. Notes that this
    /// device was removed, and tells those who wait that nothing comes any more.
    pub(super) fn mind_standing(&mut self) {
        let Some(error) = self.no_writes() else {
            return;
        };
        if !matches!(error, SubmitError::Removed { .. }) {
            return self.network.withdraw();
        }
        for waiter in std::mem::take(&mut self.waiters).into_values() {
            waiter.fail(&error);
        }
        if !std::mem::replace(&mut self.removal_noted, true)
            && let Err(error) = identity::keep_removed(&self.root)
        {
            // It hears it again when it is started again.
            tracing::warn!(%error, "it could not be noted that this device was removed");
        }
    }

    /// A block could not be read: if others have it, the ledger is made anew. Alone the device goes
    /// on without that block.
    pub(super) fn mend(&mut self, error: StoreError) {
        let others = |engine: &Engine<DiskStore>| engine.circle().len() > 1;
        if self.network.meets() && self.engine.as_ref().is_some_and(others) {
            self.attempt(|_, _| Err(error.into()));
        } else {
            tracing::error!(%error, "a block cannot be read");
        }
    }

    /// Makes good at once what can be.
    pub(super) fn recover(&mut self) {
        let Some(remedy) = self.remedy.take() else {
            return;
        };
        if let Remedy::Heal(ailment) | Remedy::Part(ailment, _) = remedy {
            if !self.network.meets() {
                return;
            }
            match heal::heal(&self.root, ailment) {
                Ok(true) => {
                    self.counts.healed += 1;
                    self.reached = (0, Instant::now());
                }
                Ok(false) => return,
                Err(error) => {
                    tracing::error!(%error, "the ledger cannot be made anew");
                    return;
                }
            }
        }
        if let Err(error) = self.reopen() {
            tracing::error!(%error, "the ledger cannot be opened again");
        }
        if let (Remedy::Part(_, Some(to)), Some(engine)) = (remedy, &mut self.engine) {
            engine.follow(to);
        }
    }

    /// Opens the ledger again, as another life, after it failed (a full disk, say).
    pub(super) fn reopen(&mut self) -> Result<(), NodeError> {
        let mut engine = opening::open(&self.root, self.clock())?;
        engine.count_on(self.counts);
        engine.prune_after(self.prune_after);
        self.published.replace_reader(engine.store().reader());
        self.engine = Some(engine);
        self.published.part(identity::has_parted(&self.root));
        for device in self.network.up() {
            self.take(Event::StillUp(device));
        }
        if let Some(bucket) = self.booth.up() {
            self.take(Event::BucketUp(bucket));
        }
        tracing::info!("the ledger was opened again after a failure");
        Ok(())
    }
}
