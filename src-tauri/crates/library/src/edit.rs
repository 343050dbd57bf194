//! Changing photos: one or thousands, in one indivisible batch.

use std::collections::HashSet;

use bytes::Bytes;
use kinfolio_catalog::{
    ActionId, Change, EditId, LibraryEdit, List, Occasion, PhotoId, View, WallTime,
};
use kinfolio_node::Receipt;

use crate::error::LibraryError;
use crate::event::{Event, PHOTOS_NAMED_MAX};
use crate::fields;
use crate::labels;
use crate::library::Library;
use crate::query;
use crate::tasks::now_ms;

/// Most photos that one edit may touch.
pub const PHOTOS_MAX: usize = 100_000;

/// Most photos named in one payload: 32 bytes each, within the chain's bound of 1 MiB.
pub(crate) const PHOTOS_PER_PAYLOAD: usize = 20_000;

/// Which photos to change.
#[derive(Clone, Debug)]
pub enum Selection {
    /// These.
    Ids(Vec<PhotoId>),
    /// All that a search finds, but for some.
    Query {
        /// As a person wrote it.
        query: String,
        /// Photos that stay as they are, found or not.
        except: HashSet<PhotoId>,
    },
}

/// Whether an edit is in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// In a block.
    Committed,
    /// Durable here, in the chain when a quorum can be reached.
    Pending,
}

/// What became of an edit.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    /// Whether it is in the chain.
    pub settled: Settled,
    /// The height that shows it; this device's height when pending.
    pub height: u64,
    /// How many photos it touched.
    pub photos: u64,
}

/// Makes `change` on every photo of `selection`, or on none: everything is checked first. The
/// catalogue shows it when this returns.
///
/// # Errors
/// A value out of bounds, an unknown photo, a wrong query, or a ledger that cannot write.
pub async fn apply(
    library: &Library,
    selection: Selection,
    change: Change,
) -> Result<Done, LibraryError> {
    let change = change.checked().map_err(LibraryError::BadChange)?;
    let change = fields::checked(library, change)?;
    let change = as_known(library, change).await?;
    let photos = resolve(library, selection).await?;
    if photos.is_empty() {
        let height = library.height();
        return Ok(Done {
            settled: Settled::Committed,
            height,
            photos: 0,
        });
    }
    let occasion = act(library)?;
    let payloads: Vec<Bytes> = photos
        .chunks(PHOTOS_PER_PAYLOAD)
        .map(|photos| {
            LibraryEdit::Change {
                photos: photos.to_vec(),
                change: change.clone(),
            }
            .encode_on(occasion)
        })
        .collect();
    let sent = send(library, payloads).await?;
    Ok(Done {
        settled: sent.settled,
        height: sent.height,
        photos: photos.len() as u64,
    })
}

/// The change with its labels as the household writes them.
async fn as_known(library: &Library, change: Change) -> Result<Change, LibraryError> {
    let known = library.read(move |view| {
        let of = |list, labels| labels::as_known(view, list, labels);
        Ok(Change {
            add_tags: of(List::Tags, change.add_tags)?,
            remove_tags: of(List::Tags, change.remove_tags)?,
            add_albums: of(List::Albums, change.add_albums)?,
            remove_albums: of(List::Albums, change.remove_albums)?,
            add_people: of(List::People, change.add_people)?,
            remove_people: of(List::People, change.remove_people)?,
            ..change
        })
    });
    Ok(known.await?.value)
}

/// Reads a capture time as people write it: RFC 3339, or the same without an offset (then the
/// offset is unknown), without seconds, or a date alone (noon).
///
/// # Errors
/// [`LibraryError::BadTime`] says what is expected.
pub fn parse_taken(text: &str) -> Result<WallTime, LibraryError> {
    let trimmed = text.trim().replacen(' ', "T", 1);
    let candidates = [
        // A date alone first: nothing else can be followed by a time.
        format!("{trimmed}T12:00:00-00:00"),
        trimmed.clone(),
        format!("{trimmed}-00:00"),
        format!("{trimmed}:00-00:00"),
    ];
    candidates
        .iter()
        .find_map(|candidate| candidate.parse().ok())
        .ok_or_else(|| LibraryError::BadTime {
            given: text.to_owned(),
        })
}

/// Edits that the ledger has taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    /// Whether they are in the chain.
    pub(crate) settled: Settled,
    /// The height that shows them; this device's height when pending.
    pub(crate) height: u64,
    /// The first of them.
    pub(crate) first: EditId,
}

/// Gives `payloads` to the ledger together and waits until the library shows them.
pub(crate) async fn send(library: &Library, payloads: Vec<Bytes>) -> Result<Sent, LibraryError> {
    let receipt: Receipt = library
        .node()
        .submit(payloads)
        .await
        .map_err(|error| library.submit_error(error))?;
    let first = receipt.first;
    if let Some(height) = receipt.height {
        let shown = library.shows(height).await;
        shown.map_err(|error| error.of_change(true))?;
        let settled = Settled::Committed;
        return Ok(Sent {
            settled,
            height,
            first,
        });
    }
    show_pending(library).await?;
    Ok(Sent {
        settled: Settled::Pending,
        height: library.height(),
        first,
    })
}

/// Shows every edit that is pending by now. What the ledger has taken into a block meanwhile is
/// shown by that block, and waited for.
pub(crate) async fn show_pending(library: &Library) -> Result<(), LibraryError> {
    let after = library.shown().last_pending();
    let waiting = library.node().waiting(after).await;
    let waiting = waiting.map_err(|error| library.submit_error(error))?;
    let here = library.clone();
    let show = move || here.shown().wait(here.catalog(), waiting);
    let changed = library.blocking(show).await?;
    let height = library.tell_shown();
    if !changed.is_empty() {
        let ids = (changed.len() <= PHOTOS_NAMED_MAX).then_some(changed);
        library.tell(Event::Photos { height, ids });
    }
    Ok(())
}

/// A new action, whose edits are undone together, and that it is now.
pub(crate) fn act(library: &Library) -> Result<Occasion, LibraryError> {
    let root = library.layout().root();
    let mut id = [0; 8];
    getrandom::fill(&mut id)
        .map_err(|source| LibraryError::io("draw random bytes for", root, source.into()))?;
    Ok(Occasion {
        action: Some(ActionId(id)),
        ..now()
    })
}

/// What a person does now, and cannot be undone.
pub(crate) fn now() -> Occasion {
    Occasion {
        action: None,
        written_ms: Some(now_ms()),
    }
}

pub(crate) async fn resolve(
    library: &Library,
    selection: Selection,
) -> Result<Vec<PhotoId>, LibraryError> {
    let mut photos = match selection {
        Selection::Query { query, except } => {
            let found = query::all(library, &query).await;
            let mut found = found.map_err(|error| error.of_change(false))?;
            found.retain(|id| !except.contains(id));
            found
        }
        Selection::Ids(ids) => {
            too_many(ids.len() as u64)?;
            library
                .read(move |catalog| known(catalog, ids))
                .await?
                .value
        }
    };
    photos.sort_unstable();
    photos.dedup();
    Ok(photos)
}

/// `ids`, if the catalogue has every one.
fn known(catalog: &View, ids: Vec<PhotoId>) -> Result<Vec<PhotoId>, LibraryError> {
    for &id in &ids {
        if !catalog.contains(&id)? {
            return Err(LibraryError::PhotoUnknown { id });
        }
        if !catalog.keeps(&id)? {
            return Err(LibraryError::Purged { id });
        }
    }
    Ok(ids)
}

pub(crate) fn too_many(given: u64) -> Result<(), LibraryError> {
    let max = PHOTOS_MAX as u64;
    if given > max {
        Err(LibraryError::TooManyPhotos { given, max })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capture_times_as_people_write_them() {
        let check = |text: &str, expect: Option<&str>| {
            let got = parse_taken(text).ok().map(|time| time.to_string());
            assert_eq!(got.as_deref(), expect, "{text:?}");
        };
        check(
            "2019-07-12T10:20:30+02:00",
            Some("2019-07-12T10:20:30+02:00"),
        );
        check(
            "2019-07-12T10:20:30-00:00",
            Some("2019-07-12T10:20:30-00:00"),
        );
        check("2019-07-12 10:20:30", Some("2019-07-12T10:20:30-00:00"));
        check(" 2019-07-12T10:20 ", Some("2019-07-12T10:20:00-00:00"));
        check("2019-07-12", Some("2019-07-12T12:00:00-00:00"));
        check("2019-02-30", None);
        check("yesterday", None);
        check("", None);
    }
}
