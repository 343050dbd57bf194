//! XMP sidecars as Kinfolio writes them beside exported photos, for other programs and for itself:
//! what [`super::xmp`] reads of one is what was written. It does not know where they are put.

use quick_xml::escape::escape;

use super::xmp::KINFOLIO;
use crate::exif::Position;
use crate::taken::CaptureTime;

/// What a sidecar is to say about one photo.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SidecarFacts {
    /// Tags, `/` between parts.
    pub tags: Vec<String>,
    /// Titles of albums.
    pub albums: Vec<String>,
    /// Names of people.
    pub people: Vec<String>,
    /// The caption.
    pub caption: Option<String>,
    /// One to five stars.
    pub rating: Option<u8>,
    /// Marked as a favourite.
    pub favorite: bool,
    /// Where it was taken.
    pub position: Option<Position>,
    /// Metres above the sea.
    pub altitude_m: Option<f64>,
    /// When it was taken; the offset is written only where it is known.
    pub taken: Option<CaptureTime>,
    /// The household's own fields, as key and value.
    pub fields: Vec<(String, String)>,
}

/// A well-formed XMP packet that says so.
pub fn xmp_sidecar(facts: &SidecarFacts) -> String {
    let mut xmp = Packet::begun();
    let last = |tag: &String| tag.rsplit('/').next().unwrap_or_default().to_owned();
    let mut subjects: Vec<String> = facts.tags.iter().map(last).collect();
    subjects.sort_unstable();
    subjects.dedup();
    xmp.list("dc:subject", "Bag", &subjects);
    // Lightroom's mark between parts cannot be part of one; digiKam's list holds such tags.
    let piped = facts.tags.iter().filter(|tag| !tag.contains('|'));
    let piped: Vec<String> = piped.map(|tag| tag.replace('/', "|")).collect();
    xmp.list("lr:hierarchicalSubject", "Bag", &piped);
    xmp.list("digiKam:TagsList", "Seq", &facts.tags);
    if let Some(caption) = &facts.caption {
        xmp.line(&format!(
            "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt></dc:description>",
            escaped(caption)
        ));
    }
    if let Some(rating) = facts.rating {
        xmp.simple("xmp:Rating", &rating.to_string());
    }
    if let Some(position) = facts.position {
        xmp.simple("exif:GPSLatitude", &coordinate(position.lat, ['N', 'S']));
        xmp.simple("exif:GPSLongitude", &coordinate(position.lon, ['E', 'W']));
        xmp.simple("exif:GPSVersionID", "2.3.0.0");
        if let Some(altitude_m) = facts.altitude_m {
            let below = if altitude_m < 0.0 { "1" } else { "0" };
            let millimetres = (altitude_m.abs() * 1000.0).round();
            xmp.simple("exif:GPSAltitude", &format!("{millimetres}/1000"));
            xmp.simple("exif:GPSAltitudeRef", below);
        }
    }
    if let Some(date) = facts.taken.and_then(iso) {
        xmp.simple("exif:DateTimeOriginal", &date);
        xmp.simple("photoshop:DateCreated", &date);
    }
    xmp.list("Iptc4xmpExt:PersonInImage", "Bag", &facts.people);
    xmp.list("kinfolio:Albums", "Bag", &facts.albums);
    let fields = facts.fields.iter();
    let fields: Vec<String> = fields
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    xmp.list("kinfolio:Fields", "Bag", &fields);
    if facts.favorite {
        xmp.simple("kinfolio:Favorite", "True");
    }
    xmp.ended()
}

/// What says who wrote a sidecar; whoever else writes into it puts their own name there.
const WRITTEN_BY: &str = "x:xmptk=\"Kinfolio\"";

/// Whether a text is a sidecar that Kinfolio wrote and nobody has changed since by the rules of XMP.
#[must_use]
pub fn is_own_sidecar(text: &str) -> bool {
    text.chars()
        .take(400)
        .collect::<String>()
        .contains(WRITTEN_BY)
}

struct Packet(String);

impl Packet {
    fn begun() -> Self {
        let namespaces = [
            ("dc", "http://purl.org/dc/elements/1.1/"),
            ("lr", "http://ns.adobe.com/lightroom/1.0/"),
            ("digiKam", "http://www.digikam.org/ns/1.0/"),
            ("xmp", "http://ns.adobe.com/xap/1.0/"),
            ("exif", "http://ns.adobe.com/exif/1.0/"),
            ("photoshop", "http://ns.adobe.com/photoshop/1.0/"),
            ("Iptc4xmpExt", "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"),
            ("kinfolio", KINFOLIO),
        ];
        let mut text = String::from(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
             <x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"Kinfolio\">\n \
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n  \
             <rdf:Description rdf:about=\"\"",
        );
        for (prefix, address) in namespaces {
            text.push_str(&format!("\n    xmlns:{prefix}=\"{address}\""));
        }
        text.push_str(">\n");
        Self(text)
    }

    fn ended(mut self) -> String {
        self.0
            .push_str("  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n");
        self.0
    }

    fn line(&mut self, line: &str) {
        self.0.push_str("   ");
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn simple(&mut self, name: &str, text: &str) {
        self.line(&format!("<{name}>{}</{name}>", escaped(text)));
    }

    fn list(&mut self, name: &str, kind: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.line(&format!("<{name}><rdf:{kind}>"));
        for item in items {
            self.line(&format!(" <rdf:li>{}</rdf:li>", escaped(item)));
        }
        self.line(&format!("</rdf:{kind}></{name}>"));
    }
}

/// Text as XML can hold it: what has a meaning there escaped, characters that XML 1.0 forbids left
/// out, line ends kept from being made one.
fn escaped(text: &str) -> String {
    let forbidden = |c: &char| {
        let low = matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}');
        low || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    let allowed: String = text.chars().filter(|c| !forbidden(c)).collect();
    escape(allowed).replace('\r', "&#13;")
}

/// `DD,MM.mmmmmmmmN`: a hundred-millionth of a minute is less than a hair.
fn coordinate(degrees: f64, [positive, negative]: [char; 2]) -> String {
    let letter = if degrees < 0.0 { negative } else { positive };
    // Rounded before it is split, so that no 60 minutes come out.
    let units = (degrees.abs() * 60.0 * 1e8).round() as u64;
    let (whole, rest) = (units / 6_000_000_000, units % 6_000_000_000);
    let (minutes, fraction) = (rest / 100_000_000, rest % 100_000_000);
    format!("{whole},{minutes}.{fraction:08}{letter}")
}

/// The wall clock, and its offset where it is known.
fn iso(at: CaptureTime) -> Option<String> {
    let wall = jiff::Timestamp::from_millisecond(at.wall_ms).ok()?;
    let pattern = if at.wall_ms % 1000 == 0 {
        "%Y-%m-%dT%H:%M:%S"
    } else {
        "%Y-%m-%dT%H:%M:%S.%3f"
    };
    let mut text = wall.strftime(pattern).to_string();
    if let Some(offset) = at.offset_minutes {
        let sign = if offset < 0 { '-' } else { '+' };
        let minutes = offset.unsigned_abs();
        text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
    }
    Some(text)
}

#[cfg(test)]
mod tests;
