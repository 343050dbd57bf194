//! Pending edits above the chain: shown as they will be once they are in it.

use kinfolio_chain::{DeviceId, Edit, EditId, Incarnation, Payload};
use proptest::{prop_assert_eq, proptest};

use super::chain::{occasion, photo, undo};
use super::random::{acts, chain, steps};
use super::{add_tag, change, id, open};
use crate::catalog::View;
use crate::label::List;
use crate::payload::LibraryEdit;
use crate::photo::Photo;
use crate::photo_id::PhotoId;

/// Edits of device 1 in its next life, which has seen `base`.
fn pending(base: u64, acts: &[(u8, LibraryEdit)]) -> Vec<Edit> {
    let edit = |(seq, (action, edit)): (u64, &(u8, LibraryEdit))| Edit {
        id: EditId {
            device: DeviceId([1; 16]),
            incarnation: Incarnation {
                counter: 2,
                nonce: 0,
            },
            seq,
        },
        base,
        payload: Payload::Opaque(edit.encode_on(occasion(*action))),
    };
    (0..).zip(acts).map(edit).collect()
}

/// Everything that a view says of the five photos, but for what only a block can say.
fn said(view: &View) -> impl PartialEq + std::fmt::Debug + use<> {
    let ids: Vec<_> = (1..6).map(id).collect();
    let photos = view.photos(&ids).unwrap();
    let blockless = |photo: &Photo| {
        let mut photo = photo.clone();
        (photo.block, photo.added_ms, photo.changed) = (None, None, None);
        photo.pending = false;
        for conflict in &mut photo.conflicts {
            conflict.kept.height = None;
            for replaced in &mut conflict.replaced {
                replaced.height = None;
            }
        }
        photo
    };
    let months = view.months().unwrap();
    let rows: Vec<_> = months
        .iter()
        .map(|row| {
            let mut rows = view.month(row.month, 0, usize::MAX).unwrap();
            let parts = (0..=rows.len()).step_by(2);
            let parts = parts.flat_map(|from| view.month(row.month, from, 2).unwrap());
            assert_eq!(parts.collect::<Vec<_>>(), rows, "a month in parts");
            rows.iter_mut().for_each(|row| row.pending = false);
            rows
        })
        .collect();
    let histories: Vec<usize> = ids
        .iter()
        .map(|id| view.history(id).unwrap().len())
        .collect();
    let last = view.last_action(DeviceId([1; 16])).unwrap();
    let last = last.map(|action| (action.name, action.photos));
    let photos: Vec<_> = photos.iter().map(blockless).collect();
    let labels = List::ALL.map(|list| view.labels(list).unwrap());
    let counts = (view.count().unwrap(), labels, last);
    (photos, months, rows, histories, counts)
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn pending_edits_show_as_they_will_once_committed(steps in steps(), mut more in acts()) {
        let mut chain = chain(&steps);
        let dir = tempfile::tempdir().unwrap();
        let catalog = open(&dir);
        catalog.apply(chain.blocks()).unwrap();
        let before = catalog.state_hash().unwrap();
        let base = catalog.height().unwrap();
        // Another act of the same action would be undone with those in the chain.
        more.iter_mut().for_each(|(action, _)| *action += 3);
        more.push((9, undo(1, 3)));
        let edits = pending(base, &more);

        let whole = catalog.view().unwrap().next(&catalog, &edits).unwrap();
        let mut grown = catalog.view().unwrap();
        for edit in &edits {
            // Readers that hold an edition keep it.
            let held = grown.clone();
            let (edition, saw) = (held.edition(), said(&held));
            let changed = grown.write(std::slice::from_ref(edit)).unwrap();
            prop_assert_eq!(grown.pending_since(edition).collect::<Vec<_>>(), changed);
            prop_assert_eq!(said(&held), saw);
        }
        prop_assert_eq!(said(&whole), said(&grown));
        prop_assert_eq!(catalog.state_hash().unwrap(), before, "the file is as it was");

        chain.acts(1, base, &more);
        catalog.apply(&chain.blocks()[steps.len() + 1..]).unwrap();
        let committed = whole.next(&catalog, &[]).unwrap();
        prop_assert_eq!(said(&committed), said(&whole));
    }
}

#[test]
fn what_is_pending_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let chain = chain(&[(
        1,
        0,
        vec![(1, photo(1, "2019-07-14")), (1, photo(2, "2019-07-14"))],
    )]);
    catalog.apply(chain.blocks()).unwrap();
    let acts = [
        (2, change(&[id(1)], add_tag("x"))),
        (3, photo(3, "2019-07-14")),
    ];
    let mut view = catalog.view().unwrap();
    let changed = view.write(&pending(1, &acts)).unwrap();
    assert_eq!(changed, [id(1), id(3)]);
    let pending_of = |n| view.photo(&id(n)).unwrap().unwrap().pending;
    assert_eq!(
        (pending_of(1), pending_of(2), pending_of(3)),
        (true, false, true)
    );
    let photo = view.photo(&id(3)).unwrap().unwrap();
    assert_eq!((photo.block, photo.added_ms), (None, None));
    let rows = view
        .month("2019-07".parse().unwrap(), 0, usize::MAX)
        .unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (row.id, row.pending)).collect();
    assert_eq!(rows, [(id(3), true), (id(2), false), (id(1), true)]);
    let history = view.history(&id(1)).unwrap();
    assert_eq!(
        history.iter().map(|entry| entry.height).collect::<Vec<_>>(),
        [Some(1), None]
    );
    assert_eq!(view.photo(&PhotoId([9; 32])).unwrap(), None);
}

/// What ten thousand pending edits cost must grow with them, and with nothing else.
#[test]
fn ten_thousand_pending_edits_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = open(&dir);
    let chain = chain(&[(1, 0, vec![(1, photo(1, "2019-07-14"))])]);
    catalog.apply(chain.blocks()).unwrap();
    let many: Vec<_> = (0..10_000u32)
        .map(|n| {
            let mut added = photo(2, "2019-07-14");
            if let LibraryEdit::PhotoAdded(photo) = &mut added {
                photo.id.0[..4].copy_from_slice(&n.to_be_bytes());
            }
            (2, added)
        })
        .collect();
    let mut view = catalog.view().unwrap();
    let begun = std::time::Instant::now();
    for edit in pending(1, &many) {
        view.write(std::slice::from_ref(&edit)).unwrap();
    }
    let one_by_one = begun.elapsed();
    assert_eq!(view.count().unwrap(), 10_001);
    assert_eq!(
        view.month("2019-07".parse().unwrap(), 0, usize::MAX)
            .unwrap()
            .len(),
        10_001
    );
    let begun = std::time::Instant::now();
    let again = view.next(&catalog, &pending(1, &many)).unwrap();
    assert_eq!(again.count().unwrap(), 10_001);
    println!("one by one {one_by_one:?}, together {:?}", begun.elapsed());
}
