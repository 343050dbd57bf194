//! Generated photos are distinct, repeatable, and say what a camera would.

use std::collections::HashSet;

use kinfolio_photos::TakenSource;
use kinfolio_photos::sample::{SampleOptions, generate, photo};

use crate::fixtures::{House, files_below};

fn tiny(count: u64, seed: u64) -> SampleOptions {
    SampleOptions {
        pixels: 160 * 120,
        ..SampleOptions::new(count, seed)
    }
}

#[test]
fn a_set_is_repeatable_and_every_photo_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b, c) = (
        dir.path().join("a"),
        dir.path().join("b"),
        dir.path().join("c"),
    );
    generate(&a, &tiny(60, 1)).unwrap();
    generate(&b, &tiny(60, 1)).unwrap();
    generate(&c, &tiny(60, 2)).unwrap();
    let names = files_below(&a);
    assert_eq!((names.len(), &names), (60, &files_below(&b)));
    let read = |dir: &std::path::Path, name: &String| std::fs::read(dir.join(name)).unwrap();
    assert!(names.iter().all(|name| read(&a, name) == read(&b, name)));
    let mut contents: HashSet<_> = names.iter().map(|name| read(&a, name)).collect();
    contents.extend(files_below(&c).iter().map(|name| read(&c, name)));
    assert_eq!(contents.len(), 120);
}

#[test]
fn a_set_looks_like_a_family_album() {
    let house = House::new();
    generate(&house.inbox(), &tiny(240, 7)).unwrap();
    let import = house.import(&[house.inbox()]);
    assert_eq!(import.summary.ready, 240);
    let all: Vec<_> = import
        .ready
        .iter()
        .map(|prepared| &prepared.metadata)
        .collect();
    let share = |wanted: &dyn Fn(&kinfolio_photos::Metadata) -> bool| {
        all.iter().filter(|m| wanted(m)).count() * 100 / 240
    };
    assert!(share(&|m| m.position.is_some()) >= 60);
    assert!(share(&|m| m.position.is_some_and(|p| p.lat < 0.0)) > 0);
    assert!(share(&|m| m.taken.at.offset_minutes.is_some()) >= 20);
    assert!(share(&|m| m.taken.at.wall_ms % 1000 != 0) >= 20);
    assert!((10..60).contains(&share(&|m| m.height > m.width)));
    assert!((5..60).contains(&share(&|m| m.orientation != 1)));
    assert!(
        all.iter()
            .all(|m| m.warning.is_none() && m.taken.source == TakenSource::ExifOriginal)
    );
    assert!(
        all.iter()
            .all(|m| !m.lens.is_empty() && m.exposure.iso.is_some())
    );
    let cameras: HashSet<_> = all.iter().map(|m| &m.camera_model).collect();
    assert!(cameras.len() >= 5);
    // 2010-01-01 to 2024-12-31.
    assert!(
        all.iter()
            .all(|m| (1_262_304_000_000..1_735_689_600_000).contains(&m.taken.at.wall_ms))
    );
}

#[test]
fn the_size_asked_for_is_kept() {
    let (_, jpeg) = photo(
        0,
        &SampleOptions {
            pixels: 2_000_000,
            ..SampleOptions::new(1, 3)
        },
    )
    .unwrap();
    let header = turbojpeg::read_header(&jpeg).unwrap();
    let pixels = header.width * header.height;
    assert!((1_980_000..2_020_000).contains(&pixels), "{pixels}");
}
