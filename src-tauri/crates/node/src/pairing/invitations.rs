//! The invitations that this device gave: which are open, who came with them, and whom a person has
//! let in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kinfolio_chain::{DeviceId, InvitationId, Role};
use kinfolio_transport::{JoinRefused, JoinRequest, PROTOCOL_VERSION};
use tokio::sync::Notify;

use crate::error::NodeError;
use crate::identity;
use crate::invitation::{Admission, Invitation, Secret};
use crate::node::Node;
use crate::opening::now_ms;

/// Invitations that are remembered, open or not.
const INVITATIONS_MAX: usize = 64;

/// How long a newcomer is kept waiting for a person before it is told to ask again: shorter than it
/// waits for an answer.
const HELD: Duration = Duration::from_secs(20);

/// How long who asks may be away before it counts as gone: it asks again at once when it is told to.
const AWAY_MAX: Duration = Duration::from_secs(3);

/// What became of an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationState {
    /// It can be used.
    Open,
    /// Its time is over.
    Expired,
    /// A device has shown it.
    Used {
        /// Which device.
        device: DeviceId,
        /// What it is called.
        name: String,
        /// The words that it shows, too.
        check_words: String,
        /// How far it has come.
        progress: Progress,
    },
}

/// How far a newcomer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It waits for a person here to say that the check words are the same.
    Asking,
    /// The household is about to take it in.
    Joining,
    /// It is a member.
    Joined,
}

/// An invitation, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationStatus {
    /// Its name.
    pub id: InvitationId,
    /// What the newcomer becomes.
    pub role: Role,
    /// What comes before it is let in.
    pub admission: Admission,
    /// Until when it can be used, in seconds since 1970.
    pub expires_s: u32,
    /// What became of it.
    pub state: InvitationState,
}

/// An invitation that this device gave.
#[derive(Debug)]
struct Given {
    invitation: Invitation,
    used: Option<Used>,
    /// Whether it was taken back; kept to explain itself.
    withdrawn: bool,
}

#[derive(Clone, Debug)]
struct Used {
    device: DeviceId,
    name: String,
    progress: Progress,
    /// Calls of it that are under way.
    calls: usize,
    /// When the last one ended.
    left: Instant,
}

/// A newcomer's call, from when it has claimed its invitation to its end, however that comes about.
#[derive(Debug)]
pub(super) struct Call {
    invitations: Arc<Invitations>,
    id: InvitationId,
    device: DeviceId,
    /// What it is to become.
    pub(super) role: Role,
}

/// The invitations that this device gave.
#[derive(Debug, Default)]
pub(crate) struct Invitations {
    given: Mutex<BTreeMap<InvitationId, Given>>,
    /// Wakes newcomers that wait for a person.
    answered: Notify,
}

impl Invitations {
    /// Gives a new one, for `time` from now on.
    pub(crate) fn give(
        &self,
        node: &Node,
        role: Role,
        admission: Admission,
        time: Duration,
    ) -> Result<Invitation, NodeError> {
        let addresses = node.reachable_at().ok_or(NodeError::Deaf)?;
        let expires_s = now_s().saturating_add(u32::try_from(time.as_secs()).unwrap_or(u32::MAX));
        let invitation = Invitation {
            inviter: node.status().device.id,
            addresses,
            role,
            admission,
            expires_s,
            secret: Secret(identity::random()?),
        };
        let mut given = self.lock();
        if given.len() >= INVITATIONS_MAX {
            // Those that were used or ran out are remembered only to explain themselves.
            let spent = |one: &Given| one.used.is_some() || one.withdrawn || one.is_expired();
            let oldest = given.iter().filter(|(_, one)| spent(one));
            let oldest = oldest.min_by_key(|(_, one)| one.invitation.expires_s);
            let Some((&oldest, _)) = oldest else {
                return Err(NodeError::Invitations {
                    max: INVITATIONS_MAX,
                });
            };
            given.remove(&oldest);
        }
        let entry = Given {
            invitation: invitation.clone(),
            used: None,
            withdrawn: false,
        };
        given.insert(invitation.id(), entry);
        Ok(invitation)
    }

    /// Takes one back with which nobody was let in; who waits to be is told no.
    pub(crate) fn withdraw(&self, id: InvitationId) -> Result<(), NodeError> {
        let mut given = self.lock();
        let one = given.get_mut(&id).filter(|one| !one.withdrawn);
        let one = one.ok_or(NodeError::NoInvitation { id })?;
        match &one.used {
            Some(used) if used.progress == Progress::Joined => Err(NodeError::InvitationUsed {
                name: used.name.clone(),
            }),
            _ => {
                one.withdrawn = true;
                self.answered.notify_waiters();
                Ok(())
            }
        }
    }

    /// Lets in who asks with this one and shows these words.
    pub(crate) fn let_in(&self, id: InvitationId, words: &str) -> Result<(), NodeError> {
        let mut given = self.lock();
        let one = given.get_mut(&id).filter(|one| !one.withdrawn);
        let one = one.ok_or(NodeError::NoInvitation { id })?;
        one.forget_who_left();
        let asks = !one.is_over();
        let used = one.used.as_mut().filter(|_| asks);
        let used = used.ok_or(NodeError::NobodyAsks { id })?;
        if one.invitation.check_words(used.device) != words {
            return Err(NodeError::OtherCheckWords {
                name: used.name.clone(),
            });
        }
        if used.progress == Progress::Asking {
            used.progress = Progress::Joining;
        }
        self.answered.notify_waiters();
        Ok(())
    }

    /// All that are remembered and were not taken back, the latest to expire first.
    pub(crate) fn list(&self) -> Vec<InvitationStatus> {
        let mut given = self.lock();
        given.values_mut().for_each(Given::forget_who_left);
        let stand = given.iter().filter(|(_, one)| !one.withdrawn);
        let mut list: Vec<_> = stand.map(|(&id, one)| one.status(id)).collect();
        list.sort_by_key(|one| std::cmp::Reverse(one.expires_s));
        list
    }

    /// Whether `newcomer` may come in as far as its invitation goes; from then on no other device may,
    /// with the same one.
    pub(super) fn claim(
        self: &Arc<Self>,
        newcomer: DeviceId,
        request: &JoinRequest,
        proven: Box<dyn FnOnce() + Send>,
    ) -> Result<Call, JoinRefused> {
        let mut given = self.lock();
        let one = given.get_mut(&request.invitation);
        let one = one.filter(|one| {
            let invitation = &one.invitation;
            invitation.is_proven(newcomer, &request.name, &request.proof)
        });
        let one = one.ok_or(JoinRefused::NoInvitation)?;
        proven();
        if request.version != PROTOCOL_VERSION {
            return Err(JoinRefused::Version(format!(
                "the device that invites speaks version {PROTOCOL_VERSION} of the protocol, the newcomer version {}: update the older one",
                request.version
            )));
        }
        one.forget_who_left();
        one.stands_for(newcomer)?;
        let progress = match one.invitation.admission {
            Admission::AtOnce => Progress::Joining,
            Admission::Confirmed => Progress::Asking,
        };
        let used = one.used.get_or_insert_with(|| Used {
            device: newcomer,
            name: request.name.clone(),
            progress,
            calls: 0,
            left: Instant::now(),
        });
        used.calls += 1;
        Ok(Call {
            invitations: Arc::clone(self),
            id: request.invitation,
            device: newcomer,
            role: one.invitation.role,
        })
    }

    /// Waits until a person has let `newcomer` in, where that is asked for, but no longer than it
    /// waits for an answer.
    pub(super) async fn confirmed(
        &self,
        id: InvitationId,
        newcomer: DeviceId,
    ) -> Result<(), JoinRefused> {
        let answered = async {
            loop {
                let answered = self.answered.notified();
                tokio::pin!(answered);
                // From here on no answer is missed.
                answered.as_mut().enable();
                if self.is_confirmed(id, newcomer)? {
                    return Ok(());
                }
                answered.await;
            }
        };
        let held = HELD.min(self.left(id));
        if let Ok(answer) = tokio::time::timeout(held, answered).await {
            return answer;
        }
        match self.is_confirmed(id, newcomer)? {
            true => Ok(()),
            false => Err(JoinRefused::Held(
                "nobody has compared the check words yet".to_owned(),
            )),
        }
    }

    /// How long it can still be used.
    fn left(&self, id: InvitationId) -> Duration {
        let given = self.lock();
        let expires_s = given.get(&id).map_or(0, |one| one.invitation.expires_s);
        Duration::from_secs(expires_s.saturating_sub(now_s()).into())
    }

    fn is_confirmed(&self, id: InvitationId, newcomer: DeviceId) -> Result<bool, JoinRefused> {
        let given = self.lock();
        let one = given.get(&id).ok_or(JoinRefused::NoInvitation)?;
        one.stands_for(newcomer)?;
        let used = one.used.as_ref();
        Ok(used.is_some_and(|used| used.progress != Progress::Asking))
    }

    /// Notes what came of a newcomer: whether it is a member, or can never become one with what
    /// it asked for.
    pub(super) fn settle(&self, id: InvitationId, joined: bool) {
        if let Some(one) = self.lock().get_mut(&id) {
            match (&mut one.used, joined) {
                (Some(used), true) => used.progress = Progress::Joined,
                (used, false) => *used = None,
                (None, true) => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InvitationId, Given>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut given = self.invitations.lock();
        let used = given.get_mut(&self.id).and_then(|one| one.used.as_mut());
        if let Some(used) = used.filter(|used| used.device == self.device) {
            used.calls = used.calls.saturating_sub(1);
            used.left = Instant::now();
        }
    }
}

impl Given {
    /// Who asked and went away again has not used it: nothing was written for it.
    fn forget_who_left(&mut self) {
        let gone = self.used.as_ref().is_some_and(|used| {
            used.progress == Progress::Asking && used.calls == 0 && used.left.elapsed() > AWAY_MAX
        });
        if gone {
            self.used = None;
        }
    }

    fn is_expired(&self) -> bool {
        self.invitation.expires_s <= now_s()
    }

    /// Whether its time was over before somebody was let in with it.
    fn is_over(&self) -> bool {
        let let_in = |used: &Used| match used.progress {
            Progress::Asking => false,
            Progress::Joining => used.calls > 0,
            Progress::Joined => true,
        };
        self.is_expired() && !self.used.as_ref().is_some_and(let_in)
    }

    /// Whether this newcomer can use it, or go on with what it has begun.
    fn stands_for(&self, newcomer: DeviceId) -> Result<(), JoinRefused> {
        let spent = |detail: String| Err(JoinRefused::Spent(detail));
        match &self.used {
            Some(used) if used.device != newcomer => spent(format!(
                "the invitation was used by another device, “{}”: ask for a new one",
                used.name
            )),
            Some(_) if self.withdrawn => Err(JoinRefused::Declined(
                "somebody at the device that invites did not let this one in. If the check words differ, something stands between the two: ask for a new invitation, in a network that you trust".to_owned(),
            )),
            _ if self.withdrawn => {
                spent("the invitation was withdrawn: ask for a new one".to_owned())
            }
            _ if self.is_over() => {
                spent("the invitation has expired: ask for a new one".to_owned())
            }
            _ => Ok(()),
        }
    }

    fn status(&self, id: InvitationId) -> InvitationStatus {
        let invitation = &self.invitation;
        let state = match &self.used {
            _ if self.is_over() => InvitationState::Expired,
            Some(used) => InvitationState::Used {
                device: used.device,
                name: used.name.clone(),
                check_words: invitation.check_words(used.device),
                progress: used.progress,
            },
            None => InvitationState::Open,
        };
        InvitationStatus {
            id,
            role: invitation.role,
            admission: invitation.admission,
            expires_s: invitation.expires_s,
            state,
        }
    }
}

fn now_s() -> u32 {
    u32::try_from(now_ms() / 1000).unwrap_or(u32::MAX)
}
