//! The household's devices, and invitations for more.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kinfolio_library::edit::Settled;
use kinfolio_library::household::{self, SettingsChange};
use kinfolio_library::node::{Admission, DeviceId, InvitationId, Role};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::App;
use crate::dto::household::{
    DeviceChange, HouseholdBody, HouseholdChange, HouseholdChanged, InvitationBody,
    InvitationListed, InvitationMade, LetIn, RecoverBody, RecoveredBody, placed,
};
use crate::dto::ledger::MemberBody;
use crate::extract::{self, Segment};
use crate::problem::Problem;

/// Longest time for which an invitation is good: a week.
const MINUTES_MAX: u32 = 7 * 24 * 60;

/// The household's devices, this one included
#[utoipa::path(
    get,
    path = "/api/v1/devices",
    tag = "household",
    responses((status = 200, body = Vec<MemberBody>), (status = "default", response = Problem))
)]
pub(crate) async fn devices(State(app): State<Arc<App>>) -> Json<Vec<MemberBody>> {
    let devices = household::devices(&app.library);
    Json(devices.iter().map(MemberBody::new).collect())
}

/// What the household has agreed upon
#[utoipa::path(
    get,
    path = "/api/v1/household",
    tag = "household",
    responses((status = 200, body = HouseholdBody), (status = "default", response = Problem))
)]
pub(crate) async fn settings(State(app): State<Arc<App>>) -> Json<HouseholdBody> {
    let devices = household::devices(&app.library);
    let status = household::status(&app.library);
    let settings = household::settings(&app.library);
    Json(HouseholdBody::new(status.household, &settings, &devices))
}

/// Agrees upon something else
///
/// In force on all devices once it is in the chain.
#[utoipa::path(
    patch,
    path = "/api/v1/household",
    tag = "household",
    request_body = HouseholdChange,
    responses((status = 200, body = HouseholdChanged), (status = "default", response = Problem))
)]
pub(crate) async fn change_settings(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<HouseholdChange>,
) -> Result<Json<HouseholdChanged>, Problem> {
    let voter = body.bucket_voter;
    let change = SettingsChange::try_from(body)?;
    let mut settled = None;
    // Another bucket can be named once the first one has no vote any more, and vote once it is.
    if voter == Some(false) {
        settled = Some(household::set_bucket_voter(&app.library, false).await?);
    }
    if voter.is_none() || change != SettingsChange::default() {
        settled = Some(household::change_settings(&app.library, change).await?);
    }
    if voter == Some(true) {
        settled = Some(household::set_bucket_voter(&app.library, true).await?);
    }
    Ok(Json(HouseholdChanged {
        state: settled.unwrap_or(Settled::Committed).into(),
    }))
}

/// Changes a device's name, its voice, or which originals it keeps
#[utoipa::path(
    patch,
    path = "/api/v1/devices/{id}",
    tag = "household",
    params(("id" = String, Path, description = "The device's id, hex")),
    request_body = DeviceChange,
    responses((status = 200, body = HouseholdChanged), (status = "default", response = Problem))
)]
pub(crate) async fn change_device(
    State(app): State<Arc<App>>,
    Segment(device): Segment<DeviceId>,
    extract::Json(body): extract::Json<DeviceChange>,
) -> Result<Json<HouseholdChanged>, Problem> {
    let mut settled = None;
    if let Some(name) = body.name {
        settled = Some(household::rename(&app.library, device, &name).await?);
    }
    if let Some(role) = body.role {
        settled = Some(household::set_role(&app.library, device, role.into()).await?);
    }
    if let Some(placement) = body.placement {
        let change = SettingsChange {
            placements: [(device, placed(&placement)?)].into(),
            ..SettingsChange::default()
        };
        settled = Some(household::change_settings(&app.library, change).await?);
    }
    match settled {
        Some(settled) => Ok(Json(HouseholdChanged {
            state: settled.into(),
        })),
        None => {
            let detail = "the change is empty: give a `name`, a `role` or a `placement`";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Err(Problem::new(status, "empty_change", detail))
        }
    }
}

/// Removes a device for good
///
/// Its key is refused from that block on; it can come back only as a new device.
#[utoipa::path(
    delete,
    path = "/api/v1/devices/{id}",
    tag = "household",
    params(("id" = String, Path, description = "The device's id, hex")),
    responses((status = 200, body = HouseholdChanged), (status = "default", response = Problem))
)]
pub(crate) async fn remove_device(
    State(app): State<Arc<App>>,
    Segment(device): Segment<DeviceId>,
) -> Result<Json<HouseholdChanged>, Problem> {
    let settled = household::remove(&app.library, device).await?;
    Ok(Json(HouseholdChanged {
        state: settled.into(),
    }))
}

/// Goes on where a majority of the voters is lost for good
///
/// Begins a new epoch with this device as its only voter. Refused where a majority is within reach.
#[utoipa::path(
    post,
    path = "/api/v1/devices/recover",
    tag = "household",
    request_body = RecoverBody,
    responses((status = 200, body = RecoveredBody), (status = "default", response = Problem))
)]
pub(crate) async fn recover(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<RecoverBody>,
) -> Result<Json<RecoveredBody>, Problem> {
    let begun = household::recover(&app.library, body.household.as_deref()).await?;
    Ok(Json(RecoveredBody {
        epoch: begun.epoch.to_string(),
        height: begun.height,
    }))
}

/// Goes with a device that follows another epoch
///
/// This device gives up its own line of history after what both share; what only that had enters the
/// other one as edits.
#[utoipa::path(
    post,
    path = "/api/v1/devices/{id}/follow",
    tag = "household",
    params(("id" = String, Path, description = "The device's id, hex")),
    responses((status = 204), (status = "default", response = Problem))
)]
pub(crate) async fn follow(
    State(app): State<Arc<App>>,
    Segment(device): Segment<DeviceId>,
) -> Result<StatusCode, Problem> {
    household::follow(&app.library, device).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Invites one device
///
/// The invitation is good once, for a while, and as long as this device runs.
#[utoipa::path(
    post,
    path = "/api/v1/invitations",
    tag = "household",
    request_body = InvitationBody,
    responses((status = 201, body = InvitationMade), (status = "default", response = Problem))
)]
pub(crate) async fn invite(
    State(app): State<Arc<App>>,
    extract::Json(body): extract::Json<InvitationBody>,
) -> Result<(StatusCode, Json<InvitationMade>), Problem> {
    let time = match body.for_minutes {
        None => household::INVITATION_TIME,
        Some(minutes @ 1..=MINUTES_MAX) => Duration::from_secs(u64::from(minutes) * 60),
        Some(minutes) => {
            let detail = format!("for_minutes is {minutes}; 1 to {MINUTES_MAX} are allowed");
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(Problem::new(status, "bad_body", detail));
        }
    };
    let role = match body.observer {
        true => Role::Observer,
        false => Role::Voter,
    };
    let admission = match body.confirm {
        true => Admission::Confirmed,
        false => Admission::AtOnce,
    };
    let invitation = household::invite(&app.library, role, admission, time).await?;
    let made = InvitationMade::new(&invitation, qr(&invitation.to_string())?);
    Ok((StatusCode::CREATED, Json(made)))
}

/// Lets in the device that asks with an invitation
///
/// Told the check words that were compared, so that no other device is let in by mistake.
#[utoipa::path(
    post,
    path = "/api/v1/invitations/{id}/let-in",
    tag = "household",
    params(("id" = String, Path, description = "The invitation's id, hex")),
    request_body = LetIn,
    responses((status = 204), (status = "default", response = Problem))
)]
pub(crate) async fn let_in(
    State(app): State<Arc<App>>,
    Segment(invitation): Segment<InvitationId>,
    extract::Json(body): extract::Json<LetIn>,
) -> Result<StatusCode, Problem> {
    household::let_in(&app.library, invitation, &body.check_words)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an invitation back with which nobody was let in
///
/// A device that waits to be let in is told no.
#[utoipa::path(
    delete,
    path = "/api/v1/invitations/{id}",
    tag = "household",
    params(("id" = String, Path, description = "The invitation's id, hex")),
    responses((status = 204), (status = "default", response = Problem))
)]
pub(crate) async fn withdraw(
    State(app): State<Arc<App>>,
    Segment(invitation): Segment<InvitationId>,
) -> Result<StatusCode, Problem> {
    household::withdraw(&app.library, invitation)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The invitations that this device gave, and what became of them
#[utoipa::path(
    get,
    path = "/api/v1/invitations",
    tag = "household",
    responses((status = 200, body = Vec<InvitationListed>), (status = "default", response = Problem))
)]
pub(crate) async fn invitations(State(app): State<Arc<App>>) -> Json<Vec<InvitationListed>> {
    let given = household::invitations(&app.library);
    Json(given.into_iter().map(InvitationListed::new).collect())
}

/// `text` as a QR code. In capitals it takes half the modules.
pub(super) fn qr(text: &str) -> Result<String, Problem> {
    let code = QrCode::with_error_correction_level(text.to_ascii_uppercase(), EcLevel::L);
    let code = code.map_err(|error| {
        let detail = format!("the text does not fit a QR code: {error}");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    })?;
    Ok(code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build())
}
