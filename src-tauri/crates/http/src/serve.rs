//! Listening: a router on a socket of this machine or on a TCP address, until told to stop.

use std::future::{Future, IntoFuture};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;

/// How long requests that are under way may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Serves `router` to those who reach the library's own socket, until `stop`.
///
/// # Errors
/// The listener failed.
pub async fn on_socket(
    listener: UnixListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let stopped = stop.clone().cancelled_owned();
    let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
    bounded(serving.into_future(), stop).await
}

/// Serves `router` over HTTP, until `stop`.
///
/// # Errors
/// The listener failed.
pub async fn on_tcp(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let stopped = stop.clone().cancelled_owned();
    // Some answers are for those on this machine only.
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
    bounded(serving.into_future(), stop).await
}

/// `serving`, or at most [`GRACE`] after `stop`.
async fn bounded(
    serving: impl Future<Output = io::Result<()>>,
    stop: CancellationToken,
) -> io::Result<()> {
    let late = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = serving => result,
        () = late => Ok(()),
    }
}
