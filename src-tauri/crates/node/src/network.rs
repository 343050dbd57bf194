//! The links to the other devices, as the event loop uses them.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use kinfolio_chain::{Configuration, DeviceId};
use kinfolio_transport::{
    Dialer, Entries, Entry, EntryDoor, Identity, LinkEvent, Links, Members, PeerMessage,
    RejectReason, Replies, Server, Token,
};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::engine::Event;
use crate::error::NodeError;

/// Events that may wait for the loop before readers stop reading.
const EVENTS_MAX: usize = 4096;

/// How often strangers that are turned away are written of in the log.
const TELL_AGAIN: Duration = Duration::from_secs(1);

/// How a node meets the other devices.
#[derive(Debug, Default)]
pub struct Door {
    /// Where it listens for them; nowhere if there is none.
    pub listener: Option<TcpListener>,
    /// Where the others listen.
    pub peers: Vec<(DeviceId, Vec<SocketAddr>)>,
    /// What programs show that bring entries over the network; none may if there is none.
    pub token: Option<String>,
}

/// Entries that a program brought, and the way back to it.
pub(crate) type Brought = (Vec<Entry>, Replies);

/// What comes in from the network.
pub(crate) enum News {
    Link(LinkEvent),
    Brought(Brought),
}

/// The links, and what happens on them.
pub(crate) struct Network {
    links: Links,
    events: mpsc::Receiver<LinkEvent>,
    entries: mpsc::UnboundedReceiver<Brought>,
    members: Arc<RwLock<BTreeSet<DeviceId>>>,
    admitted: Configuration,
    /// When a stranger was last written of in the log.
    told_at: Option<Instant>,
    dialers: Vec<Dialer>,
    listening: Option<DropGuard>,
}

/// Hands the entries of programs to the event loop.
#[derive(Debug)]
struct EntryQueue(mpsc::UnboundedSender<Brought>);

impl Entries for EntryQueue {
    fn append_many(&self, entries: Vec<Entry>, replies: &Replies) {
        // A node that is closed answers nothing more; its streams end with it.
        drop(self.0.send((entries, replies.clone())));
    }
}

impl Network {
    /// Listens and dials, on the current runtime, if there is a door.
    pub(crate) fn open(
        root: &Path,
        door: Option<Door>,
        key: &SigningKey,
        configuration: &Configuration,
    ) -> Result<Self, NodeError> {
        let (news, events) = mpsc::channel(EVENTS_MAX);
        let (queue, entries) = mpsc::unbounded_channel();
        let members = configuration.members().map(|member| member.id);
        let members = Arc::new(RwLock::new(members.collect()));
        let mut dialers = Vec::new();
        let mut listening = None;
        if let Some(door) = door {
            let identity = Arc::new(Identity::new(key)?);
            if let Some(listener) = door.listener {
                let entries = door.token.map(|token| EntryDoor {
                    entries: Arc::new(EntryQueue(queue)),
                    token: Token::new(&token),
                });
                let server = Server {
                    identity: Arc::clone(&identity),
                    members: admission(&members),
                    events: news.clone(),
                    entries,
                };
                listening = Some(listen(root, listener, server)?);
            }
            for (device, addresses) in door.peers {
                let identity = Arc::clone(&identity);
                dialers.push(Dialer::spawn(identity, device, addresses, news.clone()));
            }
        }
        Ok(Self {
            links: Links::default(),
            events,
            entries,
            members,
            admitted: configuration.clone(),
            told_at: None,
            dialers,
            listening,
        })
    }

    /// What happens next on the links, or, if they may be, which entries are brought; never,
    /// where there is no door.
    pub(crate) async fn next(&mut self, entries: bool) -> News {
        tokio::select! {
            biased;
            Some(event) = self.events.recv() => News::Link(event),
            Some(brought) = self.entries.recv(), if entries => News::Brought(brought),
            else => std::future::pending().await,
        }
    }

    /// What has happened on the links already.
    pub(crate) fn try_event(&mut self) -> Option<LinkEvent> {
        self.events.try_recv().ok()
    }

    /// The entries that were brought already.
    pub(crate) fn try_brought(&mut self) -> Option<Brought> {
        self.entries.try_recv().ok()
    }

    /// What an event on the links means for the ledger. Every new link is greeted on, as
    /// whoever is at its other end may live anew.
    pub(crate) fn translate(&mut self, event: LinkEvent) -> Option<Event> {
        match event {
            LinkEvent::Up { device, link } => {
                tracing::info!(%device, "a device is within reach");
                self.links.up(link);
                Some(Event::Up(device))
            }
            LinkEvent::Received { device, message } => Some(Event::Received {
                from: device,
                message,
            }),
            LinkEvent::Unreadable { device, error } => Some(Event::Unreadable {
                from: device,
                detail: error.to_string(),
            }),
            LinkEvent::Down {
                device,
                link_id,
                reason,
            } => {
                let gone = self.links.down(device, link_id);
                tracing::info!(%device, %reason, gone, "a link is down");
                gone.then_some(Event::Down(device))
            }
            LinkEvent::Rejected {
                device,
                addr,
                reason,
            } => {
                let came_here = !matches!(reason, RejectReason::Dial(_));
                if came_here && !self.may_tell() {
                    return Some(Event::Rejected);
                }
                tracing::warn!(?device, %addr, %reason, "a link did not come about");
                came_here.then_some(Event::Rejected)
            }
        }
    }

    /// Whether a stranger may be written of in the log: not of each one, when they are many.
    fn may_tell(&mut self) -> bool {
        let quiet = self.told_at.is_none_or(|at| at.elapsed() >= TELL_AGAIN);
        if quiet {
            self.told_at = Some(Instant::now());
        }
        quiet
    }

    /// Says something; what cannot be said is lost, as any message may be.
    pub(crate) fn send(&self, device: DeviceId, message: &PeerMessage) {
        if let Err(error) = self.links.send(device, message) {
            tracing::debug!(%device, %error, "a message was not sent");
        }
    }

    /// Ends what is up with devices that are no members any more, and lets new ones in. Whether
    /// anything changed.
    pub(crate) fn admit(&mut self, configuration: &Configuration) -> bool {
        if *configuration == self.admitted {
            return false;
        }
        self.admitted = configuration.clone();
        let members: BTreeSet<_> = configuration.members().map(|member| member.id).collect();
        let up: Vec<_> = self.links.devices().collect();
        for device in up.into_iter().filter(|device| !members.contains(device)) {
            self.links.close(device);
        }
        *self.members.write().unwrap_or_else(PoisonError::into_inner) = members;
        true
    }

    /// Whether there is a way in or out.
    pub(crate) fn meets(&self) -> bool {
        self.listening.is_some() || !self.dialers.is_empty()
    }

    /// The devices that can be spoken to.
    pub(crate) fn up(&self) -> Vec<DeviceId> {
        self.links.devices().collect()
    }
}

/// Whether a device is among those who are members at the time of asking.
fn admission(members: &Arc<RwLock<BTreeSet<DeviceId>>>) -> Members {
    let members = Arc::clone(members);
    Arc::new(move |device| {
        let members = members.read().unwrap_or_else(PoisonError::into_inner);
        members.contains(&device)
    })
}

fn listen(root: &Path, listener: TcpListener, server: Server) -> Result<DropGuard, NodeError> {
    let failed = |source| NodeError::Io {
        doing: "could not listen for the other devices of",
        path: root.to_path_buf(),
        source,
    };
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
    let stop = CancellationToken::new();
    let guard = stop.clone().drop_guard();
    tokio::spawn(async move {
        if let Err(error) = server.serve(listener, stop).await {
            tracing::error!(%error, "other devices cannot be listened for");
        }
    });
    Ok(guard)
}
