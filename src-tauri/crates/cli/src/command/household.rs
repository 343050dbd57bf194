//! `kinfolio household`: what the household has agreed upon; its options agree upon something else.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::State;
use kinfolio_http::dto::household::{HouseholdBody, HouseholdChange, HouseholdChanged};
use kinfolio_http::dto::ledger::MemberBody;

use super::devices::named;
use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, complain, safe};
use crate::usage::HouseholdArgs;

pub(crate) async fn run(
    root: &Path,
    args: &HouseholdArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let done = change_and_list(&api, args, output).await;
    api.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn change_and_list(api: &Api, args: &HouseholdArgs, output: &Output) -> Result<(), Failure> {
    if args.changes_anything() {
        let body = HouseholdChange {
            bucket: args
                .bucket
                .clone()
                .map(|bucket| Some(bucket).filter(|bucket| bucket != "none")),
            bucket_encrypted: args.encrypt_bucket.map(Into::into),
            bucket_voter: args.bucket_voter.map(Into::into),
            scrub_every: args.scrub_every.clone(),
            prune_after: args.prune_after.clone(),
            placements: placements(api, &args.placements).await?,
        };
        let changed: HouseholdChanged = api.patch("/api/v1/household", &body).await?;
        if changed.state == State::Pending {
            complain(
                "kinfolio: this is in force as soon as a majority of the household's devices can be reached",
            );
        }
    }
    let agreed: HouseholdBody = api.get("/api/v1/household").await?;
    output.print(&agreed, describe)
}

/// The devices that are named by the beginnings of their ids, or by their names.
async fn placements(
    api: &Api,
    given: &[(String, String)],
) -> Result<BTreeMap<String, String>, Failure> {
    if given.is_empty() {
        return Ok(BTreeMap::new());
    }
    let devices: Vec<MemberBody> = api.get("/api/v1/devices").await?;
    let placements = given.iter().map(|(device, placement)| {
        let mut called = devices.iter().filter(|one| one.name == *device);
        let device = match (called.next(), called.next()) {
            (Some(one), None) => one,
            _ => named(&devices, device)?,
        };
        Ok((device.id.clone(), placement.clone()))
    });
    placements.collect()
}

fn describe(agreed: &HouseholdBody) -> String {
    let mut text = format!("{}\n", safe(&agreed.household));
    let bucket = match (&agreed.bucket, agreed.bucket_encrypted) {
        (None, _) => "none".to_owned(),
        (Some(bucket), true) => format!("{}, encrypted", safe(bucket)),
        (Some(bucket), false) => format!("{}, not encrypted", safe(bucket)),
    };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "bucket       {bucket}");
    let vote = if agreed.bucket_voter { "yes" } else { "no" };
    let _ = writeln!(text, "bucket votes {vote}");
    let _ = writeln!(text, "scrub every  {}", agreed.scrub_every);
    let _ = writeln!(text, "prune after  {}", agreed.prune_after);
    for device in &agreed.placements {
        let _ = writeln!(
            text,
            "originals    {} on {}",
            device.placement,
            safe(&device.name)
        );
    }
    text
}
