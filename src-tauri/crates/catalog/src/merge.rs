//! How edits of one photo merge: pure, and the same on every device.
//!
//! Edits come in chain order, each with the height that its author had seen. Labels are
//! observed-remove sets, all else are registers whose later writer wins; what was replaced
//! unseen is kept beside it. Does not know blocks, tables, files or clocks.

mod before;
mod labels;
mod register;

use std::collections::BTreeMap;

use kinfolio_chain::{DeviceId, EditId, Height, Incarnation};
use serde::{Deserialize, Serialize};

use crate::label::{List, Move};
use crate::payload::{ActionName, Change, Position};
use crate::photo::{Conflict, Field, FieldValue, Written};
use crate::photo_id::ActionId;
use crate::wall_time::WallTime;

pub(crate) use before::Before;
pub(crate) use labels::LabelSet;
use register::{Entry, Register};

/// The height of edits that are in no block yet: above every block, so that nobody has seen
/// them but their own device.
pub(crate) const PENDING: Height = Height::MAX;

/// An edit's name and its place in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    device: [u8; 16],
    counter: u64,
    nonce: u64,
    seq: u64,
    pub(crate) height: Height,
}

impl Stamp {
    pub(crate) fn new(edit: EditId, height: Height) -> Stamp {
        Stamp {
            device: edit.device.0,
            counter: edit.incarnation.counter,
            nonce: edit.incarnation.nonce,
            seq: edit.seq,
            height,
        }
    }

    pub(crate) fn edit(&self) -> EditId {
        EditId {
            device: DeviceId(self.device),
            incarnation: Incarnation {
                counter: self.counter,
                nonce: self.nonce,
            },
            seq: self.seq,
        }
    }

    /// The block that holds the edit; none while it is pending.
    pub(crate) fn block(&self) -> Option<Height> {
        (self.height != PENDING).then_some(self.height)
    }

    /// Whether this is an earlier edit of the device that wrote `later`. Two lives with one
    /// counter are a clone and its original, which know nothing of each other.
    fn is_own_past_of(&self, later: &Stamp) -> bool {
        self.device == later.device
            && (self.counter < later.counter
                || (self.counter == later.counter
                    && self.nonce == later.nonce
                    && self.seq < later.seq))
    }
}

/// The author of an edit at the moment of writing: who, and what had been seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Author {
    pub(crate) stamp: Stamp,
    pub(crate) base: Height,
}

impl Author {
    /// One of this author's actions.
    pub(crate) fn action(&self, action: ActionId) -> ActionName {
        let device = DeviceId(self.stamp.device);
        ActionName { device, action }
    }

    /// Whether the author knew of another edit.
    pub(crate) fn has_seen(&self, stamp: &Stamp) -> bool {
        stamp.height <= self.base || stamp.is_own_past_of(&self.stamp)
    }
}

/// What an edit did to one photo.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effect {
    /// Values that it replaced without its author having seen them.
    pub(crate) unseen: Vec<(Field, Written)>,
    /// What stood there before.
    pub(crate) before: Before,
}

/// What people said about one photo, with all that later edits need to merge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Said {
    tags: LabelSet,
    albums: LabelSet,
    people: LabelSet,
    caption: Register<String>,
    rating: Register<u8>,
    favorite: Register<bool>,
    taken_at: Register<WallTime>,
    position: Register<Option<Position>>,
    trash: Register<bool>,
    fields: BTreeMap<String, Register<Option<String>>>,
}

impl Said {
    /// The labels of a list.
    pub(crate) fn labels(&self, list: List) -> &LabelSet {
        match list {
            List::Tags => &self.tags,
            List::Albums => &self.albums,
            List::People => &self.people,
        }
    }

    fn labels_mut(&mut self, list: List) -> &mut LabelSet {
        match list {
            List::Tags => &mut self.tags,
            List::Albums => &mut self.albums,
            List::People => &mut self.people,
        }
    }

    /// Renames, merges or takes off labels; returns what it takes to take that back, nothing if
    /// none is concerned.
    pub(crate) fn relabel(&mut self, author: &Author, moved: &Move) -> Option<Before> {
        let written = self.labels_mut(moved.list).relabel(author, moved);
        (!written.is_empty()).then(|| Before::of_labels(moved.list, written))
    }

    /// Applies one edit; returns the values that it replaced without having seen them, and what
    /// it takes to take it back.
    pub(crate) fn apply(&mut self, author: &Author, change: &Change) -> Effect {
        let before = Before::of(self, change);
        for list in List::ALL {
            let labels = self.labels_mut(list);
            for label in change.removes(list) {
                labels.remove(author, label);
            }
            for label in change.adds(list) {
                labels.add(author, label);
            }
        }
        let mut unseen = Vec::new();
        let mut note = |field, written: Option<Written>| {
            unseen.extend(written.map(|written| (field, written)));
        };
        if let Some(caption) = &change.caption {
            note(Field::Caption, self.caption.write(author, caption.clone()));
        }
        if let Some(rating) = change.rating {
            note(Field::Rating, self.rating.write(author, rating));
        }
        if let Some(favorite) = change.favorite {
            note(Field::Favorite, self.favorite.write(author, favorite));
        }
        if let Some(taken_at) = change.taken_at {
            note(Field::TakenAt, self.taken_at.write(author, taken_at));
        }
        if let Some(position) = change.position {
            note(Field::Position, self.position.write(author, position));
        }
        if let Some(trash) = change.trash {
            note(Field::Trash, self.trash.write(author, trash));
        }
        for (name, value) in &change.fields {
            let register = self.fields.entry(name.clone()).or_default();
            let replaced = register.write(author, value.clone());
            note(Field::Own(name.clone()), replaced);
        }
        Effect { unseen, before }
    }

    pub(crate) fn caption(&self) -> &str {
        self.caption.value().map_or("", String::as_str)
    }

    pub(crate) fn rating(&self) -> u8 {
        self.rating.value().copied().unwrap_or(0)
    }

    pub(crate) fn favorite(&self) -> bool {
        self.favorite.value().copied().unwrap_or(false)
    }

    /// The capture time, if a person set one.
    pub(crate) fn taken_at(&self) -> Option<WallTime> {
        self.taken_at.value().copied()
    }

    /// The position, if a person set or cleared one.
    pub(crate) fn position(&self) -> Option<Option<Position>> {
        self.position.value().copied()
    }

    /// The household's own fields that have a value, by name.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().filter_map(|(name, register)| {
            let value = register.value()?.as_deref()?;
            Some((name.as_str(), value))
        })
    }

    /// Begins anew, as a photo that nobody has put into the trash yet.
    pub(crate) fn forget_trash(&mut self) {
        self.trash = Register::default();
    }

    pub(crate) fn trashed(&self) -> bool {
        self.trash.value().copied().unwrap_or(false)
    }

    /// Every field in which devices contradicted each other, in the order of [`Field`].
    pub(crate) fn conflicts(&self) -> Vec<Conflict> {
        let conflicts = [
            self.caption.conflict(Field::Caption),
            self.rating.conflict(Field::Rating),
            self.favorite.conflict(Field::Favorite),
            self.taken_at.conflict(Field::TakenAt),
            self.position.conflict(Field::Position),
            self.trash.conflict(Field::Trash),
        ];
        let own = self.fields.iter();
        let own = own.filter_map(|(name, one)| one.conflict(Field::Own(name.clone())));
        conflicts.into_iter().flatten().chain(own).collect()
    }
}

impl<T: Into<FieldValue> + Clone> From<&Entry<T>> for Written {
    fn from(entry: &Entry<T>) -> Written {
        Written {
            value: entry.value.clone().into(),
            edit: entry.by.edit(),
            height: entry.by.block(),
        }
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> FieldValue {
        FieldValue::Text(text)
    }
}

impl From<u8> for FieldValue {
    fn from(rating: u8) -> FieldValue {
        FieldValue::Rating(rating)
    }
}

impl From<bool> for FieldValue {
    fn from(flag: bool) -> FieldValue {
        FieldValue::Flag(flag)
    }
}

impl From<WallTime> for FieldValue {
    fn from(time: WallTime) -> FieldValue {
        FieldValue::Time(time)
    }
}

impl From<Option<Position>> for FieldValue {
    fn from(position: Option<Position>) -> FieldValue {
        FieldValue::Position(position)
    }
}

impl From<Option<String>> for FieldValue {
    fn from(value: Option<String>) -> FieldValue {
        FieldValue::Own(value)
    }
}

#[cfg(test)]
mod tests;
