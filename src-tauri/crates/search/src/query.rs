//! The query language: from text to a tree, or to where and why the text is wrong.
//!
//! Knows the grammar (see `QUERY.md` beside this crate) and nothing of photos or the index;
//! the same text gives the same tree everywhere.

mod parser;
pub mod sentences;
mod taken;
mod value;

use std::ops::{Bound, Range};

use kinfolio_said::Said;

use crate::geo::{Circle, Rectangle};
use crate::own::Between;

/// The longest query, in characters.
pub const QUERY_CHARS_MAX: usize = 4_000;
/// The most words and fields in one query.
pub const QUERY_TERMS_MAX: usize = 100;
/// How deep parentheses and `-` may be nested.
pub const QUERY_DEPTH_MAX: usize = 50;

/// A well-formed query.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// `None`: the empty query.
    pub(crate) root: Option<Node>,
}

/// Where a query is wrong, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{said} (at character {})", at + 1)]
pub struct QueryError {
    /// Which character, counted from 0; the length of the query when something is missing at its end.
    pub at: usize,
    /// What is wrong there and what would be right.
    pub said: Said,
}

/// In which order photos are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// By capture time, latest first.
    Newest,
    /// By capture time, earliest first.
    Oldest,
    /// Exact words before beginnings of words before words with a typo; then newest.
    Relevance,
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// All of these, at least two.
    And(Vec<Node>),
    /// Any of these, at least two.
    Or(Vec<Node>),
    Not(Box<Node>),
    /// Words anywhere in the photo's texts.
    Words(Words),
    /// Words of the camera, the lens, the folder or the place.
    Within(TextField, Words),
    /// An album, folded.
    Album(String),
    /// One of the household's own fields.
    Own(Own),
    /// A tag or anything below it, folded.
    Tag(String),
    Iso(Numbers),
    Rating(Numbers),
    /// Wall clock, in milliseconds.
    Taken(Range<i64>),
    Near(Circle),
    In(Rectangle),
    Flag(Flag),
    /// A kind of file, a media type or a file name extension, folded.
    Type(String),
    /// A device's id or its beginning, or words of its name.
    Device(String),
}

/// What one of the household's own fields must be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Own {
    /// Where the query names it, in characters.
    pub(crate) at: usize,
    /// Its folded name.
    pub(crate) name: String,
    pub(crate) holds: Holds,
    pub(crate) value: Asked,
}

/// What a field of the household's own is asked to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Where that stands in the query, in characters.
    pub at: usize,
    /// Whether a number may be that.
    pub number: bool,
    /// Whether a day may be that.
    pub day: bool,
}

/// What a field of the household's own must hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Holds {
    /// Whatever it is.
    Anything,
    /// These words, or that number.
    Words(Words, Option<f64>),
    /// A number or a day between bounds.
    Between(Between),
}

/// Folded words that stand one after the other; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) tokens: Vec<String>,
    /// Whether the last token may be the beginning of a word.
    pub(crate) prefix: bool,
    /// Whether a single token may be one typo away.
    pub(crate) typos: bool,
}

/// A field of text with a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextField {
    Camera,
    Lens,
    Folder,
    Place,
    Person,
}

/// A yes or no that a photo carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    Favorite,
    Trashed,
    Gps,
    Caption,
    Conflict,
    Tags,
    Albums,
    People,
    Video,
    Pending,
    /// No photo says so of itself: it looks like another one.
    Duplicate,
}

/// Whole numbers between bounds.
pub(crate) type Numbers = (Bound<u64>, Bound<u64>);

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// [`QueryError`]: where it is wrong, and why.
    pub fn parse(text: &str) -> Result<Query, QueryError> {
        parser::parse(text).map(|root| Query { root })
    }

    /// The empty query: every photo that is not in the trash.
    pub(crate) fn all() -> Query {
        Query { root: None }
    }

    /// The order that people expect where they did not choose one: by relevance as soon as
    /// words are searched, else the newest first.
    #[must_use]
    pub fn default_sort(&self) -> Sort {
        let words = |node: &Node| matches!(node, Node::Words(_));
        if self.root.as_ref().is_some_and(|root| root.any(&words)) {
            Sort::Relevance
        } else {
            Sort::Newest
        }
    }

    /// The household's own fields that it names: where, in characters, their folded names, and what they
    /// are to hold.
    #[must_use]
    pub fn own_fields(&self) -> Vec<(usize, String, Asked)> {
        let named = std::cell::RefCell::new(Vec::new());
        let note = |node: &Node| {
            if let Node::Own(own) = node {
                named
                    .borrow_mut()
                    .push((own.at, own.name.clone(), own.value));
            }
            false
        };
        if let Some(root) = &self.root {
            root.any(&note);
        }
        named.into_inner()
    }

    /// Whether it asks which photos look alike.
    pub(crate) fn asks_for_duplicates(&self) -> bool {
        let duplicate = |node: &Node| *node == Node::Flag(Flag::Duplicate);
        self.root.as_ref().is_some_and(|root| root.any(&duplicate))
    }

    /// Whether the query itself says what to do with the trash; otherwise it is left out.
    pub(crate) fn speaks_of_trash(&self) -> bool {
        let trash = |node: &Node| *node == Node::Flag(Flag::Trashed);
        self.root.as_ref().is_some_and(|root| root.any(&trash))
    }
}

impl Node {
    /// The words that it looks for, if it does so in one place and photos must have them; and what
    /// else they must be.
    pub(crate) fn only_words(&self) -> Option<(&Words, Vec<&Node>)> {
        let nodes = match self {
            Node::And(nodes) => nodes.as_slice(),
            node => std::slice::from_ref(node),
        };
        let is_words = |node: &Node| matches!(node, Node::Words(_));
        let (words, others): (Vec<_>, Vec<_>) = nodes.iter().partition(|node| is_words(node));
        match words[..] {
            [Node::Words(words)] if !others.iter().any(|node| node.any(&is_words)) => {
                Some((words, others))
            }
            _ => None,
        }
    }

    fn any(&self, wanted: &dyn Fn(&Node) -> bool) -> bool {
        wanted(self)
            || match self {
                Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(|node| node.any(wanted)),
                Node::Not(node) => node.any(wanted),
                _ => false,
            }
    }
}

#[cfg(test)]
mod tests;
