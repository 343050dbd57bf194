//! What an edit replaced on one photo, so that it can be taken back.
//!
//! An edit is taken back field by field and label by label, each only where it is still the last
//! that wrote there: then what it replaced is put back as it was, the conflicts that it settled
//! included, as if it had never been made. Where a later writer stands, nothing happens. Does
//! not know which edits make an action, nor who may undo it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::labels::LabelState;
use super::register::Register;
use super::{Author, Said, Stamp};
use crate::label::List;
use crate::payload::{Change, Position};
use crate::wall_time::WallTime;

/// What stood on a photo before an edit, of the fields and labels that the edit wrote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Before {
    labels: Vec<(List, String, LabelState)>,
    caption: Option<Register<String>>,
    rating: Option<Register<u8>>,
    favorite: Option<Register<bool>>,
    taken_at: Option<Register<WallTime>>,
    position: Option<Register<Option<Position>>>,
    trash: Option<Register<bool>>,
    fields: Vec<(String, Register<Option<String>>)>,
}

impl Before {
    /// What `change` is about to write over.
    pub(super) fn of(said: &Said, change: &Change) -> Before {
        let mut labels = Vec::new();
        for list in List::ALL {
            let written = change.adds(list).iter().chain(change.removes(list));
            for label in written.collect::<BTreeSet<_>>() {
                labels.push((list, label.clone(), said.labels(list).state(label)));
            }
        }
        let own = |name: &String| said.fields.get(name).cloned().unwrap_or_default();
        let fields = change.fields.keys();
        Before {
            labels,
            fields: fields.map(|name| (name.clone(), own(name))).collect(),
            caption: change.caption.as_ref().map(|_| said.caption.clone()),
            rating: change.rating.map(|_| said.rating.clone()),
            favorite: change.favorite.map(|_| said.favorite.clone()),
            taken_at: change.taken_at.map(|_| said.taken_at.clone()),
            position: change.position.map(|_| said.position.clone()),
            trash: change.trash.map(|_| said.trash.clone()),
        }
    }

    /// What stood in labels of one list.
    pub(super) fn of_labels(list: List, before: Vec<(String, LabelState)>) -> Before {
        let before = before.into_iter();
        Before {
            labels: before.map(|(label, state)| (list, label, state)).collect(),
            ..Before::default()
        }
    }
}

impl Said {
    /// Takes back the edit `stamp`, which had found `before`; whether anything of it still
    /// stood.
    pub(crate) fn take_back(&mut self, stamp: &Stamp, before: Before) -> bool {
        let mut any = false;
        for (list, label, state) in before.labels {
            any |= self.labels_mut(list).restore(stamp, label, state);
        }
        for (name, register) in before.fields {
            if let Some(now) = self.fields.get_mut(&name) {
                let unwritten = register.is_untouched();
                any |= put_back(now, stamp, Some(register));
                if unwritten && now.is_untouched() {
                    self.fields.remove(&name);
                }
            }
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
