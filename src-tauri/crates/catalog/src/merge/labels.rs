//! Labels as an observed-remove set: a remove takes away only the adds that its author had seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Author, Stamp};
use crate::label::Move;

/// The labels that were ever spoken of, each with the adds that hold it on the photo.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LabelSet(BTreeMap<String, LabelState>);

/// One label of one photo.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LabelState {
    /// The adds that no remove has seen; none: the photo does not have it.
    adds: Vec<Stamp>,
    /// Who spoke of it last, for or against.
    last: Option<Stamp>,
}

impl LabelSet {
    /// Adds a label. An add stands in for the adds that its author had seen, since whoever has
    /// seen the later has seen those too; so adding again and again does not pile up.
    pub(crate) fn add(&mut self, author: &Author, label: &str) {
        let state = self.0.entry(label.to_owned()).or_default();
        state.adds.retain(|add| !author.has_seen(add));
        state.adds.push(author.stamp);
        state.last = Some(author.stamp);
    }

    /// Takes away the adds of a label that the author had seen.
    pub(crate) fn remove(&mut self, author: &Author, label: &str) {
        let state = self.0.entry(label.to_owned()).or_default();
        state.adds.retain(|add| !author.has_seen(add));
        state.last = Some(author.stamp);
    }

    /// How a label stands.
    pub(crate) fn state(&self, label: &str) -> LabelState {
        self.0.get(label).cloned().unwrap_or_default()
    }

    /// Puts a label back to what it was before `stamp`, unless somebody has spoken of it since;
    /// whether it did.
    pub(crate) fn restore(&mut self, stamp: &Stamp, label: String, before: LabelState) -> bool {
        let stands = self.0.get(&label).and_then(|state| state.last) == Some(*stamp);
        if stands && before.last.is_none() {
            self.0.remove(&label);
        } else if stands {
            self.0.insert(label, before);
        }
        stands
    }

    /// The labels that the photo has, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let held = self.0.iter().filter(|(_, state)| !state.adds.is_empty());
        held.map(|(label, _)| label.as_str())
    }

    /// Renames, merges or takes off the labels that `moved` concerns; returns how those stood that
    /// it wrote, none if there are none. What is renamed keeps the adds that hold it, whoever made
    /// them; taken off is only what the author had seen.
    pub(crate) fn relabel(&mut self, author: &Author, moved: &Move) -> Vec<(String, LabelState)> {
        let held = self.names().filter(|label| moved.concerns(label));
        let held: Vec<String> = held.map(str::to_owned).collect();
        let mut before = BTreeMap::new();
        if moved.to.is_none() {
            for label in held {
                before.insert(label.clone(), self.state(&label));
                self.remove(author, &label);
            }
            return before.into_iter().collect();
        }
        let renamed = held.into_iter().filter_map(|from| {
            let to = moved.renamed(&from)?;
            Some((from, to))
        });
        let renamed: Vec<_> = renamed.collect();
        let mut adds = Vec::new();
        for (from, to) in &renamed {
            for label in [from, to] {
                let state = self.state(label);
                before.entry(label.clone()).or_insert(state);
            }
            let left = self.0.entry(from.clone()).or_default();
            adds.push(std::mem::take(&mut left.adds));
            left.last = Some(author.stamp);
        }
        // A tag that is moved below itself is left by what stood there before it is met anew.
        for ((_, to), adds) in renamed.into_iter().zip(adds) {
            let state = self.0.entry(to).or_default();
            let new = adds.into_iter().filter(|add| !state.adds.contains(add));
            state.adds.extend(new.collect::<Vec<_>>());
            state.last = Some(author.stamp);
        }
        before.into_iter().collect()
    }
}
