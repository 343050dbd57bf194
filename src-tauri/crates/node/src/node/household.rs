//! Who belongs to the household, and how others become members of it.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Weak};
use std::time::Duration;

use kinfolio_chain::edit::Change;
use kinfolio_chain::{InvitationId, Role};
use kinfolio_consensus::Micros;
use kinfolio_transport::Welcome;
use tokio::sync::{oneshot, watch};

use super::Node;
use crate::error::{NodeError, SubmitError};
use crate::event_loop::Request;
use crate::identity;
use crate::invitation::{Admission, Invitation};
use crate::mempool::Receipt;
use crate::pairing::{INVITATION_TIME_MAX, InvitationStatus};

impl Node {
    /// Changes the household's members, as they stand when this is called. Whether the change
    /// came into force shows in [`Node::status`]: one that was overtaken by another is void.
    ///
    /// # Errors
    /// As [`Node::submit`].
    pub async fn change_members(&self, change: Change) -> Result<Receipt, SubmitError> {
        self.ask_to_write(|reply| Request::Change { change, reply })
            .await
    }

    /// Changes whenever [`Node::status`] tells of other members, or of members within reach that
    /// were not, or the other way round; and when somebody asks to become a member.
    #[must_use]
    pub fn watch_household(&self) -> watch::Receiver<u64> {
        self.published.watch_household()
    }

    /// Invites one device, for `time` from now on, a week at most. The invitation is over when
    /// this node ends.
    ///
    /// # Errors
    /// If this node does not listen, or too many invitations are open.
    pub fn invite(
        &self,
        role: Role,
        admission: Admission,
        time: Duration,
    ) -> Result<Invitation, NodeError> {
        let time = time.min(INVITATION_TIME_MAX);
        self.invitations.give(self, role, admission, time)
    }

    /// Tells those who watch the household that somebody asks to come in, or has gone again.
    pub(crate) fn tell_of_newcomer(&self) {
        self.published.touch_household();
    }

    /// Lets in who asks with an invitation and shows these check words.
    ///
    /// # Errors
    /// If this node gave no such invitation, nobody asks with it, or the words are others.
    pub fn let_in(&self, invitation: InvitationId, check_words: &str) -> Result<(), NodeError> {
        self.invitations.let_in(invitation, check_words)
    }

    /// Takes an invitation back with which nobody was let in; who waits to be is told no.
    ///
    /// # Errors
    /// If this node gave no such invitation, or a device was let in with it.
    pub fn withdraw(&self, invitation: InvitationId) -> Result<(), NodeError> {
        self.invitations.withdraw(invitation)
    }

    /// The invitations that this node gave, and what became of them.
    #[must_use]
    pub fn invitations(&self) -> Vec<InvitationStatus> {
        self.invitations.list()
    }

    /// Listens for the other devices from now on, unless it does already. Only a node that was
    /// opened with a door does.
    ///
    /// # Errors
    /// If the socket cannot be used, or the node is closed.
    pub async fn listen(&self, listener: TcpListener) -> Result<(), NodeError> {
        let (done, listening) = oneshot::channel();
        let request = Request::Listen { listener, done };
        let sent = self.requests.send(request).await;
        sent.map_err(|_| NodeError::Closed)?;
        listening.await.map_err(|_| NodeError::Closed)?
    }

    /// Says how many bytes are free on this device's disk, and whether that takes nothing more, for the
    /// others to know.
    pub async fn has_room(&self, free_bytes: u64, disk_full: bool) {
        self.published.has_room(free_bytes, disk_full);
        let room = Request::Room {
            free_bytes,
            disk_full,
        };
        let said = self.requests.send(room).await;
        // Where the node is closed, nobody is told any more.
        drop(said);
    }

    /// From now on a voter that is silent for so long, while this device is part of a quorum, stops
    /// counting towards the quorum, where all within reach say the same; nothing: none does.
    pub async fn prune_after(&self, limit: Option<Duration>) {
        let micros = |limit: Duration| Micros::try_from(limit.as_micros()).unwrap_or(Micros::MAX);
        let said = self.requests.send(Request::PruneAfter(limit.map(micros)));
        // Where the node is closed, nobody is counted any more.
        drop(said.await);
    }

    /// Where other devices reach this one; nowhere, if it does not listen.
    #[must_use]
    pub fn reachable_at(&self) -> Option<Vec<SocketAddr>> {
        let device = self.published.me();
        let contacts = self.published.contacts();
        let own = contacts.into_iter().find(|one| one.device == device);
        own.map(|own| own.addresses)
    }

    /// What a newcomer is told.
    pub(crate) fn welcome(&self) -> Result<Welcome, NodeError> {
        let founding = self.block(0)?.ok_or(NodeError::NoChain)?;
        Ok(Welcome {
            founding: Arc::new(founding),
            members: self.published.configuration(),
            contacts: self.published.contacts(),
            votes: false,
            recovery: identity::recovery_key(&self.root)?,
        })
    }

    /// A way to this node that does not keep it running.
    pub(crate) fn weak(&self) -> impl Fn() -> Option<Self> + Send + Sync + use<> {
        let (root, is_restored) = (Arc::clone(&self.root), Arc::clone(&self.is_restored));
        let (requests, words) = (self.requests.downgrade(), self.words.clone());
        let (published, leave) = (Arc::clone(&self.published), Arc::clone(&self.leave));
        let invitations = Arc::downgrade(&self.invitations);
        let file_links = self.file_links.clone();
        move || {
            Some(Self {
                root: Arc::clone(&root),
                is_restored: Arc::clone(&is_restored),
                leave: Arc::clone(&leave),
                requests: requests.upgrade()?,
                words: words.clone(),
                published: Arc::clone(&published),
                invitations: Weak::upgrade(&invitations)?,
                file_links: file_links.clone(),
            })
        }
    }
}
