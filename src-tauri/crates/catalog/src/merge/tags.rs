//! Tags as an observed-remove set: a remove takes away only the adds that its author had seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Author, Stamp};

/// The tags of a photo, each with the adds that hold it there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct TagSet(BTreeMap<String, Vec<Stamp>>);

impl TagSet {
    /// Adds a tag. An add stands in for the adds that its author had seen, since whoever has
    /// seen the later has seen those too; so adding again and again does not pile up.
    pub(crate) fn add(&mut self, author: &Author, tag: &str) {
        let adds = self.0.entry(tag.to_owned()).or_default();
        adds.retain(|add| !author.has_seen(add));
        adds.push(author.stamp);
    }

    /// Takes away the adds of a tag that the author had seen.
    pub(crate) fn remove(&mut self, author: &Author, tag: &str) {
        if let Some(adds) = self.0.get_mut(tag) {
            adds.retain(|add| !author.has_seen(add));
            if adds.is_empty() {
                self.0.remove(tag);
            }
        }
    }

    /// The tags, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
