//! The household's bucket in the app: set up there and in force elsewhere, and everything back from
//! it on a machine that has nothing.

use std::path::Path;
use std::time::Duration;

use harness::desktop::{App, Desktop, Failure, Page, run};
use harness::library::{Household, Node, eventually};
use serde_json::Value;

const PHOTOS: u32 = 6;

#[test]
fn what_is_set_in_the_app_is_in_force_on_the_other_device() -> Result<(), Failure> {
    let first = Household::found();
    let one = first.serve();
    let desktop = Desktop::start()?;
    let app = joined(&desktop, &first)?;
    let page = &app.page;
    let folder = first.sample("photos", PHOTOS);
    first.json(["import".as_ref(), folder.as_os_str()]);
    let place = first.folder("bucket");
    std::fs::create_dir(&place)?;
    let address = format!("file://{}", place.display());

    page.click(&page.wait("[data-testid=ledger-line]")?)?;
    page.click(&page.wait("[data-testid=change-bucket]")?)?;
    let field = page.wait("[data-testid=bucket-dialog] input[name=bucket]")?;
    page.type_into(&field, "s3:/nothing")?;
    page.click(&page.wait("[data-testid=bucket-save]")?)?;
    page.wait("[data-testid=bucket-fault]")?;
    page.picture("settings-1-no-address")?;
    page.clear(&field)?;
    page.type_into(&field, &address)?;
    page.click(&page.wait("[data-testid=bucket-dialog] input[name=encrypted]")?)?;
    page.click(&page.wait("[data-testid=bucket-save]")?)?;
    page.wait("[data-testid=bucket-after]:not([data-standing=looking])")?;
    page.picture("settings-2-bucket-in-use")?;
    page.click(&page.wait("[data-testid=bucket-done]")?)?;
    page.eval(
        "const select = document.querySelector('[data-testid=scrub-every]');
         select.value = '7d';
         select.dispatchEvent(new Event('change', { bubbles: true }));",
    )?;

    eventually("it is in force on the other device", || {
        let agreed = first.json(["household"]);
        let same = agreed["bucket"] == address.as_str() && agreed["bucket_encrypted"] == true;
        (same && agreed["scrub_every"] == "7d").then_some(())
    });
    all_is_there(&one);
    assert!(place.join("encrypted").exists(), "as it was wished");
    page.until("the card says that all is there", || {
        let card = page.wait("[data-testid=bucket-card]")?;
        let originals = page.wait("[data-testid=bucket-originals]")?;
        let stands = page.attribute(&card, "data-standing")?;
        let all = page.text(&originals)?.trim() == PHOTOS.to_string();
        Ok((all && stands == "well").then_some(()))
    })?;
    page.until("both devices hold all", || {
        let counts = page.eval(
            "return [...document.querySelectorAll('[data-testid=device-originals]')].map(e => e.dataset.count)",
        )?;
        let counts: Vec<String> = serde_json::from_value(counts).unwrap_or_default();
        let all = counts.iter().all(|count| *count == PHOTOS.to_string());
        Ok((counts.len() == 2 && all).then_some(()))
    })?;
    page.picture("settings-3-cards")?;
    page.eval("document.querySelector('[data-testid=household-settings]').scrollIntoView()")?;
    page.picture("settings-4-settings")?;

    page.click(&page.wait("[data-testid=show-key]")?)?;
    page.wait("[data-testid=key-show]")?;
    page.picture("settings-5-what-the-key-is")?;
    page.click(&page.wait("[data-testid=key-show]")?)?;
    let shown = page.wait("[data-testid=recovery-key]")?;
    page.picture("settings-6-key")?;
    let key = first.run(["recovery-key"]).succeeded().stdout;
    assert_eq!(page.attribute(&shown, "data-key")?, key.trim());
    page.click(&page.wait("[data-testid=key-save]")?)?;
    let chooser = "Save the recovery key";
    desktop.wait_for_window(chooser, Duration::from_secs(20))?;
    desktop.press(chooser, "Return")?;
    let saved = page.wait("[data-testid=key-saved]")?;
    page.picture("settings-7-key-saved")?;
    let said = page.text(&saved)?;
    let from = said.find('/').expect("a path");
    let end = said.find(".txt").expect("a file of text") + ".txt".len();
    let file = Path::new(&said[from..end]);
    let read = std::fs::read_to_string(file)?;
    std::fs::remove_file(file)?;
    assert_eq!(read, key);
    Ok(())
}

#[test]
fn everything_comes_back_from_the_bucket_in_the_app() -> Result<(), Failure> {
    let home = Household::found();
    let place = home.folder("bucket");
    std::fs::create_dir(&place)?;
    let address = format!("file://{}", place.display());
    let node = home.serve_with([("KINFOLIO_BUCKET_URL".to_owned(), address.clone())]);
    let folder = home.sample("photos", PHOTOS);
    home.json(["import".as_ref(), folder.as_os_str()]);
    home.json(["edit", "-is:trashed", "--add-tag", "kept"]);
    all_is_there(&node);
    let tip = home.json(["status"])["tip"].clone();
    let key = home.run(["recovery-key"]).succeeded().stdout;
    let other = Household::found();
    let other_key = other.run(["recovery-key"]).succeeded().stdout;
    node.kill();

    let desktop = Desktop::start()?;
    let library = desktop.folder("library");
    let app = desktop.open(&library)?;
    let page = &app.page;
    page.wait("[data-testid=first-start]")?;
    page.click(&page.wait("[data-testid=door-restore]")?)?;
    fill(page, "input[name=bucket]", &format!("{address}x"))?;
    fill(page, "textarea[name=key]", other_key.trim())?;
    page.picture("restore-1-asked")?;
    let says = |words: &str| {
        page.click(&page.wait("[data-testid=first-start] button[type=submit]")?)?;
        page.until(words, || {
            let said = page.all("[data-testid=restore-fault]")?;
            let said = said.iter().map(|one| page.text(one));
            let said = said.collect::<Result<Vec<_>, _>>()?;
            Ok(said.iter().any(|one| one.contains(words)).then_some(()))
        })
    };
    says("no such bucket")?;
    page.picture("restore-2-no-bucket")?;
    fill(page, "input[name=bucket]", &address)?;
    says("key of another household")?;
    page.picture("restore-3-wrong-key")?;
    fill(page, "textarea[name=key]", key.trim())?;
    page.click(&page.wait("[data-testid=first-start] button[type=submit]")?)?;
    page.wait("[data-testid=restored]")?;
    page.picture("restore-4-restored")?;
    assert!(page.all("[data-testid=restored-missing]")?.is_empty());
    page.click(&page.wait("[data-testid=restored-open]")?)?;
    page.until("every photo is seen", || {
        let drawn = page.eval(
            "return [...document.querySelectorAll('[data-testid=timeline] [data-testid=photo-tile] img[data-loaded=true]')]
                .filter(image => image.complete && image.naturalWidth > 0).length",
        )?;
        Ok((drawn == PHOTOS).then_some(()))
    })?;
    page.picture("restore-5-back")?;
    let status = ask(&desktop, &library, &["status"])?;
    assert_eq!(status["tip"], tip);
    assert_eq!(
        ask(&desktop, &library, &["search", "tag:kept"])?["total"],
        PHOTOS
    );
    Ok(())
}

/// The app as a further device of the household, on its library.
fn joined(desktop: &Desktop, first: &Household) -> Result<App, Failure> {
    let library = desktop.folder("library");
    let invitation = first.run(["invite"]).succeeded().stdout;
    let join = ["join", invitation.trim(), "--device", "Study PC"];
    run(desktop
        .program("kinfolio")?
        .arg("--data")
        .arg(&library)
        .args(join))?;
    let app = desktop.open(&library)?;
    app.page.wait("[data-testid=ledger-line]")?;
    eventually("both vote", || {
        let members = first.json(["status"])["members"].clone();
        let votes = |one: &Value| one["role"] == "voter" && one["reachable"] == true;
        let members = members.as_array()?;
        (members.len() == 2 && members.iter().all(votes)).then_some(())
    });
    Ok(app)
}

/// Waits until the bucket holds every original and every block.
fn all_is_there(node: &Node) {
    eventually("the bucket holds all", || {
        let told = node.client().get("/api/v1/tasks").json()["bucket"].clone();
        let all = told["originals"] == PHOTOS && told["blocks_behind"] == 0;
        all.then_some(())
    });
}

fn fill(page: &Page, field: &str, text: &str) -> Result<(), Failure> {
    let field = page.wait(&format!("[data-testid=first-start] {field}"))?;
    page.clear(&field)?;
    page.type_into(&field, text)
}

fn ask(desktop: &Desktop, library: &Path, args: &[&str]) -> Result<Value, Failure> {
    let said = run(desktop
        .program("kinfolio")?
        .arg("--data")
        .arg(library)
        .args(args)
        .arg("--json"))?;
    Ok(serde_json::from_slice(&said).unwrap_or_default())
}
