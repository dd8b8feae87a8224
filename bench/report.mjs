// Writes the page of all figures from what ./bench/run measured.   node bench/report.mjs RESULTS BUILD > bench/report.md
import { existsSync, readFileSync, statSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";

const [results, build] = process.argv.slice(2);
const read = (name) => (existsSync(join(results, name)) ? readFileSync(join(results, name), "utf8") : null);
const json = (name) => JSON.parse(read(name) ?? "null");
const day = (name) => statSync(join(results, name)).mtime.toISOString().slice(0, 10);
const n = (value) => Math.round(value).toLocaleString("en-GB");
const ms = (value) => (value < 10 ? value.toFixed(1) : n(value));
const busy = (name) => Number(read(`${name}.busy`) ?? 0);
const compiler = readFileSync(join(build, "CMakeCache.txt"), "utf8").match(/^CMAKE_CXX_COMPILER:\w+=(.*)$/m)?.[1].split("/").at(-1) ?? "unknown compiler";
const rules = json("rules.json");
const portal = json("portal.json");
const sitting = json("sitting.json");
const territory = json("territory.json");
const documents = read("documents.txt");

const rows = [];
const row = (what, target, found, kept) => rows.push(`| ${what} | ${target} | ${found} | ${kept === null ? "–" : kept ? "yes" : "**no**"} |`);
const out = [];
out.push(`# Figures

Written by \`./bench/run\`; how each is measured stands in the folder of its subject. ${cpus()[0].model.trim()}, ${cpus().length} cores, ${n(totalmem() / 2 ** 30)} GB, Linux ${release().split("-")[0]}, clang 19, \`${build}\`.`);

if (rules) {
  const ratio = rules.fast_per_second / rules.publicodes_per_second;
  row("rule evaluations a second on one core, without explanation", "≥ 5,000,000", `**${n(rules.fast_per_second)}**; publicodes in the same run ${n(rules.publicodes_per_second)}: ${n(ratio)} ×`, rules.fast_per_second >= 5e6);
  row("– with the explanation", "", `${n(rules.explained_per_second)} (${n(rules.explained_per_second / rules.publicodes_per_second)} ×)`, null);
  row(`simulation of ${n(rules.communes)} communes`, "≤ 20 ms", `**${ms(rules.simulation_ms)} ms**; compared with another edition ${ms(rules.simulation_against_ms)} ms`, rules.simulation_ms <= 20);
}
if (portal) {
  const best = (what, test = () => true) => portal.load.filter((one) => one.what === what && test(one)).at(-1);
  const at_rest = (what) => best(what, (one) => !one.fresh && !one.at);
  const cores = (one) => (2e6 / (one.server_us + one.load_us));
  const rate = (one) => best(one, (x) => !x.fresh && x.at === portal.rate);
  for (const what of ["officers’ mix", "visitors’ mix"]) {
    const one = at_rest(what);
    row(`${what} (list, search, file) over TLS, generator on the same cores`, "≥ 20,000/s", `**${n(one.per_second)}/s** by the clock, ${n(cores(one))}/s by the processor`, one.per_second >= 20000);
  }
  for (const what of ["officers’ mix", "visitors’ mix"]) {
    const one = rate(what);
    row(`${what} at ${n(portal.rate)}/s: p50, p99`, "p99 ≤ 10 ms", `${one.p50_ms.toFixed(2)} ms, **${one.p99_ms.toFixed(2)} ms**`, one.p99_ms <= 10);
  }
  const e = portal.export_files;
  const g = portal.export_grants;
  row(`export of ${n(e.rows)} applications to CSV, 33 columns, ${n(e.mb)} MB over TLS`, "≤ 2 s", `**${e.again.seconds.toFixed(2)} s** (${e.again.processor.toFixed(2)} s of processor)`, e.again.seconds <= 2);
  row(`open data of ${n(g.rows)} grants to CSV, ${n(g.mb)} MB`, "≤ 2 s", `**${g.again.seconds.toFixed(2)} s** (${g.again.processor.toFixed(2)} s of processor)`, g.again.seconds <= 2);
  row("start, until /healthz answers over TLS", "≤ 1 s", `**${(portal.start_ms / 1000).toFixed(2)} s**`, portal.start_ms <= 1000);
  const [a, b] = [portal.memory_at_rest, portal.memory_after];
  row("memory at rest / after all of the above", "≤ 200 MB", `${n(a.rss)} MB / **${n(b.rss)} MB** (its own ${n(b.own)}, pages of files ${n(b.file)})`, b.rss <= 200);
}
if (sitting) {
  const s = sitting;
  row(`report + annex of ${s.grants} grants, drawn up and kept`, "≤ 2 s together", `${s.papers_s.toFixed(2)} s`, null);
  row(`– and ${s.told} applicants told: order and letter (${2 * s.told} PDF), kept, journalled, mail queued`, "", `**${s.letters_s.toFixed(2)} s** (${s.letters_cpu_s.toFixed(2)} s of processor)`, s.papers_s + s.letters_s <= 2);
}
if (documents) {
  const line = documents.split("\n").find((one) => one.startsWith("report + annex + 300 letters"));
  const times = line?.match(/([\d.]+) ms\s+([\d.]+) ms/);
  if (times) row("report + annex + 300 letters as PDF, without the desk", "≤ 2 s", `**${(times[1] / 1000).toFixed(2)} s** (${(times[2] / 1000).toFixed(2)} s of processor, two threads)`, times[1] <= 2000);
}
if (territory) {
  const of = (name) => territory.benchmarks.find((one) => one.name === name);
  const typed = of("search_as_typed");
  if (typed) row("search of a commune, every prefix as typed", "≤ 100 µs", `${typed.cpu_time.toFixed(0)} µs`, typed.cpu_time <= 100);
}
out.push(`| what | target | found | kept |\n|---|---|---|---|\n${rows.join("\n")}`);

const measured = ["rules", "portal", "sitting", "documents", "territory"].filter((name) => busy(name) || existsSync(join(results, `${name}.busy`)));
out.push(`Measured on: ${measured.map((name) => `${name} ${day(`${name}.busy`)}, ${busy(name)} % of the processors taken by others just before`).join("; ")}. ${
  measured.some((name) => busy(name) > 15) ? "**The machine did other work**: times by the clock are several times those of a quiet one; processor times count for comparisons." : "Whether it stayed so meanwhile was not watched."
}`);

if (portal) {
  const table = portal.load.map((one) => {
    const kind = [one.fresh ? "made anew" : "asked again", one.gzip ? "gzip" : "plain", one.at ? `at ${n(one.at)}/s` : "as fast as possible"].join(", ");
    const kb = one.bytes_per_answer / 1000;
    return `| ${one.what}: ${kind} | ${n(one.per_second)} | ${one.p50_ms.toFixed(2)} | ${one.p99_ms.toFixed(2)} | ${n(one.server_us)} | ${n(one.load_us)} | ${n(2e6 / (one.server_us + one.load_us))} | ${kb.toFixed(0)} |`;
  });
  out.push(`## The portal, page by page

${n(portal.made.applications)} applications of ${n(portal.made.communes)} communes, ${n(portal.made.grants)} grants published by ${n(portal.made.sittings)} sittings, ${n(portal.made.journal)} entries in the journal. ${portal.connections} connections, ${portal.seconds} s each. “By the processor”: what two cores carry
at the processor time that server and generator took, whatever else the machine did. “Made anew”: nothing kept answers, as after any act. “At n/s”: open loop, times count from
when the request was due.

| pages | a second | p50 ms | p99 ms | server µs | generator µs | by the processor | kB |
|---|---|---|---|---|---|---|---|
${table.join("\n")}${portal.wrk ? `\n\nwrk, same lists, one thread: officers ${n(portal.wrk.officers.per_second)}/s, visitors ${n(portal.wrk.visitors.per_second)}/s.` : ""}`);
  out.push(`## What is left out
The 100,000 files are copies of those that the replay made through the desk, with other communes, dates and numbers (\`bench/portal/multiply.hpp\` tells why and how); their journal is a real chain. Pages of people signed in
are never compressed (they hold a token beside what people type). States that the replay does not reach (refused, adjourned) are not among them. Network and browser are not measured.`);
}
console.log(out.join("\n\n"));
