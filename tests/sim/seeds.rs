//! Thousands of seeds, each a household of its own with faults of its own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::plan::{Fault, Plan};
use crate::tally::Tally;
use crate::witness::Violation;
use crate::world::World;

/// Seeds in a run of all tests, of each kind of household.
const MIXED: u64 = 2_600;
const LOSSES: u64 = 150;
const BUCKET: u64 = 150;

/// What kind of household a seed stands for; `KINFOLIO_PLAN` names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// With all faults of devices and networks.
    Mixed,
    /// That loses most of its voters, and goes on without them.
    Losses,
    /// Whose bucket votes.
    Bucket,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Losses => "losses",
            Self::Bucket => "bucket",
        }
    }

    fn told() -> Option<Self> {
        let name = std::env::var("KINFOLIO_PLAN").ok()?;
        let all = [Self::Mixed, Self::Losses, Self::Bucket];
        let kind = all.into_iter().find(|kind| kind.name() == name);
        Some(kind.expect("KINFOLIO_PLAN is mixed, losses or bucket"))
    }

    fn plan(self, seed: u64) -> Plan {
        match self {
            Self::Mixed => Plan::of(seed),
            Self::Losses => Plan::with_losses(seed),
            Self::Bucket => Plan::with_bucket(seed),
        }
    }
}

/// How a failing seed is run again, with all that happens told.
fn how_to_replay(kind: Kind, seed: u64) -> String {
    format!(
        "KINFOLIO_PLAN={} KINFOLIO_SEED={seed} cargo test -p kinfolio-sim --test sim -- --nocapture --ignored replay",
        kind.name()
    )
}

/// Runs seeds on two threads while `go_on` says so; what happened in all, and the failing seeds.
fn run_many(
    first: u64,
    kind_of: impl Fn(u64) -> Kind + Sync,
    go_on: impl Fn(u64) -> bool + Sync,
) -> (Tally, Vec<(u64, Violation)>) {
    let next = AtomicU64::new(first);
    let failed = AtomicBool::new(false);
    let results = Mutex::new((Tally::default(), Vec::new()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if failed.load(Ordering::Relaxed) || !go_on(seed) {
                return;
            }
            let kind = kind_of(seed);
            let outcome = World::new(kind.plan(seed)).and_then(World::run);
            let mut results = results.lock().unwrap();
            results.0.one("seeds");
            match outcome {
                Ok(tally) => results.0.take_in(&tally),
                Err(violation) => {
                    eprintln!("{violation}\nreplay: {}", how_to_replay(kind, seed));
                    results.1.push((seed, violation));
                    failed.store(results.1.len() >= 5, Ordering::Relaxed);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    results.into_inner().unwrap()
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs the seeds of a kind, in which all of `expected` must occur.
fn come_to_rest(kind: Kind, usual: u64, expected: &[String]) {
    let first = number("KINFOLIO_SEED").unwrap_or(1);
    let seeds = number("KINFOLIO_SEEDS").unwrap_or(usual);
    let began = Instant::now();
    let (tally, failures) = run_many(first, |_| kind, |seed| seed < first + seeds);
    eprintln!("{tally}{:>12.1}  seconds", began.elapsed().as_secs_f64());
    assert!(failures.is_empty(), "{} seeds failed", failures.len());
    if seeds < usual {
        return;
    }
    // What is tested must occur.
    for what in expected {
        assert!(tally.of(what) > 0, "in {seeds} seeds there were no {what}");
    }
}

#[test]
fn households_with_mixed_faults_stay_whole_and_come_to_rest() {
    let faults = Fault::ALL.iter().map(|fault| format!("faults: {fault:?}"));
    let others = [
        "blocks",
        "duels",
        "adoptions",
        "changes of members",
        "messages lost",
        "messages doubled",
        "torn writes",
        "edits acknowledged as pending",
        "consistent reads",
    ];
    let expected: Vec<_> = faults.chain(others.map(str::to_owned)).collect();
    come_to_rest(Kind::Mixed, MIXED, &expected);
}

#[test]
fn households_that_lose_most_voters_go_on_and_come_together_again() {
    let expected = [
        "majorities lost",
        "majorities out of sight",
        "devices lost for good",
        "epochs",
        "epochs that were not needed",
        "lines followed",
        "devices told to follow",
        "devices gone back to a fork",
        "edits brought from a line that was left",
        "edits held above a fork",
    ];
    come_to_rest(Kind::Losses, LOSSES, &expected.map(str::to_owned));
}

#[test]
fn households_whose_bucket_votes_stay_whole_and_each_device_goes_on_with_it() {
    let expected = [
        "answers of the bucket",
        "blocks taken from the bucket",
        "buckets that get a vote",
        "buckets that lose their vote",
        "changes of members",
        "devices that went on with the bucket alone",
        "troubles with the bucket",
        "faults: BucketAway",
    ];
    come_to_rest(Kind::Bucket, BUCKET, &expected.map(str::to_owned));
}

#[test]
#[ignore = "replays the seed that KINFOLIO_SEED names, with all that happens told"]
fn replay() {
    let seed = number("KINFOLIO_SEED").expect("KINFOLIO_SEED names the seed");
    let mut plan = Kind::told().unwrap_or(Kind::Mixed).plan(seed);
    eprintln!("{plan:?}");
    plan.told = true;
    match World::new(plan).and_then(World::run) {
        Ok(tally) => eprintln!("{tally}"),
        Err(violation) => panic!("{violation}"),
    }
}

#[test]
#[ignore = "runs for KINFOLIO_SECONDS_MAX seconds: make soak"]
fn soak() {
    let lasts = Duration::from_secs(number("KINFOLIO_SECONDS_MAX").unwrap_or(60));
    let clock = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let first =
        number("KINFOLIO_SEED").unwrap_or_else(|| clock().map_or(1, |now| now.as_micros() as u64));
    let began = Instant::now();
    let told = Kind::told();
    let kind_of = |seed: u64| {
        told.unwrap_or(match seed % 4 {
            0 => Kind::Losses,
            1 => Kind::Bucket,
            _ => Kind::Mixed,
        })
    };
    let (tally, failures) = run_many(first, kind_of, |_| began.elapsed() < lasts);
    eprintln!("{tally}");
    assert!(failures.is_empty(), "{} seeds failed", failures.len());
}
