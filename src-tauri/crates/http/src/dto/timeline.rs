//! The timeline: how many photos each month has, and compact rows for the grid.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kinfolio_library::{browse, catalog};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::State;
use super::photo::PhotoKind;

/// How many photos each month has.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Timeline {
    /// Photos not in the trash.
    pub total: u64,
    /// The chain height that this shows.
    pub height: u64,
    /// Newest first; months without photos are absent.
    pub months: Vec<MonthCount>,
}

/// One month of the timeline.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonthCount {
    /// `yyyy-mm`.
    pub month: String,
    /// Photos in it, not counting the trash.
    pub count: u64,
}

/// Which photos of a month.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MonthParams {
    /// Photos to pass over, from the newest on.
    pub from: Option<u32>,
    /// Photos of this answer; all unless told.
    #[param(minimum = 1)]
    pub limit: Option<u32>,
}

/// Photos of one month.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Month {
    /// `yyyy-mm`.
    pub month: String,
    /// The chain height that this shows.
    pub height: u64,
    /// Newest first.
    pub rows: Vec<Row>,
}

/// Where the days of one month were spent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonthDays {
    /// `yyyy-mm`.
    pub month: String,
    /// The chain height that this shows.
    pub height: u64,
    /// The days on which one place dominates, newest first: more than half of the photos of the day
    /// that have a position are from there, and these are at least a third of all photos of the day.
    pub days: Vec<DayPlace>,
}

/// Where a day was spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayPlace {
    /// `yyyy-mm-dd`, as the cameras showed it.
    pub day: String,
    /// `Town, Region, Country`, as in a photo's record; what is the same is not said twice.
    pub place: String,
}

impl From<browse::Day> for DayPlace {
    fn from(day: browse::Day) -> Self {
        Self {
            day: day.day,
            place: day.place,
        }
    }
}

/// One photo, as the grid needs it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Row {
    /// The photo's id.
    pub id: String,
    /// The camera's wall clock, RFC 3339.
    pub taken_at: String,
    /// Width by height as displayed.
    pub ratio: f32,
    /// A tiny placeholder picture, base64; empty when there is none.
    pub thumbhash: String,
    /// What sort of file it is.
    pub kind: PhotoKind,
    /// Whether it is a favourite.
    pub favorite: bool,
    /// 0 (none) to 5.
    pub rating: u8,
    /// Whether all that this shows is in the chain.
    pub state: State,
    /// The first photo of the burst that this is one of: at least three that one camera took within
    /// seconds. Absent where it stands alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub burst: Option<String>,
}

impl Row {
    /// The rows of a month.
    pub(crate) fn all(rows: &[catalog::TimelineRow]) -> Vec<Row> {
        let bursts = catalog::burst::of(rows);
        let rows = rows.iter().zip(bursts);
        rows.map(|(row, burst)| Row::new(row, burst)).collect()
    }

    fn new(row: &catalog::TimelineRow, burst: Option<catalog::PhotoId>) -> Self {
        Self {
            id: row.id.to_string(),
            taken_at: row.taken_at.to_string(),
            ratio: row.ratio,
            thumbhash: STANDARD.encode(&row.thumbhash),
            kind: row.kind.into(),
            favorite: row.favorite,
            rating: row.rating,
            state: State::of(row.pending),
            burst: burst.map(|id| id.to_string()),
        }
    }
}
