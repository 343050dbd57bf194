//! One file that comes as a stream: stored, described, written into the chain.

use bytes::Bytes;
use futures_util::Stream;
use kinfolio_catalog::{ImportId, PhotoId};

use crate::arrival::{self, Origin};
use crate::browse::is_stored;
use crate::edit::{Settled, act, send};
use crate::error::LibraryError;
use crate::household::settings;
use crate::library::Library;

/// Longest name of an uploaded file, in bytes.
const NAME_BYTES_MAX: usize = 1000;

/// The import that uploads belong to: none of the jobs.
const UPLOADS: ImportId = ImportId([0; 8]);

/// What became of an upload.
#[derive(Clone, Copy, Debug)]
pub struct Uploaded {
    /// SHA-256 of the bytes.
    pub id: PhotoId,
    /// Whether the bytes were new to the library.
    pub new: bool,
    /// Whether the record is in the chain.
    pub settled: Settled,
    /// The height that shows it.
    pub height: u64,
}

/// Stores what `bytes` yields under the name `name`. Returns once the bytes are durable and the
/// record is committed or durably pending. Nothing is kept when the stream fails.
///
/// # Errors
/// The stream failed or was too long, the disk is full, or the ledger cannot write.
pub async fn store<S>(library: &Library, name: &str, bytes: S) -> Result<Uploaded, LibraryError>
where
    S: Stream<Item = std::io::Result<Bytes>> + Send,
{
    if name.len() > NAME_BYTES_MAX {
        let reason = "1000 bytes are allowed at most";
        let given = name.chars().take(50).collect();
        return Err(LibraryError::BadName {
            what: "an upload",
            given,
            reason,
        });
    }
    let max = library.settings().limits.upload_bytes_max;
    let bytes = bounded(bytes, max);
    let stored = match library.blobs().put_stream(bytes).await {
        Ok(stored) => stored,
        Err(kinfolio_photos::BlobError::Upload { reason }) if reason == TOO_LARGE => {
            return Err(LibraryError::UploadTooLarge { max });
        }
        Err(error) => return Err(library.blob_error(error)),
    };
    let id = PhotoId(stored.id.0);
    while !library.claims().take(id) {
        library.claims().wait(id).await;
    }
    let claim = Claim { library, id };
    let known = library
        .read(move |catalog| Ok((catalog.keeps(&id)?, catalog.is_pending_photo(&id)?)))
        .await?;
    if let (true, is_pending) = known.value {
        let settled = match is_pending {
            true => Settled::Pending,
            false => Settled::Committed,
        };
        return Ok(Uploaded {
            id,
            new: false,
            settled,
            height: known.height,
        });
    }
    if !is_stored(library, id) {
        // What a purge deleted had lain here when it came.
        let detail = "its original was being purged: send it again".to_owned();
        return Err(LibraryError::UploadBroken { detail });
    }
    let occasion = act(library)?;
    let (name, here) = (name.to_owned(), library.clone());
    let describe = move || {
        let prepared = arrival::pipeline(&here)
            .prepare_stored(stored, &name, "", None)
            .map_err(|error| here.import_error(error))?;
        let origin = Origin {
            import: UPLOADS,
            name: prepared.name,
            folder: prepared.folder,
            tags: &[],
            albums: &[],
            fields: &settings(&here).fields,
        };
        let added = arrival::added(
            stored.id,
            stored.size,
            prepared.metadata,
            prepared.described,
            origin,
        );
        Ok(added.encode_on(occasion))
    };
    let payload = library.blocking(describe).await?;
    let sent = send(library, vec![payload]).await?;
    drop(claim);
    Ok(Uploaded {
        id,
        new: true,
        settled: sent.settled,
        height: sent.height,
    })
}

/// Held while a record is on its way; let go of however the upload ends.
struct Claim<'a> {
    library: &'a Library,
    id: PhotoId,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.library.claims().release([self.id]);
    }
}

/// What the stream of a file that is too large ends with.
const TOO_LARGE: &str = "larger than the limit";

/// `bytes`, failing when there are more than `max` of them.
fn bounded<S>(bytes: S, max: u64) -> impl Stream<Item = std::io::Result<Bytes>> + Send
where
    S: Stream<Item = std::io::Result<Bytes>> + Send,
{
    use futures_util::StreamExt;

    let mut left = max;
    bytes.map(move |piece| {
        let piece = piece?;
        left = left
            .checked_sub(piece.len() as u64)
            .ok_or_else(|| std::io::Error::other(TOO_LARGE))?;
        Ok(piece)
    })
}
