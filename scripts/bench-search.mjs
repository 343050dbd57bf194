// Searching a million generated records, beside SQLite (FTS5 and R*Tree) on the same records and the
// same questions: how fast the library is indexed, opened and asked, and what memory that takes. Where
// both mean the same they must find the same; how long anything takes is told and not judged.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const SEED = 2024;
// What the p95 of a question is to stay below, in milliseconds.
const GOALS_MS = { "tag + place + date": 20, "near, 10 km": 20 };
const GOAL_MS = 50;
const GOAL_RECORDS_PER_S = 20_000;
const GOAL_OPENED_MS = 1_000;
const GOAL_RSS_BYTES = 600e6;

const { values: told } = parseArgs({
  options: Object.fromEntries(["bench", "peer", "report", "records", "rounds"].map((name) => [name, { type: "string" }])),
});

const folder = mkdtempSync(join(process.env.TMPDIR || tmpdir(), "kinfolio-search-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

// What a library notes outside itself stays in the folder, too.
const env = { ...process.env, XDG_STATE_HOME: join(folder, "state") };

function ran(program, ...args) {
  const out = execFileSync(program, args.map(String), { encoding: "utf8", maxBuffer: 1 << 28, env, stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(out);
}

console.log(`making ${told.records} records`);
const made = ran(told.bench, "make", folder, told.records, SEED, 0);
console.log(JSON.stringify(made));
const asked = ran(told.bench, "ask", folder, told.records, SEED, told.rounds);
console.log(JSON.stringify(asked));
const peer = ran("python3", told.peer, join(folder, "records.jsonl"), join(folder, "questions.jsonl"), join(folder, "sqlite.db"));

const kinds = Object.entries(asked.kinds).map(([kind, ours]) => {
  const theirs = peer.kinds[kind] ?? null;
  const ratio = theirs && ours.p95_ms / theirs.p95_ms;
  return { kind, kinfolio: ours, sqlite: theirs, ratio, goal_p95_ms: GOALS_MS[kind] ?? GOAL_MS };
});
const report = {
  records: made.records,
  seed: SEED,
  rounds: asked.rounds,
  cores: cpus().length,
  cpu: cpus()[0].model,
  made,
  opened_ms: asked.opened_ms,
  memory_opened_bytes: asked.memory_opened_bytes,
  memory_bytes: asked.memory_bytes,
  sqlite: { version: peer.sqlite, records_per_s: peer.records_per_s, bytes: peer.bytes, differing: peer.differing, differ: peer.differ },
  kinds,
};

const mb = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
const three = (times) => (times ? [times.p50_ms, times.p95_ms, times.p99_ms].map((ms) => ms.toFixed(1)).join(" · ") : "cannot say it");
const row = ({ kind, kinfolio, sqlite, ratio, goal_p95_ms: goal }) =>
  `| ${kind} | ${Math.round(kinfolio.found_mean)} | ${three(kinfolio)} | ${three(sqlite)} | ${ratio ? `${ratio.toFixed(2)} ×` : ""} | < ${goal} | ${kinfolio.p95_ms < goal ? "met" : "missed"} |`;
const fact = (what, got, goal, met) => `| ${what} | ${got} | ${goal} | ${met ? "met" : "missed"} |`;
const markdown = `# Search

${made.records} generated records on ${report.cores} cores (${report.cpu}), seed ${SEED}, each question ${asked.rounds} times with other values. An answer
is how many there are, the first hundred with their records, and the facets of all; SQLite ${peer.sqlite} (FTS5, R*Tree) counts no
facets and brings words by time, not by how well they fit. It found the same wherever both mean the same.

| asked | found, mean | kinfolio p50 · p95 · p99 ms | SQLite p50 · p95 · p99 ms | p95 is, to SQLite's | goal, p95 ms | |
|---|---|---|---|---|---|---|
${kinds.map(row).join("\n")}

| | got | goal | |
|---|---|---|---|
${[
  fact("indexed, records/s", made.index_records_per_s, `≥ ${GOAL_RECORDS_PER_S}`, made.index_records_per_s >= GOAL_RECORDS_PER_S),
  fact("opened, until the first answer", `${asked.opened_ms.toFixed(0)} ms`, `≤ ${GOAL_OPENED_MS} ms`, asked.opened_ms <= GOAL_OPENED_MS),
  fact("memory after all questions", `${mb(asked.memory_bytes.rss)}, of it ${mb(asked.memory_bytes.own)} its own and ${mb(asked.memory_bytes.files)} pages of files`, `< ${mb(GOAL_RSS_BYTES)}`, asked.memory_bytes.rss < GOAL_RSS_BYTES),
].join("\n")}

The catalogue, which the index reads, was made from the ledger at ${made.catalog_records_per_s} records/s: from ledger to answers ${made.records_per_s}; SQLite
took in ${peer.records_per_s}.

On disk: ledger ${mb(made.ledger_bytes)}, catalogue ${mb(made.catalog_bytes)}, index ${mb(made.index_bytes)}; SQLite ${mb(peer.bytes)}, of the records given to it ${mb(statSync(join(folder, "records.jsonl")).size)}.
`;
mkdirSync(told.report, { recursive: true });
writeFileSync(join(told.report, "search.json"), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(told.report, "search.md"), markdown);
console.log(`\n${markdown}`);
if (peer.differing > 0) {
  console.error(`SQLite found something else ${peer.differing} times, as in ${JSON.stringify(peer.differ[0])}`);
  process.exit(1);
}
