//! The JSON shapes of the API. Domain types are converted here, once, at the edge.

pub mod alike;
pub mod change;
pub mod export;
pub mod history;
pub mod household;
pub mod import;
pub mod labels;
pub mod ledger;
pub mod map;
pub mod photo;
pub mod said;
pub mod search;
pub mod tasks;
pub mod timeline;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether what is shown is in the chain already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// In a block.
    Committed,
    /// Durable on this device, in the chain when a quorum can be reached.
    Pending,
}

impl State {
    /// What is shown of something that pending edits touch, or do not.
    pub(crate) fn of(pending: bool) -> Self {
        match pending {
            true => Self::Pending,
            false => Self::Committed,
        }
    }
}

/// A moment as RFC 3339 in UTC.
pub(crate) fn moment(ms: i64) -> String {
    Timestamp::from_millisecond(ms)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_string()
}
