//! `kinfolio init`: a new household.

use std::path::Path;
use std::process::ExitCode;

use kinfolio_library::{Founding, device_name, founding};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Output, safe};
use crate::usage::InitArgs;

#[derive(Serialize)]
struct Made<'a> {
    household: &'a str,
    device: &'a str,
    path: String,
}

pub(crate) fn run(root: &Path, args: &InitArgs, output: &Output) -> Result<ExitCode, Failure> {
    let device = args.device.clone().unwrap_or_else(device_name);
    let wish = Founding {
        household: args.name.clone(),
        device,
    };
    founding::found(root, &wish)?;
    let made = Made {
        household: &wish.household,
        device: &wish.device,
        path: root.display().to_string(),
    };
    output.print(&made, |made| {
        format!(
            "The household {:?} lives in {}; this device is {:?}.\n",
            safe(made.household),
            safe(&made.path),
            safe(made.device)
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
