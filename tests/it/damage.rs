//! Originals that are damaged on one device while they are read, and devices that hang while others
//! ask them.

use std::fs;
use std::path::Path;
use std::time::Instant;

use harness::library::{Household, eventually};
use harness::three::Three;
use serde_json::Value;

/// Writes other bytes in the place of a stored original.
fn spoil(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

fn flipped(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = bytes.len() / 2;
    bytes[at] ^= 4;
    bytes
}

/// Stores a file on the first of three devices, and waits until all have it.
fn everywhere(three: &Three, bytes: &[u8]) -> String {
    let path = "/api/v1/files?name=a.bin";
    let stored = three.client(0).ask("POST", path, &[], bytes).json();
    let id = stored["id"].as_str().unwrap().to_owned();
    for home in &three.homes {
        eventually("every device holds it", || {
            home.blob(&id).is_file().then_some(())
        });
    }
    id
}

#[test]
fn a_damaged_original_is_noticed_when_it_is_read_and_comes_back_from_the_others() {
    let three = Three::found();
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n * 7 % 251) as u8).collect();
    let id = everywhere(&three, &bytes);
    let path = format!("/api/v1/photos/{id}/original");
    let here = three.homes[2].blob(&id);
    let client = three.client(2);

    for damaged in [flipped(&bytes), bytes[..100].to_vec(), Vec::new()] {
        spoil(&here, &damaged);
        assert!(client.get(&path).is(200).body == bytes, "read whole");
        assert!(fs::read(&here).unwrap() == bytes, "and mended");
        spoil(&here, &damaged);
        let part = client.ask("GET", &path, &[("range", "bytes=200000-200099")], &[]);
        assert!(part.is(206).body == bytes[200_000..200_100], "read in part");
        assert!(fs::read(&here).unwrap() == bytes, "and mended");
    }

    // Another device has a damaged one as well, and is asked first: the third one's comes.
    spoil(&three.homes[0].blob(&id), &flipped(&bytes));
    fs::remove_file(&here).unwrap();
    assert!(client.get(&path).is(200).body == bytes);

    // Nobody has a good one: that is said, and nothing wrong is given out.
    for home in &three.homes {
        spoil(&home.blob(&id), &flipped(&bytes));
    }
    for range in [None, Some(("range", "bytes=0-9"))] {
        let answer = client.ask("GET", &path, range.as_slice(), &[]);
        let problem = answer.is(503).json();
        assert_eq!(problem["code"], "original_damaged", "{problem}");
    }
    // As soon as there is one again, all have it.
    spoil(&three.homes[1].blob(&id), &bytes);
    assert!(client.get(&path).is(200).body == bytes);
}

#[test]
fn a_large_original_that_is_damaged_breaks_off_and_is_whole_the_next_time() {
    let three = Three::found();
    let bytes: Vec<u8> = (0..40_000_000_u32).map(|n| (n % 253) as u8).collect();
    let id = everywhere(&three, &bytes);
    let path = format!("/api/v1/photos/{id}/original");
    let here = three.homes[1].blob(&id);
    spoil(&here, &flipped(&bytes));
    let mut command = std::process::Command::new("curl");
    let url = format!("http://{}{path}", three.node(1).address);
    let token = format!("authorization: Bearer {}", three.node(1).token());
    let curl = command.args(["-sS", "-o", "/dev/null", "-H", &token, &url]);
    let broken = harness::library::ran(curl);
    assert_ne!(broken.code, Some(0), "what is wrong never comes whole");
    eventually("it is mended", || {
        (fs::read(&here).unwrap() == bytes).then_some(())
    });
    assert!(three.client(1).get(&path).is(200).body == bytes);
}

#[test]
fn the_bucket_gets_a_good_copy_though_this_device_has_a_damaged_one() {
    let first = Household::found();
    let plain = first.serve();
    let second = first.joined("Laptop");
    let _other = second.serve();
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 241) as u8).collect();
    let path = "/api/v1/files?name=a.bin";
    let stored = plain.client().ask("POST", path, &[], &bytes).json();
    let id = stored["id"].as_str().unwrap().to_owned();
    eventually("both hold it", || second.blob(&id).is_file().then_some(()));
    plain.kill();
    spoil(&first.blob(&id), &flipped(&bytes));
    let bucket = first.folder("bucket");
    fs::create_dir(&bucket).unwrap();
    let url = format!("file://{}", bucket.display());
    let serving = first.serve_with([("KINFOLIO_BUCKET_URL".to_owned(), url)]);
    let state: Value = eventually("it is stored", || {
        let tasks = serving.client().get("/api/v1/tasks").json();
        (tasks["bucket"]["stored"] == 1).then(|| tasks["bucket"].clone())
    });
    assert_eq!(state["failed"], 0, "{state}");
    assert!(fs::read(first.blob(&id)).unwrap() == bytes);
}

#[test]
fn a_device_that_hangs_holds_up_no_original_that_another_one_has() {
    let three = Three::found();
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| (n % 239) as u8).collect();
    let id = everywhere(&three, &bytes);
    let path = format!("/api/v1/photos/{id}/original");
    // The one that is asked first, since it added the file, is there and says nothing.
    three.node(0).signal("STOP");
    fs::remove_file(three.homes[2].blob(&id)).unwrap();
    let began = Instant::now();
    assert!(three.client(2).get(&path).is(200).body == bytes);
    eprintln!(
        "past a device that hangs: {} ms",
        began.elapsed().as_millis()
    );
    // The only one that could have it hangs as well.
    three.node(1).signal("STOP");
    fs::remove_file(three.homes[2].blob(&id)).unwrap();
    let began = Instant::now();
    let missing = three.client(2).get(&path).is(503).json();
    eprintln!(
        "said that it is not to be had: {} ms",
        began.elapsed().as_millis()
    );
    assert_eq!(missing["code"], "original_unreachable", "{missing}");
    for n in [0, 1] {
        three.node(n).signal("CONT");
    }
    eventually("it is to be had again", || {
        (three.client(2).get(&path).status == 200).then_some(())
    });
}
