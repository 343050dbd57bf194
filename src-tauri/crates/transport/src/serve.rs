//! The side that listens: one port for links between devices, for files, for entries, and for
//! newcomers.
//!
//! A connection proves who it is within a few seconds or is closed, so that strangers
//! cannot hold the places of members. Does not decide who is a member.

mod visit;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use kinfolio_chain::DeviceId;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::{Request, Response, Status, Streaming};

use crate::entry::EntryDoor;
use crate::files::FileDoor;
use crate::link::{self, LinkEvent, RejectReason};
use crate::outbox::{DownReason, Link, Outbound};
use crate::pairing::Pairings;
use crate::proto::Frame;
use crate::proto::peer_server::Peer;
use crate::tls::{Identity, IdentityError};
pub(crate) use visit::Caller;
use visit::Visit;

/// Connections at one time; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 512;

/// How long to wait when the system has no room for a connection.
const NO_ROOM_PAUSE: Duration = Duration::from_millis(50);

/// How a device stands to the household now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belonging {
    /// It belongs to it.
    Member,
    /// It did, and was removed for good.
    Removed,
    /// It never did, as far as is known.
    Stranger,
}

/// Says how a device stands to the household now.
pub type Members = Arc<dyn Fn(DeviceId) -> Belonging + Send + Sync>;

/// What a listening device needs to know.
#[derive(Clone)]
pub struct Server {
    /// Who it is.
    pub identity: Arc<Identity>,
    /// Whom it links with.
    pub members: Members,
    /// Who hears of the links.
    pub events: mpsc::Sender<LinkEvent>,
    /// Who takes entries, if anyone.
    pub entries: Option<EntryDoor>,
    /// Who gives files, if anyone.
    pub files: Option<FileDoor>,
    /// Who takes newcomers in, if anyone.
    pub pairings: Option<Arc<dyn Pairings>>,
}

impl Server {
    /// Accepts connections until `shutdown`, which also ends those that are up. Everything runs
    /// on the current runtime.
    ///
    /// # Errors
    /// [`IdentityError`] if this device's key cannot be used; nothing is accepted then.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> Result<(), IdentityError> {
        let tls = Arc::new(self.identity.server_config()?);
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let server = Arc::new(self);
        let connections = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => break,
                accepted = accept(&listener, &places) => accepted,
            };
            let (place, stream, addr) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(NO_ROOM_PAUSE).await;
                    continue;
                }
            };
            let visit = Visit {
                server: server.clone(),
                tls: tls.clone(),
                addr,
                over: shutdown.child_token(),
                connections: connections.clone(),
                _place: place,
            };
            connections.spawn(visit.receive(stream));
        }
        connections.close();
        connections.wait().await;
        Ok(())
    }

    /// Tells the node. Strangers must not hold up members: with no room, nothing is said.
    pub(crate) fn reject(&self, device: Option<DeviceId>, addr: SocketAddr, reason: RejectReason) {
        let rejected = LinkEvent::Rejected {
            device,
            addr,
            reason,
        };
        let _ = self.events.try_send(rejected);
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> std::io::Result<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let place = places.clone().acquire_owned().await;
    let place = place.map_err(std::io::Error::other)?;
    let (stream, addr) = listener.accept().await?;
    Ok((place, stream, addr))
}

/// Links with whoever is at the other end of one connection.
pub(crate) struct PeerService {
    pub(crate) caller: Caller,
    /// The connection's end.
    pub(crate) over: CancellationToken,
}

#[tonic::async_trait]
impl Peer for PeerService {
    type LinkStream = BoxStream<'static, Result<Frame, Status>>;

    async fn link(
        &self,
        request: Request<Streaming<Frame>>,
    ) -> Result<Response<Self::LinkStream>, Status> {
        let device = self.caller.member()?;
        let (link, sender, outbound) = Link::open(device);
        let frames = with_last_word(outbound, link.clone());
        let running = link::run(
            link.clone(),
            sender,
            request.into_inner(),
            self.caller.server.events.clone(),
        );
        let over = self.over.clone();
        tokio::spawn(async move {
            tokio::pin!(running);
            tokio::select! {
                () = &mut running => {}
                () = over.cancelled() => {
                    link.close(DownReason::ClosedHere);
                    running.await;
                }
            }
            // A connection carries one link.
            over.cancel();
        });
        Ok(Response::new(frames))
    }
}

/// The frames of a link, and at its end what the peer should know about it.
fn with_last_word(
    outbound: Outbound,
    link: Arc<Link>,
) -> BoxStream<'static, Result<Frame, Status>> {
    let last = stream::once(async move {
        match link.why() {
            DownReason::ClosedHere | DownReason::ClosedByPeer => None,
            why => Some(Err(Status::aborted(why.to_string()))),
        }
    });
    let last = last.filter_map(std::future::ready);
    outbound.map(Ok).chain(last).boxed()
}
