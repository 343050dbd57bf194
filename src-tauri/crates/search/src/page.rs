//! A page of found photos.

use kinfolio_catalog::PhotoId;

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

/// Counts over everything found, most frequent first and bounded in number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// Whole tags.
    pub tags: Vec<(String, u64)>,
    /// Cameras, make and model.
    pub cameras: Vec<(String, u64)>,
    /// Years of the wall clock, latest first.
    pub years: Vec<(i16, u64)>,
}
