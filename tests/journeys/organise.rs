//! An album, a search by chips, and photos that get a place on the map.

use harness::desktop::{CONTROL, ENTER, Failure};
use harness::seat::{Kind, Seat, Taste};

use crate::at_both_seats;
use crate::deeds::{
    TILES, click, library_of, named, open_page, until_attribute, until_drawn, until_found,
};

const PHOTOS: u32 = 40;
const ALBUM: &str = "Summer by the sea";

at_both_seats!(
    an_album_is_made_and_filled,
    a_search_grows_by_chips_and_facets,
    a_photo_gets_its_place_on_the_map,
);

fn an_album_is_made_and_filled(kind: Kind) -> Result<(), Failure> {
    let seat = Seat::at(kind, library_of(PHOTOS), Taste::default())?;
    let page = &seat.page;
    open_page(page, "albums")?;
    click(page, "new-album")?;
    let name = page.wait(&named("label-name"))?;
    page.type_into(&name, ALBUM)?;
    click(page, "label-go")?;
    page.wait(&named("label-empty"))?;

    open_page(page, "photos")?;
    until_drawn(page)?;
    for tick in page.all(&named("tile-tick"))?.iter().take(3) {
        page.click(tick)?;
    }
    until_attribute(page, &named("bulk-count"), "data-count", "3")?;
    page.press(&["a"])?;
    let input = page.wait(&named("ask-input"))?;
    page.type_into(&input, &format!("summer{ENTER}"))?;
    until_found(&seat, &format!("album:\"{ALBUM}\""), 3)?;

    open_page(page, "albums")?;
    page.wait(&named("album-cover"))?;
    seat.picture("albums")?;
    page.click(&page.wait(&format!("{} a", named("album-card")))?)?;
    page.until("the album's three photos", || {
        let tiles = page.all(&format!("{} {TILES}", named("label-page")))?;
        Ok((tiles.len() == 3).then_some(()))
    })?;
    seat.picture("album")
}

fn a_search_grows_by_chips_and_facets(kind: Kind) -> Result<(), Failure> {
    let household = library_of(PHOTOS);
    household
        .run(["edit", "taken:2010..2024", "--add-tag", "garden"])
        .succeeded();
    let tagged = &household.json(["search", "tag:garden"])["total"].to_string();
    let seat = Seat::at(kind, household, Taste::default())?;
    let page = &seat.page;
    until_drawn(page)?;
    let input = page.wait(&named("search-input"))?;
    page.click(&input)?;
    page.type_into(&input, "tag:garden ")?;
    page.wait(&named("search-chip"))?;
    until_attribute(page, &named("search-summary"), "data-total", tagged)?;
    seat.picture("chip")?;

    let year = page.wait(&format!("{} {}", named("facet-years"), named("facet")))?;
    page.click(&year)?;
    page.until("two chips", || {
        Ok((page.all(&named("search-chip"))?.len() == 2).then_some(()))
    })?;
    let total = page.until("fewer photos", || {
        let summary = page.wait(&named("search-summary"))?;
        let total = page.attribute(&summary, "data-total")?;
        Ok((total != *tagged && total != "0").then_some(total))
    })?;
    let tiles = page.until("all of them", || {
        let tiles = page.all(&format!("{} {TILES}", named("results")))?;
        Ok((tiles.len().to_string() == total).then_some(tiles.len()))
    })?;
    assert!(tiles < PHOTOS as usize);
    seat.picture("chips-and-facets")
}

fn a_photo_gets_its_place_on_the_map(kind: Kind) -> Result<(), Failure> {
    let household = library_of(PHOTOS);
    let unplaced = household.json(["search", "-has:gps"])["total"].as_u64();
    let unplaced = unplaced.unwrap_or_default();
    let seat = Seat::at(kind, household, Taste::default())?;
    let page = &seat.page;
    open_page(page, "map")?;
    page.wait(&named("map-cluster"))?;
    seat.picture("map")?;
    click(page, "map-unplaced")?;
    let tile = page.wait(&format!("{} {TILES}", named("map-photos")))?;
    page.click(&page.wait(&format!("{} {}", named("map-photos"), named("tile-tick")))?)?;
    until_attribute(page, &named("bulk-count"), "data-count", "1")?;
    let from = page.middle(&tile)?;
    let map = page.middle(&page.wait(&named("map"))?)?;
    let to = (map.0 - 200.0, map.1 - 40.0);
    let halfway = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    page.drag(&[from, halfway, to])?;
    until_found(&seat, "-has:gps", unplaced - 1)?;
    seat.picture("placed")?;
    page.press(&[CONTROL, "z"])?;
    until_found(&seat, "-has:gps", unplaced)
}
