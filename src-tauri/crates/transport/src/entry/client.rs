//! The sending side of the entry streams, for programs.

use std::collections::VecDeque;
use std::net::SocketAddr;

use futures_util::StreamExt;
use kinfolio_chain::DeviceId;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::{Request, Status, Streaming};

use super::{Answer, Entry, EntryReceipt, EntryRefused, OVERHEAD_BYTES};
use crate::coalesce::{Coalesce, FRAME_BYTES_MAX};
use crate::convert::{self, DecodeError};
use crate::dial::DialError;
use crate::http2::{self, Caller};
use crate::proto;
use crate::proto::ledger_client::LedgerClient;
use crate::tls;

/// Entries that wait for the connection before a sender has to.
const QUEUED_MAX: usize = 4096;

/// Largest reply that is read: what the server gathers, and its texts.
const REPLY_BYTES_MAX: usize = 16 * FRAME_BYTES_MAX;

/// Why a stream of entries ended.
#[derive(Debug, thiserror::Error)]
pub enum EntryStreamError {
    /// The device refused, or the connection broke.
    #[error("{message} ({code:?})", message = .0.message(), code = .0.code())]
    Status(#[from] Status),
    /// A receipt makes no sense.
    #[error("a receipt cannot be read: {0}")]
    Receipt(#[from] DecodeError),
    /// The stream has ended.
    #[error("the stream of entries has ended")]
    Ended,
}

/// A connection to one device's entry door; may carry several streams.
#[derive(Clone, Debug)]
pub struct EntryClient {
    calls: LedgerClient<Caller>,
    bearer: MetadataValue<Ascii>,
}

impl EntryClient {
    /// Connects to `expected`, and to no other device, at `addr`.
    ///
    /// # Errors
    /// [`DialError`] if it is not there, or not it, or the token cannot be sent.
    pub async fn connect(
        addr: SocketAddr,
        expected: DeviceId,
        token: &str,
    ) -> Result<Self, DialError> {
        let bearer = format!("Bearer {token}").parse();
        let bearer = bearer.map_err(|_| DialError::Token)?;
        let tls = tls::anonymous_config(expected).map_err(DialError::from)?;
        let caller = http2::dial(addr, tls).await?;
        let calls = LedgerClient::with_origin(caller, http2::origin())
            .max_decoding_message_size(REPLY_BYTES_MAX);
        Ok(Self { calls, bearer })
    }

    /// Opens a stream. Its receipts must be read, or the stream comes to a halt.
    ///
    /// # Errors
    /// [`EntryStreamError::Status`] if the token is wrong or the connection is gone.
    pub async fn open(&self) -> Result<(EntrySender, EntryReceipts), EntryStreamError> {
        let (queue, waiting) = mpsc::channel(QUEUED_MAX);
        let size = |entry: &proto::Entry| entry.payload.len() + OVERHEAD_BYTES;
        let requests = Coalesce::new(ReceiverStream::new(waiting), size);
        let requests = requests.map(|entries| proto::AppendRequest { entries });
        let mut request = Request::new(requests);
        let metadata = request.metadata_mut();
        metadata.insert("authorization", self.bearer.clone());
        let replies = self.calls.clone().append(request).await?.into_inner();
        let read = VecDeque::new();
        Ok((EntrySender { queue }, EntryReceipts { replies, read }))
    }
}

/// Sends entries; when the last clone is dropped, the stream ends after the last receipt.
#[derive(Clone, Debug)]
pub struct EntrySender {
    queue: mpsc::Sender<proto::Entry>,
}

impl EntrySender {
    /// Sends one entry; waits while the device takes none.
    ///
    /// # Errors
    /// [`EntryStreamError::Ended`] after the end; the receipts say why.
    pub async fn send(&self, entry: Entry) -> Result<(), EntryStreamError> {
        let Entry { id, payload } = entry;
        let sent = self.queue.send(proto::Entry { id, payload }).await;
        sent.map_err(|_| EntryStreamError::Ended)
    }
}

/// The receipts of one stream.
#[derive(Debug)]
pub struct EntryReceipts {
    replies: Streaming<proto::AppendReply>,
    read: VecDeque<proto::Receipt>,
}

impl EntryReceipts {
    /// The next receipt: the entry's id, and what became of it. `None` at the end.
    ///
    /// # Errors
    /// [`EntryStreamError`] if the stream breaks; entries without a receipt may be in the
    /// ledger or not.
    pub async fn next(&mut self) -> Result<Option<Answer>, EntryStreamError> {
        loop {
            if let Some(receipt) = self.read.pop_front() {
                return Ok(Some(from_wire(receipt)?));
            }
            match self.replies.message().await? {
                Some(reply) => self.read = reply.receipts.into(),
                None => return Ok(None),
            }
        }
    }
}

fn from_wire(receipt: proto::Receipt) -> Result<Answer, DecodeError> {
    if !receipt.error.is_empty() {
        let detail = receipt.error;
        return Ok((receipt.id, Err(EntryRefused { detail })));
    }
    let proto::Receipt { id, pending, .. } = receipt;
    let (height, hash) = convert::receipt(&receipt)?;
    let stands = EntryReceipt {
        height,
        hash,
        pending,
    };
    Ok((id, Ok(stands)))
}
