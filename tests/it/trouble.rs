//! Trouble with one device of several: it is said which device it is and what to do, and the rest goes
//! on.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use harness::disk::{Disk, fill};
use harness::ledger;
use harness::library::{Household, Node, PATIENCE, eventually};
use harness::three::Three;
use kinfolio_transport::{
    Dialer, Hello, Identity, LinkEvent, PROTOCOL_VERSION, PeerMessage, RefusalCode,
};
use serde_json::{Value, json};
use tempfile::TempDir;

fn write(node: &Node, text: &str) -> Value {
    let path = format!("/api/v1/files?name={text}.txt");
    let written = node.client().ask("POST", &path, &[], text.as_bytes());
    assert!(matches!(written.status, 200 | 201), "{written:?}");
    written.json()
}

/// The device called `name`, as the node of `home` shows it.
fn member(home: &Household, name: &str) -> Value {
    let members = home.json(["status"])["members"].clone();
    let mut members = members.as_array().unwrap().iter();
    members.find(|one| one["name"] == name).unwrap().clone()
}

fn agree(nodes: &[&Node]) {
    eventually("one tip, nothing pending", || {
        let ledgers = nodes
            .iter()
            .map(|node| node.client().get("/api/v1/ledger").json());
        let ledgers: Vec<_> = ledgers.collect();
        let same = |one: &Value| one["pending"] == 0 && one["tip"] == ledgers[0]["tip"];
        ledgers.iter().all(same).then_some(())
    });
}

#[test]
fn a_device_of_another_version_is_named_and_the_others_go_on() {
    let mut three = Three::found();
    three.kill(2);
    let text = fs::read_to_string(three.homes[2].root().join("identity/device.key")).unwrap();
    let seed: [u8; 32] = hex::decode(text.trim()).unwrap().try_into().unwrap();
    let identity = Arc::new(Identity::new(&SigningKey::from_bytes(&seed)).unwrap());
    let status = three.ledger(0);
    let device = status["device"]["id"].as_str().unwrap().parse().unwrap();
    let mut words = three.node(0).ready.split_whitespace();
    let address = words.find_map(|word| word.strip_prefix("peer=")).unwrap();
    let address: SocketAddr = address.parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let told = runtime.block_on(async {
        let (heard, mut events) = tokio::sync::mpsc::channel(64);
        let _dialer = Dialer::spawn(identity, device, vec![address], heard);
        let mut links = Vec::new();
        let told = async {
            loop {
                match events.recv().await.unwrap() {
                    LinkEvent::Up { link, .. } => links.push(link),
                    LinkEvent::Received {
                        message: PeerMessage::Hello(theirs),
                        ..
                    } => {
                        let hello = Hello {
                            version: PROTOCOL_VERSION + 1,
                            yours: None,
                            ..theirs
                        };
                        links[0].send(&PeerMessage::Hello(hello)).unwrap();
                    }
                    LinkEvent::Received {
                        message:
                            PeerMessage::Refused {
                                code: RefusalCode::Version,
                                detail,
                            },
                        ..
                    } => return detail,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, told).await.unwrap()
    });
    assert!(told.contains("update the older one"), "{told}");
    eventually("it is shown with the device", || {
        let trouble = member(&three.homes[0], "NAS")["trouble"].clone();
        trouble
            .as_str()?
            .contains("update the older one")
            .then_some(())
    });
    let shown = three.homes[0].run(["devices"]).succeeded().stdout;
    let version = format!("NAS: it speaks version {}", PROTOCOL_VERSION + 1);
    assert!(shown.contains(&version), "{shown}");
    assert_eq!(write(three.node(1), "meanwhile")["state"], "committed");
    // Once it is brought up to date there is no trouble any more.
    three.start(2);
    eventually("nothing is wrong any more", || {
        let one = member(&three.homes[0], "NAS");
        (one["trouble"].is_null() && one["reachable"] == true).then_some(())
    });
    three.agree();
}

#[test]
fn a_full_disk_on_one_device_stops_that_one_only() {
    let dir = TempDir::new().unwrap();
    let disk = match Disk::mount(&dir.path().join("disk"), "60m") {
        Ok(disk) => disk,
        Err(why) => {
            eprintln!("no file system may be mounted here, so none can be filled: {why}");
            return;
        }
    };
    let first = Household::found();
    let one = first.serve();
    let second = first.joined("Laptop");
    let two = second.serve();
    let third = first.joined_in("Full", dir, disk.at().join("library"));
    let three = third.serve();
    eventually("all vote", || {
        let members = first.json(["status"])["members"].clone();
        let votes = |one: &Value| one["role"] == "voter" && one["reachable"] == true;
        members.as_array()?.iter().all(votes).then_some(())
    });
    let filling: PathBuf = disk.at().join("filling");
    fill(&filling, 0);
    let bytes = vec![7; 300_000];
    let refused = three
        .client()
        .ask("POST", "/api/v1/files?name=big", &[], &bytes);
    assert_eq!(refused.status, 507, "{refused:?}");
    let text = String::from_utf8(refused.body).unwrap();
    assert!(
        text.contains("disk_full") && text.contains("full"),
        "{text}"
    );
    // The others store, search and decide.
    for n in 0..20 {
        let path = format!("/api/v1/files?name={n}.bin");
        let stored = [&one, &two][n % 2]
            .client()
            .ask("POST", &path, &[], &[n as u8; 200_000]);
        assert_eq!(stored.is(201).json()["state"], "committed");
    }
    agree(&[&one, &two]);
    let looked = three.client().get("/api/v1/search?q=");
    assert!(matches!(looked.status, 200 | 507), "{looked:?}");
    // With room again it catches up.
    fs::remove_file(&filling).unwrap();
    agree(&[&one, &two, &three]);
    eventually("it has every original", || {
        let report = third.run(["verify", "--deep", "--json"]);
        (report.code == Some(0) && report.json()["originals"] == 20).then_some(())
    });
}

#[test]
fn a_clock_that_is_a_year_off_loses_nothing_and_keeps_nobody_up() {
    let mut three = Three::found();
    write(three.node(0), "before");
    for (wrong, text, way) in [("+1y", "ahead", 1), ("-1y", "behind", -1)] {
        three.nodes[2].take().unwrap().terminate();
        let Some(node) = three.homes[2].serve_at_time(wrong) else {
            eprintln!("libfaketime is not installed: nothing was tested");
            return;
        };
        three.nodes[2] = Some(node);
        eventually("it takes part", || {
            let one = member(&three.homes[0], "NAS");
            (one["reachable"] == true && three.ledger(2)["quorum"] == true).then_some(())
        });
        for home in &three.homes {
            eventually("whose clock it is, is told on each device", || {
                let told = |name| member(home, name)["clock_ahead_seconds"].as_i64();
                let days = told("NAS")? * way / 86_400;
                let others = told("Here").or(told("Laptop"));
                ((364..=367).contains(&days) && others.is_none()).then_some(())
            });
            let said = home.run(["status"]).succeeded().stdout;
            assert!(said.contains("the clock of NAS is 36"), "{said}");
        }
        let id = write(three.node(2), text)["id"].clone();
        let path = format!("/api/v1/photos/{}", id.as_str().unwrap());
        let rated = three
            .client(2)
            .send("PATCH", &path, &json!({ "rating": 4 }));
        assert_eq!(rated.is(200).json()["state"], "committed");
        let edit = json!({ "query": "", "change": { "add_tags": [text] } });
        let edited = three.client(1).send("POST", "/api/v1/edits", &edit);
        assert_eq!(edited.is(200).json()["state"], "committed");
        three.agree();
        // Its vote counts as any.
        three.kill(1);
        assert_eq!(
            write(three.node(0), &format!("{text}-2"))["state"],
            "committed"
        );
        three.start(1);
        three.agree();
    }
    for home in &three.homes {
        eventually("nothing is wrong, and every original has come", || {
            (home.run(["verify"]).code == Some(0)).then_some(())
        });
    }
    for n in 0..3 {
        eventually("all is there", || {
            (three.found_by(n, "") == 5).then_some(())
        });
    }
}

#[test]
fn an_invitation_of_another_household_changes_nothing_here() {
    let (ours, theirs) = (Household::found(), Household::found());
    let _theirs = theirs.serve();
    let invitation = theirs.run(["invite"]).succeeded().stdout;
    let tip = ours.json(["status"])["tip"].clone();
    let refused = ours
        .run(["join", invitation.trim(), "--device", "X"])
        .exited(1);
    let path = ours.root().display().to_string();
    assert!(refused.stderr.contains(&path), "{}", refused.stderr);
    assert_eq!(ours.json(["status"])["tip"], tip);
    assert_eq!(
        theirs.json(["devices"])["devices"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn an_address_that_is_in_use_is_named_with_the_option_that_changes_it() {
    let home = Household::found();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for option in ["--api", "--peer"] {
        let mut serve = vec!["serve", "--api", "127.0.0.1:0", "--peer", "127.0.0.1:0"];
        let at = serve.iter().position(|one| *one == option).unwrap();
        serve[at + 1] = &taken;
        let refused = home.run(serve).exited(1);
        assert!(refused.stderr.contains(&taken), "{}", refused.stderr);
        assert!(refused.stderr.contains(option), "{}", refused.stderr);
    }
}

#[test]
fn a_bucket_that_is_none_is_said_at_once() {
    let home = Household::found();
    let said = home.folder("said");
    let mut serve = home.command(["serve", "--api", "127.0.0.1:0", "--peer", "127.0.0.1:0"]);
    serve.env("KINFOLIO_BUCKET_URL", "ftp://nowhere");
    serve.stdout(std::process::Stdio::null());
    serve.stderr(fs::File::create(&said).unwrap());
    let mut child = serve.spawn().unwrap();
    eventually("it is said", || {
        let text = fs::read_to_string(&said).unwrap();
        text.contains("KINFOLIO_BUCKET_URL").then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_library_of_a_newer_version_is_told_from_a_damaged_one_and_left_as_it_is() {
    // Of two devices, so that damage would be mended from the other one.
    let [(_first, _inviter), (home, node)] = Household::two();
    node.kill();
    let log = ledger::log(&home.root().join("ledger"));
    let sound = fs::read(&log).unwrap();
    let newer = ledger::of_newer_version(&sound);
    fs::write(&log, &newer).unwrap();
    for command in [&["search", ""][..], &["serve", "--api", "127.0.0.1:0"]] {
        let said = home.run(command).exited(1).stderr;
        assert!(said.contains("a newer version of Kinfolio wrote"), "{said}");
        assert!(said.contains("update Kinfolio on this device"), "{said}");
    }
    let report = home.run(["verify", "--json"]).exited(1).json();
    assert!(report.to_string().contains("newer version"), "{report}");
    assert_eq!(fs::read(&log).unwrap(), newer);
    fs::write(&log, &sound).unwrap();
    assert_eq!(home.json(["verify"])["ok"], true);
}
