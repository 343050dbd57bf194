//! A household of two devices that are not always awake together: what one does alone shows there
//! at once and reaches the other once, what both did is told apart, and undo reaches everywhere.

use std::fs;
use std::net::TcpListener;

use harness::http::Client;
use harness::library::{Household, Node, eventually};
use kinfolio_node::{DeviceId, Founder};
use serde_json::{Value, json};

/// Two libraries of one household, each with its address.
struct Couple {
    homes: [Household; 2],
    addresses: [String; 2],
}

impl Couple {
    fn found() -> Self {
        let homes = [Household::found(), Household::found()];
        for home in &homes {
            // Each has founded a household of its own; they are to found one together.
            for folder in ["ledger", "identity", "catalog", "index"] {
                fs::remove_dir_all(home.root().join(folder)).unwrap();
            }
        }
        let founder = Founder {
            household: "Test".to_owned(),
            device: "PC".to_owned(),
        };
        founder
            .found_together(homes[0].root(), &[homes[1].root()])
            .unwrap();
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let addresses = listeners.map(|one| one.local_addr().unwrap().to_string());
        let couple = Self { homes, addresses };
        let devices = [0, 1].map(|one| couple.device(one));
        for (me, other) in [(0, 1), (1, 0)] {
            let settings = couple.homes[me].root().join("library.toml");
            let mut text = fs::read_to_string(&settings).unwrap();
            let address = &couple.addresses[other];
            text.push_str(&format!(
                "\n[[peers]]\ndevice = \"{}\"\naddresses = [\"{address}\"]\n",
                devices[other]
            ));
            fs::write(&settings, text).unwrap();
        }
        couple
    }

    fn device(&self, one: usize) -> DeviceId {
        let node = kinfolio_node::Node::open(self.homes[one].root()).unwrap();
        let device = node.status().device.id;
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(node.close()).unwrap();
        device
    }

    /// The same, both of which serve, and agree.
    fn together() -> (Self, [Node; 2]) {
        let couple = Self::found();
        let nodes = [couple.serve(0), couple.serve(1)];
        together(&nodes.each_ref().map(Node::client).each_ref());
        (couple, nodes)
    }

    fn serve(&self, one: usize) -> Node {
        self.homes[one].serve_at(&self.addresses[one])
    }
}

fn upload(client: &Client, bytes: &str) -> Value {
    let path = format!("/api/v1/files?name={bytes}.txt");
    client.ask("POST", &path, &[], bytes.as_bytes()).json()
}

fn photo(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/v1/photos/{id}")).is(200).json()
}

fn history(client: &Client, id: &str) -> Vec<Value> {
    let path = format!("/api/v1/photos/{id}/history");
    let history = client.get(&path).is(200).json();
    history["entries"].as_array().unwrap().clone()
}

fn change(client: &Client, id: &str, change: &Value) -> Value {
    let path = format!("/api/v1/photos/{id}");
    client.send("PATCH", &path, change).is(200).json()
}

fn found(client: &Client, query: &str) -> u64 {
    let path = format!("/api/v1/search?q={query}");
    client.get(&path).is(200).json()["total"].as_u64().unwrap()
}

/// Undoes, and says on how many photos, on how many not, and whether it is decided.
fn undo(client: &Client) -> (u64, u64, String) {
    let done = client.ask("POST", "/api/v1/undo", &[], &[]).is(200).json();
    let count = |name: &str| done[name].as_u64().unwrap();
    let state = done["state"].as_str().unwrap().to_owned();
    (count("undone"), count("skipped"), state)
}

/// Waits until both devices reach each other and agree.
fn together(clients: &[&Client; 2]) {
    eventually("both agree and nothing waits", || {
        let ledgers = clients.map(|client| client.get("/api/v1/ledger").is(200).json());
        let settled = |ledger: &Value| ledger["quorum"] == true && ledger["pending"] == 0;
        let agree = ledgers[0]["tip"] == ledgers[1]["tip"];
        (agree && ledgers.iter().all(settled)).then_some(())
    });
}

fn shows(client: &Client, id: &str, field: &str, value: &Value) {
    eventually(&format!("{field} is {value}"), || {
        let answer = client.get(&format!("/api/v1/photos/{id}"));
        (answer.status == 200 && answer.json()[field] == *value).then_some(())
    });
}

#[test]
fn what_is_done_alone_shows_at_once_and_is_done_once() {
    let (couple, [first, second]) = Couple::together();
    let (here, there) = (first.client(), second.client());
    let old = upload(&here, "old")["id"].as_str().unwrap().to_owned();
    shows(&there, &old, "state", &json!("committed"));
    assert!(second.terminate().success());

    let changed = change(
        &here,
        &old,
        &json!({ "caption": "On the train", "rating": 4 }),
    );
    assert_eq!(
        (&changed["state"], &changed["photo"]["state"]),
        (&json!("pending"), &json!("pending"))
    );
    assert_eq!(changed["photo"]["caption"], "On the train");
    let new = upload(&here, "new");
    assert_eq!(
        (&new["status"], &new["state"]),
        (&json!("added"), &json!("pending"))
    );
    let again = upload(&here, "new");
    assert_eq!(
        (&again["status"], &again["state"]),
        (&json!("duplicate"), &json!("pending"))
    );
    let new = new["id"].as_str().unwrap().to_owned();
    change(&here, &new, &json!({ "add_tags": ["train"] }));
    change(&here, &new, &json!({ "rating": 5 }));
    assert_eq!(undo(&here), (1, 0, "pending".to_owned()));

    let check = |here: &Client| {
        let record = photo(here, &new);
        assert_eq!(
            (&record["state"], &record["block"]),
            (&json!("pending"), &Value::Null)
        );
        assert_eq!(
            (&record["tags"], &record["rating"]),
            (&json!(["train"]), &json!(0))
        );
        let timeline = here.get("/api/v1/timeline").is(200).json();
        assert_eq!(timeline["total"], 2);
        let month = timeline["months"][0]["month"].as_str().unwrap();
        let month = here
            .get(&format!("/api/v1/timeline/{month}"))
            .is(200)
            .json();
        let rows = month["rows"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["state"] == "pending"), "{rows:?}");
        eventually("searches follow", || {
            let all = found(here, "is:pending") == 2 && found(here, "tag:train") == 1;
            (all && found(here, "rating:4") == 1).then_some(())
        });
        let history = history(here, &old);
        assert_eq!(history.len(), 2);
        assert_eq!(
            (&history[1]["state"], &history[1]["height"]),
            (&json!("pending"), &Value::Null)
        );
        assert_eq!(history[1]["decided_at"], Value::Null);
        assert!(history[1]["at"].is_string(), "{history:?}");
    };
    check(&here);
    let written_at = history(&here, &old)[1]["at"].clone();
    first.kill();
    let first = couple.serve(0);
    let here = first.client();
    check(&here);

    let second = couple.serve(1);
    let there = second.client();
    together(&[&here, &there]);
    for client in [&here, &there] {
        shows(client, &new, "state", &json!("committed"));
        shows(client, &old, "caption", &json!("On the train"));
        let record = photo(client, &new);
        assert_eq!(
            (&record["tags"], &record["rating"]),
            (&json!(["train"]), &json!(0))
        );
        let old = history(client, &old);
        assert_eq!(old.len(), 2, "once");
        // It was written when it was, however much later it was decided.
        assert_eq!(old[1]["at"], written_at);
        assert!(
            old[1]["decided_at"].as_str() > written_at.as_str(),
            "{old:?}"
        );
        let what: Vec<_> = history(client, &new)
            .iter()
            .map(|one| one["what"].clone())
            .collect();
        assert_eq!(what, ["added", "changed", "changed", "undone"]);
        eventually("searches follow", || {
            (found(client, "is:pending") == 0 && found(client, "tag:train") == 1).then_some(())
        });
    }
}

#[test]
fn whoever_disagrees_is_told_and_undo_reaches_everybody() {
    let (couple, [first, second]) = Couple::together();
    let (here, there) = (first.client(), second.client());
    let id = upload(&here, "one")["id"].as_str().unwrap().to_owned();
    shows(&there, &id, "state", &json!("committed"));

    // Each writes while the other sleeps.
    assert!(second.terminate().success());
    change(&here, &id, &json!({ "caption": "mine" }));
    assert!(first.terminate().success());
    let second = couple.serve(1);
    let there = second.client();
    change(&there, &id, &json!({ "caption": "yours" }));
    let first = couple.serve(0);
    let here = first.client();
    together(&[&here, &there]);
    for client in [&here, &there] {
        eventually("the conflict is told", || {
            let conflicts = photo(client, &id)["conflicts"].clone();
            (conflicts.as_array().unwrap().len() == 1).then_some(())
        });
        eventually("it is found", || {
            (found(client, "has:conflict") == 1).then_some(())
        });
    }
    let conflict = photo(&here, &id)["conflicts"][0].clone();
    assert_eq!(conflict, photo(&there, &id)["conflicts"][0]);
    let values = [&conflict["kept"], &conflict["replaced"][0]];
    let mut captions = values.map(|one| one["value"].as_str().unwrap());
    let other = captions[1].to_owned();
    captions.sort_unstable();
    assert_eq!(captions, ["mine", "yours"]);
    let mut names = values.map(|one| one["device_name"].as_str().unwrap());
    names.sort_unstable();
    assert_eq!(names, ["PC", "PC 2"]);
    let entries = history(&there, &id);
    assert_eq!(entries[2]["unseen"][0]["value"], json!(other));

    // On the command line as well.
    let shown = couple.homes[0].run(["show", &id]).succeeded().stdout;
    let says = format!("does not; to choose: kinfolio edit {id} --caption");
    assert!(shown.contains(&says), "{shown}");
    for value in ["caption “mine” by PC", "caption “yours” by PC 2"] {
        assert!(shown.contains(value), "{shown}");
    }
    let listed = couple.homes[0].run(["show", &id, "--history"]).succeeded();
    let unseen = format!("without having seen caption “{other}” by PC");
    assert!(listed.stdout.contains(&unseen), "{listed:?}");

    // One step takes the other value, for both devices.
    change(&there, &id, &json!({ "caption": other }));
    for client in [&here, &there] {
        shows(client, &id, "conflicts", &json!([]));
        shows(client, &id, "caption", &json!(other));
        eventually("it is settled", || {
            (found(client, "has:conflict") == 0).then_some(())
        });
    }

    // Undo takes back what still stands, one action after the other.
    change(&here, &id, &json!({ "add_tags": ["sea"], "rating": 3 }));
    shows(&there, &id, "rating", &json!(3));
    change(&there, &id, &json!({ "rating": 1 }));
    shows(&here, &id, "rating", &json!(1));
    assert_eq!(undo(&here), (1, 0, "committed".to_owned()));
    for client in [&here, &there] {
        shows(client, &id, "tags", &json!([]));
        shows(client, &id, "rating", &json!(1));
    }
    assert_eq!(
        undo(&here),
        (0, 1, "committed".to_owned()),
        "the caption is another's"
    );
    shows(&there, &id, "caption", &json!(other));
    assert_eq!(undo(&here), (1, 0, "committed".to_owned()), "the upload");
    shows(&there, &id, "trashed", &json!(true));
    let refused = couple.homes[0].run(["undo"]).exited(1).stderr;
    assert!(refused.contains("nothing to undo"), "{refused}");
    let nothing = here.ask("POST", "/api/v1/undo", &[], &[]).is(409).json();
    assert_eq!(nothing["code"], "nothing_to_undo");
    // What stood before the rating of this device stands again: the rating of the other, whose
    // undo left it alone.
    let undone = couple.homes[1].run(["undo"]).succeeded().stdout;
    assert!(
        undone.starts_with("Taken back on 1 photo: rating 1, of 20"),
        "{undone}"
    );
    shows(&here, &id, "rating", &json!(3));
}

/// The other device is lost for good: this one goes on by a word of its owner, and should the other
/// come back after all, it follows, and nothing that either had is lost or there twice.
#[test]
fn who_lost_the_other_device_goes_on() {
    let (couple, [first, second]) = Couple::together();
    let (here, there) = (first.client(), second.client());
    let old = upload(&here, "old")["id"].as_str().unwrap().to_owned();
    shows(&there, &old, "state", &json!("committed"));
    let refused = here.send("POST", "/api/v1/devices/recover", &json!({}));
    assert_eq!(refused.is(409).json()["code"], "quorum");
    first.kill();
    change(
        &there,
        &old,
        &json!({ "caption": "Written while the other one slept" }),
    );
    let theirs = upload(&there, "theirs")["id"].as_str().unwrap().to_owned();
    second.kill();

    let first = couple.serve(0);
    let here = first.client();
    let ours = upload(&here, "ours");
    assert_eq!(ours["state"], "pending");
    let ours = ours["id"].as_str().unwrap().to_owned();
    let other = json!({ "household": "Another" });
    let refused = here.send("POST", "/api/v1/devices/recover", &other);
    assert_eq!(refused.is(400).json()["code"], "other_household");
    let begun = couple.homes[0].json(["devices", "recover"]);
    assert_eq!(begun["epoch"].as_str().map(str::len), Some(64), "{begun}");
    shows(&here, &ours, "state", &json!("committed"));
    let alone = change(&here, &old, &json!({ "rating": 4 }));
    assert_eq!(alone["state"], "committed");

    let second = couple.serve(1);
    let there = second.client();
    together(&[&here, &there]);
    for client in [&here, &there] {
        for id in [&ours, &theirs] {
            shows(client, id, "state", &json!("committed"));
        }
        shows(
            client,
            &old,
            "caption",
            &json!("Written while the other one slept"),
        );
        shows(client, &old, "rating", &json!(4));
        assert_eq!(history(client, &old).len(), 3, "once");
        assert_eq!(client.get("/api/v1/timeline").is(200).json()["total"], 3);
    }
    eventually("both vote", || {
        let members = here.get("/api/v1/devices").is(200).json();
        let members = members.as_array().unwrap().clone();
        members
            .iter()
            .all(|one| one["role"] == "voter")
            .then_some(())
    });
    let tip = here.get("/api/v1/ledger").json()["tip"].clone();
    drop((first, second));
    for home in &couple.homes {
        let verified = home.json(["verify", "--deep"]);
        assert_eq!(verified["faults"], json!([]));
        assert_eq!(verified["ok"], true);
    }
    assert!(tip.is_string());
}

/// Both went on alone, each by a word of its owner: neither goes with the other by itself, and a person
/// says which one does, on the command line.
#[test]
fn of_two_that_went_on_alone_a_person_says_which_one_follows() {
    let (couple, [first, second]) = Couple::together();
    let (here, there) = (first.client(), second.client());
    let old = upload(&here, "old")["id"].as_str().unwrap().to_owned();
    shows(&there, &old, "state", &json!("committed"));
    first.kill();
    eventually("it can go on alone", || {
        let recovered = couple.homes[1].run(["devices", "recover"]);
        (recovered.code == Some(0)).then_some(())
    });
    let theirs = upload(&there, "theirs");
    assert_eq!(theirs["state"], "committed");
    let theirs = theirs["id"].as_str().unwrap().to_owned();
    second.kill();

    let first = couple.serve(0);
    let here = first.client();
    couple.homes[0].json(["devices", "recover"]);
    let ours = upload(&here, "ours");
    assert_eq!(ours["state"], "committed");
    let ours = ours["id"].as_str().unwrap().to_owned();
    let second = couple.serve(1);
    let there = second.client();
    for home in &couple.homes {
        eventually("each says that the other went another way", || {
            let devices = home.json(["devices"])["devices"].clone();
            let devices = devices.as_array()?;
            (devices.iter().any(|one| one["trouble"].is_string())).then_some(())
        });
    }
    assert_eq!(there.get(&format!("/api/v1/photos/{ours}")).status, 404);

    let nobody = couple.homes[1].run(["devices", "follow", "Nobody"]);
    assert!(nobody.code != Some(0), "{nobody:?}");
    let device = here.get("/api/v1/ledger").json()["device"]["id"].clone();
    let device = device.as_str().unwrap();
    let followed = couple.homes[1].json(["devices", "follow", device]);
    assert_eq!(followed, json!({ "follows": device }));
    for client in [&here, &there] {
        for id in [&old, &ours, &theirs] {
            eventually("all of it is there", || {
                let photo = client.get(&format!("/api/v1/photos/{id}"));
                (photo.status == 200 && photo.json()["state"] == "committed").then_some(())
            });
        }
        assert_eq!(client.get("/api/v1/timeline").is(200).json()["total"], 3);
    }
    let tips = || [&here, &there].map(|one| one.get("/api/v1/ledger").json()["tip"].clone());
    eventually("one tip", || {
        let [one, other] = tips();
        (one == other).then_some(())
    });
    for home in &couple.homes {
        eventually("each holds all of it, whole", || {
            let verified = home.run(["verify", "--deep"]);
            (verified.code == Some(0)).then_some(())
        });
    }
}
