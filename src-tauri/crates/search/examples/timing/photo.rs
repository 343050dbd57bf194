//! Records of photos that nobody took, for measuring.

use std::collections::BTreeMap;

use kinfolio_catalog::{
    Exposure, ImportId, Kind, PhotoAdded, PhotoId, Position, Taken, TakenSource, WallTime,
};

use crate::dice::Dice;

/// What they are tagged with.
pub(crate) const TAGS: [&str; 10] = [
    "holiday/greece/crete",
    "holiday/greece",
    "holiday/france",
    "beach",
    "grandma",
    "garden",
    "birthday",
    "school",
    "snow",
    "dog",
];

/// The `n`-th photo: always the same.
pub(crate) fn photo(n: u64) -> PhotoAdded {
    let mut dice = Dice(n);
    let mut id = [0; 32];
    for part in id.chunks_exact_mut(8) {
        part.copy_from_slice(&dice.roll(u64::MAX).to_be_bytes());
    }
    let (make, model) = [
        ("NIKON CORPORATION", "NIKON D70"),
        ("Apple", "iPhone 11"),
        ("Canon", "EOS 80D"),
    ][dice.roll(3) as usize];
    let year_ms = 31_557_600_000;
    let position = Position {
        lat: dice.roll(1_800_000) as f64 / 10_000.0 - 90.0,
        lon: dice.roll(3_600_000) as f64 / 10_000.0 - 180.0,
    };
    PhotoAdded {
        id: PhotoId(id),
        import: ImportId([0; 8]),
        name: format!("IMG_{n:07}.jpg"),
        folder: format!("camera/{}", n / 1000),
        size: 4_000_000,
        mime: "image/jpeg".to_owned(),
        kind: Kind::Photo,
        width: 4000,
        height: 3000,
        taken: Taken {
            at: WallTime {
                wall_ms: 40 * year_ms + dice.roll(15 * year_ms as u64).cast_signed(),
                offset_minutes: Some(60),
            },
            source: TakenSource::ExifOriginal,
        },
        camera_make: make.to_owned(),
        camera_model: model.to_owned(),
        lens: "18-70mm f/3.5-4.5".to_owned(),
        exposure: Exposure {
            iso: Some(100 << dice.roll(6)),
            ..Exposure::default()
        },
        position: (dice.roll(2) == 0).then_some(position),
        altitude_m: None,
        orientation: 1,
        exif: (0..12)
            .map(|n| (format!("Field{n}"), format!("a value of {n}")))
            .collect(),
        thumbhash: vec![7; 25],
        tags: (0..dice.roll(4))
            .map(|_| dice.pick(&TAGS).to_owned())
            .collect(),
        albums: Vec::new(),
        people: Vec::new(),
        caption: String::new(),
        rating: 0,
        favorite: false,
        likeness: None,
        fields: BTreeMap::new(),
        warning: None,
    }
}
