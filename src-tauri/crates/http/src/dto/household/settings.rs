//! What the household has agreed upon.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use axum::http::StatusCode;
use kinfolio_library::household::{Device, Placement, Settings, SettingsChange, Span};
use kinfolio_library::node::{DeviceId, Role};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// Instead of a length of time.
const NEVER: &str = "never";

/// What the household has agreed upon: the same on all devices.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HouseholdBody {
    /// What it is called.
    pub household: String,
    /// The bucket's address, `file:///…`, `az://…` or `s3://…`; `null` if there is none. A device
    /// whose environment names another one uses that.
    pub bucket: Option<String>,
    /// Whether what is put into the bucket is to be encrypted.
    pub bucket_encrypted: bool,
    /// Whether the bucket has a vote, so that of two devices each can decide while the other is away.
    pub bucket_voter: bool,
    /// How often a device looks whether everything that it holds is still right, as `30d`.
    pub scrub_every: String,
    /// After how long a silent device stops counting towards the quorum, as `30d`, or `never`.
    pub prune_after: String,
    /// Which originals each device keeps.
    pub placements: Vec<PlacementBody>,
}

/// Which originals a device keeps.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlacementBody {
    /// The device's id.
    pub device: String,
    /// What it is called.
    pub name: String,
    /// `all`, `recent:DAYS` (favourites, and those taken or added within so many days) or
    /// `on-demand`.
    pub placement: String,
}

/// What the household is to agree upon; what is absent stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HouseholdChange {
    /// The bucket's address, without secrets; `null`: no bucket.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub bucket: Option<Option<String>>,
    /// Whether what is put into the bucket is to be encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_encrypted: Option<bool>,
    /// Whether the bucket is to have a vote; it needs a store that has compare-and-swap, as Azure Blob
    /// Storage and S3 have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_voter: Option<bool>,
    /// As `30d` or `12h`; an hour at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scrub_every: Option<String>,
    /// As `30d`, a day at least, or `never`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prune_after: Option<String>,
    /// By device id: `all`, `recent`, `recent:DAYS` or `on-demand`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub placements: BTreeMap<String, String>,
}

/// Tells `null` (none) from an absent field (leave).
fn present<'de, D>(deserializer: D) -> Result<Option<Option<String>>, D::Error>
where
    D: Deserializer<'de>,
{
    Option::<String>::deserialize(deserializer).map(Some)
}

impl HouseholdBody {
    /// The settings as they are told.
    pub(crate) fn new(household: String, settings: &Settings, devices: &[Device]) -> Self {
        let placement = |device: &Device| PlacementBody {
            device: device.member.id.to_string(),
            name: device.member.name.clone(),
            placement: device.placement.to_string(),
        };
        let is_bucket = |device: &&Device| device.member.role == Role::Bucket;
        let keepers = devices.iter().filter(|device| !is_bucket(device));
        Self {
            household,
            bucket: settings.bucket.clone(),
            bucket_voter: devices.iter().any(|device| is_bucket(&device)),
            bucket_encrypted: settings.bucket_encrypted,
            scrub_every: settings.scrub_every.to_string(),
            prune_after: settings
                .prune_after
                .map_or(NEVER.to_owned(), |after| after.to_string()),
            placements: keepers.map(placement).collect(),
        }
    }
}

impl TryFrom<HouseholdChange> for SettingsChange {
    type Error = Problem;

    fn try_from(body: HouseholdChange) -> Result<Self, Problem> {
        let placements = body.placements.iter();
        let placements = placements
            .map(|(device, placement)| Ok((value::<DeviceId>(device)?, placed(placement)?)));
        Ok(Self {
            bucket: body.bucket,
            bucket_encrypted: body.bucket_encrypted,
            scrub_every: body.scrub_every.as_deref().map(value).transpose()?,
            prune_after: body.prune_after.as_deref().map(prune_after).transpose()?,
            placements: placements.collect::<Result<_, Problem>>()?,
            ..Self::default()
        })
    }
}

fn prune_after(text: &str) -> Result<Option<Span>, Problem> {
    match text {
        NEVER => Ok(None),
        text => value(text).map(Some),
    }
}

/// Which originals to keep, as it is written.
pub(crate) fn placed(text: &str) -> Result<Placement, Problem> {
    value(text)
}

fn value<T: FromStr<Err: Display>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error: T::Err| {
        Problem::new(StatusCode::BAD_REQUEST, "bad_setting", error.to_string())
    })
}
