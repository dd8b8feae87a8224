// Those who steer: editions, envelopes, the simulation ("what if 25,000 inhabitants and 40 %?"), mails, the journal.
import assert from "node:assert/strict";
import { keyboard } from "../lib/hands.mjs";

export const needs = "server";

export default async function (ctx) {
  const { checks, accounts } = ctx;
  if (!accounts.head || !accounts.elected || !accounts.auditor) {
    console.log("# steer: skipped, accounts need a head of unit, an elected member and an auditor");
    return;
  }
  const signedIn = async (who, how) => {
    const page = await ctx.visit(how);
    await checks.signIn(page, ctx.baseUrl, accounts[who]);
    return page;
  };
  const look = (page, name) => checks.guises(page, { shots: ctx.shots, name: `steer-${name}` });
  const figure = async (page) => Number((await page.locator("#resultats .figures .value").first().innerText()).replace(/\D/g, ""));

  for (const script of [true, false])
    await ctx.test(`an elected member asks "what if 25,000 inhabitants and 40 %?" ${script ? "with sliders" : "without script"}`, async () => {
      const page = await signedIn("elected", { script });
      await page.goto(`${ctx.baseUrl}/simulation?edition=hdf-videoprotection/2022`);
      const before = await figure(page);
      const said = await page.locator("#resultats [data-announce]").innerText();
      assert.equal((await page.inputValue("#f-envelope")).replace(/\D/g, ""), "4500000", "the slider stands on the envelope that results speak of");
      await page.fill("#f-threshold", "25 000");
      await page.fill("#f-rate", "40");
      if (script) {
        // Refreshed in place, once for each field.
        await page.locator("#f-rate").blur();
        await page.locator("#resultats [data-announce]").filter({ hasNotText: said }).waitFor();
      } else {
        await page.locator("main form:has(#f-rate) button:not(.sr)").click();
        await page.waitForURL(/rate=40/);
      }
      assert.ok((await figure(page)) > before, "more communes become eligible");
      assert.equal(await page.inputValue("#f-rate"), "40");
      if (script) await look(page, "simulated");
      await checks.noSidewaysScroll(page);
    });

  await ctx.test("a slider moved with the arrows refreshes figures and says them", async () => {
    const page = await signedIn("elected");
    await page.goto(`${ctx.baseUrl}/simulation?edition=hdf-videoprotection/2022`);
    const first = await page.locator("#resultats [data-announce]").innerText();
    await page.locator("[data-slider=f-threshold]").focus();
    for (let i = 0; i < 10; i += 1) await page.keyboard.press("ArrowRight");
    await page.locator("#resultats [data-announce]").filter({ hasNotText: first }).waitFor();
    checks.noErrors(page);
  });

  await ctx.test("what is typed wrong in the simulation is said beside its field", async () => {
    const page = await signedIn("head");
    await page.goto(`${ctx.baseUrl}/simulation?threshold=beaucoup&rate=140`);
    page.errors.length = 0;  // the browser notes the 422
    await page.locator(".error-summary a[href='#f-rate']").waitFor();
    assert.equal(await page.inputValue("#f-rate"), "140");
    await look(page, "simulation-errors");
  });

  await ctx.test("an edition is closed with a reason, by keyboard, and opened again", async () => {
    const page = await signedIn("head");
    for (const state of ["closed", "open"]) {
      await page.goto(`${ctx.baseUrl}/editions/hdf-videoprotection/2023`);
      const box = `[name=status][value=${state}]`;
      if (!(await page.locator(box).count())) continue;
      await keyboard.check(page, box);
      await keyboard.press(page, "main form[action$='/etat'] button:not(.sr)");
      if (await page.locator(".error-summary").count()) {
        page.errors.length = 0;
        await look(page, `edition-${state}-errors`);
        await keyboard.check(page, box);
        await keyboard.fill(page, "[name=reason]", "Essai de la fermeture.");
        await keyboard.press(page, "main form[action$='/etat'] button:not(.sr)");
      }
      await page.waitForURL(/\/editions\/hdf-videoprotection\/2023$/);
    }
    await look(page, "edition");
  });

  await ctx.test("the auditor verifies the journal, and searches it without script at 360 px", async () => {
    const page = await signedIn("auditor");
    await page.goto(`${ctx.baseUrl}/journal`);
    await keyboard.press(page, "main form[action='/journal/verifier'] button:not(.sr)");
    await page.getByText("intact").or(page.locator("main .notice.good")).first().waitFor();
    await look(page, "journal-verified");
    const plain = await signedIn("auditor", { script: false, width: 360 });
    await plain.goto(`${ctx.baseUrl}/journal?acte=envelope.topped_up`);
    await checks.noSidewaysScroll(plain);
    assert.ok(await plain.locator("main tbody tr").count());
  });

  await ctx.test("an envelope is reduced with a reason; more than it has is refused", async () => {
    const page = await signedIn("finance");
    await page.goto(`${ctx.baseUrl}/enveloppes`);
    await page.locator("main tbody a").first().click();
    await page.waitForURL(/\/enveloppes\/\d+$/);
    await page.goto(`${page.url()}/diminution`);
    await keyboard.fill(page, "[name=amount]", "999 999 999");
    await keyboard.fill(page, "[name=act]", "2023.00111");
    await keyboard.fill(page, "[name=reason]", "Essai.");
    await keyboard.press(page, "form[action$='/diminution'] button:not(.sr)");
    await page.locator(".error-summary a[href='#f-amount']").waitFor();
    page.errors.length = 0;
    await look(page, "reduce-errors");
  });
}
