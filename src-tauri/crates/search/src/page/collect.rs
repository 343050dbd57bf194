//! One pass over everything that a search finds: counts it, keeps the page's photos, and for
//! the first page counts what they have in common.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{ColumnValues, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use super::Facets;
use super::cursor::{Cursor, Key};
use crate::query::Sort;
use crate::schema::{
    ALBUM_NAME, CAMERA_NAME, ID_PARTS, PERSON_NAME, PLACE_NAME, TAG_NAME, TAKEN, YEAR,
};

/// Most names of a kind in the facets.
const FACET_NAMES_MAX: usize = 20;
/// Most years.
const FACET_YEARS_MAX: usize = 100;

/// Keeps the `limit` first photos behind a cursor.
pub(super) struct PageCollector {
    pub(super) sort: Sort,
    pub(super) after: Option<Cursor>,
    pub(super) limit: usize,
}

/// What the pass brought.
#[derive(Default)]
pub(super) struct Found {
    pub(super) total: u64,
    /// How many of them stand behind the cursor.
    pub(super) beyond: u64,
    /// The first of those, in order.
    pub(super) keys: Vec<Key>,
    pub(super) facets: Option<Facets>,
}

impl Collector for PageCollector {
    type Fruit = Found;
    type Child = SegmentPage;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentPage> {
        let columns = segment.fast_fields();
        let id = |part: usize| columns.column_first_or_default::<u64>(ID_PARTS[part]);
        let tally = if self.after.is_none() {
            Some(Tally::new(segment)?)
        } else {
            None
        };
        Ok(SegmentPage {
            sort: self.sort,
            after: self.after.map(|cursor| cursor.key),
            limit: self.limit,
            taken: columns.column_first_or_default(TAKEN)?,
            id: [id(0)?, id(1)?, id(2)?, id(3)?],
            total: 0,
            beyond: 0,
            first: BinaryHeap::new(),
            tally,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.sort == Sort::Relevance
    }

    fn merge_fruits(&self, segments: Vec<SegmentFound>) -> tantivy::Result<Found> {
        let mut found = Found::default();
        let mut names = Names::default();
        for segment in segments {
            found.total += segment.total;
            found.beyond += segment.beyond;
            found.keys.extend(segment.keys);
            if let Some(counts) = segment.names {
                names.add(counts?);
            }
        }
        found.keys.sort_unstable();
        found.keys.truncate(self.limit);
        found.facets = self.after.is_none().then(|| names.facets());
        Ok(found)
    }
}

/// The pass over one segment.
pub(super) struct SegmentPage {
    sort: Sort,
    after: Option<Key>,
    limit: usize,
    taken: Arc<dyn ColumnValues<i64>>,
    id: [Arc<dyn ColumnValues<u64>>; 4],
    total: u64,
    beyond: u64,
    /// The first keys so far, the last of them on top.
    first: BinaryHeap<Key>,
    tally: Option<Tally>,
}

pub(super) struct SegmentFound {
    total: u64,
    beyond: u64,
    keys: Vec<Key>,
    names: Option<tantivy::Result<Names>>,
}

impl SegmentCollector for SegmentPage {
    type Fruit = SegmentFound;

    fn collect(&mut self, document: DocId, score: Score) {
        self.total += 1;
        if let Some(tally) = &mut self.tally {
            tally.count(document);
        }
        let rank = Key::rank(self.sort, score);
        let time = Key::time(self.sort, self.taken.get_val(document));
        let place = (rank, time);
        if self
            .after
            .is_some_and(|after| place < (after.rank, after.time))
        {
            return;
        }
        // Ids are four more columns, so they are read only where they can matter.
        let full = self.first.len() == self.limit;
        let too_late = full
            && self
                .first
                .peek()
                .is_none_or(|last| place > (last.rank, last.time));
        let tied = self
            .after
            .is_some_and(|after| place == (after.rank, after.time));
        if too_late && !tied {
            self.beyond += 1;
            return;
        }
        let id = self
            .id
            .each_ref()
            .map(|part| Key::id_part(self.sort, part.get_val(document)));
        let key = Key { rank, time, id };
        if self.after.is_some_and(|after| key <= after) {
            return;
        }
        self.beyond += 1;
        if !full {
            self.first.push(key);
        } else if let Some(mut last) = self.first.peek_mut()
            && key < *last
        {
            *last = key;
        }
    }

    fn harvest(self) -> SegmentFound {
        SegmentFound {
            total: self.total,
            beyond: self.beyond,
            keys: self.first.into_vec(),
            names: self.tally.map(Tally::names),
        }
    }
}

/// The columns of names that are counted, in the order of [`Names::by_column`].
const NAMED: [&str; 5] = [TAG_NAME, ALBUM_NAME, PERSON_NAME, CAMERA_NAME, PLACE_NAME];

/// Counts per segment, by the numbers that names have in it.
struct Tally {
    columns: [Option<NameColumn>; NAMED.len()],
    year: Arc<dyn ColumnValues<i64>>,
    years: BTreeMap<i16, u64>,
}

/// The names of one column in one segment, counted.
pub(crate) struct NameColumn {
    names: StrColumn,
    counts: Vec<u64>,
}

impl Tally {
    fn new(segment: &SegmentReader) -> tantivy::Result<Tally> {
        let fast = segment.fast_fields();
        let mut columns = [const { None }; NAMED.len()];
        for (column, name) in columns.iter_mut().zip(NAMED) {
            *column = fast.str(name)?.map(NameColumn::new);
        }
        Ok(Tally {
            columns,
            year: fast.column_first_or_default(YEAR)?,
            years: BTreeMap::new(),
        })
    }

    fn count(&mut self, document: DocId) {
        for column in self.columns.iter_mut().flatten() {
            column.count(document);
        }
        if let Ok(year) = i16::try_from(self.year.get_val(document)) {
            *self.years.entry(year).or_default() += 1;
        }
    }

    fn names(self) -> tantivy::Result<Names> {
        let mut by_column = <[BTreeMap<String, u64>; NAMED.len()]>::default();
        for (names, column) in by_column.iter_mut().zip(self.columns) {
            if let Some(column) = column {
                *names = column.named()?;
            }
        }
        Ok(Names {
            by_column,
            years: self.years,
        })
    }
}

impl NameColumn {
    pub(crate) fn new(names: StrColumn) -> NameColumn {
        let counts = vec![0; names.num_terms()];
        NameColumn { names, counts }
    }

    pub(crate) fn count(&mut self, document: DocId) {
        for name in self.names.term_ords(document) {
            if let Some(count) = usize::try_from(name)
                .ok()
                .and_then(|name| self.counts.get_mut(name))
            {
                *count += 1;
            }
        }
    }

    pub(crate) fn named(self) -> tantivy::Result<BTreeMap<String, u64>> {
        let mut named = BTreeMap::new();
        for (name, &count) in (0..).zip(&self.counts).filter(|(_, count)| **count > 0) {
            let mut text = String::new();
            self.names.ord_to_str(name, &mut text)?;
            named.insert(text, count);
        }
        Ok(named)
    }
}

/// Counts by name, over segments.
#[derive(Default)]
struct Names {
    by_column: [BTreeMap<String, u64>; NAMED.len()],
    years: BTreeMap<i16, u64>,
}

impl Names {
    fn add(&mut self, other: Names) {
        for (all, names) in self.by_column.iter_mut().zip(other.by_column) {
            for (name, count) in names {
                *all.entry(name).or_default() += count;
            }
        }
        for (year, count) in other.years {
            *self.years.entry(year).or_default() += count;
        }
    }

    fn facets(self) -> Facets {
        let [tags, albums, people, cameras, places] = self.by_column.map(most_frequent);
        Facets {
            tags,
            albums,
            people,
            cameras,
            places,
            years: self.years.into_iter().rev().take(FACET_YEARS_MAX).collect(),
        }
    }
}

fn most_frequent(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts.truncate(FACET_NAMES_MAX);
    counts
}
