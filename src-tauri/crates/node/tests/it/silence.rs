//! Devices that are silent for long, and stop counting towards the quorum until they are back.

use std::time::Duration;

use kinfolio_node::{MemberStatus, Node, Role};

use crate::household::{Household, texts};
use crate::pairing::{until, write};

const LIMIT: Duration = Duration::from_secs(2);

fn member(household: &Household, of: usize, seen_by: usize) -> MemberStatus {
    let members = household.node(seen_by).status().members.into_iter();
    let mut those = members.filter(|one| one.id == household.devices[of]);
    those.next().expect("a member")
}

async fn all_meet(nodes: &[Node]) {
    for node in nodes {
        until("all are within reach", || {
            node.status().members.iter().all(|one| one.reachable)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_device_stops_counting_and_gets_its_vote_back() {
    let mut household = Household::found(4);
    let nodes: Vec<_> = (0..4).map(|n| household.node(n)).collect();
    all_meet(&nodes).await;
    write(&nodes[3], "before it left").await;
    for node in &nodes {
        node.prune_after(Some(LIMIT)).await;
    }
    household.close(3).await;
    for n in 0..3 {
        until("it does not count", || {
            member(&household, 3, n).role == Role::Silent
        })
        .await;
        assert!(member(&household, 3, n).last_seen_ms.is_some());
    }
    // Of the three that count two are enough, where it took three of four.
    household.close(2).await;
    write(&household.node(0), "two of three").await;
    household.start(3);
    household.node(3).prune_after(Some(LIMIT)).await;
    write(&household.node(3), "it is back").await;
    for n in [0, 1, 3] {
        until("it votes again", || {
            member(&household, 3, n).role == Role::Voter
        })
        .await;
    }
    // Whoever went meanwhile stops counting as well, and these three still decide.
    until("the other does not count", || {
        member(&household, 2, 0).role == Role::Silent
    })
    .await;
    household.close(1).await;
    write(&household.node(3), "two of three again").await;
    assert_eq!(member(&household, 3, 0).role, Role::Voter);
    let expected = [
        "before it left",
        "two of three",
        "it is back",
        "two of three again",
    ];
    until("all of it is there", || {
        texts(&household.node(0)) == expected
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_heard_outlives_the_process_and_a_household_may_wait_for_ever() {
    let mut household = Household::found(3);
    let nodes: Vec<_> = (0..3).map(|n| household.node(n)).collect();
    all_meet(&nodes).await;
    drop(nodes);
    household.close(2).await;
    until("it is missed", || !member(&household, 2, 0).reachable).await;
    let seen = member(&household, 2, 0).last_seen_ms;
    household.close(0).await;
    household.start(0);
    assert_eq!(member(&household, 2, 0).last_seen_ms, seen);
    until("the two decide", || household.node(0).status().quorum).await;
    // Nobody has told these how long to wait.
    tokio::time::sleep(LIMIT).await;
    write(&household.node(0), "still of three").await;
    assert_eq!(member(&household, 2, 0).role, Role::Voter);
    assert_eq!(member(&household, 2, 0).patience, None);
}
