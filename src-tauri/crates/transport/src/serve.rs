//! The side that listens: one port for links between devices and for entries.
//!
//! A connection proves who it is within [`HANDSHAKE_TIME_MAX`] or is closed, so that strangers
//! cannot hold the places of members. Does not decide who is a member.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use kinfolio_chain::DeviceId;
use kinfolio_chain::config::device_id;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::service::Routes;
use tonic::{Request, Response, Status, Streaming};

use crate::entry::EntryDoor;
use crate::entry::service::{EntryService, REQUEST_BYTES_MAX};
use crate::http2::{self, HANDSHAKE_TIME_MAX};
use crate::link::{self, FRAME_READ_BYTES_MAX, GOODBYE_TIME_MAX, LinkEvent, RejectReason};
use crate::outbox::{DownReason, Link, Outbound};
use crate::pairing::service::PairingService;
use crate::pairing::{self, Pairings};
use crate::proto::Frame;
use crate::proto::ledger_server::LedgerServer;
use crate::proto::pairing_server::PairingServer;
use crate::proto::peer_server::{Peer, PeerServer};
use crate::tls::{Identity, IdentityError, key_of};

/// Connections at one time; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 512;

/// How long to wait when the system has no room for a connection.
const NO_ROOM_PAUSE: Duration = Duration::from_millis(50);

/// Whether a device is a member of the household now.
pub type Members = Arc<dyn Fn(DeviceId) -> bool + Send + Sync>;

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
        let acceptor = TlsAcceptor::from(Arc::new(self.identity.server_config()?));
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
            let (server, acceptor) = (server.clone(), acceptor.clone());
            let over = shutdown.child_token();
            connections.spawn(async move {
                server.attend(stream, addr, &acceptor, &over).await;
                drop(place);
            });
        }
        connections.close();
        connections.wait().await;
        Ok(())
    }

    /// One connection, from its handshake to its end.
    async fn attend(
        &self,
        stream: TcpStream,
        addr: SocketAddr,
        acceptor: &TlsAcceptor,
        over: &CancellationToken,
    ) {
        // Without it the link works, but slower.
        let _ = stream.set_nodelay(true);
        let handshake = tokio::time::timeout(HANDSHAKE_TIME_MAX, acceptor.accept(stream));
        let stream = match over.run_until_cancelled(handshake).await {
            Some(Ok(Ok(stream))) => stream,
            Some(Ok(Err(error))) => return self.reject(None, addr, RejectReason::Handshake(error)),
            Some(Err(_)) => return self.reject(None, addr, RejectReason::Slow),
            None => return,
        };
        let known = Arc::new(AtomicBool::new(false));
        let key = proved(&stream);
        let device = key.as_ref().map(device_id);
        let routes = self.routes(key, addr, &known, over);
        let serving = http2::serve(stream, routes);
        tokio::pin!(serving);
        let ended = tokio::select! {
            ended = &mut serving => ended,
            () = unknown(&known) => return,
            () = over.cancelled() => {
                let goodbye = tokio::time::timeout(GOODBYE_TIME_MAX, serving).await;
                goodbye.unwrap_or(Ok(()))
            }
        };
        match ended {
            Ok(()) => {}
            Err(error) if known.load(Ordering::Relaxed) => {
                tracing::debug!(%addr, %error, "a connection broke");
            }
            Err(error) => self.reject(device, addr, RejectReason::Http(error)),
        }
    }

    /// The calls of one connection, which know who is at its other end.
    fn routes(
        &self,
        key: Option<VerifyingKey>,
        addr: SocketAddr,
        known: &Arc<AtomicBool>,
        over: &CancellationToken,
    ) -> Routes {
        let peer = PeerService {
            server: self.clone(),
            device: key.as_ref().map(device_id),
            addr,
            known: known.clone(),
            over: over.clone(),
        };
        let peer = PeerServer::new(peer).max_decoding_message_size(FRAME_READ_BYTES_MAX);
        let mut routes = Routes::new(peer);
        if let Some(door) = &self.entries {
            let entries = EntryService {
                door: door.clone(),
                known: known.clone(),
                over: over.clone(),
            };
            let entries = LedgerServer::new(entries).max_decoding_message_size(REQUEST_BYTES_MAX);
            routes = routes.add_service(entries);
        }
        if let Some(pairings) = &self.pairings {
            let pairing = PairingService {
                server: self.clone(),
                pairings: pairings.clone(),
                key,
                addr,
                known: known.clone(),
            };
            let pairing = PairingServer::new(pairing)
                .max_decoding_message_size(pairing::service::REQUEST_BYTES_MAX);
            routes = routes.add_service(pairing);
        }
        routes.prepare()
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

/// Returns when a connection had its time and nobody proved who they are.
async fn unknown(known: &AtomicBool) {
    tokio::time::sleep(HANDSHAKE_TIME_MAX).await;
    if known.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

/// The key that the handshake proved.
fn proved(stream: &TlsStream<TcpStream>) -> Option<VerifyingKey> {
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates()?.first()?;
    key_of(certificate).ok()
}

/// The peer at the other end of one connection.
struct PeerService {
    server: Server,
    device: Option<DeviceId>,
    addr: SocketAddr,
    known: Arc<AtomicBool>,
    over: CancellationToken,
}

impl PeerService {
    /// The member at the other end.
    fn member(&self) -> Result<DeviceId, Status> {
        let refuse = |reason: RejectReason, status: fn(String) -> Status| {
            let text = reason.to_string();
            self.server.reject(self.device, self.addr, reason);
            status(text)
        };
        let device = self.device;
        let device =
            device.ok_or_else(|| refuse(RejectReason::NoCertificate, Status::unauthenticated))?;
        if !(self.server.members)(device) {
            return Err(refuse(RejectReason::Stranger, Status::permission_denied));
        }
        Ok(device)
    }
}

#[tonic::async_trait]
impl Peer for PeerService {
    type LinkStream = BoxStream<'static, Result<Frame, Status>>;

    async fn link(
        &self,
        request: Request<Streaming<Frame>>,
    ) -> Result<Response<Self::LinkStream>, Status> {
        let device = self.member()?;
        self.known.store(true, Ordering::Relaxed);
        let (link, sender, outbound) = Link::open(device);
        let frames = with_last_word(outbound, link.clone());
        let running = link::run(
            link.clone(),
            sender,
            request.into_inner(),
            self.server.events.clone(),
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
