// What anyone can open: the estimator with and without script, what is searched, downloaded, printed, read in English. every_page holds
// the public pages themselves in every guise.
import assert from "node:assert/strict";

export const needs = "server";

const PAGES = [
  ["/", "home"], ["/dispositifs", "schemes"], ["/dispositifs/hdf-videoprotection/2022", "scheme"],
  ["/dispositifs/hdf-videoprotection/2022?place=Lestrem&code=62502&nature=extension&lines-0-what=cameras&lines-0-amount=56961&estimer=1", "estimate"],
  ["/aides-accordees", "grants"], ["/aides-accordees?q=lestrem", "grants-search"], ["/aides-accordees/carte", "map"], ["/aides-accordees/chiffres", "figures"],
  ["/seances", "sittings"], ["/donnees", "data"], ["/territoire/recherche?q=denain", "search"], ["/territoire/59172", "commune"],
  ["/accessibilite", "accessibility"], ["/mentions-legales", "legal"], ["/donnees-personnelles", "privacy"], ["/aide", "help"],
];

const FILES = {
  "/donnees/subventions-scdl.csv": "text/csv", "/donnees/subventions-14-colonnes.csv": "text/csv", "/donnees/deliberations-scdl.csv": "text/csv",
  "/donnees/aides.csv": "text/csv", "/donnees/aides.json": "application/json", "/donnees/dispositifs.csv": "text/csv", "/donnees/dispositifs.json": "application/json",
  "/donnees/aides-territoires.json": "application/json", "/donnees/atom.xml": "application/atom+xml", "/donnees/catalogue.jsonld": "application/ld+json",
  "/donnees/LISEZMOI.md": "text/markdown",
};

export default async function (ctx) {
  const { checks } = ctx;

  // Those that no link leads to.
  for (const [address, name] of PAGES.filter(([address]) => address.includes("?")))
    await ctx.test(`${name}: axe finds nothing, on a phone and a desk, light and dark`, () => checks.inEveryGuise(ctx, address, `public-${name}`));

  await ctx.test("in English every page has its sentences", async () => {
    for (const [address] of PAGES) {
      const page = await ctx.visit({ language: "en-GB" });
      await page.goto(ctx.baseUrl + address);
      assert.equal(await page.getAttribute("html", "lang"), "en");
      assert.doesNotMatch(await page.textContent("main"), /\bopen\.[a-z]+\.[a-z]/);
      await page.context().close();
    }
  });

  await ctx.test("the map: whoever walks it with the keyboard sees which commune this is, and what it received", async () => {
    for (const width of [1280, 360]) {
      const page = await ctx.visit({ width });
      await page.goto(ctx.baseUrl + "/aides-accordees/carte");
      await page.locator(".skip-map a").focus();
      await checks.tabTo(page, "#carte-communes .map-link");
      const seen = await page.evaluate(() => {
        const link = document.activeElement;
        const box = (each) => each.getBoundingClientRect().toJSON();
        return { name: link.getAttribute("aria-label"), text: [...link.querySelectorAll(".map-said")].map((each) => [each.textContent, box(each)]),
          ring: parseFloat(getComputedStyle(link.querySelector(".map-area")).strokeWidth), screen: [innerWidth, innerHeight] };
      });
      assert.match(seen.name, /\d\u00a0€$/);
      assert.equal(seen.ring, 3);
      assert.ok(seen.text.length > 0);
      for (const [text, box] of seen.text) {
        assert.ok(seen.name.includes(text.replace(/\u00a0:.*/, "")), `${text}: ${seen.name}`);
        assert.ok(box.height >= 11, `${text} is ${box.height} px high`);
        assert.ok(box.left >= 0 && box.right <= seen.screen[0] && box.top >= 0 && box.bottom <= seen.screen[1], `${text} is on the screen`);
      }
      await page.context().close();
    }
  });

  await ctx.test("the map without script: its key, its areas as links, its figures as tables", async () => {
    const page = await ctx.visit({ script: false, width: 360 });
    await page.goto(ctx.baseUrl + "/aides-accordees/carte");
    const key = await page.locator(".map-key").first().locator("li").allTextContents();
    assert.equal(key.at(-1), "Aucune aide");
    const label = await page.locator(".map-key li").first().evaluate((each) => parseFloat(getComputedStyle(each).fontSize));
    assert.ok(label >= 14, `the key is written in ${label} px`);
    const links = await page.locator("#carte-communes .map-link").count();
    assert.equal(await page.locator("#tableau ~ .table tbody a").count(), links);
    await page.locator("#carte-departements .map-link").first().focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/departement=/);
  });

  for (const script of [true, false])
    await ctx.test(`the estimator answers ${script ? "with" : "without"} script, by the keyboard`, async () => {
      const page = await ctx.visit({ script, width: 360 });
      await page.goto(ctx.baseUrl + "/dispositifs/hdf-videoprotection/2022");
      const place = page.locator("input[name=place]");
      await place.focus();
      await page.keyboard.type("lestrem");
      if (script) {
        await page.locator("[role=option]").first().waitFor();
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
      } else {
        await checks.tabTo(page, "[data-lookup-button]");
        await page.keyboard.press("Enter");
        await page.waitForURL(/place-search/);
        await page.check("input[name=code][value='62502']");
      }
      await page.check("input[name=nature][value=extension]");
      await page.selectOption("select[name=lines-0-what]", "cameras");
      await page.fill("input[name=lines-0-amount]", "56 961,00");
      await page.locator("button.primary[name=estimer]").click();
      await page.waitForURL(/estimer=1/);
      assert.match((await page.textContent("main")).replace(/\s/g, " "), /17 088,30 €/);
      // axe itself needs script.
      if (script) return checks.everything(page, { shots: ctx.shots, name: "public-estimated" });
      await checks.noSidewaysScroll(page);
      await checks.screenshot(page, ctx.shots, "public-estimated-plain");
    });

  await ctx.test("without script the estimator gives more lines and keeps what was typed", async () => {
    const page = await ctx.visit({ script: false });
    await page.goto(ctx.baseUrl + "/dispositifs/hdf-videoprotection/2022");
    await page.fill("input[name=lines-0-amount]", "1000");
    await page.click("button[name=add][value=lines]");
    assert.equal(await page.locator("input[name=lines-2-amount]").count(), 1);
    assert.equal(await page.inputValue("input[name=lines-0-amount]"), "1000");
    await page.click("button[name=remove][value=lines-1]");
    assert.equal(await page.locator("input[name=lines-2-amount]").count(), 0);
    assert.equal(await page.inputValue("input[name=lines-0-amount]"), "1000");
  });

  await ctx.test("what is missing in the estimator is said in a summary that leads to the fields", async () => {
    const page = await ctx.visit();
    await page.goto(ctx.baseUrl + "/dispositifs/hdf-videoprotection/2022");
    await page.locator("button.primary[name=estimer]").click();
    await page.locator(".error-summary").waitFor();
    assert.ok((await page.locator(".error-summary a").count()) >= 3);
    await checks.axe(page);
  });

  await ctx.test("a list is filtered, and its files carry the same filter", async () => {
    const page = await ctx.visit();
    await page.goto(ctx.baseUrl + "/aides-accordees");
    await page.selectOption("select[name=departement]", "62");
    await page.locator(".filters button.primary, .filters button").first().click();
    await page.waitForURL(/departement=62/);
    for (const cell of await page.locator("main tbody tr td:nth-of-type(1)").allTextContents()) assert.match(cell, /\(62\)/);
    assert.match(await page.locator(".downloads a").first().getAttribute("href"), /aides\.csv\?departement=62/);
  });

  await ctx.test("files have their types and names, are compressed, and are not sent twice", async () => {
    const page = await ctx.visit();
    for (const [address, type] of Object.entries(FILES)) {
      const answer = await page.request.get(ctx.baseUrl + address, { headers: { "accept-encoding": "gzip" } });
      assert.equal(answer.status(), 200, address);
      assert.ok(answer.headers()["content-type"].startsWith(type), `${address}: ${answer.headers()["content-type"]}`);
      const etag = answer.headers().etag;
      assert.ok(etag, address);
      const again = await page.request.get(ctx.baseUrl + address, { headers: { "if-none-match": etag } });
      assert.equal(again.status(), 304, address);
    }
    const simulated = await page.request.get(ctx.baseUrl + "/donnees/aides.csv");
    if (/,simulated,/.test(await simulated.text())) assert.match(simulated.headers()["content-disposition"], /-simulation\.csv/);
  });

  await ctx.test("what is not public is not found", async () => {
    const page = await ctx.visit();
    for (const address of ["/aides-accordees/VP-2022-99999", "/seances/999999", "/seances/abc", "/territoire/00000", "/dispositifs/aucun/2022", "/aides-accordees?page=9999"])
      assert.equal((await page.request.get(ctx.baseUrl + address)).status(), 404, address);
  });

  await ctx.test("printed, a scheme keeps its rules and loses its form", async () => {
    const page = await ctx.visit();
    await page.goto(ctx.baseUrl + "/dispositifs/hdf-videoprotection/2022");
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("main form").isVisible(), false);
    assert.equal(await page.locator("#qui").isVisible(), true);
    await checks.screenshot(page, ctx.shots, "public-scheme-print");
  });
}
