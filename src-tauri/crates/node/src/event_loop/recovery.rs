//! What the loop does about a ledger that stopped.

use super::EventLoop;
use crate::engine::Event;
use crate::error::NodeError;
use crate::heal::{self, Ailment};
use crate::opening;

/// What helps a ledger that stopped.
pub(super) enum Remedy {
    Reopen,
    Heal(Ailment),
}

impl Remedy {
    pub(super) fn of(error: &NodeError) -> Option<Self> {
        match error {
            NodeError::WentBack { .. } => Some(Self::Reopen),
            error => Ailment::of(error).map(Self::Heal),
        }
    }
}

impl EventLoop {
    /// Makes good at once what can be.
    pub(super) fn recover(&mut self) {
        let Some(remedy) = self.remedy.take() else {
            return;
        };
        if let Remedy::Heal(ailment) = remedy {
            match heal::heal(&self.root, ailment) {
                Ok(true) => self.counts.healed += 1,
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
    }

    /// Opens the ledger again, as another life, after it failed (a full disk, say).
    pub(super) fn reopen(&mut self) -> Result<(), NodeError> {
        let mut engine = opening::open(&self.root, self.clock())?;
        engine.count_on(self.counts);
        self.published.replace_reader(engine.store().reader());
        self.engine = Some(engine);
        for device in self.network.up() {
            self.take(Event::StillUp(device));
        }
        tracing::info!("the ledger was opened again after a failure");
        Ok(())
    }
}
