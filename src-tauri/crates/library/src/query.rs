//! Searching.

use kinfolio_catalog::{FieldType, Photo, PhotoId};
pub use kinfolio_search::map::ZOOM_MAX;
pub use kinfolio_search::{Cluster, Facets, Sort};
use kinfolio_search::{Named, Query, QueryError, folded};

use crate::edit::too_many;
use crate::error::LibraryError;
use crate::household::settings;
use crate::library::Library;
use crate::sentences;

/// Most photos on one page.
pub const SEARCH_LIMIT_MAX: u32 = 20_000;

/// What is searched for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The query as a person wrote it.
    pub query: String,
    /// Photos on this page.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// In which order; `None`: as people expect for such a query.
    pub sort: Option<Sort>,
}

/// One page of results.
#[derive(Clone, Debug)]
pub struct Found {
    /// The chain height that the records show.
    pub height: u64,
    /// All photos that match.
    pub total: u64,
    /// This page.
    pub photos: Vec<Photo>,
    /// The next page's cursor, when there is one.
    pub next: Option<String>,
    /// What the photos found have in common; with the first page only.
    pub facets: Option<Facets>,
}

/// Searches.
///
/// # Errors
/// A wrong query ([`LibraryError::BadQuery`] says where and why), or an index that fails.
pub async fn search(library: &Library, wanted: Wanted) -> Result<Found, LibraryError> {
    let query = parse(library, &wanted.query)?;
    library.finds_anything().await?;
    let here = library.clone();
    library
        .blocking(move || {
            let cursor = wanted.cursor.as_deref();
            let sort = wanted.sort.unwrap_or_else(|| query.default_sort());
            let view = here.shown().view();
            let index = here.index();
            let page = index.search(&view, &query, sort, cursor, wanted.limit)?;
            Ok(Found {
                height: view.height().unwrap_or(0),
                total: page.total,
                photos: view.photos(&page.ids)?,
                next: page.next,
                facets: page.facets,
            })
        })
        .await
}

/// Reads a query, whose fields of the household's own must be defined, and able to hold what is asked.
pub(crate) fn parse(library: &Library, text: &str) -> Result<Query, LibraryError> {
    let query = Query::parse(text).map_err(LibraryError::BadQuery)?;
    let wrong = |at, said| Err(LibraryError::BadQuery(QueryError { at, said }));
    let fields = settings(library).fields;
    for (at, key, asked) in query.own_fields() {
        let mut known = fields.iter();
        let Some((name, of)) = known.find(|(name, _)| folded(name) == key) else {
            let names = fields.into_keys().collect::<Vec<_>>().join(", ");
            let said = match names.as_str() {
                "" => sentences::NO_FIELDS.with("field", key),
                names => sentences::NO_FIELD.with("field", key).with("fields", names),
            };
            return wrong(at, said);
        };
        let holds = match of {
            FieldType::Number if !asked.number => sentences::NUMBERS,
            FieldType::Date if !asked.day => sentences::DAYS,
            _ => continue,
        };
        return wrong(asked.at, holds.with("field", name));
    }
    Ok(query)
}

/// Photos that lie close together, for a map.
#[derive(Clone, Debug)]
pub struct Clusters {
    /// The chain height that they show.
    pub height: u64,
    /// The largest first.
    pub clusters: Vec<Cluster>,
}

/// What lies in a box of the map, as `south,west,north,east`, gathered at a zoom.
///
/// # Errors
/// The box is none ([`LibraryError::BadQuery`] says where and why), or the index fails.
pub async fn clusters(library: &Library, area: &str, zoom: u8) -> Result<Clusters, LibraryError> {
    let query = Query::parse(&format!("in:\"{}\"", area.replace(['"', '\\'], " ")));
    let query = query.map_err(LibraryError::BadQuery)?;
    library.finds_anything().await?;
    let here = library.clone();
    library
        .blocking(move || {
            let view = here.shown().view();
            Ok(Clusters {
                height: view.height().unwrap_or(0),
                clusters: here.index().clusters(&view, &query, zoom)?,
            })
        })
        .await
}

/// Every place where photos were taken, with how many, most frequent first.
///
/// # Errors
/// The index cannot be read.
pub async fn places(library: &Library) -> Result<Vec<(String, u64)>, LibraryError> {
    let all = parse(library, "")?;
    library.finds_anything().await?;
    let here = library.clone();
    let read = move || {
        Ok(here
            .index()
            .names(&here.shown().view(), &all, Named::Places)?)
    };
    library.blocking(read).await
}

/// How many photos a query finds.
pub(crate) async fn count(library: &Library, query: &str) -> Result<u64, LibraryError> {
    let wanted = Wanted {
        query: query.to_owned(),
        limit: 1,
        cursor: None,
        sort: Some(Sort::Newest),
    };
    Ok(search(library, wanted).await?.total)
}

/// Every photo that `query` finds, as of everything that is shown now.
pub(crate) async fn all(library: &Library, query: &str) -> Result<Vec<PhotoId>, LibraryError> {
    let query = parse(library, query)?;
    library.finds().await?;
    let here = library.clone();
    library
        .blocking(move || {
            let (view, index) = (here.shown().view(), here.index());
            let mut found = Vec::new();
            let mut cursor: Option<String> = None;
            loop {
                let limit = SEARCH_LIMIT_MAX as usize;
                let after = cursor.as_deref();
                let page = index.search(&view, &query, Sort::Newest, after, limit)?;
                too_many(page.total)?;
                found.extend(page.ids);
                cursor = page.next;
                if cursor.is_none() {
                    return Ok(found);
                }
            }
        })
        .await
}
