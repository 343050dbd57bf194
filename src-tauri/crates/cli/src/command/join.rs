//! `kinfolio join`: this empty folder becomes a further device of a household.

use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::household::JoinedBody;
use kinfolio_library::node::Invitation;
use kinfolio_library::{LibraryError, device_name, founding};

use crate::failure::Failure;
use crate::output::{Output, safe};
use crate::usage::JoinArgs;

pub(crate) async fn run(
    root: &Path,
    args: &JoinArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let invitation: Invitation = args.invitation.parse().map_err(LibraryError::from)?;
    let device = args.device.clone().unwrap_or_else(device_name);
    let joined = founding::join(root, &invitation, &device).await?;
    output.print(&JoinedBody::new(joined, &device), |joined| {
        format!(
            "{:?} is a device of the household {:?} now, invited by {:?}.\n\
             Check words: {} (the other device shows the same: kinfolio devices)\n\
             It becomes {} {} once it runs and has caught up: kinfolio serve\n",
            safe(&joined.device),
            safe(&joined.household),
            safe(&joined.inviter),
            joined.check_words,
            if joined.role == "observer" { "an" } else { "a" },
            joined.role,
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
