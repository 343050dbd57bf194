//! How fast the catalogue and the index are on a generated library:
//! `cargo run --release -p kinfolio-search --example timing -- 100000`

mod dice;
mod photo;

use std::error::Error;
use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use ed25519_dalek::Signature;
use kinfolio_catalog::{Catalog, LibraryEdit};
use kinfolio_chain::block::Draft;
use kinfolio_chain::{
    Batch, Block, BlockHash, ConfigHash, DeviceId, HistoryRoot, Incarnation, Owner, Payload,
};
use kinfolio_search::{Index, Query};
use photo::photo;

/// Photos in one block, as a group commit of an import makes them.
const BLOCK_PHOTOS: u64 = 50;
const ROUNDS: usize = 40;

const QUERIES: [&str; 16] = [
    "",
    "b",
    "be",
    "bea",
    "beach ",
    "baech ",
    "img_12",
    "grandma beach",
    "tag:holiday/greece",
    "tag:holiday/greece near:38,23,200km taken:2019",
    "tag:beach -tag:holiday rating:>=4",
    "camera:nikon iso:>800",
    "taken:2019-07..2019-08",
    "near:48.85,2.35,10km",
    "near:-17,180,500km",
    "in:40,-10,60,30",
];

fn main() -> Result<(), Box<dyn Error>> {
    let photos: u64 = std::env::args().nth(1).map_or(Ok(100_000), |n| n.parse())?;
    let dir = tempfile::tempdir()?;
    let (catalog_dir, index_dir) = (dir.path().join("catalog"), dir.path().join("index"));
    let blocks = blocks(photos);
    let mut out = stdout().lock();

    let catalog = Catalog::open(&catalog_dir)?;
    let begun = Instant::now();
    for some in blocks.chunks(20) {
        catalog.apply(some)?;
    }
    catalog.sync()?;
    rate(&mut out, "catalogue", photos, begun.elapsed())?;
    let index = Index::open(&index_dir)?;
    let begun = Instant::now();
    index.follow(&catalog.view()?)?;
    rate(&mut out, "index", photos, begun.elapsed())?;
    let begun = Instant::now();
    catalog.state_hash()?;
    writeln!(out, "state hash: {:.0?}", begun.elapsed())?;
    drop((index, catalog));

    let begun = Instant::now();
    let catalog = Catalog::open(&catalog_dir)?;
    let catalog_opened = begun.elapsed();
    let index = Index::open(&index_dir)?;
    writeln!(
        out,
        "opening: catalogue {catalog_opened:.1?}, both {:.1?}",
        begun.elapsed()
    )?;
    for text in QUERIES {
        let query = Query::parse(text)?;
        let mut times = Vec::new();
        let mut total = 0;
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            total = index
                .search(&catalog.view()?, &query, query.default_sort(), None, 100)?
                .total;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        let (p50, p95) = (times[ROUNDS / 2], times[ROUNDS * 95 / 100]);
        writeln!(
            out,
            "p50 {p50:>9.2?}  p95 {p95:>9.2?}  {total:>7} for `{text}`"
        )?;
    }
    Ok(())
}

fn rate(out: &mut impl Write, what: &str, photos: u64, took: Duration) -> std::io::Result<()> {
    let per_second = photos as f64 / took.as_secs_f64();
    writeln!(
        out,
        "{what}: {photos} photos in {took:.1?}, {per_second:.0} a second"
    )
}

fn blocks(photos: u64) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let author = Owner {
        device: DeviceId([1; 16]),
        incarnation: Incarnation {
            counter: 1,
            nonce: 1,
        },
    };
    for first in (0..photos).step_by(usize::try_from(BLOCK_PHOTOS).unwrap_or(usize::MAX)) {
        let some = first..(first + BLOCK_PHOTOS).min(photos);
        let payload = |n| Payload::Opaque(LibraryEdit::PhotoAdded(Box::new(photo(n))).encode());
        let height = blocks.len() as u64;
        let batch = Batch {
            author,
            line: 0,
            first_seq: first,
            base: height.saturating_sub(1),
            payloads: some.map(payload).collect(),
            signature: Signature::from_bytes(&[0; 64]),
        };
        let draft = Draft {
            height,
            prev: blocks.last().map_or(BlockHash::NONE, Block::hash),
            config_hash: ConfigHash([0; 32]),
            config_hash_next: ConfigHash([0; 32]),
            history_root: HistoryRoot::EMPTY,
            state_root: None,
            timestamp_ms: 0,
            proposer: author,
            next_owner: author,
        };
        blocks.push(Block::build(draft, vec![batch]));
    }
    blocks
}
