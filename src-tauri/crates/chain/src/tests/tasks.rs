//! Who wins a task, for how long, and what a wrong clock does to it.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;

use super::membership::{House, id, remove};
use crate::apply::{CLAIMS_MAX, DONE_MAX, Holding, Judgement, TaskState};
use crate::edit::{TERM_MS_MAX, TERM_MS_MIN};
use crate::wire::{Reader, WireError, Writer};
use crate::{ChainState, Height, Payload, Role, Task, TaskLimit, TaskName, Term};

const MINUTE: u64 = 60_000;

fn name(text: &str) -> TaskName {
    TaskName::new(text.as_bytes()).unwrap()
}

fn term(ms: u64) -> Term {
    Term::from_ms(ms).unwrap()
}

fn claim(task: &str) -> Task {
    let (task, term) = (name(task), term(MINUTE));
    Task::Claim { task, term }
}

fn renew(task: &str, token: Height) -> Task {
    let (task, term) = (name(task), term(MINUTE));
    Task::Renew { task, token, term }
}

fn done(task: &str, token: Height) -> Task {
    let task = name(task);
    Task::Done { task, token }
}

fn won(token: Height) -> Judgement {
    Judgement::Won { token }
}

fn held(by: u8, token: Height) -> Judgement {
    let by = id(by);
    Judgement::Held { by, token }
}

/// Three devices that vote.
fn house() -> House {
    House::of((0..3).map(|device| (device, Role::Voter)))
}

impl House {
    /// A block of this time with these edits, each in a batch of its own; what came of them.
    fn say(&mut self, time_ms: i64, edits: &[(u8, Task)]) -> Vec<Judgement> {
        let edits = edits.iter();
        let batches = edits.map(|(by, task)| self.sign(*by, vec![Payload::Task(task.clone())]));
        let batches: Vec<_> = batches.collect();
        let ids: Vec<_> = batches.iter().map(|batch| batch.id_at(0)).collect();
        let block = self.block_at(time_ms, batches);
        let judged = self.state.apply(&block).unwrap();
        ids.iter().map(|id| judged[id]).collect()
    }

    /// The same with many edits of one device in one batch.
    fn say_at_once(&mut self, time_ms: i64, by: u8, tasks: Vec<Task>) -> Vec<Judgement> {
        let batch = self.sign(by, tasks.into_iter().map(Payload::Task).collect());
        let block = self.block_at(time_ms, vec![batch]);
        self.state.apply(&block).unwrap().into_values().collect()
    }

    fn task(&self, task: &str) -> TaskState {
        self.state.tasks().state(&name(task))
    }
}

fn read_back(state: &ChainState) -> ChainState {
    let mut writer = Writer::new();
    state.encode(&mut writer);
    let mut reader = Reader::new(writer.finish().into());
    let read = ChainState::decode(&mut reader).unwrap();
    assert_eq!(reader.left(), 0);
    read
}

#[test]
fn of_claims_in_one_block_and_later_the_first_wins() {
    let mut house = house();
    let judged = house.say(
        0,
        &[
            (1, claim("a")),
            (0, claim("a")),
            (1, claim("a")),
            (2, claim("b")),
        ],
    );
    assert_eq!(judged, [won(1), held(1, 1), held(1, 1), won(1)]);
    assert_eq!(
        house.say(1, &[(2, claim("a")), (1, claim("a"))]),
        [held(1, 1), held(1, 1)]
    );
    let holding = Holding {
        holder: id(1),
        token: 1,
        since_ms: 0,
        term: term(MINUTE),
    };
    assert_eq!(house.task("a"), TaskState::Held(holding));
    assert_eq!(house.task("c"), TaskState::Free);
}

#[test]
fn a_claim_lapses_by_a_clock_that_is_ahead_and_by_one_that_is_behind() {
    let minute = 60_000;
    for (time, lapsed) in [
        (0, false),
        (minute - 1, false),
        (minute, true),
        (1 - minute, false),
        (-minute, true),
        (i64::MAX, true),
        (i64::MIN, true),
    ] {
        let mut house = house();
        house.say(0, &[(0, claim("a"))]);
        let judged = house.say(time, &[(1, claim("a"))]);
        let expect = if lapsed { won(2) } else { held(0, 1) };
        assert_eq!(judged, [expect], "at {time} ms");
    }
}

#[test]
fn what_a_former_holder_says_is_void() {
    let mut house = house();
    house.say(0, &[(0, claim("a"))]);
    assert_eq!(house.say(70_000, &[(1, claim("a"))]), [won(2)]);
    let stale = house.say(
        70_001,
        &[(0, renew("a", 1)), (0, done("a", 1)), (0, done("a", 2))],
    );
    assert_eq!(stale, [held(1, 2); 3]);
    assert_eq!(
        house.say(70_002, &[(1, done("a", 1)), (1, done("a", 2))]),
        [held(1, 2), Judgement::Finished]
    );
    let late = house.say(
        70_003,
        &[(1, done("a", 2)), (0, renew("a", 1)), (0, claim("a"))],
    );
    assert_eq!(late, [Judgement::Done; 3]);
    assert_eq!(house.task("a"), TaskState::Done);
    assert_eq!(
        house.say(70_004, &[(0, done("b", 1)), (0, renew("b", 1))]),
        [Judgement::Unclaimed; 2]
    );
}

#[test]
fn two_devices_that_claimed_in_one_block_are_told_apart() {
    let mut house = house();
    house.say(0, &[(0, claim("a")), (1, claim("a"))]);
    assert_eq!(
        house.say(1, &[(1, done("a", 1)), (0, done("a", 1))]),
        [held(0, 1), Judgement::Finished]
    );
}

#[test]
fn whoever_renews_keeps_the_task_even_late_if_nobody_else_has_it() {
    let mut house = house();
    house.say(0, &[(0, claim("a"))]);
    assert_eq!(
        house.say(50_000, &[(0, renew("a", 1))]),
        [Judgement::Renewed]
    );
    assert_eq!(house.say(100_000, &[(1, claim("a"))]), [held(0, 1)]);
    assert_eq!(
        house.say(500_000, &[(0, renew("a", 1)), (1, claim("a"))]),
        [Judgement::Renewed, held(0, 1)]
    );
    assert_eq!(
        house.say(900_000, &[(0, done("a", 1)), (1, claim("a"))]),
        [Judgement::Finished, Judgement::Done]
    );
}

#[test]
fn a_device_that_holds_too_much_wins_no_more_until_something_lapses() {
    let mut house = house();
    let claims = |range: std::ops::Range<usize>| range.map(|n| claim(&n.to_string())).collect();
    let judged = house.say_at_once(0, 0, claims(0..CLAIMS_MAX + 2));
    assert_eq!(judged[..CLAIMS_MAX], vec![won(1); CLAIMS_MAX]);
    assert_eq!(judged[CLAIMS_MAX..], [Judgement::Full; 2]);
    // Another device has room of its own; a task that is done makes room for one.
    let judged = house.say(
        1,
        &[
            (1, claim("x")),
            (0, done("7", 1)),
            (0, claim("y")),
            (0, claim("z")),
        ],
    );
    assert_eq!(
        judged,
        [won(2), Judgement::Finished, won(2), Judgement::Full]
    );
    assert_eq!(house.task("8"), house.task("9"));
    // What has lapsed goes where its place is needed, and nothing else does.
    assert_eq!(house.say(60_000, &[(0, claim("z"))]), [won(3)]);
    assert_eq!(house.task("8"), TaskState::Free);
    assert!(matches!(house.task("y"), TaskState::Held(_)));
    assert!(matches!(house.task("x"), TaskState::Held(_)));
    assert_eq!(read_back(&house.state), house.state);
}

#[test]
fn what_was_done_long_ago_can_be_claimed_again() {
    let mut house = house();
    let mut n = 0;
    let mut do_some = |house: &mut House, count: usize| {
        let those: Vec<_> = (n..n + count).map(|n| n.to_string()).collect();
        n += count;
        let token = house.state.height() + 1;
        let both = those.iter().flat_map(|one| [claim(one), done(one, token)]);
        let judged = house.say_at_once(0, 0, both.collect());
        assert_eq!(judged, [won(token), Judgement::Finished].repeat(count));
    };
    for _ in 0..16 {
        do_some(&mut house, DONE_MAX / 16);
    }
    assert_eq!(house.say(0, &[(1, claim("0"))]), [Judgement::Done]);
    do_some(&mut house, 1);
    assert_eq!(house.task("1"), TaskState::Done);
    let token = house.state.height() + 1;
    assert_eq!(
        house.say(0, &[(1, claim("0")), (1, claim("1"))]),
        [won(token), Judgement::Done]
    );
    assert_eq!(read_back(&house.state), house.state);
}

#[test]
fn a_device_that_is_removed_holds_nothing() {
    let mut house = house();
    house.say(0, &[(1, claim("a")), (2, claim("b"))]);
    let removal = Payload::Membership(house.edit(remove(1)));
    let removal = house.sign(0, vec![removal]);
    let last_words = house.sign(1, vec![Payload::Task(claim("c"))]);
    let block = house.block_at(0, vec![removal, last_words]);
    let judged = house.state.apply(&block).unwrap();
    assert_eq!(judged.into_values().collect::<Vec<_>>(), [won(2)]);
    let judged = house.say(0, &[(2, claim("a")), (2, claim("c")), (0, claim("b"))]);
    assert_eq!(judged, [won(3), won(3), held(2, 1)]);
}

#[test]
fn names_and_terms_outside_the_limits_are_none() {
    for bytes in [0, 201] {
        let refused = TaskName::new(&vec![b'x'; bytes]);
        assert_eq!(refused, Err(TaskLimit::Name { bytes }));
    }
    let (min, max) = (u64::from(TERM_MS_MIN), u64::from(TERM_MS_MAX));
    for ms in [0, min - 1, max + 1, u64::MAX] {
        assert_eq!(Term::from_ms(ms), Err(TaskLimit::Term { ms }));
    }
    for ms in [min, max] {
        assert_eq!(Term::from_ms(ms).map(Term::ms), Ok(ms));
    }
    let read = |bytes: &[u8]| Payload::decode(&mut Reader::new(Bytes::copy_from_slice(bytes)));
    let good = encoded(&claim("a"));
    assert_eq!(read(&good), Ok(Payload::Task(claim("a"))));
    let mut too_short = good.clone();
    too_short[11..15].copy_from_slice(&999u32.to_le_bytes());
    let unknown = |what, value| Err(WireError::Unknown { what, value });
    assert_eq!(read(&too_short), unknown("a claim's term", 999));
    let nameless = [4, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(read(&nameless), unknown("the length of a task's name", 0));
    let mut other = good;
    other[5] = 4;
    assert_eq!(read(&other), unknown("a task edit's kind", 4));
}

fn encoded(task: &Task) -> Vec<u8> {
    let mut writer = Writer::new();
    let payload = Payload::Task(task.clone());
    payload.encode(&mut writer);
    let bytes = writer.finish();
    assert_eq!(bytes.len(), payload.encoded_len());
    bytes
}

/// If one of these changes, devices of different versions do not agree on a hash any more.
#[test]
fn golden_vectors_of_task_edits() {
    for (task, expect) in [
        (claim("faces"), "040e0000000105000000666163657360ea0000"),
        (
            renew("faces", 7),
            "041600000002050000006661636573070000000000000060ea0000",
        ),
        (
            done("faces", 7),
            "0412000000030500000066616365730700000000000000",
        ),
    ] {
        let bytes = encoded(&task);
        assert_eq!(hex::encode(&bytes), expect, "{task}");
        let read = Payload::decode(&mut Reader::new(bytes.into()));
        assert_eq!(read, Ok(Payload::Task(task)));
    }
}

#[derive(Clone, Debug)]
struct Step {
    by: u8,
    task: u8,
    what: u8,
    old_token: bool,
    seconds: i64,
}

fn step() -> impl Strategy<Value = Step> {
    let parts = (0..3u8, 0..3u8, 0..4u8, any::<bool>(), -40..90i64);
    parts.prop_map(|(by, task, what, old_token, seconds)| Step {
        by,
        task,
        what,
        old_token,
        seconds,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Beside the chain runs a list of holders, kept by the rules in their plainest form.
    #[test]
    fn a_task_has_one_holder_and_its_tokens_grow(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut house = house();
        let mut now = 0;
        // Holder, token and time; no holder once it is done.
        let mut known: BTreeMap<u8, (Option<u8>, Height, i64)> = BTreeMap::new();
        let mut tokens: BTreeMap<u8, Height> = BTreeMap::new();
        for Step { by, task, what, old_token, seconds } in steps {
            now += seconds * 1000;
            let text = task.to_string();
            let height = house.state.height() + 1;
            let before = known.get(&task).copied();
            let token = before.map_or(0, |(_, token, _)| token) - u64::from(old_token && before.is_some());
            let edit = match what {
                0 | 1 => claim(&text),
                2 => renew(&text, token),
                _ => done(&text, token),
            };
            let mine = |(holder, held, _)| holder == Some(by) && held == token;
            let expect = match before {
                Some((None, ..)) => Judgement::Done,
                Some((Some(holder), held_at, since)) if what < 2 => {
                    if (now - since).abs() >= 60_000 {
                        known.insert(task, (Some(by), height, now));
                        won(height)
                    } else {
                        held(holder, held_at)
                    }
                }
                None if what < 2 => {
                    known.insert(task, (Some(by), height, now));
                    won(height)
                }
                None => Judgement::Unclaimed,
                Some(one) if mine(one) && what == 2 => {
                    known.insert(task, (Some(by), token, now));
                    Judgement::Renewed
                }
                Some(one) if mine(one) => {
                    known.insert(task, (None, token, now));
                    Judgement::Finished
                }
                Some((Some(holder), held_at, _)) => held(holder, held_at),
            };
            let judged = house.say(now, &[(by, edit)]);
            prop_assert_eq!(&judged, &[expect]);
            if let Judgement::Won { token } = judged[0] {
                let last = tokens.insert(task, token);
                prop_assert!(last < Some(token));
            }
        }
        prop_assert_eq!(&read_back(&house.state), &house.state);
    }
}
