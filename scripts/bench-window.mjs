// The desktop window on a library of a hundred thousand photos: how soon the first thumbnails are drawn, counted from
// the start of the page's script and from that of the process. Told and not judged.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const SAMPLES = 200;
const GOALS = { script_s: 0.5, process_s: 2.5 };

const { values: told } = parseArgs({
  options: Object.fromEntries(
    ["kinfolio", "desktop", "large", "work", "report", "photos", "rounds"].map((name) => [name, { type: "string" }]),
  ),
});
const ended = [];
process.on("exit", () => ended.reverse().forEach((end) => end()));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
const home = mkdtempSync(join(tmpdir(), "kinfolio-window-"));
ended.push(() => rmSync(home, { recursive: true, force: true }));
const env = { ...process.env, HOME: home, XDG_STATE_HOME: join(home, "state"), NO_AT_BRIDGE: "1" };

function kinfolio(...args) {
  return execFileSync(told.kinfolio, args.map(String), { encoding: "utf8", maxBuffer: 1 << 30, env });
}

/** A library of so many records, the newest of which are real photos with previews. */
function library() {
  const folder = join(resolve(told.work), `window-${told.photos}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(resolve(told.work), { recursive: true });
  execFileSync(told.large, [making, told.photos, told.photos], { env, stdio: "inherit" });
  const photos = join(home, "photos");
  kinfolio("sample", "--count", SAMPLES, "--to", photos);
  const { ids } = JSON.parse(kinfolio("--data", making, "import", photos, "--json"));
  kinfolio("--data", making, "edit", ...ids, "--taken", "2031-05-06T12:00:00");
  rmSync(photos, { recursive: true, force: true });
  renameSync(making, folder);
  return folder;
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Starts a program; answers the first line that it says, or at once. */
function started(program, args, waits, variables = env) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"], env: variables, detached: true });
  ended.push(() => {
    try {
      process.kill(-child.pid);
    } catch {
      // It has ended by itself.
    }
  });
  if (!waits) return Promise.resolve("");
  return new Promise((done) => child.stdout.once("data", (data) => done(String(data).trim())));
}

async function call(method, url, body) {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${url}: ${value.error}: ${value.message}`);
  return value;
}

/** When a process of this name on this library began, in milliseconds since 1970. */
function begunAt(folder) {
  const pid = readdirSync("/proc").find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const said = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      return said[0].endsWith("kinfolio-desktop") && said.includes(folder);
    } catch {
      return false;
    }
  });
  return statSync(`/proc/${pid}`).ctimeMs;
}

const folder = library();
const number = await started("Xvfb", ["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"], true);
const bus = await started("dbus-daemon", ["--session", "--nofork", "--print-address=1"], true);
const variables = { ...env, DISPLAY: `:${number}`, DBUS_SESSION_BUS_ADDRESS: bus };
const rounds = [];
for (let round = 0; round < Number(told.rounds); round += 1) {
  const [port, native] = [await freePort(), await freePort()];
  await started("tauri-driver", ["--port", port, "--native-port", native].map(String), false, variables);
  const driver = `http://127.0.0.1:${port}`;
  const wish = { capabilities: { alwaysMatch: { "tauri:options": { application: told.desktop, args: ["--data", folder] } } } };
  let session;
  for (let tries = 0; !session; tries += 1) {
    session = await call("POST", `${driver}/session`, wish).catch((error) => {
      if (tries > 100) throw error;
      return new Promise((done) => setTimeout(done, 100));
    });
  }
  const began = begunAt(folder);
  const page = `${driver}/session/${session.sessionId}`;
  const script = `const at = (name) => performance.getEntriesByName('kinfolio.' + name)[0]?.startTime;
    const steps = Object.fromEntries(['script', 'counted', 'rows'].map((name) => [name, at(name)]));
    const first = at('first-thumbnail');
    return first ? { origin: performance.timeOrigin, ...steps, first } : null`;
  let marks = null;
  for (let tries = 0; !marks && tries < 600; tries += 1) {
    marks = await call("POST", `${page}/execute/sync`, { script, args: [] });
    await new Promise((done) => setTimeout(done, 250));
  }
  const since = (name) => (marks[name] - marks.script) / 1000;
  rounds.push({
    counted_s: since("counted"),
    rows_s: since("rows"),
    script_s: (marks.first - marks.script) / 1000,
    process_s: (marks.origin + marks.first - began) / 1000,
  });
  console.log(JSON.stringify(rounds.at(-1)));
  await call("DELETE", page);
}
const median = (name) => rounds.map((round) => round[name]).sort((a, b) => a - b)[Math.floor(rounds.length / 2)];
const report = { photos: Number(told.photos) + SAMPLES, rounds, script_s: median("script_s"), process_s: median("process_s") };
const row = (what, name) =>
  `| ${what} | ${report[name].toFixed(2)} s | ≤ ${GOALS[name]} s | ${report[name] <= GOALS[name] ? "met" : "missed"} |`;
const markdown = `# The window

${report.photos} photos, the median of ${rounds.length} starts under Xvfb.

| until the first thumbnail is drawn | got | goal | |
|---|---|---|---|
${row("from the start of the page's script", "script_s")}
${row("from that of the process", "process_s")}
`;
writeFileSync(join(told.report, "window.json"), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(told.report, "window.md"), markdown);
console.log(markdown);
process.exit(0);
