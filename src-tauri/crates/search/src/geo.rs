//! Places on a round earth: which positions a circle or a rectangle holds.
//!
//! Pure arithmetic; exact at any latitude, across the date line and at the poles.

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
