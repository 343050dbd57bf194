//! Whose clock is off: every device says what its own shows, and what most of those within reach say is
//! taken to be right. Nothing is decided by it; people are told.

use std::collections::BTreeMap;

use kinfolio_chain::DeviceId;

/// So much may a clock be off, in milliseconds: that harms nobody, and a message takes its time.
const OFF_MAX_MS: i64 = 10 * 60 * 1000;

/// How far the clocks are ahead that are off, in milliseconds, those behind below zero. `others`: how
/// far those of the others within reach are ahead of this device's. Of two nobody knows which is wrong:
/// each device says so of the other.
pub(super) fn off(me: DeviceId, others: &BTreeMap<DeviceId, i64>) -> BTreeMap<DeviceId, i64> {
    let all = others.iter().map(|(&device, &ahead)| (device, ahead));
    let all: Vec<_> = all.chain([(me, 0)]).collect();
    let mut sorted: Vec<_> = all.iter().map(|&(_, ahead)| ahead).collect();
    sorted.sort_unstable();
    let right = match sorted.len() {
        0..=2 => 0,
        count => sorted[(count - 1) / 2],
    };
    let ahead = all
        .into_iter()
        .map(|(device, ahead)| (device, ahead.saturating_sub(right)));
    ahead
        .filter(|(_, ahead)| ahead.unsigned_abs() > OFF_MAX_MS.unsigned_abs())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: i64 = 365 * 86_400_000;
    const MINUTE: i64 = 60_000;

    fn id(n: u8) -> DeviceId {
        DeviceId([n; 16])
    }

    #[test]
    fn the_clock_that_differs_from_most_is_off_whoever_compares() {
        let check = |others: &[i64], expected: &[(u8, i64)], why: &str| {
            let others = (1..).zip(others).map(|(n, &ahead)| (id(n), ahead));
            let expected = expected.iter().map(|&(n, ahead)| (id(n), ahead));
            assert_eq!(off(id(0), &others.collect()), expected.collect(), "{why}");
        };
        check(&[], &[], "nobody to compare with");
        check(&[9 * MINUTE, -9 * MINUTE], &[], "a little is no harm");
        check(&[YEAR], &[(1, YEAR)], "of two, the other one");
        check(&[-YEAR], &[(1, -YEAR)], "of two, the other one, behind");
        check(&[1000, YEAR], &[(2, YEAR - 1000)], "one of three");
        check(&[YEAR, YEAR], &[(0, -YEAR)], "this one of three");
        check(&[-YEAR, -YEAR], &[(0, YEAR)], "this one of three, ahead");
        check(&[0, 0, YEAR], &[(3, YEAR)], "one of four, ahead");
        check(&[0, 0, -YEAR], &[(3, -YEAR)], "one of four, behind");
        check(
            &[i64::MIN, i64::MAX, 0],
            &[(1, i64::MIN), (2, i64::MAX)],
            "nonsense is survived",
        );
    }
}
