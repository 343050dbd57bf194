//! The words of files in the form in which the library keeps them: trimmed, bounded, without
//! control characters, in Unicode normal form C. Knows nothing of where they stood.

use std::collections::HashSet;
use std::hash::Hash;

use unicode_normalization::UnicodeNormalization;

use super::{CAPTION_CHARS_MAX, NAME_CHARS_MAX, NAMES_MAX};

/// Deepest tag, in parts.
const TAG_PARTS_MAX: usize = 16;

/// A name on one line; `None` when nothing is left of it.
pub(crate) fn name(text: &str) -> Option<String> {
    // Nobody needs to look at megabytes to see that this is no name.
    let visible = text.chars().take(NAME_CHARS_MAX * 16);
    let plain: String = visible
        .map(|c| if c.is_control() { ' ' } else { c })
        .nfc()
        .collect();
    let cut: String = plain.trim().chars().take(NAME_CHARS_MAX).collect();
    let cut = cut.trim();
    (!cut.is_empty()).then(|| cut.to_owned())
}

/// A tag from its parts, from the general to the particular.
pub(crate) fn tag<'a>(parts: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut tag = String::new();
    for part in parts.filter_map(name).take(TAG_PARTS_MAX) {
        if !tag.is_empty() {
            tag.push('/');
        }
        tag.push_str(&part);
    }
    let cut: String = tag.chars().take(NAME_CHARS_MAX).collect();
    let cut = cut.trim_end_matches(['/', ' ']);
    (!cut.is_empty()).then(|| cut.to_owned())
}

/// A caption; line breaks stay, other control characters go.
pub(crate) fn caption(text: &str) -> Option<String> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    let kept = text
        .chars()
        .take(CAPTION_CHARS_MAX)
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let caption = kept.collect::<String>();
    (!caption.is_empty()).then_some(caption)
}

/// What cameras and phones write where a person would write a caption, folded.
const CAMERA_DEFAULTS: [&str; 17] = [
    "sony dsc",
    "samsung",
    "samsung camera pictures",
    "minolta dimage",
    "exif_jpeg_picture",
    "exif jpeg",
    "jpeg",
    "dcim",
    "dsc",
    "default",
    "untitled",
    "image description",
    "cof",
    "oznor",
    "edf",
    "hdr",
    "sdr",
];

/// Whether a caption is a camera's own filling.
pub(crate) fn is_camera_default(caption: &str) -> bool {
    let folded = caption.trim().to_lowercase();
    // `OLYMPUS DIGITAL CAMERA`, `KODAK Digital Still Camera`; Samsung's stand in brackets, a
    // drone's is where it stored the file.
    let words = folded.split_whitespace().count();
    let is_maker = words <= 4 && folded.ends_with(" camera") && folded.contains("digital ");
    let is_bracketed = folded.starts_with('<') && folded.ends_with('>');
    let is_path = folded.starts_with("dcim\\") || folded.starts_with("dcim/");
    is_maker || is_bracketed || is_path || CAMERA_DEFAULTS.contains(&folded.as_str())
}

/// UTF-8 where it is announced or well-formed, else Latin-1.
pub(crate) fn decoded(bytes: &[u8], is_utf8: bool) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) if is_utf8 => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// Stars from one to five; zero and less (rejected) are none.
pub(crate) fn stars(number: f64) -> Option<u8> {
    let stars = number.round();
    (1.0..=5.0).contains(&stars).then_some(stars as u8)
}

/// Each once, in order, at most [`NAMES_MAX`].
pub(crate) fn distinct<T: Clone + Eq + Hash>(all: Vec<T>) -> Vec<T> {
    let mut met = HashSet::new();
    all.into_iter()
        .filter(|one| met.insert(one.clone()))
        .take(NAMES_MAX)
        .collect()
}

/// Tags and keywords together. Programs write the parts of a tag as keywords once more; such a
/// keyword is not a tag of its own.
pub(crate) fn united_tags(tags: Vec<String>, keywords: Vec<String>) -> Vec<String> {
    let mut tags = distinct(tags);
    let deep: Vec<Vec<String>> = tags
        .iter()
        .map(|tag| parts_folded(tag))
        .filter(|parts| parts.len() > 1)
        .collect();
    let is_part = |keyword: &String| {
        let parts = parts_folded(keyword);
        deep.iter()
            .any(|deep| deep.windows(parts.len()).any(|window| window == parts))
    };
    let own = distinct(keywords)
        .into_iter()
        .filter(|keyword| !is_part(keyword));
    tags.extend(own);
    distinct(tags)
}

fn parts_folded(tag: &str) -> Vec<String> {
    tag.split('/').map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        fn check(text: &str, expect: Option<&str>) {
            assert_eq!(name(text).as_deref(), expect);
        }
        check(" Anna\0 ", Some("Anna"));
        check("two\nlines", Some("two lines"));
        check("Cafe\u{301}", Some("Café"));
        check(" \t\0", None);
        assert_eq!(name(&"x".repeat(1000)).map(|name| name.len()), Some(200));
    }

    #[test]
    fn tags_are_joined_parts() {
        fn check(parts: &[&str], expect: Option<&str>) {
            assert_eq!(tag(parts.iter().copied()).as_deref(), expect);
        }
        check(&["holiday", " greece "], Some("holiday/greece"));
        check(&["", "a", " ", "b"], Some("a/b"));
        check(&["", " "], None);
        assert_eq!(
            tag(["xxxxxxxxx"; 40].into_iter()).map(|tag| tag.len()),
            Some(159)
        );
        assert_eq!(
            tag([&*"y".repeat(199), "z"].into_iter()).map(|tag| tag.len()),
            Some(199)
        );
    }

    #[test]
    fn keywords_that_are_parts_of_tags_are_no_tags() {
        fn check(tags: &[&str], keywords: &[&str], expect: &[&str]) {
            let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
            assert_eq!(united_tags(owned(tags), owned(keywords)), expect);
        }
        check(
            &["Places/France/Paris"],
            &["paris", "France", "Family"],
            &["Places/France/Paris", "Family"],
        );
        check(&["Places"], &["Places", "Trip"], &["Places", "Trip"]);
        check(&["a/b", "a", "a/b"], &["a/b", "b"], &["a/b", "a"]);
        check(&["a/b/c"], &["b/c", "a/c"], &["a/b/c", "a/c"]);
    }

    #[test]
    fn what_cameras_fill_in_is_no_caption() {
        for filling in [
            "OLYMPUS DIGITAL CAMERA         ",
            "KONICA MINOLTA DIGITAL CAMERA",
            "SONY DSC",
            "<Digimax i50 MP3, Samsung #1 MP3>",
            "DCIM\\100MEDIA\\DJI_0001.JPG",
        ] {
            assert!(is_camera_default(filling), "{filling}");
        }
        for caption in [
            "Anna with my first digital camera",
            "Samsung tower",
            "DSC 1",
            "<3",
            "camera",
        ] {
            assert!(!is_camera_default(caption), "{caption}");
        }
    }

    #[test]
    fn rejected_and_unrated_have_no_stars() {
        for (number, expect) in [
            (-1.0, None),
            (0.0, None),
            (1.0, Some(1)),
            (5.0, Some(5)),
            (6.0, None),
            (f64::NAN, None),
        ] {
            assert_eq!(stars(number), expect);
        }
    }
}
