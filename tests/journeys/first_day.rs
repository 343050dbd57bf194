//! The first files in a browser: dropped, and accounted for. The window's first evening, with a real
//! mouse and files from another window, is in `tests/desktop/evening.rs`.

use harness::desktop::Failure;
use harness::library::Household;
use harness::seat::{Kind, Seat, Taste};

use crate::deeds::{named, until_attribute, until_found};

/// Twelve pictures, one of them twice, and a file of nothing, let go over the page.
const DROP: &str = "
    const picture = (number) => new Promise((done) => {
        const canvas = new OffscreenCanvas(320, 240);
        const pen = canvas.getContext('2d');
        pen.fillStyle = `hsl(${number * 30}, 70%, 50%)`;
        pen.fillRect(0, 0, 320, 240);
        pen.fillStyle = '#fff';
        pen.fillText(`No. ${number}`, 20, 40);
        canvas.convertToBlob({ type: 'image/jpeg' }).then(done);
    });
    (async () => {
        const carried = new DataTransfer();
        for (let number = 0; number < 12; number += 1)
            carried.items.add(new File([await picture(number)], `IMG_${number}.jpg`));
        carried.items.add(new File([await picture(3)], 'a copy.jpg'));
        carried.items.add(new File([], 'empty.jpg'));
        const say = (type) => document.body.dispatchEvent(
            new DragEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true }));
        say('dragenter');
        say('dragover');
        window.over = document.querySelector('[data-testid=drop-overlay]') !== null;
        say('drop');
    })();
";

#[test]
fn files_dropped_on_a_browser_are_accounted_for() -> Result<(), Failure> {
    let seat = Seat::at(Kind::Browser, Household::found(), Taste::default())?;
    let page = &seat.page;
    page.wait(&named("empty-library"))?;
    seat.picture("empty-library")?;
    page.eval(DROP)?;
    let receipt =
        page.wait("[data-testid=import-panel][data-state=done] [data-testid=import-receipt]")?;
    let counts = [
        "data-found",
        "data-added",
        "data-duplicate",
        "data-rejected",
    ]
    .map(|name| page.attribute(&receipt, name).unwrap_or_default());
    assert_eq!(
        counts,
        ["14", "12", "1", "1"],
        "found, added, duplicate, rejected"
    );
    until_attribute(page, &named("photo-count"), "data-count", "12")?;
    seat.picture("receipt")?;
    until_found(&seat, "", 12)
}
