//! A search whose documents are listed at once rather than step by step.
//!
//! Tantivy asks what it excludes for documents behind its end, to which its scorers of
//! phrases and of ranges answer with an overflow. Whatever is excluded is listed first, so that
//! it may be asked for anything.

use tantivy::query::{ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

/// The documents of another search, without their scores.
#[derive(Debug)]
pub(crate) struct Listed(pub(crate) Box<dyn Query>);

impl Clone for Listed {
    fn clone(&self) -> Listed {
        Listed(self.0.box_clone())
    }
}

impl Query for Listed {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let unscored = EnableScoring::disabled_from_schema(scoring.schema());
        Ok(Box::new(ListedWeight(self.0.weight(unscored)?)))
    }
}

struct ListedWeight(Box<dyn Weight>);

impl Weight for ListedWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut documents = Vec::new();
        let mut scorer = self.0.scorer(segment, boost)?;
        while scorer.doc() != TERMINATED {
            documents.push(scorer.doc());
            scorer.advance();
        }
        Ok(Box::new(ConstScorer::new(
            Documents { documents, at: 0 },
            boost,
        )))
    }

    fn explain(&self, segment: &SegmentReader, document: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(segment, 1.0)?;
        if scorer.doc() <= document && scorer.seek(document) == document {
            Ok(Explanation::new("Listed", 1.0))
        } else {
            let why = format!("document {document} is not listed");
            Err(TantivyError::InvalidArgument(why))
        }
    }
}

/// Documents in ascending order.
struct Documents {
    documents: Vec<DocId>,
    at: usize,
}

impl DocSet for Documents {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let ahead = self.documents.get(self.at..).unwrap_or_default();
        self.at += ahead.partition_point(|&document| document < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.documents.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.documents.len()).unwrap_or(u32::MAX)
    }
}
