//! The listening side of the entry streams.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status, Streaming};

use super::{
    Answer, ENTRIES_UNANSWERED_MAX, ENTRY_BYTES_MAX, Entries, Entry, EntryDoor, EntryRefused,
    OVERHEAD_BYTES, Replies,
};
use crate::coalesce::{Coalesce, FRAME_BYTES_MAX};
use crate::proto;

/// Largest request that is read: what a client gathers, and the frame around it.
pub(crate) const REQUEST_BYTES_MAX: usize = FRAME_BYTES_MAX + ENTRY_BYTES_MAX;

/// Entries that are handed over at once.
const HANDFUL: usize = 1024;

/// Who brings entries over one connection.
pub(crate) struct EntryService {
    pub(crate) door: EntryDoor,
    /// Set when the token was right.
    pub(crate) known: Arc<AtomicBool>,
    /// The connection's end.
    pub(crate) over: CancellationToken,
}

impl EntryService {
    fn authorise(&self, metadata: &MetadataMap) -> Result<(), Status> {
        let given = metadata
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match given {
            Some((_, token)) if self.door.token.accepts(token.trim()) => Ok(()),
            Some(_) => Err(Status::unauthenticated("this is not the token")),
            None => Err(Status::unauthenticated(
                "a token is needed: send the metadata `authorization: Bearer TOKEN`",
            )),
        }
    }
}

#[tonic::async_trait]
impl proto::ledger_server::Ledger for EntryService {
    type AppendStream = BoxStream<'static, Result<proto::AppendReply, Status>>;

    async fn append(
        &self,
        request: Request<Streaming<proto::AppendRequest>>,
    ) -> Result<Response<Self::AppendStream>, Status> {
        self.authorise(request.metadata())?;
        self.known.store(true, Ordering::Relaxed);
        let (replies, answers) = mpsc::unbounded_channel();
        let window = Arc::new(Semaphore::new(ENTRIES_UNANSWERED_MAX));
        let receipts = Receipts {
            answers: Coalesce::new(UnboundedReceiverStream::new(answers), |_| OVERHEAD_BYTES),
            window: window.clone(),
        };
        let reading = read(
            request.into_inner(),
            self.door.entries.clone(),
            Replies(replies),
            window,
        );
        let over = self.over.clone();
        tokio::spawn(async move { over.run_until_cancelled(reading).await });
        let over = self.over.clone().cancelled_owned();
        Ok(Response::new(receipts.map(Ok).take_until(over).boxed()))
    }
}

/// Hands entries over until there are no more, or nobody wants the answers.
async fn read(
    mut requests: Streaming<proto::AppendRequest>,
    entries: Arc<dyn Entries>,
    replies: Replies,
    window: Arc<Semaphore>,
) {
    loop {
        let request = match requests.message().await {
            Ok(Some(request)) => request,
            Ok(None) => return,
            Err(status) => return tracing::debug!(%status, "a stream of entries broke"),
        };
        let mut waiting = request.entries.into_iter();
        loop {
            let handful: Vec<_> = waiting.by_ref().take(HANDFUL).collect();
            let Ok(count) = u32::try_from(handful.len()) else {
                return;
            };
            if count == 0 {
                break;
            }
            // Given back with the answers; closed when the client is gone.
            let Ok(permit) = window.acquire_many(count).await else {
                return;
            };
            permit.forget();
            let handful = handful.into_iter();
            let accepted = handful
                .filter_map(|entry| accept(entry, &replies))
                .collect();
            entries.append_many(accepted, &replies);
        }
    }
}

/// The entry, unless it is too large; then it is answered here.
fn accept(entry: proto::Entry, replies: &Replies) -> Option<Entry> {
    let proto::Entry { id, payload } = entry;
    let len = payload.len();
    if len > ENTRY_BYTES_MAX {
        let detail = format!("the entry has {len} bytes; at most {ENTRY_BYTES_MAX} are allowed");
        replies.answer(id, Err(EntryRefused { detail }));
        return None;
    }
    Some(Entry { id, payload })
}

/// Receipts on their way to the client; each makes room for one more entry.
struct Receipts {
    answers: Coalesce<UnboundedReceiverStream<Answer>>,
    window: Arc<Semaphore>,
}

impl Stream for Receipts {
    type Item = proto::AppendReply;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let answers = self.answers.poll_next_unpin(cx);
        answers.map(|answers| {
            let answers = answers?;
            self.window.add_permits(answers.len());
            let receipts = answers.into_iter().map(to_wire).collect();
            Some(proto::AppendReply { receipts })
        })
    }
}

/// A client that is gone frees the task that waits for its answers.
impl Drop for Receipts {
    fn drop(&mut self) {
        self.window.close();
    }
}

fn to_wire((id, result): Answer) -> proto::Receipt {
    match result {
        Ok(receipt) => proto::Receipt {
            id,
            height: receipt.height,
            hash: Bytes::copy_from_slice(&receipt.hash.0),
            pending: receipt.pending,
            error: String::new(),
        },
        Err(EntryRefused { detail }) => proto::Receipt {
            id,
            error: match detail.as_str() {
                "" => "refused".to_owned(),
                _ => detail,
            },
            ..proto::Receipt::default()
        },
    }
}
