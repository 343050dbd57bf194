//! How fast a large library is searched. `search_bench make FOLDER RECORDS SEED CROWD` makes the ledger of a
//! library of generated records, of which CROWD are of one month, and from it catalogue and index; `search_bench ask FOLDER RECORDS SEED ROUNDS`
//! opens it in a process of its own and asks. Both print JSON; what was made and asked is written beside the
//! library for whoever answers the same questions with something else: `records.jsonl`, `questions.jsonl`.

#![allow(clippy::print_stdout, reason = "it is run to be read")]

mod ask;
#[path = "../../../search/examples/timing/dice.rs"]
mod dice;
mod make;
mod question;
mod record;

use std::error::Error;
use std::path::Path;

use record::World;

/// As in the node that is measured.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    let report = match args[..] {
        ["make", folder, records, seed, crowd] => {
            let world = World::new(seed.parse()?, crowd.parse()?);
            runtime.block_on(make::make(Path::new(folder), &world, records.parse()?))?
        }
        ["ask", folder, records, seed, rounds] => {
            let seed = seed.parse()?;
            let questions = question::Asker::new(World::new(seed, 0), records.parse()?, seed);
            runtime.block_on(ask::ask(Path::new(folder), questions, rounds.parse()?))?
        }
        _ => {
            return Err(
                "say `make FOLDER RECORDS SEED CROWD` or `ask FOLDER RECORDS SEED ROUNDS`".into(),
            );
        }
    };
    println!("{report}");
    Ok(())
}
