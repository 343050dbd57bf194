//! What the loop is asked about edits that wait for a quorum.

use kinfolio_chain::store::Store;
use kinfolio_chain::{Batch, EditId};
use tokio::sync::oneshot;

use super::EventLoop;
use crate::error::SubmitError;
use crate::node::Waiting;

impl EventLoop {
    pub(super) fn tell_waiting(
        &mut self,
        after: Option<EditId>,
        reply: oneshot::Sender<Result<Waiting, SubmitError>>,
    ) {
        let waiting = self.engine.as_mut().map(|engine| {
            let height = engine.state().height();
            // Set aside is what waits, and what the chain took since the disk was last tidied.
            let set_aside = engine.store().pending().iter();
            let is_later = |batch: &&Batch| after.is_none_or(|after| last_of(batch) > after);
            let set_aside: Vec<_> = set_aside.filter(is_later).cloned().collect();
            let state = engine.state();
            let next = |id: &EditId| state.next_seq(id.device, id.incarnation);
            let edits = set_aside.iter().flat_map(Batch::edits);
            let mut edits: Vec<_> = edits
                .filter(|edit| after.is_none_or(|after| edit.id > after))
                .filter(|edit| edit.id.seq >= next(&edit.id))
                .collect();
            edits.sort_by_key(|edit| edit.id);
            Waiting { height, edits }
        });
        // Whoever asked may have gone.
        drop(reply.send(waiting.ok_or(SubmitError::Closed)));
    }
}

/// The last edit of a batch, which is never empty.
fn last_of(batch: &Batch) -> EditId {
    EditId {
        device: batch.author.device,
        incarnation: batch.author.incarnation,
        seq: batch.next_seq() - 1,
    }
}
