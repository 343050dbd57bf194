//! The merge rules once more, by brute force: every write is kept, and what stands is worked
//! out from all of them at every look. Shares no code with what it judges but the payloads.

use std::collections::{BTreeMap, BTreeSet};

use kinfolio_chain::{Block, DeviceId, Edit, EditId, Payload};
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;

use crate::catalog::Catalog;
use crate::label::List;
use crate::payload::{ActionName, Change, LibraryEdit};
use crate::photo::{Field, FieldValue, Undone};
use crate::photo_id::{ActionId, PhotoId};

/// A field, or one label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Field(Field),
    Label(List, String),
}

/// What was written: a value, or whether a label is to be there.
#[derive(Clone, Debug, PartialEq)]
enum Wrote {
    Value(FieldValue),
    Label(bool),
}

#[derive(Clone, Debug)]
struct Write {
    edit: EditId,
    height: u64,
    base: u64,
    wrote: Wrote,
}

impl Write {
    fn saw(&self, earlier: &Write) -> bool {
        let own = self.edit.device == earlier.edit.device && earlier.edit.seq < self.edit.seq;
        own || earlier.height <= self.base
    }
}

/// An edit that may be taken back, and what it wrote: on which photos, under which keys.
struct Act {
    edit: EditId,
    action: ActionId,
    added: Option<PhotoId>,
    photos: BTreeSet<PhotoId>,
    keys: Vec<Key>,
}

#[derive(Default)]
pub(super) struct Model {
    photos: BTreeSet<PhotoId>,
    /// Every write that was not taken back, in chain order.
    writes: BTreeMap<(PhotoId, Key), Vec<Write>>,
    acts: Vec<Act>,
    undone: BTreeMap<EditId, Undone>,
}

impl Model {
    pub(super) fn block(&mut self, block: &Block) {
        for edit in block.edits() {
            if let Payload::Opaque(payload) = &edit.payload
                && let Ok((said, occasion)) = LibraryEdit::decode_with(payload)
                && let Some(action) = occasion.action
            {
                self.edit(&edit, block.height(), said, action);
            }
        }
    }

    fn edit(&mut self, edit: &Edit, height: u64, said: LibraryEdit, action: ActionId) {
        let (photos, writes, added) = match said {
            LibraryEdit::Undo(name) => return self.undo(edit, height, name),
            LibraryEdit::Stored { .. }
            | LibraryEdit::Deleted { .. }
            | LibraryEdit::Verified { .. }
            | LibraryEdit::Kept { .. }
            | LibraryEdit::Lost { .. }
            | LibraryEdit::Purged { .. }
            | LibraryEdit::LabelMade { .. }
            | LibraryEdit::LabelMoved(_)
            | LibraryEdit::Settings(_) => return,
            LibraryEdit::PhotoAdded(photo) => {
                let added = self.photos.insert(photo.id).then_some(photo.id);
                let tags = photo.tags.iter();
                let tags =
                    tags.map(|tag| (Key::Label(List::Tags, tag.clone()), Wrote::Label(true)));
                (vec![photo.id], tags.collect(), added)
            }
            LibraryEdit::Change { photos, change } => (photos, written(&change), None),
        };
        let photos: BTreeSet<_> = photos.into_iter().collect();
        let photos: BTreeSet<_> = photos.intersection(&self.photos).copied().collect();
        for (key, wrote) in &writes {
            for id in &photos {
                let write = Write {
                    edit: edit.id,
                    height,
                    base: edit.base,
                    wrote: wrote.clone(),
                };
                let writes = self.writes.entry((*id, key.clone())).or_default();
                writes.push(write);
            }
        }
        self.acts.push(Act {
            edit: edit.id,
            action,
            added,
            photos,
            keys: writes.into_iter().map(|(key, _)| key).collect(),
        });
    }

    fn undo(&mut self, undo: &Edit, height: u64, name: ActionName) {
        let is_meant = |act: &Act| act.edit.device == name.device && act.action == name.action;
        let (meant, others) = std::mem::take(&mut self.acts)
            .into_iter()
            .partition(is_meant);
        self.acts = others;
        let (mut met, mut undone) = (BTreeSet::new(), BTreeSet::new());
        for act in meant.iter().rev() {
            for id in &act.photos {
                met.insert(*id);
                if act.added == Some(*id) {
                    let trash = (*id, Key::Field(Field::Trash));
                    let writes = self.writes.entry(trash).or_default();
                    if writes.is_empty() {
                        undone.insert(*id);
                        writes.push(Write {
                            edit: undo.id,
                            height,
                            base: undo.base,
                            wrote: Wrote::Value(FieldValue::Flag(true)),
                        });
                    }
                    continue;
                }
                for key in &act.keys {
                    let Some(writes) = self.writes.get_mut(&(*id, key.clone())) else {
                        continue;
                    };
                    if writes.last().is_some_and(|last| last.edit == act.edit) {
                        writes.pop();
                        undone.insert(*id);
                    }
                }
            }
        }
        let came = Undone {
            undone: undone.len() as u64,
            skipped: (met.len() - undone.len()) as u64,
        };
        self.undone.insert(undo.id, came);
    }

    /// Compares everything that the catalogue says of photos with what the writes say.
    pub(super) fn check(&self, catalog: &Catalog) -> Result<(), TestCaseError> {
        let view = catalog.view().unwrap();
        for id in &self.photos {
            let photo = view.photo(id).unwrap().unwrap();
            let value = |field| self.value(*id, field);
            let text = FieldValue::Text(photo.caption.clone());
            prop_assert_eq!(
                value(Field::Caption).unwrap_or(FieldValue::Text(String::new())),
                text
            );
            let rating = FieldValue::Rating(photo.rating);
            prop_assert_eq!(
                value(Field::Rating).unwrap_or(FieldValue::Rating(0)),
                rating
            );
            let flag = |field| value(field).unwrap_or(FieldValue::Flag(false));
            prop_assert_eq!(flag(Field::Favorite), FieldValue::Flag(photo.favorite));
            prop_assert_eq!(flag(Field::Trash), FieldValue::Flag(photo.trashed));
            let taken = value(Field::TakenAt);
            prop_assert_eq!(taken.is_some(), photo.taken_by_hand);
            if let Some(taken) = taken {
                prop_assert_eq!(taken, FieldValue::Time(photo.taken.at));
            }
            if let Some(position) = value(Field::Position) {
                prop_assert_eq!(position, FieldValue::Position(photo.position));
            }
            let own = photo.fields.first().map(|(_, value)| value.clone());
            let wrote = value(Field::Own("k".to_owned()));
            prop_assert_eq!(wrote.unwrap_or(FieldValue::Own(None)), FieldValue::Own(own));
            prop_assert_eq!(self.labels(*id, List::Tags), photo.tags);
            prop_assert_eq!(self.labels(*id, List::Albums), photo.albums);
            prop_assert_eq!(self.labels(*id, List::People), photo.people);
            let said: Vec<_> = photo
                .conflicts
                .iter()
                .map(|one| {
                    let replaced = one.replaced.iter().map(|entry| entry.edit).collect();
                    (one.field.clone(), one.kept.edit, replaced)
                })
                .collect();
            prop_assert_eq!(self.conflicts(*id), said);
        }
        for (edit, undone) in &self.undone {
            prop_assert_eq!(view.undone_by(edit).unwrap(), Some(*undone));
        }
        for device in 1..4 {
            let device = DeviceId([device; 16]);
            let mine = self.acts.iter().rev().find(|act| act.edit.device == device);
            let last = view.last_action(device).unwrap();
            prop_assert_eq!(
                mine.map(|act| act.action),
                last.map(|action| action.name.action)
            );
        }
        Ok(())
    }

    fn of(&self, id: PhotoId, key: Key) -> &[Write] {
        self.writes.get(&(id, key)).map_or(&[], Vec::as_slice)
    }

    fn value(&self, id: PhotoId, field: Field) -> Option<FieldValue> {
        let last = self.of(id, Key::Field(field)).last()?;
        match &last.wrote {
            Wrote::Value(value) => Some(value.clone()),
            Wrote::Label(_) => None,
        }
    }

    /// Values that everybody who wrote later had not seen and did not share.
    fn conflicts(&self, id: PhotoId) -> Vec<(Field, EditId, Vec<EditId>)> {
        let fields = [
            Field::Caption,
            Field::Rating,
            Field::Favorite,
            Field::TakenAt,
            Field::Position,
            Field::Trash,
            Field::Own("k".to_owned()),
        ];
        let mut found = Vec::new();
        for field in fields {
            let writes = self.of(id, Key::Field(field.clone()));
            let Some((last, earlier)) = writes.split_last() else {
                continue;
            };
            let denied = |place: usize, write: &Write| {
                let later = &writes[place + 1..];
                later
                    .iter()
                    .all(|later| !later.saw(write) && later.wrote != write.wrote)
            };
            let replaced: Vec<_> = (0..)
                .zip(earlier)
                .filter(|(place, write)| denied(*place, write))
                .map(|(_, write)| write.edit)
                .collect();
            if !replaced.is_empty() {
                found.push((field, last.edit, replaced));
            }
        }
        found
    }

    /// Labels with an add that no later remove of somebody who knew of it took away.
    fn labels(&self, id: PhotoId, list: List) -> Vec<String> {
        let mut names = Vec::new();
        for ((photo, key), writes) in &self.writes {
            let Key::Label(of, label) = key else { continue };
            let held = (0..).zip(writes).any(|(place, write): (usize, _)| {
                let mut later = writes[place + 1..].iter();
                write.wrote == Wrote::Label(true)
                    && !later.any(|later| later.wrote == Wrote::Label(false) && later.saw(write))
            });
            if *photo == id && *of == list && held {
                names.push(label.clone());
            }
        }
        names
    }
}

/// What a change writes; of a label that it both adds and removes only the add counts.
fn written(change: &Change) -> Vec<(Key, Wrote)> {
    let lists = [
        (List::Tags, &change.remove_tags, &change.add_tags),
        (List::Albums, &change.remove_albums, &change.add_albums),
        (List::People, &change.remove_people, &change.add_people),
    ];
    let mut labels = BTreeMap::new();
    for (list, removes, adds) in lists {
        labels.extend(removes.iter().map(|label| ((list, label.clone()), false)));
        labels.extend(adds.iter().map(|label| ((list, label.clone()), true)));
    }
    let labels = labels.into_iter();
    let labels = labels.map(|((list, label), add)| (Key::Label(list, label), Wrote::Label(add)));
    let fields = [
        (Field::Caption, change.caption.clone().map(FieldValue::Text)),
        (Field::Rating, change.rating.map(FieldValue::Rating)),
        (Field::Favorite, change.favorite.map(FieldValue::Flag)),
        (Field::TakenAt, change.taken_at.map(FieldValue::Time)),
        (Field::Position, change.position.map(FieldValue::Position)),
        (Field::Trash, change.trash.map(FieldValue::Flag)),
    ];
    let own = change.fields.iter();
    let own = own.map(|(name, value)| {
        (
            Field::Own(name.clone()),
            Some(FieldValue::Own(value.clone())),
        )
    });
    let fields = fields.into_iter().chain(own);
    let fields =
        fields.filter_map(|(field, value)| Some((Key::Field(field), Wrote::Value(value?))));
    labels.chain(fields).collect()
}
