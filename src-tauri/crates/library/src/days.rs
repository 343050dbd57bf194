//! Where days were spent, for the headings of a month: told from where its photos were taken when
//! somebody asks, and written down nowhere.

use std::collections::HashMap;

use kinfolio_catalog::{PhotoId, TimelineRow, View};

use crate::browse;
use crate::error::LibraryError;

/// Photos whose records are held at a time.
const RECORDS: usize = 256;

/// A day that has a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day that the cameras showed, as `2019-07-14`.
    pub day: String,
    /// The town or village with its region and country.
    pub place: String,
}

/// Where a photo was taken, as far as that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Whereabouts {
    /// Nobody knows.
    Unknown,
    /// At a position that is near no town.
    Nowhere,
    /// In or near this town.
    Near(String),
}

/// The days of a month on which one place dominates, in the order of `rows`. Costs what the records
/// of the month's photos cost.
pub(crate) fn of(view: &View, rows: &[TimelineRow]) -> Result<Vec<Day>, LibraryError> {
    let mut days = Vec::new();
    for rows in rows.chunk_by(|one, other| day_of(one) == day_of(other)) {
        let mut taken = Vec::with_capacity(rows.len());
        for rows in rows.chunks(RECORDS) {
            let ids: Vec<PhotoId> = rows.iter().map(|row| row.id).collect();
            let photos = view.photos(&ids)?;
            taken.extend(photos.iter().map(|photo| match photo.position {
                None => Whereabouts::Unknown,
                Some(_) => browse::place(photo).map_or(Whereabouts::Nowhere, Whereabouts::Near),
            }));
        }
        let place = dominant(&taken).map(str::to_owned);
        let day = rows.first().map(day_of);
        days.extend(day.zip(place).map(|(day, place)| Day { day, place }));
    }
    Ok(days)
}

fn day_of(row: &TimelineRow) -> String {
    row.taken_at.to_string().chars().take(10).collect()
}

/// The place that stands for a day: more than half of the photos of which it is known where they were
/// taken are from there, and these are at least a third of all. One photo with a position among many
/// without says little of a day.
fn dominant(taken: &[Whereabouts]) -> Option<&str> {
    let mut positioned = 0;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for one in taken {
        positioned += usize::from(*one != Whereabouts::Unknown);
        if let Whereabouts::Near(place) = one {
            *counts.entry(place).or_default() += 1;
        }
    }
    let mut counts = counts.into_iter();
    // At most one has more than half.
    let most = counts.find(|(_, count)| 2 * count > positioned);
    most.and_then(|(place, count)| (3 * count >= taken.len()).then_some(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_the_place_where_most_of_it_was_spent() {
        // A letter for each photo: the town, `~` far from any, `?` where nobody knows.
        let check = |photos: &str, expect: Option<&str>| {
            let taken = photos.chars().map(|letter| match letter {
                '?' => Whereabouts::Unknown,
                '~' => Whereabouts::Nowhere,
                town => Whereabouts::Near(town.to_string()),
            });
            let taken: Vec<_> = taken.collect();
            assert_eq!(dominant(&taken), expect, "{photos}");
        };
        check("", None);
        check("?", None);
        check("~~~", None);
        check("A", Some("A"));
        check("AAB", Some("A"));
        // Half is not more than half, whatever the others are.
        check("AB", None);
        check("AABB", None);
        check("AABC", None);
        check("A~", None);
        check("AA~", Some("A"));
        // Of those that tell nothing two thirds may be.
        check("A??", Some("A"));
        check("A???", None);
        check("AA????", Some("A"));
        check("AA?????", None);
        check("AAB????", None);
        check("AAAB?????", Some("A"));
        check("AAAB??????", None);
    }
}
