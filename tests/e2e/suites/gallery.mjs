// Every component, in every guise, and what the scripts do when the network, the session or a colleague gets in the way.
import assert from "node:assert/strict";

export const needs = "gallery";

export default async function (ctx) {
  const { checks } = ctx;
  const fresh = () => Object.assign(ctx.gallery, { mode: "ok", version: 1, received: [], submitted: [] });
  const open = async (how) => {
    fresh();
    const page = await ctx.visit(how);
    await page.goto(ctx.baseUrl + "/galerie");
    return page;
  };
  const status = (page, text) => page.locator("[data-save-state]", { hasText: text }).waitFor();
  const trouble = (page, text) => page.locator("[data-save-trouble]", { hasText: text }).waitFor();
  const until = async (holds) => {
    for (let i = 0; i < 80 && !holds(); i += 1) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(holds(), String(holds));
  };
  const stored = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("beffroi:")));

  for (const width of [320, 360, 768, 1280])
    for (const dark of [false, true])
      await ctx.test(`axe finds nothing and nothing overflows at ${width} px${dark ? ", dark" : ""}`, async () => {
        const page = await open({ width, dark });
        await checks.everything(page, { shots: ctx.shots, name: `gallery-${width}${dark ? "-dark" : ""}` });
      });

  await ctx.test("without script every control is there, and the form sends what was typed", async () => {
    const page = await open({ script: false, width: 360 });
    assert.equal(await page.locator("[data-lookup-button]").isVisible(), true);
    assert.equal(await page.locator("#f-existing").isVisible(), true);
    assert.equal(await page.locator("[data-slider]").first().isVisible(), false);
    await checks.screenshot(page, ctx.shots, "gallery-360-no-script");
    await page.fill("#f-title", "Sans script");
    await page.click("text=Enregistrer et continuer");
    assert.ok(page.url().endsWith("depose=1"));
    assert.match(ctx.gallery.submitted[0], /Sans script/);
  });

  await ctx.test("the errors take the focus and lead to their fields", async () => {
    const page = await open();
    assert.equal(await page.evaluate(() => document.activeElement.className), "error-summary");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "f-email");
  });

  await ctx.test("the keyboard reaches everything, and the focus is always seen", async () => {
    const page = await open();
    const stops = await checks.walk(page, { steps: 200 });
    assert.equal(stops[0].text, "Aller au contenu");
    for (const id of ["f-title", "f-commune", "f-nature-1", "f-quote", "f-sworn", "f-rate"]) assert.ok(stops.some((stop) => stop.id === id), `not reached: ${id}`);
  });

  await ctx.test("what is typed is saved, said once, and the amount follows", async () => {
    const page = await open();
    await page.fill("#f-title", "Autre intitulé");
    await status(page, "Enregistré à 10\u00a0h\u00a032");
    assert.match(await page.textContent("[data-save-state]"), /Aide probable\u00a0: 18 000,00 €/);
    assert.equal(await page.textContent("#live-amount"), "18 000,00 €");
    const [fields] = ctx.gallery.received;
    assert.equal(fields.get("title"), "Autre intitulé");
    assert.equal(fields.get("version"), "1");
    assert.equal(await page.inputValue("input[name=version]"), "2");
    assert.deepEqual(await stored(page), []);
    checks.noErrors(page);
  });

  await ctx.test("an error of the server shows on its field and goes away when it is corrected", async () => {
    const page = await open();
    await page.fill("#f-title", "A");
    await page.locator("#f-email").focus();
    await page.locator("#f-title-error", { hasText: "Donnez un intitulé plus long." }).waitFor();
    assert.match(await page.getAttribute("#f-title", "aria-describedby"), /f-title-error/);
    await checks.axe(page);
    await page.fill("#f-title", "Assez long");
    await page.locator("#f-email").focus();
    await page.locator("#f-title-error").waitFor({ state: "detached" });
  });

  await ctx.test("a failure is seen from the first miss, retried, and nothing is lost", async () => {
    const page = await open();
    ctx.gallery.mode = "down";
    await page.fill("#f-title", "Tapé pendant la panne");
    await trouble(page, "n’est pas encore enregistrée");
    await checks.axe(page, { include: "[data-save-trouble]" });
    await checks.screenshot(page, ctx.shots, "gallery-failure", { fullPage: false });
    assert.equal((await stored(page)).length, 1);
    ctx.gallery.mode = "ok";
    await page.click("text=Réessayer maintenant");
    await status(page, "Enregistré");
    assert.equal(ctx.gallery.received.at(-1).get("title"), "Tapé pendant la panne");
    assert.equal(await page.locator("[data-save-trouble] .notice").count(), 0);
    assert.deepEqual(await stored(page), []);
  });

  await ctx.test("a failure is retried without a click", async () => {
    const page = await open();
    ctx.gallery.mode = "down";
    await page.fill("#f-title", "Patience");
    await trouble(page, "n’est pas encore enregistrée");
    ctx.gallery.mode = "ok";
    await status(page, "Enregistré");
  });

  await ctx.test("after a loss, the page offers what was typed, rows included, and the person chooses", async () => {
    const page = await open();
    ctx.gallery.mode = "down";
    await page.fill("#f-title", "À retrouver");
    await page.click("text=Ajouter une dépense");
    await page.fill("#f-lines-2-label", "Mât");
    await trouble(page, "n’est pas encore enregistrée");
    ctx.gallery.mode = "ok";
    await page.evaluate(() => { window.onbeforeunload = null; });
    await page.goto(ctx.baseUrl + "/galerie");
    await trouble(page, "n’avait pas pu être enregistrée");
    assert.equal(await page.inputValue("#f-title"), "Extension <gare>");
    await checks.axe(page, { include: "[data-save-trouble]" });
    await page.click("text=Reprendre cette saisie");
    assert.equal(await page.inputValue("#f-title"), "À retrouver");
    assert.equal(await page.inputValue("#f-lines-2-label"), "Mât");
    await status(page, "Enregistré");
    assert.deepEqual(await stored(page), []);
  });

  await ctx.test("refusing the offer keeps the server's version", async () => {
    const page = await open();
    ctx.gallery.mode = "down";
    await page.fill("#f-title", "À oublier");
    await trouble(page, "n’est pas encore enregistrée");
    ctx.gallery.mode = "ok";
    await page.goto(ctx.baseUrl + "/galerie");
    await page.click("text=Garder la version enregistrée");
    assert.equal(await page.inputValue("#f-title"), "Extension <gare>");
    assert.deepEqual(await stored(page), []);
  });

  await ctx.test("a lost session says so, offers to sign in elsewhere, then saves", async () => {
    const page = await open();
    ctx.gallery.mode = "session";
    await page.fill("#f-title", "Session perdue");
    await trouble(page, "Vous n’êtes plus connecté");
    const link = page.locator("[data-save-trouble] a");
    assert.equal(await link.getAttribute("target"), "_blank");
    assert.equal(await link.getAttribute("href"), "/connexion");
    ctx.gallery.mode = "ok";
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await status(page, "Enregistré");
    assert.equal(ctx.gallery.received.at(-1).get("title"), "Session perdue");
  });

  await ctx.test("a conflict stops the saving and keeps what was typed", async () => {
    const page = await open();
    ctx.gallery.mode = "conflict";
    await page.fill("#f-title", "En même temps");
    await trouble(page, "Quelqu’un d’autre a modifié");
    assert.equal((await stored(page)).length, 1);
    ctx.gallery.mode = "ok";
    await page.click("text=Recharger la page");
    await trouble(page, "n’avait pas pu être enregistrée");
  });

  await ctx.test("rows are added and removed by the keyboard, and the focus follows", async () => {
    const page = await open();
    await page.locator("[data-add]").focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "f-lines-2-label");
    assert.match(await page.textContent("[data-repeater-status]"), /Dépense 3/);
    await page.keyboard.type("Serveur");
    await page.locator("[data-row='1'] [data-remove]").focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "f-lines-2-label");
    assert.equal(await page.locator("[data-row]").count(), 2);
    await until(() => ctx.gallery.received.at(-1)?.has("lines-1-label") === false);
    assert.equal(ctx.gallery.received.at(-1).get("lines-2-label"), "Serveur");
  });

  await ctx.test("suggestions are chosen by the keyboard", async () => {
    const page = await open();
    await page.locator("#f-commune").focus();
    await page.keyboard.type("d");
    await page.keyboard.type("e");
    await page.locator("[role=option]").first().waitFor();
    await checks.axe(page);
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.getAttribute("#f-commune", "aria-activedescendant"), "f-commune-options-0");
    await checks.screenshot(page, ctx.shots, "gallery-suggestions", { fullPage: false });
    await page.keyboard.press("Enter");
    assert.equal(await page.inputValue("#f-commune"), "Denain");
    assert.equal(await page.inputValue("input[name=commune_code]"), "59172");
    assert.match(await page.textContent("[data-lookup-status]"), /19 877/);
    await page.keyboard.type("x");
    assert.equal(await page.inputValue("input[name=commune_code]"), "");
    checks.noErrors(page);
  });

  await ctx.test("a file that is too big or of the wrong kind is refused before it leaves", async () => {
    const page = await open();
    await page.setInputFiles("#f-quote", { name: "devis.exe", mimeType: "application/octet-stream", buffer: Buffer.from("x") });
    await page.locator("#f-quote-error", { hasText: "n’est pas dans un format accepté" }).waitFor();
    assert.equal(await page.evaluate(() => document.getElementById("f-quote").files.length), 0);
    await page.setInputFiles("#f-quote", { name: "devis.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(10_000_001) });
    await page.locator("#f-quote-error", { hasText: "la limite est de 10" }).waitFor();
    await page.setInputFiles("#f-quote", { name: "devis.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
    await page.locator("#f-quote-error").waitFor({ state: "detached" });
    await page.click("text=Enregistrer et continuer");
    await page.waitForURL("**/galerie?depose=1");
    assert.match(ctx.gallery.submitted[0], /devis\.pdf/);
  });

  await ctx.test("what depends on a choice shows with it", async () => {
    const page = await open();
    assert.equal(await page.locator("#f-existing").isVisible(), true);
    await page.check("text=Renouvellement");
    assert.equal(await page.locator("#f-existing").isVisible(), false);
  });

  await ctx.test("a slider refreshes its region and says it", async () => {
    const page = await open();
    const slider = page.locator("[data-slider=f-rate]");
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.inputValue("#f-rate"), "31");
    await page.locator("#simulation-result", { hasText: "3333 communes éligibles à 31 %" }).waitFor();
    await page.locator("[data-live-status]", { hasText: "à 31 %" }).waitFor({ state: "attached" });
    checks.noErrors(page);
  });

  await ctx.test("zoomed to 400 % (320 px wide) and printed it still holds", async () => {
    const page = await open({ width: 320, height: 256 });
    await checks.noSidewaysScroll(page);
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".main-nav").isVisible(), false);
    assert.equal(await page.locator("h1").isVisible(), true);
  });
}
