//! The newcomer's first step: asks to be taken in, and writes down what it is told.
//!
//! Whatever is interrupted here can be done again with the same invitation: the key is made first
//! and stays, and the ledger comes last.

use std::path::Path;
use std::sync::Arc;

use kinfolio_chain::ChainState;
use kinfolio_chain::config::device_id;
use kinfolio_chain::store::Record;
use kinfolio_transport::{
    Checkpoint, FileClient, Identity, JoinRequest, PROTOCOL_VERSION, Welcome,
};

use crate::contacts::Contacts;
use crate::error::NodeError;
use crate::founding::{check_name, refuse_existing, write};
use crate::identity;
use crate::invitation::Invitation;

/// All rows of the catalogue of the device that gave `invitation`, which has let the device in
/// `root` in: what that device shows now. Nothing proves it yet.
///
/// # Errors
/// The key cannot be read, or the device gives none. The pieces may still fail.
pub async fn checkpoint(root: &Path, invitation: &Invitation) -> Result<Checkpoint, NodeError> {
    let tls = Identity::new(&identity::load(root)?)?;
    let client = FileClient::connect(&tls, invitation.inviter, &invitation.addresses).await?;
    Ok(client.checkpoint().await?)
}

/// What a device has joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The household's name.
    pub household: String,
    /// What the device that invited is called.
    pub inviter: String,
    /// The words that the inviter shows, too.
    pub check_words: String,
    /// Whether this device will vote once it has caught up.
    pub votes: bool,
}

/// Makes the folder `root` that of a new device, called `name`, of the household that gave
/// `invitation`. The device that gave it must be within reach.
///
/// # Errors
/// If there is a ledger already, a name is unfit, the file system refuses, or the household does.
pub async fn join(root: &Path, invitation: &Invitation, name: &str) -> Result<Joined, NodeError> {
    check_name("device's name", name)?;
    refuse_existing(root)?;
    let key = match identity::exists(root) {
        true => identity::load(root)?,
        false => identity::create(root)?,
    };
    let me = device_id(&key.verifying_key());
    let request = JoinRequest {
        version: PROTOCOL_VERSION,
        invitation: invitation.id(),
        proof: invitation.proof(me, name),
        name: name.to_owned(),
    };
    let tls = Identity::new(&key)?;
    let (inviter, addresses) = (invitation.inviter, &invitation.addresses);
    let welcome = kinfolio_transport::join(&tls, inviter, addresses, request).await?;
    let Welcome {
        founding,
        members,
        contacts,
        votes,
        recovery,
    } = welcome;
    let state =
        ChainState::found(&founding).map_err(|refusal| NodeError::Unfit { height: 0, refusal })?;
    let household = state.household().to_owned();
    if recovery.public_key() != *state.recovery_key() {
        return Err(NodeError::OtherRecoveryKey { household });
    }
    let (Some(inviter), Some(_)) = (members.member(inviter), members.member(me)) else {
        return Err(NodeError::Stranger { household });
    };
    identity::keep_founding(root, &founding)?;
    identity::keep_recovery_key(root, &recovery)?;
    identity::keep_members(root, &members)?;
    let mut known = Contacts::read(root, Vec::new());
    known.hear(inviter.id, contacts);
    known.keep()?;
    if votes {
        identity::stand_for_vote(root)?;
    }
    write(root, &[Record::Learned(Arc::clone(&founding))])?;
    Ok(Joined {
        household,
        inviter: inviter.name.clone(),
        check_words: invitation.check_words(me),
        votes,
    })
}
