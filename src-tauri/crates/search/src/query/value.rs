//! What may stand behind the colon of each field.

use std::ops::Bound;

use kinfolio_catalog::field;
use kinfolio_said::Sentence;

use super::parser::{Value, shown, words, wrong};
use super::{Asked, Flag, Holds, Node, Numbers, Own, QueryError, TextField, sentences, taken};
use crate::fold;
use crate::geo::{Circle, Rectangle};
use crate::own::Between;

const FIELDS: &str = "tag, album, person, place, camera, lens, iso, taken, near, in, has, is, rating, type, device, folder, field.NAME";

/// Reads `name:value`; `start` is where the name stands.
pub(super) fn field(start: usize, name: &str, value: &Value) -> Result<Node, QueryError> {
    if name.is_empty() {
        return Err(wrong(start, sentences::FIELD_NAMELESS));
    }
    if let Some(own) = name
        .get(..6)
        .filter(|start| start.eq_ignore_ascii_case("field."))
    {
        return self::own(start, &name[own.len()..], value);
    }
    let read = match name.to_ascii_lowercase().as_str() {
        "tag" => tag,
        "album" => album,
        "person" => |value: &Value| within(TextField::Person, value),
        "camera" => |value: &Value| within(TextField::Camera, value),
        "lens" => |value: &Value| within(TextField::Lens, value),
        "folder" => |value: &Value| within(TextField::Folder, value),
        "place" => |value: &Value| within(TextField::Place, value),
        "iso" => |value: &Value| numbers(value, u32::MAX.into()).map(Node::Iso),
        "rating" => |value: &Value| numbers(value, 5).map(Node::Rating),
        "taken" => |value: &Value| taken::range(value).map(Node::Taken),
        "near" => near,
        "in" => rectangle,
        "has" => has,
        "is" => is,
        "type" => |value: &Value| Ok(Node::Type(fold::fold(value.text.trim()))),
        "device" => |value: &Value| Ok(Node::Device(fold::fold(value.text.trim()))),
        _ => {
            let said = sentences::FIELD_UNKNOWN.with("given", shown(name));
            return Err(wrong(start, said.with("fields", FIELDS)));
        }
    };
    if value.text.trim().is_empty() {
        return Err(wrong(
            value.at,
            sentences::VALUE_MISSING.with("field", name),
        ));
    }
    read(value)
}

fn tag(value: &Value) -> Result<Node, QueryError> {
    let path = fold::path(value.text.trim());
    if path.split('/').any(str::is_empty) {
        return Err(wrong(value.at, sentences::TAG_EMPTY_PART));
    }
    Ok(Node::Tag(path))
}

fn album(value: &Value) -> Result<Node, QueryError> {
    Ok(Node::Album(fold::path(value.text.trim())))
}

/// own = "*" | words | [ "<" | "<=" | ">" | ">=" ] bound | bound ".." bound
fn own(start: usize, name: &str, value: &Value) -> Result<Node, QueryError> {
    let name = fold::fold(name);
    if name.is_empty() {
        return Err(wrong(start, sentences::OWN_NAMELESS));
    }
    let text = value.text.trim();
    if text.is_empty() {
        let said = sentences::VALUE_MISSING.with("field", format_args!("field.{name}"));
        return Err(wrong(value.at, said));
    }
    let compares = !comparison(text).0.is_empty() || text.contains("..");
    let holds = if value.quoted || !compares {
        match text {
            "*" if !value.quoted => Holds::Anything,
            text => {
                // Half a number is another number.
                let prefix = !value.quoted && text.ends_with(char::is_alphabetic);
                let words = words(value.at, text, prefix, false)?;
                Holds::Words(words, field::number(text))
            }
        }
    } else {
        let between = Between {
            numbers: bounds(text),
            days: taken::range(value).ok(),
        };
        if between.numbers.is_none() && between.days.is_none() {
            let said = sentences::OWN_NOT_COMPARED.with("given", text);
            return Err(wrong(value.at, said));
        }
        Holds::Between(between)
    };
    let (number, day) = match &holds {
        Holds::Anything => (true, true),
        Holds::Words(_, number) => (number.is_some(), taken::range(value).is_ok()),
        Holds::Between(between) => (between.numbers.is_some(), between.days.is_some()),
    };
    let at = value.at;
    Ok(Node::Own(Own {
        at: start,
        name,
        holds,
        value: Asked { at, number, day },
    }))
}

/// Numbers that are compared with.
fn bounds(text: &str) -> Option<(Bound<f64>, Bound<f64>)> {
    if let Some((from, to)) = text.split_once("..") {
        let (from, to) = (field::number(from)?, field::number(to)?);
        return (from <= to).then_some((Bound::Included(from), Bound::Included(to)));
    }
    let (compare, rest) = comparison(text);
    let n = field::number(rest)?;
    Some(match compare {
        "<" => (Bound::Unbounded, Bound::Excluded(n)),
        "<=" => (Bound::Unbounded, Bound::Included(n)),
        ">" => (Bound::Excluded(n), Bound::Unbounded),
        _ => (Bound::Included(n), Bound::Unbounded),
    })
}

fn within(field: TextField, value: &Value) -> Result<Node, QueryError> {
    let words = words(value.at, &value.text, !value.quoted, false)?;
    Ok(Node::Within(field, words))
}

fn has(value: &Value) -> Result<Node, QueryError> {
    let flag = match value.text.to_ascii_lowercase().as_str() {
        "gps" => Flag::Gps,
        "caption" => Flag::Caption,
        "conflict" => Flag::Conflict,
        "tags" => Flag::Tags,
        "albums" => Flag::Albums,
        "people" => Flag::People,
        _ => {
            return Err(wrong(value.at, sentences::HAS));
        }
    };
    Ok(Node::Flag(flag))
}

fn is(value: &Value) -> Result<Node, QueryError> {
    match value.text.to_ascii_lowercase().as_str() {
        "favorite" => Ok(Node::Flag(Flag::Favorite)),
        "trashed" => Ok(Node::Flag(Flag::Trashed)),
        "pending" => Ok(Node::Flag(Flag::Pending)),
        "video" => Ok(Node::Flag(Flag::Video)),
        "duplicate" => Ok(Node::Flag(Flag::Duplicate)),
        _ => Err(wrong(value.at, sentences::IS)),
    }
}

/// numbers = [ "<" | "<=" | ">" | ">=" ] n | n ".." n
fn numbers(value: &Value, max: u64) -> Result<Numbers, QueryError> {
    let number = |at: usize, text: &str| match text.parse::<u64>() {
        Ok(number) if number <= max && text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(number),
        Ok(_) if max < 100 => {
            let said = sentences::OUT_OF_RANGE.with("given", shown(text));
            Err(wrong(at, said.with("max", max)))
        }
        _ => Err(wrong(at, sentences::NO_NUMBER.with("given", shown(text)))),
    };
    let text = value.text.as_str();
    if let Some((from, to)) = text.split_once("..") {
        let first = number(value.at, from)?;
        let last = number(value.at + from.chars().count() + 2, to)?;
        if first > last {
            return Err(wrong(value.at, sentences::BACKWARDS.with("given", text)));
        }
        return Ok((Bound::Included(first), Bound::Included(last)));
    }
    let (compare, rest) = comparison(text);
    let n = number(value.at + compare.len(), rest)?;
    Ok(match compare {
        "<" => (Bound::Unbounded, Bound::Excluded(n)),
        "<=" => (Bound::Unbounded, Bound::Included(n)),
        ">" => (Bound::Excluded(n), Bound::Unbounded),
        ">=" => (Bound::Included(n), Bound::Unbounded),
        _ => (Bound::Included(n), Bound::Included(n)),
    })
}

/// The comparison sign at the start, or nothing, and the rest.
pub(super) fn comparison(text: &str) -> (&str, &str) {
    let signs = ["<=", ">=", "<", ">"];
    let sign = signs
        .into_iter()
        .find(|sign| text.starts_with(sign))
        .unwrap_or("");
    text.split_at(sign.len())
}

/// near = lat "," lon "," distance
fn near(value: &Value) -> Result<Node, QueryError> {
    let parts = parts(value);
    let [lat, lon, distance] = parts.as_slice() else {
        return Err(wrong(value.at, sentences::NEAR));
    };
    Ok(Node::Near(Circle {
        lat: latitude(lat)?,
        lon: longitude(lon)?,
        radius_m: metres(distance)?,
    }))
}

/// in = south "," west "," north "," east
fn rectangle(value: &Value) -> Result<Node, QueryError> {
    let parts = parts(value);
    let [south, west, north, east] = parts.as_slice() else {
        return Err(wrong(value.at, sentences::IN));
    };
    let rectangle = Rectangle {
        south: latitude(south)?,
        west: longitude(west)?,
        north: latitude(north)?,
        east: longitude(east)?,
    };
    if rectangle.south > rectangle.north {
        return Err(wrong(south.at, sentences::SOUTH_NORTH));
    }
    Ok(Node::In(rectangle))
}

/// A part of a value between commas, and where it stands.
struct Part<'a> {
    at: usize,
    text: &'a str,
}

fn parts(value: &Value) -> Vec<Part<'_>> {
    let mut at = value.at + usize::from(value.quoted);
    let mut parts = Vec::new();
    for text in value.text.split(',') {
        parts.push(Part {
            at,
            text: text.trim(),
        });
        at += text.chars().count() + 1;
    }
    parts
}

fn latitude(part: &Part<'_>) -> Result<f64, QueryError> {
    degrees(part, 90.0, sentences::NO_LATITUDE)
}

fn longitude(part: &Part<'_>) -> Result<f64, QueryError> {
    degrees(part, 180.0, sentences::NO_LONGITUDE)
}

fn degrees(part: &Part<'_>, max: f64, otherwise: Sentence) -> Result<f64, QueryError> {
    match decimal(part.text) {
        Some(degrees) if degrees.abs() <= max => Ok(degrees),
        _ => Err(wrong(part.at, otherwise.with("given", shown(part.text)))),
    }
}

fn metres(part: &Part<'_>) -> Result<f64, QueryError> {
    let text = part.text.to_ascii_lowercase();
    let unit_at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let unit_m = match unit {
        "" | "km" => 1000.0,
        "m" => 1.0,
        "mi" => 1609.344,
        _ => {
            let said = sentences::NO_UNIT.with("given", shown(unit));
            return Err(wrong(part.at, said));
        }
    };
    match decimal(number.trim_end()) {
        Some(distance) if distance >= 0.0 => Ok(distance * unit_m),
        _ => {
            let said = sentences::NO_DISTANCE.with("given", shown(part.text));
            Err(wrong(part.at, said))
        }
    }
}

/// A plain decimal number: no exponent, no infinity.
fn decimal(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+'));
    text.parse()
        .ok()
        .filter(|number: &f64| plain && number.is_finite())
}
