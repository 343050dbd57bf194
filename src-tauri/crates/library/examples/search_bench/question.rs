//! What is asked, in our language and as plain conditions for another engine. What is asked for is
//! taken from the records themselves, so that there is something to find.

use kinfolio_library::catalog::{PhotoAdded, Position};
use kinfolio_search::folded;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::record::World;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Everything,
    FarDown,
    Prefix(usize),
    Word,
    TwoWords,
    Typo,
    Phrase,
    Tag,
    TagPlaceDate,
    Place,
    Month,
    Rating,
    Iso,
    Near(u32),
    Box,
    HasGps,
    WithoutTag,
    Or,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind::Everything,
    Kind::FarDown,
    Kind::Prefix(1),
    Kind::Prefix(2),
    Kind::Prefix(3),
    Kind::Prefix(5),
    Kind::Word,
    Kind::TwoWords,
    Kind::Typo,
    Kind::Phrase,
    Kind::Tag,
    Kind::TagPlaceDate,
    Kind::Place,
    Kind::Month,
    Kind::Rating,
    Kind::Iso,
    Kind::Near(1),
    Kind::Near(10),
    Kind::Near(100),
    Kind::Box,
    Kind::HasGps,
    Kind::WithoutTag,
    Kind::Or,
];

impl Kind {
    pub(crate) fn name(self) -> String {
        match self {
            Kind::Everything => "everything".to_owned(),
            Kind::FarDown => "everything, far down".to_owned(),
            Kind::Prefix(1) => "as typed, 1 letter".to_owned(),
            Kind::Prefix(letters) => format!("as typed, {letters} letters"),
            Kind::Word => "one word".to_owned(),
            Kind::TwoWords => "two words".to_owned(),
            Kind::Typo => "a word with a typo".to_owned(),
            Kind::Phrase => "quoted words".to_owned(),
            Kind::Tag => "tag".to_owned(),
            Kind::TagPlaceDate => "tag + place + date".to_owned(),
            Kind::Place => "place".to_owned(),
            Kind::Month => "taken in a month".to_owned(),
            Kind::Rating => "rating".to_owned(),
            Kind::Iso => "iso range".to_owned(),
            Kind::Near(km) => format!("near, {km} km"),
            Kind::Box => "in a box".to_owned(),
            Kind::HasGps => "has:gps".to_owned(),
            Kind::WithoutTag => "rating without a tag".to_owned(),
            Kind::Or => "one tag or another".to_owned(),
        }
    }

    /// Whether SQL can say just what we say; words it takes without typos, and not by relevance.
    pub(crate) fn means_the_same_in_sql(self) -> bool {
        !matches!(
            self,
            Kind::Prefix(_) | Kind::Word | Kind::TwoWords | Kind::Typo | Kind::Phrase
        )
    }
}

pub(crate) struct Question {
    pub(crate) query: String,
    /// Conditions that must all be true.
    pub(crate) ask: Value,
}

/// Asks, each time for something else.
pub(crate) struct Asker {
    world: World,
    records: u64,
    dice: Dice,
}

impl Asker {
    pub(crate) fn new(world: World, records: u64, seed: u64) -> Asker {
        Asker {
            world,
            records,
            dice: Dice(seed.wrapping_add(77)),
        }
    }

    pub(crate) fn question(&mut self, kind: Kind) -> Question {
        let (query, ask) = match kind {
            Kind::Everything | Kind::FarDown => (String::new(), json!({})),
            Kind::Prefix(letters) => {
                let word = self.word(letters + 1);
                let typed: String = word.chars().take(letters).collect();
                let ask = json!({ "prefix": &typed });
                (typed, ask)
            }
            Kind::Word => {
                let word = self.word(3);
                (format!("{word} "), json!({ "words": [word] }))
            }
            Kind::TwoWords => {
                let (one, two) = self.two_words();
                (format!("{one} {two} "), json!({ "words": [one, two] }))
            }
            Kind::Typo => {
                let word = self.mistyped();
                (format!("{word} "), json!({ "words": [word] }))
            }
            Kind::Phrase => {
                let (one, two) = self.two_words();
                (
                    format!("\"{one} {two}\""),
                    json!({ "phrase": format!("{one} {two}") }),
                )
            }
            Kind::Tag => {
                let (tag, ask) = self.tag();
                (tag, json!({ "tag": ask }))
            }
            Kind::TagPlaceDate => self.tag_place_date(),
            Kind::Place => {
                let (_, position) = self.located();
                let place = self.place(position);
                (format!("place:{place}"), json!({ "place": place }))
            }
            Kind::Month => {
                let month = self.photo().taken.at.month();
                let range = month.wall_ms_range();
                (
                    format!("taken:{:04}-{:02}", month.year, month.month),
                    json!({ "taken": [range.start, range.end] }),
                )
            }
            Kind::Rating => {
                let least = 1 + self.dice.roll(5);
                (format!("rating:>={least}"), json!({ "rating": least }))
            }
            Kind::Iso => {
                let from = 50 + self.dice.roll(3_000);
                let to = from + self.dice.roll(3_000);
                (format!("iso:{from}..{to}"), json!({ "iso": [from, to] }))
            }
            Kind::Near(km) => {
                let (_, at) = self.located();
                let (lat, lon) = (rounded(at.lat), rounded(at.lon));
                (
                    format!("near:{lat},{lon},{km}km"),
                    json!({ "near": [lat, lon, u64::from(km) * 1_000] }),
                )
            }
            Kind::Box => {
                let (_, at) = self.located();
                let mut by = || 0.05 + self.dice.roll(2_000) as f64 / 1_000.0;
                let [south, west] = [rounded(at.lat - by()), rounded(at.lon - by())];
                let [north, east] = [rounded(at.lat + by()), rounded(at.lon + by())];
                (
                    format!("in:{south},{west},{north},{east}"),
                    json!({ "box": [south, west, north, east] }),
                )
            }
            Kind::HasGps => ("has:gps".to_owned(), json!({ "gps": true })),
            Kind::WithoutTag => {
                let (tag, not) = self.tag();
                let least = 1 + self.dice.roll(5);
                (
                    format!("rating:>={least} -{tag}"),
                    json!({ "rating": least, "not_tag": not }),
                )
            }
            Kind::Or => {
                let ((one, first), (two, second)) = (self.tag(), self.tag());
                (
                    format!("{one} OR {two}"),
                    json!({ "any_tag": [first, second] }),
                )
            }
        };
        Question { query, ask }
    }

    fn photo(&mut self) -> PhotoAdded {
        self.world.photo(self.dice.roll(self.records))
    }

    fn located(&mut self) -> (PhotoAdded, Position) {
        loop {
            let photo = self.photo();
            if let Some(position) = photo.position {
                return (photo, position);
            }
        }
    }

    /// A word of a photo's texts, of at least so many letters; of those that people look for.
    fn word(&mut self, letters: usize) -> String {
        loop {
            let photo = self.photo();
            let place = photo
                .position
                .and_then(|at| kinfolio_places::name(at.lat, at.lon));
            let text = match self.dice.roll(8) {
                0 => photo.name,
                1 => photo.camera_model,
                2 => photo.people.concat(),
                3 | 4 => place.map_or_else(String::new, |place| place.to_string()),
                5 => photo.tags.join(" "),
                _ => photo.caption,
            };
            let text = folded(&text);
            let words = text.split(|c: char| !c.is_alphanumeric());
            let words: Vec<&str> = words
                .filter(|word| word.chars().count() >= letters)
                .collect();
            if !words.is_empty() {
                return self.dice.pick(&words).to_owned();
            }
        }
    }

    /// Two words that stand one after the other in a caption.
    fn two_words(&mut self) -> (String, String) {
        loop {
            let caption = self.photo().caption;
            let words: Vec<&str> = caption.split(' ').collect();
            if words.len() >= 2 {
                let at = self.dice.roll(words.len() as u64 - 1) as usize;
                return (words[at].to_owned(), words[at + 1].to_owned());
            }
        }
    }

    /// A word with two neighbours swapped.
    fn mistyped(&mut self) -> String {
        loop {
            let mut letters: Vec<char> = self.word(5).chars().collect();
            let at = 1 + self.dice.roll(letters.len() as u64 - 2) as usize;
            if letters.iter().all(|letter| letter.is_alphabetic()) && letters[at] != letters[at - 1]
            {
                letters.swap(at, at - 1);
                return letters.into_iter().collect();
            }
        }
    }

    /// A photo's tag or one above it: in our language, and folded.
    fn tag(&mut self) -> (String, String) {
        loop {
            let tags = self.photo().tags;
            if !tags.is_empty() {
                let at = self.dice.roll(tags.len() as u64) as usize;
                let parts: Vec<&str> = tags[at].split('/').collect();
                let depth = 1 + self.dice.roll(parts.len() as u64) as usize;
                let tag = parts[..depth].join("/");
                return (format!("tag:\"{tag}\""), folded(&tag));
            }
        }
    }

    /// One word of the name of the town there.
    fn place(&mut self, at: Position) -> String {
        let shown = kinfolio_places::name(at.lat, at.lon)
            .map_or_else(String::new, |place| place.to_string());
        let shown = folded(&shown);
        let words = shown.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| word.len() > 2).collect();
        if words.is_empty() {
            "paris".to_owned()
        } else {
            self.dice.pick(&words).to_owned()
        }
    }

    fn tag_place_date(&mut self) -> (String, Value) {
        loop {
            let (photo, position) = self.located();
            let Some(tag) = photo.tags.first().map(|tag| folded(tag)) else {
                continue;
            };
            let tag = tag.split('/').take(2).collect::<Vec<_>>().join("/");
            let place = self.place(position);
            let year = photo.taken.at.month().year;
            let month = |year| {
                kinfolio_library::catalog::YearMonth { year, month: 1 }
                    .wall_ms_range()
                    .start
            };
            let ask =
                json!({ "tag": tag, "place": place, "taken": [month(year), month(year + 1)] });
            return (format!("tag:\"{tag}\" place:{place} taken:{year}"), ask);
        }
    }
}

/// To a ten-thousandth of a degree, as a map gives it.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e4).round() / 1e4
}
