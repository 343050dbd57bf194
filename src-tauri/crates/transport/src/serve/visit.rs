//! One connection, from its handshake to its end: who is there, and what they may ask for.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ed25519_dalek::VerifyingKey;
use kinfolio_chain::DeviceId;
use kinfolio_chain::config::device_id;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::server::{StartHandshake, TlsStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::service::Routes;
use tonic::{Code, Status};

use super::{Belonging, PeerService, Server};
use crate::entry::service::{self as entry, EntryService};
use crate::files::FileDoor;
use crate::files::service::{self as files, FilesService};
use crate::http2::{self, HANDSHAKE_TIME_MAX};
use crate::link::{FRAME_READ_BYTES_MAX, GOODBYE_TIME_MAX, REMOVED, RejectReason};
use crate::pairing::service::{self as pairing, PairingService};
use crate::proto::files_server::FilesServer;
use crate::proto::ledger_server::LedgerServer;
use crate::proto::pairing_server::PairingServer;
use crate::proto::peer_server::PeerServer;
use crate::tls::{Alpn, key_of};

/// A connection that was accepted.
pub(super) struct Visit {
    pub(super) server: Arc<Server>,
    pub(super) tls: Arc<ServerConfig>,
    pub(super) addr: SocketAddr,
    pub(super) over: CancellationToken,
    pub(super) connections: TaskTracker,
    /// Given back at the end.
    pub(super) _place: OwnedSemaphorePermit,
}

impl Visit {
    /// Hears what the connection is for; those for files go on elsewhere.
    pub(super) async fn receive(self, stream: TcpStream) {
        // Without it the link works, but slower.
        let _ = stream.set_nodelay(true);
        let until = Instant::now() + HANDSHAKE_TIME_MAX;
        let hello = LazyConfigAcceptor::new(Acceptor::default(), stream);
        let Some(hello) = self.in_time(until, hello).await else {
            return;
        };
        match &self.server.files {
            Some(door) if Alpn::Files.is_meant_by(&hello.client_hello()) => {
                let door = door.clone();
                let StartHandshake { accepted, io, .. } = hello;
                let moved = io.into_std();
                let connections = self.connections.clone();
                let runtime = door.runtime.clone();
                let going_on = async move {
                    match moved.and_then(TcpStream::from_std) {
                        Ok(io) => {
                            let hello = StartHandshake::from_parts(accepted, io);
                            self.shake_hands(hello, until, Some(door)).await;
                        }
                        Err(error) => {
                            tracing::warn!(%error, "a connection for files cannot be served");
                        }
                    }
                };
                connections.spawn_on(going_on, &runtime);
            }
            _ => self.shake_hands(hello, until, None).await,
        }
    }

    /// What comes of `shaking` hands, unless it fails, takes too long, or the server ends.
    async fn in_time<T>(
        &self,
        until: Instant,
        shaking: impl Future<Output = std::io::Result<T>>,
    ) -> Option<T> {
        let shaking = timeout_at(until, shaking);
        let failed = match self.over.run_until_cancelled(shaking).await? {
            Ok(Ok(shaken)) => return Some(shaken),
            Ok(Err(error)) => RejectReason::Handshake(error),
            Err(_) => RejectReason::Slow,
        };
        self.server.reject(None, self.addr, failed);
        None
    }

    async fn shake_hands(
        self,
        hello: StartHandshake<TcpStream>,
        until: Instant,
        files: Option<FileDoor>,
    ) {
        let shaking = hello.into_stream(self.tls.clone());
        let Some(stream) = self.in_time(until, shaking).await else {
            return;
        };
        let caller = Caller {
            server: self.server.clone(),
            key: proved(&stream),
            addr: self.addr,
            known: Arc::default(),
        };
        let routes = match files {
            Some(door) => file_routes(door, &caller),
            None => self.routes(&caller),
        };
        self.converse(stream, routes, &caller).await;
    }

    /// Serves the calls of one connection, until it ends or nobody has proved who they are in time.
    async fn converse(&self, stream: TlsStream<TcpStream>, routes: Routes, caller: &Caller) {
        let serving = http2::serve(stream, routes);
        tokio::pin!(serving);
        let ended = tokio::select! {
            ended = &mut serving => ended,
            () = caller.stays_unknown() => return,
            () = self.over.cancelled() => {
                let goodbye = tokio::time::timeout(GOODBYE_TIME_MAX, serving).await;
                goodbye.unwrap_or(Ok(()))
            }
        };
        match ended {
            Ok(()) => {}
            Err(error) if caller.known.load(Ordering::Relaxed) => {
                tracing::debug!(addr = %self.addr, %error, "a connection broke");
            }
            Err(error) => caller.reject(RejectReason::Http(error)),
        }
    }

    /// The calls of one connection that is not for files.
    fn routes(&self, caller: &Caller) -> Routes {
        let peer = PeerService {
            caller: caller.clone(),
            over: self.over.clone(),
        };
        let peer = PeerServer::new(peer).max_decoding_message_size(FRAME_READ_BYTES_MAX);
        let mut routes = Routes::new(peer);
        if let Some(door) = &self.server.entries {
            let entries = EntryService {
                door: door.clone(),
                known: caller.known.clone(),
                over: self.over.clone(),
            };
            let entries =
                LedgerServer::new(entries).max_decoding_message_size(entry::REQUEST_BYTES_MAX);
            routes = routes.add_service(entries);
        }
        if let Some(pairings) = &self.server.pairings {
            let pairing = PairingService {
                pairings: pairings.clone(),
                caller: caller.clone(),
            };
            let pairing =
                PairingServer::new(pairing).max_decoding_message_size(pairing::REQUEST_BYTES_MAX);
            routes = routes.add_service(pairing);
        }
        routes.prepare()
    }
}

fn file_routes(door: FileDoor, caller: &Caller) -> Routes {
    let files = FilesService {
        door,
        caller: caller.clone(),
    };
    let files = FilesServer::new(files).max_decoding_message_size(files::REQUEST_BYTES_MAX);
    Routes::new(files).prepare()
}

/// The key that the handshake proved.
fn proved(stream: &TlsStream<TcpStream>) -> Option<VerifyingKey> {
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates()?.first()?;
    key_of(certificate).ok()
}

/// Who is at the other end of one connection.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) server: Arc<Server>,
    /// The key that it proved.
    pub(crate) key: Option<VerifyingKey>,
    pub(crate) addr: SocketAddr,
    /// Whether it has proved that it may be here.
    pub(crate) known: Arc<AtomicBool>,
}

impl Caller {
    /// The member that this is; from then on its connection stands.
    pub(crate) fn member(&self) -> Result<DeviceId, Status> {
        let device = self.device().ok_or_else(|| {
            self.reject(RejectReason::NoCertificate);
            Status::unauthenticated(RejectReason::NoCertificate.to_string())
        })?;
        let (reason, details) = match (self.server.members)(device) {
            Belonging::Member => {
                self.known.store(true, Ordering::Relaxed);
                return Ok(device);
            }
            Belonging::Removed => (RejectReason::Removed, REMOVED),
            Belonging::Stranger => (RejectReason::Stranger, &[][..]),
        };
        let (code, text) = (Code::PermissionDenied, reason.to_string());
        self.reject(reason);
        Err(Status::with_details(code, text, details.into()))
    }

    /// Tells the node that it was turned away.
    pub(crate) fn reject(&self, reason: RejectReason) {
        self.server.reject(self.device(), self.addr, reason);
    }

    fn device(&self) -> Option<DeviceId> {
        self.key.as_ref().map(device_id)
    }

    /// Returns when a connection had its time and nobody proved who they are.
    async fn stays_unknown(&self) {
        tokio::time::sleep(HANDSHAKE_TIME_MAX).await;
        if self.known.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}
