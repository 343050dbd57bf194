//! `kinfolio invite`: one invitation, as a line and on a terminal as a QR code, too.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::household::{InvitationBody, InvitationMade};
use kinfolio_library::LibraryError;
use kinfolio_library::node::{Invitation, InvitationId};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde::Serialize;

use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, complain, counted};
use crate::usage::InviteArgs;

pub(crate) async fn run(
    root: &Path,
    args: &InviteArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    if let Some(text) = &args.withdraw {
        return withdraw(root, text, output).await;
    }
    let api = Api::open(root).await?;
    let body = InvitationBody {
        for_minutes: Some(args.for_minutes),
        observer: args.observer,
    };
    let made = api.post::<_, InvitationMade>("/api/v1/invitations", &body);
    let made = made.await;
    api.close().await;
    let made = made?;
    output.print(&made, |made| format!("{}\n", made.invitation))?;
    if !output.is_json() && std::io::stdout().is_terminal() {
        show(&made, args.for_minutes);
    }
    Ok(ExitCode::SUCCESS)
}

/// What `kinfolio invite --withdraw --json` prints.
#[derive(Serialize)]
struct Withdrawn {
    id: String,
}

/// Takes back the invitation that `text` is, or names.
async fn withdraw(root: &Path, text: &str, output: &Output) -> Result<ExitCode, Failure> {
    let id = match text.parse::<InvitationId>() {
        Ok(id) => id,
        Err(_) => text.parse::<Invitation>().map_err(LibraryError::from)?.id(),
    };
    let id = id.to_string();
    let api = Api::open(root).await?;
    let done: Result<(), Failure> = api.delete(&format!("/api/v1/invitations/{id}")).await;
    api.close().await;
    done?;
    output.print(&Withdrawn { id }, |_| {
        "The invitation is withdrawn: nobody can join with it.\n".to_owned()
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What helps people at a terminal, beside the line that programs read.
fn show(made: &InvitationMade, minutes: u32) {
    let text = made.invitation.to_ascii_uppercase();
    if let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::L) {
        complain(&code.render::<Dense1x2>().build());
    }
    complain(&format!(
        "Good for one device, for {}. On it: kinfolio join INVITATION\nThen compare its check words with those of `kinfolio devices` here.",
        counted(minutes.into(), "minute", "minutes")
    ));
}
