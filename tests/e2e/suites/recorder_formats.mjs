// Cameras that do not speak H.264, in the player page: H.265 is played or refused in plain words, MJPEG is shown. On a recorder of its own.
import assert from "node:assert/strict";
import path from "node:path";
import { Stage, cameraTable } from "../../functional/lib/recorder.mjs";

export const needs = "programs";

const SIZE = { h265: "640x360", mjpeg: "320x240" };

export default async function (ctx) {
  const { checks } = ctx;
  const stage = new Stage(path.join(ctx.bin, "beffroi-video"), path.join(ctx.bin, "beffroi-testcam"), "e2e-formats");
  try {
    const names = Object.keys(SIZE);
    const tables = [];
    for (const name of names) {
      const camera = await stage.cameras("--codec", name, "--size", SIZE[name], "--gop", "25");
      tables.push(cameraTable(name, camera.url(0), `name = "Quai (${name})"`));
    }
    stage.configure(tables);
    const recorder = await stage.serve();
    await recorder.received(150);
    const enter = async (camera) => {
      const page = await ctx.visit();
      await page.goto(`${recorder.base}/cameras/${camera}`);
      await page.fill("input[name=token]", recorder.headers.authorization.split(" ")[1]);
      await page.keyboard.press("Enter");
      // Behind the door one is where one wanted to go.
      await page.getByRole("heading", { name: `Quai (${camera})` }).waitFor();
      return page;
    };
    const moves = (page) => page.waitForFunction(() => document.querySelector("video")?.currentTime > 0.5);
    const codec = (await recorder.camera("h265")).format.codec;
    const plays = (page) => page.evaluate((each) => MediaSource.isTypeSupported(`video/mp4; codecs="${each}"`), codec);
    // What a browser can't decode is said in French, with what to do; the download stays.
    const refused = async (page, word) => {
      await page.getByText("ne lit pas ce format").first().waitFor();
      assert.match(await page.textContent("main"), word);
      assert.match(await page.textContent("main"), /Télécharger/);
    };

    await ctx.test("H.265 live is played, or it is said that this browser can't and what to do", async () => {
      const page = await enter("h265");
      if (await plays(page)) await moves(page);
      else await refused(page, /H\.265/);
      await checks.everything(page, { shots: ctx.shots, name: "recorder-h265-live" });
    });

    await ctx.test("H.265 of the past is played, or it is said that this browser can't and what to do", async () => {
      const page = await enter("h265");
      await page.locator("[data-do=back]").click();
      if (await plays(page)) await moves(page);
      else await refused(page, /H\.265/);
      await checks.everything(page, { shots: ctx.shots, name: "recorder-h265-past" });
    });

    await ctx.test("MJPEG live is shown, and moves", async () => {
      const page = await enter("mjpeg");
      const width = Number(SIZE.mjpeg.split("x")[0]);
      await page.waitForFunction((each) => document.querySelector(".screen img[src*='/mjpeg']")?.naturalWidth === each, width);
      const image = page.locator(".screen img[src*='/mjpeg']");
      const first = await image.screenshot();
      let next = first;
      for (const until = Date.now() + 10_000; next.equals(first) && Date.now() < until; ) next = await image.screenshot();
      assert.ok(!next.equals(first), "the picture changes");
      await checks.everything(page, { shots: ctx.shots, name: "recorder-mjpeg-live" });
    });

    await ctx.test("MJPEG of the past is shown picture by picture, which is said", async () => {
      await recorder.received(400);
      const page = await enter("mjpeg");
      await page.locator("[data-do=back]").click();
      await page.getByText("image par image").waitFor();
      const shown = () => page.evaluate(() => { const image = document.querySelector("[data-player] .screen img"); return image?.naturalWidth ? image.src : null; });
      const still = async (before) => { for (;;) { const now = await shown(); if (now?.includes("still.jpg") && now !== before) return now; await page.waitForLoadState(); } };
      const first = await still(null);
      await page.locator("[data-do=frame-forward]").click();
      assert.notEqual(await still(first), first);
      await checks.everything(page, { shots: ctx.shots, name: "recorder-mjpeg-past" });
      await page.locator("[data-do=live]").click();
      await page.waitForFunction(() => document.querySelector("[data-player] .screen img")?.src.includes("/mjpeg"));
    });

    await ctx.test("the wall of cameras shows each in the way that it can", async () => {
      const page = await enter("h265");
      await page.getByRole("link", { name: "Toutes les caméras" }).click();
      await page.waitForFunction(() => [...document.querySelectorAll(".camera-grid img")].some((image) => image.naturalWidth > 0));
      await checks.everything(page, { shots: ctx.shots, name: "recorder-formats-grid" });
    });
  } finally {
    stage.end();
  }
}
