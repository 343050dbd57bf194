//! Tags, albums and people: what there is, and making, renaming, merging or removing one.
//!
//! Each is one edit in the ledger, however many photos have the label. Putting labels on photos is
//! [`edit`](crate::edit)'s.

use std::collections::HashSet;

use kinfolio_catalog::{LabelCount, LibraryEdit, List, Move, View};
use kinfolio_search::folded;

use crate::browse::At;
use crate::edit::{Done, Settled, act, send};
use crate::error::LibraryError;
use crate::library::Library;

/// Every label of a list that a photo has or that was made, with its number of photos.
///
/// # Errors
/// The catalogue cannot be read.
pub async fn list(library: &Library, list: List) -> Result<At<Vec<LabelCount>>, LibraryError> {
    library.read(move |catalog| Ok(catalog.labels(list)?)).await
}

/// Makes a label, on no photo yet; where there is one already nothing happens.
///
/// # Errors
/// It cannot be a label of that list, or the ledger cannot write.
pub async fn make(library: &Library, list: List, label: &str) -> Result<Done, LibraryError> {
    let label = list.label(label).map_err(LibraryError::BadLabel)?;
    let label = known(library, list, label).await?;
    let (wanted, known) = (label.clone(), self::list(library, list).await?);
    if known.value.iter().any(|one| one.name == wanted) {
        return Ok(Done {
            settled: Settled::Committed,
            height: known.height,
            photos: 0,
        });
    }
    write(library, LibraryEdit::LabelMade { list, label }, 0).await
}

/// Calls a label something else, and with a tag all that stand below it. Where the new name is in
/// use already, the two become one.
///
/// # Errors
/// [`LibraryError::LabelUnknown`]; the new name, or that of a tag below, cannot be one; or the
/// ledger cannot write.
pub async fn rename(
    library: &Library,
    list: List,
    from: &str,
    to: &str,
) -> Result<Done, LibraryError> {
    let to = list.label(to).map_err(LibraryError::BadLabel)?;
    move_to(library, list, from, Some(to)).await
}

/// Takes a label off all photos, and with a tag all that stand below it. The photos stay.
///
/// # Errors
/// [`LibraryError::LabelUnknown`], or the ledger cannot write.
pub async fn remove(library: &Library, list: List, label: &str) -> Result<Done, LibraryError> {
    move_to(library, list, label, None).await
}

async fn move_to(
    library: &Library,
    list: List,
    from: &str,
    to: Option<String>,
) -> Result<Done, LibraryError> {
    let from = list.label(from).map_err(LibraryError::BadLabel)?;
    let from = known(library, list, from).await?;
    let moved = Move { list, from, to };
    let asked = moved.clone();
    let found = library.read(move |catalog| {
        let labels = catalog.labels(asked.list)?.into_iter();
        let labels: Vec<_> = labels.filter(|one| asked.concerns(&one.name)).collect();
        let photos = catalog.labelled(&asked)?;
        Ok((labels, photos))
    });
    let found = found.await?;
    let (labels, photos) = found.value;
    if labels.is_empty() && photos == 0 {
        let label = moved.from;
        return Err(LibraryError::LabelUnknown { list, label });
    }
    if moved.to.as_ref() == Some(&moved.from) {
        return Ok(Done {
            settled: Settled::Committed,
            height: found.height,
            photos: 0,
        });
    }
    for one in &labels {
        moved.fits(&one.name).map_err(LibraryError::BadLabel)?;
    }
    write(library, LibraryEdit::LabelMoved(moved), photos).await
}

/// Labels as the household writes them: `Sea` for `sea`, where it has that and not the other. A search
/// could not tell the two apart.
pub(crate) fn as_known(
    view: &View,
    list: List,
    labels: Vec<String>,
) -> Result<Vec<String>, LibraryError> {
    if labels.is_empty() {
        return Ok(labels);
    }
    let known = view.labels(list)?;
    let as_known = |label: String| {
        if known.iter().any(|one| one.name == label) {
            return label;
        }
        let plain = folded(&label);
        let alike = known.iter().find(|one| folded(&one.name) == plain);
        alike.map_or(label, |one| one.name.clone())
    };
    let mut labels: Vec<_> = labels.into_iter().map(as_known).collect();
    let mut met = HashSet::new();
    labels.retain(|label| met.insert(label.clone()));
    Ok(labels)
}

/// The same of one.
async fn known(library: &Library, list: List, label: String) -> Result<String, LibraryError> {
    let asked = vec![label.clone()];
    let found = library.read(move |view| as_known(view, list, asked));
    Ok(found.await?.value.pop().unwrap_or(label))
}

async fn write(library: &Library, edit: LibraryEdit, photos: u64) -> Result<Done, LibraryError> {
    let payload = edit.encode_on(act(library)?);
    let sent = send(library, vec![payload]).await?;
    Ok(Done {
        settled: sent.settled,
        height: sent.height,
        photos,
    })
}
