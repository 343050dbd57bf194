//! From the tree of a query to what tantivy carries out.
//!
//! Scores are fixed numbers for how well a word fits, so that they depend on the photo and
//! the query alone: the pages of a search stay in order while other photos come and go.

use std::ops::Bound;

use kinfolio_catalog::DeviceId;
use tantivy::query::doc_predicate_query::{DocPredicateQuery, FunctionPredicate};
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, FuzzyTermQuery,
    Occur, PhraseQuery, Query as Search, RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, SegmentReader, Term};

use crate::alike::Alike;
use crate::fold;
use crate::geo::{self, Rectangle};
use crate::listed::Listed;
use crate::own;
use crate::page::Wanted;
use crate::query::{Flag, Holds, Node, Numbers, Own, Query, TextField, Words};
use crate::schema::{BEGINNING_CHARS_MAX, Fields, LAT, LON};

const SCORE_EXACT: Score = 4.0;
const SCORE_PREFIX: Score = 2.0;
const SCORE_TYPO: Score = 1.0;
/// Words shorter than this are too easily another word.
const TYPO_CHARS_MIN: usize = 4;

type Boxed = Box<dyn Search>;

/// What compiling needs to know beside the query.
pub(crate) struct Compiler<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) devices: &'a [(DeviceId, String)],
    /// Photos that look alike, where the query asks for them.
    pub(crate) alike: &'a Alike,
}

impl Compiler<'_> {
    /// The whole query; leaves the trash out unless the query speaks of it.
    pub(crate) fn query(&self, query: &Query) -> Boxed {
        let root = query.root.as_ref().map(|root| self.node(root));
        self.kept(query, root)
    }

    /// The same for an order by relevance: where words are looked for in one place of the query, each
    /// way in which they may fit is a search of its own, which is quicker than to score every photo.
    pub(crate) fn ranked(&self, query: &Query) -> Wanted {
        let Some((words, others)) = query.root.as_ref().and_then(Node::only_words) else {
            return Wanted::Scored(self.query(query));
        };
        let ways = self.ways(self.fields.text, words).into_iter();
        let tiers = ways.map(|(score, way)| {
            let others = others.iter().map(|node| self.clause(node));
            let clauses = others.chain([(Occur::Must, way)]).collect();
            let all: Boxed = Box::new(BooleanQuery::new(clauses));
            (score, self.kept(query, Some(all)))
        });
        Wanted::Tiers(tiers.collect())
    }

    /// Leaves the trash out unless the query speaks of it.
    fn kept(&self, query: &Query, root: Option<Boxed>) -> Boxed {
        if query.speaks_of_trash() {
            return root.unwrap_or_else(|| Box::new(AllQuery));
        }
        let kept = (
            Occur::MustNot,
            self.token(self.fields.flag, Flag::Trashed.token()),
        );
        let wanted = root.unwrap_or_else(|| fixed(AllQuery, 0.0));
        Box::new(BooleanQuery::new(vec![(Occur::Must, wanted), kept]))
    }

    fn node(&self, node: &Node) -> Boxed {
        match node {
            Node::And(nodes) => self.all(nodes),
            Node::Or(nodes) => any(nodes.iter().map(|node| self.node(node)).collect()),
            Node::Not(node) => self.all(&[Node::Not(node.clone())]),
            Node::Words(words) => self.words(self.fields.text, words),
            Node::Within(field, words) => {
                let field = match field {
                    TextField::Camera => self.fields.camera,
                    TextField::Lens => self.fields.lens,
                    TextField::Folder => self.fields.folder,
                    TextField::Place => self.fields.place,
                    TextField::Person => self.fields.person,
                };
                fixed_box(self.words(field, words), 0.0)
            }
            Node::Tag(path) => self.token(self.fields.tag, path),
            Node::Album(name) => self.token(self.fields.album, name),
            Node::Own(own) => self.own(own),
            Node::Iso(numbers) => range(self.fields.iso, *numbers),
            Node::Rating(numbers) => range(self.fields.rating, *numbers),
            Node::Taken(period) => {
                let term = |ms| Term::from_field_i64(self.fields.taken, ms);
                let from = Bound::Included(term(period.start));
                fixed(
                    RangeQuery::new(from, Bound::Excluded(term(period.end))),
                    0.0,
                )
            }
            Node::Near(circle) => {
                let circle = *circle;
                self.place(&circle.bounds(), move |lat, lon| circle.holds(lat, lon))
            }
            Node::In(rectangle) => {
                let rectangle = *rectangle;
                self.place(&rectangle, move |lat, lon| rectangle.holds(lat, lon))
            }
            Node::Flag(Flag::Duplicate) => {
                let photos = self.alike.photos();
                let terms = photos.map(|id| Term::from_field_bytes(self.fields.id, &id.0));
                fixed(TermSetQuery::new(terms), 0.0)
            }
            Node::Flag(flag) => self.token(self.fields.flag, flag.token()),
            Node::Type(kind) => self.token(self.fields.kind, kind),
            Node::Device(device) => self.device(device),
        }
    }

    fn all(&self, nodes: &[Node]) -> Boxed {
        let mut clauses: Vec<_> = nodes.iter().map(|node| self.clause(node)).collect();
        if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            clauses.push((Occur::Must, fixed(AllQuery, 0.0)));
        }
        Box::new(BooleanQuery::new(clauses))
    }

    fn clause(&self, node: &Node) -> (Occur, Boxed) {
        match node {
            Node::Not(node) => (Occur::MustNot, self.excluded(node)),
            node => (Occur::Must, self.node(node)),
        }
    }

    fn excluded(&self, node: &Node) -> Boxed {
        match node {
            Node::Flag(Flag::Duplicate) => Box::new(Listed(self.node(node))),
            Node::Tag(_) | Node::Album(_) | Node::Flag(_) | Node::Type(_) => self.node(node),
            node => Box::new(Listed(self.node(node))),
        }
    }

    fn own(&self, own: &Own) -> Boxed {
        let values = self.fields.own_values;
        match &own.holds {
            Holds::Anything => self.token(values, &own::any(&own.name)),
            Holds::Words(words, number) => {
                let tokens = words.tokens.iter();
                let words = Words {
                    tokens: tokens.map(|token| own::word(&own.name, token)).collect(),
                    ..*words
                };
                let mut ways = vec![self.words(self.fields.own, &words)];
                let number = number.map(|number| own::number(&own.name, number));
                ways.extend(number.map(|number| self.token(values, &number)));
                fixed_box(any(ways), 0.0)
            }
            Holds::Between(between) => {
                let term = |text: &String| Term::from_field_text(values, text);
                let range = |(from, to): &(Bound<String>, Bound<String>)| {
                    let (from, to) = (from.as_ref().map(term), to.as_ref().map(term));
                    fixed(RangeQuery::new(from, to), 0.0)
                };
                any(between.ranges(&own.name).iter().map(range).collect())
            }
        }
    }

    fn token(&self, field: Field, token: &str) -> Boxed {
        let term = Term::from_field_text(field, token);
        fixed(TermQuery::new(term, IndexRecordOption::Basic), 0.0)
    }

    /// Words in a row, however they fit.
    fn words(&self, field: Field, words: &Words) -> Boxed {
        let ways = self.ways(field, words).into_iter();
        let ways: Vec<_> = ways.map(|(score, way)| fixed_box(way, score)).collect();
        if ways.is_empty() {
            return Box::new(EmptyQuery);
        }
        best(ways)
    }

    /// The ways in which words in a row may fit, the best first. Where the last may be cut short, it need
    /// not stand right behind the others.
    fn ways(&self, field: Field, words: &Words) -> Vec<(Score, Boxed)> {
        let Some((last, others)) = words.tokens.split_last() else {
            return Vec::new();
        };
        let term = |token: &String| Term::from_field_text(field, token);
        let mut ways = vec![(SCORE_EXACT, row(field, &words.tokens))];
        if words.prefix {
            let beginning = self.beginning(field, last);
            let cut_short = if others.is_empty() {
                beginning
            } else {
                let both = vec![(Occur::Must, row(field, others)), (Occur::Must, beginning)];
                Box::new(BooleanQuery::new(both))
            };
            ways.push((SCORE_PREFIX, cut_short));
        }
        let letters = last.chars().all(char::is_alphabetic);
        if words.typos && others.is_empty() && letters && last.chars().count() >= TYPO_CHARS_MIN {
            let mistyped: Boxed = Box::new(FuzzyTermQuery::new(term(last), 1, true));
            ways.push((SCORE_TYPO, mistyped));
        }
        ways
    }

    /// Photos with a word that begins so.
    fn beginning(&self, field: Field, beginning: &str) -> Boxed {
        if field == self.fields.text && beginning.chars().count() <= BEGINNING_CHARS_MAX {
            let term = Term::from_field_text(self.fields.beginning, beginning);
            return Box::new(TermQuery::new(term, IndexRecordOption::Basic));
        }
        let term = Term::from_field_text(field, beginning);
        Box::new(FuzzyTermQuery::new_prefix(term, 0, true))
    }

    /// Photos whose position is in an area: those of its cells, each looked at exactly.
    fn place(
        &self,
        bounds: &Rectangle,
        holds: impl Fn(f64, f64) -> bool + Copy + Send + Sync + 'static,
    ) -> Boxed {
        let term = |cell| Term::from_field_u64(self.fields.cell, cell);
        let around: Boxed = Box::new(TermSetQuery::new(
            geo::cells_over(bounds).into_iter().map(term),
        ));
        let exact = FunctionPredicate::from(move |segment: &SegmentReader| {
            let columns = segment.fast_fields();
            let lat = columns.column_opt::<f64>(LAT)?;
            let lon = columns.column_opt::<f64>(LON)?;
            Ok(move |document: DocId| {
                let lat = lat.as_ref().and_then(|lat| lat.first(document));
                let lon = lon.as_ref().and_then(|lon| lon.first(document));
                lat.zip(lon).is_some_and(|(lat, lon)| holds(lat, lon))
            })
        });
        let exact: Boxed = Box::new(DocPredicateQuery::from(exact));
        let both = vec![(Occur::Must, around), (Occur::Must, exact)];
        fixed(BooleanQuery::new(both), 0.0)
    }

    /// Photos added by devices whose id begins so, or whose name holds the words.
    fn device(&self, wanted: &str) -> Boxed {
        let words = fold::tokens(wanted);
        let named = |name: &str| {
            let name = fold::tokens(name);
            !words.is_empty() && words.iter().all(|word| name.contains(word))
        };
        let is_wanted =
            |(id, name): &&(DeviceId, String)| id.to_string().starts_with(wanted) || named(name);
        let wanted = self.devices.iter().filter(is_wanted);
        let ids = wanted.map(|(id, _)| Term::from_field_text(self.fields.device, &id.to_string()));
        fixed(TermSetQuery::new(ids), 0.0)
    }
}

/// Tokens one right after the other.
fn row(field: Field, tokens: &[String]) -> Boxed {
    let mut terms: Vec<_> = tokens
        .iter()
        .map(|token| Term::from_field_text(field, token))
        .collect();
    if terms.len() == 1 {
        Box::new(TermQuery::new(terms.remove(0), IndexRecordOption::Basic))
    } else {
        Box::new(PhraseQuery::new(terms))
    }
}

fn range(field: Field, (from, to): Numbers) -> Boxed {
    let term = |n| Term::from_field_u64(field, n);
    fixed(RangeQuery::new(from.map(term), to.map(term)), 0.0)
}

/// Any of these; the scores of those that fit add up.
fn any(ways: Vec<Boxed>) -> Boxed {
    Box::new(BooleanQuery::new(
        ways.into_iter().map(|way| (Occur::Should, way)).collect(),
    ))
}

/// Any of these; the best score counts.
fn best(mut ways: Vec<Boxed>) -> Boxed {
    if ways.len() == 1 {
        ways.remove(0)
    } else {
        Box::new(DisjunctionMaxQuery::new(ways))
    }
}

fn fixed(query: impl Search, score: Score) -> Boxed {
    fixed_box(Box::new(query), score)
}

fn fixed_box(query: Boxed, score: Score) -> Boxed {
    Box::new(ConstScoreQuery::new(query, score))
}
