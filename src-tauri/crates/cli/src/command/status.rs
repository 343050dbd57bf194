//! `kinfolio status`.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::ledger::{LedgerStatus, MemberBody};
use kinfolio_http::dto::tasks::BucketBody;

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
    if let Some(bucket) = &status.bucket {
        text.push_str(&in_bucket(bucket));
    }
    if let Some(proving) = &status.proving {
        let _ = writeln!(
            text,
            "proving    blocks up to {} of {} are found to say what is shown here",
            grouped(proving.height),
            grouped(proving.of),
        );
    }
    if let Some(coming) = status.coming.filter(|coming| *coming > 0) {
        let _ = writeln!(
            text,
            "originals  {} still to come here",
            counted(coming, "original", "originals")
        );
    }
    if status.restored {
        let _ = writeln!(
            text,
            "restored   from a bucket: this device shows what that held. The first change here goes on with the household, with this as its only device, unless another restored one was first; others can join it again"
        );
    }
    if let Some(standing) = advice(&status.standing, &device.id, &status.members) {
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
        for trouble in troubles(member) {
            let _ = writeln!(text, "           {}", safe(&trouble));
        }
    }
    text
}

/// How this device gets on with the bucket.
fn in_bucket(bucket: &BucketBody) -> String {
    let address = bucket.bucket.as_deref().unwrap_or("set, but not usable");
    let kind = match (bucket.encrypted, bucket.votes) {
        (true, true) => "encrypted, votes",
        (true, false) => "encrypted",
        (false, true) => "not encrypted, votes",
        (false, false) => "not encrypted",
    };
    let originals = match (bucket.originals, bucket.waiting) {
        (Some(stored), Some(waiting)) => format!(
            "{} stored, {} waiting",
            counted(stored, "original", "originals"),
            grouped(waiting)
        ),
        _ => "originals not counted yet".to_owned(),
    };
    let ledger = match bucket.blocks_behind {
        None => "ledger not looked at yet".to_owned(),
        Some(0) => "ledger up to date".to_owned(),
        Some(behind) => format!("{} behind", counted(behind, "block", "blocks")),
    };
    let mut text = format!(
        "bucket     {} ({kind}); {originals}; {ledger}\n",
        safe(address)
    );
    if let Some(trouble) = &bucket.trouble {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "           {}", safe(trouble));
    }
    text
}

/// What is wrong with a device, as this one knows it.
pub(super) fn troubles(member: &MemberBody) -> Vec<String> {
    let name = &member.name;
    let trouble = member.trouble.as_ref();
    let trouble = trouble.map(|trouble| format!("{name}: {trouble}"));
    let full = member.disk_full.then(|| {
        format!("{name}: its disk is full, so that it neither stores nor shows what is new: make room there")
    });
    let clock = member.clock_ahead_seconds.map(|ahead| {
        let way = if ahead < 0 { "behind" } else { "ahead of" };
        let far = length(ahead.unsigned_abs());
        format!("the clock of {name} is {far} {way} the other devices': set the wrong one right")
    });
    [trouble, full, clock].into_iter().flatten().collect()
}

/// About how long that is, more than ten minutes: the way of a message does not show.
fn length(seconds: u64) -> String {
    let about = |unit: u64| (seconds + unit / 2) / unit;
    match seconds {
        0..7200 => counted(about(60), "minute", "minutes"),
        7200..172_800 => counted(about(3600), "hour", "hours"),
        _ => counted(about(86_400), "day", "days"),
    }
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

/// What a device should know that does not vote, of which `members` are all that it knows of.
pub(super) fn advice(standing: &str, device: &str, members: &[MemberBody]) -> Option<String> {
    let text = match standing {
        "healing" => {
            let others = |one: &&MemberBody| one.role != "observer" && one.id != device;
            let mut others = members.iter().filter(others).peekable();
            if others.peek().is_none() {
                return Some("healing: this folder was put back from an earlier time, copied or moved, and there is no other device that knows what it may lack. It shows what it has, and what is done here waits. Where the folder that it was copied from is in use, stop this one; else go on with it: kinfolio devices recover".to_owned());
            }
            let more = match others.all(|one| one.reachable) {
                false => "start them",
                true => {
                    "all are within reach: where this lasts, they do not vote either. If nobody is left who does, go on from one of them: kinfolio devices recover"
                }
            };
            return Some(format!(
                "being healed: the ledger was damaged, or the folder was put back from an earlier time, copied or moved. It follows and takes edits, and votes again once more than half of the other voters have been within reach: {more}. Where the folder that this one was copied from is in use as well, stop one of the two"
            ));
        }
        "superseded" => {
            "superseded: a copy of this device, or a later state of its disk, was seen; stop one of the two and start the other again"
        }
        "removed" => {
            "removed: the household has removed this device; what is done here reaches nobody. It can come back by an invitation, in a new folder"
        }
        "forked" => {
            "forked: another device holds other blocks, and no majority says which are right; keep both folders"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_with_a_device_is_told_by_its_name_with_what_to_do() {
        let check = |more: serde_json::Value, expected: &[&str]| {
            let mut member = json!({
                "id": "aa", "name": "Tiny", "role": "voter", "reachable": true, "placement": "all",
                "silent_seconds": 0, "pruned": false, "disk_full": false,
            });
            for (key, value) in more.as_object().unwrap() {
                member[key] = value.clone();
            }
            let member: MemberBody = serde_json::from_value(member).unwrap();
            assert_eq!(troubles(&member), expected, "{more}");
        };
        let full = "Tiny: its disk is full, so that it neither stores nor shows what is new: make room there";
        check(json!({}), &[]);
        check(json!({ "trouble": "it is old" }), &["Tiny: it is old"]);
        check(json!({ "disk_full": true }), &[full]);
        let ahead = |seconds: i64| json!({ "clock_ahead_seconds": seconds });
        let off = |far: &str| {
            format!("the clock of Tiny is {far} the other devices': set the wrong one right")
        };
        check(ahead(365 * 86_400), &[&off("365 days ahead of")]);
        check(ahead(365 * 86_400 - 1), &[&off("365 days ahead of")]);
        check(ahead(-86_400), &[&off("24 hours behind")]);
        check(ahead(-660), &[&off("11 minutes behind")]);
    }

    #[test]
    fn a_device_that_does_not_vote_is_told_what_helps() {
        let member = |id: &str, reachable: bool| {
            let member = json!({
                "id": id, "name": id, "role": "voter", "reachable": reachable, "placement": "all",
                "silent_seconds": 0, "pruned": false, "disk_full": false,
            });
            serde_json::from_value::<MemberBody>(member).unwrap()
        };
        let check = |standing: &str, members: &[(&str, bool)], expected: Option<&str>| {
            let members: Vec<_> = members.iter().map(|(id, up)| member(id, *up)).collect();
            let told = advice(standing, "me", &members);
            let says = |told: &String| expected.is_some_and(|text| told.contains(text));
            assert_eq!(told.as_ref().map(says), expected.map(|_| true), "{told:?}");
        };
        check("good", &[("me", true), ("you", false)], None);
        let away = [("me", true), ("you", false)];
        check("healing", &away, Some("within reach: start them"));
        let there = [("me", true), ("you", true)];
        check("healing", &there, Some("go on from one of them"));
        let alone = [("me", true)];
        check("healing", &alone, Some("else go on with it"));
        check("superseded", &there, Some("stop one of the two"));
    }
}
