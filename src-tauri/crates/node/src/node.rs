//! The handle through which everyone else speaks to the ledger.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use kinfolio_chain::batch::BATCH_EDITS_MAX;
use kinfolio_chain::edit::PAYLOAD_BYTES_MAX;
use kinfolio_chain::proof::{ConsistencyProof, InclusionProof};
use kinfolio_chain::store::StoreError;
use kinfolio_chain::{Begun, Block, Height};
use tokio::sync::{mpsc, oneshot, watch};

use crate::disk::Disk;
use crate::engine::{BATCH_BYTES_MAX, Clock};
use crate::error::{NodeError, SubmitError};
use crate::event_loop::{EventLoop, Request};
use crate::identity;
use crate::mempool::Receipt;
use crate::network::{Door, Network};
use crate::opening::{self, now_ms};
use crate::pairing::{Doorkeeper, Invitations};
use crate::proofs::EditName;
use crate::published::{Published, Status, Tip};
use crate::voting::{Booth, Word};

mod epoch;
mod files;
mod household;
mod pending;
mod tasks;

pub use epoch::{Anew, Answer, Leave, Recovered};
use files::FileLinks;
pub use pending::Waiting;
pub use tasks::TaskAnswer;

/// Requests that may wait for the event loop before callers wait to hand theirs over.
const REQUESTS_MAX: usize = 4096;

/// A running node. Clones speak to the same event loop.
#[derive(Clone)]
pub struct Node {
    /// The library's folder.
    root: Arc<Path>,
    /// Whether this device was restored, and belongs to the household only once it writes.
    is_restored: Arc<AtomicBool>,
    /// Who is asked before that.
    leave: Arc<OnceLock<Arc<dyn Leave>>>,
    requests: mpsc::Sender<Request>,
    /// To whom the bucket's votes are brought.
    pub(crate) words: mpsc::UnboundedSender<Word>,
    pub(crate) published: Arc<Published>,
    invitations: Arc<Invitations>,
    /// Nothing, where no other device is to be spoken to.
    file_links: Option<Arc<FileLinks>>,
}

impl Node {
    /// Opens the ledger inside the library `root` and starts its event loop. Nothing is
    /// written before the first edit, except what a crash left undecided. No other device is
    /// spoken to.
    ///
    /// # Errors
    /// If there is no ledger, it is damaged, or this device is no member.
    pub fn open(root: &Path) -> Result<Self, NodeError> {
        Self::open_at(root, None, None)
    }

    /// The same, where `sentinels` is where it is noted which folder of a device ran last: one that was
    /// put back from an earlier time, copied or moved does not vote. Where that is all that is found out
    /// before something is written, the next to open it knows nothing of it.
    ///
    /// # Errors
    /// As [`Node::open`].
    pub fn open_minding(root: &Path, sentinels: Option<&Path>) -> Result<Self, NodeError> {
        Self::open_at(root, None, sentinels)
    }

    /// The same, and speaks to the other devices of the household. A ledger that is damaged, or
    /// found to be another than theirs, is made anew from what is left of it and from what they
    /// give; the old one is kept beside it. Meanwhile this device does not vote.
    ///
    /// # Errors
    /// As [`Node::open`], where there is nobody to heal it.
    pub fn open_with(root: &Path, door: Door) -> Result<Self, NodeError> {
        let sentinels = door.sentinels.clone();
        Self::open_at(root, Some(door), sentinels.as_deref())
    }

    fn open_at(
        root: &Path,
        door: Option<Door>,
        sentinels: Option<&Path>,
    ) -> Result<Self, NodeError> {
        let began = Instant::now();
        let clock = Clock {
            now: 0,
            wall_ms: now_ms(),
        };
        let mut engine = match &door {
            Some(_) => opening::open_or_heal(root, clock)?,
            None => opening::open(root, clock)?,
        };
        if let Some(folder) = sentinels {
            opening::mind_past(root, folder, &mut engine, door.is_some())?;
        }
        // One that was removed shows itself as it was before.
        let (me, before) = (engine.me().device, identity::members(root));
        let device = engine.circle().member(me).or_else(|| before.member(me));
        let Some(device) = device.cloned() else {
            return Err(NodeError::Stranger {
                household: engine.state().household().to_owned(),
            });
        };
        let reader = engine.store().reader();
        let published = Arc::new(Published::of(&engine, device, reader));
        published.part(identity::has_parted(root));
        let key = identity::load(root)?;
        let file_links = door.as_ref().map(|_| FileLinks::new(&key)).transpose()?;
        let (sender, requests) = mpsc::channel(REQUESTS_MAX);
        let (words, booth) = Booth::new();
        let node = Self {
            root: root.into(),
            is_restored: Arc::new(AtomicBool::new(identity::is_restored(root))),
            leave: Arc::default(),
            requests: sender,
            words,
            published: Arc::clone(&published),
            invitations: Arc::default(),
            file_links,
        };
        let disk = Disk::start(root)?;
        let root = root.to_path_buf();
        let failed = |source| NodeError::Io {
            doing: "could not start the thread of",
            path: root.clone(),
            source,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let network = {
            // What the network spawns, it spawns on the event loop's own thread.
            let _on_it = runtime.enter();
            let doorkeeper = Doorkeeper::of(&node, &node.invitations);
            let removed = engine.state().removed().collect();
            Network::open(&root, door, &key, engine.circle(), removed, doorkeeper)?
        };
        published.show_contacts(&network);
        let path = root.clone();
        let callers = (requests, booth);
        let run = move || {
            let event_loop = EventLoop::new(path, engine, callers, network, disk, published, began);
            runtime.block_on(event_loop.run());
        };
        let thread = std::thread::Builder::new().name("ledger".to_owned());
        thread.spawn(run).map_err(failed)?;
        Ok(node)
    }

    /// Appends edits together: all of them enter one block, or none does.
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
        self.ask_to_write(|reply| Request::Submit { payloads, reply })
            .await
    }

    /// Waits until the chain here has every edit that was acknowledged on any device before
    /// this was called; returns the height that it had to wait for. Without a quorum within
    /// reach it waits for one.
    ///
    /// # Errors
    /// If the node is closed or its ledger fails.
    pub async fn consistent(&self) -> Result<Height, SubmitError> {
        self.ask(|reply| Request::Read { reply }).await
    }

    /// Takes in blocks that the household has decided and that came from elsewhere than from another
    /// device, in order, each checked as one of those would be. What is here already is passed over.
    ///
    /// # Errors
    /// [`NodeError::Unfit`] in [`SubmitError::Ledger`], if one may not follow the tip: those before it
    /// were taken in. Or the node is closed, or its ledger fails.
    pub async fn learn(&self, blocks: Vec<Arc<Block>>) -> Result<(), SubmitError> {
        self.ask(|reply| Request::Learn { blocks, reply }).await
    }

    /// Asks for something that makes an edit.
    async fn ask_to_write<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, SubmitError>>) -> Request,
    ) -> Result<T, SubmitError> {
        self.begin_anew().await?;
        self.ask(request).await
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, SubmitError>>) -> Request,
    ) -> Result<T, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.requests.send(request(reply)).await;
        sent.map_err(|_| SubmitError::Closed)?;
        answer.await.map_err(|_| SubmitError::Closed)?
    }

    /// The end of the chain.
    #[must_use]
    pub fn tip(&self) -> Tip {
        self.published.tip()
    }

    /// The lines of history that led to the end of the chain, the present one last.
    #[must_use]
    pub fn lines(&self) -> Vec<Begun> {
        self.published.lines()
    }

    /// Follows the end of the chain.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Tip> {
        self.published.watch()
    }

    /// The decided block at `height`, if the chain reaches it.
    ///
    /// # Errors
    /// If the block cannot be read, or is not what was written. Where there are others to give it
    /// back, it can be read again after a while.
    pub fn block(&self, height: Height) -> Result<Option<Block>, NodeError> {
        let read = self.published.reader().block(height);
        read.map_err(|error| {
            let detail = error.to_string();
            // Those who wait for it learn of the damage now; it is mended if it can be.
            if let StoreError::Damaged { .. } = error {
                drop(self.requests.try_send(Request::Mend(error)));
            }
            NodeError::Unreadable { height, detail }
        })
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

    /// Proves that an edit stands in the chain of the present tip; `height`, where it is known,
    /// is the height of its block, and spares looking for it. Reads the disk.
    ///
    /// # Errors
    /// As [`Node::block`]; an edit that the chain does not hold is none.
    pub fn prove_inclusion(
        &self,
        edit: EditName,
        height: Option<Height>,
    ) -> Result<Option<InclusionProof>, NodeError> {
        let reader = self.published.reader();
        let tip = self.tip().height;
        self.published.prover.inclusion(&reader, tip, edit, height)
    }

    /// Proves that the block at height `new` continues the chain of the one at `old`. Reads the
    /// disk.
    ///
    /// # Errors
    /// As [`Node::block`]; heights that the chain does not have, or not in this order, are none.
    pub fn prove_consistency(
        &self,
        old: Height,
        new: Height,
    ) -> Result<Option<ConsistencyProof>, NodeError> {
        let reader = self.published.reader();
        self.published.prover.consistency(&reader, old, new)
    }

    /// What this device knows of the household and itself.
    #[must_use]
    pub fn status(&self) -> Status {
        self.published.status()
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
