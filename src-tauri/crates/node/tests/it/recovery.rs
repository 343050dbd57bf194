//! Households that lose their majority: who goes on, who comes along, and that nothing that was
//! acknowledged on either side is lost or there twice.

use std::time::{Duration, Instant};

use bytes::Bytes;
use kinfolio_node::{EditState, Node, Recovered, Role, SubmitError};

use crate::household::{Household, texts};

/// Writes one text and says how far it came.
async fn write(node: &Node, text: &str) -> EditState {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    let receipt = node.submit(vec![bytes]).await.expect("acknowledged");
    receipt.state
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Recovers a device whose others are gone.
async fn recover(node: &Node) -> Recovered {
    until("no quorum", || !node.status().quorum).await;
    node.recover().await.expect("recovered")
}

fn voters(node: &Node) -> usize {
    let members = node.status().members;
    members.iter().filter(|one| one.role == Role::Voter).count()
}

/// Every text once on all devices, one tip, and all of them voting.
async fn is_one_again(household: &Household, expect: &[&str]) {
    let size = household.nodes.len();
    until("everyone votes again", || {
        voters(&household.node(0)) == size
    })
    .await;
    let mut all = household.agree(expect.len()).await;
    all.sort();
    let mut expect: Vec<_> = expect.iter().map(|&text| text.to_owned()).collect();
    expect.sort();
    assert_eq!(all, expect);
    for n in 0..size {
        let status = household.node(n).status();
        assert!(status.quorum, "{status:?}");
        assert_eq!(
            write(&household.node(n), &format!("after {n}")).await,
            EditState::Committed
        );
    }
    household.agree(expect.len() + size).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survivor_goes_on_and_who_comes_back_brings_what_it_had() {
    let mut household = Household::found(3);
    write(&household.node(0), "of all").await;
    household.agree(1).await;
    household.close(0).await;
    assert_eq!(
        write(&household.node(1), "without 0").await,
        EditState::Committed
    );
    assert_eq!(
        write(&household.node(2), "of 2, without 0").await,
        EditState::Committed
    );
    household.close(1).await;
    assert_eq!(
        write(&household.node(2), "pending on 2").await,
        EditState::Pending
    );
    household.close(2).await;

    household.start(0);
    assert_eq!(
        write(&household.node(0), "pending on 0").await,
        EditState::Pending
    );
    let begun = recover(&household.node(0)).await;
    assert_eq!(voters(&household.node(0)), 1);
    assert_eq!(
        write(&household.node(0), "alone").await,
        EditState::Committed
    );
    assert!(household.node(0).tip().height >= begun.height);
    household.close(0).await;
    // It is a device like any other after a restart.
    household.start(0);
    assert_eq!(
        write(&household.node(0), "alone again").await,
        EditState::Committed
    );

    // Both at once would be a majority of what was, which goes on by itself.
    household.start(1);
    until("1 votes again", || voters(&household.node(0)) == 2).await;
    household.start(2);
    let all = [
        "of all",
        "without 0",
        "of 2, without 0",
        "pending on 2",
        "pending on 0",
        "alone",
        "alone again",
    ];
    is_one_again(&household, &all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_edits_of_who_never_comes_back_are_brought_by_who_had_them() {
    let mut household = Household::found(3);
    household.close(0).await;
    for n in 0..20 {
        write(&household.node(1), &format!("lost {n}")).await;
    }
    household.close(1).await;
    household.close(2).await;
    household.start(0);
    recover(&household.node(0)).await;
    household.start(2);
    let all = household.agree(20).await;
    assert_eq!(all.len(), 20);
    until("two devices vote", || voters(&household.node(0)) == 2).await;
}

/// The last block may have been accepted by the survivor without its hearing that it was decided.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_elsewhere_is_with_the_survivor() {
    for round in 0..5 {
        let mut household = Household::found(3);
        household.close(0).await;
        for n in 0..=round {
            write(&household.node(1), &format!("lost {n}")).await;
        }
        household.close(1).await;
        household.close(2).await;
        household.start(2);
        recover(&household.node(2)).await;
        let expect: Vec<_> = (0..=round).map(|n| format!("lost {n}")).collect();
        assert_eq!(household.agree(expect.len()).await, expect);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_recovered_where_a_majority_is_there() {
    let household = Household::found(3);
    write(&household.node(0), "of all").await;
    until("a quorum", || household.node(1).status().quorum).await;
    let refused = household.node(1).recover().await.expect_err("a quorum");
    assert!(matches!(refused, SubmitError::HasQuorum), "{refused}");
    assert_eq!(voters(&household.node(1)), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_majority_that_was_there_all_the_time_stays_until_a_person_says_so() {
    let mut household = Household::found(3);
    household.close(1).await;
    household.close(2).await;
    recover(&household.node(0)).await;
    write(&household.node(0), "alone").await;
    household.close(0).await;
    household.start(1);
    household.start(2);
    assert_eq!(
        write(&household.node(1), "of two").await,
        EditState::Committed
    );
    household.start(0);
    let troubled = |n: usize, by: usize| {
        let device = household.devices[by];
        let members = household.node(n).status().members;
        members
            .iter()
            .any(|one| one.id == device && one.trouble.is_some() && !one.reachable)
    };
    until("they tell of each other", || {
        troubled(0, 1) && troubled(1, 0)
    })
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(
        write(&household.node(2), "of two again").await,
        EditState::Committed
    );
    assert_eq!(texts(&household.node(0)), ["alone"]);

    let (zero, one) = (household.devices[0], household.node(1));
    one.follow(zero).await.expect("follows");
    is_one_again(&household, &["alone", "of two", "of two again"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_recoveries_a_person_chooses_one() {
    let mut household = Household::found(3);
    write(&household.node(0), "of all").await;
    household.agree(1).await;
    household.close(1).await;
    household.close(2).await;
    recover(&household.node(0)).await;
    write(&household.node(0), "on 0").await;
    household.close(0).await;
    household.start(1);
    recover(&household.node(1)).await;
    write(&household.node(1), "on 1").await;
    household.start(0);
    let (zero, one) = (household.node(0), household.node(1));
    let troubled = |node: &Node, by: usize| {
        let members = node.status().members;
        let by = household.devices[by];
        members
            .iter()
            .any(|member| member.id == by && member.trouble.is_some())
    };
    until("they tell of each other", || {
        troubled(&zero, 1) && troubled(&one, 0)
    })
    .await;
    one.follow(household.devices[0]).await.expect("follows");
    household.start(2);
    is_one_again(&household, &["of all", "on 0", "on 1"]).await;
}
