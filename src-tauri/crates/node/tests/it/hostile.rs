//! A member that lies, stammers or shouts: it is refused by name and counted, and the others are
//! served on.

mod blocks;
mod garbage;
mod raw;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use kinfolio_chain::block::Draft;
use kinfolio_chain::{Batch, Block, Incarnation, Owner, Payload};
use kinfolio_consensus::{Ballot, Message, Proposer};
use kinfolio_node::{DeviceId, Node};
use kinfolio_transport::{
    Dialer, Hello, Identity, LinkEvent, LinkSender, PROTOCOL_VERSION, PeerMessage, RefusalCode,
};
use tokio::sync::mpsc;

use crate::household::{Household, texts};

/// A member's key in hostile hands.
struct Stranger {
    link: LinkSender,
    events: mpsc::Receiver<LinkEvent>,
    _dialer: Dialer,
}

impl Stranger {
    async fn dial(key: &ed25519_dalek::SigningKey, device: DeviceId, address: SocketAddr) -> Self {
        let identity = Arc::new(Identity::new(key).expect("a key"));
        let (sender, mut events) = mpsc::channel(1 << 16);
        let dialer = Dialer::spawn(identity, device, vec![address], sender);
        let link = loop {
            match events.recv().await.expect("events") {
                LinkEvent::Up { link, .. } => break link,
                LinkEvent::Rejected { reason, .. } => panic!("not let in: {reason}"),
                LinkEvent::Received { .. }
                | LinkEvent::Unreadable { .. }
                | LinkEvent::Down { .. } => {}
            }
        };
        let mut stranger = Self {
            link,
            events,
            _dialer: dialer,
        };
        // What comes before the other side's own greeting is refused, but not told.
        let greeting = |message| matches!(message, PeerMessage::Hello(_)).then_some(());
        stranger.hears("greeted", greeting).await;
        stranger
    }

    fn say(&self, message: &PeerMessage) {
        self.link.send(message).expect("queued");
    }

    /// Waits until it is refused for this reason; returns what it is told.
    async fn refused(&mut self, reason: RefusalCode) -> String {
        let refusal = |message| match message {
            PeerMessage::Refused { code, detail } if code == reason => Some(detail),
            _ => None,
        };
        self.hears(&format!("refused as {reason:?}"), refusal).await
    }

    /// Waits for something that it is told.
    async fn hears<T>(&mut self, what: &str, look: impl Fn(PeerMessage) -> Option<T>) -> T {
        let told = async {
            loop {
                if let LinkEvent::Received { message, .. } =
                    self.events.recv().await.expect("events")
                    && let Some(told) = look(message)
                {
                    return told;
                }
            }
        };
        let told = tokio::time::timeout(Duration::from_secs(60), told).await;
        told.unwrap_or_else(|_| panic!("not {what}"))
    }
}

/// Whether the household goes on: writes through every node, and all agree.
async fn goes_on(household: &Household, edits: &mut usize) {
    for node in household.nodes.iter().flatten() {
        let text = Bytes::from(format!("edit {edits}"));
        node.submit(vec![text]).await.expect("acknowledged");
        *edits += 1;
    }
    household.agree(*edits).await;
}

/// What the hostile member knows of the household's chain.
fn hello(node: &Node) -> Hello {
    let status = node.status();
    let founding = node.block(0).expect("readable").expect("founded");
    Hello {
        version: PROTOCOL_VERSION,
        household: status.household_id,
        lines: vec![kinfolio_chain::Begun {
            epoch: kinfolio_chain::EpochId(status.household_id.0),
            fork: 0,
        }],
        incarnation: Incarnation {
            counter: 9,
            nonce: 9,
        },
        height: 0,
        tip: founding.hash(),
        accepted: 0,
        remembers: true,
        yours: None,
        votes: true,
        again: false,
    }
}

/// A block that would stand on the tip, but for what `spoil` does to it.
fn block(
    node: &Node,
    key: &ed25519_dalek::SigningKey,
    spoil: impl FnOnce(&mut Draft, &mut Vec<Batch>),
) -> (Owner, Arc<Block>) {
    let tip = node.tip();
    let below = node.block(tip.height).expect("readable").expect("a tip");
    let founding = node.block(0).expect("readable").expect("founded");
    let line = kinfolio_chain::batch::Line {
        household: node.status().household_id,
        epoch: kinfolio_chain::EpochId(node.status().household_id.0),
        number: 0,
    };
    let owner = Owner {
        device: kinfolio_chain::config::device_id(&key.verifying_key()),
        incarnation: hello(node).incarnation,
    };
    let mut history = kinfolio_chain::history::History::new();
    for height in 0..=tip.height {
        history.push(node.block(height).expect("readable").expect("there").hash());
    }
    let mut batches = vec![Batch::sign(
        key,
        line,
        owner,
        0,
        tip.height,
        vec![Payload::Opaque(Bytes::from_static(b"hostile"))],
    )];
    let mut draft = Draft {
        height: tip.height + 1,
        prev: below.hash(),
        config_hash: founding.header().config_hash,
        config_hash_next: founding.header().config_hash,
        history_root: history.root(),
        state_root: None,
        timestamp_ms: 0,
        proposer: owner,
        next_owner: owner,
    };
    spoil(&mut draft, &mut batches);
    (owner, Arc::new(Block::build(draft, batches)))
}

fn accept(owner: Owner, block: &Arc<Block>) -> PeerMessage {
    let ballot = Ballot {
        round: 7,
        proposer: Proposer {
            device: owner.device,
            incarnation: owner.incarnation,
        },
    };
    PeerMessage::Synod(Message::Accept {
        height: block.height(),
        ballot,
        block: Arc::clone(block),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_are_refused_by_name_and_the_others_are_served() {
    // The fourth voter never runs: its key is in hostile hands.
    let (household, key) = Household::found_with_silent_member(3);
    let node = household.node(0);
    node.submit(vec![Bytes::from_static(b"before")])
        .await
        .expect("acknowledged");
    let device = household.devices[0];
    let mut hostile = Stranger::dial(&key, device, household.addresses[0]).await;

    hostile.say(&PeerMessage::Tip {
        height: 0,
        hash: node.tip().hash,
    });
    hostile.refused(RefusalCode::Ungreeted).await;
    let other = Hello {
        household: kinfolio_node::HouseholdId([7; 32]),
        ..hello(&node)
    };
    hostile.say(&PeerMessage::Hello(other));
    let told = hostile.refused(RefusalCode::Household).await;
    assert!(told.contains("070707"), "{told}");
    hostile.say(&PeerMessage::Hello(hello(&node)));

    for (what, spoil) in [
        (
            "parent",
            (|draft, _| draft.prev.0[0] ^= 1) as fn(&mut Draft, &mut Vec<Batch>),
        ),
        ("root", |draft, _| draft.history_root.0[0] ^= 1),
        ("state", |draft, _| {
            draft.state_root = Some(kinfolio_chain::StateRoot([1; 32]));
        }),
        ("members", |draft, _| draft.config_hash.0[0] ^= 1),
        ("signature", |_, batches| batches[0].base = 0),
        ("no member", |_, batches| {
            batches[0].author.device = DeviceId([1; 16]);
        }),
    ] {
        let (owner, block) = block(&node, &key, spoil);
        hostile.say(&accept(owner, &block));
        let told = hostile.refused(RefusalCode::Block).await;
        assert!(told.contains("block"), "{what}: {told}");
    }
    let (_, good) = block(&node, &key, |_, _| ());
    let mut forged = good.batches()[0].clone();
    forged.first_seq = 1;
    hostile.say(&PeerMessage::Edits(vec![forged]));
    hostile.refused(RefusalCode::Edits).await;
    hostile.say(&PeerMessage::Tip {
        height: 0,
        hash: good.hash(),
    });
    hostile.refused(RefusalCode::Fork).await;
    assert!(
        node.status().counts.refused >= 9,
        "{:?}",
        node.status().counts
    );
    node.submit(vec![Bytes::from_static(b"after")])
        .await
        .expect("acknowledged");
    household.agree(2).await;
    assert_eq!(texts(&node), ["before", "after"]);
    assert!(matches!(
        node.status().standing,
        kinfolio_node::engine::Standing::Good
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_valid_message_a_million_times_is_dropped_and_the_others_are_served() {
    let (household, key) = Household::found_with_silent_member(3);
    let node = household.node(0);
    let device = household.devices[0];
    let mut hostile = Stranger::dial(&key, device, household.addresses[0]).await;
    hostile.say(&PeerMessage::Hello(hello(&node)));
    let tip = PeerMessage::Tip {
        height: 0,
        hash: hello(&node).tip,
    };
    let shouted = tip.encode().expect("encoded");
    for said in 1..=1_000_000_u64 {
        hostile.link.send_encoded(shouted.clone()).expect("queued");
        if said % 10_000 == 0 {
            let edit = Bytes::from(format!("while it shouts {said}"));
            node.submit(vec![edit]).await.expect("acknowledged");
            // A full outbox would end the link: what was said is heard first, most of it.
            for _ in 0..8 {
                if said < node.status().counts.dropped + 200_000 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
    hostile.refused(RefusalCode::Flood).await;
    // A slow machine is not through with what was said yet.
    let deadline = Instant::now() + Duration::from_secs(120);
    while node.status().counts.dropped < 10_000 {
        assert!(Instant::now() < deadline, "{:?}", node.status().counts);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    household.agree(100).await;
}
