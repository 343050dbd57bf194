//! `kinfolio restore`: this empty folder becomes a device with all that the household's bucket holds.
//! Its library is there as soon as the ledger is; what is waited for after that are the originals.

use std::fmt::Write;
use std::io::{IsTerminal, Read};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kinfolio_library::node::RecoveryKey;
use kinfolio_library::restore::{self, Restored};
use kinfolio_library::{Library, LibraryError, device_name, ledger};
use serde::Serialize;

use crate::failure::{Failure, PARTLY_DONE};
use crate::output::{Output, counted, safe};
use crate::usage::RestoreArgs;

/// More bytes than a file with a recovery key has.
const KEY_FILE_BYTES_MAX: u64 = 4096;

#[derive(Serialize)]
struct RestoredBody {
    household: String,
    device: String,
    path: String,
    height: u64,
    tip: String,
    /// Whether a checkpoint spared it replaying most of the ledger.
    from_checkpoint: bool,
    originals: u64,
    missing: Vec<MissingBody>,
    /// What kept originals from coming that were not even asked for.
    trouble: Option<String>,
    /// Other lines of the household's history that were not taken.
    others: Vec<String>,
    /// Whether it has not gone on with the household yet.
    restored: bool,
    seconds: f64,
}

#[derive(Serialize)]
struct MissingBody {
    id: String,
    reason: String,
}

pub(crate) async fn run(
    root: &Path,
    args: &RestoreArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    let key = key(&args.key)?;
    let device = args.device.clone().unwrap_or_else(device_name);
    let bar = bar(*output);
    let (mut from_checkpoint, others) = match restore::is_made_from(root, &args.bucket, &key)? {
        true => (false, Vec::new()),
        false => {
            let show = |blocks| bar.set_message(counted(blocks, "block", "blocks"));
            let restored = restore::restore(root, &args.bucket, &key, &device, &show).await;
            let Restored {
                household,
                from_checkpoint,
                others,
            } = restored?;
            bar.suspend(|| open_to_use(*output, root, &household));
            (from_checkpoint, others)
        }
    };
    let show = |here, all| {
        bar.set_length(all);
        bar.set_position(here);
    };
    let (status, originals) = loop {
        let library = Library::open(root).await?;
        let originals = restore::originals(&library, show).await;
        let status = ledger::status(&library).await?;
        library.close().await;
        match originals {
            // Opened again, everything is built from the ledger.
            Err(LibraryError::FalseCheckpoint { .. }) => from_checkpoint = false,
            originals => break (status, originals?),
        }
    };
    let (status, restored) = (status.node, status.restored);
    bar.finish_and_clear();
    let missing = originals.missing.into_iter();
    let body = RestoredBody {
        household: status.household,
        device: status.device.name,
        path: root.display().to_string(),
        height: status.tip.height,
        tip: status.tip.hash.to_string(),
        from_checkpoint,
        originals: originals.here,
        missing: missing
            .map(|(id, reason)| MissingBody {
                id: id.to_string(),
                reason,
            })
            .collect(),
        trouble: originals.trouble,
        others,
        restored,
        seconds: begun.elapsed().as_secs_f64(),
    };
    output.print(&body, describe)?;
    Ok(match body.missing.is_empty() && body.trouble.is_none() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(PARTLY_DONE),
    })
}

/// The key in a file, or on stdin. What stands there is not repeated, whatever is wrong with it.
fn key(file: &Path) -> Result<RecoveryKey, Failure> {
    let unread = |source| Failure::KeyUnread {
        path: file.display().to_string(),
        source,
    };
    let mut text = String::new();
    let read = match file.as_os_str() == "-" {
        true => std::io::stdin()
            .lock()
            .take(KEY_FILE_BYTES_MAX)
            .read_to_string(&mut text),
        false => std::fs::File::open(file)
            .and_then(|file| file.take(KEY_FILE_BYTES_MAX).read_to_string(&mut text)),
    };
    read.map_err(unread)?;
    text.parse().map_err(Failure::BadKey)
}

/// Tells a person who looks on that nothing more has to be waited for.
fn open_to_use(output: Output, root: &Path, household: &str) {
    if !output.is_json() {
        eprintln!(
            "The household {:?} lives in {} again; its originals come now. This can be ended at any time: `kinfolio serve` and the app go on with them.",
            safe(household),
            safe(&root.display().to_string())
        );
    }
}

/// A progress bar where a person looks on.
fn bar(output: Output) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if output.is_json() || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = "{wide_bar} {human_pos}/{human_len} originals  {msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn describe(body: &RestoredBody) -> String {
    let mut text = String::new();
    for missing in &body.missing {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "MISSING  {}", safe(&missing.reason));
    }
    if let Some(trouble) = &body.trouble {
        let _ = writeln!(text, "STOPPED  {}", safe(trouble));
    }
    if !body.missing.is_empty() || body.trouble.is_some() {
        text.push_str(
            "What is missing is asked for again by `kinfolio serve`, the app, and this command.\n",
        );
    }
    for other in &body.others {
        let _ = writeln!(
            text,
            "The bucket holds more than one ledger of this household, and the newest was taken. The other:\n{}.",
            safe(other)
        );
    }
    let _ = writeln!(
        text,
        "The household {:?} lives in {} again: {}, {}, in {:.1} s.",
        safe(&body.household),
        safe(&body.path),
        counted(body.height + 1, "block", "blocks"),
        counted(body.originals, "original", "originals"),
        body.seconds
    );
    if body.restored {
        text.push_str(
            "With the first change here this device becomes the household's only one, and the devices before it are\nremoved. If one of them still works, join it instead: kinfolio invite, there.\n",
        );
    }
    text
}
