//! `kinfolio join`: this empty folder becomes a further device of a household.

use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::household::JoinedBody;
use kinfolio_library::founding::Joining;
use kinfolio_library::node::{Invitation, Joined};
use kinfolio_library::{Code, LibraryError, device_name};

use crate::failure::Failure;
use crate::output::{Output, complain, safe};
use crate::usage::JoinArgs;

/// Names that are tried where the machine's is taken.
const NAMES_MAX: usize = 64;

pub(crate) async fn run(
    root: &Path,
    args: &JoinArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let invitation: Invitation = args.invitation.parse().map_err(LibraryError::from)?;
    let (joined, device) = match &args.device {
        Some(device) => {
            let joined = join(root, &invitation, device).await?;
            (joined, device.clone())
        }
        None => named_after_machine(root, &invitation).await?,
    };
    output.print(&JoinedBody::new(joined, &device), |joined| {
        format!(
            "{:?} is a device of the household {:?} now, invited by {:?}.\n{}\
             It becomes {} {} once it runs and has caught up: kinfolio serve\n",
            safe(&joined.device),
            safe(&joined.household),
            safe(&joined.inviter),
            to_compare(joined),
            if joined.role == "observer" { "an" } else { "a" },
            joined.role,
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The check words, where nobody has compared them yet.
fn to_compare(joined: &JoinedBody) -> String {
    match joined.compared {
        true => String::new(),
        false => format!(
            "Check words: {} (the other device shows the same: kinfolio devices)\n",
            joined.check_words
        ),
    }
}

/// Joins, and says whom it waits for meanwhile.
async fn join(root: &Path, invitation: &Invitation, name: &str) -> Result<Joined, LibraryError> {
    let joining = Joining::begin(root, invitation, name)?;
    let newcomer = joining.newcomer();
    if newcomer.is_confirmed() {
        complain(&format!(
            "Check words: {}\nWaiting for somebody at the device that sent the invitation to say that it shows the same.",
            newcomer.check_words()
        ));
    }
    let joined = joining.finish(std::future::pending()).await?;
    // Nobody stops it but a signal, which ends the program.
    joined.ok_or(LibraryError::Closing)
}

/// Joins under the machine's name; where another device has it, under it and a number.
async fn named_after_machine(
    root: &Path,
    invitation: &Invitation,
) -> Result<(Joined, String), Failure> {
    let mut name = device_name();
    let mut n = 1;
    loop {
        match join(root, invitation, &name).await {
            Ok(joined) => return Ok((joined, name)),
            Err(error) if error.code() == Code::Conflict("name_taken") && n < NAMES_MAX => {
                n += 1;
                name = format!("{} {n}", device_name());
            }
            Err(error) => return Err(error.into()),
        }
    }
}
