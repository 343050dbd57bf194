//! Tags as an observed-remove set: a remove takes away only the adds that its author had seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Author, Stamp};

/// The tags that were ever spoken of, each with the adds that hold it on the photo.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TagSet(BTreeMap<String, TagState>);

/// One tag of one photo.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TagState {
    /// The adds that no remove has seen; none: the photo does not have the tag.
    adds: Vec<Stamp>,
    /// Who spoke of it last, for or against.
    last: Option<Stamp>,
}

impl TagSet {
    /// Adds a tag. An add stands in for the adds that its author had seen, since whoever has
    /// seen the later has seen those too; so adding again and again does not pile up.
    pub(crate) fn add(&mut self, author: &Author, tag: &str) {
        let state = self.0.entry(tag.to_owned()).or_default();
        state.adds.retain(|add| !author.has_seen(add));
        state.adds.push(author.stamp);
        state.last = Some(author.stamp);
    }

    /// Takes away the adds of a tag that the author had seen.
    pub(crate) fn remove(&mut self, author: &Author, tag: &str) {
        let state = self.0.entry(tag.to_owned()).or_default();
        state.adds.retain(|add| !author.has_seen(add));
        state.last = Some(author.stamp);
    }

    /// How a tag stands.
    pub(crate) fn state(&self, tag: &str) -> TagState {
        self.0.get(tag).cloned().unwrap_or_default()
    }

    /// Puts a tag back to what it was before `stamp`, unless somebody has spoken of it since;
    /// whether it did.
    pub(crate) fn restore(&mut self, stamp: &Stamp, tag: String, before: TagState) -> bool {
        let stands = self.0.get(&tag).and_then(|state| state.last) == Some(*stamp);
        if stands && before.last.is_none() {
            self.0.remove(&tag);
        } else if stands {
            self.0.insert(tag, before);
        }
        stands
    }

    /// The tags that the photo has, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let held = self.0.iter().filter(|(_, state)| !state.adds.is_empty());
        held.map(|(tag, _)| tag.as_str())
    }
}
