//! A folder with everything that can be wrong with a file. Each file is imported with what can be
//! read, or rejected by name with its reason; the rest goes on.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use harness::library::{Household, eventually};
use harness::pictures::{png_bomb, with_broken_exif};
use serde_json::Value;

/// Memory that an import may take, in kB: far below what the bomb's pixels need (2.7 GB).
const MEMORY_KB_MAX: u64 = 1_000_000;

#[test]
fn nothing_stops_the_rest_of_the_folder() {
    let home = Household::found();
    let samples = home.sample("samples", 2);
    let jpeg = fs::read(files(&samples).pop().unwrap()).unwrap();
    let other = fs::read(files(&samples).remove(0)).unwrap();
    let folder = home.folder("bad");
    let inner = folder.join("inner");
    fs::create_dir_all(&inner).unwrap();
    let write = |name: &[u8], bytes: &[u8]| {
        fs::write(folder.join(OsStr::from_bytes(name)), bytes).unwrap();
    };
    write(b"good.jpg", &jpeg);
    write(b"truncated.jpg", &jpeg[..jpeg.len() / 2]);
    write(b"text.jpg", b"This is no picture.");
    write(b"empty.jpg", b"");
    write(b"bomb.png", &png_bomb(30_000, 30_000));
    write(b"broken-exif.jpg", &with_broken_exif(&jpeg));
    write(b"caf\xe9 \xff.jpg", &other);
    write(b"a..\\..\\evil\n.jpg", &with_broken_exif(&other));
    symlink(&folder, inner.join("loop")).unwrap();
    symlink("/does/not/exist", inner.join("dangling.jpg")).unwrap();
    let fifo = Command::new("mkfifo")
        .arg(folder.join("pipe.jpg"))
        .status()
        .unwrap();
    assert!(fifo.success());
    fs::write(folder.join("secret.jpg"), b"\xff\xd8\xff secret").unwrap();
    fs::set_permissions(folder.join("secret.jpg"), fs::Permissions::from_mode(0o000)).unwrap();
    let unreadable = fs::File::open(folder.join("secret.jpg")).is_err();

    let mut child = home
        .command([OsStr::new("import"), "--json".as_ref(), folder.as_os_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    eventually("the import ends", || {
        memory = memory.max(peak_kb(&status));
        child.try_wait().unwrap()
    });
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(memory < MEMORY_KB_MAX, "the import took {memory} kB");
    assert!(!stderr.contains("panicked"), "{stderr}");

    let receipt: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rejected: BTreeMap<&str, &str> = receipt["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            let path = file["path"].as_str().unwrap();
            (
                path.rsplit('/').next().unwrap(),
                file["reason"].as_str().unwrap(),
            )
        })
        .collect();
    let number = |name: &str| receipt[name].as_u64().unwrap();
    let sum = number("added") + number("duplicate") + rejected.len() as u64;
    assert_eq!(number("found"), sum, "{receipt}");
    let expected = [
        ("empty.jpg", "empty"),
        ("pipe.jpg", "pipe"),
        ("loop", "loop"),
        ("dangling.jpg", "nowhere"),
    ];
    for (name, reason) in expected {
        let told = rejected
            .get(name)
            .unwrap_or_else(|| panic!("{name} was not rejected"));
        assert!(told.contains(reason), "{name}: {told}");
        assert!(
            stderr.contains(name),
            "{name} is not named on stderr: {stderr}"
        );
    }
    if unreadable {
        assert_eq!(rejected.get("secret.jpg"), Some(&"permission denied"));
    } else {
        eprintln!("running as root, who may read everything: no file is unreadable here");
    }

    let found = home.json(["search", ""]);
    let names: BTreeMap<&str, &Value> = found["photos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|photo| (photo["name"].as_str().unwrap(), photo))
        .collect();
    let record = |name: &str| {
        let photo = names
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not in {:?}", names.keys()));
        home.json(["show", photo["id"].as_str().unwrap()])
    };
    for name in ["truncated.jpg", "bomb.png", "broken-exif.jpg"] {
        assert!(record(name)["warning"].is_string(), "{name} has no warning");
    }
    assert_eq!(record("text.jpg")["kind"], "file");
    assert_eq!(record("good.jpg")["warning"], Value::Null);
    record("caf\\xE9 \\xFF.jpg");
    record("a..\\\\..\\\\evil\\x0A.jpg");
    assert_eq!(home.json(["verify", "--deep"])["ok"], true);
}

#[test]
fn an_unreadable_file_is_rejected_to_those_who_are_not_root() {
    let home = Household::found();
    let folder = home.sample("photos", 2);
    let first = files(&folder).remove(0);
    fs::set_permissions(&first, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&first).is_err() {
        let ran = home.run(["import".as_ref(), folder.as_os_str()]).exited(3);
        assert!(ran.stderr.contains("permission denied"), "{}", ran.stderr);
        return;
    }
    // As root: the same as nobody, with everything but that file opened to all.
    let open = Command::new("chmod")
        .args(["-R", "a+rwX"])
        .arg(home.folder(""))
        .status()
        .unwrap();
    assert!(open.success());
    fs::set_permissions(&first, fs::Permissions::from_mode(0o000)).unwrap();
    let kinfolio = home.command([OsStr::new("import"), folder.as_os_str()]);
    let mut as_nobody = Command::new("setpriv");
    as_nobody.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    as_nobody
        .arg(kinfolio.get_program())
        .args(kinfolio.get_args());
    let ran = harness::library::ran(&mut as_nobody);
    if ran.code != Some(3) && !ran.stderr.contains("rejected") {
        eprintln!("nobody cannot run the program here: {}", ran.stderr);
        return;
    }
    assert!(ran.stderr.contains("permission denied"), "{}", ran.stderr);
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn peak_kb(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.trim().split(' ').next()?.parse().ok())
        .unwrap_or(0)
}
