// What every page is held to. Each check throws with the list of what is wrong.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import assert from "node:assert/strict";

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// Nothing found by axe, in the page as it is now, or in `include` only. `rules`: these only.
export async function axe(page, { rules, include } = {}) {
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axeSource);
  const only = rules ? { type: "rule", values: rules } : { type: "tag", values: AXE_TAGS };
  const result = await page.evaluate(
    ([runOnly, root]) => window.axe.run(root || document, { runOnly, resultTypes: ["violations"] }), [only, include || null]);
  const found = result.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}\n      ${node.failureSummary.split("\n").slice(1, 3).join(" ")}`));
  assert.equal(found.length, 0, `axe found ${found.length}:\n    ${found.slice(0, 12).join("\n    ")}`);
}

// The page does not scroll sideways (WCAG 1.4.10).
export async function noSidewaysScroll(page) {
  const wide = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= limit) return [];
    return [...document.querySelectorAll("body *")]
      .filter((each) => each.getBoundingClientRect().right > limit + 1 && !each.closest(".table, .sr"))
      .map((each) => `${each.tagName.toLowerCase()}.${each.className}`).slice(0, 6).concat(`(${document.documentElement.scrollWidth} px)`);
  });
  assert.deepEqual(wide, [], `wider than the screen: ${wide.join(", ")}`);
}

// Every control measures at least 24 × 24 px or stands in a line of text (WCAG 2.5.8).
export async function targetSizes(page) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("button, input:not([type=hidden]), select, summary, nav a, .button")]
      .filter((each) => each.checkVisibility() && !each.closest(".sr") && !each.classList.contains("sr"))
      .map((each) => [each, each.getBoundingClientRect()])
      .filter(([, box]) => box.width < 24 || box.height < 24)
      .map(([each, box]) => `${each.outerHTML.slice(0, 80)} ${Math.round(box.width)}x${Math.round(box.height)}`));
  assert.deepEqual(small, [], `too small: ${small.join("; ")}`);
}

// Walks with Tab from the top: gives what took the focus, and holds that each stop is seen and has a visible ring.
export async function walk(page, { steps = 400, until = null } = {}) {
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    window.scrollTo(0, 0);
  });
  const stops = [];
  for (let i = 0; i < steps; i += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      return {
        tag: at.tagName.toLowerCase(), id: at.id, name: at.getAttribute("name") || "", text: (at.textContent || "").trim().slice(0, 60),
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
      };
    });
    if (!stop) break;
    stops.push(stop);
    if (until && until(stop)) break;
  }
  const blind = stops.filter((stop) => !stop.ring || !stop.seen).map((stop) => `${stop.tag}#${stop.id} ${stop.text}`);
  assert.deepEqual(blind, [], `focus not visible on: ${blind.join("; ")}`);
  return stops;
}

// Tabs until `selector` has the focus, as a person without a mouse does.
export async function tabTo(page, selector, steps = 200) {
  for (let i = 0; i < steps; i += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

// No script error, refused resource or server failure since the page was opened (or since the last call).
export function noErrors(page, { except = [] } = {}) {
  const left = page.errors.filter((error) => !except.some((pattern) => pattern.test(error)));
  page.errors.length = 0;
  assert.deepEqual(left, [], left.join("\n    "));
}

// Long pages are cut: their beginning shows their faults.
export async function screenshot(page, folder, name) {
  if (!folder) return;
  fs.mkdirSync(folder, { recursive: true });
  const { width } = page.viewportSize();
  const height = Math.min(await page.evaluate(() => document.documentElement.scrollHeight), width < 600 ? 2400 : 3200);
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true, clip: { x: 0, y: 0, width, height }, timeout: 60_000 });
}

// The whole set on one page already opened: what a suite calls for each of its pages.
export async function everything(page, { shots, name } = {}) {
  await axe(page);
  await noSidewaysScroll(page);
  await targetSizes(page);
  noErrors(page);
  if (shots && name) await screenshot(page, shots, name);
}

// The page as it is now, on a phone and a desk, light and dark: the same page is resized and recoloured, not asked for again; in the
// dark only what depends on colours is held again. `whole: false`: a page like one that was seen in all four (another role, another
// file), on the phone and in the dark only.
export async function guises(page, { shots, name, whole = true } = {}) {
  const size = page.viewportSize();
  for (const width of whole ? [1280, 360] : [360]) {
    await page.setViewportSize({ width, height: 900 });
    // Until the page has answered to its new size.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))).catch(() => {});
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      try {
        await axe(page, colorScheme === "dark" ? { rules: ["color-contrast"] } : {});
        if (colorScheme === "light") {
          await noSidewaysScroll(page);
          await targetSizes(page);
        }
      } catch (error) {
        error.message = `${width} px, ${colorScheme}: ${error.message}`;
        throw error;
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
    if (shots && name && whole) await screenshot(page, shots, `${name}-${width}`);
  }
  noErrors(page);
  if (size) await page.setViewportSize(size);
}

// One address in the four guises.
export async function inEveryGuise(ctx, address, name, prepare = async () => {}) {
  const page = await ctx.visit();
  await prepare(page);
  await page.goto(ctx.baseUrl + address);
  await guises(page, { shots: ctx.shots, name });
  await page.context().close();
}

// By the form that people use. `account`: {login, password, code?}; the names of the fields are those of /connexion. One session for
// each account serves the whole run (the portal slows down who signs in again and again); `fresh`: a session of its own.
const sessions = new Map();
export async function signIn(page, baseUrl, account, { fresh = false } = {}) {
  const kept = sessions.get(baseUrl + account.login);
  if (kept && !fresh) {
    await page.context().addCookies(kept.cookies);
    await page.goto(kept.home);
    if (!new URL(page.url()).pathname.startsWith("/connexion")) return;
  }
  await page.goto(`${baseUrl}/connexion`);
  await page.fill("input[name=login], input[name=email]", account.login);
  await page.fill("input[name=password]", account.password);
  await page.click("main form button.primary");
  if (account.code && (await page.locator("input[name=code]").count())) {
    await page.fill("input[name=code]", account.code);
    await page.click("main form button.primary");
  }
  assert.ok(!new URL(page.url()).pathname.startsWith("/connexion"), `could not sign in as ${account.login}`);
  if (!fresh) sessions.set(baseUrl + account.login, { cookies: await page.context().cookies(), home: page.url() });
}
