//! A library made of blocks, with its catalogue and its index in a folder of their own.

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, SigningKey};
use kinfolio_catalog::{
    Catalog, Change, Exposure, ImportId, Kind, LibraryEdit, PhotoAdded, PhotoId, Position, Taken,
    TakenSource,
};
use kinfolio_chain::block::Draft;
use kinfolio_chain::{
    Batch, Block, BlockHash, ConfigHash, DeviceId, Founding, HistoryRoot, Incarnation, Member,
    Owner, Payload, RecoveryKey, Role,
};
use tempfile::TempDir;

use crate::index::Index;
use crate::page::Page;
use crate::query::{Query, Sort};

pub(super) struct Library {
    pub(super) dir: TempDir,
    pub(super) blocks: Vec<Block>,
    pub(super) catalog: Catalog,
    pub(super) index: Index,
    author: Owner,
    seq: u64,
}

impl Library {
    /// A household whose one device is called `Anna's laptop`.
    pub(super) fn founded() -> Library {
        let dir = tempfile::tempdir().unwrap();
        let key = SigningKey::from_bytes(&[1; 32]).verifying_key();
        let member = Member::new("Anna's laptop".to_owned(), key, Role::Voter);
        let incarnation = Incarnation {
            counter: 1,
            nonce: 0,
        };
        let mut library = Library {
            catalog: Catalog::open(&dir.path().join("catalog")).unwrap(),
            index: Index::open(&dir.path().join("index")).unwrap(),
            dir,
            blocks: Vec::new(),
            author: Owner {
                device: member.id,
                incarnation,
            },
            seq: 0,
        };
        library.push(vec![Payload::Founding(Founding {
            household: "Test".to_owned(),
            nonce: [0; 32],
            recovery: RecoveryKey::new([0; 32]).public_key(),
            members: vec![member],
        })]);
        library
    }

    /// A library of these photos, indexed.
    pub(super) fn of(photos: impl IntoIterator<Item = PhotoAdded>) -> Library {
        let mut library = Library::founded();
        library.edit(
            photos
                .into_iter()
                .map(|photo| LibraryEdit::PhotoAdded(Box::new(photo))),
        );
        library
    }

    /// One block of edits by the first device, which has seen everything; followed at once.
    pub(super) fn edit(&mut self, edits: impl IntoIterator<Item = LibraryEdit>) {
        self.append(edits);
        self.index.follow(&self.catalog.view().unwrap()).unwrap();
    }

    /// The same, of which the index hears later.
    pub(super) fn append(&mut self, edits: impl IntoIterator<Item = LibraryEdit>) {
        self.push(
            edits
                .into_iter()
                .map(|edit| Payload::Opaque(edit.encode()))
                .collect(),
        );
    }

    pub(super) fn change(&mut self, ids: &[PhotoId], change: Change) {
        let photos = ids.to_vec();
        self.edit([LibraryEdit::Change { photos, change }]);
    }

    /// A contradiction: another device changes photos without having seen anything.
    pub(super) fn contradict(&mut self, ids: &[PhotoId], change: Change) {
        let author = self.author;
        self.author.device = DeviceId([0xee; 16]);
        let photos = ids.to_vec();
        let edit = LibraryEdit::Change { photos, change };
        self.push_from(0, vec![Payload::Opaque(edit.encode())]);
        self.author = author;
        self.index.follow(&self.catalog.view().unwrap()).unwrap();
    }

    pub(super) fn device(&self) -> DeviceId {
        self.author.device
    }

    fn push(&mut self, payloads: Vec<Payload>) {
        self.push_from((self.blocks.len() as u64).saturating_sub(1), payloads);
    }

    fn push_from(&mut self, base: u64, payloads: Vec<Payload>) {
        let batch = Batch {
            line: 0,
            author: self.author,
            first_seq: self.seq,
            base,
            payloads,
            signature: Signature::from_bytes(&[0; 64]),
        };
        self.seq = batch.next_seq();
        let draft = Draft {
            height: self.blocks.len() as u64,
            prev: self.blocks.last().map_or(BlockHash::NONE, Block::hash),
            config_hash: ConfigHash([0; 32]),
            config_hash_next: ConfigHash([0; 32]),
            history_root: HistoryRoot::EMPTY,
            state_root: None,
            timestamp_ms: 0,
            proposer: self.author,
            next_owner: self.author,
        };
        let block = Block::build(draft, vec![batch]);
        self.catalog.apply(std::slice::from_ref(&block)).unwrap();
        self.blocks.push(block);
    }

    pub(super) fn page(&self, query: &str, sort: Sort, cursor: Option<&str>, limit: usize) -> Page {
        let query = Query::parse(query).unwrap();
        self.index
            .search(&self.catalog.view().unwrap(), &query, sort, cursor, limit)
            .unwrap()
    }

    /// What a query finds in its usual order, as the names without their extension.
    pub(super) fn find(&self, query: &str) -> Vec<String> {
        let sort = Query::parse(query).unwrap().default_sort();
        let page = self.page(query, sort, None, 10_000);
        assert_eq!(
            (page.total, page.next),
            (page.ids.len() as u64, None),
            "{query}"
        );
        let photos = self.catalog.photos(&page.ids).unwrap();
        let name = |name: &str| {
            name.rsplit_once('.')
                .map_or(name, |(stem, _)| stem)
                .to_owned()
        };
        photos.iter().map(|photo| name(&photo.name)).collect()
    }
}

/// A plain photo; its name begins its id.
pub(super) fn photo(name: &str, taken: &str) -> PhotoAdded {
    let mut id = [0; 32];
    for (byte, letter) in id.iter_mut().zip(name.bytes()) {
        *byte = letter;
    }
    PhotoAdded {
        id: PhotoId(id),
        import: ImportId::default(),
        name: name.to_owned(),
        folder: String::new(),
        size: 1,
        mime: "image/jpeg".to_owned(),
        kind: Kind::Photo,
        width: 3,
        height: 2,
        taken: Taken {
            at: taken.parse().unwrap(),
            source: TakenSource::ExifOriginal,
        },
        camera_make: String::new(),
        camera_model: String::new(),
        lens: String::new(),
        exposure: Exposure::default(),
        position: None,
        altitude_m: None,
        orientation: 1,
        exif: Vec::new(),
        thumbhash: Vec::new(),
        tags: Vec::new(),
        albums: Vec::new(),
        people: Vec::new(),
        caption: String::new(),
        rating: 0,
        favorite: false,
        likeness: None,
        fields: BTreeMap::new(),
        warning: None,
    }
}

pub(super) fn at(lat: f64, lon: f64) -> Option<Position> {
    Some(Position { lat, lon })
}

pub(super) fn tags(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|&tag| tag.to_owned()).collect()
}
