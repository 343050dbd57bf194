//! Which file is wanted.

use super::{DecodeError, bytes, id};
use crate::files::{FileKind, FileRef};
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
