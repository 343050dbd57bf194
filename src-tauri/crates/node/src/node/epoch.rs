//! Going on where a majority of the household is lost for good.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use kinfolio_chain::{DeviceId, Epoch, EpochId, Height, HouseholdId, Member, RecoveryKey, Role};

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

/// The epoch that a restored device is about to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anew {
    /// Of which household.
    pub household: HouseholdId,
    /// Its name.
    pub epoch: EpochId,
    /// The line that it leaves; nothing, if that is the first one.
    pub before: Option<EpochId>,
    /// The last block that both share.
    pub fork: Height,
    /// The device.
    pub member: Member,
}

/// What comes of a question.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Who is asked before a restored device goes on with the household: of all that were restored from
/// one bucket, one may.
pub trait Leave: Send + Sync {
    /// Whether it may. Why not, in words for people. Asked again for the same device, the answer is
    /// the same.
    fn ask(&self, anew: Anew) -> Answer<'_>;
}

impl Node {
    /// Names who is asked before this device, if it was restored, goes on with the household. The
    /// first one counts.
    pub fn ask_first(&self, leave: Arc<dyn Leave>) {
        self.leave.get_or_init(|| leave);
    }

    /// Whether this device was restored, and has not gone on with the household yet.
    #[must_use]
    pub fn is_restored(&self) -> bool {
        self.is_restored.load(Ordering::Acquire)
    }

    /// Begins a new epoch, of which this device is the only voter: for when a majority of the voters
    /// is lost for good. What those within reach may have agreed on before is kept. The others stay
    /// members; whoever of them comes back follows, brings the edits that it alone had, and asks for
    /// its vote again. A restored device that was refused begins anew with this all the same.
    ///
    /// # Errors
    /// [`SubmitError::HasQuorum`], where nothing is lost; or the ledger cannot be written.
    pub async fn recover(&self) -> Result<Recovered, SubmitError> {
        let nonce = random_nonce()?;
        if self.is_restored() {
            let (key, member) = self.restored()?;
            return self.go_on_alone(key, member, nonce).await;
        }
        let right = Right::Survivor;
        self.ask(|reply| Request::Recover {
            right,
            nonce,
            reply,
        })
        .await
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
        if !self.is_restored() {
            return Ok(());
        }
        let (key, member) = self.restored()?;
        let nonce = random_nonce()?;
        if let Some(leave) = self.leave.get() {
            let anew = self.anew(&key, &member, nonce);
            let asked = leave.ask(anew).await;
            asked.map_err(|reason| SubmitError::NoLeave { reason })?;
        }
        self.go_on_alone(key, member, nonce).await.map(drop)
    }

    /// The key by which this restored device goes on, and itself as the member that it will be.
    fn restored(&self) -> Result<(RecoveryKey, Member), SubmitError> {
        let key = identity::recovery_key(&self.root);
        let key = key.map_err(|error| SubmitError::Ledger(error.into()))?;
        let me = self.published.device();
        let role = Role::Voter;
        Ok((key, Member { role, ..me }))
    }

    fn anew(&self, key: &RecoveryKey, member: &Member, nonce: [u8; 32]) -> Anew {
        let (tip, household) = (self.tip(), self.status().household_id);
        let epoch = Epoch::restored(key, household, tip.hash, nonce, member.clone());
        Anew {
            household,
            epoch: epoch.id(tip.hash),
            before: self
                .lines()
                .get(1..)
                .and_then(|later| later.last())
                .map(|line| line.epoch),
            fork: tip.height,
            member: member.clone(),
        }
    }

    async fn go_on_alone(
        &self,
        key: RecoveryKey,
        member: Member,
        nonce: [u8; 32],
    ) -> Result<Recovered, SubmitError> {
        let right = Right::Restored(key, Box::new(member));
        let recovered = self
            .ask(|reply| Request::Recover {
                right,
                nonce,
                reply,
            })
            .await?;
        self.is_restored.store(false, Ordering::Release);
        Ok(recovered)
    }
}

fn random_nonce() -> Result<[u8; 32], SubmitError> {
    identity::random().map_err(|error: NodeError| SubmitError::Ledger(error.into()))
}
