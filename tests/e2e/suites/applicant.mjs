// The applicant's whole path, from "Mes dossiers" to filed: by keyboard only, without script, on a phone; and what happens when the
// network, the session or a colleague gets in the way.
//
// accounts: applicant and cosigner of one commune that an open edition helps; officer (of the Region) for what comes after the filing.
import assert from "node:assert/strict";
import { keyboard, mouse } from "../lib/hands.mjs";

export const needs = "server";

// A PDF that any reader opens: one empty page.
function tinyPdf(words) {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${words.length + 31} >>\nstream\nBT /F1 18 Tf 72 770 Td (${words}) Tj ET\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n` + offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return { name: `${words}.pdf`, mimeType: "application/pdf", buffer: Buffer.from(text, "latin1") };
}

const ANSWERS = {
  projet: { title: "Caméras de la gare", cameras: "12", places: "Place de la gare", purpose: "Prévention des atteintes aux personnes et aux biens", description: "Douze caméras et leur enregistreur." },
  calendrier: { start_on: "01/09/2022", end_on: "31/12/2022" },
  contacts: { "contact.name": "Claire Dubois", "contact.email": "claire@example.org", "signatory.name": "Jeanne Martin", "signatory.role": "Madame la Maire" },
};
const ROW = { label: "Caméras dômes", supplier: "Vidéo du Nord", quote: "D-17", quantity: "12", ht: "56 961,00", vat: "20" };
const UNDERTAKINGS = ["accurate", "authorisation", "own_share", "publicity"];

export default async function (ctx) {
  const { checks, accounts } = ctx;
  if (!accounts.applicant || !accounts.cosigner) {
    console.log("# applicant: skipped, accounts need an applicant and a cosigner of the same commune");
    return;
  }
  const number = (page) => new URL(page.url()).pathname.match(/\/dossiers\/(\d+)/)[1];
  const status = (page, text) => page.locator("[data-save-state]", { hasText: text }).waitFor();
  const trouble = (page, text) => page.locator("[data-save-trouble]", { hasText: text }).waitFor();
  const arrive = (page, part) => page.waitForURL((url) => url.pathname.endsWith(part));
  const signedIn = async (how, who) => {
    const page = await ctx.visit(how);
    await checks.signIn(page, ctx.baseUrl, accounts[who]);
    return page;
  };

  // From the list to an open file; `seen` looks at each page on the way.
  async function openFile(page, act, seen) {
    await page.goto(`${ctx.baseUrl}/mes-dossiers`);
    await seen(page, "mes-dossiers");
    await act.press(page, "a[href^='/dossiers/nouveau']");
    await arrive(page, "/dossiers/nouveau");
    await act.fill(page, "#f-montant", "56961");
    await act.press(page, "form[method=get] button.secondary");
    await page.locator("#live-amount").waitFor();
    await seen(page, "nouveau");
    if (await page.locator("#f-autre").count()) await act.check(page, "#f-autre");
    await act.press(page, "main form[method=post] button:not(.sr)");
    await page.waitForURL(/\/dossiers\/\d+$/);
    await seen(page, "dossier-brouillon");
    return number(page);
  }

  async function fillSteps(page, act, id, seen, { script = true } = {}) {
    const next = "main form button[name=suite]";
    await page.goto(`${ctx.baseUrl}/dossiers/${id}/projet`);
    for (const [name, text] of Object.entries(ANSWERS.projet)) await act.fill(page, `[name="${name}"]`, text);
    await act.check(page, "input[name=nature][value=installation]");
    if (script) await status(page, "Enregistré");
    await seen(page, "projet");
    await act.press(page, next);
    await arrive(page, "/depenses");
    for (const [column, text] of Object.entries(ROW)) await act.fill(page, `[name="expense-0-${column}"]`, text);
    await act.choose(page, "[name=expense-0-category]", "cameras");
    await act.press(page, "button[name=add][value=expense]");
    await page.locator("[name=expense-1-label]").waitFor();
    await act.fill(page, "[name=expense-1-label]", "Contrat d’entretien");
    await act.choose(page, "[name=expense-1-category]", "maintenance");
    await act.fill(page, "[name=expense-1-ht]", "1 000");
    await act.fill(page, "[name=expense-1-vat]", "20");
    if (script) {
      await page.locator("#live-amount", { hasText: "17\u202f088,30" }).waitFor();
      await page.locator("#live-line-1", { hasText: "fonctionnement" }).waitFor();
    }
    await seen(page, "depenses");
    await act.press(page, next);
    await arrive(page, "/financement");
    await act.press(page, "button[name=add][value=funding]");
    await act.choose(page, "[name=funding-0-source]", "detr");
    await act.fill(page, "[name=funding-0-amount]", "10 000");
    if (script) await page.locator("#live-share", { hasText: "respecté" }).waitFor();
    await seen(page, "financement");
    await act.press(page, next);
    await arrive(page, "/calendrier");
    for (const [name, text] of Object.entries(ANSWERS.calendrier)) await act.fill(page, `[name="${name}"]`, text);
    await seen(page, "calendrier");
    await act.press(page, next);
    await arrive(page, "/contacts");
    for (const [name, text] of Object.entries(ANSWERS.contacts)) await act.fill(page, `[name="${name}"]`, text);
    await seen(page, "contacts");
    await act.press(page, next);
    await arrive(page, "/pieces");
  }

  async function addPieces(page, act, seen) {
    for (const kind of ["resolution", "quotes"]) {
      await page.setInputFiles(`[name="fichier-${kind}"]`, tinyPdf(kind));
      await act.press(page, `#piece-${kind} form:has([name="fichier-${kind}"]) button.secondary`);
      await page.locator(`#piece-${kind} .files`, { hasText: `${kind}.pdf` }).waitFor();
    }
    await page.locator("#piece-quotes details summary").first().click();
    await page.locator("#piece-quotes details img").first().waitFor();
    const preview = await page.locator("#piece-quotes details img").first().getAttribute("src");
    assert.match((await page.request.get(ctx.baseUrl + preview)).headers()["content-type"], /^image\//);
    await seen(page, "pieces");
  }

  async function askSignature(page, act, id, seen) {
    await page.goto(`${ctx.baseUrl}/dossiers/${id}/verifier`);
    for (const name of UNDERTAKINGS) await act.check(page, `[name="undertaking.${name}"]`);
    await seen(page, "verifier");
    await act.press(page, "button[name=demander]");
    await arrive(page, "/signature");
    await page.getByText("une autre personne doit la donner").waitFor();
    assert.equal(await page.locator("[name=lu]").count(), 0, "whoever asks for the signature is offered to sign");
    await seen(page, "signature-demandee");
  }

  async function sign(page, act, id, seen) {
    await page.goto(`${ctx.baseUrl}/dossiers/${id}/signature`);
    await act.check(page, "[name=lu]");
    await seen(page, "signature");
    await act.press(page, "button[value=signer]");
    await page.waitForURL(/\/dossiers\/\d+$/);
    await page.locator("main", { hasText: "Date de rejet implicite" }).waitFor();
    const receipt = await page.locator("main a[href^='/actes/']").first().getAttribute("href");
    assert.equal((await page.request.get(ctx.baseUrl + receipt)).headers()["content-type"], "application/pdf");
    await seen(page, "depose");
  }

  async function wholePath(how, act, seen) {
    const page = await signedIn(how, "applicant");
    const id = await openFile(page, act, seen);
    await fillSteps(page, act, id, seen, { script: how.script !== false });
    await addPieces(page, act, seen);
    await askSignature(page, act, id, seen);
    const signer = await signedIn(how, "cosigner");
    await sign(signer, act, id, seen);
    for (const part of ["projet", "messages", "historique-saisie", "retrait"]) {
      await signer.goto(`${ctx.baseUrl}/dossiers/${id}/${part}`);
      await seen(signer, `apres-${part}`);
    }
    return id;
  }

  await ctx.test("from a draft to filed by keyboard only", async () => {
    await wholePath({}, keyboard, async (page) => checks.noErrors(page));
  });

  await ctx.test("from a draft to filed without script", async () => {
    await wholePath({ script: false }, mouse, async (page, name) => {
      await checks.screenshot(page, ctx.shots, `applicant-plain-${name}`);
    });
  });

  for (const width of [360, 1280])
    await ctx.test(`from a draft to filed at ${width} px, every page held to the rules`, async () => {
      await wholePath({ width }, mouse, (page, name) => checks.everything(page, { shots: ctx.shots, name: `applicant-${width}-${name}` }));
    });

  await ctx.test("in the dark, and with every fault shown", async () => {
    const page = await signedIn({ width: 360, dark: true }, "applicant");
    const id = await openFile(page, mouse, async () => {});
    await page.goto(`${ctx.baseUrl}/dossiers/${id}/calendrier`);
    await page.fill("[name=start_on]", "demain");
    await page.click("button[name=suite]");
    await page.locator(".error-summary").waitFor();
    assert.equal(await page.inputValue("[name=start_on]"), "demain");
    page.errors.length = 0;  // the browser notes the 422
    await checks.everything(page, { shots: ctx.shots, name: "applicant-dark-faults" });
    await page.goto(`${ctx.baseUrl}/dossiers/${id}/verifier`);
    await checks.everything(page, { shots: ctx.shots, name: "applicant-dark-check" });
    await page.click("main a[href$='#f-start_on']");
    await arrive(page, "/calendrier");
    assert.ok(page.url().endsWith("#f-start_on"));
  });

  await ctx.test("what is typed while the network is away reaches the server when it is back", async () => {
    const page = await signedIn({}, "applicant");
    const id = await openFile(page, mouse, async () => {});
    await page.goto(`${ctx.baseUrl}/dossiers/${id}/projet`);
    await page.route("**/enregistrer", (route) => route.abort());
    await page.fill("[name=title]", "Sans réseau");
    await trouble(page, "gardée dans ce navigateur");
    await page.unroute("**/enregistrer");
    await page.locator("[data-save-trouble] button").first().click();
    await status(page, "Enregistré");
    await page.reload();
    assert.equal(await page.inputValue("[name=title]"), "Sans réseau");
  });

  await ctx.test("when the session is gone what was typed waits, and is saved after signing in again", async () => {
    const page = await signedIn({}, "applicant");
    const id = await openFile(page, mouse, async () => {});
    await page.goto(`${ctx.baseUrl}/dossiers/${id}/projet`);
    await page.context().clearCookies();
    await page.fill("[name=title]", "Session perdue");
    await trouble(page, "Vous n’êtes plus connecté");
    const other = await page.context().newPage();
    await checks.signIn(other, ctx.baseUrl, accounts.applicant, { fresh: true });
    await page.locator("[data-save-trouble] button").first().click();
    await status(page, "Enregistré");
    await page.reload();
    assert.equal(await page.inputValue("[name=title]"), "Session perdue");
  });

  if (accounts.officer)
    await ctx.test("the Region asks for a document and writes; the applicant answers on a phone and sends the file back", async () => {
      const nothing = async () => {};
      const id = await wholePath({}, mouse, nothing);
      const officer = await signedIn({}, "officer");
      await officer.goto(`${ctx.baseUrl}/instruction/dossiers/${id}/action?nom=ask_pieces`);
      await officer.check("[name=piece-quotes]");
      await officer.fill("[name=piece-quotes-note]", "Le devis n’est pas daté.");
      await officer.click("main form button.primary");
      await officer.goto(`${ctx.baseUrl}/instruction/dossiers/${id}/messages`);
      await officer.fill("[name=body]", "Il manque la date du devis.");
      await officer.click("main form:has([name=body]) button.primary");
      const page = await signedIn({ width: 360 }, "applicant");
      const look = (name) => checks.everything(page, { shots: ctx.shots, name: `applicant-360-${name}` });
      await page.goto(`${ctx.baseUrl}/dossiers/${id}`);
      await page.getByText("À vous d’agir").waitFor();
      await look("incomplet");
      await page.click("main a[href$='/messages']");
      await page.getByText("Il manque la date du devis.").waitFor();
      await look("messages");
      await page.fill("[name=texte]", "Nous l’envoyons.");
      await page.click("main form button.primary");
      await page.getByText("Le message est envoyé").waitFor();
      await page.goto(`${ctx.baseUrl}/dossiers/${id}/demandes`);
      await page.getByText("Le devis n’est pas daté.").waitFor();
      await look("demandes");
      await page.setInputFiles("main input[type=file]", tinyPdf("devis date"));
      await page.click("main form:has(input[type=file]) button.secondary");
      await page.getByText("Votre réponse est enregistrée").waitFor();
      await look("demandes-repondues");
      await page.click("main form[action$='/renvoyer'] button:not(.sr)");
      await page.getByText("Le dossier est renvoyé").waitFor();
      await look("renvoye");
    });

  await ctx.test("two people write at once: both values are shown and one is chosen", async () => {
    const mine = await signedIn({}, "applicant");
    const id = await openFile(mine, mouse, async () => {});
    await mine.goto(`${ctx.baseUrl}/dossiers/${id}/projet`);
    const theirs = await signedIn({}, "cosigner");
    await theirs.goto(`${ctx.baseUrl}/dossiers/${id}/projet`);
    await theirs.fill("[name=title]", "Version de la maire");
    await status(theirs, "Enregistré");
    await mine.fill("[name=title]", "Ma version");
    await trouble(mine, "a modifié en même temps que vous");
    await mine.locator("[data-save-trouble] button").first().click();
    await mine.getByText("Deux personnes ont écrit en même temps").waitFor();
    assert.equal(await mine.getByText("n’avait pas pu être enregistrée").count(), 0, "the same choice is offered twice");
    mine.errors.length = 0;  // the browser notes the 409
    await checks.everything(mine, { shots: ctx.shots, name: "applicant-clash" });
    await mine.locator(".notice form[action$='/historique-saisie'] button:not(.sr)").first().click();
    await mine.getByText("La valeur est reprise").waitFor();
    assert.equal(await mine.inputValue("[name=title]"), "Ma version");
  });

  await ctx.test("without script a session that ended costs nothing: the page keeps what was sent", async () => {
    const page = await signedIn({ script: false, width: 360 }, "applicant");
    const id = await openFile(page, mouse, async () => {});
    await page.goto(`${ctx.baseUrl}/dossiers/${id}/projet`);
    await page.fill("[name=title]", "Envoyé trop tard");
    await page.context().clearCookies();
    await page.click("button[name=suite]");
    await page.getByText("Vous n’étiez plus connecté").waitFor();
    const other = await page.context().newPage();
    await checks.signIn(other, ctx.baseUrl, accounts.applicant, { fresh: true });
    await page.click("main form button:not(.sr)");
    await page.getByText("Confirmez l’envoi").waitFor();
    await checks.noSidewaysScroll(page);
    await page.click("main form button:not(.sr)");
    await page.goto(`${ctx.baseUrl}/dossiers/${id}/projet`);
    assert.equal(await page.inputValue("[name=title]"), "Envoyé trop tard");
  });
}
