//! Newcomers: which invitations are open, who comes in with them, and the newcomer's own first
//! step.
//!
//! An invitation lives in the memory of the device that gave it, and is over when that ends. That
//! it lets one device in and no more, the chain says itself: the edit by which somebody joins
//! names the invitation. Where it asks for it, nothing is written and nothing shared before a person
//! has compared the words that both sides show.

mod invitations;
mod join;

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use kinfolio_chain::config::{MEMBERS_MAX, device_id, is_same_name};
use kinfolio_chain::edit::Change;
use kinfolio_chain::{Member, Role};
use kinfolio_transport::{JoinRefused, JoinRequest, Pairings, Welcome};

pub(crate) use invitations::Invitations;
pub use invitations::{InvitationState, InvitationStatus, Progress};
pub use join::{Joined, Newcomer, checkpoint};

use crate::error::SubmitError;
use crate::founding::check_name;
use crate::mempool::EditState;
use crate::node::Node;
use crate::published::Status;

/// How often a newcomer's joining is written again when another change of the members came first.
const ATTEMPTS: usize = 20;

/// Longest time for which an invitation can be open.
pub const INVITATION_TIME_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

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
            let call = invitations.claim(device, &request, proven)?;
            let role = call.role;
            let id = request.invitation;
            let taken = let_in(&invitations, &node, newcomer, request).await;
            match &taken {
                Ok(_) => invitations.settle(id, true),
                // Nothing was written: another device may still come in with it.
                Err(Refused::Before(_)) => invitations.settle(id, false),
                Err(Refused::Waiting(_) | Refused::Midway(_)) => {}
            }
            tracing::info!(%device, %role, joined = taken.is_ok(), "a device asked to join");
            drop(call);
            let welcome = taken.map_err(|refused| match refused {
                Refused::Before(why) | Refused::Waiting(why) | Refused::Midway(why) => why,
            })?;
            Ok(Welcome {
                votes: role == Role::Voter,
                ..welcome
            })
        }
        .boxed()
    }
}

/// Why somebody was not taken in.
enum Refused {
    /// Nothing was written.
    Before(JoinRefused),
    /// Nobody here has said that it may come in.
    Waiting(JoinRefused),
    /// Something may have been written.
    Midway(JoinRefused),
}

/// Takes in who has claimed an invitation, once somebody has compared the check words where that is
/// asked for. What speaks against it is said before anybody is asked.
async fn let_in(
    invitations: &Invitations,
    node: &Node,
    newcomer: VerifyingKey,
    request: JoinRequest,
) -> Result<Welcome, Refused> {
    check_name("device's name", &request.name)
        .map_err(|error| Refused::Before(JoinRefused::Spent(error.to_string())))?;
    // It observes, whatever it is to become.
    let member = Member::new(request.name, newcomer, Role::Observer);
    expect_room(&node.status(), &member).map_err(Refused::Before)?;
    node.tell_of_newcomer();
    let confirmed = invitations.confirmed(request.invitation, member.id).await;
    confirmed.map_err(Refused::Waiting)?;
    let change = Change::Join {
        member: Box::new(member.clone()),
        invitation: request.invitation,
    };
    take_in(node, &member, change).await
}

/// Has the household agree on a new member.
async fn take_in(node: &Node, member: &Member, change: Change) -> Result<Welcome, Refused> {
    let midway = |detail: String| Err(Refused::Midway(JoinRefused::NotNow(detail)));
    for _ in 0..ATTEMPTS {
        let status = node.status();
        if is_member(&status, member) {
            return node.welcome().map_err(|error| {
                Refused::Midway(JoinRefused::NotNow(format!("the inviter failed: {error}")))
            });
        }
        expect_room(&status, member).map_err(Refused::Before)?;
        match node.change_members(change.clone()).await {
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

fn is_member(status: &Status, member: &Member) -> bool {
    status.members.iter().any(|one| one.id == member.id)
}

/// Whether the household can agree on this member now, if it is none yet.
fn expect_room(status: &Status, member: &Member) -> Result<(), JoinRefused> {
    if is_member(status, member) {
        return Ok(());
    }
    let mut others = status.members.iter();
    if let Some(other) = others.find(|one| is_same_name(&one.name, &member.name)) {
        return Err(JoinRefused::NameTaken(format!(
            "the household has a device called “{}” already: choose another name",
            other.name
        )));
    }
    if status.members.len() >= MEMBERS_MAX {
        return Err(JoinRefused::Spent(format!(
            "the household has {MEMBERS_MAX} devices and may not have more: remove one"
        )));
    }
    if !status.quorum {
        let away = status.members.iter().filter(|one| !one.reachable);
        let names: Vec<_> = away.map(|one| format!("“{}”", one.name)).collect();
        return Err(JoinRefused::NotNow(format!(
            "too few of the household's devices are within reach to agree on a new one: start {}, then try again with the same invitation",
            names.join(" or ")
        )));
    }
    Ok(())
}
