//! The listening side of the pairing call.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tonic::{Request, Response, Status};

use super::{JoinRefused, Pairings};
use crate::convert::pairing as convert;
use crate::link::RejectReason;
use crate::proto;
use crate::serve::Caller;

/// Largest request that is read, in bytes.
pub(crate) const REQUEST_BYTES_MAX: usize = 1024;

/// Takes in whoever is at the other end of one connection.
pub(crate) struct PairingService {
    pub(crate) pairings: Arc<dyn Pairings>,
    pub(crate) caller: Caller,
}

#[tonic::async_trait]
impl proto::pairing_server::Pairing for PairingService {
    async fn join(
        &self,
        request: Request<proto::JoinRequest>,
    ) -> Result<Response<proto::JoinReply>, Status> {
        let Some(key) = self.caller.key else {
            self.caller.reject(RejectReason::NoCertificate);
            let text = RejectReason::NoCertificate.to_string();
            return Err(Status::unauthenticated(text));
        };
        let request = convert::request(request.into_inner()).map_err(|error| {
            let text = error.to_string();
            self.caller.reject(RejectReason::Uninvited(text.clone()));
            Status::invalid_argument(text)
        })?;
        let known = self.caller.known.clone();
        let proven = Box::new(move || known.store(true, Ordering::Relaxed));
        match self.pairings.join(key, request, proven).await {
            Ok(welcome) => Ok(Response::new(convert::welcome_to_wire(&welcome))),
            Err(refused) => {
                let text = refused.to_string();
                if !matches!(refused, JoinRefused::Held(_)) {
                    self.caller.reject(RejectReason::Uninvited(text.clone()));
                }
                Err(match refused {
                    JoinRefused::NoInvitation => Status::permission_denied(text),
                    JoinRefused::Version(_) => Status::unimplemented(text),
                    JoinRefused::Spent(_) => Status::failed_precondition(text),
                    JoinRefused::Declined(_) => Status::aborted(text),
                    JoinRefused::Held(_) => Status::deadline_exceeded(text),
                    JoinRefused::NameTaken(_) => Status::already_exists(text),
                    JoinRefused::NotNow(_) => Status::unavailable(text),
                })
            }
        }
    }
}
