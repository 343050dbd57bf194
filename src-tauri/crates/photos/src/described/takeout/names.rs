//! How Google Takeout names the JSON of a photo. Nothing here opens a file.
//!
//! `IMG.jpg` has `IMG.jpg.json`, and since 2024 `IMG.jpg.supplemental-metadata.json`. What stands
//! before `.json` has at most 46 characters, so the end is cut off, the photo's own name included.
//! The number of `IMG(1).jpg` stands at the end of the JSON's name, and a photo that was edited has
//! none of its own. Names are compared folded ([`folded`]).

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Characters before `.json`.
const CHARS_MAX: usize = 46;
const SUPPLEMENT: &str = ".supplemental-metadata";

/// What is put behind the name of an edited photo, in the languages of Google Photos.
const EDITED: [&str; 30] = [
    "-edited",
    "-effects",
    "-smile",
    "-mix",
    "-bearbeitet",
    "-modifié",
    "-modifie",
    "-modificato",
    "-modificado",
    "-editado",
    "-ha editado",
    "-editada",
    "-editat",
    "-ha editat",
    "-bewerkt",
    "-edytowane",
    "-redigerad",
    "-redigeret",
    "-redigert",
    "-muokattu",
    "-upraveno",
    "-upravené",
    "-szerkesztett",
    "-düzenlendi",
    "-изменено",
    "-отредактировано",
    "-編集済み",
    "-已修改",
    "-已編輯",
    "-수정됨",
];

/// The name of the album's own JSON, without `.json`, in the languages of Google Photos.
const ALBUM: [&str; 16] = [
    "metadata",
    "metadaten",
    "métadonnées",
    "metadatos",
    "metadati",
    "metadados",
    "metadades",
    "metagegevens",
    "metadane",
    "metatiedot",
    "metadatu",
    "метаданные",
    "метадані",
    "メタデータ",
    "元数据",
    "메타데이터",
];

/// What the folders of the years are called besides the year: `Photos from 2019`, `Fotos von 2019`.
const PICTURES: [&str; 22] = [
    "photos",
    "photo",
    "fotos",
    "foto",
    "foto's",
    "foto’s",
    "fotografie",
    "fotografii",
    "fotografije",
    "fotografías",
    "fotografias",
    "zdjęcia",
    "bilder",
    "billeder",
    "bilete",
    "foton",
    "kuvat",
    "valokuvat",
    "fényképek",
    "fotky",
    "фото",
    "фотографии",
];
const FROM: [&str; 30] = [
    "from", "von", "aus", "de", "del", "de l'any", "da", "dal", "di", "do", "du", "des", "van",
    "uit", "z", "ze", "za", "fra", "från", "av", "vuodelta", "din", "iz", "od", "с", "за", "от",
    "roku", "año", "g.",
];

/// A name as it is compared: in one normal form (archives differ in that), small letters.
pub(crate) fn folded(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase()
}

/// The names that the JSON of a photo may have, without `.json`, the likeliest first; for the folded
/// name of the photo.
pub(crate) fn candidates(photo: &str) -> Vec<String> {
    let mut all = Vec::new();
    spelled(photo, "", &mut all);
    let (stem, extension) = split(photo);
    if let Some((stem, number)) = numbered(stem) {
        spelled(&format!("{stem}{extension}"), number, &mut all);
    }
    let (plain, number) = numbered(stem).unwrap_or((stem, ""));
    if let Some(original) = EDITED.iter().find_map(|edited| plain.strip_suffix(edited)) {
        spelled(&format!("{original}{extension}"), number, &mut all);
    }
    if !number.is_empty() {
        // Where two photos were given one cut name, the JSON of the second is sometimes left out.
        let photo = format!("{plain}{extension}");
        let cut = cut_units(&photo, CHARS_MAX);
        all.extend((cut.len() < photo.len()).then(|| cut.to_owned()));
    }
    all
}

/// All spellings of `photo`, whose number stands behind.
fn spelled(photo: &str, number: &str, all: &mut Vec<String>) {
    all.push(format!("{photo}{number}"));
    let ends = (1..=SUPPLEMENT.len()).rev();
    all.extend(ends.map(|end| format!("{photo}{}{number}", &SUPPLEMENT[..end])));
    let whole = format!("{photo}{SUPPLEMENT}");
    // Whether the number counts among the characters, and what a character is, has changed.
    let cuts: BTreeSet<&str> = [CHARS_MAX, CHARS_MAX.saturating_sub(number.len())]
        .into_iter()
        .flat_map(|limit| [cut_chars(&whole, limit), cut_units(&whole, limit)])
        .filter(|cut| cut.len() < whole.len())
        .collect();
    all.extend(cuts.into_iter().rev().map(|cut| format!("{cut}{number}")));
}

fn cut_chars(text: &str, limit: usize) -> &str {
    let end = text.char_indices().nth(limit).map(|(at, _)| at);
    &text[..end.unwrap_or(text.len())]
}

/// Cut to so many UTF-16 units.
fn cut_units(text: &str, limit: usize) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > limit
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// Stem and extension, the latter with its dot.
pub(crate) fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 => name.split_at(at),
        _ => (name, ""),
    }
}

/// `IMG(1)` is `IMG` and `(1)`.
fn numbered(stem: &str) -> Option<(&str, &str)> {
    let at = stem.rfind('(')?;
    let (plain, number) = stem.split_at(at);
    let digits = number.strip_prefix('(')?.strip_suffix(')')?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !plain.is_empty()).then_some((plain, number))
}

/// Whether Takeout calls an album's JSON so (folded, without `.json`).
pub(crate) fn is_album(json: &str) -> bool {
    let plain = numbered(json).map_or(json, |(plain, _)| plain);
    ALBUM.contains(&plain)
}

/// Whether a folder is that of a year, which is no album: Takeout makes one for each.
/// `Summer 2019` is an album; somebody thought of that.
pub(crate) fn is_year(folder: &str) -> bool {
    let folder = folded(folder);
    let is_year = |word: &str| {
        word.len() == 4
            && (word.starts_with("19") || word.starts_with("20"))
            && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    let words: Vec<&str> = folder.split([' ', '\u{a0}', '_']).collect();
    if let [picture, from @ .., year] = words.as_slice()
        && is_year(year)
        && PICTURES.contains(picture)
    {
        return from.iter().all(|word| FROM.contains(word));
    }
    // `2019年の写真`, `2019 年的照片`, `2019년의 사진`.
    let behind = folder.get(4..).unwrap_or_default();
    folder.get(..4).is_some_and(is_year)
        && behind.trim_start().starts_with(['年', '년'])
        && ["写真", "照片", "相片", "사진"]
            .iter()
            .any(|picture| behind.ends_with(picture))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_of_a_photo_is_found_by_its_name() {
        fn check(photo: &str, json: &str) {
            assert!(json.len() - ".json".len() <= 46 + 3, "{json}");
            let json = folded(json);
            let found = candidates(&folded(photo));
            assert!(
                found.contains(&json[..json.len() - 5].to_owned()),
                "{photo} {json}: {found:?}"
            );
        }
        check("IMG.jpg", "IMG.jpg.json");
        check("IMG.jpg", "IMG.jpg.supplemental-metadata.json");
        check("IMG.JPG", "IMG.jpg.supplemental-me.json");
        check("IMG.jpg", "IMG.jpg.supp.json");
        check("IMG.jpg", "IMG.jpg..json");
        check("IMG(1).jpg", "IMG.jpg(1).json");
        check("IMG(1).jpg", "IMG(1).jpg.json");
        check("IMG(12).jpg", "IMG.jpg.supplemental-metadata(12).json");
        check("IMG-edited.jpg", "IMG.jpg.supplemental-metadata.json");
        check("IMG-edited(1).jpg", "IMG.jpg(1).json");
        check("IMG-bearbeitet.jpg", "IMG.jpg.json");
        check("IMG-modifie\u{301}.jpg", "IMG.jpg.json");
        check(
            "PXL_20240101_120000000.PORTRAIT.ORIGINAL.jpg",
            "PXL_20240101_120000000.PORTRAIT.ORIGINAL.jpg.s.json",
        );
        // Names of photos themselves have 47 characters before the extension at most.
        check(
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P.jpg",
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json",
        );
        check(
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P(1).jpg",
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_(1).json",
        );
        check(
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P(1).jpg",
            "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json",
        );
        let long = "0123456789012345678901234567890123456789abcd";
        check(&format!("{long}.jpg"), &format!("{long}.j.json"));
        check(&format!("{long}(3).jpg"), &format!("{long}.j(3).json"));
        // Characters are counted as UTF-16 has them.
        let suns = "🌞".repeat(23);
        assert!(candidates(&format!("{suns}🌞.jpg")).contains(&suns));
    }

    #[test]
    fn json_of_others_is_not_taken() {
        fn check(photo: &str, json: &str) {
            let found = candidates(photo);
            assert!(!found.iter().any(|name| name == json), "{photo} {json}");
        }
        check("img(1).jpg", "img.jpg");
        check("img.jpg", "img.jpg(1)");
        check("img.jpg", "img");
        check("img_1.jpg", "img_10.jpg");
        check("img-x.jpg", "img.jpg");
        check("(1).jpg", ".jpg(1)");
    }

    #[test]
    fn folders_of_years_are_no_albums() {
        for folder in [
            "Photos from 2019",
            "Fotos von 2019",
            "Photos de 1998",
            "Zdjęcia z 2019",
            "Foto's uit 2019",
            "Foto dal 2019",
            "2019年の写真",
            "Fotos de 2019",
        ] {
            assert!(is_year(folder), "{folder}");
        }
        for folder in [
            "Summer 2019",
            "2019",
            "Photos",
            "Photos de Paris 2019",
            "Photos from 20199",
            "",
            "Über",
        ] {
            assert!(!is_year(folder), "{folder}");
        }
        for name in ["metadata", "metadaten", "métadonnées", "metadata(1)"] {
            assert!(is_album(name), "{name}");
        }
        assert!(!is_album("img.jpg"));
    }
}
