//! What the loop is asked about tasks.

use kinfolio_chain::edit::Task;
use kinfolio_chain::{Holding, TaskName, TaskState};
use tokio::sync::oneshot;

use super::{EventLoop, TaskReply, Waiter};
use crate::engine::{Engine, Event};
use crate::error::SubmitError;
use crate::node::TaskAnswer;

impl EventLoop {
    /// A claim for which there is no quorum would only wait, and be won when nobody thinks of it
    /// any more: it is not written.
    pub(super) fn say_of_task(&mut self, task: Task, reply: TaskReply) {
        let is_claim = matches!(task, Task::Claim { .. });
        if is_claim && !self.engine.as_ref().is_some_and(Engine::has_quorum) {
            // Whoever asked may have gone.
            drop(reply.send(Ok(TaskAnswer::Undecided)));
            return;
        }
        let ticket = self.ticket(Waiter::Task(reply));
        self.take(Event::Task { ticket, task });
    }

    pub(super) fn look(
        &self,
        task: &TaskName,
        reply: oneshot::Sender<Result<TaskState, SubmitError>>,
    ) {
        let state = self.engine.as_ref().map(Engine::state);
        let state = state.map(|state| state.tasks().state(task));
        drop(reply.send(state.ok_or(SubmitError::Closed)));
    }

    pub(super) fn list(
        &self,
        reply: oneshot::Sender<Result<Vec<(TaskName, Holding)>, SubmitError>>,
    ) {
        let state = self.engine.as_ref().map(Engine::state);
        let held = state.map(|state| {
            let held = state.tasks().held();
            held.map(|(task, holding)| (task.clone(), *holding))
                .collect()
        });
        drop(reply.send(held.ok_or(SubmitError::Closed)));
    }
}
