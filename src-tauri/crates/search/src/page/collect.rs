//! One pass over everything that a search finds: notes it, then takes the page's photos out of it, and
//! for the first page counts what all of it has in common.

use tantivy::query::{EnableScoring, Query as Search, Weight};
use tantivy::{DocId, Score, Searcher, SegmentReader};

use super::Facets;
use super::brief::{Briefs, Members};
use super::cursor::Key;
use super::labels::{self, Tally};
use crate::query::Sort;

/// What is searched for.
pub(crate) enum Wanted {
    /// All that is found fits equally well.
    Alike(Box<dyn Search>),
    /// What the first one finds fits best, and so on; what several find counts with the first of them.
    Tiers(Vec<(Score, Box<dyn Search>)>),
    /// It says of each photo how well that fits, in few different numbers.
    Scored(Box<dyn Search>),
}

/// Takes the `limit` first photos behind a key.
pub(super) struct Pass<'a> {
    pub(super) searcher: &'a Searcher,
    pub(super) briefs: &'a Briefs,
    pub(super) sort: Sort,
    pub(super) after: Option<Key>,
    pub(super) limit: usize,
}

/// What the pass brought.
pub(super) struct Found {
    pub(super) total: u64,
    /// The first behind the key, in order.
    pub(super) keys: Vec<Key>,
    /// Whether there are others behind those.
    pub(super) more: bool,
    pub(super) facets: Option<Facets>,
}

/// Documents of one segment and one rank, each once.
struct Level {
    rank: u32,
    documents: Vec<DocId>,
}

/// What one segment brings.
struct Piece {
    total: u64,
    /// The first behind the key, in order, and one more than the page holds, if there are so many.
    keys: Vec<Key>,
    tally: Option<Tally>,
}

impl Pass<'_> {
    pub(super) fn of(&self, wanted: &Wanted) -> tantivy::Result<Found> {
        let unscored = EnableScoring::disabled_from_searcher(self.searcher);
        let pieces = match wanted {
            Wanted::Alike(search) => {
                let weight = search.weight(unscored)?;
                let rank = Key::rank(self.sort, 0.0);
                self.each(|segment| {
                    let documents = self.documents(segment, weight.as_ref())?;
                    Ok(vec![Level { rank, documents }])
                })?
            }
            Wanted::Tiers(tiers) => {
                let rank = |score| Key::rank(self.sort, score);
                let tiers = tiers
                    .iter()
                    .map(|(score, search)| Ok((rank(*score), search.weight(unscored)?)));
                let tiers: Vec<_> = tiers.collect::<tantivy::Result<_>>()?;
                self.each(|segment| self.tiered(segment, &tiers))?
            }
            Wanted::Scored(search) => {
                let weight = search.weight(EnableScoring::enabled_from_searcher(self.searcher))?;
                self.each(|segment| self.scored(segment, weight.as_ref()))?
            }
        };
        let mut keys: Vec<_> = pieces
            .iter()
            .flat_map(|piece| &piece.keys)
            .copied()
            .collect();
        keys.sort_unstable();
        let more = keys.len() > self.limit;
        keys.truncate(self.limit);
        let total = pieces.iter().map(|piece| piece.total).sum();
        let tallies: Vec<_> = pieces.into_iter().filter_map(|piece| piece.tally).collect();
        let facets = self.after.is_none().then(|| labels::facets(&tallies));
        Ok(Found {
            total,
            keys,
            more,
            facets,
        })
    }

    /// What each segment brings, on as many threads as the index was given.
    fn each(
        &self,
        levels: impl Fn(&SegmentReader) -> tantivy::Result<Vec<Level>> + Sync,
    ) -> tantivy::Result<Vec<Piece>> {
        let piece = |segment| self.take(segment, levels(segment)?);
        let segments = self.searcher.segment_readers().iter();
        self.searcher.index().search_executor().map(piece, segments)
    }

    fn scored(&self, segment: &SegmentReader, weight: &dyn Weight) -> tantivy::Result<Vec<Level>> {
        let mut levels: Vec<Level> = Vec::new();
        let mut at = 0;
        weight.for_each(segment, &mut |document, score| {
            let rank = Key::rank(self.sort, score);
            if segment.is_deleted(document) {
                return;
            }
            if levels.get(at).is_none_or(|level| level.rank != rank) {
                at = levels
                    .iter()
                    .position(|level| level.rank == rank)
                    .unwrap_or(levels.len());
                if at == levels.len() {
                    levels.push(Level {
                        rank,
                        documents: self.briefs.list(),
                    });
                }
            }
            levels[at].documents.push(document);
        })?;
        Ok(levels)
    }

    /// Takes of a segment what the page may need.
    fn take(&self, segment: &SegmentReader, mut levels: Vec<Level>) -> tantivy::Result<Piece> {
        let mut piece = Piece {
            total: 0,
            keys: Vec::new(),
            tally: None,
        };
        if levels.iter().all(|level| level.documents.is_empty()) {
            for level in levels {
                self.briefs.give_back(level.documents);
            }
            return Ok(piece);
        }
        let brief = self.briefs.of(segment)?;
        levels.sort_unstable_by_key(|level| level.rank);
        let mut wanted = self.limit + 1;
        for level in &levels {
            piece.total += level.documents.len() as u64;
            let passed = match self.after {
                Some(after) if level.rank < after.rank => continue,
                Some(after) if level.rank == after.rank => brief.passed(self.sort, after),
                _ => 0,
            };
            let first = brief.first(self.sort, &level.documents, passed, wanted);
            wanted -= first.len();
            let keys = first
                .into_iter()
                .map(|document| brief.key(self.sort, level.rank, document));
            piece.keys.extend(keys);
        }
        let mut documents = levels.into_iter().map(|level| level.documents);
        // In which order they are counted does not matter.
        let mut all = documents.next().unwrap_or_default();
        for some in documents {
            all.extend_from_slice(&some);
            self.briefs.give_back(some);
        }
        piece.tally = self.after.is_none().then(|| Tally::of(brief, &all));
        self.briefs.give_back(all);
        Ok(piece)
    }

    /// What a search finds in a segment, ascending.
    fn documents(
        &self,
        segment: &SegmentReader,
        weight: &dyn Weight,
    ) -> tantivy::Result<Vec<DocId>> {
        let mut documents = self.briefs.list();
        match segment.alive_bitset() {
            None => {
                let mut all = |some: &[DocId]| documents.extend_from_slice(some);
                weight.for_each_no_score(segment, &mut all)?;
            }
            Some(alive) => weight.for_each_no_score(segment, &mut |some| {
                documents.extend(some.iter().filter(|&&document| alive.is_alive(document)));
            })?,
        }
        Ok(documents)
    }

    fn tiered(
        &self,
        segment: &SegmentReader,
        tiers: &[(u32, Box<dyn Weight>)],
    ) -> tantivy::Result<Vec<Level>> {
        let mut levels: Vec<Level> = Vec::new();
        for (rank, weight) in tiers {
            let mut documents = self.documents(segment, weight.as_ref())?;
            for level in &levels {
                if !level.documents.is_empty() && !documents.is_empty() {
                    let better = Members::of(segment.max_doc() as usize, &level.documents);
                    documents.retain(|&document| !better.has(document));
                }
            }
            levels.push(Level {
                rank: *rank,
                documents,
            });
        }
        Ok(levels)
    }
}
