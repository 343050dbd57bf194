//! IPTC-IIM: the keywords and captions of older programs, news agencies and scanners.
//!
//! Source: IPTC-NAA Information Interchange Model 4.2. It does not know where in a file it lies.

use super::{Account, NAMES_MAX, words};

/// Record 2 holds what is said about the picture, record 1 the character set.
const CHARSET: (u8, u8) = (1, 90);
const TITLE: (u8, u8) = (2, 5);
const KEYWORD: (u8, u8) = (2, 25);
const CAPTION: (u8, u8) = (2, 120);
/// Most data sets that are looked at.
const SETS_MAX: usize = 4096;

/// Reads the data sets; what is broken ends the reading.
pub(super) fn read(bytes: &[u8]) -> Account {
    let sets = data_sets(bytes);
    let of = |name: (u8, u8)| {
        sets.iter()
            .filter(move |set| set.0 == name)
            .map(|set| set.1)
    };
    // ESC % G announces UTF-8; many write it without announcing it.
    let is_utf8 = of(CHARSET).any(|set| set == b"\x1b%G");
    let text = |bytes| words::decoded(bytes, is_utf8);
    let caption = |name| of(name).find_map(|bytes| words::caption(&text(bytes)));
    let keywords = of(KEYWORD)
        .take(NAMES_MAX)
        .filter_map(|bytes| words::tag(text(bytes).split('/')));
    Account {
        keywords: words::distinct(keywords.collect()),
        caption: caption(CAPTION).or_else(|| caption(TITLE)),
        ..Account::default()
    }
}

/// Name and bytes of each data set.
fn data_sets(mut bytes: &[u8]) -> Vec<((u8, u8), &[u8])> {
    let mut sets = Vec::new();
    while let [0x1C, record, number, high, low, rest @ ..] = bytes {
        let length = usize::from(*high) << 8 | usize::from(*low);
        // A longer set says its length in the bytes behind; none of those matter here.
        let Some((set, rest)) = rest.split_at_checked(length).filter(|_| length < 0x8000) else {
            break;
        };
        if sets.len() >= SETS_MAX {
            break;
        }
        sets.push(((*record, *number), set));
        bytes = rest;
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: (u8, u8), bytes: &[u8]) -> Vec<u8> {
        let length = (bytes.len() as u16).to_be_bytes();
        [&[0x1C, name.0, name.1][..], &length, bytes].concat()
    }

    #[test]
    fn keywords_and_captions_in_their_character_set() {
        fn check(sets: &[Vec<u8>], keywords: &[&str], caption: Option<&str>) {
            let account = read(&sets.concat());
            assert_eq!(account.keywords, keywords);
            assert_eq!(account.caption.as_deref(), caption);
        }
        let utf8 = set(CHARSET, b"\x1b%G");
        let cafe = "Café".as_bytes();
        check(
            &[utf8, set(KEYWORD, cafe), set(CAPTION, b"two\r\nlines")],
            &["Café"],
            Some("two\nlines"),
        );
        check(
            &[
                set(KEYWORD, b"Caf\xe9"),
                set(KEYWORD, cafe),
                set(TITLE, b"T"),
            ],
            &["Café"],
            Some("T"),
        );
        check(&[set(TITLE, b"T"), set(CAPTION, b"C")], &[], Some("C"));
        check(&[set(CAPTION, b" \0")], &[], None);
    }

    #[test]
    fn broken_sets_end_the_reading() {
        let whole = [set(KEYWORD, b"one"), set(KEYWORD, b"two")].concat();
        for length in 0..whole.len() {
            let keywords = read(&whole[..length]).keywords;
            assert!(keywords.len() < 2, "{length}");
        }
        assert_eq!(read(b"\x1c\x02\x19\x80\x04\0\0\0\x01x").keywords.len(), 0);
    }
}
