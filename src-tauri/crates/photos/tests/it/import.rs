//! An import takes what it can, names what it cannot, and survives the rest.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::Arc;

use kinfolio_photos::{Blobs, Cancel, ImportError, Outcome, Pipeline, PipelineOptions, Thumbs};
use tokio::sync::mpsc;

use crate::fixtures::*;

fn photo(n: usize) -> Vec<u8> {
    jpeg(&quarters(64 + n, 48), 64 + n, 48)
}

#[test]
fn folders_are_walked_and_litter_is_passed_over() {
    let house = House::new();
    house.put("a.jpg", &photo(1));
    house.put("Trip/b.jpg", &photo(2));
    house.put("Trip/Day 2/c.jpg", &photo(3));
    for litter in [
        ".DS_Store",
        ".thumbnails/x.jpg",
        "Thumbs.db",
        "Trip/@eaDir/b.jpg",
        "Trip/._b.jpg",
        "desktop.ini",
    ] {
        house.put(litter, b"litter");
    }
    // Hidden is not litter: it may be somebody's photo.
    house.put(".hidden.jpg", &photo(4));
    house.put("..%2f..%2fevil.jpg", &photo(5));
    let import = house.import(&[house.inbox()]);
    assert_eq!((import.summary.found, import.summary.rejected), (5, 0));
    let mut seen: Vec<_> = import
        .ready
        .iter()
        .map(|p| (p.folder.as_str(), p.name.as_str()))
        .collect();
    seen.sort_unstable();
    assert_eq!(
        seen,
        [
            ("in", "..%2f..%2fevil.jpg"),
            ("in", ".hidden.jpg"),
            ("in", "a.jpg"),
            ("in/Trip", "b.jpg"),
            ("in/Trip/Day 2", "c.jpg")
        ]
    );
    assert!(import.progress > 0);
    // Named by the user, even litter is meant.
    let import = house.import(&[house.inbox().join("desktop.ini")]);
    assert_eq!(
        (
            import.ready[0].name.as_str(),
            import.ready[0].folder.as_str()
        ),
        ("desktop.ini", "in")
    );
}

#[test]
fn equal_files_are_imported_once() {
    let house = House::new();
    for n in 0..20 {
        house.put(&format!("{n}.jpg"), &photo(n % 4));
    }
    let import = house.import(&[house.inbox()]);
    assert_eq!((import.summary.ready, import.summary.duplicate), (4, 16));
    // The ledger does not know them yet: they are ready once more, but not new.
    let import = house.import(&[house.inbox()]);
    assert_eq!(
        (
            import.summary.ready,
            import.ready.iter().filter(|p| p.new).count()
        ),
        (4, 0)
    );
    house
        .known
        .lock()
        .unwrap()
        .extend(import.ready.iter().map(|p| p.id));
    let again = house.import(&[house.inbox(), house.inbox().join("3.jpg")]);
    assert_eq!((again.summary.ready, again.summary.duplicate), (0, 21));
    // A known original that the store lost comes back, still as a duplicate.
    let path = house.blobs.path(&import.ready[0].id);
    fs::remove_file(&path).unwrap();
    let again = house.import(&[house.inbox()]);
    assert_eq!((again.summary.ready, again.summary.duplicate), (0, 20));
    assert!(path.exists());
}

#[test]
fn what_cannot_be_imported_is_named_with_its_reason() {
    let house = House::new();
    house.put("good.jpg", &photo(1));
    house.put("empty.jpg", b"");
    fs::create_dir(house.inbox().join("deep")).unwrap();
    symlink("..", house.inbox().join("deep/loop")).unwrap();
    symlink("nowhere", house.inbox().join("dangling.jpg")).unwrap();
    symlink("/dev/zero", house.inbox().join("zero.jpg")).unwrap();
    let fifo = house.inbox().join("pipe.jpg");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let _socket = std::os::unix::net::UnixListener::bind(house.inbox().join("socket.jpg")).unwrap();
    let import = house.import(&[house.inbox(), house.inbox().join("missing")]);
    assert_eq!(import.ready.len(), 1);
    let all = rejected(&import);
    let names: Vec<_> = all
        .iter()
        .map(|(name, why)| (name.as_str(), why.split(" /").next().unwrap()))
        .collect();
    assert_eq!(
        names,
        [
            ("dangling.jpg", "the link leads nowhere"),
            ("empty.jpg", "it is empty (0 bytes)"),
            ("loop", "the link leads back to"),
            ("missing", "it does not exist"),
            ("pipe.jpg", "it is a named pipe, not a file"),
            ("socket.jpg", "it is a socket, not a file"),
            ("zero.jpg", "it is a device, not a file"),
        ]
    );
    assert!(all[2].1.ends_with("in, a loop"), "{}", all[2].1);
}

#[test]
fn unreadable_files_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::new();
    let path = house.put("secret.jpg", &photo(1));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    assert_eq!(
        rejected(&house.import(&[path])),
        [("secret.jpg".to_owned(), "permission denied".to_owned())]
    );
}

#[test]
fn names_may_hold_any_bytes() {
    let house = House::new();
    let odd: [&[u8]; 4] = [
        b"caf\xe9.jpg",
        b"line\nbreak.jpg",
        b"up\\..\\x.jpg",
        "Füße 🌞.jpg".as_bytes(),
    ];
    for (n, name) in odd.iter().enumerate() {
        let path = house.inbox().join(std::ffi::OsStr::from_bytes(name));
        fs::write(path, photo(n)).unwrap();
    }
    let import = house.import(&[house.inbox()]);
    let mut names: Vec<_> = import.ready.iter().map(|p| p.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "Füße 🌞.jpg",
            "caf\\xE9.jpg",
            "line\\x0Abreak.jpg",
            "up\\\\..\\\\x.jpg"
        ]
    );
}

#[test]
fn the_library_does_not_import_itself() {
    let house = House::new();
    house.put("a.jpg", &photo(1));
    let above = house.dir.path().to_owned();
    assert_eq!(house.import(std::slice::from_ref(&above)).summary.found, 1);
    symlink(house.root(), house.inbox().join("link")).unwrap();
    assert_eq!(house.import(&[above]).summary.found, 1);
}

#[test]
fn a_file_that_is_written_to_is_not_imported() {
    let house = House::new();
    let path = house.put("growing.jpg", &vec![7; 40 << 20]);
    let writing = path.clone();
    let stop = Cancel::new();
    let stopped = stop.clone();
    let writer = std::thread::spawn(move || {
        use std::io::Write;
        let mut file = fs::File::options().append(true).open(writing).unwrap();
        while !stopped.is_cancelled() {
            file.write_all(&[7; 64]).unwrap();
        }
    });
    let import = house.import(&[path]);
    stop.cancel();
    writer.join().unwrap();
    assert!(
        rejected(&import)[0]
            .1
            .starts_with("it changed while it was being read"),
        "{import:?}"
    );
    assert!(files_below(house.blobs.dir()).is_empty());
}

#[test]
fn a_cancelled_import_stops_soon_and_keeps_what_was_ready() {
    let house = House::new();
    for n in 0..200 {
        house.put(&format!("{n}.jpg"), &photo(n));
    }
    let (sink, mut outcomes) = mpsc::channel(1);
    let (pipeline, inbox, cancel) = (house.pipeline(), house.inbox(), Cancel::new());
    let flag = cancel.clone();
    let running = std::thread::spawn(move || pipeline.run(vec![inbox], sink, &flag));
    let mut ready = Vec::new();
    while let Some(outcome) = outcomes.blocking_recv() {
        if let Outcome::Ready(prepared) = outcome {
            ready.push(prepared);
            cancel.cancel();
        }
    }
    let summary = running.join().unwrap().unwrap();
    assert!(summary.cancelled && ready.len() < 200, "{summary:?}");
    assert_eq!(summary.ready as usize, ready.len());
    for prepared in ready {
        assert_eq!(house.blobs.len(&prepared.id).unwrap(), Some(prepared.size));
    }
    // Nobody listening ends it as well.
    let (sink, outcomes) = mpsc::channel(1);
    drop(outcomes);
    assert!(
        house
            .pipeline()
            .run(vec![house.inbox()], sink, &Cancel::new())
            .unwrap()
            .cancelled
    );
}

#[test]
fn a_full_disk_ends_the_import_and_harms_nothing() {
    let house = House::new();
    for n in 0..40 {
        house.put(&format!("{n}.bin"), &vec![n as u8; 256 << 10]);
    }
    let small = house.dir.path().join("small");
    fs::create_dir(&small).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
        .arg(&small)
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        println!("skipped: this user may not mount a small disk");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        let blobs = Blobs::open(&small).unwrap();
        let pipeline = Pipeline::new(
            blobs.clone(),
            Thumbs::open(&small).unwrap(),
            Arc::new(|_| false),
            PipelineOptions::default(),
        );
        let (sink, mut outcomes) = mpsc::channel(1000);
        let result = pipeline.run(vec![house.inbox()], sink, &Cancel::new());
        assert!(
            matches!(&result, Err(ImportError::DiskFull { .. })),
            "{result:?}"
        );
        let mut expected = Vec::new();
        while let Ok(outcome) = outcomes.try_recv() {
            if let Outcome::Ready(prepared) = outcome {
                expected.push(kinfolio_photos::Expected {
                    id: prepared.id,
                    size: prepared.size,
                });
            }
        }
        let missing = |fault: &kinfolio_photos::OriginalFault| {
            !matches!(fault, kinfolio_photos::OriginalFault::Unexpected { .. })
        };
        let faults: Vec<_> = kinfolio_photos::originals::verify(&small, expected.clone())
            .filter(missing)
            .collect();
        assert_eq!(faults, []);
        assert!(!expected.is_empty());
        assert!(
            fs::read_dir(small.join("blobs/staging"))
                .unwrap()
                .next()
                .is_none()
        );
    });
    assert!(
        Command::new("umount")
            .arg(&small)
            .status()
            .unwrap()
            .success()
    );
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn uploads_are_prepared_like_imports() {
    let house = House::new();
    let stored = house
        .blobs
        .put_file(&house.put("x", &photo(1)), &Cancel::new())
        .unwrap();
    let prepared = house
        .pipeline()
        .prepare_stored(stored, "../../IMG_20190721_183000.jpg", "Uploads", None)
        .unwrap();
    assert_eq!(
        (prepared.name.as_str(), prepared.folder.as_str()),
        ("IMG_20190721_183000.jpg", "Uploads")
    );
    assert_eq!(
        prepared.metadata.taken.source,
        kinfolio_photos::TakenSource::FileName
    );
    assert_eq!(
        corners(&house.preview(&prepared, kinfolio_photos::ThumbSize::Small)),
        "rgbw"
    );
}
