//! The tables of labels: how many photos have one, which, and what became of their names.
//!
//! Written with each photo that changes, so that renaming a label costs what the photos that have
//! it cost, and no others. Does not know how an edit of labels merges.

use std::collections::BTreeSet;
use std::ops::Bound;

use kinfolio_chain::Height;
use redb::{ReadableTable, Table, WriteTransaction};

use super::ground::{At, Moved};
use super::row::{self, PhotoRow, RelabelRow};
use super::{CatalogError, Snapshot, tables};
use crate::label::{List, Move};
use crate::photo::LabelCount;
use crate::photo_id::PhotoId;

type Id = &'static [u8; 32];
type Label = &'static str;

/// The tables of labels within one transaction.
pub(super) struct Labels<'t> {
    counts: Table<'t, (u8, Label), u64>,
    made: Table<'t, (u8, Label), ()>,
    labelled: Table<'t, (u8, Label, Id), ()>,
    relabels: Table<'t, (u64, u32), &'static [u8]>,
    relabelled: Table<'t, (u64, u32, Id), ()>,
}

impl<'t> Labels<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Labels<'t>, CatalogError> {
        Ok(Labels {
            counts: transaction.open_table(tables::LABELS)?,
            made: transaction.open_table(tables::MADE)?,
            labelled: transaction.open_table(tables::LABELLED)?,
            relabels: transaction.open_table(tables::RELABELS)?,
            relabelled: transaction.open_table(tables::RELABELLED)?,
        })
    }

    /// Moves the count of a label; one that comes to nothing is taken out.
    pub(super) fn count(&mut self, list: List, label: &str, by: i64) -> Result<(), CatalogError> {
        super::writing::adjust(&mut self.counts, (list.number(), label), by)
    }

    /// Takes over which labels a photo has.
    pub(super) fn put_photo(
        &mut self,
        id: &PhotoId,
        before: Option<&PhotoRow>,
        now: &PhotoRow,
    ) -> Result<(), CatalogError> {
        let before: BTreeSet<_> = before.into_iter().flat_map(PhotoRow::labels).collect();
        let now: BTreeSet<_> = now.labels().collect();
        for (list, label) in before.difference(&now) {
            self.labelled.remove((list.number(), *label, &id.0))?;
        }
        for (list, label) in now.difference(&before) {
            self.labelled.insert((list.number(), *label, &id.0), ())?;
        }
        Ok(())
    }

    pub(super) fn labelled(&self, moved: &Move) -> Result<BTreeSet<PhotoId>, CatalogError> {
        labelled(&self.labelled, moved)
    }

    pub(super) fn made(&self, moved: &Move) -> Result<Vec<String>, CatalogError> {
        made(&self.made, moved)
    }

    pub(super) fn make(
        &mut self,
        list: List,
        label: &str,
        made: bool,
    ) -> Result<bool, CatalogError> {
        let key = (list.number(), label);
        let before = match made {
            true => self.made.insert(key, ())?,
            false => self.made.remove(key)?,
        };
        Ok(before.is_some())
    }

    pub(super) fn put_relabel(
        &mut self,
        at: At,
        row: &RelabelRow,
        photos: &[PhotoId],
    ) -> Result<(), CatalogError> {
        let row = row::encode(row, "relabels")?;
        self.relabels.insert(at, row.as_slice())?;
        for id in photos {
            self.relabelled.insert((at.0, at.1, &id.0), ())?;
        }
        Ok(())
    }

    pub(super) fn take_relabel(
        &mut self,
        at: At,
    ) -> Result<Option<(RelabelRow, Vec<PhotoId>)>, CatalogError> {
        let Some(row) = relabel(&self.relabels, at)? else {
            return Ok(None);
        };
        let photos = relabelled(&self.relabelled, at)?;
        self.relabels.remove(at)?;
        for id in &photos {
            self.relabelled.remove((at.0, at.1, &id.0))?;
        }
        Ok(Some((row, photos)))
    }

    pub(super) fn moves_above(&self, height: Height) -> Result<Vec<Moved>, CatalogError> {
        moves_above(&self.relabels, height)
    }
}

/// Errors are those of a file that cannot be read.
impl Snapshot {
    /// Every label of a list that a photo has or that was made, by name.
    pub fn labels(&self, list: List) -> Result<Vec<LabelCount>, CatalogError> {
        let counts = self.transaction.open_table(tables::LABELS)?;
        let made = self.transaction.open_table(tables::MADE)?;
        let number = list.number();
        let all = || (number, "")..(number + 1, "");
        let mut labels = Vec::new();
        for row in counts.range(all())? {
            let (key, count) = row?;
            labels.push(LabelCount {
                name: key.value().1.to_owned(),
                count: count.value(),
            });
        }
        for row in made.range(all())? {
            let (key, _) = row?;
            let name = key.value().1;
            if let Err(at) = labels.binary_search_by(|one| one.name.as_str().cmp(name)) {
                let (name, count) = (name.to_owned(), 0);
                labels.insert(at, LabelCount { name, count });
            }
        }
        Ok(labels)
    }

    pub(super) fn labelled(&self, moved: &Move) -> Result<BTreeSet<PhotoId>, CatalogError> {
        labelled(&self.transaction.open_table(tables::LABELLED)?, moved)
    }

    pub(super) fn made(&self, moved: &Move) -> Result<Vec<String>, CatalogError> {
        made(&self.transaction.open_table(tables::MADE)?, moved)
    }

    pub(super) fn is_made(&self, list: List, label: &str) -> Result<bool, CatalogError> {
        let made = self.transaction.open_table(tables::MADE)?;
        Ok(made.get((list.number(), label))?.is_some())
    }

    pub(super) fn relabel(&self, at: At) -> Result<Option<RelabelRow>, CatalogError> {
        relabel(&self.transaction.open_table(tables::RELABELS)?, at)
    }

    /// The photos whose labels the edit at a place moved.
    pub(super) fn relabelled(&self, at: At) -> Result<Vec<PhotoId>, CatalogError> {
        relabelled(&self.transaction.open_table(tables::RELABELLED)?, at)
    }

    pub(super) fn moves_above(&self, height: Height) -> Result<Vec<Moved>, CatalogError> {
        moves_above(&self.transaction.open_table(tables::RELABELS)?, height)
    }
}

fn labelled(
    table: &impl ReadableTable<(u8, Label, Id), ()>,
    moved: &Move,
) -> Result<BTreeSet<PhotoId>, CatalogError> {
    let number = moved.list.number();
    let from = moved.from.as_str();
    let mut photos = BTreeSet::new();
    for row in table.range((number, from, &[0; 32])..=(number, from, &[255; 32]))? {
        photos.insert(PhotoId(*row?.0.value().2));
    }
    if moved.list == List::Tags {
        // Whatever stands below a tag begins with it and a slash, behind which `0` comes next.
        let (below, end) = (format!("{from}/"), format!("{from}0"));
        let all = (number, below.as_str(), &[0; 32])..(number, end.as_str(), &[0; 32]);
        for row in table.range(all)? {
            photos.insert(PhotoId(*row?.0.value().2));
        }
    }
    Ok(photos)
}

fn made(
    table: &impl ReadableTable<(u8, Label), ()>,
    moved: &Move,
) -> Result<Vec<String>, CatalogError> {
    let number = moved.list.number();
    let mut labels = Vec::new();
    for row in table.range((number, moved.from.as_str())..(number + 1, ""))? {
        let label = row?.0.value().1.to_owned();
        if !label.starts_with(&moved.from) {
            break;
        }
        if moved.concerns(&label) {
            labels.push(label);
        }
    }
    Ok(labels)
}

fn relabel(
    table: &impl ReadableTable<(u64, u32), &'static [u8]>,
    at: At,
) -> Result<Option<RelabelRow>, CatalogError> {
    let row = table.get(at)?;
    row.map(|row| row::decode(row.value(), "relabels"))
        .transpose()
}

fn relabelled(
    table: &impl ReadableTable<(u64, u32, Id), ()>,
    at: At,
) -> Result<Vec<PhotoId>, CatalogError> {
    let all = (at.0, at.1, &[0; 32])..=(at.0, at.1, &[255; 32]);
    let rows = table.range(all)?;
    rows.map(|row| Ok(PhotoId(*row?.0.value().2))).collect()
}

fn moves_above(
    table: &impl ReadableTable<(u64, u32), &'static [u8]>,
    height: Height,
) -> Result<Vec<Moved>, CatalogError> {
    let mut moves = Vec::new();
    let above = (Bound::Excluded((height, u32::MAX)), Bound::Unbounded);
    for row in table.range::<(u64, u32)>(above)? {
        let (at, row) = row?;
        let row: RelabelRow = row::decode(row.value(), "relabels")?;
        moves.extend(row.moved.map(|moved| (at.value(), row.by, moved)));
    }
    Ok(moves)
}
