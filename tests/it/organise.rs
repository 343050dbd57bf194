//! Tags, albums, people, the household's own fields and saved searches: made, renamed, merged,
//! removed, found and undone, by everybody, whatever bytes people call them.

use std::fs;

use harness::http::{Answer, Client};
use harness::library::{Household, Node, eventually};
use serde_json::{Value, json};

fn upload(client: &Client, text: &str) -> String {
    let path = format!("/api/v1/files?name={text}.txt");
    let answer = client.ask("POST", &path, &[], text.as_bytes()).json();
    answer["id"].as_str().unwrap().to_owned()
}

fn edit(client: &Client, ids: &[&str], change: &Value) {
    let body = json!({ "ids": ids, "change": change });
    ok(client.send("POST", "/api/v1/edits", &body));
}

/// The names in a list, with their counts.
fn counts(client: &Client, list: &str) -> Vec<(String, u64)> {
    let listed = client.get(&format!("/api/v1/{list}")).is(200).json();
    let labels = listed[list].as_array().unwrap().iter();
    let row = |row: &Value| {
        let name = row["name"].as_str().unwrap().to_owned();
        (name, row["count"].as_u64().unwrap())
    };
    labels.map(row).collect()
}

fn found(client: &Client, query: &str) -> u64 {
    let query: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = client.get(&format!("/api/v1/search?q={query}")).is(200);
    answer.json()["total"].as_u64().unwrap()
}

/// Waits until a search finds as many.
fn finds(client: &Client, query: &str, expect: u64) {
    eventually(&format!("{expect} of {query}"), || {
        (found(client, query) == expect).then_some(())
    });
}

fn blocks_and_edits(client: &Client) -> (u64, u64) {
    let blocks = client.get("/api/v1/ledger/blocks?limit=100000").json();
    let blocks = blocks.as_array().unwrap();
    let edits = blocks.iter().map(|block| block["edits"].as_u64().unwrap());
    (blocks.len() as u64, edits.sum())
}

#[test]
fn a_tag_is_renamed_everywhere_in_one_edit_and_back() {
    let (home, node) = serving();
    let client = node.client();
    let ids: Vec<_> = (0..5).map(|n| upload(&client, &format!("t{n}"))).collect();
    let all: Vec<_> = ids.iter().map(String::as_str).collect();
    edit(
        &client,
        &all,
        &json!({ "add_tags": ["Urlaub/Grèce/\"Kreta\" 🎂"] }),
    );
    edit(
        &client,
        &all[..2],
        &json!({ "add_tags": ["Urlaub"], "trash": true }),
    );
    let (_, before) = blocks_and_edits(&client);
    let to = json!({ "name": "holiday" });
    let done = client
        .send("PATCH", "/api/v1/tags/Urlaub", &to)
        .is(200)
        .json();
    assert_eq!(done["photos"], 5, "{done}");
    assert_eq!(blocks_and_edits(&client).1, before + 1, "one edit");
    let deep = "holiday/Grèce/\"Kreta\" 🎂";
    assert_eq!(counts(&client, "tags"), [(deep.to_owned(), 3)]);
    finds(&client, "tag:holiday/grece", 3);
    finds(&client, "tag:holiday is:trashed", 2);
    finds(&client, "tag:urlaub OR (tag:urlaub is:trashed)", 0);
    let history = client
        .get(&format!("/api/v1/photos/{}/history", ids[0]))
        .json();
    let last = history["entries"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(
        (&last["what"], &last["label"]["to"]),
        (&json!("relabelled"), &json!("holiday"))
    );
    let undone = client
        .send("POST", "/api/v1/undo", &json!({}))
        .is(200)
        .json();
    assert_eq!(
        (&undone["what"], &undone["undone"]),
        (&json!("label"), &json!(5))
    );
    finds(&client, "tag:urlaub", 3);
    // A part of a tag with a slash in its name.
    let path = "/api/v1/tags/Urlaub%2FGr%C3%A8ce";
    ok(client.send("PATCH", path, &json!({ "name": "Crete" })));
    finds(&client, "tag:\"crete/\\\"kreta\\\" 🎂\"", 3);
    ok(client.send("DELETE", "/api/v1/tags/Urlaub", &json!({})));
    let left = counts(&client, "tags");
    assert_eq!(left, [("Crete/\"Kreta\" 🎂".to_owned(), 3)]);
    drop(home);
}

#[test]
fn who_was_away_means_the_new_name() {
    let [(_home, here), (_other, there)] = Household::two();
    let (one, two) = (here.client(), there.client());
    let ids = ["a", "b"].map(|text| upload(&one, text));
    edit(
        &one,
        &[&ids[0]],
        &json!({ "add_tags": ["beech"], "add_albums": ["Sumer"] }),
    );
    finds(&two, "tag:beech", 1);
    // Both at once: one corrects the name, the other uses the wrong one again.
    let rename = |list: &str, from: &str, to: &str| {
        let path = format!("/api/v1/{list}/{from}");
        ok(one.send("PATCH", &path, &json!({ "name": to })));
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            rename("tags", "beech", "beach");
            rename("albums", "Sumer", "Summer");
        });
        scope.spawn(|| {
            let change = json!({ "add_tags": ["beech/sand"], "add_albums": ["Sumer"] });
            edit(&two, &[&ids[1]], &change);
        });
    });
    // Whichever came first, both devices say the same, and nothing is lost.
    let told = |client: &Client| (counts(client, "tags"), counts(client, "albums"));
    eventually("the same on both", || {
        (told(&one) == told(&two)).then_some(())
    });
    let photos: u64 = told(&one).0.iter().map(|(_, count)| count).sum();
    assert_eq!(photos, 2, "{:?}", told(&one));
}

#[test]
fn albums_people_and_fields_on_the_command_line() {
    let home = Household::found();
    let folder = home.sample("sample", 4);
    let import = ["import", folder.to_str().unwrap(), "--album", "Summer 2019"];
    assert_eq!(home.json(import)["added"], 4);
    let listed = home.json(["albums"]);
    assert_eq!(
        listed["albums"],
        json!([{ "name": "Summer 2019", "count": 4 }])
    );
    // The files are here; into another album they go all the same.
    let again = ["import", folder.to_str().unwrap(), "--album", "Best of"];
    assert_eq!(home.json(again)["duplicate"], 4);
    assert_eq!(home.json(["search", "album:\"best of\""])["total"], 4);
    home.run(["albums", "rename", "Best of", "Summer 2019"])
        .succeeded();
    assert_eq!(
        home.json(["albums"])["albums"],
        json!([{ "name": "Summer 2019", "count": 4 }])
    );
    home.run(["albums", "add", "Empty"]).succeeded();
    assert_eq!(
        home.json(["albums"])["albums"][0],
        json!({ "name": "Empty", "count": 0 })
    );

    home.run(["fields", "define", "Box", "--type", "number"])
        .succeeded();
    let choice = [
        "fields", "define", "Room", "--type", "choice", "--choice", "Attic",
    ];
    home.run(choice).succeeded();
    let ids = home.json(["search", ""]);
    let id = ids["photos"][0]["id"].as_str().unwrap();
    let set = [
        "edit",
        id,
        "--field",
        "Box=12.5",
        "--field",
        "Room=attic",
        "--add-person",
        "Anna Öz",
    ];
    home.run(set).succeeded();
    let photo = home.json(["show", id]);
    assert_eq!(photo["fields"], json!({ "Box": "12.5", "Room": "Attic" }));
    assert_eq!(photo["people"], json!(["Anna Öz"]));
    for query in [
        "field.box:>12",
        "field.BOX:12.5",
        "field.room:att",
        "person:oz",
        "has:people",
    ] {
        assert_eq!(home.json(["search", query])["total"], 1, "{query}");
    }
    assert_eq!(home.json(["fields"])["fields"][0]["count"], 1);
    home.run(["edit", id, "--field", "Room="]).succeeded();
    assert_eq!(home.json(["search", "field.room:*"])["total"], 0);

    let refused = |args: &[&str], code: i32, why: &str| {
        let ran = home.run(args).exited(code);
        assert!(ran.stderr.contains(why), "{args:?}: {}", ran.stderr);
    };
    refused(
        &["edit", id, "--field", "Box=many"],
        2,
        "number (write it as 12 or -0.5)",
    );
    refused(
        &["edit", id, "--field", "Shelf=2"],
        1,
        "has no field `Shelf` (it has Box, Room)",
    );
    refused(&["search", "field.shelf:2"], 2, "it has Box, Room");
    refused(
        &["fields", "define", "box", "--type", "text"],
        1,
        "like `Box`",
    );
    refused(
        &["fields", "define", "a b", "--type", "text"],
        2,
        "cannot be the name of a field",
    );
    refused(
        &["tags", "rename", "nobody", "x"],
        1,
        "there is no tag `nobody`",
    );
    refused(&["tags", "add", "a//b"], 2, "empty part");
    refused(
        &["albums", "rename", "Empty", &"x".repeat(300)],
        2,
        "at most 200",
    );
}

#[test]
fn searches_are_saved_for_the_household() {
    let [(_home, here), (_other, there)] = Household::two();
    let client = here.client();
    let save = |name: &str, query: &str| {
        client.send(
            "POST",
            "/api/v1/searches",
            &json!({ "name": name, "query": query }),
        )
    };
    ok(save("Best \"of\" 🎂", "rating:>=4 -is:video"));
    save("Wrong", "rating:9").is_problem(400, "bad_query");
    save(" ", "x").is_problem(400, "bad_setting");
    let there = there.client();
    let saved = json!([{ "name": "Best \"of\" 🎂", "query": "rating:>=4 -is:video" }]);
    eventually("the saved search", || {
        (there.get("/api/v1/searches").json()["searches"] == saved).then_some(())
    });
    let path = "/api/v1/searches/Best%20%22of%22%20%F0%9F%8E%82";
    ok(there.send("DELETE", path, &json!({})));
    there
        .send("DELETE", "/api/v1/searches/none", &json!({}))
        .is_problem(404, "search_unknown");
}

/// The map's clusters are what lies there, whatever the zoom, across the date line and at the poles.
#[test]
fn the_map_the_places_and_what_may_be_meant() {
    let (_home, node) = serving();
    let client = node.client();
    let spots = [
        [48.8583, 2.2945],
        [48.8606, 2.3376],
        [35.5138, 24.018],
        [-17.0, 179.99],
        [-17.0, -179.99],
        [90.0, 0.0],
        [-90.0, 120.0],
    ];
    for (n, spot) in spots.iter().enumerate() {
        let id = upload(&client, &format!("spot{n}"));
        edit(
            &client,
            &[&id],
            &json!({ "position": spot, "add_tags": ["Parks \"x\""] }),
        );
    }
    let lost = upload(&client, "trashed");
    edit(
        &client,
        &[&lost],
        &json!({ "position": spots[0], "trash": true }),
    );
    finds(&client, "has:gps", 7);
    let map = |bbox: &str, zoom: u8| {
        let path = format!("/api/v1/map?bbox={bbox}&zoom={zoom}");
        client.get(&path).is(200).json()
    };
    for zoom in [0, 3, 9, 20] {
        let world = map("-90,-180,90,180", zoom);
        assert_eq!(world["total"], 7, "{zoom}: {world}");
        let clusters = world["clusters"].as_array().unwrap();
        let counts = clusters.iter().map(|one| one["count"].as_u64().unwrap());
        assert_eq!(counts.sum::<u64>(), 7);
        for cluster in clusters {
            let number = |at: usize| cluster["bbox"][at].as_f64().unwrap();
            let (lat, lon) = (&cluster["position"][0], &cluster["position"][1]);
            assert!((number(0)..=number(2)).contains(&lat.as_f64().unwrap()));
            assert!((number(1)..=number(3)).contains(&lon.as_f64().unwrap()));
        }
    }
    assert_eq!(
        map("48,2,49,3", 5)["clusters"][0]["count"],
        2,
        "Paris is one at zoom 5"
    );
    assert_eq!(
        map("48,2,49,3", 16)["clusters"].as_array().unwrap().len(),
        2
    );
    assert_eq!(
        map("-18,179,-16,-179", 12)["total"],
        2,
        "across the date line"
    );
    assert_eq!(map("89,-180,90,180", 4)["total"], 1);
    let wrong = |path: &str, code: &str| client.get(path).is_problem(400, code);
    wrong("/api/v1/map?bbox=1,2,3&zoom=3", "bad_query");
    wrong("/api/v1/map?bbox=95,0,96,1&zoom=3", "bad_query");
    wrong("/api/v1/map?bbox=0,0,1,1&zoom=21", "bad_zoom");

    let places = counts(&client, "places");
    assert!(
        places
            .iter()
            .any(|(name, n)| name.contains("Paris") && *n >= 1),
        "{places:?}"
    );
    let suggested = |typed: &str| {
        let found = client.get(&format!("/api/v1/suggestions?q={typed}")).json();
        let found = found["suggestions"].as_array().unwrap().clone();
        let queries = found
            .iter()
            .map(|one| one["query"].as_str().unwrap().to_owned());
        queries.collect::<Vec<_>>()
    };
    let par = suggested("par");
    assert_eq!(par[0], "tag:\"parks \\\"x\\\"\"".replace("parks", "Parks"));
    assert!(
        par.iter()
            .any(|query| query.starts_with("place:\"") && query.contains("Paris"))
    );
    for query in &par {
        assert!(found(&client, query) >= 1, "{query}");
    }
    assert!(suggested("zzz").is_empty());
}

/// Ten thousand photos in one change, undone in one step.
#[test]
fn ten_thousand_photos_are_changed_and_undone_at_once() {
    let (home, node) = serving();
    let folder = home.folder("many");
    fs::create_dir_all(&folder).unwrap();
    for n in 0..10_000 {
        fs::write(folder.join(format!("{n}.txt")), format!("file {n}")).unwrap();
    }
    home.run(["import", folder.to_str().unwrap()]).succeeded();
    let client = node.client();
    finds(&client, "type:txt", 10_000);
    let (_, before) = blocks_and_edits(&client);
    let change = json!({ "query": "type:txt", "change": { "add_tags": ["all"], "rating": 4 } });
    let done = client.send("POST", "/api/v1/edits", &change).is(200).json();
    assert_eq!(done["photos"], 10_000);
    assert_eq!(blocks_and_edits(&client).1, before + 1);
    finds(&client, "tag:all rating:4", 10_000);
    let renamed = client.send("PATCH", "/api/v1/tags/all", &json!({ "name": "every" }));
    assert_eq!(renamed.is(200).json()["photos"], 10_000);
    finds(&client, "tag:every", 10_000);
    for (left, query) in [(10_000, "tag:all"), (0, "tag:all"), (0, "rating:4")] {
        if left > 0 || query == "tag:all" {
            ok(client.send("POST", "/api/v1/undo", &json!({})));
        }
        finds(&client, query, left);
    }
}

fn serving() -> (Household, Node) {
    let home = Household::found();
    let node = home.serve();
    (home, node)
}

fn ok(answer: Answer) {
    assert_eq!(answer.is(200).status, 200);
}

/// Whoever writes a label or a field in another case means the one that there is.
#[test]
fn labels_and_fields_are_one_whatever_their_case() {
    let (home, node) = serving();
    let client = node.client();
    let id = upload(&client, "one");
    home.run([
        "edit",
        &id,
        "--add-tag",
        "Travel/Crete",
        "--add-person",
        "Anna Müller",
    ])
    .succeeded();
    home.run([
        "edit",
        &id,
        "--add-tag",
        "travel/crete",
        "--add-person",
        "anna müller",
    ])
    .succeeded();
    assert_eq!(counts(&client, "tags"), [("Travel/Crete".to_owned(), 1)]);
    assert_eq!(counts(&client, "people"), [("Anna Müller".to_owned(), 1)]);
    home.run(["edit", &id, "--remove-tag", "TRAVEL/CRETE"])
        .succeeded();
    assert_eq!(counts(&client, "tags"), []);
    home.run(["tags", "add", "Sea"]).succeeded();
    home.run(["tags", "add", "sea"]).succeeded();
    home.run(["tags", "rename", "SEA", "ocean"]).succeeded();
    assert_eq!(counts(&client, "tags"), [("ocean".to_owned(), 0)]);
    home.run(["fields", "define", "Box", "--type", "number"])
        .succeeded();
    home.run(["edit", &id, "--field", "box=4"]).succeeded();
    assert_eq!(home.json(["show", &id])["fields"], json!({ "Box": "4" }));
    edit(&client, &[&id], &json!({ "fields": { "BOX": 4.5 } }));
    assert_eq!(home.json(["show", &id])["fields"], json!({ "Box": "4.5" }));
    for (query, at, says) in [
        ("field.box:attic", 11, "holds numbers"),
        ("red field.BOX:<2019-07", 15, "holds numbers"),
        ("field.bax:1", 1, "it has Box"),
    ] {
        let refused = home.run(["search", query]).exited(2);
        assert!(refused.stderr.contains(says), "{}", refused.stderr);
        let caret = format!("\n{}^", " ".repeat(at + 1));
        assert!(refused.stderr.contains(&caret), "{}", refused.stderr);
    }
    edit(&client, &[&id], &json!({ "fields": { "bOX": null } }));
    assert_eq!(home.json(["show", &id])["fields"], json!({}));
}

/// A few words are one query, as in a search; nothing at all is not everything.
#[test]
fn an_edit_changes_what_a_search_of_the_same_words_finds() {
    let (home, node) = serving();
    let client = node.client();
    for name in ["red sea", "red house", "blue sea"] {
        let name = name.replace(' ', "%20");
        upload(&client, &name);
    }
    finds(&client, "red", 2);
    home.run(["edit", "red", "sea", "--rating", "3"])
        .succeeded();
    finds(&client, "rating:3", 1);
    for empty in ["", "  "] {
        let refused = home.run(["edit", empty, "--trash", "on"]).exited(2);
        assert!(refused.stderr.contains("-is:trashed"), "{}", refused.stderr);
    }
    finds(&client, "", 3);
}
