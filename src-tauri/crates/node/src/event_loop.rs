//! The one thread that owns the ledger: requests in, acknowledgements and tips out.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::engine::Engine;
use crate::error::{NodeError, SubmitError};
use crate::mempool::Reply;
use crate::node::{Published, Tip};

/// How long edits wait for a quorum before they are set aside as pending.
const QUORUM_WAIT: Duration = Duration::from_secs(1);

/// What the loop is asked to do.
pub(crate) enum Request {
    Submit {
        payloads: Vec<Bytes>,
        reply: Reply,
    },
    Close {
        done: oneshot::Sender<Result<(), NodeError>>,
    },
}

/// The loop's own state.
pub(crate) struct EventLoop {
    pub(crate) root: PathBuf,
    /// Nothing after a failure, until the ledger is opened again by the next request.
    pub(crate) engine: Option<Engine>,
    pub(crate) requests: mpsc::Receiver<Request>,
    pub(crate) published: Arc<Published>,
}

impl EventLoop {
    /// Runs until it is closed or nobody can ask it any more.
    pub(crate) fn run(mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let Ok(runtime) = runtime else {
            tracing::error!("the ledger's thread could not set up its timer");
            return;
        };
        while let Some(request) = runtime.block_on(self.next()) {
            if let Some(done) = self.take(request) {
                let sealed = self.seal();
                // Whoever closed the node may not wait for it.
                let _ = done.send(sealed);
                return;
            }
        }
        if let Err(error) = self.seal() {
            tracing::warn!(%error, "the ledger could not be sealed");
        }
    }

    /// The next request, after giving up on the quorum where it is time to.
    async fn next(&mut self) -> Option<Request> {
        let oldest = self
            .engine
            .as_ref()
            .and_then(|engine| engine.mempool.oldest_unanswered());
        let Some(oldest) = oldest else {
            return self.requests.recv().await;
        };
        let deadline = tokio::time::Instant::from_std(oldest + QUORUM_WAIT);
        loop {
            match tokio::time::timeout_at(deadline, self.requests.recv()).await {
                Ok(request) => return request,
                Err(_) => drop(self.attempt(Engine::set_aside)),
            }
            if self
                .engine
                .as_ref()
                .is_none_or(|one| one.mempool.oldest_unanswered().is_none())
            {
                return self.requests.recv().await;
            }
        }
    }

    /// Takes a request and all that wait behind it, so that they share a block and a sync.
    fn take(&mut self, first: Request) -> Option<oneshot::Sender<Result<(), NodeError>>> {
        let mut next = Some(first);
        while let Some(request) = next.take() {
            match request {
                Request::Submit { payloads, reply } => self.submit(payloads, reply),
                Request::Close { done } => {
                    self.commit();
                    return Some(done);
                }
            }
            let full = self
                .engine
                .as_ref()
                .is_some_and(|engine| engine.mempool.is_full());
            if !full {
                next = self.requests.try_recv().ok();
            }
        }
        self.commit();
        None
    }

    /// Block after block, as long as blocks are decided.
    fn commit(&mut self) {
        while self.attempt(Engine::commit) {}
    }

    fn submit(&mut self, payloads: Vec<Bytes>, reply: Reply) {
        if self.engine.is_none()
            && let Err(error) = self.reopen()
        {
            // Whoever asked may have gone.
            let _ = reply.send(Err(SubmitError::Ledger(Arc::new(error))));
            return;
        }
        if let Some(engine) = &mut self.engine {
            engine.take(payloads, reply);
        }
    }

    /// Opens the ledger again, as another life, after it failed (a full disk, say).
    fn reopen(&mut self) -> Result<(), NodeError> {
        let engine = Engine::open(&self.root)?;
        self.published.replace_reader(engine.reader());
        self.engine = Some(engine);
        tracing::info!("the ledger was opened again after a failure");
        Ok(())
    }

    /// Lets the engine work. If it fails, it is dropped as if the process had crashed there:
    /// what was not acknowledged is answered with the error.
    fn attempt(&mut self, work: impl FnOnce(&mut Engine) -> Result<bool, NodeError>) -> bool {
        let Some(engine) = &mut self.engine else {
            return false;
        };
        let outcome = work(engine);
        let state = engine.state();
        self.published
            .pending
            .store(engine.mempool.edits(), Ordering::Relaxed);
        self.published.set_tip(Tip {
            height: state.height(),
            hash: state.tip(),
        });
        // Whoever is told that an edit is in a block finds that block.
        engine.mempool.acknowledge();
        match outcome {
            Ok(progress) => progress,
            Err(error) => {
                engine.mempool.fail(&SubmitError::Ledger(Arc::new(error)));
                self.engine = None;
                self.published.pending.store(0, Ordering::Relaxed);
                false
            }
        }
    }

    fn seal(&mut self) -> Result<(), NodeError> {
        let started = Instant::now();
        let sealed = self.engine.as_mut().map_or(Ok(()), Engine::seal);
        tracing::debug!(elapsed = ?started.elapsed(), "the ledger is closed");
        sealed
    }
}
