//! What waits on this device: edits that are durable here and that no block holds yet.

use kinfolio_chain::{Edit, EditId, Height};

use super::Node;
use crate::error::SubmitError;
use crate::event_loop::Request;

/// Edits that wait for a quorum.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The height of the chain that does not hold them.
    pub height: Height,
    /// Those that were asked for, by id: each life's in the order of their numbers.
    pub edits: Vec<Edit>,
}

impl Node {
    /// The edits of this device that were set aside as pending and are not in the chain at the
    /// height answered; with `after` only those whose ids come later. An edit that was
    /// acknowledged as pending and is none of them stands in the chain at or below that height.
    ///
    /// # Errors
    /// If the node is closed or its ledger fails.
    pub async fn waiting(&self, after: Option<EditId>) -> Result<Waiting, SubmitError> {
        self.ask(|reply| Request::Waiting { after, reply }).await
    }
}
