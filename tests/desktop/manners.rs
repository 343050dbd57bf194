//! What a desktop expects of an app: one window per library, clear words when it cannot start,
//! and an end that loses nothing.

use std::fs::{self, File};
use std::time::Duration;

use harness::desktop::{Desktop, Failure, run};

const WINDOW: &str = "Kinfolio";
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
    let library = desktop.folder("library");
    run(desktop
        .program("kinfolio")?
        .arg("--data")
        .arg(&library)
        .args(["init", "--name", "Home"]))?;
    let owner = File::open(library.join("lock")).unwrap();
    owner.lock().unwrap();

    let app = desktop.start_plain(&library)?;
    let message = "Kinfolio cannot open this library";
    desktop.wait_for_window(message, LIMIT)?;
    desktop.press(message, "Return")?;
    let (code, said) = app.end(LIMIT)?;
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("is in use by another Kinfolio process"),
        "{said}"
    );
    Ok(())
}

#[test]
fn a_damaged_ledger_is_refused_and_left_as_it_is() -> Result<(), Failure> {
    let desktop = Desktop::start()?;
    let library = desktop.folder("library");
    run(desktop
        .program("kinfolio")?
        .arg("--data")
        .arg(&library)
        .args(["init", "--name", "Home"]))?;
    let ledger = library.join("ledger");
    let largest = fs::read_dir(&ledger)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .max_by_key(|path| fs::metadata(path).unwrap().len())
        .unwrap();
    let mut bytes = fs::read(&largest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&largest, &bytes).unwrap();

    let app = desktop.start_plain(&library)?;
    let message = "Kinfolio cannot open this library";
    desktop.wait_for_window(message, LIMIT)?;
    desktop.press(message, "Return")?;
    let (code, said) = app.end(LIMIT)?;
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(
        fs::read(&largest).unwrap(),
        bytes,
        "nothing was written to {}",
        largest.display()
    );
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
