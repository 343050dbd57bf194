//! The grammar of what changes photos, and the lists that they are in.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use kinfolio_http::dto::labels::FieldKind;
use kinfolio_library::catalog::PhotoId;
use kinfolio_library::export::{TEMPLATE, Template};

use super::{OnOff, query};

#[derive(Debug, Args)]
pub(crate) struct EditArgs {
    /// Ids, or one query as for `search`; all photos that it names are changed together
    #[arg(required = true, value_name = "QUERY-or-ID", value_parser = query)]
    pub(crate) photos: Vec<String>,
    /// Add a tag; may be repeated
    #[arg(long = "add-tag", value_name = "T")]
    pub(crate) add_tags: Vec<String>,
    /// Take a tag away; may be repeated
    #[arg(long = "remove-tag", value_name = "T")]
    pub(crate) remove_tags: Vec<String>,
    /// Put into an album; may be repeated
    #[arg(long = "add-album", value_name = "A")]
    pub(crate) add_albums: Vec<String>,
    /// Take out of an album; may be repeated
    #[arg(long = "remove-album", value_name = "A")]
    pub(crate) remove_albums: Vec<String>,
    /// Say that somebody is on it; may be repeated
    #[arg(long = "add-person", value_name = "P")]
    pub(crate) add_people: Vec<String>,
    /// Say that somebody is not on it; may be repeated
    #[arg(long = "remove-person", value_name = "P")]
    pub(crate) remove_people: Vec<String>,
    /// Set one of the household's own fields; without a value: remove it; may be repeated
    #[arg(long = "field", value_name = "K=V", value_parser = field)]
    pub(crate) fields: Vec<(String, Option<String>)>,
    /// Make it a favourite, or none
    #[arg(long, value_name = "on|off")]
    pub(crate) favorite: Option<OnOff>,
    /// Put it into the trash, or take it out
    #[arg(long, value_name = "on|off")]
    pub(crate) trash: Option<OnOff>,
    /// Set the caption; empty removes it
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub(crate) caption: Option<String>,
    /// Set the rating, 0 (none) to 5
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=5))]
    pub(crate) rating: Option<u8>,
    /// Set the capture time, as 2019-07-12T10:20:30+02:00; without offset: not known
    #[arg(long, value_name = "T")]
    pub(crate) taken: Option<String>,
    /// Set the position in degrees, as 48.8583,2.2945
    #[arg(long, value_name = "LAT,LON", allow_hyphen_values = true, value_parser = position)]
    pub(crate) position: Option<[f64; 2]>,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Ids, or one query; without any, every photo not in the trash
    #[arg(value_name = "QUERY-or-ID", value_parser = query)]
    pub(crate) photos: Vec<String>,
    /// The folder to write them into; made if missing
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// Where below it: a path with {yyyy}, {mm}, {dd}, {name}, {stem}, {ext}, {id}, {album}, {folder}
    #[arg(long, value_name = "T", default_value = TEMPLATE)]
    pub(crate) template: Template,
    /// Write what was said of each photo beside it, as XMP
    #[arg(long)]
    pub(crate) sidecars: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AlikeArgs {
    /// Groups to list
    #[arg(long, value_name = "N", default_value_t = 50,
          value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
    /// Keep this photo: it gets the tags, albums, people and best rating of the others
    #[arg(long, value_name = "ID", requires = "others")]
    pub(crate) keep: Option<PhotoId>,
    /// The others, which go to the trash
    #[arg(value_name = "ID", requires = "keep")]
    pub(crate) others: Vec<PhotoId>,
}

#[derive(Debug, Args)]
pub(crate) struct LabelsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<LabelsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LabelsCommand {
    /// Make one, on no photo yet
    Add {
        /// What it is called
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Call one something else, with all below it; where there is one of that name, they become one
    Rename {
        /// What it is called
        #[arg(value_name = "FROM")]
        from: String,
        /// What it is to be called
        #[arg(value_name = "TO")]
        to: String,
    },
    /// Take one off all photos, with all below it; the photos stay
    Remove {
        /// What it is called
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct FieldsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<FieldsCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FieldsCommand {
    /// Define a field, or what may stand in one from now on
    Define {
        /// What it is called: letters, digits, - and _
        #[arg(value_name = "NAME")]
        name: String,
        /// What may stand in it
        #[arg(long = "type", value_name = "text|number|date|choice", value_parser = kind)]
        of: FieldKind,
        /// With choice: what there is to choose from; repeated
        #[arg(long = "choice", value_name = "C")]
        choices: Vec<String>,
    },
    /// Do away with a field; values that photos have show again with a field of that name
    Remove {
        /// What it is called
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// A text that is no type of a field.
#[derive(Debug, thiserror::Error)]
#[error("write text, number, date or choice")]
struct NotAType;

fn kind(text: &str) -> Result<FieldKind, NotAType> {
    match text {
        "text" => Ok(FieldKind::Text),
        "number" => Ok(FieldKind::Number),
        "date" => Ok(FieldKind::Date),
        "choice" => Ok(FieldKind::Choice),
        _ => Err(NotAType),
    }
}

/// A text that sets no field.
#[derive(Debug, thiserror::Error)]
#[error("write NAME=VALUE, or NAME= to remove the value")]
struct NotAField;

fn field(text: &str) -> Result<(String, Option<String>), NotAField> {
    let (name, value) = text.split_once('=').ok_or(NotAField)?;
    let value = Some(value.to_owned()).filter(|value| !value.is_empty());
    Ok((name.to_owned(), value))
}

/// A text that is no position.
#[derive(Debug, thiserror::Error)]
#[error(
    "write latitude,longitude in degrees, from -90 to 90 and from -180 to 180, as 48.8583,2.2945"
)]
struct NotAPosition;

fn position(text: &str) -> Result<[f64; 2], NotAPosition> {
    let parts = text.split_once(',').and_then(|(lat, lon)| {
        Some([
            lat.trim().parse::<f64>().ok()?,
            lon.trim().parse::<f64>().ok()?,
        ])
    });
    match parts {
        Some([lat, lon]) if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) => {
            Ok([lat, lon])
        }
        _ => Err(NotAPosition),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions() {
        let check = |text: &str, expect: Option<[f64; 2]>| {
            assert_eq!(position(text).ok(), expect, "{text}");
        };
        check("48.8583,2.2945", Some([48.8583, 2.2945]));
        check("-33.9, -180", Some([-33.9, -180.0]));
        check("91,0", None);
        check("0,180.1", None);
        check("NaN,0", None);
        check("1", None);
        check("1,2,3", None);
    }

    #[test]
    fn fields() {
        let check = |text: &str, expect: Option<(&str, Option<&str>)>| {
            let got = field(text).ok();
            let got = got
                .as_ref()
                .map(|(name, value)| (name.as_str(), value.as_deref()));
            assert_eq!(got, expect, "{text}");
        };
        check("box=a=b", Some(("box", Some("a=b"))));
        check("box=", Some(("box", None)));
        check("box", None);
    }
}
