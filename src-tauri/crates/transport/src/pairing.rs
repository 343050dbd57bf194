//! The one call that strangers may make: to become a member, with an invitation.
//!
//! Knows how such a call travels and what it proves; does not know which invitations are open,
//! nor how a household takes somebody in. That is behind [`Pairings`].

pub(crate) mod client;
pub(crate) mod service;

use std::fmt;
use std::sync::Arc;

use ed25519_dalek::VerifyingKey;
use futures_util::future::BoxFuture;
use kinfolio_chain::{Block, Configuration, InvitationId, RecoveryKey};

use crate::contact::Contact;

/// Shows that its sender knows the secret of an invitation, without telling it.
pub type Proof = [u8; 32];

/// What a newcomer asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRequest {
    /// [`PROTOCOL_VERSION`](crate::PROTOCOL_VERSION) of the newcomer.
    pub version: u32,
    /// Which invitation it has.
    pub invitation: InvitationId,
    /// That it has it.
    pub proof: Proof,
    /// What it is to be called.
    pub name: String,
}

/// What a newcomer is told once it is a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// The block that founded the household.
    pub founding: Arc<Block>,
    /// All members, the newcomer among them.
    pub members: Configuration,
    /// Where they listen, as far as known.
    pub contacts: Vec<Contact>,
    /// Whether the newcomer is to vote once it has caught up.
    pub votes: bool,
    /// The household's recovery key.
    pub recovery: RecoveryKey,
}

/// Why a newcomer is not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinRefused {
    /// It has no invitation that this device gave out. Strangers are told no more than that.
    #[error("this device has given out no such invitation")]
    NoInvitation,
    /// It speaks another version.
    #[error("{0}")]
    Version(String),
    /// Its invitation is real, but cannot be used (any more).
    #[error("{0}")]
    Spent(String),
    /// Somebody at the device that gave the invitation did not let it in.
    #[error("{0}")]
    Declined(String),
    /// Nobody there has compared the check words yet: it is to ask again at once.
    #[error("{0}")]
    Held(String),
    /// Another device of the household is called so.
    #[error("{0}")]
    NameTaken(String),
    /// It cannot be taken in now, but perhaps later, with the same invitation.
    #[error("{0}")]
    NotNow(String),
}

/// Takes newcomers in.
pub trait Pairings: fmt::Debug + Send + Sync + 'static {
    /// Answers once the newcomer, who has proved that it holds this key, is a member, or is not
    /// to be one. `proven` is called as soon as the invitation turns out to be real; until then
    /// the caller is a stranger, whose connection is cut after a few seconds.
    fn join(
        &self,
        newcomer: VerifyingKey,
        request: JoinRequest,
        proven: Box<dyn FnOnce() + Send>,
    ) -> BoxFuture<'static, Result<Welcome, JoinRefused>>;
}
