//! Thousands of seeds, each a household of its own with faults of its own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::plan::{Fault, Plan};
use crate::tally::Tally;
use crate::witness::Violation;
use crate::world::World;

/// Seeds in a run of all tests.
const SEEDS: u64 = 3_000;

/// How a failing seed is run again, with all that happens told.
fn how_to_replay(seed: u64) -> String {
    format!(
        "KINFOLIO_SEED={seed} cargo test -p kinfolio-sim --test sim -- --nocapture --ignored replay"
    )
}

/// Which households the seeds stand for: those of `KINFOLIO_PLAN`, or mixed ones.
fn plan_of(seed: u64) -> Plan {
    match std::env::var("KINFOLIO_PLAN").as_deref() {
        Ok("losses") => Plan::with_losses(seed),
        Ok("bucket") => Plan::with_bucket(seed),
        _ => Plan::of(seed),
    }
}

fn run(seed: u64) -> Result<Tally, Violation> {
    World::new(plan_of(seed))?.run()
}

/// Runs seeds on two threads while `go_on` says so; what happened in all, and the failing seeds.
fn run_many(first: u64, go_on: impl Fn(u64) -> bool + Sync) -> (Tally, Vec<(u64, Violation)>) {
    let next = AtomicU64::new(first);
    let failed = AtomicBool::new(false);
    let results = Mutex::new((Tally::default(), Vec::new()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if failed.load(Ordering::Relaxed) || !go_on(seed) {
                return;
            }
            let outcome = run(seed);
            let mut results = results.lock().unwrap();
            results.0.one("seeds");
            match outcome {
                Ok(tally) => results.0.take_in(&tally),
                Err(violation) => {
                    eprintln!("{violation}\nreplay: {}", how_to_replay(seed));
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

#[test]
fn households_with_mixed_faults_stay_whole_and_come_to_rest() {
    let first = number("KINFOLIO_SEED").unwrap_or(1);
    let seeds = number("KINFOLIO_SEEDS").unwrap_or(SEEDS);
    let began = Instant::now();
    let (tally, failures) = run_many(first, |seed| seed < first + seeds);
    eprintln!("{tally}{:>12.1}  seconds", began.elapsed().as_secs_f64());
    assert!(failures.is_empty(), "{} seeds failed", failures.len());
    if seeds < SEEDS {
        return;
    }
    // What is tested must occur.
    let mut expected: Vec<_> = Fault::ALL
        .iter()
        .map(|fault| format!("faults: {fault:?}"))
        .collect();
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
    expected.extend(others.map(str::to_owned));
    for what in expected {
        assert!(tally.of(&what) > 0, "in {seeds} seeds there were no {what}");
    }
}

#[test]
#[ignore = "replays the seed that KINFOLIO_SEED names, with all that happens told"]
fn replay() {
    let seed = number("KINFOLIO_SEED").expect("KINFOLIO_SEED names the seed");
    let mut plan = plan_of(seed);
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
    let (tally, failures) = run_many(first, |_| began.elapsed() < lasts);
    eprintln!("{tally}");
    assert!(failures.is_empty(), "{} seeds failed", failures.len());
}
