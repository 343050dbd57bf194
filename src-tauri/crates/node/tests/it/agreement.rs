//! Devices that write at once, go away and come back.

use std::collections::BTreeSet;

use bytes::Bytes;

use crate::household::{Household, texts, write};

#[tokio::test(flavor = "multi_thread")]
async fn three_devices_write_at_once_and_hold_one_chain() {
    let household = Household::found(3);
    let written = write(&household, 300, 16).await;
    let texts = household.agree(written).await;
    let distinct: BTreeSet<_> = texts.iter().collect();
    assert_eq!(distinct.len(), written, "every string is in once");
    for n in 0..3 {
        let status = household.node(n).status();
        assert!(status.quorum);
        assert_eq!(status.pending, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_away_catches_up_and_a_read_on_it_sees_all() {
    let mut household = Household::found(3);
    write(&household, 5, 1).await;
    household.close(2).await;
    for k in 0..50 {
        let text = Bytes::from(format!("meanwhile {k}"));
        household
            .node(k % 2)
            .submit(vec![text])
            .await
            .expect("acknowledged");
    }
    household.start(2);
    household.node(2).consistent().await.expect("read");
    assert_eq!(texts(&household.node(2)).len(), 15 + 50);
    household.agree(15 + 50).await;
}
