//! What may be meant by the beginning of a word: tags, albums, people, places, cameras and fields.

use kinfolio_catalog::List;
use kinfolio_search::{Named, Query, folded};

use crate::error::LibraryError;
use crate::household::settings;
use crate::library::Library;

/// Most suggestions of one answer.
pub const SUGGESTIONS_MAX: usize = 10;

/// Something that a person may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The field of the query language: `tag`, `album`, `person`, `place`, `camera`, or `field.NAME`.
    pub field: String,
    /// What to search for there; empty with a field of the household's own, whose value is open.
    pub name: String,
    /// The query that says so.
    pub query: String,
    /// Photos that it finds, those below a tag left out; 0 where nobody counted.
    pub count: u64,
}

/// What may be meant by the beginning of a word, what most photos have first.
///
/// # Errors
/// The catalogue or the index cannot be read.
pub async fn suggest(library: &Library, typed: &str) -> Result<Vec<Suggestion>, LibraryError> {
    let typed = folded(typed.trim());
    if typed.is_empty() {
        return Ok(Vec::new());
    }
    library.finds_anything().await?;
    let here = library.clone();
    library
        .blocking(move || {
            let (view, index) = (here.shown().view(), here.index());
            let mut found = Vec::new();
            for (field, list) in [
                ("tag", List::Tags),
                ("album", List::Albums),
                ("person", List::People),
            ] {
                let labels = view.labels(list)?.into_iter();
                let labels = labels.filter(|label| begins(&label.name, &typed));
                found.extend(labels.map(|label| suggestion(field, label.name, label.count)));
            }
            let all = Query::parse("").map_err(LibraryError::BadQuery)?;
            for (field, of) in [("place", Named::Places), ("camera", Named::Cameras)] {
                let names = index.names(&view, &all, of)?.into_iter();
                let names = names.filter(|(name, _)| begins(name, &typed));
                found.extend(names.map(|(name, count)| suggestion(field, name, count)));
            }
            found.sort_by_key(|one| std::cmp::Reverse(one.count));
            let own = settings(&here).fields.into_keys();
            let own = own.filter(|name| begins(name, &typed)).map(|name| {
                let field = format!("field.{name}");
                Suggestion {
                    query: format!("{field}:"),
                    field,
                    name: String::new(),
                    count: 0,
                }
            });
            found.truncate(SUGGESTIONS_MAX);
            found.extend(own);
            found.truncate(SUGGESTIONS_MAX);
            Ok(found)
        })
        .await
}

/// Whether a word of a name begins so.
fn begins(name: &str, typed: &str) -> bool {
    let name = folded(name);
    let starts = name.match_indices(typed).map(|(at, _)| at);
    let mut starts = starts.filter(|at| {
        let before = name[..*at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric())
    });
    starts.next().is_some()
}

fn suggestion(field: &str, name: String, count: u64) -> Suggestion {
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    Suggestion {
        field: field.to_owned(),
        query: format!("{field}:\"{quoted}\""),
        name,
        count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_anywhere_in_a_name() {
        assert!(begins("Holiday/Grèce", "gre"));
        assert!(begins("Chania, Crete, Greece", "crete"));
        assert!(!begins("Chania", "ania"));
        let one = suggestion("tag", "a \"b\" \\".to_owned(), 1);
        assert_eq!(one.query, "tag:\"a \\\"b\\\" \\\\\"");
        assert!(Query::parse(&one.query).is_ok());
    }
}
