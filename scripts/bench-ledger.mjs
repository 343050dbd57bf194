// The ledger beside etcd and the crate quepaxa: three members each on this machine, strings of 128
// bytes each to a random member, every client with one outstanding, every write durable. The runs are
// interleaved, so that a machine that slows down slows all; medians.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";

// Strings to write in one run, by how many clients write: each run takes a few seconds.
const LOADS = [
  { clients: 1, kinfolio: 2_000, etcd: 1_500, quepaxa: 1_500 },
  { clients: 8, kinfolio: 8_000, etcd: 5_000, quepaxa: 8_000 },
  { clients: 64, kinfolio: 40_000, etcd: 15_000, quepaxa: 30_000 },
  { clients: 256, kinfolio: 120_000, etcd: 20_000, quepaxa: 80_000 },
];
const SIZE = 128;
const SIZES = [1, 3, 5, 7];
const KILLS = 20;
const LEADER_KILLS = 3;

const { values: told } = parseArgs({
  options: Object.fromEntries(["kinfolio", "peers", "quepaxa", "report", "rounds", "million"].map((name) => [name, { type: "string" }])),
});
const rounds = Number(told.rounds);

function ran(program, ...args) {
  const out = execFileSync(program, args.map(String), { encoding: "utf8", maxBuffer: 1 << 26 });
  return JSON.parse(out);
}

function kinfolio(entries, clients, ...more) {
  const measured = ran(told.kinfolio, "bench", "ledger", "--json", "--entries", entries, "--clients", clients, "--size", SIZE, ...more);
  if (!measured.chains_equal) throw new Error(`the chains differ: ${JSON.stringify(measured)}`);
  return measured;
}

const etcd = (entries, clients, ...more) => ran(told.peers, "--entries", entries, "--clients", clients, "--size", SIZE, ...more);

const quepaxa = (entries, clients) => ran(told.quepaxa, "--entries", entries, "--clients", clients, "--size", SIZE);

function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}
const median = (numbers) => quantile(numbers, 0.5);

function medians(runs) {
  const of = (name) => median(runs.map((run) => run[name]));
  return { ops_per_s: of("ops_per_s"), p50_ms: of("p50_ms"), p99_ms: of("p99_ms"), runs: runs.map((run) => run.ops_per_s) };
}

function beside() {
  return LOADS.map(({ clients, kinfolio: ours, etcd: theirs, quepaxa: others }) => {
    const runs = { kinfolio: [], etcd: [], quepaxa: [] };
    for (let round = 0; round < rounds; round++) {
      runs.kinfolio.push(kinfolio(ours, clients));
      runs.etcd.push(etcd(theirs, clients));
      runs.quepaxa.push(quepaxa(others, clients));
    }
    const row = {
      clients,
      kinfolio: medians(runs.kinfolio),
      etcd: medians(runs.etcd),
      quepaxa: medians(runs.quepaxa),
      fdatasync_p50_ms: median(runs.kinfolio.map((run) => run.fdatasync_p50_ms)),
    };
    row.ratio = row.kinfolio.ops_per_s / row.etcd.ops_per_s;
    console.log(`${clients} clients: kinfolio ${row.kinfolio.ops_per_s.toFixed(0)}/s, etcd ${row.etcd.ops_per_s.toFixed(0)}/s, quepaxa ${row.quepaxa.ops_per_s.toFixed(0)}/s, ${row.ratio.toFixed(2)} ×`);
    return row;
  });
}

function gaps() {
  const ours = Array.from({ length: KILLS }, (_, n) => kinfolio(8_000 + n, 8, "--kill-one").gap_ms);
  const theirs = Array.from({ length: LEADER_KILLS }, () => etcd(6_000, 8, "--kill-leader").gap_ms);
  return { kinfolio: ours, etcd: theirs };
}

function households() {
  return SIZES.map((nodes) => {
    const run = kinfolio(40_000, 64, "--nodes", nodes);
    const { ops_per_s, p99_ms, blocks, duels, ballots_per_block } = run;
    return { nodes, ops_per_s, p99_ms, blocks, duels, ballots_per_block };
  });
}

const versions = { kinfolio: execFileSync(told.kinfolio, ["--version"], { encoding: "utf8" }).trim(), etcd: etcd(10, 1).version, quepaxa: quepaxa(10, 1).version };
const report = {
  cores: cpus().length,
  cpu: cpus()[0].model,
  rounds,
  versions,
  beside: beside(),
  households: households(),
  gaps_ms: gaps(),
  million: kinfolio(Number(told.million), 256, "--idle-seconds", 20),
};

const ops = ({ ops_per_s, p50_ms, p99_ms }) => `${ops_per_s.toFixed(0)} | ${p50_ms.toFixed(2)} | ${p99_ms.toFixed(2)}`;
const row = (one) => `| ${one.clients} | ${ops(one.kinfolio)} | ${ops(one.etcd)} | ${ops(one.quepaxa)} | ${one.ratio.toFixed(2)} × | ${one.fdatasync_p50_ms.toFixed(2)} |`;
const house = (one) => `| ${one.nodes} | ${one.ops_per_s.toFixed(0)} | ${one.p99_ms.toFixed(2)} | ${one.blocks} | ${one.duels} | ${one.ballots_per_block.toFixed(3)} |`;
const { gaps_ms: gap, million } = report;
const markdown = `# Ledger

Three members on ${report.cores} cores (${report.cpu}), ${SIZE}-byte strings each to a random member, one outstanding
per client, every write durable; ${rounds} interleaved rounds, medians. ${versions.kinfolio}, etcd ${versions.etcd}; the crate quepaxa ${versions.quepaxa} over
bare TCP, without TLS, signatures or a chain.

| clients | kinfolio ops/s | p50 ms | p99 ms | etcd ops/s | p50 ms | p99 ms | quepaxa ops/s | p50 ms | p99 ms | kinfolio is, to etcd | fdatasync p50 ms |
|---|---|---|---|---|---|---|---|---|---|---|---|
${report.beside.map(row).join("\n")}

Households of other sizes, 64 clients:

| nodes | ops/s | p99 ms | blocks | duels | ballots per block |
|---|---|---|---|---|---|
${report.households.map(house).join("\n")}

Longest gap in acknowledgements when one node is killed and started again (8 clients): any of three nodes of Kinfolio,
${gap.kinfolio.length} times: median ${median(gap.kinfolio).toFixed(1)} ms, longest ${Math.max(...gap.kinfolio).toFixed(1)} ms; the leader of etcd, ${gap.etcd.length} times:
median ${median(gap.etcd).toFixed(0)} ms, longest ${Math.max(...gap.etcd).toFixed(0)} ms.

After ${million.entries} strings: ${(million.rss_bytes_max / 1e6).toFixed(0)} MB of memory in the largest node; idle, ${million.idle_cpu_percent.toFixed(2)} % of a core.
`;
mkdirSync(told.report, { recursive: true });
writeFileSync(`${told.report}/ledger.json`, `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(`${told.report}/ledger.md`, markdown);
console.log(`\n${markdown}`);
