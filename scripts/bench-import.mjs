// Photos per second of a whole `kinfolio import` (hash, copy, sync, EXIF, two previews, thumbhash,
// ledger, index) beside programs that make only the same two previews of the same files.
//
// The rounds are interleaved, so that a machine that slows down slows all of them. Each peer has
// its fastest form that was found: sharp decodes once, scaled, and makes the small preview from the
// large one, four photos in flight; vipsthumbnail has no such form, so it runs once per size, as
// one process per core, each for half of the files.
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, existsSync, fdatasyncSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const SIZES = [1080, 256];
const QUALITY = 80;
const PIXELS = 12_000_000;
const SEED = 2024;

const { values: told } = parseArgs({
  options: Object.fromEntries(
    ["kinfolio", "sharp", "work", "report", "photos", "rounds"].map((name) => [name, { type: "string" }]),
  ),
});
const count = Number(told.photos);
const cores = cpus().length;
const work = resolve(told.work);
const photos = samplePhotos();
const files = jpegsBelow(photos);

function fresh(name) {
  const folder = join(work, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function samplePhotos() {
  const folder = join(work, `photos-${PIXELS / 1e6}mp-${count}`);
  const done = join(folder, ".complete");
  if (!existsSync(done)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    kinfolio("sample", "--count", count, "--seed", SEED, "--pixels", PIXELS, "--to", folder);
    writeFileSync(done, "");
  }
  return folder;
}

function jpegsBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.jpe?g$/i.test(name))
    .map((name) => join(folder, name));
}

function kinfolio(...args) {
  return execFileSync(told.kinfolio, args.map(String), { encoding: "utf8", maxBuffer: 1 << 30 });
}

function seconds(run) {
  const began = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - began) / 1e9;
}

function expectCount(what, got, expect) {
  if (got !== expect) throw new Error(`${what}: ${got} instead of ${expect}`);
}

function importAll() {
  const library = join(work, "library");
  rmSync(library, { recursive: true, force: true });
  kinfolio("init", "--name", "Bench", "--data", library);
  let receipt;
  const took = seconds(() => {
    receipt = JSON.parse(kinfolio("import", photos, "--json", "--data", library));
  });
  expectCount("photos added", receipt.added, files.length);
  return took;
}

function vipsthumbnail() {
  const out = fresh("vips");
  const took = seconds(() => {
    for (const size of SIZES) {
      const done = spawnSync(
        "xargs",
        ["-0", `-P${cores}`, `-n${Math.ceil(files.length / cores)}`, "-s1500000", "vipsthumbnail", "--size", `${size}x${size}`, "-o", `${out}/%s_${size}.jpg[Q=${QUALITY}]`],
        { input: files.join("\0"), env: { ...process.env, VIPS_CONCURRENCY: "1" }, stdio: ["pipe", "inherit", "inherit"] },
      );
      expectCount("vipsthumbnail's exit code", done.status, 0);
    }
  });
  expectCount("previews by vipsthumbnail", readdirSync(out).length, SIZES.length * files.length);
  return took;
}

// In a process of its own, as the others are.
const SHARP = `
  const { createRequire } = require("node:module");
  const { readFileSync } = require("node:fs");
  const [folder, out, sizes, quality, inFlight] = process.argv.slice(1);
  const sharp = createRequire(folder + "/package.json")("sharp");
  sharp.concurrency(1);
  sharp.cache(false);
  const [large, small] = JSON.parse(sizes);
  const jpeg = { quality: Number(quality) };
  const files = readFileSync(0, "utf8").split("\\0");
  let next = 0;
  async function worker() {
    while (next < files.length) {
      const n = next++;
      const { data, info } = await sharp(files[n]).rotate()
        .resize(large, large, { fit: "inside", withoutEnlargement: true }).raw().toBuffer({ resolveWithObject: true });
      const pixels = () => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
      await Promise.all([
        pixels().jpeg(jpeg).toFile(out + "/" + n + "_" + large + ".jpg"),
        pixels().resize(small, small, { fit: "inside" }).jpeg(jpeg).toFile(out + "/" + n + "_" + small + ".jpg"),
      ]);
    }
  }
  Promise.all(Array.from({ length: Number(inFlight) }, worker));
`;

function sharp() {
  const out = fresh("sharp");
  const took = seconds(() => {
    const args = ["-e", SHARP, "--", told.sharp, out, JSON.stringify(SIZES), QUALITY, 2 * cores];
    const done = spawnSync(process.execPath, args.map(String), { input: files.join("\0"), stdio: ["pipe", "inherit", "inherit"] });
    expectCount("sharp's exit code", done.status, 0);
  });
  expectCount("previews by sharp", readdirSync(out).length, SIZES.length * files.length);
  return took;
}

// What one durable append costs on this disk just now: imports sync, their peers do not.
function fdatasyncMs() {
  const path = join(work, "sync");
  const file = openSync(path, "w");
  const block = Buffer.alloc(4096, 1);
  const taken = Array.from({ length: 200 }, () => {
    writeSync(file, block);
    return 1e3 * seconds(() => fdatasyncSync(file));
  });
  closeSync(file);
  rmSync(path);
  return median(taken);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function version(command, ...args) {
  return execFileSync(command, args, { encoding: "utf8" }).trim().split("\n")[0];
}

const runs = { kinfolio: importAll, vipsthumbnail, sharp };
const taken = { kinfolio: [], vipsthumbnail: [], sharp: [] };
const syncs = [];
for (const file of files) readFileSync(file); // once, so that all read from memory alike
for (let round = 1; round <= Number(told.rounds); round++) {
  syncs.push(fdatasyncMs());
  for (const [name, run] of Object.entries(runs)) {
    const took = run();
    taken[name].push(took);
    console.log(`round ${round}: ${name}: ${took.toFixed(1)} s, ${(files.length / took).toFixed(1)} photos/s`);
  }
}

const rate = Object.fromEntries(Object.entries(taken).map(([name, all]) => [name, files.length / median(all)]));
const report = {
  photos: files.length,
  megapixels: PIXELS / 1e6,
  cores,
  cpu: cpus()[0].model,
  rounds: Number(told.rounds),
  seconds: taken,
  photos_per_s: rate,
  ratio: { vipsthumbnail: rate.kinfolio / rate.vipsthumbnail, sharp: rate.kinfolio / rate.sharp },
  fdatasync_p50_ms: median(syncs),
  versions: {
    kinfolio: version(told.kinfolio, "--version"),
    vipsthumbnail: version("vipsthumbnail", "--version"),
    sharp: JSON.parse(readFileSync(join(told.sharp, "node_modules/sharp/package.json"), "utf8")).version,
  },
};

const row = (name, does) =>
  `| ${name} ${report.versions[name].replace(/^\D+/, "")} | ${does} | ${rate[name].toFixed(1)} | ${taken[name].map((s) => s.toFixed(1)).join(" · ")} | ${name === "kinfolio" ? "" : `${report.ratio[name].toFixed(2)} ×`} |`;
const markdown = `# Import

${report.photos} generated photos of ${report.megapixels} MP on ${cores} cores (${report.cpu}), ${report.rounds} interleaved rounds, medians.
fdatasync p50 ${report.fdatasync_p50_ms.toFixed(2)} ms.

| program | does | photos/s | seconds each round | kinfolio is |
|---|---|---|---|---|
${row("kinfolio", "hash, copy, sync, EXIF, two previews, thumbhash, ledger, index")}
${row("vipsthumbnail", "two previews")}
${row("sharp", "two previews")}
`;
mkdirSync(told.report, { recursive: true });
writeFileSync(join(told.report, "import.json"), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(told.report, "import.md"), markdown);
console.log(`\n${markdown}`);
for (const name of ["library", "vips", "sharp"]) rmSync(join(work, name), { recursive: true, force: true });
