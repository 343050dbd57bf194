//! `kinfolio export`: originals out again, byte for byte, with what was said of them beside.

mod template;

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kinfolio_http::dto::photo::PhotoRecord;
use kinfolio_library::catalog::PhotoId;
use kinfolio_library::export::{is_original, is_own_sidecar};
use serde::Serialize;

use super::edit::selected;
use super::search::find;
use crate::api::Api;
use crate::failure::{Failure, PARTLY_DONE};
use crate::output::{Output, complain, counted, safe};
use crate::usage::ExportArgs;
pub(crate) use template::Template;

/// Most photos of one page of a search.
const PAGE: u32 = 1_000;

/// What became of an export.
#[derive(Debug, Default, Serialize)]
struct Exported {
    /// Photos that the query found.
    found: u64,
    /// Originals written.
    exported: u64,
    /// Originals that were there already, whole.
    there: u64,
    /// Files of XMP that another program had written, which stay as they are.
    sidecars_left: u64,
    /// Those that could not be had or written.
    failed: Vec<Failed>,
}

#[derive(Debug, Serialize)]
struct Failed {
    id: String,
    name: String,
    reason: String,
}

pub(crate) async fn run(
    root: &Path,
    args: &ExportArgs,
    output: &Output,
) -> Result<ExitCode, Failure> {
    fs::create_dir_all(&args.to).map_err(|source| io_failure("create", &args.to, source))?;
    let api = Api::open(root).await?;
    let mut export = Export {
        api: &api,
        args,
        taken: HashSet::new(),
        done: Exported::default(),
    };
    let ended = export.all().await;
    let done = export.done;
    api.close().await;
    ended?;
    output.print(&done, describe)?;
    if done.failed.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for one in &done.failed {
        complain(&format!("{}: {}", safe(&one.name), safe(&one.reason)));
    }
    Ok(ExitCode::from(PARTLY_DONE))
}

struct Export<'a> {
    api: &'a Api,
    args: &'a ExportArgs,
    /// Paths that photos of this export have, as file systems compare them.
    taken: HashSet<String>,
    done: Exported,
}

impl Export<'_> {
    async fn all(&mut self) -> Result<(), Failure> {
        let named = &self.args.photos;
        let (ids, query) = match named.iter().all(|text| text.trim().is_empty()) {
            true => (None, None),
            false => selected(named)?,
        };
        if let Some(ids) = ids {
            for id in ids {
                self.done.found += 1;
                let id = id.to_string();
                self.noted(&id, &id).await?;
            }
            return Ok(());
        }
        let query = query.unwrap_or_default();
        let mut cursor = None;
        loop {
            let page = find(self.api, &query, PAGE, cursor.as_deref()).await?;
            self.done.found += page.photos.len() as u64;
            for card in page.photos {
                self.noted(&card.id, &card.name).await?;
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }

    /// Writes a photo, or notes why it cannot be.
    async fn noted(&mut self, id: &str, name: &str) -> Result<(), Failure> {
        let Err(failure) = self.one(id).await else {
            return Ok(());
        };
        // Where one cannot be written for want of room, no other can.
        if let Failure::Io { source, .. } = &failure
            && source.kind() == io::ErrorKind::StorageFull
        {
            return Err(failure);
        }
        self.done.failed.push(Failed {
            id: id.to_owned(),
            name: name.to_owned(),
            reason: failure.to_string(),
        });
        Ok(())
    }

    async fn one(&mut self, id: &str) -> Result<(), Failure> {
        let photo: PhotoRecord = self.api.get(&format!("/api/v1/photos/{id}")).await?;
        let path = self.place(&photo);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| io_failure("create", folder, source))?;
        }
        if path.exists() {
            self.done.there += 1;
        } else {
            let original = format!("/api/v1/photos/{id}/original");
            self.fetch(&original, &path).await?;
            self.done.exported += 1;
        }
        if self.args.sidecars {
            let mut beside = path.into_os_string();
            beside.push(".xmp");
            let beside = Path::new(&beside);
            if is_another_programs(beside) {
                self.done.sidecars_left += 1;
            } else {
                let sidecar = format!("/api/v1/photos/{id}/sidecar");
                self.fetch(&sidecar, beside).await?;
            }
        }
        Ok(())
    }

    /// Where a photo goes: as the template says, and with a number where another one is there.
    fn place(&mut self, photo: &PhotoRecord) -> PathBuf {
        let mut number = 1;
        loop {
            let relative = self.args.template.path(photo, number);
            let path = self.args.to.join(&relative);
            let is_ours = || fs::metadata(&path).map(|found| found.len() == photo.size);
            let free = match path.symlink_metadata() {
                Err(_) => true,
                // The same bytes from an export before; other bytes of other photos stay.
                Ok(_) => is_ours().unwrap_or(false) && is_same(&path, &photo.id),
            };
            if free && self.taken.insert(relative.to_string_lossy().to_lowercase()) {
                return path;
            }
            number += 1;
        }
    }

    /// Writes an answer into a file, which is there whole or not at all.
    async fn fetch(&self, from: &str, path: &Path) -> Result<(), Failure> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let failed = |source| io_failure("write", path, source);
        let mut file = File::create(&part).map_err(failed)?;
        let fetched = self
            .api
            .bytes(from, |bytes| file.write_all(bytes).map_err(failed));
        let fetched = match fetched.await {
            Ok(()) => file
                .sync_all()
                .and_then(|()| fs::rename(&part, path))
                .map_err(failed),
            Err(failure) => Err(failure),
        };
        if fetched.is_err() {
            // Best effort: the failure that led here is the one to tell.
            let _ = fs::remove_file(&part);
        }
        fetched
    }
}

/// Whether there is a file that is no sidecar of ours: one that another program wrote, or wrote into.
fn is_another_programs(path: &Path) -> bool {
    match fs::read_to_string(path) {
        Ok(text) => !is_own_sidecar(&text),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Whether a file's bytes are those of an original; what cannot be read is something else.
fn is_same(path: &Path, id: &str) -> bool {
    let id = id.parse::<PhotoId>();
    id.is_ok_and(|id| is_original(path, id).unwrap_or(false))
}

fn io_failure(doing: &'static str, path: &Path, source: io::Error) -> Failure {
    Failure::Io {
        doing,
        path: path.to_path_buf(),
        source,
    }
}

fn describe(done: &Exported) -> String {
    let mut text = format!("{} exported", counted(done.exported, "photo", "photos"));
    if done.there > 0 {
        text.push_str(&format!(", {} there already", done.there));
    }
    if !done.failed.is_empty() {
        text.push_str(&format!(", {} not", done.failed.len()));
    }
    text.push_str(&format!(", of {} found.\n", done.found));
    if done.sidecars_left > 0 {
        text.push_str(&format!(
            "{} that another program had written stay as they are.\n",
            counted(done.sidecars_left, "sidecar", "sidecars")
        ));
    }
    text
}
