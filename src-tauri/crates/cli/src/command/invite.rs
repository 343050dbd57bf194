//! `kinfolio invite`: one invitation, as a line and on a terminal as a QR code, too.

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::household::{
    InvitationBody, InvitationListed, InvitationMade, InvitationState, LetIn,
};
use kinfolio_library::LibraryError;
use kinfolio_library::node::{Invitation, InvitationId};
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde::Serialize;

use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, complain, counted, safe};
use crate::usage::InviteArgs;

pub(crate) async fn run(
    root: &Path,
    args: &InviteArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    if let Some(text) = &args.withdraw {
        return withdraw(root, text, output).await;
    }
    if let Some(words) = &args.let_in {
        return let_in(root, words, output).await;
    }
    let api = Api::open(root).await?;
    let body = InvitationBody {
        for_minutes: Some(args.for_minutes),
        observer: args.observer,
        confirm: args.confirm,
    };
    let made = api.post::<_, InvitationMade>("/api/v1/invitations", &body);
    let made = made.await;
    api.close().await;
    let made = made?;
    output.print(&made, |made| format!("{}\n", made.invitation))?;
    if !output.is_json() && std::io::stdout().is_terminal() {
        show(&made, args);
    }
    Ok(ExitCode::SUCCESS)
}

/// What `kinfolio invite --let-in --json` prints.
#[derive(Serialize)]
struct Admitted {
    name: String,
    check_words: String,
}

/// Lets in who waits and shows these check words.
async fn let_in(root: &Path, words: &str, output: &Output) -> Result<ExitCode, Failure> {
    let check_words = words.split_whitespace().collect::<Vec<_>>().join("-");
    let api = Api::open(root).await?;
    let done = let_in_by(&api, &check_words).await;
    api.close().await;
    let name = done?;
    output.print(&Admitted { name, check_words }, |done| {
        format!("{:?} is let in.\n", safe(&done.name))
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn let_in_by(api: &Api, check_words: &str) -> Result<String, Failure> {
    let given: Vec<InvitationListed> = api.get("/api/v1/invitations").await?;
    let mut asking = given
        .into_iter()
        .filter(|one| one.state == InvitationState::Asking);
    let one = asking.find(|one| one.check_words.as_deref() == Some(check_words));
    let one = one.ok_or_else(|| Failure::WhichDevice(format!(
        "no device waits that shows the check words {check_words:?}: compare them again, then see `kinfolio devices`; if they differ, withdraw the invitation"
    )))?;
    let body = LetIn {
        check_words: check_words.to_owned(),
    };
    let () = api
        .post(&format!("/api/v1/invitations/{}/let-in", one.id), &body)
        .await?;
    Ok(one.name.unwrap_or_default())
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
fn show(made: &InvitationMade, args: &InviteArgs) {
    let text = made.invitation.to_ascii_uppercase();
    if let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::L) {
        complain(&code.render::<Dense1x2>().build());
    }
    let then = match args.confirm {
        true => "It waits and shows check words: kinfolio invite --let-in CHECK-WORDS",
        false => "Then compare its check words with those of `kinfolio devices` here.",
    };
    complain(&format!(
        "Good for one device, for {}. On it: kinfolio join INVITATION\n{then}",
        counted(args.for_minutes.into(), "minute", "minutes")
    ));
}
