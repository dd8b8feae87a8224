// A sitting from its agenda to its published list, by its secretary: with the keyboard, each page that an act brings held to the rules,
// letters read before they go. Pages as such are held to the rules by every_page.
import assert from "node:assert/strict";
import { keyboard, mouse } from "../lib/hands.mjs";

export const needs = "server";

export default async function (ctx) {
  const { checks, accounts } = ctx;
  if (!accounts.secretary) {
    console.log("# sitting: skipped, accounts need a secretary");
    return;
  }
  const signedIn = async (who, how) => {
    const page = await ctx.visit(how);
    await checks.signIn(page, ctx.baseUrl, accounts[who]);
    return page;
  };
  const look = (page, name) => checks.guises(page, { shots: ctx.shots, name: `sitting-${name}` });
  const rows = "main table a[href*='/lignes/']";
  // An act that comes back to the same address: its answer, not the page as it was.
  const sent = async (page, act) => {
    const answer = page.waitForNavigation();
    await act();
    await answer;
  };
  let sitting = null;
  const open = (page, part = "") => page.goto(`${ctx.baseUrl}${sitting}${part}`);

  await ctx.test("a sitting is opened, files are put on its agenda by keyboard, the agenda is closed", async () => {
    const page = await signedIn("secretary");
    await page.goto(`${ctx.baseUrl}/gestion/seances`);
    await keyboard.press(page, "main form[action='/gestion/seances'] button.primary");
    await page.locator(".error-summary").waitFor();
    page.errors.length = 0;  // the browser notes the 422
    await look(page, "new-errors");
    await page.goto(`${ctx.baseUrl}/gestion/seances`);
    // The one that is being prepared.
    sitting = await page.locator("main tbody tr", { hasText: "15 mai 2023" }).locator("a").first().getAttribute("href");
    await open(page);
    const box = page.locator("input[name=file]").first();
    if (await box.count()) {
      await keyboard.check(page, `input[name=file][value="${await box.getAttribute("value")}"]`);
      await keyboard.press(page, "main form[action$='/ajouter'] button.primary");
      await page.getByText("ordre du jour").first().waitFor();
    }
    if (await page.locator("main form[action$='/arreter']").count()) {
      await keyboard.press(page, "main form[action$='/arreter'] button.primary");
      await page.locator(".error-summary").waitFor();
      page.errors.length = 0;
      await keyboard.fill(page, "[name=report_number]", "2023-R12");
      await keyboard.press(page, "main form[action$='/arreter'] button.primary");
    }
    await page.locator("#voter").waitFor();
    await look(page, "agenda");
  });

  await ctx.test("in session: a recusal, an amount amended, a row pulled, votes counted", async () => {
    const page = await signedIn("secretary");
    await open(page);
    const links = await page.locator(rows).evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    assert.ok(links.length >= 3, "three rows on the agenda");
    await page.goto(ctx.baseUrl + links[0]);
    await look(page, "row");
    await keyboard.fill(page, "[name=amount]", "beaucoup");
    await keyboard.press(page, "main form[action$='/amender'] button:not(.sr)");
    await page.locator(".error-summary").waitFor();
    page.errors.length = 0;
    assert.equal(await page.inputValue("[name=amount]"), "beaucoup");
    await look(page, "row-errors");
    await keyboard.fill(page, "[name=amount]", "100");
    await keyboard.fill(page, "[name=amend_reason]", "Amendement adopté en séance.");
    await sent(page, () => keyboard.press(page, "main form[action$='/amender'] button:not(.sr)"));
    await page.goto(ctx.baseUrl + links[1]);
    await keyboard.fill(page, "[name=member]", "Mme Lefebvre");
    await keyboard.fill(page, "[name=recuse_reason]", "Elle est maire de la commune.");
    await sent(page, () => keyboard.press(page, "main form[action$='/deport'] button:not(.sr)"));
    await page.goto(ctx.baseUrl + links[2]);
    await keyboard.check(page, "[name=outcome][value=adjourned]");
    await keyboard.fill(page, "[name=pull_reason]", "Plan de financement à revoir.");
    await sent(page, () => keyboard.press(page, "main form[action$='/ecarter'] button:not(.sr)"));
    // Rows without a recusal first, then the others with a member less.
    for (let [turn, voting] = [0, 60]; turn < 4 && (await page.locator("input[name=item]:checked").count()); turn += 1, voting -= 1) {
      await keyboard.fill(page, "[name=members]", "60");
      await keyboard.fill(page, "[name=in_favour]", turn === 0 ? "70" : String(voting));
      await sent(page, () => keyboard.press(page, "main form[action$='/votes'] button.primary"));
      if (turn > 0) continue;
      await page.locator(".error-summary").waitFor();
      page.errors.length = 0;
      await look(page, "vote-errors");
      await keyboard.fill(page, "[name=in_favour]", String(voting));
      await sent(page, () => keyboard.press(page, "main form[action$='/votes'] button.primary"));
    }
    await look(page, "voted");
  });

  await ctx.test("the decision is told before it is taken, then taken", async () => {
    const page = await signedIn("secretary", { width: 360 });
    await open(page, "/decider");
    await look(page, "decide");
    await mouse.fill(page, "[name=number]", "2023.01234");
    await sent(page, () => mouse.press(page, "main form[action$='/decider'] button.primary"));
    await look(page, "held");
  });

  await ctx.test("letters are read before they go; once sent to the prefecture they go, and the list is published", async () => {
    const page = await signedIn("secretary");
    await open(page, "/lettres");
    await look(page, "letters-before");
    await open(page);
    if (await page.locator("main form[action$='/transmettre']").count()) {
      await keyboard.press(page, "main form[action$='/transmettre'] button.primary");
      await page.locator(".error-summary").waitFor();
      page.errors.length = 0;
      await keyboard.fill(page, "[name=acknowledgement]", "059-2023-1234");
      await keyboard.fill(page, "[name=transmitted_on]", "15/05/2023");
      await sent(page, () => keyboard.press(page, "main form[action$='/transmettre'] button.primary"));
    }
    await open(page, "/lettres");
    await look(page, "letters");
    const letter = await page.locator("main tbody a[href*='/lettres/']").first().getAttribute("href");
    const answer = await page.request.get(ctx.baseUrl + letter);
    assert.equal(answer.headers()["content-type"], "application/pdf");
    await open(page);
    for (const act of ["notifier", "publier"]) {
      const button = `main form[action$='/${act}'] button:not(.sr)`;
      if (await page.locator(button).count()) await sent(page, () => keyboard.press(page, button));
    }
    await look(page, "published");
    const number = sitting.match(/\d+$/)[0];
    const anyone = await ctx.visit();
    await anyone.goto(`${ctx.baseUrl}/seances/${number}`);
    await look(anyone, "public");
    await anyone.goto(`${ctx.baseUrl}/seances/${number}/communique`);
    await anyone.getByText("Télécharger en PDF").waitFor();
  });

  await ctx.test("without script, at 360 px, a sitting is opened", async () => {
    const page = await signedIn("secretary", { script: false, width: 360 });
    await page.goto(`${ctx.baseUrl}/gestion/seances`);
    await page.fill("[name=name]", "Commission permanente du 28 septembre 2023");
    await page.fill("[name=held_on]", "28/09/2023");
    await page.click("main form[action='/gestion/seances'] button.primary");
    await page.waitForURL(/\/gestion\/seances\/\d+$/);
    await checks.noSidewaysScroll(page);
  });
}
