//! Makes a library that is large but for its files: `cargo run --release -p kinfolio-library --example
//! large_library -- FOLDER [PHOTOS] [EDITS]`. The edits are what a household writes in years: the
//! photos, and then tags, captions and ratings of single ones, some to a block. For measuring how
//! a device joins such a household.

#![allow(clippy::print_stdout, reason = "it is run to be read")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;
use kinfolio_catalog::{
    Change, Exposure, ImportId, Kind, LibraryEdit, PhotoAdded, PhotoId, Position, Taken,
    TakenSource, WallTime,
};
use kinfolio_library::{Founding, founding};
use kinfolio_node::Node;

/// Edits that are written together, and end in one block.
const EDITS_TOGETHER: u64 = 20;

const YEAR_MS: i64 = 31_557_600_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let folder = PathBuf::from(args.next().ok_or("name a folder that is not there")?);
    let mut number = |default| match args.next() {
        Some(text) => text.to_string_lossy().parse::<u64>(),
        None => Ok(default),
    };
    let (photos, edits) = (number(100_000)?, number(1_000_000)?);
    tokio::runtime::Runtime::new()?.block_on(make(&folder, photos, edits))
}

async fn make(folder: &Path, photos: u64, edits: u64) -> Result<(), Box<dyn Error>> {
    let founding = Founding {
        household: "A large household".to_owned(),
        device: "Study PC".to_owned(),
    };
    founding::found(folder, &founding)?;
    let node = Node::open(folder)?;
    let began = Instant::now();
    for first in (0..edits).step_by(EDITS_TOGETHER as usize) {
        let some = first..(first + EDITS_TOGETHER).min(edits);
        node.submit(some.map(|n| edit(n, photos)).collect()).await?;
    }
    println!(
        "{edits} edits of {photos} photos in {} blocks, tip {}: {:.0} s",
        node.tip().height,
        node.tip().hash,
        began.elapsed().as_secs_f64()
    );
    node.close().await?;
    Ok(())
}

/// The `n`-th edit: the photos first.
fn edit(n: u64, photos: u64) -> Bytes {
    if n < photos {
        return LibraryEdit::PhotoAdded(Box::new(photo(n))).encode();
    }
    let roll = scrambled(n);
    let mut change = Change::default();
    match roll % 4 {
        0 => change.rating = Some(1 + (roll >> 8 & 3) as u8),
        1 => change.caption = Some(format!("What was to be said of it in edit {n}")),
        _ => change.add_tags = vec![tag(roll >> 8)],
    }
    let photos = vec![id((roll >> 16) % photos)];
    LibraryEdit::Change { photos, change }.encode()
}

fn photo(n: u64) -> PhotoAdded {
    let roll = scrambled(n);
    PhotoAdded {
        id: id(n),
        import: ImportId([1; 8]),
        name: format!("IMG_{n:07}.jpg"),
        folder: format!("camera/{}", n / 1000),
        size: 4_000_000,
        mime: "image/jpeg".to_owned(),
        kind: Kind::Photo,
        width: 4000,
        height: 3000,
        taken: Taken {
            at: WallTime {
                wall_ms: 40 * YEAR_MS + (roll % (15 * YEAR_MS as u64)).cast_signed(),
                offset_minutes: Some(60),
            },
            source: TakenSource::ExifOriginal,
        },
        camera_make: "Canon".to_owned(),
        camera_model: format!("EOS {}D", 10 + roll % 80),
        lens: "18-70mm f/3.5-4.5".to_owned(),
        exposure: Exposure {
            iso: Some(100 << (roll % 6)),
            ..Exposure::default()
        },
        position: Position::new((roll % 170) as f64 - 85.0, (roll % 350) as f64 - 175.0).ok(),
        altitude_m: None,
        orientation: 1,
        exif: (0..12)
            .map(|field| (format!("Field{field}"), format!("a value of {field}")))
            .collect(),
        thumbhash: vec![7; 25],
        tags: vec![tag(roll)],
        warning: None,
    }
}

fn tag(roll: u64) -> String {
    format!("holiday/{}/{}", roll % 12, roll % 60)
}

fn id(n: u64) -> PhotoId {
    let mut id = [0; 32];
    for (part, word) in (0..).zip(id.chunks_exact_mut(8)) {
        word.copy_from_slice(&scrambled(n * 4 + part).to_be_bytes());
    }
    PhotoId(id)
}

/// A number that looks random and is always the same: splitmix64.
fn scrambled(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
