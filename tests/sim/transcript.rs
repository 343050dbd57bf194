//! What is said, in words short enough to follow a run by.

use kinfolio_chain::DeviceId;
use kinfolio_consensus::{Ballot, Message};
use kinfolio_node::engine::Event;
use kinfolio_transport::{Ledger, PeerMessage};

use crate::device::Device;

/// The name of a device.
pub fn told(device: DeviceId, devices: &[Device]) -> String {
    let known = devices.iter().find(|one| one.id == device);
    known.map_or_else(|| device.to_string(), |one| one.name.clone())
}

/// Whether a message is, or asks for, a vote.
pub fn is_vote(message: &Message<Ledger>) -> bool {
    matches!(
        message,
        Message::Prepare { .. }
            | Message::Promise { .. }
            | Message::Accept { .. }
            | Message::Accepted { .. }
    )
}

/// An event in words.
pub fn told_event(event: &Event, devices: &[Device]) -> String {
    match event {
        Event::Submit { ticket, payloads } => {
            format!("{} edits of request {ticket}", payloads.len())
        }
        Event::Change { ticket, .. } => format!("a change of members of request {ticket}"),
        Event::Task { ticket, task } => format!("request {ticket} {task}"),
        Event::Up(device) | Event::StillUp(device) => format!("up {}", told(*device, devices)),
        Event::Down(device) => format!("down {}", told(*device, devices)),
        Event::Received { from, message } => {
            format!(
                "{} ← {}",
                told_message(message, devices),
                told(*from, devices)
            )
        }
        Event::Unreadable { from, detail } => {
            format!("{} sent nonsense: {detail}", told(*from, devices))
        }
        Event::Rejected => "somebody is not let in".to_owned(),
        Event::ToldRemoved(by) => {
            format!("{} says that this device was removed", told(*by, devices))
        }
        Event::Synced(mark) => format!("{mark:?} synced"),
        Event::Read { ticket } => format!("read of request {ticket}"),
        Event::Recover { ticket, .. } => format!("recover {ticket}"),
        Event::Tick => "tick".to_owned(),
        Event::BucketUp(bucket) => format!("bucket {bucket} is there"),
        Event::BucketSaid(_, message) => {
            format!("{} said by the bucket", told_synod(message, devices))
        }
        Event::BucketDown(bucket, _) => format!("bucket {bucket} is away"),
        Event::Misses { device, voters } => format!("{device} misses {voters:?}"),
    }
}

/// A message in words.
pub fn told_message(message: &PeerMessage, devices: &[Device]) -> String {
    match message {
        PeerMessage::Hello(hello) => {
            format!(
                "Hello life {} height {}",
                hello.incarnation.counter, hello.height
            )
        }
        PeerMessage::Synod(message) => told_synod(message, devices),
        PeerMessage::Edits(batches) => {
            let those = batches.iter().map(|batch| {
                let (author, last) = (batch.author, batch.next_seq() - 1);
                format!(
                    "{}#{} {}–{last}",
                    told(author.device, devices),
                    author.incarnation.counter,
                    batch.first_seq
                )
            });
            format!("Edits {}", those.collect::<Vec<_>>().join(", "))
        }
        PeerMessage::Tip { height, .. } => format!("Tip {height}"),
        PeerMessage::Fetch { from, .. } => format!("Fetch from {from}"),
        PeerMessage::Blocks(blocks) => {
            let heights = blocks.first().zip(blocks.last());
            let heights = heights.map(|(first, last)| (first.height(), last.height()));
            format!("Blocks {heights:?}")
        }
        PeerMessage::Contacts(contacts) => format!("Contacts {}", contacts.len()),
        PeerMessage::Condition(condition) => format!("Condition {} pending", condition.pending),
        PeerMessage::Refused { code, .. } => format!("Refused {code:?}"),
    }
}

/// A message of the agreement in words.
pub fn told_synod(message: &Message<Ledger>, devices: &[Device]) -> String {
    let ballot = |ballot: &Ballot<Ledger>| {
        let proposer = ballot.proposer;
        format!(
            "r{}{}#{}",
            ballot.round,
            told(proposer.device, devices),
            proposer.incarnation.counter
        )
    };
    let brief = |hash: &kinfolio_chain::BlockHash| hash.to_string()[..6].to_owned();
    match message {
        Message::Prepare { height, ballot: b } => format!("Prepare h{height} {}", ballot(b)),
        Message::Promise {
            height,
            ballot: b,
            accepted,
        } => {
            let accepted = accepted
                .as_ref()
                .map(|(b, block)| format!("{} {}", ballot(b), brief(&block.hash())));
            format!(
                "Promise h{height} {} ({})",
                ballot(b),
                accepted.unwrap_or_default()
            )
        }
        Message::Accept {
            height,
            ballot: b,
            block,
        } => {
            format!("Accept h{height} {} {}", ballot(b), brief(&block.hash()))
        }
        Message::Accepted {
            height,
            ballot: b,
            hash,
        } => {
            format!("Accepted h{height} {} {}", ballot(b), brief(hash))
        }
        Message::Nack {
            height,
            ballot: b,
            promised,
        } => {
            format!("Nack h{height} {} for {}", ballot(b), ballot(promised))
        }
        Message::Decided { height, hash } => format!("Decided h{height} {}", brief(hash)),
        Message::Ask { read } => format!("Ask {read}"),
        Message::Seen { read, height } => format!("Seen {read} h{height}"),
    }
}
