//! Work with the bucket that one device does for the household: claimed through the ledger, and kept
//! while it goes on.
//!
//! A claim that is lost all the same is no reason to stop: whatever is done in the bucket may be done
//! twice, and whoever has the claim then finds it done.

use std::pin::pin;
use std::time::Duration;

use kinfolio_node::{Height, Judgement, TaskAnswer, TaskName, TaskState, Term};

use crate::error::LibraryError;
use crate::library::Library;
use crate::tasks::now_ms;

/// For how long a claim holds without being renewed.
pub(super) const TERM: Duration = Duration::from_secs(120);

/// How often it is renewed.
pub(super) const RENEW_EVERY: Duration = Duration::from_secs(40);

/// Whose a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// This device's, by this token.
    Ours(Height),
    /// Another device's, for now.
    Theirs,
    /// It was done before, and is claimed no more.
    Done,
    /// Nobody could say.
    Undecided,
}

/// Claims a task, unless another device is at it: those who wait write nothing.
pub(super) async fn claim(library: &Library, task: &TaskName) -> Result<Turn, LibraryError> {
    let failed = |error| library.submit_error(error);
    let me = library.device();
    match library.node().task(task.clone()).await.map_err(failed)? {
        TaskState::Held(holding) if holding.holder != me && !holding.is_lapsed(now_ms()) => {
            return Ok(Turn::Theirs);
        }
        TaskState::Done => return Ok(Turn::Done),
        TaskState::Held(_) | TaskState::Free => {}
    }
    let answer = library.node().claim(task.clone(), term()?).await;
    Ok(match answer.map_err(failed)? {
        TaskAnswer::Judged(Judgement::Won { token }) => Turn::Ours(token),
        // In an earlier life, or in a round that failed: nobody else here is at it.
        TaskAnswer::Judged(Judgement::Held { by, token }) if by == me => {
            renew(library, task, token).await?;
            Turn::Ours(token)
        }
        TaskAnswer::Judged(Judgement::Held { .. }) => Turn::Theirs,
        TaskAnswer::Judged(Judgement::Done) => Turn::Done,
        TaskAnswer::Judged(_) | TaskAnswer::Undecided => Turn::Undecided,
    })
}

/// Keeps a claim.
pub(super) async fn renew(
    library: &Library,
    task: &TaskName,
    token: Height,
) -> Result<(), LibraryError> {
    let renewed = library.node().renew(task.clone(), token, term()?).await;
    renewed
        .map(drop)
        .map_err(|error| library.submit_error(error))
}

/// Says that a task is done.
pub(super) async fn finish(
    library: &Library,
    task: TaskName,
    token: Height,
) -> Result<(), LibraryError> {
    let finished = library.node().finish(task, token).await;
    finished
        .map(drop)
        .map_err(|error| library.submit_error(error))
}

/// Does the work, and keeps the claim to it meanwhile, where there is one.
pub(super) async fn while_held<T>(
    library: &Library,
    task: &TaskName,
    token: Option<Height>,
    work: impl Future<Output = Result<T, LibraryError>>,
) -> Result<T, LibraryError> {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(RENEW_EVERY) => if let Some(token) = token {
                renew(library, task, token).await?;
            },
        }
    }
}

fn term() -> Result<Term, LibraryError> {
    Term::try_from(TERM).map_err(LibraryError::Task)
}
