//! HTTP/2 over TLS as this house uses it: its windows, its keep-alive, both ends of it.
//!
//! One connection carries one link, so the connection is made here by hand and not by a pool
//! that would reconnect behind the caller's back.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use hyper::body::Incoming;
use hyper::client::conn::http2::SendRequest;
use hyper::{Request, Response, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::server::TlsStream;
use tonic::body::Body;
use tonic::client::GrpcService;
use tonic::service::Routes;

use crate::dial::DialError;

/// How long a stranger may take to connect or to shake hands.
pub(crate) const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(5);

/// How long an address is tried alone before the next one is tried beside it.
const HEAD_START: Duration = Duration::from_millis(250);

/// A silent connection is asked for a sign of life after this long…
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(1);

/// …and is given up when none comes for this long: a cut cable shows after three seconds.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the other machine may take to answer at all. The system asks again after a second, then
/// after two and four; whoever comes back in between is found sooner by a new attempt.
const CONNECT_TIME_MAX: Duration = Duration::from_millis(500);

/// Bytes on their way to a reader that does not read: one block of the largest size.
const STREAM_WINDOW_BYTES: u32 = 8 << 20;

/// The same for all streams of a connection together.
const CONNECTION_WINDOW_BYTES: u32 = 16 << 20;

/// Larger frames mean fewer of them for a block.
const HTTP2_FRAME_BYTES_MAX: u32 = 256 << 10;

/// Bytes of a stream that wait below the outbox, out of its sight.
const SEND_BUFFER_BYTES_MAX: usize = 1 << 20;

/// Calls that a peer may have open on one connection.
const STREAMS_MAX: u32 = 64;

/// Metadata of a call, in bytes.
const HEADERS_BYTES_MAX: u32 = 16 << 10;

/// What calls name as their host; nobody looks at it.
pub(crate) fn origin() -> Uri {
    Uri::from_static("https://kinfolio")
}

/// Serves the calls of one connection until it ends.
pub(crate) async fn serve(stream: TlsStream<TcpStream>, routes: Routes) -> hyper::Result<()> {
    hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_frame_size(HTTP2_FRAME_BYTES_MAX)
        .max_send_buf_size(SEND_BUFFER_BYTES_MAX)
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEADERS_BYTES_MAX)
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes))
        .await
}

/// Connects to `addr`, where the device that `tls` expects is to answer.
pub(crate) async fn dial(addr: SocketAddr, tls: ClientConfig) -> Result<Caller, DialError> {
    tokio::time::timeout(HANDSHAKE_TIME_MAX, connect(addr, tls))
        .await
        .unwrap_or(Err(DialError::Slow { addr }))
}

/// Connects to whichever of `addrs` answers first as the device that `tls` expects. Each is given a
/// head start over the next, as in RFC 8305: most lead nowhere from here, and one is enough.
///
/// # Errors
/// What was wrong with each address, in the order in which they failed.
pub(crate) async fn dial_any(
    addrs: &[SocketAddr],
    tls: &ClientConfig,
) -> Result<(SocketAddr, Caller), Vec<DialError>> {
    let mut rest = addrs.iter().copied();
    let mut attempts = FuturesUnordered::new();
    let mut errors = Vec::new();
    loop {
        match rest.next() {
            Some(addr) => {
                attempts.push(dial(addr, tls.clone()).map(move |tried| (addr, tried)));
            }
            None if attempts.is_empty() => return Err(errors),
            None => {}
        }
        let more = rest.len() > 0;
        tokio::select! {
            Some((addr, tried)) = attempts.next() => match tried {
                Ok(caller) => return Ok((addr, caller)),
                Err(error) => errors.push(error),
            },
            () = tokio::time::sleep(HEAD_START), if more => {}
        }
    }
}

async fn connect(addr: SocketAddr, tls: ClientConfig) -> Result<Caller, DialError> {
    let unreachable = |source| DialError::Unreachable { addr, source };
    let connecting = tokio::time::timeout(CONNECT_TIME_MAX, TcpStream::connect(addr));
    let connected = connecting.await.map_err(|_| DialError::Slow { addr })?;
    let stream = connected.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let name = ServerName::IpAddress(addr.ip().into());
    let stream = TlsConnector::from(Arc::new(tls))
        .connect(name, stream)
        .await
        .map_err(|source| DialError::Handshake { addr, source })?;
    let (calls, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_frame_size(HTTP2_FRAME_BYTES_MAX)
        .max_send_buf_size(SEND_BUFFER_BYTES_MAX)
        .max_header_list_size(HEADERS_BYTES_MAX)
        .keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|source| DialError::Http { addr, source })?;
    // Ends by itself when the caller and its streams are gone, or the peer is.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%addr, %error, "a connection broke");
        }
    });
    Ok(Caller(calls))
}

/// Makes calls on one connection, and never on another.
#[derive(Clone, Debug)]
pub(crate) struct Caller(SendRequest<Body>);

impl GrpcService<Body> for Caller {
    type ResponseBody = Incoming;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = hyper::Result<Response<Incoming>>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}
