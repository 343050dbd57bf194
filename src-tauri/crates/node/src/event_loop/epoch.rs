//! Going on without a quorum, and going where another device goes.

use kinfolio_chain::{DeviceId, EpochId, Height};
use tokio::sync::oneshot;

use super::{EventLoop, Waiter};
use crate::engine::{Event, Right};
use crate::error::{NodeError, SubmitError};
use crate::identity;
use crate::mempool::Ticket;
use crate::node::Recovered;

impl EventLoop {
    /// Begins an epoch, where there is no quorum.
    pub(super) fn go_on_alone(
        &mut self,
        right: Right,
        nonce: [u8; 32],
        reply: oneshot::Sender<Result<Recovered, SubmitError>>,
    ) {
        let Some(engine) = &self.engine else {
            return;
        };
        let (me, state) = (engine.me().device, engine.state());
        let restored = matches!(right, Right::Restored(..));
        let refused = if restored && state.configuration().member(me).is_some() {
            // Somebody else has asked for it first.
            let (epoch, height) = (state.line().epoch, state.height());
            Some(Ok(Recovered { epoch, height }))
        } else if engine.has_quorum() {
            Some(Err(SubmitError::HasQuorum))
        } else if self
            .waiters
            .values()
            .any(|one| matches!(one, Waiter::Recovery(_)))
        {
            Some(Err(SubmitError::Recovering))
        } else {
            self.no_writes().map(Err)
        };
        if let Some(answer) = refused {
            // Whoever asked may have gone.
            return drop(reply.send(answer));
        }
        let ticket = self.ticket(Waiter::Recovery(reply));
        self.take(Event::Recover {
            ticket,
            nonce,
            right,
        });
    }

    /// An epoch has begun here, or was not needed.
    pub(super) fn begun(&mut self, ticket: Ticket, begun: Option<(EpochId, Height)>) {
        let Some(Waiter::Recovery(reply)) = self.waiters.remove(&ticket) else {
            return;
        };
        let begun = begun.ok_or(SubmitError::HasQuorum).and_then(|begun| {
            // Before anybody writes: a member is not made one again.
            let noted = identity::forget_restored(&self.root);
            noted.map_err(|error: NodeError| SubmitError::Ledger(error.into()))?;
            let (epoch, height) = begun;
            Ok(Recovered { epoch, height })
        });
        drop(reply.send(begun));
    }

    /// Goes where another device goes, as a person has said.
    pub(super) fn follow(
        &mut self,
        device: DeviceId,
        reply: oneshot::Sender<Result<(), SubmitError>>,
    ) {
        let Some(engine) = &mut self.engine else {
            return;
        };
        let other = engine.circle().member(device).is_some() && device != engine.me().device;
        let answer = match (other, self.network.meets()) {
            (true, true) => {
                engine.follow(device);
                Ok(())
            }
            (true, false) => Err(SubmitError::Alone),
            (false, _) => Err(SubmitError::NoMember { device }),
        };
        drop(reply.send(answer));
    }
}
