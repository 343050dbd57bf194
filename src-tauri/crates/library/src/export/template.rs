//! Where an exported photo goes: a path made of what is known of it.
//!
//! Names come from other people's devices, so that nothing of them ever becomes a folder of its own
//! accord: only the template's own slashes part folders.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use kinfolio_catalog::Photo;

/// Where photos go unless told: into the folder itself, each under its own name.
pub const TEMPLATE: &str = "{name}";

/// Longest name of a file or folder, in bytes, with room for a number and `.xmp`.
const NAME_BYTES_MAX: usize = 220;

/// What may stand between braces.
const HOLES: [&str; 9] = [
    "name", "stem", "ext", "id", "yyyy", "mm", "dd", "album", "folder",
];

/// A path with holes, as `{yyyy}/{mm}/{name}`.
#[derive(Clone, Debug)]
pub struct Template {
    /// As it was written.
    text: String,
    /// Folders and the file's name, each as pieces.
    parts: Vec<Vec<Piece>>,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Hole(String),
}

/// A text that is no template.
#[derive(Debug, thiserror::Error)]
pub enum NotATemplate {
    /// Braces around something else.
    #[error(
        "`{{{0}}}` is nothing that a photo has; write {{yyyy}}, {{mm}}, {{dd}}, {{name}}, {{stem}}, {{ext}}, {{id}}, {{album}} or {{folder}}"
    )]
    Hole(String),
    /// A brace without its partner.
    #[error("a `{{` is not closed")]
    Open,
    /// A part that would lead elsewhere.
    #[error(
        "it has an empty part, or one that is `.` or `..`; write a path below the folder that is exported to, as {{yyyy}}/{{name}}"
    )]
    Part,
}

impl FromStr for Template {
    type Err = NotATemplate;

    fn from_str(text: &str) -> Result<Template, NotATemplate> {
        let parts = text.split('/').map(|part| match part {
            "" | "." | ".." => Err(NotATemplate::Part),
            part => pieces(part),
        });
        let parts = parts.collect::<Result<_, _>>()?;
        let text = text.to_owned();
        Ok(Template { text, parts })
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn pieces(part: &str) -> Result<Vec<Piece>, NotATemplate> {
    let mut pieces = Vec::new();
    let mut rest = part;
    while let Some((text, behind)) = rest.split_once('{') {
        let (hole, behind) = behind.split_once('}').ok_or(NotATemplate::Open)?;
        if !HOLES.contains(&hole) {
            return Err(NotATemplate::Hole(hole.chars().take(40).collect()));
        }
        pieces.push(Piece::Text(text.to_owned()));
        pieces.push(Piece::Hole(hole.to_owned()));
        rest = behind;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

impl Template {
    /// The path of a photo below the folder that is exported to; from the second on with a number,
    /// because another photo has the path without.
    pub(super) fn path(&self, photo: &Photo, number: u32) -> PathBuf {
        let mut path = PathBuf::new();
        for (at, part) in (1..).zip(&self.parts) {
            let mut name = String::new();
            for piece in part {
                match piece {
                    Piece::Text(text) => name.push_str(text),
                    Piece::Hole(hole) => name.push_str(&filled(hole, photo)),
                }
            }
            let last = at == self.parts.len();
            // A folder named by what a photo does not have is left out.
            if !last && name.trim().is_empty() {
                continue;
            }
            let number = if last { number } else { 1 };
            path.push(name_of(&name, number, &photo.id.to_string()));
        }
        path
    }
}

fn filled(hole: &str, photo: &Photo) -> String {
    let taken = photo.taken.at.to_string();
    let day = |range: std::ops::Range<usize>| taken.get(range).unwrap_or("0").to_owned();
    let (stem, ext) = match photo.name.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() => (stem, ext),
        _ => (photo.name.as_str(), ""),
    };
    match hole {
        "name" => photo.name.clone(),
        "stem" => stem.to_owned(),
        "ext" => ext.to_owned(),
        "id" => photo.id.to_string(),
        "yyyy" => day(0..4),
        "mm" => day(5..7),
        "dd" => day(8..10),
        "album" => photo.albums.first().cloned().unwrap_or_default(),
        _ => photo.folder.clone(),
    }
}

/// A name that every file system takes, without anything that would lead elsewhere.
fn name_of(text: &str, number: u32, id: &str) -> String {
    let odd = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    let plain: String = text.chars().map(|c| if odd(c) { '_' } else { c }).collect();
    let plain = plain.trim().trim_end_matches('.').trim_start_matches('.');
    let plain = if plain.is_empty() { id } else { plain };
    let (stem, ext) = match plain.rsplit_once('.') {
        Some((stem, ext)) if ext.len() <= 16 => (stem, format!(".{ext}")),
        _ => (plain, String::new()),
    };
    let mut stem = stem.to_owned();
    while stem.len() + ext.len() > NAME_BYTES_MAX {
        stem.pop();
    }
    match number {
        1 => format!("{stem}{ext}"),
        number => format!("{stem} ({number}){ext}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        let check = |text: &str, number, expect: &str| {
            assert_eq!(name_of(text, number, "1a2b"), expect, "{text}");
        };
        check("IMG_1.JPG", 1, "IMG_1.JPG");
        check("IMG_1.JPG", 2, "IMG_1 (2).JPG");
        check("../../etc/passwd", 1, "_.._etc_passwd");
        check("..", 1, "1a2b");
        check("", 3, "1a2b (3)");
        check("a:b*c?.jpg", 1, "a_b_c_.jpg");
        check("\u{202e}gpj.exe\n", 1, "\u{202e}gpj.exe_");
        check(".hidden", 1, "hidden");
        assert!(name_of(&"ä".repeat(300), 12, "x").len() < 240);
    }

    #[test]
    fn templates_are_checked() {
        let good = "{yyyy}/{mm}/{name}";
        assert_eq!(good.parse::<Template>().unwrap().to_string(), good);
        assert!(TEMPLATE.parse::<Template>().is_ok());
        for (bad, why) in [
            ("{yyyy", "not closed"),
            ("{what}/x", "`{what}` is nothing"),
            ("../{name}", "an empty part"),
            ("/{name}", "an empty part"),
        ] {
            let error = bad.parse::<Template>().unwrap_err().to_string();
            assert!(error.contains(why), "{bad}: {error}");
        }
    }
}
