//! `kinfolio sample`: generated photos.

use std::process::ExitCode;

use kinfolio_library::sample::{SampleOptions, generate};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Output, bytes, counted, safe};
use crate::usage::SampleArgs;

#[derive(Serialize)]
struct Made {
    count: u64,
    bytes: u64,
    to: String,
    seed: u64,
}

pub(crate) fn run(args: &SampleArgs, output: &Output) -> Result<ExitCode, Failure> {
    let count = u64::from(args.count);
    let small = SampleOptions::new(count, args.seed);
    let options = SampleOptions {
        pixels: args.pixels.unwrap_or(small.pixels),
        ..small
    };
    let bytes_made = generate(&args.to, &options)?;
    let to = args.to.display().to_string();
    let made = Made {
        count,
        bytes: bytes_made,
        to,
        seed: args.seed,
    };
    output.print(&made, |made| {
        let photos = counted(made.count, "photo", "photos");
        format!("{photos} ({}) in {}\n", bytes(made.bytes), safe(&made.to))
    })?;
    Ok(ExitCode::SUCCESS)
}
