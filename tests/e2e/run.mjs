#!/usr/bin/env node
// Browser tests. node run.mjs [--gallery FILE] [--base-url URL --accounts FILE.json [--data FOLDER]] [--recorder-url URL --recorder-token TOKEN] [--bin FOLDER] [--shots FOLDER] [--only WORD] [SUITE …]
//
// A suite is suites/NAME.mjs:
//   export const needs = "server";            // or "gallery"
//   export default async function (ctx) {     // ctx: test, visit, baseUrl, accounts, shots, checks
//     await ctx.test("an applicant files a request", async () => {
//       const page = await ctx.visit({ width: 360 });
//       await ctx.checks.signIn(page, ctx.baseUrl, ctx.accounts.applicant);
//       …
//       await ctx.checks.everything(page, { shots: ctx.shots, name: "filed" });
//     });
//   }
// accounts: {"applicant": {"login": …, "password": …}, …}. Suites whose server is not given are skipped, and said so.
// The last line is "N passed, N failed"; the exit status is 1 when something failed.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { launch, visit } from "./lib/browser.mjs";
import * as checks from "./lib/checks.mjs";
import { serveGallery } from "./lib/gallery_server.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const options = { suites: [] };
for (let i = 2; i < process.argv.length; i += 1) {
  const word = process.argv[i];
  if (word.startsWith("--")) options[word.slice(2)] = process.argv[(i += 1)];
  else options.suites.push(word);
}
const known = new Set(["suites", "gallery", "base-url", "accounts", "data", "shots", "only", "recorder-url", "recorder-token", "bin"]);
const unknown = Object.keys(options).filter((each) => !known.has(each));
if (unknown.length) {
  console.error(`unknown option --${unknown[0]}; usage: run.mjs [--gallery FILE] [--base-url URL --accounts FILE [--data FOLDER]] [--shots FOLDER] [--only WORD] [SUITE …]`);
  process.exit(2);
}

const names = fs.readdirSync(path.join(here, "suites")).filter((file) => file.endsWith(".mjs")).map((file) => file.slice(0, -4)).sort();
const wanted = options.suites.length ? options.suites : names;
const started = Date.now();
let passed = 0;
let failed = 0;
let number = 0;
const browser = await launch();

for (const name of wanted) {
  const suite = await import(path.join(here, "suites", `${name}.mjs`));
  if (suite.needs === "gallery" && !options.gallery) {
    console.log(`# ${name}: skipped, no --gallery given`);
    continue;
  }
  if (suite.needs === "server" && !options["base-url"]) {
    console.log(`# ${name}: skipped, no --base-url given`);
    continue;
  }
  if (suite.needs === "recorder" && !options["recorder-url"]) {
    console.log(`# ${name}: skipped, no --recorder-url given`);
    continue;
  }
  if (suite.needs === "programs" && !options.bin) {
    console.log(`# ${name}: skipped, no --bin given`);
    continue;
  }
  console.log(`# ${name}`);
  const gallery = suite.needs === "gallery" ? await serveGallery(fs.readFileSync(options.gallery, "utf8"), path.join(here, "../../assets")) : null;
  const open = new Set();
  const ctx = {
    // A suite that needs programs starts its own from the folder `bin`.
    baseUrl: gallery ? gallery.url : options[suite.needs === "recorder" ? "recorder-url" : "base-url"]?.replace(/\/$/, ""),
    bin: options.bin,
    gallery: gallery?.state,
    accounts: suite.needs === "recorder" ? { token: options["recorder-token"] } : options.accounts ? JSON.parse(fs.readFileSync(options.accounts, "utf8")) : {},
    data: options.data,  // the portal's own folder, for its mails and its clock
    shots: options.shots,
    checks,
    browser,
    async visit(how) {
      const page = await visit(browser, how);
      open.add(page.context());
      return page;
    },
    async test(title, run) {
      if (options.only && !title.includes(options.only)) return;
      number += 1;
      const from = Date.now();
      try {
        try {
          await run();
        } catch (error) {
          // A browser on a busy machine may miss a moment: once more, and said so.
          console.log(`# tried again: ${name}: ${title} (${error.message.split("\n")[0]})`);
          await run();
        }
        passed += 1;
        console.log(`ok ${number} - ${name}: ${title} (${Date.now() - from} ms)`);
      } catch (error) {
        failed += 1;
        console.log(`not ok ${number} - ${name}: ${title}\n    ${error.message}\n${(error.stack || "").split("\n").filter((line) => line.includes("/suites/")).join("\n")}`);
      }
      for (const context of open) await context.close().catch(() => {});
      open.clear();
    },
  };
  await suite.default(ctx);
  gallery?.close();
}

await browser.close();
console.log(`1..${number}`);
console.log(`# ${((Date.now() - started) / 1000).toFixed(1)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
