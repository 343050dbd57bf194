//! A chain without agreement: blocks as some devices could have written them.

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use kinfolio_chain::block::Draft;
use kinfolio_chain::{
    Batch, Block, BlockHash, ConfigHash, DeviceId, Founding, HistoryRoot, Incarnation, Member,
    Owner, Payload, RecoveryKey, Role,
};

use crate::payload::{
    ActionName, Exposure, Kind, LibraryEdit, Occasion, PhotoAdded, Position, Taken, TakenSource,
};
use crate::photo_id::{ActionId, ImportId, PhotoId};
use crate::wall_time::WallTime;

/// Blocks from the founding one on.
pub(super) struct Chain {
    blocks: Vec<Block>,
    /// The next sequence number of each device.
    seq: [u64; 8],
}

impl Chain {
    pub(super) fn founded() -> Chain {
        Chain::founded_by(&[1])
    }

    /// A household of these devices.
    pub(super) fn founded_by(devices: &[u8]) -> Chain {
        let member = |&n: &u8| {
            let key = SigningKey::from_bytes(&[n; 32]).verifying_key();
            let mut member = Member::new(format!("PC {n}"), key, Role::Voter);
            member.id = DeviceId([n; 16]);
            member
        };
        let founding = Founding {
            household: "Test".to_owned(),
            nonce: [0; 32],
            recovery: RecoveryKey::new([0; 32]).public_key(),
            members: devices.iter().map(member).collect(),
        };
        let mut chain = Chain {
            blocks: Vec::new(),
            seq: [0; 8],
        };
        chain.push(1, 0, vec![Payload::Founding(founding)]);
        chain
    }

    pub(super) fn device(&self, n: u8) -> DeviceId {
        DeviceId([n; 16])
    }

    pub(super) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// A block of one batch by a device that had seen `base`.
    pub(super) fn block(&mut self, device: u8, base: u64, edits: &[LibraryEdit]) {
        let payloads = edits.iter().map(|edit| Payload::Opaque(edit.encode()));
        self.push(device, base, payloads.collect());
    }

    /// The same, each edit in an action of its device.
    pub(super) fn acts(&mut self, device: u8, base: u64, edits: &[(u8, LibraryEdit)]) {
        let payload =
            |(action, edit): &(u8, LibraryEdit)| Payload::Opaque(edit.encode_on(occasion(*action)));
        self.push(device, base, edits.iter().map(payload).collect());
    }

    pub(super) fn raw_block(&mut self, device: u8, base: u64, payloads: Vec<Vec<u8>>) {
        let payloads = payloads
            .into_iter()
            .map(|bytes| Payload::Opaque(bytes.into()));
        self.push(device, base, payloads.collect());
    }

    fn push(&mut self, device: u8, base: u64, payloads: Vec<Payload>) {
        let author = Owner {
            device: DeviceId([device; 16]),
            incarnation: Incarnation {
                counter: 1,
                nonce: 0,
            },
        };
        let seq = &mut self.seq[usize::from(device)];
        let batch = Batch {
            line: 0,
            author,
            first_seq: *seq,
            base,
            payloads,
            signature: ed25519_dalek::Signature::from_bytes(&[0; 64]),
        };
        *seq = batch.next_seq();
        let height = self.blocks.len() as u64;
        let draft = Draft {
            height,
            prev: self.blocks.last().map_or(BlockHash::NONE, Block::hash),
            config_hash: ConfigHash([0; 32]),
            config_hash_next: ConfigHash([0; 32]),
            history_root: HistoryRoot::EMPTY,
            state_root: None,
            timestamp_ms: 1_000 * i64::try_from(height).unwrap(),
            proposer: author,
            next_owner: author,
        };
        self.blocks.push(Block::build(draft, vec![batch]));
    }
}

/// The undo of an action.
pub(super) fn undo(device: u8, action: u8) -> LibraryEdit {
    LibraryEdit::Undo(ActionName {
        device: DeviceId([device; 16]),
        action: ActionId([action; 8]),
    })
}

pub(super) fn photo(n: u8, taken: &str) -> LibraryEdit {
    tagged(n, taken, &[])
}

pub(super) fn tagged(n: u8, taken: &str, tags: &[&str]) -> LibraryEdit {
    let at: WallTime = taken.parse().unwrap();
    LibraryEdit::PhotoAdded(Box::new(PhotoAdded {
        id: PhotoId([n; 32]),
        import: ImportId([n; 8]),
        name: format!("{n}.jpg"),
        folder: "holiday".to_owned(),
        size: 1_000,
        mime: "image/jpeg".to_owned(),
        kind: Kind::Photo,
        width: 6,
        height: 4,
        taken: Taken {
            at,
            source: TakenSource::ExifOriginal,
        },
        camera_make: "NIKON".to_owned(),
        camera_model: "D70".to_owned(),
        lens: String::new(),
        exposure: Exposure::default(),
        position: Some(Position { lat: 1.0, lon: 2.0 }),
        altitude_m: None,
        orientation: 1,
        exif: vec![("Make".to_owned(), "NIKON".to_owned())],
        thumbhash: vec![1, 2, 3],
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        albums: Vec::new(),
        people: Vec::new(),
        caption: String::new(),
        rating: 0,
        favorite: false,
        likeness: None,
        fields: BTreeMap::new(),
        warning: None,
    }))
}

/// Of an action, and of a moment that tells it.
pub(super) fn occasion(action: u8) -> Occasion {
    Occasion {
        action: Some(ActionId([action; 8])),
        written_ms: Some(i64::from(action) * 1000),
    }
}
