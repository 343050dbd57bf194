//! Somebody's first evening with Kinfolio, and the next morning.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::desktop::{App, Desktop, ENTER, ESCAPE, Failure, Page, run, wait_for};
use serde_json::Value;

/// The title is the household's once there is one.
const WINDOW: &str = "(.+ – )?Kinfolio";
const PHOTOS: usize = 12;
const TAG: &str = "holiday/greece";

#[test]
fn drop_see_tag_find_close_and_find_again() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let library = desktop.folder("library");
    let files = files(&desktop)?;

    let app = desktop.open(&library)?;
    start_household(&app.page)?;
    desktop.drop_files(&files, WINDOW)?;
    see_receipt(&app.page)?;
    let ids = see_thumbnails(&app.page, "3-timeline")?;
    let tagged = tag_one(&app.page)?;
    assert!(
        ids.contains(&tagged),
        "{tagged} is one of the photos that were dropped"
    );
    find(&app.page, &tagged, "5-found")?;
    end(&desktop, app, &library)?;

    let app = desktop.open(&library)?;
    see_thumbnails(&app.page, "6-next-morning")?;
    find(&app.page, &tagged, "7-found-next-morning")?;
    end(&desktop, app, &library)?;

    let said = run(desktop
        .program("kinfolio")?
        .arg("--data")
        .arg(&library)
        .args(["verify", "--deep", "--json"]))?;
    let report: Value = serde_json::from_slice(&said).unwrap();
    assert_eq!(report["ok"], true, "{report}");
    assert_eq!(report["originals"], PHOTOS, "{report}");
    Ok(())
}

/// What is dropped: a folder of generated photos, a copy of one of them, and no photo.
fn files(desktop: &Desktop) -> Result<Vec<PathBuf>, Failure> {
    let folder = desktop.folder("from the camera");
    let count = PHOTOS.to_string();
    run(desktop
        .program("kinfolio")?
        .args(["sample", "--seed", "5", "--count", &count, "--to"])
        .arg(&folder))?;
    let copy = desktop.folder("a copy ü.jpg");
    fs::copy(first_file(&folder)?, &copy)?;
    let empty = desktop.folder("empty.jpg");
    fs::write(&empty, b"")?;
    Ok(vec![folder, copy, empty])
}

fn first_file(folder: &Path) -> Result<PathBuf, Failure> {
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        if path.is_file() {
            return Ok(path);
        }
        for entry in fs::read_dir(&path)? {
            open.push(entry?.path());
        }
    }
    Err(Failure::Page {
        what: "a generated photo".to_owned(),
        found: "none".to_owned(),
    })
}

fn start_household(page: &Page) -> Result<(), Failure> {
    page.wait("[data-testid=first-start]")?;
    page.picture("1-first-start")?;
    for (field, name) in [("household", "The Müllers"), ("device", "Study PC")] {
        let input = page.wait(&format!("[data-testid=first-start] input[name={field}]"))?;
        page.clear(&input)?;
        page.type_into(&input, name)?;
    }
    page.click(&page.wait("[data-testid=first-start] button[type=submit]")?)?;
    page.wait("[data-testid=empty-library]")?;
    page.picture("2-empty-library")
}

fn see_receipt(page: &Page) -> Result<(), Failure> {
    let receipt =
        page.wait("[data-testid=import-panel][data-state=done] [data-testid=import-receipt]")?;
    let number = |name: &str| page.attribute(&receipt, name);
    let counts = [
        number("data-found")?,
        number("data-added")?,
        number("data-duplicate")?,
        number("data-rejected")?,
    ];
    let expect = [PHOTOS + 2, PHOTOS, 1, 1].map(|count| count.to_string());
    assert_eq!(
        counts,
        expect,
        "found, added, duplicate, rejected: {}",
        page.text(&receipt)?
    );
    Ok(())
}

/// Waits until all photos are counted and each that is on the screen or near it has its thumbnail drawn;
/// tells the ids of these.
fn see_thumbnails(page: &Page, picture: &str) -> Result<Vec<String>, Failure> {
    let ids = page.until("twelve photos, and their thumbnails", || {
        let drawn = page.eval(
            "const tiles = [...document.querySelectorAll('[data-testid=timeline] [data-testid=photo-tile]')];
            const seen = (tile) => [...tile.querySelectorAll('img[data-loaded=true]')]
                .some(i => i.complete && i.naturalWidth > 0);
            return tiles.every(seen) ? tiles.map(tile => tile.dataset.photoId) : []",
        )?;
        let ids: Vec<String> = serde_json::from_value(drawn).unwrap_or_default();
        let count = page.wait("[data-testid=photo-count]")?;
        let all = page.attribute(&count, "data-count")? == PHOTOS.to_string();
        Ok((all && ids.len() > 3).then_some(ids))
    })?;
    page.picture(picture)?;
    Ok(ids)
}

fn tag_one(page: &Page) -> Result<String, Failure> {
    page.click(&page.wait("[data-testid=import-close]")?)?;
    let tiles = page.all("[data-testid=timeline] [data-testid=photo-tile]")?;
    page.click(&tiles[3])?;
    let viewer = page.wait("[data-testid=viewer]")?;
    page.wait("[data-testid=viewer-image][data-loaded=true]")?;
    let input = page.wait("[data-testid=info-panel] [data-testid=tag-input]")?;
    page.click(&input)?;
    page.type_into(&input, &format!("{TAG}{ENTER}"))?;
    page.wait(&format!(
        "[data-testid=tag-chip][data-tag='{TAG}'][data-state=saved]"
    ))?;
    let tagged = page.attribute(&viewer, "data-photo-id")?;
    page.picture("4-viewer")?;
    page.click(&page.wait("[data-testid=viewer-close]")?)?;
    Ok(tagged)
}

fn find(page: &Page, tagged: &str, picture: &str) -> Result<(), Failure> {
    let search = page.wait("[data-testid=search-input]")?;
    page.click(&search)?;
    page.type_into(&search, "tag:holiday")?;
    page.until("the one tagged photo", || {
        let found = page.all("[data-testid=results] [data-testid=photo-tile]")?;
        let [only] = found.as_slice() else {
            return Ok(None);
        };
        Ok((page.attribute(only, "data-photo-id")? == tagged).then_some(()))
    })?;
    page.wait("[data-testid=results] img[data-loaded=true]")?;
    page.picture(picture)?;
    page.type_into(&search, ESCAPE)
}

/// Closes the window and waits until the app has sealed the library and let go of it, by itself.
fn end(desktop: &Desktop, app: App, library: &Path) -> Result<(), Failure> {
    desktop.close_window(WINDOW)?;
    let lock = File::open(library.join("lock"))?;
    wait_for("the end of the app", Duration::from_secs(20), || {
        Ok(lock.try_lock().is_ok().then_some(()))
    })?;
    drop(app);
    Ok(())
}
