//! What an edit replaced on one photo, so that it can be taken back.
//!
//! An edit is taken back field by field and tag by tag, each only where it is still the last
//! that wrote there: then what it replaced is put back as it was, the conflicts that it settled
//! included, as if it had never been made. Where a later writer stands, nothing happens. Does
//! not know which edits make an action, nor who may undo it.

use serde::{Deserialize, Serialize};

use super::register::Register;
use super::tags::TagState;
use super::{Author, Said, Stamp};
use crate::payload::{Change, Position};
use crate::wall_time::WallTime;

/// What stood on a photo before an edit, of the fields and tags that the edit wrote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Before {
    tags: Vec<(String, TagState)>,
    caption: Option<Register<String>>,
    rating: Option<Register<u8>>,
    favorite: Option<Register<bool>>,
    taken_at: Option<Register<WallTime>>,
    position: Option<Register<Option<Position>>>,
    trash: Option<Register<bool>>,
}

impl Before {
    /// What `change` is about to write over.
    pub(super) fn of(said: &Said, change: &Change) -> Before {
        let mut tags: Vec<_> = change.add_tags.iter().chain(&change.remove_tags).collect();
        tags.sort_unstable();
        tags.dedup();
        let tags = tags.into_iter();
        Before {
            tags: tags
                .map(|tag| (tag.clone(), said.tags.state(tag)))
                .collect(),
            caption: change.caption.as_ref().map(|_| said.caption.clone()),
            rating: change.rating.map(|_| said.rating.clone()),
            favorite: change.favorite.map(|_| said.favorite.clone()),
            taken_at: change.taken_at.map(|_| said.taken_at.clone()),
            position: change.position.map(|_| said.position.clone()),
            trash: change.trash.map(|_| said.trash.clone()),
        }
    }
}

impl Said {
    /// Takes back the edit `stamp`, which had found `before`; whether anything of it still
    /// stood.
    pub(crate) fn take_back(&mut self, stamp: &Stamp, before: Before) -> bool {
        let mut any = false;
        for (tag, state) in before.tags {
            any |= self.tags.restore(stamp, tag, state);
        }
        any |= put_back(&mut self.caption, stamp, before.caption);
        any |= put_back(&mut self.rating, stamp, before.rating);
        any |= put_back(&mut self.favorite, stamp, before.favorite);
        any |= put_back(&mut self.taken_at, stamp, before.taken_at);
        any |= put_back(&mut self.position, stamp, before.position);
        any |= put_back(&mut self.trash, stamp, before.trash);
        any
    }

    /// Takes back that the photo was added: into the trash, unless somebody has put it there or
    /// taken it out before; whether it went there.
    pub(crate) fn take_back_adding(&mut self, author: &Author) -> bool {
        let untouched = self.trash.is_untouched();
        if untouched {
            self.trash.write(author, true);
        }
        untouched
    }
}

fn put_back<T>(now: &mut Register<T>, stamp: &Stamp, before: Option<Register<T>>) -> bool
where
    T: Clone + PartialEq + Into<crate::photo::FieldValue>,
{
    let Some(before) = before.filter(|_| now.is_last_by(stamp)) else {
        return false;
    };
    *now = before;
    true
}
