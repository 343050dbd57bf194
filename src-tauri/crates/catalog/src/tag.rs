//! What may be a tag: `holiday/greece`, parts from the general to the particular.
//!
//! Says nothing about which tags a photo has; upper and lower case are kept as written.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

/// The longest tag, in characters.
pub const TAG_CHARS_MAX: usize = 200;
/// The deepest tag, in parts.
pub const TAG_PARTS_MAX: usize = 16;

/// A well-formed tag: trimmed parts joined by `/`, in Unicode normal form C.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

/// Why a text cannot be a tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Nothing but white space.
    #[error("a tag needs at least one letter")]
    Empty,
    /// Two slashes in a row, or one at either end.
    #[error("the tag `{0}` has an empty part beside a `/`")]
    EmptyPart(String),
    /// Longer than [`TAG_CHARS_MAX`].
    #[error("the tag `{start}…` is {chars} characters long; at most {TAG_CHARS_MAX} are allowed")]
    TooLong {
        /// How it begins.
        start: String,
        /// Its length.
        chars: usize,
    },
    /// Deeper than [`TAG_PARTS_MAX`].
    #[error("the tag `{tag}` has {parts} parts; at most {TAG_PARTS_MAX} are allowed")]
    TooDeep {
        /// The tag.
        tag: String,
        /// Its parts.
        parts: usize,
    },
    /// A line break, a tab or another character that cannot be shown.
    #[error("the tag `{}` holds a control character", .0.escape_debug())]
    ControlCharacter(String),
}

impl Tag {
    /// Reads a tag as a person or a file wrote it; white space around the parts goes.
    ///
    /// # Errors
    /// [`TagError`] says which bound it breaks.
    pub fn parse(text: &str) -> Result<Tag, TagError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TagError::Empty);
        }
        let chars = text.chars().count();
        if chars > TAG_CHARS_MAX {
            let start = text.chars().take(20).collect();
            return Err(TagError::TooLong { start, chars });
        }
        if text.chars().any(char::is_control) {
            return Err(TagError::ControlCharacter(text.to_owned()));
        }
        let parts: Vec<&str> = text.split('/').map(str::trim).collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(TagError::EmptyPart(text.to_owned()));
        }
        if parts.len() > TAG_PARTS_MAX {
            return Err(TagError::TooDeep {
                tag: text.to_owned(),
                parts: parts.len(),
            });
        }
        Ok(Tag(parts.join("/").nfc().collect()))
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> String {
        tag.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<&str, &str>) {
        let got = Tag::parse(text)
            .map(String::from)
            .map_err(|error| error.to_string());
        assert_eq!(got.as_deref().map_err(String::as_str), expect, "{text:?}");
    }

    #[test]
    fn tags_are_trimmed_parts() {
        check("beach", Ok("beach"));
        check("  Holiday / Greece ", Ok("Holiday/Greece"));
        check("a \"quoted\" tag", Ok("a \"quoted\" tag"));
        check("🎂/חתונה", Ok("🎂/חתונה"));
        check("cafe\u{301}", Ok("caf\u{e9}"));
        check("", Err("a tag needs at least one letter"));
        check(" \t", Err("a tag needs at least one letter"));
        check("a//b", Err("the tag `a//b` has an empty part beside a `/`"));
        check("/a", Err("the tag `/a` has an empty part beside a `/`"));
        check("a\nb", Err("the tag `a\\nb` holds a control character"));
    }

    #[test]
    fn tags_are_bounded() {
        assert!(Tag::parse(&"x".repeat(200)).is_ok());
        check(
            &"x".repeat(10_000),
            Err(
                "the tag `xxxxxxxxxxxxxxxxxxxx…` is 10000 characters long; at most 200 are allowed",
            ),
        );
        assert!(Tag::parse(&["a"; 16].join("/")).is_ok());
        let deep = ["a"; 17].join("/");
        assert!(matches!(
            Tag::parse(&deep),
            Err(TagError::TooDeep { parts: 17, .. })
        ));
    }
}
