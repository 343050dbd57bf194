//! Fields of the household's own: what they are called, what may stand in them.
//!
//! Does not know which photo has which value, nor who defined what.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The longest name of a field, in characters.
pub const FIELD_NAME_CHARS_MAX: usize = 40;
/// The longest value, in characters.
pub const FIELD_VALUE_CHARS_MAX: usize = 1_000;
/// Most things to choose from.
pub const CHOICES_MAX: usize = 100;

/// What may stand in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldType {
    /// Any text of one line.
    Text,
    /// A number, as `12` or `-0.5`.
    Number,
    /// A day, as `2019-07-12`.
    Date,
    /// One of these.
    Choice(Vec<String>),
}

/// Why a field or its value cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// A name that could not be searched for.
    #[error(
        "{0:?} cannot be the name of a field: 1 to {FIELD_NAME_CHARS_MAX} letters, digits, `-` and `_` are allowed"
    )]
    Name(String),
    /// A value is too long.
    #[error("the value is {0} characters long; at most {FIELD_VALUE_CHARS_MAX} are allowed")]
    TooLong(usize),
    /// A value has several lines, or none.
    #[error("the value {0:?} is empty or holds a control character; a value is one line of text")]
    NotALine(String),
    /// A value is not of the field's type.
    #[error("{value:?} is no {expected}, which the field `{name}` holds")]
    Type {
        /// The field.
        name: String,
        /// The value.
        value: String,
        /// What it should be, with an example.
        expected: String,
    },
    /// Too few or too many things to choose from.
    #[error("a field of choices needs 1 to {CHOICES_MAX} of them, each once; {0} were given")]
    Choices(usize),
}

/// The name of a field in normal form.
pub(crate) fn name(text: &str) -> Result<String, FieldError> {
    let name: String = text.trim().nfc().collect();
    let chars = name.chars().count();
    let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if chars == 0 || chars > FIELD_NAME_CHARS_MAX || !name.chars().all(fits) {
        return Err(FieldError::Name(text.chars().take(60).collect()));
    }
    Ok(name)
}

/// A value in normal form, whatever its type.
pub(crate) fn value(text: &str) -> Result<String, FieldError> {
    let value: String = text.trim().nfc().collect();
    let chars = value.chars().count();
    if chars > FIELD_VALUE_CHARS_MAX {
        return Err(FieldError::TooLong(chars));
    }
    if chars == 0 || value.chars().any(char::is_control) {
        return Err(FieldError::NotALine(value.chars().take(60).collect()));
    }
    Ok(value)
}

impl FieldType {
    /// The same type, if it can be.
    ///
    /// # Errors
    /// [`FieldError`] says what is wrong with its choices.
    pub fn checked(self) -> Result<FieldType, FieldError> {
        let FieldType::Choice(texts) = self else {
            return Ok(self);
        };
        let mut choices = Vec::with_capacity(texts.len());
        for text in &texts {
            let choice = value(text)?;
            if choices.contains(&choice) {
                return Err(FieldError::Choices(texts.len()));
            }
            choices.push(choice);
        }
        if choices.is_empty() || choices.len() > CHOICES_MAX {
            return Err(FieldError::Choices(choices.len()));
        }
        Ok(FieldType::Choice(choices))
    }

    /// A value of the field `name`, as it is kept.
    ///
    /// # Errors
    /// [`FieldError::Type`] says what may stand there.
    pub fn value(&self, name: &str, text: &str) -> Result<String, FieldError> {
        let value = value(text)?;
        let (fits, expected) = match self {
            FieldType::Text => (true, String::new()),
            FieldType::Number => (
                number(&value).is_some(),
                "number (write it as 12 or -0.5)".to_owned(),
            ),
            FieldType::Date => (
                date(&value).is_some(),
                "date (write it as 2019-07-12)".to_owned(),
            ),
            FieldType::Choice(choices) => {
                let same = |choice: &&String| choice.to_lowercase() == value.to_lowercase();
                if let Some(choice) = choices.iter().find(same) {
                    return Ok(choice.clone());
                }
                (false, format!("choice ({})", choices.join(", ")))
            }
        };
        if fits {
            return Ok(value);
        }
        Err(FieldError::Type {
            name: name.to_owned(),
            value,
            expected,
        })
    }
}

/// The number that a value is.
#[must_use]
pub fn number(value: &str) -> Option<f64> {
    let number: f64 = value.parse().ok()?;
    let digits = value
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
    (digits && number.is_finite()).then_some(number)
}

/// The day that a value is, written as `2019-07-12`.
#[must_use]
pub fn date(value: &str) -> Option<Date> {
    let date: Date = value.parse().ok()?;
    (date.to_string() == value).then_some(date)
}

/// How many days after the first of 1970 a day is.
#[must_use]
pub fn days(date: Date) -> i64 {
    let since = date - jiff::civil::date(1970, 1, 1);
    i64::from(since.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_of_their_fields_type() {
        let check = |of: &FieldType, text: &str, expect: Result<&str, &str>| {
            let got = of.value("f", text).map_err(|error| error.to_string());
            match (got, expect) {
                (Ok(got), Ok(expect)) => assert_eq!(got, expect),
                (Err(got), Err(part)) => assert!(got.contains(part), "{got}"),
                (got, expect) => panic!("{text:?}: {got:?}, not {expect:?}"),
            }
        };
        check(&FieldType::Text, " Müller ", Ok("Müller"));
        check(&FieldType::Text, "", Err("one line"));
        check(&FieldType::Text, "a\nb", Err("one line"));
        check(&FieldType::Text, &"x".repeat(1_001), Err("1001 characters"));
        for number in ["12", "-0.5", "+3", ".5"] {
            check(&FieldType::Number, number, Ok(number));
        }
        for none in ["1e3", "inf", "NaN", "12 km", "--1"] {
            check(&FieldType::Number, none, Err("no number"));
        }
        check(&FieldType::Date, "2019-07-12", Ok("2019-07-12"));
        for none in ["2019-02-30", "12.7.2019", "2019-07", "20190712"] {
            check(&FieldType::Date, none, Err("no date"));
        }
        let choice = FieldType::Choice(vec!["Attic".to_owned(), "Cellar".to_owned()]);
        check(&choice, "attic", Ok("Attic"));
        check(&choice, "garage", Err("Attic, Cellar"));
    }

    #[test]
    fn names_can_be_searched_for() {
        for good in ["Inventory", "année", "box-2", "a_b"] {
            assert_eq!(name(good).as_deref(), Ok(good));
        }
        for bad in ["", "a b", "a:b", "a.b", "\"a\"", &"x".repeat(41)] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        assert!(FieldType::Choice(Vec::new()).checked().is_err());
        let twice = vec!["a".to_owned(), "a ".to_owned()];
        assert!(FieldType::Choice(twice).checked().is_err());
    }
}
