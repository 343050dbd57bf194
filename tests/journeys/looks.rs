//! How every page looks: light and dark, English and German, on a laptop's screen and a large one.

use std::fs;

use harness::desktop::{ENTER, Failure, Page, shots};
use harness::library::Household;
use harness::seat::{Kind, Seat, Taste, resize};
use serde_json::Value;

use crate::at_both_seats;
use crate::deeds::{TILES, library_of, named, open_page, said, until_drawn};

/// Pages, and what is there as soon as one is.
pub(crate) const PAGES: [(&str, &str); 7] = [
    ("photos", "[data-testid=timeline] img[data-loaded=true]"),
    ("map", "[data-testid=map] canvas"),
    ("albums", "[data-testid=organise]"),
    ("alike", "[data-testid=alike]"),
    ("trash", "[data-testid=trash]"),
    (
        "household",
        "[data-testid=household] [data-testid=device-card]",
    ),
    ("settings", "[data-testid=settings]"),
];

const CHOOSE_GERMAN: &str = "
    const list = document.querySelector('[data-testid=prefs-language]');
    list.value = 'de';
    list.dispatchEvent(new Event('change', { bubbles: true }));
";

const SIZES: [(u32, u32); 2] = [(1280, 800), (1920, 1080)];

at_both_seats!(german_and_dark);

fn german_and_dark(kind: Kind) -> Result<(), Failure> {
    let taste = Taste {
        german: true,
        dark: true,
    };
    let seat = Seat::at(kind, organised(), taste)?;
    until_drawn(&seat.page)?;
    if kind == Kind::Window {
        // WebKit asks the C library, which need not have German here; a person's wish counts there, too.
        open_page(&seat.page, "settings")?;
        seat.page.wait(&named("prefs-language"))?;
        seat.page.eval(CHOOSE_GERMAN)?;
    }
    seat.page.until("German words", || {
        let said = said(&seat.page, &named("page-albums"))?;
        Ok((said == "Alben & Tags").then_some(()))
    })?;
    let paper = seat
        .page
        .eval("return getComputedStyle(document.body).backgroundColor")?;
    assert_eq!(paper, "rgb(22, 21, 20)", "dark paper");
    for (name, there) in PAGES {
        open_page(&seat.page, name)?;
        seat.page.wait(there)?;
        seat.picture(&format!("{name}-de-dark"))?;
    }
    // What the library says, too.
    open_page(&seat.page, "photos")?;
    let input = seat.page.wait(&named("search-input"))?;
    seat.page.type_into(&input, &format!("iso:viel{ENTER}"))?;
    seat.page.until("a German reason", || {
        let reason = said(&seat.page, &named("search-error"))?;
        Ok(reason.contains("keine ganze Zahl").then_some(()))
    })?;
    seat.picture("wrong-query-de-dark")
}

/// Every page in every size, by day and by night, without a fault that axe-core knows.
#[test]
fn every_page_by_day_and_by_night() -> Result<(), Failure> {
    for dark in [false, true] {
        let taste = Taste {
            german: false,
            dark,
        };
        let seat = Seat::at(Kind::Browser, organised(), taste)?;
        let page = &seat.page;
        let light = if dark { "dark" } else { "light" };
        for (width, height) in SIZES {
            resize(page, width, height)?;
            for (name, there) in PAGES {
                open_page(page, name)?;
                page.wait(there)?;
                page.picture(&format!("{name}-{light}-{width}"))?;
                assert_eq!(faults(page)?, [""; 0], "{name}, {light}");
            }
            open_page(page, "photos")?;
            page.click(&page.wait(TILES)?)?;
            page.wait("[data-testid=viewer-image][data-loaded=true]")?;
            page.picture(&format!("viewer-{light}-{width}"))?;
            assert_eq!(faults(page)?, [""; 0], "viewer, {light}");
            page.click(&page.wait(&named("viewer-close"))?)?;
        }
    }
    Ok(())
}

/// What axe-core, the UI's own copy of it, objects to.
fn faults(page: &Page) -> Result<Vec<String>, Failure> {
    let folder = shots()?;
    let axe = folder.join("../../ui/node_modules/axe-core/axe.min.js");
    page.eval(&fs::read_to_string(axe)?)?;
    page.eval(
        "window.faults = null; axe.run(document).then(r => { window.faults = r.violations
            .flatMap(v => v.nodes.map(n => v.id + ': ' + n.html)) })",
    )?;
    let found = page.until("axe's judgement", || {
        let found = page.eval("return window.faults")?;
        Ok((!found.is_null()).then_some(found))
    })?;
    Ok(serde_json::from_value(found).unwrap_or_default())
}

/// Photos in albums and with tags, one in the trash, one that looks like another.
pub(crate) fn organised() -> Household {
    let household = library_of(60);
    let edit = |query: &str, change: [&str; 2]| {
        household
            .run(["edit", query, change[0], change[1]])
            .succeeded();
    };
    edit("taken:2015..2019", ["--add-tag", "holiday/greece"]);
    edit("taken:2020..2024", ["--add-tag", "garden"]);
    edit(
        "taken:2012",
        [
            "--add-tag",
            "a name that is so long that it does not fit anywhere at all",
        ],
    );
    edit("taken:2015..2018", ["--add-album", "Summer by the sea"]);
    edit("taken:2021..2024", ["--add-album", "Grandparents"]);
    edit("taken:2019", ["--rating", "4"]);
    let found = household.json(["search", "", "--limit", "3"]);
    let ids: Vec<&str> = found["photos"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|photo: &Value| photo["id"].as_str())
        .collect();
    household.run(["edit", ids[2], "--trash", "on"]).succeeded();
    household
}
