//! Taking an action back: edit by edit, the last one first, on every photo that it touched.
//!
//! One edit in the ledger undoes thousands of photos; what it costs grows with the action that
//! it names. An action that the chain does not hold yet, or that was taken back before, is
//! none: nothing happens.

use std::collections::{BTreeMap, BTreeSet};

use super::{Place, Replay};
use crate::catalog::CatalogError;
use crate::catalog::ground::{At, Ground};
use crate::catalog::row::HistoryKind;
use crate::merge::Stamp;
use crate::payload::{ActionName, LibraryEdit};
use crate::photo::Undone;
use crate::photo_id::PhotoId;

/// The photos of an action that is being taken back.
#[derive(Default)]
struct Touched {
    /// Each with the first of the edits that was taken back on it.
    undone: BTreeMap<PhotoId, Stamp>,
    met: BTreeSet<PhotoId>,
}

impl<G: Ground> Replay<G> {
    pub(super) fn undo(&mut self, place: &Place, name: ActionName) -> Result<(), CatalogError> {
        let mut touched = Touched::default();
        for (at, added) in self.ground.take_steps(name)?.into_iter().rev() {
            match added {
                Some(id) => self.take_back(place, at, id, &mut touched)?,
                None => {
                    for id in self.photos_of(at)? {
                        self.take_back(place, at, id, &mut touched)?;
                    }
                }
            }
        }
        let undone = touched.undone.len() as u64;
        let skipped = touched.met.len() as u64 - undone;
        for (id, edit) in touched.undone {
            self.remember(place, &id, HistoryKind::Undone(edit))?;
        }
        let undo = place.author.stamp.edit();
        self.ground.put_undone(undo, Undone { undone, skipped })
    }

    /// Takes back what the edit at `at` did to one photo.
    fn take_back(
        &mut self,
        place: &Place,
        at: At,
        id: PhotoId,
        touched: &mut Touched,
    ) -> Result<(), CatalogError> {
        // A photo that was not there when it was to be changed has no such entry.
        let Some(row) = self.ground.history(&id, at)? else {
            return Ok(());
        };
        let Some(working) = self.working(&id)? else {
            return Err(CatalogError::Row("history"));
        };
        let said = &mut working.now.said;
        let effective = match row.what {
            HistoryKind::Added => said.take_back_adding(&place.author),
            HistoryKind::AddedAgain(before)
            | HistoryKind::Relabelled(before)
            | HistoryKind::Changed { before, .. } => said.take_back(&row.by, before),
            HistoryKind::Undone(_) | HistoryKind::Purged => {
                return Err(CatalogError::Row("history"));
            }
        };
        if effective {
            working.now.changed = place.author.stamp.height;
            touched.undone.insert(id, row.by);
        }
        touched.met.insert(id);
        Ok(())
    }

    /// The photos that the edit at `at` was about, each once.
    fn photos_of(&mut self, at: At) -> Result<BTreeSet<PhotoId>, CatalogError> {
        let words = self.ground.words(at)?.ok_or(CatalogError::Row("edits"))?;
        match LibraryEdit::decode(&words) {
            Ok(LibraryEdit::Change { photos, .. }) => Ok(photos.into_iter().collect()),
            Ok(LibraryEdit::LabelMade { .. } | LibraryEdit::LabelMoved(_)) => {
                Ok(self.unmake(at)?.into_iter().collect())
            }
            _ => Err(CatalogError::Row("edits")),
        }
    }
}
