//! Every name of a kind among what a search finds, with its number of photos: places and cameras,
//! which no edit names and only the index lists.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::StrColumn;
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::schema::{CAMERA_NAME, PLACE_NAME};

/// What sort of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// Town, region and country.
    Places,
    /// Make and model.
    Cameras,
}

/// Counts the names of one kind.
pub(crate) struct NamesCollector {
    pub(crate) of: Named,
}

impl Collector for NamesCollector {
    type Fruit = Vec<(String, u64)>;
    type Child = SegmentNames;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentNames> {
        let column = match self.of {
            Named::Places => PLACE_NAME,
            Named::Cameras => CAMERA_NAME,
        };
        let column = segment.fast_fields().str(column)?;
        Ok(SegmentNames(column.map(NameColumn::new)))
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(
        &self,
        segments: Vec<tantivy::Result<BTreeMap<String, u64>>>,
    ) -> tantivy::Result<Vec<(String, u64)>> {
        let mut names = BTreeMap::new();
        for segment in segments {
            for (name, count) in segment? {
                *names.entry(name).or_default() += count;
            }
        }
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_by_key(|(_, count)| Reverse(*count));
        Ok(names)
    }
}

/// The names of one segment.
pub(crate) struct SegmentNames(Option<NameColumn>);

impl SegmentCollector for SegmentNames {
    type Fruit = tantivy::Result<BTreeMap<String, u64>>;

    fn collect(&mut self, document: DocId, _: Score) {
        if let Some(column) = &mut self.0 {
            column.count(document);
        }
    }

    fn harvest(self) -> Self::Fruit {
        self.0.map_or(Ok(BTreeMap::new()), NameColumn::named)
    }
}

/// The names of one column in one segment, counted.
struct NameColumn {
    names: StrColumn,
    counts: Vec<u64>,
}

impl NameColumn {
    fn new(names: StrColumn) -> NameColumn {
        let counts = vec![0; names.num_terms()];
        NameColumn { names, counts }
    }

    fn count(&mut self, document: DocId) {
        for name in self.names.term_ords(document) {
            if let Some(count) = usize::try_from(name)
                .ok()
                .and_then(|name| self.counts.get_mut(name))
            {
                *count += 1;
            }
        }
    }

    fn named(self) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut named = BTreeMap::new();
        for (name, &count) in (0..).zip(&self.counts).filter(|(_, count)| **count > 0) {
            let mut text = String::new();
            self.names.ord_to_str(name, &mut text)?;
            named.insert(text, count);
        }
        Ok(named)
    }
}
