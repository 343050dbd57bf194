//! What several journeys have in common.

use harness::desktop::{Element, Failure, Page};
use harness::library::Household;
use harness::seat::Seat;

/// The tiles that are drawn.
pub(crate) const TILES: &str = "[data-testid=photo-tile]";

/// A household of one device with `count` generated photos.
pub(crate) fn library_of(count: u32) -> Household {
    let household = Household::found();
    let folder = household.sample("photos", count);
    household.json(["import".as_ref(), folder.as_os_str()]);
    household
}

/// What a test finds by its name.
pub(crate) fn named(testid: &str) -> String {
    format!("[data-testid={testid}]")
}

/// Clicks on what has this name, as soon as it is there.
pub(crate) fn click(page: &Page, testid: &str) -> Result<(), Failure> {
    page.click(&page.wait(&named(testid))?)
}

/// Opens a page by the bar at the side.
pub(crate) fn open_page(page: &Page, name: &str) -> Result<(), Failure> {
    click(page, &format!("page-{name}"))
}

/// Waits until an attribute of what a selector finds is this.
pub(crate) fn until_attribute(
    page: &Page,
    selector: &str,
    name: &str,
    wanted: &str,
) -> Result<Element, Failure> {
    page.until(&format!("{selector} with {name}={wanted}"), || {
        for element in page.all(selector)? {
            if page.attribute(&element, name)? == wanted {
                return Ok(Some(element));
            }
        }
        Ok(None)
    })
}

/// Waits until the library of this seat finds as many photos, whoever is asked.
pub(crate) fn until_found(seat: &Seat, query: &str, count: u64) -> Result<(), Failure> {
    seat.page
        .until(&format!("{count} photos found by {query}"), || {
            let found = seat.household.json(["search", query, "--limit", "1"]);
            Ok((found["total"] == count).then_some(()))
        })
}

/// Waits until a tile's picture is drawn.
pub(crate) fn until_drawn(page: &Page) -> Result<(), Failure> {
    page.wait(&format!("{TILES} img[data-loaded=true]"))
        .map(|_| ())
}

/// What stands in the first element that a selector finds, seen or not; empty where there is none.
pub(crate) fn said(page: &Page, selector: &str) -> Result<String, Failure> {
    let said = page.eval(&format!(
        "return document.querySelector({selector:?})?.textContent ?? ''"
    ))?;
    Ok(said.as_str().unwrap_or_default().trim().to_owned())
}

/// The ids of a library's photos, newest first.
pub(crate) fn ids(household: &Household) -> Vec<String> {
    let found = household.json(["search", "", "--limit", "20000"]);
    let photos = found["photos"].as_array().map(Vec::as_slice);
    let ids = photos.unwrap_or_default().iter();
    ids.filter_map(|photo| Some(photo["id"].as_str()?.to_owned()))
        .collect()
}
