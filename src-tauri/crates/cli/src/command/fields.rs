//! `kinfolio fields`: the fields that the household has defined, defining and removing one.

use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use kinfolio_http::dto::State;
use kinfolio_http::dto::labels::{Defined, FieldBody, FieldKind, Fields};

use crate::api::{Api, encoded};
use crate::failure::Failure;
use crate::output::{Output, grouped, safe};
use crate::usage::{FieldsArgs, FieldsCommand};

pub(crate) async fn run(
    root: &Path,
    args: &FieldsArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    let api = Api::open(root).await?;
    let done = act(&api, args.command.as_ref(), output).await;
    api.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(api: &Api, command: Option<&FieldsCommand>, output: &Output) -> Result<(), Failure> {
    let path = "/api/v1/fields";
    let done: Defined = match command {
        None => {
            let fields: Fields = api.get(path).await?;
            return output.print(&fields, describe_all);
        }
        Some(FieldsCommand::Define { name, of, choices }) => {
            let body = FieldBody {
                name: name.clone(),
                of: *of,
                choices: choices.clone(),
                count: 0,
            };
            api.post(path, &body).await?
        }
        Some(FieldsCommand::Remove { name }) => {
            api.delete(&format!("{path}/{}", encoded(name))).await?
        }
    };
    output.print(&done, describe)
}

fn describe_all(fields: &Fields) -> String {
    let mut text = String::new();
    for field in &fields.fields {
        let of = match field.of {
            FieldKind::Text => "text".to_owned(),
            FieldKind::Number => "number".to_owned(),
            FieldKind::Date => "date".to_owned(),
            FieldKind::Choice => format!("choice: {}", field.choices.join(", ")),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:>9}  {} ({})",
            grouped(field.count),
            safe(&field.name),
            safe(&of)
        );
    }
    text
}

fn describe(done: &Defined) -> String {
    match done.state {
        State::Committed => "Done.\n".to_owned(),
        State::Pending => {
            "It is in force as soon as enough of the household's devices answer.\n".to_owned()
        }
    }
}
