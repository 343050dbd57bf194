//! Random queries over random libraries, answered a second time photo by photo from the
//! records alone; that answer shares no code with parser, folding, geometry or index.

use std::collections::BTreeMap;

use kinfolio_catalog::{Change, Exposure, Kind, LibraryEdit, Photo, PhotoAdded, PhotoId};
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop, prop_oneof};
use proptest::{option, prop_assert_eq, proptest, sample};

use super::library::{Library, at, photo};
use crate::compile::Compiler;
use crate::page::{self, Wanted};
use crate::query::{Query, Sort};

const WORDS: [&str; 10] = [
    "beach", "bench", "Beaches", "été", "ete", "sea", "seal", "12", "1234", "France",
];
const TAGS: [&str; 5] = ["sea", "sea/Été", "sea/ete/x", "beach 12", "Bench"];
const CAMERAS: [(&str, &str); 4] = [
    ("", ""),
    ("NIKON", "D70"),
    ("NIKON", "D7000"),
    ("Sea", "1234"),
];
const DAYS: [&str; 6] = [
    "2018-12-31",
    "2019-01-01",
    "2019-07-31",
    "2019-08-01",
    "2020-02-29",
    "1969-07-20",
];
const PERIODS: [&str; 6] = [
    "2019",
    "2019-07",
    "2019-08-01",
    "2018",
    "2020-02-29",
    "1969",
];
const LATS: [f64; 7] = [0.0, 48.1, 48.2, 89.9, 90.0, -90.0, -17.0];
const LONS: [f64; 7] = [0.0, 2.3, 2.4, 179.95, 180.0, -180.0, -179.95];
const ALBUMS: [&str; 3] = ["Summer 12", "Été", "sea"];
const PEOPLE: [&str; 3] = ["Anna Sea", "Benché", "anna"];
const VALUES: [&str; 7] = [
    "12",
    "-3",
    "2.5",
    "120",
    "12 beach",
    "2019-07-31",
    "2018-12-31",
];
const METRES: [u64; 6] = [0, 1_000, 9_000, 20_000, 600_000, 12_000_000];

/// A part of a query: it can say itself, and be answered for one photo.
#[derive(Clone, Debug)]
enum Ask {
    Word(&'static str),
    Quoted(&'static str, &'static str),
    Tag(&'static str),
    Camera(&'static str),
    Place(&'static str),
    Number(&'static str, &'static str, u64),
    Numbers(&'static str, u64, u64),
    Taken(&'static str, &'static str),
    Period(&'static str, &'static str),
    Near(f64, f64, u64),
    In(f64, f64, f64, f64),
    Flag(&'static str),
    Album(&'static str),
    Person(&'static str),
    Own(&'static str, &'static str),
    OwnNumber(&'static str, &'static str, i32),
    OwnDay(&'static str, &'static str, &'static str),
    OwnDays(&'static str, &'static str, &'static str),
    Not(Box<Ask>),
    Any(Vec<Ask>),
    All(Vec<Ask>),
}

impl Ask {
    fn text(&self) -> String {
        let join = |asks: &[Ask], by: &str| {
            let texts: Vec<_> = asks.iter().map(Ask::text).collect();
            format!("({})", texts.join(by))
        };
        match self {
            Ask::Word(word) => (*word).to_owned(),
            Ask::Quoted(a, b) => format!("\"{a} {b}\""),
            Ask::Tag(tag) => format!("tag:\"{tag}\""),
            Ask::Camera(camera) => format!("camera:{camera}"),
            Ask::Place(place) => format!("place:{place}"),
            Ask::Number(field, sign, n) => format!("{field}:{sign}{n}"),
            Ask::Numbers(field, from, to) => format!("{field}:{from}..{to}"),
            Ask::Taken(sign, period) => format!("taken:{sign}{period}"),
            Ask::Period(from, to) => format!("taken:{from}..{to}"),
            Ask::Near(lat, lon, metres) => format!("near:{lat},{lon},{metres}m"),
            Ask::In(south, west, north, east) => format!("in:{south},{west},{north},{east}"),
            Ask::Flag(flag) => (*flag).to_owned(),
            Ask::Album(album) => format!("album:\"{album}\""),
            Ask::Person(person) => format!("person:{person}"),
            Ask::Own(name, value) => format!("field.{name}:{value}"),
            Ask::OwnNumber(name, sign, n) => format!("field.{name}:{sign}{n}"),
            Ask::OwnDay(name, sign, period) => format!("field.{name}:{sign}{period}"),
            Ask::OwnDays(name, from, to) => format!("field.{name}:{from}..{to}"),
            Ask::Not(ask) => format!("-{}", ask.text()),
            Ask::Any(asks) => join(asks, " OR "),
            Ask::All(asks) => join(asks, " "),
        }
    }

    /// `all`: the library that the photo is in. `open`: nothing stands behind it, so that its last word
    /// may be cut short.
    fn holds(&self, photo: &Photo, all: &[Photo], open: bool) -> bool {
        match self {
            Ask::Word(word) => texts(photo)
                .iter()
                .flatten()
                .any(|token| fits(token, word, open)),
            Ask::Quoted(a, b) => {
                let wanted = [plain(a), plain(b)];
                texts(photo)
                    .iter()
                    .any(|text| text.windows(2).any(|pair| pair == wanted))
            }
            Ask::Tag(tag) => photo.tags.iter().any(|own| {
                let (own, tag) = (plain(own), plain(tag));
                own == tag || own.starts_with(&format!("{tag}/"))
            }),
            Ask::Camera(camera) => {
                let camera = plain(camera);
                let own = [words(&photo.camera_make), words(&photo.camera_model)].concat();
                own.iter().any(|word| word.starts_with(&camera))
            }
            Ask::Place(place) => {
                let place = plain(place);
                let own = place_names(photo);
                own.iter()
                    .flat_map(|name| words(name))
                    .any(|word| word.starts_with(&place))
            }
            Ask::Number(field, sign, n) => number(photo, field).is_some_and(|own| match *sign {
                "<" => own < *n,
                "<=" => own <= *n,
                ">" => own > *n,
                ">=" => own >= *n,
                _ => own == *n,
            }),
            Ask::Numbers(field, from, to) => {
                number(photo, field).is_some_and(|own| own >= *from && own <= *to)
            }
            Ask::Taken(sign, period) => {
                let order = day_part(photo, period).as_str().cmp(*period);
                match *sign {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    ">=" => order.is_ge(),
                    _ => order.is_eq(),
                }
            }
            Ask::Period(from, to) => {
                day_part(photo, from).as_str() >= *from && day_part(photo, to).as_str() <= *to
            }
            Ask::Near(lat, lon, metres) => photo.position.is_some_and(|own| {
                angle((*lat, *lon), (own.lat, own.lon)) * 6_371_008.8 <= *metres as f64
            }),
            Ask::In(south, west, north, east) => photo.position.is_some_and(|own| {
                let between = |lon: f64| {
                    if west <= east {
                        lon >= *west && lon <= *east
                    } else {
                        lon >= *west || lon <= *east
                    }
                };
                let same_meridian = own.lon.abs() == 180.0 && (between(180.0) || between(-180.0));
                own.lat >= *south && own.lat <= *north && (between(own.lon) || same_meridian)
            }),
            Ask::Flag(flag) => match *flag {
                "has:gps" => photo.position.is_some(),
                "has:caption" => !photo.caption.is_empty(),
                "has:tags" => !photo.tags.is_empty(),
                "has:albums" => !photo.albums.is_empty(),
                "has:people" => !photo.people.is_empty(),
                "is:favorite" => photo.favorite,
                "is:trashed" => photo.trashed,
                "is:video" => photo.kind == Kind::Video,
                "is:duplicate" => all.iter().any(|other| resemble(photo, other)),
                "type:raw" => photo.kind == Kind::Raw,
                other => panic!("{other}"),
            },
            Ask::Album(album) => photo.albums.iter().any(|own| plain(own) == plain(album)),
            Ask::Person(person) => {
                let own = photo.people.iter().flat_map(|name| words(name));
                own.into_iter().any(|word| word.starts_with(&plain(person)))
            }
            Ask::Own(name, wanted) => value(photo, name).is_some_and(|own| {
                let (own, wanted) = (words(own), words(wanted));
                let unfinished = wanted.last().is_some_and(|last| {
                    let others = &wanted[..wanted.len() - 1];
                    let rest = others.is_empty() || own.windows(others.len()).any(|w| w == others);
                    let letters = last.ends_with(char::is_alphabetic);
                    letters && rest && own.iter().any(|word| word.starts_with(last))
                });
                own.windows(wanted.len()).any(|row| row == wanted) || unfinished
            }),
            Ask::OwnNumber(name, sign, n) => {
                let own = value(photo, name).and_then(|own| own.parse::<f64>().ok());
                own.is_some_and(|own| match *sign {
                    "<" => own < f64::from(*n),
                    "<=" => own <= f64::from(*n),
                    ">" => own > f64::from(*n),
                    _ => own >= f64::from(*n),
                })
            }
            Ask::OwnDay(name, sign, period) => day(photo, name).is_some_and(|own| {
                let order = own[..period.len()].cmp(*period);
                match *sign {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                }
            }),
            Ask::OwnDays(name, from, to) => day(photo, name)
                .is_some_and(|own| own[..from.len()] >= **from && own[..to.len()] <= **to),
            Ask::Not(ask) => !ask.holds(photo, all, open),
            Ask::Any(asks) => asks.iter().any(|ask| ask.holds(photo, all, false)),
            Ask::All(asks) => asks.iter().all(|ask| ask.holds(photo, all, false)),
        }
    }

    fn speaks_of_trash(&self) -> bool {
        self.text().contains("is:trashed")
    }
}

/// Whether two photos, neither of them in the trash, differ in no more than six bits.
fn resemble(one: &Photo, other: &Photo) -> bool {
    let (Some(a), Some(b)) = (one.likeness, other.likeness) else {
        return false;
    };
    let differ = (0..64).filter(|bit| a >> bit & 1 != b >> bit & 1).count();
    one.id != other.id && !one.trashed && !other.trashed && differ <= 6
}

/// What one of the household's own fields holds, whatever the case of its name.
fn value<'p>(photo: &'p Photo, name: &str) -> Option<&'p str> {
    let mut fields = photo.fields.iter();
    let found = fields.find(|(own, _)| plain(own) == plain(name));
    found.map(|(_, value)| value.as_str())
}

fn day<'p>(photo: &'p Photo, name: &str) -> Option<&'p str> {
    value(photo, name).filter(|own| own.len() == 10 && own.matches('-').count() == 2)
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace('é', "e")
}

fn words(text: &str) -> Vec<String> {
    let text = plain(text);
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn texts(photo: &Photo) -> Vec<Vec<String>> {
    let own = [
        &photo.name,
        &photo.caption,
        &photo.camera_make,
        &camera(photo),
        &photo.lens,
    ];
    let places = place_names(photo);
    own.into_iter()
        .chain(&photo.tags)
        .chain(&photo.albums)
        .chain(&photo.people)
        .chain(photo.fields.iter().map(|(_, value)| value))
        .chain(&places)
        .map(|text| words(text))
        .collect()
}

/// A camera as people call it: the make, and the model that may begin with it.
fn camera(photo: &Photo) -> String {
    let (make, model) = (&photo.camera_make, &photo.camera_model);
    match words(make).first() {
        Some(brand) if !plain(model).starts_with(brand) => format!("{make} {model}"),
        _ => model.clone(),
    }
}

/// What the place of a photo is called: the data are the index's, of which nobody else has any.
fn place_names(photo: &Photo) -> Vec<String> {
    let place = photo
        .position
        .and_then(|at| kinfolio_places::name(at.lat, at.lon));
    let names = place.map(|place| [vec![place.to_string()], place.aliases()].concat());
    names.unwrap_or_default()
}

fn fits(token: &str, word: &str, open: bool) -> bool {
    let word = plain(word);
    let forgiving = word.chars().count() >= 4 && word.chars().all(char::is_alphabetic);
    token == word || (open && token.starts_with(&word)) || (forgiving && one_typo(token, &word))
}

/// Whether one letter more, less, other, or two swapped neighbours make one of the other.
fn one_typo(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let without = |text: &[char], at: usize| [&text[..at], &text[at + 1..]].concat();
    let differ: Vec<_> = (0..a.len().min(b.len()))
        .filter(|&at| a[at] != b[at])
        .collect();
    match a.len().abs_diff(b.len()) {
        0 => match differ[..] {
            [] | [_] => true,
            [first, second] => {
                second == first + 1 && a[first] == b[second] && a[second] == b[first]
            }
            _ => false,
        },
        1 if a.len() > b.len() => (0..a.len()).any(|at| without(&a, at) == b),
        1 => (0..b.len()).any(|at| without(&b, at) == a),
        _ => false,
    }
}

fn number(photo: &Photo, field: &str) -> Option<u64> {
    match field {
        "iso" => photo.exposure.iso.map(u64::from),
        "rating" => Some(photo.rating.into()),
        other => panic!("{other}"),
    }
}

/// As much of the photo's date as the period has.
fn day_part(photo: &Photo, period: &str) -> String {
    photo.taken.at.to_string()[..period.len()].to_owned()
}

/// The angle between two places seen from the middle of the earth, by their vectors.
fn angle(a: (f64, f64), b: (f64, f64)) -> f64 {
    let vector = |(lat, lon): (f64, f64)| {
        let (lat, lon) = (lat.to_radians(), lon.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let (a, b) = (vector(a), vector(b));
    let cross = [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ];
    let dot: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
    cross
        .iter()
        .map(|part| part * part)
        .sum::<f64>()
        .sqrt()
        .atan2(dot)
}

fn pick<T: Copy + std::fmt::Debug + 'static>(from: &'static [T]) -> impl Strategy<Value = T> {
    sample::select(from)
}

fn field() -> impl Strategy<Value = Ask> {
    let numbered = || prop_oneof![Just(("iso", 900)), Just(("rating", 5))];
    let sign = || pick(&["", "<", "<=", ">", ">="]);
    prop_oneof![
        3 => pick(&WORDS).prop_map(Ask::Word),
        1 => (pick(&WORDS), pick(&WORDS)).prop_map(|(a, b)| Ask::Quoted(a, b)),
        2 => pick(&TAGS).prop_map(Ask::Tag),
        1 => pick(&["nikon", "d7", "D70", "sea"]).prop_map(Ask::Camera),
        1 => pick(&["france", "Frankreich", "fra", "ile", "loiret", "nowhere"]).prop_map(Ask::Place),
        1 => (numbered(), sign(), 0..=5u64).prop_map(|((field, max), sign, n)| Ask::Number(field, sign, n * max / 5)),
        1 => (numbered(), 0..=5u64, 0..=5u64).prop_map(|((field, max), a, b)| Ask::Numbers(field, a.min(b) * max / 5, a.max(b) * max / 5)),
        2 => (sign(), pick(&PERIODS)).prop_map(|(sign, period)| Ask::Taken(sign, period)),
        1 => (pick(&DAYS), pick(&DAYS)).prop_map(|(a, b)| Ask::Period(a.min(b), a.max(b))),
        2 => (pick(&LATS), pick(&LONS), pick(&METRES)).prop_map(|(lat, lon, metres)| Ask::Near(lat, lon, metres)),
        2 => (pick(&LATS), pick(&LONS), pick(&LATS), pick(&LONS)).prop_map(|(a, west, b, east)| Ask::In(a.min(b), west, a.max(b), east)),
        1 => pick(&ALBUMS).prop_map(Ask::Album),
        1 => pick(&["ann", "Sea", "benche", "bob"]).prop_map(Ask::Person),
        1 => (own(), pick(&["12", "beach", "bea", "1", "2019-07", "2019"])).prop_map(|(name, value)| Ask::Own(name, value)),
        1 => (own(), pick(&["<", "<=", ">", ">="]), -4..20i32).prop_map(|(name, sign, n)| Ask::OwnNumber(name, sign, n)),
        1 => (own(), pick(&["<", "<=", ">", ">="]), pick(&["2019-07", "2018-12-31", "2019-07-31"])).prop_map(|(name, sign, period)| Ask::OwnDay(name, sign, period)),
        1 => own().prop_map(|name| Ask::OwnDays(name, "2018-12-31", "2019-07-30")),
        1 => pick(&["has:albums", "has:people"]).prop_map(Ask::Flag),
        2 => pick(&["has:gps", "has:caption", "has:tags", "is:favorite", "is:trashed", "is:video", "is:duplicate", "type:raw"]).prop_map(Ask::Flag),
    ]
}

fn own() -> impl Strategy<Value = &'static str> {
    pick(&["box", "BOX", "jahr", "none"])
}

fn ask() -> BoxedStrategy<Ask> {
    let several = |inner: BoxedStrategy<Ask>| prop::collection::vec(inner, 2..4);
    let deeper = move |inner: BoxedStrategy<Ask>| {
        prop_oneof![
            inner.clone().prop_map(|ask| Ask::Not(Box::new(ask))),
            several(inner.clone()).prop_map(Ask::Any),
            several(inner).prop_map(Ask::All),
        ]
    };
    field().prop_recursive(3, 8, 3, deeper).boxed()
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(pick(&WORDS), 0..3).prop_map(|words| words.join(" "))
}

/// A photo, and what people said of it later.
fn pictures() -> impl Strategy<Value = Vec<(PhotoAdded, Change)>> {
    let tags = || prop::collection::vec(pick(&TAGS).prop_map(str::to_owned), 0..3);
    let position = option::of((pick(&LATS), pick(&LONS)));
    let kind = prop_oneof![Just(Kind::Photo), Just(Kind::Raw), Just(Kind::Video)];
    let file = (
        text(),
        pick(&DAYS),
        pick(&CAMERAS),
        option::of(0..6u32),
        position,
        kind,
        tags(),
    );
    let said = (
        option::of(text()),
        option::of(0..=5u8),
        any::<bool>(),
        0..8u8,
        tags(),
        tags(),
    );
    let lists = (
        prop::collection::vec(pick(&ALBUMS).prop_map(str::to_owned), 0..2),
        prop::collection::vec(pick(&PEOPLE).prop_map(str::to_owned), 0..3),
        option::of(pick(&VALUES)),
        option::of(pick(&VALUES)),
        option::of((any::<bool>(), 0..9u32)),
    );
    let picture = (file, said, lists).prop_map(|(file, said, lists)| {
        let (add_albums, add_people, boxed, year, look) = lists;
        let look =
            look.map(|(other, bits)| u64::from(other).wrapping_neg() ^ ((1 << (bits * 2)) - 1));
        let own = [("Box", boxed), ("Jahr", year)].into_iter();
        let own = own.filter_map(|(name, value)| Some((name.to_owned(), Some(value?.to_owned()))));
        let (name, day, (make, model), iso, position, kind, tags) = file;
        let (caption, rating, favorite, trash, add_tags, remove_tags) = said;
        let added = PhotoAdded {
            camera_make: make.to_owned(),
            camera_model: model.to_owned(),
            exposure: Exposure {
                iso: iso.map(|n| n * 180),
                ..Exposure::default()
            },
            position: position.and_then(|(lat, lon)| at(lat, lon)),
            kind,
            tags,
            likeness: look,
            ..photo(&name, day)
        };
        let change = Change {
            caption,
            rating,
            favorite: Some(favorite),
            trash: Some(trash == 0),
            add_tags,
            remove_tags,
            add_albums,
            add_people,
            fields: own.collect(),
            ..Change::default()
        };
        (added, change)
    });
    prop::collection::vec(picture, 1..24)
}

fn library(pictures: Vec<(PhotoAdded, Change)>) -> Library {
    let mut library = Library::founded();
    for (n, (mut added, change)) in (1..).zip(pictures) {
        added.id = PhotoId([n; 32]);
        let photos = vec![added.id];
        // Some are changed in a block of their own, so that the index replaces them.
        let change = LibraryEdit::Change { photos, change };
        let added = LibraryEdit::PhotoAdded(Box::new(added));
        if n % 4 == 0 {
            library.edit([added]);
            library.edit([change]);
        } else {
            library.append([added, change]);
        }
    }
    library
        .index
        .follow(&library.catalog.view().unwrap())
        .unwrap();
    library
}

/// The whole query as text, and who it finds, newest first.
fn answer(library: &Library, asks: &[Ask], space: bool) -> (String, Vec<PhotoId>) {
    let mut texts: Vec<_> = asks.iter().map(Ask::text).collect();
    if space {
        texts.push(String::new());
    }
    let trash_too = asks.iter().any(Ask::speaks_of_trash);
    let (ids, _) = library.catalog.changed_since(None, usize::MAX).unwrap();
    let mut photos = library.catalog.photos(&ids).unwrap();
    let all = photos.clone();
    photos.retain(|photo| {
        let holds = |(n, ask): (usize, &Ask)| {
            let open = !space && n + 1 == asks.len();
            ask.holds(photo, &all, open)
        };
        (trash_too || !photo.trashed) && asks.iter().enumerate().all(holds)
    });
    photos.sort_by_key(|photo| std::cmp::Reverse((photo.taken.at.wall_ms, photo.id)));
    (
        texts.join(" "),
        photos.iter().map(|photo| photo.id).collect(),
    )
}

/// The order by relevance where every photo is given its score.
fn scored(library: &Library, text: &str) -> Vec<PhotoId> {
    let inner = &library.index.inner;
    let view = library.catalog.view().unwrap();
    let compiler = Compiler {
        fields: &inner.fields,
        devices: &view.devices().unwrap(),
        alike: &library.index.alike(&view).unwrap(),
    };
    let wanted = Wanted::Scored(compiler.query(&Query::parse(text).unwrap()));
    let searcher = inner.reader.searcher();
    let page = page::find(
        &searcher,
        &inner.briefs,
        &wanted,
        Sort::Relevance,
        None,
        1000,
    );
    page.unwrap().ids
}

/// How often each comes, most frequent first.
fn counts(names: impl Iterator<Item = String>) -> Vec<(String, u64)> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(20);
    counts
}

fn place(photo: &Photo) -> Option<kinfolio_places::Place> {
    photo
        .position
        .and_then(|at| kinfolio_places::name(at.lat, at.lon))
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]

    #[test]
    fn the_index_answers_as_the_records_do(
        pictures in pictures(),
        queries in prop::collection::vec((prop::collection::vec(ask(), 0..4), any::<bool>()), 30),
        page in 1..6usize,
    ) {
        let library = library(pictures);
        for (asks, space) in &queries {
            let (text, expect) = answer(&library, asks, *space);
            let found = library.page(&text, Sort::Newest, None, 1000);
            prop_assert_eq!(found.total, expect.len() as u64, "{}", text);
            prop_assert_eq!(&found.ids, &expect, "{}", text);
            let mut oldest = library.page(&text, Sort::Oldest, None, 1000).ids;
            oldest.reverse();
            prop_assert_eq!(&oldest, &expect, "{}", text);
            let sort = Query::parse(&text).unwrap().default_sort();
            let whole = library.page(&text, sort, None, 1000).ids;
            let (mut paged, mut cursor) = (Vec::new(), None);
            loop {
                let next = library.page(&text, sort, cursor.as_deref(), page);
                paged.extend(next.ids);
                cursor = next.next;
                if cursor.is_none() {
                    break;
                }
            }
            prop_assert_eq!(&paged, &whole, "{}", text);
            let one_by_one = scored(&library, &text);
            let best = library.page(&text, Sort::Relevance, None, 1000).ids;
            prop_assert_eq!(&best, &one_by_one, "{}", text);
            let facets = library.page(&text, Sort::Newest, None, 1).facets.unwrap();
            let photos = library.catalog.photos(&expect).unwrap();
            let tags = counts(photos.iter().flat_map(|photo| photo.tags.clone()));
            prop_assert_eq!(facets.tags, tags, "{}", text);
            let places = |(_, count): &(String, u64)| *count;
            let located = photos.iter().filter(|photo| place(photo).is_some()).count();
            prop_assert_eq!(facets.places.iter().map(places).sum::<u64>(), located as u64, "{}", text);
            let years = counts(photos.iter().map(|photo| photo.taken.at.month().year.to_string()));
            let mut found: Vec<_> = facets.years.iter().map(|(year, n)| (year.to_string(), *n)).collect();
            found.sort_by_key(|(year, count)| (std::cmp::Reverse(*count), year.clone()));
            prop_assert_eq!(found, years, "{}", text);
            let mut sorted = whole;
            sorted.sort_unstable();
            let mut expect = expect;
            expect.sort_unstable();
            prop_assert_eq!(sorted, expect, "{}", text);
        }
    }
}
