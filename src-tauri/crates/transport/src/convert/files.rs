//! Which file is wanted.

use super::{DecodeError, bytes, id};
use crate::files::{FileKind, FileRef, Inspected};
use crate::proto;

pub(crate) fn request(file: FileRef, offset: u64) -> proto::FetchRequest {
    let kind = match file.kind {
        FileKind::Original => proto::FileKind::Original,
        FileKind::Preview256 => proto::FileKind::Preview256,
        FileKind::Preview1080 => proto::FileKind::Preview1080,
    };
    proto::FetchRequest {
        kind: kind.into(),
        id: bytes(&file.id),
        offset,
    }
}

pub(crate) fn file(request: &proto::FetchRequest) -> Result<FileRef, DecodeError> {
    let kind = match proto::FileKind::try_from(request.kind) {
        Ok(proto::FileKind::Original) => FileKind::Original,
        Ok(proto::FileKind::Preview256) => FileKind::Preview256,
        Ok(proto::FileKind::Preview1080) => FileKind::Preview1080,
        Ok(proto::FileKind::Unspecified) | Err(_) => return Err(DecodeError::UnknownKind),
    };
    Ok(FileRef {
        kind,
        id: id("the file's id", &request.id)?,
    })
}

pub(crate) fn inspect(ids: &[[u8; 32]]) -> proto::InspectRequest {
    proto::InspectRequest {
        ids: ids.iter().map(|id| bytes(id)).collect(),
    }
}

pub(crate) fn to_inspect(request: &proto::InspectRequest) -> Result<Vec<[u8; 32]>, DecodeError> {
    let ids = request.ids.iter();
    ids.map(|one| id("an original's id", one)).collect()
}

pub(crate) fn inspection(found: Inspected) -> proto::InspectReply {
    proto::InspectReply {
        id: bytes(&found.id),
        whole: found.whole,
    }
}

pub(crate) fn inspected(reply: &proto::InspectReply) -> Result<Inspected, DecodeError> {
    Ok(Inspected {
        id: id("an original's id", &reply.id)?,
        whole: reply.whole,
    })
}
