//! A household's photos that nobody took: what they are called, where, when and with what. The
//! `n`-th of a seed is always the same. Knows nothing of ledgers and indexes.

use std::collections::BTreeMap;

use kinfolio_library::catalog::{
    Exposure, ImportId, Kind, PhotoAdded, PhotoId, Position, Taken, TakenSource, WallTime,
};

use crate::dice::Dice;

/// Photos of one occasion: one town, some hours, some tags, one or two cameras.
const OCCASION_PHOTOS: u64 = 40;

/// Words of captions that were made of syllables, beside the real ones.
const MADE_WORDS: usize = 3_000;

/// 2005-01-01 and 2025-01-01, in milliseconds.
const TAKEN_MS: std::ops::Range<i64> = 1_104_537_600_000..1_735_689_600_000;

/// The month of a crowd: July 2016.
const CROWDED_MS: std::ops::Range<i64> = 1_467_331_200_000..1_470_009_600_000;

const WORDS: [&str; 48] = [
    "beach",
    "sunset",
    "birthday",
    "garden",
    "dinner",
    "mountain",
    "river",
    "snow",
    "market",
    "castle",
    "harbour",
    "forest",
    "bridge",
    "concert",
    "wedding",
    "puppy",
    "picnic",
    "island",
    "museum",
    "kitchen",
    "balcony",
    "train",
    "breakfast",
    "waterfall",
    "evening",
    "morning",
    "friends",
    "cousins",
    "grandma",
    "grandpa",
    "school",
    "football",
    "bicycle",
    "camping",
    "lighthouse",
    "village",
    "church",
    "rainbow",
    "storm",
    "window",
    "playground",
    "carnival",
    "fireworks",
    "christmas",
    "easter",
    "pumpkin",
    "sailing",
    "hiking",
];

const NAMES: [&str; 32] = [
    "Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Klara",
    "Leo", "Maria", "Nils", "Olga", "Paul", "Rosa", "Simon", "Tilda", "Ulrich", "Vera", "Willem",
    "Yara", "Zoe", "Marta", "Luis", "Sofia", "Mateo", "Hanna", "Oskar", "Lena", "Emil",
];

/// Make, model, lens, and whether it knows where it is.
const CAMERAS: [(&str, &str, &str, bool); 12] = [
    (
        "Apple",
        "iPhone 11",
        "iPhone 11 back dual wide camera 4.25mm f/1.8",
        true,
    ),
    (
        "Apple",
        "iPhone 14 Pro",
        "iPhone 14 Pro back triple camera 6.86mm f/1.78",
        true,
    ),
    (
        "Google",
        "Pixel 7",
        "Pixel 7 back camera 6.81mm f/1.85",
        true,
    ),
    ("samsung", "SM-G991B", "", true),
    ("NIKON CORPORATION", "NIKON D70", "18-70mm f/3.5-4.5", false),
    ("NIKON CORPORATION", "NIKON D750", "24-120mm f/4", false),
    (
        "Canon",
        "Canon EOS 80D",
        "EF-S18-135mm f/3.5-5.6 IS USM",
        false,
    ),
    ("Canon", "Canon PowerShot A620", "", false),
    ("SONY", "ILCE-7M3", "FE 24-105mm F4 G OSS", false),
    ("FUJIFILM", "X-T30", "XF18-55mmF2.8-4 R LM OIS", false),
    ("Panasonic", "DMC-TZ61", "", true),
    (
        "OLYMPUS IMAGING CORP.",
        "E-M5",
        "OLYMPUS M.12-40mm F2.8",
        false,
    ),
];

/// What all photos of a seed have to do with.
pub(crate) struct World {
    seed: u64,
    /// Photos that were taken in one month.
    crowd: u64,
    /// Towns that there are: GeoNames, CC BY 4.0.
    towns: Vec<(f64, f64)>,
    words: Vec<String>,
    tags: Vec<String>,
    /// The tag of a holiday in each town.
    holidays: Vec<String>,
    albums: Vec<String>,
}

/// The smaller the number, the more often it comes.
fn skewed(dice: &mut Dice, below: usize) -> usize {
    let one = dice.roll(1 << 32) as f64 / f64::from(u32::MAX);
    ((below as f64 * one * one * one) as usize).min(below - 1)
}

impl World {
    /// `crowd`: how many photos, the first ones, were taken in one month.
    pub(crate) fn new(seed: u64, crowd: u64) -> World {
        let mut dice = Dice(seed);
        let syllables = [
            "ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "wen", "dor", "gal", "pin",
            "sta", "bru",
        ];
        let made = (0..MADE_WORDS).map(|_| {
            let count = 2 + dice.roll(3);
            (0..count).map(|_| dice.pick(&syllables)).collect()
        });
        let words: Vec<String> = WORDS.map(str::to_owned).into_iter().chain(made).collect();
        let town = |line: &str| {
            let (lat, lon) = line.split_once(' ')?;
            Some((lat.parse().ok()?, lon.parse().ok()?))
        };
        let towns: Vec<(f64, f64)> = include_str!("towns.txt").lines().filter_map(town).collect();
        let holidays = towns.iter().map(|&(lat, lon)| {
            let shown =
                kinfolio_places::name(lat, lon).map_or_else(String::new, |place| place.to_string());
            let mut parts = shown.split(", ").collect::<Vec<_>>();
            parts.reverse();
            format!("holiday/{}", parts.join("/"))
        });
        let family = NAMES.iter().map(|name| format!("family/{name}"));
        let occasions = WORDS.iter().map(|word| format!("occasion/{word}"));
        let plain = words.iter().skip(WORDS.len()).take(120).cloned();
        World {
            seed,
            crowd,
            holidays: holidays.collect(),
            tags: family.chain(occasions).chain(plain).collect(),
            albums: (2005..2025)
                .flat_map(|year| ["Summer", "Christmas", "Best of"].map(|s| format!("{s} {year}")))
                .collect(),
            towns,
            words,
        }
    }

    fn dice(&self, n: u64, of: u64) -> Dice {
        let mut dice = Dice(self.seed ^ n.wrapping_mul(0x0100_0000_01b3) ^ of << 56);
        dice.roll(1);
        dice
    }

    /// The `n`-th photo.
    pub(crate) fn photo(&self, n: u64) -> PhotoAdded {
        let mut occasion = self.dice(n / OCCASION_PHOTOS, 1);
        let mut dice = self.dice(n, 2);
        let mut id = [0; 32];
        for part in id.chunks_exact_mut(8) {
            part.copy_from_slice(&dice.roll(u64::MAX).to_be_bytes());
        }
        let town = skewed(&mut occasion, self.towns.len());
        let begun = TAKEN_MS.start
            + occasion
                .roll(TAKEN_MS.end.abs_diff(TAKEN_MS.start))
                .cast_signed();
        let wall_ms = if n < self.crowd {
            CROWDED_MS.start
                + dice
                    .roll(CROWDED_MS.end.abs_diff(CROWDED_MS.start))
                    .cast_signed()
        } else {
            (begun + dice.roll(6 * 3_600_000).cast_signed()).min(TAKEN_MS.end - 1)
        };
        let own = occasion.roll(CAMERAS.len() as u64) as usize;
        let camera = if dice.roll(3) == 0 {
            dice.roll(CAMERAS.len() as u64) as usize
        } else {
            own
        };
        let (make, model, lens, gps) = CAMERAS[camera];
        let at = WallTime {
            wall_ms,
            offset_minutes: Some(60),
        };
        let mut tags = Vec::new();
        if occasion.roll(10) < 4 {
            tags.push(self.holidays[town].clone());
        }
        if occasion.roll(10) < 3 {
            tags.push(self.tags[skewed(&mut occasion, self.tags.len())].clone());
        }
        for _ in 0..dice.roll(3) {
            tags.push(self.tags[skewed(&mut dice, self.tags.len())].clone());
        }
        tags.sort_unstable();
        tags.dedup();
        let album = occasion.roll(self.albums.len() as u64) as usize;
        let albums = if occasion.roll(4) == 0 {
            vec![self.albums[album].clone()]
        } else {
            Vec::new()
        };
        let mut people = Vec::new();
        if dice.roll(5) == 0 {
            people.push(NAMES[skewed(&mut dice, NAMES.len())].to_owned());
        }
        let kind = if dice.roll(20) == 0 {
            Kind::Video
        } else {
            Kind::Photo
        };
        let located = if gps {
            dice.roll(10) < 9
        } else {
            dice.roll(10) < 4
        };
        PhotoAdded {
            id: PhotoId(id),
            import: ImportId((n / 5_000).to_be_bytes()),
            name: self.name(n, at, &mut dice, kind),
            folder: format!("{}/{}", at.month().year, n / OCCASION_PHOTOS),
            size: 4_000_000,
            mime: if kind == Kind::Video {
                "video/mp4"
            } else {
                "image/jpeg"
            }
            .to_owned(),
            kind,
            width: 4000,
            height: 3000,
            taken: Taken {
                at,
                source: TakenSource::ExifOriginal,
            },
            camera_make: make.to_owned(),
            camera_model: model.to_owned(),
            lens: lens.to_owned(),
            exposure: Exposure {
                iso: (dice.roll(10) > 0).then(|| 100 << dice.roll(7)),
                f_number: Some(2.8),
                exposure_time_s: Some(0.005),
                focal_length_mm: Some(35.0),
            },
            position: located.then(|| self.around(town, &mut dice)),
            altitude_m: None,
            orientation: 1,
            exif: (0..12)
                .map(|n| (format!("Field{n}"), format!("a value of {n}")))
                .collect(),
            thumbhash: vec![7; 25],
            tags,
            albums,
            people,
            caption: if dice.roll(10) < 3 {
                self.caption(&mut dice)
            } else {
                String::new()
            },
            rating: if dice.roll(10) < 3 {
                1 + dice.roll(5) as u8
            } else {
                0
            },
            favorite: dice.roll(20) == 0,
            likeness: Some(dice.roll(u64::MAX)),
            fields: BTreeMap::new(),
            warning: None,
        }
    }

    fn name(&self, n: u64, at: WallTime, dice: &mut Dice, kind: Kind) -> String {
        let end = if kind == Kind::Video { "mp4" } else { "jpg" };
        match dice.roll(4) {
            0 | 1 => format!("IMG_{:04}.{end}", n % 10_000),
            2 => format!("DSC{:05}.{end}", n % 100_000),
            _ => format!(
                "PXL_{}{:02}_{:08}.{end}",
                at.month().year,
                at.month().month,
                at.wall_ms % 86_400_000
            ),
        }
    }

    fn caption(&self, dice: &mut Dice) -> String {
        let words =
            (0..3 + dice.roll(8)).map(|_| self.words[skewed(dice, self.words.len())].as_str());
        words.collect::<Vec<_>>().join(" ")
    }

    /// Somewhere around a town, near it rather than far.
    fn around(&self, town: usize, dice: &mut Dice) -> Position {
        let (lat, lon) = self.towns[town];
        let mut by = || {
            (0..4)
                .map(|_| dice.roll(20_000) as f64 / 10_000.0 - 1.0)
                .sum::<f64>()
                * 0.05
        };
        Position {
            lat: lat + by(),
            lon: lon + by(),
        }
    }
}
