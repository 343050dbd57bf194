//! The labels of a segment's documents, and how often each comes among those that were found.
//!
//! Counts are exact. Where most documents were found, those that were not are counted and taken off.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tantivy::{DocId, SegmentReader};

use super::Facets;
use super::brief::{Brief, Members};
use crate::schema::{ALBUM_NAME, CAMERA_NAME, PERSON_NAME, PLACE_NAME, TAG_NAME, YEAR};

/// Most names of a kind in the facets.
const FACET_NAMES_MAX: usize = 20;
/// Most years.
const FACET_YEARS_MAX: usize = 100;

/// The columns of names that are counted.
const NAMED: [&str; 5] = [TAG_NAME, ALBUM_NAME, PERSON_NAME, CAMERA_NAME, PLACE_NAME];

/// No label.
const NONE: u32 = u32::MAX;

/// What the documents of a segment are labelled with.
pub(super) struct Labels {
    documents: usize,
    names: [Column<Arc<str>>; NAMED.len()],
    years: Column<i16>,
}

/// One kind of label.
struct Column<T> {
    /// By their numbers.
    labels: Vec<T>,
    each: Each,
    /// How many documents of all have each.
    all: Vec<u32>,
}

/// The numbers of the labels that each document has.
enum Each {
    /// At most one, else [`NONE`].
    One(Vec<u32>),
    /// Any number; those of a document begin where those of the one before end.
    Many { ends: Vec<u32>, numbers: Vec<u32> },
}

/// How often each label comes among the documents found of a segment.
pub(super) struct Tally {
    of: Arc<Brief>,
    names: [Vec<u32>; NAMED.len()],
    years: Vec<u32>,
}

impl Labels {
    pub(super) fn read(segment: &SegmentReader) -> tantivy::Result<Labels> {
        let documents = segment.max_doc();
        let mut names = NAMED.map(|_| Column::none(documents));
        for (column, name) in names.iter_mut().zip(NAMED) {
            *column = named(segment, name)?;
        }
        let year = segment.fast_fields().column_first_or_default::<i64>(YEAR)?;
        let mut numbers = BTreeMap::new();
        let years: Vec<i16> = (0..documents)
            .map(|document| i16::try_from(year.get_val(document)).unwrap_or_default())
            .collect();
        for &year in &years {
            numbers.insert(year, 0);
        }
        for (number, of_year) in (0..).zip(numbers.values_mut()) {
            *of_year = number;
        }
        let each = years.iter().map(|year| numbers[year]).collect();
        let years = Column::new(numbers.keys().copied().collect(), Each::One(each));
        Ok(Labels {
            documents: documents as usize,
            names,
            years,
        })
    }

    /// How often each label comes among some documents.
    fn tally(&self, documents: &[DocId]) -> ([Vec<u32>; NAMED.len()], Vec<u32>) {
        let mut names = self
            .names
            .each_ref()
            .map(|column| vec![0; column.labels.len()]);
        let mut years = vec![0; self.years.labels.len()];
        let mut count = |documents: &[DocId]| {
            for (column, counts) in self.names.iter().zip(&mut names) {
                column.count(documents, counts);
            }
            self.years.count(documents, &mut years);
        };
        if documents.len() * 2 <= self.documents {
            count(documents);
        } else {
            Members::of(self.documents, documents).others(count);
            for (column, counts) in self.names.iter().zip(&mut names) {
                column.take_off_all(counts);
            }
            self.years.take_off_all(&mut years);
        }
        (names, years)
    }
}

fn named(segment: &SegmentReader, name: &str) -> tantivy::Result<Column<Arc<str>>> {
    let Some(column) = segment.fast_fields().str(name)? else {
        return Ok(Column::none(segment.max_doc()));
    };
    let mut names = Vec::with_capacity(column.num_terms());
    let mut stream = column.dictionary().stream()?;
    while stream.advance() {
        names.push(Arc::from(String::from_utf8_lossy(stream.key())));
    }
    let mut ends = Vec::new();
    let mut numbers = Vec::new();
    let mut most = 0;
    for document in 0..segment.max_doc() {
        let before = numbers.len();
        numbers.extend(column.term_ords(document).map(|number| number as u32));
        most = most.max(numbers.len() - before);
        ends.push(numbers.len() as u32);
    }
    let each = if most > 1 {
        numbers.shrink_to_fit();
        Each::Many { ends, numbers }
    } else {
        let mut before = 0;
        let one = |&end: &u32| {
            let has = std::mem::replace(&mut before, end) < end;
            if has { numbers[end as usize - 1] } else { NONE }
        };
        Each::One(ends.iter().map(one).collect())
    };
    Ok(Column::new(names, each))
}

impl<T> Column<T> {
    fn new(labels: Vec<T>, each: Each) -> Column<T> {
        let mut column = Column {
            labels,
            each,
            all: Vec::new(),
        };
        column.all = match &column.each {
            Each::One(numbers) => column.counted(|add| numbers.iter().copied().for_each(add)),
            Each::Many { numbers, .. } => {
                column.counted(|add| numbers.iter().copied().for_each(add))
            }
        };
        column
    }

    fn none(documents: DocId) -> Column<T> {
        Column::new(Vec::new(), Each::One(vec![NONE; documents as usize]))
    }

    fn counted(&self, count: impl FnOnce(&mut dyn FnMut(u32))) -> Vec<u32> {
        let mut counts = vec![0; self.labels.len()];
        count(&mut |number| {
            // Whatever has no label is beyond them all.
            if let Some(count) = counts.get_mut(number as usize) {
                *count += 1;
            }
        });
        counts
    }

    /// Adds how often each label comes among some documents.
    fn count(&self, documents: &[DocId], counts: &mut [u32]) {
        let mut add = |number: u32| {
            if let Some(count) = counts.get_mut(number as usize) {
                *count += 1;
            }
        };
        match &self.each {
            Each::One(numbers) => {
                for &document in documents {
                    add(numbers[document as usize]);
                }
            }
            Each::Many { ends, numbers } => {
                for &document in documents {
                    let document = document as usize;
                    let from = document.checked_sub(1).map_or(0, |before| ends[before]);
                    let some = &numbers[from as usize..ends[document] as usize];
                    some.iter().copied().for_each(&mut add);
                }
            }
        }
    }

    /// From counts among some documents to those among the others.
    fn take_off_all(&self, counts: &mut [u32]) {
        for (count, all) in counts.iter_mut().zip(&self.all) {
            *count = all - *count;
        }
    }
}

impl Tally {
    pub(super) fn of(brief: Arc<Brief>, documents: &[DocId]) -> Tally {
        let (names, years) = brief.labels.tally(documents);
        Tally {
            of: brief,
            names,
            years,
        }
    }
}

/// The facets of all segments together.
pub(super) fn facets(tallies: &[Tally]) -> Facets {
    let mut years = BTreeMap::<i16, u64>::new();
    for tally in tallies {
        let counted = tally.of.labels.years.labels.iter().zip(&tally.years);
        for (&year, &count) in counted.filter(|(_, count)| **count > 0) {
            *years.entry(year).or_default() += u64::from(count);
        }
    }
    Facets {
        tags: most_frequent(tallies, 0),
        albums: most_frequent(tallies, 1),
        people: most_frequent(tallies, 2),
        cameras: most_frequent(tallies, 3),
        places: most_frequent(tallies, 4),
        years: years.into_iter().rev().take(FACET_YEARS_MAX).collect(),
    }
}

fn most_frequent(tallies: &[Tally], column: usize) -> Vec<(String, u64)> {
    let mut counts = HashMap::<&str, u64>::new();
    for tally in tallies {
        let counted = tally.of.labels.names[column]
            .labels
            .iter()
            .zip(&tally.names[column]);
        for (name, &count) in counted.filter(|(_, count)| **count > 0) {
            *counts.entry(name).or_default() += u64::from(count);
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by_key(|&(name, count)| (Reverse(count), name));
    counts.truncate(FACET_NAMES_MAX);
    counts
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count))
        .collect()
}
