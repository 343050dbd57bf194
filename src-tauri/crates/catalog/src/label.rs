//! What people call photos by: tags, albums, and the people on them.
//!
//! A tag is parts from the general to the particular, `holiday/greece`; albums and people have
//! plain names. Upper and lower case are kept as written. Says nothing about which photo has which.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The longest label, in characters.
pub const LABEL_CHARS_MAX: usize = 200;
/// The deepest tag, in parts.
pub const TAG_PARTS_MAX: usize = 16;

/// A list of labels; a photo may have any number of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum List {
    /// Tags, which stand in each other.
    Tags,
    /// Albums.
    Albums,
    /// People.
    People,
}

/// A text that cannot be a label of its list, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {} {why}", .list.noun())]
pub struct LabelError {
    /// Of which list it was to be.
    pub list: List,
    /// What is wrong with it.
    pub why: Unfit,
}

/// Why a text cannot be a label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nothing but white space.
    #[error("needs at least one letter")]
    Empty,
    /// Two slashes in a row, or one at either end.
    #[error("`{0}` has an empty part beside a `/`")]
    EmptyPart(String),
    /// Longer than [`LABEL_CHARS_MAX`].
    #[error("`{start}…` is {chars} characters long; at most {LABEL_CHARS_MAX} are allowed")]
    TooLong {
        /// How it begins.
        start: String,
        /// Its length.
        chars: usize,
    },
    /// Deeper than [`TAG_PARTS_MAX`].
    #[error("`{tag}` has {parts} parts; at most {TAG_PARTS_MAX} are allowed")]
    TooDeep {
        /// The tag.
        tag: String,
        /// Its parts.
        parts: usize,
    },
    /// A line break, a tab or another character that cannot be shown.
    #[error("`{}` holds a control character", .0.escape_debug())]
    ControlCharacter(String),
}

impl List {
    /// All of them.
    pub const ALL: [List; 3] = [List::Tags, List::Albums, List::People];

    /// What one of its labels is called.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            List::Tags => "tag",
            List::Albums => "album",
            List::People => "person",
        }
    }

    /// Its number in keys of tables, never another one.
    pub(crate) fn number(self) -> u8 {
        match self {
            List::Tags => 0,
            List::Albums => 1,
            List::People => 2,
        }
    }

    /// Reads a label as a person or a file wrote it: in Unicode normal form C, white space around
    /// it, and around the parts of a tag, gone.
    ///
    /// # Errors
    /// [`LabelError`] says which bound it breaks.
    pub fn label(self, text: &str) -> Result<String, LabelError> {
        self.fit(text).map_err(|why| LabelError { list: self, why })
    }

    fn fit(self, text: &str) -> Result<String, Unfit> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Unfit::Empty);
        }
        let chars = text.chars().count();
        if chars > LABEL_CHARS_MAX {
            let start = text.chars().take(20).collect();
            return Err(Unfit::TooLong { start, chars });
        }
        if text.chars().any(char::is_control) {
            return Err(Unfit::ControlCharacter(text.to_owned()));
        }
        if self != List::Tags {
            return Ok(text.nfc().collect());
        }
        let parts: Vec<&str> = text.split('/').map(str::trim).collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(Unfit::EmptyPart(text.to_owned()));
        }
        if parts.len() > TAG_PARTS_MAX {
            return Err(Unfit::TooDeep {
                tag: text.to_owned(),
                parts: parts.len(),
            });
        }
        Ok(parts.join("/").nfc().collect())
    }
}

/// A label that is renamed or merged with another, and with a tag all that stand below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Of which list.
    pub list: List,
    /// What it was called.
    pub from: String,
    /// What it is called; none: it is taken off all photos.
    pub to: Option<String>,
}

impl Move {
    /// What stands of `label` behind what is moved; none, if it is not moved.
    fn rest<'l>(&self, label: &'l str) -> Option<&'l str> {
        let rest = label.strip_prefix(self.from.as_str())?;
        let below = self.list == List::Tags && rest.starts_with('/');
        (rest.is_empty() || below).then_some(rest)
    }

    /// Whether what `label` would be called can be a label.
    ///
    /// # Errors
    /// [`LabelError`] says why not.
    pub fn fits(&self, label: &str) -> Result<(), LabelError> {
        match (&self.to, self.rest(label)) {
            (Some(to), Some(rest)) => self.list.label(&format!("{to}{rest}")).map(drop),
            _ => Ok(()),
        }
    }

    /// Whether `label` is moved or taken off.
    #[must_use]
    pub fn concerns(&self, label: &str) -> bool {
        self.rest(label).is_some()
    }

    /// What `label` is called afterwards; none, if it stays: it is another one, it is taken off, or
    /// what it would be called is too long.
    pub(crate) fn renamed(&self, label: &str) -> Option<String> {
        let (to, rest) = (self.to.as_ref()?, self.rest(label)?);
        let renamed = self.list.label(&format!("{to}{rest}")).ok()?;
        (renamed != label).then_some(renamed)
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<&str, &str>) {
        let got = List::Tags.label(text).map_err(|error| error.to_string());
        assert_eq!(got.as_deref().map_err(String::as_str), expect, "{text:?}");
    }

    #[test]
    fn tags_are_trimmed_parts() {
        check("beach", Ok("beach"));
        check("  Holiday / Greece ", Ok("Holiday/Greece"));
        check("a \"quoted\" tag", Ok("a \"quoted\" tag"));
        check("🎂/חתונה", Ok("🎂/חתונה"));
        check("cafe\u{301}", Ok("caf\u{e9}"));
        check("", Err("the tag needs at least one letter"));
        check(" \t", Err("the tag needs at least one letter"));
        check("a//b", Err("the tag `a//b` has an empty part beside a `/`"));
        check("/a", Err("the tag `/a` has an empty part beside a `/`"));
        check("a\nb", Err("the tag `a\\nb` holds a control character"));
    }

    #[test]
    fn tags_are_bounded() {
        assert!(List::Tags.label(&"x".repeat(200)).is_ok());
        check(
            &"x".repeat(10_000),
            Err(
                "the tag `xxxxxxxxxxxxxxxxxxxx…` is 10000 characters long; at most 200 are allowed",
            ),
        );
        assert!(List::Tags.label(&["a"; 16].join("/")).is_ok());
        let deep = ["a"; 17].join("/");
        let why = List::Tags.label(&deep).map_err(|error| error.why);
        assert!(matches!(why, Err(Unfit::TooDeep { parts: 17, .. })));
    }

    #[test]
    fn albums_and_people_have_plain_names() {
        assert_eq!(List::Albums.label(" a/b/ ").as_deref(), Ok("a/b/"));
        let error = List::People.label("\t").unwrap_err().to_string();
        assert_eq!(error, "the person needs at least one letter");
    }

    #[test]
    fn a_move_takes_what_stands_below_a_tag_along() {
        let moved = |list, from: &str, to: &str, label: &str| {
            let (from, to) = (from.to_owned(), Some(to.to_owned()));
            Move { list, from, to }.renamed(label)
        };
        let tag = |from, to, label| moved(List::Tags, from, to, label);
        assert_eq!(tag("a", "b", "a").as_deref(), Some("b"));
        assert_eq!(tag("a", "x/y", "a/b/c").as_deref(), Some("x/y/b/c"));
        assert_eq!(tag("a", "a/b", "a/c").as_deref(), Some("a/b/c"));
        assert_eq!(tag("a", "b", "ab"), None);
        assert_eq!(tag("a", "a", "a"), None);
        assert_eq!(tag("a", &"x".repeat(199), "a/bc"), None);
        assert_eq!(moved(List::Albums, "a", "b", "a/c"), None);
    }
}
