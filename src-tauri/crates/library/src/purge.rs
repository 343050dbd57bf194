//! Purging: originals of photos in the trash are deleted on all devices of the household, for good.
//! The records and their histories stay in the ledger.
//!
//! Where only one good copy of an original is known of, or none, that photo has to be named by
//! itself: what every device holds can be told from what nobody else ever had.

use std::collections::BTreeSet;

use kinfolio_catalog::{LibraryEdit, PhotoId, View};
use kinfolio_node::DeviceId;

use crate::edit::{Done, PHOTOS_PER_PAYLOAD, Selection, Settled, now, resolve, send};
use crate::error::LibraryError;
use crate::household;
use crate::library::Library;

/// Purges every photo of `selection`, or none: everything is checked first. Those that somebody
/// takes out of the trash in the meantime stay.
///
/// # Errors
/// A photo is unknown or not in the trash, or one of which only the last copy is known of is not
/// among `last_copies`; a wrong query, or a ledger that cannot write.
pub async fn purge(
    library: &Library,
    selection: Selection,
    last_copies: Vec<PhotoId>,
) -> Result<Done, LibraryError> {
    let photos = resolve(library, selection).await?;
    if photos.is_empty() {
        return Ok(Done {
            settled: Settled::Committed,
            height: library.height(),
            photos: 0,
        });
    }
    let members = library.node().status().members;
    let devices: Vec<_> = members.into_iter().map(|member| member.id).collect();
    let bucket = household::settings(library).bucket;
    let bucket = bucket.or_else(|| library.bucket().address());
    let (wanted, named) = (photos.clone(), BTreeSet::from_iter(last_copies));
    let check = move |catalog: &View| {
        let mut last = Vec::new();
        for &id in &wanted {
            if !catalog.photo(&id)?.is_some_and(|photo| photo.trashed) {
                return Err(LibraryError::NotInTrash { id });
            }
            if !named.contains(&id) && copies(catalog, &id, &devices, bucket.as_deref())? < 2 {
                last.push(id);
            }
        }
        match last.first() {
            None => Ok(()),
            Some(&id) => Err(LibraryError::LastCopy {
                count: last.len() as u64,
                id,
            }),
        }
    };
    library.read(check).await?;
    let occasion = now();
    let payloads = photos.chunks(PHOTOS_PER_PAYLOAD).map(|photos| {
        let photos = photos.to_vec();
        LibraryEdit::Purged { photos }.encode_on(occasion)
    });
    let sent = send(library, payloads.collect()).await?;
    Ok(Done {
        settled: sent.settled,
        height: sent.height,
        photos: photos.len() as u64,
    })
}

/// Of how many good copies of an original is known.
fn copies(
    catalog: &View,
    id: &PhotoId,
    devices: &[DeviceId],
    bucket: Option<&str>,
) -> Result<usize, LibraryError> {
    let catalog = catalog.snapshot();
    let stored = catalog.stored(id)?;
    let in_bucket = stored.iter().any(|(one, _)| Some(one.as_str()) == bucket);
    Ok(catalog.holders(id, devices)?.len() + usize::from(in_bucket))
}
