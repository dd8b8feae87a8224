// Every page of every role: walks all links that a role is given, holds each page to the rules (axe, no sideways scroll, sizes of
// targets, no error in the console) in every guise, and compares what was opened with docs/rights.md, so that no page escapes.
import assert from "node:assert/strict";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { crawl, readRights, routeOf } from "../lib/crawl.mjs";

export const needs = "server";

const RIGHTS = readRights(path.join(path.dirname(fileURLToPath(import.meta.url)), "../../../docs/rights.md"));

// What no link leads to: given by mail, by a moment, or to machines. The suites named here open the pages among them.
const ELSEWHERE = {
  "/activation/{token}": "account", "/connexion/code": "account", "/connexion/second-facteur": "account",
  "/avis/{token}": "review", "/avis/{token}/pieces/{document}": "review", "/gestion/seances/{id}/decider": "sitting",
  "/dossiers/{id}/demandes": "applicant", "/dossiers/{id}/messages": "applicant", "/documents/{id}/apercu": "applicant", "/actes/{id}": "applicant",
  "/healthz": "machines", "/metrics": "machines", "/territoire/suggestions": "machines", "/instruction/{id}": "mails", "/mes-dossiers/{id}": "mails",
};

// Files look different from state to state: more of them, for those who work on them; the others meet a few.
const WORKERS = { "/instruction/dossiers/{id}": 14, "/dossiers/{id}": 6, "/gestion/seances/{id}": 3, "/territoire/{code}": 2, "/dispositifs/{scheme}/{edition}": 2 };
const READERS = { "/instruction/dossiers/{id}": 3, "/gestion/seances/{id}": 3 };
const more = (role) => (["anyone", "applicant", "officer", "secretary"].includes(role) ? WORKERS : READERS);
// Pages that some may open without having a use for them: no link leads them there.
const NO_USE = { "/mes-dossiers": ["officer", "head", "finance", "secretary", "elected", "auditor", "admin"], "/instruction/dossiers/{id}/action": ["secretary"] };
const ROLES = ["applicant", "cosigner", "officer", "head", "finance", "secretary", "elected", "auditor", "admin"];
// A crawl of the public pages by each role would look at the same pages nine times.
const PUBLIC = RIGHTS.filter((each) => each.anyone).map((each) => each.route);

export default async function (ctx) {
  const { checks, accounts } = ctx;
  const seen = new Map();  // route → roles that opened it
  const looked = new Set();  // routes looked at in every guise
  const sums = { pages: 0, files: 0 };

  async function walkAs(role, page, options) {
    const faults = [];
    const found = await crawl(page, {
      baseUrl: ctx.baseUrl, rights: RIGHTS, more: more(role), several: ["/gestion/seances/{id}"], ...options,
      skip: (url, route) => url.searchParams.has("lang") || Boolean(options.skip?.(url, route)),
      look: async (at, route, url) => {
        if (PUBLIC.includes(route) && looked.has(route)) return;
        const first = !looked.has(route);
        const shot = `${role}-${route.replace(/[^a-z]+/g, "-")}-${nth(route)}`;
        try {
          await checks.guises(at, { whole: first, shots: ctx.shots, name: shot });
          assert.ok(await at.title(), "no title");
          assert.equal(await at.locator("h1").count(), 1, "one h1");
          // A key that is in no catalogue would be read as a word with dots.
          assert.doesNotMatch(await at.innerText("body"), /\b(site|open|review|session|steer|applicant|account|html|scheme|application|sitting)\.[a-z_]+\.[a-z_.]+/);
          looked.add(route);
        } catch (error) {
          at.errors.length = 0;
          faults.push(`${url.pathname}${url.search}: ${error.message}`);
        }
      },
    });
    for (const route of found.routes) seen.set(route, (seen.get(route) || new Set()).add(role));
    sums.pages += found.pages;
    sums.files += found.files;
    console.log(`# ${role}: ${found.pages} pages, ${found.files} files`);
    const broken = found.broken.map((each) => `dead link: ${each}`);
    assert.deepEqual([...faults, ...broken], [], [...faults, ...broken].join("\n  "));
  }
  const counts = new Map();
  function nth(route) {
    counts.set(route, (counts.get(route) || 0) + 1);
    return counts.get(route);
  }

  await ctx.test("anyone: every public page", async () => {
    const page = await ctx.visit();
    await walkAs("anyone", page, { start: ["/", "/inscription", "/mot-de-passe-oublie", "/territoire/recherche?q=denain"] });
  });

  for (const role of ROLES) {
    if (!accounts[role]) continue;
    await ctx.test(`${role}: every page that this role is given`, async () => {
      const page = await ctx.visit();
      await checks.signIn(page, ctx.baseUrl, accounts[role]);
      const home = new URL(page.url()).pathname;
      await walkAs(role, page, {
        start: [home],
        skip: (url, route) => PUBLIC.includes(route) && (looked.has(route) || /^\/donnees|^\/territoire/.test(url.pathname)),
      });
    });
  }

  await ctx.test("no page of docs/rights.md escapes", async () => {
    const missed = RIGHTS.filter((each) => !seen.has(each.route) && !ELSEWHERE[each.route]).map((each) => each.route);
    const roles = RIGHTS.filter((each) => !each.anyone && !ELSEWHERE[each.route]).flatMap((each) =>
      [...each.roles].filter((role) => accounts[role] && !NO_USE[each.route]?.includes(role) && !seen.get(each.route)?.has(role)).map((role) => `${role} was never led to ${each.route}`));
    console.log(`# ${sums.pages} pages and ${sums.files} files opened, ${looked.size} kinds of pages, ${[...seen.values()].reduce((sum, each) => sum + each.size, 0)} routes × roles`);
    // Which of the roles meets a page hangs on the states that its few files happen to be in: said, not held against the pages.
    for (const each of roles) console.log(`#   ${each} on this walk`);
    assert.deepEqual(missed.map((each) => `nobody was led to ${each}`), [], missed.join("\n  "));
  });
}
