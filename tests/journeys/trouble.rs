//! What goes wrong: the page says what and why, and goes on by itself where it can.

use std::fs;
use std::time::{Duration, Instant};

use harness::desktop::{ENTER, ESCAPE, Failure, Page};
use harness::disk::Slow;
use harness::library::{Household, eventually};
use harness::seat::{Kind, Seat, Taste};

use crate::at_both_seats;
use crate::deeds::{TILES, click, ids, library_of, named, said, until_attribute, until_drawn};

/// Bytes a second that a disk gives that is about to die: a small preview takes half a second.
const SLOW: u32 = 25_000;

at_both_seats!(
    an_original_that_no_device_within_reach_has_is_waited_for,
    a_photo_that_vanished_is_told,
    a_slow_disk_shows_what_is_known_and_the_rest_as_it_comes,
);

fn an_original_that_no_device_within_reach_has_is_waited_for(kind: Kind) -> Result<(), Failure> {
    let [(here, one), (laptop, other)] = Household::two();
    here.json(["household", "--placement", "Here=on-demand"]);
    let folder = laptop.sample("photos", 3);
    laptop.json(["import".as_ref(), folder.as_os_str()]);
    let photos = ids(&laptop);
    let client = one.client();
    eventually("every preview is here", || {
        let preview = |id| client.get(&format!("/api/v1/photos/{id}/thumbnail?size=1080"));
        photos
            .iter()
            .all(|id| preview(id).status == 200)
            .then_some(())
    });
    one.kill();
    other.kill();
    let seat = Seat::at(kind, here, Taste::default())?;
    let page = &seat.page;
    assert!(!seat.household.blob(&photos[0]).exists(), "kept on demand");
    open(page, &photos[0])?;
    page.wait("[data-testid=viewer-image][data-loaded=true]")?;
    page.wait(&named("original-failed"))?;
    let reason = said(page, &named("original-failed"))?;
    assert!(reason.contains("Laptop"), "names who has it: {reason}");
    seat.picture("original-away")?;
    // It comes by itself as soon as that device does.
    let _back = laptop.serve();
    page.until("the original has come", || {
        let failed = page.all(&named("original-failed"))?;
        Ok((failed.is_empty() && seat.household.blob(&photos[0]).exists()).then_some(()))
    })
}

fn a_photo_that_vanished_is_told(kind: Kind) -> Result<(), Failure> {
    let seat = Seat::at(kind, library_of(3), Taste::default())?;
    let page = &seat.page;
    until_drawn(page)?;
    let photos = ids(&seat.household);
    // Its file is gone, from under the library.
    fs::remove_file(seat.household.blob(&photos[0]))?;
    open(page, &photos[0])?;
    page.wait("[data-testid=viewer-image][data-loaded=true]")?;
    page.wait(&named("original-failed"))?;
    seat.picture("original-missing")?;
    click(page, "viewer-close")?;
    // Somebody deletes it for good while it is looked at.
    open(page, &photos[1])?;
    page.wait("[data-testid=viewer-image][data-loaded=true]")?;
    let told = |args: &[&str]| seat.household.run(args).succeeded();
    told(&["edit", &photos[1], "--trash", "on"]);
    page.wait(&named("viewer-restore"))?;
    told(&["purge", &photos[1], "--last-copy", &photos[1]]);
    page.until("it is told what happened to it", || {
        let body = said(page, &named("viewer"))?;
        Ok(body.contains("deleted on all devices").then_some(()))
    })?;
    seat.picture("deleted-while-open")?;
    click(page, "viewer-close")?;
    page.until("two are left", || {
        Ok((page.all(TILES)?.len() == 2).then_some(()))
    })
}

fn a_slow_disk_shows_what_is_known_and_the_rest_as_it_comes(kind: Kind) -> Result<(), Failure> {
    let household = library_of(6);
    let mut slow = Vec::new();
    for folder in ["thumbs", "blobs"] {
        match Slow::reading(&household.root().join(folder), SLOW) {
            Ok(one) => slow.push(one),
            Err(why) => {
                eprintln!("no slow file system may be mounted here: {why}");
                return Ok(());
            }
        }
    }
    let seat = Seat::at(kind, household, Taste::default())?;
    let page = &seat.page;
    let drawn = format!("{TILES} img[data-loaded=true]");
    page.wait(TILES)?;
    assert!(page.all(&drawn)?.len() < 6, "the previews are read slowly");
    seat.picture("slow-disk")?;
    // The page is nobody's to wait for, once it is open.
    page.wait("[data-testid=app][data-phase=ready]")?;
    page.until("the window that has just opened has the keyboard", || {
        Ok((page.eval("return document.hasFocus()")? == true).then_some(()))
    })?;
    // The press arrives, but while slow previews are on their way WebKit can leave the script of a room that
    // is opened for the first time unread until the page asks for something else.
    let mut pressed: Option<Instant> = None;
    page.until("the keyboard map", || {
        if !page.all(&named("keys"))?.is_empty() {
            return Ok(Some(()));
        }
        if pressed.is_none_or(|at| at.elapsed() > Duration::from_secs(5)) {
            page.press(&["?"])?;
            pressed = Some(Instant::now());
        }
        Ok(None)
    })?;
    page.press(&[ESCAPE])?;
    page.until("all are drawn", || {
        Ok((page.all(&drawn)?.len() == 6).then_some(()))
    })?;
    open(page, &ids(&seat.household)[0])?;
    page.wait("[data-testid=viewer-image][data-loaded=true]")?;
    for trouble in ["original-failed", "offline-banner", "viewer-gone"] {
        assert!(page.all(&named(trouble))?.is_empty(), "{trouble}");
    }
    drop(slow);
    Ok(())
}

#[test]
fn a_backend_that_restarts_is_waited_for_and_nothing_is_lost() -> Result<(), Failure> {
    let mut seat = Seat::at(Kind::Browser, library_of(6), Taste::default())?;
    until_drawn(&seat.page)?;
    let photos = ids(&seat.household);
    open(&seat.page, &photos[0])?;
    let caption = seat.page.wait(&named("caption-input"))?;
    seat.without_backend(|page| {
        page.wait(&named("offline-banner"))?;
        page.type_into(&caption, &format!("By the lake{ENTER}"))?;
        page.picture("backend-gone-browser")
    })?;
    let page = &seat.page;
    page.until("it answers again", || {
        Ok(page.all(&named("offline-banner"))?.is_empty().then_some(()))
    })?;
    // What was typed meanwhile is sent.
    until_attribute(page, &named("caption-state"), "data-state", "saved")?;
    let shown = seat.household.json(["show", &photos[0]]);
    assert_eq!(shown["caption"], "By the lake");
    click(page, "viewer-close")?;
    let more = seat.household.sample("more", 8);
    seat.household.json(["import".as_ref(), more.as_os_str()]);
    page.until("what comes later is seen", || {
        Ok((page.all(TILES)?.len() > photos.len()).then_some(()))
    })
}

fn open(page: &Page, id: &str) -> Result<(), Failure> {
    page.click(&page.wait(&format!("[data-photo-id='{id}']"))?)
}
