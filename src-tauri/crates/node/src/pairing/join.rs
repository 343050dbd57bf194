//! The newcomer's first step: asks to be taken in, and writes down what it is told.
//!
//! Whatever is interrupted here can be done again with the same invitation: the key is made first
//! and stays, and the ledger comes last.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use kinfolio_chain::config::device_id;
use kinfolio_chain::store::Record;
use kinfolio_chain::{ChainState, DeviceId};
use kinfolio_transport::{
    Checkpoint, FileClient, Identity, JoinError, JoinRefused, JoinRequest, PROTOCOL_VERSION,
    Welcome,
};

use crate::contacts::Contacts;
use crate::error::NodeError;
use crate::founding::{check_name, refuse_existing, write};
use crate::identity;
use crate::invitation::{Admission, Invitation};

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
    /// Whether somebody has compared them before this device was let in.
    pub compared: bool,
    /// Whether this device will vote once it has caught up.
    pub votes: bool,
}

/// A folder with a key and a name, which is not a member of anything yet.
#[derive(Debug)]
pub struct Newcomer {
    root: PathBuf,
    name: String,
    invitation: Invitation,
    key: SigningKey,
    id: DeviceId,
}

impl Newcomer {
    /// Makes the folder `root` that of a new device, called `name`, that has `invitation`.
    ///
    /// # Errors
    /// If there is a ledger already, the name is unfit, or the file system refuses.
    pub fn prepare(root: &Path, invitation: &Invitation, name: &str) -> Result<Self, NodeError> {
        check_name("device's name", name)?;
        refuse_existing(root)?;
        let key = match identity::exists(root) {
            true => identity::load(root)?,
            false => identity::create(root)?,
        };
        Ok(Self {
            root: root.to_owned(),
            name: name.to_owned(),
            invitation: invitation.clone(),
            id: device_id(&key.verifying_key()),
            key,
        })
    }

    /// The words that the inviter shows, too, as soon as this device has asked it.
    #[must_use]
    pub fn check_words(&self) -> String {
        self.invitation.check_words(self.id)
    }

    /// Whether a person compares them at the inviter before this device is let in.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        self.invitation.admission == Admission::Confirmed
    }

    /// Asks the device that gave the invitation, which must be within reach, until it has let this
    /// one in or says no.
    ///
    /// # Errors
    /// If the file system refuses, or the household does.
    pub async fn join(&self) -> Result<Joined, NodeError> {
        let tls = Identity::new(&self.key)?;
        let welcome = loop {
            let (inviter, addresses) = (self.invitation.inviter, &self.invitation.addresses);
            match kinfolio_transport::join(&tls, inviter, addresses, self.request()).await {
                // It waits itself before it answers so, and says so no longer once its time is over.
                Err(JoinError::Refused(JoinRefused::Held(_))) => {}
                answer => break answer?,
            }
        };
        self.settle(welcome)
    }

    fn request(&self) -> JoinRequest {
        JoinRequest {
            version: PROTOCOL_VERSION,
            invitation: self.invitation.id(),
            proof: self.invitation.proof(self.id, &self.name),
            name: self.name.clone(),
        }
    }

    /// Writes down what a new member is told, the ledger last.
    fn settle(&self, welcome: Welcome) -> Result<Joined, NodeError> {
        let Welcome {
            founding,
            members,
            contacts,
            votes,
            recovery,
        } = welcome;
        let root = &self.root;
        let state = ChainState::found(&founding)
            .map_err(|refusal| NodeError::Unfit { height: 0, refusal })?;
        let household = state.household().to_owned();
        if recovery.public_key() != *state.recovery_key() {
            return Err(NodeError::OtherRecoveryKey { household });
        }
        let inviter = members.member(self.invitation.inviter);
        let (Some(inviter), Some(_)) = (inviter, members.member(self.id)) else {
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
            check_words: self.check_words(),
            compared: self.is_confirmed(),
            votes,
        })
    }
}
