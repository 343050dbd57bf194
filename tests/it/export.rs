//! What goes in comes out: originals byte for byte, words as other programs read them, files that
//! are no pictures, and what a Google Takeout says beside its photos. What cannot come out is named.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::disk::Disk;
use harness::http::Client;
use harness::library::{Household, Ran, eventually, ran};
use serde_json::{Value, json};

/// The files below a folder, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let paths = paths(folder).into_iter();
    let files = paths.map(|path| (name(&path), fs::read(&path).unwrap()));
    files.collect()
}

/// The files below a folder, sorted.
fn paths(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What exiftool reads in a file.
fn exiftool(path: &Path) -> Value {
    let read = Command::new("exiftool")
        .args(["-j", "-n", "-struct"])
        .arg(path)
        .output()
        .expect("exiftool is installed for the tests");
    let read: Value = serde_json::from_slice(&read.stdout).unwrap();
    read[0].clone()
}

fn ids(home: &Household, query: &str) -> Vec<String> {
    let found = home.json(["search", query]);
    let photos = found["photos"].as_array().unwrap().iter();
    let id = |photo: &Value| photo["id"].as_str().unwrap().to_owned();
    photos.map(id).collect()
}

#[test]
fn originals_come_out_as_they_were_with_words_that_exiftool_reads() {
    let home = Household::found();
    let folder = home.sample("sample", 6);
    home.run(["import", folder.to_str().unwrap()]).succeeded();
    for name in ["Box", "Shelf", "Loan"] {
        home.run(["fields", "define", name, "--type", "text"])
            .succeeded();
    }
    let first = ids(&home, "").remove(0);
    let words = "Tea & <biscuits> \"outside\" 🎂";
    home.run([
        "edit",
        &first,
        "--add-tag",
        "holiday/Crete & Co",
        "--add-tag",
        "חתונה",
        "--rating",
        "4",
        "--caption",
        words,
        "--position",
        "-35.5,-179.9",
        "--add-album",
        "Summer <2019>",
        "--add-person",
        "Anna",
        "--field",
        "Box=7 \"b\"",
        "--field",
        "Shelf=the upper one",
        "--field",
        "Loan=Anna",
        "--taken",
        "2019-07-12T10:20:30+02:00",
    ])
    .succeeded();
    let to = home.folder("out");
    let to_text = to.to_str().unwrap();
    let done = home.json(["export", "", "--to", to_text, "--sidecars"]);
    assert_eq!(
        (&done["found"], &done["exported"]),
        (&json!(6), &json!(6)),
        "{done}"
    );
    let out = files(&to);
    assert_eq!(out.len(), 12, "{:?}", out.keys());
    for (name, bytes) in files(&folder) {
        assert_eq!(out[&name], bytes, "{name}");
    }
    let photo = home.json(["show", &first]);
    let beside = to.join(format!("{}.xmp", photo["name"].as_str().unwrap()));
    let read = exiftool(&beside);
    assert_eq!(
        read["TagsList"],
        json!(["holiday/Crete & Co", "חתונה"]),
        "{read}"
    );
    assert_eq!(
        read["HierarchicalSubject"],
        json!(["holiday|Crete & Co", "חתונה"])
    );
    assert_eq!(
        (&read["Rating"], &read["Description"]),
        (&json!(4), &json!(words))
    );
    let near = |name: &str, expect: f64| {
        let got = read[name].as_f64().unwrap();
        assert!((got.abs() - expect.abs()).abs() < 1e-5, "{name} {got}");
    };
    near("GPSLatitude", -35.5);
    near("GPSLongitude", -179.9);
    assert_eq!(read["PersonInImage"], json!(["Anna"]));

    // Again: nothing is written over, what is there is not written twice, and words that another
    // program wrote stay; those of our own follow what was said since.
    let foreign = Command::new("exiftool")
        .args(["-q", "-overwrite_original", "-XMP-dc:Subject+=theirs"])
        .arg(&beside)
        .status()
        .unwrap();
    assert!(foreign.success());
    let second = ids(&home, "").remove(1);
    home.run(["edit", &second, "--rating", "2"]).succeeded();
    let again = home.json(["export", "-is:trashed", "--to", to_text, "--sidecars"]);
    assert_eq!(
        (&again["exported"], &again["there"], &again["sidecars_left"]),
        (&json!(0), &json!(6), &json!(1)),
        "{again}"
    );
    let theirs = exiftool(&beside);
    assert!(
        theirs["Subject"]
            .as_array()
            .unwrap()
            .contains(&json!("theirs"))
    );
    let ours = home.json(["show", &second]);
    let ours = to.join(format!("{}.xmp", ours["name"].as_str().unwrap()));
    assert_eq!(exiftool(&ours)["Rating"], 2);
    fs::remove_file(&beside).unwrap();
    home.run(["export", "", "--to", to_text, "--sidecars"])
        .succeeded();
    assert_eq!(exiftool(&beside)["TagsList"], read["TagsList"]);
    let one = home.folder("one");
    let done = home.json(["export", &first, "--to", one.to_str().unwrap()]);
    assert_eq!((&done["found"], &done["exported"]), (&json!(1), &json!(1)));
    let both = home
        .run(["export", &first, "beach", "--to", to_text])
        .exited(2);
    assert!(both.stderr.contains("not by both"), "{}", both.stderr);
    let by_year = home.folder("by-year");
    let by_year = by_year.to_str().unwrap();
    home.run([
        "export",
        "",
        "--to",
        by_year,
        "--template",
        "{yyyy}/{mm}/{album}/{stem}.{ext}",
    ])
    .succeeded();
    assert_eq!(files(Path::new(by_year)).len(), 6);
    let july = Path::new(by_year).join("2019/07");
    assert!(july.join("Summer _2019_").is_dir());
    // Those without an album stand in the month.
    assert!(files(Path::new(by_year)).len() > files(&july.join("Summer _2019_")).len());
    let wrong = home
        .run(["export", "", "--to", by_year, "--template", "../{name}"])
        .exited(2);
    assert!(wrong.stderr.contains("empty part"), "{}", wrong.stderr);

    // Into another household, with the words beside the photos; of fields those that it has, too.
    let other = Household::found();
    other
        .run(["fields", "define", "box", "--type", "text"])
        .succeeded();
    other
        .run(["fields", "define", "shelf", "--type", "number"])
        .succeeded();
    other.run(["import", to_text]).succeeded();
    assert_eq!(ids(&other, "").len(), 6, "sidecars are no photos");
    let there = other.json(["show", &first]);
    for field in ["tags", "rating", "caption", "albums", "people", "taken_at"] {
        assert_eq!(there[field], photo[field], "{field}");
    }
    assert_eq!(there["fields"], json!({ "box": "7 \"b\"" }));
}

#[test]
fn a_pdf_and_a_text_file_are_found_and_fetched_like_any_photo() {
    let home = Household::found();
    let folder = home.folder("papers");
    fs::create_dir_all(&folder).unwrap();
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
    fs::write(folder.join("Rechnung März.pdf"), pdf).unwrap();
    fs::write(folder.join("notes.txt"), "bread, milk").unwrap();
    home.run(["import", folder.to_str().unwrap(), "--tag", "papers"])
        .succeeded();
    home.run(["fields", "define", "Amount", "--type", "number"])
        .succeeded();
    home.run(["fields", "define", "Paid", "--type", "date"])
        .succeeded();
    let set = [
        "edit",
        "type:pdf",
        "--field",
        "Amount=12.50",
        "--field",
        "Paid=2019-07-12",
    ];
    home.run(set).succeeded();
    for (query, expect) in [
        ("type:pdf tag:papers", 1),
        ("type:txt", 1),
        ("field.amount:12..13", 1),
        ("field.paid:<2019-08", 1),
        ("field.amount:>13", 0),
        ("rechnung marz", 1),
        ("is:video", 0),
    ] {
        assert_eq!(ids(&home, query).len(), expect, "{query}");
    }
    let to = home.folder("out");
    home.run(["export", "tag:papers", "--to", to.to_str().unwrap()])
        .succeeded();
    assert_eq!(files(&to), files(&folder));
}

#[test]
fn a_takeout_brings_its_albums_dates_and_places() {
    let home = Household::found();
    let sample = home.sample("sample", 3);
    let photos = paths(&sample);
    let takeout = home.folder("Takeout/Google Photos");
    let (year, album) = (takeout.join("Photos from 2018"), takeout.join("Kreta"));
    for folder in [&year, &album] {
        fs::create_dir_all(folder).unwrap();
    }
    let long = "a picture with a name that is far too long for Google";
    let names = ["IMG_1.jpg", "IMG_1(1).jpg", &format!("{}.jpg", &long[..47])];
    for (photo, name) in photos.iter().zip(&names) {
        fs::copy(photo, year.join(name)).unwrap();
    }
    fs::copy(&photos[0], album.join("IMG_1.jpg")).unwrap();
    let told = |description: &str, people: &[&str]| {
        let people: Vec<_> = people.iter().map(|name| json!({ "name": name })).collect();
        json!({
            "title": "whatever", "description": description, "favorited": true,
            "photoTakenTime": { "timestamp": "1531390830" }, "people": people,
            "geoData": { "latitude": 35.5, "longitude": 24.0, "altitude": 0.0 },
        })
        .to_string()
    };
    let write = |folder: &Path, name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write(
        &year,
        "IMG_1.jpg.supplemental-metadata.json",
        &told("the first", &["Anna"]),
    );
    write(
        &year,
        "IMG_1.jpg.supplemental-metadata(1).json",
        &told("the second", &[]),
    );
    write(
        &year,
        &format!("{}.json", &long[..46]),
        &told("the long one", &[]),
    );
    write(&year, "metadata.json", r#"{ "title": "Photos from 2018" }"#);
    write(
        &album,
        "IMG_1.jpg.supplemental-metadata.json",
        &told("the first", &["Ben"]),
    );
    write(&album, "metadata.json", r#"{ "title": "Kreta & mehr" }"#);
    let root = home.folder("Takeout");
    let done = home.json(["import", root.to_str().unwrap()]);
    assert_eq!(
        (&done["found"], &done["added"], &done["duplicate"]),
        (&json!(4), &json!(3), &json!(1)),
        "{done}"
    );
    assert_eq!(
        home.json(["albums"])["albums"],
        json!([{ "name": "Kreta & mehr", "count": 1 }])
    );
    let captions = ["the first", "the second", "the long one"];
    for caption in captions {
        assert_eq!(
            ids(&home, &format!("\"{caption}\" is:favorite")).len(),
            1,
            "{caption}"
        );
    }
    let first = home.json(["show", &ids(&home, "\"the first\"")[0]]);
    assert_eq!(
        first["people"],
        json!(["Anna", "Ben"]),
        "both copies are one photo"
    );
    // Once more: nothing changes.
    let height = home.json(["status"])["height"].clone();
    home.run(["import", root.to_str().unwrap()]).succeeded();
    assert_eq!(home.json(["status"])["height"], height);
}

#[test]
fn a_broken_sidecar_is_told_and_a_takeout_without_json_imports() {
    let home = Household::found();
    let sample = home.sample("sample", 2);
    let photos = paths(&sample);
    let mut beside = photos[0].clone().into_os_string();
    beside.push(".xmp");
    fs::write(&beside, "<x:xmpmeta xmlns:x='adobe:ns:meta/'><broken").unwrap();
    let done = home.json(["import", sample.to_str().unwrap()]);
    assert_eq!(
        (&done["added"], &done["rejected"]),
        (&json!(2), &json!([])),
        "{done}"
    );
    assert_eq!(done["warned"].as_array().unwrap().len(), 1, "{done}");
    // Again: nothing is added, and what lies in the trash stays there and is told of.
    let first = ids(&home, "").remove(0);
    home.run(["edit", &first, "--trash", "on"]).succeeded();
    let again = home.json(["import", sample.to_str().unwrap()]);
    assert_eq!(
        (&again["duplicate"], &again["trashed"]),
        (&json!(2), &json!(1))
    );
    home.run(["edit", "is:trashed", "--trash", "off"])
        .succeeded();
    let warned: Vec<_> = ids(&home, "")
        .iter()
        .filter_map(|id| {
            home.json(["show", id])["warning"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].contains(".xmp"), "{warned:?}");
}

/// Waits until an export is over.
fn ended(client: &Client, job: &Value) -> Value {
    let path = format!("/api/v1/exports/{}", job["id"].as_str().unwrap());
    eventually("the export ends", || {
        let job = client.get(&path).is(200).json();
        (job["state"] != "running").then_some(job)
    })
}

#[test]
fn the_api_exports_as_a_job_and_tells_how_it_goes() {
    let home = Household::found();
    let folder = home.sample("sample", 6);
    home.run(["import", folder.to_str().unwrap()]).succeeded();
    let all = ids(&home, "");
    let node = home.serve();
    let client = node.client();
    assert_eq!(
        client.get("/api/v1/exports").is(200).json(),
        json!({ "exports": [] })
    );
    let to = home.folder("out/of/it");
    let export = |body: Value| client.send("POST", "/api/v1/exports", &body);
    // Something else has the name of one of them.
    fs::create_dir_all(&to).unwrap();
    let first = paths(&folder).remove(0);
    let name = first.file_name().unwrap();
    fs::write(to.join(name), "somebody else's").unwrap();

    let mut told = Vec::new();
    let mut begun = Value::Null;
    client.listen(
        || {
            begun = export(json!({ "query": "", "to": to, "sidecars": true }))
                .is(202)
                .json();
        },
        |name, event| {
            if name == "export" {
                told.push(event.clone());
            }
            name == "export" && event["state"] != "running"
        },
    );
    let done = ended(&client, &begun);
    assert_eq!(told.last(), Some(&done));
    for (field, expect) in [
        ("state", json!("done")),
        ("found", json!(6)),
        ("processed", json!(6)),
        ("exported", json!(6)),
        ("present", json!(0)),
        ("failed_count", json!(0)),
        ("failed", json!([])),
        ("current", Value::Null),
        ("error", Value::Null),
        ("to", json!(to)),
    ] {
        assert_eq!(done[field], expect, "{field}: {done}");
    }
    let bytes: usize = files(&folder).values().map(Vec::len).sum();
    assert_eq!(done["bytes"], bytes);
    let out = files(&to);
    assert_eq!(out.len(), 13, "{:?}", out.keys());
    assert_eq!(out[&*name.to_string_lossy()], b"somebody else's");
    let stem = first.file_stem().unwrap().to_string_lossy();
    let extension = first.extension().unwrap().to_string_lossy();
    let numbered = format!("{stem} (2).{extension}");
    assert_eq!(out[&numbered], fs::read(&first).unwrap());

    // By ids, each once; one that nobody knows is named, and the others are there already.
    let unknown = "0".repeat(64);
    let named = json!([all[0], unknown, all[1], all[0]]);
    let again = ended(
        &client,
        &export(json!({ "ids": named, "to": to })).is(202).json(),
    );
    assert_eq!(
        (&again["found"], &again["present"], &again["failed_count"]),
        (&json!(3), &json!(2), &json!(1)),
        "{again}"
    );
    let failed = &again["failed"][0];
    assert_eq!(
        (&failed["id"], &failed["name"]),
        (&json!(unknown), &json!(unknown))
    );
    let listed = client.get("/api/v1/exports").is(200).json();
    assert_eq!(listed["exports"].as_array().unwrap().len(), 2, "{listed}");
    let elsewhere = home.folder("but-one");
    let body = json!({ "query": "", "except": [all[2]], "to": elsewhere });
    let but_one = ended(&client, &export(body).is(202).json());
    assert_eq!(
        (&but_one["found"], &but_one["exported"]),
        (&json!(5), &json!(5))
    );
    // The command line gives the job to the node that runs, which finds the folder from elsewhere.
    let near = home.folder("near");
    let mut command = home.command(["export", &all[0], "--to", "near/by", "--json"]);
    let ran = ran(command.current_dir(near.parent().unwrap())).succeeded();
    assert_eq!(ran.json()["exported"], 1);
    assert_eq!(files(&near.join("by")).len(), 1);
    let listed = client.get("/api/v1/exports").is(200).json();
    assert_eq!(listed["exports"].as_array().unwrap().len(), 4, "{listed}");

    let refused = |body: Value, status, code| export(body).is_problem(status, code);
    refused(json!({ "query": "nope:x", "to": to }), 400, "bad_query");
    refused(json!({ "query": "", "ids": [], "to": to }), 422, "bad_body");
    refused(json!({ "to": to }), 422, "bad_body");
    refused(json!({ "query": "", "to": "out" }), 422, "bad_path");
    refused(
        json!({ "query": "", "to": to, "template": "../{name}" }),
        400,
        "bad_template",
    );
    refused(
        json!({ "query": "", "to": to.join(name) }),
        409,
        "export_folder",
    );
    let nothing = client.get("/api/v1/exports/0000000000000000");
    nothing.is_problem(404, "export_unknown");
    let no_id = client.send("DELETE", "/api/v1/exports/x", &Value::Null);
    no_id.is_problem(404, "export_unknown");
}

#[test]
fn a_cancelled_export_leaves_what_is_whole_and_nothing_else() {
    let home = Household::found();
    let folder = home.sample("sample", 2);
    // Large enough to be met on its way.
    let large = folder.join("large.bin");
    let file = fs::File::create(&large).unwrap();
    file.set_len(200 << 20).unwrap();
    home.run(["import", folder.to_str().unwrap()]).succeeded();
    let mut photos = ids(&home, "large");
    photos.splice(0..0, ids(&home, "-large"));
    let node = home.serve();
    let client = node.client();
    let to = home.folder("out");
    let body = json!({ "ids": photos, "to": to });
    let begun = client.send("POST", "/api/v1/exports", &body).is(202).json();
    let path = format!("/api/v1/exports/{}", begun["id"].as_str().unwrap());
    eventually("the large one is on its way", || {
        let job = client.get(&path).is(200).json();
        (job["exported"] == 2 && job["current"] == "large.bin").then_some(())
    });
    let cancelled = client.send("DELETE", &path, &Value::Null).is(200).json();
    assert_eq!(
        (
            &cancelled["state"],
            &cancelled["processed"],
            &cancelled["found"]
        ),
        (&json!("cancelled"), &json!(2), &json!(3)),
        "{cancelled}"
    );
    assert_eq!(client.get(&path).is(200).json(), cancelled);
    fs::remove_file(&large).unwrap();
    assert_eq!(files(&to), files(&folder));
    // Begun again, it goes on behind what is there.
    let again = client.send("POST", "/api/v1/exports", &body).is(202).json();
    let again = ended(&client, &again);
    assert_eq!(
        (&again["state"], &again["present"], &again["exported"]),
        (&json!("done"), &json!(2), &json!(1)),
        "{again}"
    );
    assert_eq!(fs::metadata(to.join("large.bin")).unwrap().len(), 200 << 20);
}

#[test]
fn what_cannot_be_exported_is_named_and_the_rest_goes_on() {
    let home = Household::found();
    let folder = home.sample("sample", 3);
    let large: Vec<u8> = (0..6 << 20)
        .map(|at: u32| (at >> 3).to_le_bytes()[0])
        .collect();
    fs::write(folder.join("large.bin"), large).unwrap();
    home.run(["import", folder.to_str().unwrap()]).succeeded();
    let lost = ids(&home, "-large").remove(0);
    let (one, two) = (&lost[..2], &lost[2..4]);
    fs::remove_file(home.root().join("blobs").join(one).join(two).join(&lost)).unwrap();
    let failed = |ran: &Ran, name: &str, why: &str| {
        let told = ran.json();
        let failed = told["failed"].as_array().unwrap();
        let one = failed.iter().find(|one| one["name"] == name);
        let one = one.unwrap_or_else(|| panic!("{name} is not named: {told}"));
        assert!(one["reason"].as_str().unwrap().contains(why), "{told}");
        assert!(ran.stderr.contains(name), "{}", ran.stderr);
    };
    let lost_name = home.json(["show", &lost])["name"]
        .as_str()
        .unwrap()
        .to_owned();

    let dir = tempfile::TempDir::new().unwrap();
    let disk = match Disk::mount(&dir.path().join("disk"), "4m") {
        Ok(disk) => disk,
        Err(why) => {
            eprintln!("no file system may be mounted here, so none can be filled: {why}");
            return;
        }
    };
    let to = disk.at().to_str().unwrap();
    // The largest is the newest, and so the first: the others find room behind it.
    let ran = home.run(["export", "", "--to", to, "--json"]).exited(3);
    failed(&ran, "large.bin", "full");
    failed(&ran, &lost_name, "is on none of the household's devices");
    let told = ran.json();
    assert_eq!(
        (&told["found"], &told["exported"]),
        (&json!(4), &json!(2)),
        "{told}"
    );
    assert_eq!(files(disk.at()).len(), 2, "nothing is there in part");
    disk.grow("40m");
    let ran = home.run(["export", "", "--to", to, "--json"]).exited(3);
    let told = ran.json();
    assert_eq!(
        (&told["there"], &told["exported"]),
        (&json!(2), &json!(1)),
        "{told}"
    );

    // A folder that cannot be made, since a file has its name.
    let to = home.folder("out");
    fs::create_dir_all(&to).unwrap();
    fs::write(to.join("bin"), "").unwrap();
    let args = [
        "export",
        "large",
        "--to",
        to.to_str().unwrap(),
        "--template",
    ];
    let args = args.into_iter().chain(["{ext}/{name}", "--json"]);
    failed(&home.run(args).exited(3), "large.bin", "cannot create");
    let nowhere = to.join("bin/below");
    let none = home.run(["export", "", "--to", nowhere.to_str().unwrap()]);
    assert!(none.exited(1).stderr.contains("cannot create"));
}
