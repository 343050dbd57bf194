//! Random chains: the state depends on the chain and nothing else, and every count is what
//! counting gives.

use std::collections::BTreeMap;

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::{option, prop_assert_eq, proptest, sample};

use super::chain::{Chain, tagged, undo};
use super::model::Model;
use crate::catalog::Catalog;
use crate::label::{List, Move};
use crate::payload::{Change, LibraryEdit, Position};
use crate::photo_id::PhotoId;
use crate::wall_time::WallTime;

const TAGS: [&str; 3] = ["x", "x/y", "é"];
const DATES: [&str; 4] = [
    "2019-07-31T23:59:59",
    "2019-08-01",
    "2020-02-29",
    "1969-12-31T23:59:59",
];

/// One block: who writes, how far behind its view is, and what, as parts of which actions.
pub(super) type Step = (u8, u64, Vec<(u8, LibraryEdit)>);

fn tag_list() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(sample::select(&TAGS[..]).prop_map(str::to_owned), 0..3)
}

fn plain_list() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(
        sample::select(&["A", "b"][..]).prop_map(str::to_owned),
        0..2,
    )
}

/// Making, renaming, merging and removing labels.
fn labels() -> impl Strategy<Value = LibraryEdit> {
    let list = sample::select(&List::ALL[..]);
    let label = || sample::select(&["x", "x/y", "é", "A", "b"][..]).prop_map(str::to_owned);
    prop_oneof![
        (list.clone(), label()).prop_map(|(list, label)| LibraryEdit::LabelMade { list, label }),
        (list, label(), option::of(label()))
            .prop_map(|(list, from, to)| LibraryEdit::LabelMoved(Move { list, from, to })),
    ]
}

fn date() -> impl Strategy<Value = &'static str> {
    sample::select(&DATES[..])
}

fn change() -> impl Strategy<Value = Change> {
    let position = prop_oneof![
        Just(None),
        Just(Some(Position {
            lat: 1.0,
            lon: -1.0
        }))
    ];
    let taken_at = date().prop_map(|date| date.parse::<WallTime>().unwrap());
    let words = (
        tag_list(),
        tag_list(),
        option::of("[ab]{0,2}"),
        option::of(0..=5u8),
    );
    let rest = (
        option::of(any::<bool>()),
        option::of(taken_at),
        option::of(position),
        option::of(any::<bool>()),
    );
    let own = option::of(option::of(
        sample::select(&["1", "two"][..]).prop_map(str::to_owned),
    ));
    let lists = (plain_list(), plain_list(), plain_list(), plain_list(), own);
    (words, rest, lists).prop_map(
        |(
            (add_tags, remove_tags, caption, rating),
            (favorite, taken_at, position, trash),
            (add_albums, remove_albums, add_people, remove_people, own),
        )| {
            Change {
                add_tags,
                remove_tags,
                add_albums,
                remove_albums,
                add_people,
                remove_people,
                fields: own
                    .map(|value| ("k".to_owned(), value))
                    .into_iter()
                    .collect(),
                caption,
                rating,
                favorite,
                taken_at,
                position,
                trash,
            }
        },
    )
}

pub(super) fn edit() -> impl Strategy<Value = LibraryEdit> {
    let ids = prop::collection::vec((1..6u8).prop_map(|n| PhotoId([n; 32])), 1..4);
    prop_oneof![
        (1..6u8, date(), tag_list()).prop_map(|(n, date, tags)| {
            tagged(
                n,
                date,
                &tags.iter().map(String::as_str).collect::<Vec<_>>(),
            )
        }),
        (ids.clone(), change()).prop_map(|(photos, change)| LibraryEdit::Change { photos, change }),
        (ids.clone(), any::<i64>(), "[a-c]{1,2}").prop_map(|(originals, verified_ms, bucket)| {
            LibraryEdit::Stored {
                bucket,
                originals,
                life: 0,
                verified_ms,
            }
        }),
        (ids.clone(), prop::option::of("[a-c]{1,2}"))
            .prop_map(|(originals, bucket)| LibraryEdit::Lost { originals, bucket }),
        (1..4u8, 0..3u8).prop_map(|(device, action)| undo(device, action)),
        (ids, 0..9u64, 0..9u64, any::<bool>()).prop_map(|(missing, from, height, more)| {
            LibraryEdit::Verified {
                from,
                height,
                verified_ms: 7,
                missing,
                more,
            }
        }),
    ]
}

pub(super) fn acts() -> impl Strategy<Value = Vec<(u8, LibraryEdit)>> {
    let any = prop_oneof![3 => edit(), 1 => labels()];
    prop::collection::vec((0..3u8, any), 1..5)
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((1..4u8, 0..4u64, acts()), 1..12)
}

/// Steps that move no labels.
fn plain_steps() -> impl Strategy<Value = Vec<Step>> {
    let acts = prop::collection::vec((0..3u8, edit()), 1..5);
    prop::collection::vec((1..4u8, 0..4u64, acts), 1..12)
}

/// The chain of these blocks; what a device has seen only ever grows.
pub(super) fn chain(steps: &[Step]) -> Chain {
    let mut chain = Chain::founded();
    let mut seen = [0; 4];
    for (device, behind, edits) in steps {
        let seen = &mut seen[usize::from(*device)];
        let base = (chain.blocks().len() as u64 - 1).saturating_sub(*behind);
        *seen = base.max(*seen);
        chain.acts(*device, *seen, edits);
    }
    chain
}

/// Counts months and labels from the records alone.
fn recount(catalog: &Catalog) -> (Vec<String>, [BTreeMap<String, u64>; 3]) {
    let (ids, _) = catalog.changed_since(None, usize::MAX).unwrap();
    let mut months = BTreeMap::new();
    let mut labels: [BTreeMap<String, u64>; 3] = Default::default();
    let photos = catalog.photos(&ids).unwrap();
    for photo in photos.iter().filter(|photo| !photo.trashed) {
        let month = photo.taken.at.to_string()[..7].to_owned();
        *months.entry(month).or_insert(0) += 1;
        let lists = [&photo.tags, &photo.albums, &photo.people];
        for (counts, list) in labels.iter_mut().zip(lists) {
            for label in list {
                *counts.entry(label.clone()).or_default() += 1;
            }
        }
    }
    let months = months.iter().rev();
    let months = months.map(|(month, count)| format!("{month} {count}"));
    (months.collect(), labels)
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn how_a_chain_is_cut_leaves_no_trace(steps in steps(), cuts in prop::collection::vec(1..5usize, 1..8)) {
        let chain = chain(&steps);
        let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let whole = Catalog::open(whole.path()).unwrap();
        whole.apply(chain.blocks()).unwrap();
        let mut rest = chain.blocks();
        let mut cut = Catalog::open(parts.path()).unwrap();
        for size in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (now, later) = rest.split_at((*size).min(rest.len()));
            cut.apply(now).unwrap();
            rest = later;
            if *size == 3 {
                drop(cut);
                cut = Catalog::open(parts.path()).unwrap();
            }
        }
        prop_assert_eq!(cut.height(), whole.height());
        prop_assert_eq!(cut.state_hash().unwrap(), whole.state_hash().unwrap());
    }

    #[test]
    fn counts_are_what_counting_gives(steps in steps()) {
        let chain = chain(&steps);
        let dir = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(dir.path()).unwrap();
        for block in chain.blocks() {
            catalog.apply(std::slice::from_ref(block)).unwrap();
            let (months, labels) = recount(&catalog);
            prop_assert_eq!(super::months(&catalog), months);
            for (list, counts) in List::ALL.into_iter().zip(labels) {
                let told = catalog.labels(list).unwrap().into_iter();
                let told = told.filter(|one| one.count > 0).map(|one| (one.name, one.count));
                prop_assert_eq!(told.collect::<BTreeMap<_, _>>(), counts);
            }
            let listed: u64 = catalog.months().unwrap().iter().map(|month| month.count).sum();
            prop_assert_eq!(listed, catalog.count().unwrap());
            for month in catalog.months().unwrap() {
                prop_assert_eq!(catalog.month(month.month).unwrap().len() as u64, month.count);
            }
        }
    }

    #[test]
    fn photos_stand_as_in_the_model(steps in plain_steps()) {
        let chain = chain(&steps);
        let dir = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(dir.path()).unwrap();
        let mut model = Model::default();
        for block in chain.blocks() {
            catalog.apply(std::slice::from_ref(block)).unwrap();
            model.block(block);
            model.check(&catalog)?;
        }
    }

    #[test]
    fn edits_survive_the_chain(edit in prop_oneof![edit(), labels()]) {
        let read = LibraryEdit::decode(&edit.encode());
        match edit {
            LibraryEdit::Change { change, .. } if change == Change::default() => {
                proptest::prop_assert!(read.is_err());
            }
            LibraryEdit::Change { photos, change } => {
                let change = change.checked().unwrap();
                prop_assert_eq!(read.unwrap(), LibraryEdit::Change { photos, change });
            }
            other => prop_assert_eq!(read.unwrap(), other),
        }
    }

    #[test]
    fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..60), marked in any::<bool>()) {
        let payload = if marked { [b"KFL\x01", bytes.as_slice()].concat() } else { bytes };
        if let Ok(edit) = LibraryEdit::decode(&payload) {
            prop_assert_eq!(LibraryEdit::decode(&edit.encode()).unwrap(), edit);
        }
    }
}
