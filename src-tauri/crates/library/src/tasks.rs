//! Work that is done once in the household: who is at what, and until when it is theirs.

use std::time::{SystemTime, UNIX_EPOCH};

use kinfolio_node::{DeviceId, Height};

use crate::error::LibraryError;
use crate::library::Library;

/// A task that a device holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// What it is called.
    pub task: String,
    /// Who is at it.
    pub by: DeviceId,
    /// That device's name; `None` if it has left the household.
    pub name: Option<String>,
    /// When it lapses unless it is renewed, in unix milliseconds.
    pub until_ms: i64,
    /// The height of the claim, which fences off whoever held the task before.
    pub token: Height,
}

/// The tasks that are held at this device's tip and have not lapsed by its clock, by name.
///
/// # Errors
/// The ledger cannot be read.
pub async fn list(library: &Library) -> Result<Vec<Claimed>, LibraryError> {
    let held = library.node().tasks().await;
    let held = held.map_err(|error| library.submit_error(error))?;
    let members = library.node().status().members;
    let name = |by: DeviceId| {
        let member = members.iter().find(|member| member.id == by);
        member.map(|member| member.name.clone())
    };
    let now_ms = now_ms();
    let claims = held.into_iter().filter_map(|(task, holding)| {
        let term_ms = i64::try_from(holding.term.ms()).unwrap_or(i64::MAX);
        (!holding.is_lapsed(now_ms)).then(|| Claimed {
            task: task.to_string(),
            by: holding.holder,
            name: name(holding.holder),
            until_ms: holding.since_ms.saturating_add(term_ms),
            token: holding.token,
        })
    });
    Ok(claims.collect())
}

/// Now, in unix milliseconds.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
