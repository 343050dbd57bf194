//! What goes in comes out: originals byte for byte, words as other programs read them, files that
//! are no pictures, and what a Google Takeout says beside its photos.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use harness::library::Household;
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
