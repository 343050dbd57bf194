//! Clusters for a map: what a search finds, gathered by the squares of a grid.
//!
//! The grid is that of web maps (Mercator): at each zoom a square is a quarter of a tile, so that two
//! clusters never come closer to each other on the screen than the pictures on them are wide. Where
//! there would be too many, the squares are those of a lower zoom. Does not know what a map looks
//! like.

use std::collections::HashMap;
use std::f64::consts::PI;
use std::sync::Arc;

use kinfolio_catalog::PhotoId;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, ColumnValues};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

use crate::schema::{ID_PARTS, LAT, LON, TAKEN};

/// The deepest zoom: squares of some ten metres.
pub const ZOOM_MAX: u8 = 20;

/// Most clusters in one answer.
const CLUSTERS_MAX: usize = 2_000;

/// Squares across a tile, as a power of two.
const SQUARES_PER_TILE: u8 = 2;

/// Beyond this latitude the world of Mercator ends; what lies there is at its edge.
const LAT_MAX: f64 = 85.051_128;

/// Photos that lie close together.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// The middle of them: degrees north…
    pub lat: f64,
    /// …and east.
    pub lon: f64,
    /// South, west, north and east of all of them.
    pub bounds: [f64; 4],
    /// How many.
    pub count: u64,
    /// The newest.
    pub newest: PhotoId,
}

/// A square of the grid, counted from the north-west.
pub(crate) type Square = (u32, u32);

/// Photos of one square so far.
#[derive(Clone, Debug)]
pub(crate) struct Heap {
    lat_sum: f64,
    lon_sum: f64,
    bounds: [f64; 4],
    count: u64,
    /// When the newest was taken, and its id.
    newest: (i64, [u64; 4]),
}

impl Heap {
    fn join(&mut self, other: &Heap) {
        self.lat_sum += other.lat_sum;
        self.lon_sum += other.lon_sum;
        self.count += other.count;
        let ([south, west, north, east], others) = (self.bounds, other.bounds);
        self.bounds = [
            south.min(others[0]),
            west.min(others[1]),
            north.max(others[2]),
            east.max(others[3]),
        ];
        self.newest = self.newest.max(other.newest);
    }

    fn cluster(&self) -> Cluster {
        let mut newest = [0; 32];
        for (bytes, part) in newest.chunks_exact_mut(8).zip(self.newest.1) {
            bytes.copy_from_slice(&part.to_be_bytes());
        }
        Cluster {
            lat: self.lat_sum / self.count as f64,
            lon: self.lon_sum / self.count as f64,
            bounds: self.bounds,
            count: self.count,
            newest: PhotoId(newest),
        }
    }
}

/// The square in which a place lies.
fn square(lat: f64, lon: f64, zoom: u8) -> Square {
    let across = f64::from(1_u32 << (zoom.min(ZOOM_MAX) + SQUARES_PER_TILE));
    let lat = lat.clamp(-LAT_MAX, LAT_MAX).to_radians();
    let x = (lon + 180.0) / 360.0;
    let y = (1.0 - lat.tan().asinh() / PI) / 2.0;
    let place = |part: f64| (part * across).clamp(0.0, across - 1.0) as u32;
    (place(x), place(y))
}

/// Gathers everything found into squares.
pub(crate) struct ClusterCollector {
    pub(crate) zoom: u8,
}

impl Collector for ClusterCollector {
    type Fruit = Vec<Cluster>;
    type Child = SegmentClusters;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentClusters> {
        let columns = segment.fast_fields();
        let id = |part: usize| columns.column_first_or_default::<u64>(ID_PARTS[part]);
        Ok(SegmentClusters {
            zoom: self.zoom,
            lat: columns.column_opt(LAT)?,
            lon: columns.column_opt(LON)?,
            taken: columns.column_first_or_default(TAKEN)?,
            id: [id(0)?, id(1)?, id(2)?, id(3)?],
            heaps: HashMap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<HashMap<Square, Heap>>) -> tantivy::Result<Vec<Cluster>> {
        let mut heaps = HashMap::new();
        for (square, heap) in segments.into_iter().flatten() {
            add(&mut heaps, square, heap);
        }
        while heaps.len() > CLUSTERS_MAX {
            let mut wider = HashMap::new();
            for ((x, y), heap) in heaps {
                add(&mut wider, (x >> 1, y >> 1), heap);
            }
            heaps = wider;
        }
        let mut clusters: Vec<_> = heaps.values().map(Heap::cluster).collect();
        clusters.sort_by_key(|cluster| (std::cmp::Reverse(cluster.count), cluster.newest));
        Ok(clusters)
    }
}

fn add(heaps: &mut HashMap<Square, Heap>, square: Square, heap: Heap) {
    match heaps.get_mut(&square) {
        Some(there) => there.join(&heap),
        None => {
            heaps.insert(square, heap);
        }
    }
}

/// The squares of one segment.
pub(crate) struct SegmentClusters {
    zoom: u8,
    lat: Option<Column<f64>>,
    lon: Option<Column<f64>>,
    taken: Arc<dyn ColumnValues<i64>>,
    id: [Arc<dyn ColumnValues<u64>>; 4],
    heaps: HashMap<Square, Heap>,
}

impl SegmentCollector for SegmentClusters {
    type Fruit = HashMap<Square, Heap>;

    fn collect(&mut self, document: DocId, _: Score) {
        let lat = self.lat.as_ref().and_then(|lat| lat.first(document));
        let lon = self.lon.as_ref().and_then(|lon| lon.first(document));
        let Some((lat, lon)) = lat.zip(lon) else {
            return;
        };
        let square = square(lat, lon, self.zoom);
        let taken = self.taken.get_val(document);
        let there = self.heaps.get(&square).map(|heap| heap.newest.0);
        // Ids are four more columns, so they are read only where they can matter.
        let id = match there {
            Some(newest) if newest > taken => [0; 4],
            _ => self.id.each_ref().map(|part| part.get_val(document)),
        };
        let heap = Heap {
            lat_sum: lat,
            lon_sum: lon,
            bounds: [lat, lon, lat, lon],
            count: 1,
            newest: (taken, id),
        };
        add(&mut self.heaps, square, heap);
    }

    fn harvest(self) -> HashMap<Square, Heap> {
        self.heaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_cover_the_world_and_nothing_else() {
        assert_eq!(square(90.0, -180.0, 0), (0, 0));
        assert_eq!(square(-90.0, 180.0, 0), (3, 3));
        assert_eq!(square(0.001, -0.001, 0), (1, 1));
        assert_eq!(square(-0.001, 0.001, 0), (2, 2));
        let last = (1 << 22) - 1;
        assert_eq!(square(-90.0, 180.0, 99), (last, last));
    }

    #[test]
    fn a_deeper_zoom_parts_a_square_into_four() {
        for (lat, lon) in [(48.85, 2.35), (-35.5, -179.9), (84.0, 179.99), (-89.0, 0.0)] {
            for zoom in 0..ZOOM_MAX {
                let ((x, y), (deep_x, deep_y)) =
                    (square(lat, lon, zoom), square(lat, lon, zoom + 1));
                assert_eq!((x, y), (deep_x >> 1, deep_y >> 1), "{lat} {lon} {zoom}");
            }
        }
    }
}
