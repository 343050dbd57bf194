//! Coincident writes: all devices write at the same moment, again and again. What it costs, beside
//! one device that writes as much alone, and beside the scheme that this product began with.

use crate::naive;
use crate::plan::{Plan, SECONDS, Time};
use crate::tally::Tally;
use crate::world::World;

/// At how many heights all propose.
const HEIGHTS: u64 = 10_000;

/// Rounds of the naive scheme, which gets no further with more.
const NAIVE_ROUNDS: u64 = 50;

fn per_second(count: u64, took: Time) -> f64 {
    count as f64 * SECONDS as f64 / took as f64
}

fn ballots_per_block(tally: &Tally) -> f64 {
    tally.of("ballots") as f64 / tally.of("blocks") as f64
}

/// A single writer is one that writes alone, one edit after the other. The last column is what as
/// many writers reach at one device, whose edits need no travel before they are proposed.
#[test]
fn coincident_writes_never_split_nor_livelock() {
    eprintln!(
        "nodes  blocks  ballots/block  duels  blocks/s  edits/s  single writer  all at one device"
    );
    for (voters, heights) in [(3, HEIGHTS), (5, HEIGHTS / 5), (7, HEIGHTS / 10)] {
        let run = |writers| {
            let plan = Plan::quiet(voters as u64, voters);
            let run = World::run_writers(plan, heights, writers);
            let (tally, edits, took) = run.unwrap_or_else(|violation| panic!("{violation}"));
            (tally, per_second(edits, took), per_second(heights, took))
        };
        let (together, rate, blocks_rate) = run((0..voters).collect());
        let (_, single, single_blocks) = run(vec![0]);
        let (_, at_one, _) = run(vec![0; voters]);
        let (blocks, duels) = (together.of("blocks"), together.of("duels"));
        let ballots = ballots_per_block(&together);
        eprintln!(
            "{voters:>5}  {blocks:>6}  {ballots:>13.3}  {duels:>5}  {blocks_rate:>8.0}  {rate:>7.0}  {single:>13.0}  {at_one:>17.0}"
        );
        assert!(ballots <= 1.2, "{ballots} ballots a block");
        assert!(
            rate >= 0.7 * single,
            "{rate} edits a second together, {single} by a single writer"
        );
        assert!(
            blocks_rate >= 0.7 * single_blocks,
            "{blocks_rate} blocks a second together, {single_blocks} alone"
        );
        let pending = together.of("edits acknowledged as pending");
        assert_eq!(pending, 0, "edits that waited for more than a second");
    }
}

#[test]
fn the_naive_scheme_livelocks_or_loses() {
    eprintln!("nodes  back-off  rounds  stuck  attempts  acknowledged  lost  rounds/s  split");
    let mut worst = naive::Outcome::default();
    for nodes in [3, 5, 7] {
        for backoff in [0, 2_000, 20_000] {
            let naive::Outcome {
                rounds,
                took,
                stuck,
                attempts,
                acknowledged,
                lost,
                split,
            } = naive::run(nodes as u64, nodes, NAIVE_ROUNDS, backoff);
            let rate = per_second(rounds, took);
            eprintln!(
                "{nodes:>5}  {backoff:>5} µs  {rounds:>6}  {stuck:>5}  {attempts:>8}  {acknowledged:>12}  {lost:>4}  {rate:>8.0}  {split:>5}"
            );
            worst.stuck = worst.stuck.max(stuck);
            worst.lost += lost;
        }
    }
    assert!(worst.stuck > 0, "the naive scheme never got stuck");
}
