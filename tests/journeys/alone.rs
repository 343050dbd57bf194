//! Nothing that a page does leaves the machine: it asks for nothing elsewhere, and could not.

use harness::desktop::Failure;
use harness::seat::{Kind, Seat, Taste};

use crate::at_both_seats;
use crate::deeds::{named, open_page, until_drawn};
use crate::looks::{PAGES, organised};

/// What the page has fetched from elsewhere, and how much it has fetched at all.
const FETCHED: &str = "
    const all = performance.getEntriesByType('resource').map((entry) => entry.name);
    const own = [location.origin, 'kinfolio:', 'ipc:', 'http://ipc.localhost', 'data:', 'blob:'];
    return [all.length, ...all.filter((name) => !own.some((start) => name.startsWith(start)))];
";

/// Asks for something elsewhere in each way that a page has, and notes what forbids it.
const TRY: &str = "
    window.forbidden = [];
    document.addEventListener('securitypolicyviolation', (event) => {
        window.forbidden.push(event.effectiveDirective.replace('-elem', ''));
    });
    const elsewhere = 'http://127.0.0.1:9/';
    const put = (name, attributes) =>
        document.head.append(Object.assign(document.createElement(name), attributes));
    fetch(elsewhere).catch(() => undefined);
    new Image().src = elsewhere;
    put('script', { src: elsewhere });
    put('link', { rel: 'stylesheet', href: elsewhere });
    put('style', { textContent: `@font-face { font-family: F; src: url(${elsewhere}) }` });
    document.fonts.load('12px F').catch(() => undefined);
";

at_both_seats!(nothing_leaves_the_machine);

fn nothing_leaves_the_machine(kind: Kind) -> Result<(), Failure> {
    let seat = Seat::at(kind, organised(), Taste::default())?;
    let page = &seat.page;
    page.eval("performance.setResourceTimingBufferSize(100000)")?;
    until_drawn(page)?;
    for (name, there) in PAGES {
        open_page(page, name)?;
        page.wait(there)?;
    }
    let fetched = page.eval(FETCHED)?;
    let fetched = fetched.as_array().map_or(&[][..], Vec::as_slice);
    assert_eq!(
        fetched.get(1..),
        Some(&[][..]),
        "only from where it came from"
    );
    if kind == Kind::Browser {
        // WebKit counts only what comes over the network, so nothing of `kinfolio://`.
        assert!(fetched[0].as_u64() > Some(20), "it is counted: {fetched:?}");
    }
    page.eval(TRY)?;
    page.until("all of it is forbidden", || {
        let forbidden = page.eval("return [...new Set(window.forbidden)].sort()")?;
        let all = [
            "connect-src",
            "font-src",
            "img-src",
            "script-src",
            "style-src",
        ];
        Ok((forbidden == serde_json::json!(all)).then_some(()))
    })?;
    page.wait(&named("app"))?;
    Ok(())
}
