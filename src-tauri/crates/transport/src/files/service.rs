//! The giving side.

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use tonic::{Request, Response, Status};

use super::{FileDoor, FileRefused, INSPECTED_MAX, OpenedFile};
use crate::convert::files as convert;
use crate::proto;
use crate::serve::Caller;

/// Largest request that is read, in bytes.
pub(crate) const REQUEST_BYTES_MAX: usize = 4096;

/// Gives files to whoever is at the other end of one connection.
pub(crate) struct FilesService {
    pub(crate) door: FileDoor,
    pub(crate) caller: Caller,
}

#[tonic::async_trait]
impl proto::files_server::Files for FilesService {
    type FetchStream = BoxStream<'static, Result<proto::FetchReply, Status>>;
    type InspectStream = BoxStream<'static, Result<proto::InspectReply, Status>>;
    type CheckpointStream = BoxStream<'static, Result<proto::CheckpointReply, Status>>;

    async fn checkpoint(
        &self,
        _: Request<proto::CheckpointRequest>,
    ) -> Result<Response<Self::CheckpointStream>, Status> {
        self.caller.member()?;
        let pieces = self.door.files.checkpoint();
        let pieces = pieces.map_ok(|data| proto::CheckpointReply { data });
        let pieces = pieces.map_err(|error| Status::data_loss(error.to_string()));
        Ok(Response::new(pieces.boxed()))
    }

    async fn inspect(
        &self,
        request: Request<proto::InspectRequest>,
    ) -> Result<Response<Self::InspectStream>, Status> {
        self.caller.member()?;
        let ids = convert::to_inspect(&request.into_inner());
        let ids = ids.map_err(|error| Status::invalid_argument(error.to_string()))?;
        if ids.len() > INSPECTED_MAX {
            let text = format!("{} originals at a time are too many", ids.len());
            return Err(Status::invalid_argument(text));
        }
        let found = self.door.files.inspect(ids);
        let found = found.map(|found| Ok(convert::inspection(found)));
        Ok(Response::new(found.boxed()))
    }

    async fn fetch(
        &self,
        request: Request<proto::FetchRequest>,
    ) -> Result<Response<Self::FetchStream>, Status> {
        self.caller.member()?;
        let request = request.into_inner();
        let offset = request.offset;
        let file =
            convert::file(&request).map_err(|error| Status::invalid_argument(error.to_string()))?;
        let opened = self.door.files.open(file, offset).await;
        let OpenedFile { size, pieces } = opened.map_err(|refused| match refused {
            FileRefused::NotHere => Status::not_found(refused.to_string()),
            FileRefused::Unreadable(_) => Status::data_loss(refused.to_string()),
        })?;
        let first = proto::FetchReply {
            size,
            ..proto::FetchReply::default()
        };
        let pieces = pieces.map_ok(|data| proto::FetchReply { size: 0, data });
        let pieces = pieces.map_err(|error| Status::data_loss(error.to_string()));
        Ok(Response::new(
            stream::once(async { Ok(first) }).chain(pieces).boxed(),
        ))
    }
}
