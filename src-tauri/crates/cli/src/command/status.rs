//! `kinfolio status`.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::ledger::{LedgerStatus, MemberBody};

use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, counted, grouped, safe};

pub(crate) async fn run(root: &Path, output: &Output) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let status = api.get::<LedgerStatus>("/api/v1/ledger").await;
    api.close().await;
    output.print(&status?, describe)?;
    Ok(ExitCode::SUCCESS)
}

fn describe(status: &LedgerStatus) -> String {
    let device = &status.device;
    let quorum = if status.quorum { "yes" } else { "no" };
    let mut text = format!(
        "household  {}\ndevice     {} ({}, {})\nchain      block {}, tip {}\n\
         pending    {}\nquorum     {quorum}\nphotos     {}\n",
        safe(&status.household),
        safe(&device.name),
        device.role,
        device.id,
        grouped(status.height),
        status.tip,
        grouped(status.pending),
        grouped(status.photos),
    );
    let scrub = &status.scrub;
    let now = if scrub.running { "under way" } else { "idle" };
    let last = match &scrub.finished_at {
        Some(at) => format!("last through {at}"),
        None => "not through yet".to_owned(),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "scrub      {now}; {} checked, {} repaired, {} missing; {last}",
        grouped(scrub.checked),
        grouped(scrub.repaired),
        grouped(scrub.missing),
    );
    if let Some(proving) = &status.proving {
        let _ = writeln!(
            text,
            "proving    blocks up to {} of {} are found to say what is shown here",
            grouped(proving.height),
            grouped(proving.of),
        );
    }
    if let Some(standing) = advice(&status.standing) {
        let _ = writeln!(text, "standing   {standing}");
    }
    for member in &status.members {
        let reach = if member.reachable {
            "reachable"
        } else {
            "away"
        };
        let height = member
            .height
            .map_or_else(String::new, |height| format!(", block {}", grouped(height)));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "member     {} ({}, {reach}{height}{})",
            safe(&member.name),
            member.role,
            told(member)
        );
        if let Some(trouble) = &member.trouble {
            let _ = writeln!(text, "           {}: {}", safe(&member.name), safe(trouble));
        }
    }
    text
}

/// What waits on a device, what it holds, and what it has room for.
fn told(member: &MemberBody) -> String {
    let pending = member.pending.filter(|pending| *pending > 0);
    let pending = pending.map(|pending| format!("{} pending", grouped(pending)));
    let originals = member
        .originals
        .map(|count| counted(count, "original", "originals"));
    let free = member
        .free_bytes
        .map(|bytes| format!("{} GB free", grouped(bytes / 1_000_000_000)));
    let told = [pending, originals, free].into_iter().flatten();
    told.fold(String::new(), |text, one| format!("{text}, {one}"))
}

/// What a device that does not vote should know.
pub(super) fn advice(standing: &str) -> Option<&'static str> {
    match standing {
        "healing" => Some(
            "being healed: the ledger was damaged, or the folder was put back from an earlier time, copied or moved. It follows and takes edits, and votes again once more than half of the other voters have been within reach: start them",
        ),
        "superseded" => Some(
            "superseded: a copy of this device, or a later state of its disk, was seen; stop one of the two and start the other again",
        ),
        "removed" => Some(
            "removed: the household has removed this device; what is done here reaches nobody. It can come back by an invitation, in a new folder",
        ),
        "forked" => Some(
            "forked: another device holds other blocks, and no majority says which are right; keep both folders",
        ),
        _ => None,
    }
}
