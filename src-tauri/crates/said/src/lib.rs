//! Sentences for people: in English here, and as text and values apart for whoever has them in
//! another language.
//!
//! A crate keeps its sentences in one list ([`sentences!`]), by which a page's catalogue is known to
//! be complete. Knows no language but English, and not what any sentence is about.

use std::fmt;

/// A sentence in English, with `{names}` where values stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence(pub &'static str);

/// A sentence with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    sentence: Sentence,
    values: Vec<(&'static str, String)>,
}

/// Defines sentences, and `ALL` of them as a list.
#[macro_export]
macro_rules! sentences {
    ($($name:ident = $text:literal;)+) => {
        $(pub(crate) const $name: $crate::Sentence = $crate::Sentence($text);)+

        /// All sentences of this list.
        pub const ALL: &[$crate::Sentence] = &[$($name),+];
    };
}

impl Sentence {
    /// The sentence with `value` where `{name}` stands.
    #[must_use]
    pub fn with(self, name: &'static str, value: impl fmt::Display) -> Said {
        Said::from(self).with(name, value)
    }
}

impl Said {
    /// The same with `value` where `{name}` stands.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// The sentence as it is known in all languages: in English, without values.
    #[must_use]
    pub fn sentence(&self) -> Sentence {
        self.sentence
    }

    /// What stands where.
    #[must_use]
    pub fn values(&self) -> &[(&'static str, String)] {
        &self.values
    }
}

impl From<Sentence> for Said {
    fn from(sentence: Sentence) -> Self {
        Self {
            sentence,
            values: Vec::new(),
        }
    }
}

/// In English. A value is shown as it is, also where it looks like a place for another.
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.sentence.0;
        while let Some((before, after)) = rest.split_once('{') {
            f.write_str(before)?;
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            let value = self.values.iter().find(|(known, _)| *known == name);
            match value {
                Some((_, value)) => f.write_str(value)?,
                None => write!(f, "{{{name}}}")?,
            }
            rest = after;
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_they_are_named_and_stay_what_they_are() {
        let said = Sentence("`{given}` is no {what}").with("given", "{what}");
        assert_eq!(
            said.clone().with("what", "date").to_string(),
            "`{what}` is no date"
        );
        assert_eq!(said.to_string(), "`{what}` is no {what}");
        assert_eq!(Said::from(Sentence("as it is")).to_string(), "as it is");
    }
}
