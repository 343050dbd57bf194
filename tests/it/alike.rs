//! Photos that look alike: found by their pictures, the best of them kept; and bursts in the timeline.

use std::collections::BTreeMap;

use harness::library::Household;
use serde_json::json;

/// Imports the same five pictures in a size, into an album of that name.
fn import_in_size(home: &Household, name: &str, pixels: &str) {
    let to = home.folder(name);
    let to = to.to_str().unwrap();
    let args = [
        "sample", "--count", "5", "--seed", "7", "--pixels", pixels, "--to", to,
    ];
    home.run(args).succeeded();
    home.run(["import", to, "--album", name]).succeeded();
}

/// The same pictures twice, large and small.
#[test]
fn the_best_of_those_that_look_alike_is_kept_with_all_that_they_had() {
    let home = Household::found();
    import_in_size(&home, "large", "400000");
    import_in_size(&home, "small", "90000");
    assert_eq!(home.json(["search", ""])["total"], 10);
    let alike = home.json(["alike"]);
    assert_eq!(alike["total"], 5, "{alike}");
    assert_eq!(home.json(["search", "is:duplicate"])["total"], 10);
    let group = alike["groups"][0]["photos"].as_array().unwrap();
    let id = |at: usize| group[at]["id"].as_str().unwrap().to_owned();
    let (best, other) = (id(0), id(1));
    assert!(
        group[0]["width"].as_u64() > group[1]["width"].as_u64(),
        "{group:?}"
    );
    home.run([
        "edit",
        &other,
        "--rating",
        "5",
        "--add-tag",
        "sea",
        "--caption",
        "Ours",
    ])
    .succeeded();
    home.run(["alike", "--keep", &best, &other]).succeeded();
    let kept = home.json(["show", &best]);
    assert_eq!(
        (&kept["albums"], &kept["tags"]),
        (&json!(["large", "small"]), &json!(["sea"]))
    );
    assert_eq!(
        (&kept["rating"], &kept["caption"]),
        (&json!(5), &json!("Ours"))
    );
    assert_eq!(home.json(["show", &other])["trashed"], true);
    assert_eq!(home.json(["search", "is:duplicate"])["total"], 8);
    home.run(["undo"]).succeeded();
    assert_eq!(home.json(["search", "is:duplicate"])["total"], 10);
    assert_eq!(home.json(["show", &best])["albums"], json!(["large"]));
    let alone = home.run(["alike", "--keep", &best, &best]).exited(2);
    assert!(alone.stderr.contains("empty"), "{}", alone.stderr);
}

/// Three sizes of one picture say that one camera took them at one moment.
#[test]
fn three_of_a_moment_are_a_burst_until_one_is_gone() {
    let home = Household::found();
    for (name, pixels) in [("a", "400000"), ("b", "90000"), ("c", "40000")] {
        import_in_size(&home, name, pixels);
    }
    let node = home.serve();
    let client = node.client();
    let bursts = || {
        let months = client.get("/api/v1/timeline").is(200).json();
        let mut bursts: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
        for month in months["months"].as_array().unwrap() {
            let path = format!("/api/v1/timeline/{}", month["month"].as_str().unwrap());
            let rows = client.get(&path).is(200).json();
            for row in rows["rows"].as_array().unwrap() {
                let burst = row.get("burst").map(|id| id.as_str().unwrap().to_owned());
                let id = row["id"].as_str().unwrap().to_owned();
                bursts.entry(burst).or_default().push(id);
            }
        }
        bursts
    };
    let all = bursts();
    let several: Vec<_> = all.iter().filter(|(burst, _)| burst.is_some()).collect();
    assert_eq!(several.len(), 5, "{all:?}");
    let (first, photos) = several[0];
    assert_eq!(photos.len(), 3, "{all:?}");
    assert!(photos.contains(first.as_ref().unwrap()), "{all:?}");
    // Each is a photo of its own, and without one of them the other two stand alone.
    home.run(["edit", &photos[1], "--trash", "on"]).succeeded();
    let left = bursts();
    assert_eq!(left.get(first), None, "{left:?}");
    assert_eq!(left[&None].len(), 2, "{left:?}");
}
