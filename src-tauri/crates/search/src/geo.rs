//! Places on a round earth: which positions a circle or a rectangle holds.
//!
//! Pure arithmetic; exact at any latitude, across the date line and at the poles.

use std::ops::RangeInclusive;

/// Mean radius of the earth, in metres (IUGG).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Everything within a distance of a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Circle {
    /// Degrees north and east.
    pub(crate) lat: f64,
    pub(crate) lon: f64,
    pub(crate) radius_m: f64,
}

/// Everything between two parallels and two meridians, edges included. Where `west > east`,
/// it crosses the date line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rectangle {
    pub(crate) south: f64,
    pub(crate) west: f64,
    pub(crate) north: f64,
    pub(crate) east: f64,
}

/// Great-circle distance in metres between two positions in degrees: the haversine formula
/// (R. W. Sinnott, Virtues of the Haversine, Sky and Telescope 68, 1984).
pub(crate) fn distance_m(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (lat_1, lat_2) = (from.0.to_radians(), to.0.to_radians());
    let half_lat = ((lat_2 - lat_1) / 2.0).sin();
    let half_lon = ((to.1 - from.1).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_1.cos() * lat_2.cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_M * h.min(1.0).sqrt().asin()
}

impl Circle {
    pub(crate) fn holds(&self, lat: f64, lon: f64) -> bool {
        distance_m((self.lat, self.lon), (lat, lon)) <= self.radius_m
    }

    /// A rectangle around the circle: all meridians where the circle reaches a pole, else
    /// those at which it is widest (asin(sin r / cos lat), not at its centre's latitude).
    pub(crate) fn bounds(&self) -> Rectangle {
        // A little more than needed, so that rounding never cuts anything off.
        let angle = self.radius_m / EARTH_RADIUS_M * (1.0 + 1e-9) + 1e-12;
        let south = self.lat - angle.to_degrees();
        let north = self.lat + angle.to_degrees();
        let widest = angle.sin() / self.lat.to_radians().cos();
        let (west, east) = if south <= -90.0 || north >= 90.0 || widest >= 1.0 {
            (-180.0, 180.0)
        } else {
            let reach = widest.asin().to_degrees() + 1e-9;
            (wrap(self.lon - reach), wrap(self.lon + reach))
        };
        Rectangle {
            south: south.max(-90.0),
            west,
            north: north.min(90.0),
            east,
        }
    }
}

impl Rectangle {
    pub(crate) fn holds(&self, lat: f64, lon: f64) -> bool {
        // 180 degrees east and west are one meridian.
        let meridian = |lon| self.spans(lon);
        (self.south..=self.north).contains(&lat)
            && (meridian(lon) || (lon.abs() == 180.0 && meridian(-lon)))
    }

    fn spans(&self, lon: f64) -> bool {
        if self.west <= self.east {
            (self.west..=self.east).contains(&lon)
        } else {
            lon >= self.west || lon <= self.east
        }
    }
}

/// A longitude from -180 to 180.
fn wrap(lon: f64) -> f64 {
    if (-180.0..=180.0).contains(&lon) {
        lon
    } else {
        (lon + 180.0).rem_euclid(360.0) - 180.0
    }
}

/// A grid over the earth, so that the index can find what lies around without looking at
/// every photo: cells of a quarter of a degree, and coarse ones of four degrees.
const GRIDS: [Grid; 2] = [
    Grid {
        level: 0,
        per_degree: 4.0,
    },
    Grid {
        level: 1,
        per_degree: 0.25,
    },
];

/// Most fine cells to ask for at once; a larger rectangle is asked for in coarse ones.
const CELLS_MAX: u64 = 2_000;

struct Grid {
    level: u64,
    per_degree: f64,
}

impl Grid {
    fn columns(&self) -> u64 {
        (360.0 * self.per_degree) as u64
    }

    fn row(&self, lat: f64) -> u64 {
        ((lat + 90.0) * self.per_degree).floor() as u64
    }

    fn column(&self, lon: f64) -> u64 {
        ((lon + 180.0) * self.per_degree).floor() as u64
    }

    fn cell(&self, row: u64, column: u64) -> u64 {
        (self.level << 32) | (row << 16) | (column % self.columns())
    }
}

/// The cells that hold a position, one in each grid.
pub(crate) fn cells_of(lat: f64, lon: f64) -> [u64; 2] {
    GRIDS.map(|grid| grid.cell(grid.row(lat), grid.column(lon)))
}

/// Cells that together hold everything in a rectangle, and more around it.
pub(crate) fn cells_over(area: &Rectangle) -> Vec<u64> {
    let [fine, coarse] = GRIDS.map(|grid| {
        let rows = grid.row(area.south)..=grid.row(area.north);
        let first = grid.column(area.west);
        let last = grid.column(area.east)
            + if area.west > area.east {
                grid.columns()
            } else {
                0
            };
        // The whole circle of latitude is each column once.
        let last = last.min(first + grid.columns() - 1);
        (grid, rows, first..=last)
    });
    let size = |(_, rows, columns): &(Grid, RangeInclusive<u64>, RangeInclusive<u64>)| {
        (rows.end() - rows.start() + 1) * (columns.end() - columns.start() + 1)
    };
    let (grid, rows, columns) = if size(&fine) <= CELLS_MAX {
        fine
    } else {
        coarse
    };
    let cell = |row| {
        let grid = &grid;
        columns.clone().map(move |column| grid.cell(row, column))
    };
    rows.flat_map(cell).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::Strategy;
    use proptest::{prop_assert, proptest};

    use super::*;

    fn check_distance(from: (f64, f64), to: (f64, f64), expect_m: f64) {
        let distance = distance_m(from, to);
        assert!(
            (distance - expect_m).abs() < expect_m * 1e-3 + 1e-6,
            "{from:?} {to:?}: {distance}"
        );
    }

    #[test]
    fn distances_are_great_circles() {
        check_distance((48.8566, 2.3522), (51.5074, -0.1278), 343_556.0);
        check_distance((0.0, 179.5), (0.0, -179.5), 111_195.0);
        check_distance((90.0, 12.0), (90.0, -100.0), 0.0);
        check_distance((89.0, 0.0), (89.0, 180.0), 222_390.0);
        check_distance((0.0, 0.0), (0.0, 180.0), 20_015_115.0);
        check_distance((-90.0, 0.0), (90.0, 0.0), 20_015_115.0);
    }

    #[test]
    fn rectangles_hold_their_edges_and_cross_the_date_line() {
        let check = |edges: [f64; 4], lat, lon, expect| {
            let [south, west, north, east] = edges;
            let rectangle = Rectangle {
                south,
                west,
                north,
                east,
            };
            assert_eq!(rectangle.holds(lat, lon), expect, "{edges:?} {lat} {lon}");
        };
        check([48.0, 2.0, 49.0, 3.0], 48.0, 3.0, true);
        check([48.0, 2.0, 49.0, 3.0], 47.999, 2.5, false);
        check([-20.0, 170.0, 0.0, -170.0], -10.0, 175.0, true);
        check([-20.0, 170.0, 0.0, -170.0], -10.0, -175.0, true);
        check([-20.0, 170.0, 0.0, -170.0], -10.0, 0.0, false);
        check([0.0, 170.0, 1.0, 180.0], 0.5, -180.0, true);
        check([0.0, -180.0, 1.0, -170.0], 0.5, 180.0, true);
    }

    fn positions() -> impl Strategy<Value = (f64, f64)> {
        let lat = proptest::prop_oneof![-90.0..=90.0f64, 89.9..=90.0f64, -90.0..=-89.9f64];
        let lon = proptest::prop_oneof![-180.0..=180.0f64, 179.9..=180.0f64, -180.0..=-179.9f64];
        (lat, lon)
    }

    /// A position somewhere around another, near enough to matter.
    fn around((lat, lon): (f64, f64), (by_lat, by_lon): (f64, f64)) -> (f64, f64) {
        ((lat + by_lat).clamp(-90.0, 90.0), wrap(lon + by_lon))
    }

    proptest! {
        #[test]
        fn bounds_and_cells_leave_nothing_out(
            centre in positions(),
            by in (-3.0..3.0f64, -180.0..180.0f64),
            radius_m in proptest::prop_oneof![0.0..20_000.0f64, 0.0..20_100_000.0f64],
        ) {
            let circle = Circle { lat: centre.0, lon: centre.1, radius_m };
            let (lat, lon) = around(centre, by);
            for (lat, lon) in [(lat, lon), centre, around(centre, (by.0 / 100.0, by.1 / 1000.0))] {
                if circle.holds(lat, lon) {
                    let bounds = circle.bounds();
                    prop_assert!(bounds.holds(lat, lon), "{circle:?} {bounds:?} {lat} {lon}");
                    let cells = cells_over(&bounds);
                    prop_assert!(cells_of(lat, lon).iter().any(|cell| cells.contains(cell)));
                }
            }
        }

        #[test]
        fn cells_cover_rectangles(a in positions(), b in positions(), at in positions()) {
            let (south, north) = (a.0.min(b.0), a.0.max(b.0));
            let rectangle = Rectangle { south, west: a.1, north, east: b.1 };
            for (lat, lon) in [at, (south, a.1), (north, b.1), (a.0, -b.1)] {
                if rectangle.holds(lat, lon) {
                    let cells = cells_over(&rectangle);
                    prop_assert!(cells_of(lat, lon).iter().any(|cell| cells.contains(cell)), "{rectangle:?} {lat} {lon}");
                }
            }
        }
    }
}
