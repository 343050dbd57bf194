//! The entry door: who may come in, and an answer for every entry.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use kinfolio_chain::BlockHash;

use super::{Listening, PATIENCE, id};
use crate::{
    ENTRIES_UNANSWERED_MAX, ENTRY_BYTES_MAX, Entries, Entry, EntryClient, EntryDoor, EntryReceipt,
    EntryRefused, EntryStreamError, Replies, Token,
};

const TOKEN: &str = "0123456789abcdef";

/// Answers every other entry at once and the rest later, with its id as the height.
#[derive(Debug)]
struct Echo;

impl Entries for Echo {
    fn append_many(&self, entries: Vec<Entry>, replies: &Replies) {
        let (now, later): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|e| e.id.is_multiple_of(2));
        answer(&now, replies);
        let replies = replies.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            answer(&later, &replies);
        });
    }
}

fn answer(entries: &[Entry], replies: &Replies) {
    for entry in entries {
        let result = match &entry.payload[..] {
            b"no" => Err(EntryRefused {
                detail: "no is no".into(),
            }),
            _ => Ok(receipt(entry.id)),
        };
        replies.answer(entry.id, result);
    }
}

fn receipt(id: u64) -> EntryReceipt {
    EntryReceipt {
        height: id,
        hash: BlockHash([7; 32]),
        pending: id.is_multiple_of(3),
    }
}

/// Takes everything and answers nothing.
#[derive(Debug, Default)]
struct Silent(Mutex<Vec<(Entry, Replies)>>);

impl Entries for Silent {
    fn append_many(&self, entries: Vec<Entry>, replies: &Replies) {
        let entries = entries.into_iter().map(|entry| (entry, replies.clone()));
        self.0.lock().unwrap().extend(entries);
    }
}

fn door(entries: Arc<dyn Entries>) -> Option<EntryDoor> {
    let token = Token::new(TOKEN);
    Some(EntryDoor { entries, token })
}

fn entry(id: u64, payload: &'static [u8]) -> Entry {
    let payload = Bytes::from_static(payload);
    Entry { id, payload }
}

#[tokio::test]
async fn each_of_ten_thousand_entries_is_answered_once() {
    let a = Listening::new(1, &[1], 8, door(Arc::new(Echo))).await;
    let client = EntryClient::connect(a.addr, id(1), TOKEN).await.unwrap();
    let (sender, mut receipts) = client.open().await.unwrap();
    let sending = tokio::spawn(async move {
        for id in 0..10_000 {
            sender.send(entry(id, b"a photo was taken")).await.unwrap();
        }
    });
    let mut seen = BTreeSet::new();
    while let Some((id, result)) = receipts.next().await.unwrap() {
        assert_eq!(result, Ok(receipt(id)));
        assert!(seen.insert(id), "{id} was answered twice");
    }
    sending.await.unwrap();
    assert!(seen.into_iter().eq(0..10_000));
    a.stop().await;
}

#[tokio::test]
async fn a_refused_entry_says_why_and_the_next_one_goes_on() {
    let a = Listening::new(1, &[1], 8, door(Arc::new(Echo))).await;
    let client = EntryClient::connect(a.addr, id(1), TOKEN).await.unwrap();
    let (sender, mut receipts) = client.open().await.unwrap();
    sender.send(entry(0, b"no")).await.unwrap();
    let payload = Bytes::from(vec![0; ENTRY_BYTES_MAX + 1]);
    sender.send(Entry { id: 2, payload }).await.unwrap();
    let payload = Bytes::from(vec![0; ENTRY_BYTES_MAX]);
    sender.send(Entry { id: 4, payload }).await.unwrap();
    drop(sender);
    let mut answers = Vec::new();
    while let Some(answer) = receipts.next().await.unwrap() {
        answers.push(answer);
    }
    answers.sort_by_key(|(id, _)| *id);
    let why = |at: usize| answers[at].1.clone().unwrap_err().detail;
    assert_eq!(why(0), "no is no");
    assert!(why(1).contains("at most 65536"), "{}", why(1));
    assert_eq!(answers[2], (4, Ok(receipt(4))));
    assert_eq!(answers.len(), 3);
}

#[tokio::test]
async fn a_wrong_token_a_closed_door_and_another_device_are_refused() {
    let open = Listening::new(1, &[1], 8, door(Arc::new(Echo))).await;
    let closed = Listening::new(1, &[1], 8, None).await;
    for (addr, token, expect) in [
        (open.addr, "0123456789abcdeg", "this is not the token"),
        (open.addr, "", "this is not the token"),
        (closed.addr, TOKEN, "Unimplemented"),
    ] {
        let client = EntryClient::connect(addr, id(1), token).await.unwrap();
        let refused = client.open().await.unwrap_err().to_string();
        assert!(refused.contains(expect), "{token}: {refused}");
    }
    let other = EntryClient::connect(open.addr, id(2), TOKEN).await;
    assert!(other.unwrap_err().to_string().contains("was expected"));
    let unsendable = EntryClient::connect(open.addr, id(1), "a\nb").await;
    assert!(unsendable.is_err());
}

#[tokio::test]
async fn no_more_is_read_than_may_be_unanswered() {
    let silent = Arc::new(Silent::default());
    let a = Listening::new(1, &[1], 8, door(silent.clone())).await;
    let client = EntryClient::connect(a.addr, id(1), TOKEN).await.unwrap();
    let (sender, mut receipts) = client.open().await.unwrap();
    let taken = || silent.0.lock().unwrap().len();
    let sending = async {
        for id in 0..20_000 {
            sender.send(entry(id, &[1; 16])).await.unwrap();
        }
    };
    // The windows below hold the rest; what counts is how much was handed over.
    let _ = tokio::time::timeout(Duration::from_secs(1), sending).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = taken();
    assert!(
        before <= ENTRIES_UNANSWERED_MAX && before > ENTRIES_UNANSWERED_MAX / 2,
        "{before} entries were handed over"
    );
    for (entry, replies) in silent.0.lock().unwrap().drain(..) {
        answer(&[entry], &replies);
    }
    let first = receipts.next().await.unwrap();
    assert!(first.is_some_and(|(_, result)| result.is_ok()));
    tokio::time::timeout(PATIENCE, async {
        while taken() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .expect("reading goes on after the answers");
}

#[tokio::test]
async fn shutting_down_ends_the_streams() {
    let a = Listening::new(1, &[1], 8, door(Arc::new(Silent::default()))).await;
    let client = EntryClient::connect(a.addr, id(1), TOKEN).await.unwrap();
    let (sender, mut receipts) = client.open().await.unwrap();
    sender.send(entry(1, b"never answered")).await.unwrap();
    a.stop().await;
    let ended = tokio::time::timeout(PATIENCE, receipts.next()).await;
    let ended = ended.expect("the stream ends");
    assert!(
        matches!(ended, Ok(None) | Err(EntryStreamError::Status(_))),
        "{ended:?}"
    );
}
