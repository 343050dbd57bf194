// The UI over a library of a million records, in Chromium with its trace: whether every photo is reached by the
// scrubber, the longest task while flinging (also through a month of tens of thousands), how soon a jump shows
// placeholders, and how many nodes and how much memory that takes. Numbers are told and not judged.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const WebSocket = createRequire(new URL("../ui/package.json", import.meta.url))("ws");
const SEED = 2024;
const CROWDED = "2016-07";
const SIZE = { width: 1280, height: 800, deviceScaleFactor: 2, mobile: false };
const GOALS = { task_ms: 50, jump_ms: 150, heap_bytes: 150e6 };
const TIMELINE = "[data-testid=timeline]";

const { values: told } = parseArgs({
  options: Object.fromEntries(
    ["kinfolio", "bench", "work", "report", "records", "crowd", "jumps"].map((name) => [name, { type: "string" }]),
  ),
});
const [records, crowd, jumps] = [told.records, told.crowd, told.jumps].map(Number);
const ended = [];
process.on("exit", () => ended.reverse().forEach((end) => end()));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

function library() {
  const folder = join(resolve(told.work), `library-${records}-${crowd}`);
  if (existsSync(folder)) return join(folder, "library");
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  console.log(`making ${records} records`);
  const env = { ...process.env, XDG_STATE_HOME: join(making, "state") };
  execFileSync(told.bench, ["make", making, records, SEED, crowd].map(String), { env, stdio: "inherit" });
  renameSync(making, folder);
  return join(folder, "library");
}

/** Starts a program and answers the first match of what it says. */
function started(program, args, pattern, stream = "stdout", env = {}) {
  const stdio = ["ignore", "pipe", "pipe"];
  const child = spawn(program, args, { stdio, env: { ...process.env, ...env }, detached: true });
  // With all that it has started.
  ended.push(() => process.kill(-child.pid, "SIGKILL"));
  return new Promise((done, failed) => {
    let said = "";
    child[stream].on("data", (data) => {
      said += data;
      const match = pattern.exec(said);
      if (match) done(match);
    });
    child.on("exit", (code) => failed(new Error(`${program} ended with ${code}: ${said}`)));
  });
}

/** One page of Chromium, spoken to by the DevTools protocol. */
class Page {
  constructor(socket) {
    this.socket = socket;
    this.calls = new Map();
    this.events = new Map();
    this.last = 0;
    socket.on("message", (data) => {
      const { id, result, error, method, params } = JSON.parse(data);
      if (method) this.events.get(method)?.(params);
      const call = this.calls.get(id);
      this.calls.delete(id);
      if (error) call?.failed(new Error(error.message));
      else call?.done(result);
    });
  }

  static async open() {
    const profile = mkdtempSync(join(tmpdir(), "kinfolio-ui-"));
    // What is killed may take a moment to let go of its files.
    ended.push(() => rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
    flags.push("--disable-component-update", "--disable-sync", "--remote-debugging-port=0", `--user-data-dir=${profile}`);
    const [, port] = await started("chromium", [...flags, "about:blank"], /ws:\/\/127\.0\.0\.1:(\d+)\//, "stderr");
    const pages = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
    const { webSocketDebuggerUrl } = pages.find(({ type }) => type === "page");
    const socket = new WebSocket(webSocketDebuggerUrl, { perMessageDeflate: false });
    await new Promise((done) => socket.once("open", done));
    return new Page(socket);
  }

  call(method, params = {}) {
    const id = ++this.last;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((done, failed) => this.calls.set(id, { done, failed }));
  }

  async eval(expression) {
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async until(what, expression) {
    for (let tries = 0; tries < 600; tries += 1) {
      const value = await this.eval(expression);
      if (value) return value;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`waited in vain for ${what}`);
  }

  /**
   * The longest task of the page's main thread while something is done, in milliseconds: by what it took of a core, and
   * by the clock, which also counts what others had of that core meanwhile (Chromium's painting without a GPU, the node).
   */
  async tasks(done) {
    const events = [];
    this.events.set("Tracing.dataCollected", ({ value }) => events.push(...value));
    const complete = new Promise((end) => this.events.set("Tracing.tracingComplete", end));
    const includedCategories = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"];
    await this.call("Tracing.start", { traceConfig: { includedCategories }, transferMode: "ReportEvents" });
    await done();
    await this.call("Tracing.end");
    await complete;
    const mains = events.filter((e) => e.name === "thread_name" && e.args.name === "CrRendererMain");
    const isMain = (event) => mains.some((main) => main.pid === event.pid && main.tid === event.tid);
    const tasks = events.filter((event) => /RunTask$/.test(event.name) && event.dur && event.tdur && isMain(event));
    const worst = tasks.sort((a, b) => b.tdur - a.tdur)[0];
    const within = events.filter((e) => e.tdur > 2000 && isMain(e) && e.ts >= worst.ts && e.ts < worst.ts + worst.dur);
    const named = within.filter((e) => !/RunTask$/.test(e.name)).map((e) => `${e.name} ${Math.round(e.tdur / 1000)}`);
    console.log(`  ${(worst.tdur / 1000).toFixed(0)} ms: ${[...new Set(named)].slice(0, 8).join(", ")}`);
    return { core: worst.tdur / 1000, clock: Math.max(...tasks.map((task) => task.dur)) / 1000 };
  }

  /** Scrolls on and on, as a wheel that is let spin. */
  async fling(pixels, times) {
    for (let i = 0; i < times; i += 1) {
      await this.call("Input.synthesizeScrollGesture", { x: 500, y: 400, yDistance: -pixels, speed: 16_000, preventFling: false });
    }
  }

  async memory() {
    await this.call("HeapProfiler.collectGarbage");
    const { metrics } = await this.call("Performance.getMetrics");
    const of = (name) => metrics.find((metric) => metric.name === name).value;
    return { heap: of("JSHeapUsedSize"), nodes: await this.eval("document.querySelectorAll('*').length") };
  }
}

const SCRUBBER = `(() => { const box = document.querySelector('[data-testid=scrubber]').getBoundingClientRect();
  return { x: box.x + box.width / 2, top: box.top + 14, height: box.height - 28 } })()`;
const SETTLED = `[...document.querySelectorAll('${TIMELINE} section')].length > 0
  && document.querySelectorAll('${TIMELINE} .unloaded').length === 0`;

/** Jumps by a press on the scrubber; answers how soon placeholders or photos of there were on the screen. */
async function jump(page, at) {
  const { x, top, height } = await page.eval(SCRUBBER);
  await page.eval(`window.jumped = new Promise((done) => {
    addEventListener('pointerdown', () => {
      const began = performance.now();
      const before = document.querySelector('${TIMELINE} section')?.style.cssText + document.querySelector('${TIMELINE}').scrollTop;
      const look = () => {
        const section = document.querySelector('${TIMELINE} section');
        const moved = section && section.style.cssText + document.querySelector('${TIMELINE}').scrollTop !== before;
        const drawn = document.querySelector('${TIMELINE} .unloaded, ${TIMELINE} [data-photo-id]');
        if (moved && drawn) requestAnimationFrame(() => done(performance.now() - began));
        else if (performance.now() - began > 5000) done(null);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    }, { once: true, capture: true });
  }); 0`);
  // Its ends reach into the margins.
  const y = top + at * height + (at === 0 ? -10 : at === 1 ? 10 : 0);
  const mouse = { x, y, button: "left", clickCount: 1 };
  await page.call("Input.dispatchMouseEvent", { type: "mousePressed", ...mouse });
  await page.call("Input.dispatchMouseEvent", { type: "mouseReleased", ...mouse });
  return page.eval("window.jumped");
}

const folder = library();
const [, address] = await started(told.kinfolio, ["--data", folder, "serve", "--api", "127.0.0.1:0", "--peer", "127.0.0.1:0"], /api=(\S+)/);
const token = readFileSync(join(folder, "api-token"), "utf8").trim();
const page = await Page.open();
await page.call("Performance.enable");
await page.call("Page.enable");
await page.call("Emulation.setDeviceMetricsOverride", SIZE);
await page.call("Page.navigate", { url: `http://${address}/` });
await page.until("the page", "document.querySelector('[data-testid=sign-in]') !== null");
await page.eval(`fetch('/api/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ token: ${JSON.stringify(token)} }) }).then((answer) => answer.status)`);
await page.call("Page.reload");
await page.until("the timeline", SETTLED);
const { months, total } = await page.eval("fetch('/api/v1/timeline').then((answer) => answer.json())");

// The newest and the oldest photo, and where each stretch of the scrubber leads.
const ends = {};
for (const [end, at, which] of [["newest", 0, 0], ["oldest", 1, -1]]) {
  await jump(page, at);
  await page.until("photos", SETTLED);
  const { month, count } = months.at(which);
  const from = end === "newest" ? 0 : Math.max(0, count - 100);
  const { rows } = await page.eval(`fetch('/api/v1/timeline/${month}?from=${from}&limit=100').then((answer) => answer.json())`);
  // One tile stands for all photos of a burst.
  const photo = end === "newest" ? rows.at(0) : rows.at(-1);
  const tile = rows.filter(({ id, burst }) => id === photo.id || (burst && burst === photo.burst));
  const selector = tile.map(({ id }) => `[data-photo-id="${id}"]`).join();
  const there = `document.querySelector('${selector}') !== null`;
  ends[end] = await page.until(end, there).catch(() => false);
}
const times = [];
for (let i = 0; i < jumps; i += 1) times.push(await jump(page, ((i * 0.618_034) % 1)));
const sorted = times.filter((time) => time !== null).sort((a, b) => a - b);
const of = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

console.log("flinging");
await jump(page, 0.3);
const flung = await page.tasks(() => page.fling(40_000, 6));
console.log(`flinging through ${CROWDED}`);
let before = 0;
for (const { month, count } of months) {
  if (month === CROWDED) break;
  before += count;
}
const crowded = await page.tasks(async () => {
  await jump(page, (before + 10) / total);
  await page.fling(40_000, 10);
});
await page.until("photos", SETTLED);
const { heap, nodes } = await page.memory();

const report = {
  records: total,
  crowded: { month: CROWDED, photos: months.find(({ month }) => month === CROWDED)?.count ?? 0 },
  cores: cpus().length,
  cpu: cpus()[0].model,
  device_pixel_ratio: SIZE.deviceScaleFactor,
  reached: ends,
  jump_ms: { p50: of(0.5), p95: of(0.95), max: sorted.at(-1), lost: times.length - sorted.length },
  longest_task_ms: { flinging: flung, crowded },
  heap_bytes: heap,
  nodes,
};
const ms = (time) => `${time.toFixed(0)} ms`;
const task = ({ core, clock }) => `${ms(core)} (${ms(clock)})`;
const row = (what, got, goal, met) => `| ${what} | ${got} | ${goal} | ${met ? "met" : "missed"} |`;
const markdown = `# The UI

${total} records, ${report.crowded.photos} of them in ${CROWDED}, in Chromium at device pixel ratio ${SIZE.deviceScaleFactor}, on ${report.cores} cores (${report.cpu}).

| | got | goal | |
|---|---|---|---|
${[
  row("the newest and the oldest photo by the scrubber", `${ends.newest ? "yes" : "no"}, ${ends.oldest ? "yes" : "no"}`, "both", ends.newest && ends.oldest),
  row("jump to first placeholders, p50 · p95 · max", [of(0.5), of(0.95), sorted.at(-1)].map(ms).join(" · "), `< ${GOALS.jump_ms} ms`, sorted.at(-1) < GOALS.jump_ms),
  row("longest task while flinging, on a core (by the clock)", task(flung), `< ${GOALS.task_ms} ms`, flung.core < GOALS.task_ms),
  row("the same in the crowded month", task(crowded), `< ${GOALS.task_ms} ms`, crowded.core < GOALS.task_ms),
  row("JS heap", `${(heap / 1e6).toFixed(0)} MB`, "< 150 MB", heap < GOALS.heap_bytes),
  row("DOM nodes", nodes, "bounded", nodes < 5_000),
].join("\n")}
`;
writeFileSync(join(told.report, "ui.json"), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(told.report, "ui.md"), markdown);
console.log(markdown);
process.exit(0);
