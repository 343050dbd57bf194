//! The app as one of a household's three devices; the two others are without a window.

use std::time::Instant;

use harness::desktop::{Desktop, ENTER, Failure, run};
use harness::library::{Household, eventually};
use harness::seat::join;
use serde_json::Value;

const PHOTOS: u32 = 6;
const TAG: &str = "holiday/crete";

#[test]
fn the_app_joins_by_an_invitation_and_what_one_does_all_have() -> Result<(), Failure> {
    let first = Household::found();
    let one = first.serve();
    let second = first.joined("Laptop");
    let two = second.serve();
    let desktop = Desktop::start()?;
    let library = desktop.folder("library");
    let app = desktop.open(&library)?;
    let page = &app.page;

    // Somebody here thinks better of it while nobody there has answered.
    let invitation = first.run(["invite", "--confirm"]).succeeded().stdout;
    join(page, invitation.trim(), "Study PC")?;
    page.click(&page.wait("[data-testid=join-stop]")?)?;
    let text = page.wait("[data-testid=first-start] textarea[name=invitation]")?;
    page.clear(&text)?;

    let invitation = first.run(["invite"]).succeeded().stdout;
    join(page, invitation.trim(), "Study PC")?;
    let words = page.wait("[data-testid=check-words]")?;
    let words = page.attribute(&words, "data-words")?;
    let given = first.json(["devices"])["invitations"].clone();
    let mut given = given.as_array().unwrap().iter();
    let app_came = given.find(|one| one["name"] == "Study PC").unwrap();
    assert_eq!(app_came["check_words"], words, "both show the same words");
    page.picture("household-1-joined")?;
    page.click(&page.wait("[data-testid=joined-same]")?)?;
    page.wait("[data-testid=ledger-line]")?;
    eventually("all three vote", || {
        let members = first.json(["status"])["members"].clone();
        let votes = |one: &Value| one["role"] == "voter" && one["reachable"] == true;
        let members = members.as_array()?;
        (members.len() == 3 && members.iter().all(votes)).then_some(())
    });

    // Imported on one, seen and tagged in the app, found on the third.
    let folder = first.sample("photos", PHOTOS);
    first.json(["import".as_ref(), folder.as_os_str()]);
    let imported = Instant::now();
    let tiles = page.until("every photo is seen", || {
        let tiles = page.all("[data-testid=timeline] [data-testid=photo-tile]")?;
        Ok((tiles.len() == PHOTOS as usize).then_some(tiles))
    })?;
    eprintln!(
        "seen in the app after {} ms",
        imported.elapsed().as_millis()
    );
    page.click(&tiles[2])?;
    page.wait("[data-testid=viewer-image][data-loaded=true]")?;
    let input = page.wait("[data-testid=info-panel] [data-testid=tag-input]")?;
    page.click(&input)?;
    page.type_into(&input, &format!("{TAG}{ENTER}"))?;
    page.wait(&format!(
        "[data-testid=tag-chip][data-tag='{TAG}'][data-state=saved]"
    ))?;
    let tagged = Instant::now();
    let client = two.client();
    eventually("the third finds it", || {
        let found = client.get(&format!("/api/v1/search?q=tag:{TAG}")).json();
        (found["total"] == 1).then_some(())
    });
    eprintln!(
        "found on the third after {} ms",
        tagged.elapsed().as_millis()
    );
    page.picture("household-2-tagged")?;

    let status = |mut command: std::process::Command| -> Result<Value, Failure> {
        let said = run(command
            .arg("--data")
            .arg(&library)
            .args(["status", "--json"]))?;
        Ok(serde_json::from_slice(&said).unwrap())
    };
    page.until("one tip on all three", || {
        let here = status(desktop.program("kinfolio")?)?;
        let others = [&one, &two].map(|node| node.client().get("/api/v1/ledger").json());
        let same = others.iter().all(|other| other["tip"] == here["tip"]);
        Ok(same.then_some(()))
    })
}
