//! Photos that look alike: as a list to go through, and keeping the best of them.
//!
//! What is kept gets the albums, tags and people of the others and the highest rating; the others go
//! to the trash. All of it is one action, undone in one step. What looks alike is the index's to say.

use std::cmp::Reverse;

use kinfolio_catalog::{Change, ChangeError, LibraryEdit, List, Photo, PhotoId};

use crate::edit::{Done, act, send};
use crate::error::LibraryError;
use crate::library::Library;

/// Most groups of one page.
pub const GROUPS_MAX: usize = 500;

/// Photos that look alike.
#[derive(Clone, Debug)]
pub struct Group {
    /// At least two, the best first.
    pub photos: Vec<Photo>,
}

/// Some of the groups.
#[derive(Clone, Debug)]
pub struct Groups {
    /// How many there are.
    pub total: usize,
    /// Those asked for, the largest first.
    pub groups: Vec<Group>,
}

/// Groups of photos that look alike, `limit` of them from the `skip`-th on.
///
/// # Errors
/// The catalogue or the index cannot be read.
pub async fn groups(library: &Library, skip: usize, limit: usize) -> Result<Groups, LibraryError> {
    library.finds_anything().await?;
    let here = library.clone();
    library
        .blocking(move || {
            let view = here.shown().view();
            let alike = here.index().alike(&view)?;
            let some = alike.groups.iter().skip(skip).take(limit.min(GROUPS_MAX));
            let mut groups = Vec::new();
            for ids in some {
                let mut photos = view.photos(ids)?;
                // What was done a moment ago may not have reached the index.
                photos.retain(|photo| !photo.trashed && !photo.purged);
                photos.sort_by_key(|photo| Reverse(worth(photo)));
                if photos.len() > 1 {
                    groups.push(Group { photos });
                }
            }
            let total = alike.groups.len();
            Ok(Groups { total, groups })
        })
        .await
}

/// What makes a photo the best of those that look alike: pixels, then bytes, then what people
/// think of it, then being the first.
fn worth(photo: &Photo) -> impl Ord + use<> {
    let pixels = u64::from(photo.width) * u64::from(photo.height);
    let liked = (photo.rating, photo.favorite);
    let first = (Reverse(photo.taken.at.wall_ms), photo.id);
    (pixels, photo.size, liked, first)
}

/// Keeps one of several photos, which gets what the others have; they go to the trash.
///
/// # Errors
/// A photo is unknown or purged, none but the one to keep is named, or the ledger cannot write.
pub async fn keep(
    library: &Library,
    kept: PhotoId,
    others: Vec<PhotoId>,
) -> Result<Done, LibraryError> {
    let mut others = others;
    others.sort_unstable();
    others.dedup();
    others.retain(|id| *id != kept);
    if others.is_empty() {
        return Err(LibraryError::BadChange(ChangeError::Nothing));
    }
    let asked = others.clone();
    let read = library.read(move |view| {
        let photo = |id: PhotoId| match view.photo(&id)? {
            None => Err(LibraryError::PhotoUnknown { id }),
            Some(photo) if photo.purged => Err(LibraryError::Purged { id }),
            Some(photo) => Ok(photo),
        };
        let others = asked
            .into_iter()
            .map(photo)
            .collect::<Result<Vec<_>, _>>()?;
        Ok((photo(kept)?, others))
    });
    let (photo, merged) = read.await?.value;
    let occasion = act(library)?;
    let trash = Change {
        trash: Some(true),
        ..Change::default()
    };
    let gains = gains(&photo, &merged);
    let gains = (gains != Change::default()).then_some((vec![kept], gains));
    let edits = gains.into_iter().chain([(others, trash)]);
    let payloads =
        edits.map(|(photos, change)| LibraryEdit::Change { photos, change }.encode_on(occasion));
    let sent = send(library, payloads.collect()).await?;
    Ok(Done {
        settled: sent.settled,
        height: sent.height,
        photos: 1 + merged.len() as u64,
    })
}

/// What a photo lacks of what the others have.
fn gains(photo: &Photo, others: &[Photo]) -> Change {
    let lacking = |list: List| {
        let mut labels = Vec::new();
        for other in others {
            for label in of(other, list) {
                if !of(photo, list).contains(label) && !labels.contains(label) {
                    labels.push(label.clone());
                }
            }
        }
        labels
    };
    let rating = others.iter().map(|other| other.rating).max().unwrap_or(0);
    let favorite = others.iter().any(|other| other.favorite);
    let mut captions = others.iter().map(|other| &other.caption);
    let caption = captions.find(|caption| !caption.is_empty());
    let own = others.iter().flat_map(|other| &other.fields);
    let own = own.filter(|(name, _)| photo.fields.iter().all(|(known, _)| known != name));
    Change {
        add_tags: lacking(List::Tags),
        add_albums: lacking(List::Albums),
        add_people: lacking(List::People),
        rating: (rating > photo.rating).then_some(rating),
        favorite: (favorite && !photo.favorite).then_some(true),
        caption: caption.filter(|_| photo.caption.is_empty()).cloned(),
        position: photo
            .position
            .is_none()
            .then(|| others.iter().find_map(|other| other.position))
            .flatten()
            .map(Some),
        fields: own
            .map(|(name, value)| (name.clone(), Some(value.clone())))
            .collect(),
        trash: photo.trashed.then_some(false),
        ..Change::default()
    }
}

fn of(photo: &Photo, list: List) -> &[String] {
    match list {
        List::Tags => &photo.tags,
        List::Albums => &photo.albums,
        List::People => &photo.people,
    }
}
