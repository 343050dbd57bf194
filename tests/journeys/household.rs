//! Two devices: pairing, tagging, agreeing; one that is away; and what both changed without each
//! other.

use std::process::{Child, Stdio};

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

    let newcomer = match kind {
        Kind::Window => Newcomer::at_the_door(&invitation)?,
        Kind::Browser => Newcomer::at_the_command_line(&invitation)?,
    };
    page.wait(&named("invitation-asking"))?;
    let words = page.wait("[data-testid=invitation-asking] [data-testid=check-words]")?;
    let words = page.attribute(&words, "data-words")?;
    seat.picture("a-device-asks")?;
    // Nothing is shared before somebody has said that they are the same.
    let devices = seat.household.json(["devices"])["devices"].clone();
    assert_eq!(devices.as_array().map(Vec::len), Some(1));
    newcomer.is_seen_with(&words)?;
    page.click(&page.wait("[data-testid=invite-same]:enabled")?)?;
    let other = newcomer.let_in_with(&words)?;
    let there = &other.page;
    page.wait(&named("invitation-joined"))?;
    click(page, "invite-done")?;

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

/// A second device, which waits to be let in.
enum Newcomer {
    /// Its window shows check words.
    Window(Box<Seat>),
    /// A command, which prints them. The library that a second browser shows has joined before, as a
    /// server's does.
    Command(Household, Child),
}

impl Newcomer {
    fn at_the_door(invitation: &str) -> Result<Self, Failure> {
        let seat = Seat::at_a_new_window(Taste::default())?;
        join(&seat.page, invitation, "Laptop")?;
        Ok(Self::Window(Box::new(seat)))
    }

    fn at_the_command_line(invitation: &str) -> Result<Self, Failure> {
        let laptop = Household::nowhere();
        let mut command = laptop.command(["join", invitation, "--device", "Laptop"]);
        let waiting = command
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self::Command(laptop, waiting))
    }

    /// A window shows the words before it is let in; what a command prints is read when it has ended.
    fn is_seen_with(&self, words: &str) -> Result<(), Failure> {
        if let Self::Window(seat) = self {
            let shown = seat
                .page
                .wait("[data-testid=join-waiting] [data-testid=check-words]")?;
            let shown = seat.page.attribute(&shown, "data-words")?;
            assert_eq!(shown, words, "both show the same words");
            seat.picture("waits-to-be-let-in")?;
        }
        Ok(())
    }

    /// Its seat once it is a member; the inviter has shown these check words.
    fn let_in_with(self, words: &str) -> Result<Seat, Failure> {
        match self {
            Self::Window(seat) => {
                until_drawn(&seat.page)?;
                Ok(*seat)
            }
            Self::Command(laptop, waiting) => {
                let done = waiting.wait_with_output()?;
                let said = String::from_utf8_lossy(&done.stderr).into_owned();
                assert!(done.status.success(), "{said}");
                assert!(said.contains(words), "both show the same words: {said}");
                Seat::at(Kind::Browser, laptop, Taste::default())
            }
        }
    }
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
