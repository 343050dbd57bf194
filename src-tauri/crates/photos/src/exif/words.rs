//! The few words of people that EXIF has room for; Windows puts its own beside them.

use exif::{Context, Tag, Value};

use super::Tags;
use crate::described::{Account, words};

const RATING: Tag = Tag(Context::Tiff, 0x4746);
const XP_COMMENT: Tag = Tag(Context::Tiff, 0x9C9C);
const XP_KEYWORDS: Tag = Tag(Context::Tiff, 0x9C9E);

pub(super) fn read(tags: &Tags) -> Account {
    let description = match tags.get(Tag::ImageDescription) {
        Some(Value::Ascii(lines)) => lines
            .iter()
            .find_map(|line| words::caption(&words::decoded(line, false)))
            .filter(|caption| !words::is_camera_default(caption) && !names_camera(tags, caption)),
        _ => None,
    };
    let comment = || words::caption(&wide(tags.get(XP_COMMENT)?)?);
    let keywords = tags.get(XP_KEYWORDS).and_then(wide).unwrap_or_default();
    let keywords = keywords
        .split(';')
        .filter_map(|keyword| words::tag(keyword.split('/')));
    Account {
        keywords: words::distinct(keywords.collect()),
        caption: description.or_else(comment),
        rating: tags
            .uint(RATING)
            .and_then(|stars| words::stars(f64::from(stars))),
        ..Account::default()
    }
}

/// Some cameras only say once more who they are.
fn names_camera(tags: &Tags, caption: &str) -> bool {
    [Tag::Make, Tag::Model]
        .into_iter()
        .filter_map(|tag| tags.text(tag))
        .any(|name| name.eq_ignore_ascii_case(caption))
}

/// Windows' texts are UTF-16, little end first, in single bytes.
fn wide(value: &Value) -> Option<String> {
    let (Value::Byte(bytes) | Value::Undefined(bytes, _)) = value else {
        return None;
    };
    let units = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let text = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(text.take_while(|c| *c != '\0').collect())
}
