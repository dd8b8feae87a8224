// The review of a file by case officers: keyboard only, without script, on a phone; an outside expert's page; the waiting list that a
// top-up reopens. Pages as such are held to the rules by every_page; here are those that only an act brings.
import assert from "node:assert/strict";
import { keyboard, mouse } from "../lib/hands.mjs";

export const needs = "server";

export default async function (ctx) {
  const { checks, accounts } = ctx;
  if (!accounts.officer || !accounts.head || !accounts.finance) {
    console.log("# review: skipped, accounts need an officer, a head of unit and finance");
    return;
  }
  const signedIn = async (who, how) => {
    const page = await ctx.visit(how);
    await checks.signIn(page, ctx.baseUrl, accounts[who]);
    return page;
  };
  const file = (page, id, part = "") => page.goto(`${ctx.baseUrl}/instruction/dossiers/${id}${part}`);
  const act = (page, id, name) => file(page, id, `/action?nom=${name}`);
  const told = (page) => page.locator("[role=status], .notice, .flash").first().waitFor();
  const submit = "main form button.primary";

  // A file in that state, of the edition that is open.
  async function one(page, state, at = 0) {
    await page.goto(`${ctx.baseUrl}/instruction?etat=${state}&ordre=recents`);
    const link = page.locator("main tbody a[href^='/instruction/dossiers/']").nth(at);
    assert.ok(await link.count(), `no file is ${state}`);
    return (await link.getAttribute("href")).match(/\d+/)[0];
  }

  // What is on the page now, in the four guises.
  const look = (page, name) => checks.guises(page, { shots: ctx.shots, name: `review-${name}` });

  async function letter(page) {
    const fields = await page.evaluate(() => [...new FormData(document.querySelector("main form[action$='/action']"))]);
    const action = await page.locator("main button[formaction]").getAttribute("formaction");
    const answer = await page.request.post(ctx.baseUrl + action, { form: Object.fromEntries(fields) });
    assert.equal(answer.headers()["content-type"], "application/pdf");
    assert.ok((await answer.body()).subarray(0, 5).equals(Buffer.from("%PDF-")));
  }

  async function toReview(page, hand, id, seen = async () => {}) {
    await act(page, id, "declare_complete");
    await letter(page);
    await seen(page, "declare-complete");
    await hand.press(page, submit);
    await page.waitForURL(/\/dossiers\/\d+$/);
    await told(page);
    await hand.press(page, "main form:has(input[value=start_review]) button:not(.sr)");
    await page.locator("main", { hasText: "En instruction" }).waitFor();
  }

  async function reviewLines(page, hand, id, seen = async () => {}) {
    await file(page, id, "/depenses");
    const amount = page.locator("input[name^='ligne-'][name$='-retenu']").first();
    const name = await amount.getAttribute("name");
    const before = await amount.inputValue();
    const reason = name.replace("-retenu", "-motif");
    await hand.fill(page, `[name="${name}"]`, "1");
    await hand.fill(page, `[name="${reason}"]`, " ");
    await hand.press(page, "main form[action$='/lignes'] button.primary");
    await page.locator(".error-summary").waitFor();
    page.errors.length = 0;  // the browser notes the 422
    await seen(page, "lines-without-reason");
    await hand.fill(page, `[name="${name}"]`, before);
    await hand.press(page, "main form[action$='/lignes'] button.primary");
    await told(page);
  }

  await ctx.test("an officer takes a file from its filing to a proposal, by keyboard only", async () => {
    const page = await signedIn("officer");
    const id = await one(page, "filed");
    await keyboard.check(page, `input[name=dossier][value="${id}"]`);
    await keyboard.choose(page, "[name=operation]", "prendre");
    await keyboard.press(page, "main form[action='/instruction/lot'] button.primary");
    await page.locator("main table, main .notice").first().waitFor();
    await toReview(page, keyboard, id);
    await reviewLines(page, keyboard, id);
    await act(page, id, "propose_refusal");
    await keyboard.press(page, submit);
    await page.locator(".error-summary a[href='#f-reason']").waitFor();
    page.errors.length = 0;
    await act(page, id, "ask_pieces");
    await keyboard.fill(page, "[name=due_on]", "hier");
    await keyboard.press(page, submit);
    await page.locator(".error-summary").waitFor();
    assert.equal(await page.inputValue("[name=due_on]"), "hier");
  });

  await ctx.test("what only an act brings, in every guise", async () => {
    const page = await signedIn("officer");
    const id = await one(page, "complete");
    await file(page, id);
    await mouse.press(page, "main form:has(input[value=start_review]) button:not(.sr)");
    await told(page);
    await reviewLines(page, mouse, id, look);
    for (const name of ["ask_pieces", "ask_opinion", "propose", "propose_refusal"]) {
      await act(page, id, name);
      await look(page, name);
    }
    await page.goto(`${ctx.baseUrl}/instruction`);
    await page.selectOption("[name=operation]", "etiqueter");
    await page.locator("input[name=dossier]").first().check();
    await page.fill("[name=texte]", "À voir");
    await page.click("main form[action='/instruction/lot'] button.primary");
    await page.getByText("À voir").or(page.locator("main table")).first().waitFor();
    await look(page, "bulk");
    await page.goto(`${ctx.baseUrl}/instruction?q=zzzz`);
    await look(page, "nothing-found");
  });

  await ctx.test("an outside expert opens the link, sees the shared parts and answers once", async () => {
    const page = await signedIn("officer");
    const id = await one(page, "under_review");
    await act(page, id, "ask_opinion");
    await page.fill("[name=opinion-0-asked_of]", "Référent sûreté");
    await page.check("[name=opinion-0-who][value=outside]");
    await page.fill("[name=opinion-0-email]", "referent@example.org");
    for (const part of ["expenses", "documents", "project"]) {
      const box = page.locator(`[name=opinion-0-shared][value=${part}]`);
      if (await box.count()) await box.check();
    }
    await page.fill("[name=opinion-0-question]", "L’implantation répond-elle au diagnostic ?");
    await page.click(submit);
    const link = await page.locator("input[name^='lien-']").inputValue();
    await look(page, "links");
    const expert = await ctx.visit();
    await expert.goto(ctx.baseUrl + new URL(link).pathname);
    await look(expert, "expert");
    const piece = expert.locator("main a[href*='/pieces/']").first();
    if (await piece.count()) assert.equal((await expert.request.get(ctx.baseUrl + (await piece.getAttribute("href")))).status(), 200);
    await expert.locator("[name=answer]").first().check();
    await expert.fill("[name=note]", "Avis favorable, sous réserve du masquage.");
    await expert.fill("[name=name]", "Marc Petit");
    await expert.click(submit);
    await expert.locator("main", { hasText: "Merci" }).or(expert.locator("main .notice")).first().waitFor();
    await look(expert, "expert-answered");
    await file(page, id, "/avis");
    await page.getByText("sous réserve du masquage").waitFor();
    await look(page, "opinions");
    await file(page, id);
    await page.click("main form:has(input[value=receive_opinions]) button:not(.sr)");
    await told(page);
  });

  await ctx.test("without script a list is filtered, files are assigned in bulk, a message is written", async () => {
    const page = await signedIn("head", { script: false, width: 360 });
    await page.goto(`${ctx.baseUrl}/instruction`);
    await page.selectOption(".filters [name=etat]", "under_review");
    await page.locator(".filters button").first().click();
    await page.waitForURL(/etat=under_review/);
    await page.locator("input[name=dossier]").first().check();
    await page.selectOption("[name=operation]", "confier");
    await page.selectOption("[name=personne]", { index: 1 });
    await page.click("main form[action='/instruction/lot'] button.primary");
    await page.locator("main table").waitFor();
    await checks.noSidewaysScroll(page);
    const id = await one(page, "under_review");
    await file(page, id, "/messages");
    await page.fill("[name=body]", "Bonjour, une question sur le devis.");
    await page.click("main form:has([name=body]) button.primary");
    await page.getByText("une question sur le devis").waitFor();
    await checks.noSidewaysScroll(page);
  });

  await ctx.test("the envelope runs short: the file waits, its rank is told, a top-up lets it be called", async () => {
    const finance = await signedIn("finance");
    await finance.goto(`${ctx.baseUrl}/enveloppes`);
    await finance.locator("main tbody a", { hasText: "2023" }).first().click();
    await finance.waitForURL(/\/enveloppes\/\d+$/);
    const envelope = new URL(finance.url()).pathname;
    // Credits are frozen: one euro is left.
    const free = (await finance.locator(".figures .value").last().innerText()).replace(/[^\d,]/g, "").replace(",", ".");
    if (Number(free) > 1) {
      await finance.goto(`${ctx.baseUrl}${envelope}/diminution`);
      await finance.fill("[name=amount]", (Number(free) - 1).toFixed(2).replace(".", ","));
      await finance.fill("[name=act]", "2023.00998");
      await finance.fill("[name=reason]", "Gel de crédits.");
      await finance.click("form[action$='/diminution'] button:not(.sr)");
      await finance.waitForURL(`**${envelope}`);
    }
    const officer = await signedIn("officer");
    const id = await one(officer, "under_review");
    await reviewLines(officer, mouse, id);
    await act(officer, id, "put_on_waiting_list");
    await letter(officer);
    await look(officer, "put-on-waiting-list");
    await officer.click(submit);
    await officer.waitForURL(/\/dossiers\/\d+$/);
    await officer.locator("main", { hasText: "Liste d’attente" }).waitFor();
    await finance.goto(`${ctx.baseUrl}${envelope}/selection`);
    await look(finance, "selection-waiting");
    await finance.goto(ctx.baseUrl + envelope);
    await finance.locator("main details summary").first().click();
    await finance.click(`form[action$='/abondement'] button:not(.sr)`);
    await finance.locator(".error-summary").waitFor();
    finance.errors.length = 0;
    await look(finance, "top-up-errors");
    await finance.fill("[name=amount]", "500 000");
    await finance.fill("[name=act]", "2023.00999");
    await finance.fill("[name=reason]", "Abondement de la décision modificative.");
    await finance.click(`form[action$='/abondement'] button:not(.sr)`);
    await told(finance);
    const head = await signedIn("head");
    await head.goto(`${ctx.baseUrl}${envelope}/selection`);
    await keyboard.check(head, `input[name=dossier][value="${id}"]`);
    await keyboard.press(head, "main form[action$='/appeler'] button:not(.sr)");
    await head.locator("main table").waitFor();
    await file(head, id);
    await head.locator("main", { hasText: "Aide proposée" }).waitFor();
  });
}
