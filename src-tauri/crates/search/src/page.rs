//! A page of found photos: which, in what order, and where the next one begins.

mod brief;
mod collect;
mod cursor;
mod labels;

use kinfolio_catalog::PhotoId;
use tantivy::Searcher;

use crate::query::Sort;
pub(crate) use brief::Briefs;
use collect::Pass;
pub(crate) use collect::Wanted;
use cursor::Cursor;
pub use cursor::CursorError;

/// The most photos on one page.
pub const PAGE_LIMIT_MAX: usize = 20_000;

/// A page of found photos.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// How many photos match in all, on whichever page.
    pub total: u64,
    /// This page's, in order.
    pub ids: Vec<PhotoId>,
    /// Asks for the next page; `None` on the last.
    pub next: Option<String>,
    /// What the photos found have in common; counted with the first page only.
    pub facets: Option<Facets>,
}

/// Counts over everything found, bounded in number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Whole tags, most frequent first.
    pub tags: Vec<(String, u64)>,
    /// Albums, most frequent first.
    pub albums: Vec<(String, u64)>,
    /// People, most frequent first.
    pub people: Vec<(String, u64)>,
    /// Cameras, make and model, most frequent first.
    pub cameras: Vec<(String, u64)>,
    /// Places by town, region and country, most frequent first.
    pub places: Vec<(String, u64)>,
    /// Years of the wall clock, latest first.
    pub years: Vec<(i16, u64)>,
}

/// Carries out a compiled search and cuts one page out of what it finds.
pub(crate) fn find(
    searcher: &Searcher,
    briefs: &Briefs,
    wanted: &Wanted,
    sort: Sort,
    after: Option<Cursor>,
    limit: usize,
) -> tantivy::Result<Page> {
    let limit = limit.min(PAGE_LIMIT_MAX);
    let pass = Pass {
        searcher,
        briefs,
        sort,
        after: after.map(|cursor| cursor.key),
        limit,
    };
    let found = pass.of(wanted)?;
    let next = found.keys.last().filter(|_| found.more);
    Ok(Page {
        total: found.total,
        next: next.map(|&key| Cursor { sort, key }.encode()),
        ids: found.keys.iter().map(|key| key.id(sort)).collect(),
        facets: found.facets,
    })
}

pub(crate) fn cursor(text: &str, sort: Sort) -> Result<Cursor, CursorError> {
    Cursor::decode(text, sort)
}
