// Debian's Chromium, and pages that remember every error they met.
import { chromium } from "playwright-core";

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

// launch() gives each run a profile of its own, removed at the end.
export async function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true, args: FLAGS });
}

// {width, dark, script: false for a browser without JavaScript, language, storage: state of another visitor}
export async function visit(browser, { width = 1280, height = 900, dark = false, script = true, language = "fr-FR", storage } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: dark ? "dark" : "light", javaScriptEnabled: script, locale: language,
    timezoneId: "Europe/Paris", reducedMotion: "reduce", storageState: storage,
  });
  context.setDefaultTimeout(20_000);
  context.setDefaultNavigationTimeout(30_000);  // a machine that also compiles may take its time
  const page = await context.newPage();
  page.errors = [];
  page.on("console", (message) => message.type() === "error" && page.errors.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => page.errors.push(`script: ${error.message}`));
  page.on("response", (answer) => answer.status() >= 500 && page.errors.push(`${answer.status()} ${answer.url()}`));
  return page;
}
