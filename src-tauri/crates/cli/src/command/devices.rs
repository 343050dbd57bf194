//! `kinfolio devices`: who belongs to the household; `remove` takes one out for good, `recover` goes on
//! without a majority that is lost, `follow` goes with a device that did.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::household::{
    HouseholdChanged, InvitationListed, InvitationState, RecoverBody, RecoveredBody,
};
use kinfolio_http::dto::ledger::{LedgerStatus, MemberBody};
use serde::Serialize;

use super::status::troubles;
use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, complain, counted, grouped, safe};
use crate::usage::{DeviceArgs, DevicesArgs, DevicesCommand};

/// What `kinfolio devices --json` prints.
#[derive(Serialize)]
struct Listed {
    household: String,
    devices: Vec<MemberBody>,
    invitations: Vec<InvitationListed>,
    /// This device's id, which the text marks.
    device: String,
}

pub(crate) async fn run(
    root: &Path,
    args: &DevicesArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = match &args.command {
        // Whoever is within reach has to be asked.
        Some(DevicesCommand::Recover) => Api::open_and_meet(root).await?,
        _ => Api::open(root).await?,
    };
    let done = match &args.command {
        None => list(&api, output).await,
        Some(DevicesCommand::Remove(args)) => remove(&api, args, output).await,
        Some(DevicesCommand::Recover) => recover(&api, output).await,
        Some(DevicesCommand::Follow(args)) => follow(&api, args, output).await,
    };
    api.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn list(api: &Api, output: &Output) -> Result<(), Failure> {
    let status: LedgerStatus = api.get("/api/v1/ledger").await?;
    let listed = Listed {
        household: status.household,
        devices: status.members,
        invitations: api.get("/api/v1/invitations").await?,
        device: status.device.id,
    };
    output.print(&listed, describe)
}

async fn remove(api: &Api, args: &DeviceArgs, output: &Output) -> Result<(), Failure> {
    let devices: Vec<MemberBody> = api.get("/api/v1/devices").await?;
    let device = named(&devices, &args.id)?;
    if let Some(sole @ 1..) = device.sole_originals {
        complain(&format!(
            "{} known to be on {:?} only: the household loses what no other device has of them. They stay on its own disk.",
            counted(sole, "original is", "originals are"),
            safe(&device.name)
        ));
    }
    let path = format!("/api/v1/devices/{}", device.id);
    let changed: HouseholdChanged = api.delete(&path).await?;
    output.print(&changed, |changed| {
        let name = safe(&device.name);
        match changed.state {
            kinfolio_http::dto::State::Committed => format!(
                "{name:?} is removed: its key is refused from now on. To come back it needs an invitation.\n"
            ),
            kinfolio_http::dto::State::Pending => format!(
                "{name:?} will be removed as soon as a majority of the household's devices can be reached.\n"
            ),
        }
    })
}

async fn recover(api: &Api, output: &Output) -> Result<(), Failure> {
    let body = RecoverBody::default();
    let begun: RecoveredBody = api.post("/api/v1/devices/recover", &body).await?;
    output.print(&begun, |begun| {
        format!(
            "This device goes on alone from block {} on. Whoever of the others comes back follows it, and brings what it had not sent yet. Remove those that never will: kinfolio devices remove ID\n",
            grouped(begun.height)
        )
    })
}

/// What `kinfolio devices follow --json` prints.
#[derive(Serialize)]
struct Followed<'a> {
    follows: &'a str,
}

async fn follow(api: &Api, args: &DeviceArgs, output: &Output) -> Result<(), Failure> {
    let devices: Vec<MemberBody> = api.get("/api/v1/devices").await?;
    let device = named(&devices, &args.id)?;
    let path = format!("/api/v1/devices/{}/follow", device.id);
    let () = api.post(&path, &()).await?;
    let followed = Followed {
        follows: &device.id,
    };
    output.print(&followed, |_| {
        let name = safe(&device.name);
        format!("This device goes with {name:?} as soon as the two can reach each other.\n")
    })
}

/// Fewest digits of an id that mean a device.
const ID_DIGITS_MIN: usize = 8;

/// The one device that is called so, or whose id begins so.
pub(super) fn named<'a>(devices: &'a [MemberBody], text: &str) -> Result<&'a MemberBody, Failure> {
    let begins = |one: &&MemberBody| text.len() >= ID_DIGITS_MIN && one.id.starts_with(text);
    let called = devices.iter().filter(|one| one.name == text);
    let mut those = called
        .chain(devices.iter().filter(begins))
        .map(|one| &one.id);
    let found = those.next();
    let clear = those.all(|other| Some(other) == found);
    let given = safe(text);
    match devices.iter().find(|one| Some(&one.id) == found) {
        Some(one) if clear => Ok(one),
        Some(_) => Err(Failure::WhichDevice(format!(
            "more than one device is called {given:?} or has an id that begins so: give the whole id"
        ))),
        None => Err(Failure::WhichDevice(format!(
            "the household has no device {given:?}: `kinfolio devices` lists them; give the name, or the id or at least its first {ID_DIGITS_MIN} digits"
        ))),
    }
}

/// Less silence than that is not spoken of.
const DAY_SECONDS: u64 = 86_400;

/// That a device is silent for long, and what follows from it.
fn silence(device: &MemberBody) -> Option<String> {
    if device.pruned {
        let since = device.last_seen.as_ref();
        let since = since.map_or("for long".to_owned(), |seen| format!("since {seen}"));
        return Some(format!(
            "does not count towards the quorum: silent {since}; it gets its vote back once it is here again"
        ));
    }
    let days = match device.silent_seconds / DAY_SECONDS {
        0 => return None,
        1 => "a day".to_owned(),
        days => format!("{days} days"),
    };
    Some(match &device.prune_at {
        Some(at) => format!("silent for {days}; stops counting towards the quorum at {at}"),
        None => format!("silent for {days}"),
    })
}

fn describe(listed: &Listed) -> String {
    let mut text = String::new();
    for device in &listed.devices {
        let reach = match (device.reachable, &device.last_seen) {
            _ if device.id == listed.device => "this device".to_owned(),
            (true, _) => "reachable".to_owned(),
            (false, Some(seen)) => format!("last seen {seen}"),
            (false, None) => "not seen since this one runs".to_owned(),
        };
        let height = device
            .height
            .map_or_else(String::new, |height| format!(", block {}", grouped(height)));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{}  {:8}  {} ({reach}{height})",
            device.id,
            device.role,
            safe(&device.name),
        );
        if let Some(silence) = silence(device) {
            let _ = writeln!(text, "    {}: {silence}", safe(&device.name));
        }
        for trouble in troubles(device) {
            let _ = writeln!(text, "    {}", safe(&trouble));
        }
    }
    let open = listed.invitations.iter();
    for one in open.filter(|one| one.state == InvitationState::Open) {
        let _ = writeln!(
            text,
            "an invitation is open until {}; to take it back: kinfolio invite --withdraw {}",
            one.expires_at, one.id
        );
    }
    for one in &listed.invitations {
        let (Some(name), Some(words)) = (&one.name, &one.check_words) else {
            continue;
        };
        let name = safe(name);
        let _ = match one.state {
            InvitationState::Asking => writeln!(
                text,
                "{name} waits to be let in; if it shows the check words {words}: kinfolio invite --let-in {words}; if not: kinfolio invite --withdraw {}",
                one.id
            ),
            _ => writeln!(text, "{name} came by invitation; check words: {words}"),
        };
    }
    text
}
