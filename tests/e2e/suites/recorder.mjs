// The recorder's pages over four simulated cameras: live, past minutes, keyboard, phone, no script.
import assert from "node:assert/strict";

export const needs = "recorder";

export default async function (ctx) {
  const { checks, baseUrl } = ctx;
  const enter = async (how) => {
    const page = await ctx.visit(how);
    await page.goto(`${baseUrl}/`);
    await page.fill("input[name=token]", ctx.accounts.token);
    await page.keyboard.press("Enter");
    await page.locator(".camera-grid").waitFor();
    return page;
  };
  const playing = (page, selector = "video") => page.waitForFunction((each) => {
    const videos = [...document.querySelectorAll(each)];
    return videos.length > 0 && videos.every((video) => video.readyState >= 2 && video.currentTime > 0 && video.videoWidth > 0);
  }, selector, { timeout: 30_000 });

  await ctx.test("without a token there is a door, and a wrong one is refused in plain words", async () => {
    const page = await ctx.visit();
    await page.goto(`${baseUrl}/cameras/camera-1`);
    await checks.everything(page, { shots: ctx.shots, name: "recorder-door" });
    await page.fill("input[name=token]", "not the token of this recorder");
    await page.keyboard.press("Enter");
    await page.getByText("n’est pas reconnu").waitFor();
  });

  for (const width of [1280, 360])
    await ctx.test(`four cameras live at ${width} px, and axe finds nothing`, async () => {
      const page = await enter({ width });
      await playing(page);
      // On a phone those below the fold wait until one scrolls to them.
      assert.ok((await page.locator("video").count()) >= (width > 1000 ? 4 : 1));
      assert.ok(await page.evaluate(() => [...document.querySelectorAll("video")].every((video) => video.muted)));
      await checks.everything(page, { shots: ctx.shots, name: `recorder-grid-${width}` });
    });

  for (const width of [1280, 360])
    await ctx.test(`one camera at ${width} px: live, a past minute, back to live, and axe finds nothing`, async () => {
      const page = await enter({ width });
      await page.locator("a[href='/cameras/camera-1']").first().click();
      await playing(page);
      await checks.everything(page, { shots: ctx.shots, name: `recorder-camera-${width}` });
      await page.locator("[data-do=back]").click();
      await playing(page);
      assert.equal(await page.evaluate(() => document.querySelector("video").error), null);
      await page.locator("[data-do=live]").click();
      await playing(page);
      await checks.screenshot(page, ctx.shots, `recorder-past-${width}`);
    });

  await ctx.test("by keyboard alone: to a camera, pause, frame by frame, back to live", async () => {
    const page = await enter();
    await checks.tabTo(page, "a[href='/cameras/camera-2']");
    await page.keyboard.press("Enter");
    await page.waitForURL(/camera-2/);
    await playing(page);
    await checks.tabTo(page, "[data-do=back]");
    await page.keyboard.press("Enter");
    await playing(page);
    const sign = () => page.evaluate(() => document.querySelector("[data-do=play]").firstChild.data);
    assert.equal(await sign(), "❚❚", "what moves can be paused");
    await checks.tabTo(page, "[data-do=play]");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("video").paused && document.querySelector("[data-do=play]").firstChild.data === "▶");
    await checks.tabTo(page, "[data-do=frame-forward]");
    const at = () => page.evaluate(() => document.querySelector("video").currentTime);
    const stepped = async (from) => {
      await page.keyboard.press("Enter");
      await page.waitForFunction((before) => { const video = document.querySelector("video"); return !video.seeking && video.currentTime > before + 0.001; }, from);
      return at();
    };
    // The pause falls anywhere in a frame; from then on each step is one of them: 25 images a second.
    const first = await stepped(await at());
    const second = await stepped(first);
    assert.ok(Math.abs(second - first - 0.04) < 0.01, `a step of ${second - first} s`);
    await checks.tabTo(page, "[data-do=live]");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => !document.querySelector("video").paused);
  });

  await ctx.test("without script one goes to a date and a time, and downloads an interval", async () => {
    const page = await enter({ script: false });
    await page.locator("a[href='/cameras/camera-1']").first().click();
    await checks.noSidewaysScroll(page);
    const now = new Date(Date.now() - 5000);
    const paris = (part) => new Intl.DateTimeFormat("fr-FR", { timeZone: "Europe/Paris", ...part }).format(now);
    await page.fill("input[name=date] >> nth=0", paris({ day: "2-digit", month: "2-digit", year: "numeric" }));
    await page.fill("input[name=time]", paris({ hour: "2-digit", minute: "2-digit", second: "2-digit" }));
    await page.keyboard.press("Enter");
    await page.waitForURL(/date=/);
    assert.match(await page.textContent("main"), /Télécharger/);
    const answer = await page.request.get(`${baseUrl}/api/v1/cameras/camera-1/clip.mp4?from=${(now - 3000) * 1000}&to=${now * 1000}`, { headers: { range: "bytes=0-99" } });
    assert.equal(answer.status(), 206);
    assert.equal((await answer.body()).subarray(4, 8).toString(), "ftyp");
  });

  await ctx.test("a still of a camera is a JPEG", async () => {
    const page = await enter();
    const answer = await page.request.get(`${baseUrl}/api/v1/cameras/camera-1/still.jpg`);
    assert.equal(answer.status(), 200);
    assert.equal((await answer.body()).subarray(0, 3).toString("hex"), "ffd8ff");
  });
}
