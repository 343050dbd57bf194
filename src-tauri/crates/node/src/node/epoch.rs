//! Going on where a majority of the household is lost for good.

use std::sync::atomic::Ordering;

use kinfolio_chain::{DeviceId, EpochId, Height, Member, Role};

use super::Node;
use crate::engine::Right;
use crate::error::{NodeError, SubmitError};
use crate::event_loop::Request;
use crate::identity;

/// A new epoch of the household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Its name.
    pub epoch: EpochId,
    /// The height of the block that begins it.
    pub height: Height,
}

impl Node {
    /// Begins a new epoch, of which this device is the only voter: for when a majority of the voters
    /// is lost for good. What those within reach may have agreed on before is kept. The others stay
    /// members; whoever of them comes back follows, brings the edits that it alone had, and asks for
    /// its vote again.
    ///
    /// # Errors
    /// [`SubmitError::HasQuorum`], where nothing is lost; or the ledger cannot be written.
    pub async fn recover(&self) -> Result<Recovered, SubmitError> {
        let right = Right::Survivor;
        self.ask(|reply| Request::Recover { right, reply }).await
    }

    /// Goes where `device` goes, should the two follow different epochs: this device gives up its own
    /// line of history after what both share; its edits enter the other one.
    ///
    /// # Errors
    /// If it is no other member, or the ledger cannot be opened.
    pub async fn follow(&self, device: DeviceId) -> Result<(), SubmitError> {
        self.ask(|reply| Request::Follow { device, reply }).await
    }

    /// Whether the chain has taken another past: what was made from it must be made again from the
    /// founding block on.
    #[must_use]
    pub fn has_parted(&self) -> bool {
        self.published.has_parted()
    }

    /// What was made from the chain has been thrown away.
    ///
    /// # Errors
    /// If that cannot be noted.
    pub fn parting_is_shown(&self) -> Result<(), NodeError> {
        identity::forget_parting(&self.root)?;
        self.published.part(false);
        Ok(())
    }

    /// A restored device becomes the household's only member with the first thing that it writes:
    /// so restoring alone changes nothing.
    pub(super) async fn begin_anew(&self) -> Result<(), SubmitError> {
        if !self.is_restored.load(Ordering::Acquire) {
            return Ok(());
        }
        let key = identity::recovery_key(&self.root);
        let key = key.map_err(|error| SubmitError::Ledger(error.into()))?;
        let me = self.published.device();
        let member = Member {
            role: Role::Voter,
            ..me
        };
        let right = Right::Restored(key, Box::new(member));
        self.ask(|reply| Request::Recover { right, reply }).await?;
        self.is_restored.store(false, Ordering::Release);
        Ok(())
    }
}
