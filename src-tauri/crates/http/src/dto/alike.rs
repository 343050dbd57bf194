//! Photos that look alike.

use kinfolio_library::alike::Group;
use kinfolio_library::catalog::PhotoId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::photo::PhotoCard;

/// Which groups.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlikeParams {
    /// Groups to pass over.
    pub skip: Option<u32>,
    /// Groups on this page, 1 to 500; 50 unless told.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

/// Groups of photos that look alike.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AlikeBody {
    /// How many groups there are.
    pub total: u64,
    /// This page, the largest first.
    pub groups: Vec<GroupBody>,
}

/// Photos that look alike.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GroupBody {
    /// At least two, the best first: most pixels, most bytes, best rated, first taken.
    pub photos: Vec<PhotoCard>,
}

impl From<&Group> for GroupBody {
    fn from(group: &Group) -> Self {
        Self {
            photos: group.photos.iter().map(PhotoCard::from).collect(),
        }
    }
}

/// Which photo is kept, and which are merged into it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepBody {
    /// The photo to keep.
    #[schema(value_type = String)]
    pub keep: PhotoId,
    /// The photos that go to the trash.
    #[schema(value_type = Vec<String>)]
    pub others: Vec<PhotoId>,
}
