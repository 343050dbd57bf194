//! The map's clusters, and suggestions.

use kinfolio_library::query::Cluster;
use kinfolio_library::suggest::Suggestion;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which part of the map.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MapParams {
    /// `south,west,north,east` in degrees; west greater than east crosses the date line.
    pub bbox: String,
    /// Zoom as of web maps, 0 to 20.
    #[param(minimum = 0, maximum = 20)]
    pub zoom: u8,
}

/// What lies in a part of the map.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MapBody {
    /// The chain height that this shows.
    pub height: u64,
    /// Photos in it, not counting the trash.
    pub total: u64,
    /// The largest first; at most 2,000.
    pub clusters: Vec<ClusterBody>,
}

/// Photos that lie close together at this zoom.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ClusterBody {
    /// The middle of them: `[lat, lon]` in degrees.
    pub position: [f64; 2],
    /// All of them lie within: `[south, west, north, east]`.
    pub bbox: [f64; 4],
    /// How many.
    pub count: u64,
    /// The newest, to show.
    pub id: String,
}

impl From<&Cluster> for ClusterBody {
    fn from(cluster: &Cluster) -> Self {
        Self {
            position: [cluster.lat, cluster.lon],
            bbox: cluster.bounds,
            count: cluster.count,
            id: cluster.newest.to_string(),
        }
    }
}

/// What was typed.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SuggestParams {
    /// The beginning of a word.
    pub q: String,
}

/// What may be meant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Suggestions {
    /// At most ten, what most photos have first.
    pub suggestions: Vec<SuggestionBody>,
}

/// Something that may be meant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SuggestionBody {
    /// `tag`, `album`, `person`, `place`, `camera` or `field.NAME`.
    pub field: String,
    /// What to search for there; empty with a field of the household's own.
    pub name: String,
    /// The query that says so.
    pub query: String,
    /// Photos that have exactly this.
    pub count: u64,
}

impl From<Suggestion> for SuggestionBody {
    fn from(one: Suggestion) -> Self {
        Self {
            field: one.field,
            name: one.name,
            query: one.query,
            count: one.count,
        }
    }
}
