//! What pages and facets need of a segment, read into memory once: its documents in the order of time,
//! and the labels of each. A segment never changes, so nor does this; which of its documents were
//! deleted since is not its concern.
//!
//! Some 40 bytes a photo. Reading the columns of an index for each of a million photos takes half a
//! second, and their order cannot be read at all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::columnar::ColumnValues;
use tantivy::index::SegmentId;
use tantivy::{DocId, Searcher, SegmentReader};

use super::cursor::Key;
use super::labels::Labels;
use crate::query::Sort;
use crate::schema::{ID_PARTS, TAKEN};

/// The briefs of the segments that are searched; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Briefs {
    by_segment: Arc<Mutex<HashMap<SegmentId, Arc<Brief>>>>,
    /// Lists of documents that are not in use. A search runs on whichever thread is free, and megabytes
    /// that each of them gets and gives back leave holes in the memory of all.
    spare: Arc<Mutex<Vec<Vec<DocId>>>>,
}

/// Most lists that are kept.
const SPARE_MAX: usize = 8;

impl Briefs {
    /// Reads what new segments need, so that the next search need not, and forgets those that are gone.
    pub(crate) fn follow(&self, searcher: &Searcher) -> tantivy::Result<()> {
        let segments = searcher.segment_readers();
        for segment in segments {
            self.of(segment)?;
        }
        let mut by_segment = self
            .by_segment
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        by_segment.retain(|id, _| segments.iter().any(|segment| segment.segment_id() == *id));
        Ok(())
    }

    /// An empty list, with room that another search had need of.
    pub(super) fn list(&self) -> Vec<DocId> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        spare.pop().unwrap_or_default()
    }

    /// Takes a list back.
    pub(super) fn give_back(&self, mut list: Vec<DocId>) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE_MAX {
            list.clear();
            spare.push(list);
        }
    }

    pub(super) fn of(&self, segment: &SegmentReader) -> tantivy::Result<Arc<Brief>> {
        let id = segment.segment_id();
        let by_segment = || {
            self.by_segment
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(brief) = by_segment().get(&id) {
            return Ok(Arc::clone(brief));
        }
        // Not under the lock, so that searches of other segments go on; two that come at once both read.
        let brief = Arc::new(Brief::read(segment)?);
        by_segment().insert(id, Arc::clone(&brief));
        Ok(brief)
    }
}

pub(super) struct Brief {
    /// All documents, newest first.
    order: Vec<DocId>,
    /// Where each document stands in that.
    place: Vec<u32>,
    pub(super) labels: Labels,
    taken: Arc<dyn ColumnValues<i64>>,
    id: [Arc<dyn ColumnValues<u64>>; 4],
}

impl Brief {
    fn read(segment: &SegmentReader) -> tantivy::Result<Brief> {
        let columns = segment.fast_fields();
        let id = |part: usize| columns.column_first_or_default::<u64>(ID_PARTS[part]);
        let mut brief = Brief {
            order: Vec::new(),
            place: Vec::new(),
            labels: Labels::read(segment)?,
            taken: columns.column_first_or_default(TAKEN)?,
            id: [id(0)?, id(1)?, id(2)?, id(3)?],
        };
        let documents = 0..segment.max_doc();
        let time = |document| Key::time(Sort::Newest, brief.taken.get_val(document));
        let mut by_time: Vec<_> = documents
            .map(|document| (time(document), document))
            .collect();
        by_time.sort_unstable();
        // Ids are four more columns, so they are read only where the time does not decide.
        for alike in by_time.chunk_by_mut(|one, other| one.0 == other.0) {
            if alike.len() > 1 {
                alike.sort_by_cached_key(|&(_, document)| brief.key(Sort::Newest, 0, document));
            }
        }
        brief.order = by_time.into_iter().map(|(_, document)| document).collect();
        brief.place = vec![0; brief.order.len()];
        for (place, &document) in (0..).zip(&brief.order) {
            brief.place[document as usize] = place;
        }
        Ok(brief)
    }

    pub(super) fn key(&self, sort: Sort, rank: u32, document: DocId) -> Key {
        Key {
            rank,
            time: Key::time(sort, self.taken.get_val(document)),
            id: self
                .id
                .each_ref()
                .map(|part| Key::id_part(sort, part.get_val(document))),
        }
    }

    /// How many documents stand at or before a key, its rank aside.
    pub(super) fn passed(&self, sort: Sort, key: Key) -> usize {
        let (mut low, mut high) = (0, self.order.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.key(sort, key.rank, self.nth(sort, middle)) <= key {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The first `wanted` of some documents, in order, of those with at least `from` others before them.
    ///
    /// Either goes through all there are, in order, until it has met enough of them, or brings them in
    /// order, whichever is expected to look at fewer.
    pub(super) fn first(
        &self,
        sort: Sort,
        documents: &[DocId],
        from: usize,
        wanted: usize,
    ) -> Vec<DocId> {
        if wanted == 0 {
            return Vec::new();
        }
        let all = self.order.len();
        if all / documents.len().max(1) * wanted < documents.len() {
            let met = Members::of(all, documents);
            let in_order = (from..all).map(|nth| self.nth(sort, nth));
            return in_order
                .filter(|&document| met.has(document))
                .take(wanted)
                .collect();
        }
        let nths = documents
            .iter()
            .map(|&document| self.nth_of(sort, document));
        let mut nths: Vec<usize> = nths.filter(|&nth| nth >= from).collect();
        if wanted < nths.len() {
            nths.select_nth_unstable(wanted);
            nths.truncate(wanted);
        }
        nths.sort_unstable();
        nths.into_iter().map(|nth| self.nth(sort, nth)).collect()
    }

    fn nth(&self, sort: Sort, nth: usize) -> DocId {
        self.order[if sort == Sort::Oldest {
            self.order.len() - 1 - nth
        } else {
            nth
        }]
    }

    fn nth_of(&self, sort: Sort, document: DocId) -> usize {
        let place = self.place[document as usize] as usize;
        if sort == Sort::Oldest {
            self.order.len() - 1 - place
        } else {
            place
        }
    }
}

/// How many documents are handed over at a time.
const OTHERS_TOGETHER: usize = 4_096;

/// Which documents of a segment are among some.
pub(super) struct Members {
    bits: Vec<u64>,
    all: usize,
}

impl Members {
    pub(super) fn of(all: usize, documents: &[DocId]) -> Members {
        let mut bits = vec![0; all.div_ceil(64)];
        for &document in documents {
            bits[document as usize / 64] |= 1 << (document % 64);
        }
        Members { bits, all }
    }

    pub(super) fn has(&self, document: DocId) -> bool {
        self.bits[document as usize / 64] >> (document % 64) & 1 == 1
    }

    /// Hands over those that are not among them, ascending, some at a time.
    pub(super) fn others(&self, mut take: impl FnMut(&[DocId])) {
        let mut others = Vec::with_capacity(OTHERS_TOGETHER + 64);
        for (first, &bits) in (0..).step_by(64).zip(&self.bits) {
            let behind = (first as usize + 64).saturating_sub(self.all);
            // The last word has bits behind the last document.
            let mut missing = !bits << behind >> behind;
            while missing != 0 {
                others.push(first + missing.trailing_zeros());
                missing &= missing - 1;
            }
            if others.len() >= OTHERS_TOGETHER {
                take(&others);
                others.clear();
            }
        }
        take(&others);
    }
}
