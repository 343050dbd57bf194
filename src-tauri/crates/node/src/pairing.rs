//! Newcomers: which invitations are open, who comes in with them, and the newcomer's own first
//! step.
//!
//! An invitation lives in the memory of the device that gave it, and is over when that ends. That
//! it lets one device in and no more, the chain says itself: the edit by which somebody joins
//! names the invitation.

mod join;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use kinfolio_chain::config::{MEMBERS_MAX, device_id, is_same_name};
use kinfolio_chain::edit::Change;
use kinfolio_chain::{DeviceId, InvitationId, Member, Role};
use kinfolio_transport::{JoinRefused, JoinRequest, PROTOCOL_VERSION, Pairings, Welcome};

pub use join::{Joined, checkpoint, join};

use crate::error::{NodeError, SubmitError};
use crate::founding::check_name;
use crate::identity;
use crate::invitation::{Invitation, Secret};
use crate::mempool::EditState;
use crate::node::Node;
use crate::opening::now_ms;

/// Invitations that are remembered, open or not.
const INVITATIONS_MAX: usize = 64;

/// How often a newcomer's joining is written again when another change of the members came first.
const ATTEMPTS: usize = 20;

/// Longest time for which an invitation can be open.
pub const INVITATION_TIME_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// What became of an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationState {
    /// It can be used.
    Open,
    /// Its time is over.
    Expired,
    /// A device shows it, and the household is about to take it in, or has.
    Used {
        /// Which device.
        device: DeviceId,
        /// What it is called.
        name: String,
        /// The words that it shows, too.
        check_words: String,
        /// Whether it is a member.
        joined: bool,
    },
}

/// An invitation, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationStatus {
    /// Its name.
    pub id: InvitationId,
    /// What the newcomer becomes.
    pub role: Role,
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
    joined: bool,
}

/// The invitations that this device gave.
#[derive(Debug, Default)]
pub(crate) struct Invitations {
    given: Mutex<BTreeMap<InvitationId, Given>>,
}

impl Invitations {
    /// Gives a new one, for `time` from now on.
    pub(crate) fn give(
        &self,
        node: &Node,
        role: Role,
        time: Duration,
    ) -> Result<Invitation, NodeError> {
        let addresses = node.reachable_at().ok_or(NodeError::Deaf)?;
        let expires_s = now_s().saturating_add(u32::try_from(time.as_secs()).unwrap_or(u32::MAX));
        let invitation = Invitation {
            inviter: node.status().device.id,
            addresses,
            role,
            expires_s,
            secret: Secret(identity::random()?),
        };
        let mut given = self.lock();
        if given.len() >= INVITATIONS_MAX {
            // Those that were used or ran out are remembered only to explain themselves.
            let spent = |one: &Given| {
                one.used.is_some() || one.withdrawn || one.invitation.expires_s <= now_s()
            };
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

    /// Takes one back that nobody has used.
    pub(crate) fn withdraw(&self, id: InvitationId) -> Result<(), NodeError> {
        let mut given = self.lock();
        let one = given.get_mut(&id).filter(|one| !one.withdrawn);
        let one = one.ok_or(NodeError::NoInvitation { id })?;
        match &one.used {
            Some(used) => Err(NodeError::InvitationUsed {
                name: used.name.clone(),
            }),
            None => {
                one.withdrawn = true;
                Ok(())
            }
        }
    }

    /// All that are remembered and were not taken back, the latest to expire first.
    pub(crate) fn list(&self) -> Vec<InvitationStatus> {
        let given = self.lock();
        let stand = given.iter().filter(|(_, one)| !one.withdrawn);
        let mut list: Vec<_> = stand.map(|(&id, one)| one.status(id)).collect();
        list.sort_by_key(|one| std::cmp::Reverse(one.expires_s));
        list
    }

    /// Whether `newcomer` may come in now; from then on no other device may, with the same
    /// invitation.
    fn admit(
        &self,
        newcomer: DeviceId,
        request: &JoinRequest,
        proven: Box<dyn FnOnce() + Send>,
    ) -> Result<Role, JoinRefused> {
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
        if let Some(used) = &one.used {
            return match used.device == newcomer {
                true => Ok(one.invitation.role),
                false => Err(JoinRefused::Spent(format!(
                    "the invitation was used by another device, “{}”: ask for a new one",
                    used.name
                ))),
            };
        }
        if one.withdrawn {
            let detail = "the invitation was withdrawn: ask for a new one".to_owned();
            return Err(JoinRefused::Spent(detail));
        }
        if one.invitation.expires_s <= now_s() {
            let detail = "the invitation has expired: ask for a new one".to_owned();
            return Err(JoinRefused::Spent(detail));
        }
        one.used = Some(Used {
            device: newcomer,
            name: request.name.clone(),
            joined: false,
        });
        Ok(one.invitation.role)
    }

    /// Notes what came of a newcomer: whether it is a member, or can never become one with what
    /// it asked for.
    fn settle(&self, id: InvitationId, joined: bool) {
        if let Some(one) = self.lock().get_mut(&id) {
            match (&mut one.used, joined) {
                (Some(used), true) => used.joined = true,
                (used, false) => *used = None,
                (None, true) => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<InvitationId, Given>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Given {
    fn status(&self, id: InvitationId) -> InvitationStatus {
        let invitation = &self.invitation;
        let state = match &self.used {
            Some(used) => InvitationState::Used {
                device: used.device,
                name: used.name.clone(),
                check_words: invitation.check_words(used.device),
                joined: used.joined,
            },
            None if invitation.expires_s <= now_s() => InvitationState::Expired,
            None => InvitationState::Open,
        };
        InvitationStatus {
            id,
            role: invitation.role,
            expires_s: invitation.expires_s,
            state,
        }
    }
}

/// The listening side: takes in who has an invitation.
pub(crate) struct Doorkeeper {
    invitations: Weak<Invitations>,
    node: Box<dyn Fn() -> Option<Node> + Send + Sync>,
}

impl Doorkeeper {
    /// For a node that may end before its network does.
    pub(crate) fn of(node: &Node, invitations: &Arc<Invitations>) -> Self {
        Self {
            invitations: Arc::downgrade(invitations),
            node: Box::new(node.weak()),
        }
    }
}

impl fmt::Debug for Doorkeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doorkeeper").finish_non_exhaustive()
    }
}

impl Pairings for Doorkeeper {
    fn join(
        &self,
        newcomer: VerifyingKey,
        request: JoinRequest,
        proven: Box<dyn FnOnce() + Send>,
    ) -> BoxFuture<'static, Result<Welcome, JoinRefused>> {
        let (invitations, node) = (self.invitations.upgrade(), (self.node)());
        async move {
            let (Some(invitations), Some(node)) = (invitations, node) else {
                return Err(JoinRefused::NoInvitation);
            };
            let device = device_id(&newcomer);
            let role = invitations.admit(device, &request, proven)?;
            let id = request.invitation;
            let taken = take_in(&node, newcomer, request).await;
            match &taken {
                Ok(_) => invitations.settle(id, true),
                // Nothing was written: another device may still come in with it.
                Err(Refused::Before(_)) => invitations.settle(id, false),
                Err(Refused::Midway(_)) => {}
            }
            tracing::info!(%device, %role, joined = taken.is_ok(), "a device asked to join");
            let welcome = taken.map_err(|refused| match refused {
                Refused::Before(why) | Refused::Midway(why) => why,
            })?;
            Ok(Welcome {
                votes: role == Role::Voter,
                ..welcome
            })
        }
        .boxed()
    }
}

/// Why somebody was not taken in: before anything was written, or when it may have been.
enum Refused {
    Before(JoinRefused),
    Midway(JoinRefused),
}

/// Has the household agree on a new member; it observes, whatever it is to become.
async fn take_in(
    node: &Node,
    newcomer: VerifyingKey,
    request: JoinRequest,
) -> Result<Welcome, Refused> {
    let before = |why| Err(Refused::Before(why));
    let midway = |detail: String| Err(Refused::Midway(JoinRefused::NotNow(detail)));
    if let Err(error) = check_name("device's name", &request.name) {
        return before(JoinRefused::Spent(error.to_string()));
    }
    let member = Member::new(request.name, newcomer, Role::Observer);
    for _ in 0..ATTEMPTS {
        let status = node.status();
        if status.members.iter().any(|one| one.id == member.id) {
            return node.welcome().map_err(|error| {
                Refused::Midway(JoinRefused::NotNow(format!("the inviter failed: {error}")))
            });
        }
        if let Some(other) = status
            .members
            .iter()
            .find(|one| is_same_name(&one.name, &member.name))
        {
            let detail = format!(
                "the household has a device called “{}” already: choose another name",
                other.name
            );
            return before(JoinRefused::NameTaken(detail));
        }
        if status.members.len() >= MEMBERS_MAX {
            let detail = format!(
                "the household has {MEMBERS_MAX} devices and may not have more: remove one"
            );
            return before(JoinRefused::Spent(detail));
        }
        if !status.quorum {
            let away = status.members.iter().filter(|one| !one.reachable);
            let names: Vec<_> = away.map(|one| format!("“{}”", one.name)).collect();
            let detail = format!(
                "too few of the household's devices are within reach to agree on a new one: start {}, then try again with the same invitation",
                names.join(" or ")
            );
            return before(JoinRefused::NotNow(detail));
        }
        let change = Change::Join {
            member: Box::new(member.clone()),
            invitation: request.invitation,
        };
        match node.change_members(change).await {
            Ok(receipt) if receipt.state == EditState::Committed => {}
            Ok(_) => {
                let detail = "the household's devices have not agreed yet: try again in a while, with the same invitation";
                return midway(detail.to_owned());
            }
            Err(SubmitError::Closed) => return midway("the inviter is closing".to_owned()),
            Err(error) => return midway(format!("the inviter's ledger failed: {error}")),
        }
    }
    midway("the household's members keep changing: try again".to_owned())
}

fn now_s() -> u32 {
    u32::try_from(now_ms() / 1000).unwrap_or(u32::MAX)
}
