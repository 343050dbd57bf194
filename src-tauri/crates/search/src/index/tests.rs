//! Searches over small libraries, and the index through crashes, damage and other versions.

mod library;
mod pending;
mod random;

use std::fs;
use std::path::Path;

use kinfolio_catalog::{Catalog, Change, Exposure, Kind, LibraryEdit, PhotoAdded, PhotoId};

use super::{Index, IndexError};
use crate::query::Sort;
use crate::schema::FORMAT;
use library::{Library, at, photo, tags};

fn family() -> Vec<PhotoAdded> {
    vec![
        PhotoAdded {
            tags: tags(&["Holiday/Greece/Crete", "beach"]),
            camera_make: "NIKON CORPORATION".to_owned(),
            camera_model: "NIKON D70".to_owned(),
            lens: "AF-S 18-70mm f/3.5".to_owned(),
            exposure: Exposure {
                iso: Some(200),
                ..Exposure::default()
            },
            position: at(35.34, 25.13),
            folder: "Summer/Island".to_owned(),
            ..photo("DSC_0001.JPG", "2019-07-14T10:00:00+03:00")
        },
        PhotoAdded {
            tags: tags(&["holiday/greece", "Café"]),
            camera_make: "Apple".to_owned(),
            camera_model: "iPhone 11".to_owned(),
            exposure: Exposure {
                iso: Some(1600),
                ..Exposure::default()
            },
            position: at(37.97, 23.73),
            ..photo("athens.heic", "2019-07-31T23:59:59.999")
        },
        PhotoAdded {
            tags: tags(&["holiday/greenland", "🎂", "say \"hi\" (twice)"]),
            camera_make: "Apple".to_owned(),
            camera_model: "iPhone 1".to_owned(),
            position: at(64.2, -51.7),
            ..photo("iceberg.png", "2020-01-01")
        },
        PhotoAdded {
            kind: Kind::Raw,
            mime: "image/x-nikon-nef".to_owned(),
            ..photo("raw.nef", "2015-06-01")
        },
        PhotoAdded {
            kind: Kind::Video,
            mime: "video/mp4".to_owned(),
            ..photo("Geburtstag Straße.mp4", "2014-12-31T23:59:59")
        },
        PhotoAdded {
            kind: Kind::File,
            mime: "application/pdf".to_owned(),
            tags: tags(&["bench"]),
            ..photo("letter.pdf", "2001-02-03")
        },
    ]
}

fn check(library: &Library, query: &str, expect: &[&str]) {
    assert_eq!(library.find(query), expect, "{query}");
}

#[test]
fn places_are_found_by_town_region_and_country() {
    let library = Library::of(family());
    check(&library, "place:crete", &["DSC_0001"]);
    check(&library, "place:griechenland", &["athens", "DSC_0001"]);
    check(&library, "place:gree", &["iceberg", "athens", "DSC_0001"]);
    check(
        &library,
        "place:\"Nuuk, Sermersooq, Greenland\"",
        &["iceberg"],
    );
    check(&library, "nuuk", &["iceberg"]);
    check(&library, "-place:greece has:gps", &["iceberg"]);
    check(&library, "place:paris", &[]);
    let query = crate::query::Query::parse("").unwrap();
    let view = library.catalog.view().unwrap();
    let page = library.index.search(&view, &query, Sort::Newest, None, 1);
    let places = page.unwrap().facets.unwrap().places;
    assert!(
        places.contains(&("Nuuk, Sermersooq, Greenland".to_owned(), 1)),
        "{places:?}"
    );
    assert_eq!(places.len(), 3, "{places:?}");
}

#[test]
fn words_find_names_tags_and_cameras() {
    let library = Library::of(family());
    let all = [
        "iceberg",
        "athens",
        "DSC_0001",
        "raw",
        "Geburtstag Straße",
        "letter",
    ];
    check(&library, "", &all);
    check(&library, "nikon ", &["DSC_0001"]);
    check(&library, "GREECE ", &["athens", "DSC_0001"]);
    check(&library, "gree", &["iceberg", "athens", "DSC_0001"]);
    check(&library, "holid ", &[]);
    // As the French say it, with a typo.
    check(&library, "gree ", &["athens", "DSC_0001"]);
    check(&library, "cafe ", &["athens"]);
    check(&library, "CAFÉ", &["athens"]);
    check(&library, "strasse ", &["Geburtstag Straße"]);
    check(&library, "🎂", &["iceberg"]);
    check(&library, "dsc_0001", &["DSC_0001"]);
    check(&library, "dsc_000", &["DSC_0001"]);
    check(&library, "\"dsc 0001\"", &["DSC_0001"]);
    check(&library, "\"holiday greece\"", &["athens", "DSC_0001"]);
    check(&library, "\"greece holiday\"", &[]);
    // No phrase runs from one text into the next.
    check(&library, "\"jpg nikon\"", &[]);
    check(&library, "holiday iphone ", &["iceberg", "athens"]);
    check(&library, "18-70mm", &["DSC_0001"]);
}

#[test]
fn typos_are_forgiven_and_come_last() {
    let library = Library::of(family());
    check(&library, "icebreg ", &["iceberg"]);
    check(&library, "greec ", &["athens", "DSC_0001"]);
    check(&library, "grxece ", &["athens", "DSC_0001"]);
    check(&library, "graace ", &[]);
    // `bench` is one typo away from `beach`, which fits better though it is older.
    check(&library, "bench ", &["letter", "DSC_0001"]);
    check(&library, "beach", &["DSC_0001", "letter"]);
    check(&library, "\"beach\"", &["DSC_0001"]);
    // Numbers and short words are meant as they are.
    check(&library, "0002 ", &[]);
    check(&library, "rew ", &[]);
}

#[test]
fn fields_narrow_the_search() {
    let library = Library::of(family());
    check(&library, "tag:holiday", &["iceberg", "athens", "DSC_0001"]);
    check(&library, "tag:holiday/greece", &["athens", "DSC_0001"]);
    check(&library, "tag:HOLIDAY/gree", &[]);
    check(&library, "tag:greece", &[]);
    check(&library, "tag:cafe", &["athens"]);
    check(&library, "tag:🎂", &["iceberg"]);
    check(&library, "tag:\"say \\\"hi\\\" (twice)\"", &["iceberg"]);
    check(&library, "tag:holiday -tag:beach", &["iceberg", "athens"]);
    check(&library, "camera:nikon", &["DSC_0001"]);
    check(&library, "camera:iphone", &["iceberg", "athens"]);
    check(&library, "camera:\"iphone 1\"", &["iceberg"]);
    check(&library, "camera:athens", &[]);
    check(&library, "lens:18", &["DSC_0001"]);
    check(&library, "folder:summer", &["DSC_0001"]);
    check(&library, "iso:>800", &["athens"]);
    check(&library, "iso:200..1600", &["athens", "DSC_0001"]);
    check(&library, "iso:<200", &[]);
    check(&library, "type:raw", &["raw"]);
    check(
        &library,
        "type:jpg OR type:application/pdf",
        &["DSC_0001", "letter"],
    );
    check(&library, "is:video", &["Geburtstag Straße"]);
    check(&library, "has:gps", &["iceberg", "athens", "DSC_0001"]);
    check(
        &library,
        "-has:gps -has:tags",
        &["raw", "Geburtstag Straße"],
    );
    check(&library, "is:pending", &[]);
    check_same(&library, "device:laptop", "");
    check(&library, "device:phone", &[]);
    let device = library.device().to_string();
    check_same(&library, &format!("device:{}", &device[..6]), "");
}

fn check_same(library: &Library, query: &str, other: &str) {
    assert_eq!(
        library.find(query),
        library.find(other),
        "{query} and {other}"
    );
    assert_ne!(library.find(query), Vec::<String>::new(), "{query}");
}

fn check_all(library: &Library, queries: &[&str], expect: &[&str]) {
    for query in queries {
        check(library, query, expect);
    }
}

#[test]
fn dates_are_those_of_the_camera() {
    let library = Library::of(family());
    check_all(
        &library,
        &[
            "taken:2019",
            "taken:2019-07",
            "taken:2019-07-14..2019-07-31",
        ],
        &["athens", "DSC_0001"],
    );
    check_all(
        &library,
        &["taken:2019-07-31", "taken:>2019-07-14 taken:<2020"],
        &["athens"],
    );
    check_all(
        &library,
        &["taken:2020", "taken:>2019", "taken:>=2020"],
        &["iceberg"],
    );
    check_all(
        &library,
        &["taken:<2014", "taken:<=2014 -is:video", "taken:2001-02-03"],
        &["letter"],
    );
    check(&library, "taken:2014..2015", &["raw", "Geburtstag Straße"]);
}

#[test]
fn places_are_exact_on_a_round_earth() {
    let place = |name, lat, lon| PhotoAdded {
        position: at(lat, lon),
        ..photo(name, "2019-07-14")
    };
    let library = Library::of([
        place("a-paris", 48.8566, 2.3522),
        place("b-versailles", 48.8049, 2.1204),
        place("c-fiji-west", -17.0, 179.95),
        place("d-fiji-east", -17.0, -179.95),
        place("e-line", -17.0, 180.0),
        place("f-pole", 90.0, 33.0),
        place("g-near-pole", 89.95, -147.0),
        photo("h-nowhere", "2019-07-14"),
    ]);
    check(&library, "near:48.8566,2.3522,1m", &["a-paris"]);
    check(
        &library,
        "near:48.8566,2.3522,18km",
        &["b-versailles", "a-paris"],
    );
    check(&library, "near:48.8566,2.3522,17.9km", &["a-paris"]);
    check(
        &library,
        "near:-17,179.99,20km",
        &["e-line", "d-fiji-east", "c-fiji-west"],
    );
    check(
        &library,
        "near:-17,-180,5.4km",
        &["e-line", "d-fiji-east", "c-fiji-west"],
    );
    check(&library, "near:-17,-180,5.2km", &["e-line"]);
    check(&library, "near:90,0,1km", &["f-pole"]);
    check(&library, "near:89.95,33,12km", &["g-near-pole", "f-pole"]);
    check_same(&library, "near:0,0,21000km", "has:gps");
    check(&library, "in:48,2,49,3", &["b-versailles", "a-paris"]);
    check(
        &library,
        "in:-20,179,-10,-179",
        &["e-line", "d-fiji-east", "c-fiji-west"],
    );
    check(&library, "in:-20,179,-10,180", &["e-line", "c-fiji-west"]);
    check(&library, "in:-20,-180,-10,-179", &["e-line", "d-fiji-east"]);
    check_same(&library, "in:-90,-180,90,180", "has:gps");
    check(
        &library,
        "has:gps -in:-90,-180,89,180",
        &["g-near-pole", "f-pole"],
    );
}

#[test]
fn what_people_say_is_found_as_soon_as_they_said_it() {
    let mut library = Library::of(family());
    let caption = |text: &str| Change {
        caption: Some(text.to_owned()),
        rating: Some(5),
        favorite: Some(true),
        add_tags: vec!["new".to_owned()],
        ..Change::default()
    };
    let raw = photo("raw.nef", "2015-06-01").id;
    library.change(&[raw], caption("Grandma's garden"));
    check_all(
        &library,
        &[
            "grandma",
            "garden has:caption",
            "rating:5",
            "rating:>=4 is:favorite",
            "tag:new",
        ],
        &["raw"],
    );
    check(&library, "has:conflict", &[]);
    library.contradict(&[raw], caption("The neighbours"));
    check(&library, "garden ", &[]);
    check_all(&library, &["neighbours", "has:conflict"], &["raw"]);
    let trash = Change {
        trash: Some(true),
        ..Change::default()
    };
    library.change(&[raw], trash);
    check_all(&library, &["neighbours", "tag:new", "rating:5"], &[]);
    check_all(
        &library,
        &[
            "is:trashed",
            "neighbours is:trashed",
            "(is:trashed OR is:trashed) tag:new",
        ],
        &["raw"],
    );
    check(&library, "-is:trashed taken:2015", &[]);
    check(&library, "type:raw (is:trashed OR -is:trashed)", &["raw"]);
    assert!(!library.find("").contains(&"raw".to_owned()));
}

#[test]
fn facets_count_what_was_found() {
    let library = Library::of(family());
    let page = library.page("tag:holiday", Sort::Newest, None, 1);
    let facets = page.facets.unwrap();
    assert_eq!(facets.years, [(2020, 1), (2019, 2)]);
    let cameras: Vec<_> = facets
        .cameras
        .iter()
        .map(|(name, n)| (name.as_str(), *n))
        .collect();
    assert_eq!(
        cameras,
        [
            ("Apple iPhone 1", 1),
            ("Apple iPhone 11", 1),
            ("NIKON D70", 1)
        ]
    );
    assert_eq!(facets.tags.len(), 7);
    assert!(
        facets
            .tags
            .contains(&("Holiday/Greece/Crete".to_owned(), 1))
    );
    let second = library.page("tag:holiday", Sort::Newest, page.next.as_deref(), 1);
    assert_eq!((second.total, second.facets), (3, None));
}

#[test]
fn pages_follow_on_while_photos_come_in() {
    let same = |n: u8| photo(&format!("{}.jpg", char::from(b'a' + n)), "2019-07-14");
    let mut library = Library::of((0..20).map(same));
    for (query, sort) in [
        ("", Sort::Newest),
        ("", Sort::Oldest),
        ("jpg", Sort::Relevance),
    ] {
        let whole = library.page(query, sort, None, 1000).ids;
        assert!(whole.len() >= 20);
        let mut pages = Vec::new();
        let mut cursor = None;
        loop {
            let page = library.page(query, sort, cursor.as_deref(), 7);
            assert!(page.ids.len() <= 7 && page.total >= whole.len() as u64);
            pages.extend(page.ids);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
            // Another photo at the front does not move the pages behind it.
            let (first, year) = (pages.len(), if sort == Sort::Oldest { 1900 } else { 2100 });
            let name = format!("{sort:?}{first}.jpg");
            library.edit([LibraryEdit::PhotoAdded(Box::new(photo(
                &name,
                &format!("{year}-01-01"),
            )))]);
        }
        assert_eq!(pages, whole, "{query} {sort:?}");
    }
    let exact = library.page("a OR b OR c", Sort::Newest, None, 3);
    assert_eq!((exact.total, exact.ids.len(), exact.next), (3, 3, None));
    assert_eq!(library.page("", Sort::Newest, None, 0).ids, []);
}

#[test]
fn a_cursor_belongs_to_its_sort() {
    let library = Library::of(family());
    let next = library.page("", Sort::Newest, None, 1).next.unwrap();
    let query = crate::query::Query::parse("").unwrap();
    for (sort, cursor) in [(Sort::Oldest, next.as_str()), (Sort::Newest, "nonsense")] {
        let error = library.index.search(
            &library.catalog.view().unwrap(),
            &query,
            sort,
            Some(cursor),
            1,
        );
        assert!(matches!(error, Err(IndexError::Cursor(_))), "{cursor}");
    }
}

#[test]
fn an_index_that_fell_behind_catches_up() {
    let mut library = Library::of(family());
    let behind = library.index.height();
    let index = library.dir.path().join("index");
    let copy = library.dir.path().join("copy");
    copy_dir(&index, &copy);
    let add_tag = |tag: &str| Change {
        add_tags: vec![tag.to_owned()],
        ..Change::default()
    };
    library.change(&[photo("raw.nef", "2015-06-01").id], add_tag("late"));
    library.append([LibraryEdit::PhotoAdded(Box::new(photo(
        "new.jpg",
        "2021-01-01",
    )))]);
    library
        .index
        .follow(&library.catalog.view().unwrap())
        .unwrap();
    let whole = library.find("");
    // What a crash before the last commits leaves behind.
    library.index = Index::open(&copy).unwrap();
    assert_eq!(library.index.height(), behind);
    assert_eq!(
        library
            .index
            .follow(&library.catalog.view().unwrap())
            .unwrap(),
        Some(3)
    );
    check(&library, "tag:late", &["raw"]);
    assert_eq!(library.find(""), whole);
}

#[test]
fn an_index_ahead_of_its_catalogue_is_built_again() {
    let mut library = Library::of(family());
    library.append([LibraryEdit::PhotoAdded(Box::new(photo(
        "new.jpg",
        "2021-01-01",
    )))]);
    library
        .index
        .follow(&library.catalog.view().unwrap())
        .unwrap();
    library.catalog = Catalog::open(&library.dir.path().join("other")).unwrap();
    assert_eq!(
        library
            .index
            .follow(&library.catalog.view().unwrap())
            .unwrap(),
        None
    );
    check(&library, "", &[]);
    library.catalog.apply(&library.blocks[..2]).unwrap();
    assert_eq!(
        library
            .index
            .follow(&library.catalog.view().unwrap())
            .unwrap(),
        Some(1)
    );
    assert_eq!(library.find("").len(), 6);
}

#[test]
fn a_damaged_or_foreign_index_is_built_again() {
    let library = Library::of(family());
    let index = library.dir.path().join("index");
    let copy = library.dir.path().join("copy");
    let check = |damage: &dyn Fn(&Path)| {
        let _ = fs::remove_dir_all(&copy);
        copy_dir(&index, &copy);
        damage(&copy);
        let index = Index::open(&copy).unwrap();
        assert_eq!(index.height(), None);
        index.follow(&library.catalog.view().unwrap()).unwrap();
        let query = crate::query::Query::parse("tag:holiday").unwrap();
        let page = index
            .search(
                &library.catalog.view().unwrap(),
                &query,
                Sort::Newest,
                None,
                10,
            )
            .unwrap();
        assert_eq!(page.total, 3);
    };
    check(&|dir| fs::write(dir.join("meta.json"), "{}").unwrap());
    check(&|dir| {
        let meta = fs::read_to_string(dir.join("meta.json")).unwrap();
        fs::write(
            dir.join("meta.json"),
            meta.replace(&format!("kinfolio-search {FORMAT} "), "kinfolio-search 0 "),
        )
        .unwrap();
    });
    check(&|dir| fs::remove_file(dir.join("meta.json")).unwrap());
    check(&|dir| {
        for file in fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if file
                .extension()
                .is_some_and(|extension| extension == "fast" || extension == "idx")
            {
                fs::remove_file(file).unwrap();
            }
        }
    });
    check(&|dir| {
        for file in fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if file
                .extension()
                .is_some_and(|extension| extension == "term")
            {
                fs::write(file, "short").unwrap();
            }
        }
    });
}

#[test]
fn photos_that_look_alike_are_found_until_one_goes_to_the_trash() {
    let like = |n: u8, likeness: Option<u64>| PhotoAdded {
        id: PhotoId([n; 32]),
        likeness,
        ..photo(&format!("photo {n}"), "2019-07-14")
    };
    let photos = [
        like(1, Some(0)),
        like(2, Some(0b11_1111)),
        like(3, Some(u64::MAX)),
        like(4, None),
        like(5, None),
    ];
    let mut library = Library::of(photos);
    let ids = |found: &[u8]| found.iter().map(|n| PhotoId([*n; 32])).collect::<Vec<_>>();
    let find = |library: &Library, query: &str| library.page(query, Sort::Newest, None, 10).ids;
    assert_eq!(find(&library, "is:duplicate"), ids(&[2, 1]));
    assert_eq!(find(&library, "-is:duplicate"), ids(&[5, 4, 3]));
    let trash = Change {
        trash: Some(true),
        ..Change::default()
    };
    library.change(&ids(&[1]), trash);
    assert_eq!(find(&library, "is:duplicate"), ids(&[]));
}

#[test]
fn an_index_has_one_writer() {
    let library = Library::of(family());
    let again = Index::open(&library.dir.path().join("index"));
    assert!(matches!(again.err(), Some(IndexError::InUse { .. })));
    check(&library, "athens", &["athens"]);
}

/// Copies an index as it is at one moment: segments that are merged meanwhile come and go, and then
/// the copy is made anew.
fn copy_dir(from: &Path, to: &Path) {
    let meta = || fs::read(from.join("meta.json")).unwrap();
    loop {
        if to.exists() {
            fs::remove_dir_all(to).unwrap();
        }
        fs::create_dir_all(to).unwrap();
        let before = meta();
        let copied = fs::read_dir(from).unwrap().try_for_each(|entry| {
            let entry = entry?;
            fs::copy(entry.path(), to.join(entry.file_name())).map(drop)
        });
        match copied {
            Ok(()) if meta() == before => return,
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{error}"),
            Ok(()) | Err(_) => {}
        }
    }
}
