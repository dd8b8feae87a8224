// Measures the portal on 100,000 applications and writes what it found as JSON; bench/report.mjs makes the page of it.
//
//   node bench/portal/run.mjs BUILD RESULT [SECONDS]     BUILD: build/release; data are kept under build/bench
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Portal } from "./server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const [build, result] = [resolve(process.argv[2] ?? join(root, "build/release")), process.argv[3]];
const seconds = Number(process.argv[4] ?? 8);
const connections = 32;
const rate = 5000;
const scratch = join(root, "build/bench");
const bin = (name) => join(build, "bin", name);
const say = (text) => console.error(`        ${text}`);

// The data, made again when what makes them has changed.
function data() {
  const hash = createHash("sha256");
  for (const folder of [join(root, "migrations"), here])
    for (const name of readdirSync(folder).sort())
      if (/\.sql$|multiply|request_lists|data_main/.test(name)) hash.update(readFileSync(join(folder, name)));
  const stamp = hash.digest("hex");
  const folder = join(scratch, "data");
  const kept = join(folder, "stamp");
  if (existsSync(kept) && readFileSync(kept, "utf8") === stamp) return folder;
  mkdirSync(scratch, { recursive: true });
  for (const name of ["demo", "demo.building", "data"]) rmSync(join(scratch, name), { recursive: true, force: true });
  say("replaying 2022: the patterns");
  const demo = ["--data", join(scratch, "demo"), "demo", "--npm", join(root, "tools/npm/node_modules"), "--port", "0"];
  execFileSync(bin("beffroi-aides"), demo, { stdio: ["ignore", "ignore", "ignore"] });
  say("making 100,000 applications out of them (a few minutes)");
  execFileSync(bin("bench_portal_data"), [join(scratch, "demo"), folder], { stdio: "inherit" });
  writeFileSync(kept, stamp);
  return folder;
}

const run = (program, args, env) =>
  new Promise((done, failed) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    child.stdout.on("data", (piece) => (out += piece));
    child.on("close", (code) => (code === 0 ? done(out) : failed(new Error(`${program} ended with ${code}`))));
  });

const folder = data();
const portal = new Portal(bin("beffroi-aides"), folder, join(scratch, "server.log"));
const found = { made: JSON.parse(readFileSync(join(folder, "made.json"), "utf8")), load: [], seconds, connections, rate };

const starts = [];
for (let i = 0; i < 5; ++i) {
  starts.push(await portal.start());
  if (i < 4) await portal.stop();
}
found.start_ms = starts.sort((a, b) => a - b)[2];
found.memory_at_rest = portal.memory();
say(`started in ${found.start_ms.toFixed(0)} ms`);
const cookie = await portal.sign_in("officer");

// `fresh`: each address asked for once, so that nothing kept answers. Processor time tells what a page costs whatever
// else the machine does; per_second is what the clock saw.
const list = (name) => join(folder, "requests", `${name}.txt`);
async function load(what, names, { signed, fresh = false, gzip = false, at = 0 }) {
  const before = portal.processor();
  const args = [portal.port, names.map(list).join(","), seconds, connections, at, fresh ? "fresh" : "again", gzip ? "gzip" : "plain"];
  const out = JSON.parse(await run(bin("bench_load"), args.map(String), signed ? { BENCH_COOKIE: cookie } : {}));
  const server_us = ((portal.processor() - before) / out.all_requests) * 1e6;
  const row = { what, signed, fresh, gzip, at, ...out, server_us, load_us: (out.processor_s / out.all_requests) * 1e6, busy: loadavg()[0] };
  found.load.push(row);
  say(`${what}${fresh ? ", fresh" : ""}${gzip ? ", gzip" : ""}${at ? ` at ${at}/s` : ""}: ${row.per_second}/s, p99 ${row.p99_ms} ms, ${server_us.toFixed(0)} µs of the server, ${row.load_us.toFixed(0)} of the generator`);
}

const pages = [
  ["work list", ["officer-list"], true],
  ["search of the work list", ["officer-search"], true],
  ["file", ["officer-file"], true],
  ["public list", ["public-list"], false],
  ["public search", ["public-search"], false],
  ["public grant", ["public-grant"], false],
];
const mixed = pages.flatMap(([, names]) => names);
for (const [what, names, signed] of pages) {
  await load(what, names, { signed, fresh: true });
  await load(what, names, { signed });
  if (!signed) await load(what, names, { signed, gzip: true });
}
await load("officers’ mix", mixed.slice(0, 3), { signed: true });
await load("visitors’ mix", mixed.slice(3), { signed: false, gzip: true });
await load("officers’ mix", mixed.slice(0, 3), { signed: true, at: rate });
await load("visitors’ mix", mixed.slice(3), { signed: false, gzip: true, at: rate });
await load("officers’ mix", mixed.slice(0, 3), { signed: true, fresh: true, at: 1000 });
await load("visitors’ mix", mixed.slice(3), { signed: false, fresh: true, gzip: true, at: 1000 });

// The same with another generator, known by all.
try {
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-s", join(here, "requests.lua"), `https://127.0.0.1:${portal.port}`, "--"];
  const last = async (names, env, gzip) => JSON.parse((await run("wrk", [...args, names.map(list).join(","), gzip], env)).trim().split("\n").at(-1));
  found.wrk = { officers: await last(mixed.slice(0, 3), { BENCH_COOKIE: cookie }, "plain"), visitors: await last(mixed.slice(3), {}, "gzip") };
} catch (fault) {
  say(`wrk left out: ${fault.message}`);
}

// Each export alone, the second of three.
async function timed(path, headers) {
  const times = [];
  let answer;
  for (let i = 0; i < 3; ++i) {
    const [from, before] = [performance.now(), portal.processor()];
    answer = await portal.get(path, headers);
    times.push({ seconds: (performance.now() - from) / 1000, processor: portal.processor() - before });
  }
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  return { rows: answer.lines - 1, mb: answer.bytes / 1e6, first: times[0], again: times[1] };
}
found.export_files = await timed("/instruction/export.csv", { cookie });
found.export_grants = await timed("/donnees/aides.csv", {});
found.memory_after = portal.memory();
await portal.stop();

writeFileSync(result, JSON.stringify(found, null, 1));
