//! Makes a library that is large but for its files: `cargo run --release -p kinfolio-library --example
//! large_library -- FOLDER [PHOTOS] [EDITS]`. The edits are what a household writes in years: the
//! photos, and then tags, captions and ratings of single ones, some to a block. For measuring how
//! a device joins such a household.

#![allow(clippy::print_stdout, reason = "it is run to be read")]

#[path = "../../search/examples/timing/dice.rs"]
mod dice;
#[path = "../../search/examples/timing/photo.rs"]
mod photo;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;
use dice::Dice;
use kinfolio_catalog::{Change, LibraryEdit};
use kinfolio_library::{Founding, founding};
use kinfolio_node::Node;
use photo::{TAGS, photo};

/// Edits that are written together, and end in one block.
const EDITS_TOGETHER: u64 = 20;

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
    let mut dice = Dice(n);
    let mut change = Change::default();
    match dice.roll(4) {
        0 => change.rating = Some(1 + dice.roll(5) as u8),
        1 => change.caption = Some(format!("What was to be said of it in edit {n}")),
        _ => change.add_tags = vec![dice.pick(&TAGS).to_owned()],
    }
    let photos = vec![photo(dice.roll(photos)).id];
    LibraryEdit::Change { photos, change }.encode()
}
