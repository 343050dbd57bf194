//! What a file brings to a photo that is there already: labels, which are united with its own.
//!
//! A takeout holds a photo once in its year and once in each of its albums; all these are one photo
//! in all these albums. Does not know where labels come from.

use std::collections::BTreeMap;

use bytes::Bytes;
use kinfolio_catalog::{Change, LibraryEdit, List, Occasion, PhotoId, View};
use kinfolio_photos::Described;

use crate::arrival::united;
use crate::error::LibraryError;

/// Photos that may wait for their labels.
const WAITING_MAX: usize = 1_000;

/// Labels by list, as a change would add them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Labels {
    pub(super) tags: Vec<String>,
    pub(super) albums: Vec<String>,
    pub(super) people: Vec<String>,
}

impl Labels {
    /// What a file brings to a photo that is there: the albums that the import is to fill, and what
    /// is said of it.
    pub(super) fn of_again(albums: &[String], described: &Described) -> Labels {
        Labels {
            tags: united(List::Tags, &[], &described.tags),
            albums: united(List::Albums, albums, &described.albums),
            people: united(List::People, &[], &described.people),
        }
    }

    fn of(&mut self, list: List) -> &mut Vec<String> {
        match list {
            List::Tags => &mut self.tags,
            List::Albums => &mut self.albums,
            List::People => &mut self.people,
        }
    }

    fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.albums.is_empty() && self.people.is_empty()
    }

    fn change(self) -> Change {
        Change {
            add_tags: self.tags,
            add_albums: self.albums,
            add_people: self.people,
            ..Change::default()
        }
    }
}

/// Photos that wait for labels.
#[derive(Debug, Default)]
pub(super) struct Unite {
    waiting: BTreeMap<PhotoId, Labels>,
}

impl Unite {
    /// Notes what a photo is to have.
    pub(super) fn note(&mut self, id: PhotoId, labels: &Labels) {
        if labels.is_empty() {
            return;
        }
        let noted = self.waiting.entry(id).or_default();
        let mut labels = labels.clone();
        for list in List::ALL {
            for label in std::mem::take(labels.of(list)) {
                let all = noted.of(list);
                if !all.contains(&label) {
                    all.push(label);
                }
            }
        }
    }

    /// Whether it is time to write them.
    pub(super) fn is_due(&self) -> bool {
        self.waiting.len() >= WAITING_MAX
    }

    /// Takes all of them out.
    pub(super) fn take(&mut self) -> Unite {
        std::mem::take(self)
    }

    /// The edits that unite them with what the photos have; photos in the trash stay as they are.
    pub(super) fn edits(self, view: &View, occasion: Occasion) -> Result<Vec<Bytes>, LibraryError> {
        let mut alike: BTreeMap<Labels, Vec<PhotoId>> = BTreeMap::new();
        for (id, mut labels) in self.waiting {
            let Some(photo) = view.photo(&id)?.filter(|photo| !photo.trashed) else {
                continue;
            };
            labels.tags.retain(|tag| !photo.tags.contains(tag));
            labels.albums.retain(|album| !photo.albums.contains(album));
            labels
                .people
                .retain(|person| !photo.people.contains(person));
            if !labels.is_empty() {
                alike.entry(labels).or_default().push(id);
            }
        }
        let edits = alike.into_iter().map(|(labels, photos)| {
            let change = labels.change();
            LibraryEdit::Change { photos, change }.encode_on(occasion)
        });
        Ok(edits.collect())
    }
}
