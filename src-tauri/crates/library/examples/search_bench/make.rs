//! Makes a library that is large but for its files, and says how fast catalogue and index were made
//! from its ledger. Follows the chain as the library does; knows nothing of questions.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use kinfolio_library::catalog::{Catalog, LibraryEdit, PhotoAdded};
use kinfolio_library::node::Node;
use kinfolio_library::{Founding, founding};
use kinfolio_search::{Index, folded};
use serde_json::{Value, json};

use crate::record::World;

/// Photos of one block, as a fast import brings them.
const BLOCK_PHOTOS: u64 = 100;
/// Blocks applied in one transaction, as `follow` does.
const BLOCKS_PER_STEP: usize = 64;

pub(crate) async fn make(
    folder: &Path,
    world: &World,
    records: u64,
) -> Result<Value, Box<dyn Error>> {
    let library = folder.join("library");
    let founding = Founding {
        household: "A large household".to_owned(),
        device: "Study PC".to_owned(),
    };
    founding::found(&library, &founding)?;
    write_records(&folder.join("records.jsonl"), world, records)?;
    let node = Node::open(&library)?;
    for first in (0..records).step_by(BLOCK_PHOTOS as usize) {
        let some = first..(first + BLOCK_PHOTOS).min(records);
        let edits = some.map(|n| LibraryEdit::PhotoAdded(Box::new(world.photo(n))).encode());
        node.submit(edits.collect()).await?;
    }
    node.close().await?;

    let node = Node::open(&library)?;
    let began = Instant::now();
    let catalog = Catalog::open(&library.join("catalog"))?;
    loop {
        let next = catalog.height().map_or(0, |height| height + 1);
        let blocks = node.blocks(next, BLOCKS_PER_STEP)?;
        if blocks.is_empty() {
            break;
        }
        catalog.apply(&blocks)?;
    }
    catalog.sync()?;
    let catalogued = began.elapsed();
    let began = Instant::now();
    let index = Index::open(&library.join("index"))?;
    index.follow(&catalog.view()?)?;
    let indexed = began.elapsed();
    let blocks = node.tip().height;
    drop((index, catalog));
    node.close().await?;
    let per_s = |took: Duration| (records as f64 / took.as_secs_f64()).round();
    Ok(json!({
        "records": records,
        "blocks": blocks,
        "catalog_records_per_s": per_s(catalogued),
        "index_records_per_s": per_s(indexed),
        "records_per_s": per_s(catalogued + indexed),
        "ledger_bytes": bytes_in(&library.join("ledger"))?,
        "catalog_bytes": bytes_in(&library.join("catalog"))?,
        "index_bytes": bytes_in(&library.join("index"))?,
    }))
}

fn write_records(path: &Path, world: &World, records: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for n in 0..records {
        writeln!(out, "{}", line(&world.photo(n)))?;
    }
    out.flush()
}

/// A record for another engine: texts folded as ours are, so that both have the same words.
fn line(photo: &PhotoAdded) -> Value {
    let fold_all = |labels: &[String]| labels.iter().map(|one| folded(one)).collect::<Vec<_>>();
    let at = photo.position;
    let place = at
        .and_then(|at| kinfolio_places::name(at.lat, at.lon))
        .map_or_else(Vec::new, |place| {
            let mut names = place.aliases();
            names.insert(0, place.to_string());
            fold_all(&names)
        });
    json!({
        "id": photo.id,
        "name": folded(&photo.name),
        "caption": folded(&photo.caption),
        "tags": fold_all(&photo.tags),
        "albums": fold_all(&photo.albums),
        "people": fold_all(&photo.people),
        "place": place,
        "camera": folded(&format!("{} {}", photo.camera_make, photo.camera_model)),
        "lens": folded(&photo.lens),
        "iso": photo.exposure.iso,
        "rating": photo.rating,
        "favorite": photo.favorite,
        "taken": photo.taken.at.wall_ms,
        "position": at.map(|at| [at.lat, at.lon]),
        "shown": { "exif": photo.exif, "folder": photo.folder, "size": photo.size, "mime": photo.mime },
    })
}

fn bytes_in(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        bytes += if kind.is_dir() {
            bytes_in(&entry.path())?
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes)
}
