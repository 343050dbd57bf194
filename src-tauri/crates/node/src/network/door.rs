//! The way in and out: what it takes to listen for other devices and to dial them.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use kinfolio_chain::DeviceId;
use kinfolio_transport::{
    Belonging, Dialer, Entries, Entry, EntryDoor, FileDoor, Identity, LinkEvent, Members, Replies,
    Server, Token,
};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Brought;
use crate::error::NodeError;
use crate::pairing::Doorkeeper;

/// How a node meets the other devices.
#[derive(Debug, Default)]
pub struct Door {
    /// Where it listens for them; nowhere if there is none, until
    /// [`Node::listen`](crate::Node::listen).
    pub listener: Option<TcpListener>,
    /// Where others listen, besides what they say themselves.
    pub peers: Vec<(DeviceId, Vec<SocketAddr>)>,
    /// Who gives the others files, if anyone.
    pub files: Option<FileDoor>,
    /// The folder outside the library that tells a restart from a folder that was put back or copied;
    /// nothing is looked at or noted if there is none.
    pub sentinels: Option<PathBuf>,
    /// What programs show that bring entries over the network; none may if there is none.
    pub token: Option<String>,
}

/// Hands the entries of programs to the event loop.
#[derive(Clone, Debug)]
pub(super) struct EntryQueue(pub(super) mpsc::UnboundedSender<Brought>);

impl Entries for EntryQueue {
    fn append_many(&self, entries: Vec<Entry>, replies: &Replies) {
        // A node that is closed answers nothing more; its streams end with it.
        drop(self.0.send((entries, replies.clone())));
    }
}

/// What a listener and the dialers share.
pub(super) struct Frame {
    pub(super) identity: Arc<Identity>,
    pub(super) news: mpsc::Sender<LinkEvent>,
    pub(super) entries: Arc<EntryQueue>,
    pub(super) files: Option<FileDoor>,
    pub(super) token: Option<String>,
    pub(super) doorkeeper: Arc<Doorkeeper>,
}

impl Frame {
    /// Keeps a link to `device` up, on the current runtime.
    pub(super) fn dial(&self, device: DeviceId, addresses: Vec<SocketAddr>) -> Dialer {
        let identity = Arc::clone(&self.identity);
        Dialer::spawn(identity, device, addresses, self.news.clone())
    }

    /// Listens, on the current runtime, until the guard is dropped.
    pub(super) fn listen(
        &self,
        root: &Path,
        listener: TcpListener,
        known: &Arc<RwLock<Known>>,
    ) -> Result<(SocketAddr, DropGuard), NodeError> {
        let failed = |source| NodeError::Io {
            doing: "could not listen for the other devices of",
            path: root.to_path_buf(),
            source,
        };
        let local = listener.local_addr().map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        let server = Server {
            identity: Arc::clone(&self.identity),
            members: admission(known),
            events: self.news.clone(),
            entries: self.token.as_ref().map(|token| EntryDoor {
                entries: Arc::<EntryQueue>::clone(&self.entries),
                token: Token::new(token),
            }),
            files: self.files.clone(),
            pairings: Some(Arc::<Doorkeeper>::clone(&self.doorkeeper)),
        };
        let stop = CancellationToken::new();
        let guard = stop.clone().drop_guard();
        tokio::spawn(async move {
            if let Err(error) = server.serve(listener, stop).await {
                tracing::error!(%error, "other devices cannot be listened for");
            }
        });
        Ok((local, guard))
    }
}

/// Whom the household knows.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) members: BTreeSet<DeviceId>,
    pub(super) removed: BTreeSet<DeviceId>,
}

/// How a device stands to the household at the time of asking.
fn admission(known: &Arc<RwLock<Known>>) -> Members {
    let known = Arc::clone(known);
    Arc::new(move |device| {
        let known = known.read().unwrap_or_else(PoisonError::into_inner);
        if known.members.contains(&device) {
            Belonging::Member
        } else if known.removed.contains(&device) {
            Belonging::Removed
        } else {
            Belonging::Stranger
        }
    })
}
