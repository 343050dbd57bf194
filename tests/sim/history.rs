//! Whether what clients saw could have come from one list in one place: linearizability of
//! acknowledged appends and consistent reads, decided exactly.
//!
//! For a list that only grows the order of the appends is known: it is the list. So a history is
//! linearizable if and only if each append and each read can be given a moment between its
//! invocation and its response, such that the moments of the appends do not decrease along the
//! list, and a read of the first n entries falls between those of entry n and of entry n + 1.
//! Giving each the earliest moment that those before it leave is as good as any other choice.

use crate::plan::Time;

/// When an operation began and ended; one whose answer never came may take effect at any later
/// time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Time,
    pub to: Option<Time>,
}

impl Span {
    fn allows(self, moment: Time) -> bool {
        self.to.is_none_or(|to| moment <= to)
    }
}

/// An append and where the list has it; nowhere, if it does not have it.
#[derive(Clone, Copy, Debug)]
pub struct Append {
    pub span: Span,
    /// Entries of one place were appended together.
    pub place: Option<u64>,
}

/// A read that saw the places up to `up_to`.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    pub span: Span,
    pub up_to: u64,
}

/// What is wrong with a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An acknowledged append is not in the list.
    Lost(usize),
    /// An append stands too far down the list for the moment at which it was acknowledged.
    Late(usize),
    /// A read does not show what was there when it began.
    Stale(usize),
}

/// Checks a history; appends and reads are named by their indices.
pub fn check(appends: &[Append], reads: &[Read]) -> Result<(), Fault> {
    let mut steps = Vec::new();
    for (index, append) in appends.iter().enumerate() {
        match append.place {
            Some(place) => steps.push((place, 0, index)),
            None if append.span.to.is_some() => return Err(Fault::Lost(index)),
            None => {}
        }
    }
    steps.extend(
        reads
            .iter()
            .enumerate()
            .map(|(index, read)| (read.up_to, 1, index)),
    );
    steps.sort_unstable();
    // The moment after which the next step must come. Reads of one state bind what comes after
    // them, not each other.
    let mut moment = 0;
    let mut reads_until = 0;
    for (_, kind, index) in steps {
        if kind == 0 {
            let append = appends[index];
            moment = moment.max(reads_until).max(append.span.from);
            if !append.span.allows(moment) {
                return Err(Fault::Late(index));
            }
        } else {
            let read = reads[index];
            let at = moment.max(read.span.from);
            if !read.span.allows(at) {
                return Err(Fault::Stale(index));
            }
            reads_until = reads_until.max(at);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn append(from: Time, to: Time, place: u64) -> Append {
        let span = Span { from, to: Some(to) };
        let place = Some(place);
        Append { span, place }
    }

    fn read(from: Time, to: Time, up_to: u64) -> Read {
        let span = Span { from, to: Some(to) };
        Read { span, up_to }
    }

    #[test]
    fn right_histories_pass() {
        let overlapping = [append(0, 10, 2), append(0, 10, 1)];
        check(
            &overlapping,
            &[read(0, 10, 1), read(0, 10, 0), read(5, 10, 2)],
        )
        .unwrap();
        let one_after_the_other = [append(0, 1, 1), append(2, 3, 2)];
        check(&one_after_the_other, &[read(1, 2, 1), read(4, 5, 2)]).unwrap();
        let unanswered = Append {
            span: Span { from: 0, to: None },
            place: None,
        };
        check(&[unanswered], &[]).unwrap();
        let late = Append {
            place: Some(2),
            ..unanswered
        };
        check(&[late, append(5, 6, 1)], &[read(9, 10, 1), read(11, 12, 2)]).unwrap();
    }

    #[test]
    fn wrong_histories_do_not() {
        let lost = Append {
            place: None,
            ..append(0, 1, 0)
        };
        assert_eq!(check(&[lost], &[]), Err(Fault::Lost(0)));
        // The second was acknowledged before the first began, and stands behind it.
        let turned_round = [append(5, 6, 1), append(0, 1, 2)];
        assert_eq!(check(&turned_round, &[]), Err(Fault::Late(1)));
        // A read that misses what was acknowledged before it began.
        let acknowledged = [append(0, 1, 1)];
        assert_eq!(check(&acknowledged, &[read(2, 3, 0)]), Err(Fault::Late(0)));
        // A read that shows what began after it ended.
        assert_eq!(
            check(&[append(5, 6, 1)], &[read(0, 1, 1)]),
            Err(Fault::Stale(0))
        );
        // Two reads, the later of which shows less.
        let backwards = [read(0, 1, 1), read(2, 3, 0)];
        assert_eq!(check(&[append(0, 9, 1)], &backwards), Err(Fault::Stale(0)));
        // The same between two appends whose answers never came.
        let unanswered = Append {
            span: Span { from: 0, to: None },
            place: Some(1),
        };
        assert_eq!(check(&[unanswered], &backwards), Err(Fault::Stale(0)));
    }
}
