//! Threads that inspect blocks ahead of the verifier, which takes their findings in order.

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::apply::{Inspection, KeyRing};
use crate::block::Block;

/// Blocks under way for each thread: enough that none runs out of work while one is read.
const AHEAD: usize = 4;

/// Where to hand blocks in; nobody inspects ahead where there is but one processor.
pub(super) struct Inspectors {
    jobs: Option<SyncSender<Job>>,
    ahead: usize,
}

struct Job {
    block: Arc<Block>,
    ring: Arc<KeyRing>,
    found: SyncSender<Inspection>,
}

/// What is or will be known of a block.
pub(super) struct Findings {
    block: Arc<Block>,
    ring: Arc<KeyRing>,
    coming: Option<Receiver<Inspection>>,
}

impl Inspectors {
    /// Does `work` with that many threads, which end with it.
    pub(super) fn with<R>(threads: NonZeroUsize, work: impl FnOnce(&Self) -> R) -> R {
        let threads = threads.get();
        if threads == 1 {
            return work(&Self {
                jobs: None,
                ahead: 0,
            });
        }
        let ahead = threads * AHEAD;
        let (jobs, queue) = sync_channel(ahead);
        let queue = Mutex::new(queue);
        thread::scope(|scope| {
            let started = (0..threads).filter(|_| {
                let thread = thread::Builder::new().name("verify".to_owned());
                thread.spawn_scoped(scope, || inspect(&queue)).is_ok()
            });
            let jobs = (started.count() > 0).then_some(jobs);
            work(&Self { jobs, ahead })
        })
    }

    /// How many blocks may be under way.
    pub(super) fn ahead(&self) -> usize {
        self.ahead
    }

    /// Hands a block in.
    pub(super) fn take(&self, block: &Arc<Block>, ring: &Arc<KeyRing>) -> Findings {
        let (block, ring) = (Arc::clone(block), Arc::clone(ring));
        let coming = self.jobs.as_ref().and_then(|jobs| {
            let (found, coming) = sync_channel(1);
            let job = Job {
                block: Arc::clone(&block),
                ring: Arc::clone(&ring),
                found,
            };
            jobs.send(job).is_ok().then_some(coming)
        });
        Findings {
            block,
            ring,
            coming,
        }
    }
}

impl Findings {
    /// Waits for what is found out; without help it is found out here and now.
    pub(super) fn wait(self) -> Inspection {
        let found = self.coming.and_then(|coming| coming.recv().ok());
        found.unwrap_or_else(|| Inspection::thorough(&self.block, &self.ring))
    }
}

fn inspect(queue: &Mutex<Receiver<Job>>) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { block, ring, found }) = job else {
            return;
        };
        // The verifier waits for every block it handed in, unless it failed itself.
        let _ = found.send(Inspection::thorough(&block, &ring));
    }
}
