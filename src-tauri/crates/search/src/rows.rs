//! Words on their way into the index: folded already, in rows, so that no phrase spans two of them.
//!
//! They go as one text rather than as tokens, which tantivy would write out as JSON and read again.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// What the index knows this by.
pub(crate) const TOKENIZER: &str = "rows";

/// Behind a word, and behind a row; stand in no word.
const WORD_END: char = '\t';
const ROW_END: char = '\n';

/// Distance between the words of one row and those of the next, beside that between words.
const ROW_GAP: usize = 2;

/// Some rows of words as one text.
pub(crate) fn rows(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    for row in rows {
        for word in row {
            text.push_str(&word);
            text.push(WORD_END);
        }
        text.push(ROW_END);
    }
    text
}

/// Takes such a text apart again.
#[derive(Clone, Default)]
pub(crate) struct Rows {
    token: Token,
}

impl Tokenizer for Rows {
    type TokenStream<'a> = RowsStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> RowsStream<'a> {
        self.token.reset();
        RowsStream {
            rest: text,
            position: 0,
            token: &mut self.token,
        }
    }
}

/// The words of such a text.
pub(crate) struct RowsStream<'a> {
    rest: &'a str,
    /// The next word's.
    position: usize,
    token: &'a mut Token,
}

impl TokenStream for RowsStream<'_> {
    fn advance(&mut self) -> bool {
        while let Some(rest) = self.rest.strip_prefix(ROW_END) {
            self.rest = rest;
            self.position += ROW_GAP;
        }
        let Some((word, rest)) = self.rest.split_once(WORD_END) else {
            return false;
        };
        self.rest = rest;
        self.token.text.clear();
        self.token.text.push_str(word);
        self.token.position = self.position;
        self.position += 1;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_with_gaps_between_rows() {
        let words = |row: &[&str]| row.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let text = rows([words(&["a", "bc"]), words(&[]), words(&["d"]), words(&[])]);
        let mut tokenizer = Rows::default();
        let mut stream = tokenizer.token_stream(&text);
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().text.clone(), stream.token().position));
        }
        let expect = [("a", 0), ("bc", 1), ("d", 6)];
        assert_eq!(
            found,
            expect.map(|(word, position)| (word.to_owned(), position))
        );
    }
}
