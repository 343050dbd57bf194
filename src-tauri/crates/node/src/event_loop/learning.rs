//! Blocks that came another way than from another device.

use std::sync::Arc;

use kinfolio_chain::Block;
use tokio::sync::oneshot;

use super::EventLoop;
use crate::error::{NodeError, SubmitError};

impl EventLoop {
    pub(super) fn learn(
        &mut self,
        blocks: Vec<Arc<Block>>,
        reply: oneshot::Sender<Result<(), SubmitError>>,
    ) {
        let mut learned = Err(SubmitError::Closed);
        self.attempt(|engine, clock| {
            learned = match engine.learn(clock, None, blocks)? {
                None => Ok(()),
                Some((height, refusal)) => {
                    let unfit = NodeError::Unfit { height, refusal };
                    Err(SubmitError::Ledger(Arc::new(unfit)))
                }
            };
            Ok(())
        });
        // Whoever asked may have gone.
        drop(reply.send(learned));
    }
}
