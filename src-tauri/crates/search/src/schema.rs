//! What the index keeps of a photo: words, tags and numbers, never the record itself.

use std::collections::BTreeSet;

use kinfolio_catalog::{Kind, Photo};
use tantivy::TantivyDocument;
use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, STRING, Schema, TextFieldIndexing,
    TextOptions,
};

use crate::query::Flag;
use crate::rows::{self, rows};
use crate::{fold, geo, own};

/// Version of everything here and in [`fold`]; an index of another one is built again.
pub(crate) const FORMAT: u64 = 7;

/// Columns that are read by name.
pub(crate) const TAKEN: &str = "taken";
pub(crate) const ID_PARTS: [&str; 4] = ["id_0", "id_1", "id_2", "id_3"];
pub(crate) const LIKENESS: &str = "likeness";
pub(crate) const LAT: &str = "lat";
pub(crate) const LON: &str = "lon";
pub(crate) const TAG_NAME: &str = "tag_name";
pub(crate) const CAMERA_NAME: &str = "camera_name";
pub(crate) const ALBUM_NAME: &str = "album_name";
pub(crate) const PERSON_NAME: &str = "person_name";
pub(crate) const PLACE_NAME: &str = "place_name";
pub(crate) const YEAR: &str = "year";

/// The schema and its fields.
#[derive(Clone)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    /// The photo's 32 bytes, to replace it by.
    pub(crate) id: Field,
    id_parts: [Field; 4],
    /// All words of name, caption, tags, albums, people, place, camera, lens and own fields.
    pub(crate) text: Field,
    /// The first one to three letters of each of those: what a person types first is the beginning
    /// of so many words that to look at each takes too long.
    pub(crate) beginning: Field,
    pub(crate) camera: Field,
    pub(crate) lens: Field,
    pub(crate) folder: Field,
    /// Town, region and country, and what else these are called.
    pub(crate) place: Field,
    /// Folded tags and everything above them.
    pub(crate) tag: Field,
    tag_name: Field,
    /// Folded albums.
    pub(crate) album: Field,
    album_name: Field,
    /// Words of people's names.
    pub(crate) person: Field,
    person_name: Field,
    /// Words of the household's own fields, each with its field's name before it.
    pub(crate) own: Field,
    /// Their names alone, and with numbers and days behind them, see [`own`].
    pub(crate) own_values: Field,
    camera_name: Field,
    place_name: Field,
    pub(crate) flag: Field,
    /// Kind, media type and its parts, and the name's extension.
    pub(crate) kind: Field,
    /// The id of the device that added it, in hex.
    pub(crate) device: Field,
    pub(crate) taken: Field,
    year: Field,
    pub(crate) iso: Field,
    pub(crate) rating: Field,
    lat: Field,
    lon: Field,
    likeness: Field,
    /// See [`geo::cells_of`].
    pub(crate) cell: Field,
}

impl Fields {
    pub(crate) fn new() -> Fields {
        let mut schema = Schema::builder();
        let words = TextFieldIndexing::default()
            .set_tokenizer(rows::TOKENIZER)
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let words = TextOptions::default().set_indexing_options(words);
        let column = TextOptions::default().set_fast("raw");
        Fields {
            id: schema.add_bytes_field("id", BytesOptions::default().set_indexed()),
            id_parts: ID_PARTS.map(|name| schema.add_u64_field(name, FAST)),
            text: schema.add_text_field("text", words.clone()),
            beginning: schema.add_text_field("beginning", STRING),
            camera: schema.add_text_field("camera", words.clone()),
            lens: schema.add_text_field("lens", words.clone()),
            folder: schema.add_text_field("folder", words.clone()),
            place: schema.add_text_field("place", words.clone()),
            person: schema.add_text_field("person", words.clone()),
            own: schema.add_text_field("own", words),
            own_values: schema.add_text_field("own_values", STRING),
            album: schema.add_text_field("album", STRING),
            album_name: schema.add_text_field(ALBUM_NAME, column.clone()),
            person_name: schema.add_text_field(PERSON_NAME, column.clone()),
            tag: schema.add_text_field("tag", STRING),
            tag_name: schema.add_text_field(TAG_NAME, column.clone()),
            camera_name: schema.add_text_field(CAMERA_NAME, column.clone()),
            place_name: schema.add_text_field(PLACE_NAME, column),
            flag: schema.add_text_field("flag", STRING),
            kind: schema.add_text_field("kind", STRING),
            device: schema.add_text_field("device", STRING),
            taken: schema.add_i64_field(TAKEN, FAST),
            year: schema.add_i64_field(YEAR, FAST),
            iso: schema.add_u64_field("iso", FAST),
            rating: schema.add_u64_field("rating", FAST),
            lat: schema.add_f64_field(LAT, FAST),
            lon: schema.add_f64_field(LON, FAST),
            likeness: schema.add_u64_field(LIKENESS, FAST),
            cell: schema.add_u64_field("cell", INDEXED),
            schema: schema.build(),
        }
    }

    pub(crate) fn document(&self, photo: &Photo) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_bytes(self.id, &photo.id.0);
        for (field, part) in self.id_parts.into_iter().zip(photo.id.0.chunks_exact(8)) {
            document.add_u64(
                field,
                part.iter().fold(0, |n, &byte| n << 8 | u64::from(byte)),
            );
        }
        self.add_words(&mut document, photo);
        for tag in &photo.tags {
            document.add_text(self.tag_name, tag);
        }
        let mut above: Vec<_> = photo
            .tags
            .iter()
            .flat_map(|tag| fold::path_and_above(tag))
            .collect();
        above.sort_unstable();
        above.dedup();
        for path in above {
            document.add_text(self.tag, path);
        }
        for album in &photo.albums {
            document.add_text(self.album, fold::path(album));
            document.add_text(self.album_name, album);
        }
        for person in &photo.people {
            document.add_text(self.person_name, person);
        }
        for (name, value) in &photo.fields {
            for token in own::values(name, value) {
                document.add_text(self.own_values, token);
            }
        }
        for flag in flags(photo) {
            document.add_text(self.flag, flag.token());
        }
        for kind in kinds(photo) {
            document.add_text(self.kind, kind);
        }
        document.add_text(self.device, photo.added_by.to_string());
        document.add_i64(self.taken, photo.taken.at.wall_ms);
        document.add_i64(self.year, photo.taken.at.month().year.into());
        document.add_u64(self.rating, photo.rating.into());
        if let Some(iso) = photo.exposure.iso {
            document.add_u64(self.iso, iso.into());
        }
        if let Some(likeness) = photo.likeness {
            document.add_u64(self.likeness, likeness);
        }
        if let Some(position) = photo.position {
            document.add_f64(self.lat, position.lat);
            document.add_f64(self.lon, position.lon);
            for cell in geo::cells_of(position.lat, position.lon) {
                document.add_u64(self.cell, cell);
            }
        }
        document
    }

    fn add_words(&self, document: &mut TantivyDocument, photo: &Photo) {
        let (make, model) = (photo.camera_make.as_str(), photo.camera_model.as_str());
        let tags = photo.tags.iter().map(String::as_str);
        let camera = camera_name(make, model);
        let texts = [&photo.name, &photo.caption, &camera, make, &photo.lens];
        let place = photo
            .position
            .and_then(|at| kinfolio_places::name(at.lat, at.lon));
        let mut names = Vec::new();
        if let Some(place) = place {
            let shown = place.to_string();
            document.add_text(self.place_name, &shown);
            names.push(shown);
            names.extend(place.aliases());
        }
        let names = names.iter().map(String::as_str);
        document.add_text(self.place, words(names.clone()));
        let people = photo.people.iter().map(String::as_str);
        let albums = photo.albums.iter().map(String::as_str);
        let values = photo.fields.iter().map(|(_, value)| value.as_str());
        document.add_text(self.person, words(people.clone()));
        for (name, value) in &photo.fields {
            let tokens = fold::tokens(value).into_iter();
            let tokens = tokens.map(|token| own::word(name, &token));
            document.add_text(self.own, rows([tokens.collect()]));
        }
        let texts = texts.into_iter().chain(tags).chain(names);
        let texts = texts.chain(people).chain(albums).chain(values);
        let texts: Vec<_> = texts.map(fold::tokens).collect();
        let beginnings = texts.iter().flatten().flat_map(|word| beginnings(word));
        let beginnings: BTreeSet<_> = beginnings.collect();
        for beginning in beginnings {
            document.add_text(self.beginning, beginning);
        }
        document.add_text(self.text, rows(texts));
        document.add_text(self.camera, words([camera.as_str(), make]));
        document.add_text(self.lens, words([photo.lens.as_str()]));
        document.add_text(self.folder, words([photo.folder.as_str()]));
        if !camera.is_empty() {
            document.add_text(self.camera_name, camera);
        }
    }
}

impl Flag {
    pub(crate) fn token(self) -> &'static str {
        match self {
            Flag::Favorite => "favorite",
            Flag::Trashed => "trashed",
            Flag::Gps => "gps",
            Flag::Caption => "caption",
            Flag::Conflict => "conflict",
            Flag::Tags => "tags",
            Flag::Albums => "albums",
            Flag::People => "people",
            Flag::Video => "video",
            Flag::Pending => "pending",
            Flag::Duplicate => "duplicate",
        }
    }
}

/// The longest beginning that is kept of a word, in characters.
pub(crate) const BEGINNING_CHARS_MAX: usize = 3;

fn beginnings(word: &str) -> impl Iterator<Item = &str> {
    let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.take(BEGINNING_CHARS_MAX).map(|end| &word[..end])
}

fn flags(photo: &Photo) -> impl Iterator<Item = Flag> {
    let flags = [
        (Flag::Favorite, photo.favorite),
        (Flag::Trashed, photo.trashed),
        (Flag::Gps, photo.position.is_some()),
        (Flag::Caption, !photo.caption.is_empty()),
        (Flag::Conflict, !photo.conflicts.is_empty()),
        (Flag::Tags, !photo.tags.is_empty()),
        (Flag::Albums, !photo.albums.is_empty()),
        (Flag::People, !photo.people.is_empty()),
        (Flag::Video, photo.kind == Kind::Video),
        (Flag::Pending, photo.pending),
    ];
    flags
        .into_iter()
        .filter_map(|(flag, set)| set.then_some(flag))
}

/// Everything that `type:` may say about the photo.
fn kinds(photo: &Photo) -> Vec<String> {
    let kind = match photo.kind {
        Kind::Photo => "photo",
        Kind::Raw => "raw",
        Kind::Video => "video",
        Kind::File => "file",
    };
    let mut kinds = vec![kind.to_owned()];
    let mime = fold::fold(&photo.mime);
    if let Some((_, subtype)) = mime.split_once('/') {
        kinds.push(subtype.to_owned());
        kinds.push(mime);
    }
    if let Some((_, extension)) = photo.name.rsplit_once('.') {
        kinds.push(fold::fold(extension));
    }
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Make and model as one name, the make only once.
fn camera_name(make: &str, model: &str) -> String {
    let brand = make.split_whitespace().next().unwrap_or_default();
    if fold::fold(model).starts_with(&fold::fold(brand)) {
        model.to_owned()
    } else {
        format!("{make} {model}").trim().to_owned()
    }
}

/// The folded words of some texts, with a gap between the texts.
fn words<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    rows(texts.into_iter().map(fold::tokens))
}
