//! The way out of one link: a queue bounded in bytes, and the word that ends the link.
//!
//! Sending never waits. A peer that takes nothing for so long that its queue fills loses the
//! link instead of this device's memory; what it missed, it asks for when it comes back.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use kinfolio_chain::DeviceId;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::coalesce::Coalesce;
use crate::convert::{DecodeError, EncodeError, Encoded};
use crate::link::LinkId;
use crate::message::PeerMessage;
use crate::proto::Frame;

/// Bytes that may wait in one link.
pub const OUTBOX_BYTES_MAX: usize = 64 << 20;

/// Bytes of a message besides its own that the queue is charged for, so that a flood of tiny
/// ones is bounded too.
const QUEUED_OVERHEAD_BYTES: usize = 64;

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It holds too much.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The peer is too slow; the link was dropped.
    #[error("the link to {device} was dropped: {queued} bytes were waiting in it")]
    Full {
        /// The peer.
        device: DeviceId,
        /// How much was waiting.
        queued: usize,
    },
    /// The link is down, or there is none.
    #[error("there is no link to {device}")]
    Closed {
        /// The peer.
        device: DeviceId,
    },
}

/// Why a link ended.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DownReason {
    /// This side closed it, for its own reasons.
    #[error("it was closed here")]
    ClosedHere,
    /// The other side closed it, or fell silent: HTTP/2 does not always tell these apart.
    #[error("the peer closed it or fell silent")]
    ClosedByPeer,
    /// The connection broke, or the other side says why it closed it.
    #[error("{detail}")]
    Broken {
        /// What was observed.
        detail: String,
    },
    /// The peer took too little for too long.
    #[error("the peer did not keep up: {queued} bytes were waiting for it")]
    OutboxFull {
        /// How much was waiting.
        queued: usize,
    },
    /// The peer sent too much that could not be read.
    #[error("{count} messages could not be read, the last because: {last}")]
    Unreadable {
        /// How many.
        count: u32,
        /// What was wrong with the last one.
        last: DecodeError,
    },
}

/// Sends to one device over one link. When the last clone is dropped, the link closes.
#[derive(Clone, Debug)]
pub struct LinkSender {
    link: Arc<Link>,
    queue: mpsc::UnboundedSender<Bytes>,
}

impl LinkSender {
    /// The peer, as its key proved.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.link.device
    }

    /// Which link this is.
    #[must_use]
    pub fn id(&self) -> LinkId {
        self.link.id
    }

    /// Queues a message, at once.
    ///
    /// # Errors
    /// [`SendError`]; what was queued before may or may not arrive.
    pub fn send(&self, message: &PeerMessage) -> Result<(), SendError> {
        self.send_encoded(message.encode()?)
    }

    /// Queues a message that was encoded before; the way to say one thing to many.
    ///
    /// # Errors
    /// As [`LinkSender::send`].
    pub fn send_encoded(&self, message: Encoded) -> Result<(), SendError> {
        let device = self.link.device;
        if self.link.closed.is_cancelled() {
            return Err(SendError::Closed { device });
        }
        let bytes = message.into_bytes();
        let charge = charge(&bytes);
        let queued = self.link.queued.fetch_add(charge, Ordering::Relaxed);
        if queued + charge > OUTBOX_BYTES_MAX {
            self.link.close(DownReason::OutboxFull { queued });
            return Err(SendError::Full { device, queued });
        }
        self.queue
            .send(bytes)
            .map_err(|_| SendError::Closed { device })
    }

    /// Ends the link; what is still queued is dropped.
    pub fn close(&self) {
        self.link.close(DownReason::ClosedHere);
    }
}

/// What both directions of a link share.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) id: LinkId,
    pub(crate) device: DeviceId,
    queued: AtomicUsize,
    why: OnceLock<DownReason>,
    closed: CancellationToken,
}

impl Link {
    /// A new link to `device`, and what its writer takes from.
    pub(crate) fn open(device: DeviceId) -> (Arc<Link>, LinkSender, Outbound) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let link = Arc::new(Link {
            id: LinkId(NEXT.fetch_add(1, Ordering::Relaxed)),
            device,
            queued: AtomicUsize::new(0),
            why: OnceLock::new(),
            closed: CancellationToken::new(),
        });
        let (queue, waiting) = mpsc::unbounded_channel();
        let sender = LinkSender {
            link: link.clone(),
            queue,
        };
        let outbound = Outbound {
            frames: Coalesce::new(UnboundedReceiverStream::new(waiting), charge),
            closed: Box::pin(link.closed.clone().cancelled_owned()),
            link: link.clone(),
        };
        (link, sender, outbound)
    }

    /// Ends the link. The first reason stands.
    pub(crate) fn close(&self, why: DownReason) {
        let _ = self.why.set(why);
        self.closed.cancel();
    }

    /// Waits for the end.
    pub(crate) async fn ended(&self) -> DownReason {
        self.closed.cancelled().await;
        self.why()
    }

    /// Why the link ended.
    pub(crate) fn why(&self) -> DownReason {
        let why = self.why.get().cloned();
        why.unwrap_or(DownReason::ClosedHere)
    }
}

/// The frames of one link, until it ends. Whoever drops it says nothing: when the connection is
/// gone, the reader knows why.
#[derive(Debug)]
pub(crate) struct Outbound {
    frames: Coalesce<UnboundedReceiverStream<Bytes>>,
    closed: Pin<Box<WaitForCancellationFutureOwned>>,
    link: Arc<Link>,
}

impl Stream for Outbound {
    type Item = Frame;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Frame>> {
        if self.closed.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        let Poll::Ready(messages) = self.frames.poll_next_unpin(cx) else {
            return Poll::Pending;
        };
        let Some(messages) = messages else {
            self.link.close(DownReason::ClosedHere);
            return Poll::Ready(None);
        };
        let charged: usize = messages.iter().map(charge).sum();
        self.link.queued.fetch_sub(charged, Ordering::Relaxed);
        Poll::Ready(Some(Frame { messages }))
    }
}

fn charge(bytes: &Bytes) -> usize {
    bytes.len() + QUEUED_OVERHEAD_BYTES
}
