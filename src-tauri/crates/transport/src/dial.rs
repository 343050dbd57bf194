//! The side of a link that dials, and dials again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kinfolio_chain::DeviceId;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::{Code, Status, Streaming};

use crate::http2::{self, Caller, HANDSHAKE_TIME_MAX};
use crate::link::{self, FRAME_READ_BYTES_MAX, LinkEvent, REMOVED, RejectReason};
use crate::outbox::{DownReason, Link, LinkSender};
use crate::proto::Frame;
use crate::proto::peer_client::PeerClient;
use crate::tls::{Alpn, Identity, IdentityError};

/// How long after the beginning of an attempt that failed the first new one is made, at the earliest.
const RETRY_MIN: Duration = Duration::from_millis(20);

/// How long after it a new attempt is made at the latest. One that took longer itself is followed by
/// the next at once: where a cable is plugged in again, somebody is waiting for an answer.
const RETRY_MAX: Duration = Duration::from_millis(200);

/// The same where the device is there and will not talk: it may be about to learn that it knows this
/// one, or never do.
const REFUSED_RETRY_MAX: Duration = Duration::from_secs(5);

/// A link that stood for this long was a good one: the next attempt is quick again.
const SETTLED: Duration = Duration::from_secs(2);

/// Why a device could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// No address was given.
    #[error("no address of the device is known")]
    NoAddress,
    /// Nobody listens there, or no way leads there.
    #[error("{addr} cannot be reached: {source}")]
    Unreachable {
        /// The address.
        addr: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// Connecting took too long.
    #[error("{addr} did not answer in time")]
    Slow {
        /// The address.
        addr: SocketAddr,
    },
    /// Not the device that was expected, or not TLS at all.
    #[error("the TLS handshake with {addr} failed: {source}")]
    Handshake {
        /// The address.
        addr: SocketAddr,
        /// What was wrong.
        source: std::io::Error,
    },
    /// The peer does not speak HTTP/2.
    #[error("{addr} does not speak HTTP/2: {source}")]
    Http {
        /// The address.
        addr: SocketAddr,
        /// What was wrong.
        source: hyper::Error,
    },
    /// The peer is the right one but will not talk.
    #[error("{addr} refused: {detail}")]
    Refused {
        /// The address.
        addr: SocketAddr,
        /// What it said.
        detail: String,
    },
    /// The peer is the right one, and says that this device was removed from the household.
    #[error("{addr} says that this device was removed from the household")]
    Removed {
        /// The address.
        addr: SocketAddr,
    },
    /// A token that no header can carry.
    #[error("the token has characters that cannot be sent")]
    Token,
    /// This device's own key is unusable.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl DialError {
    /// Which address it is about.
    fn addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Unreachable { addr, .. }
            | Self::Slow { addr }
            | Self::Handshake { addr, .. }
            | Self::Http { addr, .. }
            | Self::Refused { addr, .. }
            | Self::Removed { addr } => Some(*addr),
            Self::NoAddress | Self::Token | Self::Identity(_) => None,
        }
    }
}

/// What was wrong with each address.
pub(crate) fn said(errors: &[DialError]) -> String {
    match errors {
        [] => DialError::NoAddress.to_string(),
        errors => {
            let each: Vec<_> = errors.iter().map(ToString::to_string).collect();
            each.join("; ")
        }
    }
}

/// Keeps a link to one device up for as long as it is held; dropping it closes the link.
#[derive(Debug)]
pub struct Dialer {
    _stop: DropGuard,
}

impl Dialer {
    /// Dials `device` at `addrs`, most promising first, on the current runtime.
    #[must_use]
    pub fn spawn(
        identity: Arc<Identity>,
        device: DeviceId,
        addrs: Vec<SocketAddr>,
        events: mpsc::Sender<LinkEvent>,
    ) -> Self {
        let stop = CancellationToken::new();
        let guard = stop.clone().drop_guard();
        let target = Target {
            identity,
            device,
            addrs,
            events,
        };
        tokio::spawn(async move { target.keep_up(&stop).await });
        Self { _stop: guard }
    }
}

struct Target {
    identity: Arc<Identity>,
    device: DeviceId,
    addrs: Vec<SocketAddr>,
    events: mpsc::Sender<LinkEvent>,
}

impl Target {
    async fn keep_up(&self, stop: &CancellationToken) {
        let mut delay = RETRY_MIN;
        let mut said = String::new();
        let mut addrs = self.addrs.clone();
        while !self.events.is_closed() {
            let began = Instant::now();
            let order = often_the_first(&addrs);
            let tried = tokio::select! {
                () = stop.cancelled() => return,
                tried = self.dial(&order) => tried,
            };
            let mut retry_max = RETRY_MAX;
            let mut rested = began.elapsed();
            match tried {
                Ok(opened) => {
                    // What has led there leads there again, most likely.
                    addrs.sort_by_key(|addr| *addr != opened.addr);
                    self.run(opened, stop).await;
                    said.clear();
                    rested = Duration::ZERO;
                    if began.elapsed() >= SETTLED {
                        delay = RETRY_MIN;
                    }
                }
                Err((addr, error)) => {
                    if matches!(error, DialError::Refused { .. } | DialError::Removed { .. }) {
                        retry_max = REFUSED_RETRY_MAX;
                    }
                    self.report(addr, error, &mut said).await;
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(delay.saturating_sub(rested)) => {}
            }
            delay = (delay * 2).min(retry_max);
        }
    }

    /// A link over the first address that works, or what is wrong with the last.
    async fn dial(&self, addrs: &[SocketAddr]) -> Result<Opened, (Option<SocketAddr>, DialError)> {
        let tls = self.identity.client_config(self.device, Alpn::Links);
        let tls = tls.map_err(|error| (None, error.into()))?;
        let dialled = http2::dial_any(addrs, &tls).await;
        let (addr, caller) = dialled.map_err(|mut errors| match errors.pop() {
            Some(error) => (error.addr(), error),
            None => (None, DialError::NoAddress),
        })?;
        let opened = self.open(addr, caller).await;
        opened.map_err(|error| (Some(addr), error))
    }

    async fn open(&self, addr: SocketAddr, caller: Caller) -> Result<Opened, DialError> {
        let (link, sender, outbound) = Link::open(self.device);
        let mut client = PeerClient::with_origin(caller, http2::origin())
            .max_decoding_message_size(FRAME_READ_BYTES_MAX);
        let inbound = tokio::time::timeout(HANDSHAKE_TIME_MAX, client.link(outbound))
            .await
            .map_err(|_| DialError::Slow { addr })?
            .map_err(|status| refused(addr, &status))?
            .into_inner();
        Ok(Opened {
            addr,
            link,
            sender,
            inbound,
        })
    }

    async fn run(&self, opened: Opened, stop: &CancellationToken) {
        let link = opened.link.clone();
        let running = link::run(
            opened.link,
            opened.sender,
            opened.inbound,
            self.events.clone(),
        );
        tokio::pin!(running);
        tokio::select! {
            () = &mut running => return,
            () = stop.cancelled() => link.close(DownReason::ClosedHere),
        }
        running.await;
    }

    /// Tells the node, unless it was told the same the last time. That this device was removed is said
    /// each time: the node may have to hear it from several.
    async fn report(&self, addr: Option<SocketAddr>, error: DialError, said: &mut String) {
        let text = error.to_string();
        let Some(addr) = addr else {
            return tracing::warn!(device = %self.device, %error, "a device cannot be dialled");
        };
        if *said == text && !matches!(error, DialError::Removed { .. }) {
            return;
        }
        *said = text;
        let rejected = LinkEvent::Rejected {
            device: Some(self.device),
            addr,
            reason: RejectReason::Dial(error),
        };
        // A node that listens no more needs no news.
        let _ = self.events.send(rejected).await;
    }
}

/// The first address again between any two others: most of many lead nowhere, and by the time that each
/// had its turn the device may long be back where it was.
fn often_the_first(addrs: &[SocketAddr]) -> Vec<SocketAddr> {
    let Some((first, others)) = addrs.split_first() else {
        return Vec::new();
    };
    let between = others.iter().flat_map(|other| [*first, *other]);
    between.chain([*first]).collect()
}

/// A link that is up and that nobody has heard of yet.
struct Opened {
    addr: SocketAddr,
    link: Arc<Link>,
    sender: LinkSender,
    inbound: Streaming<Frame>,
}

/// What a peer's status says.
fn refused(addr: SocketAddr, status: &Status) -> DialError {
    if status.code() == Code::PermissionDenied && status.details() == REMOVED {
        return DialError::Removed { addr };
    }
    let detail = format!("{} ({:?})", status.message(), status.code());
    DialError::Refused { addr, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_address_has_its_turn_between_any_two_others() {
        let check = |ports: &[u16], expect: &[u16]| {
            let addrs = ports.iter().map(|&port| ([127, 0, 0, 1], port).into());
            let addrs: Vec<SocketAddr> = addrs.collect();
            let order: Vec<_> = often_the_first(&addrs)
                .iter()
                .map(SocketAddr::port)
                .collect();
            assert_eq!(order, expect);
        };
        check(&[], &[]);
        check(&[1], &[1]);
        check(&[1, 2], &[1, 2, 1]);
        check(&[1, 2, 3], &[1, 2, 1, 3, 1]);
    }
}
