//! The receiving side.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use kinfolio_chain::DeviceId;
use tonic::{Code, Status};

use super::{Checkpoint, FileRef, Inspected, OpenedFile};
use crate::convert::files as convert;
use crate::dial::{self, DialError};
use crate::http2::{self, Caller};
use crate::proto::CheckpointRequest;
use crate::proto::files_client::FilesClient;
use crate::tls::{Alpn, Identity};

/// Largest piece of a file that is taken, in bytes.
const PIECE_BYTES_MAX: usize = 4 << 20;

/// Why a file did not come.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The device cannot be reached.
    #[error("the device cannot be reached: {}", dial::said(.0))]
    Unreachable(Vec<DialError>),
    /// The device does not hold the file.
    #[error("the device does not hold the file")]
    NotThere,
    /// The device refused, or the connection broke.
    #[error("the file did not come: {0}")]
    Broken(String),
}

/// A connection to one device, over which files come; may carry several at a time.
#[derive(Clone, Debug)]
pub struct FileClient {
    calls: FilesClient<Caller>,
}

impl FileClient {
    /// Connects to `device`, and to no other, at whichever of `addresses` it answers.
    ///
    /// # Errors
    /// [`FetchError::Unreachable`].
    pub async fn connect(
        identity: &Identity,
        device: DeviceId,
        addresses: &[SocketAddr],
    ) -> Result<Self, FetchError> {
        let tls = identity.client_config(device, Alpn::Files);
        let tls = tls.map_err(|error| FetchError::Unreachable(vec![error.into()]))?;
        let reached = http2::dial_any(addresses, &tls).await;
        let (_, caller) = reached.map_err(FetchError::Unreachable)?;
        let calls = FilesClient::with_origin(caller, http2::origin())
            .max_decoding_message_size(PIECE_BYTES_MAX);
        Ok(Self { calls })
    }

    /// Asks for all rows of the device's catalogue.
    ///
    /// # Errors
    /// [`FetchError`]; its pieces may still fail.
    pub async fn checkpoint(&self) -> Result<Checkpoint, FetchError> {
        let answered = self.calls.clone().checkpoint(CheckpointRequest {}).await;
        let replies = answered.map_err(|status| failed(&status))?.into_inner();
        let pieces = replies.map_ok(|reply| reply.data);
        let pieces = pieces.map_err(|status| io::Error::other(status.message().to_owned()));
        Ok(pieces.boxed())
    }

    /// Has these originals hashed there, at most [`INSPECTED_MAX`](super::INSPECTED_MAX) of them.
    ///
    /// # Errors
    /// [`FetchError`]; its answers may still break off.
    pub async fn inspect(
        &self,
        ids: &[[u8; 32]],
    ) -> Result<BoxStream<'static, Result<Inspected, FetchError>>, FetchError> {
        let answered = self.calls.clone().inspect(convert::inspect(ids)).await;
        let replies = answered.map_err(|status| failed(&status))?.into_inner();
        let answers = replies.map(|reply| {
            let reply = reply.map_err(|status| failed(&status))?;
            convert::inspected(&reply).map_err(|error| FetchError::Broken(error.to_string()))
        });
        Ok(answers.boxed())
    }

    /// Opens a file at `offset`, in bytes.
    ///
    /// # Errors
    /// [`FetchError`]; its pieces may still fail.
    pub async fn fetch(&self, file: FileRef, offset: u64) -> Result<OpenedFile, FetchError> {
        let request = convert::request(file, offset);
        let answered = self.calls.clone().fetch(request).await;
        let mut replies = answered.map_err(|status| failed(&status))?.into_inner();
        let first = replies.message().await.map_err(|status| failed(&status))?;
        let first = first.ok_or_else(|| FetchError::Broken("it has no beginning".to_owned()))?;
        let data = std::iter::once(Ok(first.data))
            .filter(|data| data.as_ref().is_ok_and(|data: &Bytes| !data.is_empty()));
        let rest = replies.map_ok(|reply| reply.data);
        let rest = rest.map_err(|status| io::Error::other(status.message().to_owned()));
        Ok(OpenedFile {
            size: first.size,
            pieces: futures_util::stream::iter(data).chain(rest).boxed(),
        })
    }
}

fn failed(status: &Status) -> FetchError {
    match status.code() {
        Code::NotFound => FetchError::NotThere,
        _ => FetchError::Broken(status.message().to_owned()),
    }
}
