//! Changing many photos at once, and taking it back.

use harness::desktop::{CONTROL, DELETE, END, ENTER, Failure, SHIFT};
use harness::seat::{Kind, Seat, Taste};

use crate::at_both_seats;
use crate::deeds::{
    TILES, click, ids, library_of, named, open_page, until_attribute, until_drawn, until_found,
};

const PHOTOS: u32 = 200;

at_both_seats!(select_two_hundred_tag_undo_trash_restore);

fn select_two_hundred_tag_undo_trash_restore(kind: Kind) -> Result<(), Failure> {
    let seat = Seat::at(kind, library_of(PHOTOS), Taste::default())?;
    let page = &seat.page;
    until_drawn(page)?;
    seat.picture("timeline")?;

    // From the newest to the oldest.
    click(page, "tile-tick")?;
    until_attribute(page, &named("bulk-count"), "data-count", "1")?;
    page.press(&[END])?;
    let all = ids(&seat.household);
    let oldest = all.last().map_or("", String::as_str);
    let last = page.wait(&format!("[data-photo-id='{oldest}']"))?;
    page.click_with(SHIFT, &last)?;
    until_attribute(page, &named("bulk-count"), "data-count", "200")?;
    seat.picture("selected")?;

    // One step for all of them, and one step back.
    page.press(&["t"])?;
    let input = page.wait(&named("ask-input"))?;
    page.type_into(&input, "holiday/greece")?;
    seat.picture("tagging")?;
    page.press(&[ENTER])?;
    page.wait(&named("notice-action"))?;
    until_found(&seat, "tag:holiday/greece", u64::from(PHOTOS))?;
    page.press(&[CONTROL, "z"])?;
    until_found(&seat, "tag:holiday", 0)?;

    // Into the trash and out again.
    page.press(&[DELETE])?;
    until_found(&seat, "is:trashed", u64::from(PHOTOS))?;
    page.wait(&named("empty-library"))?;
    open_page(page, "trash")?;
    page.wait(&format!("{} {TILES}", named("trash")))?;
    seat.picture("trash")?;
    page.press(&[CONTROL, "a"])?;
    until_attribute(page, &named("bulk-count"), "data-count", "200")?;
    click(page, "bulk-restore")?;
    until_found(&seat, "is:trashed", 0)?;
    open_page(page, "photos")?;
    until_attribute(page, &named("photo-count"), "data-count", "200").map(|_| ())
}
