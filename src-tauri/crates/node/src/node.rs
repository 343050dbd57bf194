//! The handle through which everyone else speaks to the ledger.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use kinfolio_chain::batch::BATCH_EDITS_MAX;
use kinfolio_chain::edit::PAYLOAD_BYTES_MAX;
use kinfolio_chain::store::disk::BlockReader;
use kinfolio_chain::{Block, BlockHash, DeviceId, Height, HouseholdId, Member, Role};
use tokio::sync::{mpsc, oneshot, watch};

use crate::engine::{Engine, now_ms};
use crate::error::{NodeError, SubmitError};
use crate::event_loop::{EventLoop, Request};
use crate::mempool::Receipt;

/// Most bytes of one batch's payloads together.
const BATCH_BYTES_MAX: usize = 4 << 20;

/// Requests that may wait for the event loop before callers wait to hand theirs over.
const REQUESTS_MAX: usize = 1024;

/// The end of the chain as this device has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its height.
    pub height: Height,
    /// Its hash.
    pub hash: BlockHash,
}

/// What a device knows of the household and itself.
#[derive(Clone, Debug)]
pub struct Status {
    /// The household's name.
    pub household: String,
    /// The household's id.
    pub household_id: HouseholdId,
    /// This device.
    pub device: Member,
    /// The end of its chain.
    pub tip: Tip,
    /// Edits authored here and not yet in this chain.
    pub pending: u64,
    /// Whether a majority of the voters is within reach.
    pub quorum: bool,
    /// All members, this device among them.
    pub members: Vec<MemberStatus>,
}

/// What this device knows of a member.
#[derive(Clone, Debug)]
pub struct MemberStatus {
    /// Its id.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// Its voice.
    pub role: Role,
    /// Whether it can be spoken to now.
    pub reachable: bool,
    /// The end of its chain, as far as known here.
    pub tip: Option<Tip>,
    /// When it was last heard of, in milliseconds since 1970.
    pub last_seen_ms: Option<i64>,
}

/// What the event loop lets everyone see.
pub(crate) struct Published {
    household: String,
    household_id: HouseholdId,
    device: Member,
    members: Vec<Member>,
    quorum: bool,
    pub(crate) pending: AtomicU64,
    tip: watch::Sender<Tip>,
    reader: RwLock<BlockReader>,
}

impl Published {
    pub(crate) fn set_tip(&self, tip: Tip) {
        self.tip
            .send_if_modified(|before| std::mem::replace(before, tip) != tip);
    }

    pub(crate) fn replace_reader(&self, reader: BlockReader) {
        *self.reader.write().unwrap_or_else(PoisonError::into_inner) = reader;
    }
}

/// A running node. Clones speak to the same event loop.
#[derive(Clone)]
pub struct Node {
    requests: mpsc::Sender<Request>,
    published: Arc<Published>,
}

impl Node {
    /// Opens the ledger inside the library `root` and starts its event loop. Nothing is
    /// written before the first edit, except what a crash left undecided.
    ///
    /// # Errors
    /// If there is no ledger, it is damaged, or this device is no member.
    pub fn open(root: &Path) -> Result<Self, NodeError> {
        let engine = Engine::open(root)?;
        let state = engine.state();
        let Some(device) = engine.me().cloned() else {
            return Err(NodeError::Stranger {
                household: state.household().to_owned(),
            });
        };
        let tip = Tip {
            height: state.height(),
            hash: state.tip(),
        };
        let published = Arc::new(Published {
            household: state.household().to_owned(),
            household_id: state.line().household,
            device,
            members: state.configuration().members().cloned().collect(),
            quorum: engine.has_quorum(),
            pending: AtomicU64::new(engine.mempool.edits()),
            tip: watch::Sender::new(tip),
            reader: RwLock::new(engine.reader()),
        });
        let (sender, requests) = mpsc::channel(REQUESTS_MAX);
        let event_loop = EventLoop {
            root: root.to_path_buf(),
            engine: Some(engine),
            requests,
            published: Arc::clone(&published),
        };
        let thread = std::thread::Builder::new().name("ledger".to_owned());
        thread
            .spawn(move || event_loop.run())
            .map_err(|source| NodeError::Io {
                doing: "could not start the thread of",
                path: root.to_path_buf(),
                source,
            })?;
        Ok(Self {
            requests: sender,
            published,
        })
    }

    /// Appends edits as one signed batch: all of them enter one block, or none does.
    ///
    /// Returns when a quorum has them durably, or, after a second without one, when this
    /// device has them durably as pending. Waits while too much is waiting already.
    ///
    /// # Errors
    /// If the batch is empty or too large (a payload at most 1 MiB, all at most 4 MiB), or the
    /// ledger cannot be written; the edits were then not acknowledged.
    pub async fn submit(&self, payloads: Vec<Bytes>) -> Result<Receipt, SubmitError> {
        let bytes = payloads.iter().map(Bytes::len).sum();
        let edits = payloads.len();
        let fits = (1..=BATCH_EDITS_MAX).contains(&edits)
            && bytes <= BATCH_BYTES_MAX
            && payloads
                .iter()
                .all(|payload| payload.len() <= PAYLOAD_BYTES_MAX);
        if !fits {
            let (edits_max, bytes_max) = (BATCH_EDITS_MAX, BATCH_BYTES_MAX);
            return Err(SubmitError::Size {
                edits,
                bytes,
                edits_max,
                bytes_max,
            });
        }
        let (reply, answer) = oneshot::channel();
        let request = Request::Submit { payloads, reply };
        self.requests
            .send(request)
            .await
            .map_err(|_| SubmitError::Closed)?;
        answer.await.map_err(|_| SubmitError::Closed)?
    }

    /// The end of the chain.
    #[must_use]
    pub fn tip(&self) -> Tip {
        *self.published.tip.borrow()
    }

    /// Follows the end of the chain.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Tip> {
        self.published.tip.subscribe()
    }

    /// The decided block at `height`, if the chain reaches it.
    ///
    /// # Errors
    /// If the block cannot be read, or is not what was written.
    pub fn block(&self, height: Height) -> Result<Option<Block>, NodeError> {
        let reader = self
            .published
            .reader
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Ok(reader.block(height)?)
    }

    /// At most `limit` blocks from `from` on.
    ///
    /// # Errors
    /// As [`Node::block`].
    pub fn blocks(&self, from: Height, limit: usize) -> Result<Vec<Block>, NodeError> {
        let heights = (from..=self.tip().height).take(limit);
        heights
            .filter_map(|height| self.block(height).transpose())
            .collect()
    }

    /// What this device knows of the household and itself.
    #[must_use]
    pub fn status(&self) -> Status {
        let Published {
            household,
            household_id,
            device,
            members,
            quorum,
            ..
        } = &*self.published;
        let tip = self.tip();
        let member = |member: &Member| {
            let here = member.id == device.id;
            MemberStatus {
                id: member.id,
                name: member.name.clone(),
                role: member.role,
                reachable: here,
                tip: here.then_some(tip),
                last_seen_ms: here.then(now_ms),
            }
        };
        Status {
            household: household.clone(),
            household_id: *household_id,
            device: device.clone(),
            tip,
            pending: self.published.pending.load(Ordering::Relaxed),
            quorum: *quorum,
            members: members.iter().map(member).collect(),
        }
    }

    /// Decides what waits, seals the log and ends the event loop. Later calls on any clone
    /// answer that the node is closed.
    ///
    /// # Errors
    /// If the seal cannot be written; nothing acknowledged is lost by that.
    pub async fn close(self) -> Result<(), NodeError> {
        let (done, sealed) = oneshot::channel();
        if self.requests.send(Request::Close { done }).await.is_err() {
            return Ok(());
        }
        sealed.await.unwrap_or(Ok(()))
    }
}
