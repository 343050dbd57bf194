//! `kinfolio undo`: what this device did last is taken back in the whole household.

use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::State;
use kinfolio_http::dto::change::{UndoDone, UndoneWhat};

use super::history::{changed, relabelled};
use crate::api::Api;
use crate::failure::Failure;
use crate::output::{Output, counted, safe};

pub(crate) async fn run(root: &Path, output: &Output) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let done = api.post::<_, UndoDone>("/api/v1/undo", &()).await;
    api.close().await;
    output.print(&done?, describe)?;
    Ok(ExitCode::SUCCESS)
}

fn describe(done: &UndoDone) -> String {
    let what = match (&done.what, &done.change) {
        (UndoneWhat::Added, _) => "an import; its photos are in the trash now".to_owned(),
        (UndoneWhat::Label, _) => relabelled(done.label.as_ref()),
        (_, Some(change)) => changed(change).join(", "),
        (_, None) => "a change".to_owned(),
    };
    let mut text = format!(
        "Taken back on {}: {}",
        counted(done.undone, "photo", "photos"),
        safe(&what)
    );
    if let Some(at) = &done.at {
        text.push_str(&format!(", of {at}"));
    }
    if done.skipped > 0 {
        let skipped = counted(done.skipped, "photo", "photos");
        text.push_str(&format!(
            "; on {skipped} somebody has written since, and that stays"
        ));
    }
    if done.state == State::Pending {
        text.push_str("; the others learn it when enough of them answer");
    }
    text.push_str(".\n");
    text
}
