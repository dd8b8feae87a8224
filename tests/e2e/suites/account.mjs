// Accounts: opened by mail, attached to a commune by its mayor, a second factor, a password changed, people of the Region.
import assert from "node:assert/strict";
import { keyboard } from "../lib/hands.mjs";
import { code, newestMail, portalTime } from "../lib/portal.mjs";

export const needs = "server";

const PASSWORD = "quatre beffrois sur la place";

export default async function (ctx) {
  const { checks, accounts } = ctx;
  const look = (page, name) => checks.guises(page, { shots: ctx.shots, name: `account-${name}` });
  const primary = "main form button.primary";
  const wrong = async (page) => {
    await page.locator(".error-summary").waitFor();
    page.errors.length = 0;  // the browser notes the 422
  };

  await ctx.test("forms of accounts say what is wrong, by keyboard", async () => {
    const page = await ctx.visit();
    for (const [address, name] of [["/connexion", "sign-in"], ["/inscription", "sign-up"], ["/mot-de-passe-oublie", "forgot"]]) {
      await page.goto(ctx.baseUrl + address);
      await keyboard.press(page, primary);
      await wrong(page);
      await look(page, `${name}-errors`);
    }
  });

  await ctx.test("without script, at 360 px, one signs in and out", async () => {
    const page = await ctx.visit({ script: false, width: 360 });
    await checks.signIn(page, ctx.baseUrl, accounts.cosigner, { fresh: true });
    await checks.noSidewaysScroll(page);
    await page.click("header form[action='/deconnexion'] button");
    await page.goto(`${ctx.baseUrl}/mes-dossiers`);
    assert.ok(page.url().includes("/connexion"));
  });

  if (ctx.data && accounts.cosigner)
    await ctx.test("a new colleague opens an account by mail, asks for the commune, the mayor accepts", async () => {
      const page = await ctx.visit();
      const email = `collegue-${process.pid}-${Math.floor(performance.now())}@example.org`;
      await page.goto(`${ctx.baseUrl}/inscription`);
      await page.fill("[name=name]", "Nadia Lefèvre");
      await page.fill("[name=email]", email);
      await page.click(primary);
      await page.locator("h1").waitFor();
      await look(page, "mail-sent");
      const mail = await newestMail(page, ctx.baseUrl, ctx.data, email);
      await page.goto(ctx.baseUrl + mail.match(/\/activation\/[A-Za-z0-9_-]+/)[0]);
      await look(page, "activation");
      await page.fill("[name=password]", "court");
      await page.click(primary);
      await wrong(page);
      await page.fill("[name=password]", PASSWORD);
      await page.click(primary);
      if (new URL(page.url()).pathname.startsWith("/connexion")) await checks.signIn(page, ctx.baseUrl, { login: email, password: PASSWORD }, { fresh: true });
      await page.goto(`${ctx.baseUrl}/mes-dossiers`);
      await look(page, "no-commune");
      await page.goto(`${ctx.baseUrl}/compte/rattachements`);
      await page.click(primary);
      await wrong(page);
      await look(page, "memberships-errors");
      const place = page.locator("input[name=place]");
      await place.fill(accounts.cosigner.place);
      await page.locator("[role=option]").first().waitFor();
      await place.press("ArrowDown");
      await place.press("Enter");
      await page.locator("input[name=role]").first().check();
      await page.click(primary);
      await page.locator("main tbody tr").first().waitFor();
      await look(page, "memberships-asked");
      const mayor = await ctx.visit({ width: 360 });
      await checks.signIn(mayor, ctx.baseUrl, accounts.cosigner);
      await mayor.goto(`${ctx.baseUrl}/rattachements`);
      await mayor.getByText(email).waitFor();
      await look(mayor, "requests");
      await mayor.locator("tr", { hasText: email }).locator("form[action$='/accepter'] button:not(.sr)").click();
      await mayor.getByText(email).waitFor({ state: "detached" });
      await page.goto(`${ctx.baseUrl}/mes-dossiers`);
      await page.locator("main tbody a[href^='/dossiers/']").first().waitFor();
    });

  if (ctx.data && accounts.elected)
    await ctx.test("a second factor is set up with a telephone, asked for at the next sign-in, and reset by the administrator", async () => {
      const page = await ctx.visit();
      await checks.signIn(page, ctx.baseUrl, accounts.elected, { fresh: true });
      await page.goto(`${ctx.baseUrl}/connexion/second-facteur`);
      await look(page, "second-factor");
      const key = await page.locator("main ol code, main ol strong").first().innerText();
      await page.fill("[name=code]", "000000");
      await page.click(primary);
      await wrong(page);
      await page.fill("[name=code]", code(await page.locator("main ol code, main ol strong").first().innerText().catch(() => key), portalTime(ctx.data)));
      await page.click(primary);
      await page.locator("main li code").first().waitFor();
      await look(page, "recovery-codes");
      const recovery = await page.locator("main ul li code").first().innerText();
      const again = await ctx.visit();
      await again.goto(`${ctx.baseUrl}/connexion`);
      await again.fill("[name=email]", accounts.elected.login);
      await again.fill("[name=password]", accounts.elected.password);
      await again.click(primary);
      await again.waitForURL(/\/connexion\/code/);
      await look(again, "code");
      await keyboard.fill(again, "[name=code]", "123456");
      await keyboard.press(again, primary);
      await wrong(again);
      await keyboard.fill(again, "[name=code]", recovery);
      await keyboard.press(again, primary);
      await again.waitForURL((url) => !url.pathname.startsWith("/connexion"));
      const admin = await ctx.visit();
      await checks.signIn(admin, ctx.baseUrl, accounts.admin);
      await admin.goto(`${ctx.baseUrl}/administration?q=${encodeURIComponent(accounts.elected.login)}`);
      await admin.locator("main tbody a").first().click();
      await admin.waitForURL(/personnes/);
      await look(admin, "person");
      await admin.click("form[action$='/second-facteur'] button:not(.sr)");
      await admin.locator("main form[action$='/second-facteur']").waitFor({ state: "detached" });
    });

  await ctx.test("a password is changed only with the former one", async () => {
    const page = await ctx.visit();
    await checks.signIn(page, ctx.baseUrl, accounts.admin);
    await page.click("header .who a");
    await page.waitForURL(/\/compte$/);
    await page.fill("[name=current]", "autre chose");
    await page.fill("[name=password]", PASSWORD);
    await keyboard.press(page, "main form[action='/compte/mot-de-passe'] button.primary");
    await wrong(page);
    await look(page, "profile-errors");
  });

  await ctx.test("the administrator invites a person of the Region", async () => {
    const page = await ctx.visit();
    await checks.signIn(page, ctx.baseUrl, accounts.admin);
    await page.goto(`${ctx.baseUrl}/administration/nouveau`);
    await page.click(primary);
    await wrong(page);
    await look(page, "new-person-errors");
    await page.fill("[name=name]", "Hugo Carpentier");
    await page.fill("[name=email]", `hugo-${process.pid}-${Math.floor(performance.now())}@example.org`);
    const role = page.locator("input[name=role][value=officer]");
    if (await role.count()) await role.check();
    await page.click(primary);
    await page.waitForURL(/\/administration\/personnes\/\d+$/);
    await look(page, "new-person");
  });
}
