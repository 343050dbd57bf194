//! The newcomer's side of the pairing call.

use std::net::SocketAddr;
use std::time::Duration;

use kinfolio_chain::DeviceId;
use tonic::{Code, Status};

use super::{JoinRefused, JoinRequest, Welcome};
use crate::convert::{DecodeError, pairing as convert};
use crate::dial::{self, DialError};
use crate::http2;
use crate::proto::pairing_client::PairingClient;
use crate::tls::{Alpn, Identity};

/// How long a household may take to agree on a newcomer, or to say that nobody has let it in yet.
const AGREEMENT_TIME_MAX: Duration = Duration::from_secs(60);

/// Largest reply that is read, in bytes: a founding block, members, addresses.
const REPLY_BYTES_MAX: usize = 1 << 20;

/// Why a newcomer did not become a member.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// None of the addresses led to the device that gave the invitation.
    #[error("the device that gave the invitation cannot be reached: {}", dial::said(.0))]
    Unreachable(Vec<DialError>),
    /// It said no.
    #[error(transparent)]
    Refused(#[from] JoinRefused),
    /// It did not answer, or the connection broke: the newcomer may be a member or not.
    #[error(
        "the device that gave the invitation did not answer ({0}): try again with the same invitation"
    )]
    Broken(String),
    /// What it answered makes no sense.
    #[error("the answer of the device that gave the invitation cannot be read: {0}")]
    Answer(#[from] DecodeError),
}

/// Asks `inviter`, and no other device, at whichever of `addresses` it answers, to be taken in.
///
/// # Errors
/// [`JoinError`]; unless it is `Broken`, the newcomer is no member.
pub async fn join(
    identity: &Identity,
    inviter: DeviceId,
    addresses: &[SocketAddr],
    request: JoinRequest,
) -> Result<Welcome, JoinError> {
    let tls = identity
        .client_config(inviter, Alpn::Links)
        .map_err(DialError::from);
    let tls = tls.map_err(|error| JoinError::Unreachable(vec![error]))?;
    let reached = http2::dial_any(addresses, &tls).await;
    let (_, caller) = reached.map_err(JoinError::Unreachable)?;
    let mut client = PairingClient::with_origin(caller, http2::origin())
        .max_decoding_message_size(REPLY_BYTES_MAX);
    let asked = client.join(convert::request_to_wire(request));
    let reply = match tokio::time::timeout(AGREEMENT_TIME_MAX, asked).await {
        Ok(Ok(reply)) => reply.into_inner(),
        Ok(Err(status)) => return Err(refused(&status)),
        Err(_) => return Err(JoinError::Broken("it took too long".to_owned())),
    };
    Ok(convert::welcome(reply)?)
}

fn refused(status: &Status) -> JoinError {
    let text = status.message().to_owned();
    match status.code() {
        Code::PermissionDenied => JoinRefused::NoInvitation.into(),
        Code::Unimplemented => JoinRefused::Version(text).into(),
        Code::AlreadyExists => JoinRefused::NameTaken(text).into(),
        Code::Aborted => JoinRefused::Declined(text).into(),
        Code::DeadlineExceeded => JoinRefused::Held(text).into(),
        Code::FailedPrecondition => JoinRefused::Spent(text).into(),
        // A connection that breaks is unavailable, too, but has its cause with it.
        Code::Unavailable if std::error::Error::source(status).is_none() => {
            JoinRefused::NotNow(text).into()
        }
        _ => JoinError::Broken(text),
    }
}
