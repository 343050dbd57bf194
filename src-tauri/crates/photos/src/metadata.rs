//! Everything that one file says about itself, collected into one value, and weighed against what
//! the files beside it say.

use std::fs::File;
use std::io::BufReader;
use std::time::SystemTime;

use crate::containers::movie::{self, Movie};
use crate::described::beside::Said;
use crate::described::{Accounts, Described, embedded};
use crate::exif::{self, Exposure, Position};
use crate::preview::{self, Previews};
use crate::sniff::{self, Format, Kind, Sniffed};
use crate::source::Source;
use crate::taken::Taken;

/// What is said of a file whose name promises a picture or a film, and whose content is neither known nor text.
const UNLIKE_ITS_NAME: &str =
    "neither picture nor film, whatever its name says: it may be damaged, and is kept as a file";

/// What is known about a file from its bytes, name and time, and from those who speak of it.
///
/// Of its date and its position: an XMP sidecar beside it is believed first (a person put it there),
/// then EXIF, then XMP inside the file, then a movie's own words, then Google Takeout's JSON, and a
/// date at last from the file's name and time.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata {
    /// How the library treats it.
    pub kind: Kind,
    /// Its media type, told from its bytes.
    pub mime: String,
    /// Pixels as displayed (upright); 0 when unknown.
    pub width: u32,
    /// Pixels as displayed (upright); 0 when unknown.
    pub height: u32,
    /// When it was taken, in the time of the place where that is known, and who says so.
    pub taken: Taken,
    /// The camera's maker, empty when unknown.
    pub camera_make: String,
    /// The camera's model, empty when unknown.
    pub camera_model: String,
    /// The lens, empty when unknown.
    pub lens: String,
    /// How it was exposed.
    pub exposure: Exposure,
    /// Where it was taken.
    pub position: Option<Position>,
    /// Metres above the sea, negative below it.
    pub altitude_m: Option<f64>,
    /// The EXIF orientation, 1 to 8 (1 = stored upright, or unknown).
    pub orientation: u8,
    /// EXIF tag names and display values; at most 160, each at most 200 characters.
    pub exif: Vec<(String, String)>,
    /// A few bytes that paint a blurred placeholder; empty without preview.
    pub thumbhash: Vec<u8>,
    /// What it looks like, for finding its like ([`crate::alike`]); `None` without preview and for
    /// flat pictures.
    pub phash: Option<u64>,
    /// What went wrong without failing the import, in words for the user.
    pub warning: Option<String>,
}

/// What [`inspect`] finds.
pub(crate) struct Inspected {
    pub(crate) metadata: Metadata,
    pub(crate) described: Described,
    pub(crate) previews: Option<Previews>,
}

/// Reads all that a file says, weighs it against what those beside it said, and makes its previews.
/// Never fails: what cannot be read is named in the warning.
pub(crate) fn inspect(
    mut source: Source,
    name: &str,
    modified: Option<SystemTime>,
    beside: Said,
    renderer: &preview::Renderer,
) -> Inspected {
    let Said {
        mut accounts,
        mut warnings,
    } = beside;
    let sniffed = classify(&mut source, &mut warnings);
    if sniffed.mime == sniff::UNKNOWN && sniff::is_promised(name) {
        warnings.push(UNLIKE_ITS_NAME.to_owned());
    }
    let mut facts = exif::Facts {
        orientation: 1,
        ..exif::Facts::default()
    };
    if let (Kind::Photo | Kind::Raw, Ok(Some(bytes))) = (sniffed.kind, source.load()) {
        facts = exif::read(&bytes, sniffed.format);
        let words = std::mem::take(&mut facts.words);
        let (embedded, fault) = embedded::read(&bytes, sniffed.format, words);
        accounts.embedded = embedded;
        warnings.extend(facts.warning.take().into_iter().chain(fault));
    }
    let movie = movie(&source, sniffed.format).unwrap_or_default();
    if let Some(packet) = &movie.xmp {
        let (embedded, fault) = embedded::read_packet(packet);
        accounts.embedded = embedded;
        warnings.extend(fault);
    }
    facts.witnesses.video = movie.created;
    facts.witnesses.hear(&accounts);
    let rendered = renderer.render(&mut source, sniffed, facts.orientation, movie.duration_ms);
    warnings.extend(rendered.warning);
    let thumbhash = rendered
        .previews
        .as_ref()
        .map(|previews| previews.thumbhash.clone())
        .unwrap_or_default();
    let place = place(&facts, &movie, &accounts);
    let position = place.map(|place| place.0);
    let metadata = Metadata {
        kind: sniffed.kind,
        mime: sniffed.mime.to_owned(),
        width: rendered.width,
        height: rendered.height,
        taken: facts.witnesses.best(name, modified, position),
        camera_make: or(facts.camera_make, movie.make),
        camera_model: or(facts.camera_model, movie.model),
        lens: facts.lens,
        exposure: facts.exposure,
        position,
        altitude_m: place.map_or(facts.altitude_m, |place| place.1),
        orientation: facts.orientation,
        exif: facts.listed,
        thumbhash,
        phash: rendered.phash,
        warning: (!warnings.is_empty()).then(|| warnings.join("; ")),
    };
    Inspected {
        metadata,
        described: accounts.united(),
        previews: rendered.previews,
    }
}

/// Where it was taken and how high, from the strongest who says it. A height that another says is
/// believed where both mean the same place.
fn place(
    facts: &exif::Facts,
    movie: &Movie,
    accounts: &Accounts,
) -> Option<(Position, Option<f64>)> {
    let Accounts {
        takeout,
        embedded,
        sidecar,
    } = accounts;
    let all = [
        (sidecar.position, sidecar.altitude_m),
        (facts.position, facts.altitude_m),
        (embedded.position, embedded.altitude_m),
        (movie.position, movie.altitude_m),
        (takeout.position, takeout.altitude_m),
    ];
    let said = all
        .into_iter()
        .filter_map(|(position, altitude_m)| Some((position?, altitude_m)));
    let position = said.clone().next()?.0;
    // About a hundred metres.
    let is_near = |other: Position| {
        (other.lat - position.lat).abs() < 0.001 && (other.lon - position.lon).abs() < 0.001
    };
    let mut near = said.filter(|place| is_near(place.0));
    Some((position, near.find_map(|place| place.1)))
}

fn or(text: String, other: Option<String>) -> String {
    if text.is_empty() {
        other.unwrap_or_default()
    } else {
        text
    }
}

/// Only the previews again, for a file whose record exists.
pub(crate) fn previews_again(
    mut source: Source,
    renderer: &preview::Renderer,
) -> preview::Rendered {
    let sniffed = classify(&mut source, &mut Vec::new());
    let orientation = match (sniffed.kind, source.load()) {
        (Kind::Photo | Kind::Raw, Ok(Some(bytes))) => {
            exif::read(&bytes, sniffed.format).orientation
        }
        _ => 1,
    };
    let duration_ms = movie(&source, sniffed.format).and_then(|movie| movie.duration_ms);
    renderer.render(&mut source, sniffed, orientation, duration_ms)
}

fn classify(source: &mut Source, warnings: &mut Vec<String>) -> Sniffed {
    let sniffed = source.head().map(|head| sniff::sniff(&head));
    // The directories of a TIFF lie anywhere in it.
    let whole = match &sniffed {
        Ok(Sniffed {
            format: Format::Tiff,
            ..
        }) => source
            .load()
            .ok()
            .flatten()
            .map(|bytes| sniff::sniff(&bytes)),
        _ => None,
    };
    match (whole, sniffed) {
        (Some(sniffed), _) | (None, Ok(sniffed)) => sniffed,
        (None, Err(error)) => {
            warnings.push(format!("the stored copy cannot be read: {error}"));
            sniff::sniff(&[])
        }
    }
}

fn movie(source: &Source, format: Format) -> Option<Movie> {
    if format != Format::IsoVideo {
        return None;
    }
    let mut file = BufReader::new(File::open(source.path()).ok()?);
    movie::read(&mut file).ok().flatten()
}
