//! XMP: what Lightroom, digiKam, Windows and others write about a photo, as one account.
//!
//! Sources: XMP specification part 1 (RDF) and 2 (properties); MWG guidelines 2.0 (regions, which
//! property means what). It does not know where in a file a packet lies.

mod tree;

use std::borrow::Cow;
use std::collections::HashSet;

use super::{Account, INPUT_MAX, words};
use crate::exif::Position;
use crate::taken::{self, CaptureTime};
use tree::{Namespace, Node};

/// The namespace of what no other program has a property for.
pub(super) const KINFOLIO: &str = "http://ns.kinfolio.app/1.0/";

/// Reads a packet or a sidecar; an error says in words what is wrong with it.
pub(crate) fn read(bytes: &[u8]) -> Result<Account, String> {
    if bytes.len() > INPUT_MAX {
        let limit = INPUT_MAX >> 20;
        return Err(format!(
            "it is too large ({} MB, the limit is {limit} MB)",
            bytes.len() >> 20
        ));
    }
    let text = decoded(bytes);
    // Programs fill packets up with blanks, and some with zeros.
    let properties = tree::properties(text.trim_matches(['\0', ' ', '\u{feff}']), is_wanted)?;
    Ok(account(&Properties(properties)))
}

/// UTF-8, or UTF-16 as its first bytes tell.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |order: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| order([pair[0], pair[1]]));
        let chars = char::decode_utf16(units);
        Cow::Owned(
            chars
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect::<String>(),
        )
    };
    match bytes {
        [0xFE, 0xFF, ..] | [0, b'<', ..] => wide(u16::from_be_bytes),
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => wide(u16::from_le_bytes),
        _ => String::from_utf8_lossy(bytes),
    }
}

fn is_wanted(namespace: Namespace, local: &str) -> bool {
    use Namespace::{
        Dc, DigiKam, Exif, Iptc, Kinfolio, Lightroom, Microsoft, MicrosoftPeople, Photoshop,
        Regions, Xmp,
    };
    matches!(
        (namespace, local),
        (Dc, "subject" | "description" | "title")
            | (Lightroom, "hierarchicalSubject")
            | (DigiKam, "TagsList")
            | (Microsoft, "LastKeywordXMP" | "Rating")
            | (Xmp, "Rating" | "CreateDate")
            | (
                Exif,
                "GPSLatitude"
                    | "GPSLongitude"
                    | "GPSAltitude"
                    | "GPSAltitudeRef"
                    | "DateTimeOriginal"
            )
            | (Photoshop, "DateCreated")
            | (Iptc, "PersonInImage")
            | (Regions, "Regions")
            | (MicrosoftPeople, "RegionInfo")
            | (Kinfolio, "Albums" | "Fields" | "Favorite")
    )
}

struct Properties(Vec<Node>);

impl Properties {
    fn all<'a>(
        &'a self,
        namespace: Namespace,
        local: &'static str,
    ) -> impl Iterator<Item = &'a Node> {
        let is_it = move |node: &&Node| node.name.0 == namespace && node.name.1 == local;
        self.0.iter().filter(is_it)
    }

    /// The values of a list.
    fn list<'a>(
        &'a self,
        namespace: Namespace,
        local: &'static str,
    ) -> impl Iterator<Item = &'a str> {
        self.all(namespace, local)
            .flat_map(Node::items)
            .map(Node::value)
    }

    /// A simple value that is not empty.
    fn text(&self, namespace: Namespace, local: &'static str) -> Option<&str> {
        let value = self.all(namespace, local).flat_map(Node::items).next()?;
        Some(value.value()).filter(|text| !text.is_empty())
    }

    fn number(&self, namespace: Namespace, local: &'static str) -> Option<f64> {
        let text = self.text(namespace, local)?;
        let number = match text.split_once('/') {
            Some((num, denom)) => {
                num.trim().parse::<f64>().ok()? / denom.trim().parse::<f64>().ok()?
            }
            None => text.parse().ok()?,
        };
        number.is_finite().then_some(number)
    }

    /// A text in several languages: the default one first.
    fn caption(&self, namespace: Namespace, local: &'static str) -> Option<String> {
        let items = || self.all(namespace, local).flat_map(Node::items);
        let default = items().filter(|item| item.lang == "x-default");
        default
            .chain(items())
            .find_map(|item| words::caption(item.value()))
    }

    fn date(&self, namespace: Namespace, local: &'static str) -> Option<CaptureTime> {
        taken::from_iso(self.text(namespace, local)?)
    }

    fn rating(&self) -> Option<u8> {
        if let Some(stars) = self.number(Namespace::Xmp, "Rating") {
            return words::stars(stars);
        }
        // Windows' percents: 1, 25, 50, 75 and 99 are one to five stars.
        let percent = self.number(Namespace::Microsoft, "Rating")?;
        (1.0..=100.0)
            .contains(&percent)
            .then(|| words::stars((percent / 25.0).round() + 1.0))
            .flatten()
    }

    fn position(&self) -> Option<Position> {
        let degrees = |local: &'static str, letters, limit: f64| {
            coordinate(self.text(Namespace::Exif, local)?, letters)
                .filter(|degrees| degrees.abs() <= limit)
        };
        Some(Position {
            lat: degrees("GPSLatitude", ['N', 'S'], 90.0)?,
            lon: degrees("GPSLongitude", ['E', 'W'], 180.0)?,
        })
    }

    fn altitude_m(&self) -> Option<f64> {
        let height = self.number(Namespace::Exif, "GPSAltitude")?;
        let below = self.text(Namespace::Exif, "GPSAltitudeRef") == Some("1");
        let height = if below { -height } else { height };
        (-11_000.0..=100_000.0).contains(&height).then_some(height)
    }

    fn people(&self) -> Vec<String> {
        let named = self
            .list(Namespace::Iptc, "PersonInImage")
            .filter_map(words::name);
        let faces = self.all(Namespace::Regions, "Regions").flat_map(|regions| {
            let list = regions.field(Namespace::Regions, "RegionList");
            list.into_iter().flat_map(Node::items)
        });
        let faces = faces.filter_map(|region| {
            let field = |local| region.field(Namespace::Regions, local).map(Node::value);
            (field("Type") == Some("Face"))
                .then(|| words::name(field("Name")?))
                .flatten()
        });
        let windows = self
            .all(Namespace::MicrosoftPeople, "RegionInfo")
            .flat_map(|info| {
                let list = info.field(Namespace::MicrosoftPeople, "Regions");
                list.into_iter().flat_map(Node::items)
            });
        let windows = windows.filter_map(|region| {
            let person = region.field(Namespace::MicrosoftPeople, "PersonDisplayName");
            words::name(person?.value())
        });
        words::distinct(named.chain(faces).chain(windows).collect())
    }
}

/// Programs keep notes of their own among the tags: colour labels, that a photo was exported.
const PROGRAMS: [&str; 2] = ["_Digikam_Internal_Tags_", "darktable"];

fn account(xmp: &Properties) -> Account {
    let hierarchical = xmp
        .list(Namespace::Lightroom, "hierarchicalSubject")
        .filter_map(|subject| words::tag(subject.split('|')));
    let digikam = xmp
        .list(Namespace::DigiKam, "TagsList")
        .filter_map(|tag| words::tag(tag.split('/')));
    let is_note = |tag: &String| {
        let first = tag.split('/').next().unwrap_or_default();
        tag.contains('/') && PROGRAMS.contains(&first)
    };
    let (notes, tags): (Vec<_>, Vec<_>) = hierarchical.chain(digikam).partition(is_note);
    let noted: HashSet<&str> = notes.iter().flat_map(|note| note.split('/')).collect();
    let (paths, windows): (Vec<_>, Vec<_>) = xmp
        .list(Namespace::Microsoft, "LastKeywordXMP")
        .filter_map(|keyword| words::tag(keyword.split('/')))
        .partition(|tag| tag.contains('/'));
    let subjects = xmp
        .list(Namespace::Dc, "subject")
        .filter_map(|subject| words::tag(subject.split('/')))
        .filter(|subject| !noted.contains(subject.as_str()));
    let fields = xmp
        .list(Namespace::Kinfolio, "Fields")
        .filter_map(|field| field.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
    let albums = xmp.list(Namespace::Kinfolio, "Albums");
    Account {
        tags: words::distinct(tags.into_iter().chain(paths).collect()),
        keywords: words::distinct(subjects.chain(windows).collect()),
        albums: words::distinct(albums.filter_map(words::name).collect()),
        people: xmp.people(),
        caption: xmp
            .caption(Namespace::Dc, "description")
            .or_else(|| xmp.caption(Namespace::Dc, "title")),
        rating: xmp.rating(),
        favorite: xmp.text(Namespace::Kinfolio, "Favorite") == Some("True"),
        position: xmp.position(),
        altitude_m: xmp.altitude_m(),
        original: xmp
            .date(Namespace::Exif, "DateTimeOriginal")
            .or_else(|| xmp.date(Namespace::Photoshop, "DateCreated")),
        created: xmp.date(Namespace::Xmp, "CreateDate"),
        fields: words::distinct(fields.collect()),
    }
}

/// `DD,MM.mmmmN`, `DD,MM,SSN`, and plain degrees with or without a letter.
fn coordinate(text: &str, [positive, negative]: [char; 2]) -> Option<f64> {
    let text = text.trim();
    let letter = text.chars().last()?.to_ascii_uppercase();
    let (numbers, sign) = if letter == positive {
        (&text[..text.len() - 1], 1.0)
    } else if letter == negative {
        (&text[..text.len() - 1], -1.0)
    } else {
        (text, 1.0)
    };
    let mut degrees = 0.0;
    let mut unit = 1.0;
    let mut parts = numbers.split(',');
    for part in parts.by_ref().take(3) {
        let part = part.trim().parse::<f64>().ok()?;
        // Only a lone number of degrees may be negative itself.
        if !part.is_finite() || (part < 0.0 && numbers.contains(',')) {
            return None;
        }
        degrees += part / unit;
        unit *= 60.0;
    }
    parts.next().is_none().then_some(sign * degrees)
}

#[cfg(test)]
mod tests;
