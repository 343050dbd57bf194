//! Devices that come into a household by invitation, and devices that do not.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use kinfolio_node::engine::Standing;
use kinfolio_node::{
    Admission, Change, Door, Founder, Invitation, InvitationState, JoinError, JoinRefused, Joined,
    Newcomer, Node, NodeError, Progress, Role,
};
use tempfile::TempDir;

use crate::household::texts;

const HOUR: Duration = Duration::from_secs(3600);

/// Longest that anything here may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub fn door() -> Door {
    Door {
        listener: Some(TcpListener::bind("127.0.0.1:0").unwrap()),
        ..Door::default()
    }
}

/// A household of one device that lets others in.
pub fn founded() -> (TempDir, Node) {
    let root = tempfile::tempdir().unwrap();
    let founder = Founder {
        household: "Miller".to_owned(),
        device: "Study".to_owned(),
    };
    founder.found(root.path()).unwrap();
    let node = Node::open_with(root.path(), door()).unwrap();
    (root, node)
}

pub async fn until(what: &str, holds: impl Fn() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited
        .await
        .unwrap_or_else(|_| panic!("not in time: {what}"));
}

fn role(node: &Node, of: &Node) -> Option<Role> {
    let id = of.status().device.id;
    let status = node.status();
    let member = status.members.iter().find(|one| one.id == id);
    member.map(|one| one.role)
}

pub async fn join(root: &Path, invitation: &Invitation, name: &str) -> Result<Joined, NodeError> {
    Newcomer::prepare(root, invitation, name)?.join().await
}

/// Joins and opens the newcomer, and waits until it votes.
pub async fn joined(by: &Node, name: &str) -> (TempDir, Node, Joined) {
    let root = tempfile::tempdir().unwrap();
    let invitation = by.invite(Role::Voter, Admission::AtOnce, HOUR).unwrap();
    let joined = join(root.path(), &invitation, name).await.unwrap();
    let node = Node::open_with(root.path(), door()).unwrap();
    until("a newcomer votes", || role(by, &node) == Some(Role::Voter)).await;
    (root, node, joined)
}

pub async fn write(node: &Node, text: &'static str) {
    node.submit(vec![Bytes::from_static(text.as_bytes())])
        .await
        .unwrap();
}

fn refused(error: NodeError) -> JoinRefused {
    match error {
        NodeError::Join(JoinError::Refused(why)) => why,
        other => panic!("{other}"),
    }
}

async fn try_to_join(root: &Path, invitation: &Invitation) -> JoinRefused {
    refused(join(root, invitation, "Newcomer").await.unwrap_err())
}

#[tokio::test(flavor = "multi_thread")]
async fn three_devices_become_one_household_and_find_each_other_again() {
    let (study_root, study) = founded();
    write(&study, "before").await;
    let (laptop_root, laptop, welcome) = joined(&study, "Laptop").await;
    assert_eq!(
        (welcome.household.as_str(), welcome.inviter.as_str()),
        ("Miller", "Study")
    );
    let used = study.invitations().remove(0).state;
    let InvitationState::Used {
        check_words,
        progress: Progress::Joined,
        name,
        ..
    } = used
    else {
        panic!("{used:?}");
    };
    assert_eq!(
        (name.as_str(), check_words),
        ("Laptop", welcome.check_words)
    );

    // The third hears from the one that invites it where the first one listens.
    let (nas_root, nas, _) = joined(&laptop, "NAS").await;
    let all = [&study, &laptop, &nas];
    for node in all {
        until("everyone sees everyone", || {
            let members = node.status().members;
            members.len() == 3 && members.iter().all(|one| one.reachable)
        })
        .await;
    }
    write(&study, "one").await;
    write(&laptop, "two").await;
    write(&nas, "three").await;
    let top = all.iter().map(|node| node.tip().height).max();
    until("one tip", || {
        all.iter().all(|node| Some(node.tip().height) == top)
    })
    .await;
    for node in all {
        assert_eq!(node.tip(), study.tip());
        assert_eq!(texts(node), ["before", "one", "two", "three"]);
    }

    // All stop; each listens elsewhere from now on, except one.
    let at = laptop.reachable_at().unwrap()[0];
    for node in [study, laptop, nas] {
        node.close().await.unwrap();
    }
    let listener = TcpListener::bind(at).unwrap();
    let same = Door {
        listener: Some(listener),
        ..Door::default()
    };
    let study = Node::open_with(study_root.path(), door()).unwrap();
    let nas = Node::open_with(nas_root.path(), door()).unwrap();
    let laptop = Node::open_with(laptop_root.path(), same).unwrap();
    for node in [&study, &laptop, &nas] {
        until("all find each other again", || {
            node.status().members.iter().all(|one| one.reachable)
        })
        .await;
    }
    for node in [study, laptop, nas] {
        node.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_lets_in_one_device_in_its_time_and_that_one_again() {
    let (_root, study) = founded();
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let invitation = study
        .invite(Role::Observer, Admission::AtOnce, HOUR)
        .unwrap();
    let forged = {
        let other = study
            .invite(Role::Voter, Admission::AtOnce, HOUR)
            .unwrap()
            .to_string();
        // The last one, with the addresses and the name of this device, but another secret.
        let mut forged: Invitation = other.parse().unwrap();
        forged.inviter = second_device(second.path()).await;
        forged
    };
    let unreachable = join(first.path(), &forged, "Laptop").await.unwrap_err();
    assert!(
        matches!(unreachable, NodeError::Join(JoinError::Unreachable(_))),
        "{unreachable}: another device answered than the one that invited"
    );

    let once = join(first.path(), &invitation, "Laptop").await.unwrap();
    assert!(!once.votes);
    let third = tempfile::tempdir().unwrap();
    let spent = try_to_join(third.path(), &invitation).await;
    assert!(
        matches!(&spent, JoinRefused::Spent(why) if why.contains("“Laptop”")),
        "{spent}"
    );
    // Killed after it was taken in and before it knew, the newcomer asks again.
    std::fs::remove_dir_all(first.path().join("ledger")).unwrap();
    let again = join(first.path(), &invitation, "Laptop").await.unwrap();
    assert_eq!(once, again);
    assert_eq!(study.status().members.len(), 2);

    let expired = study
        .invite(Role::Voter, Admission::AtOnce, Duration::ZERO)
        .unwrap();
    let spent = try_to_join(third.path(), &expired).await;
    assert!(
        matches!(&spent, JoinRefused::Spent(why) if why.contains("expired")),
        "{spent}"
    );
    study.close().await.unwrap();

    let (_other, stranger) = founded();
    let foreign = stranger
        .invite(Role::Voter, Admission::AtOnce, HOUR)
        .unwrap();
    stranger.close().await.unwrap();
    let unreachable = join(third.path(), &foreign, "Laptop").await.unwrap_err();
    assert!(
        matches!(unreachable, NodeError::Join(JoinError::Unreachable(_))),
        "{unreachable}"
    );
}

/// The id of a device that has a key and nothing else.
async fn second_device(root: &Path) -> kinfolio_node::DeviceId {
    let founder = Founder {
        household: "Other".to_owned(),
        device: "Other".to_owned(),
    };
    founder.found(root).unwrap();
    let node = Node::open(root).unwrap();
    let id = node.status().device.id;
    node.close().await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_never_gave_out_is_no_invitation() {
    let (_root, study) = founded();
    let (_laptop_root, laptop, _) = joined(&study, "Laptop").await;
    // Given by another member, it means nothing here.
    let mut moved = laptop.invite(Role::Voter, Admission::AtOnce, HOUR).unwrap();
    moved.inviter = study.status().device.id;
    moved.addresses = study.reachable_at().unwrap();
    let stranger = tempfile::tempdir().unwrap();
    let none = try_to_join(stranger.path(), &moved).await;
    assert_eq!(none, JoinRefused::NoInvitation);
    until("it is counted", || study.status().counts.rejected > 0).await;
    assert_eq!(study.status().members.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_device_is_refused_from_that_block_on_and_cannot_come_back_as_itself() {
    let (_root, study) = founded();
    let (laptop_root, laptop, _) = joined(&study, "Laptop").await;
    let (_nas_root, nas, _) = joined(&study, "NAS").await;
    let device = laptop.status().device.id;
    study
        .change_members(Change::Remove { device })
        .await
        .unwrap();
    until("it is gone everywhere", || {
        let gone = |node: &Node| node.status().members.len() == 2;
        gone(&study) && gone(&nas)
    })
    .await;
    write(&study, "without it").await;
    let before = study.status().counts.rejected;
    until("its key is refused", || {
        study.status().counts.rejected > before
    })
    .await;
    let members = laptop.status().members;
    assert!(
        members.iter().all(|one| one.id == device || !one.reachable),
        "{members:?}"
    );
    laptop.close().await.unwrap();
    // It has the block that removed it, or was cut off before it came.
    let laptop = Node::open_with(laptop_root.path(), door()).unwrap();
    until("it knows", || laptop.status().standing == Standing::Removed).await;
    assert!(!laptop.status().quorum);
    assert!(!texts(&nas).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_taken_in_without_a_quorum_and_the_invitation_is_good_afterwards() {
    let (_root, study) = founded();
    let (laptop_root, laptop, _) = joined(&study, "Laptop").await;
    laptop.close().await.unwrap();
    until("it is seen to be gone", || !study.status().quorum).await;
    let invitation = study.invite(Role::Voter, Admission::AtOnce, HOUR).unwrap();
    let newcomer = tempfile::tempdir().unwrap();
    let not_now = try_to_join(newcomer.path(), &invitation).await;
    assert!(
        matches!(&not_now, JoinRefused::NotNow(why) if why.contains("“Laptop”")),
        "{not_now}"
    );
    let laptop = Node::open_with(laptop_root.path(), door()).unwrap();
    until("it is back", || study.status().quorum).await;
    let other = tempfile::tempdir().unwrap();
    join(other.path(), &invitation, "Tablet").await.unwrap();
    until("three", || laptop.status().members.len() == 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_alone_keeps_its_order_over_a_restart_and_a_pending_removal_holds() {
    let (study_root, study) = founded();
    let (laptop_root, laptop, _) = joined(&study, "Laptop").await;
    let (_nas_root, nas, _) = joined(&study, "NAS").await;
    let (device, renamed) = (nas.status().device.id, laptop.status().device.id);
    let at = laptop.reachable_at().unwrap()[0];
    laptop.close().await.unwrap();
    nas.close().await.unwrap();
    until("it is alone", || !study.status().quorum).await;
    write(&study, "one").await;
    write(&study, "two").await;
    // Both are written for the same members, so that the second would be void.
    let name = "Old laptop".to_owned();
    let rename = Change::Name {
        device: renamed,
        name,
    };
    study.change_members(rename).await.unwrap();
    study
        .change_members(Change::Remove { device })
        .await
        .unwrap();
    study.close().await.unwrap();

    let study = Node::open_with(study_root.path(), door()).unwrap();
    write(&study, "three").await;
    let same = Door {
        listener: Some(TcpListener::bind(at).unwrap()),
        ..Door::default()
    };
    let laptop = Node::open_with(laptop_root.path(), same).unwrap();
    until("the removal is in force", || {
        let members = laptop.status().members;
        let named = members.iter().any(|one| one.name == "Old laptop");
        members.len() == 2 && named
    })
    .await;
    until("all is decided", || {
        study.status().pending == 0 && texts(&laptop).len() == 3
    })
    .await;
    assert_eq!(texts(&laptop), ["one", "two", "three"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_with_an_invitation_that_has_expired_or_was_withdrawn() {
    let (_root, study) = founded();
    let newcomer = tempfile::tempdir().unwrap();
    let expired = study
        .invite(Role::Voter, Admission::AtOnce, Duration::ZERO)
        .unwrap();
    let refused = try_to_join(newcomer.path(), &expired).await;
    assert!(
        matches!(&refused, JoinRefused::Spent(why) if why.contains("expired")),
        "{refused}"
    );
    let withdrawn = study.invite(Role::Voter, Admission::AtOnce, HOUR).unwrap();
    study.withdraw(withdrawn.id()).unwrap();
    let refused = try_to_join(newcomer.path(), &withdrawn).await;
    assert!(
        matches!(&refused, JoinRefused::Spent(why) if why.contains("withdrawn")),
        "{refused}"
    );
    assert_eq!(study.status().members.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_shared_before_a_person_has_compared_the_check_words() {
    let (_root, study) = founded();
    let invitation = study
        .invite(Role::Voter, Admission::Confirmed, HOUR)
        .unwrap();
    let root = tempfile::tempdir().unwrap();
    let newcomer = Newcomer::prepare(root.path(), &invitation, "Laptop").unwrap();
    let words = newcomer.check_words();
    assert!(newcomer.is_confirmed());
    let asking = tokio::spawn(async move { newcomer.join().await });
    let shown = |progress: Progress| {
        study.invitations().iter().any(|one| {
            matches!(&one.state, InvitationState::Used { check_words, progress: at, .. }
                if *check_words == words && *at == progress)
        })
    };
    until("it asks", || shown(Progress::Asking)).await;
    // Longer than an answer to one question takes: it asks again by itself.
    tokio::time::sleep(Duration::from_secs(22)).await;
    assert!(!asking.is_finished());
    assert_eq!((study.status().members.len(), study.tip().height), (1, 0));
    assert!(!root.path().join("ledger").exists());

    // Nobody else comes in meanwhile, and no other words will do.
    let other = tempfile::tempdir().unwrap();
    let late = try_to_join(other.path(), &invitation).await;
    assert!(matches!(&late, JoinRefused::Spent(_)), "{late}");
    let wrong = study.let_in(invitation.id(), "one-two-three").unwrap_err();
    assert!(
        matches!(wrong, NodeError::OtherCheckWords { .. }),
        "{wrong}"
    );
    study.let_in(invitation.id(), &words).unwrap();
    let joined = asking.await.unwrap().unwrap();
    assert!(joined.compared && joined.check_words == words);
    assert!(shown(Progress::Joined));
    assert_eq!(study.status().members.len(), 2);
    let used = study.withdraw(invitation.id()).unwrap_err();
    assert!(matches!(used, NodeError::InvitationUsed { .. }), "{used}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_shows_other_check_words_is_turned_away_and_who_leaves_is_forgotten() {
    let (_root, study) = founded();
    let invitation = study
        .invite(Role::Voter, Admission::Confirmed, HOUR)
        .unwrap();
    let nobody = study.let_in(invitation.id(), "one-two-three").unwrap_err();
    assert!(matches!(nobody, NodeError::NobodyAsks { .. }), "{nobody}");
    let root = tempfile::tempdir().unwrap();
    let newcomer = Newcomer::prepare(root.path(), &invitation, "Laptop").unwrap();
    let asking = tokio::spawn(async move { newcomer.join().await });
    until("it asks", || {
        let given = study.invitations();
        matches!(given[0].state, InvitationState::Used { .. })
    })
    .await;
    study.withdraw(invitation.id()).unwrap();
    let declined = refused(asking.await.unwrap().unwrap_err());
    assert!(
        matches!(&declined, JoinRefused::Declined(why) if why.contains("differ")),
        "{declined}"
    );
    assert_eq!(study.status().members.len(), 1);

    // Whoever goes away again is forgotten, and the invitation is as good as new.
    let invitation = study
        .invite(Role::Voter, Admission::Confirmed, HOUR)
        .unwrap();
    let state = || {
        let given = study.invitations();
        let one = given.iter().find(|one| one.id == invitation.id());
        one.unwrap().state.clone()
    };
    let root = tempfile::tempdir().unwrap();
    let newcomer = Newcomer::prepare(root.path(), &invitation, "Laptop").unwrap();
    let words = newcomer.check_words();
    let asking = tokio::spawn(async move { newcomer.join().await });
    until("it asks", || {
        matches!(state(), InvitationState::Used { .. })
    })
    .await;
    asking.abort();
    until("it is forgotten", || state() == InvitationState::Open).await;
    let nobody = study.let_in(invitation.id(), &words).unwrap_err();
    assert!(matches!(nobody, NodeError::NobodyAsks { .. }), "{nobody}");
    let other = tempfile::tempdir().unwrap();
    let newcomer = Newcomer::prepare(other.path(), &invitation, "Laptop").unwrap();
    let words = newcomer.check_words();
    let asking = tokio::spawn(async move { newcomer.join().await });
    until("another one asks", || {
        matches!(state(), InvitationState::Used { .. })
    })
    .await;
    study.let_in(invitation.id(), &words).unwrap();
    asking.await.unwrap().unwrap();
    assert_eq!(study.status().members.len(), 2);

    // Nobody answers in time.
    let short = study
        .invite(Role::Voter, Admission::Confirmed, Duration::from_secs(2))
        .unwrap();
    let root = tempfile::tempdir().unwrap();
    let late = try_to_join(root.path(), &short).await;
    assert!(
        matches!(&late, JoinRefused::Spent(why) if why.contains("expired")),
        "{late}"
    );
    let given = study.invitations();
    let short = given.iter().find(|one| one.id == short.id()).unwrap();
    assert_eq!(short.state, InvitationState::Expired);
}
