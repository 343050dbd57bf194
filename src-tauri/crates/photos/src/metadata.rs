//! Everything that one file says about itself, collected into one value.

use std::fs::File;
use std::io::BufReader;
use std::time::SystemTime;

use crate::containers::isobmff;
use crate::exif::{self, Exposure, Position};
use crate::preview::{self, Previews};
use crate::sniff::{self, Format, Kind, Sniffed};
use crate::source::Source;
use crate::taken::{self, Taken};

/// What is known about a file from its bytes, name and time.
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
    /// When it was taken and who says so.
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
    /// What went wrong without failing the import, in words for the user.
    pub warning: Option<String>,
}

/// Reads all that a file says and makes its previews. Never fails: what cannot
/// be read is named in the warning.
pub(crate) fn inspect(
    mut source: Source,
    name: &str,
    modified: Option<SystemTime>,
    renderer: &preview::Renderer,
) -> (Metadata, Option<Previews>) {
    let mut warnings = Vec::new();
    let sniffed = classify(&mut source, &mut warnings);
    let mut facts = exif::Facts {
        orientation: 1,
        ..exif::Facts::default()
    };
    if let (Kind::Photo | Kind::Raw, Ok(Some(bytes))) = (sniffed.kind, source.load()) {
        facts = exif::read(&bytes, sniffed.format);
    }
    warnings.extend(facts.warning.take());
    let movie = if sniffed.format == Format::IsoVideo {
        movie_header(&source)
    } else {
        None
    };
    facts.witnesses.video = movie.and_then(|movie| movie.created_ms).map(taken::utc);
    let rendered = renderer.render(
        &mut source,
        sniffed,
        facts.orientation,
        movie.and_then(|movie| movie.duration_ms),
    );
    warnings.extend(rendered.warning);
    let thumbhash = rendered
        .previews
        .as_ref()
        .map(|previews| previews.thumbhash.clone())
        .unwrap_or_default();
    let metadata = Metadata {
        kind: sniffed.kind,
        mime: sniffed.mime.to_owned(),
        width: rendered.width,
        height: rendered.height,
        taken: facts.witnesses.best(name, modified, facts.position),
        camera_make: facts.camera_make,
        camera_model: facts.camera_model,
        lens: facts.lens,
        exposure: facts.exposure,
        position: facts.position,
        altitude_m: facts.altitude_m,
        orientation: facts.orientation,
        exif: facts.listed,
        thumbhash,
        warning: (!warnings.is_empty()).then(|| warnings.join("; ")),
    };
    (metadata, rendered.previews)
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
    let movie = if sniffed.format == Format::IsoVideo {
        movie_header(&source)
    } else {
        None
    };
    renderer.render(
        &mut source,
        sniffed,
        orientation,
        movie.and_then(|movie| movie.duration_ms),
    )
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

fn movie_header(source: &Source) -> Option<isobmff::MovieHeader> {
    let mut file = BufReader::new(File::open(source.path()).ok()?);
    isobmff::movie_header(&mut file).ok().flatten()
}
