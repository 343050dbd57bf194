//! The index of a closed segment: where its blocks stand, and the chain at its end.
//!
//! Derived from the segment. One that is missing, damaged or of another version is made again.

use std::path::Path;

use bytes::Bytes;

use crate::apply::ChainState;
use crate::id::{Height, Incarnation};
use crate::store::disk::{BlockReader, Place};
use crate::store::fault::{StoreError, io};
use crate::store::files::{self, Files};
use crate::store::record::BODY_BYTES_MAX;
use crate::store::replay::Replay;
use crate::store::{Abstention, Recovered};
use crate::wire::{Reader, WireError, Writer};

const VERSION: u32 = 2;

pub(super) struct Index {
    segment: u32,
    first_height: Height,
    places: Vec<Place>,
    state: Option<ChainState>,
    incarnation: Option<Incarnation>,
    abstention: Abstention,
}

impl Index {
    /// The index of the segment that `replay` has just come to the end of.
    pub(super) fn of(replay: &Replay, segment: u32, blocks: &BlockReader) -> Self {
        let places = blocks.places_of(segment);
        let state = replay.known.state.clone();
        let next = state.as_ref().map_or(0, |state| state.height() + 1);
        let first_height = next - places.len() as u64;
        Self {
            segment,
            first_height,
            places,
            state,
            incarnation: replay.known.incarnation,
            abstention: replay.known.abstention.clone(),
        }
    }

    /// Publishes the blocks and goes on from the snapshot.
    pub(super) fn resume(self, blocks: &BlockReader) -> Replay {
        for (height, place) in (self.first_height..).zip(&self.places) {
            blocks.publish(height, *place);
        }
        let known = Recovered {
            state: self.state,
            incarnation: self.incarnation,
            abstention: self.abstention,
            sealed: true,
            ..Recovered::default()
        };
        Replay::resume(known)
    }

    /// Writes the index beside its segment. A half-written one is told by its checksum.
    pub(super) fn write(&self, files: &dyn Files, path: &Path) -> Result<(), StoreError> {
        let mut bytes = self.encode();
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        let written = files.create(path).and_then(|file| file.write_at(&bytes, 0));
        written.map_err(io("could not write", path))?;
        files::sync_folder_of(files, path)
    }

    /// Reads the index of a segment of `length` bytes whose first block is at `first_height`;
    /// nothing if it is not usable.
    pub(super) fn read(
        files: &dyn Files,
        path: &Path,
        segment: u32,
        length: u64,
        first_height: Height,
    ) -> Option<Self> {
        let bytes = files::read(files, path).ok()?;
        let (body, checksum) = bytes.split_last_chunk::<4>()?;
        if crc32c::crc32c(body).to_le_bytes() != *checksum {
            return None;
        }
        let index = Self::decode(Bytes::copy_from_slice(body)).ok()?;
        let end = |place: &Place| u64::from(place.offset) + u64::from(place.length);
        let fits = index.segment == segment
            && index.first_height == first_height
            && index.places.iter().all(|place| end(place) <= length);
        fits.then_some(index)
    }

    fn encode(&self) -> Vec<u8> {
        let mut to = Writer::new();
        to.u32(VERSION);
        to.u32(self.segment);
        to.u64(self.first_height);
        to.len(self.places.len());
        for place in &self.places {
            to.u32(place.offset);
            to.u32(place.length);
        }
        to.u8(self.incarnation.is_some().into());
        if let Some(incarnation) = self.incarnation {
            to.u64(incarnation.counter);
            to.u64(incarnation.nonce);
        }
        let mut abstention = Writer::new();
        self.abstention.encode(&mut abstention);
        to.blob(&abstention.finish());
        to.u8(self.state.is_some().into());
        if let Some(state) = &self.state {
            state.encode(&mut to);
        }
        to.finish()
    }

    fn decode(bytes: Bytes) -> Result<Self, WireError> {
        let mut from = Reader::new(bytes);
        let version = from.u32("an index's version")?;
        if version != VERSION {
            return Err(WireError::Unknown {
                what: "an index's version",
                value: version.into(),
            });
        }
        let segment = from.u32("an index's segment")?;
        let first_height = from.u64("an index's first height")?;
        let count = from.len("an index's blocks", u32::MAX as usize, 8)?;
        let mut places = Vec::with_capacity(count);
        for _ in 0..count {
            let offset = from.u32("a block's place")?;
            let length = from.u32("a block's length")?;
            places.push(Place {
                segment,
                offset,
                length,
            });
        }
        let incarnation = match from.u8("an incarnation")? {
            0 => None,
            _ => Some(Incarnation {
                counter: from.u64("an incarnation's counter")?,
                nonce: from.u64("an incarnation's nonce")?,
            }),
        };
        let abstention = from.blob("an abstention", BODY_BYTES_MAX)?;
        let abstention = Abstention::decode(&abstention)?;
        let state = match from.u8("a snapshot")? {
            0 => None,
            _ => Some(ChainState::decode(&mut from)?),
        };
        from.end("an index")?;
        Ok(Self {
            segment,
            first_height,
            places,
            state,
            incarnation,
            abstention,
        })
    }
}
