//! The merge rules as small stories, and tags against a model that keeps every edit.

use proptest::prelude::{Strategy, prop};
use proptest::{prop_assert_eq, proptest};

use super::*;

/// An edit of device `device`, its `seq`-th, in block `height`, which had seen `base`.
fn author(device: u8, seq: u64, height: Height, base: Height) -> Author {
    let edit = EditId {
        device: DeviceId([device; 16]),
        incarnation: Incarnation {
            counter: 1,
            nonce: device.into(),
        },
        seq,
    };
    Author {
        stamp: Stamp::new(edit, height),
        base,
    }
}

fn caption(text: &str) -> Change {
    Change {
        caption: Some(text.to_owned()),
        ..Change::default()
    }
}

fn tags(add: &[&str], remove: &[&str]) -> Change {
    let owned = |tags: &[&str]| tags.iter().map(|&tag| tag.to_owned()).collect();
    Change {
        add_tags: owned(add),
        remove_tags: owned(remove),
        ..Change::default()
    }
}

fn said(edits: &[(Author, Change)]) -> Said {
    let mut said = Said::default();
    for (author, change) in edits {
        said.apply(author, change);
    }
    said
}

/// Applies captions and compares the one that stands and those it replaced unseen.
fn check_captions(edits: &[(Author, &str)], stands: &str, replaced: &[&str]) {
    let edits: Vec<_> = edits
        .iter()
        .map(|(author, text)| (*author, caption(text)))
        .collect();
    let said = said(&edits);
    assert_eq!(said.caption(), stands);
    let conflicts = said.conflicts();
    let values: Vec<_> = conflicts
        .iter()
        .flat_map(|conflict| &conflict.replaced)
        .collect();
    let expect: Vec<_> = replaced
        .iter()
        .map(|&text| FieldValue::Text(text.into()))
        .collect();
    let values: Vec<_> = values
        .into_iter()
        .map(|written| written.value.clone())
        .collect();
    assert_eq!(values, expect);
}

#[test]
fn the_later_caption_wins_and_contradictions_are_kept() {
    let (a, b, c) = (1, 2, 3);
    // One after the other, each knowing of the last.
    check_captions(
        &[(author(a, 0, 1, 0), "one"), (author(b, 0, 2, 1), "two")],
        "two",
        &[],
    );
    // Neither knew of the other.
    check_captions(
        &[(author(a, 0, 1, 0), "one"), (author(b, 0, 2, 0), "two")],
        "two",
        &["one"],
    );
    // Even within one block.
    check_captions(
        &[(author(a, 0, 1, 0), "one"), (author(b, 0, 1, 0), "two")],
        "two",
        &["one"],
    );
    // They agree without knowing it.
    check_captions(
        &[(author(a, 0, 1, 0), "one"), (author(b, 0, 2, 0), "one")],
        "one",
        &[],
    );
    // One's own earlier edits are always known.
    check_captions(
        &[(author(a, 0, 1, 0), "one"), (author(a, 1, 1, 0), "two")],
        "two",
        &[],
    );
    // Three who knew nothing of each other.
    let three = [
        (author(a, 0, 1, 0), "one"),
        (author(b, 0, 2, 0), "two"),
        (author(c, 0, 3, 0), "three"),
    ];
    check_captions(&three, "three", &["one", "two"]);
    // Whoever has seen both settles it.
    let settled = [
        (author(a, 0, 1, 0), "one"),
        (author(b, 0, 2, 0), "two"),
        (author(c, 0, 3, 2), "peace"),
    ];
    check_captions(&settled, "peace", &[]);
    // The winner goes on without having seen the loser: not settled.
    let deaf = [
        (author(a, 0, 1, 0), "one"),
        (author(b, 0, 2, 0), "two"),
        (author(b, 1, 3, 0), "more"),
    ];
    check_captions(&deaf, "more", &["one"]);
}

#[test]
fn a_clone_does_not_know_its_original() {
    let original = author(1, 0, 1, 0);
    let mut clone = author(1, 1, 2, 0);
    clone.stamp.nonce += 1;
    check_captions(&[(original, "one"), (clone, "two")], "two", &["one"]);
    let mut reborn = clone;
    reborn.stamp.counter += 1;
    check_captions(&[(original, "one"), (reborn, "two")], "two", &[]);
}

#[test]
fn every_field_can_be_set_and_contradicted() {
    let at = |wall_ms| WallTime {
        wall_ms,
        offset_minutes: Some(60),
    };
    let first = Change {
        caption: Some("a".into()),
        rating: Some(3),
        favorite: Some(true),
        taken_at: Some(at(1)),
        position: Some(Some(Position { lat: 1.0, lon: 2.0 })),
        trash: Some(false),
        ..Change::default()
    };
    let second = Change {
        caption: Some("b".into()),
        rating: Some(4),
        favorite: Some(false),
        taken_at: Some(at(2)),
        position: Some(None),
        trash: Some(true),
        ..Change::default()
    };
    let said = said(&[(author(1, 0, 1, 0), first), (author(2, 0, 2, 0), second)]);
    assert_eq!(
        (said.rating(), said.favorite(), said.trashed()),
        (4, false, true)
    );
    assert_eq!(
        (said.taken_at(), said.position()),
        (Some(at(2)), Some(None))
    );
    let fields: Vec<_> = said
        .conflicts()
        .iter()
        .map(|conflict| conflict.field.clone())
        .collect();
    let all = [
        Field::Caption,
        Field::Rating,
        Field::Favorite,
        Field::TakenAt,
        Field::Position,
        Field::Trash,
    ];
    assert_eq!(fields, all);
}

#[test]
fn a_remove_takes_away_what_its_author_had_seen() {
    let check = |edits: &[(Author, Change)], expect: &[&str]| {
        assert_eq!(said(edits).tags.names().collect::<Vec<_>>(), expect);
    };
    let (add, remove) = (tags(&["x"], &[]), tags(&[], &["x"]));
    check(
        &[
            (author(1, 0, 1, 0), add.clone()),
            (author(2, 0, 2, 1), remove.clone()),
        ],
        &[],
    );
    check(
        &[
            (author(1, 0, 1, 0), add.clone()),
            (author(2, 0, 2, 0), remove.clone()),
        ],
        &["x"],
    );
    check(
        &[
            (author(1, 0, 1, 0), add.clone()),
            (author(1, 1, 1, 0), remove),
        ],
        &[],
    );
    check(
        &[(author(1, 0, 1, 0), tags(&["x", "y"], &["x"]))],
        &["x", "y"],
    );
    check(
        &[
            (author(1, 0, 1, 0), tags(&["x"], &[])),
            (author(1, 1, 2, 1), tags(&[], &["X"])),
        ],
        &["x"],
    );
}

/// A chain of tag edits by a few devices whose view of the chain only ever grows.
fn tag_chains() -> impl Strategy<Value = Vec<(Author, Change)>> {
    let tag_set = || prop::collection::vec(prop::sample::select(vec!["x", "y"]), 0..3);
    let step = (1..4u8, 0..3u64, 0..6u64, tag_set(), tag_set());
    prop::collection::vec(step, 0..40).prop_map(|steps| {
        let (mut height, mut seen, mut seq) = (1, [0; 4], [0; 4]);
        let mut chain = Vec::new();
        for (device, grow, look, add, remove) in steps {
            let d = usize::from(device);
            height += grow.min(1);
            seen[d] = (seen[d] + look).min(height - 1);
            chain.push((author(device, seq[d], height, seen[d]), tags(&add, &remove)));
            seq[d] += 1;
        }
        chain
    })
}

/// Which tags stand, decided from all edits at once: those with an add that no later edit
/// of somebody who knew of it took away.
fn standing(chain: &[(Author, Change)], tag: &str) -> bool {
    let knows = |later: &Author, earlier: &Author| {
        earlier.stamp.height <= later.base
            || (earlier.stamp.device == later.stamp.device && earlier.stamp.seq < later.stamp.seq)
    };
    let names = |tags: &[String]| tags.iter().any(|name| name == tag);
    chain.iter().enumerate().any(|(place, (adder, change))| {
        names(&change.add_tags)
            && !chain[place + 1..]
                .iter()
                .any(|(remover, change)| names(&change.remove_tags) && knows(remover, adder))
    })
}

proptest! {
    #[test]
    fn tags_stand_as_in_the_model(chain in tag_chains()) {
        let said = said(&chain);
        let names: Vec<_> = said.tags.names().collect();
        let expect: Vec<_> = ["x", "y"].into_iter().filter(|tag| standing(&chain, tag)).collect();
        prop_assert_eq!(names, expect);
    }

    #[test]
    fn a_state_survives_its_row(chain in tag_chains()) {
        let said = said(&chain);
        let row = postcard::to_stdvec(&said).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Said>(&row).unwrap(), said);
    }
}
