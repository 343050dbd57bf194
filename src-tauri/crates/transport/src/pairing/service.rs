//! The listening side of the pairing call.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ed25519_dalek::VerifyingKey;
use kinfolio_chain::config::device_id;
use tonic::{Request, Response, Status};

use super::{JoinRefused, Pairings};
use crate::convert::pairing as convert;
use crate::link::RejectReason;
use crate::proto;
use crate::serve::Server;

/// Largest request that is read, in bytes.
pub(crate) const REQUEST_BYTES_MAX: usize = 1024;

/// Who calls over one connection.
pub(crate) struct PairingService {
    pub(crate) server: Server,
    pub(crate) pairings: Arc<dyn Pairings>,
    /// The key that the caller proved.
    pub(crate) key: Option<VerifyingKey>,
    pub(crate) addr: SocketAddr,
    /// Set once the invitation is real.
    pub(crate) known: Arc<AtomicBool>,
}

#[tonic::async_trait]
impl proto::pairing_server::Pairing for PairingService {
    async fn join(
        &self,
        request: Request<proto::JoinRequest>,
    ) -> Result<Response<proto::JoinReply>, Status> {
        let reject = |reason: RejectReason| {
            let device = self.key.as_ref().map(device_id);
            self.server.reject(device, self.addr, reason);
        };
        let Some(key) = self.key else {
            reject(RejectReason::NoCertificate);
            return Err(Status::unauthenticated(
                RejectReason::NoCertificate.to_string(),
            ));
        };
        let request = convert::request(request.into_inner()).map_err(|error| {
            let status = Status::invalid_argument(error.to_string());
            reject(RejectReason::Uninvited(error.to_string()));
            status
        })?;
        let known = self.known.clone();
        let proven = Box::new(move || known.store(true, Ordering::Relaxed));
        match self.pairings.join(key, request, proven).await {
            Ok(welcome) => Ok(Response::new(convert::welcome_to_wire(&welcome))),
            Err(refused) => {
                let text = refused.to_string();
                reject(RejectReason::Uninvited(text.clone()));
                Err(match refused {
                    JoinRefused::NoInvitation => Status::permission_denied(text),
                    JoinRefused::Version(_) => Status::unimplemented(text),
                    JoinRefused::Spent(_) => Status::failed_precondition(text),
                    JoinRefused::NotNow(_) => Status::unavailable(text),
                })
            }
        }
    }
}
