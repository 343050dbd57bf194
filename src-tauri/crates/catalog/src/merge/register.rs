//! One value with several writers: the later in chain order wins, what it replaced unseen
//! is kept until somebody who has seen it writes again.

use serde::{Deserialize, Serialize};

use super::{Author, Stamp};
use crate::photo::{Conflict, Field, FieldValue, Written};

/// Most replaced values kept in a register; the photo's history keeps every one.
const REPLACED_MAX: usize = 16;

/// A value and who wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry<T> {
    pub(crate) value: T,
    pub(crate) by: Stamp,
}

/// A field's value as people set it, or nothing while nobody did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Register<T> {
    last: Option<Entry<T>>,
    /// Other values that the writer of `last` had not seen, oldest first.
    replaced: Vec<Entry<T>>,
}

impl<T> Default for Register<T> {
    fn default() -> Register<T> {
        Register {
            last: None,
            replaced: Vec::new(),
        }
    }
}

impl<T: Clone + PartialEq + Into<FieldValue>> Register<T> {
    /// Writes a value; returns the one that it replaced, if that is another which the author
    /// had not seen. Two devices that set the same value do not contradict each other.
    pub(crate) fn write(&mut self, author: &Author, value: T) -> Option<Written> {
        let contradicts = |entry: &Entry<T>| !author.has_seen(&entry.by) && entry.value != value;
        let replaced = self.last.take().filter(contradicts);
        let written = replaced.as_ref().map(Written::from);
        self.replaced.retain(contradicts);
        self.replaced.extend(replaced);
        if self.replaced.len() > REPLACED_MAX {
            self.replaced.remove(0);
        }
        self.last = Some(Entry {
            value,
            by: author.stamp,
        });
        written
    }

    /// Whether this edit is the last that wrote here.
    pub(crate) fn is_last_by(&self, stamp: &Stamp) -> bool {
        self.last.as_ref().is_some_and(|entry| entry.by == *stamp)
    }

    /// Whether nobody ever wrote here.
    pub(crate) fn is_untouched(&self) -> bool {
        self.last.is_none()
    }

    pub(crate) fn value(&self) -> Option<&T> {
        self.last.as_ref().map(|entry| &entry.value)
    }

    pub(crate) fn conflict(&self, field: Field) -> Option<Conflict> {
        let kept = self.last.as_ref().filter(|_| !self.replaced.is_empty())?;
        Some(Conflict {
            field,
            kept: kept.into(),
            replaced: self.replaced.iter().map(Written::from).collect(),
        })
    }
}
