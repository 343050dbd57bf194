//! `kinfolio verify`: the chain and the originals, checked. Writes nothing and needs no node.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use kinfolio_library::verify::{Report, verify};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Output, counted, safe};
use crate::usage::VerifyArgs;

#[derive(Serialize)]
struct Verified {
    ok: bool,
    blocks: u64,
    edits: u64,
    originals: u64,
    faults: Vec<FaultBody>,
    seconds: f64,
}

#[derive(Serialize)]
struct FaultBody {
    what: String,
    #[serde(rename = "where")]
    place: String,
    detail: String,
}

pub(crate) fn run(root: &Path, args: &VerifyArgs, output: &Output) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    let report = verify(root, args.deep)?;
    let verified = shaped(report, begun.elapsed().as_secs_f64());
    output.print(&verified, |verified| describe(verified, args.deep))?;
    Ok(if verified.ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn shaped(report: Report, seconds: f64) -> Verified {
    let faults: Vec<_> = report
        .faults
        .into_iter()
        .map(|fault| FaultBody {
            what: fault.what,
            place: fault.place,
            detail: fault.detail,
        })
        .collect();
    Verified {
        ok: faults.is_empty(),
        blocks: report.blocks,
        edits: report.edits,
        originals: report.originals,
        faults,
        seconds,
    }
}

fn describe(verified: &Verified, deep: bool) -> String {
    let mut text = String::new();
    for fault in &verified.faults {
        let (what, place, detail) = (safe(&fault.what), safe(&fault.place), safe(&fault.detail));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "FAULT  {what} at {place}: {detail}");
    }
    let originals = counted(verified.originals, "original", "originals");
    let looked = if deep {
        "hashed again"
    } else {
        "counted (--deep hashes them again)"
    };
    let _ = writeln!(
        text,
        "{}, {}: every hash and signature checked; {originals} {looked}; {:.1} s",
        counted(verified.blocks, "block", "blocks"),
        counted(verified.edits, "edit", "edits"),
        verified.seconds
    );
    let _ = match verified.faults.len() {
        0 => writeln!(text, "No fault found."),
        count => writeln!(text, "{} found.", counted(count as u64, "fault", "faults")),
    };
    text
}
