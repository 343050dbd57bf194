//! Recursive descent over the characters of a query.
//!
//! One function for each rule of the grammar in `QUERY.md`; what stands behind a colon is
//! read by [`value`](super::value).

use kinfolio_said::Said;

use super::{Node, QUERY_CHARS_MAX, QUERY_DEPTH_MAX, QUERY_TERMS_MAX, QueryError, Words};
use super::{sentences, value};
use crate::fold;

/// What is shown at most of what was given, in characters.
const SHOWN_CHARS: usize = 40;

/// Reads a whole query; `None` if it is empty.
pub(super) fn parse(text: &str) -> Result<Option<Node>, QueryError> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > QUERY_CHARS_MAX {
        let said = sentences::TOO_LONG.with("length", chars.len());
        return Err(wrong(QUERY_CHARS_MAX, said.with("max", QUERY_CHARS_MAX)));
    }
    let mut parser = Parser {
        chars: &chars,
        at: 0,
        terms: 0,
        depth: 0,
    };
    parser.skip_space();
    if parser.peek().is_none() {
        return Ok(None);
    }
    let root = parser.either()?;
    match parser.peek() {
        None => Ok(Some(root)),
        Some(_) => Err(closes_nothing(parser.at)),
    }
}

pub(super) fn wrong(at: usize, said: impl Into<Said>) -> QueryError {
    QueryError {
        at,
        said: said.into(),
    }
}

/// The beginning of what was given, to be shown.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(SHOWN_CHARS).collect()
}

fn closes_nothing(at: usize) -> QueryError {
    wrong(at, sentences::CLOSES_NOTHING)
}

/// What a person wrote behind a colon, and where.
pub(super) struct Value {
    pub(super) at: usize,
    pub(super) text: String,
    pub(super) quoted: bool,
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    terms: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// either = every { "OR" every }
    fn either(&mut self) -> Result<Node, QueryError> {
        let mut nodes = vec![self.every()?];
        while self.at_or() {
            let or = self.at;
            self.at += 2;
            self.skip_space();
            if self.peek().is_none_or(|c| c == ')') || self.at_or() {
                return Err(wrong(or, sentences::OR_RIGHT));
            }
            nodes.push(self.every()?);
        }
        Ok(joined(nodes, Node::Or))
    }

    /// every = one { one }
    fn every(&mut self) -> Result<Node, QueryError> {
        if self.at_or() {
            return Err(wrong(self.at, sentences::OR_LEFT));
        }
        let mut nodes = vec![self.one()?];
        self.skip_space();
        while self.peek().is_some_and(|c| c != ')') && !self.at_or() {
            nodes.push(self.one()?);
            self.skip_space();
        }
        Ok(joined(nodes, Node::And))
    }

    /// Whether `OR` stands here as a word of its own.
    fn at_or(&self) -> bool {
        let ends = |c: Option<&char>| {
            c.is_none_or(|&c| c.is_whitespace() || c == '(' || c == ')' || is_quote(c))
        };
        self.chars[self.at..].starts_with(&['O', 'R']) && ends(self.chars.get(self.at + 2))
    }

    /// one = "-" one | "(" either ")" | quoted | field ":" value | word
    fn one(&mut self) -> Result<Node, QueryError> {
        let start = self.at;
        match self.peek() {
            Some('-') => self.nested(start, |parser| {
                parser.at += 1;
                if parser.peek().is_none_or(|c| c.is_whitespace() || c == ')') {
                    return Err(wrong(start, sentences::LONE_MINUS));
                }
                Ok(Node::Not(Box::new(parser.one()?)))
            }),
            Some(')') => Err(closes_nothing(start)),
            Some('(') => self.nested(start, |parser| parser.group(start)),
            Some(c) if is_quote(c) => {
                let text = self.quoted()?;
                self.words(start, &text, false, false)
            }
            _ => self.field_or_word(),
        }
    }

    fn nested(
        &mut self,
        start: usize,
        read: impl FnOnce(&mut Self) -> Result<Node, QueryError>,
    ) -> Result<Node, QueryError> {
        self.depth += 1;
        if self.depth > QUERY_DEPTH_MAX {
            let said = sentences::TOO_DEEP.with("max", QUERY_DEPTH_MAX);
            return Err(wrong(start, said));
        }
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn group(&mut self, start: usize) -> Result<Node, QueryError> {
        self.at += 1;
        self.skip_space();
        match self.peek() {
            None => return Err(wrong(start, sentences::NOT_CLOSED)),
            Some(')') => return Err(wrong(start, sentences::NOTHING_BETWEEN)),
            Some(_) => {}
        }
        let node = self.either()?;
        if self.peek() != Some(')') {
            return Err(wrong(start, sentences::NOT_CLOSED));
        }
        self.at += 1;
        Ok(node)
    }

    /// The text between two quotation marks; `\"` is a mark in it, `\\` a backslash.
    fn quoted(&mut self) -> Result<String, QueryError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                c if is_quote(c) => return Ok(text),
                '\\' if self
                    .peek()
                    .is_some_and(|next| next == '\\' || is_quote(next)) =>
                {
                    text.extend(self.peek());
                    self.at += 1;
                }
                c => text.push(c),
            }
        }
        Err(wrong(start, sentences::QUOTE_NOT_CLOSED))
    }

    fn field_or_word(&mut self) -> Result<Node, QueryError> {
        let start = self.at;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if c.is_whitespace() || c == '(' || c == ')' || is_quote(c) {
                break;
            }
            self.at += 1;
            if c == ':' {
                let value = self.value(&text)?;
                self.count(start)?;
                return value::field(start, &text, &value);
            }
            text.push(c);
        }
        let last = self.at == self.chars.len();
        self.words(start, &text, last, true)
    }

    /// value = quoted | everything up to white space or a parenthesis
    fn value(&mut self, field: &str) -> Result<Value, QueryError> {
        let at = self.at;
        if self.peek().is_some_and(is_quote) {
            let text = self.quoted()?;
            return Ok(Value {
                at,
                text,
                quoted: true,
            });
        }
        let mut text = String::new();
        while let Some(c) = self.peek() {
            match c {
                c if c.is_whitespace() || c == ')' => break,
                '(' => {
                    let said = sentences::QUOTE_PARENTHESES.with("field", field);
                    return Err(wrong(self.at, said));
                }
                c if is_quote(c) => {
                    let said = sentences::QUOTE_WHOLE.with("field", field);
                    return Err(wrong(self.at, said));
                }
                c => text.push(c),
            }
            self.at += 1;
        }
        Ok(Value {
            at,
            text,
            quoted: false,
        })
    }

    fn words(
        &mut self,
        at: usize,
        text: &str,
        prefix: bool,
        typos: bool,
    ) -> Result<Node, QueryError> {
        self.count(at)?;
        words(at, text, prefix, typos).map(Node::Words)
    }

    fn count(&mut self, at: usize) -> Result<(), QueryError> {
        self.terms += 1;
        if self.terms > QUERY_TERMS_MAX {
            let said = sentences::TOO_MANY.with("max", QUERY_TERMS_MAX);
            return Err(wrong(at, said));
        }
        Ok(())
    }
}

/// The words of a text, which must have some.
pub(super) fn words(at: usize, text: &str, prefix: bool, typos: bool) -> Result<Words, QueryError> {
    let tokens = fold::tokens(text);
    if tokens.is_empty() {
        let said = sentences::NO_LETTER.with("given", shown(text));
        return Err(wrong(at, said));
    }
    // What ends in punctuation was not cut short in the middle of a word.
    let prefix = prefix && text.ends_with(char::is_alphanumeric);
    Ok(Words {
        tokens,
        prefix,
        typos,
    })
}

fn joined(mut nodes: Vec<Node>, join: fn(Vec<Node>) -> Node) -> Node {
    if nodes.len() == 1 {
        nodes.remove(0)
    } else {
        join(nodes)
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„')
}
