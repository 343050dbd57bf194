//! `kinfolio recovery-key`: prints the household's recovery key. Needs no node.

use std::path::Path;
use std::process::ExitCode;

use kinfolio_library::restore::recovery_key;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Output, complain};

#[derive(Serialize)]
struct KeyBody {
    recovery_key: String,
}

pub(crate) fn run(root: &Path, output: &Output) -> Result<ExitCode, Failure> {
    let key = recovery_key(root)?;
    let body = KeyBody {
        recovery_key: key.to_text(),
    };
    output.print(&body, |body| format!("{}\n", body.recovery_key))?;
    if !output.is_json() {
        complain(
            "With this key and the household's bucket everything comes back when all devices are lost \
             (kinfolio restore), and whoever has both can read everything: write it down, and keep it \
             outside the house and away from the bucket.",
        );
    }
    Ok(ExitCode::SUCCESS)
}
