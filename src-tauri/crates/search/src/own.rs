//! Fields of the household's own, as the index has them: words, numbers and days of all fields in
//! one place, each with its field's name before it.
//!
//! Numbers and days become texts that are in the order of what they stand for, so that a range of
//! them is a range of texts.

use std::ops::Bound;

use kinfolio_catalog::field;

use crate::fold::fold;

/// Between a field's name and what it holds; stands in neither.
const END: char = '\u{1}';

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// A word of a field's value.
pub(crate) fn word(name: &str, token: &str) -> String {
    format!("{}{END}{token}", fold(name))
}

/// That a field has a value at all.
pub(crate) fn any(name: &str) -> String {
    fold(name)
}

/// A number in a field.
pub(crate) fn number(name: &str, number: f64) -> String {
    // Zero has two forms that are equal. Of the others the bits are in order, once negative ones
    // are turned round.
    let number = if number == 0.0 { 0.0 } else { number };
    let bits = number.to_bits();
    let turned = if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    };
    format!("{}{END}n{turned:016x}", fold(name))
}

/// A day in a field, counted from 1970.
pub(crate) fn day(name: &str, day: i64) -> String {
    let turned = day.cast_unsigned() ^ 1 << 63;
    format!("{}{END}d{turned:016x}", fold(name))
}

/// Everything but the words that the index keeps of a value.
pub(crate) fn values(name: &str, value: &str) -> Vec<String> {
    let mut values = vec![any(name)];
    values.extend(field::number(value).map(|found| number(name, found)));
    values.extend(field::date(value).map(|date| day(name, field::days(date))));
    values
}

/// What a person compares a field with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Between {
    pub(crate) numbers: Option<(Bound<f64>, Bound<f64>)>,
    /// Wall clock in milliseconds, of whole days.
    pub(crate) days: Option<std::ops::Range<i64>>,
}

impl Between {
    /// The ranges of texts that are meant.
    pub(crate) fn ranges(&self, name: &str) -> Vec<(Bound<String>, Bound<String>)> {
        let mut ranges = Vec::new();
        if let Some((from, to)) = self.numbers {
            let end = |bound: Bound<f64>, open: f64| match bound {
                Bound::Unbounded => Bound::Included(number(name, open)),
                bound => bound.map(|at| number(name, at)),
            };
            ranges.push((end(from, f64::MIN), end(to, f64::MAX)));
        }
        if let Some(days) = &self.days {
            let first = day(name, days.start.div_euclid(DAY_MS));
            let end = day(name, days.end.div_euclid(DAY_MS));
            ranges.push((Bound::Included(first), Bound::Excluded(end)));
        }
        ranges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_in_the_order_of_numbers_and_days() {
        let numbers = [-1e9, -2.5, -2.0, -0.5, 0.0, 0.25, 1.0, 9.0, 10.0, 1e9];
        let texts: Vec<_> = numbers.iter().map(|one| number("K", *one)).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(number("k", -0.0), number("K", 0.0));
        let days = [-700_000, -1, 0, 1, 18_000, 700_000];
        let texts: Vec<_> = days.iter().map(|one| day("é", *one)).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(word("É", "x"), "e\u{1}x");
    }
}
