//! Search: an index that follows the catalogue, and the query language over it.
//!
//! The index can be deleted at any time and is built again from the catalogue. Knows photos'
//! records and words; does not know blocks, files, previews or the network.

pub mod alike;
mod compile;
mod fold;
mod geo;
pub mod index;
mod listed;
pub mod map;
mod names;
mod own;
pub mod page;
pub mod query;
mod rows;
mod schema;

pub use alike::Alike;
pub use fold::fold as folded;
pub use index::{Index, IndexError};
pub use map::Cluster;
pub use names::Named;
pub use page::{CursorError, Facets, Page};
pub use query::{Query, QueryError, Sort, sentences};
