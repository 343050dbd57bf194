//! After how long a silent device stops counting: what the household has agreed upon, handed on to the
//! node.

use kinfolio_catalog::Span;

use crate::library::Library;

/// Hands it on until the library closes.
pub(crate) fn follow(library: &Library) {
    let (here, closing) = (library.clone(), library.closing());
    library.tasks().spawn(async move {
        closing.run_until_cancelled(hand_on(&here)).await;
    });
}

async fn hand_on(library: &Library) {
    let mut agreed = library.agreed();
    loop {
        let after = agreed.borrow_and_update().prune_after.map(Span::duration);
        library.node().prune_after(after).await;
        if agreed.changed().await.is_err() {
            return;
        }
    }
}
