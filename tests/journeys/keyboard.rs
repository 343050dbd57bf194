//! The main journey without a mouse.

use harness::desktop::{CONTROL, ENTER, ESCAPE, Failure};
use harness::seat::{Kind, Seat, Taste};

use crate::at_both_seats;
use crate::deeds::{library_of, named, until_attribute, until_drawn, until_found};

const RIGHT: &str = "\u{e014}";
const TAB: &str = "\u{e004}";

at_both_seats!(see_rate_tag_find_and_undo_by_keys_alone);

fn see_rate_tag_find_and_undo_by_keys_alone(kind: Kind) -> Result<(), Failure> {
    let seat = Seat::at(kind, library_of(12), Taste::default())?;
    let page = &seat.page;
    until_drawn(page)?;

    // Keys that nothing has the focus for are the grid's.
    page.press(&[RIGHT])?;
    page.press(&["x"])?;
    page.press(&["\u{e008}", RIGHT])?;
    until_attribute(page, &named("bulk-count"), "data-count", "2")?;
    page.press(&["4"])?;
    until_found(&seat, "rating:4", 2)?;
    page.press(&["t"])?;
    page.wait(&named("ask-input"))?;
    for key in "zoo".chars() {
        page.press(&[&key.to_string()])?;
    }
    page.press(&[ENTER])?;
    until_found(&seat, "tag:zoo", 2)?;
    page.press(&[ESCAPE])?;
    page.until("no selection", || {
        Ok(page.all(&named("bulk-bar"))?.is_empty().then_some(()))
    })?;

    page.press(&["/"])?;
    for key in "tag:zoo".chars() {
        page.press(&[&key.to_string()])?;
    }
    until_attribute(page, &named("search-summary"), "data-total", "2")?;
    page.press(&[ENTER])?;
    page.press(&[TAB])?;
    page.until("a photo has the focus", || {
        page.press(&[TAB])?;
        let focused = page.eval("return document.activeElement?.dataset?.testid ?? ''")?;
        Ok((focused == "photo-tile").then_some(()))
    })?;
    page.press(&[ENTER])?;
    page.wait(&named("viewer"))?;
    page.press(&["f"])?;
    until_found(&seat, "is:favorite", 1)?;
    page.press(&[ESCAPE])?;
    page.press(&[CONTROL, "z"])?;
    until_found(&seat, "is:favorite", 0)?;
    page.press(&["?"])?;
    page.wait(&named("keys"))?;
    seat.picture("keys")
}
