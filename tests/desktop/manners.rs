//! What a desktop expects of an app: one window per library, clear words when it cannot start,
//! and an end that loses nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::desktop::{Desktop, Failure, Page, run, wait_for};
use harness::ledger;
use serde_json::{Value, json};

/// The title is the household's once there is one.
const WINDOW: &str = "(.+ – )?Kinfolio";
const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn a_second_start_raises_the_first_window_and_ends() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let library = desktop.folder("library");
    let first = desktop.start_plain(&library)?;
    desktop.wait_for_window(WINDOW, LIMIT)?;

    let second = desktop.start_plain(&library)?;
    let (code, said) = second.end(LIMIT)?;
    assert_eq!(code, Some(0), "{said}");

    // Another library is another app.
    let other = desktop.start_plain(&desktop.folder("other"))?;
    std::thread::sleep(Duration::from_secs(2));
    for running in [other, first] {
        running.terminate()?;
        let (code, said) = running.end(LIMIT)?;
        assert_eq!(code, Some(0), "{said}");
    }
    Ok(())
}

#[test]
fn a_library_that_is_in_use_is_said_to_be() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let library = made(&desktop)?;
    let owner = File::open(library.join("lock")).unwrap();
    owner.lock().unwrap();
    let said = refused(&desktop, &library)?;
    assert!(said.contains("is in use by another Kinfolio"), "{said}");
    Ok(())
}

#[test]
fn a_damaged_ledger_is_refused_and_left_as_it_is() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let library = made(&desktop)?;
    let log = ledger::log(&library.join("ledger"));
    let mut bytes = fs::read(&log).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&log, &bytes).unwrap();
    refused(&desktop, &library)?;
    assert_eq!(fs::read(&log).unwrap(), bytes, "nothing was written to it");
    Ok(())
}

#[test]
fn a_library_of_a_newer_version_asks_for_an_update_and_opens_after_it() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let library = made(&desktop)?;
    let log = ledger::log(&library.join("ledger"));
    let sound = fs::read(&log).unwrap();
    let newer = ledger::of_newer_version(&sound);
    fs::write(&log, &newer).unwrap();
    let said = refused(&desktop, &library)?;
    assert!(said.contains("a newer version of Kinfolio"), "{said}");
    assert!(said.contains("update Kinfolio on this device"), "{said}");
    assert_eq!(fs::read(&log).unwrap(), newer, "nothing was written to it");

    // This version is the newer one now.
    fs::write(&log, &sound).unwrap();
    let app = desktop.start_plain(&library)?;
    desktop.wait_for_window("Home – Kinfolio", LIMIT)?;
    app.terminate()?;
    let (code, said) = app.end(LIMIT)?;
    assert_eq!(code, Some(0), "{said}");
    Ok(())
}

#[test]
fn without_a_display_it_says_what_to_do() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let mut command = desktop.program("kinfolio-desktop")?;
    command
        .env_remove("DISPLAY")
        .arg("--data")
        .arg(desktop.folder("library"));
    let said = command.output().unwrap();
    let words = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(1), "{words}");
    assert!(words.contains("kinfolio serve"), "{words}");
    Ok(())
}

#[test]
fn files_are_handed_over_and_imported() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let library = made(&desktop)?;
    let photos = sample(&desktop, 3)?;
    let first = photos[0].clone();
    let app = desktop.open_with(&library, &[first.as_os_str()])?;
    let page = &app.page;
    desktop.wait_for_window("Home – Kinfolio", LIMIT)?;
    receipt(page, 1)?;
    page.click(&page.wait("[data-testid=import-close]")?)?;

    // Named from another folder, and one of them is not there.
    let folder = first.parent().unwrap();
    let mut second = desktop.program("kinfolio-desktop")?;
    let names = photos[1..].iter().map(|path| path.file_name().unwrap());
    second.current_dir(folder).arg("--data").arg(&library);
    run(second.args(names).arg("gone.jpg"))?;
    receipt(page, 2)?;
    let gone = folder.join("gone.jpg");
    let told = page.wait("[data-testid=notices] p[title]")?;
    let told = page.attribute(&told, "title")?;
    assert!(told.contains(gone.to_str().unwrap()), "{told}");
    page.picture("manners-1-handed")?;

    // The native menu, by its letters: Help, About.
    let window = "Home – Kinfolio";
    desktop.press(window, "alt+h")?;
    desktop.press_on("Up")?;
    desktop.press_on("Return")?;
    page.wait("[data-testid=about-version]")?;
    page.picture("manners-2-about")
}

#[test]
fn a_file_that_was_rejected_is_shown_in_its_folder() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let mut panel = desktop.panel()?;
    let library = made(&desktop)?;
    let folder = desktop.folder("photos");
    fs::create_dir_all(&folder)?;
    let empty = folder.join("empty one.jpg");
    fs::write(&empty, [])?;
    let app = desktop.open_with(&library, &[empty.as_os_str()])?;
    let page = &app.page;
    page.click(&page.wait("#import-tab-rejected")?)?;
    page.click(&page.wait("[data-testid=show-file]")?)?;
    let address = format!("file://{}", empty.display()).replace(' ', "%20");
    assert_eq!(panel.files()?, json!([address]));
    Ok(())
}

#[test]
fn the_desktop_starts_it_and_offers_it_as_wished() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let library = desktop.folder("the family's 100% \"photos\"");
    run(desktop
        .program("kinfolio")?
        .arg("--data")
        .arg(&library)
        .args(["init", "--name", "Home"]))?;
    let app = desktop.open(&library)?;
    let page = &app.page;
    page.wait("[data-testid=empty-library]")?;
    let quoted = r#"--data "/"#;
    let name = r#"/the family's 100%% \\"photos\\"""#;

    let wishes = [
        (
            "at_login",
            desktop.folder(".config/autostart"),
            "--background",
        ),
        (
            "open_with",
            desktop.folder(".local/share/applications"),
            "%F",
        ),
    ];
    for (wish, folder, end) in wishes {
        assert_eq!(entries(&folder), Vec::<PathBuf>::new());
        assert_eq!(shell(page, &format!("{{\"{wish}\":true}}"))?[wish], true);
        let [entry]: [PathBuf; 1] = entries(&folder).try_into().unwrap();
        let entry = fs::read_to_string(entry)?;
        let command = entry
            .lines()
            .find(|line| line.starts_with("Exec="))
            .unwrap();
        assert!(command.contains(quoted), "{command}");
        assert!(command.ends_with(&format!("{name} {end}")), "{command}");

        assert_eq!(shell(page, &format!("{{\"{wish}\":false}}"))?[wish], false);
        assert_eq!(entries(&folder), Vec::<PathBuf>::new());
    }
    Ok(())
}

#[test]
fn the_tray_keeps_it_and_notifications_tell_what_happens() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let mut panel = desktop.panel()?;
    let library = made(&desktop)?;
    let photos = sample(&desktop, 2)?;
    let window = "Home – Kinfolio";
    let app = desktop.start_plain_with(&library, &["--background"])?;
    panel.tray(|lines| {
        let choices = ["Show Kinfolio", "Import files…", "Quit"];
        lines == [&["This PC holds the whole ledger"][..], &choices].concat()
    })?;
    desktop.wait_for_no_window(WINDOW, LIMIT)?;

    // Nobody looks: a notification tells of the import.
    let mut second = desktop.program("kinfolio-desktop")?;
    second.arg("--background").arg("--data").arg(&library);
    run(second.args(&photos))?;
    let (title, text) = panel.notification()?;
    assert_eq!(title, "Import finished");
    assert_eq!(text, "2 added + 0 duplicates + 0 rejected = 2 found");
    desktop.wait_for_no_window(WINDOW, LIMIT)?;
    panel.choose("Show Kinfolio")?;
    desktop.wait_for_window(window, LIMIT)?;
    panel.choose("Quit")?;
    let (code, said) = app.end(LIMIT)?;
    assert_eq!(code, Some(0), "{said}");
    Ok(())
}

#[test]
fn a_window_that_is_closed_stays_in_the_tray_as_wished() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let mut panel = desktop.panel()?;
    let library = made(&desktop)?;
    let window = "Home – Kinfolio";
    let app = desktop.open(&library)?;
    desktop.wait_for_window(window, LIMIT)?;
    panel.tray(|lines| lines.contains(&"This PC holds the whole ledger"))?;
    assert_eq!(shell(&app.page, r#"{"keep_in_tray":true}"#)?["tray"], true);
    desktop.close_window(window)?;
    let lock = File::open(library.join("lock"))?;
    assert!(lock.try_lock().is_err(), "the library is still open");
    panel.choose("Show Kinfolio")?;
    desktop.wait_for_window(window, LIMIT)?;

    // Where nothing shows the tray any more, the window is the way to the app.
    drop(panel);
    desktop.close_window(window)?;
    wait_for("the end of the app", LIMIT, || {
        Ok(lock.try_lock().is_ok().then_some(()))
    })
}

/// What the app says of a library that it does not open, once its message was read.
fn refused(desktop: &Desktop, library: &Path) -> Result<String, Failure> {
    let app = desktop.start_plain(library)?;
    let message = "Kinfolio cannot open this library";
    desktop.wait_for_window(message, LIMIT)?;
    desktop.press(message, "Return")?;
    let (code, said) = app.end(LIMIT)?;
    assert_eq!(code, Some(1), "{said}");
    Ok(said)
}

/// A library with nothing in it.
fn made(desktop: &Desktop) -> Result<PathBuf, Failure> {
    let library = desktop.folder("library");
    run(desktop
        .program("kinfolio")?
        .arg("--data")
        .arg(&library)
        .args(["init", "--name", "Home"]))?;
    Ok(library)
}

/// So many generated photos, all in one folder.
fn sample(desktop: &Desktop, count: usize) -> Result<Vec<PathBuf>, Failure> {
    let folder = desktop.folder("photos");
    run(desktop
        .program("kinfolio")?
        .args([
            "sample",
            "--seed",
            "7",
            "--count",
            &count.to_string(),
            "--to",
        ])
        .arg(&folder))?;
    let mut found = Vec::new();
    let mut open = vec![folder.clone()];
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(path)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let flat = folder.join(path.file_name().unwrap_or_default());
            fs::rename(&path, &flat)?;
            found.push(flat);
        }
    }
    found.sort();
    assert_eq!(found.len(), count);
    Ok(found)
}

fn receipt(page: &Page, added: usize) -> Result<(), Failure> {
    let done = "[data-testid=import-panel][data-state=done]";
    page.wait(&format!(
        "{done} [data-testid=import-receipt][data-added='{added}']"
    ))
    .map(|_| ())
}

/// What the shell answers to a wish of the page.
fn shell(page: &Page, wish: &str) -> Result<Value, Failure> {
    page.eval(&format!(
        "return fetch('/shell', {{ method: 'PATCH', headers: {{ 'content-type': 'application/json' }}, body: '{wish}' }})
            .then(answer => answer.json())"
    ))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "desktop"))
        .collect()
}
