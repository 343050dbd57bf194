//! One link between two devices, whoever dialled, and what the node hears of it.
//!
//! The reader waits for the node: a node that is behind stops reading, and HTTP/2's windows
//! carry that to the peer. Does not know which messages make sense.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kinfolio_chain::DeviceId;
use tokio::sync::mpsc;
use tonic::{Code, Status, Streaming};

use crate::convert::{DecodeError, MESSAGE_BYTES_MAX};
use crate::dial::DialError;
use crate::message::PeerMessage;
use crate::outbox::{DownReason, Link, LinkSender};
use crate::proto::Frame;

/// Messages that cannot be read until a link is closed. A few may come from a newer version;
/// more are an attack or a fault.
pub(crate) const UNREADABLE_MAX: u32 = 16;

/// How long a peer may take to hear the last word of a link before its connection is cut.
pub(crate) const GOODBYE_TIME_MAX: Duration = Duration::from_millis(200);

/// What goes with the refusal of a device that was removed, so that it is told from others.
pub(crate) const REMOVED: &[u8] = b"removed";

/// Largest frame that is read: one message, with room for the frame around it.
pub(crate) const FRAME_READ_BYTES_MAX: usize = MESSAGE_BYTES_MAX + (1 << 10);

/// The name of a link, unique in this process; a later link has a greater one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub(crate) u64);

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link {}", self.0)
    }
}

/// What happens on the network.
///
/// `Up` comes before anything else of a link, `Down` after everything else, each once. Two
/// devices that dial each other may have two links; both stay.
#[derive(Debug)]
pub enum LinkEvent {
    /// A member can be talked to.
    Up {
        /// Which one, as its key proved.
        device: DeviceId,
        /// The way to it.
        link: LinkSender,
    },
    /// A member said something.
    Received {
        /// Which one.
        device: DeviceId,
        /// What.
        message: PeerMessage,
    },
    /// A member sent what cannot be read. More than a little of it ends the link.
    Unreadable {
        /// Which one.
        device: DeviceId,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// A link is no more.
    Down {
        /// To whom.
        device: DeviceId,
        /// Which one.
        link_id: LinkId,
        /// Why.
        reason: DownReason,
    },
    /// A link did not come about. Of a device that is dialled again and again this is said once
    /// per reason; of strangers it may be left out when they are many.
    Rejected {
        /// With whom, where that is known.
        device: Option<DeviceId>,
        /// The other end.
        addr: SocketAddr,
        /// Why.
        reason: RejectReason,
    },
}

/// Why a link did not come about.
#[derive(Debug, thiserror::Error)]
pub enum RejectReason {
    /// The peer's TLS failed.
    #[error("the TLS handshake failed: {0}")]
    Handshake(std::io::Error),
    /// The peer did not get through the handshake in time.
    #[error("the TLS handshake took too long")]
    Slow,
    /// The peer got through the handshake and then spoke something else.
    #[error("what came after the TLS handshake is not HTTP/2: {0}")]
    Http(hyper::Error),
    /// The peer proved no key, and only entries may be sent without one.
    #[error("the peer showed no certificate")]
    NoCertificate,
    /// The peer is somebody else's device.
    #[error("the device is no member of the household")]
    Stranger,
    /// The peer is a device that the household has removed.
    #[error("the device was removed from the household")]
    Removed,
    /// The peer wanted to join, and was not taken in.
    #[error("a device that wanted to join was turned away: {0}")]
    Uninvited(String),
    /// The peer could not be reached, or is another, or refused.
    #[error(transparent)]
    Dial(DialError),
}

/// Tells the node of a link from its beginning to its end.
pub(crate) async fn run(
    link: Arc<Link>,
    sender: LinkSender,
    mut inbound: Streaming<Frame>,
    events: mpsc::Sender<LinkEvent>,
) {
    let (device, link_id) = (link.device, link.id);
    let up = LinkEvent::Up {
        device,
        link: sender,
    };
    if events.send(up).await.is_err() {
        return link.close(DownReason::ClosedHere);
    }
    let why = tokio::select! {
        why = link.ended() => why,
        why = receive(device, &mut inbound, &events) => why,
    };
    link.close(why);
    let reason = link.why();
    tracing::debug!(%device, link = link_id.0, %reason, "a link is down");
    let down = LinkEvent::Down {
        device,
        link_id,
        reason,
    };
    // A node that listens no more needs no news.
    let _ = events.send(down).await;
    // Hanging up at once would look like a broken connection to the peer.
    let hang_up = async { while let Ok(Some(_)) = inbound.message().await {} };
    let _ = tokio::time::timeout(GOODBYE_TIME_MAX, hang_up).await;
}

async fn receive(
    device: DeviceId,
    inbound: &mut Streaming<Frame>,
    events: &mpsc::Sender<LinkEvent>,
) -> DownReason {
    let mut count = 0;
    loop {
        let frame = match inbound.message().await {
            Ok(Some(frame)) => frame,
            Ok(None) => return DownReason::ClosedByPeer,
            Err(status) => match unreadable(&status) {
                None => return broken(&status),
                // What follows a bad frame has no beginning: nothing more can be read.
                Some(last) => {
                    let error = last.clone();
                    let _ = events.send(LinkEvent::Unreadable { device, error }).await;
                    count += 1;
                    return DownReason::Unreadable { count, last };
                }
            },
        };
        for bytes in frame.messages {
            let mut last = None;
            let heard = match PeerMessage::decode(bytes) {
                Ok(message) => LinkEvent::Received { device, message },
                Err(error) => {
                    count += 1;
                    last = Some(error.clone());
                    LinkEvent::Unreadable { device, error }
                }
            };
            if events.send(heard).await.is_err() {
                return DownReason::ClosedHere;
            }
            if let Some(last) = last.filter(|_| count > UNREADABLE_MAX) {
                return DownReason::Unreadable { count, last };
            }
        }
    }
}

/// What is wrong with the frame that ended the stream, if it was that. A connection that broke
/// left its cause in the status; what the decoder found has none.
fn unreadable(status: &Status) -> Option<DecodeError> {
    let found = matches!(status.code(), Code::OutOfRange | Code::Internal);
    if !found || std::error::Error::source(status).is_some() {
        return None;
    }
    let detail = status.message().to_owned();
    Some(DecodeError::Frame { detail })
}

fn broken(status: &Status) -> DownReason {
    if status.code() == Code::Cancelled {
        return DownReason::ClosedByPeer;
    }
    let detail = match (status.code(), status.message()) {
        (Code::Aborted, message) => format!("the peer closed it: {message}"),
        (code, "") => code.description().to_owned(),
        (_, message) => message.to_owned(),
    };
    DownReason::Broken { detail }
}
