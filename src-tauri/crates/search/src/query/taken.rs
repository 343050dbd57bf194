//! Periods of the wall clock: `2019`, `2019-07`, `2019-07-14`, ranges and comparisons of them.

use std::ops::Range;

use kinfolio_catalog::YearMonth;

use super::parser::{Value, shown, wrong};
use super::value::comparison;
use super::{QueryError, sentences};

const DAY_MS: i64 = 86_400_000;

/// taken = [ "<" | "<=" | ">" | ">=" ] period | period ".." period
///
/// A range holds both of its periods whole; a comparison is with the whole period, so
/// `<=2019` ends with that year and `>2019` begins after it. Milliseconds of the wall clock.
pub(super) fn range(value: &Value) -> Result<Range<i64>, QueryError> {
    let text = value.text.as_str();
    if let Some((from, to)) = text.split_once("..") {
        let first = period(value.at, from)?;
        let last = period(value.at + from.chars().count() + 2, to)?;
        if first.start >= last.end {
            return Err(wrong(value.at, sentences::BACKWARDS.with("given", text)));
        }
        return Ok(first.start..last.end);
    }
    let (compare, rest) = comparison(text);
    let period = period(value.at + compare.len(), rest)?;
    Ok(match compare {
        "<" => i64::MIN..period.start,
        "<=" => i64::MIN..period.end,
        ">" => period.end..i64::MAX,
        ">=" => period.start..i64::MAX,
        _ => period,
    })
}

fn period(at: usize, text: &str) -> Result<Range<i64>, QueryError> {
    let fail = || wrong(at, sentences::NO_DATE.with("given", shown(text)));
    let month = |text: &str| {
        text.parse::<YearMonth>()
            .map(YearMonth::wall_ms_range)
            .map_err(|_| fail())
    };
    match text.len() {
        4 => {
            let first = month(&format!("{text}-01"))?;
            let last = month(&format!("{text}-12"))?;
            Ok(first.start..last.end)
        }
        7 => month(text),
        10 if text.is_char_boundary(7) => {
            let (of, day) = text.split_at(7);
            let of = month(of)?;
            let day = day
                .strip_prefix('-')
                .filter(|day| day.bytes().all(|b| b.is_ascii_digit()));
            let day: i64 = day.and_then(|day| day.parse().ok()).ok_or_else(fail)?;
            let start = of.start + (day - 1) * DAY_MS;
            if day < 1 || start >= of.end {
                return Err(fail());
            }
            Ok(start..start + DAY_MS)
        }
        _ => Err(fail()),
    }
}
