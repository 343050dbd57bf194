//! Tasks that several devices want, and devices that go away with one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kinfolio_node::{
    Height, Holding, Judgement, Node, SubmitError, TaskAnswer, TaskName, TaskState, Term,
};

use crate::household::Household;

const SECOND: u64 = 1_000;
const DAY: u64 = 86_400 * SECOND;

fn name(text: &str) -> TaskName {
    TaskName::new(text.as_bytes()).expect("a name")
}

fn term(ms: u64) -> Term {
    Term::from_ms(ms).expect("a term")
}

/// Says something about a task until the chain has judged it.
async fn judged<F>(say: impl Fn() -> F) -> Judgement
where
    F: Future<Output = Result<TaskAnswer, SubmitError>>,
{
    loop {
        if let TaskAnswer::Judged(judgement) = say().await.expect("answered") {
            return judgement;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Says that a task is done, which it is by that, or by the same word that was answered too late.
async fn finish(node: &Node, task: &TaskName, token: Height) {
    let judgement = judged(|| node.finish(task.clone(), token)).await;
    let done = matches!(judgement, Judgement::Finished | Judgement::Done);
    assert!(done, "{task}: {judgement:?}");
}

/// Claims until it is known who does the task; the token if it is this device, which may have won
/// by a claim that was not answered in time.
async fn try_for(node: &Node, task: &TaskName, ms: u64) -> Option<Height> {
    let me = node.status().device.id;
    loop {
        match node.claim(task.clone(), term(ms)).await.expect("answered") {
            TaskAnswer::Judged(Judgement::Won { token }) => return Some(token),
            TaskAnswer::Judged(Judgement::Held { by, token }) => {
                return (by == me).then_some(token);
            }
            TaskAnswer::Judged(_) => return None,
            TaskAnswer::Undecided => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn wait_until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds().await {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_devices_race_for_tasks_and_each_has_one_winner() {
    let household = Household::found(3);
    let tasks: Vec<_> = (0..200).map(|k| name(&format!("task {k}"))).collect();
    let mut races = tokio::task::JoinSet::new();
    for (k, task) in tasks.iter().enumerate() {
        for n in 0..3 {
            // Not always the same device first.
            let (n, task) = ((n + k) % 3, task.clone());
            let node = household.node(n);
            races.spawn(async move { (k, n, try_for(&node, &task, DAY).await) });
        }
    }
    let mut winners = BTreeMap::new();
    for (k, n, token) in races.join_all().await {
        if let Some(token) = token {
            let other = winners.insert(k, (n, token));
            assert_eq!(other, None, "two devices think that task {k} is theirs");
        }
    }
    assert_eq!(winners.len(), tasks.len());
    household.agree(0).await;
    for (k, task) in tasks.iter().enumerate() {
        let (n, won_at) = winners[&k];
        for node in household.nodes.iter().flatten() {
            let state = node.task(task.clone()).await.expect("told");
            let TaskState::Held(Holding { holder, token, .. }) = state else {
                panic!("task {k} is {state:?}");
            };
            assert_eq!((holder, token), (household.devices[n], won_at), "task {k}");
        }
    }
    let mut names = tasks.clone();
    names.sort();
    for node in household.nodes.iter().flatten() {
        let listed = node.tasks().await.expect("told");
        let listed: Vec<_> = listed.into_iter().map(|(task, _)| task).collect();
        assert_eq!(listed, names);
    }
    for (k, (n, token)) in winners {
        let node = household.node(n);
        finish(&node, &tasks[k], token).await;
    }
    household.agree(0).await;
    for node in household.nodes.iter().flatten() {
        assert_eq!(node.tasks().await.expect("told"), []);
        for task in [&tasks[0], &tasks[199]] {
            let again = judged(|| node.claim(task.clone(), term(DAY))).await;
            assert_eq!(again, Judgement::Done);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_goes_away_loses_its_task_to_another_and_comes_back_too_late() {
    let mut household = Household::found(3);
    let task = name("a memory of last summer");
    let first = try_for(&household.node(0), &task, SECOND).await;
    let first = first.expect("nobody else wants it");
    let gone = household.nodes[0].take().expect("runs");
    gone.close().await.expect("closed");

    let other = household.node(1);
    let deadline = Instant::now() + Duration::from_secs(60);
    let second = loop {
        if let Some(token) = try_for(&other, &task, SECOND).await {
            break token;
        }
        assert!(Instant::now() < deadline, "it does not lapse");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert!(second > first, "{second} is no fence against {first}");

    household.start(0);
    let back = household.node(0);
    wait_until("a quorum", || async { back.status().quorum }).await;
    let by = household.devices[1];
    let token = second;
    let late = judged(|| back.finish(task.clone(), first)).await;
    assert_eq!(late, Judgement::Held { by, token });
    let late = judged(|| back.renew(task.clone(), first, term(DAY))).await;
    assert_eq!(late, Judgement::Held { by, token });
    // It has lapsed by now, perhaps, but nobody else has it.
    finish(&other, &task, second).await;
    let again = judged(|| back.claim(task.clone(), term(DAY))).await;
    assert_eq!(again, Judgement::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_quorum_no_task_is_claimed_and_what_is_done_is_said_later() {
    let mut household = Household::found(3);
    let (held, wanted) = (name("held"), name("wanted"));
    let node = household.node(0);
    let token = try_for(&node, &held, DAY).await.expect("won");
    for n in [1, 2] {
        let gone = household.nodes[n].take().expect("runs");
        gone.close().await.expect("closed");
    }
    wait_until("no quorum", || async { !node.status().quorum }).await;
    let answer = node.claim(wanted.clone(), term(DAY)).await;
    assert_eq!(answer.expect("answered"), TaskAnswer::Undecided);
    assert_eq!(node.status().pending, 0, "it is not written");
    let answer = node.finish(held.clone(), token).await;
    assert_eq!(answer.expect("answered"), TaskAnswer::Undecided);
    assert_eq!(node.status().pending, 1);

    household.start(1);
    let other = household.node(1);
    for node in [&node, &other] {
        wait_until("done everywhere", || async {
            node.task(held.clone()).await.expect("told") == TaskState::Done
        })
        .await;
        let free = node.task(wanted.clone()).await.expect("told");
        assert_eq!(free, TaskState::Free);
    }
}
