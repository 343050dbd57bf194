//! A search and its results.

use kinfolio_library::query::Facets;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::labels::Counted;
use super::photo::PhotoCard;

/// What to search for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    /// The query; empty: every photo not in the trash.
    #[serde(default)]
    pub q: String,
    /// Photos per page, 1 to 20,000; 100 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 20000)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// `newest`, `oldest` or `relevance`; unless told, by relevance when words are searched and
    /// else newest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub sort: Option<SortBy>,
}

/// The order of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SortBy {
    /// Latest capture first.
    Newest,
    /// Earliest capture first.
    Oldest,
    /// Best match first.
    Relevance,
}

/// One page of results.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SearchResults {
    /// All photos that match, on this page or not.
    pub total: u64,
    /// Milliseconds that the search took.
    pub took_ms: f64,
    /// The chain height that the records show.
    pub height: u64,
    /// This page.
    pub photos: Vec<PhotoCard>,
    /// The cursor of the next page, when there is one.
    pub next: Option<String>,
    /// Counts over all matches; with the first page only.
    pub facets: Option<FacetsBody>,
}

/// What the photos found have in common, most frequent first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FacetsBody {
    /// Tags.
    pub tags: Vec<Counted>,
    /// Albums.
    pub albums: Vec<Counted>,
    /// People.
    pub people: Vec<Counted>,
    /// Cameras.
    pub cameras: Vec<Counted>,
    /// Places: town, region, country.
    pub places: Vec<Counted>,
    /// Years of capture, latest first.
    pub years: Vec<Counted>,
}

impl From<Facets> for FacetsBody {
    fn from(facets: Facets) -> Self {
        let counted = |(name, count): (String, u64)| Counted { name, count };
        Self {
            tags: facets.tags.into_iter().map(counted).collect(),
            albums: facets.albums.into_iter().map(counted).collect(),
            people: facets.people.into_iter().map(counted).collect(),
            cameras: facets.cameras.into_iter().map(counted).collect(),
            places: facets.places.into_iter().map(counted).collect(),
            years: facets
                .years
                .into_iter()
                .map(|(y, n)| counted((y.to_string(), n)))
                .collect(),
        }
    }
}
