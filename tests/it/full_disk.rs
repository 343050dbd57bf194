//! A disk that fills up in the middle of an import.

use std::ffi::OsStr;
use std::process::Command;

use harness::disk::{Disk, fill};
use harness::library::{Household, PATIENCE};
use tempfile::TempDir;

#[test]
fn the_import_stops_and_the_library_verifies() {
    let dir = TempDir::new().unwrap();
    let disk = match Disk::mount(&dir.path().join("disk"), "12m") {
        Ok(disk) => disk,
        Err(why) => {
            eprintln!("no file system may be mounted here, so none can be filled: {why}");
            return;
        }
    };
    let root = disk.at().join("library");
    let home = Household::found_in(dir, root);
    let folder = home.sample("photos", 60);
    let import = [OsStr::new("import"), folder.as_os_str()];
    let stopped = home.run(import).exited(1);
    assert!(stopped.stderr.contains("full"), "{}", stopped.stderr);
    assert!(!stopped.stderr.contains("panicked"), "{}", stopped.stderr);
    let verified = home.json(["verify", "--deep"]);
    assert_eq!(verified["ok"], true, "{verified}");

    disk.grow("200m");
    let receipt = home.json(import);
    let number = |name: &str| receipt[name].as_u64().unwrap();
    assert_eq!(number("added") + number("duplicate"), 60, "{receipt}");
    assert_eq!(
        number("duplicate"),
        verified["originals"].as_u64().unwrap(),
        "{receipt}"
    );
    assert_eq!(home.json(["search", ""])["total"], 60);
    assert_eq!(home.json(["verify", "--deep"])["ok"], true);
}

/// The command's exit code and what it complained about; it must end.
fn ends(mut command: Command) -> (i32, String) {
    let mut bounded = Command::new("timeout");
    bounded.arg(PATIENCE.as_secs().to_string());
    bounded.arg(command.get_program()).args(command.get_args());
    let told = command
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    bounded.envs(told);
    command = bounded;
    let output = command.output().unwrap();
    let code = output.status.code().unwrap();
    assert_ne!(code, 124, "{command:?} did not end");
    (code, String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_cannot_follow_says_so_and_reading_goes_on() {
    let dir = TempDir::new().unwrap();
    let disk = match Disk::mount(&dir.path().join("disk"), "60m") {
        Ok(disk) => disk,
        Err(why) => {
            eprintln!("no file system may be mounted here, so none can be filled: {why}");
            return;
        }
    };
    let root = disk.at().join("library");
    let home = Household::found_in(dir, root);
    let folder = home.sample("photos", 20);
    home.json([OsStr::new("import"), folder.as_os_str()]);
    let filling = disk.at().join("filling");
    for left in [200 << 10, 60 << 10, 0] {
        fill(&filling, left);
        for rating in ["1", "2", "3"] {
            let (code, said) = ends(home.command(["edit", "has:gps", "--rating", rating]));
            assert!(code == 0 || said.contains("full"), "{left} left: {said}");
            let (code, said) = ends(home.command(["search", "rating:3"]));
            assert!(code == 0 || said.contains("full"), "{left} left: {said}");
        }
        let (code, said) = ends(home.command(["status"]));
        assert_eq!(code, 0, "{left} left: {said}");
        let (code, said) = ends(home.command(["verify"]));
        assert_eq!(code, 0, "{left} left: {said}");
    }
    std::fs::remove_file(&filling).unwrap();
    home.json(["edit", "has:gps", "--rating", "5"]);
    let found = home.json(["search", "rating:5"])["total"].clone();
    assert_eq!(found, home.json(["search", "has:gps"])["total"]);
    assert_eq!(home.json(["verify", "--deep"])["ok"], true);
}
