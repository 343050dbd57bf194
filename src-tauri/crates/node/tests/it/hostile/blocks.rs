//! Blocks that are too large, not what their hash says, of another household, or nowhere at all.

use std::sync::Arc;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_chain::batch::{BATCH_EDITS_MAX, Line};
use kinfolio_chain::edit::PAYLOAD_BYTES_MAX;
use kinfolio_chain::{Batch, Block, BlockHash, EpochId, Owner, Payload};
use kinfolio_consensus::{Ballot, Message, Proposer};
use kinfolio_node::engine::Standing;
use kinfolio_node::{HouseholdId, Node};
use kinfolio_transport::{Hello, PeerMessage, RefusalCode};

use super::{Stranger, accept, block, goes_on, hello};
use crate::household::{Household, texts};

/// Where the bytes of a header stand: version, height, four hashes, the edits root, their count.
const EDITS_ROOT_AT: usize = 1 + 8 + 4 * 32;
const EDIT_COUNT_AT: usize = EDITS_ROOT_AT + 32;

/// The silent member's key, in a household whose others run, and its link to the first of them.
async fn let_in(running: usize) -> (Household, SigningKey, Node, Stranger) {
    let (household, key) = Household::found_with_silent_member(running);
    let node = household.node(0);
    let hostile = Stranger::dial(&key, household.devices[0], household.addresses[0]).await;
    hostile.say(&PeerMessage::Hello(hello(&node)));
    (household, key, node, hostile)
}

fn line(household: HouseholdId) -> Line {
    let epoch = EpochId(household.0);
    let number = 0;
    Line {
        household,
        epoch,
        number,
    }
}

fn signed(key: &SigningKey, line: Line, author: Owner, payloads: Vec<Bytes>) -> Batch {
    let payloads = payloads.into_iter().map(Payload::Opaque).collect();
    Batch::sign(key, line, author, 0, 0, payloads)
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_and_batches_above_the_limits_are_refused() {
    let (household, key, node, mut hostile) = let_in(3).await;
    let mut edits = 0;
    goes_on(&household, &mut edits).await;
    let line = line(node.status().household_id);
    let large = Bytes::from(vec![7; PAYLOAD_BYTES_MAX]);
    let larger = Bytes::from(vec![7; PAYLOAD_BYTES_MAX + 1]);
    let cases = [
        (
            "bytes of a block",
            vec![vec![large.clone()]; 8],
            RefusalCode::Unreadable,
            "a block is",
        ),
        (
            "bytes of an edit",
            vec![vec![larger]],
            RefusalCode::Unreadable,
            "an edit's payload",
        ),
        (
            "edits of a batch",
            vec![vec![Bytes::new(); BATCH_EDITS_MAX + 1]],
            RefusalCode::Unreadable,
            "a batch",
        ),
        (
            "no edit in a batch",
            vec![Vec::new()],
            RefusalCode::Block,
            "a batch of 0 edits",
        ),
    ];
    for (what, batches, code, why) in cases {
        let before = node.status().counts.refused;
        let mut gossip = Vec::new();
        let (owner, block) = block(&node, &key, |draft, these| {
            *these = batches
                .into_iter()
                .map(|payloads| signed(&key, line, draft.proposer, payloads))
                .collect();
            gossip.clone_from(these);
        });
        hostile.say(&accept(owner, &block));
        let told = hostile.refused(code).await;
        assert!(told.contains(why), "{what}: {told}");
        // The same batch where no block is around it.
        let alone = gossip.len() == 1;
        if alone {
            let code = match code {
                RefusalCode::Block => RefusalCode::Edits,
                other => other,
            };
            hostile.say(&PeerMessage::Edits(gossip));
            let told = hostile.refused(code).await;
            assert!(told.contains(why), "{what}: {told}");
        }
        let refused = node.status().counts.refused - before;
        assert_eq!(refused, 1 + u64::from(alone), "{what}");
        goes_on(&household, &mut edits).await;
    }
    let (owner, _) = block(&node, &key, |_, _| ());
    hostile.say(&PeerMessage::Edits(vec![signed(
        &key,
        line,
        owner,
        vec![large; 8],
    )]));
    let told = hostile.refused(RefusalCode::Unreadable).await;
    assert!(told.contains("a batch is 8388"), "{told}");
    goes_on(&household, &mut edits).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_that_are_not_what_their_header_says_are_refused() {
    let (household, key, node, mut hostile) = let_in(3).await;
    let mut edits = 0;
    goes_on(&household, &mut edits).await;
    let (owner, good) = block(&node, &key, |_, _| ());
    let good = good.encode();
    for (at, why) in [
        (EDITS_ROOT_AT, "Merkle root"),
        (EDITS_ROOT_AT + 31, "Merkle root"),
        (EDIT_COUNT_AT, "its header counts 0 edits"),
        (good.len() - 1, "Merkle root"),
    ] {
        let before = node.status().counts.refused;
        let mut spoiled = good.clone();
        spoiled[at] ^= 1;
        let spoiled = Arc::new(Block::decode(spoiled.into()).expect("still a block"));
        hostile.say(&accept(owner, &spoiled));
        let told = hostile.refused(RefusalCode::Block).await;
        assert!(told.contains(why), "byte {at}: {told}");
        hostile.say(&PeerMessage::Blocks(vec![spoiled]));
        let told = hostile.refused(RefusalCode::Block).await;
        assert!(told.contains(why), "byte {at}: {told}");
        assert_eq!(node.status().counts.refused, before + 2);
    }
    goes_on(&household, &mut edits).await;
    assert!(!texts(&node).contains(&"hostile".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_for_blocks_that_do_not_exist_come_to_nothing() {
    let (household, key, node, mut hostile) = let_in(3).await;
    let mut edits = 0;
    goes_on(&household, &mut edits).await;
    let hash = BlockHash([9; 32]);
    let me = Owner {
        device: household.devices[0],
        ..block(&node, &key, |_, _| ()).0
    };
    // Acceptances of nothing, for many heights and under whatever ballot: nobody waits for them.
    for height in 0..node.tip().height + 50 {
        for round in 0..5 {
            let ballot = Ballot {
                round,
                proposer: Proposer {
                    device: me.device,
                    incarnation: me.incarnation,
                },
            };
            hostile.say(&PeerMessage::Synod(Message::Accepted {
                height,
                ballot,
                hash,
            }));
        }
    }
    goes_on(&household, &mut edits).await;

    // A decision of nothing is asked for; what does not link is refused, and the tip stays.
    for lie in ["parent", "height", "nothing"] {
        let height = node.tip().height + 1;
        // It has nothing of what it was asked for before; this it has, it says.
        hostile.say(&PeerMessage::Blocks(Vec::new()));
        let decided = Message::Decided { height, hash };
        hostile.say(&PeerMessage::Synod(decided));
        let asked = |message| match message {
            PeerMessage::Fetch { from, .. } if from == height => Some(()),
            _ => None,
        };
        hostile.hears("asked for it", asked).await;
        let (_, spoiled) = block(&node, &key, |draft, _| match lie {
            "parent" => draft.prev = hash,
            _ => draft.height += 1,
        });
        if lie == "nothing" {
            hostile.say(&PeerMessage::Blocks(Vec::new()));
        } else {
            let before = node.status().counts.refused;
            hostile.say(&PeerMessage::Blocks(vec![spoiled]));
            let told = hostile.refused(RefusalCode::Block).await;
            assert!(told.contains(lie), "{told}");
            assert_eq!(node.status().counts.refused, before + 1);
        }
        goes_on(&household, &mut edits).await;
    }

    // A decision against what was decided is a fork, and its teller stands alone with it.
    let before = node.status().counts.refused;
    let decided = Message::Decided { height: 1, hash };
    hostile.say(&PeerMessage::Synod(decided));
    let told = hostile.refused(RefusalCode::Fork).await;
    assert!(told.contains(&hash.to_string()), "{told}");
    assert_eq!(node.status().counts.refused, before + 1);
    assert_eq!(node.status().standing, Standing::Good);
    goes_on(&household, &mut edits).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_is_only_claimed_holds_nobody_up_who_has_to_catch_up() {
    let (mut household, key, node, _hostile) = let_in(4).await;
    let mut edits = 0;
    household.close(2).await;
    for _ in 0..20 {
        goes_on(&household, &mut edits).await;
    }
    household.start(2);
    let hostile = Stranger::dial(&key, household.devices[2], household.addresses[2]).await;
    let hash = BlockHash([9; 32]);
    hostile.say(&PeerMessage::Hello(Hello {
        height: u64::MAX,
        tip: hash,
        ..hello(&node)
    }));
    let lying = tokio::spawn(async move {
        for height in (0..u64::MAX).rev() {
            hostile.say(&PeerMessage::Tip { height, hash });
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    });
    household.agree(edits).await;
    goes_on(&household, &mut edits).await;
    lying.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_of_another_household_are_refused() {
    let (household, key, node, mut hostile) = let_in(3).await;
    let mut edits = 0;
    let other = Household::found(1);
    let theirs = other.node(0);
    let text = vec![Bytes::from_static(b"theirs")];
    theirs.submit(text).await.expect("acknowledged");
    let foreign = Arc::new(theirs.block(1).expect("readable").expect("there"));

    let before = node.status().counts.refused;
    let (owner, _) = block(&node, &key, |_, _| ());
    hostile.say(&accept(owner, &foreign));
    let told = hostile.refused(RefusalCode::Block).await;
    assert!(told.contains("parent"), "{told}");
    hostile.say(&PeerMessage::Blocks(vec![Arc::clone(&foreign)]));
    let told = hostile.refused(RefusalCode::Block).await;
    assert!(told.contains("parent"), "{told}");
    hostile.say(&PeerMessage::Edits(foreign.batches().to_vec()));
    let told = hostile.refused(RefusalCode::Edits).await;
    assert!(told.contains("no member"), "{told}");

    // The member's own edits, but signed for the other household.
    let line = line(theirs.status().household_id);
    let mut gossip = Vec::new();
    let (owner, woven_in) = block(&node, &key, |draft, batches| {
        let text = Bytes::from_static(b"hostile");
        *batches = vec![signed(&key, line, draft.proposer, vec![text])];
        gossip.clone_from(batches);
    });
    hostile.say(&accept(owner, &woven_in));
    let told = hostile.refused(RefusalCode::Block).await;
    assert!(told.contains("signature"), "{told}");
    hostile.say(&PeerMessage::Edits(gossip));
    let told = hostile.refused(RefusalCode::Edits).await;
    assert!(told.contains("signature"), "{told}");
    assert_eq!(node.status().counts.refused, before + 5);
    goes_on(&household, &mut edits).await;
}
