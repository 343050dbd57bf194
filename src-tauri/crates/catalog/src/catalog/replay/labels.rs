//! Lists of labels: making one, and renaming, merging or taking one off all photos that have it.
//!
//! One edit in the ledger renames a label on thousands of photos; what it costs grows with them.
//! Whoever did not know of it yet and uses the old name means the new one.

use super::{Place, Replay};
use crate::catalog::CatalogError;
use crate::catalog::ground::{At, Ground};
use crate::catalog::row::{HistoryKind, RelabelRow};
use crate::label::{List, Move};
use crate::payload::Change;
use crate::photo_id::PhotoId;

impl<G: Ground> Replay<G> {
    pub(super) fn make(
        &mut self,
        place: &Place,
        list: List,
        label: &str,
        raw: &[u8],
    ) -> Result<(), CatalogError> {
        self.ground.put_words(place.at(), raw)?;
        let mut made = Vec::new();
        let mut labels = vec![label.to_owned()];
        self.rename_all(place, list, &mut labels)?;
        for label in labels {
            self.make_one(list, label, true, &mut made)?;
        }
        self.keep(place, None, made, Vec::new())
    }

    pub(super) fn relabel(
        &mut self,
        place: &Place,
        moved: Move,
        raw: &[u8],
    ) -> Result<(), CatalogError> {
        self.ground.put_words(place.at(), raw)?;
        let mut photos = self.ground.labelled(&moved)?;
        // Those that earlier edits of the same transaction changed are not on the ground yet.
        let labels = |list, row: &super::PhotoRow| {
            let mut names = row.said.labels(list).names();
            names.any(|label| moved.concerns(label))
        };
        let here = self.working.iter();
        let here = here.filter(|(_, photo)| labels(moved.list, &photo.now));
        photos.extend(here.map(|(id, _)| *id));
        let mut relabelled = Vec::new();
        for id in photos {
            let Some(working) = self.working(&id)? else {
                continue;
            };
            let Some(before) = working.now.said.relabel(&place.author, &moved) else {
                continue;
            };
            working.now.changed = place.author.stamp.height;
            self.remember(place, &id, HistoryKind::Relabelled(before))?;
            relabelled.push(id);
        }
        let mut made = Vec::new();
        let here = self.ground.made(&moved)?.into_iter();
        let here: Vec<_> = here.map(|label| (moved.renamed(&label), label)).collect();
        for (renamed, label) in here {
            if renamed.is_some() || moved.to.is_none() {
                self.make_one(moved.list, label, false, &mut made)?;
            }
            if let Some(renamed) = renamed {
                self.make_one(moved.list, renamed, true, &mut made)?;
            }
        }
        self.keep(place, Some(moved), made, relabelled)
    }

    fn make_one(
        &mut self,
        list: List,
        label: String,
        wanted: bool,
        made: &mut Vec<(List, String, bool)>,
    ) -> Result<(), CatalogError> {
        let before = self.ground.make(list, &label, wanted)?;
        if before != wanted {
            made.push((list, label, before));
        }
        Ok(())
    }

    fn keep(
        &mut self,
        place: &Place,
        moved: Option<Move>,
        made: Vec<(List, String, bool)>,
        photos: Vec<PhotoId>,
    ) -> Result<(), CatalogError> {
        let by = place.author.stamp;
        let row = RelabelRow { by, moved, made };
        self.ground.put_relabel(place.at(), row, photos)?;
        self.step(place, None)
    }

    /// Forgets an edit of a list of labels; returns whose labels it moved, to be put back.
    pub(super) fn unmake(&mut self, at: At) -> Result<Vec<PhotoId>, CatalogError> {
        let Some((row, photos)) = self.ground.take_relabel(at)? else {
            return Ok(Vec::new());
        };
        for (list, label, before) in row.made.into_iter().rev() {
            self.ground.make(list, &label, before)?;
        }
        Ok(photos)
    }

    /// Puts the labels of a change into the words that stand for them by now.
    pub(super) fn in_words_of_now(
        &mut self,
        place: &Place,
        change: &mut Change,
    ) -> Result<(), CatalogError> {
        for (list, labels) in change.labels_mut() {
            self.rename_all(place, list, labels)?;
        }
        Ok(())
    }

    fn rename_all(
        &mut self,
        place: &Place,
        list: List,
        labels: &mut Vec<String>,
    ) -> Result<(), CatalogError> {
        if labels.is_empty() {
            return Ok(());
        }
        for (_, by, moved) in self.ground.moves_above(place.author.base)? {
            if moved.list != list || place.author.has_seen(&by) {
                continue;
            }
            for label in labels.iter_mut() {
                if let Some(renamed) = moved.renamed(label) {
                    *label = renamed;
                }
            }
        }
        labels.dedup();
        Ok(())
    }
}
