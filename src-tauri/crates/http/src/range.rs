//! `Range` requests of one original (RFC 9110, section 14). Pure.

use std::ops::Range;

/// What a `Range` header asks of something `len` bytes long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All of it: no range, or one that may be ignored (other units, several ranges, nonsense).
    Whole,
    /// These bytes; never empty and never past the end.
    Part(Range<u64>),
    /// Nothing that exists: 416.
    Unsatisfiable,
}

/// Reads a `Range` header's value.
pub(crate) fn asked(header: Option<&str>, len: u64) -> Asked {
    let Some(spec) = header.and_then(|value| value.trim().strip_prefix("bytes=")) else {
        return Asked::Whole;
    };
    let Some((first, last)) = spec.split_once('-') else {
        return Asked::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let number = |text: &str| -> Option<u64> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(len),
        (Some(first), None) if last.is_empty() => first..len,
        (None, Some(suffix)) if first.is_empty() => len.saturating_sub(suffix)..len,
        _ => return Asked::Whole,
    };
    if range.start >= range.end {
        Asked::Unsatisfiable
    } else {
        Asked::Part(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let check = |header: &str, len: u64, expect: Asked| {
            assert_eq!(asked(Some(header), len), expect, "{header} of {len}");
        };
        assert_eq!(asked(None, 10), Asked::Whole);
        check("bytes=0-0", 10, Asked::Part(0..1));
        check("bytes=2-5", 10, Asked::Part(2..6));
        check("bytes=2-", 10, Asked::Part(2..10));
        check("bytes=-3", 10, Asked::Part(7..10));
        check("bytes=-30", 10, Asked::Part(0..10));
        check("bytes=5-99999999999999999999999", 10, Asked::Part(5..10));
        check("bytes=10-", 10, Asked::Unsatisfiable);
        check("bytes=99999999999999999999999-", 10, Asked::Unsatisfiable);
        check("bytes=-0", 10, Asked::Unsatisfiable);
        check("bytes=0-0", 0, Asked::Unsatisfiable);
        check("bytes=5-2", 10, Asked::Whole);
        check("bytes=0-1,3-4", 10, Asked::Whole);
        check("bytes=+1-2", 10, Asked::Whole);
        check("bytes=-", 10, Asked::Whole);
        check("lines=1-2", 10, Asked::Whole);
    }
}
