//! What a position is called: the nearest town or village, if there is one near.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use keshvar::{Country, CountryIterator};
use reverse_geocoder::{Record, ReverseGeocoder};

/// How far from a town or village a position may be and still have its name, in kilometres. Farther
/// out, at sea or in a desert, a name would say more than is known.
const NAMED_WITHIN_KM: f64 = 30.0;

/// How far around a position the nearest towns are looked for, and how far from there they may be.
const NEIGHBOURS_KM: f64 = 4.0;

/// Names of a country that it is found by: they begin with English, German, French and Spanish.
const LANGUAGES: usize = 5;

/// The earth's mean radius.
const EARTH_KM: f64 = 6371.0088;

static GEOCODER: LazyLock<ReverseGeocoder> = LazyLock::new(ReverseGeocoder::new);

/// By their codes. A country comes with all that is known of it, which takes longer to put together than
/// to find the town.
static COUNTRIES: LazyLock<HashMap<String, Names>> = LazyLock::new(|| {
    let countries = CountryIterator::new();
    countries
        .map(|country| (country.alpha2().to_string(), Names::of(&country)))
        .collect()
});

/// What a country is called.
struct Names {
    spoken: String,
    others: Vec<&'static str>,
}

/// A place with a name.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    record: &'static Record,
    lat: f64,
    lon: f64,
}

/// The town or village at this position, in degrees; nothing where none is near, or the position is
/// none.
#[must_use]
pub fn name(lat: f64, lon: f64) -> Option<Place> {
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        return None;
    }
    let record = nearest(lat, lon, NAMED_WITHIN_KM)?;
    Some(Place { record, lat, lon })
}

/// The town or village whose middle is the nearest, if it is near enough.
fn nearest(lat: f64, lon: f64, within_km: f64) -> Option<&'static Record> {
    let found = GEOCODER.search((lat, lon));
    // It gives the square of the straight way through a globe of radius 1.
    let half_chord = (found.distance.sqrt() / 2.0).min(1.0);
    let km = 2.0 * half_chord.asin() * EARTH_KM;
    (km <= within_km).then_some(found.record)
}

impl Place {
    /// The country, as it is called in English; empty where that is disputed.
    fn country(&self) -> &'static str {
        match self.record.cc.as_str() {
            // No country of ISO 3166.
            "XK" => "Kosovo",
            code => COUNTRIES.get(code).map_or("", |names| &names.spoken),
        }
    }

    /// Towns whose surroundings come near, among them the city whose suburb is nearer than its middle.
    fn neighbours(&self) -> Vec<&'static str> {
        let north = (NEIGHBOURS_KM / EARTH_KM).to_degrees();
        // Around a pole there are no towns to miss.
        let east = north / self.lat.to_radians().cos().max(0.01);
        let mut names = Vec::new();
        for eighth in 0..8 {
            let (sin, cos) = (f64::from(eighth) * std::f64::consts::FRAC_PI_4).sin_cos();
            let lat = (self.lat + north * cos).clamp(-90.0, 90.0);
            let lon = (self.lon + east * sin + 540.0).rem_euclid(360.0) - 180.0;
            let Some(record) = nearest(lat, lon, NEIGHBOURS_KM) else {
                continue;
            };
            let name = record.name.as_str();
            if name != self.record.name && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// What it may be looked for by, besides what is shown: its district, the country as some
    /// languages call it, and its neighbours' names.
    #[must_use]
    pub fn aliases(&self) -> Vec<String> {
        let names = COUNTRIES.get(&self.record.cc);
        let names = names.iter().flat_map(|names| &names.others);
        let names = names.map(|&name| name.to_owned());
        let district = Some(self.record.admin2.clone());
        let district = district.filter(|district| !district.is_empty());
        let neighbours = self.neighbours().into_iter().map(str::to_owned);
        district
            .into_iter()
            .chain(names)
            .chain(neighbours)
            .collect()
    }
}

impl fmt::Display for Place {
    /// Town, region, country; what is said already is not said again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Record { name, admin1, .. } = self.record;
        f.write_str(name)?;
        if !admin1.is_empty() && admin1 != name {
            write!(f, ", {admin1}")?;
        }
        let country = self.country();
        if !country.is_empty() && country != name && country != admin1 {
            write!(f, ", {country}")?;
        }
        Ok(())
    }
}

impl Names {
    fn of(country: &Country) -> Names {
        let others = country.unofficial_name_list().iter();
        Names {
            spoken: spoken(country),
            others: others.take(LANGUAGES).copied().collect(),
        }
    }
}

/// A country's name as people say it: not "Korea (Republic of)".
fn spoken(country: &Country) -> String {
    let plain = |name: &str| !name.contains(['(', ',']) && !name.contains(" of ");
    let official = country.iso_short_name();
    let names = country.unofficial_name_list().iter().copied();
    let mut names = [official].into_iter().chain(names);
    let found = names.find(|name| plain(name)).unwrap_or(official);
    found.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_found_beyond_its_nearest_suburb() {
        let check = |lat, lon, expected: &str, city: &str| {
            let place = name(lat, lon).unwrap();
            assert!(place.to_string().starts_with(expected), "{place}");
            assert!(
                place.aliases().iter().any(|name| name == city),
                "{:?}",
                place.aliases()
            );
        };
        check(48.8583, 2.2945, "Neuilly-sur-Seine", "Paris");
        check(40.758, -73.9855, "Weehawken", "New York City");
        check(-16.43, 179.36, "Lambasa", "Fidschi");
        assert!(name(-90.0, 0.0).is_none());
    }

    #[test]
    fn positions_have_the_names_that_people_know_and_none_far_out() {
        let check = |lat, lon, expected: Option<&str>| {
            let found = name(lat, lon);
            let shown = found.map(|place| place.to_string());
            assert_eq!(shown.as_deref(), expected, "{lat}, {lon}");
        };
        check(48.85341, 2.3488, Some("Paris, Ile-de-France, France"));
        check(35.51, 24.02, Some("Chania, Crete, Greece"));
        check(42.66, 21.17, Some("Pristina, Kosovo"));
        check(
            51.5,
            -0.12,
            Some("City of Westminster, England, United Kingdom"),
        );
        check(37.5665, 126.978, Some("Seoul, South Korea"));
        check(1.29, 103.85, Some("Singapore"));
        check(
            64.7,
            177.5,
            Some("Anadyr, Chukotskiy Avtonomnyy Okrug, Russian Federation"),
        );
        // The middle of the Atlantic, both poles, and no place on earth.
        for (lat, lon) in [
            (30.0, -40.0),
            (90.0, 0.0),
            (-90.0, 10.0),
            (91.0, 0.0),
            (0.0, f64::NAN),
        ] {
            check(lat, lon, None);
        }
    }

    #[test]
    fn the_cut_off_is_in_kilometres_at_any_latitude() {
        // Longyearbyen: a degree of longitude is 23 km there.
        let (lat, lon) = (78.22334, 15.64689);
        // 27.4 km to the east, and 31.9.
        for east in [0.0, 1.2] {
            let place = name(lat, lon + east).unwrap().to_string();
            assert!(place.starts_with("Longyearbyen, "), "{place}");
        }
        assert!(name(lat, lon + 1.4).is_none());
    }

    #[test]
    fn a_place_is_found_by_its_country_in_other_languages() {
        let texts = name(35.51, 24.02).unwrap().aliases();
        for text in ["Nomos Chanias", "Greece", "Griechenland"] {
            assert!(texts.iter().any(|one| one == text), "{text}: {texts:?}");
        }
    }
}
