//! What the event loop is asked to do, and who waits for its answers.

use std::net::TcpListener;
use std::sync::Arc;

use bytes::Bytes;
use kinfolio_chain::edit::{Change, Task};
use kinfolio_chain::store::StoreError;
use kinfolio_chain::{Block, DeviceId, EditId, Height, Holding, TaskName, TaskState};
use kinfolio_consensus::Micros;
use kinfolio_transport::{EntryRefused, Replies};
use tokio::sync::oneshot;

use crate::engine::Right;
use crate::error::{NodeError, SubmitError};
use crate::mempool::Receipt;
use crate::node::{Recovered, TaskAnswer, Waiting};

/// Whom to tell about a submission.
pub(crate) type Reply = oneshot::Sender<Result<Receipt, SubmitError>>;

/// Whom to tell what came of a word about a task.
pub(crate) type TaskReply = oneshot::Sender<Result<TaskAnswer, SubmitError>>;

/// What the loop is asked to do.
pub(crate) enum Request {
    Submit {
        payloads: Vec<Bytes>,
        reply: Reply,
    },
    Change {
        change: Change,
        reply: Reply,
    },
    Task {
        task: Task,
        reply: TaskReply,
    },
    Look {
        task: TaskName,
        reply: oneshot::Sender<Result<TaskState, SubmitError>>,
    },
    List {
        reply: oneshot::Sender<Result<Vec<(TaskName, Holding)>, SubmitError>>,
    },
    Read {
        reply: oneshot::Sender<Result<Height, SubmitError>>,
    },
    /// Begin an epoch.
    Recover {
        right: Right,
        nonce: [u8; 32],
        reply: oneshot::Sender<Result<Recovered, SubmitError>>,
    },
    /// Go where another device goes.
    Follow {
        device: DeviceId,
        reply: oneshot::Sender<Result<(), SubmitError>>,
    },
    /// Take in blocks that were decided elsewhere.
    Learn {
        blocks: Vec<Arc<Block>>,
        reply: oneshot::Sender<Result<(), SubmitError>>,
    },
    /// Let other devices in here.
    Listen {
        listener: TcpListener,
        done: oneshot::Sender<Result<(), NodeError>>,
    },
    /// So many bytes are free on this device's disk; whether it takes nothing more.
    Room {
        free_bytes: u64,
        disk_full: bool,
    },
    /// A voter that is silent for so long stops counting; nothing: never.
    PruneAfter(Option<Micros>),
    Waiting {
        after: Option<EditId>,
        reply: oneshot::Sender<Result<Waiting, SubmitError>>,
    },
    /// Somebody could not read a block.
    Mend(StoreError),
    Close {
        done: oneshot::Sender<Result<(), NodeError>>,
    },
}

/// Who waits for an answer of the engine.
pub(super) enum Waiter {
    Edits(Reply),
    Entry(u64, Replies),
    Task(TaskReply),
    Read(oneshot::Sender<Result<Height, SubmitError>>),
    Recovery(oneshot::Sender<Result<Recovered, SubmitError>>),
}

impl Waiter {
    /// Whoever asked may have gone; then nobody is told.
    pub(super) fn fail(self, error: &SubmitError) {
        match self {
            Self::Edits(reply) => drop(reply.send(Err(error.clone()))),
            Self::Entry(id, replies) => {
                let detail = error.to_string();
                replies.answer(id, Err(EntryRefused { detail }));
            }
            Self::Task(reply) => drop(reply.send(Err(error.clone()))),
            Self::Read(reply) => drop(reply.send(Err(error.clone()))),
            Self::Recovery(reply) => drop(reply.send(Err(error.clone()))),
        }
    }
}

impl Request {
    /// Answers that it cannot be done.
    pub(super) fn fail(self, error: SubmitError) {
        match self {
            Self::Submit { reply, .. } | Self::Change { reply, .. } => {
                Waiter::Edits(reply).fail(&error);
            }
            Self::Task { reply, .. } => Waiter::Task(reply).fail(&error),
            Self::Look { reply, .. } => drop(reply.send(Err(error))),
            Self::List { reply } => drop(reply.send(Err(error))),
            Self::Waiting { reply, .. } => drop(reply.send(Err(error))),
            Self::Learn { reply, .. } => drop(reply.send(Err(error))),
            Self::Read { reply } => Waiter::Read(reply).fail(&error),
            Self::Recover { reply, .. } => Waiter::Recovery(reply).fail(&error),
            Self::Follow { reply, .. } => drop(reply.send(Err(error))),
            Self::Mend(_)
            | Self::Room { .. }
            | Self::PruneAfter(_)
            | Self::Listen { .. }
            | Self::Close { .. } => {}
        }
    }
}
