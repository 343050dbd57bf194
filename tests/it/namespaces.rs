//! Devices on machines of their own, whose cables are pulled.

use std::time::Instant;

use harness::dice::Dice;
use harness::library::{Household, Node, eventually};
use harness::network::Switch;
use serde_json::{Value, json};

/// Devices of one household, each on a machine of its own.
struct Machines {
    // Before the switch, so that the processes end first.
    nodes: Vec<Option<Node>>,
    homes: Vec<Household>,
    switch: Switch,
}

impl Machines {
    /// So many devices, all of which serve and vote; nothing, where network namespaces are
    /// forbidden.
    fn found(count: u8) -> Option<Self> {
        let Some(switch) = Switch::with(count) else {
            eprintln!("network namespaces cannot be made here: nothing was tested");
            return None;
        };
        let first = Household::found();
        let serving = first.serve_on(&switch, 0);
        let mut machines = Self {
            nodes: vec![Some(serving)],
            homes: vec![first],
            switch,
        };
        for n in 1..count {
            let name = format!("PC {n}");
            let home = machines.homes[0].joined_from(&name, &machines.switch, n);
            machines
                .nodes
                .push(Some(home.serve_on(&machines.switch, n)));
            machines.homes.push(home);
        }
        machines.all_vote();
        Some(machines)
    }

    fn all_vote(&self) {
        for home in &self.homes {
            eventually("everyone votes and sees everyone", || {
                let members = home.json(["status"])["members"].as_array()?.clone();
                let good = |one: &Value| one["role"] == "voter" && one["reachable"] == true;
                (members.len() == self.homes.len() && members.iter().all(good)).then_some(())
            });
        }
    }

    /// Waits until nothing is pending anywhere and all have one tip.
    fn agree(&self) {
        eventually("one tip, nothing pending", || {
            let each = self.homes.iter().map(|home| home.json(["status"]));
            let each: Vec<_> = each.collect();
            let same = |one: &Value| one["tip"] == each[0]["tip"] && one["pending"] == 0;
            each.iter().all(same).then_some(())
        });
    }

    /// Photos that every device has, as their ids.
    fn photos(&self, count: u32) -> Vec<String> {
        let folder = self.homes[0].sample("photos", count);
        let receipt = self.homes[0].json(["import".as_ref(), folder.as_os_str()]);
        for home in &self.homes {
            eventually("every device has the photos", || {
                (home.json(["search", ""])["total"] == count).then_some(())
            });
        }
        let ids = receipt["ids"].as_array().unwrap().iter();
        ids.map(|id| id.as_str().unwrap().to_owned()).collect()
    }

    fn edit(&self, n: usize, id: &str, change: [&str; 2]) -> Value {
        self.homes[n].json(["edit", id, change[0], change[1]])
    }
}

#[test]
fn both_sides_of_a_cut_go_on_and_all_of_it_is_there_when_it_is_healed() {
    let Some(machines) = Machines::found(3) else {
        return;
    };
    let ids = machines.photos(3);
    machines.switch.pull(2);
    let here = machines.edit(0, &ids[0], ["--caption", "by the majority"]);
    assert_eq!(here["state"], "committed");
    assert_eq!(
        machines.edit(1, &ids[1], ["--add-tag", "near"])["state"],
        "committed"
    );
    let there = machines.edit(2, &ids[0], ["--caption", "by the lonely one"]);
    assert_eq!(there["state"], "pending");
    assert_eq!(
        machines.edit(2, &ids[2], ["--add-tag", "far"])["state"],
        "pending"
    );
    let lonely = machines.homes[2].json(["status"]);
    assert_eq!(
        (&lonely["pending"], &lonely["quorum"]),
        (&json!(2), &json!(false))
    );

    machines.switch.plug(2);
    let healed = Instant::now();
    machines.agree();
    eprintln!(
        "one tip {} ms after the cut was healed",
        healed.elapsed().as_millis()
    );
    for home in &machines.homes {
        let show = |id: &String| home.json(["show", id]);
        eventually("every edit is on every device", || {
            let tags = |id| show(id)["tags"].clone();
            let tagged = tags(&ids[1]) == json!(["near"]) && tags(&ids[2]) == json!(["far"]);
            tagged.then_some(())
        });
        let photo = show(&ids[0]);
        assert_eq!(
            photo["caption"], "by the lonely one",
            "the later in the chain"
        );
        let conflicts = photo["conflicts"].to_string();
        for value in ["by the majority", "by the lonely one"] {
            assert!(conflicts.contains(value), "{value} is lost: {conflicts}");
        }
    }
    for home in &machines.homes {
        home.run(["verify"]).succeeded();
    }
}

#[test]
fn of_two_devices_one_sleeps_and_what_the_other_wrote_is_decided_when_it_wakes() {
    let Some(machines) = Machines::found(2) else {
        return;
    };
    let ids = machines.photos(2);
    let sleeper = machines.nodes[1].as_ref().unwrap();
    sleeper.signal("STOP");
    let alone = machines.edit(0, &ids[0], ["--add-tag", "alone"]);
    assert_eq!(alone["state"], "pending");
    eventually("it is seen to be away", || {
        let status = machines.homes[0].json(["status"]);
        (status["quorum"] == false && status["pending"] == 1).then_some(())
    });
    sleeper.signal("CONT");
    let woken = Instant::now();
    machines.agree();
    eprintln!("decided {} ms after it woke", woken.elapsed().as_millis());
    eventually("it has the edit, too", || {
        (machines.homes[1].json(["search", "tag:alone"])["total"] == 1).then_some(())
    });
}

#[test]
fn devices_that_both_have_other_addresses_find_each_other_by_themselves() {
    let Some(machines) = Machines::found(2) else {
        return;
    };
    let ids = machines.photos(1);
    machines.switch.move_to(0, "10.77.0.101");
    machines.switch.move_to(1, "10.77.0.102");
    let moved = Instant::now();
    let mut tags = (0..).map(|n| format!("moved {n}"));
    eventually("they agree on something again", || {
        let tag = tags.next()?;
        (machines.edit(1, &ids[0], ["--add-tag", &tag])["state"] == "committed").then_some(())
    });
    eprintln!(
        "agreed again {} ms after both had moved",
        moved.elapsed().as_millis()
    );
    machines.all_vote();
    machines.agree();
}

#[test]
fn whichever_device_is_killed_or_cut_off_no_acknowledged_edit_is_lost_and_none_comes_twice() {
    let Some(mut machines) = Machines::found(3) else {
        return;
    };
    let ids = machines.photos(1);
    let mut dice = Dice::seeded();
    let mut tags = Vec::new();
    for round in 0..9 {
        let victim = u8::try_from(dice.below(3)).unwrap();
        let writer = (usize::from(victim) + 1) % 3;
        let cut = dice.below(2) == 0;
        if cut {
            machines.switch.pull(victim);
        }
        for (n, by) in [writer, usize::from(victim)].into_iter().enumerate() {
            let tag = format!("t{round}-{n}");
            let state = machines.edit(by, &ids[0], ["--add-tag", &tag])["state"].clone();
            assert!(state == "committed" || state == "pending", "{state}");
            tags.push(tag);
        }
        if cut {
            machines.switch.plug(victim);
        } else {
            let at = usize::from(victim);
            machines.nodes[at].take().unwrap().kill();
            let restarted = machines.homes[at].serve_on(&machines.switch, victim);
            machines.nodes[at] = Some(restarted);
        }
    }
    machines.agree();
    tags.sort();
    for home in &machines.homes {
        eventually("every acknowledged tag is there", || {
            let mut found: Vec<_> = home.json(["show", &ids[0]])["tags"]
                .as_array()?
                .iter()
                .map(|tag| tag.as_str().unwrap().to_owned())
                .collect();
            found.sort();
            (found == tags).then_some(())
        });
        home.run(["verify", "--deep"]).succeeded();
    }
    // Each stands in the photo's history once, whichever way it went.
    let history = machines.homes[0].ask_node(&format!("/api/v1/photos/{}/history", ids[0]));
    let entries = history["entries"].as_array().unwrap().iter();
    let changes = entries.filter(|one| one["what"] == "changed");
    assert_eq!(changes.count(), tags.len(), "{history}");
}
