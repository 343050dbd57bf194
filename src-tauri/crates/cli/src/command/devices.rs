//! `kinfolio devices`: who belongs to the household; `remove` takes one out for good.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::household::{HouseholdChanged, InvitationListed};
use kinfolio_http::dto::ledger::{LedgerStatus, MemberBody};
use serde::Serialize;

use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, grouped, safe};
use crate::usage::{DevicesArgs, DevicesCommand, RemoveArgs};

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
    let api = Api::open(root).await?;
    let done = match &args.command {
        None => list(&api, output).await,
        Some(DevicesCommand::Remove(args)) => remove(&api, args, output).await,
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

async fn remove(api: &Api, args: &RemoveArgs, output: &Output) -> Result<(), Failure> {
    let devices: Vec<MemberBody> = api.get("/api/v1/devices").await?;
    let device = named(&devices, &args.id)?;
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

/// The one device whose id begins so.
pub(super) fn named<'a>(devices: &'a [MemberBody], id: &str) -> Result<&'a MemberBody, Failure> {
    let mut those = devices.iter().filter(|one| one.id.starts_with(id));
    match (those.next(), those.next()) {
        (Some(one), None) if !id.is_empty() => Ok(one),
        (Some(_), Some(_)) => Err(Failure::WhichDevice(format!(
            "more than one device has an id that begins with {:?}: give more of it",
            safe(id)
        ))),
        _ => Err(Failure::WhichDevice(format!(
            "the household has no device {:?}: `kinfolio devices` lists them with their ids",
            safe(id)
        ))),
    }
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
        let reach = match &device.silent_since {
            Some(since) => format!("{reach}, no vote while it is silent, since {since}"),
            None => reach,
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
    }
    let used = listed.invitations.iter();
    let used = used.filter_map(|one| Some((one.name.as_ref()?, one.check_words.as_ref()?)));
    for (name, words) in used {
        let _ = writeln!(
            text,
            "{} came by invitation; check words: {words}",
            safe(name)
        );
    }
    text
}
