//! Texts as search sees them: without case, accents and punctuation.
//!
//! The index and the query go through the same door here, so that they cannot differ.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest word kept; the rest of a longer one is cut off.
const TOKEN_CHARS_MAX: usize = 64;

/// The words of a text, folded. Letters and digits make words; each Chinese or Japanese
/// character and each pictograph is a word by itself, because no spaces part them.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let text = fold(text);
    if text.is_ascii() {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        return words
            .map(|word| word[..word.len().min(TOKEN_CHARS_MAX)].to_owned())
            .collect();
    }
    let mut tokens = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if stands_alone(c) {
            close(&mut tokens, &mut word);
            tokens.push(c.to_string());
        } else if c.is_alphanumeric() {
            word.push(c);
        } else {
            close(&mut tokens, &mut word);
        }
    }
    close(&mut tokens, &mut word);
    tokens
}

fn close(tokens: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        tokens.push(word.chars().take(TOKEN_CHARS_MAX).collect());
        word.clear();
    }
}

/// A text without case and accents: compatibility forms unified, combining marks dropped.
#[must_use]
pub fn fold(text: &str) -> String {
    // Most texts are, and nothing else below concerns these.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let plain = text.nfkd().filter(|&c| !is_combining_mark(c)).nfc();
    let mut folded = String::with_capacity(text.len());
    for c in plain.flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            // Lower-casing can bring a mark back, as in the Turkish capital dotted I.
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// A tag as it is compared: each part folded, so `Été/Grèce` is `ete/grece`. A part of
/// nothing but marks stays as it is.
pub(crate) fn path(tag: &str) -> String {
    let parts = tag.split('/').map(|part| {
        let folded = fold(part.trim());
        if folded.is_empty() {
            part.trim().to_owned()
        } else {
            folded
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A tag and everything above it, from the top down.
pub(crate) fn path_and_above(tag: &str) -> Vec<String> {
    let path = path(tag);
    let ends = path
        .match_indices('/')
        .map(|(at, _)| at)
        .chain([path.len()]);
    ends.map(|end| path[..end].to_owned()).collect()
}

fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{2600}'..='\u{27bf}'         // pictographs of old
        | '\u{3040}'..='\u{30ff}'       // Hiragana, Katakana
        | '\u{3400}'..='\u{4dbf}'       // Chinese characters
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{1f000}'..='\u{1faff}'     // emoji
        | '\u{20000}'..='\u{3fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        assert_eq!(tokens(text), expect, "{text}");
    }

    #[test]
    fn words_lose_case_accents_and_punctuation() {
        check("IMG_1234 (2).JPG", &["img", "1234", "2", "jpg"]);
        check("Été à Grèce", &["ete", "a", "grece"]);
        check("cafe\u{301}", &["cafe"]);
        check("Straße SMØRREBRØD Łódź", &["strasse", "smorrebrod", "lodz"]);
        check("ΑΣ ας", &["ασ", "ασ"]);
        check("İstanbul ılık", &["istanbul", "ilik"]);
        check("ﬁne Ⅷ", &["fine", "viii"]);
        check("東京 tower", &["東", "京", "tower"]);
        check("한국어", &["한국어"]);
        check("חתונה 🎂🎂", &["חתונה", "🎂", "🎂"]);
        check("--- !", &[]);
        check(&"x".repeat(100), &[&"x".repeat(64)]);
    }

    #[test]
    fn tags_are_folded_part_by_part() {
        assert_eq!(path("Été/Grèce \"2019\""), "ete/grece \"2019\"");
        assert_eq!(path_and_above("A/b/Ç"), ["a", "a/b", "a/b/c"]);
        assert_eq!(path_and_above("one"), ["one"]);
        assert_eq!(path("a/\u{301}"), "a/\u{301}");
    }
}
