//! Two devices: pairing, tagging, agreeing; one that is away; and what both changed without each
//! other.

use harness::desktop::{ENTER, Failure, Page};
use harness::library::{Household, eventually};
use harness::seat::{Kind, Seat, Taste, join};
use serde_json::Value;

use crate::at_both_seats;
use crate::deeds::{
    TILES, click, ids, library_of, named, open_page, said, until_attribute, until_drawn,
    until_found,
};

const PHOTOS: u32 = 6;

/// What stands in the dialog's text field.
const INVITATION: &str =
    "return document.querySelector('[data-testid=add-device-dialog] textarea')?.value";

at_both_seats!(
    a_device_that_is_away_is_waited_for_and_a_conflict_is_settled,
    two_devices_pair_tag_and_converge,
);

fn two_devices_pair_tag_and_converge(kind: Kind) -> Result<(), Failure> {
    let seat = Seat::at(kind, library_of(PHOTOS), Taste::default())?;
    let page = &seat.page;
    open_page(page, "household")?;
    click(page, "add-device")?;
    click(page, "invite")?;
    let invitation = page.until("the invitation", || {
        let text = page.eval(INVITATION)?;
        let text = text.as_str().unwrap_or_default().to_owned();
        Ok(text.starts_with("kinfolio1").then_some(text))
    })?;
    seat.picture("invitation")?;

    let (other, words_there) = match kind {
        Kind::Window => by_the_door(&invitation)?,
        Kind::Browser => by_the_command_line(&invitation)?,
    };
    let there = &other.page;
    let words = page.wait(&named("check-words"))?;
    let words = page.attribute(&words, "data-words")?;
    assert_eq!(words_there, words, "both show the same words");
    click(page, "invite-same")?;

    // Tagged there, found here.
    until_drawn(there)?;
    there.click(&there.wait(TILES)?)?;
    let input = there.wait("[data-testid=info-panel] [data-testid=tag-input]")?;
    there.type_into(&input, &format!("holiday/crete{ENTER}"))?;
    there.wait("[data-testid=tag-chip][data-state=saved]")?;
    until_found(&seat, "tag:holiday", 1)?;
    seat.picture("household-of-two")?;
    page.until("one tip on both", || {
        let tip = |page: &Page| page.attribute(&page.wait(&named("ledger-line"))?, "data-tip");
        Ok((tip(page)? == tip(there)?).then_some(()))
    })
}

/// A second window, which joins, and the check words that it shows.
fn by_the_door(invitation: &str) -> Result<(Seat, String), Failure> {
    let seat = Seat::at_a_new_window(Taste::default())?;
    join(&seat.page, invitation, "Laptop")?;
    let words = seat.page.wait(&named("check-words"))?;
    let words = seat.page.attribute(&words, "data-words")?;
    seat.picture("joined")?;
    click(&seat.page, "joined-same")?;
    Ok((seat, words))
}

/// A second browser: the library that it shows has joined before, as a server's does.
fn by_the_command_line(invitation: &str) -> Result<(Seat, String), Failure> {
    let laptop = Household::nowhere();
    let joined = laptop.json(["join", invitation, "--device", "Laptop"]);
    let words = joined["check_words"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let seat = Seat::at(Kind::Browser, laptop, Taste::default())?;
    Ok((seat, words))
}

fn a_device_that_is_away_is_waited_for_and_a_conflict_is_settled(
    kind: Kind,
) -> Result<(), Failure> {
    let here = library_of(PHOTOS);
    let inviter = here.serve();
    let laptop = here.joined("Laptop");
    let away = laptop.serve();
    eventually("both vote", || {
        let members = here.json(["status"])["members"].clone();
        let votes = |one: &Value| one["role"] == "voter" && one["reachable"] == true;
        let members = members.as_array()?;
        (members.len() == 2 && members.iter().all(votes)).then_some(())
    });
    inviter.kill();
    let seat = Seat::at(kind, here, Taste::default())?;
    let page = &seat.page;
    until_drawn(page)?;
    until_attribute(page, &named("ledger-line"), "data-tone", "good")?;

    away.kill();
    let id = &ids(&seat.household)[0];
    page.click(&page.wait(&format!("[data-photo-id='{id}']"))?)?;
    let caption = page.wait(&named("caption-input"))?;
    page.type_into(&caption, &format!("At the lake{ENTER}"))?;
    until_attribute(page, &named("caption-state"), "data-state", "saved")?;
    click(page, "viewer-close")?;
    page.until("the line names who is waited for", || {
        let line = said(page, &named("ledger-line"))?;
        Ok(line.contains("Laptop").then_some(()))
    })?;
    seat.picture("waiting-for-laptop")?;

    // The same photo's caption, on the other device, which knows nothing of that.
    laptop
        .run(["edit", id, "--caption", "By the sea"])
        .succeeded();
    let _back = laptop.serve();
    until_attribute(page, &named("ledger-line"), "data-tone", "good")?;
    page.click(&page.wait(&format!("[data-photo-id='{id}']"))?)?;
    page.wait(&named("conflict"))?;
    seat.picture("conflict")?;
    click(page, "conflict-use")?;
    page.until("the conflict is settled", || {
        Ok(page.all(&named("conflict"))?.is_empty().then_some(()))
    })?;
    let settled = |household: &Household| household.json(["show", id])["conflicts"].clone();
    eventually("settled on both", || {
        let both = [settled(&seat.household), settled(&laptop)];
        both.iter()
            .all(|one| one == &Value::Array(Vec::new()))
            .then_some(())
    });
    Ok(())
}
