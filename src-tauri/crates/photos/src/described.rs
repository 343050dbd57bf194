//! What people wrote about a photo: tags, albums, names, captions, stars, a place or a date put
//! right by hand. It is read from the file itself, from an XMP sidecar and from the JSON that
//! Google Takeout puts beside it.
//!
//! Where several speak, the stronger is heard: Takeout's JSON is weaker than the file itself, and
//! that is weaker than a sidecar beside it. Inside a file XMP comes before IPTC, IPTC before EXIF.
//! Tags, albums and people of all are united, the strongest first; a photo is a favourite when
//! anybody says so. Places and dates that the camera wrote are EXIF's (see [`crate::exif`]); how
//! they rank among these is said at [`crate::Metadata`].
//!
//! Everything here is bounded, since a file can claim anything. It refuses to know the catalogue
//! and what becomes of these words.

pub(crate) mod beside;
pub(crate) mod embedded;
mod iptc;
mod sidecar;
mod takeout;
pub(crate) mod words;
mod xmp;

use crate::exif::Position;
use crate::taken::{CaptureTime, Taken, TakenSource};

pub use sidecar::{SidecarFacts, is_own_sidecar, xmp_sidecar};

/// Most tags, albums or people of one photo.
pub const NAMES_MAX: usize = 256;
/// Longest tag, album title or name, in characters.
pub const NAME_CHARS_MAX: usize = 200;
/// Longest caption, in characters.
pub const CAPTION_CHARS_MAX: usize = 10_000;
/// Largest sidecar or packet that is read, in bytes.
pub const INPUT_MAX: usize = 16 << 20;

/// What people wrote about one photo, from all who speak of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Described {
    /// Tags, `/` between parts from the general to the particular; at most [`NAMES_MAX`].
    pub tags: Vec<String>,
    /// Titles of albums that it is in.
    pub albums: Vec<String>,
    /// Names of people in it.
    pub people: Vec<String>,
    /// A caption of at most [`CAPTION_CHARS_MAX`] characters.
    pub caption: Option<String>,
    /// One to five stars; rejected and unrated photos have none.
    pub rating: Option<u8>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Where XMP or Takeout says that it was taken; [`crate::Metadata::position`] weighs it
    /// against EXIF.
    pub position: Option<Position>,
    /// Metres above the sea, from whoever says the position.
    pub altitude_m: Option<f64>,
    /// When XMP or Takeout says that it was taken; [`crate::Metadata::taken`] weighs it against
    /// EXIF.
    pub taken: Option<Taken>,
    /// `key=value` pairs that a sidecar of Kinfolio's own carries.
    pub fields: Vec<(String, String)>,
}

/// What one source says. Which of several sources is believed is decided when they meet.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Account {
    /// Tags whose parts the source tells apart.
    pub(crate) tags: Vec<String>,
    /// Keywords; often the parts of a tag once more, for programs that know no hierarchy.
    pub(crate) keywords: Vec<String>,
    pub(crate) albums: Vec<String>,
    pub(crate) people: Vec<String>,
    pub(crate) caption: Option<String>,
    pub(crate) rating: Option<u8>,
    pub(crate) favorite: bool,
    pub(crate) position: Option<Position>,
    pub(crate) altitude_m: Option<f64>,
    /// When it was taken.
    pub(crate) original: Option<CaptureTime>,
    /// When the file, or its scan, was made.
    pub(crate) created: Option<CaptureTime>,
    pub(crate) fields: Vec<(String, String)>,
}

/// All that speak of one photo besides EXIF.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Accounts {
    /// The JSON beside it, and the album of its folder.
    pub(crate) takeout: Account,
    /// The file itself: XMP, IPTC and what EXIF has for words, already joined.
    pub(crate) embedded: Account,
    /// The XMP file beside it.
    pub(crate) sidecar: Account,
}

impl Account {
    /// Completes this account by a weaker one.
    pub(crate) fn or(mut self, weaker: Account) -> Account {
        self.tags.extend(weaker.tags);
        self.keywords.extend(weaker.keywords);
        self.albums.extend(weaker.albums);
        self.people.extend(weaker.people);
        self.fields.extend(weaker.fields);
        self.caption = self.caption.or(weaker.caption);
        self.rating = self.rating.or(weaker.rating);
        self.favorite |= weaker.favorite;
        if self.position.is_none() {
            (self.position, self.altitude_m) = (weaker.position, weaker.altitude_m);
        }
        self.original = self.original.or(weaker.original);
        self.created = self.created.or(weaker.created);
        self
    }
}

impl Accounts {
    /// What all of them say together.
    pub(crate) fn united(self) -> Described {
        let said = [
            (self.sidecar.original, TakenSource::Xmp),
            (self.embedded.original, TakenSource::Xmp),
            (self.takeout.original, TakenSource::Takeout),
        ];
        let taken = said
            .into_iter()
            .find_map(|(at, source)| Some(Taken { at: at?, source }));
        let all = self.sidecar.or(self.embedded).or(self.takeout);
        Described {
            tags: words::united_tags(all.tags, all.keywords),
            albums: words::distinct(all.albums),
            people: words::distinct(all.people),
            caption: all.caption,
            rating: all.rating,
            favorite: all.favorite,
            position: all.position,
            altitude_m: all.altitude_m,
            taken: taken.map(|taken| taken.at_the_place(all.position)),
            fields: words::distinct(all.fields),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_stronger_is_heard_and_names_are_united() {
        let account = |word: &str, rating| Account {
            keywords: names(&[word, "all"]),
            people: names(&["Anna"]),
            caption: Some(word.to_owned()),
            rating,
            ..Account::default()
        };
        let takeout = Account {
            albums: names(&["Summer"]),
            favorite: true,
            ..account("takeout", Some(1))
        };
        let accounts = Accounts {
            takeout,
            embedded: account("embedded", Some(2)),
            sidecar: account("sidecar", None),
        };
        let described = accounts.united();
        assert_eq!(
            described.tags,
            names(&["sidecar", "all", "embedded", "takeout"])
        );
        assert_eq!(described.albums, names(&["Summer"]));
        assert_eq!(described.people, names(&["Anna"]));
        assert_eq!(described.caption.as_deref(), Some("sidecar"));
        assert_eq!((described.rating, described.favorite), (Some(2), true));
        assert_eq!(Accounts::default().united(), Described::default());
    }
}
