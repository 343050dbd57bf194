//! What went wrong in a room below, as it is to be told of a library: a full disk by its folder, and a
//! photo by its name.

use std::path::Path;

use kinfolio_catalog::PhotoId;
use kinfolio_node::NodeError;
use kinfolio_photos::BlobError;
use kinfolio_photos::thumbs::ThumbError;

use crate::error::LibraryError;

pub(crate) fn node_error(root: &Path, error: NodeError) -> LibraryError {
    if error.is_disk_full() {
        return LibraryError::DiskFull {
            path: root.to_path_buf(),
        };
    }
    LibraryError::Node(error)
}

pub(crate) fn blob_error(root: &Path, error: BlobError) -> LibraryError {
    match error {
        BlobError::DiskFull { .. } => LibraryError::DiskFull {
            path: root.to_path_buf(),
        },
        BlobError::Upload { reason } => LibraryError::UploadBroken { detail: reason },
        other => LibraryError::Blob(other),
    }
}

pub(crate) fn thumb_error(root: &Path, error: ThumbError) -> LibraryError {
    match error {
        ThumbError::DiskFull { .. } => LibraryError::DiskFull {
            path: root.to_path_buf(),
        },
        ThumbError::Original(BlobError::NotFound { id }) => LibraryError::OriginalMissing {
            id: PhotoId(id.0),
            added_by: None,
            away: Vec::new(),
            bucket: None,
        },
        ThumbError::NoPreview { id, reason } => LibraryError::NoPreview {
            id: PhotoId(id.0),
            reason,
        },
        ThumbError::Original(error) => blob_error(root, error),
        other @ ThumbError::Io { .. } => LibraryError::Thumb(other),
    }
}
