//! A node on a real disk.

use std::path::Path;

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use kinfolio_chain::{Member, Payload, Role};

use crate::{
    EditState, Founder, Judgement, LEDGER_FOLDER, Node, NodeError, SubmitError, TaskAnswer,
    TaskName, TaskState, Term, verify,
};

fn founder() -> Founder {
    Founder {
        household: "Ada & Co".into(),
        device: "Study PC".into(),
    }
}

fn texts(node: &Node) -> Vec<String> {
    let blocks = node.blocks(0, usize::MAX).expect("readable");
    let edits: Vec<_> = blocks
        .iter()
        .flat_map(|block| block.edits().collect::<Vec<_>>())
        .collect();
    let texts = edits.iter().filter_map(|edit| match &edit.payload {
        Payload::Opaque(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Payload::Founding(_) | Payload::Membership(_) | Payload::Task(_) | Payload::Epoch(_) => {
            None
        }
    });
    texts.collect()
}

fn one(text: &str) -> Vec<Bytes> {
    vec![Bytes::copy_from_slice(text.as_bytes())]
}

/// A copy of a library while a node is running on it: what a kill would leave.
fn copy_of(root: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a folder");
    for folder in ["identity", "ledger"] {
        std::fs::create_dir(copy.path().join(folder)).expect("made");
        for entry in std::fs::read_dir(root.join(folder)).expect("listed") {
            let name = entry.expect("listed").file_name();
            let (from, to) = (
                root.join(folder).join(&name),
                copy.path().join(folder).join(&name),
            );
            std::fs::copy(from, to).expect("copied");
        }
    }
    copy
}

#[tokio::test]
async fn edits_are_there_again_after_closing_and_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    founder().found(folder.path()).expect("founded");
    let node = Node::open(folder.path()).expect("opened");
    for n in 0..10 {
        let receipt = node
            .submit(one(&format!("edit {n}")))
            .await
            .expect("acknowledged");
        assert_eq!(receipt.state, EditState::Committed);
        assert_eq!(receipt.height, Some(n + 1));
        assert_eq!(receipt.hash, Some(node.tip().hash));
    }
    let (tip, before) = (node.tip(), texts(&node));
    assert_eq!(before.len(), 10);

    let killed = copy_of(folder.path());
    node.close().await.expect("sealed");
    for root in [folder.path(), killed.path()] {
        let report = verify(&root.join(LEDGER_FOLDER), |_| ());
        assert_eq!((report.faults.as_slice(), report.blocks), (&[][..], 11));
        let node = Node::open(root).expect("opened again");
        // What was decided in the killed life is decided; the same chain, with all in it.
        assert_eq!((node.tip(), texts(&node)), (tip, before.clone()));
        node.submit(one("later")).await.expect("acknowledged");
        assert_eq!(texts(&node).len(), 11);
        node.close().await.expect("sealed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_that_come_together_share_blocks_and_each_is_in_once() {
    let folder = tempfile::tempdir().expect("a folder");
    founder().found(folder.path()).expect("founded");
    let node = Node::open(folder.path()).expect("opened");
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..500 {
        let node = node.clone();
        tasks.spawn(async move { node.submit(one(&format!("{n:03}"))).await });
    }
    let receipts = tasks.join_all().await;
    assert!(receipts.iter().all(Result::is_ok));
    let mut all = texts(&node);
    all.sort();
    assert_eq!(all, (0..500).map(|n| format!("{n:03}")).collect::<Vec<_>>());
    assert!(
        node.tip().height < 250,
        "{} blocks for 500 edits",
        node.tip().height
    );
    assert!(
        verify(&folder.path().join(LEDGER_FOLDER), |_| ())
            .faults
            .is_empty()
    );
}

#[tokio::test]
async fn reading_alone_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    founder().found(folder.path()).expect("founded");
    let path = folder.path().join("ledger/00000000.log");
    let before = std::fs::read(&path).expect("readable");
    let node = Node::open(folder.path()).expect("opened");
    assert_eq!(node.status().household, "Ada & Co");
    assert!(node.status().quorum);
    node.close().await.expect("closed");
    assert_eq!(std::fs::read(&path).expect("readable"), before);
}

#[tokio::test]
async fn without_a_quorum_edits_are_pending_and_outlive_the_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = SigningKey::from_bytes(&[3; 32]).verifying_key();
    let asleep = Member::new("Laptop".into(), key, Role::Voter);
    founder()
        .found_with(folder.path(), &[asleep])
        .expect("founded");
    let node = Node::open(folder.path()).expect("opened");
    assert!(!node.status().quorum);
    let receipt = node
        .submit(one("while the laptop sleeps"))
        .await
        .expect("acknowledged");
    assert_eq!((receipt.state, receipt.height), (EditState::Pending, None));
    assert_eq!(node.tip().height, 0);
    let killed = copy_of(folder.path());
    drop(node);
    let node = Node::open(killed.path()).expect("opened again");
    assert_eq!(
        node.status().pending,
        1,
        "what was acknowledged is still there"
    );
}

#[tokio::test]
async fn a_device_that_was_restarted_goes_on_with_its_task() {
    let folder = tempfile::tempdir().expect("a folder");
    founder().found(folder.path()).expect("founded");
    let node = Node::open(folder.path()).expect("opened");
    let task = TaskName::new(b"faces of 2024").expect("a name");
    let term = Term::from_ms(86_400_000).expect("a term");
    assert_eq!(
        node.task(task.clone()).await.expect("told"),
        TaskState::Free
    );
    let answer = node.claim(task.clone(), term).await.expect("answered");
    assert_eq!(answer.token(), Some(1));
    node.close().await.expect("sealed");

    let node = Node::open(folder.path()).expect("opened again");
    let (by, token) = (node.status().device.id, 1);
    let answer = node.claim(task.clone(), term).await.expect("answered");
    assert_eq!(answer, TaskAnswer::Judged(Judgement::Held { by, token }));
    let answer = node.renew(task.clone(), token, term).await;
    assert_eq!(
        answer.expect("answered"),
        TaskAnswer::Judged(Judgement::Renewed)
    );
    let answer = node.finish(task.clone(), token).await;
    assert_eq!(
        answer.expect("answered"),
        TaskAnswer::Judged(Judgement::Finished)
    );
    assert_eq!(node.task(task).await.expect("told"), TaskState::Done);
    let report = verify(&folder.path().join(LEDGER_FOLDER), |_| ());
    assert_eq!((report.faults.as_slice(), report.blocks), (&[][..], 5));
}

#[tokio::test]
async fn a_batch_outside_the_limits_is_refused_by_its_size() {
    let folder = tempfile::tempdir().expect("a folder");
    founder().found(folder.path()).expect("founded");
    let node = Node::open(folder.path()).expect("opened");
    for payloads in [vec![], vec![Bytes::from(vec![0; (1 << 20) + 1])]] {
        let refused = node.submit(payloads).await;
        assert!(
            matches!(refused, Err(SubmitError::Size { .. })),
            "{refused:?}"
        );
    }
    node.submit(vec![Bytes::from(vec![7; 1 << 20])])
        .await
        .expect("the limit itself fits");
    node.submit(one("and the node goes on"))
        .await
        .expect("acknowledged");
}

#[test]
fn a_library_is_founded_once_and_only_with_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let nameless = Founder {
        household: " ".into(),
        ..founder()
    };
    assert!(matches!(
        nameless.found(folder.path()),
        Err(NodeError::Name { .. })
    ));
    founder().found(folder.path()).expect("founded");
    assert!(matches!(
        founder().found(folder.path()),
        Err(NodeError::Exists { .. })
    ));
    let empty = tempfile::tempdir().expect("a folder");
    assert!(matches!(
        Node::open(empty.path()),
        Err(NodeError::NoLedger { .. })
    ));
}
