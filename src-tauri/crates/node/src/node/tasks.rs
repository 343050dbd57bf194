//! Tasks: jobs of which each is to be done by one device of the household, and which the chain
//! gives out.

use kinfolio_chain::edit::Task;
use kinfolio_chain::{Height, Holding, Judgement, TaskName, TaskState, Term};

use super::Node;
use crate::error::SubmitError;
use crate::event_loop::Request;
use crate::mempool::Receipt;

/// What came of a word about a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskAnswer {
    /// The chain has it, and judged.
    Judged(Judgement),
    /// No quorum was found in time: nobody knows yet. A task that was claimed is not to be
    /// started.
    Undecided,
}

impl TaskAnswer {
    /// What the receipt of a word about a task says.
    pub(crate) fn of(receipt: &Receipt) -> Self {
        receipt.judgement.map_or(Self::Undecided, Self::Judged)
    }

    /// The token of a claim that was won; without one the task is not the caller's.
    #[must_use]
    pub fn token(self) -> Option<Height> {
        match self {
            Self::Judged(Judgement::Won { token }) => Some(token),
            Self::Judged(_) | Self::Undecided => None,
        }
    }
}

impl Node {
    /// Claims a task for this device. The first claim in the chain's order wins; it lapses after
    /// its term unless it is renewed, and then another one can be won, with a higher token.
    ///
    /// Only [`Judgement::Won`] says that the task may be started. [`Judgement::Held`] by this very
    /// device means a claim that it made before: in an earlier life, or without an answer. Whoever
    /// knows that nobody here is at it goes on with it by renewing it with the token that it says.
    ///
    /// Without a quorum within reach nothing is written, and the answer is
    /// [`TaskAnswer::Undecided`]. Where a quorum is lost just then, that is the answer after a
    /// second, and the claim may still enter the chain later, and be won without anybody waiting
    /// for it. That costs the household the claim's term, and no more: it lapses.
    ///
    /// A holder that may have been away for longer than its term, asleep say, does not know it.
    /// So what a task brings about must be idempotent, or be told by its token wherever it lands.
    ///
    /// # Errors
    /// As [`Node::submit`]; the task is then not to be started either.
    pub async fn claim(&self, task: TaskName, term: Term) -> Result<TaskAnswer, SubmitError> {
        let task = Task::Claim { task, term };
        self.ask_to_write(|reply| Request::Task { task, reply })
            .await
    }

    /// Keeps a task that this device holds, for a new term from now on. It holds even if the old
    /// term is over, as long as nobody else has won the task.
    ///
    /// Anything but [`Judgement::Renewed`] and [`TaskAnswer::Undecided`] says that the task is
    /// lost and the work is to be dropped. Without a quorum the renewal stays pending; until it is
    /// known the claim stands for its old term.
    ///
    /// # Errors
    /// As [`Node::submit`].
    pub async fn renew(
        &self,
        task: TaskName,
        token: Height,
        term: Term,
    ) -> Result<TaskAnswer, SubmitError> {
        let task = Task::Renew { task, token, term };
        self.ask_to_write(|reply| Request::Task { task, reply })
            .await
    }

    /// Says that a task is done. [`Judgement::Finished`] says that the claim still held: nobody
    /// else has done it, and for a long time nobody can claim it again. Without a quorum the word
    /// stays pending, and counts later if nobody else has won the task by then.
    ///
    /// # Errors
    /// As [`Node::submit`].
    pub async fn finish(&self, task: TaskName, token: Height) -> Result<TaskAnswer, SubmitError> {
        let task = Task::Done { task, token };
        self.ask_to_write(|reply| Request::Task { task, reply })
            .await
    }

    /// How a task stands at this device's tip.
    ///
    /// # Errors
    /// If the node is closed or its ledger fails.
    pub async fn task(&self, task: TaskName) -> Result<TaskState, SubmitError> {
        self.ask(|reply| Request::Look { task, reply }).await
    }

    /// The tasks that are held at this device's tip, by name. A claim stays until its place is
    /// needed, so some may have lapsed.
    ///
    /// # Errors
    /// If the node is closed or its ledger fails.
    pub async fn tasks(&self) -> Result<Vec<(TaskName, Holding)>, SubmitError> {
        self.ask(|reply| Request::List { reply }).await
    }
}
